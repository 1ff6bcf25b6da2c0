//! From what a user types to an expression of FTS5. Any text is a legal query.

use std::collections::HashSet;

use super::expression::{self, Expression, write_string};
use super::fold::fold;
use super::words::words;
use super::{IN_CONTENT, in_content};

/// How many distinct words of a query are searched; what follows them is ignored.
pub(crate) const MAX_WORDS: usize = 64;

/// How many words of a query are looked at to find the distinct ones, and how many bytes.
const MAX_WORDS_READ: usize = 4_096;
const MAX_BYTES_READ: usize = 1 << 18;

/// A longer text is never an expression, but plain words.
const MAX_EXPRESSION_BYTES: usize = 4_096;

/// How many characters are searched by trigrams; what follows them is ignored.
const MAX_TRIGRAM_CHARS: usize = 1_024;

/// The characters of a trigram: shorter words are not in such an index.
pub(super) const TRIGRAM: usize = 3;

/// What the tokenizer of a table makes of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tokens {
    /// Words: `porter` and `unicode61`.
    Words,
    /// Runs of three characters: `trigram`, which finds parts of words.
    Trigrams,
}

/// The FTS5 expression for a text. None if no word is in it: it matches nothing.
///
/// A valid expression of FTS5 keeps its meaning: phrases, `word*`, `AND`, `OR`, `NOT`, parentheses, `NEAR(…)`,
/// `^`. Every other text, and one that names columns, is words that must all occur: the first [`MAX_WORDS`]
/// distinct ones, of at most 256 KiB of text. So is an expression of more words, of over 4,096 bytes or nested deeper than 24.
///
/// By trigrams, what stands between white space is searched as it is, up to 1,024 characters together; words of
/// one or two characters are left out, since trigrams cannot find them.
///
/// With `prefix_last` the last word is a prefix, as one searches while typing: the last plain word, or the word
/// without quotes that ends an expression. (Trigrams find parts of words anyway.)
///
/// Takes a few milliseconds at most, also for a megabyte of text.
pub(crate) fn fts5_query(text: &str, tokens: Tokens, prefix_last: bool) -> Option<String> {
    let prefix_last = prefix_last && tokens == Tokens::Words;
    let expression = match expression_of(text, tokens, prefix_last) {
        Some(expression) => has_word(&expression, tokens).then(|| expression.to_string()),
        None if tokens == Tokens::Words => plain_words(text, prefix_last),
        None => plain_trigrams(text),
    };
    expression.map(|expression| in_content(&expression))
}

/// Of an expression that [`fts5_query`] or a level of a fuzzy query made: one that any of its words or phrases
/// matches, but for those that it excludes. None if there is none.
pub(crate) fn any_phrase(expression: &str) -> Option<String> {
    let expression = expression::parse(expression.strip_prefix(IN_CONTENT)?, false)?;
    let mut seen = HashSet::new();
    let phrases = expression.phrases().into_iter().map(ToString::to_string);
    let phrases: Vec<String> = phrases.filter(|phrase| seen.insert(phrase.clone())).collect();
    (!phrases.is_empty()).then(|| in_content(&phrases.join(" OR ")))
}

/// The text as a valid expression, unless that is too large.
fn expression_of(text: &str, tokens: Tokens, prefix_last: bool) -> Option<Expression<'_>> {
    if text.len() > MAX_EXPRESSION_BYTES {
        return None;
    }
    let expression = expression::parse(text, prefix_last)?;
    let strings = expression.strings();
    let small = match tokens {
        // A string without a word counts too: it is a node of the expression.
        Tokens::Words => strings.iter().map(|string| words(string).count().max(1)).sum::<usize>() <= MAX_WORDS,
        Tokens::Trigrams => {
            let chars: usize = strings.iter().map(|string| string.chars().count()).sum();
            strings.len() <= MAX_WORDS && chars <= MAX_TRIGRAM_CHARS
        }
    };
    small.then_some(expression)
}

fn has_word(expression: &Expression, tokens: Tokens) -> bool {
    expression.strings().iter().any(|string| match tokens {
        Tokens::Words => words(string).next().is_some(),
        Tokens::Trigrams => string.chars().nth(TRIGRAM - 1).is_some(),
    })
}

/// All words of the text, as they are written: FTS5 folds them itself.
fn plain_words(text: &str, prefix_last: bool) -> Option<String> {
    let mut expression = String::new();
    let mut seen = HashSet::new();
    let mut all = words(head(text));
    let mut last_is_written = false;
    for word in all.by_ref().take(MAX_WORDS_READ) {
        last_is_written = seen.insert(fold(word));
        if seen.len() > MAX_WORDS {
            return Some(expression);
        }
        if last_is_written {
            add_string(&mut expression, word)?;
        }
    }
    if prefix_last && last_is_written && all.next().is_none() {
        expression.push('*');
    }
    (!expression.is_empty()).then_some(expression)
}

