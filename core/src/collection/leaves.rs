//! The text of a body, for the text index.

use std::collections::HashMap;

use serde_json::Value;

use super::path::{MAX_PATH_BYTES, MAX_PATH_SEGMENTS, Path, VALUE, push_escaped};
use crate::error::{Error, Result};
use crate::value::{Json, MAX_JSON_DEPTH, check_json};

/// Stands between two texts that are indexed as one: a newline, a character of the private use area
/// that tokenizers take for a word, a newline. No phrase can span it.
pub const LEAF_BREAK: &str = "\n\u{E000}\n";
/// How many paths [`Fts::Paths`] has at most.
pub const MAX_FTS_PATHS: usize = 100;

/// Which strings of a document go into the text index.
///
/// As JSON, which is how it is stored and how bindings give it: `true`, `false`, or an array of paths.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fts {
    /// All of them.
    #[default]
    All,
    /// Those at or below one of the paths. Elements of arrays have the path of their array.
    Paths(Vec<Path>),
    /// None.
    Off,
}

impl Fts {
    /// Reads `true`, `false`, or an array of paths; an empty array selects nothing.
    ///
    /// # Errors
    /// INVALID_JSON if it is no JSON; INVALID_ARGUMENT if it is something else or what [`Path::parse`]
    /// reports, with the number of the path as [`Error::operation`]; LIMIT for more than
    /// [`MAX_FTS_PATHS`].
    pub fn from_json(json: &str) -> Result<Self> {
        check_json(json)?;
        let wrong = || Error::invalid("what to index as text is no boolean and no array of paths");
        match serde_json::from_str(json) {
            Ok(Value::Bool(true)) => Ok(Fts::All),
            Ok(Value::Bool(false)) => Ok(Fts::Off),
            Ok(Value::Array(items)) if items.len() > MAX_FTS_PATHS => {
                let found = items.len();
                Err(Error::limit(format!("at most {MAX_FTS_PATHS} paths are indexed as text, got {found}")))
            }
            Ok(Value::Array(items)) => {
                let path = |(at, item): (usize, &Value)| {
                    item.as_str().ok_or_else(wrong).and_then(Path::parse).map_err(|e| e.at_operation(at))
                };
                items.iter().enumerate().map(path).collect::<Result<_>>().map(Fts::Paths)
            }
            _ => Err(wrong()),
        }
    }

    /// The JSON that [`Fts::from_json`] reads.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Fts::All => Value::Bool(true).into(),
            Fts::Off => Value::Bool(false).into(),
            Fts::Paths(paths) => paths.iter().map(|path| Value::from(path.text())).collect::<Value>().into(),
        }
    }
}

/// The strings of a body under their dotted paths, in the order in which `body` holds its members (a
/// [`Value`] sorts them by key), each path once.
///
/// What lies in an array has the path of the array: `{"by": [{"name": "Ada"}, {"name": "Bob"}]}` gives
/// `by.name`, with [`LEAF_BREAK`] between the two. A body that is no object has the path `value`. Below
/// a key that no [`Path`] can lead to, strings count to the nearest place above that has a path, which
/// at the top is the body itself, with the empty path. Bodies nest at most [`MAX_JSON_DEPTH`] deep; what
/// lies deeper is left out.
///
/// Time and space are linear in the body, times the length of the paths.
#[must_use]
pub fn leaves(body: &Value, selection: &Fts) -> Vec<(String, String)> {
    let (paths, selected): (&[Path], bool) = match selection {
        Fts::Off => return Vec::new(),
        Fts::All => (&[], true),
        Fts::Paths(paths) => (paths, false),
    };
    let mut walk =
        Walk { paths, path: String::new(), segments: Vec::new(), sealed: 0, found: Vec::new(), at: HashMap::new() };
    if body.is_object() {
        walk.value(body, selected, 0);
    } else {
        walk.member(VALUE, body, selected, 0);
    }
    walk.found
}

/// All leaves as one text with [`LEAF_BREAK`] between them, so that a search over the whole document
/// finds words of several fields. `None` for no leaf and for one, which is the whole text already.
#[must_use]
pub fn whole(leaves: &[(String, String)]) -> Option<String> {
    if leaves.len() < 2 {
        return None;
    }
    let texts: Vec<&str> = leaves.iter().map(|(_, text)| text.as_str()).collect();
    Some(texts.join(LEAF_BREAK))
}

