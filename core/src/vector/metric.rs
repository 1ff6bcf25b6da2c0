//! What "near" means: the metrics and their exact distances.

use std::borrow::Cow;

use super::inner::dot;
#[cfg(test)]
use super::inner::squared;

/// How far two vectors are from one another. For every metric the smaller distance is the nearer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub enum Metric {
    /// The squared Euclidean distance, from 0.
    #[default]
    L2,
    /// One minus the cosine of the angle, from 0 (same direction) to 2 (opposite).
    Cosine,
    /// Minus the inner product: any number.
    Dot,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Metric; 3] = [Metric::L2, Metric::Cosine, Metric::Dot];

    /// The stable name: `"l2"`, `"cosine"`, `"dot"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Metric::L2 => "l2",
            Metric::Cosine => "cosine",
            Metric::Dot => "dot",
        }
    }

    /// The metric of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Metric> {
        Metric::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// The vector as codes and compact forms see it: of length 1 for the cosine, as it is for the others.
    /// The zero vector, which has no direction, stays what it is.
    pub(super) fn prepared(self, vector: &[f32]) -> Cow<'_, [f32]> {
        if self != Metric::Cosine {
            return Cow::Borrowed(vector);
        }
        let norm = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        if norm == 0.0 {
            return Cow::Borrowed(vector);
        }
        Cow::Owned(vector.iter().map(|&x| super::bounded(f64::from(x) / norm)).collect())
    }
}

/// The distance of two vectors of one length, in O(dimensions). Vectors of different lengths are infinitely
/// far apart; a zero vector has the cosine distance 1 from everything. Finite for finite vectors.
#[cfg(test)]
pub(crate) fn distance(metric: Metric, a: &[f32], b: &[f32]) -> f64 {
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    match metric {
        Metric::L2 => squared(a, b),
        Metric::Cosine => cosine(a, b, dot(a, a)),
        Metric::Dot => -dot(a, b),
    }
}

/// The cosine distance, where the inner product of `a` with itself is known.
pub(super) fn cosine(a: &[f32], b: &[f32], aa: f64) -> f64 {
    // Three inner products rather than one call for the cosine: a vector is exactly 0 from itself.
    let norms = (aa * dot(b, b)).sqrt();
    if norms > 0.0 { (1.0 - dot(a, b) / norms).clamp(0.0, 2.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for metric in Metric::ALL {
            assert_eq!(Metric::parse(metric.name()), Some(metric));
        }
        assert_eq!(Metric::parse("euclid"), None);
    }

    #[test]
    fn distances_are_those_of_the_definitions() {
        let (a, b) = ([1.0, 2.0, 2.0], [2.0, 0.0, 0.0]);
        assert!((distance(Metric::L2, &a, &b) - 9.0).abs() < 1e-6);
        assert!((distance(Metric::Cosine, &a, &b) - (1.0 - 1.0 / 3.0)).abs() < 1e-6);
        assert!((distance(Metric::Dot, &a, &b) + 2.0).abs() < 1e-6);
        assert_eq!(distance(Metric::L2, &a, &b[..2]), f64::INFINITY);
    }

    #[test]
    fn very_large_and_very_small_vectors_keep_their_distances() {
        for scale in [1e-40_f32, 1e-25, 1.0, 1e25, 1e38] {
            let (a, b) = ([scale, scale], [scale, 0.0]);
            assert!((distance(Metric::Cosine, &a, &b) - (1.0 - 0.5_f64.sqrt())).abs() < 1e-4, "{scale}");
            let square = f64::from(scale) * f64::from(scale);
            assert!((distance(Metric::L2, &a, &b) / square - 1.0).abs() < 1e-5, "{scale}");
            assert!((distance(Metric::Dot, &a, &b) / square + 1.0).abs() < 1e-5, "{scale}");
            assert_eq!(distance(Metric::Cosine, &a, &a), 0.0);
        }
    }

    #[test]
    fn the_zero_vector_has_a_cosine_distance() {
        assert_eq!(distance(Metric::Cosine, &[0.0, 0.0], &[1.0, 0.0]), 1.0);
        assert_eq!(distance(Metric::Cosine, &[0.0, 0.0], &[0.0, 0.0]), 1.0);
        assert_eq!(Metric::Cosine.prepared(&[0.0, 0.0]).as_ref(), [0.0, 0.0]);
    }
}
