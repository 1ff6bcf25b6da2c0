//! Edit distance: how many insertions, deletions, substitutions and transpositions of neighbours make one word of
//! another, where no part is edited twice (optimal string alignment). Over characters.
//!
//! Words of up to 64 characters are compared bit-parallel, a column of the table in a few instructions: H. Hyyrö,
//! "A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit Distances", Nordic Journal of Computing 10
//! (2003). Longer ones by the diagonals of the table that can hold a small distance: E. Ukkonen, "Algorithms for
//! Approximate String Matching", Information and Control 64 (1985).

/// The distance of two words if it is at most `max`. In `O((max + 1) * length)`.
#[cfg(test)]
pub(crate) fn distance_within(a: &str, b: &str, max: u8) -> Option<u8> {
    let a: Vec<char> = a.chars().collect();
    by_diagonals(&a, b, max, false)
}

/// A word prepared to be compared with many others.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    chars: Vec<char>,
    /// For each character where it stands in the word, bit by bit; empty for a word that is too long.
    ascii: Box<[u64; 128]>,
    others: Vec<(char, u64)>,
}

impl Pattern {
    pub fn new(word: &str) -> Self {
        let chars: Vec<char> = word.chars().collect();
        let mut pattern = Pattern { chars, ascii: Box::new([0; 128]), others: Vec::new() };
        if pattern.chars.len() > 64 {
            return pattern;
        }
        for (at, c) in pattern.chars.iter().enumerate() {
            let bit = 1 << at;
            if let Some(places) = pattern.ascii.get_mut(*c as usize) {
                *places |= bit;
            } else if let Some((_, places)) = pattern.others.iter_mut().find(|(other, _)| other == c) {
                *places |= bit;
            } else {
                pattern.others.push((*c, bit));
            }
        }
        pattern
    }

    /// The characters of the word.
    pub fn chars(&self) -> &[char] {
        &self.chars
    }

    /// The distance to a word if it is at most `max`.
    pub fn distance_within(&self, word: &str, max: u8) -> Option<u8> {
        self.within(word, max, false)
    }

    /// The smallest distance to a prefix of the word, the empty one and the whole word included, if it is at most
    /// `max`.
    pub fn prefix_distance_within(&self, word: &str, max: u8) -> Option<u8> {
        self.within(word, max, true)
    }

    fn within(&self, word: &str, max: u8, prefix: bool) -> Option<u8> {
        if self.chars.is_empty() || self.chars.len() > 64 {
            by_diagonals(&self.chars, word, max, prefix)
        } else if word.is_ascii() {
            let places = word.bytes().map(|byte| self.ascii.get(usize::from(byte)).copied().unwrap_or(0));
            self.by_columns(places, word.len(), max, prefix)
        } else {
            self.by_columns(word.chars().map(|c| self.places(c)), word.chars().count(), max, prefix)
        }
    }

    fn places(&self, c: char) -> u64 {
        match self.ascii.get(c as usize) {
            Some(places) => *places,
            None => self.others.iter().find(|(other, _)| *other == c).map_or(0, |(_, places)| *places),
        }
    }

    /// Hyyrö's algorithm: a bit is a row of the table, and each character of the word a column. `vertical` and
    /// `horizontal` tell where the distance grows or falls by one from a cell to the next, `diagonal` where it
    /// stays the same.
    #[inline]
    fn by_columns(&self, word: impl Iterator<Item = u64>, length: usize, max: u8, prefix: bool) -> Option<u8> {
        let last = 1_u64 << (self.chars.len() - 1);
        let max = usize::from(max);
        let (mut vertical_up, mut vertical_down) = (u64::MAX, 0);
        let (mut diagonal, mut places_before) = (0_u64, 0);
        let mut distance = self.chars.len();
        let mut least = distance;
        // No prefix longer than this is near enough.
        let mut left = if prefix { length.min(self.chars.len() + max) } else { length };
        for places in word.take(left) {
            let transposed = ((!diagonal & places) << 1) & places_before;
            diagonal = (((places & vertical_up).wrapping_add(vertical_up)) ^ vertical_up)
                | places
                | vertical_down
                | transposed;
            let horizontal_up = vertical_down | !(diagonal | vertical_up);
            let horizontal_down = diagonal & vertical_up;
            distance += usize::from(horizontal_up & last != 0);
            distance -= usize::from(horizontal_down & last != 0);
            let (up, down) = ((horizontal_up << 1) | 1, horizontal_down << 1);
            vertical_up = down | !(diagonal | up);
            vertical_down = up & diagonal;
            places_before = places;
            least = least.min(distance);
            left -= 1;
            // A column changes the distance by one at most.
            if distance > max + left {
                break;
            }
        }
        // After the break above, no later prefix is within the maximum either.
        let found = if prefix { least } else { distance + left };
        u8::try_from(found).ok().filter(|_| found <= max)
    }
}

