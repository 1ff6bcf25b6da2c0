//! Blobs in `beaver_blobs`; uploads in `beaver_blob_uploads` and `beaver_blob_chunks` until they are
//! finished.

use rusqlite::blob::{Blob as Handle, ZeroBlob};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB, OptionalExtension, Row, params};

use super::apply::Tx;
use super::cache::Cached;
use super::source::{Source, View};
use super::stream;
use super::verify::Findings;
use crate::clock::{Micros, to_seconds};
use crate::engine::{Blob, BlobChange, BlobEngine, BlobStream, Condition, Kind, Reply};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Json, utf8};

/// How long an upload lasts without a further chunk. Its writer is taken to have crashed then.
const UPLOAD_PATIENCE: Micros = 24 * 3600 * 1_000_000;

/// How many chunks one commit forgets: of crashed uploads in passing, of an aborted one at a time.
const SWEEP: usize = 16;
const ABORT: usize = 64;

/// Up to which length a stream is simply read at once: cheaper than a connection of its own.
const SMALL: u64 = 256 << 10;

const GET: &str = "SELECT data, metadata FROM beaver_blobs WHERE store_name = ?1 AND key = ?2";
const ROW: &str = "SELECT rowid FROM beaver_blobs WHERE store_name = ?1 AND key = ?2";
const UPSERT: &str = "INSERT INTO beaver_blobs VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (store_name, key) DO UPDATE SET data = excluded.data, metadata = excluded.metadata";

pub(super) fn apply(tx: &mut Tx<'_>, name: &str, change: &BlobChange) -> Result<Reply> {
    match change {
        BlobChange::Put { key, data, metadata, condition } => {
            if !holds(tx.conn, name, key, condition)? {
                return Ok(Reply::Flag(false));
            }
            let metadata = metadata.as_ref().map(Json::as_str);
            tx.conn.prepare_cached(UPSERT)?.execute(params![name, key, data, metadata])?;
            Ok(Reply::Flag(true))
        }
        BlobChange::Delete { key } => {
            let mut delete = tx.conn.prepare_cached("DELETE FROM beaver_blobs WHERE store_name = ?1 AND key = ?2")?;
            Ok(Reply::Flag(delete.execute([name, key])? > 0))
        }
        BlobChange::Clear => {
            let removed = tx.conn.prepare_cached("DELETE FROM beaver_blobs WHERE store_name = ?1")?.execute([name])?;
            Ok(Reply::Count(removed as u64))
        }
        BlobChange::Stage { upload, sequence, data } => {
            sweep(tx)?;
            stage(tx, upload, *sequence, data)?;
            Ok(Reply::Done)
        }
        BlobChange::Finish { upload, key, metadata } => {
            finish(tx, upload, name, key, metadata.as_ref())?;
            Ok(Reply::Done)
        }
        BlobChange::Abort { upload } => Ok(Reply::Flag(forget(tx.conn, upload, ABORT)?)),
    }
}

fn holds(conn: &Connection, name: &str, key: &str, condition: &Condition) -> Result<bool> {
    Ok(match condition {
        Condition::Always => true,
        Condition::Absent => !conn.prepare_cached(ROW)?.exists([name, key])?,
        Condition::Equals(expected) => stat(conn, name, key)?
            .and_then(|(_, metadata)| metadata)
            .is_some_and(|metadata| metadata.same_value(expected)),
    })
}

fn stage(tx: &Tx<'_>, upload: &str, sequence: u64, data: &[u8]) -> Result<()> {
    let now = to_seconds(tx.now);
    let known = if sequence == 0 {
        tx.conn.prepare_cached("INSERT INTO beaver_blob_uploads VALUES (?1, ?2)")?.execute(params![upload, now])?
    } else {
        tx.conn
            .prepare_cached("UPDATE beaver_blob_uploads SET touched_at = ?2 WHERE upload_id = ?1")?
            .execute(params![upload, now])?
    };
    if known == 0 {
        return Err(given_up());
    }
    tx.conn
        .prepare_cached("INSERT INTO beaver_blob_chunks VALUES (?1, ?2, ?3)")?
        .execute(params![upload, sequence, data])?;
    Ok(())
}

fn given_up() -> Error {
    Error::new(ErrorKind::NotFound, "the upload was given up after a day without a write: begin it again")
}

/// Forgets a few chunks of an upload whose writer crashed, if there is one. An upload of many chunks
/// goes over several commits, each as short as the chunk that is being staged.
fn sweep(tx: &Tx<'_>) -> Result<()> {
    let stale: Option<String> = tx
        .conn
        .prepare_cached("SELECT upload_id FROM beaver_blob_uploads WHERE touched_at < ?1 LIMIT 1")?
        .query_row([to_seconds(tx.now - UPLOAD_PATIENCE)], |row| row.get(0))
        .optional()?;
    if let Some(upload) = stale {
        forget(tx.conn, &upload, SWEEP)?;
    }
    Ok(())
}

