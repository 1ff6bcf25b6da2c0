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
/// So many candidates are taken as they are, and put in order; of more, it depends.
pub(super) const FEW: usize = 4_096;
/// How many bodies are looked at in vain before the whole set of candidates is read.
const PATIENCE: usize = 1_000;
/// The id of a document is looked up in the time in which so many ids pass by in their order.
const LOOKUP_COST: usize = 8;

/// A query that runs, and what it cost so far.
pub(super) struct Search<'s> {
    pub conn: &'s Connection,
    name: &'s str,
    collection: Option<i64>,
    pub filter: &'s Filter,
    pub order: &'s Order,
    pub plan: Plan,
    /// How many are looked for: one more than are given, which tells whether there are more.
    pub need: usize,
    pub after: Option<Place>,
    examined: Cell<u64>,
    used: RefCell<Vec<i64>>,
}

/// What a body has to meet.
pub(super) struct Check<'c> {
    pub filter: &'c Filter,
    /// And its field has that entry in its index.
    pub entry: Option<(&'c FieldPath, &'c [u8])>,
}

impl Check<'_> {
    fn holds(&self, body: &Value) -> bool {
        let placed = |(path, wanted): (&FieldPath, &[u8])| {
            entry::entries(path.get(body)).first().is_some_and(|entry| entry == wanted)
        };
        self.entry.is_none_or(placed) && self.filter.matches(body)
    }
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
    let search = Search {
        conn,
        name,
        collection: info.map(|info| info.id),
        filter,
        order: &find.order,
        plan: Plan::of(filter, &indexes),
        need: find.limit.saturating_add(1),
        after,
        examined: Cell::new(0),
        used: RefCell::default(),
    };
    let (mut ids, ordered) = search.run(&indexes)?;

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
    let used = search.used.take();
    let used = indexes.iter().filter(|index| used.contains(&index.id));
    let plan = FindPlan {
        indexes: used.map(|index| index.path.text().to_owned()).collect(),
        ordered,
        examined: search.examined.get(),
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
    /// The ids, and whether the order came out of an index.
    fn run(&self, indexes: &[Index]) -> Result<(Vec<String>, bool)> {
        let Some((path, descending)) = self.order.fields().next() else {
            let after = self.after.as_ref().map_or("", |place| &place.id);
            let check = Check { filter: self.filter, entry: None };
            return Ok((self.by_id(&self.plan, &check, after, self.need)?, false));
        };
        if let Some(few) = self.candidates(&self.plan, FEW)? {
            return Ok((self.sorted(&few, self.need)?, false));
        }
        if let Some(index) = indexes.iter().find(|index| index.path == *path) {
            self.used.borrow_mut().push(index.id);
            return Ok((self.along(index, descending)?, true));
        }
        let ids = match self.candidates(&self.plan, usize::MAX)? {
            Some(many) => self.sorted(&many, self.need)?,
            None => self.all_sorted()?,
        };
        Ok((ids, false))
    }

    /// The documents of a plan; none if they are more than `most`, or not known.
    pub fn candidates(&self, plan: &Plan, most: usize) -> Result<Option<Candidates>> {
        let found = candidates::candidates(self.conn, plan, most)?;
        if found.is_some() {
            plan.indexes(&mut self.used.borrow_mut());
        }
        Ok(found)
    }

    /// How many bodies may be looked at in vain.
    pub fn patience(&self) -> usize {
        PATIENCE + 4 * self.need
    }

    pub fn examined(&self) -> u64 {
        self.examined.get()
    }

    /// The body of a document, with its id.
    pub fn body(&self, doc: u32) -> Result<Option<(String, Value)>> {
        self.examined.set(self.examined.get() + 1);
        body(self.conn, self.name, doc)
    }

    /// Goes through the bodies in the order of the ids, until it is told to stop.
    pub fn each_body(&self, after: &str, mut visit: impl FnMut(&str, &Value) -> bool) -> Result<()> {
        let mut select = self.conn.prepare_cached(BODIES)?;
        let mut rows = select.query([self.name, after])?;
        while let Some(row) = rows.next()? {
            self.examined.set(self.examined.get() + 1);
            // What cannot be read has no fields: it is found by its id only.
            let Ok(body) = parse_text(row.get_ref(1)?.as_str_or_null()?.unwrap_or("{}")) else { continue };
            if !visit(row.get_ref(0)?.as_str()?, &body) {
                break;
            }
        }
        Ok(())
    }

    /// The first `need` ids above another.
    ///
    /// A small set of candidates is put in order. A large one may be most of the collection, so that documents are
    /// looked at in their order first, and the set is read only if too few of them match.
    pub fn by_id(&self, plan: &Plan, check: &Check<'_>, after: &str, need: usize) -> Result<Vec<String>> {
        if *plan == Plan::Everything {
            let mut select = self.conn.prepare_cached(IDS)?;
            let limit = i64::try_from(need).unwrap_or(i64::MAX);
            let ids = select.query_map(params![self.name, after, limit], |row| row.get(0))?;
            return Ok(ids.collect::<rusqlite::Result<_>>()?);
        }
        if let Some(few) = self.candidates(plan, FEW)? {
            return self.picked(&few, check, after, need);
        }
        let mut left = if *plan == Plan::Unknown { usize::MAX } else { self.patience() };
        let mut ids = Vec::new();
        let mut last = None;
        self.each_body(after, |id, body| {
            if check.holds(body) {
                ids.push(id.to_owned());
            }
            left -= 1;
            if left == 0 {
                last = Some(id.to_owned());
            }
            ids.len() < need && left > 0
        })?;
        let Some(last) = last.filter(|_| ids.len() < need) else { return Ok(ids) };
        let Some(many) = self.candidates(plan, usize::MAX)? else { return Ok(ids) };
        let need = need - ids.len();
        let numbers: Option<i64> =
            self.conn.prepare_cached("SELECT max(doc_id) FROM beaver_documents")?.query_row([], |row| row.get(0))?;
        let all = numbers.and_then(|all| usize::try_from(all).ok()).unwrap_or(0);
        ids.extend(if many.docs.len() < all / LOOKUP_COST {
            self.picked(&many, check, &last, need)?
        } else {
            self.passing(many, check, &last, need)?
        });
        Ok(ids)
    }

    /// The first ids of candidates, by looking each up.
    pub fn picked(&self, found: &Candidates, check: &Check<'_>, after: &str, need: usize) -> Result<Vec<String>> {
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
            if found.exact || self.body(doc)?.is_some_and(|(_, body)| check.holds(&body)) {
                picked.push(id);
            }
        }
        Ok(picked)
    }

    /// The first ids of candidates, by letting the ids pass by in their order.
    fn passing(&self, found: Candidates, check: &Check<'_>, after: &str, need: usize) -> Result<Vec<String>> {
        let Candidates { docs, exact } = found;
        let members = Members::new(docs);
        let mut select = self.conn.prepare_cached(NUMBERS)?;
        let mut rows = select.query(params![self.collection, after])?;
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            let doc = documents::number(row.get(1)?)?;
            let passes =
                members.contains(doc) && (exact || self.body(doc)?.is_some_and(|(_, body)| check.holds(&body)));
            if passes {
                ids.push(row.get(0)?);
                if ids.len() == need {
                    break;
                }
            }
        }
        Ok(ids)
    }
}
