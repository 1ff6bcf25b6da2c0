//! Partitions: which one a vector belongs to, and which ones a query looks into.
//!
//! The centroid of a partition is a vector of the rotated space ([`super::Turned`]), kept in 8 bits a dimension. What
//! is compared with many centroids is made as short: so homes are chosen by whole numbers, on every machine alike.

use super::chunk::Damaged;
use super::inner::dot8;
use super::metric::Metric;
use super::padded;

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
}

impl Short {
    /// The nearest of 8 bits: the largest component becomes 127 or -127.
    #[expect(clippy::cast_possible_truncation, reason = "what is rounded is from -127 to 127")]
    pub fn new(vector: &[f32]) -> Short {
        let largest = vector.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
        // Below the bound a step would vanish.
        let scale = if largest > 1e-30 { largest / 127.0 } else { 0.0 };
        let shorten = |x: &f32| if scale > 0.0 { (x / scale).round() as i8 } else { 0 };
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
        Centroids { dim: padded(dim), bytes: Vec::new(), scales: Vec::new(), squares: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// The bytes that they take in memory.
    pub fn size(&self) -> usize {
        self.len() * (self.dim + 8)
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
        let square: f32 = bytes.iter().map(|x| f32::from(x.cast_signed()) * f32::from(x.cast_signed())).sum();
        self.scales.push(scale);
        self.squares.push(square * scale * scale);
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

    /// The one that is nearest to a vector; of equal ones the first. None if there is none.
    pub fn nearest(&self, vector: &Short) -> Option<usize> {
        let distances = self.distances(Metric::L2, vector).enumerate();
        distances.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
    }
}
