//! Values and items that callers give as JSON.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::batch::When;
use crate::clock::Micros;
use crate::collection::dump::component;
use crate::collection::{Document, Edge, EdgeOptions};
use crate::error::{Error, Result};
use crate::value::Json;

/// Reads what a caller gave as JSON into the shape that it must have.
fn shaped<'j, T: Deserialize<'j>>(name: &str, json: &'j Json) -> Result<T> {
    shaped_text(name, json.as_str())
}

/// As [`shaped`], of a text that stands inside of one that was checked.
pub(super) fn shaped_text<'j, T: Deserialize<'j>>(name: &str, text: &'j str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| {
        let reason = e.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default();
        Error::invalid(format!("{name} has not the form it should have: {reason}"))
    })
}

/// A part of a JSON text as a text of its own.
fn part(raw: &RawValue) -> Result<Json> {
    Json::parse(raw.get())
}

/// The elements of a JSON array. `name` is what the argument is called, for the message.
///
/// # Errors
/// INVALID_ARGUMENT if it is no array.
pub fn elements(name: &str, json: &Json) -> Result<Vec<Json>> {
    let elements: Vec<&RawValue> = shaped(name, json)?;
    elements.into_iter().map(part).collect()
}

/// The members of a JSON object in their order, the same key perhaps twice.
///
/// # Errors
/// INVALID_ARGUMENT if it is no object.
pub fn members(name: &str, json: &Json) -> Result<Vec<(String, Json)>> {
    members_of(name, json.as_str())
}

/// As [`members`], of a text that stands inside of one that was checked.
pub(super) fn members_of(name: &str, text: &str) -> Result<Vec<(String, Json)>> {
    let Members(members) = shaped_text(name, text)?;
    let parted = |(key, raw)| part(raw).map(|value| (key, value));
    members.into_iter().map(parted).collect()
}

struct Members<'j>(Vec<(String, &'j RawValue)>);

impl<'j> Deserialize<'j> for Members<'j> {
    fn deserialize<D: Deserializer<'j>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'j> Visitor<'j> for Visit {
            type Value = Members<'j>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'j>>(self, mut map: A) -> Result<Members<'j>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

/// An array of strings.
///
/// # Errors
/// INVALID_ARGUMENT if it is something else.
pub fn texts(name: &str, json: &Json) -> Result<Vec<String>> {
    shaped(name, json)
}

