//! Dumping a structure: for each kind the same two functions.

use std::ffi::c_void;
use std::io::{self, Write};

use beaver_core::{Result, Structure, wire};

use crate::blob::beaver_blobs;
use crate::buf::OutBuf;
use crate::callback::{Userdata, beaver_destroy_fn, beaver_write_fn, required, stopped};
use crate::channel::beaver_channel;
use crate::collection::beaver_collection;
use crate::dict::beaver_dict;
use crate::error::OutError;
use crate::give;
use crate::input::{StrIn, options_as};
use crate::list::beaver_list;
use crate::log::beaver_log;
use crate::queue::beaver_queue;
use crate::status::{BEAVER_OK, beaver_status};
use crate::structure::{Given, Wrap, with};

/// A callback as a writer.
struct Sink<F>(F);

impl<F: FnMut(&[u8]) -> bool> Write for Sink<F> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if (self.0)(data) { Ok(data.len()) } else { Err(io::Error::other(stopped())) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn dump<T: Wrap>(handle: &Given<'_, T>, options_json: StrIn<'_>, out: OutBuf<'_>) -> Result<beaver_status> {
    give::text("out_text", out, || {
        let mut text = Vec::new();
        handle.inner()?.dump(&mut text, options_as("options_json", options_json, wire::dump_format)?)?;
        Ok(text)
    })
}

fn dump_to<T: Wrap>(
    handle: &Given<'_, T>,
    options_json: StrIn<'_>,
    write: beaver_write_fn,
    userdata: &Userdata,
) -> Result<beaver_status> {
    let write = required("write", write)?;
    // SAFETY: as the caller promised when passing it.
    let mut sink = Sink(|data: &[u8]| unsafe { write(userdata.data(), data.as_ptr(), data.len()) });
    handle.inner()?.dump(&mut sink, options_as("options_json", options_json, wire::dump_format)?)?;
    Ok(BEAVER_OK)
}

/// Writes the whole dict as JSON text, as of one moment. Its items are {"key", "value"}, with
/// "expires_at" (seconds since 1970) where there is one.
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param out_text      On OK: the dump; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_dump(
    dict: Option<&beaver_dict>,
    options_json: StrIn<'_>,
    out_text: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| dump(&dict, options_json, out_text))
}

/// Writes a dump piece by piece. See beaver_dict_dump().
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param write         called with each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_dump_to(
    dict: Option<&beaver_dict>,
    options_json: StrIn<'_>,
    write: beaver_write_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(dict, out_error, |dict| dump_to(&dict, options_json, write, &userdata))
}

/// Writes the whole list as JSON text, as of one moment. Its items are the values.
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param out_text      On OK: the dump; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_dump(
    list: Option<&beaver_list>,
    options_json: StrIn<'_>,
    out_text: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| dump(&list, options_json, out_text))
}

/// Writes a dump piece by piece. See beaver_list_dump().
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param write         called with each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_dump_to(
    list: Option<&beaver_list>,
    options_json: StrIn<'_>,
    write: beaver_write_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(list, out_error, |list| dump_to(&list, options_json, write, &userdata))
}

/// Writes the whole queue as JSON text, as of one moment. Its items are {"priority", "timestamp",
/// "data"}, times in seconds since 1970.
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param out_text      On OK: the dump; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_dump(
    queue: Option<&beaver_queue>,
    options_json: StrIn<'_>,
    out_text: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| dump(&queue, options_json, out_text))
}

/// Writes a dump piece by piece. See beaver_queue_dump().
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param write         called with each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_dump_to(
    queue: Option<&beaver_queue>,
    options_json: StrIn<'_>,
    write: beaver_write_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(queue, out_error, |queue| dump_to(&queue, options_json, write, &userdata))
}

/// Writes the whole blob store as JSON text, as of one moment. Its items are {"key", "metadata",
/// "data_b64"}.
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param out_text      On OK: the dump; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_dump(
    blobs: Option<&beaver_blobs>,
    options_json: StrIn<'_>,
    out_text: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| dump(&blobs, options_json, out_text))
}

/// Writes a dump piece by piece. See beaver_blobs_dump().
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param write         called with each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_dump_to(
    blobs: Option<&beaver_blobs>,
    options_json: StrIn<'_>,
    write: beaver_write_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(blobs, out_error, |blobs| dump_to(&blobs, options_json, write, &userdata))
}

/// Writes the whole log as JSON text, as of one moment. Its items are {"timestamp", "data"}, times in
/// seconds since 1970.
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param out_text      On OK: the dump; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_dump(
    log: Option<&beaver_log>,
    options_json: StrIn<'_>,
    out_text: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| dump(&log, options_json, out_text))
}

/// Writes a dump piece by piece. See beaver_log_dump().
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param write         called with each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_dump_to(
    log: Option<&beaver_log>,
    options_json: StrIn<'_>,
    write: beaver_write_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(log, out_error, |log| dump_to(&log, options_json, write, &userdata))
}

/// Writes the whole collection as JSON text, as of one moment, its settings and indexed fields with it. Its
/// items are the documents, {"id", "embedding", "body"}, with "fts" and "fuzzy" where they are not the
/// defaults, then the edges, {"edge": {"source", "target", "label", "weight", "metadata"}}.
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param out_text      On OK: the dump; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_dump(
    collection: Option<&beaver_collection>,
    options_json: StrIn<'_>,
    out_text: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| dump(&collection, options_json, out_text))
}

/// Writes a dump piece by piece. See beaver_collection_dump().
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param write         called with each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_dump_to(
    collection: Option<&beaver_collection>,
    options_json: StrIn<'_>,
    write: beaver_write_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(collection, out_error, |collection| dump_to(&collection, options_json, write, &userdata))
}

/// Writes the whole channel as JSON text, as of one moment. Its items are {"timestamp", "payload"}, times in
/// seconds since 1970.
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param out_text      On OK: the dump; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_dump(
    channel: Option<&beaver_channel>,
    options_json: StrIn<'_>,
    out_text: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| dump(&channel, options_json, out_text))
}

/// Writes a dump piece by piece. See beaver_channel_dump().
/// @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
/// @param write         called with each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_dump_to(
    channel: Option<&beaver_channel>,
    options_json: StrIn<'_>,
    write: beaver_write_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(channel, out_error, |channel| dump_to(&channel, options_json, write, &userdata))
}
