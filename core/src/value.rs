//! What is stored and what it is called: JSON text, names, keys, time-to-live; each checked once.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::error::{Error, ErrorKind, Result};

/// The longest name of a structure, in bytes of UTF-8.
pub const MAX_NAME_BYTES: usize = 255;
/// The longest key of a dict or a blob store, in bytes of UTF-8.
pub const MAX_KEY_BYTES: usize = 4_096;
/// The longest JSON value, in bytes: 64 MiB.
pub const MAX_JSON_BYTES: usize = 64 << 20;
/// How deep arrays and objects may nest in a JSON value.
pub const MAX_JSON_DEPTH: usize = 128;

/// How many levels a text of arguments may have around the values in it.
const ENVELOPE_DEPTH: usize = 8;
/// The longest time to live, in seconds: a hundred years.
pub const MAX_TTL_SECONDS: f64 = 100.0 * 366.0 * 86_400.0;
/// How many items one call may carry: `set_many`, `get_many`, `put_many`, a batch.
pub const MAX_ITEMS: usize = 100_000;

/// A valid JSON text, kept exactly as it was written: numbers, key order and white space included.
///
/// ```
/// use beaver_core::Json;
/// let json = Json::parse(r#"{"pi": 3.10}"#)?;
/// assert_eq!(json.as_str(), r#"{"pi": 3.10}"#);
/// assert_eq!(Json::from(serde_json::json!([1, 2])).to::<Vec<u8>>()?, [1, 2]);
/// # Ok::<(), beaver_core::Error>(())
/// ```
#[derive(PartialEq, Eq, Hash)]
pub struct Json(String);

impl Clone for Json {
    /// With room for the NUL that C wants behind it, as in `with_room`.
    fn clone(&self) -> Self {
        Json::with_room(&self.0)
    }
}

impl Json {
    /// Takes a JSON text.
    ///
    /// # Errors
    /// INVALID_JSON, with the byte offset, if it is not one JSON value or holds a lone surrogate;
    /// LIMIT if it is longer than [`MAX_JSON_BYTES`] or nested deeper than [`MAX_JSON_DEPTH`].
    pub fn parse(text: &str) -> Result<Self> {
        check_json(text)?;
        Ok(Json(text.into()))
    }

    /// Takes a JSON text as bytes.
    ///
    /// # Errors
    /// INVALID_UTF8 with the byte offset, and what [`Json::parse`] reports.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self> {
        Self::parse(utf8("the JSON value", bytes)?)
    }

    /// Takes a JSON text as bytes that is no value itself but holds values, each of which may nest as deep as one may:
    /// the arguments of a call.
    ///
    /// # Errors
    /// As [`Json::parse_bytes`], with room for the levels around the values.
    pub fn parse_envelope(bytes: &[u8]) -> Result<Self> {
        let text = utf8("the JSON value", bytes)?;
        check_limits_to(text, MAX_JSON_DEPTH + ENVELOPE_DEPTH)?;
        check_syntax(text)?;
        Ok(Json(text.into()))
    }

    /// Writes any serialisable value as JSON.
    ///
    /// # Errors
    /// TYPE_MISMATCH if the value has no JSON form; LIMIT as for [`Json::parse`].
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let text = serde_json::to_string(value)
            .map_err(|e| Error::new(ErrorKind::TypeMismatch, format!("the value has no JSON form: {e}")))?;
        check_limits(&text)?;
        Ok(Json(text))
    }

    /// Reads the value as a type of yours.
    ///
    /// # Errors
    /// TYPE_MISMATCH if it does not fit the type.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.0)
            .map_err(|e| Error::new(ErrorKind::TypeMismatch, format!("the stored value does not fit the type: {e}")))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are the same value: key order and white space do not matter, and 1 equals 1.0.
    #[must_use]
    pub fn same_value(&self, other: &Json) -> bool {
        json_equal(&self.0, &other.0)
    }

    /// A text that comes from the file, where only valid JSON is written.
    pub(crate) fn trusted(text: impl Into<String>) -> Self {
        Json(text.into())
    }

    /// As [`Json::trusted`], with room for the NUL that C wants behind a text: it goes out as it is.
    pub(crate) fn with_room(text: &str) -> Self {
        let mut owned = String::with_capacity(text.len() + 1);
        owned.push_str(text);
        Json(owned)
    }
}

