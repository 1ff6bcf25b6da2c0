//! The innermost loops of exact distances: by simsimd, which chooses the instructions of the processor at run time; or,
//! without the feature `simd`, in plain Rust.

#[cfg(feature = "simd")]
pub(super) use with_simd::{Halves, dot, dot8, squared};

#[cfg(not(feature = "simd"))]
pub(super) use without_simd::{Halves, dot, dot8, squared};

/// Products and squared differences in double precision, added up in order.
fn wide<'a>(a: &'a [f32], b: &'a [f32]) -> impl Iterator<Item = (f64, f64)> + 'a {
    a.iter().zip(b).map(|(&x, &y)| (f64::from(x), f64::from(y)))
}

fn sum8(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum()
}

#[cfg(feature = "simd")]
mod with_simd {
    use simsimd::{SpatialSimilarity, f16};

    use super::super::half;
    use super::wide;

    /// The inner product.
    pub fn dot(a: &[f32], b: &[f32]) -> f64 {
        trusted(f32::dot(a, b)).unwrap_or_else(|| wide(a, b).map(|(x, y)| x * y).sum())
    }

    /// The squared Euclidean distance.
    pub fn squared(a: &[f32], b: &[f32]) -> f64 {
        trusted(f32::l2sq(a, b)).unwrap_or_else(|| wide(a, b).map(|(x, y)| (x - y) * (x - y)).sum())
    }

    /// The inner product of numbers in 8 bits, which is exact.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "sums are below 2^27")]
    pub fn dot8(a: &[i8], b: &[i8]) -> f32 {
        i8::dot(a, b).map_or_else(|| super::sum8(a, b) as f32, |sum| sum as f32)
    }

    /// A sum that was made in `f32`, unless it may have lost everything to overflow or underflow.
    fn trusted(sum: Option<f64>) -> Option<f64> {
        sum.filter(|sum| (1e-30..1e38).contains(&sum.abs()))
    }

    /// A vector in numbers of 16 bits.
    pub struct Halves(Vec<f16>);

    impl Halves {
        pub fn new(vector: &[f32]) -> Self {
            Halves(vector.iter().map(|&x| f16(half::from_f32(x))).collect())
        }

        /// Takes the little-endian bits of another vector of that length.
        pub fn load(&mut self, bits: &[[u8; 2]]) {
            for (to, bits) in self.0.iter_mut().zip(bits) {
                *to = f16(u16::from_le_bytes(*bits));
            }
        }

        pub fn dot(&self, other: &Halves) -> f64 {
            f16::dot(&self.0, &other.0).unwrap_or(f64::INFINITY)
        }

        pub fn squared(&self, other: &Halves) -> f64 {
            f16::l2sq(&self.0, &other.0).unwrap_or(f64::INFINITY)
        }
    }
}

#[cfg(not(feature = "simd"))]
mod without_simd {
    use super::super::half;
    use super::wide;

    /// The inner product.
    pub fn dot(a: &[f32], b: &[f32]) -> f64 {
        wide(a, b).map(|(x, y)| x * y).sum()
    }

    /// The squared Euclidean distance.
    pub fn squared(a: &[f32], b: &[f32]) -> f64 {
        wide(a, b).map(|(x, y)| (x - y) * (x - y)).sum()
    }

    /// The inner product of numbers in 8 bits, which is exact.
    #[expect(clippy::cast_precision_loss, reason = "sums are below 2^27")]
    pub fn dot8(a: &[i8], b: &[i8]) -> f32 {
        super::sum8(a, b) as f32
    }

    /// A vector that has been in numbers of 16 bits.
    pub struct Halves(Vec<f32>);

    impl Halves {
        pub fn new(vector: &[f32]) -> Self {
            Halves(vector.iter().map(|&x| half::to_f32(half::from_f32(x))).collect())
        }

        /// Takes the little-endian bits of another vector of that length.
        pub fn load(&mut self, bits: &[[u8; 2]]) {
            for (to, bits) in self.0.iter_mut().zip(bits) {
                *to = half::to_f32(u16::from_le_bytes(*bits));
            }
        }

        pub fn dot(&self, other: &Halves) -> f64 {
            dot(&self.0, &other.0)
        }

        pub fn squared(&self, other: &Halves) -> f64 {
            squared(&self.0, &other.0)
        }
    }
}
