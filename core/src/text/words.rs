//! Splitting text into words, as FTS5's tokenizer `unicode61` does.

use unicode_general_category::{GeneralCategory, get_general_category};

use super::fold::is_folded_mark;

/// The words of a text, in order, as they are written: runs of letters and numbers (categories L and N) and of
/// private use (Co). [`super::fold`] makes of each the form that FTS5 keeps in its index.
///
/// The combining marks that FTS5 drops belong to the word before them; every other mark separates words, and a
/// run of Chinese or Japanese is one word: both are FTS5's way.
///
/// **Where FTS5 differs**: its table of categories is that of Unicode 6, and what it does not know is part of a
/// word. So for it, and not here, an emoji or a mark that came later than 2012 is part of a word ("wow🤩" is one
/// word for FTS5 and `wow` here). The vowels of New Tai Lue are marks for it and letters here.
pub(crate) fn words(text: &str) -> Words<'_> {
    Words { rest: text }
}

/// What [`words`] gives.
pub(crate) struct Words<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let from_word = self.rest.trim_start_matches(|c| !is_word_char(c));
        if from_word.is_empty() {
            self.rest = "";
            return None;
        }
        let after = from_word.trim_start_matches(|c| is_word_char(c) || is_folded_mark(c));
        let (word, rest) = from_word.split_at_checked(from_word.len() - after.len())?;
        self.rest = rest;
        Some(word)
    }
}

fn is_word_char(c: char) -> bool {
    use GeneralCategory::{
        DecimalNumber, LetterNumber, LowercaseLetter, ModifierLetter, OtherLetter, OtherNumber, PrivateUse,
        TitlecaseLetter, UppercaseLetter,
    };
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    // The standard library's `is_alphanumeric` takes some marks for letters.
    matches!(
        get_general_category(c),
        UppercaseLetter
            | LowercaseLetter
            | TitlecaseLetter
            | ModifierLetter
            | OtherLetter
            | DecimalNumber
            | LetterNumber
            | OtherNumber
            | PrivateUse
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fold::fold;
    use super::super::fts5::Table;
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words(text).map(|word| fold(word).into_owned()).collect()
    }

    #[test]
    fn words_are_runs_of_letters_and_numbers() {
        let all: Vec<_> = words("  Don't panic: 42 is the answer_sheet, naïve Übermut (Kyïv). ").collect();
        assert_eq!(all, ["Don", "t", "panic", "42", "is", "the", "answer", "sheet", "naïve", "Übermut", "Kyïv"]);
        assert_eq!(words("cafe\u{301}s 漢字かな ½ 🎉 \0x").collect::<Vec<_>>(), ["cafe\u{301}s", "漢字かな", "½", "x"]);
        for none in ["", " ", "-- !?", "🎉🎉", "\u{301}", "\0"] {
            assert_eq!(words(none).next(), None, "{none:?}");
        }
    }

    #[test]
    fn fts5_finds_the_same_words() {
        let table = Table::new("unicode61");
        for text in [
            "The quick brown fox; jumped-over THE lazy dogs' backs, 3.14 times!",
            "Ångström Škoda œuvre ÆSIR straße STRAẞE Łódź façade coöperate naïve Ðiệp Dvořák İstanbul ıǉ",
            "cafe\u{301} nai\u{308}ve e\u{305}x \u{301}start a\u{301}\u{302}b",
            "Съешь же ещё этих мягких французских булок, да выпей чаю. Її Ґанок ЁЖ",
            "Ξεσκεπάζω τὴν ψυχοφθόρα βδελυγμία ΌΣΟΣ ὅσος ϐϑϕϖϰϱϵ µ",
            "敏捷的棕色狐狸跳过了懒狗。いろはにほへと ﾊﾝｶｸ 다람쥐 헌 쳇바퀴에 타고파",
            "हिन्दी में खोज ภาษาไทย עִבְרִית العَرَبِيَّة ქართული Ⴀ Ꭰ Հայերեն",
            "party 🎉 time ☃ snow ✈ fly ⅷ Ⅷ ² ½ ¼x ①② ＡＢＣ ﬁ ǅ ǆ K Å",
            "a_b a-b a.b a'b a\u{200d}b a\u{a0}b a\u{ad}b a\u{2028}b",
        ] {
            assert_eq!(folded(text), table.tokens(text), "{text}");
        }
    }

    #[test]
    fn fts5_finds_the_same_words_whatever_letter_they_hold() {
        // Every character of the blocks up to the end of the Japanese ones, and a few of all later blocks. Left
        // out is what Unicode named after FTS5's table was made: for FTS5 it is part of a word.
        let table = Table::new("unicode61");
        let chars = (1..0x3100).chain((0x3100..0x11000).step_by(61)).filter_map(char::from_u32);
        let known: Vec<char> = chars.filter(|c| is_word_char(*c) || !table.tokens(&c.to_string()).is_empty()).collect();
        let (mut letters, mut unknown) = (0, 0);
        for c in known {
            if !is_word_char(c) || ('\u{19b0}'..='\u{19c9}').contains(&c) || ('\u{1cf2}'..='\u{1cf3}').contains(&c) {
                unknown += 1;
                continue;
            }
            letters += 1;
            let text = format!("ab{c}d {c}");
            assert_eq!(folded(&text), table.tokens(&text), "{:x}", c as u32);
        }
        assert!(letters > 7_000 && unknown < 2_000, "{letters} letters, {unknown} unknown to FTS5");
    }

    #[test]
    fn folding_twice_and_by_a_table_that_folds_more_changes_nothing() {
        let (simple, full) = (Table::new("unicode61"), Table::new("unicode61 remove_diacritics 2"));
        for word in words("Tiếng Việt Ấn Độ ǖber ÉCOLE Ёлка ΆΛΦΑ Straße İI ﬁn Å") {
            let once = fold(word);
            assert_eq!(fold(&once), once);
            assert_eq!(simple.tokens(&once), simple.tokens(word));
            assert_eq!(full.tokens(&once), full.tokens(word));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn words_and_what_is_between_them_make_up_the_text(text in "\\PC{0,40}|[a-zé\u{301} .]{0,40}") {
            let mut rest = text.as_str();
            for word in words(&text) {
                let at = rest.find(word).expect("the words come in order");
                prop_assert!(!rest[..at].chars().any(is_word_char));
                prop_assert!(word.starts_with(is_word_char));
                rest = &rest[at + word.len()..];
            }
            prop_assert!(!rest.chars().any(is_word_char));
        }
    }
}