impl From<Json> for String {
    fn from(json: Json) -> Self {
        json.0
    }
}

impl From<serde_json::Value> for Json {
    /// Never fails; a value that is over the limits is refused when it is stored.
    fn from(value: serde_json::Value) -> Self {
        Json(value.to_string())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({})", self.0)
    }
}

/// Bytes as text.
///
/// # Errors
/// INVALID_UTF8, naming `what` and the byte offset.
pub fn utf8<'a>(what: &str, bytes: &'a [u8]) -> Result<&'a str> {
    std::str::from_utf8(bytes).map_err(|e| {
        let offset = e.valid_up_to();
        Error::new(ErrorKind::InvalidUtf8, format!("{what} is not UTF-8 from byte {offset} on")).at_offset(offset)
    })
}

pub(crate) fn check_json(text: &str) -> Result<()> {
    check_limits(text)?;
    check_syntax(text)
}

fn check_syntax(text: &str) -> Result<()> {
    if let Err(e) = serde_json::from_str::<IgnoredAny>(text) {
        let offset = if e.is_eof() { text.len() } else { offset_of(text, e.line(), e.column()) };
        let reason = e.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default();
        return Err(
            Error::new(ErrorKind::InvalidJson, format!("not JSON at byte {offset}: {reason}")).at_offset(offset)
        );
    }
    if let Some(offset) = lone_surrogate(text) {
        let message = format!("not JSON at byte {offset}: half of a surrogate pair is no character");
        return Err(Error::new(ErrorKind::InvalidJson, message).at_offset(offset));
    }
    Ok(())
}

/// Size and depth; must run before anything that walks the value.
pub(crate) fn check_limits(text: &str) -> Result<()> {
    check_limits_to(text, MAX_JSON_DEPTH)
}

fn check_limits_to(text: &str, levels: usize) -> Result<()> {
    if text.len() > MAX_JSON_BYTES {
        let found = text.len();
        return Err(Error::limit(format!("a JSON value has at most {MAX_JSON_BYTES} bytes, this one has {found}")));
    }
    // Each level takes an opening and a closing byte.
    if text.len() > 2 * levels && depth(text) > levels {
        return Err(Error::limit(format!("a JSON value nests at most {MAX_JSON_DEPTH} levels deep")));
    }
    Ok(())
}

fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0usize, 0usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// serde_json counts lines from 1 and columns in bytes from 1; a column of 0 is the end of the line before.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (start + column.saturating_sub(1)).min(text.len())
}

/// Where a `\ud800` … `\udfff` escape stands alone in a valid JSON text. serde_json skips over strings
/// without looking at such pairs, but no language could give the value back.
fn lone_surrogate(text: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), b"\\u")?;
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut high: Option<usize> = None;
    while let Some(step) = memchr::memchr(b'\\', bytes.get(at..)?) {
        let here = at + step;
        let unit = bytes
            .get(here + 1)
            .filter(|b| **b == b'u')
            .and_then(|_| text.get(here + 2..here + 6))
            .and_then(|hex| u16::from_str_radix(hex, 16).ok());
        match (high.take(), unit) {
            (Some(first), Some(0xDC00..=0xDFFF)) if first + 6 == here => {}
            (Some(first), _) => return Some(first),
            (None, Some(0xDC00..=0xDFFF)) => return Some(here),
            (None, Some(0xD800..=0xDBFF)) => high = Some(here),
            (None, _) => {}
        }
        at = here + if unit.is_some() { 6 } else { 2 };
    }
    high
}

/// Equality of two JSON texts by value.
pub(crate) fn json_equal(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    match (serde_json::from_str(a), serde_json::from_str(b)) {
        (Ok(a), Ok(b)) => value_equal(&a, &b),
        // A number beyond any float: only the very same text is the same.
        _ => false,
    }
}

