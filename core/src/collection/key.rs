//! JSON values as filters, orders and indexes compare them.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

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

/// A JSON number by its value: 1, 1.0 and 1e0 are one number, 0 and -0.0 too.
///
/// The order is exact, also between an integer beyond 2^53 and a float, or it would not be transitive.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    /// A whole number from -2^63 to 2^64 - 1.
    Integer(i128),
    /// Any other number: with a fraction, or beyond that range. Never NaN or infinite.
    Float(f64),
}

impl Number {
    /// The number that a JSON number stands for. Integers beyond 64 bits are floats, as JSON readers
    /// have them.
    #[must_use]
    pub fn of(number: &serde_json::Number) -> Self {
        if let Some(integer) = number.as_i64() {
            return Number::Integer(integer.into());
        }
        if let Some(integer) = number.as_u64() {
            return Number::Integer(integer.into());
        }
        // Always there: serde_json keeps numbers as i64, u64 or f64.
        Number::of_f64(number.as_f64().unwrap_or_default())
    }

    fn of_f64(float: f64) -> Self {
        const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;
        if float.fract() == 0.0 && (-TWO_POW_63..2.0 * TWO_POW_63).contains(&float) {
            Number::Integer(floor(float))
        } else {
            Number::Float(float)
        }
    }

    /// The number as JSON.
    #[must_use]
    pub fn to_value(self) -> Value {
        match self {
            Number::Integer(integer) => match i64::try_from(integer) {
                Ok(signed) => signed.into(),
                Err(_) => u64::try_from(integer).unwrap_or_default().into(),
            },
            Number::Float(float) => float.into(),
        }
    }
}

/// Saturates at the ends of i128, far beyond any [`Number::Integer`].
#[expect(clippy::cast_possible_truncation)] // the fraction is gone, and what saturates still compares right
fn floor(float: f64) -> i128 {
    float.floor() as i128
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        // A float in the range of the integers has a fraction, so it equals none of them.
        match (self, other) {
            (Number::Integer(a), Number::Integer(b)) => a.cmp(b),
            (Number::Float(a), Number::Float(b)) => a.total_cmp(b),
            (Number::Integer(a), Number::Float(b)) if *a <= floor(*b) => Ordering::Less,
            (Number::Integer(_), Number::Float(_)) => Ordering::Greater,
            (Number::Float(_), Number::Integer(_)) => other.cmp(self).reverse(),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl std::hash::Hash for Number {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self {
            Number::Integer(integer) => integer.hash(state),
            Number::Float(float) => float.to_bits().hash(state),
        }
    }
}

/// Equality by value, through arrays (in order) and objects (in any order). Recurses as deep as the
/// shallower of both nests.
#[must_use]
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => Key::of(a).is_some_and(|a| Some(a) == Key::of(b)),
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
            assert!(equal(&number.to_value(), value));
        }
    }

    #[test]
    fn arrays_and_objects_are_equal_by_what_they_hold() {
        assert!(equal(&json!({"a": [1, {"b": null}], "c": "x"}), &json!({"c": "x", "a": [1.0, {"b": null}]})));
        assert!(!equal(&json!([1, 2]), &json!([2, 1])));
        assert!(!equal(&json!([1]), &json!([1, 1])));
        assert!(!equal(&json!({"a": 1}), &json!({"b": 1})));
        assert!(!equal(&json!([]), &json!({})));
        assert!(!equal(&json!([]), &json!(null)));
        assert!(!equal(&json!("1"), &json!(1)));
    }
}
