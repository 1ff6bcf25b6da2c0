//! The rows of `beaver_vector_chunks`: where the chunks of a generation are, and adding to the last.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::info::Info;
use crate::error::{Error, ErrorKind, Result};
use crate::vector::{self, Code, Encoder};

/// A run of chunks that is appended to, by the first and the last number that its rows may have. The collection is in the
/// upper half of a number, then whether the generation is odd, since the one before may not be removed yet; then the
/// place, or the partition and in 5 bits the place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub first: i64,
    pub last: i64,
}

/// The chunks that a partition may have: 2 to the power of this.
const IN_PARTITION: u32 = 5;
/// The greatest number of a partition.
pub(super) const MOST_PARTITIONS: i64 = (1 << (31 - IN_PARTITION)) - 1;

impl Place {
    /// A whole generation.
    pub fn of(info: &Info, generation: i64) -> Place {
        let first = (info.id << 32) | ((generation & 1) << 31);
        Place { first, last: first | 0x7fff_ffff }
    }

    /// Whether it is one of the collection.
    pub fn is_of(self, info: &Info) -> bool {
        self.first >> 32 == info.id
    }

    /// A partition of it.
    pub fn of_partition(info: &Info, generation: i64, partition: i64) -> Place {
        let first = Place::of(info, generation).first | (partition << IN_PARTITION);
        Place { first, last: first | ((1 << IN_PARTITION) - 1) }
    }
}

/// The last chunk of a generation: its place from 0, and its bytes.
pub(super) fn last(conn: &Connection, place: Place) -> Result<Option<(i64, Vec<u8>)>> {
    let mut select = conn.prepare_cached(
        "SELECT chunk_id - ?1, codes FROM beaver_vector_chunks WHERE chunk_id BETWEEN ?1 AND ?2
         ORDER BY chunk_id DESC LIMIT 1",
    )?;
    let last = select.query_row([place.first, place.last], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(last.optional()?)
}

/// How many codes are there.
pub(super) fn count(conn: &Connection, info: &Info, place: Place) -> Result<i64> {
    let Some((number, codes)) = last(conn, place)? else { return Ok(0) };
    let rows = vector::len(&codes).map_err(|_| damaged())?;
    let capacity = vector::capacity(info.dimension.unwrap_or(1) as usize);
    Ok(number * to_i64(capacity) + to_i64(rows))
}

fn to_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Adds codes to the last chunks of a place, writing each chunk once.
pub(super) struct Appender {
    place: Place,
    dim: usize,
    number: i64,
    /// The chunk that is being filled, and whether it stands in the file in an earlier state.
    chunk: Vec<u8>,
    rows: usize,
    stored: bool,
    changed: bool,
}

impl Appender {
    /// Goes on where the last chunk ends.
    pub fn new(conn: &Connection, place: Place, dim: usize) -> Result<Appender> {
        let Some((number, chunk)) = last(conn, place)? else { return Ok(Appender::empty(place, dim)) };
        let rows = vector::len(&chunk).map_err(|_| damaged())?;
        Ok(Appender { place, dim, number, chunk, rows, stored: true, changed: false })
    }

    /// For a place where nothing is yet.
    pub fn empty(place: Place, dim: usize) -> Appender {
        Appender { place, dim, number: 0, chunk: Vec::new(), rows: 0, stored: false, changed: false }
    }

    /// How many codes the place has with those that were added.
    pub fn len(&self) -> usize {
        usize::try_from(self.number).unwrap_or(usize::MAX).saturating_mul(vector::capacity(self.dim)) + self.rows
    }

    pub fn push(&mut self, conn: &Connection, doc: u32, code: &Code) -> Result<()> {
        if !vector::push(&mut self.chunk, self.dim, doc, code).map_err(|_| damaged())? {
            self.finish(conn)?;
            self.number += 1;
            self.chunk.clear();
            self.rows = 0;
            self.stored = false;
            vector::push(&mut self.chunk, self.dim, doc, code).map_err(|_| damaged())?;
        }
        self.rows += 1;
        self.changed = true;
        Ok(())
    }

    /// Writes the chunk at hand.
    pub fn finish(&mut self, conn: &Connection) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let row = self.place.first + self.number;
        if row > self.place.last {
            return Err(Error::limit("a collection holds at most 2,147,483,648 chunks of vector codes"));
        }
        let sql = if self.stored {
            "UPDATE beaver_vector_chunks SET codes = ?2 WHERE chunk_id = ?1"
        } else {
            "INSERT INTO beaver_vector_chunks (chunk_id, codes) VALUES (?1, ?2)"
        };
        conn.prepare_cached(sql)?.execute(params![row, self.chunk])?;
        self.stored = true;
        self.changed = false;
        Ok(())
    }
}

/// The encoder of a generation.
pub(super) fn encoder(conn: &Connection, info: &Info, generation: i64) -> Result<Encoder> {
    let centroid: Option<Vec<u8>> = conn
        .prepare_cached("SELECT centroid FROM beaver_vector_centroids WHERE collection_id = ?1 AND generation = ?2")?
        .query_row([info.id, generation], |row| row.get(0))
        .optional()?;
    let centroid = centroid.as_deref().and_then(super::super::documents::embedding_of);
    let dimension = info.dimension.unwrap_or(0) as usize;
    centroid.and_then(|centroid| Encoder::new(info.settings.metric, dimension, &centroid)).ok_or_else(damaged)
}

/// The codes of vectors cannot be read.
pub(super) fn damaged() -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "the vector codes of a collection are damaged: repair the file, which makes them anew",
    )
}
