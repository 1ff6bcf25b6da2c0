//! What handles and engines exchange: a small trait per modality for reading, and one [`Op`] for
//! every change.
//!
//! A change is data, not a call, because the same change is made in four ways: alone, merged with
//! the waiting changes of other threads into one commit, inside a batch, or inside a transaction.

mod change;
mod collection;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

pub(crate) use change::{
    BlobChange, Change, ChannelChange, Condition, DeadLetter, DictChange, ListChange, LockChange, LogChange, Op,
    QueueChange, Reply,
};
pub(crate) use collection::{
    CollectionChange, DocumentEngine, FieldEngine, GraphEngine, Step, StoredDocument, TextEngine, VectorEngine,
};

use crate::channel::Retention;
use crate::clock::Micros;
use crate::database::{Info, Progress, Stats, VerifyReport};
use crate::error::{Error, Result};
use crate::options::{Durability, LogSink};
use crate::subscription::Start;
use crate::value::Json;

/// The kinds of structures a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub enum Kind {
    /// Keys and values, with a time to live.
    Dict,
    /// Values in order.
    List,
    /// A priority queue.
    Queue,
    /// Named bytes with metadata.
    Blob,
    /// Values in the order of time.
    Log,
    /// Documents with text, vectors and relations.
    Collection,
    /// Messages between programs.
    Channel,
    /// A named lock between processes.
    Lock,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 8] =
        [Kind::Dict, Kind::List, Kind::Queue, Kind::Blob, Kind::Log, Kind::Collection, Kind::Channel, Kind::Lock];

    /// The name of the kind: `"dict"`, `"list"`, `"queue"`, `"blob"`, `"log"`, `"collection"`,
    /// `"channel"`, `"lock"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Dict => "dict",
            Kind::List => "list",
            Kind::Queue => "queue",
            Kind::Blob => "blob",
            Kind::Log => "log",
            Kind::Collection => "collection",
            Kind::Channel => "channel",
            Kind::Lock => "lock",
        }
    }

    /// The kind of that name.
    ///
    /// # Errors
    /// INVALID_ARGUMENT if there is none.
    pub fn parse(name: &str) -> Result<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            Error::invalid("no such kind: give dict, list, queue, blob, log, collection, channel or lock")
        })
    }
}

/// An item of a queue.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct QueueItem {
    /// Lower comes first.
    pub priority: f64,
    /// When it was put, in microseconds since 1970; breaks ties of priority.
    pub timestamp: Micros,
    /// The value.
    pub data: Json,
}

/// An item that was given out on a lease.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct LeasedItem {
    /// What to settle it by: `ack`, `nack` or `extend`. Never used twice.
    pub id: u64,
    /// How often the item has been given out, this time included.
    pub attempts: u32,
    /// The item.
    pub item: QueueItem,
}

/// Where an iteration over a queue stands: the order of the items, made unique by the row.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct QueueCursor {
    pub priority: f64,
    /// As it is stored, which may be finer than a microsecond.
    pub stamp: f64,
    /// Whether the item is a lease that came back.
    pub leased: bool,
    pub row: i64,
}

/// An entry of a log.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct LogEntry {
    /// Microseconds since 1970; unique in its log.
    pub timestamp: Micros,
    /// The value.
    pub data: Json,
}

/// A message of a channel.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Message {
    /// When it was published, in microseconds since 1970: unique among the messages of all channels, and in
    /// their order. A subscription can begin after it.
    pub timestamp: Micros,
    /// The value.
    pub payload: Json,
}

/// A blob: its bytes and its metadata.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Blob {
    /// The bytes.
    #[cfg_attr(feature = "remote", serde(with = "crate::remote::bytes"))]
    pub data: Vec<u8>,
    /// The metadata, if any was given.
    pub metadata: Option<Json>,
}

pub(crate) trait DictEngine {
    fn dict_get(&self, name: &str, key: &str) -> Result<Option<Json>>;
    fn dict_get_many(&self, name: &str, keys: &[&str]) -> Result<Vec<Option<Json>>>;
    fn dict_contains(&self, name: &str, key: &str) -> Result<bool>;
    fn dict_len(&self, name: &str) -> Result<u64>;
    /// Live items in the order of keys, after that key.
    fn dict_page(&self, name: &str, after: Option<&str>, limit: usize) -> Result<Vec<DictItem>>;
}

/// A key, its value, and when it expires.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct DictItem {
    pub key: String,
    pub value: Json,
    pub expires_at: Option<Micros>,
}

