//! What stands behind the question mark.

use std::time::Duration;

use beaver_core::{ErrorKind, Micros, seconds};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::problem::Problem;

/// Reads a query; what is not known is refused.
pub(crate) fn parse<T: DeserializeOwned>(uri: &axum::http::Uri) -> Result<T, Problem> {
    // What is not UTF-8 would be read as something else.
    if percent_decode_str(uri.query().unwrap_or_default()).decode_utf8().is_err() {
        return Err(Problem::new(ErrorKind::InvalidUtf8, "the query is not UTF-8 where its escapes are undone"));
    }
    axum::extract::Query::try_from_uri(uri).map(|axum::extract::Query(query)| query).map_err(|rejection| {
        let reason = rejection.body_text();
        let reason = reason.rsplit("query string: ").next().unwrap_or_default().to_owned();
        Problem::invalid(format!("the query is not what this call takes: {reason}"))
    })
}

/// No query at all.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Which part of a collection of keys.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    /// How many, at most.
    #[param(minimum = 1, maximum = 10_000, default = 100)]
    pub limit: Option<usize>,
    /// The `cursor` of the page before.
    pub after: Option<String>,
}

/// How many items a page has if nothing is said, and at most.
pub(crate) fn limit(limit: Option<usize>) -> Result<usize, Problem> {
    match limit {
        None => Ok(100),
        Some(0) => Err(Problem::invalid("the limit is 0: ask for at least one")),
        Some(limit) if limit > beaver_core::MAX_HITS => {
            Err(Problem::invalid(format!("the limit is {limit}: a page has at most {}", beaver_core::MAX_HITS)))
        }
        Some(limit) => Ok(limit),
    }
}

/// A time to live.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ttl {
    /// Seconds until the key is gone again.
    #[param(exclusive_minimum = 0)]
    pub ttl: Option<f64>,
}

impl Ttl {
    pub fn duration(&self) -> Result<Option<Duration>, Problem> {
        Ok(self.ttl.map(|ttl| seconds("ttl", ttl)).transpose()?)
    }
}

/// A slice of a list, as Python has them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slice {
    /// The first index; negative ones count from the end.
    pub start: Option<i64>,
    /// The index behind the last.
    pub stop: Option<i64>,
}

/// A time to wait: seconds, zero to try.
pub(crate) fn timeout(timeout: Option<f64>, default: f64) -> Result<Duration, Problem> {
    let timeout = timeout.unwrap_or(default);
    if !timeout.is_finite() || timeout < 0.0 {
        return Err(Problem::invalid("timeout must be a finite number of seconds, not below zero"));
    }
    // Longer than any server runs.
    Ok(Duration::from_secs_f64(timeout.min(1e9)))
}

/// A moment: microseconds since 1970, or a date and time as RFC 3339 writes it; without an offset it is UTC.
///
/// # Errors
/// INVALID_ARGUMENT, naming the parameter, if it is neither.
pub fn moment(name: &str, text: &str) -> Result<Micros, Problem> {
    if let Ok(micros) = text.parse::<i64>() {
        return Ok(micros);
    }
    date_time(text)
        .ok_or_else(|| Problem::invalid(format!("{name} is neither microseconds since 1970 nor a date and time")))
}

fn date_time(text: &str) -> Option<Micros> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let end = time.find(['Z', 'z', '+', '-', ' ']).unwrap_or(time.len());
    let (clock, offset) = time.split_at_checked(end)?;
    let mut parts = clock.splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let (second, micros) = match parts.next() {
        None => (0, 0),
        Some(second) => match second.split_once('.') {
            None => (digits(second, 2)?, 0),
            Some((second, fraction)) => {
                let six: String = fraction.chars().chain("000000".chars()).take(6).collect();
                (digits(second, 2)?, digits(&six, 6)?)
            }
        },
    };
    let in_range = (1..=12).contains(&month) && (1..=days(year, month)).contains(&day);
    if !in_range || year == 0 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds =
        (days_since_1970(year, month, day) * 24 + hour) * 3_600 + minute * 60 + second - offset_seconds(offset)?;
    Some(seconds * 1_000_000 + micros)
}

fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn offset_seconds(offset: &str) -> Option<i64> {
    // A plus in a query that was not escaped has become a space.
    let sign = match offset.bytes().next() {
        None | Some(b'Z' | b'z') => return (offset.len() <= 1).then_some(0),
        Some(b'-') => -1,
        _ => 1,
    };
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn days(year: i64, month: i64) -> i64 {
    match month {
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the proleptic Gregorian calendar, years counted from March (H. Hinnant, "chrono-compatible low-level date
/// algorithms").
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_microseconds_or_dates() {
        let of = |text: &str| moment("start", text).ok();
        assert_eq!(of("1700000000000000"), Some(1_700_000_000_000_000));
        assert_eq!(of("2023-11-14T22:13:20Z"), Some(1_700_000_000_000_000));
        assert_eq!(of("2023-11-14 22:13:20.25"), Some(1_700_000_000_250_000));
        assert_eq!(of("2023-11-15T00:13:20+02:00"), Some(1_700_000_000_000_000));
        assert_eq!(of("1970-01-01T00:00"), Some(0));
        assert_eq!(of("2024-02-29T00:00:00Z"), Some(1_709_164_800_000_000));
        for wrong in ["", "today", "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-01-01", "2023-01-01T24:00:00Z"]
        {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