/// Row by row, the cells up to `max` away from the main diagonal.
fn by_diagonals(word: &[char], other: &str, max: u8, prefix: bool) -> Option<u8> {
    const FAR: usize = usize::MAX / 2;
    let max = usize::from(max);
    // No prefix longer than this is near enough.
    let mut other: Vec<char> = other.chars().take(word.len() + max + 1).collect();
    if prefix {
        other.truncate(word.len() + max);
    }
    if other.len() + max < word.len() || other.len() > word.len() + max {
        return None;
    }
    // In each row the cell at `place` is column `row + place - max`: one place is one diagonal.
    let width = 2 * max + 1;
    let (mut before_last, mut last) = (vec![FAR; width], vec![FAR; width]);
    for row in 0..=word.len() {
        let mut cells = Vec::with_capacity(width);
        for place in 0..width {
            let cell = match (row + place).checked_sub(max) {
                Some(column) if column <= other.len() => match (row.checked_sub(1), column.checked_sub(1)) {
                    (None, _) => column,
                    (_, None) => row,
                    (Some(i), Some(j)) => {
                        let at = |cells: &[usize], place: usize| cells.get(place).copied().unwrap_or(FAR);
                        let (here, there) = (word.get(i), other.get(j));
                        let mut least = at(&last, place) + usize::from(here != there);
                        least = least.min(at(&last, place + 1) + 1);
                        least = least.min(cells.last().copied().unwrap_or(FAR) + 1);
                        if i > 0 && j > 0 && here == other.get(j - 1) && there == word.get(i - 1) {
                            least = least.min(at(&before_last, place) + 1);
                        }
                        least
                    }
                },
                _ => FAR,
            };
            cells.push(cell);
        }
        before_last = std::mem::replace(&mut last, cells);
        if before_last.iter().chain(&last).all(|cell| *cell > max) {
            return None;
        }
    }
    let found = if prefix {
        last.iter().copied().min()
    } else {
        (other.len() + max).checked_sub(word.len()).and_then(|place| last.get(place).copied())
    };
    found.filter(|found| *found <= max).and_then(|found| u8::try_from(found).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The last row of the textbook's table: the distances of `a` to all prefixes of `b`.
    fn textbook(a: &str, b: &str) -> Vec<usize> {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let mut least = (table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    least = least.min(table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]));
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(table[i - 2][j - 2] + 1);
                    }
                    least
                };
            }
        }
        table.swap_remove(a.len())
    }

    #[test]
    fn four_kinds_of_edits_count_one_each() {
        for (a, b, distance) in [
            ("", "", 0),
            ("same", "same", 0),
            ("database", "databse", 1),
            ("database", "dattabase", 1),
            ("database", "datobase", 1),
            ("database", "databsae", 1),
            ("ca", "abc", 3), // and not 2: no part is edited twice
            ("kitten", "sitting", 3),
            ("naïve", "nave", 1),
            ("Ёлка", "елка", 1),
            ("", "abc", 3),
        ] {
            assert_eq!(distance_within(a, b, 3), Some(distance), "{a} {b}");
            assert_eq!(distance_within(b, a, 3), Some(distance), "{b} {a}");
            assert_eq!(Pattern::new(a).distance_within(b, 3), Some(distance), "{a} {b}");
        }
        assert_eq!(distance_within("one", "two", 2), None);
        assert_eq!(distance_within("one", "two", 255), Some(3));
    }

    #[test]
    fn a_prefix_may_hold_a_typo() {
        let pattern = Pattern::new("datbaa");
        assert_eq!(pattern.prefix_distance_within("databases", 2), Some(1));
        assert_eq!(Pattern::new("datab").prefix_distance_within("databases", 0), Some(0));
        assert_eq!(Pattern::new("dtaab").prefix_distance_within("databases", 1), Some(1));
        assert_eq!(Pattern::new("databases").prefix_distance_within("data", 2), None);
        assert_eq!(Pattern::new("ab").prefix_distance_within("xyz", 2), Some(2));
        assert_eq!(Pattern::new("").prefix_distance_within("xyz", 0), Some(0));
    }

    #[test]
    fn long_words_are_compared_quickly() {
        let long = "abcdefghij".repeat(20_000);
        let other = format!("{}x{}", &long[..100_000], &long[100_001..]);
        assert_eq!(distance_within(&long, &other, 2), Some(1));
        assert_eq!(Pattern::new(&long).distance_within(&other, 2), Some(1));
        assert_eq!(Pattern::new(&long).prefix_distance_within(&format!("{other}xyz"), 2), Some(1));
        assert_eq!(distance_within(&long, "short", 255), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_textbook_agrees(
            (a, b) in prop_oneof![
                ("[abc]{0,9}", "[abc]{0,9}"),
                ("[abcé漢]{0,12}", "[abcé漢]{0,12}"),
                ("[ab]{60,67}", "[ab]{60,67}"),
                ("[abé]{50,70}", "[abé]{50,70}"),
            ],
            max in 0..9_u8,
        ) {
            let prefixes = textbook(&a, &b);
            let bounded = |distance: usize| u8::try_from(distance).ok().filter(|distance| *distance <= max);
            let (whole, nearest) = (bounded(prefixes[prefixes.len() - 1]), bounded(*prefixes.iter().min().unwrap()));
            prop_assert_eq!(distance_within(&a, &b, max), whole);
            let pattern = Pattern::new(&a);
            prop_assert_eq!(pattern.distance_within(&b, max), whole);
            prop_assert_eq!(pattern.prefix_distance_within(&b, max), nearest);
            prop_assert_eq!(by_diagonals(&pattern.chars, &b, max, true), nearest);
        }
    }
}
