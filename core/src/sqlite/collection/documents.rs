//! The documents themselves: storing, removing and reading them.

use rusqlite::{Connection, OptionalExtension, params};

use super::info::{self, Info};
use super::{adopt, fields, graph, text, vectors};
use crate::collection::document::Indexing;
use crate::collection::{CollectionInfo, Document};
use crate::engine::{DocumentEngine, Kind, Reply, StoredDocument};
use crate::error::{Error, Result};
use crate::sqlite::apply::Tx;
use crate::sqlite::cache::Cached;
use crate::sqlite::source::{Source, View};
use crate::sqlite::verify::Findings;
use crate::value::Json;
use crate::vector::Metric;

/// A document as it stands in the base table.
struct Base {
    vector: Option<Vec<u8>>,
    body: String,
}

/// Its row in `beaver_documents`.
pub(super) struct Entry {
    pub doc: u32,
    /// None for a document of BeaverDB 1.x.
    pub fts: Option<String>,
    pub fuzzy: bool,
    pub text: text::Rows,
}

fn base(conn: &Connection, name: &str, id: &str) -> Result<Option<Base>> {
    let mut select = conn.prepare_cached(
        "SELECT item_vector, metadata FROM beaver_collections WHERE collection = ?1 AND item_id = ?2",
    )?;
    let row = select.query_row([name, id], |row| {
        let body: Option<String> = row.get(1)?;
        Ok(Base { vector: row.get(0)?, body: body.unwrap_or_else(empty_body) })
    });
    Ok(row.optional()?)
}

/// What stands for a body that is NULL.
fn empty_body() -> String {
    "{}".to_owned()
}

pub(super) fn entry(conn: &Connection, info: &Info, id: &str) -> Result<Option<Entry>> {
    let mut select = conn.prepare_cached(
        "SELECT doc_id, fts, fuzzy, text_row, text_rows FROM beaver_documents WHERE collection_id = ?1 AND item_id = ?2",
    )?;
    let row = select.query_row(params![info.id, id], |row| {
        let text = text::Rows { first: row.get(3)?, count: row.get(4)? };
        Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?, text))
    });
    row.optional()?.map(|(doc, fts, fuzzy, text)| Ok(Entry { doc: number(doc)?, fts, fuzzy, text })).transpose()
}

/// The number of a document, which the codes of vectors have in 32 bits.
pub(super) fn number(doc: i64) -> Result<u32> {
    u32::try_from(doc).map_err(|_| Error::limit("a file holds at most 4,294,967,295 documents in its lifetime"))
}

/// Whether there are any documents.
pub(super) fn any(conn: &Connection, name: &str) -> Result<bool> {
    Ok(conn.prepare_cached("SELECT 1 FROM beaver_collections WHERE collection = ?1 LIMIT 1")?.exists([name])?)
}

/// How many documents there are.
pub(super) fn count(conn: &Connection, name: &str) -> Result<u64> {
    let mut count = conn.prepare_cached("SELECT count(*) FROM beaver_collections WHERE collection = ?1")?;
    Ok(count.query_row([name], |row| row.get(0))?)
}

/// The dimension of the first vector that there is.
pub(super) fn first_dimension(conn: &Connection, name: &str) -> Result<Option<u32>> {
    let mut select = conn.prepare_cached(
        "SELECT length(item_vector) / 4 FROM beaver_collections WHERE collection = ?1 AND item_vector IS NOT NULL LIMIT 1",
    )?;
    Ok(select.query_row([name], |row| row.get(0)).optional()?)
}

