//! The rows of a scan that may be among the nearest.

use std::collections::BinaryHeap;

/// How many rows are gathered before the first look at which of them have become hopeless.
const ROOM: usize = 128;

/// Collects the documents that may be among the `k` nearest. Each comes with a distance that it is hardly nearer than
/// and one that it is hardly farther than; whoever cannot be nearer than the `k`-th of the latter is out. So there are
/// as many candidates as the data need, few where distances differ much, many where they are alike.
///
/// [`Candidates::limit`] lets a scan pass over whole blocks.
pub(crate) struct Candidates<'a> {
    k: usize,
    most: usize,
    room: usize,
    limit: f32,
    /// The order of the lower bound above, the document below.
    found: Vec<u64>,
    /// The `k` smallest upper bounds, in order.
    uppers: BinaryHeap<u32>,
    accept: Option<&'a dyn Fn(u32) -> bool>,
}

impl<'a> Candidates<'a> {
    /// Candidates for the `k` nearest, at least one, and not more than so many. Codes that are out of date count among
    /// the `k`: ask for more where there may be some. With `accept` only documents for which it is true; it is asked
    /// only about those that are near enough, perhaps more than once.
    pub fn new(k: usize, most: usize, accept: Option<&'a dyn Fn(u32) -> bool>) -> Self {
        let k = k.max(1);
        let (found, uppers) = (Vec::new(), BinaryHeap::new());
        Candidates { k, most: most.max(k), room: ROOM, limit: f32::INFINITY, found, uppers, accept }
    }

    /// The distance that a document must be able to be below.
    pub fn limit(&self) -> f32 {
        self.limit
    }

    /// Takes a document in if its lower bound is below the limit and the filter accepts it. A document may come
    /// several times: its smallest lower bound counts.
    pub fn push(&mut self, lower: f32, upper: f32, doc: u32) {
        if lower < self.limit && self.accept.is_none_or(|accept| accept(doc)) {
            self.found.push(u64::from(order(lower)) << 32 | u64::from(doc));
            self.tighten(order(upper.max(lower)));
            if self.found.len() >= self.room {
                self.prune();
            }
        }
    }

    /// Lower bounds and documents, the smallest bound first, each document once.
    pub fn into_sorted(mut self) -> Vec<(f32, u32)> {
        self.drop_hopeless();
        self.drop_repeated();
        self.found.sort_unstable();
        self.found.truncate(self.most);
        self.found.iter().map(|&found| (number(high(found)), low(found))).collect()
    }

    fn tighten(&mut self, upper: u32) {
        if self.uppers.len() < self.k {
            self.uppers.push(upper);
        } else if let Some(mut farthest) = self.uppers.peek_mut() {
            *farthest = upper.min(*farthest);
        }
        if let Some(&farthest) = self.uppers.peek()
            && self.uppers.len() == self.k
        {
            self.limit = self.limit.min(number(farthest));
        }
    }

    /// Makes room.
    fn prune(&mut self) {
        self.drop_hopeless();
        if self.found.len() / 2 >= self.most {
            self.drop_repeated();
            if self.found.len() >= self.most {
                let (_, last, _) = self.found.select_nth_unstable(self.most - 1);
                self.limit = self.limit.min(number(high(*last)));
                self.found.truncate(self.most);
            }
        }
        // Twice what is there, so that the work stays in proportion; but the most are looked at in time.
        let full = self.most.saturating_mul(2).max(self.found.len() + 1);
        self.room = self.found.len().saturating_mul(2).max(ROOM).min(full);
    }

    fn drop_hopeless(&mut self) {
        let limit = order(self.limit);
        self.found.retain(|&found| high(found) <= limit);
    }

    fn drop_repeated(&mut self) {
        // By document first: then the entries of one are neighbours, its smallest bound in front.
        self.found.iter_mut().for_each(|found| *found = found.rotate_left(32));
        self.found.sort_unstable();
        self.found.dedup_by_key(|found| high(*found));
        self.found.iter_mut().for_each(|found| *found = found.rotate_left(32));
    }
}

fn high(found: u64) -> u32 {
    (found >> 32) as u32
}

fn low(found: u64) -> u32 {
    (found & 0xffff_ffff) as u32
}

/// A whole number that is ordered as the number is.
fn order(number: f32) -> u32 {
    let bits = number.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// The number of an [`order`].
fn number(order: u32) -> f32 {
    f32::from_bits(if order >> 31 == 1 { order & !(1 << 31) } else { !order })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn keeps_who_may_be_among_the_nearest_and_of_those_the_best(
            offers in proptest::collection::vec((-1e3_f32..1e3, 0.01_f32..400.0, 0..500_u32), 0..700),
            k in 1..20_usize, most in prop_oneof![Just(5000_usize), 20..60_usize], odd: bool,
        ) {
            let accept = |doc: u32| !odd || doc % 2 == 1;
            let mut candidates = Candidates::new(k, most, Some(&accept));
            let mut model = BTreeMap::new();
            let mut uppers = Vec::new();
            for &(lower, width, doc) in &offers {
                candidates.push(lower, lower + width, doc);
                if accept(doc) {
                    model.entry(doc).and_modify(|best: &mut f32| *best = best.min(lower)).or_insert(lower);
                    uppers.push(lower + width);
                }
            }
            uppers.sort_by(f32::total_cmp);
            let limit = uppers.get(k - 1).copied().unwrap_or(f32::INFINITY);
            let mut want: Vec<(f32, u32)> = model.into_iter().map(|(doc, lower)| (lower, doc)).collect();
            want.retain(|(lower, _)| *lower < limit);
            want.sort_by(|a, b| a.0.total_cmp(&b.0));
            want.truncate(most);
            prop_assert_eq!(candidates.into_sorted(), want);
        }

        #[test]
        fn numbers_keep_their_order_as_whole_numbers(a: f32, b: f32) {
            prop_assert_eq!(order(a).cmp(&order(b)), a.total_cmp(&b));
            prop_assert_eq!(number(order(a)).to_bits(), a.to_bits());
        }
    }

    #[test]
    fn the_filter_is_asked_only_about_near_ones() {
        let asked = std::cell::Cell::new(0);
        let accept = |_| {
            asked.set(asked.get() + 1);
            true
        };
        let mut candidates = Candidates::new(10, 100, Some(&accept));
        for doc in 0..10_000_u16 {
            candidates.push(f32::from(doc), f32::from(doc) + 5.5, u32::from(doc));
        }
        assert_eq!(asked.get(), 15);
        assert_eq!(candidates.limit(), 14.5);
    }

    #[test]
    fn rows_that_are_all_the_same_stay_few() {
        let mut candidates = Candidates::new(10, 50, None);
        for doc in 0..10_000 {
            candidates.push(1.0, 2.0, doc);
        }
        assert_eq!(candidates.limit(), 1.0);
        assert_eq!(candidates.into_sorted().len(), 50);
    }
}
