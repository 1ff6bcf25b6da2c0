//! Dotted paths into a JSON body.

use std::fmt;

use serde_json::Value;

use crate::error::{Error, Result};

/// The longest path, in bytes of UTF-8.
pub const MAX_PATH_BYTES: usize = 1_024;
/// How many segments a path has at most.
pub const MAX_PATH_SEGMENTS: usize = 32;
/// The path of a body that is no object.
pub(crate) const VALUE: &str = "value";
/// In front of a text it makes the whole a path, whatever the rest looks like.
const ROOT: &str = "$.";

/// A place in a JSON body: the keys that lead to it, with dots between.
///
/// ```text
/// author.name     the member "name" of the member "author"
/// tags.0          the first element of the array "tags" (of an object: its member "0")
/// a\.b            the member "a.b"; a backslash is written \\
/// $.and           the member "and", where the bare word would be an operator
/// value           a body that is no object: a string, a number, an array
/// value.0         the first element of a body that is an array
/// ```
///
/// A body that is no object is read as if it were `{"value": body}`. A path has 1 to
/// [`MAX_PATH_BYTES`] bytes and at most [`MAX_PATH_SEGMENTS`] segments, none of them empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    segments: Vec<String>,
    text: String,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for an empty path or segment, or a backslash before anything but a dot or a
    /// backslash; LIMIT for a path that is too long or has too many segments.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_PATH_BYTES {
            let found = text.len();
            return Err(Error::limit(format!("a path has at most {MAX_PATH_BYTES} bytes, this one has {found}")));
        }
        let keys = text.strip_prefix(ROOT).unwrap_or(text);
        if keys.is_empty() {
            return Err(Error::invalid("the path is empty: name a field, or \"value\" for a body that is no object"));
        }
        let segments = split(keys, text)?;
        if segments.len() > MAX_PATH_SEGMENTS {
            let found = segments.len();
            return Err(Error::limit(format!("a path has at most {MAX_PATH_SEGMENTS} segments, this one has {found}")));
        }
        // Without the prefix, a first key "$" would be taken for it.
        let text = if keys.starts_with(ROOT) { text } else { keys };
        Ok(Path { text: text.to_owned(), segments })
    }

    /// The path as text, the same for all ways to write it: with the prefix `$.` only where the rest
    /// would not be read as the same path without it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The keys, without escapes; at least one.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// What stands at the path, `None` if nothing does.
    #[must_use]
    pub fn get<'v>(&self, body: &'v Value) -> Option<&'v Value> {
        let mut segments = self.segments.iter();
        if !body.is_object() && segments.next()? != VALUE {
            return None;
        }
        segments.try_fold(body, |at, segment| match at {
            Value::Object(members) => members.get(segment),
            Value::Array(items) => items.get(index(segment)?),
            _ => None,
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An index has one spelling only: no sign, no leading zero.
fn index(segment: &str) -> Option<usize> {
    let plain = segment == "0" || segment.starts_with(|c: char| matches!(c, '1'..='9'));
    if plain { segment.parse().ok() } else { None }
}

/// `whole` is what the caller gave, for the message.
fn split(keys: &str, whole: &str) -> Result<Vec<String>> {
    let mut segments = Vec::new();
    let mut segment = String::new();
    let mut chars = keys.chars();
    loop {
        match chars.next() {
            Some('\\') => match chars.next() {
                Some(escaped @ ('.' | '\\')) => segment.push(escaped),
                _ => {
                    let rule = r"a backslash stands before a dot or a backslash: write \\ for one of a key";
                    return Err(Error::invalid(format!("the path {whole:?}: {rule}")));
                }
            },
            end @ (Some('.') | None) => {
                if segment.is_empty() {
                    let rule = r"a segment is empty: mend the dots, and write \. for a dot of a key";
                    return Err(Error::invalid(format!("the path {whole:?}: {rule}")));
                }
                segments.push(std::mem::take(&mut segment));
                if end.is_none() {
                    return Ok(segments);
                }
            }
            Some(plain) => segment.push(plain),
        }
    }
}

/// Writes a key as a segment of a path.
pub(crate) fn push_escaped(path: &mut String, key: &str) {
    for c in key.chars() {
        if matches!(c, '.' | '\\') {
            path.push('\\');
        }
        path.push(c);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::ErrorKind;

    fn at(path: &str, body: &Value) -> Option<Value> {
        Path::parse(path).unwrap().get(body).cloned()
    }

    #[test]
    fn leads_through_objects_and_arrays() {
        let body = json!({"author": {"name": "Ada"}, "tags": ["x", ["y"]], "map": {"0": 1, "01": 2}});
        assert_eq!(at("author.name", &body), Some(json!("Ada")));
        assert_eq!(at("$.author.name", &body), Some(json!("Ada")));
        assert_eq!(at("tags.0", &body), Some(json!("x")));
        assert_eq!(at("tags.1.0", &body), Some(json!("y")));
        assert_eq!(at("map.0", &body), Some(json!(1)));
        assert_eq!(at("map.01", &body), Some(json!(2)));
        for missing in
            ["author.born", "author.name.first", "tags.2", "tags.00", "tags.-1", "tags.+1", "tags.x", "value"]
        {
            assert_eq!(at(missing, &body), None, "{missing}");
        }
        assert_eq!(at("tags.99999999999999999999999", &body), None);
    }

    #[test]
    fn a_body_that_is_no_object_is_called_value() {
        assert_eq!(at("value", &json!("text")), Some(json!("text")));
        assert_eq!(at("value", &json!(null)), Some(json!(null)));
        assert_eq!(at("value.1", &json!([1, 2])), Some(json!(2)));
        assert_eq!(at("1", &json!([1, 2])), None);
        assert_eq!(at("other", &json!("text")), None);
        assert_eq!(at("value", &json!({"value": "text"})), Some(json!("text")));
    }

    #[test]
    fn a_backslash_makes_a_dot_part_of_a_key() {
        let body = json!({"a.b": {"c\\": 1}, "$": {"and": 2}, "and": 3});
        assert_eq!(at(r"a\.b.c\\", &body), Some(json!(1)));
        assert_eq!(at("$.$.and", &body), Some(json!(2)));
        assert_eq!(at("$.and", &body), Some(json!(3)));
        assert_eq!(at("$", &body), Some(json!({"and": 2})));
    }

    #[test]
    fn the_text_is_canonical_and_parses_to_the_same_path() {
        for (given, text) in [
            ("$.a.b", "a.b"),
            ("a.b", "a.b"),
            ("$.$.a", "$.$.a"),
            ("$.$", "$"),
            (r"a\.b\\", r"a\.b\\"),
            ("$.and", "and"),
        ] {
            let path = Path::parse(given).unwrap();
            assert_eq!(path.text(), text);
            assert_eq!(Path::parse(path.text()).unwrap(), path);
        }
        let mut escaped = String::new();
        push_escaped(&mut escaped, r"a.\b");
        assert_eq!(Path::parse(&escaped).unwrap().segments(), [r"a.\b"]);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for wrong in ["", "$.", ".", "a.", ".a", "a..b", "$..a", r"a\b", r"a\"] {
            assert_eq!(Path::parse(wrong).unwrap_err().kind(), ErrorKind::InvalidArgument, "{wrong}");
        }
        assert!(Path::parse(&"k".repeat(MAX_PATH_BYTES)).is_ok());
        assert_eq!(Path::parse(&"k".repeat(MAX_PATH_BYTES + 1)).unwrap_err().kind(), ErrorKind::Limit);
        assert!(Path::parse(&vec!["k"; MAX_PATH_SEGMENTS].join(".")).is_ok());
        let long = vec!["k"; MAX_PATH_SEGMENTS + 1].join(".");
        assert_eq!(Path::parse(&long).unwrap_err().kind(), ErrorKind::Limit);
    }
}
