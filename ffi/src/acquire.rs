//! Acquiring a structure: for each kind the same four functions.

use beaver_core::{Result, Structure, seconds};
use safer_ffi::prelude::*;

use crate::blob::{OutBlobs, beaver_blobs};
use crate::channel::{OutChannel, beaver_channel};
use crate::collection::{OutCollection, beaver_collection};
use crate::dict::{OutDict, beaver_dict};
use crate::error::OutError;
use crate::give::{self, OutBool};
use crate::input::timeout;
use crate::list::{OutList, beaver_list};
use crate::log::{OutLog, beaver_log};
use crate::queue::{OutQueue, beaver_queue};
use crate::status::{BEAVER_TIMEOUT, beaver_status};
use crate::structure::{Given, Wrap, with};

fn acquire<T: Wrap>(
    name: &str,
    handle: &Given<'_, T>,
    timeout_ms: i64,
    ttl_seconds: f64,
    out: Option<Out<'_, Option<repr_c::Box<T>>>>,
) -> Result<beaver_status> {
    give::object_or(BEAVER_TIMEOUT, name, out, || {
        let ttl = seconds("ttl_seconds", ttl_seconds)?;
        let acquired = handle.inner()?.acquire(timeout(timeout_ms)?, ttl)?;
        let db = handle.db()?;
        Ok(acquired.map(|acquired| T::wrap(acquired, db.clone())))
    })
}

fn renew<T: Wrap>(handle: &Given<'_, T>, ttl_seconds: f64) -> Result<beaver_status> {
    let ttl = seconds("ttl_seconds", ttl_seconds)?;
    give::found(handle.inner()?.renew(ttl)?)
}

fn locked<T: Wrap>(handle: &Given<'_, T>, out: OutBool<'_>) -> Result<beaver_status> {
    give::value("out_locked", out, || handle.inner()?.locked())
}

/// Acquires the dict for one owner, who uses the handle that this gives: until it is released, freed or
/// its time is over, every change and take by anybody else, in any process, waits, up to the busy
/// timeout. Served in the order of the calls.
/// @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
/// @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
/// @param out_dict     On OK: a handle that passes; caller frees with beaver_dict_free().
/// @return OK, TIMEOUT, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_acquire(
    dict: Option<&beaver_dict>,
    timeout_ms: i64,
    ttl_seconds: f64,
    out_dict: OutDict<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| acquire("out_dict", &dict, timeout_ms, ttl_seconds, out_dict))
}

/// Ends what beaver_dict_acquire() began, called on the handle that it gave.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_release(dict: Option<&beaver_dict>, out_error: OutError<'_>) -> beaver_status {
    with(dict, out_error, |dict| give::found(dict.inner()?.release()?))
}

/// Holds the acquired dict for so long from now on.
/// @param ttl_seconds  how long, above 0.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
///         LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_renew(
    dict: Option<&beaver_dict>,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| renew(&dict, ttl_seconds))
}

/// Tells whether anybody has acquired the dict.
/// @param out_locked  On OK: whether anybody has.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_locked(
    dict: Option<&beaver_dict>,
    out_locked: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| locked(&dict, out_locked))
}

/// Acquires the list for one owner. See beaver_dict_acquire().
/// @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
/// @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
/// @param out_list     On OK: a handle that passes; caller frees with beaver_list_free().
/// @return OK, TIMEOUT, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_acquire(
    list: Option<&beaver_list>,
    timeout_ms: i64,
    ttl_seconds: f64,
    out_list: OutList<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| acquire("out_list", &list, timeout_ms, ttl_seconds, out_list))
}

/// Ends what beaver_list_acquire() began, called on the handle that it gave.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_release(list: Option<&beaver_list>, out_error: OutError<'_>) -> beaver_status {
    with(list, out_error, |list| give::found(list.inner()?.release()?))
}

/// Holds the acquired list for so long from now on.
/// @param ttl_seconds  how long, above 0.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
///         LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_renew(
    list: Option<&beaver_list>,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| renew(&list, ttl_seconds))
}

/// Tells whether anybody has acquired the list.
/// @param out_locked  On OK: whether anybody has.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_locked(
    list: Option<&beaver_list>,
    out_locked: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| locked(&list, out_locked))
}

/// Acquires the queue for one owner. See beaver_dict_acquire().
/// @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
/// @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
/// @param out_queue    On OK: a handle that passes; caller frees with beaver_queue_free().
/// @return OK, TIMEOUT, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_acquire(
    queue: Option<&beaver_queue>,
    timeout_ms: i64,
    ttl_seconds: f64,
    out_queue: OutQueue<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| acquire("out_queue", &queue, timeout_ms, ttl_seconds, out_queue))
}

/// Ends what beaver_queue_acquire() began, called on the handle that it gave.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_release(queue: Option<&beaver_queue>, out_error: OutError<'_>) -> beaver_status {
    with(queue, out_error, |queue| give::found(queue.inner()?.release()?))
}

