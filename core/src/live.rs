//! Live views of logs: what the last minutes look like, again and again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::cancel;
use crate::clock::Micros;
use crate::collection::FieldPath;
use crate::database::deadline;
use crate::engine::{LogEntry, LogMark, Store};
use crate::error::{Error, ErrorKind, Result};
use crate::log::Log;
use crate::value::{Json, check_ttl};

/// How many aggregates one live view may have.
pub const MAX_AGGREGATES: usize = 64;
/// How many entries a window may hold.
pub const MAX_WINDOW_ENTRIES: usize = 10_000_000;

/// A number that is made of the entries of a window. Where a path is given, of the numbers that stand there: entries
/// that have something else at the path, or nothing, do not take part. An entry that is itself a number has the path
/// `value`. Without any number, what is not a count, a sum or a rate is null.
///
/// As JSON: `{"op": "count"}`, `{"op": "mean", "path": "cpu.load"}`, `{"op": "percentile", "path": "ms", "p": 99}`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Aggregate {
    /// How many entries, or how many numbers.
    Count {
        /// Where the numbers stand.
        #[serde(default, deserialize_with = "optional_path")]
        path: Option<FieldPath>,
    },
    /// As `Count`, for each second of the window.
    Rate {
        /// Where the numbers stand.
        #[serde(default, deserialize_with = "optional_path")]
        path: Option<FieldPath>,
    },
    /// The sum.
    Sum {
        /// Where the numbers stand.
        #[serde(deserialize_with = "path")]
        path: FieldPath,
    },
    /// The arithmetic mean.
    Mean {
        /// Where the numbers stand.
        #[serde(deserialize_with = "path")]
        path: FieldPath,
    },
    /// The smallest.
    Min {
        /// Where the numbers stand.
        #[serde(deserialize_with = "path")]
        path: FieldPath,
    },
    /// The largest.
    Max {
        /// Where the numbers stand.
        #[serde(deserialize_with = "path")]
        path: FieldPath,
    },
    /// The number below which `p` percent lie, from 0 to 100. Between two numbers of the window it is interpolated
    /// (R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", 1996, definition 7).
    Percentile {
        /// Where the numbers stand.
        #[serde(deserialize_with = "path")]
        path: FieldPath,
        /// Which one.
        p: f64,
    },
}

