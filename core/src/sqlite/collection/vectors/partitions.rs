//! The rows of `beaver_vector_partitions`: the partitions of a generation, and what searches learn from them.
//!
//! A partition never changes but by codes that are appended. Where it is full, others with greater numbers take its place
//! (see `split.rs`): so the greatest number, the **epoch**, tells whether what was read of them still holds.

use rusqlite::{Connection, OptionalExtension, params};

use super::super::info::Info;
use super::chunks::{self, Place};
use crate::error::Result;
use crate::sqlite::conn::Conn;
use crate::vector::{Centroids, Metric, Short};

/// From so many vectors on a generation has partitions.
#[cfg(not(test))]
pub(super) const PARTITIONED: i64 = 50_000;
#[cfg(test)]
pub(super) const PARTITIONED: i64 = 1_000;

/// With how many codes a partition is full: fewer where they are long, so that a split takes about as long for all.
pub(super) fn full(dim: usize) -> usize {
    if cfg!(test) { 64 } else { (196_608 / dim.max(1)).clamp(128, 512) }
}

/// How many measured ways tell what share of the nearest is found; with fewer, every partition is looked into.
const ENOUGH: usize = 200;
/// Where a larger share is asked for than the measured ways can tell, the longest of them counts so many times.
const BEYOND: f32 = 1.25;

/// The partitions of a generation.
pub(super) struct Partitions {
    /// The greatest number; 0 before there is any.
    pub epoch: i64,
    pub numbers: Vec<i64>,
    pub centroids: Centroids,
    /// How much farther than the nearest centroid the home of a near document was, in order; see `ways.rs`.
    ways: Vec<f32>,
}

/// A state of the partitions of a generation: as long as it is the same, so is every chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    /// The greatest number of a partition.
    pub epoch: i64,
    /// How many codes there are. While the epoch stays, it only grows.
    pub codes: i64,
}

const STATE: &str = "SELECT vectors, (SELECT partition FROM beaver_vector_partitions
         WHERE collection_id = ?1 AND generation = ?2 ORDER BY partition DESC LIMIT 1)
     FROM beaver_vector_centroids WHERE collection_id = ?1 AND generation = ?2";

/// The state of a generation; none if it has no partitions.
pub(super) fn state(conn: &Conn, info: &Info, generation: i64) -> Result<Option<State>> {
    conn.hot(STATE, |select| {
        let state = select.query_row([info.id, generation], |row| {
            let epoch: Option<i64> = row.get(1)?;
            let codes = row.get(0)?;
            Ok(epoch.map(|epoch| State { epoch, codes }))
        });
        Ok(state.optional()?.flatten())
    })
}

/// How many codes a generation has.
pub(super) fn count(conn: &Conn, info: &Info, generation: i64) -> Result<i64> {
    match state(conn, info, generation)? {
        Some(state) => Ok(state.codes),
        None => chunks::count(conn, info, Place::of(info, generation)),
    }
}

/// Writes down that a generation with partitions has so many more codes.
pub(super) fn grow(conn: &Conn, info: &Info, generation: i64, more: i64) -> Result<()> {
    conn.prepare_cached(
        "UPDATE beaver_vector_centroids SET vectors = vectors + ?3 WHERE collection_id = ?1 AND generation = ?2",
    )?
    .execute([info.id, generation, more])?;
    Ok(())
}

impl Partitions {
    /// Before there are any.
    pub fn none(info: &Info) -> Partitions {
        let centroids = Centroids::new(info.dimension.unwrap_or(1) as usize);
        Partitions { epoch: 0, numbers: Vec::new(), centroids, ways: Vec::new() }
    }

    /// Reads the partitions of a generation; none if it has none. O(partitions).
    pub fn load(conn: &Connection, info: &Info, generation: i64) -> Result<Option<Partitions>> {
        let mut partitions = Partitions::none(info);
        let mut select = conn.prepare_cached(
            "SELECT partition, centroid, ways FROM beaver_vector_partitions WHERE collection_id = ?1 AND generation = ?2
             ORDER BY partition",
        )?;
        let mut rows = select.query([info.id, generation])?;
        while let Some(row) = rows.next()? {
            partitions.push(row.get(0)?, row.get_ref(1)?.as_blob()?, row.get_ref(2)?.as_blob()?)?;
        }
        partitions.ways.sort_unstable_by(f32::total_cmp);
        Ok((partitions.epoch > 0).then_some(partitions))
    }

