//! Changes, as data: what is done to a structure, and what that gives back.

use std::sync::Arc;
use std::time::Duration;

use super::{CollectionChange, Kind, LeasedItem, QueueItem};
use crate::channel::Retention;
use crate::clock::Micros;
use crate::error::{Error, Result};
use crate::value::Json;

/// One change of one structure.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Op {
    /// The structure's name.
    pub name: Arc<str>,
    /// On whose behalf: the lock owner whose calls pass an acquired structure.
    pub owner: Option<Arc<str>>,
    pub change: Change,
}

#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Change {
    Dict(DictChange),
    List(ListChange),
    Queue(QueueChange),
    Blob(BlobChange),
    Log(LogChange),
    Collection(CollectionChange),
    Channel(ChannelChange),
    Lock(LockChange),
}

impl Op {
    pub fn kind(&self) -> Kind {
        match self.change {
            Change::Dict(_) => Kind::Dict,
            Change::List(_) => Kind::List,
            Change::Queue(_) => Kind::Queue,
            Change::Blob(_) => Kind::Blob,
            Change::Log(_) => Kind::Log,
            Change::Collection(_) => Kind::Collection,
            Change::Channel(_) => Kind::Channel,
            Change::Lock(_) => Kind::Lock,
        }
    }
}

/// When a change applies at all. An unmet condition is `Reply::Flag(false)`, and fails a batch.
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Condition {
    #[default]
    Always,
    /// Nothing is at the key or index.
    Absent,
    /// The value at the key or index is this one (for a blob: its metadata).
    Equals(Json),
}

#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum DictChange {
    /// `Flag(applied)`
    Set { key: String, value: Json, ttl: Option<Duration>, condition: Condition },
    /// `Done`
    SetMany { items: Vec<(String, Json)>, ttl: Option<Duration> },
    /// `Flag(there was such a key)`; with a condition: `Flag(applied)`
    Delete { key: String, condition: Condition },
    /// `Value`
    Pop { key: String },
    /// `Count` of live keys removed
    Clear,
    /// `Done`: inserts an item as it was dumped, with its absolute expiry.
    Restore { key: String, value: Json, expires_at: Option<Micros> },
}

#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum ListChange {
    /// `Done`: appends all, in order.
    Push(Vec<Json>),
    /// `Done`: puts one before the first.
    Prepend(Json),
    /// `Value`: takes the last.
    Pop,
    /// `Value`: takes the first.
    Deque,
    /// `Done`: the index is clamped, as Python's.
    Insert { index: i64, value: Json },
    /// `Flag(in range and condition met)`
    Set { index: i64, value: Json, condition: Condition },
    /// `Flag(in range and condition met)`
    Delete { index: i64, condition: Condition },
    /// `Flag(found)`: removes the first item of that value.
    Remove(Json),
    /// `Done`
    Reverse,
    /// `Count` of items removed: replaces a slice by any number of values.
    Replace { start: Option<i64>, stop: Option<i64>, values: Vec<Json> },
    /// `Count`
    Clear,
}

#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum QueueChange {
    /// `Done`: puts all, in order.
    Put(Vec<(Json, f64)>),
    /// `Items` (at least one), or `Empty`: takes up to so many of the first.
    Take { count: usize },
    /// `Leased`, or `Empty`.
    Lease { lease: Duration, dead_letter: Option<DeadLetter> },
    /// `Flag(the lease was still held)`
    Ack { id: u64 },
    /// `Flag(the lease was still held)`; it is given out again after the delay.
    Nack { id: u64, delay: Duration },
    /// `Flag(the lease was still held)`
    Extend { id: u64, lease: Duration },
    /// `Count`, leased items included.
    Clear,
    /// `Done`: inserts an item as it was dumped, with its stamp.
    Restore { data: Json, priority: f64, timestamp: Micros },
}

/// Where items go that were given out too often.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct DeadLetter {
    pub max_attempts: u32,
    pub queue: Arc<str>,
}

