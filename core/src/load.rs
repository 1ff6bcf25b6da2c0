//! Loads dumps, in both formats, as a stream: one item is in memory at a time, and a portion of them on
//! their way into the transaction.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::blob::put_change;
use crate::clock::{MAX_TIME, Micros, from_seconds};
use crate::collection::{FieldPath, dump as collection};
use crate::dump::{no_items, stream_error, type_name};
use crate::engine::{
    BlobChange, Change, ChannelChange, CollectionChange, Condition, DictChange, Kind, ListChange, LogChange, Op,
    QueueChange, Reply, Step, Store,
};
use crate::error::{Error, ErrorKind, Result};
use crate::handle::Handle;
use crate::value::{Json, check_key};

/// What happens to the items that are there when a dump is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoadMode {
    /// They go.
    #[default]
    Replace,
    /// They stay; where dict or blob keys are the same, the dump wins.
    Append,
}

/// How many items, of about how many bytes, go into the transaction at a time.
const PORTION_ITEMS: usize = 512;
const PORTION_BYTES: usize = 1 << 20;

/// The earliest time that an entry is loaded with: BeaverDB 1.x takes any date from the year 1 on.
const MIN_TIME: Micros = -62_135_596_800_000_000;

/// Reads a dump into a structure, in one transaction; tells how many items it had.
pub(crate) fn load(handle: &Handle, input: &mut dyn Read, mode: LoadMode) -> Result<u64> {
    let transaction = handle.store.transaction(None)?;
    let mut loader = Loader {
        handle,
        store: &*transaction.store(),
        portion: Portion::default(),
        read: 0,
        typed: false,
        indexes: Vec::new(),
        failed: None,
    };
    if mode == LoadMode::Replace {
        loader.clear()?;
    }
    loader.run(input)?;
    loader.flush()?;
    loader.declare_indexes()?;
    let items = loader.read;
    transaction.commit()?;
    Ok(items)
}

/// Where a load stands.
struct Loader<'l> {
    handle: &'l Handle,
    store: &'l dyn Store,
    portion: Portion,
    /// How many items were read.
    read: u64,
    /// Whether the dump has said of which type it is.
    typed: bool,
    /// The fields that the dump says are indexed.
    indexes: Vec<FieldPath>,
    /// Why the parser was stopped, if it was not for its own reasons.
    failed: Option<Error>,
}

/// Items on their way.
#[derive(Default)]
struct Portion {
    values: Vec<Json>,
    entries: Vec<(Json, Option<Micros>)>,
    ops: Vec<Op>,
    items: usize,
    bytes: usize,
}

#[derive(Deserialize)]
struct Metadata {
    r#type: Option<String>,
    settings: Option<collection::Settings>,
    #[serde(default)]
    indexes: Vec<String>,
}

#[derive(Deserialize)]
struct DictRow<'r> {
    key: String,
    #[serde(borrow)]
    value: &'r RawValue,
    #[serde(borrow)]
    expires_at: Option<&'r RawValue>,
}

#[derive(Deserialize)]
struct QueueRow<'r> {
    #[serde(borrow)]
    priority: &'r RawValue,
    #[serde(borrow)]
    timestamp: &'r RawValue,
    #[serde(borrow)]
    data: &'r RawValue,
}

#[derive(Deserialize)]
struct LogRow<'r> {
    #[serde(borrow)]
    timestamp: &'r RawValue,
    #[serde(borrow)]
    data: &'r RawValue,
}

/// A message gets a time of its own: the one it had may be another message's by now.
#[derive(Deserialize)]
struct ChannelRow<'r> {
    #[serde(borrow)]
    payload: &'r RawValue,
}

#[derive(Deserialize)]
struct BlobRow<'r> {
    key: String,
    #[serde(borrow)]
    metadata: Option<&'r RawValue>,
    data_b64: std::borrow::Cow<'r, str>,
}

