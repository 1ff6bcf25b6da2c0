//! Batches: changes of any structures, made in one commit or not at all.

use std::sync::Arc;
use std::time::Duration;

use crate::blob::{self, Blobs};
use crate::channel::{self, Channel};
use crate::clock::Micros;
use crate::collection::graph::{connect_change, disconnect_change};
use crate::collection::{self, Collection, Document, Edge, IndexOptions};
use crate::database::{Beaver, durability};
use crate::dict::{self, Dict};
use crate::engine::{
    BlobChange, Change, ChannelChange, CollectionChange, Condition, DictChange, ListChange, LogChange, Op, QueueChange,
    Reply, Store,
};
use crate::error::{Error, Result};
use crate::handle::Structure;
use crate::list::{self, List};
use crate::log::{self, Log};
use crate::queue::{self, Queue};
use crate::value::{Json, check_count, check_key, check_limits};

/// When an operation of a batch applies. One that does not apply fails the whole batch as CONFLICT.
#[derive(Debug, Clone, Default)]
pub enum When {
    /// In any case.
    #[default]
    Always,
    /// Nothing is at the key.
    Absent,
    /// The value at the key or index equals this one (for a blob: its metadata).
    Equals(Json),
}

impl When {
    pub(crate) fn condition(self) -> Result<Condition> {
        Ok(match self {
            When::Always => Condition::Always,
            When::Absent => Condition::Absent,
            When::Equals(value) => {
                check_limits(value.as_str())?;
                Condition::Equals(value)
            }
        })
    }
}

/// What an operation of a batch did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// Whether there was anything to do.
    Applied(bool),
    /// How many items it removed.
    Count(u64),
    /// The time that each log entry or message got, in microseconds since 1970.
    Times(Vec<i64>),
}

/// Changes that are collected first and then made in one commit: all of them, or none. The handles tell
/// which structures; a handle that `acquire` gave passes its lock.
///
/// ```
/// use beaver_core::{Beaver, ErrorKind, Options, When};
/// use serde_json::json;
/// let db = Beaver::open(":memory:", Options::default())?;
/// let stock = db.dict("stock")?;
/// stock.set("apples", json!(3))?;
///
/// let mut batch = db.batch();
/// batch.dict_set(&stock, "apples", json!(2), None, When::Equals(json!(3).into()))?;
/// batch.dict_set(&stock, "sold", json!(1), None, When::Absent)?;
/// batch.commit(None)?;
///
/// let mut again = db.batch();
/// again.dict_set(&stock, "apples", json!(1), None, When::Always)?;
/// again.dict_set(&stock, "sold", json!(1), None, When::Absent)?;
/// let error = again.commit(None).unwrap_err();
/// assert_eq!((error.kind(), error.operation()), (ErrorKind::Conflict, Some(1)));
/// assert_eq!(stock.get("apples")?.map(|json| json.to_string()), Some("2".into()));
/// # Ok::<(), beaver_core::Error>(())
/// ```
pub struct Batch {
    store: Arc<dyn Store>,
    ops: Vec<Op>,
}

