//! Plain queries: which documents, in the order of their ids or of their fields, a portion at a time.
//!
//! No statement skips rows, and none sorts: a portion begins where its cursor stands. The bodies that a query has
//! to look at are read one by one, and only the places of the best are kept.

use std::cell::{Cell, RefCell};

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::candidates::{self, Candidates, Members};
use super::cursor::{self, Place};
use super::plan::Plan;
use super::survivors::{Survivors, body, survivors};
use super::{Index, entry, usable};
use crate::collection::document::parse_text;
use crate::collection::order::SortKey;
use crate::collection::{FieldPath, Filter, Find, FindPlan, Found, Order};
use crate::error::Result;
use crate::sqlite::collection::{documents, info};
use crate::sqlite::source::View;

/// Bodies in the order of the ids.
pub(super) const BODIES: &str =
    "SELECT item_id, metadata FROM beaver_collections WHERE collection = ?1 AND item_id > ?2 ORDER BY item_id";
pub(super) const IDS: &str =
    "SELECT item_id FROM beaver_collections WHERE collection = ?1 AND item_id > ?2 ORDER BY item_id LIMIT ?3";
pub(super) const NUMBERS: &str =
    "SELECT item_id, doc_id FROM beaver_documents WHERE collection_id = ?1 AND item_id > ?2 ORDER BY item_id";
pub(super) const ID_OF: &str = "SELECT item_id FROM beaver_documents WHERE doc_id = ?1";

/// As long as a statement is under way, SQLite does not forget an interrupt that comes between two others.
const UNDER_WAY: &str = "SELECT 1 UNION ALL SELECT 2";
/// How many entries of an index are read before another way is looked at.
pub(super) const FEW: usize = 2_048;
/// How many bodies are looked at in vain before the whole set of candidates is read.
const PATIENCE: usize = 1_000;
/// The id of a document is looked up in the time in which so many ids pass by in their order.
const LOOKUP_COST: usize = 8;
/// The body of a document is looked up in the time in which so many entries of an index pass by.
const BODY_COST: usize = 32;

/// The body of a document is looked up in the time in which so many pass by as they are stored.
pub(super) const PASSING_BODIES: usize = 8;

/// A query that runs.
pub(super) struct Search<'s> {
    pub conn: &'s Connection,
    pub name: &'s str,
    pub collection: Option<i64>,
    pub indexes: &'s [Index],
    pub filter: &'s Filter,
    /// The fields that have a certain entry, besides.
    pub fixed: Vec<(&'s FieldPath, Vec<u8>)>,
    /// What indexes tell of both.
    pub plan: Plan,
    pub order: &'s Order,
    /// How many are looked for: one more than are given, which tells whether there are more.
    pub need: usize,
    pub after: Option<Place>,
    pub cost: &'s Cost,
}

/// What a query cost so far.
#[derive(Default)]
pub(super) struct Cost {
    /// Bodies.
    examined: Cell<u64>,
    /// Documents that were looked at one by one, by their body or their entries.
    looked: Cell<u64>,
    used: RefCell<Vec<i64>>,
    ordered: Cell<bool>,
}

pub(super) fn find(view: &View<'_>, name: &str, find: &Find) -> Result<(Found, FindPlan)> {
    let conn: &Connection = view.conn;
    let mut under_way = conn.prepare_cached(UNDER_WAY)?;
    let mut under_way = under_way.query([])?;
    under_way.next()?;

    let everything = Filter::default();
    let filter = find.filter.as_ref().unwrap_or(&everything);
    let query = cursor::fingerprint(name, filter, &find.order);
    let after = find.cursor.as_deref().map(|text| cursor::read(text, query, &find.order)).transpose()?;
    let info = info::load(conn, name)?;
    let indexes = usable(conn, info.as_ref())?;
    let cost = Cost::default();
    let search = Search {
        conn,
        name,
        collection: info.map(|info| info.id),
        indexes: &indexes,
        filter,
        fixed: Vec::new(),
        plan: Plan::of(filter, &indexes),
        order: &find.order,
        need: find.limit.saturating_add(1),
        after,
        cost: &cost,
    };
    let mut ids = search.run()?;

    let more = ids.len() > find.limit;
    ids.truncate(find.limit);
    let mut documents = Vec::with_capacity(ids.len());
    for id in &ids {
        documents.extend(documents::get(conn, name, id)?);
    }
    let cursor = match documents.last() {
        Some(last) if more => {
            let body = parse_text(last.body.as_str()).unwrap_or_default();
            Some(cursor::write(query, Place { keys: find.order.keys(&body), id: last.id.clone() })?)
        }
        _ => None,
    };
    let used = cost.used.take();
    let used = indexes.iter().filter(|index| used.contains(&index.id));
    let plan = FindPlan {
        indexes: used.map(|index| index.path.text().to_owned()).collect(),
        ordered: cost.ordered.get(),
        examined: cost.examined.get(),
        matched: documents.len() as u64,
    };
    Ok((Found { documents, cursor }, plan))
}

