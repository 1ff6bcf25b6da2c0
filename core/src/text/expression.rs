//! FTS5's query language without its column filters: from text to a tree, and from a tree to text.
//! The grammar: <https://www.sqlite.org/fts5.html>, section 3.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

/// The deepest nesting of parentheses. FTS5's own parser has a stack of 100 entries, of which each level takes up
/// to three.
const MAX_NESTING: usize = 24;

/// What FTS5 reads where NEAR names no distance.
const DEFAULT_DISTANCE: u32 = 10;

/// More than any text has words.
const MAX_DISTANCE: u32 = 1_000_000_000;

/// An expression. Displayed, it is FTS5's language again, with every word quoted.
#[derive(Debug, PartialEq)]
pub(super) enum Expression<'a> {
    Binary(Box<Expression<'a>>, Operator, Box<Expression<'a>>),
    /// One after the other: FTS5's implicit AND, which passes over what has no word in it.
    List(Vec<Match<'a>>),
}

/// In the order of their strength: NOT binds tightest.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(super) enum Operator {
    Or = 1,
    And,
    Not,
}

#[derive(Debug, PartialEq)]
pub(super) enum Match<'a> {
    Phrase(Phrase<'a>),
    /// `^`: the phrase begins the field.
    Initial(Phrase<'a>),
    /// The phrases with at most so many words between them.
    Near(Vec<Phrase<'a>>, u32),
}

/// Strings one after the other, each with whether its last word is a prefix.
#[derive(Debug, PartialEq)]
pub(super) struct Phrase<'a>(pub Vec<(Cow<'a, str>, bool)>);

/// Parses a text. None if it is not an expression, names columns or is nested too deeply. With `prefix_last` a
/// word without quotes that ends the text is a prefix.
pub(super) fn parse(text: &str, prefix_last: bool) -> Option<Expression<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some((token, after)) = token(rest)? {
        tokens.push(token);
        rest = after;
    }
    if prefix_last && matches!(tokens.last(), Some(Token::Bare(_))) {
        tokens.push(Token::Star);
    }
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), nesting: 0 };
    let expression = parser.expression(Operator::Or)?;
    parser.tokens.next().is_none().then_some(expression)
}

#[derive(Debug, PartialEq)]
enum Token<'a> {
    Open,
    Close,
    Comma,
    Plus,
    Star,
    Caret,
    Operator(Operator),
    Bare(&'a str),
    Quoted(Cow<'a, str>),
}

/// The first token of a text and what is behind it; `Some(None)` at the end, None for what is no token or one of
/// a column filter.
#[expect(clippy::option_option)] // the end is no failure
fn token(text: &str) -> Option<Option<(Token<'_>, &str)>> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r']);
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return Some(None) };
    let token = match first {
        '(' => Token::Open,
        ')' => Token::Close,
        ',' => Token::Comma,
        '+' => Token::Plus,
        '*' => Token::Star,
        '^' => Token::Caret,
        '"' => return quoted(chars.as_str()).map(Some),
        c if is_bareword_char(c) => {
            let after = text.trim_start_matches(is_bareword_char);
            let (word, after) = text.split_at_checked(text.len() - after.len())?;
            let token = match word {
                "OR" => Token::Operator(Operator::Or),
                "AND" => Token::Operator(Operator::And),
                "NOT" => Token::Operator(Operator::Not),
                word => Token::Bare(word),
            };
            return Some(Some((token, after)));
        }
        _ => return None,
    };
    Some(Some((token, chars.as_str())))
}

fn is_bareword_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() || c == '_' || c == '\u{1a}'
}

/// A string from behind its first quote, and what follows it. Two quotes in it stand for one.
fn quoted(text: &str) -> Option<(Token<'_>, &str)> {
    let mut end = 0;
    loop {
        end += text.get(end..)?.find('"')?;
        match text.get(end + 1..)?.strip_prefix('"') {
            Some(_) => end += 2,
            None => break,
        }
    }
    let content = text.get(..end)?;
    if content.contains('\0') {
        return None; // FTS5 reads no further
    }
    let content =
        if content.contains('"') { Cow::Owned(content.replace("\"\"", "\"")) } else { Cow::Borrowed(content) };
    Some((Token::Quoted(content), text.get(end + 1..)?))
}

struct Parser<'a> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token<'a>>>,
    nesting: usize,
}

impl<'a> Parser<'a> {
    fn take(&mut self, token: &Token) -> bool {
        self.tokens.next_if(|next| next == token).is_some()
    }

