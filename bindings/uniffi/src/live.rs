//! Live views of logs.

use std::sync::Arc;

use beaver_core::wire::{self, LiveView};
use beaver_core::{Beaver, Json, Live as Numbers, LiveEntries, Log, LogEntry, Micros, Result};

use crate::call::{Live, call};
use crate::cancel::{Cancel, waiting};
use crate::error::Failure;
use crate::input::timeout;

/// What a log says of the last while, again and again.
#[derive(uniffi::Object)]
pub struct LiveHandle {
    view: View,
    db: Beaver,
    _live: Live,
}

enum View {
    Numbers(Numbers),
    Entries(LiveEntries),
}

impl LiveHandle {
    pub fn new(log: &Log, asked: &LiveView, db: &Beaver) -> Result<Arc<Self>> {
        let LiveView { window, period, aggregates } = asked;
        let view = match aggregates {
            Some(aggregates) => View::Numbers(log.live(*window, *period, aggregates.clone())?),
            None => View::Entries(log.live_entries(*window, *period)?),
        };
        Ok(Arc::new(LiveHandle { view, db: db.clone(), _live: Live::new() }))
    }
}

#[uniffi::export]
impl LiveHandle {
    /// The next result: an object of the numbers, or an array of rows of entries; none if the time ran out.
    pub fn next(&self, timeout_ms: i64, cancel: Option<Arc<Cancel>>) -> Result<Option<String>, Failure> {
        let rows = |entries: &mut dyn Iterator<Item = (Micros, &Json)>| {
            wire::array(entries.map(|(timestamp, data)| wire::log_row(&LogEntry { timestamp, data: data.clone() })))
        };
        call(&self.db, || {
            let timeout = timeout(timeout_ms)?;
            waiting(cancel.as_ref(), || match &self.view {
                View::Numbers(numbers) => Ok(numbers.next(timeout)?.map(String::from)),
                View::Entries(entries) => entries.next(timeout, rows),
            })
        })
    }

    /// Ends the view: a `next` that waits, and each later one, fails as CLOSED.
    pub fn stop(&self) {
        match &self.view {
            View::Numbers(numbers) => numbers.close(),
            View::Entries(entries) => entries.close(),
        }
    }
}