pub(super) fn count(view: &View<'_>, name: &str, filter: &Filter) -> Result<u64> {
    let conn = view.conn;
    let mut under_way = conn.prepare_cached(UNDER_WAY)?;
    let mut under_way = under_way.query([])?;
    under_way.next()?;

    let info = info::load(conn, name)?;
    match Plan::of(filter, &usable(conn, info.as_ref())?) {
        Plan::Everything => {
            let mut count = conn.prepare_cached("SELECT count(*) FROM beaver_collections WHERE collection = ?1")?;
            return Ok(count.query_row([name], |row| row.get(0))?);
        }
        // A document has one such entry.
        Plan::Values { index, ranges, exact: true } => return candidates::count(conn, index, &ranges),
        _ => {}
    }
    if let Some(info) = &info
        && let Survivors::Exact(docs) = survivors(view, info, name, filter, usize::MAX)?
    {
        return Ok(docs.len() as u64);
    }
    let mut bodies = conn.prepare_cached(BODIES)?;
    let mut rows = bodies.query([name, ""])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let body = parse_text(row.get_ref(1)?.as_str_or_null()?.unwrap_or("{}"));
        count += u64::from(body.is_ok_and(|body| filter.matches(&body)));
    }
    Ok(count)
}

impl Search<'_> {
    /// The ids.
    pub fn run(&self) -> Result<Vec<String>> {
        let Some((path, descending)) = self.order.fields().next() else { return self.by_id() };
        let known = self.candidates(&self.plan, FEW)?;
        if let Some(index) = self.indexes.iter().find(|index| index.path == *path)
            && !self.are_sorted_sooner(known.as_ref())?
        {
            if let Some(ids) = self.along(index, descending, known)? {
                self.cost.used.borrow_mut().push(index.id);
                self.cost.ordered.set(true);
                return Ok(ids);
            }
            return self.all_sorted();
        }
        match known.map_or_else(|| self.candidates(&self.plan, usize::MAX), |known| Ok(Some(known)))? {
            Some(found) if !self.are_most(&found)? => self.sorted(&found, self.need),
            _ => self.all_sorted(),
        }
    }

    /// Whether the bodies of so many are read sooner as they are stored, with all others.
    fn are_most(&self, found: &Candidates) -> Result<bool> {
        let count = found.docs.len();
        Ok(count > FEW && count > self.numbers()? / PASSING_BODIES)
    }

    /// Whether to look at each of the candidates takes less than to meet enough of them along an index.
    fn are_sorted_sooner(&self, known: Option<&Candidates>) -> Result<bool> {
        let Some(known) = known else { return Ok(false) };
        let count = known.docs.len().max(1);
        let passing = self.numbers()? / count * self.need.min(count);
        Ok(known.docs.len() * BODY_COST <= passing)
    }

    /// The documents of a plan; none if there are many more than `most`, or if it tells nothing.
    pub fn candidates(&self, plan: &Plan, most: usize) -> Result<Option<Candidates>> {
        let found = candidates::candidates(self.conn, plan, most)?;
        if found.is_some() {
            plan.indexes(&mut self.cost.used.borrow_mut());
        }
        Ok(found)
    }

    /// How many documents may be looked at in vain.
    pub fn patience(&self) -> usize {
        PATIENCE + 4 * self.need
    }

    /// How many documents were looked at one by one.
    pub fn looked(&self) -> u64 {
        self.cost.looked.get()
    }

    /// Whether a candidate matches: by its entries, if they tell, or else by its body.
    fn passes(&self, doc: u32) -> Result<bool> {
        if let Some(passes) = candidates::holds(self.conn, &self.plan, doc)? {
            self.cost.looked.set(self.looked() + 1);
            return Ok(passes);
        }
        Ok(self.body(doc)?.is_some_and(|(_, body)| self.holds(&body)))
    }

    /// About how many documents there are; those of other collections count too.
    pub fn numbers(&self) -> Result<usize> {
        let mut select = self.conn.prepare_cached("SELECT max(doc_id) FROM beaver_documents")?;
        let last: Option<u32> = select.query_row([], |row| row.get(0))?;
        Ok(last.unwrap_or(0) as usize)
    }

    pub fn holds(&self, body: &Value) -> bool {
        let fixed = |(path, wanted): &(&FieldPath, Vec<u8>)| entry::place(&SortKey::of(path.get(body))) == *wanted;
        self.fixed.iter().all(fixed) && self.filter.matches(body)
    }

    /// The body of a document, with its id.
    pub fn body(&self, doc: u32) -> Result<Option<(String, Value)>> {
        self.cost.examined.set(self.cost.examined.get() + 1);
        self.cost.looked.set(self.looked() + 1);
        body(self.conn, self.name, doc)
    }

    /// Goes through the bodies in the order of the ids, until it is told to stop.
    pub fn each_body(&self, after: &str, mut visit: impl FnMut(&str, &Value) -> bool) -> Result<()> {
        let mut select = self.conn.prepare_cached(BODIES)?;
        let mut rows = select.query([self.name, after])?;
        while let Some(row) = rows.next()? {
            self.cost.examined.set(self.cost.examined.get() + 1);
            // What cannot be read has no fields: it is found by its id only.
            let Ok(body) = parse_text(row.get_ref(1)?.as_str_or_null()?.unwrap_or("{}")) else { continue };
            if !visit(row.get_ref(0)?.as_str()?, &body) {
                break;
            }
        }
        Ok(())
    }

    /// The first ids.
    ///
    /// A small set of candidates is put in order. A large one may be most of the collection, so that documents are
    /// looked at in their order first, and the set is read only if too few of them match.
    fn by_id(&self) -> Result<Vec<String>> {
        let after = self.after.as_ref().map_or("", |place| &place.id);
        if self.plan == Plan::Everything {
            let mut select = self.conn.prepare_cached(IDS)?;
            let limit = i64::try_from(self.need).unwrap_or(i64::MAX);
            let ids = select.query_map(params![self.name, after, limit], |row| row.get(0))?;
            return Ok(ids.collect::<rusqlite::Result<_>>()?);
        }
        if let Some(few) = self.candidates(&self.plan, FEW)? {
            return self.first_of(few, after, self.need);
        }
        let most = if self.plan == Plan::Unknown { usize::MAX } else { self.patience() };
        let mut ids = Vec::new();
        let Some(last) = self.matching(&mut ids, after, most)? else { return Ok(ids) };
        match self.candidates(&self.plan, usize::MAX)? {
            Some(many) if many.exact || !self.are_most(&many)? => {
                ids.extend(self.first_of(many, &last, self.need - ids.len())?);
            }
            _ => _ = self.matching(&mut ids, &last, usize::MAX)?,
        }
        Ok(ids)
    }

    /// Adds ids of matching documents in their order, until there are enough. Gives the last one that it came by if
    /// that was the last of so many.
    fn matching(&self, ids: &mut Vec<String>, after: &str, most: usize) -> Result<Option<String>> {
        let mut left = most;
        let mut last = None;
        self.each_body(after, |id, body| {
            if self.holds(body) {
                ids.push(id.to_owned());
            }
            left -= 1;
            if left == 0 && ids.len() < self.need {
                last = Some(id.to_owned());
            }
            ids.len() < self.need && left > 0
        })?;
        Ok(last)
    }

    /// The first ids of candidates.
    fn first_of(&self, found: Candidates, after: &str, need: usize) -> Result<Vec<String>> {
        if found.docs.len() < self.numbers()? / LOOKUP_COST {
            self.picked(&found, after, need)
        } else {
            self.passing(found, after, need)
        }
    }

    /// The first ids of candidates, by looking each up.
    pub fn picked(&self, found: &Candidates, after: &str, need: usize) -> Result<Vec<String>> {
        let mut select = self.conn.prepare_cached(ID_OF)?;
        let mut ids: Vec<(String, u32)> = Vec::with_capacity(found.docs.len());
        for doc in &found.docs {
            let id: Option<String> = select.query_row([doc], |row| row.get(0)).optional()?;
            ids.extend(id.filter(|id| id.as_str() > after).map(|id| (id, *doc)));
        }
        ids.sort_unstable();
        let mut picked = Vec::with_capacity(need.min(ids.len()));
        for (id, doc) in ids {
            if picked.len() == need {
                break;
            }
            if found.exact || self.passes(doc)? {
                picked.push(id);
            }
        }
        Ok(picked)
    }

    /// The first ids of candidates, by letting the ids pass by in their order.
    fn passing(&self, found: Candidates, after: &str, need: usize) -> Result<Vec<String>> {
        let Candidates { docs, exact } = found;
        let members = Members::new(docs);
        let mut select = self.conn.prepare_cached(NUMBERS)?;
        let mut rows = select.query(params![self.collection, after])?;
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            let doc = documents::number(row.get(1)?)?;
            if members.contains(doc) && (exact || self.passes(doc)?) {
                ids.push(row.get(0)?);
                if ids.len() == need {
                    break;
                }
            }
        }
        Ok(ids)
    }
}
