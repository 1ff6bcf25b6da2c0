//! Messages of channels, and events, as they come.

use std::sync::Arc;

use beaver_core::{Beaver, Events, Result, Subscription, wire};

use crate::call::{Live, call};
use crate::cancel::{Cancel, waiting};
use crate::error::Failure;
use crate::input::timeout;

/// Gives messages or events in their order, each once. Rows of messages are `{"timestamp_us", "payload"}`, of events
/// `{"timestamp_us", "topic", "event", "payload"}`.
#[derive(uniffi::Object)]
pub struct SubscriptionHandle {
    source: Source,
    db: Beaver,
    _live: Live,
}

enum Source {
    Channel(Subscription),
    Events(Events),
}

impl SubscriptionHandle {
    pub fn to_channel(subscription: Subscription, db: &Beaver) -> Arc<Self> {
        Arc::new(SubscriptionHandle { source: Source::Channel(subscription), db: db.clone(), _live: Live::new() })
    }

    pub fn to_events(events: Events, db: &Beaver) -> Arc<Self> {
        Arc::new(SubscriptionHandle { source: Source::Events(events), db: db.clone(), _live: Live::new() })
    }

    fn rows(&self, most: usize, timeout_ms: i64) -> Result<Vec<String>> {
        let timeout = timeout(timeout_ms)?;
        Ok(match &self.source {
            Source::Channel(subscription) => {
                subscription.next_many(most, timeout)?.iter().map(wire::message_row).collect()
            }
            Source::Events(events) => events.next_many(most, timeout)?.iter().map(wire::event_row).collect(),
        })
    }
}

#[uniffi::export]
impl SubscriptionHandle {
    /// Waits for the next, and gives up to so many that are there: a JSON array of rows; none if the time ran out.
    pub fn next_batch(
        &self,
        most: u32,
        timeout_ms: i64,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Option<String>, Failure> {
        call(&self.db, || {
            let rows = waiting(cancel.as_ref(), || self.rows(most.max(1) as usize, timeout_ms))?;
            Ok((!rows.is_empty()).then(|| wire::array(rows)))
        })
    }

    /// Ends it: a `next_batch` that waits, and each later one, fails as CLOSED.
    pub fn stop(&self) {
        match &self.source {
            Source::Channel(subscription) => subscription.close(),
            Source::Events(events) => events.close(),
        }
    }

    /// A file descriptor that can be read from, by `poll` and its like, while there is something to get. It belongs to
    /// the subscription.
    #[cfg(unix)]
    pub fn descriptor(&self) -> Result<i32, Failure> {
        use std::os::fd::AsRawFd;
        call(&self.db, || {
            let descriptor = match &self.source {
                Source::Channel(subscription) => subscription.descriptor()?,
                Source::Events(events) => events.descriptor()?,
            };
            Ok(descriptor.as_raw_fd())
        })
    }
}