/// An embedding as it is stored: little-endian floats. None if the length is not one of floats.
pub(super) fn embedding_of(bytes: &[u8]) -> Option<Vec<f32>> {
    let (components, rest) = bytes.as_chunks::<4>();
    if components.is_empty() || !rest.is_empty() {
        return None;
    }
    Some(components.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

fn bytes_of(embedding: &[f32]) -> Vec<u8> {
    embedding.iter().flat_map(|component| component.to_le_bytes()).collect()
}

pub(super) fn index(tx: &mut Tx<'_>, name: &str, indexing: &Indexing) -> Result<Reply> {
    // What can be wrong is found before anything is written.
    let known = info::load(tx.conn, name)?;
    check_embedding(&public(tx.conn, name, known.as_ref())?, indexing)?;
    let Indexing { document, value, text: rows, fts, fuzzy } = indexing;
    let vector = document.embedding.as_deref().map(bytes_of);
    let before = base(tx.conn, name, &document.id)?;
    let mut info = known.map_or_else(|| Info::create(tx.conn, name), Ok)?;
    let entry = entry(tx.conn, &info, &document.id)?;

    let same_body = before.as_ref().is_some_and(|before| before.body == document.body.as_str());
    let same_vector = before.as_ref().is_some_and(|before| before.vector == vector);
    let same_options = entry.as_ref().is_some_and(|entry| entry.fts.as_deref() == Some(fts) && entry.fuzzy == *fuzzy);
    if same_body && same_vector && same_options {
        return Ok(Reply::Flag(false));
    }
    adopt::step(tx, name, &mut info)?;
    tx.conn
        .prepare_cached(
            "INSERT INTO beaver_collections (collection, item_id, item_vector, metadata) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (collection, item_id) DO UPDATE SET item_vector = excluded.item_vector, metadata = excluded.metadata",
        )?
        .execute(params![name, document.id, vector, document.body.as_str()])?;

    let text = match &entry {
        Some(entry) if same_body && same_options => entry.text,
        _ => {
            if before.is_some() {
                let there = entry.as_ref().map_or(text::Rows::UNKNOWN, |entry| entry.text);
                text::remove(tx, &info, name, &document.id, there)?;
            }
            if *fuzzy {
                text::learn(tx, &info, rows)?;
            }
            text::add(tx, &info, name, &document.id, rows)?
        }
    };
    let doc = put_entry(tx, &info, &document.id, entry.as_ref(), Some(fts), *fuzzy, text)?;
    if !same_vector || entry.is_none() {
        match &document.embedding {
            Some(embedding) => {
                if info.dimension.is_none() {
                    // The length was checked: it fits.
                    info.set_dimension(tx.conn, u32::try_from(embedding.len()).ok())?;
                }
                vectors::put(tx, &mut info, doc, &document.id, embedding)?;
            }
            None => vectors::remove(tx, &mut info, doc)?,
        }
    }
    if !same_body || entry.is_none() {
        fields::put(tx, &info, doc, value)?;
    }
    Ok(Reply::Flag(true))
}

pub(super) fn put_entry(
    tx: &mut Tx<'_>,
    info: &Info,
    id: &str,
    before: Option<&Entry>,
    fts: Option<&str>,
    fuzzy: bool,
    text: text::Rows,
) -> Result<u32> {
    if let Some(before) = before {
        tx.conn
            .prepare_cached(
                "UPDATE beaver_documents SET fts = ?2, fuzzy = ?3, text_row = ?4, text_rows = ?5 WHERE doc_id = ?1",
            )?
            .execute(params![before.doc, fts, fuzzy, text.first, text.count])?;
        return Ok(before.doc);
    }
    tx.conn
        .prepare_cached(
            "INSERT INTO beaver_documents (collection_id, item_id, fts, fuzzy, text_row, text_rows)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![info.id, id, fts, fuzzy, text.first, text.count])?;
    number(tx.conn.last_insert_rowid())
}

/// What only the collection can tell about an embedding: its dimension, and the metric it is compared by.
pub(super) fn check_vector(info: &CollectionInfo, what: &str, vector: &[f32]) -> Result<()> {
    if let Some(dimension) = info.dimension
        && dimension as usize != vector.len()
    {
        let found = vector.len();
        return Err(Error::invalid(format!(
            "{what} has {found} components, the collection's vectors have {dimension}"
        )));
    }
    if info.settings.metric == Metric::Cosine && vector.iter().all(|component| *component == 0.0) {
        return Err(Error::invalid(format!("{what} is zero: it has no direction that cosine could compare")));
    }
    Ok(())
}

fn check_embedding(info: &CollectionInfo, indexing: &Indexing) -> Result<()> {
    indexing.document.embedding.as_deref().map_or(Ok(()), |vector| check_vector(info, "the embedding", vector))
}

pub(super) fn drop(tx: &mut Tx<'_>, name: &str, id: &str) -> Result<Reply> {
    if base(tx.conn, name, id)?.is_none() {
        return Ok(Reply::Flag(false));
    }
    let mut info = Info::create(tx.conn, name)?;
    adopt::step(tx, name, &mut info)?;
    tx.conn
        .prepare_cached("DELETE FROM beaver_collections WHERE collection = ?1 AND item_id = ?2")?
        .execute([name, id])?;
    let entry = entry(tx.conn, &info, id)?;
    text::remove(tx, &info, name, id, entry.as_ref().map_or(text::Rows::UNKNOWN, |entry| entry.text))?;
    graph::remove(tx, name, id)?;
    if let Some(Entry { doc, .. }) = entry {
        vectors::remove(tx, &mut info, doc)?;
        fields::remove(tx, &info, doc)?;
        tx.conn.prepare_cached("DELETE FROM beaver_documents WHERE doc_id = ?1")?.execute([doc])?;
    }
    Ok(Reply::Flag(true))
}

pub(super) fn clear(tx: &mut Tx<'_>, name: &str) -> Result<Reply> {
    let removed = tx.conn.prepare_cached("DELETE FROM beaver_collections WHERE collection = ?1")?.execute([name])?;
    graph::clear(tx, name)?;
    tx.conn.prepare_cached("DELETE FROM beaver_trigrams WHERE collection = ?1")?.execute([name])?;
    if let Some(mut info) = info::load(tx.conn, name)? {
        text::clear(tx, &info, name)?;
        vectors::clear(tx, &mut info)?;
        fields::clear(tx, &info)?;
        tx.conn.prepare_cached("DELETE FROM beaver_documents WHERE collection_id = ?1")?.execute([info.id])?;
        tx.conn
            .prepare_cached(
                "UPDATE beaver_collection_info SET dimension = NULL, adopted_to = NULL WHERE collection_id = ?1",
            )?
            .execute([info.id])?;
    } else if removed > 0 {
        // The text of documents that 1.x wrote.
        let info = Info::create(tx.conn, name)?;
        text::clear(tx, &info, name)?;
    }
    Ok(Reply::Count(removed as u64))
}

/// A line for each document without its row in `beaver_documents`, and for each such row without its document.
pub(in crate::sqlite) fn problems(view: &View<'_>) -> Result<Vec<String>> {
    let mut found = Findings::default();
    found.rows(
        view.conn,
        "SELECT c.collection, c.item_id FROM beaver_collections AS c JOIN beaver_collection_info AS i ON i.name = c.collection
         WHERE (i.adopted_to IS NULL OR c.item_id <= i.adopted_to) AND NOT EXISTS
             (SELECT 1 FROM beaver_documents AS d WHERE d.collection_id = i.collection_id AND d.item_id = c.item_id)",
        |row| {
            let (name, id): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(format!("collection {name:?}: the document {id:?} has no row in beaver_documents"))
        },
    )?;
    found.rows(
        view.conn,
        "SELECT d.doc_id, d.item_id FROM beaver_documents AS d
         LEFT JOIN beaver_collection_info AS i ON i.collection_id = d.collection_id
         WHERE NOT EXISTS (SELECT 1 FROM beaver_collections AS c WHERE c.collection = i.name AND c.item_id = d.item_id)",
        |row| {
            let (doc, id): (i64, String) = (row.get(0)?, row.get(1)?);
            Ok(format!("beaver_documents: the row {doc} of the document {id:?}, which is not there"))
        },
    )?;
    Ok(found.into())
}

impl<S: Source> DocumentEngine for S {
    fn collection_info(&self, name: &str) -> Result<CollectionInfo> {
        self.read_together(|view| public(view.conn, name, info::load(view.conn, name)?.as_ref()))
    }

    fn document_get(&self, name: &str, id: &str) -> Result<Option<Document>> {
        let read = |view: &View<'_>| Ok(Cached::Document(get(view.conn, name, id)?));
        match self.read_cached((Kind::Collection, name, id), read)? {
            Cached::Document(found) => Ok(found),
            _ => Err(Error::internal("something else was remembered in the place of a document")),
        }
    }

    fn document_contains(&self, name: &str, id: &str) -> Result<bool> {
        self.read(|view| {
            let mut select =
                view.conn.prepare_cached("SELECT 1 FROM beaver_collections WHERE collection = ?1 AND item_id = ?2")?;
            Ok(select.exists([name, id])?)
        })
    }

    fn document_len(&self, name: &str) -> Result<u64> {
        self.read(|view| count(view.conn, name))
    }

    fn document_page(&self, name: &str, after: Option<&str>, limit: usize) -> Result<Vec<StoredDocument>> {
        self.read(|view| {
            let mut page = view.conn.prepare_cached(
                "SELECT c.item_id, c.item_vector, c.metadata, d.fts, d.fuzzy FROM beaver_collections AS c
                 LEFT JOIN beaver_documents AS d ON d.item_id = c.item_id
                     AND d.collection_id = (SELECT collection_id FROM beaver_collection_info WHERE name = ?1)
                 WHERE c.collection = ?1 AND c.item_id > ?2 ORDER BY c.item_id LIMIT ?3",
            )?;
            // No id is empty, so all come after the empty one.
            let rows = page.query_map(params![name, after.unwrap_or(""), limit], |row| {
                Ok(StoredDocument {
                    document: document(row.get(0)?, row.get_ref(1)?.as_blob_or_null()?, row.get(2)?),
                    fts: row.get(3)?,
                    fuzzy: row.get::<_, Option<bool>>(4)?.unwrap_or(false),
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// The settings of a collection as it stands, whether or not it was ever written to by this version.
pub(super) fn public(conn: &Connection, name: &str, info: Option<&Info>) -> Result<CollectionInfo> {
    match info {
        Some(info) => Ok(info.public()),
        None => Ok(CollectionInfo { dimension: first_dimension(conn, name)?, ..CollectionInfo::default() }),
    }
}

/// The document of that id.
pub(super) fn get(conn: &Connection, name: &str, id: &str) -> Result<Option<Document>> {
    Ok(base(conn, name, id)?.map(|base| document(id.to_owned(), base.vector.as_deref(), Some(base.body))))
}

/// A document from its columns.
pub(super) fn document(id: String, vector: Option<&[u8]>, body: Option<String>) -> Document {
    let body = Json::trusted(body.unwrap_or_else(empty_body));
    Document { id, body, embedding: vector.and_then(embedding_of) }
}
