//! Dicts.

use std::ffi::c_char;

use beaver_core::{Beaver, Dict, wire};
use safer_ffi::prelude::*;

use crate::buf::OutBuf;
use crate::call::free;
use crate::error::OutError;
use crate::give::{self, OutBool, OutU64};
use crate::input::{StrIn, json as json_in, text, texts, ttl};
use crate::iter::OutIter;
use crate::live::Live;
use crate::status::{BEAVER_NOT_FOUND, BEAVER_OK, beaver_status};
use crate::structure::{structure_object, with};

/// JSON values by key, each with a time to live if one is given. A key whose time is over is absent for every
/// function.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_dict {
    pub(crate) inner: Dict,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutDict<'o> = Option<Out<'o, Option<repr_c::Box<beaver_dict>>>>;

structure_object!(beaver_dict, "dict", Dict);

/// Sets a key.
/// @param key          NUL-terminated UTF-8, up to 4096 bytes.
/// @param json         JSON text; copied before return.
/// @param json_len     its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param ttl_seconds  after how many seconds the key is absent again; 0 for never.
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_dict_set(
    dict: Option<&beaver_dict>,
    key: StrIn<'_>,
    json: *const c_char,
    json_len: usize,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| {
        let key = text("key", key)?;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        match ttl(ttl_seconds)? {
            None => dict.inner()?.set(key, json)?,
            Some(ttl) => dict.inner()?.set_for(key, json, ttl)?,
        }
        Ok(BEAVER_OK)
    })
}

/// Sets a key only if it is absent.
/// @param key          NUL-terminated UTF-8, up to 4096 bytes.
/// @param json         JSON text; copied before return.
/// @param json_len     its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param ttl_seconds  after how many seconds the key is absent again; 0 for never.
/// @param out_set      On OK: whether it was set.
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_dict_set_if_absent(
    dict: Option<&beaver_dict>,
    key: StrIn<'_>,
    json: *const c_char,
    json_len: usize,
    ttl_seconds: f64,
    out_set: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| {
        give::value("out_set", out_set, || {
            // SAFETY: as the header's conventions have it.
            let json = unsafe { json_in("json", json, json_len) }?;
            dict.inner()?.set_if_absent(text("key", key)?, json, ttl(ttl_seconds)?)
        })
    })
}

/// Sets a key only if its value equals another: by value, so that key order and white space do not
/// matter, and 1 equals 1.0. An absent key equals nothing.
/// @param key           NUL-terminated UTF-8, up to 4096 bytes.
/// @param expected      the value that it must have, JSON text.
/// @param expected_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param json          JSON text; copied before return.
/// @param json_len      its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param ttl_seconds   after how many seconds the key is absent again; 0 for never.
/// @param out_set       On OK: whether it was set.
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_dict_compare_and_set(
    dict: Option<&beaver_dict>,
    key: StrIn<'_>,
    expected: *const c_char,
    expected_len: usize,
    json: *const c_char,
    json_len: usize,
    ttl_seconds: f64,
    out_set: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| {
        give::value("out_set", out_set, || {
            // SAFETY: as the header's conventions have it.
            let expected = unsafe { json_in("expected", expected, expected_len) }?;
            // SAFETY: as the header's conventions have it.
            let json = unsafe { json_in("json", json, json_len) }?;
            dict.inner()?.compare_and_set(text("key", key)?, expected, json, ttl(ttl_seconds)?)
        })
    })
}

/// Sets many keys in one commit, all with the same time to live.
/// @param items_json      a JSON object of keys and values, up to BEAVER_MAX_ITEMS.
/// @param items_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param ttl_seconds     after how many seconds the key is absent again; 0 for never.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give; beaver_error_operation() tells the index of
///         a bad item
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_dict_set_many(
    dict: Option<&beaver_dict>,
    items_json: *const c_char,
    items_json_len: usize,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| {
        // SAFETY: as the header's conventions have it.
        let items = unsafe { json_in("items_json", items_json, items_json_len) }?;
        let items = wire::members("items_json", &items)?;
        give::done(dict.inner()?.set_many(items, ttl(ttl_seconds)?)?)
    })
}