pub(crate) trait ListEngine {
    fn list_len(&self, name: &str) -> Result<u64>;
    /// The item at an index; a negative one counts from the end.
    fn list_get(&self, name: &str, index: i64) -> Result<Option<Json>>;
    /// As Python's slice with step 1.
    fn list_slice(&self, name: &str, start: Option<i64>, stop: Option<i64>) -> Result<Vec<Json>>;
    /// Items in order, with their place, after that place.
    fn list_page(&self, name: &str, after: Option<f64>, limit: usize) -> Result<Vec<(f64, Json)>>;
    /// The index of the first equal item within the slice.
    fn list_find(&self, name: &str, value: &Json, start: Option<i64>, stop: Option<i64>) -> Result<Option<u64>>;
    fn list_count(&self, name: &str, value: &Json) -> Result<u64>;
}

pub(crate) trait QueueEngine {
    fn queue_peek(&self, name: &str) -> Result<Option<QueueItem>>;
    /// How many items a `get` could have now.
    fn queue_len(&self, name: &str) -> Result<u64>;
    /// How many items are out on a lease that still runs.
    fn queue_leased(&self, name: &str) -> Result<u64>;
    /// How many items there are at all: also those on a lease, and those that were given back for later.
    fn queue_total(&self, name: &str) -> Result<u64>;
    /// Items in their order, after that cursor: those that a `get` could have now, or all that there are.
    fn queue_page(
        &self,
        name: &str,
        all: bool,
        after: Option<QueueCursor>,
        limit: usize,
    ) -> Result<Vec<(QueueCursor, QueueItem)>>;
}

pub(crate) trait BlobEngine {
    fn blob_get(&self, name: &str, key: &str) -> Result<Option<Blob>>;
    /// The length in bytes and the metadata.
    fn blob_stat(&self, name: &str, key: &str) -> Result<Option<(u64, Option<Json>)>>;
    fn blob_contains(&self, name: &str, key: &str) -> Result<bool>;
    fn blob_len(&self, name: &str) -> Result<u64>;
    /// Keys in order, after that key.
    fn blob_page(&self, name: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>>;
    /// The bytes as they are at this moment, to be read bit by bit.
    fn blob_open(&self, name: &str, key: &str) -> Result<Option<Box<dyn BlobStream>>>;
}

/// The bytes of one blob at one moment.
pub(crate) trait BlobStream: Send {
    fn len(&self) -> u64;
    /// Fills the buffer as far as there are bytes; 0 at the end.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize>;
}

pub(crate) trait LogEngine {
    fn log_len(&self, name: &str) -> Result<u64>;
    /// Up to `limit` entries in order, with their place, after that place.
    fn log_page(&self, name: &str, range: &LogRange, after: Option<f64>, limit: usize) -> Result<Vec<(f64, LogEntry)>>;
    /// What has come to a log since a mark was set, whatever time the entries have. Without a mark, or if entries from
    /// `start` on were removed since then: all from `start` on.
    fn log_news(&self, name: &str, start: Micros, mark: Option<&LogMark>) -> Result<LogNews>;
}

/// How far a log was read: the newest row of all logs by then, and how often rows had been removed.
#[derive(Debug, Clone, Copy, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct LogMark {
    pub newest_row: i64,
    /// Of this log.
    pub removals: i64,
    /// Of the newest row of all: its number is given again.
    pub newest_removals: i64,
}

#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct LogNews {
    /// In the order of their times.
    pub entries: Vec<LogEntry>,
    /// Whether they are all, not only the new ones.
    pub anew: bool,
    pub mark: LogMark,
}

/// Which entries of a log: from `start` (included) to `end` (excluded).
#[derive(Debug, Clone, Copy, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct LogRange {
    pub start: Option<Micros>,
    pub end: Option<Micros>,
    pub reverse: bool,
}

pub(crate) trait ChannelEngine {
    fn channel_len(&self, name: &str) -> Result<u64>;
    /// Messages in order, after that time.
    fn channel_page(&self, name: &str, after: Option<Micros>, limit: usize) -> Result<Vec<Message>>;
    fn channel_retention(&self, name: &str) -> Result<Retention>;
    /// Whether anybody listens to an event.
    fn event_listened(&self, topic: &str, event: &str) -> Result<bool>;
}

