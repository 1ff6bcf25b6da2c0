//! The right answers, by comparing everything, without anything of beaver's; and how many of them were found.

use anyhow::{Result, bail};

/// How many answers are asked for.
pub const K: usize = 10;
/// How many rows are compared with one query after the other.
const FEW: usize = 16;

/// A sum in eight lanes, which a compiler turns into vector instructions.
fn lanes(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    let mut sums = [0.0_f32; 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += term(*a, *b);
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| term(*a, *b)).sum::<f32>()
}

/// Smaller is nearer.
pub fn distance(metric: &str, a: &[f32], b: &[f32]) -> Result<f32> {
    let dot = |a: &[f32], b: &[f32]| lanes(a, b, |a, b| a * b);
    Ok(match metric {
        "l2" => lanes(a, b, |a, b| (a - b) * (a - b)),
        "cosine" => 1.0 - dot(a, b) / (dot(a, a) * dot(b, b)).sqrt(),
        "dot" => -dot(a, b),
        _ => bail!("no metric {metric}"),
    })
}

/// The rows nearest to one query, of those that were shown: [`K`] of them, and all that are as near as the last.
struct Nearest {
    best: Vec<(f32, usize)>,
    bound: f32,
}

impl Nearest {
    fn new() -> Self {
        Nearest { best: Vec::new(), bound: f32::INFINITY }
    }

    fn show(&mut self, row: usize, distance: f32) {
        if distance <= self.bound {
            self.best.push((distance, row));
        }
        if self.best.len() >= 64 * K {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        self.best.sort_by(|a, b| a.0.total_cmp(&b.0));
        // What rounding may turn around is as near.
        self.bound = self.best.get(K - 1).map_or(f32::INFINITY, |(last, _)| last + last.abs() * 1e-6);
        self.best.retain(|(distance, _)| *distance <= self.bound);
    }

    fn rows(mut self) -> Vec<usize> {
        self.shorten();
        self.best.into_iter().map(|(_, row)| row).collect()
    }
}

/// The rows nearest to a query, of those given: [`K`] of them, and all that are as near as the last.
pub fn nearest<'v>(metric: &str, query: &[f32], rows: impl Iterator<Item = (usize, &'v [f32])>) -> Result<Vec<usize>> {
    let mut nearest = Nearest::new();
    for (row, vector) in rows {
        nearest.show(row, distance(metric, query, vector)?);
    }
    Ok(nearest.rows())
}

/// The right answers to many queries, of rows that come in portions. All processors take part.
pub struct Truth<'q> {
    metric: &'q str,
    dimension: usize,
    queries: Vec<(&'q [f32], Nearest)>,
}

impl<'q> Truth<'q> {
    pub fn new(metric: &'q str, queries: &'q [f32], dimension: usize) -> Self {
        let queries = queries.chunks_exact(dimension).map(|query| (query, Nearest::new())).collect();
        Truth { metric, dimension, queries }
    }

    /// Compares rows, of which the first has this number, with every query.
    pub fn show(&mut self, first: usize, rows: &[f32]) -> Result<()> {
        let (metric, dimension) = (self.metric, self.dimension);
        let threads = std::thread::available_parallelism()?.get();
        let share = self.queries.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let compare = |queries: &mut [(&[f32], Nearest)]| -> Result<()> {
                // A few rows at a time, which stay in the processor's cache for all queries.
                for (at, few) in rows.chunks(FEW * dimension).enumerate() {
                    for (query, nearest) in &mut *queries {
                        for (row, vector) in few.chunks_exact(dimension).enumerate() {
                            nearest.show(first + at * FEW + row, distance(metric, query, vector)?);
                        }
                    }
                }
                Ok(())
            };
            let threads: Vec<_> =
                self.queries.chunks_mut(share).map(|queries| scope.spawn(move || compare(queries))).collect();
            threads.into_iter().try_for_each(|thread| match thread.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })
    }

    /// Of each query.
    pub fn rows(self) -> Vec<Vec<usize>> {
        self.queries.into_iter().map(|(_, nearest)| nearest.rows()).collect()
    }
}

/// The share of the right answers that was given, over all queries.
#[expect(clippy::cast_precision_loss)] // there are not so many
pub fn recall(answers: &[Vec<usize>], truth: &[Vec<usize>]) -> f64 {
    let wanted: usize = truth.iter().map(|right| right.len().min(K)).sum();
    let found: usize = answers
        .iter()
        .zip(truth)
        .map(|(answer, right)| answer.iter().filter(|row| right.contains(row)).count().min(K))
        .sum();
    found as f64 / wanted.max(1) as f64
}
