//! Channels.

use std::ffi::c_char;

use beaver_core::{Beaver, Channel, Micros, wire};
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
use crate::subscription::{OutSubscription, beaver_subscription};

/// Messages between programs, through the file: what one publishes, every subscriber in any process gets, once and in
/// the order of the commits. They stay for a while, a day and up to 100,000 of them unless beaver_channel_set_retention()
/// says otherwise. A message as a row: {"timestamp_us", "payload"}.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_channel {
    pub(crate) inner: Channel,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutChannel<'o> = Option<Out<'o, Option<repr_c::Box<beaver_channel>>>>;

structure_object!(beaver_channel, "channel", Channel);

/// Publishes a message. Who waits for it wakes at once.
/// @param json              JSON text; copied before return.
/// @param json_len          its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param out_timestamp_us  On OK: its time, unique among the messages of all channels and later than those of all
///                          before it; or NULL.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_channel_publish(
    channel: Option<&beaver_channel>,
    json: *const c_char,
    json_len: usize,
    out_timestamp_us: OutI64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| {
        give::optional(out_timestamp_us, || {
            // SAFETY: as the header's conventions have it.
            let json = unsafe { json_in("json", json, json_len) }?;
            channel.inner()?.publish(json)
        })
    })
}

/// Publishes many messages in one commit, in their order.
/// @param payloads_json      a JSON array of messages, up to BEAVER_MAX_ITEMS; copied before return.
/// @param payloads_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param out_json           On OK: a JSON array of their times; caller frees with beaver_buf_free(); or NULL.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give; beaver_error_operation() tells the index of
///         a bad message
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_channel_publish_many(
    channel: Option<&beaver_channel>,
    payloads_json: *const c_char,
    payloads_json_len: usize,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| {
        let out = out_json.map(|out| out.write(beaver_buf::empty()));
        // SAFETY: as the header's conventions have it.
        let payloads = unsafe { json_in("payloads_json", payloads_json, payloads_json_len) }?;
        let payloads = wire::elements("payloads_json", &payloads)?;
        let times = channel.inner()?.publish_many(payloads)?;
        if let Some(out) = out {
            *out = wire::array(times.iter().map(Micros::to_string)).into();
        }
        Ok(BEAVER_OK)
    })
}

/// Begins to listen. Every message that is published after this returned is given, and with another start also
/// those that are there.
/// @param options_json      {"start": "now"}; {"start": "oldest"} for what is there too; {"after_us": time of a
///                          message} to go on behind it, where an earlier subscription ended; or NULL for "now".
/// @param out_subscription  On OK: the subscription; caller frees with beaver_subscription_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, READ_ONLY (only for a file of an earlier format), and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_subscribe(
    channel: Option<&beaver_channel>,
    options_json: StrIn<'_>,
    out_subscription: OutSubscription<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| {
        give::object("out_subscription", out_subscription, || {
            let start = options_as("options_json", options_json, wire::start)?;
            Ok(beaver_subscription::to_channel(channel.inner()?.subscribe(start)?, channel.db()?))
        })
    })
}

/// Goes through the messages that are there, the oldest first.
/// @param out_iter  On OK: an iterator over messages as rows; caller frees with beaver_iter_free().
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_items(
    channel: Option<&beaver_channel>,
    out_iter: OutIter<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| {
        give::rows(&channel, out_iter, |channel| Ok(channel.items()), |message| wire::message_row(&message))
    })
}

/// Counts the messages that are there.
/// @param out_count  On OK: the count.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_len(
    channel: Option<&beaver_channel>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| give::value("out_count", out_count, || channel.inner()?.len()))
}

/// Deletes every message. A subscriber that misses some is told by LIMIT.
/// @param out_count  On OK: how many there were; or NULL.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_clear(
    channel: Option<&beaver_channel>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| give::optional(out_count, || channel.inner()?.clear()))
}

/// Tells how long messages are kept.
/// @param out_json  On OK: {"max_age": seconds or null, "max_messages": count or null}; caller frees with
///                  beaver_buf_free().
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_retention(
    channel: Option<&beaver_channel>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| {
        give::text("out_json", out_json, || Ok(wire::retention(&channel.inner()?.retention()?)))
    })
}

/// Chooses how long messages are kept, for all processes. What is too old, or too many, is deleted in passing by
/// those who publish; a sixteenth more, or 64, may stand for a while.
/// @param options_json  {"max_age": 86400, "max_messages": 100000}, each of them optional: seconds, above 0, or null
///                      for as long as the file; a count, or null for all. NULL for these defaults.
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_set_retention(
    channel: Option<&beaver_channel>,
    options_json: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| {
        let retention = options_as("options_json", options_json, wire::retention_of)?;
        give::done(channel.inner()?.set_retention(retention)?)
    })
}

/// Frees the handle. Subscriptions go on.
/// @param channel  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_free(channel: Option<repr_c::Box<beaver_channel>>) {
    free(channel);
}
