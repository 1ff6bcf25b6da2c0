//! Channels: messages between programs, through the file.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Micros;
use crate::engine::{Change, ChannelChange, Kind, Message, Reply, Store};
use crate::error::{Error, Result};
use crate::handle::{Handle, Structure};
use crate::pages::Pages;
use crate::subscription::{Start, Subscription};
use crate::value::{Json, check_count, check_limits, check_ttl};

/// A channel: what one process publishes, every subscriber in any process gets, once and in the order of the
/// commits. Messages stay for a while (see [`Retention`]), so that a subscriber can go on where it ended. Any
/// thread may use the handle; clones are cheap.
///
/// ```
/// use beaver_core::{Beaver, Options, Start};
/// use serde_json::json;
/// use std::time::Duration;
/// let db = Beaver::open(":memory:", Options::default())?;
/// let events = db.channel("system_events")?;
/// let subscription = events.subscribe(Start::Now)?;
/// events.publish(json!({"event": "user_login", "user_id": "alice"}))?;
/// let message = subscription.next(Some(Duration::from_secs(1)))?.expect("it was just published");
/// assert_eq!(message.payload.as_str(), r#"{"event":"user_login","user_id":"alice"}"#);
/// # Ok::<(), beaver_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Channel(Handle);

impl AsRef<Handle> for Channel {
    fn as_ref(&self) -> &Handle {
        &self.0
    }
}

impl From<Handle> for Channel {
    fn from(handle: Handle) -> Self {
        Channel(handle)
    }
}

impl Structure for Channel {}

/// How long the messages of a channel are kept. What is too old, or too many, is removed in passing by those who
/// publish; a sixteenth more, or 64, may stand for a while. The default: a day, and 100,000 messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Retention {
    /// The age up to which a message is kept; none: for ever.
    pub max_age: Option<Duration>,
    /// How many messages are kept; none: all.
    pub max_messages: Option<u64>,
}

impl Default for Retention {
    fn default() -> Self {
        Retention { max_age: Some(Duration::from_secs(86_400)), max_messages: Some(100_000) }
    }
}

impl Channel {
    pub(crate) fn new(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(Channel(Handle::new(store, Kind::Channel, name)?))
    }

    /// Publishes a message, and tells its time: unique among the messages of all channels, and later than those of
    /// all before it. Who waits for it wakes at once. O(log n).
    ///
    /// # Errors
    /// LIMIT for a message that is too large; for all that write: READ_ONLY, BUSY (also when another owner has
    /// acquired the channel for longer than the busy timeout), FULL, IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn publish(&self, payload: impl Into<Json>) -> Result<Micros> {
        let stamps = self.stamps(publish_change([payload])?)?;
        stamps.first().copied().ok_or_else(|| Error::internal("a message without a time"))
    }

    /// Publishes many messages in one commit, in their order; tells their times.
    ///
    /// # Errors
    /// As for [`Channel::publish`], with [`Error::operation`]; LIMIT above [`crate::MAX_ITEMS`] messages. None is
    /// published then.
    pub fn publish_many(&self, payloads: impl IntoIterator<Item = impl Into<Json>>) -> Result<Vec<Micros>> {
        self.stamps(publish_change(payloads)?)
    }

    fn stamps(&self, change: Change) -> Result<Vec<Micros>> {
        match self.0.write(change)? {
            Reply::Stamps(stamps) => Ok(stamps),
            other => Err(other.unexpected()),
        }
    }

    /// Begins to listen. Every message that is published after this returned is given, and with another start also
    /// those that are there.
    ///
    /// # Errors
    /// IO, CORRUPT, CLOSED, PAUSED; BUSY and FULL for a file of an earlier format, which gets its tables first;
    /// UNSUPPORTED inside a transaction.
    pub fn subscribe(&self, start: Start) -> Result<Subscription> {
        Subscription::new(&self.0.store, &self.0.name, start)
    }

    /// The messages that are there, oldest first. Fetched in portions, nothing is held in between.
    #[must_use]
    pub fn items(&self) -> Messages {
        Messages { channel: self.clone(), pages: Pages::new(usize::MAX) }
    }

    /// The messages behind a time, as [`Channel::items`] gives them.
    #[must_use]
    pub fn items_after(&self, time: Micros) -> Messages {
        Messages { channel: self.clone(), pages: Pages::after(time) }
    }

    /// How many messages are there. Counts through an index: O(n).
    ///
    /// # Errors
    /// For all that read: IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn len(&self) -> Result<u64> {
        self.0.store.channel_len(&self.0.name)
    }

    /// Whether no message is there. O(log n).
    ///
    /// # Errors
    /// As for [`Channel::len`].
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.0.store.channel_page(&self.0.name, None, 1)?.is_empty())
    }

    /// Removes every message; tells how many there were. A subscriber that has not read them misses them.
    ///
    /// # Errors
    /// As for [`Channel::publish`].
    pub fn clear(&self) -> Result<u64> {
        self.0.write(Change::Channel(ChannelChange::Clear))?.count()
    }

    /// How long messages are kept.
    ///
    /// # Errors
    /// As for [`Channel::len`].
    pub fn retention(&self) -> Result<Retention> {
        self.0.store.channel_retention(&self.0.name)
    }

    /// Chooses how long messages are kept, from the next publish on, in every process that opens the file from now
    /// on or looks next (after 64 messages, or a sixteenth of what it kept so far).
    ///
    /// # Errors
    /// As for [`Channel::publish`]; INVALID_ARGUMENT for an age of zero, LIMIT above a hundred years.
    pub fn set_retention(&self, retention: Retention) -> Result<()> {
        let max_age = retention.max_age.map(|age| check_ttl("the age", age)).transpose()?;
        self.0.write(Change::Channel(ChannelChange::Retain(Retention { max_age, ..retention }))).map(drop)
    }
}

/// Checks messages and makes the change that publishes them.
pub(crate) fn publish_change(payloads: impl IntoIterator<Item = impl Into<Json>>) -> Result<Change> {
    let mut checked = Vec::new();
    for (index, payload) in payloads.into_iter().enumerate() {
        check_count("publish_many", index + 1)?;
        let payload: Json = payload.into();
        check_limits(payload.as_str()).map_err(|e| e.at_operation(index))?;
        checked.push(payload);
    }
    Ok(Change::Channel(ChannelChange::Publish(checked)))
}

/// An iterator over a channel. See [`Channel::items`].
pub struct Messages {
    channel: Channel,
    pages: Pages<Message, Micros>,
}

impl Iterator for Messages {
    type Item = Result<Message>;

    fn next(&mut self) -> Option<Self::Item> {
        let Handle { store, name, .. } = &self.channel.0;
        let fetch = |after: Option<&Micros>, most| store.channel_page(name, after.copied(), most);
        self.pages.next(fetch, |message| message.timestamp)
    }
}
