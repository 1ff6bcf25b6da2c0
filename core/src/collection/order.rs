//! The order of documents by fields of their bodies.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::key::Key;
use super::path::Path;
use crate::error::{Error, Result};

/// How many fields an order has at most.
pub const MAX_ORDER_FIELDS: usize = 16;

/// By which fields documents are ordered.
///
/// ```text
/// ["-year", "title"]    the newest first, those of one year by title
/// ["$.-x"]              ascending by a field that is called "-x"
/// ```
///
/// Ascending is: missing, null, false, true, numbers by value, strings by the bytes of their UTF-8,
/// arrays, objects; two arrays are equal here, and so are two objects. Descending is the reverse.
/// Documents that are equal in all fields are left to the caller, who orders them by their id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order(Vec<Field>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    path: Path,
    descending: bool,
}

impl Order {
    /// Reads the fields, the first the most significant; a minus in front makes one descending. No
    /// field is an order too: every document is equal.
    ///
    /// # Errors
    /// What [`Path::parse`] reports, with the field as [`Error::operation`]; LIMIT for more than
    /// [`MAX_ORDER_FIELDS`].
    pub fn parse(fields: &[&str]) -> Result<Self> {
        if fields.len() > MAX_ORDER_FIELDS {
            let found = fields.len();
            return Err(Error::limit(format!("an order has at most {MAX_ORDER_FIELDS} fields, this one has {found}")));
        }
        let field = |(at, text): (usize, &&str)| {
            let (descending, path) = text.strip_prefix('-').map_or((false, *text), |path| (true, path));
            Ok(Field { path: Path::parse(path).map_err(|e| e.at_operation(at))?, descending })
        };
        fields.iter().enumerate().map(field).collect::<Result<_>>().map(Order)
    }

    /// The fields, the most significant first, and whether each is descending.
    pub fn fields(&self) -> impl Iterator<Item = (&Path, bool)> {
        self.0.iter().map(|field| (&field.path, field.descending))
    }

    /// The order of documents that are equal in the first field.
    pub(crate) fn behind_first(&self) -> Order {
        Order(self.0.iter().skip(1).cloned().collect())
    }

    /// Which of two bodies comes first. A total order, up to equality of the fields.
    #[must_use]
    pub fn compare(&self, a: &Value, b: &Value) -> Ordering {
        let of = |field: &Field| {
            let ascending = SortKey::of(field.path.get(a)).cmp(&SortKey::of(field.path.get(b)));
            directed(field, ascending)
        };
        self.0.iter().map(of).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// What of a body decides about its place, a key for each field: take them once to sort many
    /// documents, or put them into a cursor.
    #[must_use]
    pub fn keys(&self, body: &Value) -> Vec<SortKey<'static>> {
        self.0.iter().map(|field| SortKey::of(field.path.get(body)).into_owned()).collect()
    }

    /// As [`Order::compare`], for what [`Order::keys`] gave.
    #[must_use]
    pub fn compare_keys(&self, a: &[SortKey<'_>], b: &[SortKey<'_>]) -> Ordering {
        let of = |(field, (a, b)): (&Field, (&SortKey<'_>, &SortKey<'_>))| directed(field, a.cmp(b));
        self.0.iter().zip(a.iter().zip(b)).map(of).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

fn directed(field: &Field, ascending: Ordering) -> Ordering {
    if field.descending { ascending.reverse() } else { ascending }
}

/// The place of a value in an ascending order.
///
/// As JSON, a scalar stands for itself; the others are `["missing"]`, `["array"]` and `["object"]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "Value", try_from = "Value")]
pub enum SortKey<'v> {
    /// The body has no such field.
    Missing,
    /// The field is a scalar.
    Scalar(Key<'v>),
    /// The field is an array.
    Array,
    /// The field is an object.
    Object,
}

impl<'v> SortKey<'v> {
    /// The place of what a path led to. Borrows the text.
    #[must_use]
    pub fn of(value: Option<&'v Value>) -> Self {
        match value {
            None => SortKey::Missing,
            Some(Value::Array(_)) => SortKey::Array,
            Some(Value::Object(_)) => SortKey::Object,
            Some(scalar) => Key::of(scalar).map_or(SortKey::Missing, SortKey::Scalar),
        }
    }

    /// The key without the body that it came from.
    #[must_use]
    pub fn into_owned(self) -> SortKey<'static> {
        match self {
            SortKey::Missing => SortKey::Missing,
            SortKey::Scalar(key) => SortKey::Scalar(key.into_owned()),
            SortKey::Array => SortKey::Array,
            SortKey::Object => SortKey::Object,
        }
    }
}

impl From<SortKey<'_>> for Value {
    fn from(key: SortKey<'_>) -> Value {
        match key {
            SortKey::Missing => json!(["missing"]),
            SortKey::Scalar(Key::Null) => Value::Null,
            SortKey::Scalar(Key::Bool(flag)) => flag.into(),
            SortKey::Scalar(Key::Number(number)) => number.to_value(),
            SortKey::Scalar(Key::Text(text)) => Value::String(text.into_owned()),
            SortKey::Array => json!(["array"]),
            SortKey::Object => json!(["object"]),
        }
    }
}

