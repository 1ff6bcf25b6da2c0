//! More rows than the data has, laid out as in [`crate::folder`] but without texts: the real ones, and behind them
//! made ones.
//!
//! Copies with noise alone would not do: noise points anywhere, while embeddings of texts keep to few directions, and
//! all copies of a row would be about as far from a query. So a made row lies between a real row and another near it,
//! `(1 - t) row + t neighbour` with `t` evenly from 0.2 to 0.5; then normal noise of deviation 0.02 is added to each
//! component, so that no two are on one line, and the length made 1. The first row that is made from each real one takes
//! its nearest neighbour, the second one the next, up to the eighth; then it begins again.
//!
//! To compare all with all would take minutes. Neighbours are looked for among the rows that have the same pivot: the
//! nearest of some hundred rows, taken by chance.
//!
//! Queries are made in the same way of rows that are held out, each with one of its neighbours among those that are
//! not. So a query is what any made row is, and the row that it was made of is not there. Seeds are fixed.
//!
//! A million such rows are about as hard as a million real ones would be. The intrinsic dimension around a query (the
//! maximum likelihood estimate of Levina and Bickel over the 100 nearest, the median of 300 queries) is 18.4, beside
//! 19.7 of the 114,500 real rows; the tenth nearest is at 0.83, beside 0.95, where 8.7 times as many rows of that
//! dimension would have it at 0.85. With half the noise the dimension would be 13.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::folder::held_out_and_base;
use crate::random::Random;
use crate::truth::{Truth, distance};
use crate::wordnet::{DIMENSION, WordNet};

/// Of how many neighbours a row is mixed with one.
const NEIGHBOURS: usize = 8;
const NOISE: f32 = 0.02;
/// How many rows are written, and compared with the queries, at a time.
const PORTION: usize = 1_024;

#[derive(Deserialize)]
pub struct Grow {
    data: PathBuf,
    out: PathBuf,
    /// As many rows of the data, if there are so many beside the queries.
    real: usize,
    /// And as many in all.
    rows: usize,
    queries: usize,
}

impl Grow {
    /// Holds the data in memory and a portion of what it writes. The right answers are by l2, which gives the same
    /// order as the other metrics where all lengths are 1.
    pub fn run(self) -> Result<Value> {
        let data = WordNet::load(&self.data)?;
        let (held_out, base) = held_out_and_base(&data, self.queries, self.real.min(self.rows));
        let base: Vec<&[f32]> = base.iter().map(|row| data.vector(*row)).collect();
        ensure!(!base.is_empty(), "no rows");
        let near = Neighbours::new(&base)?;
        let mut random = Random::new(5);

        let mut queries = Vec::with_capacity(held_out.len() * DIMENSION);
        for (number, row) in held_out.iter().enumerate() {
            let row = data.vector(*row);
            queries.extend(mixed(row, near.one(&near.of(row, None)?, number).unwrap_or(row), &mut random));
        }
        let of_each: Vec<Vec<usize>> =
            base.iter().enumerate().map(|(row, vector)| near.of(vector, Some(row))).collect::<Result<_>>()?;

        std::fs::create_dir_all(&self.out)?;
        std::fs::write(self.out.join("queries.f32"), bytes(&queries))?;
        let mut file = BufWriter::new(std::fs::File::create(self.out.join("base.f32"))?);
        let mut truth = Truth::new("l2", &queries, DIMENSION);
        for first in (0..self.rows).step_by(PORTION) {
            let mut portion = Vec::with_capacity(PORTION * DIMENSION);
            for row in first..self.rows.min(first + PORTION) {
                match base.get(row) {
                    Some(real) => portion.extend_from_slice(real),
                    None => {
                        let (parent, turn) = (row % base.len(), row / base.len() - 1);
                        let neighbour = near.one(&of_each[parent], turn).unwrap_or(base[parent]);
                        portion.extend(mixed(base[parent], neighbour, &mut random));
                    }
                }
            }
            file.write_all(&bytes(&portion))?;
            truth.show(first, &portion)?;
        }
        file.flush()?;
        let truth = json!({"l2": truth.rows()});
        Ok(json!({"rows": self.rows, "queries": held_out.len(), "truth": truth}))
    }
}

fn bytes(vectors: &[f32]) -> Vec<u8> {
    vectors.iter().flat_map(|component| component.to_le_bytes()).collect()
}

/// A vector of length 1 between two others, nearer to the first.
fn mixed(row: &[f32], neighbour: &[f32], random: &mut Random) -> Vec<f32> {
    let share = 0.2 + 0.3 * random.unit();
    let mix = |(row, neighbour): (&f32, &f32)| row + share * (neighbour - row) + NOISE * random.normal();
    let mut vector: Vec<f32> = row.iter().zip(neighbour).map(mix).collect();
    let length = vector.iter().map(|component| component * component).sum::<f32>().sqrt();
    for component in &mut vector {
        *component /= length;
    }
    vector
}

/// Finds rows near others, among those that have the same pivot.
struct Neighbours<'v> {
    rows: &'v [&'v [f32]],
    /// A pivot, and the rows that are nearer to it than to the others.
    groups: Vec<(&'v [f32], Vec<usize>)>,
}

impl<'v> Neighbours<'v> {
    /// The rows come in an order by chance, so that the first ones, as many as the root of their number, are the pivots.
    fn new(rows: &'v [&'v [f32]]) -> Result<Self> {
        let pivots = rows.len().isqrt();
        let mut near = Neighbours { rows, groups: rows[..pivots].iter().map(|pivot| (*pivot, Vec::new())).collect() };
        for (row, vector) in rows.iter().enumerate() {
            let group = near.group(vector)?;
            near.groups[group].1.push(row);
        }
        Ok(near)
    }

    fn group(&self, vector: &[f32]) -> Result<usize> {
        let distances = self.groups.iter().map(|(pivot, _)| distance("l2", vector, pivot));
        let distances = distances.collect::<Result<Vec<f32>>>()?;
        let nearest = (0..distances.len()).min_by(|a, b| distances[*a].total_cmp(&distances[*b]));
        nearest.context("no pivot")
    }

    /// The nearest to a vector, but for the row that it is.
    fn of(&self, vector: &[f32], itself: Option<usize>) -> Result<Vec<usize>> {
        let others = self.groups[self.group(vector)?].1.iter().filter(|row| Some(**row) != itself);
        let other = |row: &usize| Ok((distance("l2", vector, self.rows[*row])?, *row));
        let mut others = others.map(other).collect::<Result<Vec<(f32, usize)>>>()?;
        others.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Of the slice: a collected `into_iter` would keep the memory of all others.
        Ok(others.iter().take(NEIGHBOURS).map(|(_, row)| *row).collect())
    }

    /// One of some rows, in turn; none if there are none.
    fn one(&self, some: &[usize], turn: usize) -> Option<&'v [f32]> {
        some.get(turn % some.len().max(1)).map(|row| self.rows[*row])
    }
}
