//! Splitting a partition that is full.
//!
//! Source of splitting in place, rather than clustering all anew: Y. Xu et al., "SPFresh: Incremental In-Place Update
//! for Billion-Scale Vector Search" (SOSP 2023).

use super::inner::{dot, squared};

/// How often the two centroids are moved to the means of their rows.
const ROUNDS: usize = 4;

/// Assigns rows of so many components each to two centroids (2-means): whether it is the second, for each. Each side
/// gets at least a quarter of the rows, whatever they are. O(rows x dimensions).
pub(crate) fn halve(rows: &[f32], dim: usize) -> Vec<bool> {
    let count = rows.len() / dim.max(1);
    let mut side: Vec<bool> = (0..count).map(|row| row % 2 == 1).collect();
    let Some(mean) = mean(rows, dim, |_| true) else { return side };
    // From two rows that are far from each other.
    let Some(mut first) = farthest(rows, dim, &mean) else { return side };
    let Some(mut second) = farthest(rows, dim, &first) else { return side };
    let least = (count / 4).max(1).min(count / 2);
    for _ in 0..ROUNDS {
        let towards: Vec<f32> = second.iter().zip(&first).map(|(b, a)| b - a).collect();
        let lean: Vec<f64> = rows.chunks_exact(dim).map(|row| dot(row, &towards)).collect();
        let middle = (dot(&second, &second) - dot(&first, &first)) / 2.0;
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|&a, &b| at(&lean, a).total_cmp(&at(&lean, b)));
        let nearer = order.partition_point(|&row| at(&lean, row) <= middle);
        let cut = nearer.clamp(least, count - least);
        for (place, row) in order.into_iter().enumerate() {
            if let Some(side) = side.get_mut(row) {
                *side = place >= cut;
            }
        }
        let mean_of = |second| self::mean(rows, dim, |row| side.get(row) == Some(&second));
        let (Some(a), Some(b)) = (mean_of(false), mean_of(true)) else { return side };
        (first, second) = (a, b);
    }
    side
}

fn at(numbers: &[f64], index: usize) -> f64 {
    numbers.get(index).copied().unwrap_or_default()
}

/// The mean of some of the rows; none if there are none.
#[expect(clippy::cast_precision_loss, reason = "the rows are few")]
pub(crate) fn mean(rows: &[f32], dim: usize, of: impl Fn(usize) -> bool) -> Option<Vec<f32>> {
    let (mut sums, mut count) = (vec![0.0_f32; dim], 0);
    for (_, row) in rows.chunks_exact(dim.max(1)).enumerate().filter(|(index, _)| of(*index)) {
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        count += 1;
    }
    (count > 0).then(|| sums.into_iter().map(|sum| sum / count as f32).collect())
}

fn farthest(rows: &[f32], dim: usize, from: &[f32]) -> Option<Vec<f32>> {
    let far = rows.chunks_exact(dim).max_by(|a, b| squared(a, from).total_cmp(&squared(b, from)));
    far.map(<[f32]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_two_clusters_come_apart() {
        let rows: Vec<f32> =
            (0..40_u8).flat_map(|i| [if i % 5 < 2 { 10.0 } else { -3.0 }, f32::from(i) / 100.0]).collect();
        let side = halve(&rows, 2);
        for (i, second) in side.iter().enumerate() {
            assert_eq!(*second == side[0], i % 5 < 2, "{i}");
        }
    }

    #[test]
    fn each_side_gets_a_quarter_of_rows_that_are_alike_or_of_one_that_is_far() {
        for far in [0.0, 1e6] {
            let mut rows = vec![1.0_f32; 100];
            rows[7] += far;
            let second = halve(&rows, 1).into_iter().filter(|second| *second).count();
            assert!((25..=75).contains(&second), "{far}: {second}");
        }
    }

    #[test]
    fn few_rows_are_halved_too() {
        assert!(halve(&[], 3).is_empty());
        assert_eq!(halve(&[1.0], 1).len(), 1);
        assert_eq!(halve(&[1.0, 2.0], 1).iter().filter(|second| **second).count(), 1);
    }
}
