//! From a plan to the numbers of documents.

use rusqlite::{Connection, OptionalExtension, params};

use super::entry::{self, ARRAY, CUT, MANY, TEXT};
use super::plan::{Contains, Plan};
use super::ranges::Ranges;
use crate::error::Result;
use crate::sqlite::collection::documents::number;

/// The entries of an index from one up to another.
pub(super) const IN_RANGE: &str =
    "SELECT doc_id FROM beaver_field_values WHERE index_id = ?1 AND value >= ?2 AND value < ?3 LIMIT ?4";
pub(super) const COUNT_RANGE: &str =
    "SELECT count(*) FROM beaver_field_values WHERE index_id = ?1 AND value >= ?2 AND value < ?3";
/// Strings that contain something, and those of which only the beginning is there.
pub(super) const CONTAINING: &str = "SELECT doc_id, instr(substr(value, 2), ?4) > 0 FROM beaver_field_values
     WHERE index_id = ?1 AND value >= ?2 AND value < ?3 AND (instr(substr(value, 2), ?4) > 0 OR length(value) >= ?5)";
/// What stands at the path: its entry is the least of the document.
pub(super) const ENTRY_OF: &str =
    "SELECT value FROM beaver_field_values WHERE doc_id = ?1 AND index_id = ?2 ORDER BY value LIMIT 1";
pub(super) const HAS_ENTRY: &str =
    "SELECT 1 FROM beaver_field_values WHERE index_id = ?1 AND value = ?2 AND doc_id = ?3";

/// What is counted up to before a part of a plan is given up for another, at first.
const FIRST_REACH: usize = 1_024;
/// How much further it is tried if no part was that small; a document is looked up in the time of so many entries.
const REACH_FACTOR: usize = 8;
/// Fewer documents are looked up, each by itself.
const FEW: usize = 64;

/// Documents that a plan leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidates {
    /// Their numbers, ascending, each once.
    pub docs: Vec<u32>,
    /// Whether all of them match. Else they have to be checked; others never match.
    pub exact: bool,
}

/// The documents of a plan; none if there are more than `most` (it may be more where they were read anyway), or if
/// the plan tells nothing. Takes time in the
/// number of entries that are read: those of the smallest part of an "and" and as many of the others, at most
/// eight times `most`, and for "contains" those of all strings.
pub(super) fn candidates(conn: &Connection, plan: &Plan, most: usize) -> Result<Option<Candidates>> {
    Ok(match plan {
        Plan::Unknown | Plan::Everything => None,
        Plan::Nothing => Some(Candidates { docs: Vec::new(), exact: true }),
        Plan::Values { index, ranges, exact } => {
            values(conn, *index, ranges, most)?.map(|docs| Candidates { docs, exact: *exact })
        }
        Plan::Contains(contains) => contains.candidates(conn, most)?,
        Plan::All { parts, exact } => all(conn, parts, *exact, most)?,
        Plan::Any(parts) => {
            let mut joined = Candidates { docs: Vec::new(), exact: true };
            for part in parts {
                let Some(found) = candidates(conn, part, most)? else { return Ok(None) };
                joined.docs = union(&joined.docs, &found.docs);
                joined.exact &= found.exact;
            }
            Some(joined)
        }
    })
}

/// How many documents have an entry in the ranges.
pub(super) fn count(conn: &Connection, index: i64, ranges: &Ranges) -> Result<u64> {
    let mut select = conn.prepare_cached(COUNT_RANGE)?;
    ranges.iter().try_fold(0, |sum, (from, to)| {
        let count: u64 = select.query_row(params![index, from, to], |row| row.get(0))?;
        Ok(sum + count)
    })
}

fn values(conn: &Connection, index: i64, ranges: &Ranges, most: usize) -> Result<Option<Vec<u32>>> {
    let mut select = conn.prepare_cached(IN_RANGE)?;
    let mut docs = Vec::new();
    for (from, to) in ranges.iter() {
        let left = (most - docs.len()).saturating_add(1);
        let mut rows = select.query(params![index, from, to, i64::try_from(left).unwrap_or(i64::MAX)])?;
        while let Some(row) = rows.next()? {
            docs.push(number(row.get(0)?)?);
        }
        if docs.len() > most {
            return Ok(None);
        }
    }
    // Of one entry they are ascending already.
    if !docs.is_sorted() {
        docs.sort_unstable();
    }
    Ok(Some(docs))
}

