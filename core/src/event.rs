//! Events: what a change of a structure tells those who listen.
//!
//! An event is a message on an internal channel of its topic, as JSON: `{"topic", "event", "payload"}`. The names of
//! topics, events and payloads are those of BeaverDB 1.x, and more of the same kind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::clock::Micros;
use crate::database::deadline;
use crate::engine::{
    BlobChange, Change, ChannelChange, CollectionChange, DictChange, Kind, ListChange, LockChange, LogChange, Message,
    Op, QueueChange, Reply, Store,
};
use crate::error::{Error, Result};
use crate::subscription::{Start, Subscription};
use crate::value::{Json, check_limits, check_name};

/// What happened to a structure, or what [`crate::Beaver::emit`] was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When, in microseconds since 1970; unique, and in the order of the commits.
    pub timestamp: Micros,
    /// Where: `dict:app_config` for a structure, or a topic of your own.
    pub topic: String,
    /// What: `set`, `del`, `push`, …
    pub event: String,
    /// Details: `{"key"}`, `{"index"}`, `{"id"}`, `{"src_id", "tgt_id"}`, or `{}`.
    pub payload: Json,
}

/// The event that stands for all events of a topic.
pub(crate) const ANY: &str = "*";

/// Internal channels begin so.
const CHANNEL: &str = "__beaver_events__:";

/// The topic of a structure.
pub(crate) fn topic(kind: Kind, name: &str) -> String {
    format!("{}:{name}", kind.name())
}

/// The channel that the events of a topic travel on.
pub(crate) fn channel_name(topic: &str) -> String {
    format!("{CHANNEL}{topic}")
}

/// Whether a channel is one of events.
pub(crate) fn is_channel(name: &str) -> bool {
    name.starts_with(CHANNEL)
}

/// The topic whose events travel on that channel.
#[cfg(feature = "remote")]
pub(crate) fn topic_of(channel: &str) -> Option<&str> {
    channel.strip_prefix(CHANNEL)
}

/// An event as it travels.
#[derive(Serialize, Deserialize)]
struct Body<'b> {
    topic: std::borrow::Cow<'b, str>,
    event: std::borrow::Cow<'b, str>,
    #[serde(borrow)]
    payload: &'b serde_json::value::RawValue,
}

pub(crate) fn message(topic: &str, event: &str, payload: &Json) -> Result<Json> {
    let payload: &serde_json::value::RawValue =
        serde_json::from_str(payload.as_str()).map_err(|e| Error::internal(format!("a payload: {e}")))?;
    Json::of(&Body { topic: topic.into(), event: event.into(), payload })
}

fn of_message(message: &Message) -> Result<Event> {
    let body: Body<'_> = serde_json::from_str(message.payload.as_str())
        .map_err(|_| Error::new(crate::ErrorKind::Corrupt, "a message on a channel of events is no event"))?;
    Ok(Event {
        timestamp: message.timestamp,
        topic: body.topic.into_owned(),
        event: body.event.into_owned(),
        payload: Json::trusted(body.payload.get()),
    })
}

/// The name and the payload of an event.
pub(crate) struct EventName {
    pub event: &'static str,
    pub payload: Json,
}