/// Holds the acquired queue for so long from now on.
/// @param ttl_seconds  how long, above 0.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
///         LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_renew(
    queue: Option<&beaver_queue>,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| renew(&queue, ttl_seconds))
}

/// Tells whether anybody has acquired the queue.
/// @param out_locked  On OK: whether anybody has.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_locked(
    queue: Option<&beaver_queue>,
    out_locked: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| locked(&queue, out_locked))
}

/// Acquires the blob store for one owner. See beaver_dict_acquire().
/// @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
/// @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
/// @param out_blobs    On OK: a handle that passes; caller frees with beaver_blobs_free().
/// @return OK, TIMEOUT, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_acquire(
    blobs: Option<&beaver_blobs>,
    timeout_ms: i64,
    ttl_seconds: f64,
    out_blobs: OutBlobs<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| acquire("out_blobs", &blobs, timeout_ms, ttl_seconds, out_blobs))
}

/// Ends what beaver_blobs_acquire() began, called on the handle that it gave.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_release(blobs: Option<&beaver_blobs>, out_error: OutError<'_>) -> beaver_status {
    with(blobs, out_error, |blobs| give::found(blobs.inner()?.release()?))
}

/// Holds the acquired blob store for so long from now on.
/// @param ttl_seconds  how long, above 0.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
///         LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_renew(
    blobs: Option<&beaver_blobs>,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| renew(&blobs, ttl_seconds))
}

/// Tells whether anybody has acquired the blob store.
/// @param out_locked  On OK: whether anybody has.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_locked(
    blobs: Option<&beaver_blobs>,
    out_locked: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| locked(&blobs, out_locked))
}

/// Acquires the log for one owner. See beaver_dict_acquire().
/// @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
/// @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
/// @param out_log      On OK: a handle that passes; caller frees with beaver_log_free().
/// @return OK, TIMEOUT, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_acquire(
    log: Option<&beaver_log>,
    timeout_ms: i64,
    ttl_seconds: f64,
    out_log: OutLog<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| acquire("out_log", &log, timeout_ms, ttl_seconds, out_log))
}

/// Ends what beaver_log_acquire() began, called on the handle that it gave.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_release(log: Option<&beaver_log>, out_error: OutError<'_>) -> beaver_status {
    with(log, out_error, |log| give::found(log.inner()?.release()?))
}

/// Holds the acquired log for so long from now on.
/// @param ttl_seconds  how long, above 0.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
///         LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_renew(
    log: Option<&beaver_log>,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| renew(&log, ttl_seconds))
}

/// Tells whether anybody has acquired the log.
/// @param out_locked  On OK: whether anybody has.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_locked(
    log: Option<&beaver_log>,
    out_locked: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| locked(&log, out_locked))
}

/// Acquires the collection for one owner. See beaver_dict_acquire().
/// @param timeout_ms      how long to wait, in milliseconds; 0 to try, -1 for ever.
/// @param ttl_seconds     how long it is held at the most, above 0; 60 is usual.
/// @param out_collection  On OK: a handle that passes; caller frees with beaver_collection_free().
/// @return OK, TIMEOUT, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_acquire(
    collection: Option<&beaver_collection>,
    timeout_ms: i64,
    ttl_seconds: f64,
    out_collection: OutCollection<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        acquire("out_collection", &collection, timeout_ms, ttl_seconds, out_collection)
    })
}

/// Ends what beaver_collection_acquire() began, called on the handle that it gave.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_release(
    collection: Option<&beaver_collection>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| give::found(collection.inner()?.release()?))
}

/// Holds the acquired collection for so long from now on.
/// @param ttl_seconds  how long, above 0.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
///         LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_renew(
    collection: Option<&beaver_collection>,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| renew(&collection, ttl_seconds))
}

/// Tells whether anybody has acquired the collection.
/// @param out_locked  On OK: whether anybody has.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_locked(
    collection: Option<&beaver_collection>,
    out_locked: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| locked(&collection, out_locked))
}

/// Acquires the channel for one owner. See beaver_dict_acquire().
/// @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
/// @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
/// @param out_channel      On OK: a handle that passes; caller frees with beaver_channel_free().
/// @return OK, TIMEOUT, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_acquire(
    channel: Option<&beaver_channel>,
    timeout_ms: i64,
    ttl_seconds: f64,
    out_channel: OutChannel<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| acquire("out_channel", &channel, timeout_ms, ttl_seconds, out_channel))
}

/// Ends what beaver_channel_acquire() began, called on the handle that it gave.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_release(channel: Option<&beaver_channel>, out_error: OutError<'_>) -> beaver_status {
    with(channel, out_error, |channel| give::found(channel.inner()?.release()?))
}

/// Holds the acquired channel for so long from now on.
/// @param ttl_seconds  how long, above 0.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
///         LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_renew(
    channel: Option<&beaver_channel>,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| renew(&channel, ttl_seconds))
}

/// Tells whether anybody has acquired the channel.
/// @param out_locked  On OK: whether anybody has.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_locked(
    channel: Option<&beaver_channel>,
    out_locked: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| locked(&channel, out_locked))
}
