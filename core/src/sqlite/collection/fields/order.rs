//! Documents in the order of their fields: the best of many, or as they stand in an index.

use serde_json::Value;

use super::Index;
use super::candidates::{Candidates, Members};
use super::cursor::Place;
use super::entry::{self, END, MISSING};
use super::plan::Plan;
use super::query::{Check, FEW, Search};
use super::ranges::{Ranges, after};
use crate::collection::Order;
use crate::error::Result;
use crate::sqlite::collection::documents::number;

pub(super) const UP: &str = "SELECT value, doc_id FROM beaver_field_values
     WHERE index_id = ?1 AND value >= ?2 AND value < ?3 ORDER BY value";
pub(super) const DOWN: &str = "SELECT value, doc_id FROM beaver_field_values
     WHERE index_id = ?1 AND value >= ?2 AND value < ?3 ORDER BY value DESC";

/// The first of many places in an order. Keeps twice as many as are needed, so that the sorting comes to a constant
/// number of comparisons for each, times the logarithm of what is needed.
struct First<'f> {
    order: &'f Order,
    after: Option<&'f Place>,
    need: usize,
    places: Vec<Place>,
    /// Whether the places are sorted and all that are needed: what comes behind the last is out.
    full: bool,
}

impl<'f> First<'f> {
    fn new(search: &'f Search<'_>, need: usize) -> Self {
        First { order: search.order, after: search.after.as_ref(), need, places: Vec::new(), full: false }
    }

    fn take(&mut self, id: &str, body: &Value) {
        let place = Place { keys: self.order.keys(body), id: id.to_owned() };
        let behind = |other: &Place| place.compare(other, self.order).is_gt();
        if self.after.is_some_and(|after| !behind(after)) {
            return;
        }
        if self.full && self.places.get(self.need - 1).is_some_and(behind) {
            return;
        }
        self.places.push(place);
        if self.places.len() >= 2 * self.need {
            self.cut();
            self.full = true;
        }
    }

    fn cut(&mut self) {
        self.places.sort_unstable_by(|a, b| a.compare(b, self.order));
        self.places.truncate(self.need);
    }

    fn ids(mut self) -> Vec<String> {
        self.cut();
        self.places.into_iter().map(|place| place.id).collect()
    }
}

impl Search<'_> {
    /// The first of candidates.
    pub fn sorted(&self, found: &Candidates, need: usize) -> Result<Vec<String>> {
        let mut first = First::new(self, need);
        for doc in &found.docs {
            if let Some((id, body)) = self.body(*doc)?
                && (found.exact || self.filter.matches(&body))
            {
                first.take(&id, &body);
            }
        }
        Ok(first.ids())
    }

    /// The first of all documents that match.
    pub fn all_sorted(&self) -> Result<Vec<String>> {
        let mut first = First::new(self, self.need);
        self.each_body("", |id, body| {
            if self.filter.matches(body) {
                first.take(id, body);
            }
            true
        })?;
        Ok(first.ids())
    }

    /// The first documents as they stand in the index of the first field: those of one entry are sorted among
    /// themselves.
    pub fn along(&self, index: &Index, descending: bool) -> Result<Vec<String>> {
        let start = self.after.as_ref().and_then(|place| place.keys.first()).map(entry::place);
        let (mut from, mut to) = (vec![MISSING], vec![END]);
        match &start {
            Some(start) if descending => to = after(start),
            Some(start) => from.clone_from(start),
            None => {}
        }
        let mut along = Along { search: self, index, start, ids: Vec::new(), sieve: None };
        // A group that is too large to be read goes its own way, and what is behind it is read anew.
        while let Some(large) = along.read(&from, &to, descending)? {
            along.take_large(&large)?;
            if along.is_full() {
                break;
            }
            if descending { to = large } else { from = after(&large) }
        }
        Ok(along.ids)
    }
}

/// The documents of one entry of an index.
#[derive(Default)]
struct Group {
    entry: Vec<u8>,
    docs: Vec<u32>,
}

struct Along<'a> {
    search: &'a Search<'a>,
    index: &'a Index,
    /// The entry of the document behind which to go on.
    start: Option<Vec<u8>>,
    ids: Vec<String>,
    /// The documents that the filter's plan leads to, once too many others were looked at, and whether they match.
    sieve: Option<(Members, bool)>,
}

impl Along<'_> {
    /// Reads the index up to a group that is large, which is not taken; none at the end.
    fn read(&mut self, from: &[u8], to: &[u8], descending: bool) -> Result<Option<Vec<u8>>> {
        let mut select = self.search.conn.prepare_cached(if descending { DOWN } else { UP })?;
        let mut rows = select.query(rusqlite::params![self.index.id, from, to])?;
        let mut group = Group::default();
        while let Some(row) = rows.next()? {
            let entry = row.get_ref(0)?.as_blob()?;
            if entry != group.entry {
                self.take(&group)?;
                if self.is_full() {
                    return Ok(None);
                }
                group.docs.clear();
                group.entry.clear();
                group.entry.extend_from_slice(entry);
            }
            let doc = number(row.get(1)?)?;
            if self.sieve.as_ref().is_none_or(|(members, _)| members.contains(doc)) {
                group.docs.push(doc);
            }
            if group.docs.len() > FEW && self.is_ordered_by_id(&group.entry) {
                return Ok(Some(group.entry));
            }
        }
        self.take(&group)?;
        Ok(None)
    }

    fn is_full(&self) -> bool {
        self.ids.len() >= self.search.need
    }

    /// Whether the documents of an entry are equal in the order.
    fn is_ordered_by_id(&self, entry: &[u8]) -> bool {
        self.search.order.fields().count() == 1 && !entry::is_cut(entry)
    }

    /// The id behind which the documents of an entry are taken.
    fn after(&self, entry: &[u8]) -> &str {
        match &self.search.after {
            Some(place) if self.start.as_deref() == Some(entry) => &place.id,
            _ => "",
        }
    }

    fn take(&mut self, group: &Group) -> Result<()> {
        if group.docs.is_empty() || self.is_full() {
            return Ok(());
        }
        let search = self.search;
        let need = search.need - self.ids.len();
        let exact = match &self.sieve {
            Some((_, exact)) => *exact,
            None => search.plan == Plan::Everything,
        };
        let found = Candidates { docs: group.docs.clone(), exact };
        let ids = if self.is_ordered_by_id(&group.entry) {
            let check = Check { filter: search.filter, entry: None };
            search.picked(&found, &check, self.after(&group.entry), need)?
        } else {
            search.sorted(&found, need)?
        };
        self.ids.extend(ids);
        let in_vain = search.examined().saturating_sub(self.ids.len() as u64);
        if self.sieve.is_none() && !self.is_full() && in_vain > search.patience() as u64 {
            let members = search.candidates(&search.plan, usize::MAX)?;
            self.sieve = members.map(|found| (Members::new(found.docs), found.exact));
        }
        Ok(())
    }

    fn take_large(&mut self, entry: &[u8]) -> Result<()> {
        let search = self.search;
        let group = Plan::Values { index: self.index.id, ranges: Ranges::point(entry.to_vec()), exact: true };
        let check = Check { filter: search.filter, entry: Some((&self.index.path, entry)) };
        let plan = search.plan.clone().and(group);
        let ids = search.by_id(&plan, &check, self.after(entry), search.need - self.ids.len())?;
        self.ids.extend(ids);
        Ok(())
    }
}