#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum BlobChange {
    /// `Flag(applied)`
    Put {
        key: String,
        #[cfg_attr(feature = "remote", serde(with = "crate::remote::bytes"))]
        data: Vec<u8>,
        metadata: Option<Json>,
        condition: Condition,
    },
    /// `Flag(there was such a key)`
    Delete { key: String },
    /// `Count`
    Clear,
    /// `Done`: keeps a chunk of an upload that nobody sees yet. Chunks come in sequence from 0.
    Stage {
        upload: Arc<str>,
        sequence: u64,
        #[cfg_attr(feature = "remote", serde(with = "crate::remote::bytes"))]
        data: Vec<u8>,
    },
    /// `Done`: makes the staged chunks the blob of that key.
    Finish { upload: Arc<str>, key: String, metadata: Option<Json> },
    /// `Flag(none are left)`: forgets some of the staged chunks; to be repeated until none are left, so
    /// that each commit is short.
    Abort { upload: Arc<str> },
}

#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum LogChange {
    /// `Stamps`: the time that each entry got.
    Append(Vec<(Json, Option<Micros>)>),
    /// `Count` of entries removed.
    Prune { older_than: Option<Micros>, keep_last: Option<u64> },
    /// `Count`
    Clear,
}

#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum ChannelChange {
    /// `Stamps`: the time that each message got.
    Publish(Vec<Json>),
    /// `Done`
    Retain(Retention),
    /// `Count`
    Clear,
    /// `Flag(somebody listens)`: tells those who listen to the topic, which stands in the place of the name.
    Emit { event: String, payload: Json },
    /// `Done`: the listener listens to the events of the topic from now on.
    Listen { event: String, listener: Arc<str> },
    /// `Done`
    Unlisten { event: String, listener: Arc<str> },
}

#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum LockChange {
    /// `Flag(true)` once held, else `Empty`: takes a place in the line, or keeps it. With `again`, the
    /// owner holds it already, as far as it knows: a hold that ends later is not cut short.
    Acquire { ttl: Duration, again: bool },
    /// `Flag(it was held)`
    Leave,
    /// `Done`: gives up a place in the line, but not the lock itself.
    StopWaiting,
    /// `Flag(it is still held)`
    Renew { ttl: Duration },
    /// `Count` of places removed.
    Clear,
}

/// What a change gives back; each change documents which.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Reply {
    Done,
    Flag(bool),
    Count(u64),
    Value(Option<Json>),
    Stamps(Vec<Micros>),
    Items(Vec<QueueItem>),
    Leased(Box<LeasedItem>),
    /// How far something long is.
    Progress {
        done: u64,
        total: u64,
    },
    /// Nothing there now. Something may be at that time, if it is known.
    Empty {
        retry_at: Option<Micros>,
    },
}

impl Reply {
    pub fn flag(self) -> Result<bool> {
        match self {
            Reply::Flag(flag) => Ok(flag),
            other => Err(other.unexpected()),
        }
    }

    pub fn count(self) -> Result<u64> {
        match self {
            Reply::Count(count) => Ok(count),
            other => Err(other.unexpected()),
        }
    }

    pub fn value(self) -> Result<Option<Json>> {
        match self {
            Reply::Value(value) => Ok(value),
            other => Err(other.unexpected()),
        }
    }

    pub fn unexpected(&self) -> Error {
        let variant = match self {
            Reply::Done => "Done",
            Reply::Flag(_) => "Flag",
            Reply::Count(_) => "Count",
            Reply::Value(_) => "Value",
            Reply::Stamps(_) => "Stamps",
            Reply::Items(_) => "Items",
            Reply::Leased(_) => "Leased",
            Reply::Progress { .. } => "Progress",
            Reply::Empty { .. } => "Empty",
        };
        Error::internal(format!("the engine gave an unexpected reply: {variant}"))
    }
}
