//! The full chunks of collections that were searched, kept in memory side by side.
//!
//! A full chunk is never written again, and a generation never used again, so what is kept stays right whichever process
//! writes: a search reads what has been filled since from the file. What is not yet committed is not kept: a
//! transaction that searches goes to the file.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;

use super::super::info::Info;
use super::chunks::{self, Place};
use super::held::PartitionCache;
use crate::error::Result;
use crate::vector::Encoder;

/// So many new chunks are read from the file with each search before those that are kept are made up anew.
const BEHIND: i64 = 32;

/// The kept chunks of one database.
pub(in crate::sqlite) struct CodeCache {
    /// How many bytes are kept at most, over all collections.
    most: usize,
    kept: Mutex<HashMap<i64, Arc<Kept>>>,
    pub(super) partitions: PartitionCache,
}

/// The first chunks of a generation.
pub(super) struct Kept {
    generation: i64,
    pub encoder: Encoder,
    /// Chunks of `stride` bytes each.
    bytes: Vec<u8>,
    stride: usize,
    pub chunks: i64,
}

impl Kept {
    /// The first so many chunks.
    pub fn first(&self, count: i64) -> impl Iterator<Item = &[u8]> {
        let count = usize::try_from(count).unwrap_or(0);
        self.bytes.chunks_exact(self.stride.max(1)).take(count)
    }
}

impl CodeCache {
    pub fn new(most: usize) -> Self {
        CodeCache { most, kept: Mutex::default(), partitions: PartitionCache::default() }
    }

    /// Chunks of the current generation, of which there are `full` in the moment that is read. None if so much is
    /// not kept.
    pub(super) fn get(&self, conn: &Connection, info: &Info, full: i64) -> Result<Option<Arc<Kept>>> {
        let before = self.kept.lock().get(&info.id).cloned();
        let usable = before.filter(|kept| kept.generation == info.codes.current);
        if let Some(kept) = &usable
            && kept.chunks + BEHIND > full
        {
            return Ok(usable);
        }
        let others = self.flat_bytes(|id| id != info.id) + self.partitions.bytes();
        let Some(kept) = read(conn, info, full, usable.as_deref(), self.most.saturating_sub(others))? else {
            return Ok(usable);
        };
        let kept = Arc::new(kept);
        let mut all = self.kept.lock();
        // A snapshot of an earlier moment does not take the place of what is newer.
        let newer = all.get(&info.id).is_some_and(|now| (now.generation, now.chunks) > (kept.generation, kept.chunks));
        if !newer {
            all.insert(info.id, kept.clone());
        }
        Ok(Some(kept))
    }

    /// How many bytes the chunks of partitions may take.
    pub(super) fn room_for_partitions(&self) -> usize {
        self.most.saturating_sub(self.flat_bytes(|_| true) + self.partitions.held_bytes())
    }

    fn flat_bytes(&self, of: impl Fn(i64) -> bool) -> usize {
        self.kept.lock().iter().filter(|(id, _)| of(**id)).map(|(_, kept)| kept.bytes.len()).sum()
    }

    /// Lets the flat codes of a collection go, which is searched by partitions now.
    pub(super) fn drop_flat(&self, info: &Info) {
        self.kept.lock().remove(&info.id);
    }

    /// Lets everything go.
    pub fn clear(&self) {
        self.kept.lock().clear();
        self.partitions.clear();
    }
}

/// Puts chunks side by side: those that are kept, and the others from the file. None if they do not fit.
fn read(conn: &Connection, info: &Info, full: i64, kept: Option<&Kept>, most: usize) -> Result<Option<Kept>> {
    let place = Place::of(info, info.codes.current);
    let mut bytes = Vec::new();
    let mut stride = 0;
    let mut count = 0;
    if let Some(kept) = kept {
        stride = kept.stride;
        count = kept.chunks;
        if size(stride, full) > most {
            return Ok(None);
        }
        bytes.reserve_exact(size(stride, full));
        bytes.extend_from_slice(&kept.bytes);
    }
    let mut select = conn.prepare_cached(
        "SELECT codes FROM beaver_vector_chunks WHERE chunk_id >= ?1 AND chunk_id < ?2 ORDER BY chunk_id",
    )?;
    let mut rows = select.query([place.first + count, place.first + full])?;
    while let Some(row) = rows.next()? {
        let codes = row.get_ref(0)?.as_blob()?;
        if stride == 0 {
            stride = codes.len();
            // Seen before the others are read: this comes with each search.
            if size(stride, full) > most {
                return Ok(None);
            }
            bytes.reserve_exact(size(stride, full));
        }
        if codes.len() != stride {
            return Err(chunks::damaged());
        }
        bytes.extend_from_slice(codes);
        count += 1;
    }
    if count != full {
        return Err(chunks::damaged());
    }
    let encoder = chunks::encoder(conn, info, info.codes.current)?;
    Ok(Some(Kept { generation: info.codes.current, encoder, bytes, stride, chunks: count }))
}

/// How many bytes so many chunks have.
fn size(stride: usize, chunks: i64) -> usize {
    usize::try_from(chunks).unwrap_or(usize::MAX).saturating_mul(stride)
}
