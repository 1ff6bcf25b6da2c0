//! Durations of many calls, and what is said of them.

use std::time::Instant;

use anyhow::Result;
use serde::Serialize;

/// In microseconds.
#[derive(Default)]
pub struct Times(Vec<f64>);

/// In microseconds.
#[derive(Serialize, Clone, Copy)]
pub struct Summary {
    pub p50: f64,
    pub p99: f64,
    pub mean: f64,
    pub longest: f64,
    pub count: usize,
}

impl Times {
    /// Does something and remembers how long it took.
    pub fn time<T, E>(&mut self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let start = Instant::now();
        let result = work()?;
        self.0.push(start.elapsed().as_secs_f64() * 1e6);
        Ok(result)
    }

    pub fn last(&self) -> f64 {
        self.0.last().copied().unwrap_or_default()
    }

    pub fn push(&mut self, microseconds: f64) {
        self.0.push(microseconds);
    }

    #[expect(clippy::cast_precision_loss)] // there are not so many
    pub fn summary(&self) -> Summary {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len();
        let at = |percent: usize| sorted.get((count * percent / 100).min(count.saturating_sub(1)));
        Summary {
            p50: at(50).copied().unwrap_or_default(),
            p99: at(99).copied().unwrap_or_default(),
            longest: sorted.last().copied().unwrap_or_default(),
            mean: sorted.iter().sum::<f64>() / count.max(1) as f64,
            count,
        }
    }
}