/// As much of a text as is read, to the end of a word. (A word so long that it has no end there is cut, as FTS5
/// does it too: it reads 32,768 bytes of one.)
fn head(text: &str) -> &str {
    // A character has at most four bytes.
    let head = (0..4).find_map(|back| text.get(..MAX_BYTES_READ - back)).unwrap_or(text);
    match head.rfind(|c: char| !c.is_alphanumeric()) {
        Some(end) if head.len() < text.len() => head.get(..end).unwrap_or(head),
        _ => head,
    }
}

/// What stands between white space, as far as trigrams can find it.
fn plain_trigrams(text: &str) -> Option<String> {
    let mut expression = String::new();
    let mut seen = HashSet::new();
    let mut left = MAX_TRIGRAM_CHARS;
    // FTS5 would take a NUL for the end of the expression.
    for word in
        text.split(|c: char| c.is_whitespace() || c == '\0').filter(|word| !word.is_empty()).take(MAX_WORDS_READ)
    {
        let end = word.char_indices().nth(left).map_or(word.len(), |(at, _)| at);
        let Some(word) = word.get(..end) else { continue };
        let chars = word.chars().count();
        if chars < TRIGRAM || !seen.insert(fold(word)) {
            continue;
        }
        add_string(&mut expression, word)?;
        left -= chars;
        if left < TRIGRAM || seen.len() == MAX_WORDS {
            break;
        }
    }
    (!expression.is_empty()).then_some(expression)
}

