//! Logs.

use std::sync::Arc;

use beaver_core::{Beaver, Json, Log, LogQuery, Micros, wire};

use crate::call::Live;
use crate::cursor::Cursor;
use crate::error::Failure;
use crate::live::LiveHandle;
use crate::structure::structure_handle;

/// A log. An entry as a row: `{"timestamp_us", "data"}`.
#[derive(uniffi::Object)]
pub struct LogHandle {
    pub(crate) inner: Log,
    db: Beaver,
    _live: Live,
}

structure_handle!(LogHandle, Log);

#[uniffi::export]
impl LogHandle {
    /// Appends an entry, at the time of now if none is given; returns the time it got.
    pub fn append(&self, value: &str, at_us: Option<Micros>) -> Result<Micros, Failure> {
        self.call(|log| {
            let value = Json::parse(value)?;
            match at_us {
                Some(at) => log.append_at(value, at),
                None => log.append(value),
            }
        })
    }

    /// Appends many, a JSON array of `{"data", "timestamp_us"}`, in one commit; returns their times.
    pub fn append_many(&self, items: &str) -> Result<Vec<Micros>, Failure> {
        self.call(|log| log.append_many(wire::log_items("items", &Json::parse(items)?)?))
    }

    /// Rows of entries from `start` to before `end`; the options as `{"limit": 100, "reverse": true}`.
    pub fn range(
        &self,
        start_us: Option<Micros>,
        end_us: Option<Micros>,
        options: &str,
    ) -> Result<Arc<Cursor>, Failure> {
        self.call(|log| {
            let (limit, reverse) = wire::log_range(options)?;
            let entries = log.entries(&LogQuery { start: start_us, end: end_us, limit, reverse })?;
            Ok(Cursor::new(&self.db, entries.map(|entry| entry.map(|entry| wire::log_row(&entry)))))
        })
    }

    /// The newest entries, newest first, a JSON array of rows.
    pub fn latest(&self, most: u32) -> Result<String, Failure> {
        self.call(|log| Ok(wire::array(log.latest(most as usize)?.iter().map(wire::log_row))))
    }

    /// Removes entries older than a time; returns how many.
    pub fn prune_older(&self, older_than_us: Micros) -> Result<u64, Failure> {
        self.call(|log| log.prune_older(older_than_us))
    }

    /// Removes all but the newest; returns how many.
    pub fn prune_keep(&self, keep_last: u64) -> Result<u64, Failure> {
        self.call(|log| log.prune_keep(keep_last))
    }

    /// A live view: `{"window": seconds, "period": seconds, "aggregates": {name: aggregate}}`, without aggregates the
    /// entries themselves.
    pub fn live(&self, options: &str) -> Result<Arc<LiveHandle>, Failure> {
        self.call(|log| LiveHandle::new(log, &wire::live_view(options)?, &self.db))
    }
}
