//! Where time comes from: the system's clock, or one that a test sets.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time: microseconds since 1970-01-01 UTC.
pub type Micros = i64;

/// A source of the time of day. Waits and time-outs do not use it: they run on the monotonic clock.
pub trait Clock: Send + Sync {
    /// The time now, in microseconds since 1970-01-01 UTC.
    fn now_us(&self) -> Micros;
}

/// The operating system's clock; the default.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_us(&self) -> Micros {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until it is set: for tests of expiry and of clocks that jump.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `now_us`.
    #[must_use]
    pub fn new(now_us: Micros) -> Self {
        ManualClock(AtomicI64::new(now_us))
    }

    /// Moves the clock by `us`, which may be negative.
    pub fn advance_us(&self, us: i64) {
        self.0.fetch_add(us, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_us(&self) -> Micros {
        self.0.load(Ordering::SeqCst)
    }
}

/// A time from now on.
pub(crate) fn later(now: Micros, time: Duration) -> Micros {
    now.saturating_add(i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
}

/// The file's form of a time: seconds as a REAL, the way BeaverDB 1.x writes it.
#[allow(clippy::cast_precision_loss)] // microseconds of our era need 51 bits
pub(crate) fn to_seconds(us: Micros) -> f64 {
    us as f64 / 1e6
}

/// The inverse of [`to_seconds`], exact to the microsecond for times within a century of now.
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn from_seconds(seconds: f64) -> Micros {
    (seconds * 1e6).round() as Micros
}