/// Equality by value, through arrays (in order) and objects (in any order). Recurses as deep as the shallower of
/// both nests.
#[must_use]
pub fn value_equal(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Object};
    match (a, b) {
        (serde_json::Value::Number(a), serde_json::Value::Number(b)) => Number::of(a) == Number::of(b),
        (Array(a), Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| value_equal(a, b)),
        (Object(a), Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| value_equal(a, b)))
        }
        _ => a == b,
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
    pub fn to_value(self) -> serde_json::Value {
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

/// Checks the name of a structure.
pub(crate) fn check_name(name: &str) -> Result<Arc<str>> {
    if name.is_empty() {
        return Err(Error::invalid("the name is empty: give 1 to 255 bytes"));
    }
    if name.len() > MAX_NAME_BYTES {
        return Err(Error::limit(format!("a name has at most {MAX_NAME_BYTES} bytes, this one has {}", name.len())));
    }
    if name.starts_with("__") {
        return Err(Error::invalid("names that begin with two underscores are internal: choose another"));
    }
    if name.contains('\0') {
        return Err(Error::invalid("the name holds a NUL character"));
    }
    Ok(name.into())
}

/// Checks the key of a dict or a blob store.
pub(crate) fn check_key(key: &str) -> Result<()> {
    if key.len() > MAX_KEY_BYTES {
        return Err(Error::limit(format!("a key has at most {MAX_KEY_BYTES} bytes, this one has {}", key.len())));
    }
    if key.contains('\0') {
        return Err(Error::invalid("the key holds a NUL character"));
    }
    Ok(())
}

/// Checks how many items one call carries.
pub(crate) fn check_count(what: &str, count: usize) -> Result<()> {
    if count > MAX_ITEMS {
        return Err(Error::limit(format!("{what} takes at most {MAX_ITEMS} items at a time, got {count}")));
    }
    Ok(())
}

/// Checks a time to live or a lease.
pub(crate) fn check_ttl(what: &str, ttl: Duration) -> Result<Duration> {
    if ttl < Duration::from_micros(1) {
        return Err(Error::invalid(format!("{what} is zero: give more than zero seconds, or none at all")));
    }
    if ttl.as_secs_f64() > MAX_TTL_SECONDS {
        return Err(Error::limit(format!("{what} is longer than a hundred years")));
    }
    Ok(ttl)
}

/// A number of seconds as a time to live or a lease, for callers that have floats.
///
/// # Errors
/// INVALID_ARGUMENT, naming `what`, for zero, a negative number, a NaN or an infinity; LIMIT above
/// [`MAX_TTL_SECONDS`].
pub fn seconds(what: &str, seconds: f64) -> Result<Duration> {
    if !seconds.is_finite() || seconds <= 0.0 {
        return Err(Error::invalid(format!("{what} must be a finite number above zero")));
    }
    if seconds > MAX_TTL_SECONDS {
        return Err(Error::limit(format!("{what} is longer than a hundred years")));
    }
    check_ttl(what, Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arrays_and_objects_are_equal_by_what_they_hold() {
        assert!(value_equal(&json!({"a": [1, {"b": null}], "c": "x"}), &json!({"c": "x", "a": [1.0, {"b": null}]})));
        assert!(!value_equal(&json!([1, 2]), &json!([2, 1])));
        assert!(!value_equal(&json!([1]), &json!([1, 1])));
        assert!(!value_equal(&json!({"a": 1}), &json!({"b": 1})));
        assert!(!value_equal(&json!([]), &json!({})));
        assert!(!value_equal(&json!([]), &json!(null)));
    }

    #[test]
    fn numbers_are_equal_by_value_and_integers_exactly() {
        assert!(json_equal("[1]", "[1.0]"));
        assert!(json_equal("-0", "0.0"));
        assert!(json_equal("9007199254740992", "9007199254740992.0"));
        assert!(!json_equal("9007199254740993", "9007199254740992.0"));
        assert!(!json_equal("9007199254740993", "9007199254740992"));
        assert!(!json_equal("\"1\"", "1"));
        // Beyond any float: equal only as the same text.
        assert!(json_equal("1e999", "1e999"));
        assert!(!json_equal("1e999", "1e1000"));
    }
}
