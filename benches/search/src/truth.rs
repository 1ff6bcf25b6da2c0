//! The right answers, by comparing everything, without anything of beaver's; and how many of them were found.

use anyhow::{Result, bail};

/// How many answers are asked for.
pub const K: usize = 10;

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

/// The rows nearest to a query, of those given: [`K`] of them, and all that are as near as the last.
pub fn nearest<'v>(metric: &str, query: &[f32], rows: impl Iterator<Item = (usize, &'v [f32])>) -> Result<Vec<usize>> {
    let mut best: Vec<(f32, usize)> = Vec::new();
    let mut bound = f32::INFINITY;
    for (row, vector) in rows {
        let distance = distance(metric, query, vector)?;
        if distance <= bound {
            best.push((distance, row));
        }
        if best.len() >= 64 * K {
            bound = shorten(&mut best);
        }
    }
    shorten(&mut best);
    Ok(best.into_iter().map(|(_, row)| row).collect())
}

fn shorten(best: &mut Vec<(f32, usize)>) -> f32 {
    best.sort_by(|a, b| a.0.total_cmp(&b.0));
    // What rounding may turn around is as near.
    let bound = best.get(K - 1).map_or(f32::INFINITY, |(last, _)| last + last.abs() * 1e-6);
    best.retain(|(distance, _)| *distance <= bound);
    bound
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
