//! Batches: changes of any structures in one commit.

use std::ffi::c_char;

use beaver_core::{Batch, Beaver, Result, wire};
use safer_ffi::prelude::*;

use crate::blob::beaver_blobs;
use crate::buf::{OutBuf, beaver_buf};
use crate::call::{call, free, object, object_mut, output};
use crate::channel::beaver_channel;
use crate::dict::beaver_dict;
use crate::error::OutError;
use crate::give::OutU64;
use crate::input::{StrIn, bytes, condition, json as json_in, optional_json, options_as, text, ttl};
use crate::list::beaver_list;
use crate::live::Live;
use crate::log::beaver_log;
use crate::queue::beaver_queue;
use crate::status::{BEAVER_OK, beaver_status};

/// Changes that are collected first and then made in one commit: all of them, or none. A condition is
/// {"if": "absent"}, {"if": {"equals": value}}, or NULL; one that is not met fails the whole batch as CONFLICT. A
/// handle that `acquire` gave passes its lock. A function that fails adds nothing.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_batch {
    batch: Batch,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutBatch<'o> = Option<Out<'o, Option<repr_c::Box<beaver_batch>>>>;

impl beaver_batch {
    pub fn new(db: &Beaver) -> Self {
        beaver_batch { batch: db.batch(), db: db.clone(), _live: Live::new() }
    }
}

pub fn add(
    batch: Option<&mut beaver_batch>,
    out_error: OutError<'_>,
    work: impl FnOnce(&mut Batch) -> Result<()>,
) -> beaver_status {
    let db = batch.as_ref().map(|batch| batch.db.clone());
    call(db.as_ref(), out_error, || {
        work(&mut object_mut("batch", batch)?.batch)?;
        Ok(BEAVER_OK)
    })
}

/// Sets a key of a dict.
/// @param dict            the dict; need not outlive the call.
/// @param key             NUL-terminated UTF-8, up to 4096 bytes.
/// @param json            JSON text; copied before return.
/// @param json_len        its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param ttl_seconds     after how many seconds the key is absent again; 0 for never.
/// @param condition_json  when it applies, or NULL for always.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_dict_set(
    batch: Option<&mut beaver_batch>,
    dict: Option<&beaver_dict>,
    key: StrIn<'_>,
    json: *const c_char,
    json_len: usize,
    ttl_seconds: f64,
    condition_json: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let dict = &object("dict", dict)?.inner;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;

        let (key, ttl) = (text("key", key)?, ttl(ttl_seconds)?);
        batch.dict_set(dict, key, json, ttl, condition(condition_json)?)
    })
}

/// Deletes a key of a dict.
/// @param dict            the dict; need not outlive the call.
/// @param key             NUL-terminated UTF-8, up to 4096 bytes.
/// @param condition_json  when it applies, or NULL for always.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_dict_delete(
    batch: Option<&mut beaver_batch>,
    dict: Option<&beaver_dict>,
    key: StrIn<'_>,
    condition_json: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let dict = &object("dict", dict)?.inner;
        batch.dict_delete(dict, text("key", key)?, condition(condition_json)?)
    })
}

/// Deletes every key of a dict.
/// @param dict  the dict; need not outlive the call.
/// @return OK, INVALID_ARGUMENT, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_dict_clear(
    batch: Option<&mut beaver_batch>,
    dict: Option<&beaver_dict>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let dict = &object("dict", dict)?.inner;
        batch.dict_clear(dict)
    })
}

/// Appends a value to a list.
/// @param list      the list; need not outlive the call.
/// @param json      JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_list_push(
    batch: Option<&mut beaver_batch>,
    list: Option<&beaver_list>,
    json: *const c_char,
    json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let list = &object("list", list)?.inner;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        batch.list_push(list, json)
    })
}

/// Puts a value before the first of a list.
/// @param list      the list; need not outlive the call.
/// @param json      JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_list_prepend(
    batch: Option<&mut beaver_batch>,
    list: Option<&beaver_list>,
    json: *const c_char,
    json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let list = &object("list", list)?.inner;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        batch.list_prepend(list, json)
    })
}

/// Appends many values to a list.
/// @param list             the list; need not outlive the call.
/// @param values_json      a JSON array of values; copied before return.
/// @param values_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_list_extend(
    batch: Option<&mut beaver_batch>,
    list: Option<&beaver_list>,
    values_json: *const c_char,
    values_json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let list = &object("list", list)?.inner;
        // SAFETY: as the header's conventions have it.
        let values = unsafe { json_in("values_json", values_json, values_json_len) }?;
        batch.list_extend(list, wire::elements("values_json", &values)?)
    })
}