/// What a change tells: nothing if it changed nothing.
pub(crate) fn of_change(change: &Change, reply: &Reply) -> Vec<EventName> {
    if matches!(reply, Reply::Flag(false) | Reply::Empty { .. } | Reply::Value(None)) {
        return Vec::new();
    }
    let plain = |event| one(event, json!({}));
    match change {
        Change::Dict(change) => match change {
            DictChange::Set { key, .. } | DictChange::Restore { key, .. } => one("set", json!({ "key": key })),
            DictChange::SetMany { items, .. } => {
                items.iter().flat_map(|(key, _)| one("set", json!({ "key": key }))).collect()
            }
            DictChange::Delete { key, .. } | DictChange::Pop { key } => one("del", json!({ "key": key })),
            DictChange::Clear => plain("clear"),
        },
        Change::List(change) => match change {
            ListChange::Push(_) => plain("push"),
            ListChange::Prepend(_) => plain("prepend"),
            ListChange::Pop => plain("pop"),
            ListChange::Deque => plain("deque"),
            ListChange::Insert { index, .. } => one("insert", json!({ "index": index })),
            ListChange::Set { index, .. } => one("set", json!({ "index": index })),
            ListChange::Delete { index, .. } => one("del", json!({ "index": index })),
            ListChange::Remove(_) => plain("del"),
            ListChange::Reverse => plain("reverse"),
            ListChange::Replace { .. } => plain("replace"),
            ListChange::Clear => plain("clear"),
        },
        Change::Queue(change) => match change {
            QueueChange::Put(_) | QueueChange::Restore { .. } => plain("put"),
            QueueChange::Take { .. } | QueueChange::Lease { .. } => plain("get"),
            QueueChange::Ack { id } => one("ack", json!({ "id": id })),
            QueueChange::Nack { id, .. } => one("nack", json!({ "id": id })),
            QueueChange::Extend { .. } => Vec::new(),
            QueueChange::Clear => plain("clear"),
        },
        Change::Blob(change) => match change {
            BlobChange::Put { key, .. } | BlobChange::Finish { key, .. } => one("put", json!({ "key": key })),
            BlobChange::Delete { key } => one("del", json!({ "key": key })),
            BlobChange::Clear => plain("clear"),
            BlobChange::Stage { .. } | BlobChange::Abort { .. } => Vec::new(),
        },
        Change::Log(change) => match (change, reply) {
            (LogChange::Append(_), Reply::Stamps(stamps)) => {
                one("append", json!({ "timestamp_us": stamps.last().copied() }))
            }
            (LogChange::Append(_), _) => Vec::new(),
            (LogChange::Prune { .. }, _) => plain("prune"),
            (LogChange::Clear, _) => plain("clear"),
        },
        Change::Collection(change) => match (change, reply) {
            (CollectionChange::Index(indexing), _) => one("index", json!({ "id": indexing.document.id })),
            (CollectionChange::Drop { id }, _) => one("drop", json!({ "id": id })),
            (CollectionChange::Connect(edges), _) => {
                edges.iter().flat_map(|edge| between("connect", &edge.source, &edge.target)).collect()
            }
            (CollectionChange::Disconnect { .. }, Reply::Count(0)) => Vec::new(),
            (CollectionChange::Disconnect { source, target, .. }, _) => between("disconnect", source, target),
            (CollectionChange::Clear, _) => plain("clear"),
            _ => Vec::new(),
        },
        Change::Lock(change) => match change {
            LockChange::Acquire { again: false, .. } => plain("acquire"),
            LockChange::Leave => plain("release"),
            LockChange::Clear => plain("clear"),
            _ => Vec::new(),
        },
        Change::Channel(ChannelChange::Clear) => plain("clear"),
        Change::Channel(_) => Vec::new(),
    }
}

fn one(event: &'static str, payload: serde_json::Value) -> Vec<EventName> {
    vec![EventName { event, payload: payload.into() }]
}

fn between(event: &'static str, source: &str, target: &str) -> Vec<EventName> {
    one(event, json!({ "src_id": source, "tgt_id": target }))
}

fn op(topic: &Arc<str>, change: ChannelChange) -> Op {
    Op { name: topic.clone(), owner: None, change: Change::Channel(change) }
}

/// Tells those who listen, in any process; true if anybody does.
pub(crate) fn emit(store: &dyn Store, topic: &str, event: &str, payload: Json) -> Result<bool> {
    let topic = check_name(topic)?;
    let event = check_name(event)?;
    if &*event == ANY {
        return Err(Error::invalid("the event \"*\" stands for all events, to listen to: emit one by its name"));
    }
    check_limits(payload.as_str())?;
    if !store.event_listened(&topic, &event)? {
        return Ok(false);
    }
    store.write(op(&topic, ChannelChange::Emit { event: event.to_string(), payload }))?.flag()
}

