//! Logs: JSON values in the order of time.

use std::sync::Arc;

use crate::clock::{Micros, check_time};
use crate::engine::{Change, Kind, LogChange, LogEntry, LogRange, Reply, Store};
use crate::error::{Error, Result};
use crate::handle::{Handle, Structure};
use crate::pages::Pages;
use crate::value::{Json, check_count, check_limits};

/// A log: JSON values, each at a time of its own, in the order of time. Times are microseconds since 1970,
/// from the year 1 to the end of the year 9999. Any thread may use the handle; clones are cheap.
///
/// ```
/// use beaver_core::{Beaver, LogQuery, Options};
/// use serde_json::json;
/// let db = Beaver::open(":memory:", Options::default())?;
/// let metrics = db.log("metrics")?;
/// metrics.append_at(json!({"cpu": 0.4}), 1_700_000_000_000_000)?;
/// // The time is taken: the entry moves by a microsecond.
/// assert_eq!(metrics.append_at(json!({"cpu": 0.5}), 1_700_000_000_000_000)?, 1_700_000_000_000_001);
/// metrics.append(json!({"cpu": 0.9}))?;
/// let newest = metrics.query(&LogQuery { limit: Some(1), reverse: true, ..LogQuery::default() })?;
/// assert_eq!(newest[0].data.to_string(), r#"{"cpu":0.9}"#);
/// assert_eq!(metrics.range(None, Some(1_700_000_000_000_001))?.count(), 1);
/// # Ok::<(), beaver_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Log(Handle);

impl AsRef<Handle> for Log {
    fn as_ref(&self) -> &Handle {
        &self.0
    }
}

impl From<Handle> for Log {
    fn from(handle: Handle) -> Self {
        Log(handle)
    }
}

impl Structure for Log {}

/// Which entries of a log, and in which order. The default is all of them, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogQuery {
    /// Not before this time, in microseconds since 1970.
    pub start: Option<Micros>,
    /// Before this time.
    pub end: Option<Micros>,
    /// At most so many, counted in the order asked for.
    pub limit: Option<usize>,
    /// Newest first.
    pub reverse: bool,
}

impl Log {
    pub(crate) fn new(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(Log(Handle::new(store, Kind::Log, name)?))
    }

    /// Appends a value at the present time, or the next one that is free, and tells which. O(log n).
    ///
    /// # Errors
    /// LIMIT for a value that is too large; for all that write: READ_ONLY, BUSY (also when another owner
    /// has acquired the log for longer than the busy timeout), FULL, IO, CORRUPT, INTERRUPTED, CLOSED,
    /// PAUSED.
    pub fn append(&self, value: impl Into<Json>) -> Result<Micros> {
        self.append_one(value.into(), None)
    }

    /// Appends a value at a given time. Where that very time is taken, the entry moves to the next
    /// microsecond that is free; tells which time it has.
    ///
    /// # Errors
    /// As for [`Log::append`]; INVALID_ARGUMENT for a time before the year 1 or after the year 9999.
    pub fn append_at(&self, value: impl Into<Json>, at: Micros) -> Result<Micros> {
        self.append_one(value.into(), Some(at))
    }

    fn append_one(&self, value: Json, at: Option<Micros>) -> Result<Micros> {
        let stamps = self.stamps(append_change(vec![(value, at)])?)?;
        stamps.first().copied().ok_or_else(|| Error::internal("an entry without a time"))
    }

    /// Appends many values in one commit, each at its time or at the present one; tells their times.
    ///
    /// # Errors
    /// As for [`Log::append_at`], with [`Error::operation`]; LIMIT above [`crate::MAX_ITEMS`] entries.
    /// Nothing is appended then.
    pub fn append_many<V: Into<Json>>(
        &self,
        entries: impl IntoIterator<Item = (V, Option<Micros>)>,
    ) -> Result<Vec<Micros>> {
        let entries: Vec<_> = entries.into_iter().map(|(value, at)| (value.into(), at)).collect();
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        self.stamps(append_change(entries)?)
    }

    fn stamps(&self, change: Change) -> Result<Vec<Micros>> {
        match self.0.write(change)? {
            Reply::Stamps(stamps) => Ok(stamps),
            other => Err(other.unexpected()),
        }
    }