impl Loader<'_> {
    fn clear(&mut self) -> Result<()> {
        let change = match self.handle.kind {
            Kind::Dict => Change::Dict(DictChange::Clear),
            Kind::List => Change::List(ListChange::Clear),
            Kind::Queue => Change::Queue(QueueChange::Clear),
            Kind::Blob => Change::Blob(BlobChange::Clear),
            Kind::Log => Change::Log(LogChange::Clear),
            Kind::Collection => Change::Collection(CollectionChange::Clear),
            Kind::Channel => Change::Channel(ChannelChange::Clear),
            Kind::Lock => return Err(no_items()),
        };
        self.store.write(self.handle.op(change)).map(drop)
    }

    fn run(&mut self, input: &mut dyn Read) -> Result<()> {
        let offset = Cell::new(0);
        let input = Counted { input: BufReader::with_capacity(64 << 10, input), offset: &offset };
        let outcome = self.parse(input);
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        outcome.map_err(|e| self.explain(e, offset.get()))?;
        if self.typed {
            return Ok(());
        }
        Err(Error::new(ErrorKind::TypeMismatch, "the text is no dump: it has no metadata with a type"))
    }

    fn parse(&mut self, input: Counted<'_, impl Read>) -> serde_json::Result<()> {
        let mut parser = serde_json::Deserializer::from_reader(input);
        let whole = Top(&mut *self).deserialize(&mut parser)?;
        if whole {
            return parser.end();
        }
        // No items within the first value: a line for each follows.
        for item in parser.into_iter::<Box<RawValue>>() {
            self.item(&item?).map_err(|e| self.stop(e))?;
        }
        Ok(())
    }

    /// Stops the parser for a reason of ours.
    fn stop<E: serde::de::Error>(&mut self, error: Error) -> E {
        self.failed = Some(error);
        E::custom("stopped")
    }

    fn explain(&self, error: serde_json::Error, offset: usize) -> Error {
        use serde_json::error::Category;
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default();
        let error = match error.classify() {
            Category::Io => return stream_error("the dump could not be read", &io::Error::from(error)),
            Category::Data => Error::new(ErrorKind::TypeMismatch, format!("the text is no dump: {reason}")),
            Category::Syntax => {
                // The byte at fault is the last that was read.
                let offset = offset.saturating_sub(1);
                Error::new(ErrorKind::InvalidJson, format!("not JSON at byte {offset}: {reason}")).at_offset(offset)
            }
            Category::Eof => {
                Error::new(ErrorKind::InvalidJson, format!("not JSON at byte {offset}: {reason}")).at_offset(offset)
            }
        };
        error.at_operation(self.index())
    }

    /// The index of the item that is being read.
    fn index(&self) -> usize {
        usize::try_from(self.read).unwrap_or(usize::MAX)
    }

    fn metadata(&mut self, metadata: &Metadata) -> Result<()> {
        let Some(found) = &metadata.r#type else { return Ok(()) };
        let expected = type_name(self.handle.kind);
        if found != expected && found != self.handle.kind.name() {
            let message = format!("the dump is of another type: it has to be of a {expected}");
            return Err(Error::new(ErrorKind::TypeMismatch, message));
        }
        self.typed = true;
        if self.handle.kind == Kind::Collection {
            self.indexes = metadata.indexes.iter().map(|path| FieldPath::parse(path)).collect::<Result<_>>()?;
            // A collection that holds something keeps the settings that it has.
            if let Some(settings) = &metadata.settings
                && self.store.document_page(&self.handle.name, None, 1)?.is_empty()
            {
                self.write(CollectionChange::Configure(settings.chosen()?))?;
            }
        }
        Ok(())
    }

    fn write(&self, change: CollectionChange) -> Result<Reply> {
        self.store.write(self.handle.op(Change::Collection(change)))
    }

    fn declare_indexes(&mut self) -> Result<()> {
        for path in std::mem::take(&mut self.indexes) {
            self.write(CollectionChange::CreateIndex { path: path.clone() })?;
            let step = Step::Backfill { path };
            while let Reply::Progress { done, total } = self.write(CollectionChange::Step(step.clone()))?
                && done < total
            {}
        }
        Ok(())
    }

    /// Takes the next item.
    fn item(&mut self, raw: &RawValue) -> Result<()> {
        let index = self.index();
        self.add(raw.get()).map_err(|e| e.at_operation(index))?;
        self.read += 1;
        self.portion.items += 1;
        self.portion.bytes += raw.get().len();
        if self.portion.items >= PORTION_ITEMS || self.portion.bytes >= PORTION_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn add(&mut self, item: &str) -> Result<()> {
        let handle = self.handle;
        let change = match handle.kind {
            Kind::List => {
                self.portion.values.push(Json::parse(item)?);
                return Ok(());
            }
            Kind::Log => {
                let LogRow { timestamp, data } = row(item)?;
                self.portion.entries.push((Json::parse(data.get())?, Some(time(timestamp)?)));
                return Ok(());
            }
            Kind::Dict => {
                let DictRow { key, value, expires_at } = row(item)?;
                check_key(&key)?;
                let expires_at = expires_at.map(time).transpose()?;
                Change::Dict(DictChange::Restore { key, value: Json::parse(value.get())?, expires_at })
            }
            Kind::Queue => {
                let QueueRow { priority, timestamp, data } = row(item)?;
                let (priority, timestamp) = (number("the priority", priority)?, time(timestamp)?);
                Change::Queue(QueueChange::Restore { data: Json::parse(data.get())?, priority, timestamp })
            }
            Kind::Blob => {
                let BlobRow { key, metadata, data_b64 } = row(item)?;
                let data = STANDARD.decode(data_b64.as_bytes()).map_err(|e| {
                    Error::new(ErrorKind::TypeMismatch, format!("the blob's data_b64 is not base64: {e}"))
                })?;
                let metadata = metadata.map(|json| Json::parse(json.get())).transpose()?;
                put_change(handle, &key, data, metadata, Condition::Always)?
            }
            Kind::Collection => collection::change_of(item)?,
            Kind::Channel => {
                let ChannelRow { payload } = row(item)?;
                Change::Channel(ChannelChange::Publish(vec![Json::parse(payload.get())?]))
            }
            Kind::Lock => return Err(no_items()),
        };
        self.portion.ops.push(handle.op(change));
        Ok(())
    }

    /// Writes the items that are on their way.
    fn flush(&mut self) -> Result<()> {
        let Portion { values, entries, mut ops, items, .. } = std::mem::take(&mut self.portion);
        if !values.is_empty() {
            ops.push(self.handle.op(Change::List(ListChange::Push(values))));
        }
        if !entries.is_empty() {
            ops.push(self.handle.op(Change::Log(LogChange::Append(entries))));
        }
        if ops.is_empty() {
            return Ok(());
        }
        let first = self.index() - items;
        let written = self.store.write_batch(ops, None);
        written.map(drop).map_err(|e| {
            let within = e.operation().unwrap_or(0);
            e.at_operation(first + within)
        })
    }
}

