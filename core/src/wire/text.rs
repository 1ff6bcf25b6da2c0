//! JSON texts, put together from parts that are JSON already.

use std::fmt::Write;

use crate::value::Json;

/// A JSON array of texts that are JSON themselves.
#[must_use]
pub fn array<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> String {
    let mut text = String::from("[");
    for value in values {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(value.as_ref());
    }
    text.push(']');
    text
}

/// Any text as a JSON string.
#[must_use]
pub fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A JSON array of strings.
#[must_use]
pub fn strings<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    array(texts.into_iter().map(|text| string(text.as_ref())))
}

/// A JSON object of keys and values.
#[must_use]
pub fn object<'a>(members: impl IntoIterator<Item = (&'a str, Json)>) -> String {
    let mut text = String::from("{");
    for (key, value) in members {
        if text.len() > 1 {
            text.push(',');
        }
        // Writing to a String does not fail.
        let _ = write!(text, "{}:{value}", string(key));
    }
    text.push('}');
    text
}
