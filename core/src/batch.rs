//! Batches: changes of any structures, made in one commit or not at all.

use std::sync::Arc;
use std::time::Duration;

use crate::blob::{self, Blobs};
use crate::clock::Micros;
use crate::database::durability;
use crate::dict::{self, Dict};
use crate::engine::{BlobChange, Change, Condition, DictChange, LogChange, Op, Reply, Store};
use crate::error::Result;
use crate::handle::Structure;
use crate::log::{self, Log};
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
    /// The time that each log entry got, in microseconds since 1970.
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

    /// Puts a blob; the condition is on its metadata.
    ///
    /// # Errors
    /// As [`Blobs::put`] has them for its arguments; as for [`Batch::dict_set`].
    pub fn blob_put(&mut self, blobs: &Blobs, key: &str, data: &[u8], metadata: Option<Json>, when: When) -> Result<()> {
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

    /// Makes all the changes in one commit, and tells what each did. `durable` overrides the database's
    /// durability for this commit.
    ///
    /// # Errors
    /// CONFLICT for a condition that is not met, NOT_FOUND for a list index that is not there, each with
    /// [`crate::Error::operation`]; BUSY, READ_ONLY, FULL, IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    /// Nothing is changed then.
    pub fn commit(self, durable: Option<bool>) -> Result<Vec<Outcome>> {
        if self.ops.is_empty() {
            return Ok(Vec::new());
        }
        let replies = self.store.write_batch(self.ops, durability(durable))?;
        replies.into_iter().map(outcome).collect()
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
