//! The nearest few by exact distance.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Keeps the `k` nearest of what is pushed. Of equal distances the smaller key is the nearer, so the answer does not
/// depend on the order of the pushes.
pub(crate) struct Top<K> {
    k: usize,
    /// The farthest on top.
    heap: BinaryHeap<Ranked<K>>,
}

struct Ranked<K> {
    distance: f64,
    key: K,
}

impl<K: Ord + Copy> Top<K> {
    /// Room for the `k` nearest.
    pub fn new(k: usize) -> Self {
        Top { k, heap: BinaryHeap::new() }
    }

    /// Takes a key in if it is among the nearest so far. Each key is pushed once. O(log k).
    pub fn push(&mut self, distance: f64, key: K) {
        let ranked = Ranked { distance, key };
        if self.heap.len() < self.k {
            self.heap.push(ranked);
        } else if let Some(mut farthest) = self.heap.peek_mut()
            && ranked < *farthest
        {
            *farthest = ranked;
        }
    }

    /// What a further key must not exceed to be taken in: the distance of the farthest kept, once there are `k`.
    pub fn limit(&self) -> Option<f64> {
        self.heap.peek().filter(|_| self.heap.len() >= self.k).map(|farthest| farthest.distance)
    }

    /// The keys that are kept, in no order.
    pub fn keys(&self) -> impl Iterator<Item = K> {
        self.heap.iter().map(|ranked| ranked.key)
    }

    /// Distances and keys, the nearest first.
    pub fn into_sorted(self) -> Vec<(f64, K)> {
        self.heap.into_sorted_vec().into_iter().map(|ranked| (ranked.distance, ranked.key)).collect()
    }
}

impl<K: Ord> Ord for Ranked<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.distance.total_cmp(&other.distance).then_with(|| self.key.cmp(&other.key))
    }
}

impl<K: Ord> PartialOrd for Ranked<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord> PartialEq for Ranked<K> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<K: Ord> Eq for Ranked<K> {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keeps_the_nearest_in_any_order_of_pushes(distances in proptest::collection::vec(0..6_u8, 0..40), k in 0..12_usize) {
            let mut all: Vec<(f64, usize)> = distances.iter().map(|&d| f64::from(d)).zip(0..).collect();
            let (mut forward, mut backward) = (Top::new(k), Top::new(k));
            for &(distance, key) in &all {
                forward.push(distance, key);
            }
            for &(distance, key) in all.iter().rev() {
                backward.push(distance, key);
            }
            all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            all.truncate(k);
            prop_assert_eq!(forward.limit(), all.last().filter(|_| all.len() == k).map(|last| last.0));
            prop_assert_eq!(&forward.into_sorted(), &all);
            prop_assert_eq!(&backward.into_sorted(), &all);
        }
    }
}
