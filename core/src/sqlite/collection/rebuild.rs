//! Makes what is derived from the documents anew: their rows in `beaver_documents`, their text, the vocabulary, their
//! vectors, their indexed fields. The codes of the vectors follow by a compaction.

use rusqlite::params;

use super::documents::{self, Entry, embedding_of};
use super::info::{self, Info};
use super::{fields, text, vectors};
use crate::collection::Fts;
use crate::collection::document::{parse_text, text_rows};
use crate::collection::upkeep::REBUILT;
use crate::engine::Reply;
use crate::error::Result;
use crate::sqlite::apply::Tx;
use crate::value::Json;

/// Rebuilds the next few documents after that id; from none on, it first removes all text, and what belongs to no
/// document.
pub(super) fn step(tx: &mut Tx<'_>, name: &str, after: Option<&str>) -> Result<Reply> {
    let mut info = if documents::any(tx.conn, name)? {
        Info::create(tx.conn, name)?
    } else {
        match info::load(tx.conn, name)? {
            Some(info) => info,
            None => return Ok(Reply::Value(None)),
        }
    };
    if after.is_none() {
        begin(tx, name, &mut info)?;
    }
    let mut select = tx.conn.prepare_cached(
        "SELECT item_id, item_vector, metadata FROM beaver_collections WHERE collection = ?1 AND item_id > ?2
         ORDER BY item_id LIMIT ?3",
    )?;
    let rows: Vec<(String, Option<Vec<u8>>, Option<String>)> = select
        .query_map(params![name, after.unwrap_or(""), REBUILT], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    drop(select);
    for (id, vector, body) in &rows {
        one(tx, name, &info, id, vector.as_deref(), body.as_deref())?;
    }
    if (rows.len() as u64) < REBUILT {
        tx.conn
            .prepare_cached("UPDATE beaver_collection_info SET adopted_to = NULL WHERE collection_id = ?1")?
            .execute([info.id])?;
        return Ok(Reply::Value(None));
    }
    Ok(Reply::Value(rows.last().map(|(id, ..)| Json::of(id)).transpose()?))
}

fn begin(tx: &mut Tx<'_>, name: &str, info: &mut Info) -> Result<()> {
    if info.dimension.is_none() {
        let dimension = documents::first_dimension(tx.conn, name)?;
        info.set_dimension(tx.conn, dimension)?;
    }
    text::prepare(tx.conn, info.settings.tokenizer)?;
    text::clear(tx, info, name)?;
    vectors::forget_codes(tx, info)?;
    tx.conn.execute(
        "DELETE FROM beaver_documents WHERE collection_id = ?1 AND NOT EXISTS
             (SELECT 1 FROM beaver_collections AS c WHERE c.collection = ?2 AND c.item_id = beaver_documents.item_id)",
        params![info.id, name],
    )?;
    tx.conn.execute("DELETE FROM beaver_vectors WHERE doc_id NOT IN (SELECT doc_id FROM beaver_documents)", [])?;
    tx.conn.execute("DELETE FROM beaver_field_values WHERE doc_id NOT IN (SELECT doc_id FROM beaver_documents)", [])?;
    Ok(())
}

fn one(tx: &mut Tx<'_>, name: &str, info: &Info, id: &str, vector: Option<&[u8]>, body: Option<&str>) -> Result<()> {
    let before = documents::entry(tx.conn, info, id)?;
    let (fts, fuzzy) = match &before {
        Some(Entry { fts, fuzzy, .. }) => (fts.clone(), *fuzzy),
        None => (None, false),
    };
    // A body that is no JSON cannot be searched; `verify` names it.
    let value = parse_text(body.unwrap_or("{}")).ok();
    let selection = fts.as_deref().map_or(Ok(Fts::All), Fts::from_json)?;
    let rows = value.as_ref().map(|value| text_rows(value, &selection)).unwrap_or_default();
    let text = text::add(tx, info, name, id, &rows)?;
    if fuzzy {
        text::learn(tx, info, &rows)?;
    }
    let doc = documents::put_entry(tx, info, id, before.as_ref(), fts.as_deref(), fuzzy, text)?;
    let embedding = vector.and_then(embedding_of);
    vectors::restore(tx, info, doc, embedding.as_deref())?;
    match &value {
        Some(value) => fields::put(tx, info, doc, value),
        None => fields::remove(tx, info, doc),
    }
}
