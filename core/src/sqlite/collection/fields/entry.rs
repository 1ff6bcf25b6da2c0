//! What an index holds of a value: bytes whose order is the order of the values.
//!
//! A document has one row in each index, which tells what stands at its path, "nothing" included, so that every
//! condition and every order can be read off. If that is an array, a row for each distinct scalar in it follows:
//!
//! ```text
//! 01 missing    02 null    03 false    04 true    05 number    06 string    07 array    08 object
//! 12 to 16      an element, as its value has it, with 10 (hexadecimal) added
//! 1f            in place of the elements of an array that has too many
//! ```
//!
//! A number is the largest double that is not above it, big-endian, its bits turned so that they are ordered (the
//! sign bit inverted, all bits of a negative), and what an integer has more than that double in two bytes; zeros at
//! the end are left out. So integers of 64 bits and floats are ordered exactly. A string is its UTF-8; of a long one
//! only the beginning is kept.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::collection::key::{Key, Number};
use crate::collection::order::SortKey;

pub(super) const MISSING: u8 = 1;
pub(super) const NULL: u8 = 2;
const FALSE: u8 = 3;
const TRUE: u8 = 4;
pub(super) const NUMBER: u8 = 5;
pub(super) const TEXT: u8 = 6;
pub(super) const ARRAY: u8 = 7;
pub(super) const OBJECT: u8 = 8;
/// All types of what stands at a path are below.
pub(super) const END: u8 = 9;
/// What is added to the type of an element.
const ELEMENT: u8 = 0x10;
/// The row that stands for the elements of an array with more than [`MAX_ELEMENTS`].
pub(super) const MANY: &[u8] = &[0x1f];
/// How many distinct elements of an array are indexed.
const MAX_ELEMENTS: usize = 1_000;
/// How many bytes of a string are indexed. One byte more is kept of a longer one, which tells it from those that
/// are whole.
const MAX_TEXT: usize = 256;
/// How long the entry of a string is of which only the beginning is kept.
pub(super) const CUT: usize = 1 + MAX_TEXT + 1;

/// The entry of a scalar.
pub(super) fn scalar(key: &Key<'_>) -> Vec<u8> {
    match key {
        Key::Null => vec![NULL],
        Key::Bool(false) => vec![FALSE],
        Key::Bool(true) => vec![TRUE],
        Key::Number(value) => number(*value),
        Key::Text(text) => std::iter::once(TEXT).chain(text.bytes()).take(CUT).collect(),
    }
}

/// The entry of a scalar as an element of an array.
pub(super) fn element(key: &Key<'_>) -> Vec<u8> {
    let mut entry = scalar(key);
    if let Some(kind) = entry.first_mut() {
        *kind += ELEMENT;
    }
    entry
}

/// The entry of what stands at a path, by its place in an order.
pub(super) fn place(key: &SortKey<'_>) -> Vec<u8> {
    match key {
        SortKey::Missing => vec![MISSING],
        SortKey::Scalar(key) => scalar(key),
        SortKey::Array => vec![ARRAY],
        SortKey::Object => vec![OBJECT],
    }
}

/// Whether only the beginning of a string is kept, so that several strings may have the entry.
pub(super) fn is_cut(entry: &[u8]) -> bool {
    entry.len() >= CUT && entry.first().is_some_and(|kind| kind & !ELEMENT == TEXT)
}

/// All entries of what stands at the path of an index: its own, and those of its elements, ascending, each once.
pub(super) fn entries(found: Option<&Value>) -> Vec<Vec<u8>> {
    let mut entries = vec![place(&SortKey::of(found))];
    if let Some(Value::Array(items)) = found {
        let mut elements = BTreeSet::new();
        for key in items.iter().filter_map(Key::of) {
            elements.insert(element(&key));
            if elements.len() > MAX_ELEMENTS {
                elements = BTreeSet::from([MANY.to_vec()]);
                break;
            }
        }
        entries.extend(elements);
    }
    entries
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // the loss is made good, i128 holds all
fn number(value: Number) -> Vec<u8> {
    const SIGN: u64 = 1 << 63;
    let (float, rest) = match value {
        Number::Float(float) => (float, 0),
        Number::Integer(integer) => {
            let near = integer as f64;
            let below = if near as i128 > integer { near.next_down() } else { near };
            (below, u16::try_from(integer - below as i128).unwrap_or(u16::MAX))
        }
    };
    let bits = float.to_bits();
    let ordered = if bits & SIGN == 0 { bits | SIGN } else { !bits };
    let mut entry = vec![NUMBER];
    entry.extend(ordered.to_be_bytes());
    entry.extend(rest.to_be_bytes());
    while entry.len() > 1 && entry.last() == Some(&0) {
        entry.pop();
    }
    entry
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::collection::filter::tests::body;

    fn of(value: &Value) -> Vec<u8> {
        place(&SortKey::of(Some(value)))
    }

    #[test]
    fn entries_of_common_values_are_short() {
        for (value, bytes) in [(json!(null), 1), (json!(true), 1), (json!(0), 2), (json!(2024), 4), (json!("noun"), 5)]
        {
            assert_eq!(of(&value).len(), bytes, "{value}");
        }
        assert!(of(&json!(0.1)).len() <= 9);
        assert!(of(&json!(u64::MAX)).len() <= 11);
    }

    #[test]
    fn a_long_string_is_cut_and_marked() {
        let whole = of(&json!("é".repeat(128)));
        let longer = of(&json!("é".repeat(128) + "a"));
        let longest = of(&json!("é".repeat(5_000)));
        assert!(!is_cut(&whole));
        assert!(is_cut(&longer) && is_cut(&longest) && longest.len() == CUT);
        assert!(whole < longer && longer < longest);
        assert!(is_cut(&element(&Key::of(&json!("x".repeat(257))).unwrap())));
        assert!(!is_cut(&of(&json!([]))));
    }

    #[test]
    fn an_array_has_a_row_for_each_distinct_scalar() {
        let tags = json!(["b", "a", "b", 1, 1.0, [2], null]);
        let entries_of_tags = entries(Some(&tags));
        assert_eq!(entries_of_tags.len(), 5);
        assert_eq!(entries_of_tags[0], [ARRAY]);
        assert!(entries_of_tags.is_sorted());
        assert_eq!(entries(None), [[MISSING]]);
        assert_eq!(entries(Some(&json!([[1]]))), [[ARRAY]]);
        let many: Value = (0..=MAX_ELEMENTS).collect();
        assert_eq!(entries(Some(&many)), [vec![ARRAY], MANY.to_vec()]);
    }

    proptest! {
        #[test]
        fn the_bytes_are_ordered_as_the_values(a in body(), b in body(), x in any::<i64>(), y in any::<f64>(), d in -3..4_i64) {
            let near = json!(x.saturating_add(d));
            let float = if y.is_finite() { json!(y) } else { json!(0.5) };
            #[expect(clippy::cast_precision_loss)]
            let rounded = json!(x as f64);
            let values = [a, b, json!(x), near, float, rounded, json!(x.unsigned_abs().saturating_mul(2))];
            for a in &values {
                for b in &values {
                    let expected = SortKey::of(Some(a)).cmp(&SortKey::of(Some(b)));
                    prop_assert_eq!(of(a).cmp(&of(b)), expected, "{} {}", a, b);
                }
            }
        }
    }
}
