//! A value that is looked for in many: equality by value, decided without parsing where that is possible.

use crate::value::{Json, json_equal};

pub(super) struct Needle<'n> {
    text: &'n str,
    kind: u8,
}

impl<'n> Needle<'n> {
    pub fn new(value: &'n Json) -> Self {
        let text = value.as_str().trim_ascii();
        Needle { text, kind: kind(text) }
    }

    pub fn matches(&self, other: &str) -> bool {
        let other = other.trim_ascii();
        if kind(other) != self.kind {
            return false;
        }
        if other == self.text {
            return true;
        }
        match self.kind {
            // Without escapes a string has one way to be written.
            b'"' => (self.text.contains('\\') || other.contains('\\')) && json_equal(self.text, other),
            b'0' | b'[' | b'{' => json_equal(self.text, other),
            // true, false, null
            _ => false,
        }
    }
}

/// What kind of value a JSON text is, from its first character.
fn kind(text: &str) -> u8 {
    match text.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') => b'0',
        Some(first) => *first,
        None => 0,
    }
}