/// An array of lists of ids: `[["a", "b"], ["b"]]`.
///
/// # Errors
/// INVALID_ARGUMENT if it is something else.
pub fn id_lists(name: &str, json: &Json) -> Result<Vec<Vec<String>>> {
    shaped(name, json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DictSet<'j> {
    key: String,
    #[serde(borrow)]
    value: &'j RawValue,
}

/// Items of a dict: an array of `{"key", "value"}`.
///
/// # Errors
/// INVALID_ARGUMENT if it is something else.
pub fn dict_items(name: &str, json: &Json) -> Result<Vec<(String, Json)>> {
    let items: Vec<DictSet<'_>> = shaped(name, json)?;
    items.into_iter().map(|DictSet { key, value }| Ok((key, part(value)?))).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QueuePut<'j> {
    #[serde(borrow)]
    data: &'j RawValue,
    priority: f64,
}

/// Items of a queue: an array of `{"data", "priority"}`.
///
/// # Errors
/// INVALID_ARGUMENT if it is something else.
pub fn queue_items(name: &str, json: &Json) -> Result<Vec<(Json, f64)>> {
    let items: Vec<QueuePut<'_>> = shaped(name, json)?;
    items.into_iter().map(|QueuePut { data, priority }| Ok((part(data)?, priority))).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogAppend<'j> {
    #[serde(borrow)]
    data: &'j RawValue,
    timestamp_us: Option<Micros>,
}

/// Entries of a log: an array of `{"data", "timestamp_us"}`, the time optional.
///
/// # Errors
/// INVALID_ARGUMENT if it is something else.
pub fn log_items(name: &str, json: &Json) -> Result<Vec<(Json, Option<Micros>)>> {
    let items: Vec<LogAppend<'_>> = shaped(name, json)?;
    items.into_iter().map(|LogAppend { data, timestamp_us }| Ok((part(data)?, timestamp_us))).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition<'j> {
    #[serde(borrow, rename = "if")]
    when: WhenJson<'j>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WhenJson<'j> {
    Absent,
    #[serde(borrow)]
    Equals(&'j RawValue),
}

/// The condition of an operation in a batch: `{"if": "absent"}` or `{"if": {"equals": value}}`.
///
/// # Errors
/// INVALID_JSON; INVALID_ARGUMENT if it is something else.
pub fn condition(name: &str, text: &str) -> Result<When> {
    let json = Json::parse_envelope(text.as_bytes())?;
    let condition: Condition<'_> = shaped(name, &json)?;
    Ok(match condition.when {
        WhenJson::Absent => When::Absent,
        WhenJson::Equals(raw) => When::Equals(part(raw)?),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentIn<'j> {
    #[serde(borrow)]
    id: Option<Cow<'j, str>>,
    #[serde(borrow)]
    body: &'j RawValue,
}

/// Documents: an array of `{"id", "body"}`, the id optional. `embeddings` is asked how many there are, and gives as
/// many embeddings, or none.
///
/// # Errors
/// INVALID_ARGUMENT if it is something else, with the index of a bad body; what `embeddings` gives.
pub fn documents<'v>(
    name: &str,
    json: &Json,
    embeddings: impl FnOnce(usize) -> Result<Vec<Option<&'v [f32]>>>,
) -> Result<Vec<Document>> {
    let documents: Vec<DocumentIn<'_>> = shaped(name, json)?;
    let embeddings = embeddings(documents.len())?;
    let document = |(index, (given, embedding)): (usize, (DocumentIn<'_>, Option<&[f32]>))| {
        let body = part(given.body).map_err(|e| e.at_operation(index))?;
        let document = match given.id {
            Some(id) => Document::with_id(id, body),
            None => Document::new(body),
        };
        Ok(match embedding {
            Some(embedding) => document.embedded(embedding),
            None => document,
        })
    };
    documents.into_iter().zip(embeddings).enumerate().map(document).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmbeddedIn<'j> {
    #[serde(borrow)]
    id: Option<Cow<'j, str>>,
    #[serde(borrow)]
    embedding: Option<Vec<&'j RawValue>>,
    #[serde(borrow)]
    body: &'j RawValue,
}

/// Documents with their embeddings: an array of `{"id", "embedding", "body"}`, as a dump has them, the first two
/// optional.
///
/// # Errors
/// INVALID_ARGUMENT if it is something else, with the index of a bad document.
pub fn embedded_documents(name: &str, json: &Json) -> Result<Vec<Document>> {
    let documents: Vec<EmbeddedIn<'_>> = shaped(name, json)?;
    let document = |given: EmbeddedIn<'_>| {
        let body = part(given.body)?;
        let document = match given.id {
            Some(id) => Document::with_id(id, body),
            None => Document::new(body),
        };
        Ok(match given.embedding {
            Some(numbers) => document.embedded(floats(&numbers)?),
            None => document,
        })
    };
    let numbered = documents.into_iter().enumerate();
    numbered.map(|(index, given)| document(given).map_err(|e: Error| e.at_operation(index))).collect()
}

fn floats(numbers: &[&RawValue]) -> Result<Vec<f32>> {
    let float = |number: &&RawValue| {
        component(number).map_err(|_| Error::invalid("the vector holds something that is no number"))
    };
    numbers.iter().map(float).collect()
}

/// A vector: an array of numbers, each as the nearest float of 32 bits.
///
/// # Errors
/// INVALID_ARGUMENT if it is something else.
pub fn vector(name: &str, json: &Json) -> Result<Vec<f32>> {
    let numbers: Vec<&RawValue> = shaped(name, json)?;
    floats(&numbers)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EdgeIn<'j> {
    source: String,
    target: String,
    label: String,
    weight: Option<f64>,
    #[serde(borrow)]
    metadata: Option<&'j RawValue>,
}

/// Edges: an array of `{"source", "target", "label", "weight", "metadata"}`, the last two optional.
///
/// # Errors
/// INVALID_ARGUMENT if it is something else.
pub fn edges(name: &str, json: &Json) -> Result<Vec<Edge>> {
    let edges: Vec<EdgeIn<'_>> = shaped(name, json)?;
    let edge = |EdgeIn { source, target, label, weight, metadata }| {
        let metadata = metadata.map(part).transpose()?;
        Ok(Edge { weight: weight.unwrap_or(EdgeOptions::default().weight), metadata, source, target, label })
    };
    edges.into_iter().map(edge).collect()
}