impl TryFrom<Value> for SortKey<'_> {
    type Error = Error;

    fn try_from(value: Value) -> Result<Self> {
        if let Some(key) = Key::of(&value) {
            return Ok(SortKey::Scalar(key.into_owned()));
        }
        let word = value.as_array().filter(|items| items.len() == 1).and_then(|items| items.first()?.as_str());
        match word {
            Some("missing") => Ok(SortKey::Missing),
            Some("array") => Ok(SortKey::Array),
            Some("object") => Ok(SortKey::Object),
            _ => Err(Error::invalid("the cursor holds what is no sort key: give one back as it was returned")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::collection::filter::tests::body;
    use crate::error::ErrorKind;

    #[test]
    fn the_types_follow_one_another() {
        let order = Order::parse(&["x"]).unwrap();
        let ascending = [
            json!({}),
            json!({"x": null}),
            json!({"x": false}),
            json!({"x": true}),
            json!({"x": -1}),
            json!({"x": 2.5}),
            json!({"x": ""}),
            json!({"x": "B"}),
            json!({"x": "a"}),
            json!({"x": "é"}),
            json!({"x": []}),
            json!({"x": {}}),
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(order.compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
        assert_eq!(order.compare(&json!({"x": [1]}), &json!({"x": [2]})), Ordering::Equal);
    }

    #[test]
    fn a_minus_turns_one_field_round() {
        let order = Order::parse(&["-year", "title"]).unwrap();
        let new = json!({"year": 2024, "title": "b"});
        let newer = json!({"year": 2025, "title": "c"});
        let first = json!({"year": 2024, "title": "a"});
        let mut sorted = [&new, &json!({"title": "z"}), &newer, &first];
        sorted.sort_by(|a, b| order.compare(a, b));
        assert_eq!(sorted, [&newer, &first, &new, &json!({"title": "z"})]);
        let odd = Order::parse(&["$.-x", "-$.-x"]).unwrap();
        assert_eq!(odd.fields().map(|(p, d)| (p.text(), d)).collect::<Vec<_>>(), [("-x", false), ("-x", true)]);
    }

    #[test]
    fn a_wrong_field_is_named_by_its_place() {
        let error = Order::parse(&["a", "-"]).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidArgument, Some(1)));
        assert_eq!(Order::parse(&["a"; MAX_ORDER_FIELDS + 1]).unwrap_err().kind(), ErrorKind::Limit);
        assert_eq!(Order::parse(&[]).unwrap().compare(&json!(1), &json!(2)), Ordering::Equal);
    }

    #[test]
    fn no_sort_key_is_made_of_other_json() {
        for wrong in [json!([]), json!(["other"]), json!(["array", 1]), json!([1]), json!({})] {
            assert!(serde_json::from_value::<SortKey<'static>>(wrong).is_err());
        }
    }

    proptest! {
        #[test]
        fn the_order_is_total_and_survives_a_cursor(
            bodies in proptest::collection::vec(body(), 3),
            fields in proptest::sample::subsequence(vec!["a", "-b", "a.b", "-value", "value.0"], 0..4),
        ) {
            let order = Order::parse(&fields).unwrap();
            let keys: Vec<_> = bodies.iter().map(|body| order.keys(body)).collect();
            let texts: Vec<_> = keys.iter().map(|keys| serde_json::to_string(keys).unwrap()).collect();
            let back: Vec<Vec<SortKey<'static>>> = texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
            prop_assert_eq!(&back, &keys);
            for (a, a_keys) in bodies.iter().zip(&keys) {
                prop_assert_eq!(order.compare(a, a), Ordering::Equal);
                for (b, b_keys) in bodies.iter().zip(&back) {
                    let ab = order.compare(a, b);
                    prop_assert_eq!(order.compare(b, a), ab.reverse());
                    prop_assert_eq!(order.compare_keys(a_keys, b_keys), ab);
                    for c in &bodies {
                        let bc = order.compare(b, c);
                        if ab == bc || bc.is_eq() {
                            prop_assert_eq!(order.compare(a, c), ab);
                        } else if ab.is_eq() {
                            prop_assert_eq!(order.compare(a, c), bc);
                        }
                    }
                }
            }
        }
    }
}