/// What is in all parts: begins with the one that has the fewest, and leaves alone what would take longer to read
/// than to look up for those few.
fn all(conn: &Connection, parts: &[Plan], exact: bool, most: usize) -> Result<Option<Candidates>> {
    let furthest = most.saturating_mul(REACH_FACTOR);
    let mut reach = FIRST_REACH.min(furthest);
    let (first, mut found) = 'found: loop {
        for (at, part) in parts.iter().enumerate() {
            if let Some(found) = candidates(conn, part, reach)? {
                break 'found (at, found);
            }
        }
        if reach >= furthest {
            return Ok(None);
        }
        reach = reach.saturating_mul(REACH_FACTOR).min(furthest);
    };
    found.exact &= exact;
    for (_, part) in parts.iter().enumerate().filter(|(at, _)| *at != first) {
        let others = match found.docs.len() {
            few if few <= FEW => None,
            many => candidates(conn, part, many.saturating_mul(REACH_FACTOR))?,
        };
        match others {
            Some(others) => {
                found.docs = intersection(&found.docs, &others.docs);
                found.exact &= others.exact;
            }
            None => {
                let mut kept = Vec::with_capacity(found.docs.len());
                for doc in found.docs {
                    match holds(conn, part, doc)? {
                        Some(false) => continue,
                        Some(true) => {}
                        None => found.exact = false,
                    }
                    kept.push(doc);
                }
                found.docs = kept;
            }
        }
    }
    Ok(Some(found))
}

/// Whether a document is one of a plan; none if only its body tells.
pub(super) fn holds(conn: &Connection, plan: &Plan, doc: u32) -> Result<Option<bool>> {
    match plan {
        Plan::Unknown => Ok(None),
        Plan::Everything => Ok(Some(true)),
        Plan::Nothing => Ok(Some(false)),
        Plan::Values { index, ranges, exact } => match entry_of(conn, *index, doc)? {
            Some(entry) if ranges.contains(&entry) => Ok(exact.then_some(true)),
            _ => Ok(Some(false)),
        },
        Plan::Contains(contains) => contains.holds(conn, doc),
        Plan::All { parts, exact } => {
            let mut all = exact.then_some(true);
            for part in parts {
                match holds(conn, part, doc)? {
                    Some(false) => return Ok(Some(false)),
                    Some(true) => {}
                    None => all = None,
                }
            }
            Ok(all)
        }
        Plan::Any(parts) => {
            let mut any = Some(false);
            for part in parts {
                match holds(conn, part, doc)? {
                    Some(true) => return Ok(Some(true)),
                    Some(false) => {}
                    None => any = None,
                }
            }
            Ok(any)
        }
    }
}

fn entry_of(conn: &Connection, index: i64, doc: u32) -> Result<Option<Vec<u8>>> {
    Ok(conn.prepare_cached(ENTRY_OF)?.query_row(params![doc, index], |row| row.get(0)).optional()?)
}

fn has_entry(conn: &Connection, index: i64, entry: &[u8], doc: u32) -> Result<bool> {
    Ok(conn.prepare_cached(HAS_ENTRY)?.exists(params![index, entry, doc])?)
}

impl Contains {
    fn candidates(&self, conn: &Connection, most: usize) -> Result<Option<Candidates>> {
        // The others are found by taking these away: all of them are needed.
        let reach = if self.negated { usize::MAX } else { most };
        let point = |entry: &[u8]| values(conn, self.index, &Ranges::point(entry.to_vec()), reach);
        let (Some(with_element), Some(mut maybe)) = (point(&self.element)?, point(MANY)?) else { return Ok(None) };
        let mut surely = Vec::new();
        if entry::is_cut(&self.element) {
            maybe.extend(with_element);
        } else {
            surely = with_element;
        }
        if let Some(part) = &self.part {
            let mut select = conn.prepare_cached(CONTAINING)?;
            let mut rows = select.query(params![self.index, [TEXT], [ARRAY], part.as_bytes(), CUT])?;
            while let Some(row) = rows.next()? {
                let doc = number(row.get(0)?)?;
                if row.get(1)? {
                    surely.push(doc);
                } else {
                    maybe.push(doc);
                }
                if surely.len() + maybe.len() > reach {
                    return Ok(None);
                }
            }
        }
        surely.sort_unstable();
        maybe.sort_unstable();
        if !self.negated {
            return Ok(Some(Candidates { exact: maybe.is_empty(), docs: union(&surely, &maybe) }));
        }
        let Some(mut docs) = values(conn, self.index, &Ranges::all(), usize::MAX)? else { return Ok(None) };
        docs.retain(|doc| surely.binary_search(doc).is_err());
        Ok(Some(Candidates { docs, exact: maybe.is_empty() }))
    }

