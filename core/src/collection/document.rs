//! Documents: what a collection keeps, and how one is prepared to be indexed.

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::leaves::{self, Fts};
use crate::error::{Error, ErrorKind, Result};
use crate::options::parse_options;
use crate::value::{Json, check_key, check_limits};

/// How many components an embedding may have.
pub const MAX_DIMENSION: usize = 8_192;

/// A document of a collection: a body of any JSON, and an embedding if it is to be found by one.
///
/// ```
/// use beaver_core::Document;
/// use serde_json::json;
/// let named = Document::with_id("sqlite-001", json!({"title": "SQLite"})).embedded(vec![0.1, 0.9]);
/// let unnamed = Document::new(json!("A plain string is a body too."));
/// assert_eq!(unnamed.id.len(), 36); // a random UUID
/// assert_eq!(named.embedding.as_deref(), Some(&[0.1, 0.9][..]));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Document {
    /// Unique in its collection: 1 to [`crate::MAX_KEY_BYTES`] bytes.
    pub id: String,
    /// Any JSON.
    pub body: Json,
    /// The vector, of the collection's dimension.
    pub embedding: Option<Vec<f32>>,
}

impl Document {
    /// A document under a random UUID.
    #[must_use]
    pub fn new(body: impl Into<Json>) -> Self {
        Self::with_id(Uuid::new_v4().to_string(), body)
    }

    /// A document under that id.
    #[must_use]
    pub fn with_id(id: impl Into<String>, body: impl Into<Json>) -> Self {
        Document { id: id.into(), body: body.into(), embedding: None }
    }

    /// The document with an embedding.
    #[must_use]
    pub fn embedded(mut self, embedding: impl Into<Vec<f32>>) -> Self {
        self.embedding = Some(embedding.into());
        self
    }
}

/// What is made searchable of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexOptions {
    /// Which text of the body full-text search finds.
    pub fts: Fts,
    /// Whether the words of that text join those that a misspelt query is matched with.
    pub fuzzy: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct JsonIndexOptions {
    fts: Value,
    fuzzy: bool,
}

impl Default for JsonIndexOptions {
    fn default() -> Self {
        JsonIndexOptions { fts: Value::Bool(true), fuzzy: false }
    }
}

impl IndexOptions {
    /// Reads them from a JSON object: `{"fts": true | false | ["path", …], "fuzzy": false}`, each
    /// optional. For bindings.
    ///
    /// # Errors
    /// INVALID_JSON if it is no JSON; INVALID_ARGUMENT for an unknown key, a wrong type or a wrong path.
    pub fn from_json(json: &str) -> Result<IndexOptions> {
        let JsonIndexOptions { fts, fuzzy } = parse_options(json)?;
        Ok(IndexOptions { fts: Fts::from_json(&fts.to_string())?, fuzzy })
    }
}

/// A document with everything that is derived from it, made before the write lock is taken.
#[derive(Debug, Clone)]
pub(crate) struct Indexing {
    pub document: Document,
    /// The body, parsed.
    pub value: Value,
    /// The rows of text: path and content; with more than one, the whole text under an empty path too.
    pub text: Vec<(String, String)>,
    /// As it was asked for, to be stored with the document.
    pub fts: String,
    pub fuzzy: bool,
}

impl Indexing {
    /// Checks a document and derives what is stored beside it.
    pub fn new(document: Document, options: &IndexOptions) -> Result<Indexing> {
        check_id(&document.id)?;
        check_limits(document.body.as_str())?;
        if let Some(embedding) = &document.embedding {
            check_vector("the embedding", embedding)?;
        }
        let value = parse_body(&document.body)?;
        let text = text_rows(&value, &options.fts);
        Ok(Indexing { document, value, text, fts: options.fts.to_json().into(), fuzzy: options.fuzzy })
    }
}

/// The rows that the text index gets of a body: one a field, and the whole if there are several.
pub(crate) fn text_rows(body: &Value, fts: &Fts) -> Vec<(String, String)> {
    let mut rows = leaves::leaves(body, fts);
    if let Some(whole) = leaves::whole(&rows) {
        rows.push((String::new(), whole));
    }
    rows
}

/// A stored or given body as a value. Its depth is bounded, by less than what the parser would allow.
pub(crate) fn parse_body(body: &Json) -> Result<Value> {
    parse_text(body.as_str())
}

/// As [`parse_body`], for a body that is read in place.
pub(crate) fn parse_text(body: &str) -> Result<Value> {
    let mut parser = serde_json::Deserializer::from_str(body);
    parser.disable_recursion_limit();
    Value::deserialize(&mut parser).map_err(|e| {
        let reason = e.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default();
        Error::new(ErrorKind::InvalidJson, format!("the body cannot be searched: {reason}"))
    })
}

/// Checks the id of a document.
pub(crate) fn check_id(id: &str) -> Result<()> {
    if id.is_empty() {
        return Err(Error::invalid("the document's id is empty: give one, or none for a random UUID"));
    }
    check_key(id)
}

/// Checks an embedding or a query vector by itself; the collection checks its dimension and metric.
pub(crate) fn check_vector(what: &str, vector: &[f32]) -> Result<()> {
    if vector.is_empty() {
        return Err(Error::invalid(format!("{what} is empty: give at least one component, or no vector")));
    }
    if vector.len() > MAX_DIMENSION {
        let found = vector.len();
        return Err(Error::limit(format!("{what} has {found} components, at most {MAX_DIMENSION} are allowed")));
    }
    if let Some(index) = vector.iter().position(|component| !component.is_finite()) {
        return Err(Error::invalid(format!("{what} has a component that is not a finite number, at index {index}")));
    }
    Ok(())
}
