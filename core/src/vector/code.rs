//! RaBitQ codes: one bit a dimension and two numbers a vector.
//!
//! The difference `r` of a vector to the centroid is rotated, and its signs `s` are the code. With the rotated
//! difference `t` of a query to the centroid, `<r, q - c>` is estimated by `f <s, t>`, `f = |r|^2 / |r|_1`, which is
//! unbiased over random rotations and off by about `|r| |q - c| / sqrt(dimensions)` (Gao and Long, SIGMOD 2024,
//! theorem 3.2). Every metric is an exact part that the code carries, an exact part of the query alone, and that
//! inner product:
//!
//! | metric | distance | `add` | `mul` |
//! |---|---|---|---|
//! | L2 | `\|q - c\|^2 + \|r\|^2 - 2 <r, q - c>` | `\|r\|^2` | `-2 f` |
//! | cosine (lengths 1) | half of that | `\|r\|^2 / 2` | `-f` |
//! | dot | `-<c, q> - <r, c> - <r, q - c>` | `-<r, c>` | `-f` |
//!
//! so that the estimate is `add + mul <s, t>` and the part of the query.
//!
//! In a partition, `r` is the difference to the partition's centroid `p`, a vector of the rotated space, and `t` stays
//! the query's difference to the centre of all: `f <s, t - p>` is `f <s, t>`, which the scan yields, less `f <s, p>`,
//! which goes into `add`. So one look-up table serves all partitions.
//!
//! All of it is done in `f32`: components far beyond 1e15 or below 1e-15 make estimates that say little, and only the
//! exact distances behind them order the rows.

use super::metric::Metric;
use super::rotation::Rotation;
use super::{MAX_DIMENSIONS, bounded, padded};

/// The code of a vector.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Code {
    /// What is added to the estimate.
    pub add: f32,
    /// What the sum of the query's components, each with the sign of the code, is multiplied by.
    pub mul: f32,
    /// The signs, four dimensions a byte: bit `i` of byte `g` is set where dimension `4 g + i` is positive.
    pub signs: Vec<u8>,
}

/// Makes codes relative to one centre.
pub(crate) struct Encoder {
    metric: Metric,
    dim: usize,
    /// Of padded dimensions.
    centroid: Vec<f32>,
    rotation: Rotation,
}

/// A vector as seen from the centre.
pub(crate) struct Turned {
    /// The squared length of the difference.
    pub(super) square: f64,
    /// The inner product of the difference with the centre.
    pub(super) along: f64,
    /// The difference, rotated and of padded dimensions.
    pub rotated: Vec<f32>,
}

impl Turned {
    /// Whether a code has the signs of this vector's in the partition of that centroid.
    pub fn has_signs(&self, centroid: &[f32], code: &Code) -> bool {
        let residual: Vec<f32> = self.rotated.iter().zip(centroid).map(|(x, c)| x - c).collect();
        signs(&residual).eq(code.signs.iter().copied())
    }
}

impl Encoder {
    /// An encoder for vectors of so many dimensions, 1 to [`MAX_DIMENSIONS`]; for the cosine the centroid is that
    /// of vectors of length 1 ([`super::Mean`]). None if the dimensions or the centroid cannot be right.
    pub fn new(metric: Metric, dim: usize, centroid: &[f32]) -> Option<Self> {
        let right =
            (1..=MAX_DIMENSIONS).contains(&dim) && centroid.len() == dim && centroid.iter().all(|x| x.is_finite());
        right.then(|| {
            let mut centroid = centroid.to_vec();
            centroid.resize(padded(dim), 0.0);
            Encoder { metric, dim, centroid, rotation: Rotation::new(padded(dim)) }
        })
    }

    /// The metric of the codes.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// The dimensions of the vectors.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// The code of a vector of that many dimensions: missing ones count as zero, further ones not at all.
    /// Its factors are finite whatever the vector. O(n log n) for n dimensions.
    pub fn encode(&self, vector: &[f32]) -> Code {
        let Turned { square, along, rotated } = self.turn(vector);
        self.code(square, along, 0.0, &rotated)
    }

    /// The code of a vector in the partition of that centroid. O(n) for n dimensions.
    pub fn encode_near(&self, turned: &Turned, centroid: &[f32]) -> Code {
        let residual: Vec<f32> = turned.rotated.iter().zip(centroid).map(|(x, c)| x - c).collect();
        let square = summed(&residual, centroid, |r, _| r * r);
        let along = summed(&residual, centroid, |r, c| r * c);
        let lean = summed(&residual, centroid, |r, c| if r > 0.0 { c } else { -c });
        self.code(square, turned.along + along, lean, &residual)
    }

    /// The code of a difference: its squared length, its inner product with what it is a difference to, and that of
    /// its signs with the partition's centroid.
    fn code(&self, square: f64, along: f64, lean: f64, rotated: &[f32]) -> Code {
        let sum = summed(rotated, rotated, |x, _| x.abs());
        let factor = if sum > 0.0 { square / sum } else { 0.0 };
        let (add, mul) = match self.metric {
            Metric::L2 => (square + 2.0 * factor * lean, -2.0 * factor),
            Metric::Cosine => (square / 2.0 + factor * lean, -factor),
            Metric::Dot => (factor * lean - along, -factor),
        };
        Code { add: bounded(add), mul: bounded(mul), signs: signs(rotated).collect() }
    }

    /// What codes and queries are made from. O(n log n) for n dimensions.
    pub fn turn(&self, vector: &[f32]) -> Turned {
        let mut rotated = self.metric.prepared(vector).into_owned();
        rotated.resize(self.centroid.len(), 0.0);
        rotated.iter_mut().zip(&self.centroid).for_each(|(x, c)| *x -= c);
        let square = summed(&rotated, &rotated, |x, _| x * x);
        let along = summed(&rotated, &self.centroid, |x, c| x * c);
        self.rotation.apply(&mut rotated);
        Turned { square, along, rotated }
    }

    /// The squared length of the centre.
    pub(super) fn centroid_square(&self) -> f64 {
        self.centroid.iter().map(|&c| f64::from(c) * f64::from(c)).sum()
    }
}

/// Four signs a byte.
fn signs(rotated: &[f32]) -> impl Iterator<Item = u8> {
    let groups = rotated.as_chunks::<4>().0.iter();
    groups.map(|group| group.iter().rev().fold(0, |bits, x| bits << 1 | u8::from(*x > 0.0)))
}

/// Adds up something of two vectors of padded dimensions: sixteen sums side by side, which a processor makes at once.
fn summed(a: &[f32], b: &[f32], of: impl Fn(f32, f32) -> f32) -> f64 {
    let mut sums = [0.0_f32; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum += of(a, b);
        }
    }
    sums.iter().map(|sum| f64::from(*sum)).sum()
}
