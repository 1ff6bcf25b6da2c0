//! Logs.

use std::ffi::c_char;

use beaver_core::{Beaver, Log, LogQuery, Micros, Result, wire};
use safer_ffi::prelude::*;

use crate::buf::{OutBuf, beaver_buf};
use crate::call::free;
use crate::error::OutError;
use crate::give::{self, OutI64, OutU64};
use crate::input::{StrIn, json as json_in, options_as};
use crate::iter::OutIter;
use crate::live::Live;
use crate::status::{BEAVER_OK, beaver_status};
use crate::structure::{structure_object, with};

/// JSON values in the order of time. Each entry has a time of its own: one that is taken becomes the next free
/// microsecond. An entry as a row: {"timestamp_us", "data"}.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_log {
    pub(crate) inner: Log,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutLog<'o> = Option<Out<'o, Option<repr_c::Box<beaver_log>>>>;

structure_object!(beaver_log, "log", Log);

/// Appends an entry at the time of now.
/// @param json              JSON text; copied before return.
/// @param json_len          its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param out_timestamp_us  On OK: the time it got; or NULL.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_log_append(
    log: Option<&beaver_log>,
    json: *const c_char,
    json_len: usize,
    out_timestamp_us: OutI64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| {
        give::optional(out_timestamp_us, || {
            // SAFETY: as the header's conventions have it.
            let json = unsafe { json_in("json", json, json_len) }?;
            log.inner()?.append(json)
        })
    })
}

/// Appends an entry at a time of your own.
/// @param json              JSON text; copied before return.
/// @param json_len          its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param at_us             microseconds since 1970.
/// @param out_timestamp_us  On OK: the time it got; or NULL.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_log_append_at(
    log: Option<&beaver_log>,
    json: *const c_char,
    json_len: usize,
    at_us: i64,
    out_timestamp_us: OutI64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| {
        give::optional(out_timestamp_us, || {
            // SAFETY: as the header's conventions have it.
            let json = unsafe { json_in("json", json, json_len) }?;
            log.inner()?.append_at(json, at_us)
        })
    })
}

/// Appends many entries in one commit.
/// @param items_json      a JSON array of {"data"} or {"data", "timestamp_us"}, up to BEAVER_MAX_ITEMS;
///                        copied before return.
/// @param items_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param out_json        On OK: a JSON array of the times that they got; caller frees with
///                        beaver_buf_free(); or NULL.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give; beaver_error_operation() tells the index of
///         a bad item
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_log_append_many(
    log: Option<&beaver_log>,
    items_json: *const c_char,
    items_json_len: usize,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| {
        let out = out_json.map(|out| out.write(beaver_buf::empty()));
        // SAFETY: as the header's conventions have it.
        let items = unsafe { json_in("items_json", items_json, items_json_len) }?;
        let times = log.inner()?.append_many(wire::log_items("items_json", &items)?)?;
        if let Some(out) = out {
            *out = wire::array(times.iter().map(Micros::to_string)).into();
        }
        Ok(BEAVER_OK)
    })
}

/// Goes through the entries between two times.
/// @param start_us      the first time, included; INT64_MIN for the first entry.
/// @param end_us        the time behind the last, excluded; INT64_MAX for all that follow.
/// @param options_json  {"limit", "reverse": false}, or NULL: at most so many entries, the newest first.
/// @param out_iter      On OK: an iterator over entries as rows, the oldest first; caller frees with
///                      beaver_iter_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_range(
    log: Option<&beaver_log>,
    start_us: i64,
    end_us: i64,
    options_json: StrIn<'_>,
    out_iter: OutIter<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| {
        let query = || -> Result<LogQuery> {
            let (limit, reverse) = options_as("options_json", options_json, wire::log_range)?;
            Ok(LogQuery {
                start: (start_us != i64::MIN).then_some(start_us),
                end: (end_us != i64::MAX).then_some(end_us),
                limit,
                reverse,
            })
        };
        give::rows(&log, out_iter, |log| log.entries(&query()?), |entry| wire::log_row(&entry))
    })
}

/// Goes through all entries, the oldest first.
/// @param out_iter  On OK: an iterator over entries as rows; caller frees with beaver_iter_free().
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_items(
    log: Option<&beaver_log>,
    out_iter: OutIter<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| give::rows(&log, out_iter, |log| Ok(log.items()), |entry| wire::log_row(&entry)))
}

/// Reads the newest entries.
/// @param most      how many at the most.
/// @param out_json  On OK: a JSON array of entries as rows, the newest first; caller frees with
///                  beaver_buf_free().
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_latest(
    log: Option<&beaver_log>,
    most: usize,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| {
        give::text("out_json", out_json, || {
            let entries = log.inner()?.latest(most)?;
            Ok(wire::array(entries.iter().map(wire::log_row)))
        })
    })
}

/// Counts the entries.
/// @param out_count  On OK: the count.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_len(
    log: Option<&beaver_log>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| give::value("out_count", out_count, || log.inner()?.len()))
}

/// Deletes what is older than a time.
/// @param older_than_us  microseconds since 1970; an entry of this very time stays.
/// @param out_count      On OK: how many entries that were; or NULL.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_prune_older(
    log: Option<&beaver_log>,
    older_than_us: i64,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| give::optional(out_count, || log.inner()?.prune_older(older_than_us)))
}

/// Deletes all but the newest entries.
/// @param keep_last  how many stay.
/// @param out_count  On OK: how many entries were deleted; or NULL.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_prune_keep(
    log: Option<&beaver_log>,
    keep_last: u64,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| give::optional(out_count, || log.inner()?.prune_keep(keep_last)))
}

/// Deletes every entry.
/// @param out_count  On OK: how many there were; or NULL.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_clear(
    log: Option<&beaver_log>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| give::optional(out_count, || log.inner()?.clear()))
}

/// Frees the handle.
/// @param log  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_free(log: Option<repr_c::Box<beaver_log>>) {
    free(log);
}
