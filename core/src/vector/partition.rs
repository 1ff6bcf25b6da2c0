//! Partitions: which one a vector belongs to, and which ones a query looks into.
//!
//! The centroid of a partition is a vector of the rotated space ([`super::Turned`]), kept in 8 bits a dimension. What
//! is compared with many centroids is made as short: so homes are chosen by whole numbers, on every machine alike.

use super::chunk::Damaged;
use super::inner::dot8;
use super::metric::Metric;
use super::padded;

/// With so many centroids, the nearest is looked for among those that a quarter of the components promises most of: so
/// many, which are then compared.
const MANY: usize = 256;
const PROMISING: usize = 64;

/// A vector of the rotated space in 8 bits a dimension.
pub(crate) struct Short {
    scale: f32,
    bytes: Vec<i8>,
}

/// The centroids of the partitions of a collection.
pub(crate) struct Centroids {
    /// Padded dimensions.
    dim: usize,
    bytes: Vec<i8>,
    scales: Vec<f32>,
    /// The squared lengths.
    squares: Vec<f32>,
    /// Those of the first components alone.
    heads: Vec<f32>,
}

impl Short {
    /// The nearest of 8 bits: the largest component becomes 127 or -127.
    #[expect(clippy::cast_possible_truncation, reason = "what is rounded is from -127 to 127")]
    pub fn new(vector: &[f32]) -> Short {
        let largest = vector.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
        // Below the bound a step would vanish.
        let scale = if largest > 1e-30 { largest / 127.0 } else { 0.0 };
        // Half away from zero.
        let round = |x: f32| (x + 0.5_f32.copysign(x)) as i8;
        let shorten = |x: &f32| if scale > 0.0 { round(x / scale) } else { 0 };
        Short { scale, bytes: vector.iter().map(shorten).collect() }
    }

    /// The stored form: the scale as a little-endian binary32 number, then a signed byte for each dimension.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.scale.to_le_bytes().into_iter().chain(self.bytes.iter().map(|x| x.cast_unsigned())).collect()
    }
}

impl Centroids {
    /// No centroids yet, for vectors of so many dimensions.
    pub fn new(dim: usize) -> Centroids {
        Centroids { dim: padded(dim), bytes: Vec::new(), scales: Vec::new(), squares: Vec::new(), heads: Vec::new() }
    }

    /// How many components are compared first.
    fn head(&self) -> usize {
        self.dim / 4
    }

    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// The bytes that they take in memory.
    pub fn size(&self) -> usize {
        self.len() * (self.dim + 12)
    }

    /// Adds one in its stored form.
    ///
    /// # Errors
    /// [`Damaged`] if it is none of these dimensions.
    pub fn push(&mut self, stored: &[u8]) -> Result<(), Damaged> {
        let (scale, bytes) = stored.split_first_chunk::<4>().ok_or(Damaged)?;
        let scale = f32::from_le_bytes(*scale);
        if bytes.len() != self.dim || !(0.0..1e37).contains(&scale) {
            return Err(Damaged);
        }
        self.bytes.extend(bytes.iter().map(|x| x.cast_signed()));
        let square = |bytes: &[u8]| -> f32 {
            let squares = bytes.iter().map(|x| f32::from(x.cast_signed()) * f32::from(x.cast_signed()));
            squares.sum::<f32>() * scale * scale
        };
        self.squares.push(square(bytes));
        self.heads.push(square(bytes.get(..self.head()).unwrap_or(bytes)));
        self.scales.push(scale);
        Ok(())
    }

    /// Removes one; the last takes its place.
    pub fn swap_remove(&mut self, index: usize) {
        let Some(last) = self.len().checked_sub(1) else { return };
        if index <= last {
            self.bytes.copy_within(last * self.dim.., index * self.dim);
            self.bytes.truncate(last * self.dim);
            self.scales.swap_remove(index);
            self.squares.swap_remove(index);
            self.heads.swap_remove(index);
        }
    }

    /// The centroid as codes see it.
    pub fn get(&self, index: usize, centroid: &mut Vec<f32>) {
        centroid.clear();
        if let (Some(bytes), Some(scale)) = (self.bytes.chunks_exact(self.dim).nth(index), self.scales.get(index)) {
            centroid.extend(bytes.iter().map(|&x| f32::from(x) * scale));
        }
    }