/// Puts a value before an index of a list, which is clamped.
/// @param list      the list; need not outlive the call.
/// @param index     from 0, or from the end if negative, as the list is at that point of the batch.
/// @param json      JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_list_insert(
    batch: Option<&mut beaver_batch>,
    list: Option<&beaver_list>,
    index: i64,
    json: *const c_char,
    json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let list = &object("list", list)?.inner;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        batch.list_insert(list, index, json)
    })
}

/// Replaces the value at an index of a list; out of range fails the batch as NOT_FOUND.
/// @param list            the list; need not outlive the call.
/// @param index           from 0, or from the end if negative, as the list is at that point of the batch.
/// @param json            JSON text; copied before return.
/// @param json_len        its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param condition_json  when it applies, or NULL for always.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_list_set(
    batch: Option<&mut beaver_batch>,
    list: Option<&beaver_list>,
    index: i64,
    json: *const c_char,
    json_len: usize,
    condition_json: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let list = &object("list", list)?.inner;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        batch.list_set(list, index, json, condition(condition_json)?)
    })
}

/// Deletes the value at an index of a list; out of range fails the batch as NOT_FOUND.
/// @param list            the list; need not outlive the call.
/// @param index           from 0, or from the end if negative, as the list is at that point of the batch.
/// @param condition_json  when it applies, or NULL for always.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_list_delete(
    batch: Option<&mut beaver_batch>,
    list: Option<&beaver_list>,
    index: i64,
    condition_json: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let list = &object("list", list)?.inner;
        batch.list_delete(list, index, condition(condition_json)?)
    })
}

/// Deletes the first value of a list that equals another, if there is one.
/// @param list      the list; need not outlive the call.
/// @param json      the value, JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_list_remove(
    batch: Option<&mut beaver_batch>,
    list: Option<&beaver_list>,
    json: *const c_char,
    json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let list = &object("list", list)?.inner;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        batch.list_remove(list, &json)
    })
}

/// Deletes every value of a list.
/// @param list  the list; need not outlive the call.
/// @return OK, INVALID_ARGUMENT, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_list_clear(
    batch: Option<&mut beaver_batch>,
    list: Option<&beaver_list>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let list = &object("list", list)?.inner;
        batch.list_clear(list)
    })
}

/// Puts an item into a queue.
/// @param queue     the queue; need not outlive the call.
/// @param json      JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param priority  any finite number; the lowest comes first.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_queue_put(
    batch: Option<&mut beaver_batch>,
    queue: Option<&beaver_queue>,
    json: *const c_char,
    json_len: usize,
    priority: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let queue = &object("queue", queue)?.inner;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        batch.queue_put(queue, json, priority)
    })
}

/// Settles a leased item of a queue: work and its result in one commit.
/// @param queue  the queue; need not outlive the call.
/// @param id     the id that beaver_queue_lease() gave.
/// @return OK, INVALID_ARGUMENT, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_queue_ack(
    batch: Option<&mut beaver_batch>,
    queue: Option<&beaver_queue>,
    id: u64,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let queue = &object("queue", queue)?.inner;
        batch.queue_ack(queue, id)
    })
}

/// Deletes every item of a queue.
/// @param queue  the queue; need not outlive the call.
/// @return OK, INVALID_ARGUMENT, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_queue_clear(
    batch: Option<&mut beaver_batch>,
    queue: Option<&beaver_queue>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let queue = &object("queue", queue)?.inner;
        batch.queue_clear(queue)
    })
}

/// Stores a blob. Its condition looks at the metadata.
/// @param blobs           the blob store; need not outlive the call.
/// @param key             NUL-terminated UTF-8, up to 4096 bytes.
/// @param data            the bytes, up to BEAVER_MAX_BLOB_BYTES; copied before return.
/// @param len             how many; with 0, `data` may be NULL.
/// @param metadata        JSON text, or NULL for none; copied before return.
/// @param metadata_len    its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param condition_json  when it applies, or NULL for always.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_blobs_put(
    batch: Option<&mut beaver_batch>,
    blobs: Option<&beaver_blobs>,
    key: StrIn<'_>,
    data: *const u8,
    len: usize,
    metadata: *const c_char,
    metadata_len: usize,
    condition_json: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let blobs = &object("blobs", blobs)?.inner;
        // SAFETY: as the header's conventions have it.
        let data = unsafe { bytes("data", data, len) }?;
        // SAFETY: as the header's conventions have it.
        let metadata = unsafe { optional_json("metadata", metadata, metadata_len) }?;
        let when = condition(condition_json)?;
        batch.blob_put(blobs, text("key", key)?, data, metadata, when)
    })
}

