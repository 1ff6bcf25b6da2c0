//! Loading a structure: for each kind the same two functions.

use std::ffi::{c_char, c_void};
use std::io::{self, Read};

use beaver_core::{Result, Structure, wire};

use crate::blob::beaver_blobs;
use crate::callback::{Userdata, beaver_destroy_fn, beaver_read_fn, required, stopped};
use crate::channel::beaver_channel;
use crate::collection::beaver_collection;
use crate::dict::beaver_dict;
use crate::error::OutError;
use crate::give::{self, OutU64};
use crate::input::{StrIn, options_as, text_bytes};
use crate::list::beaver_list;
use crate::log::beaver_log;
use crate::queue::beaver_queue;
use crate::status::beaver_status;
use crate::structure::{Given, Wrap, with};

/// A callback as a reader.
struct Source<F>(F);

impl<F: FnMut(&mut [u8]) -> i64> Read for Source<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match usize::try_from((self.0)(buffer)) {
            Ok(len) if len <= buffer.len() => Ok(len),
            _ => Err(io::Error::other(stopped())),
        }
    }
}

fn load<T: Wrap>(
    handle: &Given<'_, T>,
    mut text: &[u8],
    options_json: StrIn<'_>,
    out: OutU64<'_>,
) -> Result<beaver_status> {
    give::optional(out, || handle.inner()?.load(&mut text, options_as("options_json", options_json, wire::load_mode)?))
}

fn load_from<T: Wrap>(
    handle: &Given<'_, T>,
    read: beaver_read_fn,
    userdata: &Userdata,
    options_json: StrIn<'_>,
    out: OutU64<'_>,
) -> Result<beaver_status> {
    give::optional(out, || {
        let read = required("read", read)?;
        // SAFETY: as the caller promised when passing it.
        let mut source =
            Source(|buffer: &mut [u8]| unsafe { read(userdata.data(), buffer.as_mut_ptr(), buffer.len()) });
        handle.inner()?.load(&mut source, options_as("options_json", options_json, wire::load_mode)?)
    })
}

/// Reads a dump, of BeaverDB 1.x too, into the dict: all of it, or nothing. Appended, the keys of the
/// dump win.
/// @param text          the dump.
/// @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_dict_load(
    dict: Option<&beaver_dict>,
    text: *const c_char,
    text_len: usize,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| {
        // SAFETY: as the header's conventions have it.
        let text = unsafe { text_bytes("text", text, text_len) }?;
        load(&dict, text, options_json, out_count)
    })
}

/// Reads a dump piece by piece. See beaver_dict_load().
/// @param read          called for each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give; INTERRUPTED if `read` returned a negative number
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_load_from(
    dict: Option<&beaver_dict>,
    read: beaver_read_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(dict, out_error, |dict| load_from(&dict, read, &userdata, options_json, out_count))
}

/// Reads a dump, of BeaverDB 1.x too, into the list: all of it, or nothing.
/// @param text          the dump.
/// @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_list_load(
    list: Option<&beaver_list>,
    text: *const c_char,
    text_len: usize,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| {
        // SAFETY: as the header's conventions have it.
        let text = unsafe { text_bytes("text", text, text_len) }?;
        load(&list, text, options_json, out_count)
    })
}

/// Reads a dump piece by piece. See beaver_list_load().
/// @param read          called for each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give; INTERRUPTED if `read` returned a negative number
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_load_from(
    list: Option<&beaver_list>,
    read: beaver_read_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(list, out_error, |list| load_from(&list, read, &userdata, options_json, out_count))
}

/// Reads a dump, of BeaverDB 1.x too, into the queue: all of it, or nothing.
/// @param text          the dump.
/// @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_queue_load(
    queue: Option<&beaver_queue>,
    text: *const c_char,
    text_len: usize,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(queue, out_error, |queue| {
        // SAFETY: as the header's conventions have it.
        let text = unsafe { text_bytes("text", text, text_len) }?;
        load(&queue, text, options_json, out_count)
    })
}

/// Reads a dump piece by piece. See beaver_queue_load().
/// @param read          called for each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give; INTERRUPTED if `read` returned a negative number
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_queue_load_from(
    queue: Option<&beaver_queue>,
    read: beaver_read_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(queue, out_error, |queue| load_from(&queue, read, &userdata, options_json, out_count))
}

/// Reads a dump, of BeaverDB 1.x too, into the blob store: all of it, or nothing. Appended, the keys of
/// the dump win.
/// @param text          the dump.
/// @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_blobs_load(
    blobs: Option<&beaver_blobs>,
    text: *const c_char,
    text_len: usize,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| {
        // SAFETY: as the header's conventions have it.
        let text = unsafe { text_bytes("text", text, text_len) }?;
        load(&blobs, text, options_json, out_count)
    })
}

/// Reads a dump piece by piece. See beaver_blobs_load().
/// @param read          called for each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give; INTERRUPTED if `read` returned a negative number
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_load_from(
    blobs: Option<&beaver_blobs>,
    read: beaver_read_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(blobs, out_error, |blobs| load_from(&blobs, read, &userdata, options_json, out_count))
}

/// Reads a dump, of BeaverDB 1.x too, into the log: all of it, or nothing.
/// @param text          the dump.
/// @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_log_load(
    log: Option<&beaver_log>,
    text: *const c_char,
    text_len: usize,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| {
        // SAFETY: as the header's conventions have it.
        let text = unsafe { text_bytes("text", text, text_len) }?;
        load(&log, text, options_json, out_count)
    })
}

/// Reads a dump piece by piece. See beaver_log_load().
/// @param read          called for each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give; INTERRUPTED if `read` returned a negative number
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_load_from(
    log: Option<&beaver_log>,
    read: beaver_read_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(log, out_error, |log| load_from(&log, read, &userdata, options_json, out_count))
}

/// Reads a dump, of BeaverDB 1.x too, into the collection: all of it, or nothing. Appended,
/// the documents of the dump win.
/// @param text          the dump.
/// @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_collection_load(
    collection: Option<&beaver_collection>,
    text: *const c_char,
    text_len: usize,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        // SAFETY: as the header's conventions have it.
        let text = unsafe { text_bytes("text", text, text_len) }?;
        load(&collection, text, options_json, out_count)
    })
}

/// Reads a dump piece by piece. See beaver_collection_load().
/// @param read          called for each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give; INTERRUPTED if `read` returned a negative number
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_load_from(
    collection: Option<&beaver_collection>,
    read: beaver_read_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(collection, out_error, |collection| load_from(&collection, read, &userdata, options_json, out_count))
}

/// Reads a dump into the channel: all of it, or nothing. The messages are published anew, at times of now.
/// @param text          the dump.
/// @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_channel_load(
    channel: Option<&beaver_channel>,
    text: *const c_char,
    text_len: usize,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(channel, out_error, |channel| {
        // SAFETY: as the header's conventions have it.
        let text = unsafe { text_bytes("text", text, text_len) }?;
        load(&channel, text, options_json, out_count)
    })
}

/// Reads a dump piece by piece. See beaver_channel_load().
/// @param read          called for each piece.
/// @param userdata      given to both callbacks.
/// @param destroy       called once with `userdata` before the function returns, whatever happens; or
///                      NULL.
/// @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
/// @param out_count     On OK: how many items it had; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
///         what all writes give; INTERRUPTED if `read` returned a negative number
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_channel_load_from(
    channel: Option<&beaver_channel>,
    read: beaver_read_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(channel, out_error, |channel| load_from(&channel, read, &userdata, options_json, out_count))
}
