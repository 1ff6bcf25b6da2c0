//! Queues.

use std::sync::Arc;

use beaver_core::{Beaver, Json, Micros, Queue, QueueItem, seconds, wire};

use crate::call::Live;
use crate::cancel::Cancel;
use crate::cursor::Cursor;
use crate::error::Failure;
use crate::input::{delay, timeout};
use crate::structure::structure_handle;

/// A priority queue. An item as a row: `{"priority", "timestamp_us", "data"}`.
#[derive(uniffi::Object)]
pub struct QueueHandle {
    pub(crate) inner: Queue,
    db: Beaver,
    _live: Live,
}

structure_handle!(QueueHandle, Queue);

#[uniffi::export]
impl QueueHandle {
    /// Puts an item.
    pub fn put(&self, value: &str, priority: f64) -> Result<(), Failure> {
        self.call(|queue| queue.put(Json::parse(value)?, priority))
    }

    /// Puts many items, a JSON array of `{"data", "priority"}`, in one commit.
    pub fn put_many(&self, items: &str) -> Result<(), Failure> {
        self.call(|queue| queue.put_many(wire::queue_items("items", &Json::parse(items)?)?))
    }

    /// Takes the first item, a row; none if the time ran out.
    pub fn get(&self, timeout_ms: i64, cancel: Option<Arc<Cancel>>) -> Result<Option<String>, Failure> {
        self.wait(cancel.as_ref(), |queue| Ok(queue.get(timeout(timeout_ms)?)?.as_ref().map(wire::queue_row)))
    }

    /// Takes up to so many items, a JSON array of rows; none if the time ran out.
    pub fn get_many(&self, most: u32, timeout_ms: i64, cancel: Option<Arc<Cancel>>) -> Result<Option<String>, Failure> {
        self.wait(cancel.as_ref(), |queue| {
            let items = queue.get_many(most as usize, timeout(timeout_ms)?)?;
            Ok((!items.is_empty()).then(|| wire::array(items.iter().map(wire::queue_row))))
        })
    }

    /// Puts an item that was taken back to its place.
    pub fn put_back(&self, value: &str, priority: f64, timestamp_us: Micros) -> Result<(), Failure> {
        self.call(|queue| queue.put_back(QueueItem { priority, timestamp: timestamp_us, data: Json::parse(value)? }))
    }

    /// The item that a `get` would take, a row.
    pub fn peek(&self) -> Result<Option<String>, Failure> {
        self.call(|queue| Ok(queue.peek()?.as_ref().map(wire::queue_row)))
    }

    /// Rows of items, in the order in which they would be taken.
    pub fn items(&self) -> Arc<Cursor> {
        Cursor::new(&self.db, self.inner.items().map(|item| item.map(|item| wire::queue_row(&item))))
    }

    /// Lends the first item out, a row with `"id"` and `"attempts"`; none if the time ran out. The options as
    /// `{"max_attempts": 5, "dead_letter": "failed"}`.
    pub fn lease(
        &self,
        lease_seconds: f64,
        timeout_ms: i64,
        options: &str,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Option<String>, Failure> {
        self.wait(cancel.as_ref(), |queue| {
            let (policy, lease) = (wire::dead_letter(options)?, seconds("lease_seconds", lease_seconds)?);
            let leased = queue.lease(lease, timeout(timeout_ms)?, policy.as_ref())?;
            Ok(leased.as_ref().map(wire::leased_row))
        })
    }

    /// Settles a leased item; false if the lease was over.
    pub fn ack(&self, id: u64) -> Result<bool, Failure> {
        self.call(|queue| queue.ack(id))
    }

    /// Gives a leased item back; false if the lease was over.
    pub fn nack(&self, id: u64, delay_seconds: f64) -> Result<bool, Failure> {
        self.call(|queue| queue.nack(id, delay(delay_seconds)?))
    }

    /// Keeps a leased item for that long from now on; false if the lease was over.
    pub fn extend(&self, id: u64, lease_seconds: f64) -> Result<bool, Failure> {
        self.call(|queue| queue.extend(id, seconds("lease_seconds", lease_seconds)?))
    }

    /// How many items are lent out.
    pub fn leased(&self) -> Result<u64, Failure> {
        self.call(Queue::leased)
    }
}
