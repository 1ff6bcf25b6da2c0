//! The best few rows of a scan, by estimate.

/// Collects the documents with the smallest estimates. [`Candidates::limit`] lets a scan pass over whole blocks.
/// A document may be offered several times: its smallest estimate counts.
///
/// It gathers up to twice what it keeps and then drops the worse half, which takes less time than a heap.
pub(crate) struct Candidates<'a> {
    keep: usize,
    room: usize,
    limit: f32,
    /// The order of the estimate above, the document below.
    found: Vec<u64>,
    accept: Option<&'a dyn Fn(u32) -> bool>,
}

impl<'a> Candidates<'a> {
    /// Keeps so many documents, at least one. With `accept` only documents for which it is true; it is asked
    /// only about those whose estimate is good enough, perhaps more than once.
    pub fn new(keep: usize, accept: Option<&'a dyn Fn(u32) -> bool>) -> Self {
        let keep = keep.max(1);
        let room = keep.saturating_mul(2).max(64);
        Candidates { keep, room, limit: f32::INFINITY, found: Vec::new(), accept }
    }

    /// The estimate from which on a document is not taken in any more.
    pub fn limit(&self) -> f32 {
        self.limit
    }

    /// Takes a document in if its estimate is below the limit and the filter accepts it.
    pub fn push(&mut self, estimate: f32, doc: u32) {
        if estimate < self.limit && self.accept.is_none_or(|accept| accept(doc)) {
            self.found.push(u64::from(order(estimate)) << 32 | u64::from(doc));
            if self.found.len() >= self.room {
                self.prune();
            }
        }
    }

    /// Estimates and documents, the smallest estimate first, each document once.
    pub fn into_sorted(mut self) -> Vec<(f32, u32)> {
        self.prune();
        self.found.sort_unstable();
        self.found.iter().map(|&found| (estimate(high(found)), low(found))).collect()
    }

    /// Leaves each document once, and so many as are to be kept.
    fn prune(&mut self) {
        // By document first: then the entries of one are neighbours, its smallest estimate in front.
        self.found.iter_mut().for_each(|found| *found = found.rotate_left(32));
        self.found.sort_unstable();
        self.found.dedup_by_key(|found| high(*found));
        self.found.iter_mut().for_each(|found| *found = found.rotate_left(32));
        if self.found.len() >= self.keep {
            let (_, last, _) = self.found.select_nth_unstable(self.keep - 1);
            self.limit = estimate(high(*last));
            self.found.truncate(self.keep);
        }
    }
}

fn high(found: u64) -> u32 {
    (found >> 32) as u32
}

fn low(found: u64) -> u32 {
    (found & 0xffff_ffff) as u32
}

/// A whole number that is ordered as the estimate is.
fn order(estimate: f32) -> u32 {
    let bits = estimate.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

fn estimate(order: u32) -> f32 {
    f32::from_bits(if order >> 31 == 1 { order & !(1 << 31) } else { !order })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn keeps_the_best_of_each_document(
            offers in proptest::collection::vec((-1e6_f32..1e6, 0..150_u32), 0..500), keep in 0..50_usize, odd: bool,
        ) {
            let accept = |doc: u32| !odd || doc % 2 == 1;
            let mut candidates = Candidates::new(keep, Some(&accept));
            let mut model = BTreeMap::new();
            for &(estimate, doc) in &offers {
                candidates.push(estimate, doc);
                if accept(doc) {
                    model.entry(doc).and_modify(|best: &mut f32| *best = best.min(estimate)).or_insert(estimate);
                }
            }
            let mut want: Vec<(f32, u32)> = model.into_iter().map(|(doc, estimate)| (estimate, doc)).collect();
            want.sort_by(|a, b| a.0.total_cmp(&b.0));
            want.truncate(keep.max(1));
            prop_assert_eq!(candidates.into_sorted(), want);
        }

        #[test]
        fn estimates_keep_their_order_as_whole_numbers(a: f32, b: f32) {
            prop_assert_eq!(order(a).cmp(&order(b)), a.total_cmp(&b));
            prop_assert_eq!(estimate(order(a)).to_bits(), a.to_bits());
        }
    }

    #[test]
    fn the_filter_is_asked_only_about_good_ones() {
        let asked = std::cell::Cell::new(0);
        let accept = |_| {
            asked.set(asked.get() + 1);
            true
        };
        let mut candidates = Candidates::new(10, Some(&accept));
        for doc in 0..10_000_u32 {
            candidates.push(f32::from(u16::try_from(doc).unwrap()), doc);
        }
        assert_eq!(asked.get(), 64);
        assert_eq!(candidates.limit(), 9.0);
    }
}
