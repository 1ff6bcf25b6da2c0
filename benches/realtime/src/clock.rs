//! The time that all processes of the machine share, and what is sent with it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

/// Nanoseconds since 1970.
pub fn now() -> Result<u64> {
    Ok(u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos())?)
}

/// A JSON object of about a hundred bytes that tells when it was made.
pub fn payload() -> Result<String> {
    Ok(format!(
        r#"{{"sent": {}, "name": "item number 1001", "tags": ["new", "red"], "price": 11.25, "unit": "piece"}}"#,
        now()?
    ))
}

/// How many microseconds ago a payload was made.
#[expect(clippy::cast_precision_loss)] // it is not so long ago
pub fn age(payload: &str) -> Result<f64> {
    let received = now()?;
    let digits = payload.split(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty());
    let sent: u64 = digits.context("a payload without a time")?.parse()?;
    let age = received.checked_sub(sent).context("the clock was set back meanwhile")?;
    Ok(age as f64 / 1e3)
}

/// Pauses of irregular lengths, so that no poll keeps step with them.
pub struct Pauses(u64);

impl Pauses {
    pub fn new(seed: u64) -> Self {
        Pauses(seed)
    }

    /// Sleeps for at least `from`, and up to a millisecond longer.
    pub fn sleep(&mut self, from: Duration) {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(from + Duration::from_nanos((self.0 >> 33) % 1_000_000));
    }
}