fn path<'d, D: Deserializer<'d>>(deserializer: D) -> Result<FieldPath, D::Error> {
    FieldPath::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn optional_path<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Option<FieldPath>, D::Error> {
    path(deserializer).map(Some)
}

impl Aggregate {
    fn path(&self) -> Option<&FieldPath> {
        match self {
            Aggregate::Count { path } | Aggregate::Rate { path } => path.as_ref(),
            Aggregate::Sum { path }
            | Aggregate::Mean { path }
            | Aggregate::Min { path }
            | Aggregate::Max { path }
            | Aggregate::Percentile { path, .. } => Some(path),
        }
    }

    fn check(&self) -> Result<()> {
        match self {
            Aggregate::Percentile { p, .. } if !(0.0..=100.0).contains(p) => {
                Err(Error::invalid("a percentile is outside of 0 to 100"))
            }
            _ => Ok(()),
        }
    }

    /// `entries` is their number; `numbers` those at the path, in any order, which may be changed.
    #[allow(clippy::cast_precision_loss)] // counts below 2^53
    fn of(&self, entries: usize, numbers: &mut [f64], window: Duration) -> Value {
        let count = if self.path().is_some() { numbers.len() } else { entries };
        let sum = || numbers.iter().fold(0.0, |sum, number| sum + number);
        let result = match self {
            Aggregate::Count { .. } => return count.into(),
            Aggregate::Rate { .. } => Some(count as f64 / window.as_secs_f64()),
            Aggregate::Sum { .. } => Some(sum()),
            Aggregate::Mean { .. } => (count > 0).then(|| sum() / count as f64),
            Aggregate::Min { .. } => numbers.iter().copied().reduce(f64::min),
            Aggregate::Max { .. } => numbers.iter().copied().reduce(f64::max),
            Aggregate::Percentile { p, .. } => percentile(numbers, *p),
        };
        // A sum beyond every float has no JSON form.
        result.and_then(serde_json::Number::from_f64).map_or(Value::Null, Value::Number)
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // places in a window
fn percentile(numbers: &mut [f64], p: f64) -> Option<f64> {
    let last = numbers.len().checked_sub(1)?;
    let place = p / 100.0 * last as f64;
    let below = (place.floor() as usize).min(last);
    let (_, lower, above) = numbers.select_nth_unstable_by(below, f64::total_cmp);
    let lower = *lower;
    let upper = above.iter().copied().reduce(f64::min).unwrap_or(lower);
    Some(lower + (upper - lower) * (place - below as f64))
}

/// A window over a log that moves with the time, and what is kept of each entry in it.
struct Window<T> {
    log: Log,
    store: Arc<dyn Store>,
    length: Duration,
    period: Duration,
    keep: Box<dyn Fn(LogEntry) -> T + Send>,
    entries: VecDeque<(Micros, T)>,
    /// None: to be read anew.
    mark: Option<LogMark>,
    /// Where the window began the last time.
    start: Micros,
    /// When the next result is due.
    due: Instant,
}

impl<T> Window<T> {
    fn new(log: &Log, length: Duration, period: Duration, keep: Box<dyn Fn(LogEntry) -> T + Send>) -> Result<Self> {
        Ok(Window {
            store: log.as_ref().store.clone(),
            log: log.clone(),
            length: check_ttl("the window", length)?,
            period: check_ttl("the period", period)?,
            keep,
            entries: VecDeque::new(),
            mark: None,
            start: Micros::MIN,
            due: Instant::now(),
        })
    }

    /// Waits until a result is due; false if the deadline comes first.
    fn wait(&mut self, deadline: Option<Instant>, closed: &AtomicBool) -> Result<bool> {
        loop {
            self.store.check()?;
            cancel::check()?;
            if closed.load(Ordering::Acquire) {
                return Err(Error::new(ErrorKind::Closed, "the live view is closed"));
            }
            let now = Instant::now();
            if self.due <= now {
                // Periods that nobody asked for are left out: no burst after a pause.
                let missed = now.duration_since(self.due).as_nanos() / self.period.as_nanos().max(1);
                let missed = u32::try_from(missed).unwrap_or(u32::MAX).saturating_add(1);
                self.due = self.period.checked_mul(missed).and_then(|time| self.due.checked_add(time)).unwrap_or(now);
                return Ok(true);
            }
            if deadline.is_some_and(|at| at <= now) {
                return Ok(false);
            }
            self.store.sleep(deadline.map_or(self.due, |at| at.min(self.due)), closed)?;
        }
    }

    /// Moves the window to now: reads what has come, forgets what is too old. Returns how many entries of it are not
    /// in the future: those come first.
    fn advance(&mut self) -> Result<usize> {
        let now = self.store.now_us();
        let start = now.saturating_sub(i64::try_from(self.length.as_micros()).unwrap_or(i64::MAX));
        if start < self.start {
            // The clock was set back: entries that were forgotten belong to the window again.
            self.mark = None;
        }
        self.start = start;
        while self.entries.front().is_some_and(|(at, _)| *at <= start) {
            self.entries.pop_front();
        }
        let name = &self.log.as_ref().name;
        let news = self.store.log_news(name, start.saturating_add(1), self.mark.as_ref())?;
        if news.anew {
            self.entries.clear();
        }
        for entry in news.entries {
            let at = entry.timestamp;
            if at <= start {
                continue;
            }
            if self.entries.len() >= MAX_WINDOW_ENTRIES {
                self.mark = None;
                self.entries.clear();
                return Err(Error::limit(format!(
                    "the window holds more than {MAX_WINDOW_ENTRIES} entries: shorten it"
                )));
            }
            let kept = (at, (self.keep)(entry));
            // Nearly always at the end: only who gives a time may come late.
            let place = self.entries.partition_point(|(other, _)| *other < at);
            if place == self.entries.len() {
                self.entries.push_back(kept);
            } else {
                self.entries.insert(place, kept);
            }
        }
        self.mark = Some(news.mark);
        Ok(self.entries.partition_point(|(at, _)| *at <= now))
    }
}

/// A live view: numbers made of the entries of the last while, again and again. See [`Log::live`].
///
/// One thread at a time pulls; any thread may close it.
pub struct Live {
    window: Mutex<Window<Box<[f64]>>>,
    aggregates: BTreeMap<String, Aggregate>,
    /// The paths of the aggregates, each once: the columns of what is kept.
    paths: Vec<FieldPath>,
    length: Duration,
    end: End,
}

/// Ends a live view from another thread.
struct End {
    store: Arc<dyn Store>,
    closed: AtomicBool,
}

impl End {
    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.store.end_sleeps();
    }
}

impl Live {
    fn new(log: &Log, length: Duration, period: Duration, aggregates: BTreeMap<String, Aggregate>) -> Result<Self> {
        if aggregates.is_empty() {
            return Err(Error::invalid("a live view without aggregates shows nothing: give at least one"));
        }
        if aggregates.len() > MAX_AGGREGATES {
            return Err(Error::limit(format!("more than {MAX_AGGREGATES} aggregates")));
        }
        let mut paths: Vec<FieldPath> = Vec::new();
        for aggregate in aggregates.values() {
            aggregate.check()?;
            if let Some(path) = aggregate.path()
                && !paths.iter().any(|other| other.text() == path.text())
            {
                paths.push(path.clone());
            }
        }
        let columns = paths.clone();
        let keep = Box::new(move |entry: LogEntry| numbers(&entry.data, &columns));
        let end = End { store: log.as_ref().store.clone(), closed: AtomicBool::new(false) };
        Ok(Live { window: Mutex::new(Window::new(log, length, period, keep)?), aggregates, paths, length, end })
    }

    /// Waits for the next result up to `timeout` (zero: only if it is due; none: as long as it takes): an object with
    /// a number for each aggregate. None if it was not due in time. The first is due at once, the others one period
    /// after each other; those that nobody waited for are left out.
    ///
    /// # Errors
    /// LIMIT for a window of more than [`MAX_WINDOW_ENTRIES`] entries; CLOSED, PAUSED and INTERRUPTED end a wait at
    /// once; IO, CORRUPT.
    pub fn next(&self, timeout: Option<Duration>) -> Result<Option<Json>> {
        let mut window = self.window.lock();
        if !window.wait(deadline(timeout), &self.end.closed)? {
            return Ok(None);
        }
        let entries = window.advance()?;
        let columns: Vec<Vec<f64>> = (0..self.paths.len())
            .map(|column| {
                let numbers = window.entries.iter().take(entries).filter_map(|(_, row)| row.get(column).copied());
                numbers.filter(|number| !number.is_nan()).collect()
            })
            .collect();
        drop(window);
        let mut result = serde_json::Map::new();
        for (name, aggregate) in &self.aggregates {
            let column = aggregate
                .path()
                .and_then(|path| self.paths.iter().position(|other| other.text() == path.text()))
                .and_then(|place| columns.get(place));
            // A copy: a percentile sorts.
            let mut numbers = column.cloned().unwrap_or_default();
            result.insert(name.clone(), aggregate.of(entries, &mut numbers, self.length));
        }
        Ok(Some(Value::Object(result).into()))
    }

    /// Ends the view: a `next` that waits, and each later one, fails as CLOSED.
    pub fn close(&self) {
        self.end.close();
    }
}

/// The numbers of an entry at some paths; NaN where there is none.
fn numbers(data: &Json, paths: &[FieldPath]) -> Box<[f64]> {
    if paths.is_empty() {
        return Box::default();
    }
    let body: Value = serde_json::from_str(data.as_str()).unwrap_or(Value::Null);
    let number = |path: &FieldPath| path.get(&body).and_then(Value::as_f64).unwrap_or(f64::NAN);
    paths.iter().map(number).collect()
}

/// A live view of the entries themselves, for aggregates of your own. See [`Log::live_entries`].
///
/// One thread at a time pulls; any thread may close it.
pub struct LiveEntries {
    window: Mutex<Window<Json>>,
    end: End,
}

impl LiveEntries {
    /// Waits as [`Live::next`] does, and gives the entries of the window, oldest first, to `aggregate`.
    ///
    /// # Errors
    /// As for [`Live::next`].
    pub fn next<T>(
        &self,
        timeout: Option<Duration>,
        aggregate: impl FnOnce(&mut dyn Iterator<Item = (Micros, &Json)>) -> T,
    ) -> Result<Option<T>> {
        let mut window = self.window.lock();
        if !window.wait(deadline(timeout), &self.end.closed)? {
            return Ok(None);
        }
        let entries = window.advance()?;
        Ok(Some(aggregate(&mut window.entries.iter().take(entries).map(|(at, data)| (*at, data)))))
    }

    /// As [`Live::close`].
    pub fn close(&self) {
        self.end.close();
    }
}

impl Log {
    /// A live view: every `period`, what the `aggregates` make of the entries of the last `window`. It reads only
    /// what has come since the last time; in memory it keeps one number for each entry and path.
    ///
    /// ```
    /// use beaver_core::{Aggregate, Beaver, FieldPath, Options};
    /// use serde_json::json;
    /// use std::time::Duration;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// let metrics = db.log("system_metrics")?;
    /// metrics.append_many([(json!({"value": 2}), None), (json!({"value": 4}), None)])?;
    /// let aggregates = [
    ///     ("count".to_owned(), Aggregate::Count { path: None }),
    ///     ("mean".to_owned(), Aggregate::Mean { path: FieldPath::parse("value")? }),
    /// ];
    /// let live = metrics.live(Duration::from_secs(5), Duration::from_secs(1), aggregates.into())?;
    /// let first = live.next(None)?.expect("without a timeout there is always a result");
    /// assert_eq!(first.as_str(), r#"{"count":2,"mean":3.0}"#);
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a window or period of zero, no aggregate, or a percentile outside of 0 to 100; LIMIT above
    /// a hundred years or [`MAX_AGGREGATES`].
    pub fn live(&self, window: Duration, period: Duration, aggregates: BTreeMap<String, Aggregate>) -> Result<Live> {
        Live::new(self, window, period, aggregates)
    }

    /// As [`Log::live`], with the entries of the window themselves, which are kept in memory.
    ///
    /// # Errors
    /// As for [`Log::live`].
    pub fn live_entries(&self, window: Duration, period: Duration) -> Result<LiveEntries> {
        let keep = Box::new(|entry: LogEntry| entry.data);
        let end = End { store: self.as_ref().store.clone(), closed: AtomicBool::new(false) };
        Ok(LiveEntries { window: Mutex::new(Window::new(self, window, period, keep)?), end })
    }
}