/// The fields of an item.
fn row<'r, T: Deserialize<'r>>(item: &'r str) -> Result<T> {
    serde_json::from_str(item).map_err(|e| {
        let reason = e.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default();
        Error::new(ErrorKind::TypeMismatch, format!("the item is not one of this type: {reason}"))
    })
}

fn number(what: &str, json: &RawValue) -> Result<f64> {
    // Every JSON number is one for Rust too; one that is too large is an infinity.
    let number = json.get().parse();
    number.map_err(|_| Error::new(ErrorKind::TypeMismatch, format!("{what} of the item is not a number")))
}

/// A time in seconds.
fn time(json: &RawValue) -> Result<Micros> {
    let at = from_seconds(number("the time", json)?);
    if (MIN_TIME..=MAX_TIME).contains(&at) {
        return Ok(at);
    }
    Err(Error::invalid("the time of the item is outside the years 1 to 9999"))
}

/// Counts the bytes that were read, to tell where a fault is.
struct Counted<'c, R> {
    input: R,
    offset: &'c Cell<usize>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.offset.set(self.offset.get() + count);
        Ok(count)
    }
}

/// The first value of a dump: the whole of it, or its first line. Tells whether items were in it.
struct Top<'t, 'l>(&'t mut Loader<'l>);

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> std::result::Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with metadata and items")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<bool, A::Error> {
        let mut whole = false;
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                "metadata" => {
                    let metadata: Metadata = map.next_value()?;
                    self.0.metadata(&metadata).map_err(|e| self.0.stop::<A::Error>(e))?;
                }
                "items" if whole => return Err(A::Error::custom("it has items twice")),
                "items" => {
                    whole = true;
                    map.next_value_seed(Items(&mut *self.0))?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(whole)
    }
}

/// The array of the items.
struct Items<'t, 'l>(&'t mut Loader<'l>);

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<(), A::Error> {
        while let Some(item) = seq.next_element::<Box<RawValue>>()? {
            self.0.item(&item).map_err(|e| self.0.stop::<A::Error>(e))?;
        }
        Ok(())
    }
}