impl Batch {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Batch { store, ops: Vec::new() }
    }

    /// How many operations it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    fn add(&mut self, structure: &impl Structure, change: Change) -> Result<()> {
        check_count("a batch", self.ops.len() + 1)?;
        self.ops.push(structure.as_ref().op(change));
        Ok(())
    }

    /// Sets a key of a dict.
    ///
    /// # Errors
    /// As [`Dict::set_for`] has them for its arguments; LIMIT above [`crate::MAX_ITEMS`] operations. The
    /// same holds for every operation. Nothing is added then.
    pub fn dict_set(
        &mut self,
        dict: &Dict,
        key: &str,
        value: impl Into<Json>,
        ttl: Option<Duration>,
        when: When,
    ) -> Result<()> {
        self.add(dict, dict::set_change(key, value.into(), ttl, when.condition()?)?)
    }

    /// Deletes a key of a dict; [`Outcome::Applied`] tells whether it was there.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn dict_delete(&mut self, dict: &Dict, key: &str, when: When) -> Result<()> {
        check_key(key)?;
        self.add(dict, Change::Dict(DictChange::Delete { key: key.into(), condition: when.condition()? }))
    }

    /// Removes every key of a dict.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn dict_clear(&mut self, dict: &Dict) -> Result<()> {
        self.add(dict, Change::Dict(DictChange::Clear))
    }

    /// Puts a value at the end of a list.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn list_push(&mut self, list: &List, value: impl Into<Json>) -> Result<()> {
        self.add(list, list::push_change([value])?)
    }

    /// Puts many values at the end of a list, as one operation.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`]; LIMIT above [`crate::MAX_ITEMS`] values.
    pub fn list_extend(&mut self, list: &List, values: impl IntoIterator<Item = impl Into<Json>>) -> Result<()> {
        self.add(list, list::push_change(values)?)
    }

    /// Puts a value before the first of a list.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn list_prepend(&mut self, list: &List, value: impl Into<Json>) -> Result<()> {
        self.add(list, list::prepend_change(value.into())?)
    }

    /// Puts a value in front of the item at an index, as [`List::insert`] does.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn list_insert(&mut self, list: &List, index: i64, value: impl Into<Json>) -> Result<()> {
        self.add(list, list::insert_change(index, value.into())?)
    }

    /// Gives the item at an index another value. If no item is there, the batch fails as NOT_FOUND.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`]; INVALID_ARGUMENT for [`When::Absent`], since only items can be set.
    pub fn list_set(&mut self, list: &List, index: i64, value: impl Into<Json>, when: When) -> Result<()> {
        self.add(list, list::set_change(index, value.into(), of_an_item(when)?)?)
    }

    /// Removes the item at an index. If no item is there, the batch fails as NOT_FOUND.
    ///
    /// # Errors
    /// As for [`Batch::list_set`].
    pub fn list_delete(&mut self, list: &List, index: i64, when: When) -> Result<()> {
        self.add(list, Change::List(ListChange::Delete { index, condition: of_an_item(when)? }))
    }

    /// Removes the first item of a list that equals the value; [`Outcome::Applied`] tells whether one did.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn list_remove(&mut self, list: &List, value: &Json) -> Result<()> {
        self.add(list, list::remove_change(value)?)
    }

    /// Removes every item of a list.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn list_clear(&mut self, list: &List) -> Result<()> {
        self.add(list, Change::List(ListChange::Clear))
    }

    /// Puts an item into a queue.
    ///
    /// # Errors
    /// As [`Queue::put`] has them for its arguments, and as for [`Batch::dict_set`].
    pub fn queue_put(&mut self, queue: &Queue, value: impl Into<Json>, priority: f64) -> Result<()> {
        self.add(queue, queue::put_change(value.into(), priority)?)
    }

    /// Settles a leased item of a queue: what else is in the batch happens only if the lease is still
    /// held, and fails as NOT_FOUND if not.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn queue_ack(&mut self, queue: &Queue, id: u64) -> Result<()> {
        self.add(queue, Change::Queue(QueueChange::Ack { id }))
    }

    /// Removes every item of a queue, leased ones included.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn queue_clear(&mut self, queue: &Queue) -> Result<()> {
        self.add(queue, Change::Queue(QueueChange::Clear))
    }

    /// Puts a blob; the condition is on its metadata.
    ///
    /// # Errors
    /// As [`Blobs::put`] has them for its arguments; as for [`Batch::dict_set`].
    pub fn blob_put(
        &mut self,
        blobs: &Blobs,
        key: &str,
        data: &[u8],
        metadata: Option<Json>,
        when: When,
    ) -> Result<()> {
        let change = blob::put_change(blobs.as_ref(), key, data.to_vec(), metadata, when.condition()?)?;
        self.add(blobs, change)
    }

    /// Deletes a blob; [`Outcome::Applied`] tells whether it was there.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn blob_delete(&mut self, blobs: &Blobs, key: &str) -> Result<()> {
        self.add(blobs, blob::delete_change(key)?)
    }

    /// Removes every blob of a store.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn blob_clear(&mut self, blobs: &Blobs) -> Result<()> {
        self.add(blobs, Change::Blob(BlobChange::Clear))
    }

    /// Appends to a log, at the given time or at that of the commit; [`Outcome::Times`] tells which time
    /// the entry got.
    ///
    /// # Errors
    /// As [`Log::append_at`] has them for its arguments; as for [`Batch::dict_set`].
    pub fn log_append(&mut self, log: &Log, value: impl Into<Json>, at: Option<Micros>) -> Result<()> {
        self.add(log, log::append_change(vec![(value.into(), at)])?)
    }

    /// Removes every entry of a log.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn log_clear(&mut self, log: &Log) -> Result<()> {
        self.add(log, Change::Log(LogChange::Clear))
    }

    /// Publishes a message on a channel; [`Outcome::Times`] tells the time it got.
    ///
    /// # Errors
    /// As [`Channel::publish`] has them for its arguments; as for [`Batch::dict_set`].
    pub fn channel_publish(&mut self, channel: &Channel, payload: impl Into<Json>) -> Result<()> {
        self.add(channel, channel::publish_change([payload])?)
    }

    /// Removes every message of a channel.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn channel_clear(&mut self, channel: &Channel) -> Result<()> {
        self.add(channel, Change::Channel(ChannelChange::Clear))
    }

    /// Indexes a document of a collection; [`Outcome::Applied`] tells whether anything had to be written.
    ///
    /// # Errors
    /// As [`Collection::index`] has them for its arguments, but that the dimension and the metric are looked at by
    /// the commit; as for [`Batch::dict_set`].
    pub fn collection_index(
        &mut self,
        collection: &Collection,
        document: Document,
        options: &IndexOptions,
    ) -> Result<()> {
        self.add(collection, collection::index_change(document, options)?)
    }

    /// Removes a document of a collection with everything that belongs to it; [`Outcome::Applied`] tells whether it
    /// was there.
    ///
    /// # Errors
    /// As [`Collection::drop`] has them for its arguments; as for [`Batch::dict_set`].
    pub fn collection_drop(&mut self, collection: &Collection, id: &str) -> Result<()> {
        self.add(collection, collection::drop_change(id)?)
    }

    /// Removes every document of a collection.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn collection_clear(&mut self, collection: &Collection) -> Result<()> {
        self.add(collection, Change::Collection(CollectionChange::Clear))
    }

    /// Connects two documents of a collection, or gives the edge that is there another weight and other metadata. If
    /// one of them is not there by then, the batch fails as NOT_FOUND.
    ///
    /// # Errors
    /// As [`Collection::connect`] has them for its arguments, and as for [`Batch::dict_set`].
    pub fn collection_connect(&mut self, collection: &Collection, edge: Edge) -> Result<()> {
        self.add(collection, connect_change(vec![edge])?)
    }

    /// Removes the edge of that label between two documents of a collection, or all edges from the one to the other;
    /// [`Outcome::Count`] tells how many there were.
    ///
    /// # Errors
    /// As for [`Batch::dict_set`].
    pub fn collection_disconnect(
        &mut self,
        collection: &Collection,
        source: &str,
        target: &str,
        label: Option<&str>,
    ) -> Result<()> {
        self.add(collection, disconnect_change(source, target, label)?)
    }

    /// Makes all the changes in one commit, and tells what each did. `durable` overrides the database's
    /// durability for this commit.
    ///
    /// # Errors
    /// CONFLICT for a condition that is not met, NOT_FOUND for a list index, a lease or a document to connect that is not
    /// there, each with [`crate::Error::operation`]; BUSY, READ_ONLY, FULL, IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    /// Nothing is changed then.
    pub fn commit(self, durable: Option<bool>) -> Result<Vec<Outcome>> {
        if self.ops.is_empty() {
            return Ok(Vec::new());
        }
        let replies = self.store.write_batch(self.ops, durability(durable))?;
        replies.into_iter().map(outcome).collect()
    }
}

