//! Batches: changes that are made together.

use std::sync::Arc;

use beaver_core::{Batch, Beaver, Edge, EdgeOptions, IndexOptions, Json, Micros, Result, wire};
use parking_lot::Mutex;

use crate::blob::BlobsHandle;
use crate::call::{Live, call};
use crate::channel::ChannelHandle;
use crate::collection::{CollectionHandle, document};
use crate::dict::DictHandle;
use crate::error::Failure;
use crate::input::{condition, optional_json, ttl};
use crate::list::ListHandle;
use crate::log::LogHandle;
use crate::queue::QueueHandle;

/// Changes that are collected first and then made in one commit: all of them, or none. A condition is
/// `{"if": "absent"}` or `{"if": {"equals": value}}`, or none.
#[derive(uniffi::Object)]
pub struct BatchHandle {
    batch: Mutex<Batch>,
    db: Beaver,
    _live: Live,
}

impl BatchHandle {
    pub fn new(db: &Beaver) -> Arc<Self> {
        Arc::new(BatchHandle { batch: Mutex::new(db.batch()), db: db.clone(), _live: Live::new() })
    }

    fn add(&self, work: impl FnOnce(&mut Batch) -> Result<()>) -> Result<(), Failure> {
        call(&self.db, || work(&mut self.batch.lock()))
    }
}

#[uniffi::export]
impl BatchHandle {
    /// How many changes it has.
    pub fn len(&self) -> u64 {
        self.batch.lock().len() as u64
    }

    /// Makes the changes; the options as `{"durable": true}`. A JSON array of what each did: true for done, true or
    /// false for whether there was anything to do, a count of what was removed, an array of times. The batch is empty
    /// afterwards, whatever happens.
    pub fn commit(&self, options: &str) -> Result<String, Failure> {
        call(&self.db, || {
            let collected = std::mem::replace(&mut *self.batch.lock(), self.db.batch());
            Ok(wire::outcomes(&collected.commit(wire::commit(options)?)?))
        })
    }

    /// Sets a key.
    pub fn dict_set(
        &self,
        dict: &DictHandle,
        key: &str,
        value: &str,
        ttl_seconds: f64,
        when: Option<String>,
    ) -> Result<(), Failure> {
        self.add(|batch| {
            batch.dict_set(&dict.inner, key, Json::parse(value)?, ttl(ttl_seconds)?, condition(when.as_deref())?)
        })
    }

    /// Removes a key.
    pub fn dict_delete(&self, dict: &DictHandle, key: &str, when: Option<String>) -> Result<(), Failure> {
        self.add(|batch| batch.dict_delete(&dict.inner, key, condition(when.as_deref())?))
    }

    /// Removes every key.
    pub fn dict_clear(&self, dict: &DictHandle) -> Result<(), Failure> {
        self.add(|batch| batch.dict_clear(&dict.inner))
    }

    /// Puts a value at the end.
    pub fn list_push(&self, list: &ListHandle, value: &str) -> Result<(), Failure> {
        self.add(|batch| batch.list_push(&list.inner, Json::parse(value)?))
    }

    /// Puts the elements of a JSON array at the end.
    pub fn list_extend(&self, list: &ListHandle, values: &str) -> Result<(), Failure> {
        self.add(|batch| batch.list_extend(&list.inner, wire::elements("values", &Json::parse(values)?)?))
    }

    /// Puts a value before the first.
    pub fn list_prepend(&self, list: &ListHandle, value: &str) -> Result<(), Failure> {
        self.add(|batch| batch.list_prepend(&list.inner, Json::parse(value)?))
    }

    /// Puts a value before the one at the index.
    pub fn list_insert(&self, list: &ListHandle, index: i64, value: &str) -> Result<(), Failure> {
        self.add(|batch| batch.list_insert(&list.inner, index, Json::parse(value)?))
    }

    /// Replaces the value at the index.
    pub fn list_set(&self, list: &ListHandle, index: i64, value: &str, when: Option<String>) -> Result<(), Failure> {
        self.add(|batch| batch.list_set(&list.inner, index, Json::parse(value)?, condition(when.as_deref())?))
    }

    /// Removes the value at the index.
    pub fn list_delete(&self, list: &ListHandle, index: i64, when: Option<String>) -> Result<(), Failure> {
        self.add(|batch| batch.list_delete(&list.inner, index, condition(when.as_deref())?))
    }

