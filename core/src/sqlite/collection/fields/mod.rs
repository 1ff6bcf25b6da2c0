//! Indexed fields of the bodies: which there are, and what they hold of each document. The queries over them are
//! in `query.rs`, and which documents a filter leads to in `survivors.rs`.

mod candidates;
mod cursor;
mod entry;
mod order;
mod plan;
mod problems;
mod query;
mod ranges;
pub(super) mod survivors;
#[cfg(test)]
mod tests;

use rusqlite::{Connection, params};
use serde_json::Value;

use super::adopt;
use super::documents::number;
use super::info::{self, Info};
use crate::collection::document::parse_text;
use crate::collection::{FieldPath, Filter, Find, FindPlan, Found, MAX_INDEXES};
use crate::engine::{FieldEngine, Reply};
use crate::error::{Error, ErrorKind, Result};
use crate::sqlite::apply::Tx;
use crate::sqlite::source::Source;

pub(in crate::sqlite) use problems::problems;

/// How many documents a step of a backfill indexes.
const PORTION: usize = 512;
/// How many of BeaverDB 1.x it adopts first, at most: a few at a time, see `adopt.rs`.
const ADOPTIONS: usize = 32;

const DECLARED: &str =
    "SELECT index_id, path, filled_to IS NULL FROM beaver_field_indexes WHERE collection_id = ?1 ORDER BY path";
const ENTRIES_OF: &str = "SELECT index_id, value FROM beaver_field_values WHERE doc_id = ?1";
const INSERT: &str = "INSERT OR IGNORE INTO beaver_field_values (index_id, value, doc_id) VALUES (?1, ?2, ?3)";
const DELETE: &str = "DELETE FROM beaver_field_values WHERE index_id = ?1 AND value = ?2 AND doc_id = ?3";
const DELETE_DOCUMENT: &str = "DELETE FROM beaver_field_values WHERE doc_id = ?1";
const DELETE_INDEX: &str = "DELETE FROM beaver_field_values WHERE index_id = ?1";
const PAGE: &str = "SELECT c.item_id, d.doc_id, c.metadata FROM beaver_collections AS c
     LEFT JOIN beaver_documents AS d ON d.collection_id = ?2 AND d.item_id = c.item_id
     WHERE c.collection = ?1 AND c.item_id > ?3 ORDER BY c.item_id LIMIT ?4";

/// A declared index.
#[derive(Debug, Clone)]
struct Index {
    id: i64,
    path: FieldPath,
    /// All documents are in it. Else it is kept up to date, and not used.
    whole: bool,
}

/// The indexes of a collection, by their paths.
fn declared(conn: &Connection, collection: i64) -> Result<Vec<Index>> {
    let mut select = conn.prepare_cached(DECLARED)?;
    let mut rows = select.query([collection])?;
    let mut indexes = Vec::new();
    while let Some(row) = rows.next()? {
        let path = FieldPath::parse(row.get_ref(1)?.as_str()?)
            .map_err(|e| Error::new(ErrorKind::Corrupt, format!("an index cannot be read: {}", e.message())))?;
        indexes.push(Index { id: row.get(0)?, path, whole: row.get(2)? });
    }
    Ok(indexes)
}

/// The number of a collection and the indexes that can be used; none if it has no row of its own.
fn usable(conn: &Connection, info: Option<&Info>) -> Result<Vec<Index>> {
    let mut indexes = info.map_or(Ok(Vec::new()), |info| declared(conn, info.id))?;
    indexes.retain(|index| index.whole);
    Ok(indexes)
}

/// Puts the values of a document's indexed fields in the place of those that it had.
pub(super) fn put(tx: &mut Tx<'_>, info: &Info, doc: u32, body: &Value) -> Result<()> {
    let indexes = declared(tx.conn, info.id)?;
    if indexes.is_empty() {
        return Ok(());
    }
    let mut before: Vec<(i64, Vec<u8>)> = Vec::new();
    {
        let mut select = tx.conn.prepare_cached(ENTRIES_OF)?;
        let mut rows = select.query([doc])?;
        while let Some(row) = rows.next()? {
            before.push((row.get(0)?, row.get(1)?));
        }
    }
    before.sort_unstable();
    let mut kept = vec![false; before.len()];
    let mut insert = tx.conn.prepare_cached(INSERT)?;
    for index in indexes {
        for entry in entry::entries(index.path.get(body)) {
            let row = (index.id, entry);
            match before.binary_search(&row).ok().and_then(|at| kept.get_mut(at)) {
                Some(kept) => *kept = true,
                None => _ = insert.execute(params![row.0, row.1, doc])?,
            }
        }
    }
    let mut delete = tx.conn.prepare_cached(DELETE)?;
    for ((index, entry), _) in before.iter().zip(kept).filter(|(_, kept)| !kept) {
        delete.execute(params![index, entry, doc])?;
    }
    Ok(())
}

/// Removes the values of a document.
pub(super) fn remove(tx: &mut Tx<'_>, _info: &Info, doc: u32) -> Result<()> {
    tx.conn.prepare_cached(DELETE_DOCUMENT)?.execute([doc])?;
    Ok(())
}