/// Forgets up to so many chunks of an upload; tells whether none are left, and the upload itself is
/// forgotten. The first chunks go first: what then remains has a gap, and `finish` refuses it.
fn forget(conn: &Connection, upload: &str, most: usize) -> Result<bool> {
    let removed = conn
        .prepare_cached(
            "DELETE FROM beaver_blob_chunks WHERE rowid IN (
                 SELECT rowid FROM beaver_blob_chunks WHERE upload_id = ?1 ORDER BY sequence LIMIT ?2)",
        )?
        .execute(params![upload, most])?;
    if removed == most {
        return Ok(false);
    }
    conn.prepare_cached("DELETE FROM beaver_blob_uploads WHERE upload_id = ?1")?.execute([upload])?;
    Ok(true)
}

/// Assembles the chunks. At no time is more than one of them in memory: the value is made of zeroes,
/// which SQLite writes page by page, and then filled in place.
fn finish(tx: &Tx<'_>, upload: &str, name: &str, key: &str, metadata: Option<&Json>) -> Result<()> {
    let (chunks, last, length): (u64, Option<u64>, Option<u64>) = tx
        .conn
        .prepare_cached(
            "SELECT count(*), max(sequence), sum(octet_length(data)) FROM beaver_blob_chunks WHERE upload_id = ?1",
        )?
        .query_row([upload], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if last.is_none() || last != chunks.checked_sub(1) {
        return Err(given_up());
    }
    let row = make_room(tx.conn, name, key, length.unwrap_or(0), metadata)?;
    let mut blob = tx.conn.blob_open(MAIN_DB, c"beaver_blobs", c"data", row, false)?;
    let mut at = 0;
    for sequence in 0..chunks {
        at += copy_chunk(tx.conn, upload, sequence, &mut blob, at)?;
    }
    blob.close()?;
    tx.conn.prepare_cached("DELETE FROM beaver_blob_uploads WHERE upload_id = ?1")?.execute([upload])?;
    Ok(())
}

/// Makes a blob of zeroes and tells its row.
///
/// SQLite keeps zeroes as a mere count only if nothing but zeroes follows them in the row. The metadata
/// does follow: so it is laid out as zeroes too and filled in afterwards. That gives it the type BLOB
/// instead of TEXT, which readers of JSON take as well.
fn make_room(conn: &Connection, name: &str, key: &str, length: u64, metadata: Option<&Json>) -> Result<i64> {
    let room = metadata.map(|json| ZeroBlob(json.as_str().len() as u64));
    let row: Option<i64> = conn.prepare_cached(ROW)?.query_row([name, key], |row| row.get(0)).optional()?;
    let row =
        if let Some(row) = row {
            conn.prepare_cached("UPDATE beaver_blobs SET data = ?2, metadata = ?3 WHERE rowid = ?1")?
                .execute(params![row, ZeroBlob(length), room])?;
            row
        } else {
            conn.prepare_cached("INSERT INTO beaver_blobs VALUES (?1, ?2, ?3, ?4)")?.execute(params![
                name,
                key,
                ZeroBlob(length),
                room
            ])?;
            conn.last_insert_rowid()
        };
    if let Some(json) = metadata {
        let mut blob = conn.blob_open(MAIN_DB, c"beaver_blobs", c"metadata", row, false)?;
        blob.write_all_at(json.as_str().as_bytes(), 0)?;
        blob.close()?;
    }
    Ok(row)
}

/// Moves one chunk to its place; tells how long it is.
fn copy_chunk(conn: &Connection, upload: &str, sequence: u64, blob: &mut Handle<'_>, at: usize) -> Result<usize> {
    let length = {
        let mut get =
            conn.prepare_cached("SELECT data FROM beaver_blob_chunks WHERE upload_id = ?1 AND sequence = ?2")?;
        let mut rows = get.query(params![upload, sequence])?;
        let row = rows.next()?.ok_or_else(given_up)?;
        let data = row.get_ref(0)?.as_blob()?;
        blob.write_all_at(data, at)?;
        data.len()
    };
    conn.prepare_cached("DELETE FROM beaver_blob_chunks WHERE upload_id = ?1 AND sequence = ?2")?
        .execute(params![upload, sequence])?;
    Ok(length)
}

fn stat(conn: &Connection, name: &str, key: &str) -> Result<Option<(u64, Option<Json>)>> {
    let mut get = conn
        .prepare_cached("SELECT octet_length(data), metadata FROM beaver_blobs WHERE store_name = ?1 AND key = ?2")?;
    let mut rows = get.query([name, key])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some((row.get(0)?, metadata_of(row)?)))
}

