//! Dumps: a structure as JSON text, to be loaded here, elsewhere, or read by any program.
//!
//! How one item of each kind is written stands here; how it is read, in `load.rs`. The shapes are those of
//! BeaverDB 1.x; only the expiry of a dict's item is added.

use std::io::{self, BufWriter, Write};

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use serde::Serialize;

use crate::clock::{to_seconds, to_text};
use crate::collection::{Edge, dump as collection};
use crate::engine::{DictItem, Kind, LogEntry, LogRange, Message, QueueItem, Reading, StoredDocument};
use crate::error::{Error, ErrorKind, Result};
use crate::handle::Handle;
use crate::value::Json;

/// How a dump is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DumpFormat {
    /// One JSON object: `{"metadata": {…}, "items": […]}`.
    #[default]
    Json,
    /// JSON Lines: `{"metadata": {…}}` first, then an item a line.
    JsonLines,
}

/// The size of a page of items: as many as make up about so many bytes, within these bounds.
const PAGE_BYTES: usize = 1 << 20;
const PAGE_ITEMS: usize = 128;

/// What a dump of that kind says of its type. The names are those that BeaverDB 1.x writes.
pub(crate) fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Dict => "Dict",
        Kind::List => "List",
        Kind::Queue => "Queue",
        Kind::Blob => "BlobStore",
        Kind::Log => "Log",
        Kind::Collection => "Collection",
        Kind::Channel => "Channel",
        Kind::Lock => "Lock",
    }
}

/// The head of a dump.
#[derive(Serialize)]
struct Metadata<'m> {
    r#type: &'static str,
    name: &'m str,
    count: u64,
    dump_date: String,
    /// Of a collection: what was chosen for it, and its indexed fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<collection::Settings>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    indexes: Vec<String>,
}

/// Writes a structure as of this moment.
pub(crate) fn dump(handle: &Handle, out: &mut dyn Write, format: DumpFormat) -> Result<()> {
    let snapshot = handle.store.snapshot()?;
    let source = Source { reading: &*snapshot, name: &handle.name };
    let metadata = Metadata {
        r#type: type_name(handle.kind),
        name: &handle.name,
        count: source.count(handle.kind)?,
        dump_date: to_text(snapshot.now_us()),
        settings: source.settings(handle.kind)?,
        indexes: if handle.kind == Kind::Collection { snapshot.indexes(&handle.name)? } else { Vec::new() },
    };
    let mut sink = Sink { out: BufWriter::with_capacity(64 << 10, out), format, items: 0 };
    sink.head(&metadata)?;
    match handle.kind {
        Kind::Dict => source.dict(&mut sink)?,
        Kind::List => source.list(&mut sink)?,
        Kind::Queue => source.queue(&mut sink)?,
        Kind::Blob => source.blobs(&mut sink)?,
        Kind::Log => source.log(&mut sink)?,
        Kind::Collection => source.collection(&mut sink)?,
        Kind::Channel => source.channel(&mut sink)?,
        Kind::Lock => return Err(no_items()),
    }
    sink.tail()
}

pub(crate) fn no_items() -> Error {
    Error::new(ErrorKind::Unsupported, "a lock has no items")
}

/// An error of the reader or writer that the caller gave. What is one of ours, because it reads or writes
/// a blob, stays what it is.
pub(crate) fn stream_error(what: &str, error: &io::Error) -> Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(ours) => ours.clone(),
        None => Error::new(ErrorKind::Io, format!("{what}: {error}")),
    }
}

/// The items of one structure at one moment.
struct Source<'s> {
    reading: &'s dyn Reading,
    name: &'s str,
}

