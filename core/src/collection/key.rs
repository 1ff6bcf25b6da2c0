//! JSON values as filters, orders and indexes compare them.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

pub use crate::value::Number;

/// A scalar in a normal form: two scalars are equal as values exactly when their keys are equal.
///
/// The order is the order of documents: null, false, true, numbers by value, strings by the bytes of
/// their UTF-8. Filters order within one type only: see [`Key::compare_same_type`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key<'v> {
    /// A stored null.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, whichever way it is written.
    Number(Number),
    /// A string.
    Text(Cow<'v, str>),
}

impl<'v> Key<'v> {
    /// The key of a scalar, `None` for an array or an object. Borrows the text.
    #[must_use]
    pub fn of(value: &'v Value) -> Option<Self> {
        match value {
            Value::Null => Some(Key::Null),
            Value::Bool(flag) => Some(Key::Bool(*flag)),
            Value::Number(number) => Some(Key::Number(Number::of(number))),
            Value::String(text) => Some(Key::Text(Cow::Borrowed(text))),
            Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The key without the value that it came from.
    #[must_use]
    pub fn into_owned(self) -> Key<'static> {
        match self {
            Key::Null => Key::Null,
            Key::Bool(flag) => Key::Bool(flag),
            Key::Number(number) => Key::Number(number),
            Key::Text(text) => Key::Text(Cow::Owned(text.into_owned())),
        }
    }

    /// How two numbers or two strings are ordered; `None` for all else, which filters do not order.
    #[must_use]
    pub fn compare_same_type(&self, other: &Key<'_>) -> Option<Ordering> {
        match (self, other) {
            (Key::Number(a), Key::Number(b)) => Some(a.cmp(b)),
            (Key::Text(a), Key::Text(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_is_one_however_it_is_written() {
        let one: HashSet<_> =
            [json!(1), json!(1.0), json!(1e0)].iter().map(|v| Key::of(v).unwrap().into_owned()).collect();
        assert_eq!(one.len(), 1);
        assert_eq!(Key::of(&json!(0)), Key::of(&json!(-0.0)));
        assert_eq!(Key::of(&json!(1e19)), Key::of(&json!(10_000_000_000_000_000_000_u64)));
        assert_eq!(Key::of(&json!([1])), None);
    }

    #[test]
    fn integers_and_floats_are_ordered_exactly() {
        let ascending = [
            json!(-1e300),
            json!(i64::MIN),
            json!(-1.5),
            json!(-1),
            json!(-0.5),
            json!(0),
            json!(5e-324),
            json!(0.5),
            json!(1),
            json!((1_u64 << 53) - 1),
            json!(9_007_199_254_740_992.0),
            json!((1_u64 << 53) + 1),
            json!(i64::MAX),
            json!(9_223_372_036_854_775_808.0),
            json!(u64::MAX),
            json!(18_446_744_073_709_551_616.0),
            json!(1e300),
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                let (a, b) = (Key::of(a).unwrap(), Key::of(b).unwrap());
                assert_eq!(a.cmp(&b), i.cmp(&j), "{a:?} {b:?}");
                assert_eq!(a.compare_same_type(&b), Some(i.cmp(&j)));
            }
        }
        for value in &ascending {
            let Some(Key::Number(number)) = Key::of(value) else { panic!("{value} is a number") };
            assert_eq!(Key::of(&number.to_value()), Key::of(value));
        }
    }
}
