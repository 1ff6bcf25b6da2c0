//! What `verify` checks of vectors: that each has its half-length copy, and its code in the generation that is searched.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use rusqlite::{Connection, params};

use super::super::documents::embedding_of;
use super::super::info::{self, Info};
use super::chunks::{self, Place};
use crate::error::Result;
use crate::sqlite::source::View;
use crate::sqlite::verify::Findings;
use crate::vector::{self, Chunk, Code};

/// A line for each vector that searches would miss or misjudge, and for what belongs to no document.
pub(in crate::sqlite) fn problems(view: &View<'_>) -> Result<Vec<String>> {
    let mut found = Findings::default();
    found.rows(
        view.conn,
        "SELECT v.doc_id FROM beaver_vectors AS v WHERE NOT EXISTS
             (SELECT 1 FROM beaver_documents AS d WHERE d.doc_id = v.doc_id AND d.collection_id = v.collection_id)",
        |row| Ok(format!("beaver_vectors: a vector of the document {}, which is not there", row.get::<_, i64>(0)?)),
    )?;
    let mut found: Vec<String> = found.into();
    let mut names = view.conn.prepare("SELECT name FROM beaver_collection_info ORDER BY name")?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for name in names {
        if let Some(info) = info::load(view.conn, &name)? {
            found.extend(of_collection(view.conn, &name, &info)?);
        }
    }
    Ok(found)
}

fn of_collection(conn: &Connection, name: &str, info: &Info) -> Result<Vec<String>> {
    let hasher = RandomState::new();
    let mut codes = HashSet::new();
    let mut encoder = None;
    if info.codes.current > 0 {
        match (read_codes(conn, info, &hasher), chunks::encoder(conn, info, info.codes.current)) {
            (Ok(read), Ok(made)) => (codes, encoder) = (read, Some(made)),
            (Err(error), _) | (_, Err(error)) => return Ok(vec![format!("collection {name:?}: {}", error.message())]),
        }
    }
    let mut found = Findings::default();
    found.query(
        conn,
        "SELECT c.item_id, c.item_vector, d.doc_id, v.vector FROM beaver_collections AS c
         LEFT JOIN beaver_documents AS d ON d.collection_id = ?2 AND d.item_id = c.item_id
         LEFT JOIN beaver_vectors AS v ON v.doc_id = d.doc_id
         WHERE c.collection = ?1 AND (c.item_vector IS NOT NULL OR v.vector IS NOT NULL)
             AND (?3 IS NULL OR c.item_id <= ?3)",
        params![name, info.id, info.adopted_to],
        |row| {
            let id: String = row.get(0)?;
            let stored: Option<Vec<u8>> = row.get(1)?;
            let Some(embedding) = stored.as_deref().and_then(embedding_of) else {
                return Ok(format!("collection {name:?}: the document {id:?} has a copy of a vector that it has not"));
            };
            if info.dimension.is_none_or(|dimension| dimension as usize != embedding.len()) {
                return Ok(format!("collection {name:?}: the vector of {id:?} has another dimension than the others"));
            }
            let copy: Option<Vec<u8>> = row.get(3)?;
            if copy != Some(vector::pack(info.settings.metric, &embedding)) {
                return Ok(format!("collection {name:?}: the copy of the vector of {id:?} is not right"));
            }
            let doc: i64 = row.get(2)?;
            match &encoder {
                Some(encoder) if !codes.contains(&mark(&hasher, doc, &encoder.encode(&embedding))) => {
                    Ok(format!("collection {name:?}: the vector of {id:?} has no code"))
                }
                _ => Ok(String::new()),
            }
        },
    )?;
    Ok(found.into())
}

/// A mark for each code of the generation that is searched.
fn read_codes(conn: &Connection, info: &Info, hasher: &RandomState) -> Result<HashSet<u64>> {
    let Place { first, last } = Place::of(info, info.codes.current);
    let mut select = conn.prepare("SELECT codes FROM beaver_vector_chunks WHERE chunk_id BETWEEN ?1 AND ?2")?;
    let mut rows = select.query([first, last])?;
    let mut marks = HashSet::new();
    while let Some(row) = rows.next()? {
        let chunk = Chunk::parse(row.get_ref(0)?.as_blob()?).map_err(|_| chunks::damaged())?;
        marks.extend(chunk.codes().map(|(doc, code)| mark(hasher, doc.into(), &code)));
    }
    Ok(marks)
}

/// The signs are exact on every machine; the factors come from sums of floats, so they are not part of it.
fn mark(hasher: &RandomState, doc: i64, code: &Code) -> u64 {
    hasher.hash_one((doc, &code.signs))
}
