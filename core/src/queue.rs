//! Priority queues, with leases for work that must not be lost.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::check_time;
use crate::database::deadline;
use crate::engine::{Change, DeadLetter, Kind, LeasedItem, QueueChange, QueueCursor, QueueItem, Reply, Store};
use crate::error::{Error, Result};
use crate::handle::{Handle, Structure};
use crate::pages::Pages;
use crate::value::{Json, check_count, check_limits, check_name, check_ttl};

/// A priority queue: the item of the lowest priority number comes first, and among equals the one that
/// was put first. Any thread may use the handle; clones are cheap.
///
/// `get` takes an item for good. `lease` lends it out: it comes back by itself unless it is settled with
/// [`Queue::ack`] before its time is over, so that work survives a worker that dies.
///
/// ```
/// use beaver_core::{Beaver, Options};
/// use serde_json::json;
/// use std::time::Duration;
/// let db = Beaver::open(":memory:", Options::default())?;
/// let jobs = db.queue("jobs")?;
/// jobs.put(json!("sweep"), 10.0)?;
/// jobs.put(json!("alarm"), 1.0)?;
///
/// let first = jobs.get(Some(Duration::ZERO))?.expect("two are there");
/// assert_eq!((first.priority, first.data.as_str()), (1.0, r#""alarm""#));
///
/// let work = jobs.lease(Duration::from_secs(30), Some(Duration::ZERO), None)?.expect("one is there");
/// assert_eq!(jobs.len()?, 0);
/// assert!(jobs.ack(work.id)?);
/// # Ok::<(), beaver_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Queue(Handle);

/// What becomes of an item that was given out too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterPolicy {
    /// How often an item is given out before it is moved; at least 1.
    pub max_attempts: u32,
    /// The queue that it is moved to, with its data and priority; another one than its own.
    pub queue: String,
}

impl AsRef<Handle> for Queue {
    fn as_ref(&self) -> &Handle {
        &self.0
    }
}

impl From<Handle> for Queue {
    fn from(handle: Handle) -> Self {
        Queue(handle)
    }
}

impl Structure for Queue {}

impl Queue {
    pub(crate) fn new(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(Queue(Handle::new(store, Kind::Queue, name)?))
    }