    /// The entries from `start` (included) to `end` (excluded), oldest first. Fetched in portions, nothing
    /// is held in between: a concurrent change may show or not, but no entry comes twice.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a time before the year 1 or after the year 9999.
    pub fn range(&self, start: Option<Micros>, end: Option<Micros>) -> Result<LogEntries> {
        self.entries(&LogQuery { start, end, ..LogQuery::default() })
    }

    /// All entries, as [`Log::range`] gives them.
    #[must_use]
    pub fn items(&self) -> LogEntries {
        LogEntries::new(self.clone(), LogRange::default(), None)
    }

    /// The entries that a query asks for, in portions as [`Log::range`] fetches them.
    ///
    /// # Errors
    /// As for [`Log::range`].
    pub fn entries(&self, query: &LogQuery) -> Result<LogEntries> {
        let start = query.start.map(|at| check_time("the start", at)).transpose()?;
        let end = query.end.map(|at| check_time("the end", at)).transpose()?;
        Ok(LogEntries::new(self.clone(), LogRange { start, end, reverse: query.reverse }, query.limit))
    }

    /// The entries that a query asks for, all at once.
    ///
    /// # Errors
    /// As for [`Log::range`]; for all that read: IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn query(&self, query: &LogQuery) -> Result<Vec<LogEntry>> {
        self.entries(query)?.collect()
    }

    /// The newest entries, newest first.
    ///
    /// # Errors
    /// As for [`Log::query`].
    pub fn latest(&self, limit: usize) -> Result<Vec<LogEntry>> {
        self.query(&LogQuery { limit: Some(limit), reverse: true, ..LogQuery::default() })
    }

    /// How many entries there are. Counts through an index: O(n).
    ///
    /// # Errors
    /// As for [`Log::query`].
    pub fn len(&self) -> Result<u64> {
        self.0.store.log_len(&self.0.name)
    }

    /// Whether there are no entries. O(log n).
    ///
    /// # Errors
    /// As for [`Log::query`].
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.0.store.log_page(&self.0.name, &LogRange::default(), None, 1)?.is_empty())
    }

    /// Removes every entry; tells how many there were.
    ///
    /// # Errors
    /// As for [`Log::append`].
    pub fn clear(&self) -> Result<u64> {
        self.0.write(Change::Log(LogChange::Clear))?.count()
    }

    /// Removes the entries before a time; tells how many.
    ///
    /// # Errors
    /// As for [`Log::append_at`].
    pub fn prune_older(&self, time: Micros) -> Result<u64> {
        let older_than = Some(check_time("the time", time)?);
        self.0.write(Change::Log(LogChange::Prune { older_than, keep_last: None }))?.count()
    }

    /// Removes all but the newest `count` entries; tells how many.
    ///
    /// # Errors
    /// As for [`Log::append`].
    pub fn prune_keep(&self, count: u64) -> Result<u64> {
        self.0.write(Change::Log(LogChange::Prune { older_than: None, keep_last: Some(count) }))?.count()
    }
}

/// Checks entries and makes the change that appends them.
pub(crate) fn append_change(entries: Vec<(Json, Option<Micros>)>) -> Result<Change> {
    check_count("append_many", entries.len())?;
    for (index, (value, at)) in entries.iter().enumerate() {
        check_limits(value.as_str())
            .and_then(|()| at.map(|at| check_time("the time", at)).transpose())
            .map_err(|e| e.at_operation(index))?;
    }
    Ok(Change::Log(LogChange::Append(entries)))
}

/// An iterator over a log. See [`Log::range`].
pub struct LogEntries {
    log: Log,
    range: LogRange,
    pages: Pages<(f64, LogEntry), f64>,
}

impl LogEntries {
    fn new(log: Log, range: LogRange, limit: Option<usize>) -> Self {
        LogEntries { log, range, pages: Pages::new(limit.unwrap_or(usize::MAX)) }
    }
}

impl Iterator for LogEntries {
    type Item = Result<LogEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        let Handle { store, name, .. } = &self.log.0;
        let fetch = |after: Option<&f64>, most| store.log_page(name, &self.range, after.copied(), most);
        let item = self.pages.next(fetch, |(place, _)| *place)?;
        Some(item.map(|(_, entry)| entry))
    }
}
