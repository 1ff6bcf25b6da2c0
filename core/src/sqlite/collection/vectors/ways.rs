//! What tells how many partitions a search has to look into: the ways to near documents, measured on documents of the
//! collection.
//!
//! Whenever a partition is made, one of its documents is searched for among the partitions around it. The **way** to each
//! of the nearest others is how much farther from it the centroid of their partition is than the nearest centroid. The
//! ways of all partitions together tell how far to look for a certain share of what is near.

use rusqlite::params;

use super::super::info::Info;
use super::chunks::{self, Place};
use super::partitions::Partitions;
use super::split::Member;
use crate::error::Result;
use crate::sqlite::conn::Conn;
use crate::vector::{self, Encoder, Exact, Probe, Top};

/// The ways to so many of the nearest documents are measured.
const NEAREST: usize = 10;
/// So many of the most promising are compared to find them.
const COMPARED: usize = 48;
/// In so many partitions.
const LOOKED: usize = 64;

/// Measures the ways from a document, and writes them down in the row of a partition.
pub(super) fn measure(
    conn: &Conn,
    info: &Info,
    generation: i64,
    encoder: &Encoder,
    partitions: &Partitions,
    from: &Member,
    number: i64,
) -> Result<()> {
    let Some(query) = super::compacted(conn, info, from.doc)? else { return Ok(()) };
    let metric = info.settings.metric;
    let mut probe = Probe::new(encoder, &query, 0.0);
    let around = partitions.nearest(metric, &from.turned.rotated, LOOKED);

    // With the place of the partition, of which there are fewer.
    let mut promising: Top<(u32, u32)> = Top::new(COMPARED);
    let mut centroid = Vec::new();
    let mut select = conn.prepare_cached("SELECT codes FROM beaver_vector_chunks WHERE chunk_id BETWEEN ?1 AND ?2")?;
    for (place, &(_, index)) in (0..).zip(&around) {
        partitions.centroids.get(index, &mut centroid);
        probe.aim(&centroid);
        let of = partitions.numbers.get(index).copied().unwrap_or_default();
        let Place { first, last } = Place::of_partition(info, generation, of);
        let mut rows = select.query([first, last])?;
        while let Some(row) = rows.next()? {
            let limit = promising.limit().map_or(f32::INFINITY, vector::bounded);
            vector::scan_to(&probe, row.get_ref(0)?.as_blob()?, limit, |estimate, _, doc| {
                promising.push(estimate.into(), (doc, place));
                promising.limit().map_or(f32::INFINITY, vector::bounded)
            })
            .map_err(|_| chunks::damaged())?;
        }
    }
    let mut exact = Exact::new(metric, &query);
    let mut near: Top<(u32, u32)> = Top::new(NEAREST);
    for (_, (doc, place)) in promising.into_sorted() {
        if doc != from.doc
            && let Some(distance) = super::with_packed(conn, info, doc, |packed| exact.packed(packed))?.flatten()
        {
            near.push(distance.into(), (doc, place));
        }
    }
    let distance_of = |place: usize| around.get(place).map(|(distance, _)| *distance);
    let Some(nearest) = distance_of(0) else { return Ok(()) };
    let ways = near.keys().filter_map(|(_, place)| Some(distance_of(place as usize)? - nearest));
    let ways: Vec<u8> = ways.flat_map(f32::to_le_bytes).collect();
    conn.prepare_cached(
        "UPDATE beaver_vector_partitions SET ways = ?4 WHERE collection_id = ?1 AND generation = ?2 AND partition = ?3",
    )?
    .execute(params![info.id, generation, number, ways])?;
    Ok(())
}
