//! Search that forgives typos: a query becomes levels, one for each total edit distance, and each level an FTS5
//! expression. The words that stand for a mistyped one come from the vocabulary.

use std::collections::HashSet;
use std::fmt::Write;

use super::expression::write_string;
use super::fold::fold;
use super::in_content;
use super::query::{TRIGRAM, Tokens};
use super::vocabulary::{self, Lookup};
use super::words::words;

/// How many distinct words of a query are searched; what follows them is ignored.
pub(crate) const MAX_FUZZY_WORDS: usize = 16;

/// How many words of a query are looked at to find the distinct ones.
const MAX_WORDS_READ: usize = 256;

/// The greatest total distance where each word has its own.
const MAX_DISTANCE: u8 = 6;

/// How many known words of one distance stand for a word. (A word of four letters with two typos has hundreds.)
const MAX_EXPANSIONS: usize = 200;

/// How many known words stand for a prefix that they begin with. FTS5 finds them by the prefix itself, unless that
/// is longer than their stem, and then they are few.
const MAX_COMPLETIONS: usize = 20;

/// How many ways to cut a word in two are tried.
const MAX_SPLITS: usize = 3;

/// How many ways to spread a total distance over the words are searched.
const MAX_COMPOSITIONS: usize = 64;

/// How many words the expression of one level has.
const MAX_TERMS: usize = 1_000;

/// How many typos are forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub enum Fuzziness {
    /// So many in the whole query, 1 to 3; but in a word fewer than it has letters.
    Max(u8),
    /// In each word none up to 4 letters, one up to 8 and two above, and never in the first letter.
    Auto,
}

/// A query whose words may be mistyped. The operators of FTS5 are words here.
#[derive(Debug)]
pub(crate) struct FuzzyQuery {
    words: Vec<FuzzyWord>,
    greatest: u8,
}

#[derive(Debug)]
pub(crate) struct FuzzyWord {
    /// The word, folded.
    pub text: String,
    /// How to find the words that may stand for it.
    pub lookup: Lookup,
}

/// The known words that may stand for a word of a query.
#[derive(Debug, Clone)]
pub(crate) struct Expansion {
    word: String,
    prefix: bool,
    /// Some text holds the word, or words that begin with it if it is a prefix.
    known: bool,
    /// By distance, each the nearest first.
    near: Vec<Vec<String>>,
    /// Halves of the word which are both known: at distance one.
    splits: Vec<(String, String)>,
}

/// A word, or two, that are not matched exactly.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// By the known words at this distance.
    Near(u8),
    /// By the one word that this one and the next make, which is distance one.
    Joined,
}

impl FuzzyQuery {
    /// The query of a text: its first [`MAX_FUZZY_WORDS`] distinct words; for trigrams of those that have three
    /// characters. None if there is no word. With `prefix_last` the last word is a prefix that may hold typos.
    pub fn new(text: &str, tokens: Tokens, fuzziness: Fuzziness, prefix_last: bool) -> Option<Self> {
        let mut seen = HashSet::new();
        let mut texts = Vec::new();
        let found = |word: &&str| tokens == Tokens::Words || word.chars().nth(TRIGRAM - 1).is_some();
        let mut all = words(text).filter(found);
        let mut last_is_new = false;
        for word in all.by_ref().take(MAX_WORDS_READ).map(fold) {
            last_is_new = texts.len() < MAX_FUZZY_WORDS && seen.insert(word.clone());
            if last_is_new {
                texts.push(word);
            }
        }
        let typed = texts.len().checked_sub(1).filter(|_| prefix_last && last_is_new && all.next().is_none());
        let words = texts.into_iter().enumerate().map(|(at, word)| FuzzyWord::new(&word, fuzziness, Some(at) == typed));
        let words: Vec<FuzzyWord> = words.collect();
        let greatest = match fuzziness {
            Fuzziness::Max(most) => most.clamp(1, 3),
            // Two words joined and a word split in two are distance one also where no word may hold a typo.
            Fuzziness::Auto => words.iter().map(|word| word.lookup.budget).sum::<u8>().clamp(1, MAX_DISTANCE),
        };
        (!words.is_empty()).then_some(FuzzyQuery { words, greatest })
    }