    /// An expression of operators at least so strong.
    fn expression(&mut self, weakest: Operator) -> Option<Expression<'a>> {
        let mut left = self.operand()?;
        while let Some(Token::Operator(operator)) = self.tokens.peek() {
            let operator = *operator;
            if operator < weakest {
                break;
            }
            self.tokens.next();
            let right = match operator {
                Operator::Or => self.expression(Operator::And)?,
                Operator::And => self.expression(Operator::Not)?,
                Operator::Not => self.operand()?,
            };
            left = Expression::Binary(Box::new(left), operator, Box::new(right));
        }
        Some(left)
    }

    fn operand(&mut self) -> Option<Expression<'a>> {
        if self.take(&Token::Open) {
            self.nesting += 1;
            if self.nesting > MAX_NESTING {
                return None;
            }
            let inner = self.expression(Operator::Or)?;
            self.nesting -= 1;
            return self.take(&Token::Close).then_some(inner);
        }
        let mut list = vec![self.one_match()?];
        while let Some(Token::Bare(_) | Token::Quoted(_) | Token::Caret) = self.tokens.peek() {
            list.push(self.one_match()?);
        }
        Some(Expression::List(list))
    }

    fn one_match(&mut self) -> Option<Match<'a>> {
        if self.take(&Token::Caret) {
            return Some(Match::Initial(self.phrase()?));
        }
        let first = self.tokens.next()?;
        if first == Token::Bare("NEAR") && self.take(&Token::Open) {
            return self.near();
        }
        // A string before a parenthesis is the name of a function for FTS5, and NEAR is the only one: whatever
        // else stands there ends the list, and is no operator.
        Some(Match::Phrase(self.phrase_from(first)?))
    }

    /// NEAR, from behind its parenthesis.
    fn near(&mut self) -> Option<Match<'a>> {
        let mut phrases = vec![self.phrase()?];
        while let Some(Token::Bare(_) | Token::Quoted(_)) = self.tokens.peek() {
            phrases.push(self.phrase()?);
        }
        let mut distance = DEFAULT_DISTANCE;
        if self.take(&Token::Comma) {
            let Token::Bare(digits) = self.tokens.next()? else { return None };
            if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
                return None;
            }
            distance = digits.parse().unwrap_or(MAX_DISTANCE).min(MAX_DISTANCE);
        }
        self.take(&Token::Close).then_some(Match::Near(phrases, distance))
    }

    fn phrase(&mut self) -> Option<Phrase<'a>> {
        let first = self.tokens.next()?;
        self.phrase_from(first)
    }

    fn phrase_from(&mut self, first: Token<'a>) -> Option<Phrase<'a>> {
        let mut strings = Vec::new();
        let mut next = Some(first);
        loop {
            let string = match next? {
                Token::Bare(word) => Cow::Borrowed(word),
                Token::Quoted(string) => string,
                _ => return None,
            };
            strings.push((string, self.take(&Token::Star)));
            if !self.take(&Token::Plus) {
                return Some(Phrase(strings));
            }
            next = self.tokens.next();
        }
    }
}

impl Expression<'_> {
    /// All strings of the expression.
    pub fn strings(&self) -> Vec<&str> {
        let mut strings = Vec::new();
        self.add_strings(&mut strings);
        strings
    }

    fn add_strings<'e>(&'e self, strings: &mut Vec<&'e str>) {
        match self {
            Expression::Binary(left, _, right) => {
                left.add_strings(strings);
                right.add_strings(strings);
            }
            Expression::List(list) => {
                let phrases = list.iter().flat_map(Match::phrases);
                strings.extend(phrases.flat_map(|phrase| &phrase.0).map(|(string, _)| string.as_ref()));
            }
        }
    }

    /// All phrases of the expression that may occur in what it matches.
    pub fn phrases(&self) -> Vec<&Phrase<'_>> {
        let mut phrases = Vec::new();
        self.add_phrases(&mut phrases);
        phrases
    }

    fn add_phrases<'e>(&'e self, phrases: &mut Vec<&'e Phrase<'e>>) {
        match self {
            Expression::Binary(left, operator, right) => {
                left.add_phrases(phrases);
                if *operator != Operator::Not {
                    right.add_phrases(phrases);
                }
            }
            Expression::List(list) => phrases.extend(list.iter().flat_map(Match::phrases)),
        }
    }

    fn write_operand(&self, f: &mut fmt::Formatter, parentheses: impl Fn(Operator) -> bool) -> fmt::Result {
        match self {
            Expression::Binary(_, operator, _) if parentheses(*operator) => write!(f, "({self})"),
            _ => write!(f, "{self}"),
        }
    }
}

impl Display for Expression<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Expression::Binary(left, operator, right) => {
                left.write_operand(f, |inner| inner < *operator)?;
                f.write_str(match operator {
                    Operator::Or => " OR ",
                    Operator::And => " AND ",
                    Operator::Not => " NOT ",
                })?;
                right.write_operand(f, |inner| inner <= *operator)
            }
            Expression::List(list) => write_all(f, list, " "),
        }
    }
}

impl Match<'_> {
    fn phrases(&self) -> &[Phrase<'_>] {
        match self {
            Match::Phrase(phrase) | Match::Initial(phrase) => std::slice::from_ref(phrase),
            Match::Near(phrases, _) => phrases,
        }
    }
}