/// The events of one topic, from the moment it was made on: see [`crate::Structure::on`] and [`crate::Beaver::on`].
/// Dropped, it listens no more. One thread at a time pulls; any thread may close it.
pub struct Events {
    messages: Subscription,
    listening: Listening,
}

/// An entry among those who listen, taken back when dropped.
struct Listening {
    store: Arc<dyn Store>,
    topic: Arc<str>,
    event: Arc<str>,
    ended: AtomicBool,
}

impl Listening {
    fn begin(store: Arc<dyn Store>, topic: &Arc<str>, event: &Arc<str>) -> Result<Listening> {
        store.listen(topic, event)?;
        Ok(Listening { store, topic: topic.clone(), event: event.clone(), ended: AtomicBool::new(false) })
    }

    fn end(&self) {
        if !self.ended.swap(true, Ordering::AcqRel) {
            // Best effort: what a closed database leaves behind, it removed at its close; else a writer finds out.
            let _ = self.store.unlisten(&self.topic, &self.event);
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.end();
    }
}

impl Events {
    /// Listens to a topic of the user's own, as it is named.
    pub(crate) fn of_topic(store: &Arc<dyn Store>, topic: &str, event: &str) -> Result<Events> {
        Events::new(store, &check_name(topic)?, event)
    }

    /// Listens to the topic of a structure, which is longer than the longest name if that of the structure is.
    pub(crate) fn of_structure(store: &Arc<dyn Store>, kind: Kind, name: &str, event: &str) -> Result<Events> {
        Events::new(store, &topic(kind, name).into(), event)
    }

    fn new(store: &Arc<dyn Store>, topic: &Arc<str>, event: &str) -> Result<Events> {
        let event = check_name(event)?;
        // In this order: what is emitted as soon as it listens is not lost.
        let messages = Subscription::new(store, &channel_name(topic).into(), Start::Now)?;
        let listening = Listening::begin(store.clone(), topic, &event)?;
        Ok(Events { messages, listening })
    }

    /// The topic that is listened to.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.listening.topic
    }

    /// Waits for the next event up to `timeout` (zero: try; none: for ever); none if there was none.
    ///
    /// # Errors
    /// As for [`Subscription::next`].
    pub fn next(&self, timeout: Option<Duration>) -> Result<Option<Event>> {
        self.next_until(deadline(timeout))
    }

    /// Waits as [`Events::next`] does, and gives all events that are there by then, up to so many (at least one is
    /// asked for).
    ///
    /// # Errors
    /// As for [`Subscription::next`].
    pub fn next_many(&self, most: usize, timeout: Option<Duration>) -> Result<Vec<Event>> {
        let Some(first) = self.next(timeout)? else { return Ok(Vec::new()) };
        Ok(self.messages.and_more(first, most, || self.next_until(Some(Instant::now()))))
    }

    fn next_until(&self, deadline: Option<Instant>) -> Result<Option<Event>> {
        loop {
            let Some(message) = self.messages.next_until(deadline)? else { return Ok(None) };
            let event = of_message(&message)?;
            if &*self.listening.event == ANY || *event.event == *self.listening.event {
                return Ok(Some(event));
            }
        }
    }

    /// Listens no more: a `next` that waits, and each later one, fails as CLOSED.
    pub fn close(&self) {
        self.messages.close();
        self.listening.end();
    }

    /// As [`Subscription::on_ready`]. A `next` may then still find nothing: the event was another one of the topic.
    pub fn on_ready(&self, ready: Option<Arc<dyn Fn() + Send + Sync>>) {
        self.messages.on_ready(ready);
    }

    /// As [`Subscription::descriptor`].
    ///
    /// # Errors
    /// As for [`Subscription::descriptor`].
    #[cfg(unix)]
    pub fn descriptor(&self) -> Result<std::os::fd::BorrowedFd<'_>> {
        self.messages.descriptor()
    }
}
