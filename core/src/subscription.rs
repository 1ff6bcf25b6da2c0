//! Subscriptions: the messages of a channel, in order, as they are published.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::clock::Micros;
use crate::database::deadline;
use crate::engine::{Feed, Message, Store};
use crate::error::{Error, ErrorKind, Result};

/// How many messages are fetched at a time.
const AHEAD: usize = 128;

/// Where a subscription begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub enum Start {
    /// With what is published after the call.
    #[default]
    Now,
    /// After the message of that time: where an earlier subscription ended.
    After(Micros),
    /// With the oldest message that is still there.
    Oldest,
}

/// The messages of a channel from a place on, each once and in the order of their commits, whichever process
/// published them. See [`crate::Channel::subscribe`].
///
/// Its place is that of the last message it gave; the messages wait in the file, so that a slow subscriber takes no
/// memory and slows nobody down. Only if the channel's retention removes messages before they were read, some are
/// lost: `next` says so, once, as LIMIT.
///
/// One thread at a time pulls; any thread may close it.
pub struct Subscription {
    feed: Box<dyn Feed>,
    ahead: Mutex<Ahead>,
}

/// Fetched, and not given yet.
#[derive(Default)]
struct Ahead {
    messages: VecDeque<Message>,
    /// What came up behind the messages that were given last, and is told but once.
    error: Option<Error>,
}

impl Subscription {
    pub(crate) fn new(store: &Arc<dyn Store>, channel: &Arc<str>, start: Start) -> Result<Subscription> {
        Ok(Subscription { feed: store.subscribe(channel, start)?, ahead: Mutex::default() })
    }

    /// Waits for the next message up to `timeout` (zero: try; none: for ever); none if there was none.
    ///
    /// # Errors
    /// LIMIT if messages were removed before they were read: the next call goes on with the oldest that is left.
    /// CLOSED, PAUSED and INTERRUPTED end a wait at once; IO also if the file was replaced or removed; CORRUPT.
    pub fn next(&self, timeout: Option<Duration>) -> Result<Option<Message>> {
        self.next_until(deadline(timeout))
    }

    pub(crate) fn next_until(&self, deadline: Option<Instant>) -> Result<Option<Message>> {
        let mut ahead = self.ahead.lock();
        if !ahead.messages.is_empty() {
            // Before one is taken: after a pause it is still there.
            self.feed.check()?;
        }
        if let Some(message) = ahead.messages.pop_front() {
            return Ok(Some(message));
        }
        if let Some(error) = ahead.error.take() {
            return Err(error);
        }
        drop(ahead);
        let mut messages = self.feed.next(AHEAD, deadline)?.into_iter();
        let first = messages.next();
        self.ahead.lock().messages.extend(messages);
        Ok(first)
    }

    /// Waits as [`Subscription::next`] does, and gives all messages that are there by then, up to so many (at least
    /// one is asked for).
    ///
    /// # Errors
    /// As for [`Subscription::next`].
    pub fn next_many(&self, most: usize, timeout: Option<Duration>) -> Result<Vec<Message>> {
        let Some(first) = self.next(timeout)? else { return Ok(Vec::new()) };
        Ok(self.and_more(first, most, || self.next_until(Some(Instant::now()))))
    }

    /// Adds to the first what else is there. An error waits for the next call: what is here was read already.
    pub(crate) fn and_more<T>(&self, first: T, most: usize, mut next: impl FnMut() -> Result<Option<T>>) -> Vec<T> {
        let mut all = vec![first];
        while all.len() < most {
            match next() {
                Ok(Some(another)) => all.push(another),
                Ok(None) => break,
                Err(error) => {
                    // The others last: they come again, unless they are over by then.
                    if matches!(error.kind(), ErrorKind::Limit | ErrorKind::Io | ErrorKind::Corrupt) {
                        self.ahead.lock().error = Some(error);
                    }
                    break;
                }
            }
        }
        all
    }

    /// Ends the subscription: a `next` that waits, and each later one, fails as CLOSED.
    pub fn close(&self) {
        self.feed.close();
    }

    /// Sets who is told when messages have come, or why there will be none: for event loops, which then call `next`
    /// with a timeout of zero until it gives none. Told again only after that. Called from a thread of the
    /// database's own, or from the one that published; it must return soon and must not call back into the
    /// database. If messages are there already, it is called at once.
    pub fn on_ready(&self, ready: Option<Arc<dyn Fn() + Send + Sync>>) {
        self.feed.on_ready(ready);
    }

    /// A descriptor that can be read from as long as there may be messages: for `poll`, `epoll` and the loops built on
    /// them. Do not read from it: call `next` with a timeout of zero until it gives none. It lives as long as the
    /// subscription.
    ///
    /// # Errors
    /// IO if no descriptor can be had.
    #[cfg(unix)]
    pub fn descriptor(&self) -> Result<std::os::fd::BorrowedFd<'_>> {
        self.feed.descriptor()
    }
}