fn add_string(expression: &mut String, word: &str) -> Option<()> {
    if !expression.is_empty() {
        expression.push(' ');
    }
    write_string(expression, word).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fts5::Table;
    use super::*;

    const TEXTS: [&str; 12] = [
        "data base",
        "a database of words",
        "the base of all data",
        "two bases, one data set and a set of data",
        "data or base: not both and neither",
        "naïve Straße Ёлка 漢字",
        "foo_bar foo bar",
        "it's C++ or c",
        "near the data; the base",
        "one two three four five six seven eight nine ten eleven twelve",
        "title body",
        "data base data base",
    ];

    fn query(text: &str) -> Option<String> {
        fts5_query(text, Tokens::Words, false)
    }

    #[test]
    fn a_valid_expression_selects_what_it_selects_raw() {
        for tokenizer in ["porter", "unicode61", "unicode61 remove_diacritics 2", "trigram"] {
            let table = Table::of(tokenizer, &TEXTS);
            let tokens = if tokenizer == "trigram" { Tokens::Trigrams } else { Tokens::Words };
            for raw in [
                "data",
                "data base",
                "\"data base\"",
                "dat*",
                "data AND base",
                "data OR words",
                "data NOT base",
                "title",
                "NEAR(data base, 1)",
                "NEAR(\"data set\" base)",
                "^data",
                "^ \"the base\"",
                "data + base",
                "one + tw*",
                "(data OR words) AND NOT_ OR base",
                "(data OR two) NOT (set OR words)",
                "data NOT base NOT set",
                "foo_bar",
                "NAÏVE",
                "ёлка",
                "漢字",
                "data OR base AND words NOT both",
                "data AND 😀",
                "data 😀",
                "\"\" data",
                "NEAR(one \"\" two)",
                "data \"!!\"",
                "or and not",
                "^data ^base",
                "one\u{a0}two",
                "seve* OR \"a data\" *",
            ] {
                let ours = fts5_query(raw, tokens, false).map_or(Ok(Vec::new()), |query| table.rows(&query));
                assert_eq!(ours, table.rows(&in_content(raw)), "{raw} by {tokenizer}");
            }
        }
    }

    #[test]
    fn any_other_text_is_words_that_must_all_occur() {
        for (text, words) in [
            ("c++", r#""c""#),
            ("it's", r#""it" "s""#),
            ("title: data", r#""title" "data""#),
            ("{title}: data", r#""title" "data""#),
            ("-title: data", r#""title" "data""#),
            ("data AND", r#""data" "AND""#),
            ("NOT data", r#""NOT" "data""#),
            ("(data", r#""data""#),
            ("\"data base", r#""data" "base""#),
            ("data, Data; DATA! base?", r#""data" "base""#),
            ("foo (bar)", r#""foo" "bar""#),
            ("e-mail@x.org", r#""e" "mail" "x" "org""#),
            ("data\0base", r#""data" "base""#),
        ] {
            assert_eq!(query(text), Some(format!("{{field_content}} : ({words})")), "{text}");
        }
    }

    #[test]
    fn a_text_without_a_word_matches_nothing() {
        for text in ["", "  ", "?!", "\"\"", "* ( ) -", "😀", "😀 AND 😀", "\"😀\"*", "\0"] {
            for tokens in [Tokens::Words, Tokens::Trigrams] {
                assert!(
                    fts5_query(text, tokens, false).is_none() || text.trim().len() > 2 && tokens == Tokens::Trigrams
                );
            }
            assert_eq!(query(text), None, "{text}");
        }
        assert_eq!(fts5_query("ab c", Tokens::Trigrams, false), None);
    }

    #[test]
    fn the_last_word_is_a_prefix_while_typing() {
        let typed = |text| fts5_query(text, Tokens::Words, true).unwrap().replace("{field_content} : ", "");
        assert_eq!(typed("data ba"), r#"("data" "ba"*)"#);
        assert_eq!(typed("it's da"), r#"("it" "s" "da"*)"#);
        assert_eq!(typed("data AND"), r#"("data" "AND"*)"#);
        assert_eq!(typed("da, base, da!"), r#"("da" "base")"#);
        let table = Table::of("porter", &TEXTS);
        assert_eq!(table.rows(&typed("words datab")), Ok(vec![2]));
    }

    #[test]
    fn trigrams_search_parts_of_words_and_leave_out_what_is_too_short() {
        let plain = |text| fts5_query(text, Tokens::Trigrams, true).unwrap();
        assert_eq!(plain("it's c++ \"aha"), r#"{field_content} : ("it's" "c++" """aha")"#);
        assert_eq!(plain("(ab abc"), r#"{field_content} : ("(ab" "abc")"#);
        let table = Table::of("trigram", &TEXTS);
        assert_eq!(table.rows(&plain("tabas, 7: \0ords")), Ok(vec![]));
        assert_eq!(table.rows(&plain("tabas 7: \0ords")), Ok(vec![2]));
        assert_eq!(table.rows(&plain("C++")), Ok(vec![8]));
    }

    #[test]
    fn a_megabyte_of_text_makes_a_small_query() {
        let table = Table::of("porter", &TEXTS);
        let trigrams = Table::of("trigram", &TEXTS);
        let many = (0..150_000).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
        let long_phrase = format!("\"{}\"", "a b ".repeat(1_000));
        let texts = [
            "x".repeat(1_000_000),
            "x ".repeat(500_000),
            "-".repeat(1_000_000),
            "(".repeat(1_000_000),
            "\"".repeat(1_000_001),
            "a OR ".repeat(200_000),
            "NOT ".repeat(800),
            many,
            long_phrase,
        ];
        for text in &texts {
            if let Some(expression) = query(text) {
                assert!(expression.len() < 1_100_000);
                assert!(words(&expression).count() <= MAX_WORDS + 2, "and the two words of the column's name");
                table.rows(&expression).unwrap();
            }
            if let Some(expression) = fts5_query(text, Tokens::Trigrams, false) {
                assert!(expression.chars().count() < 2 * MAX_TRIGRAM_CHARS + 256);
                trigrams.rows(&expression).unwrap();
            }
        }
        let most = query(&texts[7]).unwrap();
        assert!(most.ends_with(r#" "w62" "w63")"#), "{most}");
    }

    /// Text made of what the language is made of, so that a good part of it is valid.
    fn language() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            8 => prop::sample::select(vec!["data", "base", "dat", "set", "one", "two", "naïve", "a_b", "the", "NEAR", "x"]),
            4 => prop::sample::select(vec![" AND ", " OR ", " NOT ", " ", " ", "(", ")", "*", "+", "^", "\"", "\"\""]),
            1 => prop::sample::select(vec!["NEAR(", ", 2)", ":", "-", "{", "}", ",", "\0", "😀", "'", "漢字", "\u{301}"]),
        ];
        prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_is_a_syntax_error(text in prop_oneof![".{0,60}", "\\PC{0,30}", language()], typing: bool) {
            thread_local! {
                static TABLES: [(Table, Tokens); 3] = [
                    (Table::of("porter", &TEXTS), Tokens::Words),
                    (Table::of("unicode61 remove_diacritics 2", &TEXTS), Tokens::Words),
                    (Table::of("trigram", &TEXTS), Tokens::Trigrams),
                ];
            }
            TABLES.with(|tables| {
                for (table, tokens) in tables {
                    let Some(query) = fts5_query(&text, *tokens, typing) else { continue };
                    prop_assert!(table.rows(&query).is_ok(), "{:?} for {:?}: {:?}", query, text, table.rows(&query));
                }
                Ok(())
            })?;
        }

        #[test]
        fn fts5_agrees_on_what_is_an_expression_and_what_it_means(text in language()) {
            thread_local! {
                static TABLE: Table = Table::of("unicode61", &TEXTS);
            }
            // Column filters are FTS5's alone, and it reads no further than to a NUL.
            let text = text.replace([':', '-', '{', '}', '\0'], "?");
            TABLE.with(|table| {
                let valid = table.rows(&text).is_ok() && !text.trim().is_empty();
                prop_assert_eq!(expression::parse(&text, false).is_some(), valid);
                if valid {
                    let ours = query(&text).map_or(Ok(Vec::new()), |query| table.rows(&query));
                    prop_assert_eq!(ours, table.rows(&in_content(&text)));
                }
                Ok(())
            })?;
        }
    }
}
