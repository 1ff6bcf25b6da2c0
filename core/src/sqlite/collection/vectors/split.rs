//! A partition that is full is split in the transaction that filled it.
//!
//! Its codes of vectors that are gone are dropped. The others are divided by two new centroids, but for those that are
//! nearer to another partition, which move there: so partitions stay about as good as a clustering of all would make
//! them. The work is the same whatever the size of the collection.

use std::collections::HashSet;

use rusqlite::Connection;

use super::super::info::Info;
use super::chunks::{self, Appender, Place};
use super::partitions::{self, Partitions};
use super::{ways, written};
use crate::error::Result;
use crate::sqlite::conn::Conn;
use crate::vector::{self, Chunk, Encoder, Metric, Short, Turned};

/// Among so many of the nearest partitions members may find a nearer home.
const NEIGHBOURS: usize = 32;

/// A live vector of the partition.
pub(super) struct Member {
    pub doc: u32,
    pub turned: Turned,
}

/// A partition that members move to.
struct Home {
    centroid: Vec<f32>,
    appender: Appender,
}

/// Replaces a partition by two; or by one, if so many of its codes were stale that the others have room in it.
pub(super) fn split(
    conn: &Conn,
    info: &mut Info,
    generation: i64,
    encoder: &Encoder,
    known: &mut Partitions,
    index: usize,
) -> Result<()> {
    let (members, dropped) = live(conn, info, generation, encoder, known, index)?;
    if dropped > 0 {
        partitions::grow(conn, info, generation, -dropped)?;
        if generation == info.codes.current {
            written::count_stale(conn, info, -dropped)?;
        }
    }
    let mut old = Vec::new();
    known.centroids.get(index, &mut old);
    known.remove(conn, info, generation, index)?;
    let neighbours: Vec<usize> =
        known.nearest(Metric::L2, &old, NEIGHBOURS).into_iter().map(|(_, index)| index).collect();

    let dim = old.len();
    let full = partitions::full(encoder.dim());
    let rows: Vec<f32> = members.iter().flat_map(|member| member.turned.rotated.iter().copied()).collect();
    let sides = if members.len() > full * 3 / 4 { vector::halve(&rows, dim) } else { vec![false; members.len()] };
    let mut homes = Vec::new();
    for second in [false, true] {
        // A partition of which nothing is left keeps its centroid: there is always one.
        let mean = vector::mean(&rows, dim, |row| sides.get(row) == Some(&second));
        if let Some(mean) = mean.or_else(|| (members.is_empty() && !second).then(|| old.clone())) {
            homes.push(make(conn, info, generation, encoder.dim(), known, &mean)?);
        }
    }
    let made = known.centroids.len() - homes.len();

    // The neighbours become homes when the first member moves there.
    let mut moved: Vec<Option<Home>> = neighbours.iter().map(|_| None).collect();
    for (member, second) in members.iter().zip(&sides) {
        let side = usize::from(*second);
        let short = Short::new(&member.turned.rotated);
        let distances = known.centroids.some(&short, neighbours.iter().copied().chain([made + side]));
        let own = distances.last().copied().unwrap_or(f32::INFINITY);
        let better = distances.iter().zip(0..neighbours.len()).filter(|(distance, _)| **distance < own);
        if let Some((_, place)) = better.min_by(|a, b| a.0.total_cmp(b.0))
            && let Some(home) = moved.get_mut(place)
            && let Some(&neighbour) = neighbours.get(place)
        {
            if home.is_none() {
                *home = Some(open(conn, info, generation, encoder.dim(), known, neighbour)?);
            }
            // It must not become full by this: that would be a split within a split.
            if let Some(home) = home.as_mut().filter(|home| home.appender.len() + 1 < full) {
                home.take(conn, encoder, member)?;
                continue;
            }
        }
        if let Some(home) = homes.get_mut(side) {
            home.take(conn, encoder, member)?;
        }
    }
    for home in homes.iter_mut().chain(moved.iter_mut().flatten()) {
        home.appender.finish(conn)?;
    }
    // The one from which they are measured is any of them.
    let sample = members.iter().zip(&sides).nth(members.len() / 2);
    if let Some((sample, second)) = sample
        && let Some(&number) = known.numbers.get(made + usize::from(*second))
    {
        ways::measure(conn, info, generation, encoder, known, sample, number)?;
    }
    Ok(())
}

/// The vectors of a partition whose codes in it are not stale, and how many codes are.
fn live(
    conn: &Conn,
    info: &Info,
    generation: i64,
    encoder: &Encoder,
    partitions: &Partitions,
    index: usize,
) -> Result<(Vec<Member>, i64)> {
    let mut centroid = Vec::new();
    partitions.centroids.get(index, &mut centroid);
    let number = partitions.numbers.get(index).copied().unwrap_or_default();
    let Place { first, last } = Place::of_partition(info, generation, number);
    let mut codes = Vec::new();
    let mut select = conn
        .prepare_cached("SELECT codes FROM beaver_vector_chunks WHERE chunk_id BETWEEN ?1 AND ?2 ORDER BY chunk_id")?;
    let mut rows = select.query([first, last])?;
    while let Some(row) = rows.next()? {
        let chunk = Chunk::parse(row.get_ref(0)?.as_blob()?).map_err(|_| chunks::damaged())?;
        codes.extend(chunk.codes());
    }
    let mut seen = HashSet::new();
    let mut members = Vec::new();
    for (doc, code) in &codes {
        let Some(vector) = super::compacted(conn, info, *doc)? else { continue };
        let turned = encoder.turn(&vector);
        if turned.has_signs(&centroid, code) && seen.insert(*doc) {
            members.push(Member { doc: *doc, turned });
        }
    }
    let dropped = i64::try_from(codes.len() - members.len()).unwrap_or(i64::MAX);
    Ok((members, dropped))
}

fn make(
    conn: &Connection,
    info: &Info,
    generation: i64,
    dim: usize,
    partitions: &mut Partitions,
    mean: &[f32],
) -> Result<Home> {
    let number = partitions.add(conn, info, generation, mean)?;
    let mut centroid = Vec::new();
    partitions.centroids.get(partitions.centroids.len().saturating_sub(1), &mut centroid);
    Ok(Home { centroid, appender: Appender::empty(Place::of_partition(info, generation, number), dim) })
}

fn open(
    conn: &Connection,
    info: &Info,
    generation: i64,
    dim: usize,
    partitions: &Partitions,
    index: usize,
) -> Result<Home> {
    let number = partitions.numbers.get(index).copied().unwrap_or_default();
    let mut centroid = Vec::new();
    partitions.centroids.get(index, &mut centroid);
    Ok(Home { centroid, appender: Appender::new(conn, Place::of_partition(info, generation, number), dim)? })
}

impl Home {
    fn take(&mut self, conn: &Connection, encoder: &Encoder, member: &Member) -> Result<()> {
        self.appender.push(conn, member.doc, &encoder.encode_near(&member.turned, &self.centroid))
    }
}