/// The messages of one channel, as a subscription pulls them.
pub(crate) trait Feed: Send + Sync {
    /// Whether calls may pass.
    fn check(&self) -> Result<()>;
    /// Up to so many messages that were not given yet, as soon as there is one; none if the deadline is past.
    fn next(&self, most: usize, deadline: Option<Instant>) -> Result<Vec<Message>>;
    fn close(&self);
    fn on_ready(&self, ready: Option<Arc<dyn Fn() + Send + Sync>>);
    #[cfg(unix)]
    fn descriptor(&self) -> Result<std::os::fd::BorrowedFd<'_>>;
}

pub(crate) trait LockEngine {
    /// Who holds the lock now: the owner's id.
    fn lock_holder(&self, name: &str) -> Result<Option<String>>;
}

/// All that is read of structures. Implemented by a database, a transaction, and a snapshot.
pub(crate) trait Reading:
    DictEngine
    + ListEngine
    + QueueEngine
    + BlobEngine
    + LogEngine
    + DocumentEngine
    + VectorEngine
    + TextEngine
    + FieldEngine
    + GraphEngine
    + ChannelEngine
    + LockEngine
    + Send
    + Sync
{
    /// The names of a kind, sorted, internal ones left out.
    fn names(&self, kind: Kind) -> Result<Vec<String>>;

    /// The time that decides what has expired.
    fn now_us(&self) -> Micros;
}

/// What handles read from and write to: a database, or one open transaction of it.
pub(crate) trait Store: Reading {
    /// Whether calls may pass: CLOSED, PAUSED and PANIC if not.
    fn check(&self) -> Result<()>;

    /// Makes one change in its own commit (or in one with those of other threads).
    fn write(&self, op: Op) -> Result<Reply>;

    /// Repeats a change whenever it could succeed, until its reply is not [`Reply::Empty`] or the
    /// deadline is past (none: for ever).
    fn write_until(&self, op: Op, deadline: Option<Instant>) -> Result<Reply>;

    /// Makes all changes in one commit, or none; an error names the index of the operation.
    fn write_batch(&self, ops: Vec<Op>, durability: Option<Durability>) -> Result<Vec<Reply>>;

    /// Makes all changes of each in one commit, or none of it, whatever becomes of the others. None waits for the
    /// holder of a structure: it is BUSY then.
    fn write_each(&self, batches: Vec<Vec<Op>>) -> Vec<Result<Vec<Reply>>> {
        batches.into_iter().map(|ops| self.write_batch(ops, None)).collect()
    }

    /// Begins to listen to a channel.
    fn subscribe(&self, channel: &Arc<str>, start: Start) -> Result<Box<dyn Feed>>;

    /// Enters this database among those who listen to an event of a topic, as often as it is called.
    fn listen(&self, topic: &Arc<str>, event: &Arc<str>) -> Result<()>;

    /// Takes back one `listen`.
    fn unlisten(&self, topic: &Arc<str>, event: &Arc<str>) -> Result<()>;

    /// Sleeps until then, or until it is ended: by `end_sleeps`, or, as an error, because the database is closed,
    /// paused or interrupted.
    fn sleep(&self, until: Instant, ended: &AtomicBool) -> Result<()>;

    /// Lets those who sleep look whether they are ended.
    fn end_sleeps(&self);

    /// The same data at this one moment, to be read for as long as it is held.
    fn snapshot(&self) -> Result<Box<dyn Reading>>;

    /// The same data inside one transaction, which is undone when dropped before its commit.
    fn transaction(&self, durability: Option<Durability>) -> Result<Box<dyn Transaction>>;
}

/// A whole engine.
pub(crate) trait Engine: Store {
    fn info(&self) -> Result<Info>;
    fn verify(&self) -> Result<VerifyReport>;
    fn stats(&self) -> Result<Stats>;
    fn vacuum(&self) -> Result<()>;
    fn checkpoint(&self) -> Result<()>;
    fn backup(&self, path: &std::path::Path, progress: &mut dyn FnMut(Progress) -> bool) -> Result<()>;
    fn pause(&self) -> Result<()>;
    fn resume(&self) -> Result<()>;
    fn interrupt(&self);
    fn set_log(&self, log: Option<LogSink>);
    fn close(&self) -> Result<()>;
    /// Breaks the engine for good after a panic inside it.
    fn break_down(&self);
}

/// An open transaction. Dropped, it is undone.
pub(crate) trait Transaction {
    fn store(&self) -> Arc<dyn Store>;
    fn commit(self: Box<Self>) -> Result<()>;
}
