//! Documents in the order of their fields: the best of many, or as they stand in an index.

use rusqlite::params;
use serde_json::Value;

use super::Index;
use super::candidates::{Candidates, Members};
use super::cursor::Place;
use super::entry;
use super::plan::Plan;
use super::query::{FEW, PASSING_BODIES, Search};
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
                && (found.exact || self.holds(&body))
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
            if self.holds(body) {
                first.take(id, body);
            }
            true
        })?;
        Ok(first.ids())
    }

    /// The first documents as they stand in the index of the first field: those of one entry are sorted among
    /// themselves. None if so few match that it is better to read all bodies as they are stored. `known` are the
    /// candidates, if they were read already.
    pub fn along(&self, index: &Index, descending: bool, known: Option<Candidates>) -> Result<Option<Vec<String>>> {
        let (ranges, plan) = self.plan.split(index.id);
        let start = self.after.as_ref().and_then(|place| place.keys.first()).map(entry::place);
        let Some((mut from, mut to)) = ranges.span() else { return Ok(Some(Vec::new())) };
        match &start {
            Some(start) if descending => to = to.min(after(start)),
            Some(start) => from = from.max(start.clone()),
            None => {}
        }
        let sieve = known.map(|found| (Members::new(found.docs), found.exact));
        let began = self.looked();
        let mut along = Along { search: self, index, ranges, plan, start, ids: Vec::new(), sieve, began };
        loop {
            match along.read(&from, &to, descending)? {
                Stop::Done => return Ok(Some(along.ids)),
                Stop::InVain => return Ok(None),
                // It goes its own way, and what is behind it is read anew.
                Stop::Large(entry) => {
                    along.take_large(&entry)?;
                    if along.is_full() {
                        return Ok(Some(along.ids));
                    }
                    if descending { to = entry } else { from = after(&entry) }
                }
            }
        }
    }
}

/// The documents of one entry of an index.
#[derive(Default)]
struct Group {
    entry: Vec<u8>,
    docs: Vec<u32>,
}

/// Why an index is not read on.
enum Stop {
    Done,
    /// Too few match of those that are looked at.
    InVain,
    /// There are many documents of this entry, which were not taken.
    Large(Vec<u8>),
}

struct Along<'a> {
    search: &'a Search<'a>,
    index: &'a Index,
    /// Which entries match.
    ranges: Ranges,
    /// What other indexes tell.
    plan: Plan,
    /// The entry of the document behind which to go on.
    start: Option<Vec<u8>>,
    ids: Vec<String>,
    /// The documents that the plan leads to, and whether all of them match; read when too many others were met.
    sieve: Option<(Members, bool)>,
    /// How many documents had been looked at before.
    began: u64,
}

impl Along<'_> {
    fn read(&mut self, from: &[u8], to: &[u8], descending: bool) -> Result<Stop> {
        let mut select = self.search.conn.prepare_cached(if descending { DOWN } else { UP })?;
        let mut rows = select.query(params![self.index.id, from, to])?;
        let mut group = Group::default();
        let mut matches = false;
        while let Some(row) = rows.next()? {
            let entry = row.get_ref(0)?.as_blob()?;
            if entry != group.entry {
                self.take(&mut group)?;
                if self.is_full() {
                    return Ok(Stop::Done);
                }
                if self.is_in_vain()? {
                    return Ok(Stop::InVain);
                }
                group.entry.clear();
                group.entry.extend_from_slice(entry);
                matches = self.ranges.contains(entry);
            }
            let doc = number(row.get(1)?)?;
            if matches && self.sieve.as_ref().is_none_or(|(members, _)| members.contains(doc)) {
                group.docs.push(doc);
            }
            if group.docs.len() > FEW && !entry::is_cut(&group.entry) {
                return Ok(Stop::Large(group.entry));
            }
        }
        self.take(&mut group)?;
        Ok(Stop::Done)
    }

    fn is_full(&self) -> bool {
        self.ids.len() >= self.search.need
    }

    /// How many documents were looked at that did not match.
    fn in_vain(&self) -> usize {
        let looked = self.search.looked().saturating_sub(self.began);
        usize::try_from(looked).unwrap_or(usize::MAX).saturating_sub(self.ids.len())
    }

    fn is_in_vain(&self) -> Result<bool> {
        let patience = self.search.patience();
        if self.plan != Plan::Unknown || self.sieve.is_some() || self.in_vain() <= patience {
            return Ok(false);
        }
        // Given up when a quarter of the time is lost that reading all of them takes.
        Ok(self.in_vain() > patience.max(self.search.numbers()? / (4 * PASSING_BODIES)))
    }

    /// Takes the documents of an entry.
    fn take(&mut self, group: &mut Group) -> Result<()> {
        let docs = std::mem::take(&mut group.docs);
        if docs.is_empty() || self.is_full() {
            return Ok(());
        }
        let search = self.search;
        let need = search.need - self.ids.len();
        let exact = self.sieve.as_ref().map_or(self.plan == Plan::Everything, |(_, exact)| *exact);
        let found = Candidates { docs, exact };
        // Those of a whole entry are equal in their only field.
        let ids = if search.order.fields().count() == 1 && !entry::is_cut(&group.entry) {
            let after = search.after.as_ref().filter(|_| self.start.as_ref() == Some(&group.entry));
            search.picked(&found, after.map_or("", |place| &place.id), need)?
        } else {
            search.sorted(&found, need)?
        };
        self.ids.extend(ids);
        if self.sieve.is_none() && !self.is_full() && self.in_vain() > search.patience() {
            let members = search.candidates(&self.plan, usize::MAX)?;
            self.sieve = members.map(|found| (Members::new(found.docs), found.exact));
        }
        Ok(())
    }

    /// Takes the documents of an entry that has many: a query of its own, with the fields that are left to order by.
    fn take_large(&mut self, entry: &[u8]) -> Result<()> {
        let search = self.search;
        let group = Plan::Values { index: self.index.id, ranges: Ranges::point(entry.to_vec()), exact: true };
        let mut fixed = search.fixed.clone();
        fixed.push((&self.index.path, entry.to_vec()));
        let after = search.after.as_ref().filter(|_| self.start.as_deref() == Some(entry));
        let after =
            after.map(|place| Place { keys: place.keys.iter().skip(1).cloned().collect(), id: place.id.clone() });
        let inner = Search {
            fixed,
            plan: self.plan.clone().and(group),
            order: &search.order.behind_first(),
            need: search.need - self.ids.len(),
            after,
            ..*search
        };
        let ids = inner.run()?;
        self.ids.extend(ids);
        Ok(())
    }
}
