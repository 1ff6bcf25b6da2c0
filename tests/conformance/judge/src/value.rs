//! JSON as text. The judge must not bend what it judges, so it never turns a number into a float:
//! it looks at one level of a text at a time and keeps the rest as written.

use std::borrow::Cow;
use std::fmt;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// One level of a JSON text.
pub enum View<'a> {
    Null,
    Bool(bool),
    /// The number as it is written.
    Number(&'a str),
    Text(String),
    Array(Vec<&'a RawValue>),
    Object(Members<'a>),
}

/// The members of an object in the order they are written.
#[derive(Default)]
pub struct Members<'a>(pub Vec<(String, &'a RawValue)>);

impl<'a> Members<'a> {
    pub fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    /// The only member, if its name starts with a dollar sign: a tag or a matcher.
    pub fn tag(&self) -> Option<(&str, &'a RawValue)> {
        match self.0.as_slice() {
            [(name, value)] if name.starts_with('$') => Some((name, value)),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    members.push(entry);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(InOrder).map(Members)
    }
}

/// Looks at the outermost level of a text.
///
/// # Errors
/// A string that is no Unicode text (half of a surrogate pair): the only fault that a raw value can have.
pub fn view(raw: &RawValue) -> Result<View<'_>> {
    let text = raw.get();
    let view = match text.as_bytes()[0] {
        b'n' => View::Null,
        b't' => View::Bool(true),
        b'f' => View::Bool(false),
        b'"' => View::Text(serde_json::from_str(text).with_context(|| short(text).into_owned())?),
        b'[' => View::Array(serde_json::from_str(text).with_context(|| short(text).into_owned())?),
        b'{' => View::Object(serde_json::from_str(text).with_context(|| short(text).into_owned())?),
        _ => View::Number(text),
    };
    Ok(view)
}

/// A JSON text as a raw value.
///
/// # Errors
/// It is not JSON.
pub fn raw(text: impl Into<String>) -> Result<Box<RawValue>> {
    let text = text.into();
    RawValue::from_string(text.clone()).with_context(|| format!("not JSON: {}", short(&text)))
}

/// A string as JSON text.
pub fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Text for a message: at most some 200 characters of it.
pub fn short(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(200) {
        Some((end, _)) => Cow::from(format!("{}… ({} bytes)", &text[..end], text.len())),
        None => Cow::from(text),
    }
}

/// Whether two numbers are the same number, however they are written: 1, 1.0 and 10e-1 are; two long
/// integers that a float could not tell apart are not.
pub fn same_number(a: &str, b: &str) -> bool {
    match (decimal(a), decimal(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// Sign, significant digits without zeros at either end, power of ten of the last digit.
fn decimal(text: &str) -> Option<(bool, String, i64)> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    let dropped = digits.len() - significant.len();
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Some((false, String::new(), 0));
    }
    let power = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?.checked_add(i64::try_from(dropped).ok()?)?;
    Some((negative, significant.to_string(), power))
}

/// The value at a JSON pointer (`""` is the whole, `/0/id` a member of the first element).
///
/// # Errors
/// There is no such place.
pub fn at_pointer<'a>(root: &'a RawValue, pointer: &str) -> Result<&'a RawValue> {
    let mut here = root;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let next = match view(here)? {
            View::Array(items) => part.parse().ok().and_then(|index: usize| items.get(index).copied()),
            View::Object(members) => members.get(&part),
            _ => None,
        };
        here = next.with_context(|| format!("there is nothing at {pointer} in {}", short(root.get())))?;
    }
    if !pointer.is_empty() && !pointer.starts_with('/') {
        bail!("a pointer begins with a slash: {pointer}");
    }
    Ok(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_exactly() {
        for (a, b) in [("1", "1.0"), ("100", "1e2"), ("0.10", "0.1"), ("-0", "0"), ("10e-1", "1"), ("0e9", "0.0")] {
            assert!(same_number(a, b), "{a} {b}");
        }
        let long = "9007199254740993";
        for (a, b) in [("1", "-1"), (long, "9007199254740992"), ("1", "10"), ("0.1", "0.01"), ("1e1", "1e2")] {
            assert!(!same_number(a, b), "{a} {b}");
        }
    }

    #[test]
    fn a_pointer_leads_to_its_place() {
        let root = raw(r#"[{"id":7,"a/b":[1.50]}]"#).unwrap();
        assert_eq!(at_pointer(&root, "").unwrap().get(), root.get());
        assert_eq!(at_pointer(&root, "/0/id").unwrap().get(), "7");
        assert_eq!(at_pointer(&root, "/0/a~1b/0").unwrap().get(), "1.50");
        assert!(at_pointer(&root, "/1").is_err());
        assert!(at_pointer(&root, "0").is_err());
    }

    #[test]
    fn half_a_surrogate_pair_is_reported_not_bent() {
        assert!(view(&raw(r#""\ud800""#).unwrap()).is_err());
    }
}
