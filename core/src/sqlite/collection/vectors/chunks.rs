//! The rows of `beaver_vector_chunks`: where the chunks of a generation are, and adding to the last.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::info::Info;
use crate::error::{Error, ErrorKind, Result};
use crate::sqlite::apply::Tx;
use crate::vector::{self, Encoder};

/// The numbers of rows that the chunks of a generation may have: the collection in the upper half, then whether
/// the generation is odd, since the one before may not be removed yet, then the place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub first: i64,
    pub last: i64,
}

impl Place {
    pub fn of(info: &Info, generation: i64) -> Place {
        let first = (info.id << 32) | ((generation & 1) << 31);
        Place { first, last: first | 0x7fff_ffff }
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

/// How many codes a generation has.
pub(super) fn count(conn: &Connection, info: &Info, generation: i64) -> Result<i64> {
    let Some((number, codes)) = last(conn, Place::of(info, generation))? else { return Ok(0) };
    let rows = vector::len(&codes).map_err(|_| damaged())?;
    let capacity = vector::capacity(info.dimension.unwrap_or(1) as usize);
    Ok(number * to_i64(capacity) + to_i64(rows))
}

fn to_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Adds the code of a vector to a generation.
pub(super) fn append(tx: &mut Tx<'_>, info: &Info, generation: i64, doc: u32, embedding: &[f32]) -> Result<()> {
    let mut appender = Appender::new(tx, info, generation)?;
    appender.push(tx, doc, embedding)?;
    appender.finish(tx)
}

/// Adds codes to the last chunks of a generation, writing each chunk once.
pub(super) struct Appender {
    place: Place,
    number: i64,
    /// The chunk that is being filled, and whether it stands in the file in an earlier state.
    chunk: Vec<u8>,
    stored: bool,
    changed: bool,
}

impl Appender {
    pub fn new(tx: &mut Tx<'_>, info: &Info, generation: i64) -> Result<Appender> {
        learn_encoder(tx, info, generation)?;
        let place = Place::of(info, generation);
        let (number, chunk, stored) = match last(tx.conn, place)? {
            Some((number, chunk)) => (number, chunk, true),
            None => (0, Vec::new(), false),
        };
        Ok(Appender { place, number, chunk, stored, changed: false })
    }

    pub fn push(&mut self, tx: &mut Tx<'_>, doc: u32, embedding: &[f32]) -> Result<()> {
        let Some((_, _, encoder)) = &tx.known.encoder else { return Err(Error::internal("no encoder for the codes")) };
        let code = encoder.encode(embedding);
        let dim = encoder.dim();
        if !vector::push(&mut self.chunk, dim, doc, &code).map_err(|_| damaged())? {
            self.finish(tx)?;
            self.number += 1;
            self.chunk.clear();
            self.stored = false;
            vector::push(&mut self.chunk, dim, doc, &code).map_err(|_| damaged())?;
        }
        self.changed = true;
        Ok(())
    }

    /// Writes the chunk at hand.
    pub fn finish(&mut self, tx: &mut Tx<'_>) -> Result<()> {
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
        tx.conn.prepare_cached(sql)?.execute(params![row, self.chunk])?;
        self.stored = true;
        self.changed = false;
        Ok(())
    }
}

/// Sees to it that `Known` has the encoder of a generation.
fn learn_encoder(tx: &mut Tx<'_>, info: &Info, generation: i64) -> Result<()> {
    if tx.known.encoder.as_ref().is_some_and(|(id, of, _)| (*id, *of) == (info.id, generation)) {
        return Ok(());
    }
    tx.known.encoder = Some((info.id, generation, encoder(tx.conn, info, generation)?));
    Ok(())
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
