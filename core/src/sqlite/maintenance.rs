//! What is asked of the file as a whole: names, counts, sizes; and its upkeep.

use rusqlite::params;

use super::Sqlite;
use super::conn::Place;
use super::schema::FORMAT;
use super::source::View;
use crate::cancel;
use crate::clock::to_seconds;
use crate::database::{Info, Stats, StructureInfo};
use crate::engine::{BlobEngine, ChannelEngine, DictEngine, DocumentEngine, Kind, ListEngine, LogEngine, QueueEngine};
use crate::error::{Error, ErrorKind, Result};

/// Names are found by skipping from one to the next through the index: O(names x log n).
fn names_in(view: &View<'_>, table: &str, column: &str) -> Result<Vec<String>> {
    let sql = format!(
        "WITH RECURSIVE names (name) AS (
             SELECT min({column}) FROM {table}
             UNION ALL
             SELECT (SELECT min({column}) FROM {table} WHERE {column} > name) FROM names WHERE name IS NOT NULL
         ) SELECT name FROM names WHERE name IS NOT NULL AND substr(name, 1, 2) <> '__'"
    );
    let mut statement = view.conn.prepare_cached(&sql)?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(names)
}

pub(super) fn names(view: &View<'_>, kind: Kind) -> Result<Vec<String>> {
    match kind {
        Kind::Dict => names_in(view, "beaver_dicts", "dict_name"),
        Kind::List => names_in(view, "beaver_lists", "list_name"),
        Kind::Blob => names_in(view, "beaver_blobs", "store_name"),
        Kind::Log => names_in(view, "beaver_logs", "log_name"),
        Kind::Collection => names_in(view, "beaver_collections", "collection"),
        Kind::Channel => names_in(view, "beaver_pubsub_log", "channel_name"),
        Kind::Queue => {
            let mut names = names_in(view, "beaver_priority_queues", "queue_name")?;
            names.extend(names_in(view, "beaver_queue_leases", "queue_name")?);
            names.sort_unstable();
            names.dedup();
            Ok(names)
        }
        Kind::Lock => {
            let mut statement = view.conn.prepare_cached(
                "SELECT DISTINCT lock_name FROM beaver_lock_waiters
                 WHERE expires_at > ?1 AND substr(lock_name, 1, 2) <> '__' ORDER BY lock_name",
            )?;
            let names = statement.query_map(params![to_seconds(view.now)], |row| row.get(0))?;
            Ok(names.collect::<rusqlite::Result<_>>()?)
        }
    }
}

impl Sqlite {
    pub(super) fn information(&self) -> Result<Info> {
        let snapshot = super::snapshot::take(self)?;
        let mut structures = Vec::new();
        for kind in Kind::ALL {
            for name in crate::engine::Reading::names(&snapshot, kind)? {
                let count = match kind {
                    Kind::Dict => snapshot.dict_len(&name)?,
                    Kind::List => snapshot.list_len(&name)?,
                    Kind::Queue => snapshot.queue_len(&name)?,
                    Kind::Blob => snapshot.blob_len(&name)?,
                    Kind::Log => snapshot.log_len(&name)?,
                    Kind::Collection => snapshot.document_len(&name)?,
                    Kind::Channel => snapshot.channel_len(&name)?,
                    Kind::Lock => 1,
                };
                structures.push(StructureInfo { kind, name, count });
            }
        }
        let path = match &self.place {
            Place::Memory => None,
            Place::File(path) => Some(path.clone()),
        };
        Ok(Info { path, format: FORMAT, structures })
    }

    pub(super) fn statistics(&self) -> Result<Stats> {
        use super::source::Source;
        let pragma = |view: &View<'_>, name: &str| -> Result<u64> {
            Ok(view.conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?)
        };
        let (page_size, pages, free_pages) = self.read(|view| {
            Ok((pragma(view, "page_size")?, pragma(view, "page_count")?, pragma(view, "freelist_count")?))
        })?;
        let wal_bytes = match &self.place {
            Place::Memory => 0,
            Place::File(path) => {
                let mut wal = path.clone().into_os_string();
                wal.push("-wal");
                std::fs::metadata(wal).map_or(0, |meta| meta.len())
            }
        };
        Ok(Stats {
            file_bytes: page_size * pages,
            free_bytes: page_size * free_pages,
            wal_bytes,
            readers: self.readers.open_connections() as u64,
            waiters: self.watch.waiting() as u64,
            writers_waiting: self.writer.waiting() as u64,
            cache_hits: self.cache.as_ref().map_or(0, super::cache::ReadCache::hits),
            cache_misses: self.cache.as_ref().map_or(0, super::cache::ReadCache::misses),
        })
    }

    /// Rewrites the file without its free pages. Nobody else may be writing.
    pub(super) fn run_vacuum(&self) -> Result<()> {
        self.alone(|conn| Ok(conn.execute_batch("VACUUM")?))
    }

    /// Moves what stands in the WAL into the file, and empties the WAL if no reader needs it.
    pub(super) fn run_checkpoint(&self) -> Result<()> {
        self.alone(|conn| {
            let busy: i64 = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if busy != 0 {
                return Err(Error::new(
                    ErrorKind::Busy,
                    "a reader or another process keeps the WAL: what could be moved was moved",
                ));
            }
            Ok(())
        })
    }

    /// Runs something on the writing connection outside a transaction, waiting for other processes.
    fn alone(&self, work: impl Fn(&super::conn::Conn) -> Result<()>) -> Result<()> {
        self.gate.check()?;
        let patience = self.patience();
        let turn = self.writer.exclusive_within(self, patience)?;
        let mut guard = turn.lock();
        let Some(write) = guard.as_mut() else { return Err(self.gone()) };
        self.complete_schema(&write.conn, patience)?;
        write.known = super::writer::Known::default();
        let mut busy = super::busy::Busy::new(self, patience);
        loop {
            cancel::check()?;
            write.conn.set_cancellable(true);
            let outcome = work(&write.conn);
            write.conn.set_cancellable(false);
            match outcome {
                Ok(()) => return Ok(()),
                Err(e) => busy.wait_after(self.gate.explain(e))?,
            }
        }
    }
}
