//! How values travel that have invariants of their own: as the text that they are read from, so that whoever receives
//! them has checked them.

use std::fmt;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::collection::document::Indexing;
use crate::collection::{Document, FieldPath, Filter, Fts, IndexOptions, Order, SearchPlan};
use crate::error::{Error, ErrorKind, Result};
use crate::value::Json;

/// Reads text and makes a value of it.
struct Parsed<F>(F);

impl<T, F: FnOnce(&str) -> Result<T>> Visitor<'_> for Parsed<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parsed(Json::parse))
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parsed(FieldPath::parse))
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parsed(Filter::parse))
    }
}

impl Serialize for Order {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The prefix keeps a minus in the name of a field from being taken for a descending one.
        let field = |(path, descending): (&FieldPath, bool)| {
            let path = path.text();
            let root = if path.starts_with('-') { "$." } else { "" };
            format!("{}{root}{path}", if descending { "-" } else { "" })
        };
        self.fields().map(field).collect::<Vec<_>>().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Vec::<&str>::deserialize(deserializer)?;
        Order::parse(&fields).map_err(D::Error::custom)
    }
}

/// What is derived from the document is derived again.
#[derive(Serialize, Deserialize)]
struct ToIndex<D> {
    document: D,
    fts: Json,
    fuzzy: bool,
}

impl Serialize for Indexing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fts = Json::trusted(self.fts.as_str());
        ToIndex { document: &self.document, fts, fuzzy: self.fuzzy }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Indexing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ToIndex { document, fts, fuzzy } = ToIndex::<Document>::deserialize(deserializer)?;
        let fts = Fts::from_json(fts.as_str()).map_err(D::Error::custom)?;
        Indexing::new(document, &IndexOptions { fts, fuzzy }).map_err(D::Error::custom)
    }
}

/// The words that a plan is told in.
const WORDS: [&str; 6] = ["exact", "flat", "partitioned", "none", "index", "candidates"];

/// A plan, whose words may be of any lifetime.
#[derive(Deserialize)]
struct Plan<'p>(&'p str, &'p str, u64, u64, u64);

impl<'de> Deserialize<'de> for SearchPlan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Plan(path, filter, scored, compared, bytes_read) = Plan::deserialize(deserializer)?;
        let known = |text: &str| WORDS.into_iter().find(|word| *word == text);
        let known = |text| known(text).ok_or_else(|| D::Error::custom("a word that is not known here"));
        Ok(SearchPlan { path: known(path)?, filter: known(filter)?, scored, compared, bytes_read })
    }
}

/// An error on its way.
#[derive(Serialize, Deserialize)]
pub(super) struct Failed {
    code: i32,
    message: String,
    sqlite_code: Option<i32>,
    offset: Option<usize>,
    operation: Option<usize>,
}

impl From<&Error> for Failed {
    fn from(error: &Error) -> Self {
        Failed {
            code: error.kind().code(),
            message: error.message().to_owned(),
            sqlite_code: error.sqlite_code(),
            offset: error.offset(),
            operation: error.operation(),
        }
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        let kind = ErrorKind::ALL.into_iter().find(|kind| kind.code() == failed.code);
        let mut error = Error::new(kind.unwrap_or(ErrorKind::Internal), failed.message);
        if let Some(code) = failed.sqlite_code {
            error = error.with_sqlite_code(code);
        }
        if let Some(offset) = failed.offset {
            error = error.at_offset(offset);
        }
        match failed.operation {
            Some(operation) => error.at_operation(operation),
            None => error,
        }
    }
}