struct Walk<'a> {
    paths: &'a [Path],
    path: String,
    segments: Vec<&'a str>,
    /// How many keys that lead to no path lie above.
    sealed: usize,
    found: Vec<(String, String)>,
    /// Where a path stands in `found`.
    at: HashMap<String, usize>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, value: &'a Value, selected: bool, depth: usize) {
        if depth > MAX_JSON_DEPTH {
            return;
        }
        match value {
            Value::String(text) if selected => self.text(text),
            Value::Array(items) => items.iter().for_each(|item| self.value(item, selected, depth + 1)),
            Value::Object(members) => {
                members.iter().for_each(|(key, value)| self.member(key, value, selected, depth + 1));
            }
            _ => {}
        }
    }

    fn member(&mut self, key: &'a str, value: &'a Value, selected: bool, depth: usize) {
        let before = self.path.len();
        if !self.enter(key) {
            self.sealed += 1;
            self.value(value, selected, depth);
            self.sealed -= 1;
            return;
        }
        let selected = selected || self.paths.iter().any(|path| path.segments() == self.segments);
        self.value(value, selected, depth);
        self.segments.pop();
        self.path.truncate(before);
    }

    /// Adds a key to the path; `false` if that would be no path any more.
    fn enter(&mut self, key: &'a str) -> bool {
        let before = self.path.len();
        // A long key is not even copied; escapes only make it longer.
        let too_far = self.segments.len() == MAX_PATH_SEGMENTS || before + key.len() > MAX_PATH_BYTES;
        if self.sealed > 0 || key.is_empty() || too_far {
            return false;
        }
        if !self.segments.is_empty() {
            self.path.push('.');
        }
        push_escaped(&mut self.path, key);
        if self.path.len() > MAX_PATH_BYTES {
            self.path.truncate(before);
            return false;
        }
        self.segments.push(key);
        true
    }

    fn text(&mut self, text: &str) {
        let known = self.at.get(&self.path).and_then(|at| self.found.get_mut(*at));
        if let Some((_, joined)) = known {
            joined.push_str(LEAF_BREAK);
            joined.push_str(text);
            return;
        }
        self.at.insert(self.path.clone(), self.found.len());
        self.found.push((self.path.clone(), text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::collection::filter::tests::body;
    use crate::error::ErrorKind;

    fn texts(body: &Value, selection: &str) -> Vec<(String, String)> {
        leaves(body, &Fts::from_json(selection).unwrap())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(path, text)| ((*path).to_owned(), text.replace('|', LEAF_BREAK))).collect()
    }

    #[test]
    fn every_string_stands_under_its_path() {
        let body = json!({"title": "T", "year": 2024, "by": {"name": "Ada", "born": null}, "a.b": "dot"});
        assert_eq!(texts(&body, "true"), pairs(&[(r"a\.b", "dot"), ("by.name", "Ada"), ("title", "T")]));
        assert_eq!(texts(&body, "false"), []);
    }

    #[test]
    fn what_lies_in_an_array_is_joined_under_its_path() {
        let body = json!({"by": [{"name": "Ada"}, "Eve", {"name": "Bob"}, ["Joe", [{"name": "Kim"}]]], "none": [1]});
        assert_eq!(texts(&body, "true"), pairs(&[("by.name", "Ada|Bob|Kim"), ("by", "Eve|Joe")]));
    }

    #[test]
    fn a_body_that_is_no_object_is_called_value() {
        assert_eq!(texts(&json!("text"), "true"), pairs(&[("value", "text")]));
        assert_eq!(texts(&json!(["a", {"b": "c"}]), "true"), pairs(&[("value", "a"), ("value.b", "c")]));
        assert_eq!(texts(&json!({"value": "text"}), "true"), pairs(&[("value", "text")]));
        assert_eq!(texts(&json!(1), "true"), []);
    }

    #[test]
    fn a_path_selects_itself_and_what_is_below() {
        let body = json!({"a": {"b": "ab", "bc": "abc", "d": [{"e": "ade"}]}, "ab": "x", "list": ["l"]});
        assert_eq!(texts(&body, r#"["a"]"#), pairs(&[("a.b", "ab"), ("a.bc", "abc"), ("a.d.e", "ade")]));
        assert_eq!(texts(&body, r#"["a.d", "$.a.b"]"#), pairs(&[("a.b", "ab"), ("a.d.e", "ade")]));
        assert_eq!(texts(&body, r#"["list"]"#), pairs(&[("list", "l")]));
        assert_eq!(texts(&body, r#"["none", "a.b.c"]"#), []);
        assert_eq!(texts(&body, "[]"), []);
        assert_eq!(texts(&json!("text"), r#"["value"]"#), pairs(&[("value", "text")]));
    }

    #[test]
    fn the_whole_text_is_there_where_it_is_more_than_one_leaf() {
        assert_eq!(whole(&[]), None);
        assert_eq!(whole(&pairs(&[("a", "x")])), None);
        assert_eq!(whole(&pairs(&[("a", "x|y"), ("b", "z")])), Some("x|y|z".replace('|', LEAF_BREAK)));
    }

    #[test]
    fn below_keys_without_a_path_text_counts_to_the_place_above() {
        let long = "k".repeat(MAX_PATH_BYTES + 1);
        let dots = ".".repeat(MAX_PATH_BYTES / 2 + 1);
        let body = json!({"": {"a": "t", "b": "u"}, "a": {"": "x", &dots: "y", &long: {"deep": "z"}, "z": "own"}});
        assert_eq!(texts(&body, "true"), pairs(&[("", "t|u"), ("a", "x|y|z"), ("a.z", "own")]));
        assert_eq!(texts(&body, r#"["a"]"#), pairs(&[("a", "x|y|z"), ("a.z", "own")]));
        assert_eq!(texts(&body, r#"["a.deep"]"#), []);
    }

    #[test]
    fn the_deepest_body_is_walked() {
        let nest = |levels: usize| (0..levels).fold(json!("x"), |inner, _| json!({"k": inner}));
        let path = vec!["k"; MAX_PATH_SEGMENTS].join(".");
        assert_eq!(texts(&nest(MAX_JSON_DEPTH), "true"), [(path, "x".to_owned())]);
        assert_eq!(texts(&nest(MAX_JSON_DEPTH + 1), "true"), []);
    }

    #[test]
    fn the_selection_is_kept_as_json() {
        for text in ["true", "false", "[]", r#"["a.b","value"]"#] {
            assert_eq!(Fts::from_json(text).unwrap().to_json().as_str(), text);
        }
        for wrong in ["1", "null", "{}", r#""a""#, "[1]", r#"[""]"#] {
            assert_eq!(Fts::from_json(wrong).unwrap_err().kind(), ErrorKind::InvalidArgument, "{wrong}");
        }
        assert_eq!(Fts::from_json(r#"["a", ".b"]"#).unwrap_err().operation(), Some(1));
        assert_eq!(Fts::from_json("tru").unwrap_err().kind(), ErrorKind::InvalidJson);
        let many = json!(vec!["a"; MAX_FTS_PATHS + 1]).to_string();
        assert_eq!(Fts::from_json(&many).unwrap_err().kind(), ErrorKind::Limit);
    }

    /// Every string of a value, by counting alone.
    fn strings(value: &Value) -> Vec<&str> {
        match value {
            Value::String(text) => vec![text],
            Value::Array(items) => items.iter().flat_map(strings).collect(),
            Value::Object(members) => members.values().flat_map(strings).collect(),
            _ => Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn no_string_is_lost_and_none_is_added(body in body()) {
            let found = leaves(&body, &Fts::All);
            let mut texts: Vec<&str> = found.iter().flat_map(|(_, text)| text.split(LEAF_BREAK)).collect();
            let mut expected = strings(&body);
            texts.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(texts, expected);
        }

        #[test]
        fn a_selection_is_a_part_of_all(body in body(), path in proptest::sample::select(vec!["a", "b.a", "value", "a.b"])) {
            let prefix = format!("{path}.");
            let mut expected = leaves(&body, &Fts::All);
            expected.retain(|(found, _)| found == path || found.starts_with(&prefix));
            prop_assert_eq!(leaves(&body, &Fts::Paths(vec![Path::parse(path).unwrap()])), expected);
        }
    }
}
