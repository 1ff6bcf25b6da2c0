//! The mean of many vectors, to be a centroid.

use super::bounded;
use super::metric::Metric;

/// Adds vectors up. For the cosine they count with length 1.
pub(crate) struct Mean {
    metric: Metric,
    sums: Vec<f64>,
    count: f64,
}

impl Mean {
    /// The mean of no vectors yet, of so many dimensions.
    pub fn new(metric: Metric, dim: usize) -> Self {
        Mean { metric, sums: vec![0.0; dim], count: 0.0 }
    }

    /// Counts a vector in; one of another number of dimensions is left out. O(dimensions).
    pub fn add(&mut self, vector: &[f32]) {
        if vector.len() == self.sums.len() {
            for (sum, &x) in self.sums.iter_mut().zip(self.metric.prepared(vector).iter()) {
                *sum += f64::from(x);
            }
            self.count += 1.0;
        }
    }

    /// The mean; of no vectors: zero.
    pub fn finish(self) -> Vec<f32> {
        let count = self.count.max(1.0);
        self.sums.into_iter().map(|sum| bounded(sum / count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_that_of_the_vectors_as_the_metric_sees_them() {
        let mean = |metric| {
            let mut mean = Mean::new(metric, 2);
            for vector in [&[3.0, 4.0][..], &[0.0, 0.0], &[1.0], &[0.0, 2.0], &[5.0, 0.0]] {
                mean.add(vector);
            }
            mean.finish()
        };
        assert_eq!(mean(Metric::L2), [2.0, 1.5]);
        assert_eq!(mean(Metric::Cosine), [0.4, 0.45]);
        assert_eq!(Mean::new(Metric::Dot, 3).finish(), [0.0; 3]);
    }
}
