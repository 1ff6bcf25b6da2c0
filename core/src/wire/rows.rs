//! The rows and reports that structures and databases give, as JSON. Stored values go through as they were written.

use std::borrow::Cow;

use serde::Serialize;

use super::text::{array, string};
use crate::batch::Outcome;
use crate::channel::Retention;
use crate::database::{Info, RepairReport, Stats, VerifyReport};
use crate::engine::{LeasedItem, LogEntry, Message, QueueItem};
use crate::error::Result;
use crate::event::Event;
use crate::value::Json;

/// `{"key", "value"}`
#[must_use]
pub fn dict_row(key: &str, value: &Json) -> String {
    let key = string(key);
    format!(r#"{{"key":{key},"value":{value}}}"#)
}

/// `{"priority", "timestamp_us", "data"}`
#[must_use]
pub fn queue_row(item: &QueueItem) -> String {
    let QueueItem { priority, timestamp, data } = item;
    format!(r#"{{"priority":{priority:?},"timestamp_us":{timestamp},"data":{data}}}"#)
}

/// `{"id", "attempts", "priority", "timestamp_us", "data"}`
#[must_use]
pub fn leased_row(leased: &LeasedItem) -> String {
    let LeasedItem { id, attempts, item } = leased;
    let item = queue_row(item);
    let item = item.trim_start_matches('{');
    format!(r#"{{"id":{id},"attempts":{attempts},{item}"#)
}

/// `{"timestamp_us", "data"}`
#[must_use]
pub fn log_row(entry: &LogEntry) -> String {
    let LogEntry { timestamp, data } = entry;
    format!(r#"{{"timestamp_us":{timestamp},"data":{data}}}"#)
}

/// `{"timestamp_us", "payload"}`
#[must_use]
pub fn message_row(message: &Message) -> String {
    let Message { timestamp, payload } = message;
    format!(r#"{{"timestamp_us":{timestamp},"payload":{payload}}}"#)
}

/// `{"timestamp_us", "topic", "event", "payload"}`
#[must_use]
pub fn event_row(event: &Event) -> String {
    let Event { timestamp, topic, event, payload } = event;
    let (topic, event) = (string(topic), string(event));
    format!(r#"{{"timestamp_us":{timestamp},"topic":{topic},"event":{event},"payload":{payload}}}"#)
}

/// `{"max_age", "max_messages"}`, each null for no limit.
#[must_use]
pub fn retention(retention: &Retention) -> String {
    let Retention { max_age, max_messages } = retention;
    serde_json::json!({ "max_age": max_age.map(|age| age.as_secs_f64()), "max_messages": max_messages }).to_string()
}

/// An array of what each operation of a batch did: true, whether there was anything to do, a count, or an array of times.
#[must_use]
pub fn outcomes(outcomes: &[Outcome]) -> String {
    array(outcomes.iter().map(|outcome| match outcome {
        Outcome::Done => "true".to_owned(),
        Outcome::Applied(applied) => applied.to_string(),
        Outcome::Count(count) => count.to_string(),
        Outcome::Times(times) => array(times.iter().map(i64::to_string)),
    }))
}

/// `{"path", "format", "structures": [{"kind", "name", "count"}]}`, the path null for a database in memory.
///
/// # Errors
/// INTERNAL only.
pub fn info(info: &Info) -> Result<Json> {
    #[derive(Serialize)]
    struct Shape<'i> {
        path: Option<Cow<'i, str>>,
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

/// An object of the numbers of [`Stats`].
#[must_use]
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

/// `{"rebuilt", "problems"}`
#[must_use]
pub fn repaired(report: &RepairReport) -> String {
    let RepairReport { collections, problems } = report;
    serde_json::json!({ "rebuilt": collections, "problems": problems }).to_string()
}

/// `{"ok", "problems"}`
#[must_use]
pub fn verified(report: &VerifyReport) -> String {
    let problems = &report.problems;
    serde_json::json!({ "ok": problems.is_empty(), "problems": problems }).to_string()
}