/// The metadata in the second column: text, or (of a blob that was streamed in) the bytes of it.
fn metadata_of(row: &Row<'_>) -> Result<Option<Json>> {
    match row.get_ref(1)? {
        ValueRef::Null => Ok(None),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            let text = utf8("the metadata", bytes).map_err(|e| Error::new(ErrorKind::Corrupt, e.message()))?;
            Ok(Some(Json::trusted(text)))
        }
        _ => Err(Error::new(ErrorKind::Corrupt, "the metadata is a number: verify the file")),
    }
}

/// A blob that was read at once.
struct Whole(Vec<u8>);

impl BlobStream for Whole {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.0.get(offset..)).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }
}

impl<S: Source> BlobEngine for S {
    fn blob_get(&self, name: &str, key: &str) -> Result<Option<Blob>> {
        self.read(|view| {
            let mut get = view.conn.prepare_cached(GET)?;
            let mut rows = get.query([name, key])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            Ok(Some(Blob { data: row.get_ref(0)?.as_bytes()?.to_vec(), metadata: metadata_of(row)? }))
        })
    }

    fn blob_stat(&self, name: &str, key: &str) -> Result<Option<(u64, Option<Json>)>> {
        let read = |view: &View<'_>| Ok(Cached::Blob(stat(view.conn, name, key)?));
        match self.read_cached((Kind::Blob, name, key), read)? {
            Cached::Blob(found) => Ok(found),
            _ => Err(Error::internal("something else was remembered in the place of a blob")),
        }
    }

    fn blob_contains(&self, name: &str, key: &str) -> Result<bool> {
        self.read(|view| Ok(view.conn.prepare_cached(ROW)?.exists([name, key])?))
    }

    fn blob_len(&self, name: &str) -> Result<u64> {
        self.read(|view| {
            let mut count = view.conn.prepare_cached("SELECT count(*) FROM beaver_blobs WHERE store_name = ?1")?;
            Ok(count.query_row([name], |row| row.get(0))?)
        })
    }

    fn blob_page(&self, name: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>> {
        self.read(|view| {
            let sql = if after.is_some() {
                "SELECT key FROM beaver_blobs WHERE store_name = ?1 AND key > ?2 ORDER BY key LIMIT ?3"
            } else {
                "SELECT key FROM beaver_blobs WHERE store_name = ?1 AND ?2 IS NULL ORDER BY key LIMIT ?3"
            };
            let mut page = view.conn.prepare_cached(sql)?;
            let keys = page.query_map(params![name, after, limit], |row| row.get(0))?;
            Ok(keys.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn blob_open(&self, name: &str, key: &str) -> Result<Option<Box<dyn BlobStream>>> {
        let engine = self.own_connections();
        let most = if engine.is_some() { SMALL } else { u64::MAX };
        let whole = self.read(|view| {
            let mut get = view.conn.prepare_cached(
                "SELECT CASE WHEN octet_length(data) <= ?3 THEN data END FROM beaver_blobs WHERE store_name = ?1 AND key = ?2",
            )?;
            let mut rows = get.query(params![name, key, i64::try_from(most).unwrap_or(i64::MAX)])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            Ok(Some(row.get_ref(0)?.as_bytes_or_null()?.map(<[u8]>::to_vec)))
        })?;
        match (whole, engine) {
            (None, _) => Ok(None),
            (Some(Some(data)), _) => Ok(Some(Box::new(Whole(data)))),
            (Some(None), Some(engine)) => stream::open(engine, name, key),
            (Some(None), None) => Err(Error::new(ErrorKind::Corrupt, "the blob's bytes are missing: verify the file")),
        }
    }
}

/// What is wrong with the blobs and the uploads.
pub(super) fn problems(view: &View<'_>) -> Result<Vec<String>> {
    let mut found = Findings::default();
    found.json_column(view.conn, "beaver_blobs", ["store_name", "key"], "metadata")?;
    found.rows(
        view.conn,
        "SELECT DISTINCT upload_id FROM beaver_blob_chunks
         WHERE upload_id NOT IN (SELECT upload_id FROM beaver_blob_uploads)",
        |row| Ok(format!("beaver_blob_chunks: the chunks of {:?} belong to no upload", row.get::<_, String>(0)?)),
    )?;
    // A crashed upload that is being swept begins later than at 0, but has no gap.
    found.rows(
        view.conn,
        "SELECT upload_id FROM beaver_blob_chunks GROUP BY upload_id HAVING count(*) <> max(sequence) - min(sequence) + 1",
        |row| Ok(format!("beaver_blob_chunks: the upload {:?} lacks a chunk", row.get::<_, String>(0)?)),
    )?;
    Ok(found.into())
}
