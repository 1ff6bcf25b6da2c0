//! The numbers of the vector index, as `Collection::stats` tells them.

use rusqlite::Connection;

use super::super::documents;
use super::super::info::{self, Info};
use super::chunks::{self, Place};
use super::partitions::{self, Partitions};
use crate::collection::{CollectionStats, VectorIndexStats, VectorTier};
use crate::error::Result;
use crate::sqlite::conn::Conn;
use crate::sqlite::source::View;

pub(super) fn of_collection(view: &View<'_>, name: &str) -> Result<CollectionStats> {
    let info = info::load(view.conn, name)?;
    Ok(CollectionStats {
        documents: documents::count(view.conn, name)?,
        dimension: documents::public(view.conn, name, info.as_ref())?.dimension,
        vectors: info.map_or_else(|| Ok(VectorIndexStats::default()), |info| of_index(view.conn, &info))?,
    })
}

fn of_index(conn: &Conn, info: &Info) -> Result<VectorIndexStats> {
    let building = info.codes.building.is_some();
    if info.codes.current == 0 {
        return Ok(VectorIndexStats { building, ..VectorIndexStats::default() });
    }
    let generation = info.codes.current;
    let (mut tier, mut parts, mut epoch) = (VectorTier::Flat, 1, 0);
    let codes = partitions::count(conn, info, generation)?;
    if let Some(of) = Partitions::load(conn, info, generation)? {
        (tier, parts, epoch) = (VectorTier::Partitioned, of.numbers.len() as u64, of.epoch);
    }
    Ok(VectorIndexStats {
        tier,
        partitions: parts,
        codes: whole(codes),
        stale: whole(info.codes.stale),
        bytes: bytes(conn, Place::of(info, generation))?,
        // Of a later generation it is greater, too.
        epoch: whole(generation * (chunks::MOST_PARTITIONS + 1) + epoch),
        building,
    })
}

/// How many bytes the codes of chunks have. Their lengths stand in the rows' headers: the codes are not read.
fn bytes(conn: &Connection, place: Place) -> Result<u64> {
    let mut sum = conn.prepare_cached(
        "SELECT coalesce(sum(length(codes)), 0) FROM beaver_vector_chunks WHERE chunk_id BETWEEN ?1 AND ?2",
    )?;
    Ok(whole(sum.query_row([place.first, place.last], |row| row.get(0))?))
}

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
