//! The form of a word that FTS5 keeps: small letters without diacritics.

use std::borrow::Cow;

/// The word as FTS5's `unicode61` (`remove_diacritics 1`, its default) keeps it: small letters, and Latin letters
/// without their mark. As FTS5 does, it leaves alone what has two marks in one character (Vietnamese `ế`) and the
/// marks of Greek and Cyrillic; a table made with `remove_diacritics 2` folds the result on. Folding twice
/// changes nothing.
pub(crate) fn fold(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(word.chars().filter(|c| !is_folded_mark(*c)).map(|c| base_letter(small(c))).collect())
}

/// A combining mark that FTS5 drops from inside a word. (All others separate words.)
pub(super) fn is_folded_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{304}' | '\u{306}'..='\u{30c}' | '\u{30f}' | '\u{311}' | '\u{31b}'
        | '\u{323}'..='\u{328}' | '\u{32d}' | '\u{32e}' | '\u{330}' | '\u{331}')
}

/// Simple case folding as of Unicode 6, which is what FTS5 knows: folding what it does not fold would make a
/// word that it cannot find.
fn small(c: char) -> char {
    match c {
        '\0'..='\u{7f}' => c.to_ascii_lowercase(),
        // Folded, though they are small letters already.
        'µ' => 'μ',
        'ſ' => 's',
        'ς' => 'σ',
        'ϐ' => 'β',
        'ϑ' => 'θ',
        'ϕ' => 'φ',
        'ϖ' => 'π',
        'ϰ' => 'κ',
        'ϱ' => 'ρ',
        'ϵ' => 'ε',
        'ẛ' => 'ṡ',
        '\u{1fbe}' => 'ι',
        // Its small letter is two characters.
        'İ' => 'i',
        // Letters that have got their small ones later.
        '\u{37f}'
        | '\u{528}'..='\u{52f}'
        | '\u{13a0}'..='\u{13ff}'
        | '\u{1c80}'..='\u{1cbf}'
        | '\u{2c2f}'
        | '\u{a698}'..='\u{a69b}'
        | '\u{a796}'..='\u{a79f}'
        | '\u{a7ab}'..='\u{a7ff}' => c,
        '\u{80}'..='\u{ffff}' | '\u{10400}'..='\u{10427}' => c.to_lowercase().next().unwrap_or(c),
        _ => c,
    }
}

/// A small Latin letter without its one mark; every other character is itself.
fn base_letter(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ȁ' | 'ȃ' | 'ȧ' | 'ḁ' | 'ạ' | 'ả' => 'a',
        'ḃ' | 'ḅ' | 'ḇ' => 'b',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'ḋ' | 'ḍ' | 'ḏ' | 'ḑ' | 'ḓ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ȅ' | 'ȇ' | 'ȩ' | 'ḙ' | 'ḛ' | 'ẹ' | 'ẻ' | 'ẽ' => {
            'e'
        }
        'ḟ' => 'f',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' | 'ǧ' | 'ǵ' | 'ḡ' => 'g',
        'ĥ' | 'ȟ' | 'ḣ' | 'ḥ' | 'ḧ' | 'ḩ' | 'ḫ' | 'ẖ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ǐ' | 'ȉ' | 'ȋ' | 'ḭ' | 'ỉ' | 'ị' => 'i',
        'ĵ' | 'ǰ' => 'j',
        'ķ' | 'ǩ' | 'ḱ' | 'ḳ' | 'ḵ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ḷ' | 'ḻ' | 'ḽ' => 'l',
        'ḿ' | 'ṁ' | 'ṃ' => 'm',
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ǹ' | 'ṅ' | 'ṇ' | 'ṉ' | 'ṋ' => 'n',
        'ò'..='ö' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ǒ' | 'ǫ' | 'ȍ' | 'ȏ' | 'ȯ' | 'ọ' | 'ỏ' => 'o',
        'ṕ' | 'ṗ' => 'p',
        'ŕ' | 'ŗ' | 'ř' | 'ȑ' | 'ȓ' | 'ṙ' | 'ṛ' | 'ṟ' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' | 'ṡ' | 'ṣ' => 's',
        'ţ' | 'ť' | 'ț' | 'ṫ' | 'ṭ' | 'ṯ' | 'ṱ' | 'ẗ' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ǔ' | 'ȕ' | 'ȗ' | 'ṳ' | 'ṵ' | 'ṷ' | 'ụ' | 'ủ' => {
            'u'
        }
        'ṽ' | 'ṿ' => 'v',
        'ŵ' | 'ẁ' | 'ẃ' | 'ẅ' | 'ẇ' | 'ẉ' | 'ẘ' => 'w',
        'ẋ' | 'ẍ' => 'x',
        'ý' | 'ÿ' | 'ŷ' | 'ȳ' | 'ẏ' | 'ẙ' | 'ỳ' | 'ỵ' | 'ỷ' | 'ỹ' => 'y',
        'ź' | 'ż' | 'ž' | 'ẑ' | 'ẓ' | 'ẕ' => 'z',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_latin_marks_are_folded() {
        for (word, kept) in [
            ("plain", "plain"),
            ("SHOUT42", "shout42"),
            ("Ångström", "angstrom"),
            ("cafe\u{301}", "cafe"),
            ("ÇA", "ca"),
            ("ΌΣΟΣ", "όσοσ"),
            ("Ёж", "ёж"),
            ("Łódź", "łodz"),
            ("Tiếng", "tiếng"),
            ("İ", "i"),
            ("漢字", "漢字"),
        ] {
            assert_eq!(fold(word), kept);
        }
        assert!(matches!(fold("plain"), Cow::Borrowed(_)));
    }
}
