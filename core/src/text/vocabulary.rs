//! The distinct words of a collection, packed so that all near to a given one are found by reading few bytes.
//!
//! Words of one length and first character share packs: texts of about 2.5 KB, one word a line, with a line end
//! before the first word and after each. The store keeps each pack as a row; here is what is done with them.

use memchr::memmem;

use super::edit::Pattern;

/// A longer word is not in the vocabulary: nobody types it, and its typos cost time.
pub(crate) const MAX_WORD_CHARS: usize = 63;

/// A pack of so many bytes takes no more words. With the last one it stays below 3 KB.
const FULL_BYTES: usize = 2_560;

/// The length in characters and the first character of a word: what its packs are stored under. None if the word
/// is empty or too long for the vocabulary.
pub(crate) fn key(word: &str) -> Option<(usize, char)> {
    // A character has up to four bytes: that much of a long text is enough to tell.
    let length = word.chars().take(MAX_WORD_CHARS + 1).count();
    word.chars().next().filter(|_| length <= MAX_WORD_CHARS).map(|first| (length, first))
}

/// Whether a word is in a pack.
pub(crate) fn contains(pack: &str, word: &str) -> bool {
    memmem::find(pack.as_bytes(), format!("\n{word}\n").as_bytes()).is_some()
}

/// Adds a word, which the pack does not hold yet and which has no line end in it.
pub(crate) fn append(pack: &mut String, word: &str) {
    if pack.is_empty() {
        pack.push('\n');
    }
    pack.push_str(word);
    pack.push('\n');
}

/// Whether the next word belongs into a new pack.
pub(crate) fn full(pack: &str) -> bool {
    pack.len() >= FULL_BYTES
}

/// A word looked for together with those near to it.
#[derive(Debug, Clone)]
pub(crate) struct Lookup {
    pattern: Pattern,
    letters: u64,
    /// The greatest edit distance.
    pub budget: u8,
    /// Found words begin with the same character.
    pub protect_first: bool,
    /// The distance is that to the nearest prefix of the found word.
    pub prefix: bool,
}

/// The packs in which a word may be found: those of words so long, and with this first character if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Buckets {
    pub shortest: usize,
    pub longest: usize,
    pub first: Option<char>,
}

impl Lookup {
    pub fn new(word: &str, budget: u8, protect_first: bool, prefix: bool) -> Self {
        Lookup { pattern: Pattern::new(word), letters: letters(word), budget, protect_first, prefix }
    }

    /// The packs to search; None if no word of the vocabulary can be near enough.
    pub fn buckets(&self) -> Option<Buckets> {
        let (length, budget) = (self.pattern.chars().len(), usize::from(self.budget));
        let shortest = length.saturating_sub(budget).max(1);
        let longest = if self.prefix { MAX_WORD_CHARS } else { MAX_WORD_CHARS.min(length + budget) };
        let first = self.first();
        (shortest <= longest).then_some(Buckets { shortest, longest, first })
    }

    /// The first character of all words to be found, if that is known.
    fn first(&self) -> Option<char> {
        self.pattern.chars().first().copied().filter(|_| self.protect_first || self.budget == 0)
    }

    /// Gives every word of the packs that is near enough, with its distance. The packs may hold others than those
    /// of [`Lookup::buckets`].
    pub fn search<'p>(&self, packs: impl IntoIterator<Item = &'p str>, mut found: impl FnMut(&'p str, u8)) {
        let first = self.first();
        // For a prefix no more of a word counts than this.
        let reach = if self.prefix { self.pattern.chars().len() + usize::from(self.budget) } else { usize::MAX };
        for pack in packs {
            // Words and their letters in one pass: most words are rejected by them.
            let (mut start, mut set, mut ascii) = (0, 0_u64, true);
            for (end, byte) in pack.bytes().enumerate() {
                if byte != b'\n' {
                    ascii &= byte.is_ascii();
                    if end - start < reach {
                        set |= letter(byte.into());
                    }
                    continue;
                }
                if end > start && (!ascii || self.may_be_near(set)) {
                    let word = pack.get(start..end).unwrap_or_default();
                    if (ascii || self.may_be_near(letters(word))) && first.is_none_or(|first| word.starts_with(first)) {
                        let distance = if self.prefix {
                            self.pattern.prefix_distance_within(word, self.budget)
                        } else {
                            self.pattern.distance_within(word, self.budget)
                        };
                        if let Some(distance) = distance {
                            found(word, distance);
                        }
                    }
                }
                (start, set, ascii) = (end + 1, 0, true);
            }
        }
    }

    /// An edit takes away one letter at most and brings one at most.
    fn may_be_near(&self, letters: u64) -> bool {
        let budget = u32::from(self.budget);
        (self.letters & !letters).count_ones() <= budget
            && (self.prefix || (letters & !self.letters).count_ones() <= budget)
    }
}

/// Which characters a word has, as a set in which several characters share a bit.
fn letters(word: &str) -> u64 {
    word.chars().fold(0, |letters, c| letters | letter(c.into()))
}

