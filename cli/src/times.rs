//! Times and spans of time, as people write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use beaver_core::Micros;

/// A span: seconds (`2.5`), or numbers with units (`90s`, `1h 30m`, `7days`).
///
/// # Errors
/// What is wrong, for the parser of the command line.
pub fn span(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|e| format!("not a span of time: {e}"));
    }
    humantime::parse_duration(text).map_err(|e| format!("not a span of time: {e}; give seconds, or 90s, 1h 30m, 7days"))
}

/// A time: microseconds since 1970, RFC 3339 (`2026-01-31T12:00:00Z`), a day (`2026-01-31`), or how long ago (`2h`).
///
/// # Errors
/// What is wrong, for the parser of the command line.
pub fn time(text: &str) -> Result<Micros, String> {
    if let Ok(micros) = text.parse() {
        return Ok(micros);
    }
    let day = || humantime::parse_rfc3339(&format!("{text}T00:00:00Z"));
    if let Ok(time) = humantime::parse_rfc3339_weak(text).or_else(|_| day()) {
        return Ok(micros(time));
    }
    match humantime::parse_duration(text) {
        Ok(ago) => SystemTime::now().checked_sub(ago).map(micros).ok_or_else(|| "that long ago is no time".to_owned()),
        Err(_) => {
            Err("not a time: give microseconds since 1970, 2026-01-31T12:00:00Z, 2026-01-31, or 2h for two hours ago"
                .to_owned())
        }
    }
}

fn micros(time: SystemTime) -> Micros {
    let whole = |span: Duration| Micros::try_from(span.as_micros()).unwrap_or(Micros::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => whole(since),
        Err(before) => -whole(before.duration()),
    }
}

/// A time for people.
pub fn to_text(at: Micros) -> String {
    let span = Duration::from_micros(at.unsigned_abs());
    let time = if at < 0 { UNIX_EPOCH.checked_sub(span) } else { UNIX_EPOCH.checked_add(span) };
    // humantime panics on what is before 1970 or after 9999.
    match time.filter(|_| (0..253_402_300_800_000_000).contains(&at)) {
        Some(time) => humantime::format_rfc3339_micros(time).to_string(),
        None => at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_times_are_read_as_people_write_them() {
        assert_eq!(span("2.5"), Ok(Duration::from_millis(2_500)));
        assert_eq!(span("1h 30m"), Ok(Duration::from_secs(5_400)));
        assert!(span("-1").is_err() && span("nan").is_err() && span("soon").is_err());
        assert_eq!(time("1700000000000000"), Ok(1_700_000_000_000_000));
        assert_eq!(time("2023-11-14T22:13:20Z"), Ok(1_700_000_000_000_000));
        assert_eq!(time("2023-11-14"), Ok(1_699_920_000_000_000));
        let now = time("0s").unwrap_or_default();
        assert!((now - time("1h").unwrap_or_default() - 3_600_000_000).abs() < 60_000_000);
        assert!(time("yesterday").is_err());
        assert_eq!(to_text(1_700_000_000_000_001), "2023-11-14T22:13:20.000001Z");
        assert_eq!(to_text(-1), "-1");
    }
}