    fn push(&mut self, number: i64, centroid: &[u8], ways: &[u8]) -> Result<()> {
        self.centroids.push(centroid).map_err(|_| chunks::damaged())?;
        self.numbers.push(number);
        self.epoch = self.epoch.max(number);
        self.ways
            .extend(ways.as_chunks::<4>().0.iter().map(|way| f32::from_le_bytes(*way)).filter(|way| !way.is_nan()));
        Ok(())
    }

    /// Writes a new partition down, under the next number.
    pub fn add(&mut self, conn: &Connection, info: &Info, generation: i64, centroid: &[f32]) -> Result<i64> {
        let number = self.epoch + 1;
        if number > chunks::MOST_PARTITIONS {
            return Err(crate::Error::limit(
                "the partitions of the vectors have no numbers left: compact the collection",
            ));
        }
        let centroid = Short::new(centroid).to_bytes();
        conn.prepare_cached(
            "INSERT INTO beaver_vector_partitions (collection_id, generation, partition, centroid, ways)
             VALUES (?1, ?2, ?3, ?4, x'')",
        )?
        .execute(params![info.id, generation, number, centroid])?;
        self.push(number, &centroid, &[])?;
        Ok(number)
    }

    /// Removes a partition with its chunks.
    pub fn remove(&mut self, conn: &Connection, info: &Info, generation: i64, index: usize) -> Result<()> {
        let Some(&number) = self.numbers.get(index) else { return Ok(()) };
        let Place { first, last } = Place::of_partition(info, generation, number);
        conn.prepare_cached("DELETE FROM beaver_vector_chunks WHERE chunk_id BETWEEN ?1 AND ?2")?
            .execute([first, last])?;
        conn.prepare_cached(
            "DELETE FROM beaver_vector_partitions WHERE collection_id = ?1 AND generation = ?2 AND partition = ?3",
        )?
        .execute([info.id, generation, number])?;
        self.numbers.swap_remove(index);
        self.centroids.swap_remove(index);
        Ok(())
    }

    /// The bytes that they take in memory.
    pub fn size(&self) -> usize {
        self.centroids.size() + self.numbers.len() * 8 + self.ways.len() * 4
    }

    /// How far the partitions are from a query, and into how many to look for about that share of the `k` nearest, where
    /// one document of `many` may be found. Only these come in order, in front of the others. O(partitions).
    pub fn around(&self, metric: Metric, query: &[f32], share: f64, many: f64) -> (Vec<(f32, usize)>, usize) {
        let mut around = self.distances(metric, query);
        let nearest = around.iter().map(|(distance, _)| *distance).min_by(f32::total_cmp);
        let count = match (self.way(share), nearest) {
            (Some(way), Some(nearest)) => {
                let within = around.iter().filter(|(distance, _)| *distance <= nearest + way).count();
                times(within.max(1), many.max(1.0).sqrt()).min(around.len())
            }
            _ => around.len(),
        };
        if let Some((front, ..)) = count.checked_sub(1).map(|last| around.select_nth_unstable_by(last, in_order)) {
            front.sort_unstable_by(in_order);
        }
        (around, count)
    }

    /// The partitions that are nearest to a vector of the rotated space, the nearest first, and how far they are.
    pub fn nearest(&self, metric: Metric, vector: &[f32], count: usize) -> Vec<(f32, usize)> {
        let mut all = self.distances(metric, vector);
        all.sort_unstable_by(in_order);
        all.truncate(count);
        all
    }

    fn distances(&self, metric: Metric, vector: &[f32]) -> Vec<(f32, usize)> {
        self.centroids.distances(metric, &Short::new(vector)).zip(0..).collect()
    }

    /// How much farther than the nearest centroid one may be so that about that share of the homes of near documents is no
    /// farther. None if too little was measured to tell.
    fn way(&self, share: f64) -> Option<f32> {
        let last = self.ways.last().filter(|_| self.ways.len() >= ENOUGH)?;
        match self.ways.get(times(self.ways.len(), share)) {
            Some(way) => Some(*way),
            None => Some(last * BEYOND),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the counts are small"
)]
fn times(count: usize, factor: f64) -> usize {
    (count as f64 * factor).ceil() as usize
}

/// The order of partitions by their distance.
pub(super) fn in_order(a: &(f32, usize), b: &(f32, usize)) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}
