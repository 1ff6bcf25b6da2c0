//! Where time comes from: the system's clock, or one that a test sets.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::{Error, Result};

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

/// The inverse of [`to_seconds`], exact to the microsecond up to the year 2242.
#[allow(clippy::cast_possible_truncation)] // a cast of a float saturates
pub(crate) fn from_seconds(seconds: f64) -> Micros {
    // The whole seconds and the fraction are both exact, so that only one rounding is left.
    let whole = seconds.floor();
    let fraction = ((seconds - whole) * 1e6).round() as Micros;
    (whole as Micros).saturating_mul(1_000_000).saturating_add(fraction)
}

/// The latest time of a log entry: the last microsecond of the year 9999.
pub(crate) const MAX_TIME: Micros = 253_402_300_799_999_999;

/// The earliest time of a log entry: the beginning of the year 1.
pub(crate) const MIN_TIME: Micros = -62_135_596_800_000_000;

/// Checks a time that was given: from the year 1 to the end of the year 9999.
pub(crate) fn check_time(what: &str, at: Micros) -> Result<Micros> {
    if (MIN_TIME..=MAX_TIME).contains(&at) {
        return Ok(at);
    }
    Err(Error::invalid(format!("{what} is outside the years 1 to 9999: give microseconds since 1970")))
}

/// A time as text, as RFC 3339 has it: `2026-01-31T12:00:00.000000+00:00`.
pub(crate) fn to_text(us: Micros) -> String {
    let (days, us) = (us.div_euclid(86_400_000_000), us.rem_euclid(86_400_000_000));
    // Counted in eras of 400 years that begin on the first of March, so that a leap day is the last
    // day of its year; 719,468 days lie between 0000-03-01 and 1970-01-01.
    let (era, day) = ((days + 719_468).div_euclid(146_097), (days + 719_468).rem_euclid(146_097));
    let year_of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months from March on have 153 days in every five.
    let shifted = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (seconds, us) = (us / 1_000_000, us % 1_000_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day_of_month:02}T{hour:02}:{minute:02}:{second:02}.{us:06}+00:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_microsecond_comes_back_from_the_file() {
        for base in [0, 1_795_345_811_708_369, 4_900_000_000_123_457, 8_589_934_591_000_000_i64] {
            assert!((base..base + 2_000).all(|us| from_seconds(to_seconds(us)) == us), "from {base} on");
        }
        assert_eq!(from_seconds(f64::NAN), 0);
        assert_eq!(from_seconds(f64::INFINITY), Micros::MAX);
    }

    #[test]
    fn times_are_written_as_text() {
        assert_eq!(to_text(0), "1970-01-01T00:00:00.000000+00:00");
        assert_eq!(to_text(1_709_210_096_000_007), "2024-02-29T12:34:56.000007+00:00");
        assert_eq!(to_text(MAX_TIME), "9999-12-31T23:59:59.999999+00:00");
        assert_eq!(to_text(-1), "1969-12-31T23:59:59.999999+00:00");
    }
}