    fn holds(&self, conn: &Connection, doc: u32) -> Result<Option<bool>> {
        let Some(entry) = entry_of(conn, self.index, doc)? else { return Ok(Some(false)) };
        let found = match entry.split_first() {
            Some((&ARRAY, _)) => {
                let element = has_entry(conn, self.index, &self.element, doc)?;
                let unsure =
                    if element { entry::is_cut(&self.element) } else { has_entry(conn, self.index, MANY, doc)? };
                if unsure { None } else { Some(element) }
            }
            Some((&TEXT, text)) => match &self.part {
                Some(part) if memchr::memmem::find(text, part.as_bytes()).is_some() => Some(true),
                Some(_) if entry::is_cut(&entry) => None,
                _ => Some(false),
            },
            _ => Some(false),
        };
        Ok(found.map(|found| found != self.negated))
    }
}

/// What is in both of two ascending lists.
fn intersection(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut b = b.iter().peekable();
    let in_b = |doc: &u32| {
        while b.next_if(|other| *other < doc).is_some() {}
        b.peek() == Some(&doc)
    };
    a.iter().copied().filter(in_b).collect()
}

/// What is in any of two ascending lists.
#[expect(clippy::stable_sort_primitive)] // it finds the two runs, and merges them
fn union(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut joined = [a, b].concat();
    joined.sort();
    joined.dedup();
    joined
}

/// Documents, to be asked whether one is among them.
pub(in crate::sqlite::collection) struct Members {
    docs: Vec<u32>,
    /// A bit for each number from the first on, if the numbers lie so close that this takes little.
    bits: Option<Vec<u64>>,
}

impl Members {
    pub fn new(docs: Vec<u32>) -> Self {
        let (first, last) = (docs.first().copied().unwrap_or(0), docs.last().copied().unwrap_or(0));
        let span = (last - first) as usize;
        let mut bits = (span / 64 <= docs.len()).then(|| vec![0_u64; span / 64 + 1]);
        for doc in &docs {
            let at = (doc - first) as usize;
            if let Some(word) = bits.as_mut().and_then(|bits| bits.get_mut(at / 64)) {
                *word |= 1 << (at % 64);
            }
        }
        Members { docs, bits }
    }

    pub fn len(&self) -> usize {
        self.docs.len()
    }

    pub fn contains(&self, doc: u32) -> bool {
        let Some(bits) = &self.bits else { return self.docs.binary_search(&doc).is_ok() };
        let first = self.docs.first().copied().unwrap_or(0);
        let at = doc.wrapping_sub(first) as usize;
        bits.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lists_of_documents_are_sets(a in btree_set(0..60_u32, 0..40), b in btree_set(0..60_u32, 0..40), far in any::<u32>()) {
            let list = |set: &BTreeSet<u32>| set.iter().copied().collect::<Vec<_>>();
            prop_assert_eq!(intersection(&list(&a), &list(&b)), a.intersection(&b).copied().collect::<Vec<_>>());
            prop_assert_eq!(union(&list(&a), &list(&b)), a.union(&b).copied().collect::<Vec<_>>());
            let sparse: BTreeSet<u32> = a.iter().copied().chain([far]).collect();
            for set in [a, sparse] {
                let members = Members::new(list(&set));
                for doc in (0..70).chain([far, u32::MAX]) {
                    prop_assert_eq!(members.contains(doc), set.contains(&doc));
                }
            }
        }
    }
}
