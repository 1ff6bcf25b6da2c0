//! The bytes of one blob, read bit by bit on a connection of its own.
//!
//! The blob's handle stays open between the reads: it remembers where the pages of the value are.
//! Opened anew each time, it would walk through them from the first on.
#![allow(unsafe_code)] // a connection and the handle on it go from thread to thread together

use std::mem::ManuallyDrop;
use std::sync::Arc;

use rusqlite::blob::Blob;
use rusqlite::{MAIN_DB, OptionalExtension};
use self_cell::self_cell;

use super::Sqlite;
use super::conn::Conn;
use super::snapshot::{self, Slot};
use crate::engine::BlobStream;
use crate::error::{Error, Result};

/// The most that one read takes, so that a pause does not wait for long.
const PORTION: usize = 1 << 20;

self_cell!(
    /// The handle is dropped before the connection.
    struct Pair {
        owner: Conn,
        #[covariant]
        dependent: Blob,
    }
);

/// The pair, which is leaked in a forked child as its connection is.
struct Open(ManuallyDrop<Pair>);

// SAFETY: SQLite allows a connection (and the blob handles on it) to be used by any thread, by one at a
// time. `Open` has both, gives out neither, and is only used under the mutex of its slot.
unsafe impl Send for Open {}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.0.borrow_owner().inherited() {
            // SAFETY: dropped once, here, and not used afterwards.
            unsafe { ManuallyDrop::drop(&mut self.0) };
        }
    }
}

/// A stream on a blob of a file.
struct FileStream {
    engine: Arc<Sqlite>,
    slot: Arc<Slot<Open>>,
    len: u64,
}

/// Opens the blob as it is at this moment.
pub(super) fn open(engine: &Sqlite, name: &str, key: &str) -> Result<Option<Box<dyn BlobStream>>> {
    let mut len = 0;
    let slot = snapshot::hold(engine, |conn| {
        let row: Option<i64> = conn
            .prepare_cached("SELECT rowid FROM beaver_blobs WHERE store_name = ?1 AND key = ?2")?
            .query_row([name, key], |row| row.get(0))
            .optional()?;
        let Some(row) = row else { return Ok(None) };
        let pair = Pair::try_new(conn, |conn| conn.blob_open(MAIN_DB, c"beaver_blobs", c"data", row, true))?;
        len = pair.borrow_dependent().len() as u64;
        Ok(Some(Open(ManuallyDrop::new(pair))))
    })?;
    let Some(slot) = slot else { return Ok(None) };
    Ok(Some(Box::new(FileStream { engine: engine.this()?, slot, len })))
}

impl BlobStream for FileStream {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let offset = usize::try_from(offset).map_err(|_| Error::invalid("the offset is past every blob"))?;
        let most = buffer.len().min(PORTION);
        let Some(buffer) = buffer.get_mut(..most) else { return Ok(0) };
        self.slot
            .with(|open| Ok(open.0.borrow_dependent().read_at(buffer, offset)?))
            .map_err(|e| self.engine.gate.explain(e))
    }
}