    /// The words, for each of which [`FuzzyQuery::level`] wants an expansion.
    pub fn words(&self) -> &[FuzzyWord] {
        &self.words
    }

    /// The last level.
    pub fn greatest_distance(&self) -> u8 {
        self.greatest
    }

    /// The FTS5 expression for a total distance. None if nothing can match at it.
    ///
    /// It selects all that matches at this distance and not below, and may select again what has matched below.
    /// At most 64 ways to spread the distance over the words are searched, those that change few words first, of
    /// together at most 1,000 words (but always the first of these ways); what only the others would find is not found at this level.
    ///
    /// A word that no text holds is the mistyped one: above distance zero it is searched as it is (where a stemmer
    /// may find a relative of it) only if the distance does not suffice to change all such words. So the words near
    /// to a known word are needed only where the distance is greater than the number of unknown words; below, its
    /// expansion need only know that the word itself is known.
    pub fn level(distance: u8, expansions: &[Expansion]) -> Option<String> {
        let ways = Ways::of(expansions, distance);
        let mut expression = String::new();
        let mut terms = 0;
        for way in &ways {
            let mut part = String::new();
            terms += write_way(&mut part, expansions, way);
            if terms > MAX_TERMS && !expression.is_empty() {
                break;
            }
            expression.push_str(if expression.is_empty() { "" } else { " OR " });
            let _ = write!(expression, "({part})"); // to a string it does not fail
        }
        (!expression.is_empty()).then(|| in_content(&expression))
    }
}

impl FuzzyWord {
    fn new(word: &str, fuzziness: Fuzziness, prefix: bool) -> Self {
        let letters = word.chars().take(MAX_WORDS_READ).count();
        let (budget, protect_first) = match (fuzziness, letters) {
            (Fuzziness::Max(most), letters) => {
                (most.clamp(1, 3).min(u8::try_from(letters.saturating_sub(1)).unwrap_or(u8::MAX)), false)
            }
            (Fuzziness::Auto, 0..=4) => (0, true),
            (Fuzziness::Auto, 5..=8) => (1, true),
            (Fuzziness::Auto, _) => (2, true),
        };
        FuzzyWord { text: word.to_string(), lookup: Lookup::new(word, budget, protect_first, prefix) }
    }

    /// The ways to cut the word in two, most even first; [`Expansion::add_split`] wants those of two known words.
    pub fn splits(&self) -> impl Iterator<Item = (&str, &str)> {
        // Single letters are known nearly always: they are no half.
        let places = self.text.char_indices().skip(2).map(|(at, _)| at);
        let mut places: Vec<usize> = places.take_while(|at| self.text.get(*at..).is_some_and(two_chars)).collect();
        places.sort_by_key(|at| (2 * at).abs_diff(self.text.len()));
        places.into_iter().filter_map(|at| self.text.split_at_checked(at))
    }
}

fn two_chars(text: &str) -> bool {
    text.chars().nth(1).is_some()
}

impl Expansion {
    /// The expansion of a word by itself, at distance zero.
    pub fn new(word: &FuzzyWord) -> Self {
        Expansion {
            word: word.text.clone(),
            prefix: word.lookup.prefix,
            // Of a word that is too long for the vocabulary nobody can tell.
            known: vocabulary::key(&word.text).is_none(),
            near: vec![vec![word.text.clone()]],
            splits: Vec::new(),
        }
    }

    /// Adds a known word. At most 200 of a distance are kept (of distance zero 20): those which begin with the same letter, then those
    /// which are of about the same length, whatever the order in which they come.
    pub fn add(&mut self, known: &str, distance: u8) {
        let distance = usize::from(distance);
        self.known |= distance == 0;
        if self.near.len() <= distance {
            self.near.resize_with(distance + 1, Vec::new);
        }
        let word = &self.word;
        let rank = |known: &str| {
            let same_first = known.chars().next() == word.chars().next();
            (known != word, !same_first, known.len().abs_diff(word.len()))
        };
        let Some(near) = self.near.get_mut(distance) else { return };
        let order = |other: &String| (rank(other), other.as_str()).cmp(&(rank(known), known));
        let most = if distance == 0 { MAX_COMPLETIONS } else { MAX_EXPANSIONS };
        if near.len() == most && near.last().is_some_and(|last| order(last).is_lt()) {
            return;
        }
        if let Err(place) = near.binary_search_by(order) {
            near.insert(place, known.to_string());
            near.truncate(most);
        }
    }