    /// Puts an item. Who waits for one wakes at once. O(log n).
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a priority that is not finite, LIMIT for a value that is too large; for all
    /// that write: READ_ONLY, BUSY (also when another owner has acquired the queue for longer than the
    /// busy timeout), FULL, IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn put(&self, value: impl Into<Json>, priority: f64) -> Result<()> {
        self.0.write(put_change(value.into(), priority)?).map(drop)
    }

    /// Puts many items in one commit, in their order.
    ///
    /// # Errors
    /// As for [`Queue::put`], with the index of the item; LIMIT above [`crate::MAX_ITEMS`] items. Nothing
    /// is put then.
    pub fn put_many<V: Into<Json>>(&self, items: impl IntoIterator<Item = (V, f64)>) -> Result<()> {
        let mut checked = Vec::new();
        for (index, (value, priority)) in items.into_iter().enumerate() {
            check_count("put_many", index + 1)?;
            checked.push(check_item(value.into(), priority).map_err(|e| e.at_operation(index))?);
        }
        self.0.write(Change::Queue(QueueChange::Put(checked))).map(drop)
    }

    /// Takes the first item; waits for one up to `timeout` (zero: try; none: for ever). None if the time
    /// ran out, also where another owner has acquired the queue for that long. O(log n).
    ///
    /// # Errors
    /// As for all that write, see [`Queue::put`]. INTERRUPTED, CLOSED and PAUSED end the wait at once.
    pub fn get(&self, timeout: Option<Duration>) -> Result<Option<QueueItem>> {
        Ok(self.get_many(1, timeout)?.pop())
    }

    /// Takes up to `count` of the first items in one commit, as soon as there is at least one. Empty if
    /// the time ran out.
    ///
    /// # Errors
    /// As for [`Queue::get`]; INVALID_ARGUMENT for a count of zero, LIMIT above [`crate::MAX_ITEMS`].
    pub fn get_many(&self, count: usize, timeout: Option<Duration>) -> Result<Vec<QueueItem>> {
        check_count("get_many", count)?;
        if count == 0 {
            return Err(Error::invalid("get_many takes at least one item: give a count above zero"));
        }
        match self.0.write_until(Change::Queue(QueueChange::Take { count }), deadline(timeout))? {
            Reply::Items(items) => Ok(items),
            Reply::Empty { .. } => Ok(Vec::new()),
            other => Err(other.unexpected()),
        }
    }

    /// Puts an item that was taken back to its place in the order, for who took it and cannot have it: a task that was
    /// cancelled just then. Who waits for one wakes at once. O(log n).
    ///
    /// Between a `get` and this the item is in no file: what must survive a crash is leased.
    ///
    /// # Errors
    /// As for [`Queue::put`]; INVALID_ARGUMENT for a time outside the years 1 to 9999.
    pub fn put_back(&self, item: QueueItem) -> Result<()> {
        let QueueItem { priority, timestamp, data } = item;
        let timestamp = check_time("the timestamp", timestamp)?;
        let (data, priority) = check_item(data, priority)?;
        self.0.write(Change::Queue(QueueChange::Restore { data, priority, timestamp })).map(drop)
    }

    /// The item that a `get` would take now, which stays where it is. O(log n).
    ///
    /// # Errors
    /// For all that read: IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn peek(&self) -> Result<Option<QueueItem>> {
        self.0.store.queue_peek(&self.0.name)
    }

    /// How many items a `get` could take now: those that are out on a lease or delayed do not count. Counts
    /// through an index: O(n), at some ten million items a second.
    ///
    /// # Errors
    /// As for [`Queue::peek`].
    pub fn len(&self) -> Result<u64> {
        self.0.store.queue_len(&self.0.name)
    }

    /// Whether a `get` would find nothing now. O(log n).
    ///
    /// # Errors
    /// As for [`Queue::peek`].
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.peek()?.is_none())
    }

    /// The items that can be taken now, in the order of the queue. Fetched in portions, nothing is held
    /// in between: a concurrent change may show or not.
    #[must_use]
    pub fn items(&self) -> QueueItems {
        QueueItems { queue: self.clone(), pages: Pages::new(usize::MAX) }
    }

    /// Removes every item, leased ones included; tells how many there were. O(n).
    ///
    /// # Errors
    /// As for all that write, see [`Queue::put`].
    pub fn clear(&self) -> Result<u64> {
        self.0.write(Change::Queue(QueueChange::Clear))?.count()
    }

    /// Lends the first item out for the time of `lease`; waits for one as [`Queue::get`] does. The item is
    /// settled by [`Queue::ack`]; it comes back to its place in the order when its time is over, or by
    /// [`Queue::nack`], and is given out again under another id. With a dead letter policy, items that
    /// were given out too often are moved away instead. O(log n).
    ///
    /// # Errors
    /// As for [`Queue::get`]; INVALID_ARGUMENT for a lease of zero, for a policy without attempts or with
    /// the queue's own name, and for a bad name; LIMIT for a lease above a hundred years.
    pub fn lease(
        &self,
        lease: Duration,
        timeout: Option<Duration>,
        dead_letter: Option<&DeadLetterPolicy>,
    ) -> Result<Option<LeasedItem>> {
        let lease = check_ttl("the lease", lease)?;
        let dead_letter = dead_letter.map(|policy| self.check_policy(policy)).transpose()?;
        match self.0.write_until(Change::Queue(QueueChange::Lease { lease, dead_letter }), deadline(timeout))? {
            Reply::Leased(item) => Ok(Some(*item)),
            Reply::Empty { .. } => Ok(None),
            other => Err(other.unexpected()),
        }
    }

    fn check_policy(&self, policy: &DeadLetterPolicy) -> Result<DeadLetter> {
        let queue = check_name(&policy.queue)?;
        if policy.max_attempts == 0 {
            return Err(Error::invalid("max_attempts is zero: an item must be given out at least once"));
        }
        if queue == self.0.name {
            return Err(Error::invalid("the dead letter queue is the queue itself: give the name of another"));
        }
        Ok(DeadLetter { max_attempts: policy.max_attempts, queue })
    }

    /// Settles a leased item: it is done, and gone. False if the lease was over already; then the item is
    /// or was somebody else's.
    ///
    /// # Errors
    /// As for all that write, see [`Queue::put`].
    pub fn ack(&self, id: u64) -> Result<bool> {
        self.0.write(Change::Queue(QueueChange::Ack { id }))?.flag()
    }

    /// Gives a leased item back, to be given out again after `delay` (zero: at once). False if the lease
    /// was over already.
    ///
    /// # Errors
    /// As for all that write, see [`Queue::put`]; LIMIT for a delay above a hundred years.
    pub fn nack(&self, id: u64, delay: Duration) -> Result<bool> {
        // What is less than a microsecond is none.
        let delay = if delay.as_micros() == 0 { Duration::ZERO } else { check_ttl("the delay", delay)? };
        self.0.write(Change::Queue(QueueChange::Nack { id, delay }))?.flag()
    }

    /// Lets a lease end `lease` from now instead. False if it was over already.
    ///
    /// # Errors
    /// As for all that write, see [`Queue::put`]; INVALID_ARGUMENT for a lease of zero, LIMIT above a
    /// hundred years.
    pub fn extend(&self, id: u64, lease: Duration) -> Result<bool> {
        let lease = check_ttl("the lease", lease)?;
        self.0.write(Change::Queue(QueueChange::Extend { id, lease }))?.flag()
    }

    /// How many items are out on a lease that still runs. O(leases).
    ///
    /// # Errors
    /// As for [`Queue::peek`].
    pub fn leased(&self) -> Result<u64> {
        self.0.store.queue_leased(&self.0.name)
    }
}

fn check_item(value: Json, priority: f64) -> Result<(Json, f64)> {
    check_limits(value.as_str())?;
    if !priority.is_finite() {
        return Err(Error::invalid("the priority must be a finite number"));
    }
    // A negative zero becomes the zero that it equals.
    Ok((value, priority + 0.0))
}

/// Checks an item and makes the change that puts it.
pub(crate) fn put_change(value: Json, priority: f64) -> Result<Change> {
    Ok(Change::Queue(QueueChange::Put(vec![check_item(value, priority)?])))
}

/// An iterator over a queue. See [`Queue::items`].
pub struct QueueItems {
    queue: Queue,
    pages: Pages<(QueueCursor, QueueItem), QueueCursor>,
}

impl Iterator for QueueItems {
    type Item = Result<QueueItem>;

    fn next(&mut self) -> Option<Self::Item> {
        let Handle { store, name, .. } = &self.queue.0;
        let fetch = |after: Option<&QueueCursor>, most| store.queue_page(name, false, after.copied(), most);
        let item = self.pages.next(fetch, |(cursor, _)| *cursor)?;
        Some(item.map(|(_, item)| item))
    }
}
