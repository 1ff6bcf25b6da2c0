//! Documents of BeaverDB 1.x get their row in `beaver_documents`, and what hangs on it, a few with each write to
//! their collection. Until then they are found as they are: their text by the index of 1.x, their vectors by
//! comparing each.

use rusqlite::{Connection, OptionalExtension, params};

use super::documents::{self, embedding_of};
use super::info::Info;
use super::{fields, text, vectors};
use crate::collection::document::{parse_body, text_rows};
use crate::collection::leaves::Fts;
use crate::error::Result;
use crate::sqlite::apply::Tx;
use crate::value::Json;

/// How many documents one write adopts in passing.
const PORTION: usize = 16;

/// Sees whether a collection that gets its row in `beaver_collection_info` has documents already.
pub(super) fn begin(conn: &Connection, name: &str) -> Result<()> {
    if !documents::any(conn, name)? {
        return Ok(());
    }
    let dimension = documents::first_dimension(conn, name)?;
    conn.execute(
        "UPDATE beaver_collection_info SET adopted_to = '', dimension = ?2 WHERE name = ?1",
        params![name, dimension],
    )?;
    // What 1.x does when it compacts: it reads every vector anew, and no dropped id is kept in mind.
    conn.execute("DELETE FROM beaver_vector_change_log WHERE collection_name = ?1", [name])?;
    conn.execute(
        "INSERT INTO beaver_collection_versions (collection_name, base_version) VALUES (?1, 1)
         ON CONFLICT (collection_name) DO UPDATE SET base_version = base_version + 1",
        [name],
    )?;
    Ok(())
}

/// Adopts the next few documents, if any are left.
pub(super) fn step(tx: &mut Tx<'_>, name: &str, info: &mut Info) -> Result<()> {
    let Some(after) = info.adopted_to.clone() else { return Ok(()) };
    let fuzzy =
        tx.conn.prepare_cached("SELECT 1 FROM beaver_trigrams WHERE collection = ?1 LIMIT 1")?.exists([name])?;
    let mut select = tx.conn.prepare_cached(
        "SELECT item_id, item_vector, metadata FROM beaver_collections WHERE collection = ?1 AND item_id > ?2
         ORDER BY item_id LIMIT ?3",
    )?;
    let rows: Vec<(String, Option<Vec<u8>>, Option<String>)> = select
        .query_map(params![name, after, PORTION], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    drop(select);
    let last = rows.last().map(|(id, ..)| id.clone());
    let full = rows.len() == PORTION;
    for (id, vector, body) in rows {
        one(tx, info, fuzzy, &id, vector.as_deref(), body.as_deref())?;
    }
    info.adopted_to = last.filter(|_| full);
    tx.conn
        .prepare_cached("UPDATE beaver_collection_info SET adopted_to = ?2 WHERE collection_id = ?1")?
        .execute(params![info.id, info.adopted_to])?;
    Ok(())
}

fn one(
    tx: &mut Tx<'_>,
    info: &mut Info,
    fuzzy: bool,
    id: &str,
    vector: Option<&[u8]>,
    body: Option<&str>,
) -> Result<()> {
    let there: Option<i64> = tx
        .conn
        .prepare_cached("SELECT doc_id FROM beaver_documents WHERE collection_id = ?1 AND item_id = ?2")?
        .query_row(params![info.id, id], |row| row.get(0))
        .optional()?;
    if there.is_some() {
        return Ok(());
    }
    tx.conn
        .prepare_cached(
            "INSERT INTO beaver_documents (collection_id, item_id, fts, fuzzy, text_row, text_rows)
             VALUES (?1, ?2, NULL, ?3, NULL, 0)",
        )?
        .execute(params![info.id, id, fuzzy])?;
    let doc = documents::number(tx.conn.last_insert_rowid())?;
    if let Some(embedding) = vector.and_then(embedding_of)
        && info.dimension.is_some_and(|dimension| dimension as usize == embedding.len())
    {
        vectors::put(tx, info, doc, id, &embedding)?;
    }
    // A body that is no JSON cannot be searched; `verify` names it.
    if let Ok(value) = parse_body(&Json::trusted(body.unwrap_or("{}"))) {
        fields::put(tx, info, doc, &value)?;
        if fuzzy {
            text::learn(tx, info, &text_rows(&value, &Fts::All))?;
        }
    }
    Ok(())
}
