//! Sets of entries, as ranges that do not touch.

use super::entry::{END, MISSING};

/// Which entries of what stands at a path: ranges, ascending, each from its first entry up to, not including, its
/// second.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Ranges(Vec<(Vec<u8>, Vec<u8>)>);

impl Ranges {
    /// Every entry.
    pub fn all() -> Self {
        Ranges::types(MISSING, END)
    }

    /// All entries of the types from one up to, not including, another.
    pub fn types(from: u8, to: u8) -> Self {
        Ranges::between(vec![from], vec![to])
    }

    pub fn between(from: Vec<u8>, to: Vec<u8>) -> Self {
        Ranges(if from < to { vec![(from, to)] } else { Vec::new() })
    }

    /// One entry.
    pub fn point(entry: Vec<u8>) -> Self {
        let next = after(&entry);
        Ranges(vec![(entry, next)])
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(from, to)| (from.as_slice(), to.as_slice()))
    }

    /// From the first entry to the end of all; none if it is empty.
    pub fn span(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let ((first, _), (_, end)) = (self.0.first()?, self.0.last()?);
        Some((first.clone(), end.clone()))
    }

    pub fn contains(&self, entry: &[u8]) -> bool {
        let after = self.0.partition_point(|(from, _)| from.as_slice() <= entry);
        self.0.get(after.wrapping_sub(1)).is_some_and(|(_, to)| entry < to.as_slice())
    }

    /// What is in any of the sets.
    pub fn union(sets: impl IntoIterator<Item = Ranges>) -> Self {
        let mut all: Vec<_> = sets.into_iter().flat_map(|set| set.0).collect();
        all.sort_unstable();
        let mut joined: Vec<(Vec<u8>, Vec<u8>)> = Vec::with_capacity(all.len());
        for (from, to) in all {
            match joined.last_mut() {
                Some((_, end)) if from <= *end => {
                    if to > *end {
                        *end = to;
                    }
                }
                _ => joined.push((from, to)),
            }
        }
        Ranges(joined)
    }

    /// What is in none of the ranges.
    pub fn complement(self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut free = vec![MISSING];
        for (from, to) in self.0 {
            if free < from {
                gaps.push((free, from));
            }
            free = to;
        }
        if *free < [END][..] {
            gaps.push((free, vec![END]));
        }
        Ranges(gaps)
    }

    /// What is in both sets.
    pub fn intersect(self, other: Ranges) -> Self {
        Ranges::union([self.complement(), other.complement()]).complement()
    }
}

/// The least entry above another.
pub(super) fn after(entry: &[u8]) -> Vec<u8> {
    let mut next = Vec::with_capacity(entry.len() + 1);
    next.extend_from_slice(entry);
    next.push(0);
    next
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn ranges() -> impl Strategy<Value = Ranges> {
        let bound = || vec(MISSING..END, 1..3);
        vec((bound(), bound()), 0..5)
            .prop_map(|pairs| Ranges::union(pairs.into_iter().map(|(from, to)| Ranges::between(from, to))))
    }

    proptest! {
        #[test]
        fn the_sets_are_those_of_their_entries(a in ranges(), b in ranges()) {
            let both = a.clone().intersect(b.clone());
            let either = Ranges::union([a.clone(), b.clone()]);
            let not = a.clone().complement();
            prop_assert_eq!(not.clone().complement(), a.clone());
            for first in MISSING..END {
                for entry in std::iter::once(vec![first]).chain((0..END).map(|second| vec![first, second])) {
                    prop_assert_eq!(both.contains(&entry), a.contains(&entry) && b.contains(&entry));
                    prop_assert_eq!(either.contains(&entry), a.contains(&entry) || b.contains(&entry));
                    prop_assert_eq!(not.contains(&entry), !a.contains(&entry));
                }
            }
        }
    }

    #[test]
    fn a_point_holds_nothing_else() {
        let point = Ranges::point(vec![5, 7]);
        assert!(point.contains(&[5, 7]) && !point.contains(&[5, 7, 0]) && !point.contains(&[5]));
        assert!(Ranges::all().complement().is_empty());
    }
}