/// Reads one value.
/// @param key       NUL-terminated UTF-8, up to 4096 bytes.
/// @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
/// @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_get(
    dict: Option<&beaver_dict>,
    key: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| {
        give::text_or(BEAVER_NOT_FOUND, "out_json", out_json, || dict.inner()?.get(text("key", key)?))
    })
}

/// Reads many values as of one moment.
/// @param keys      an array of NUL-terminated UTF-8 texts, up to BEAVER_MAX_ITEMS.
/// @param count     how many keys there are.
/// @param out_json  On OK: a JSON object of the keys that are there, and their values; caller frees with
///                  beaver_buf_free().
/// @return OK, INVALID_UTF8, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_dict_get_many(
    dict: Option<&beaver_dict>,
    keys: *const *const c_char,
    count: usize,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| {
        give::text("out_json", out_json, || {
            // SAFETY: as the header's conventions have it.
            let keys = unsafe { texts("keys", keys, count) }?;
            let found = keys.iter().copied().zip(dict.inner()?.get_many(&keys)?);
            let found = found.filter_map(|(key, value)| value.map(|value| (key, value)));
            Ok(wire::object(found))
        })
    })
}

/// Tells whether a key is there.
/// @param key           NUL-terminated UTF-8, up to 4096 bytes.
/// @param out_contains  On OK: whether it is.
/// @return OK, INVALID_UTF8, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_contains(
    dict: Option<&beaver_dict>,
    key: StrIn<'_>,
    out_contains: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| {
        give::value("out_contains", out_contains, || dict.inner()?.contains(text("key", key)?))
    })
}

/// Deletes a key.
/// @param key  NUL-terminated UTF-8, up to 4096 bytes.
/// @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_delete(
    dict: Option<&beaver_dict>,
    key: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| give::found(dict.inner()?.delete(text("key", key)?)?))
}

/// Deletes a key and gives the value that it had.
/// @param key       NUL-terminated UTF-8, up to 4096 bytes.
/// @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
/// @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_pop(
    dict: Option<&beaver_dict>,
    key: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| {
        give::text_or(BEAVER_NOT_FOUND, "out_json", out_json, || dict.inner()?.pop(text("key", key)?))
    })
}

/// Counts the keys. Takes time in proportion to their number, some ten million a second.
/// @param out_count  On OK: the count.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_len(
    dict: Option<&beaver_dict>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| give::value("out_count", out_count, || dict.inner()?.len()))
}

/// Deletes every key.
/// @param out_count  On OK: how many there were; or NULL.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_clear(
    dict: Option<&beaver_dict>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| give::optional(out_count, || dict.inner()?.clear()))
}

/// Goes through the items in the order of their keys, byte by byte.
/// @param out_iter  On OK: an iterator over rows {"key", "value"}; caller frees with beaver_iter_free().
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_items(
    dict: Option<&beaver_dict>,
    out_iter: OutIter<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| {
        give::rows(&dict, out_iter, |dict| Ok(dict.items()), |(key, value)| wire::dict_row(&key, &value))
    })
}

/// Goes through the keys, byte by byte in order.
/// @param out_iter  On OK: an iterator over JSON strings; caller frees with beaver_iter_free().
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_keys(
    dict: Option<&beaver_dict>,
    out_iter: OutIter<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| give::rows(&dict, out_iter, |dict| Ok(dict.keys()), |key| wire::string(&key)))
}

/// Goes through the values in the order of their keys.
/// @param out_iter  On OK: an iterator over the values; caller frees with beaver_iter_free().
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_values(
    dict: Option<&beaver_dict>,
    out_iter: OutIter<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| give::rows(&dict, out_iter, |dict| Ok(dict.values()), |value| value.to_string()))
}

/// Frees the handle.
/// @param dict  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_free(dict: Option<repr_c::Box<beaver_dict>>) {
    free(dict);
}