fn letter(code: u32) -> u64 {
    1 << (code & 63)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::super::edit::distance_within;
    use super::*;

    /// Words packed as the store packs them.
    #[derive(Default)]
    struct Packs(BTreeMap<(usize, char), Vec<String>>);

    impl Packs {
        fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
            let mut packs = Packs::default();
            for word in words {
                let Some(key) = key(word) else { continue };
                let parts = packs.0.entry(key).or_default();
                if parts.iter().any(|part| contains(part, word)) {
                    continue;
                }
                if parts.last().is_none_or(|part| full(part)) {
                    parts.push(String::new());
                }
                append(parts.last_mut().unwrap(), word);
            }
            packs
        }

        fn near(&self, lookup: &Lookup) -> BTreeSet<(String, u8)> {
            let Some(buckets) = lookup.buckets() else { return BTreeSet::new() };
            let packs = self.0.iter().filter(|((length, first), _)| {
                (buckets.shortest..=buckets.longest).contains(length) && buckets.first.is_none_or(|c| c == *first)
            });
            let mut near = BTreeSet::new();
            lookup.search(packs.flat_map(|(_, parts)| parts).map(String::as_str), |word, distance| {
                assert!(near.insert((word.to_string(), distance)));
            });
            near
        }
    }

    #[test]
    fn a_pack_holds_whole_words_until_it_is_full() {
        let mut pack = String::new();
        assert!(!contains(&pack, "data"));
        for word in ["data", "date", "naïf"] {
            append(&mut pack, word);
        }
        assert_eq!(pack, "\ndata\ndate\nnaïf\n");
        assert!(contains(&pack, "data") && contains(&pack, "naïf"));
        assert!(!contains(&pack, "dat") && !contains(&pack, "ata") && !contains(&pack, ""));
        while !full(&pack) {
            append(&mut pack, &"漢".repeat(MAX_WORD_CHARS));
        }
        assert!(pack.len() < 3_000);
    }

    #[test]
    fn words_are_kept_by_length_and_first_character() {
        assert_eq!(key("data"), Some((4, 'd')));
        assert_eq!(key("élan"), Some((4, 'é')));
        assert_eq!(key(""), None);
        assert_eq!(key(&"é".repeat(63)), Some((63, 'é')));
        assert_eq!(key(&"é".repeat(64)), None);
    }

    #[test]
    fn only_the_buckets_that_can_hold_a_near_word_are_read() {
        let buckets = |shortest, longest, first| Some(Buckets { shortest, longest, first });
        assert_eq!(Lookup::new("data", 0, false, false).buckets(), buckets(4, 4, Some('d')));
        assert_eq!(Lookup::new("data", 1, false, false).buckets(), buckets(3, 5, None));
        assert_eq!(Lookup::new("data", 2, true, false).buckets(), buckets(2, 6, Some('d')));
        assert_eq!(Lookup::new("a", 2, false, false).buckets(), buckets(1, 3, None));
        assert_eq!(Lookup::new("data", 1, true, true).buckets(), buckets(3, 63, Some('d')));
        assert_eq!(Lookup::new(&"x".repeat(65), 2, false, false).buckets(), buckets(63, 63, None));
        assert_eq!(Lookup::new(&"x".repeat(66), 2, false, false).buckets(), None);
    }

    #[test]
    fn near_words_are_found_with_their_distance() {
        let packs =
            Packs::of(["database", "databases", "date", "data", "satabase", "dtaabase", "базы", "база", "über"]);
        let near = |word, budget, protect_first, prefix| -> Vec<(String, u8)> {
            packs.near(&Lookup::new(word, budget, protect_first, prefix)).into_iter().collect()
        };
        let own = |words: &[(&str, u8)]| words.iter().map(|(word, at)| ((*word).to_string(), *at)).collect::<Vec<_>>();
        assert_eq!(
            near("database", 1, false, false),
            own(&[("database", 0), ("databases", 1), ("dtaabase", 1), ("satabase", 1)])
        );
        assert_eq!(near("database", 1, true, false), own(&[("database", 0), ("databases", 1), ("dtaabase", 1)]));
        assert_eq!(near("dat", 0, false, true), own(&[("data", 0), ("database", 0), ("databases", 0), ("date", 0)]));
        assert_eq!(near("базу", 1, true, false), own(&[("база", 1), ("базы", 1)]));
        assert_eq!(near("uber", 1, false, false), own(&[("über", 1)]));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_search_finds_what_comparing_all_words_finds(
            words in prop::collection::btree_set("[abcdé]{1,9}|[a-z]{1,70}", 0..60),
            word in "[abcdé]{0,7}",
            budget in 0..4_u8,
            (protect_first, prefix) in any::<(bool, bool)>(),
        ) {
            let packs = Packs::of(words.iter().map(String::as_str));
            let first = word.chars().next().filter(|_| protect_first || budget == 0);
            let all = words.iter().filter(|known| known.chars().count() <= MAX_WORD_CHARS);
            let near: BTreeSet<(String, u8)> = all
                .filter(|known| first.is_none_or(|first| known.starts_with(first)))
                .filter_map(|known| {
                    let ends = known.char_indices().map(|(at, _)| at).chain([known.len()]);
                    let distance = ends
                        .filter(|end| prefix || *end == known.len())
                        .filter_map(|end| distance_within(&word, &known[..end], budget))
                        .min()?;
                    Some((known.clone(), distance))
                })
                .collect();
            prop_assert_eq!(packs.near(&Lookup::new(&word, budget, protect_first, prefix)), near);
        }
    }
}