    /// Adds two known words that make up this one. The first 3 are kept.
    pub fn add_split(&mut self, left: &str, right: &str) {
        if self.splits.len() < MAX_SPLITS {
            self.splits.push((left.to_string(), right.to_string()));
        }
    }

    /// Whether some text holds the word, as far as was told: [`Expansion::add`] was called with distance zero.
    pub fn is_known(&self) -> bool {
        self.known
    }

    fn has(&self, distance: u8) -> bool {
        self.near.get(usize::from(distance)).is_some_and(|near| !near.is_empty())
            || (distance == 1 && !self.splits.is_empty())
    }

    /// Writes the words of a distance, any of which may occur, and gives their number.
    fn write(&self, into: &mut String, distance: u8) -> usize {
        let near = self.near.get(usize::from(distance)).map_or(&[][..], Vec::as_slice);
        let splits = if distance == 1 { self.splits.as_slice() } else { &[] };
        let alternatives = near.iter().map(|word| (None, word));
        let alternatives = alternatives.chain(splits.iter().map(|(left, right)| (Some(left), right)));
        into.push('(');
        let mut count = 0;
        for (left, word) in alternatives {
            into.push_str(if count == 0 { "" } else { " OR " });
            if let Some(left) = left {
                write_term(into, left, false);
                into.push_str(" + ");
            }
            // The known words that a prefix stands for are whole already.
            write_term(into, word, self.prefix && (left.is_some() || *word == self.word));
            count += 1;
        }
        into.push(')');
        count
    }
}

fn write_term(into: &mut String, word: &str, prefix: bool) {
    let _ = write_string(into, word); // to a string it does not fail
    into.push_str(if prefix { "*" } else { "" });
}

/// Writes the words of all expansions, changed as the way says, and gives their number.
fn write_way(into: &mut String, expansions: &[Expansion], way: &[(usize, Change)]) -> usize {
    let mut terms = 0;
    let mut changes = way.iter().copied().peekable();
    let mut all = expansions.iter().enumerate();
    while let Some((at, expansion)) = all.next() {
        into.push_str(if at == 0 { "" } else { " AND " });
        match changes.next_if(|(place, _)| *place == at) {
            Some((_, Change::Near(distance))) => terms += expansion.write(into, distance),
            Some((_, Change::Joined)) => {
                if let Some((_, next)) = all.next() {
                    write_term(into, &format!("{}{}", expansion.word, next.word), next.prefix);
                    terms += 1;
                }
            }
            None => terms += expansion.write(into, 0),
        }
    }
    terms
}

/// Some words, in order, and how each of them is changed.
type Way = Vec<(usize, Change)>;

/// Enumerates the ways to spread a distance over the words.
struct Ways<'e> {
    expansions: &'e [Expansion],
    found: Vec<Way>,
    /// Ends an enumeration that finds little.
    steps: usize,
}

impl<'e> Ways<'e> {
    fn of(expansions: &'e [Expansion], distance: u8) -> Vec<Way> {
        if distance == 0 {
            return vec![Vec::new()];
        }
        let mut ways = Ways { expansions, found: Vec::new(), steps: 0 };
        let unknown = expansions.iter().filter(|expansion| !expansion.known).count();
        for unknown_left in 0..=unknown {
            for changes in 1..=expansions.len().min(distance.into()) {
                ways.add(0, changes, distance, unknown_left, &mut Vec::new());
            }
            if !ways.found.is_empty() {
                break;
            }
        }
        ways.found
    }

