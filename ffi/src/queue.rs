//! Priority queues.

use std::ffi::c_char;
use std::time::Duration;

use beaver_core::{Beaver, Queue, QueueItem, seconds, wire};
use safer_ffi::prelude::*;

use crate::buf::OutBuf;
use crate::call::{free, output};
use crate::error::OutError;
use crate::give::{self, OutU64};
use crate::input::{StrIn, json as json_in, options_as, timeout};
use crate::iter::OutIter;
use crate::live::Live;
use crate::status::{BEAVER_NOT_FOUND, BEAVER_TIMEOUT, beaver_status};
use crate::structure::{structure_object, with};

/// A priority queue: the lowest priority number comes first, among equals what was put first. `get` takes an item
/// for good; `lease` lends it out until it is acknowledged, so that work survives a worker that dies. An item as a
/// row: {"priority", "timestamp_us", "data"}.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_queue {
    pub(crate) inner: Queue,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutQueue<'o> = Option<Out<'o, Option<repr_c::Box<beaver_queue>>>>;

structure_object!(beaver_queue, "queue", Queue);

/// Puts an item. Who waits for one wakes at once.
/// @param json      JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param priority  any finite number; the lowest comes first.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_queue_put(
    queue: Option<&beaver_queue>,
    json: *const c_char,
    json_len: usize,
    priority: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| {
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        give::done(queue.inner()?.put(json, priority)?)
    })
}

/// Puts many items in one commit.
/// @param items_json      a JSON array of {"data", "priority"}, up to BEAVER_MAX_ITEMS; copied before
///                        return.
/// @param items_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give; beaver_error_operation() tells the index of
///         a bad item
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_queue_put_many(
    queue: Option<&beaver_queue>,
    items_json: *const c_char,
    items_json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| {
        // SAFETY: as the header's conventions have it.
        let items = unsafe { json_in("items_json", items_json, items_json_len) }?;
        give::done(queue.inner()?.put_many(wire::queue_items("items_json", &items)?)?)
    })
}

/// Takes the first item; waits for one if there is none.
/// @param timeout_ms  how long to wait, in milliseconds; 0 to try, -1 for ever.
/// @param out_json    On OK: the item as a row; caller frees with beaver_buf_free().
/// @return OK, TIMEOUT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_get(
    queue: Option<&beaver_queue>,
    timeout_ms: i64,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| {
        give::text_or(BEAVER_TIMEOUT, "out_json", out_json, || {
            let item = queue.inner()?.get(timeout(timeout_ms)?)?;
            Ok(item.as_ref().map(wire::queue_row))
        })
    })
}

/// Takes up to so many of the first items in one commit, as soon as there is one.
/// @param most        how many at the most, 1 to BEAVER_MAX_ITEMS.
/// @param timeout_ms  how long to wait, in milliseconds; 0 to try, -1 for ever.
/// @param out_json    On OK: a JSON array of items as rows; caller frees with beaver_buf_free().
/// @return OK, TIMEOUT, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_get_many(
    queue: Option<&beaver_queue>,
    most: usize,
    timeout_ms: i64,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| {
        give::text_or(BEAVER_TIMEOUT, "out_json", out_json, || {
            let items = queue.inner()?.get_many(most, timeout(timeout_ms)?)?;
            Ok((!items.is_empty()).then(|| wire::array(items.iter().map(wire::queue_row))))
        })
    })
}

/// Puts an item that was taken back to its place in the order, for who took it and cannot have it: a task that was
/// cancelled just then. Who waits for one wakes at once. Between taking it and this the item is in no file: what must
/// survive a crash is leased.
/// @param json          the item's data, JSON text; copied before return.
/// @param json_len      its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param priority      the item's priority.
/// @param timestamp_us  the item's time.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_queue_put_back(
    queue: Option<&beaver_queue>,
    json: *const c_char,
    json_len: usize,
    priority: f64,
    timestamp_us: i64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| {
        // SAFETY: as the header's conventions have it.
        let data = unsafe { json_in("json", json, json_len) }?;
        give::done(queue.inner()?.put_back(QueueItem { priority, timestamp: timestamp_us, data })?)
    })
}

