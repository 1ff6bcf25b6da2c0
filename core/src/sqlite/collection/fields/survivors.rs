//! What other searches ask about a filter: which documents it leaves, and whether it leaves one.

use rusqlite::{Connection, params};
use serde_json::Value;

pub(in crate::sqlite::collection) use super::candidates::Members;
use super::candidates::{Candidates, candidates, holds};
use super::plan::Plan;
use crate::collection::Filter;
use crate::collection::document::parse_text;
use crate::error::Result;
use crate::sqlite::collection::info::Info;
use crate::sqlite::source::View;

/// The body of a document, and its id.
pub(super) const BY_NUMBER: &str = "SELECT c.item_id, c.metadata FROM beaver_documents AS d
     JOIN beaver_collections AS c ON c.collection = ?1 AND c.item_id = d.item_id WHERE d.doc_id = ?2";

/// Which documents a filter leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sqlite::collection) enum Survivors {
    /// These, by their numbers, ascending.
    Exact(Vec<u32>),
    /// More than were asked for, or more may be.
    TooMany,
    /// No index tells.
    Unknown,
}

/// The documents that a filter leaves, if they are at most `limit`. Where indexes tell all, no body is read; else
/// those of the candidates are, if they are at most `limit`. Takes O(limit x (log n + conditions)) at most, but for a
/// "contains" of a string, which goes through all strings of the field's index.
///
/// A filter that every document meets is Unknown: leave it out.
pub(in crate::sqlite::collection) fn survivors(
    view: &View<'_>,
    info: &Info,
    name: &str,
    filter: &Filter,
    limit: usize,
) -> Result<Survivors> {
    let plan = Plan::of(filter, &super::usable(view.conn, Some(info))?);
    if matches!(plan, Plan::Unknown | Plan::Everything) {
        return Ok(Survivors::Unknown);
    }
    let Some(Candidates { mut docs, exact }) = candidates(view.conn, &plan, limit)? else {
        return Ok(Survivors::TooMany);
    };
    if docs.len() > limit {
        return Ok(Survivors::TooMany);
    }
    if !exact {
        let mut left = Vec::with_capacity(docs.len());
        for doc in docs {
            if matches(view, name, doc, filter)? {
                left.push(doc);
            }
        }
        docs = left;
    }
    Ok(Survivors::Exact(docs))
}

/// A filter that is asked about one document after the other: what indexes tell is not read from a body.
pub(in crate::sqlite::collection) struct Asked<'a> {
    view: &'a View<'a>,
    name: &'a str,
    filter: &'a Filter,
    plan: Plan,
}

impl<'a> Asked<'a> {
    pub fn new(view: &'a View<'a>, info: &Info, name: &'a str, filter: &'a Filter) -> Result<Self> {
        let plan = Plan::of(filter, &super::usable(view.conn, Some(info))?);
        Ok(Asked { view, name, filter, plan })
    }

    /// Whether indexes tell anything.
    pub fn knows(&self) -> bool {
        !matches!(self.plan, Plan::Unknown | Plan::Everything)
    }

    /// All documents that the filter may leave, and whether it leaves each of them; none if they are more than
    /// `most`, or no index tells. Takes O(those documents).
    pub fn all(&self, most: usize) -> Result<Option<(Vec<u32>, bool)>> {
        Ok(candidates(self.view.conn, &self.plan, most)?.map(|Candidates { docs, exact }| (docs, exact)))
    }

    /// Whether the filter leaves a document. O(log n) where indexes tell; else its body is read.
    pub fn passes(&self, doc: u32) -> Result<bool> {
        match holds(self.view.conn, &self.plan, doc)? {
            Some(passes) => Ok(passes),
            None => matches(self.view, self.name, doc, self.filter),
        }
    }
}

/// Whether a filter leaves a document: reads its body, by its number. A document that is not there is not left.
pub(in crate::sqlite::collection) fn matches(view: &View<'_>, name: &str, doc: u32, filter: &Filter) -> Result<bool> {
    Ok(body(view.conn, name, doc)?.is_some_and(|(_, body)| filter.matches(&body)))
}

/// The id of a document, and its body, if it is there and can be read.
pub(super) fn body(conn: &Connection, name: &str, doc: u32) -> Result<Option<(String, Value)>> {
    let mut select = conn.prepare_cached(BY_NUMBER)?;
    let mut rows = select.query(params![name, doc])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    match parse_text(row.get_ref(1)?.as_str_or_null()?.unwrap_or("{}")) {
        Ok(body) => Ok(Some((row.get(0)?, body))),
        Err(_) => Ok(None),
    }
}