/// Deletes a blob.
/// @param blobs  the blob store; need not outlive the call.
/// @param key    NUL-terminated UTF-8, up to 4096 bytes.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_blobs_delete(
    batch: Option<&mut beaver_batch>,
    blobs: Option<&beaver_blobs>,
    key: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let blobs = &object("blobs", blobs)?.inner;
        batch.blob_delete(blobs, text("key", key)?)
    })
}

/// Deletes every blob of a store.
/// @param blobs  the blob store; need not outlive the call.
/// @return OK, INVALID_ARGUMENT, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_blobs_clear(
    batch: Option<&mut beaver_batch>,
    blobs: Option<&beaver_blobs>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let blobs = &object("blobs", blobs)?.inner;
        batch.blob_clear(blobs)
    })
}

/// Appends an entry to a log, at the time of the commit.
/// @param log       the log; need not outlive the call.
/// @param json      JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_log_append(
    batch: Option<&mut beaver_batch>,
    log: Option<&beaver_log>,
    json: *const c_char,
    json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let log = &object("log", log)?.inner;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        batch.log_append(log, json, None)
    })
}

/// Appends an entry to a log at a time of your own.
/// @param log       the log; need not outlive the call.
/// @param json      JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param at_us     microseconds since 1970.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_log_append_at(
    batch: Option<&mut beaver_batch>,
    log: Option<&beaver_log>,
    json: *const c_char,
    json_len: usize,
    at_us: i64,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let log = &object("log", log)?.inner;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        batch.log_append(log, json, Some(at_us))
    })
}

/// Deletes every entry of a log.
/// @param log  the log; need not outlive the call.
/// @return OK, INVALID_ARGUMENT, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_log_clear(
    batch: Option<&mut beaver_batch>,
    log: Option<&beaver_log>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let log = &object("log", log)?.inner;
        batch.log_clear(log)
    })
}

/// Publishes a message on a channel.
/// @param channel   the channel; need not outlive the call.
/// @param json      JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_channel_publish(
    batch: Option<&mut beaver_batch>,
    channel: Option<&beaver_channel>,
    json: *const c_char,
    json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let channel = &object("channel", channel)?.inner;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        batch.channel_publish(channel, json)
    })
}

/// Deletes every message of a channel.
/// @param channel  the channel; need not outlive the call.
/// @return OK, INVALID_ARGUMENT, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_channel_clear(
    batch: Option<&mut beaver_batch>,
    channel: Option<&beaver_channel>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let channel = &object("channel", channel)?.inner;
        batch.channel_clear(channel)
    })
}

/// Counts the operations that it holds.
/// @param out_count  On OK: the count.
/// @return OK, INVALID_ARGUMENT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_len(
    batch: Option<&beaver_batch>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let db = batch.map(|batch| &batch.db);
    call(db, out_error, || {
        let out = output("out_count", out_count, 0)?;
        *out = object("batch", batch)?.batch.len() as u64;
        Ok(BEAVER_OK)
    })
}

/// Makes all the changes in one commit, in order, or none of them. The batch is empty afterwards,
/// whatever happens, and can collect again.
/// @param options_json  {"durable": true} for a commit that outlasts a loss of power, {"durable": false}
///                      for one that need not, or NULL for what the database was opened with.
/// @param out_json      On OK: a JSON array of what each operation did: true for done, true or false for
///                      whether there was anything to do, a count of what was deleted, an array of the
///                      times of log entries or messages; caller frees with beaver_buf_free(); or NULL.
/// @return OK, CONFLICT (a condition was not met), NOT_FOUND (an index of a list, a lease, or a document that
///         was to be connected, was not there), INVALID_UTF8, INVALID_JSON, and what all writes give;
///         beaver_error_operation() tells which operation failed
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_commit(
    batch: Option<&mut beaver_batch>,
    options_json: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let db = batch.as_ref().map(|batch| batch.db.clone());
    call(db.as_ref(), out_error, || {
        let out = out_json.map(|out| out.write(beaver_buf::empty()));
        let batch = object_mut("batch", batch)?;
        let collected = std::mem::replace(&mut batch.batch, batch.db.batch());
        let durable = options_as("options_json", options_json, wire::commit)?;
        let outcomes = collected.commit(durable)?;
        if let Some(out) = out {
            *out = wire::outcomes(&outcomes).into();
        }
        Ok(BEAVER_OK)
    })
}

/// Frees the batch; what was not committed is forgotten.
/// @param batch  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_free(batch: Option<repr_c::Box<beaver_batch>>) {
    free(batch);
}