/// Removes all values of a collection; its indexes stay declared, and are whole.
pub(super) fn clear(tx: &mut Tx<'_>, info: &Info) -> Result<()> {
    for index in declared(tx.conn, info.id)? {
        tx.conn.prepare_cached(DELETE_INDEX)?.execute([index.id])?;
    }
    tx.conn
        .prepare_cached("UPDATE beaver_field_indexes SET filled_to = NULL WHERE collection_id = ?1")?
        .execute([info.id])?;
    Ok(())
}

fn find_index(conn: &Connection, info: &Info, path: &FieldPath) -> Result<Option<Index>> {
    Ok(declared(conn, info.id)?.into_iter().find(|index| index.path == *path))
}

pub(super) fn create(tx: &mut Tx<'_>, name: &str, path: &FieldPath) -> Result<Reply> {
    if let Some(info) = info::load(tx.conn, name)? {
        let indexes = declared(tx.conn, info.id)?;
        if indexes.iter().any(|index| index.path == *path) {
            return Ok(Reply::Flag(false));
        }
        if indexes.len() >= MAX_INDEXES {
            return Err(Error::limit(format!(
                "a collection has at most {MAX_INDEXES} indexes: drop another one first"
            )));
        }
    }
    let info = Info::create(tx.conn, name)?;
    tx.conn
        .prepare_cached(
            "INSERT INTO beaver_field_indexes (collection_id, path, filled_to, filled, total)
             SELECT ?1, ?3, iif(count(*) > 0, '', NULL), 0, count(*) FROM beaver_collections WHERE collection = ?2",
        )?
        .execute(params![info.id, name, path.text()])?;
    Ok(Reply::Flag(true))
}

pub(super) fn drop(tx: &mut Tx<'_>, name: &str, path: &FieldPath) -> Result<Reply> {
    let Some(info) = info::load(tx.conn, name)? else { return Ok(Reply::Flag(false)) };
    let Some(index) = find_index(tx.conn, &info, path)? else { return Ok(Reply::Flag(false)) };
    tx.conn.prepare_cached(DELETE_INDEX)?.execute([index.id])?;
    tx.conn.prepare_cached("DELETE FROM beaver_field_indexes WHERE index_id = ?1")?.execute([index.id])?;
    Ok(Reply::Flag(true))
}

/// Indexes the next few documents that were there before the index. Those that are written meanwhile are put into
/// it by who writes them, so that no harm is done if they come by here too.
pub(super) fn backfill_step(tx: &mut Tx<'_>, name: &str, path: &FieldPath) -> Result<Reply> {
    const DONE: Reply = Reply::Progress { done: 0, total: 0 };
    let Some(mut info) = info::load(tx.conn, name)? else { return Ok(DONE) };
    let Some(index) = find_index(tx.conn, &info, path)? else { return Ok(DONE) };
    let (filled_to, filled, total): (Option<String>, u64, u64) = tx
        .conn
        .prepare_cached("SELECT filled_to, filled, total FROM beaver_field_indexes WHERE index_id = ?1")?
        .query_row([index.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let Some(filled_to) = filled_to else { return Ok(DONE) };

    // A document has to have its number before it has values. Who is adopted gets those too.
    for _ in 0..ADOPTIONS {
        if info.adopted_to.is_none() {
            break;
        }
        adopt::step(tx, name, &mut info)?;
    }
    let mut page = tx.conn.prepare_cached(PAGE)?;
    let mut rows = page.query(params![name, info.id, filled_to, PORTION])?;
    let mut insert = tx.conn.prepare_cached(INSERT)?;
    let (mut count, mut last) = (0, None);
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        if info.adopted_to.as_ref().is_some_and(|to| id > *to) {
            break;
        }
        let doc: Option<i64> = row.get(1)?;
        // What cannot be read cannot be searched: `verify` names it.
        let body = parse_text(row.get_ref(2)?.as_str_or_null()?.unwrap_or("{}"));
        if let (Some(doc), Ok(body)) = (doc, body) {
            for entry in entry::entries(path.get(&body)) {
                insert.execute(params![index.id, entry, number(doc)?])?;
            }
        }
        count += 1;
        last = Some(id);
    }
    let whole = count < PORTION && info.adopted_to.is_none();
    let filled = filled + count as u64;
    tx.conn
        .prepare_cached("UPDATE beaver_field_indexes SET filled_to = ?2, filled = ?3 WHERE index_id = ?1")?
        .execute(params![index.id, if whole { None } else { Some(last.unwrap_or(filled_to)) }, filled])?;
    // Documents that came meanwhile may have made it more than there were.
    Ok(Reply::Progress { done: filled, total: if whole { filled } else { total.max(filled + 1) } })
}

impl<S: Source> FieldEngine for S {
    fn find(&self, name: &str, find: &Find) -> Result<(Found, FindPlan)> {
        self.read_together(|view| query::find(view, name, find))
    }

    fn count(&self, name: &str, filter: &Filter) -> Result<u64> {
        self.read_together(|view| query::count(view, name, filter))
    }

    fn indexes(&self, name: &str) -> Result<Vec<String>> {
        self.read_together(|view| {
            let Some(info) = info::load(view.conn, name)? else { return Ok(Vec::new()) };
            Ok(declared(view.conn, info.id)?.into_iter().map(|index| index.path.text().to_owned()).collect())
        })
    }
}
