//! Vectors: a half-length copy of each by the document's number, and codes of one bit a dimension in chunks.
//!
//! A new code is appended to the last chunk, in the transaction that writes its document; a chunk that is full is
//! never written again. The code of a vector that was replaced or dropped stays behind as a stale one: a search
//! compares by the live copies, so it costs a comparison, not a wrong answer. Codes are relative to a centre, and
//! chunks of one centre make a generation. When many codes are stale, or the collection has grown far beyond what the
//! centre was taken from, the next generation is made, a few documents with each write: see `build.rs`.
//!
//! A generation of many vectors has partitions, each with chunks of its own: a code goes to the partition of the nearest
//! centroid, and a search looks into the nearest few. See `partitions.rs`.

mod accept;
mod build;
mod cache;
mod chunks;
mod held;
mod nearest;
mod partitions;
mod problems;
mod scan;
mod search;
mod split;
mod stats;
mod ways;
mod written;

#[cfg(test)]
mod tests;

pub(super) use build::{begin_compact, compact_step, forget as forget_codes};
pub(in crate::sqlite) use cache::CodeCache;
pub(in crate::sqlite) use problems::problems;
pub(in crate::sqlite) use written::Written;

use rusqlite::params;

use super::info::Info;
use crate::error::Result;
use crate::sqlite::apply::Tx;
use crate::sqlite::conn::Conn;
use crate::vector;

/// Up to so many documents are searched without codes.
const EXACT: i64 = 256;

/// Stores the vector of a document, in the place of the one that it may have had.
pub(super) fn put(tx: &mut Tx<'_>, info: &mut Info, doc: u32, id: &str, embedding: &[f32]) -> Result<()> {
    let new = store(tx, info, doc, embedding)?;
    let row = [(doc, embedding)];
    if info.codes.current > 0 {
        written::append(tx, info, info.codes.current, &row)?;
        if !new {
            written::count_stale(tx.conn, info, 1)?;
        }
    }
    // What the generation that is being made has not reached, it will find.
    if let Some((building, to)) = info.codes.building.clone()
        && *id <= *to
    {
        written::append(tx, info, building, &row)?;
    }
    build::tend(tx, info)
}

/// Writes the half-length copy; tells whether there was none.
fn store(tx: &Tx<'_>, info: &Info, doc: u32, embedding: &[f32]) -> Result<bool> {
    let packed = vector::pack(info.settings.metric, embedding);
    let added = tx
        .conn
        .prepare_cached("INSERT OR IGNORE INTO beaver_vectors (doc_id, collection_id, vector) VALUES (?1, ?2, ?3)")?
        .execute(params![doc, info.id, packed])?;
    if added == 0 {
        tx.conn
            .prepare_cached("UPDATE beaver_vectors SET collection_id = ?2, vector = ?3 WHERE doc_id = ?1")?
            .execute(params![doc, info.id, packed])?;
    }
    Ok(added > 0)
}

/// The vector of a document as its half-length copy has it, if it is one of the collection and has one.
fn compacted(conn: &Conn, info: &Info, doc: u32) -> Result<Option<Vec<f32>>> {
    let dimension = info.dimension.unwrap_or_default() as usize;
    with_packed(conn, info, doc, |packed| vector::unpack(packed, dimension)).map(Option::flatten)
}

/// Looks at the half-length copy of a document's vector, if it is one of the collection and has one.
fn with_packed<T>(conn: &Conn, info: &Info, doc: u32, look: impl FnOnce(&[u8]) -> T) -> Result<Option<T>> {
    const PACKED: &str = "SELECT vector FROM beaver_vectors WHERE doc_id = ?1 AND collection_id = ?2";
    conn.hot(PACKED, |select| {
        let mut rows = select.query(params![doc, info.id])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(look(row.get_ref(0)?.as_blob()?)))
    })
}

/// Makes the half-length copy anew, for a collection without codes. A vector of another dimension gets none.
pub(super) fn restore(tx: &mut Tx<'_>, info: &Info, doc: u32, embedding: Option<&[f32]>) -> Result<()> {
    match embedding.filter(|vector| info.dimension.is_some_and(|dimension| dimension as usize == vector.len())) {
        Some(embedding) => store(tx, info, doc, embedding).map(drop),
        None => {
            tx.conn.prepare_cached("DELETE FROM beaver_vectors WHERE doc_id = ?1")?.execute([doc])?;
            Ok(())
        }
    }
}

/// Removes the vector of a document, if it has one.
pub(super) fn remove(tx: &mut Tx<'_>, info: &mut Info, doc: u32) -> Result<()> {
    let there = tx.conn.prepare_cached("DELETE FROM beaver_vectors WHERE doc_id = ?1")?.execute([doc])? > 0;
    if there && info.codes.current > 0 {
        written::count_stale(tx.conn, info, 1)?;
        build::tend(tx, info)?;
    }
    Ok(())
}

/// Removes all vectors and codes of a collection.
pub(super) fn clear(tx: &mut Tx<'_>, info: &mut Info) -> Result<()> {
    tx.conn
        .prepare_cached(
            "DELETE FROM beaver_vectors WHERE doc_id IN (SELECT doc_id FROM beaver_documents WHERE collection_id = ?1)",
        )?
        .execute([info.id])?;
    build::forget(tx, info)
}
