//! Channels.

use std::sync::Arc;

use beaver_core::{Beaver, Channel, Json, Micros, wire};

use crate::call::Live;
use crate::cursor::Cursor;
use crate::error::Failure;
use crate::structure::structure_handle;
use crate::subscription::SubscriptionHandle;

/// A channel. A message as a row: `{"timestamp_us", "payload"}`.
#[derive(uniffi::Object)]
pub struct ChannelHandle {
    pub(crate) inner: Channel,
    db: Beaver,
    _live: Live,
}

structure_handle!(ChannelHandle, Channel);

#[uniffi::export]
impl ChannelHandle {
    /// Publishes a message; returns its time.
    pub fn publish(&self, payload: &str) -> Result<Micros, Failure> {
        self.call(|channel| channel.publish(Json::parse(payload)?))
    }

    /// Publishes the elements of a JSON array in one commit; returns their times.
    pub fn publish_many(&self, payloads: &str) -> Result<Vec<Micros>, Failure> {
        self.call(|channel| channel.publish_many(wire::elements("payloads", &Json::parse(payloads)?)?))
    }

    /// Begins to listen: `{"start": "now"}`, `"oldest"`, or `{"after_us": time}`.
    pub fn subscribe(&self, options: &str) -> Result<Arc<SubscriptionHandle>, Failure> {
        self.call(|channel| Ok(SubscriptionHandle::to_channel(channel.subscribe(wire::start(options)?)?, &self.db)))
    }

    /// Rows of the messages that are kept.
    pub fn items(&self) -> Arc<Cursor> {
        Cursor::new(&self.db, self.inner.items().map(|message| message.map(|message| wire::message_row(&message))))
    }

    /// How long messages are kept: `{"max_age", "max_messages"}`.
    pub fn retention(&self) -> Result<String, Failure> {
        self.call(|channel| Ok(wire::retention(&channel.retention()?)))
    }

    /// Says how long messages are kept.
    pub fn set_retention(&self, options: &str) -> Result<(), Failure> {
        self.call(|channel| channel.set_retention(wire::retention_of(options)?))
    }
}
