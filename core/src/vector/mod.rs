//! The mathematics of vector search: distances, codes of one bit a dimension, and the scan over them. It
//! knows no SQL.
//!
//! A search runs in two steps. [`scan()`] estimates the distance of every row from its [`Code`] and keeps those in
//! [`Candidates`] that may be among the nearest; [`Exact`] then judges them by their vectors, in the order of
//! their lower bounds, and [`Top`] keeps the nearest, until a bound lies beyond [`Top::limit`].
//!
//! Sources: J. Gao and C. Long, "RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound
//! for Approximate Nearest Neighbor Search" (SIGMOD 2024) for the codes and the estimate; F. André,
//! A.-M. Kermarrec and N. Le Scouarnec, "Cache locality is not enough" (VLDB 2015) and the FastScan of FAISS
//! for the look-up of codes in registers.

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod avx2;
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod avx512;
mod candidates;
mod chunk;
mod code;
mod exact;
mod half;
mod halve;
mod inner;
mod kernel;
mod mean;
mod metric;
#[cfg(all(feature = "simd", target_arch = "aarch64", target_endian = "little"))]
mod neon;
mod partition;
mod rotation;
mod scan;
mod top;

#[cfg(test)]
mod tests;

pub(crate) use candidates::Candidates;
pub(crate) use chunk::{Chunk, capacity, docs, len, push};
#[cfg(test)]
use chunk::{Damaged, put};
pub(crate) use code::{Code, Encoder, Turned};
pub(crate) use exact::{Exact, compacted, pack, unpack};
pub(crate) use halve::{halve, mean};
pub(crate) use mean::Mean;
pub use metric::Metric;
#[cfg(test)]
use metric::distance;
pub(crate) use partition::{Centroids, Short};
pub(crate) use scan::{Probe, margin, scan, scan_to};
pub(crate) use top::Top;

/// The most dimensions a vector may have.
pub(crate) const MAX_DIMENSIONS: usize = 8192;

/// How many dimensions the code of a vector of so many has: the next multiple of 64.
pub(crate) fn padded(dim: usize) -> usize {
    dim.next_multiple_of(64)
}

/// The nearest `f32`, and a finite one: what is too large becomes the largest there is, NaN becomes 0.
#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is what it is for")]
pub(crate) fn bounded(x: f64) -> f32 {
    if x.is_nan() { 0.0 } else { x.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32 }
}
