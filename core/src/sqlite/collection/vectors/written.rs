//! What a writer knows of a generation: how its codes are made, and where they go.

use rusqlite::{Connection, params};

use super::super::info::Info;
use super::chunks::{self, Appender, Place};
use super::partitions::{self, Partitions};
use super::split;
use crate::error::Result;
use crate::sqlite::apply::Tx;
use crate::sqlite::conn::Conn;
use crate::vector::{self, Encoder, Short};

/// So many generations are known at once: the one that is searched, and the one that is being made.
const KNOWN: usize = 2;

/// A generation as the writer knows it.
pub(in crate::sqlite) struct Written {
    collection: i64,
    generation: i64,
    encoder: Encoder,
    /// None for a flat one.
    partitions: Option<Partitions>,
}

impl Written {
    /// Takes what is known, or reads it. To be given back by [`Written::keep`].
    fn take(tx: &mut Tx<'_>, info: &Info, generation: i64) -> Result<Written> {
        let known = &mut tx.known.codes;
        if let Some(place) = known.iter().position(|w| (w.collection, w.generation) == (info.id, generation)) {
            return Ok(known.remove(place));
        }
        let encoder = chunks::encoder(tx.conn, info, generation)?;
        let partitions = Partitions::load(tx.conn, info, generation)?;
        Ok(Written { collection: info.id, generation, encoder, partitions })
    }

    fn keep(self, tx: &mut Tx<'_>) {
        tx.known.codes.insert(0, self);
        tx.known.codes.truncate(KNOWN);
    }
}

/// Adds the codes of vectors, which are of the right dimension, to a generation. Gives of how many: those after one that
/// filled a partition are left for another time, so that no write has two to split.
pub(super) fn append<V: AsRef<[f32]>>(
    tx: &mut Tx<'_>,
    info: &mut Info,
    generation: i64,
    rows: &[(u32, V)],
) -> Result<usize> {
    let mut written = Written::take(tx, info, generation)?;
    let mut added = 0;
    if written.partitions.is_some() {
        for (doc, embedding) in rows {
            added += 1;
            if append_to_nearest(tx.conn, info, &mut written, *doc, embedding.as_ref())? {
                break;
            }
        }
        partitions::grow(tx.conn, info, generation, i64::try_from(added).unwrap_or(i64::MAX))?;
    } else {
        let mut appender = Appender::new(tx.conn, Place::of(info, generation), written.encoder.dim())?;
        for (doc, embedding) in rows {
            appender.push(tx.conn, *doc, &written.encoder.encode(embedding.as_ref()))?;
            added += 1;
        }
        appender.finish(tx.conn)?;
    }
    written.keep(tx);
    Ok(added)
}

/// Adds a code to the partition of the nearest centroid, and splits that if it is full now: whether it was.
fn append_to_nearest(conn: &Conn, info: &mut Info, written: &mut Written, doc: u32, embedding: &[f32]) -> Result<bool> {
    let Written { generation, encoder, partitions: Some(known), .. } = written else { return Ok(false) };
    let turned = encoder.turn(&vector::compacted(info.settings.metric, embedding));
    let nearest = known.centroids.nearest(&Short::new(&turned.rotated)).ok_or_else(chunks::damaged)?;
    let number = *known.numbers.get(nearest).ok_or_else(chunks::damaged)?;
    let mut centroid = Vec::new();
    known.centroids.get(nearest, &mut centroid);
    let place = Place::of_partition(info, *generation, number);
    let mut appender = Appender::new(conn, place, encoder.dim())?;
    appender.push(conn, doc, &encoder.encode_near(&turned, &centroid))?;
    appender.finish(conn)?;
    let full = appender.len() >= partitions::full(encoder.dim());
    if full {
        split::split(conn, info, *generation, encoder, known, nearest)?;
    }
    Ok(full)
}

/// Writes down that so many codes of the generation that is searched became stale, or were removed.
pub(super) fn count_stale(conn: &Connection, info: &mut Info, more: i64) -> Result<()> {
    info.codes.stale = (info.codes.stale + more).max(0);
    conn.prepare_cached("UPDATE beaver_collection_info SET stale = ?2 WHERE collection_id = ?1")?
        .execute(params![info.id, info.codes.stale])?;
    Ok(())
}
