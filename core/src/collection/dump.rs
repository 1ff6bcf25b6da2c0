//! The items of a dumped collection: its documents, then its edges.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{CollectionInfo, CollectionSettings, Document, Edge, Fts, IndexOptions, graph, index_change};
use crate::engine::{Change, StoredDocument};
use crate::error::{Error, ErrorKind, Result};
use crate::value::Json;

/// What the head of a dump says of the collection as a whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Settings {
    metric: String,
    tokenizer: String,
    /// For the reader: the vectors tell it too.
    #[serde(default)]
    dimension: Option<u32>,
}

impl From<CollectionInfo> for Settings {
    fn from(info: CollectionInfo) -> Self {
        Settings {
            metric: info.settings.metric.name().to_owned(),
            tokenizer: info.settings.tokenizer.name().to_owned(),
            dimension: info.dimension,
        }
    }
}

impl Settings {
    /// What was chosen for the collection.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a name that is none of ours.
    pub fn chosen(&self) -> Result<CollectionSettings> {
        CollectionSettings::named(Some(&self.metric), Some(&self.tokenizer))
    }
}

/// The fields of a document, in the order in which they are written; each a JSON text.
pub(crate) fn document_fields(stored: &StoredDocument) -> Result<Vec<(&'static str, String)>> {
    let StoredDocument { document, fts, fuzzy } = stored;
    let embedding = document.embedding.as_deref().map_or_else(|| "null".to_owned(), numbers);
    let mut fields = vec![
        ("id", Json::of(&document.id)?.into()),
        ("embedding", embedding),
        ("body", document.body.as_str().to_owned()),
    ];
    if let Some(fts) = fts.as_ref().filter(|fts| *fts != "true") {
        fields.push(("fts", fts.clone()));
    }
    if *fuzzy {
        fields.push(("fuzzy", "true".to_owned()));
    }
    Ok(fields)
}

/// Components as JSON, each the shortest text that reads as the same `f32`.
pub(crate) fn numbers(vector: &[f32]) -> String {
    let mut text = String::with_capacity(vector.len() * 12);
    for (index, component) in vector.iter().enumerate() {
        text.push(if index == 0 { '[' } else { ',' });
        text.push_str(&component.to_string());
    }
    text.push(']');
    text
}

#[derive(Serialize)]
struct EdgeFields<'e> {
    source: &'e str,
    target: &'e str,
    label: &'e str,
    weight: f64,
    metadata: Option<&'e RawValue>,
}

/// An edge as the value of the field `edge`.
pub(crate) fn edge_field(edge: &Edge) -> Result<(&'static str, String)> {
    let metadata: Option<&RawValue> = match &edge.metadata {
        Some(json) => serde_json::from_str(json.as_str())
            .map(Some)
            .map_err(|_| Error::new(ErrorKind::Corrupt, "the metadata of an edge is not JSON: verify the file"))?,
        None => None,
    };
    let Edge { source, target, label, weight, .. } = edge;
    Ok(("edge", Json::of(&EdgeFields { source, target, label, weight: *weight, metadata })?.into()))
}

#[derive(Deserialize)]
struct Item<'r> {
    id: Option<String>,
    #[serde(borrow)]
    embedding: Option<Vec<&'r RawValue>>,
    #[serde(borrow)]
    body: Option<&'r RawValue>,
    #[serde(borrow)]
    fts: Option<&'r RawValue>,
    #[serde(default)]
    fuzzy: bool,
    #[serde(borrow)]
    edge: Option<EdgeItem<'r>>,
}

#[derive(Deserialize)]
struct EdgeItem<'r> {
    source: String,
    target: String,
    label: String,
    weight: Option<f64>,
    #[serde(borrow)]
    metadata: Option<&'r RawValue>,
}

/// The change that an item of a dump makes.
///
/// # Errors
/// TYPE_MISMATCH if it is no document and no edge; as for indexing and connecting.
pub(crate) fn change_of(item: &str) -> Result<Change> {
    let item: Item<'_> = serde_json::from_str(item).map_err(|e| {
        let reason = e.to_string();
        mismatch(reason.split(" at line ").next().unwrap_or_default())
    })?;
    if let Some(EdgeItem { source, target, label, weight, metadata }) = item.edge {
        let metadata = metadata.map(|json| Json::parse(json.get())).transpose()?;
        return graph::connect_change(vec![Edge { source, target, label, weight: weight.unwrap_or(1.0), metadata }]);
    }
    let Some(id) = item.id else { return Err(mismatch("missing field `id`")) };
    let body = item.body.map_or_else(|| Json::parse("{}"), |body| Json::parse(body.get()))?;
    let embedding =
        item.embedding.map(|numbers| numbers.iter().map(|number| component(number)).collect()).transpose()?;
    let fts = item.fts.map_or(Ok(Fts::All), |fts| Fts::from_json(fts.get()))?;
    index_change(Document { id, body, embedding }, &IndexOptions { fts, fuzzy: item.fuzzy })
}

/// A number that is too large for a float reads as an infinity, which indexing refuses.
pub(crate) fn component(number: &RawValue) -> Result<f32> {
    number.get().parse().map_err(|_| mismatch("the embedding holds something that is no number"))
}

fn mismatch(reason: &str) -> Error {
    Error::new(ErrorKind::TypeMismatch, format!("the item is not one of this type: {reason}"))
}