    /// How far each is from a vector by a metric, less what is the same for all. O(centroids x dimensions).
    pub fn distances(&self, metric: Metric, vector: &Short) -> impl Iterator<Item = f32> {
        let rows = self.bytes.chunks_exact(self.dim).zip(&self.scales).zip(&self.squares);
        rows.map(move |((bytes, scale), square)| {
            let product = dot8(bytes, &vector.bytes) * scale * vector.scale;
            match metric {
                Metric::L2 => square - 2.0 * product,
                Metric::Cosine => square / 2.0 - product,
                Metric::Dot => -product,
            }
        })
    }

    /// How far some of them are from a vector by [`Metric::L2`], less what is the same for all.
    pub fn some(&self, vector: &Short, which: impl Iterator<Item = usize>) -> Vec<f32> {
        let distance = |index: usize| {
            let bytes = self.bytes.chunks_exact(self.dim).nth(index)?;
            let (scale, square) = (self.scales.get(index)?, self.squares.get(index)?);
            Some(square - 2.0 * dot8(bytes, &vector.bytes) * scale * vector.scale)
        };
        which.map(|index| distance(index).unwrap_or(f32::INFINITY)).collect()
    }

    /// The one that is nearest to a vector, of equal ones the first; of many, one of the nearest, which is mostly that one.
    /// None if there is none. O(centroids x dimensions), for many a quarter of that.
    ///
    /// Source of going by some components of rotated vectors: J. Gao and C. Long, "High-Dimensional Approximate Nearest
    /// Neighbor Search: with Reliable and Efficient Distance Comparison Operations" (SIGMOD 2023).
    pub fn nearest(&self, vector: &Short) -> Option<usize> {
        let in_order = |a: &(f32, usize), b: &(f32, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if self.len() < MANY {
            return self.distances(Metric::L2, vector).zip(0..).min_by(in_order).map(|(_, index)| index);
        }
        let head = vector.bytes.get(..self.head())?;
        let rows = self.bytes.chunks_exact(self.dim).zip(&self.scales).zip(&self.heads).zip(0..);
        let promise = |(((bytes, scale), square), index): (((&[i8], &f32), &f32), usize)| {
            let product = dot8(bytes.get(..head.len())?, head) * scale * vector.scale;
            Some((square - 2.0 * product, index))
        };
        let mut promising: Vec<(f32, usize)> = rows.filter_map(promise).collect();
        promising.select_nth_unstable_by(PROMISING, in_order);
        promising.truncate(PROMISING);
        let indexes = || promising.iter().map(|(_, index)| *index);
        let distances = self.some(vector, indexes());
        distances.into_iter().zip(indexes()).min_by(in_order).map(|(_, index)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector::{Encoder, Metric};

    #[test]
    fn of_many_centroids_the_nearest_is_found_nearly_always() {
        let dim = 64;
        let encoder = Encoder::new(Metric::L2, dim, &vec![0.0; dim]).unwrap();
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f32::from(u16::try_from(state >> 16).unwrap()) / 65_536.0 - 0.5
        };
        // Around a dozen centres, in dimensions that are not alike.
        let mut vector = || {
            let centre = 7.0 + 12.0 * (next() * 12.0).floor();
            let of = |i: u16| (f32::from(i) * centre).sin() / (1.0 + f32::from(i));
            let vector: Vec<f32> = (0..64).map(|i| of(i) + next() / (4.0 + f32::from(i))).collect();
            Short::new(&encoder.turn(&vector).rotated)
        };
        let mut centroids = Centroids::new(dim);
        (0..1_000).for_each(|_| centroids.push(&vector().to_bytes()).unwrap());
        let (mut found, mut asked) = (0, 0);
        for _ in 0..500 {
            let vector = vector();
            let all: Vec<f32> = centroids.distances(Metric::L2, &vector).collect();
            let given = all[centroids.nearest(&vector).unwrap()];
            let nearer = all.iter().filter(|distance| **distance < given).count();
            assert!(nearer < 10, "{nearer}");
            found += usize::from(nearer == 0);
            asked += 1;
        }
        assert!(found * 100 >= asked * 95, "{found} of {asked}");
    }
}
