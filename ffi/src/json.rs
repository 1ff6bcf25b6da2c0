//! The shapes of JSON at the boundary. Stored values go through as they were written.

use std::fmt::{self, Write};

use beaver_core::{
    Error, ErrorKind, Event, Info, Json, LeasedItem, LogEntry, Message, Outcome, QueueItem, RepairReport, Result,
    Retention, Stats, VerifyReport, When,
};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::input::{StrIn, optional_text};

/// Reads what a caller gave as JSON into the shape that it must have.
pub fn shaped<'j, T: Deserialize<'j>>(name: &str, json: &'j Json) -> Result<T> {
    serde_json::from_str(json.as_str()).map_err(|e| {
        let reason = e.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default();
        Error::new(ErrorKind::InvalidArgument, format!("{name} has not the form it should have: {reason}"))
    })
}

/// A part of a JSON text as a text of its own.
pub fn part(raw: &RawValue) -> Result<Json> {
    Json::parse(raw.get())
}

/// The elements of a JSON array.
pub fn elements(name: &str, json: &Json) -> Result<Vec<Json>> {
    let elements: Vec<&RawValue> = shaped(name, json)?;
    elements.into_iter().map(part).collect()
}

/// The members of a JSON object in their order, the same key perhaps twice.
pub fn members(name: &str, json: &Json) -> Result<Vec<(String, Json)>> {
    let Members(members) = shaped(name, json)?;
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

/// Members of an array of objects, one of them a value to be kept as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueuePut<'j> {
    #[serde(borrow)]
    pub data: &'j RawValue,
    pub priority: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogAppend<'j> {
    #[serde(borrow)]
    pub data: &'j RawValue,
    pub timestamp_us: Option<i64>,
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

/// The condition of an operation in a batch; none for NULL.
pub fn condition(condition_json: StrIn<'_>) -> Result<When> {
    let Some(text) = optional_text("condition_json", condition_json)? else {
        return Ok(When::Always);
    };
    let json = Json::parse(text)?;
    let condition: Condition<'_> = shaped("condition_json", &json)?;
    Ok(match condition.when {
        WhenJson::Absent => When::Absent,
        WhenJson::Equals(raw) => When::Equals(part(raw)?),
    })
}

/// A JSON array of texts that are JSON themselves.
pub fn array<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> String {
    let mut text = String::from("[");
    for value in values {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(value.as_ref());
    }
    text.push(']');
    text
}

/// Any text as a JSON string.
pub fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub fn dict_row(key: &str, value: &Json) -> String {
    let key = string(key);
    format!(r#"{{"key":{key},"value":{value}}}"#)
}

/// A JSON object of keys and values.
pub fn object<'a>(members: impl IntoIterator<Item = (&'a str, Json)>) -> String {
    let mut text = String::from("{");
    for (key, value) in members {
        if text.len() > 1 {
            text.push(',');
        }
        // Writing to a String does not fail.
        let _ = write!(text, "{}:{value}", string(key));
    }
    text.push('}');
    text
}

pub fn queue_row(item: &QueueItem) -> String {
    let QueueItem { priority, timestamp, data } = item;
    format!(r#"{{"priority":{priority:?},"timestamp_us":{timestamp},"data":{data}}}"#)
}

pub fn leased_row(leased: &LeasedItem) -> String {
    let LeasedItem { id, attempts, item } = leased;
    let item = queue_row(item);
    let item = item.trim_start_matches('{');
    format!(r#"{{"id":{id},"attempts":{attempts},{item}"#)
}

pub fn log_row(entry: &LogEntry) -> String {
    let LogEntry { timestamp, data } = entry;
    format!(r#"{{"timestamp_us":{timestamp},"data":{data}}}"#)
}

pub fn message_row(message: &Message) -> String {
    let Message { timestamp, payload } = message;
    format!(r#"{{"timestamp_us":{timestamp},"payload":{payload}}}"#)
}

pub fn event_row(event: &Event) -> String {
    let Event { timestamp, topic, event, payload } = event;
    let (topic, event) = (string(topic), string(event));
    format!(r#"{{"timestamp_us":{timestamp},"topic":{topic},"event":{event},"payload":{payload}}}"#)
}

pub fn retention(retention: &Retention) -> String {
    let Retention { max_age, max_messages } = retention;
    serde_json::json!({ "max_age": max_age.map(|age| age.as_secs_f64()), "max_messages": max_messages }).to_string()
}

/// What each operation of a batch did.
pub fn outcomes(outcomes: &[Outcome]) -> String {
    array(outcomes.iter().map(|outcome| match outcome {
        Outcome::Done => "true".to_owned(),
        Outcome::Applied(applied) => applied.to_string(),
        Outcome::Count(count) => count.to_string(),
        Outcome::Times(times) => array(times.iter().map(i64::to_string)),
    }))
}

pub fn info(info: &Info) -> Result<Json> {
    #[derive(Serialize)]
    struct Shape<'i> {
        path: Option<std::borrow::Cow<'i, str>>,
        format: u32,
        structures: Vec<Structure<'i>>,
    }
    #[derive(Serialize)]
    struct Structure<'i> {
        kind: &'static str,
        name: &'i str,
        count: u64,
    }
    Json::of(&Shape {
        path: info.path.as_ref().map(|path| path.to_string_lossy()),
        format: info.format,
        structures: info
            .structures
            .iter()
            .map(|structure| Structure { kind: structure.kind.name(), name: &structure.name, count: structure.count })
            .collect(),
    })
}

pub fn stats(stats: &Stats) -> String {
    let Stats { file_bytes, free_bytes, wal_bytes, readers, waiters, writers_waiting, cache_hits, cache_misses } =
        stats;
    serde_json::json!({
        "file_bytes": file_bytes,
        "free_bytes": free_bytes,
        "wal_bytes": wal_bytes,
        "readers": readers,
        "waiters": waiters,
        "writers_waiting": writers_waiting,
        "cache_hits": cache_hits,
        "cache_misses": cache_misses,
    })
    .to_string()
}

pub fn repaired(report: &RepairReport) -> String {
    let RepairReport { collections, problems } = report;
    serde_json::json!({ "rebuilt": collections, "problems": problems }).to_string()
}

pub fn verified(report: &VerifyReport) -> String {
    let problems = &report.problems;
    serde_json::json!({ "ok": problems.is_empty(), "problems": problems }).to_string()
}