    /// Removes the first of a value.
    pub fn list_remove(&self, list: &ListHandle, value: &str) -> Result<(), Failure> {
        self.add(|batch| batch.list_remove(&list.inner, &Json::parse(value)?))
    }

    /// Removes every value.
    pub fn list_clear(&self, list: &ListHandle) -> Result<(), Failure> {
        self.add(|batch| batch.list_clear(&list.inner))
    }

    /// Puts an item.
    pub fn queue_put(&self, queue: &QueueHandle, value: &str, priority: f64) -> Result<(), Failure> {
        self.add(|batch| batch.queue_put(&queue.inner, Json::parse(value)?, priority))
    }

    /// Settles a leased item.
    pub fn queue_ack(&self, queue: &QueueHandle, id: u64) -> Result<(), Failure> {
        self.add(|batch| batch.queue_ack(&queue.inner, id))
    }

    /// Removes every item.
    pub fn queue_clear(&self, queue: &QueueHandle) -> Result<(), Failure> {
        self.add(|batch| batch.queue_clear(&queue.inner))
    }

    /// Stores a blob.
    pub fn blob_put(
        &self,
        blobs: &BlobsHandle,
        key: &str,
        data: &[u8],
        metadata: Option<String>,
        when: Option<String>,
    ) -> Result<(), Failure> {
        self.add(|batch| {
            let metadata = optional_json(metadata.as_deref())?;
            batch.blob_put(&blobs.inner, key, data, metadata, condition(when.as_deref())?)
        })
    }

    /// Removes a blob.
    pub fn blob_delete(&self, blobs: &BlobsHandle, key: &str) -> Result<(), Failure> {
        self.add(|batch| batch.blob_delete(&blobs.inner, key))
    }

    /// Removes every blob.
    pub fn blob_clear(&self, blobs: &BlobsHandle) -> Result<(), Failure> {
        self.add(|batch| batch.blob_clear(&blobs.inner))
    }

    /// Appends an entry.
    pub fn log_append(&self, log: &LogHandle, value: &str, at_us: Option<Micros>) -> Result<(), Failure> {
        self.add(|batch| batch.log_append(&log.inner, Json::parse(value)?, at_us))
    }

    /// Removes every entry.
    pub fn log_clear(&self, log: &LogHandle) -> Result<(), Failure> {
        self.add(|batch| batch.log_clear(&log.inner))
    }

    /// Publishes a message.
    pub fn channel_publish(&self, channel: &ChannelHandle, payload: &str) -> Result<(), Failure> {
        self.add(|batch| batch.channel_publish(&channel.inner, Json::parse(payload)?))
    }

    /// Removes every message.
    pub fn channel_clear(&self, channel: &ChannelHandle) -> Result<(), Failure> {
        self.add(|batch| batch.channel_clear(&channel.inner))
    }

    /// Stores a document; returns its id.
    pub fn collection_index(
        &self,
        collection: &CollectionHandle,
        id: Option<String>,
        body: &str,
        embedding: &[u8],
        options: &str,
    ) -> Result<String, Failure> {
        call(&self.db, || {
            let document = document(id.as_deref(), body, embedding)?;
            let id = document.id.clone();
            let options = IndexOptions::from_json(options)?;
            self.batch.lock().collection_index(&collection.inner, document, &options)?;
            Ok(id)
        })
    }

    /// Removes a document.
    pub fn collection_drop(&self, collection: &CollectionHandle, id: &str) -> Result<(), Failure> {
        self.add(|batch| batch.collection_drop(&collection.inner, id))
    }

    /// Removes every document.
    pub fn collection_clear(&self, collection: &CollectionHandle) -> Result<(), Failure> {
        self.add(|batch| batch.collection_clear(&collection.inner))
    }

    /// Connects two documents.
    pub fn collection_connect(
        &self,
        collection: &CollectionHandle,
        source: &str,
        target: &str,
        label: &str,
        options: &str,
    ) -> Result<(), Failure> {
        self.add(|batch| {
            let EdgeOptions { weight, metadata } = EdgeOptions::from_json(options)?;
            let edge = Edge { weight, metadata, ..Edge::new(source, target, label) };
            batch.collection_connect(&collection.inner, edge)
        })
    }

    /// Removes the edge of a label, or all from the one to the other.
    pub fn collection_disconnect(
        &self,
        collection: &CollectionHandle,
        source: &str,
        target: &str,
        label: Option<String>,
    ) -> Result<(), Failure> {
        self.add(|batch| batch.collection_disconnect(&collection.inner, source, target, label.as_deref()))
    }
}