/// Reads the item that beaver_queue_get() would take now.
/// @param out_json  On OK: the item as a row; caller frees with beaver_buf_free().
/// @return OK, NOT_FOUND (there is none), and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_peek(
    queue: Option<&beaver_queue>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| {
        give::text_or(BEAVER_NOT_FOUND, "out_json", out_json, || {
            Ok(queue.inner()?.peek()?.as_ref().map(wire::queue_row))
        })
    })
}

/// Counts the items that could be taken now.
/// @param out_count  On OK: the count, without those out on a lease or delayed.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_len(
    queue: Option<&beaver_queue>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| give::value("out_count", out_count, || queue.inner()?.len()))
}

/// Goes through the items that could be taken now, in order.
/// @param out_iter  On OK: an iterator over items as rows; caller frees with beaver_iter_free().
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_items(
    queue: Option<&beaver_queue>,
    out_iter: OutIter<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| {
        give::rows(&queue, out_iter, |queue| Ok(queue.items()), |item| wire::queue_row(&item))
    })
}

/// Deletes every item, leased ones too.
/// @param out_count  On OK: how many there were; or NULL.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_clear(
    queue: Option<&beaver_queue>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| give::optional(out_count, || queue.inner()?.clear()))
}

/// Lends the first item out; waits for one if there is none. Unless it is settled by beaver_queue_ack()
/// it comes back when its time is over, in its old place and under another id.
/// @param lease_seconds  how long it is lent; above 0.
/// @param timeout_ms     how long to wait, in milliseconds; 0 to try, -1 for ever.
/// @param options_json   {"max_attempts", "dead_letter"}, both or neither, or NULL: an item that was
///                       given out so often is moved to the queue of that name instead.
/// @param out_id         On OK: what to settle the item by; never used twice.
/// @param out_json       On OK: the item as a row, with "id" and "attempts"; caller frees with
///                       beaver_buf_free().
/// @return OK, TIMEOUT, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_lease(
    queue: Option<&beaver_queue>,
    lease_seconds: f64,
    timeout_ms: i64,
    options_json: StrIn<'_>,
    out_id: OutU64<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| {
        let out_id = output("out_id", out_id, 0)?;
        give::text_or(BEAVER_TIMEOUT, "out_json", out_json, || {
            let policy = options_as("options_json", options_json, wire::dead_letter)?;
            let lease = seconds("lease_seconds", lease_seconds)?;
            let leased = queue.inner()?.lease(lease, timeout(timeout_ms)?, policy.as_ref())?;
            *out_id = leased.as_ref().map_or(0, |leased| leased.id);
            Ok(leased.as_ref().map(wire::leased_row))
        })
    })
}

/// Settles a leased item: its work is done, and it is gone.
/// @param id  the id that beaver_queue_lease() gave.
/// @return OK, NOT_FOUND (the lease was over already), and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_ack(queue: Option<&beaver_queue>, id: u64, out_error: OutError<'_>) -> beaver_status {
    with(queue, out_error, |queue| give::found(queue.inner()?.ack(id)?))
}

/// Gives a leased item back before its time.
/// @param id             the id that beaver_queue_lease() gave.
/// @param delay_seconds  after how long it may be taken again; 0 for at once.
/// @return OK, NOT_FOUND (the lease was over already), and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_nack(
    queue: Option<&beaver_queue>,
    id: u64,
    delay_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| {
        let delay = match delay_seconds {
            0.0 => Duration::ZERO,
            delay => seconds("delay_seconds", delay)?,
        };
        give::found(queue.inner()?.nack(id, delay)?)
    })
}

/// Lets a lease end so many seconds from now instead.
/// @param id             the id that beaver_queue_lease() gave.
/// @param lease_seconds  how long from now on; above 0.
/// @return OK, NOT_FOUND (the lease was over already), and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_extend(
    queue: Option<&beaver_queue>,
    id: u64,
    lease_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| {
        let lease = seconds("lease_seconds", lease_seconds)?;
        give::found(queue.inner()?.extend(id, lease)?)
    })
}

/// Counts the items that are out on a lease.
/// @param out_count  On OK: the count.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_leased(
    queue: Option<&beaver_queue>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| give::value("out_count", out_count, || queue.inner()?.leased()))
}

/// Frees the handle.
/// @param queue  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_free(queue: Option<repr_c::Box<beaver_queue>>) {
    free(queue);
}