impl Display for Match<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Match::Phrase(phrase) => write!(f, "{phrase}"),
            Match::Initial(phrase) => write!(f, "^{phrase}"),
            Match::Near(phrases, distance) => {
                f.write_str("NEAR(")?;
                write_all(f, phrases, " ")?;
                write!(f, ", {distance})")
            }
        }
    }
}

impl Display for Phrase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (at, (string, prefix)) in self.0.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { " + " })?;
            write_string(f, string)?;
            f.write_str(if *prefix { "*" } else { "" })?;
        }
        Ok(())
    }
}

fn write_all(f: &mut fmt::Formatter, all: &[impl Display], between: &str) -> fmt::Result {
    for (at, one) in all.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { between })?;
        write!(f, "{one}")?;
    }
    Ok(())
}

/// Writes a text as a string of FTS5. The text holds no NUL.
pub(super) fn write_string(into: &mut impl Write, text: &str) -> fmt::Result {
    into.write_char('"')?;
    for c in text.chars() {
        into.write_str(if c == '"' { "\"" } else { "" })?;
        into.write_char(c)?;
    }
    into.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> Option<String> {
        parse(text, false).map(|expression| expression.to_string())
    }

    #[test]
    fn an_expression_is_printed_with_every_word_quoted() {
        for (text, print) in [
            ("one", r#""one""#),
            (" one\ttwo ", r#""one" "two""#),
            ("data* base", r#""data"* "base""#),
            (r#""big ""data""" * + base"#, r#""big ""data"""* + "base""#),
            ("^one two", r#"^"one" "two""#),
            ("NEAR(one two + three*)", r#"NEAR("one" "two" + "three"*, 10)"#),
            ("NEAR (one, 0007)", r#"NEAR("one", 7)"#),
            ("NEAR(one, 99999999999999999999)", r#"NEAR("one", 1000000000)"#),
            ("NEAR near and or not", r#""NEAR" "near" "and" "or" "not""#),
            ("a OR b AND c NOT d", r#""a" OR "b" AND "c" NOT "d""#),
            ("a NOT (b NOT c)", r#""a" NOT ("b" NOT "c")"#),
            ("(a NOT b) NOT c", r#""a" NOT "b" NOT "c""#),
            ("((a OR b)) AND c", r#"("a" OR "b") AND "c""#),
            ("a AND (b c)", r#""a" AND "b" "c""#),
            ("naïve 漢字 a_b \u{1a}", "\"naïve\" \"漢字\" \"a_b\" \"\u{1a}\""),
        ] {
            assert_eq!(printed(text).as_deref(), Some(print), "{text}");
            assert_eq!(printed(print).as_deref(), Some(print), "{print} again");
        }
    }

    #[test]
    fn what_breaks_the_grammar_or_names_columns_is_no_expression() {
        for text in [
            "",
            " ",
            "AND",
            "a AND",
            "OR a",
            "a NOT",
            "a AND OR b",
            "NOT a",
            "(a",
            "a)",
            "()",
            "(a) b",
            "a (b)",
            "a b (c)",
            r#""a" (b)"#,
            "(a)(b)",
            "*",
            "a**",
            "+a",
            "a +",
            "a + ^b",
            "^",
            "^^a",
            "^NEAR(a b)",
            "^(a)",
            "NEAR()",
            "NEAR(a b",
            "NEAR(a, b)",
            "NEAR(a, \"5\")",
            "NEAR(a OR b)",
            "NEAR(^a b)",
            "NEAR(a,)",
            "near(a b)",
            r#""open"#,
            "\"a\0b\"",
            "a\0",
            "title: x",
            "title : x",
            "{a b}: x",
            "-a: x",
            "-a",
            "a - b",
            "a,b",
            "don't",
            "c++",
            "a/b",
            "what?",
            "(a OR b) c",
        ] {
            assert_eq!(parse(text, false), None, "{text}");
        }
    }

    #[test]
    fn nesting_ends_before_any_stack_does() {
        let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert!(parse(&nested(MAX_NESTING), false).is_some());
        assert!(parse(&nested(MAX_NESTING + 1), false).is_none());
        assert!(parse(&"(".repeat(1_000_000), false).is_none());
    }

    #[test]
    fn the_last_word_becomes_a_prefix_where_it_stands_bare() {
        let typed = |text| parse(text, true).map(|expression| expression.to_string()).unwrap();
        assert_eq!(typed("data ba"), r#""data" "ba"*"#);
        assert_eq!(typed("data OR ba "), r#""data" OR "ba"*"#);
        assert_eq!(typed("data ba*"), r#""data" "ba"*"#);
        assert_eq!(typed(r#"data "ba""#), r#""data" "ba""#);
        assert_eq!(typed("NEAR(data ba, 5)"), r#"NEAR("data" "ba", 5)"#);
    }
}
