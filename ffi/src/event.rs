//! Events: for each kind of structure one function that listens, and those for topics of one's own.

use std::ffi::c_char;

use beaver_core::{Result, Structure};

use crate::blob::beaver_blobs;
use crate::channel::beaver_channel;
use crate::collection::beaver_collection;
use crate::database::beaver_db;
use crate::dict::beaver_dict;
use crate::error::OutError;
use crate::give::{self, OutBool};
use crate::input::{StrIn, json as json_in, text};
use crate::list::beaver_list;
use crate::lock::beaver_lock;
use crate::log::beaver_log;
use crate::queue::beaver_queue;
use crate::status::beaver_status;
use crate::structure::{Given, Wrap, with};
use crate::subscription::{OutSubscription, beaver_subscription};

fn on<T: Wrap>(handle: &Given<'_, T>, event: StrIn<'_>, out: OutSubscription<'_>) -> Result<beaver_status> {
    give::object("out_subscription", out, || {
        let events = handle.inner()?.on(text("event", event)?)?;
        Ok(beaver_subscription::to_events(events, handle.db()?))
    })
}

/// Listens to an event of the dict, in this process and all others, from now on. An event is written in the commit of
/// the change that it tells of, and only if somebody listens; what changed nothing is no event, but a clear and a prune
/// always are. Freeing the subscription ends the listening.
/// @param event             "set" and "del", with {"key"}, and "clear"; "*" for all of them.
/// @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
/// @return OK, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_on(
    dict: Option<&beaver_dict>,
    event: StrIn<'_>,
    out_subscription: OutSubscription<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| on(&dict, event, out_subscription))
}

/// Listens to an event of the list. See beaver_dict_on().
/// @param event             "push", "prepend", "pop", "deque", "insert" and "set" with {"index"}, "del" with {"index"} or {}, "reverse",
///                          "replace" and "clear"; "*" for all of them.
/// @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
/// @return OK, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_on(
    list: Option<&beaver_list>,
    event: StrIn<'_>,
    out_subscription: OutSubscription<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| on(&list, event, out_subscription))
}

/// Listens to an event of the queue. See beaver_dict_on().
/// @param event             "put", "get" (also for a lease), "ack" and "nack" with {"id"}, and "clear"; "*" for all of them.
/// @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
/// @return OK, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_on(
    queue: Option<&beaver_queue>,
    event: StrIn<'_>,
    out_subscription: OutSubscription<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| on(&queue, event, out_subscription))
}

/// Listens to an event of the blob store. See beaver_dict_on().
/// @param event             "put" and "del", with {"key"}, and "clear"; "*" for all of them.
/// @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
/// @return OK, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_on(
    blobs: Option<&beaver_blobs>,
    event: StrIn<'_>,
    out_subscription: OutSubscription<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| on(&blobs, event, out_subscription))
}

/// Listens to an event of the log. See beaver_dict_on().
/// @param event             "append" with {"timestamp_us"} of the last entry, "prune" and "clear"; "*" for all of them.
/// @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
/// @return OK, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_on(
    log: Option<&beaver_log>,
    event: StrIn<'_>,
    out_subscription: OutSubscription<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| on(&log, event, out_subscription))
}

/// Listens to an event of the collection. See beaver_dict_on().
/// @param event             "index" and "drop" with {"id"}, "connect" and "disconnect" with {"src_id", "tgt_id"}, and
///                          "clear"; "*" for all of them.
/// @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
/// @return OK, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_on(
    collection: Option<&beaver_collection>,
    event: StrIn<'_>,
    out_subscription: OutSubscription<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| on(&collection, event, out_subscription))
}

/// Listens to an event of the channel. See beaver_dict_on().
/// @param event             "clear"; "*" for all of them.
/// @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
/// @return OK, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_on(
    channel: Option<&beaver_channel>,
    event: StrIn<'_>,
    out_subscription: OutSubscription<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| on(&channel, event, out_subscription))
}

/// Listens to an event of the lock. See beaver_dict_on(). That a lock ends by its time to live is no event.
/// @param event             "acquire", "release" and "clear"; "*" for all of them.
/// @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
/// @return OK, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_lock_on(
    lock: Option<&beaver_lock>,
    event: StrIn<'_>,
    out_subscription: OutSubscription<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(lock, out_error, |lock| {
        give::object("out_subscription", out_subscription, || {
            let events = lock.inner()?.on(text("event", event)?)?;
            Ok(beaver_subscription::to_events(events, lock.db()?))
        })
    })
}

/// Listens to an event of a topic, in this process and all others, from now on: a topic of your own, as
/// beaver_db_emit() names it, or that of a structure, "dict:app_config", for which beaver_dict_on() is easier. A process
/// that does not run for minutes while there are events is taken for dead; if it lives after all, its subscriptions
/// are told by LIMIT that they may have missed some.
/// @param topic             NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__".
/// @param event             the same; "*" for all events of the topic.
/// @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
/// @return OK, INVALID_UTF8, LIMIT, and what all writes give: who listens stands in the file
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_on(
    db: Option<&beaver_db>,
    topic: StrIn<'_>,
    event: StrIn<'_>,
    out_subscription: OutSubscription<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| {
        give::object("out_subscription", out_subscription, || {
            let events = db.inner()?.on(text("topic", topic)?, text("event", event)?)?;
            Ok(beaver_subscription::to_events(events, db.inner()?))
        })
    })
}

/// Tells those who listen to an event of a topic, in any process. If nobody does, nothing is written.
/// @param topic      NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__".
/// @param event      the same; not "*".
/// @param json       the payload, JSON text; copied before return.
/// @param json_len   its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param out_heard  On OK: whether anybody listens; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_db_emit(
    db: Option<&beaver_db>,
    topic: StrIn<'_>,
    event: StrIn<'_>,
    json: *const c_char,
    json_len: usize,
    out_heard: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| {
        give::optional(out_heard, || {
            // SAFETY: as the header's conventions have it.
            let json = unsafe { json_in("json", json, json_len) }?;
            db.inner()?.emit(text("topic", topic)?, text("event", event)?, json)
        })
    })
}