impl Source<'_> {
    fn count(&self, kind: Kind) -> Result<u64> {
        match kind {
            Kind::Dict => self.reading.dict_len(self.name),
            Kind::List => self.reading.list_len(self.name),
            Kind::Queue => self.reading.queue_total(self.name),
            Kind::Blob => self.reading.blob_len(self.name),
            Kind::Log => self.reading.log_len(self.name),
            Kind::Collection => self.reading.document_len(self.name),
            Kind::Channel => self.reading.channel_len(self.name),
            Kind::Lock => Err(no_items()),
        }
    }

    fn dict(&self, sink: &mut Sink<'_>) -> Result<()> {
        let fetch = |after: Option<&String>, limit| {
            let page = self.reading.dict_page(self.name, after.map(String::as_str), limit)?;
            Ok(page.into_iter().map(|item| (item.key.clone(), item)).collect())
        };
        paged(fetch, |DictItem { key, value, expires_at }| {
            let expires_at = expires_at.map(|at| ("expires_at", number(to_seconds(at))));
            let fields = [("key", text(&key)?), ("value", value.to_string())].into_iter().chain(expires_at);
            sink.object(fields)
        })
    }

    fn list(&self, sink: &mut Sink<'_>) -> Result<()> {
        paged(
            |after, limit| self.reading.list_page(self.name, after.copied(), limit),
            |value| sink.item(|out| out.json(value.as_str())),
        )
    }

    fn queue(&self, sink: &mut Sink<'_>) -> Result<()> {
        let fetch = |after: Option<&_>, limit| self.reading.queue_page(self.name, true, after.copied(), limit);
        paged(fetch, |QueueItem { priority, timestamp, data }| {
            sink.object([
                ("priority", number(priority)),
                ("timestamp", number(to_seconds(timestamp))),
                ("data", data.to_string()),
            ])
        })
    }

    fn log(&self, sink: &mut Sink<'_>) -> Result<()> {
        let range = LogRange::default();
        let fetch = |after: Option<&_>, limit| self.reading.log_page(self.name, &range, after.copied(), limit);
        paged(fetch, |LogEntry { timestamp, data }| {
            sink.object([("timestamp", number(to_seconds(timestamp))), ("data", data.to_string())])
        })
    }

    fn channel(&self, sink: &mut Sink<'_>) -> Result<()> {
        let fetch = |after: Option<&_>, limit| {
            let page = self.reading.channel_page(self.name, after.copied(), limit)?;
            Ok(page.into_iter().map(|message| (message.timestamp, message)).collect())
        };
        paged(fetch, |Message { timestamp, payload }| {
            sink.object([("timestamp", number(to_seconds(timestamp))), ("payload", payload.to_string())])
        })
    }

    fn settings(&self, kind: Kind) -> Result<Option<collection::Settings>> {
        if kind != Kind::Collection {
            return Ok(None);
        }
        Ok(Some(self.reading.collection_info(self.name)?.into()))
    }

    /// The documents, then the edges.
    fn collection(&self, sink: &mut Sink<'_>) -> Result<()> {
        let fetch = |after: Option<&String>, limit| {
            let page = self.reading.document_page(self.name, after.map(String::as_str), limit)?;
            Ok(page.into_iter().map(|stored| (stored.document.id.clone(), stored)).collect())
        };
        paged(fetch, |stored: StoredDocument| sink.object(collection::document_fields(&stored)?))?;
        let fetch = |after: Option<&Edge>, limit| {
            let page = self.reading.edge_page(self.name, after, limit)?;
            Ok(page.into_iter().map(|edge| (edge.clone(), edge)).collect())
        };
        paged(fetch, |edge: Edge| sink.object([collection::edge_field(&edge)?]))
    }

    /// One blob is in memory at a time.
    fn blobs(&self, sink: &mut Sink<'_>) -> Result<()> {
        let fetch = |after: Option<&String>, limit| {
            let page = self.reading.blob_page(self.name, after.map(String::as_str), limit)?;
            Ok(page.into_iter().map(|key| (key.clone(), key)).collect())
        };
        paged(fetch, |key: String| {
            let blob = self.reading.blob_get(self.name, &key)?;
            let blob = blob.ok_or_else(|| Error::internal("a blob vanished from a snapshot"))?;
            sink.item(|out| {
                out.json("{\"key\":")?;
                out.json(&text(&key)?)?;
                out.json(",\"metadata\":")?;
                out.json(blob.metadata.as_ref().map_or("null", Json::as_str))?;
                out.json(",\"data_b64\":\"")?;
                out.base64(&blob.data)?;
                out.json("\"}")
            })
        })
    }
}

/// Goes through all pages: each item comes with its place, after which the next page begins.
fn paged<P, T: Weight>(
    fetch: impl Fn(Option<&P>, usize) -> Result<Vec<(P, T)>>,
    mut write: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let mut last = None;
    let mut limit = 16;
    loop {
        let page = fetch(last.as_ref(), limit)?;
        let full = page.len() >= limit;
        let bytes: usize = page.iter().map(|(_, item)| item.weight()).sum();
        for (place, item) in page {
            last = Some(place);
            write(item)?;
        }
        if !full {
            return Ok(());
        }
        // Large values come a few at a time, small ones many.
        limit = (PAGE_BYTES / (bytes / limit).max(1)).clamp(limit.div_ceil(2), limit * 2).clamp(1, PAGE_ITEMS);
    }
}