impl Beaver {
    /// Commits batches that have nothing to do with one another, in as few commits as it can: for a server, which has
    /// the writes of many clients at a time. Each is made or fails by itself, in their order, and tells what
    /// [`Batch::commit`] would; but one that would have to wait for the holder of a structure is BUSY at once, so that
    /// the others do not wait with it.
    ///
    /// ```
    /// use beaver_core::{Beaver, Options, When};
    /// use serde_json::json;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// let stock = db.dict("stock")?;
    /// let first = |name: &str| {
    ///     let mut batch = db.batch();
    ///     batch.dict_set(&stock, name, json!(1), None, When::Absent).map(|()| batch)
    /// };
    /// let done = db.commit_each(vec![first("apples")?, first("apples")?, first("pears")?]);
    /// assert_eq!(done.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Of each: as [`Batch::commit`]; INVALID_ARGUMENT if it was begun by another database.
    pub fn commit_each(&self, batches: Vec<Batch>) -> Vec<Result<Vec<Outcome>>> {
        let store = self.store();
        let other = batches.iter().any(|batch| !std::ptr::addr_eq(Arc::as_ptr(&batch.store), Arc::as_ptr(&store)));
        if other {
            let error = Error::invalid("a batch was begun by another database");
            return batches.iter().map(|_| Err(error.clone())).collect();
        }
        let replies = store.write_each(batches.into_iter().map(|batch| batch.ops).collect());
        replies.into_iter().map(|replies| replies?.into_iter().map(outcome).collect()).collect()
    }
}

/// The condition of an operation that needs an item to be there.
fn of_an_item(when: When) -> Result<Condition> {
    match when {
        When::Absent => {
            Err(Error::invalid("an index of a list is set or deleted only where an item is: push or insert instead"))
        }
        when => when.condition(),
    }
}

fn outcome(reply: Reply) -> Result<Outcome> {
    match reply {
        Reply::Done => Ok(Outcome::Done),
        Reply::Flag(applied) => Ok(Outcome::Applied(applied)),
        Reply::Count(count) => Ok(Outcome::Count(count)),
        Reply::Stamps(times) => Ok(Outcome::Times(times)),
        other => Err(other.unexpected()),
    }
}