    /// Adds the ways that change exactly so many words from this one on, by so much together, and leave exactly so
    /// many unknown ones as they are, after the changes made before it. As deep as there are changes, six at most.
    fn add(&mut self, from: usize, changes: usize, distance: u8, mut unknown_left: usize, made: &mut Way) {
        const MAX_STEPS: usize = 16 * MAX_COMPOSITIONS;
        let expansions = self.expansions;
        if changes == 0 {
            let left = expansions.iter().skip(from).filter(|expansion| !expansion.known).count();
            if distance == 0 && left == unknown_left {
                self.found.push(made.clone());
            }
            return;
        }
        if usize::from(distance) < changes {
            return; // each costs one at least
        }
        for (at, expansion) in expansions.iter().enumerate().skip(from) {
            // The last change takes all that is left.
            let least = if changes == 1 { distance } else { 1 };
            let near = (least..=distance).filter(|distance| expansion.has(*distance)).map(Change::Near);
            let joined = (least == 1 && at + 1 < expansions.len()).then_some(Change::Joined);
            for change in near.chain(joined) {
                self.steps += 1;
                if self.found.len() == MAX_COMPOSITIONS || self.steps > MAX_STEPS {
                    return;
                }
                let (next, cost) = match change {
                    Change::Near(distance) => (at + 1, distance),
                    Change::Joined => (at + 2, 1),
                };
                made.push((at, change));
                self.add(next, changes - 1, distance - cost, unknown_left, made);
                made.pop();
            }
            // From here on this word is left as it is.
            if !expansion.known {
                match unknown_left.checked_sub(1) {
                    Some(left) => unknown_left = left,
                    None => return,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::edit::{Pattern, distance_within};
    use super::super::fts5::Table;
    use super::*;

    /// What a search gives: rows with their distances.
    fn search(table: &Table, known: &[String], query: &FuzzyQuery) -> Vec<(i64, u8)> {
        let pack = format!("\n{}\n", known.join("\n"));
        let all: Vec<Expansion> = query.words().iter().map(|word| expand(word, &pack, known)).collect();
        let unknown = all.iter().filter(|expansion| !expansion.is_known()).count();
        let only_unknown = query.words().iter().zip(&all).map(|(word, expansion)| {
            let mut itself = Expansion::new(word);
            itself.add(&word.text, 0);
            if expansion.is_known() && !word.lookup.prefix { itself } else { expansion.clone() }
        });
        let only_unknown: Vec<Expansion> = only_unknown.collect();
        let mut rows: Vec<(i64, u8)> = Vec::new();
        for distance in 0..=query.greatest_distance() {
            let expansions = if usize::from(distance) > unknown { &all } else { &only_unknown };
            let Some(level) = FuzzyQuery::level(distance, expansions) else { continue };
            for row in table.rows(&level).unwrap() {
                if rows.iter().all(|(found, _)| *found != row) {
                    rows.push((row, distance));
                }
            }
        }
        rows.sort_unstable();
        rows
    }

    fn expand(word: &FuzzyWord, pack: &str, known: &[String]) -> Expansion {
        let mut expansion = Expansion::new(word);
        word.lookup.search([pack], |known, distance| expansion.add(known, distance));
        for (left, right) in word.splits() {
            if known.iter().any(|word| word == left) && known.iter().any(|word| word == right) {
                expansion.add_split(left, right);
            }
        }
        expansion
    }

    fn search_texts(texts: &[&str], query: &str, fuzziness: Fuzziness, prefix_last: bool) -> Vec<(i64, u8)> {
        let mut known: Vec<String> = texts.iter().flat_map(|text| words(text)).map(|w| fold(w).into_owned()).collect();
        known.sort_unstable();
        known.dedup();
        let query = FuzzyQuery::new(query, Tokens::Words, fuzziness, prefix_last).unwrap();
        search(&Table::of("porter", texts), &known, &query)
    }

    #[test]
    fn fewer_typos_come_first() {
        let texts = ["a powerful embedded database", "powerfull embeded databases", "on a data base", "naïve"];
        let find = |query, fuzziness| search_texts(&texts, query, fuzziness, false);
        assert_eq!(find("powerful database", Fuzziness::Max(2)), [(1, 0), (2, 1)]);
        assert_eq!(find("powerfull databases", Fuzziness::Max(2)), [(1, 1), (2, 0)]);
        assert_eq!(find("pwoerful embedded dtabase", Fuzziness::Max(2)), [(1, 2)]);
        assert_eq!(find("pwoerful embedded dtabase", Fuzziness::Max(1)), []);
        assert_eq!(find("naive", Fuzziness::Max(1)), [(4, 0)]);
        // The first letter is never wrong, and a short word has no typo.
        assert_eq!(find("dtabase", Fuzziness::Auto), [(1, 1), (2, 1)]);
        assert_eq!(find("satabase", Fuzziness::Auto), []);
        assert_eq!(find("bsae", Fuzziness::Auto), []);
        assert_eq!(find("bsae", Fuzziness::Max(1)), [(3, 1)]);
    }

    #[test]
    fn neighbours_may_be_joined_and_words_split() {
        let texts = ["a powerful embedded database", "power to the data base", "embedded, but powerful"];
        let find = |query| search_texts(&texts, query, Fuzziness::Auto, false);
        assert_eq!(find("data base"), [(1, 1), (2, 0)]);
        assert_eq!(find("database"), [(1, 0), (2, 1)]);
        assert_eq!(find("powerfulembedded"), [(1, 1)]);
        assert_eq!(find("powerfulembedded data base"), [(1, 2)]);
    }

    #[test]
    fn the_last_word_may_be_half_typed() {
        let texts = ["a powerful embedded database", "the base of data", "dates"];
        let find = |query| search_texts(&texts, query, Fuzziness::Max(1), true);
        assert_eq!(find("powerful dat"), [(1, 0)]);
        assert_eq!(find("powerful dta"), [(1, 1)]);
        assert_eq!(find("dat"), [(1, 0), (2, 0), (3, 0)]);
        assert_eq!(find("dta base"), [(2, 1)]);
        assert_eq!(find("powerful data ba"), [(1, 1)]);
    }

    #[test]
    fn operators_are_words_and_no_word_is_no_query() {
        let texts = ["this or that", "that AND NOT this"];
        let find = |query| search_texts(&texts, query, Fuzziness::Max(1), false);
        assert_eq!(find("this OR that"), [(1, 0)]);
        assert_eq!(find("\"that\" (this) NOT*"), [(2, 0)]);
        assert!(FuzzyQuery::new(" -- 🎉", Tokens::Words, Fuzziness::Auto, true).is_none());
    }

    #[test]
    fn every_word_has_its_budget() {
        let budgets = |text, fuzziness| -> Vec<u8> {
            let query = FuzzyQuery::new(text, Tokens::Words, fuzziness, false).unwrap();
            query.words().iter().map(|word| word.lookup.budget).collect()
        };
        assert_eq!(budgets("a of the data datas database databases", Fuzziness::Auto), [0, 0, 0, 0, 1, 1, 2]);
        assert_eq!(budgets("a of the database", Fuzziness::Max(3)), [0, 1, 2, 3]);
        assert_eq!(FuzzyQuery::new("a b", Tokens::Words, Fuzziness::Auto, false).unwrap().greatest_distance(), 1);
        assert_eq!(FuzzyQuery::new("a b", Tokens::Words, Fuzziness::Max(3), false).unwrap().greatest_distance(), 3);
    }

    #[test]
    fn the_nearest_expansions_are_kept_in_whatever_order_they_come() {
        let query = FuzzyQuery::new("data", Tokens::Words, Fuzziness::Max(1), false).unwrap();
        let known: Vec<String> = (0..800).map(|n| format!("{}ata{}", ["d", "x"][n % 2], "s".repeat(n / 2))).collect();
        let mut forwards = Expansion::new(&query.words()[0]);
        let mut backwards = forwards.clone();
        for (first, last) in known.iter().zip(known.iter().rev()) {
            forwards.add(first, 1);
            backwards.add(last, 1);
        }
        assert_eq!(forwards.near, backwards.near);
        assert_eq!(forwards.near[1].len(), MAX_EXPANSIONS);
        assert!(forwards.near[1].iter().all(|word| word.starts_with('d')));
        assert_eq!(forwards.near[0], ["data"]);
    }

    #[test]
    fn a_level_stays_small_for_any_query() {
        let table = Table::of("porter", &["some text"]);
        let text = (0..1_000).map(|n| format!("word{n}word")).collect::<Vec<_>>().join(" ");
        for fuzziness in [Fuzziness::Auto, Fuzziness::Max(3)] {
            let query = FuzzyQuery::new(&text, Tokens::Words, fuzziness, true).unwrap();
            assert_eq!(query.words().len(), MAX_FUZZY_WORDS);
            let expansions: Vec<Expansion> = (query.words().iter().enumerate())
                .map(|(at, word)| {
                    let mut expansion = Expansion::new(word);
                    (0..800_u16).for_each(|n| expansion.add(&format!("near{at}x{n}"), n.to_le_bytes()[0] % 4));
                    word.splits().for_each(|(left, right)| expansion.add_split(left, right));
                    expansion
                })
                .collect();
            for distance in 0..=query.greatest_distance() {
                let level = FuzzyQuery::level(distance, &expansions).unwrap();
                assert!(level.matches('"').count() <= 2 * (MAX_TERMS + 6 * MAX_EXPANSIONS), "{distance}");
                assert_eq!(table.rows(&level), Ok(Vec::new()));
            }
            assert!(FuzzyQuery::level(200, &expansions).is_none());
        }
    }

    /// The smallest total distance of a text to the words of a query from one on: every way is tried.
    fn model(query: &FuzzyQuery, from: usize, text: &[&str], known: &[String]) -> Option<u8> {
        let Some(word) = query.words().get(from) else { return Some(0) };
        let pattern = Pattern::new(&word.text);
        let distance_to = |other: &str, max: u8| {
            if word.lookup.prefix {
                pattern.prefix_distance_within(other, max)
            } else {
                distance_within(&word.text, other, max)
            }
        };
        let protects = |other: &str| !word.lookup.protect_first || other.chars().next() == word.text.chars().next();
        let near = text.iter().filter(|other| protects(other));
        let near = near.filter_map(|other| distance_to(other, word.lookup.budget)).min();
        let is_known = |half: &str| known.iter().any(|word| word == half);
        let split = word.splits().any(|(left, right)| {
            let follows = |next: &str| if word.lookup.prefix { next.starts_with(right) } else { next == right };
            is_known(left) && is_known(right) && text.windows(2).any(|pair| pair[0] == left && follows(pair[1]))
        });
        let alone = near.into_iter().chain(split.then_some(1)).min();
        let alone = alone.and_then(|cost| Some(cost + model(query, from + 1, text, known)?));
        let joined = query.words().get(from + 1).and_then(|next| {
            let joined = format!("{}{}", word.text, next.text);
            let occurs = text.iter().any(|w| if next.lookup.prefix { w.starts_with(&joined) } else { *w == joined });
            Some(1 + model(query, from + 2, text, known).filter(|_| occurs)?)
        });
        alone.into_iter().chain(joined).min()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn rows_are_found_at_their_distance(
            texts in prop::collection::vec("[ab]{1,6}( [abc]{1,5}){0,4}", 1..8),
            query in "[ab]{1,6}( [abc]{1,5}){0,2}",
            max in 0..4_u8,
            prefix_last: bool,
        ) {
            let fuzziness = if max == 0 { Fuzziness::Auto } else { Fuzziness::Max(max) };
            let query = FuzzyQuery::new(&query, Tokens::Words, fuzziness, prefix_last).unwrap();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let mut known: Vec<String> = texts.iter().flat_map(|text| text.split(' ')).map(String::from).collect();
            known.sort_unstable();
            known.dedup();
            let rows = search(&Table::of("unicode61", &texts), &known, &query);
            let expected: Vec<(i64, u8)> = (1..)
                .zip(&texts)
                .filter_map(|(row, text)| {
                    let distance = model(&query, 0, &text.split(' ').collect::<Vec<_>>(), &known)?;
                    Some((row, distance)).filter(|_| distance <= query.greatest_distance())
                })
                .collect();
            prop_assert_eq!(rows, expected);
        }
    }
}
