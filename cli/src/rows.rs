//! How the rows of listings look: as JSON in the shapes of the core, bare, and in tables.

use beaver_core::{Document, Event, Info, Json, LeasedItem, LogEntry, Message, QueueItem, StructureInfo, wire};

use crate::output::{Row, bare, one_line};
use crate::times::to_text;

/// A key and its value; none where it is missing.
pub struct Item(pub String, pub Option<Json>);

impl Row for Item {
    fn json(&self) -> String {
        match &self.1 {
            Some(value) => wire::dict_row(&self.0, value),
            None => format!(r#"{{"key":{}}}"#, wire::string(&self.0)),
        }
    }
    fn bare(&self) -> String {
        self.1.as_ref().map_or_else(String::new, bare)
    }
    fn cells(&self) -> Vec<String> {
        vec![self.0.clone(), self.1.as_ref().map_or_else(String::new, Json::to_string)]
    }
}

/// A value, and its place for a table.
pub struct Value(pub usize, pub Json);

impl Row for Value {
    fn json(&self) -> String {
        self.1.to_string()
    }
    fn bare(&self) -> String {
        bare(&self.1)
    }
    fn cells(&self) -> Vec<String> {
        vec![self.0.to_string(), self.1.to_string()]
    }
}

impl Row for QueueItem {
    fn json(&self) -> String {
        wire::queue_row(self)
    }
    fn bare(&self) -> String {
        bare(&self.data)
    }
    fn cells(&self) -> Vec<String> {
        vec![self.priority.to_string(), to_text(self.timestamp), self.data.to_string()]
    }
}

impl Row for LeasedItem {
    fn json(&self) -> String {
        wire::leased_row(self)
    }
    fn bare(&self) -> String {
        bare(&self.item.data)
    }
    fn cells(&self) -> Vec<String> {
        vec![self.id.to_string(), self.attempts.to_string(), self.item.data.to_string()]
    }
}

impl Row for LogEntry {
    fn json(&self) -> String {
        wire::log_row(self)
    }
    fn bare(&self) -> String {
        bare(&self.data)
    }
    fn cells(&self) -> Vec<String> {
        vec![to_text(self.timestamp), self.data.to_string()]
    }
}

impl Row for Message {
    fn json(&self) -> String {
        wire::message_row(self)
    }
    fn bare(&self) -> String {
        bare(&self.payload)
    }
    fn cells(&self) -> Vec<String> {
        vec![to_text(self.timestamp), one_line(self.payload.as_str())]
    }
}

impl Row for Event {
    fn json(&self) -> String {
        wire::event_row(self)
    }
    fn bare(&self) -> String {
        bare(&self.payload)
    }
    fn cells(&self) -> Vec<String> {
        vec![to_text(self.timestamp), self.topic.clone(), self.event.clone(), one_line(self.payload.as_str())]
    }
}

impl Row for Document {
    fn json(&self) -> String {
        wire::embedded(self)
    }
    fn bare(&self) -> String {
        bare(&self.body)
    }
    fn cells(&self) -> Vec<String> {
        let dimension = self.embedding.as_ref().map_or_else(String::new, |vector| vector.len().to_string());
        vec![self.id.clone(), dimension, self.body.to_string()]
    }
}

/// What a blob store says of a key.
pub struct Stat {
    pub key: String,
    pub bytes: u64,
    pub metadata: Option<Json>,
}

impl Row for Stat {
    fn json(&self) -> String {
        let metadata = self.metadata.as_ref().map_or("null", Json::as_str);
        format!(r#"{{"key":{},"bytes":{},"metadata":{metadata}}}"#, wire::string(&self.key), self.bytes)
    }
    fn bare(&self) -> String {
        self.bytes.to_string()
    }
    fn cells(&self) -> Vec<String> {
        let metadata = self.metadata.as_ref().map_or_else(String::new, Json::to_string);
        vec![self.key.clone(), self.bytes.to_string(), metadata]
    }
}

/// A structure in the listing of all: `kind`, `name` and `count`, with tabs between them where no JSON is asked for.
impl Row for StructureInfo {
    fn json(&self) -> String {
        format!(r#"{{"kind":"{}","name":{},"count":{}}}"#, self.kind.name(), wire::string(&self.name), self.count)
    }
    fn bare(&self) -> String {
        self.name.clone()
    }
    fn cells(&self) -> Vec<String> {
        vec![self.kind.name().to_owned(), self.name.clone(), self.count.to_string()]
    }
    fn line(&self) -> String {
        format!("{}\t{}\t{}", self.kind.name(), self.name.line(), self.count)
    }
}

/// A number by its name.
pub struct Named(pub String, pub String);

impl Row for Named {
    fn json(&self) -> String {
        format!("{{{}:{}}}", wire::string(&self.0), self.1)
    }
    fn bare(&self) -> String {
        self.1.clone()
    }
    fn cells(&self) -> Vec<String> {
        vec![self.0.clone(), self.1.clone()]
    }
    fn line(&self) -> String {
        format!("{}\t{}", self.0, self.1)
    }
}

/// What a database holds, for its listing.
pub fn structures(info: Info) -> impl Iterator<Item = beaver_core::Result<StructureInfo>> {
    info.structures.into_iter().map(Ok)
}