/// How much memory an item of a page takes, roughly.
trait Weight {
    fn weight(&self) -> usize;
}

impl Weight for Json {
    fn weight(&self) -> usize {
        self.as_str().len()
    }
}

impl Weight for String {
    fn weight(&self) -> usize {
        self.len()
    }
}

impl Weight for DictItem {
    fn weight(&self) -> usize {
        self.key.len() + self.value.weight()
    }
}

impl Weight for QueueItem {
    fn weight(&self) -> usize {
        self.data.weight()
    }
}

impl Weight for StoredDocument {
    fn weight(&self) -> usize {
        // A component takes some 12 bytes as text.
        self.document.body.weight() + self.document.embedding.as_ref().map_or(0, |vector| 12 * vector.len())
    }
}

impl Weight for Edge {
    fn weight(&self) -> usize {
        self.source.len() + self.target.len() + self.metadata.as_ref().map_or(0, Weight::weight)
    }
}

impl Weight for Message {
    fn weight(&self) -> usize {
        self.payload.weight()
    }
}

impl Weight for LogEntry {
    fn weight(&self) -> usize {
        self.data.weight()
    }
}

/// A string as JSON.
fn text(text: &str) -> Result<String> {
    Json::of(text).map(|json| json.to_string())
}

/// A number as JSON, the shortest text that reads as the same float: what 1.x writes too. JSON has no
/// infinity; a number beyond every float reads as one.
fn number(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "1e999" } else { "-1e999" }.to_owned();
    }
    serde_json::Number::from_f64(number).map_or_else(|| "0.0".to_owned(), |number| number.to_string())
}

/// Where the dump goes.
struct Sink<'o> {
    out: BufWriter<&'o mut dyn Write>,
    format: DumpFormat,
    items: u64,
}

impl Sink<'_> {
    fn raw(&mut self, text: &str) -> Result<()> {
        self.out.write_all(text.as_bytes()).map_err(|e| write_error(&e))
    }

    /// A JSON text as it was stored. It may have line breaks between its tokens, which would break a
    /// line of JSON Lines in two.
    fn json(&mut self, json: &str) -> Result<()> {
        if self.format == DumpFormat::Json {
            return self.raw(json);
        }
        for (index, part) in json.split(['\n', '\r']).enumerate() {
            if index > 0 {
                self.raw(" ")?;
            }
            self.raw(part)?;
        }
        Ok(())
    }

    fn base64(&mut self, data: &[u8]) -> Result<()> {
        let mut encoder = EncoderWriter::new(&mut self.out, &STANDARD);
        encoder.write_all(data).and_then(|()| encoder.finish().map(drop)).map_err(|e| write_error(&e))
    }

    fn head(&mut self, metadata: &Metadata<'_>) -> Result<()> {
        let metadata = Json::of(metadata)?;
        self.raw("{\"metadata\":")?;
        self.raw(metadata.as_str())?;
        self.raw(match self.format {
            DumpFormat::Json => ",\"items\":[",
            DumpFormat::JsonLines => "}\n",
        })
    }

    fn item(&mut self, write: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        match self.format {
            DumpFormat::Json => {
                self.raw(if self.items == 0 { "\n" } else { ",\n" })?;
                write(self)?;
            }
            DumpFormat::JsonLines => {
                write(self)?;
                self.raw("\n")?;
            }
        }
        self.items += 1;
        Ok(())
    }

    fn object(&mut self, fields: impl IntoIterator<Item = (&'static str, String)>) -> Result<()> {
        self.item(|out| {
            for (index, (name, json)) in fields.into_iter().enumerate() {
                out.raw(if index == 0 { "{\"" } else { ",\"" })?;
                out.raw(name)?;
                out.raw("\":")?;
                out.json(&json)?;
            }
            out.raw("}")
        })
    }

    fn tail(mut self) -> Result<()> {
        if self.format == DumpFormat::Json {
            self.raw(if self.items == 0 { "]}\n" } else { "\n]}\n" })?;
        }
        self.out.flush().map_err(|e| write_error(&e))
    }
}

fn write_error(error: &io::Error) -> Error {
    stream_error("the dump could not be written", error)
}
