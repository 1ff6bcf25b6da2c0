//! Lists.

use std::ffi::c_char;

use beaver_core::{Beaver, Json, List, wire};
use safer_ffi::prelude::*;

use crate::buf::OutBuf;
use crate::call::{free, output};
use crate::error::OutError;
use crate::give::{self, OutBool, OutU64};
use crate::input::json as json_in;
use crate::iter::OutIter;
use crate::live::Live;
use crate::status::{BEAVER_NOT_FOUND, beaver_status};
use crate::structure::{structure_object, with};

/// JSON values in order. A negative index counts from the end: -1 is the last. Ranges are clamped: from `start`
/// (included) to `stop` (excluded); 0 and INT64_MAX are the whole list.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_list {
    pub(crate) inner: List,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutList<'o> = Option<Out<'o, Option<repr_c::Box<beaver_list>>>>;

structure_object!(beaver_list, "list", List);

/// Appends a value.
/// @param json      JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_list_push(
    list: Option<&beaver_list>,
    json: *const c_char,
    json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| {
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        give::done(list.inner()?.push(json)?)
    })
}

/// Puts a value before the first.
/// @param json      JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_list_prepend(
    list: Option<&beaver_list>,
    json: *const c_char,
    json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| {
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        give::done(list.inner()?.prepend(json)?)
    })
}

/// Puts a value before that index, which is clamped: a large one appends.
/// @param index     from 0, or from the end if negative.
/// @param json      JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_list_insert(
    list: Option<&beaver_list>,
    index: i64,
    json: *const c_char,
    json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| {
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        give::done(list.inner()?.insert(index, json)?)
    })
}

/// Appends many values in one commit.
/// @param values_json      a JSON array of values; copied before return.
/// @param values_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_list_extend(
    list: Option<&beaver_list>,
    values_json: *const c_char,
    values_json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| {
        // SAFETY: as the header's conventions have it.
        let values = unsafe { json_in("values_json", values_json, values_json_len) }?;
        let values = wire::elements("values_json", &values)?;
        give::done(list.inner()?.extend(values)?)
    })
}

/// Takes the last value.
/// @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
/// @return OK, NOT_FOUND (the list is empty), and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_pop(
    list: Option<&beaver_list>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| give::text_or(BEAVER_NOT_FOUND, "out_json", out_json, || list.inner()?.pop()))
}

/// Takes the first value.
/// @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
/// @return OK, NOT_FOUND (the list is empty), and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_deque(
    list: Option<&beaver_list>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| give::text_or(BEAVER_NOT_FOUND, "out_json", out_json, || list.inner()?.deque()))
}

/// Reads the value at an index.
/// @param index     from 0, or from the end if negative.
/// @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
/// @return OK, NOT_FOUND (out of range), and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_get(
    list: Option<&beaver_list>,
    index: i64,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| give::text_or(BEAVER_NOT_FOUND, "out_json", out_json, || list.inner()?.get(index)))
}

/// Replaces the value at an index.
/// @param index     from 0, or from the end if negative.
/// @param json      JSON text; copied before return.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, NOT_FOUND (out of range), INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_list_set(
    list: Option<&beaver_list>,
    index: i64,
    json: *const c_char,
    json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| {
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        give::found(list.inner()?.set(index, json)?)
    })
}

/// Deletes the value at an index.
/// @param index  from 0, or from the end if negative.
/// @return OK, NOT_FOUND (out of range), and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_delete(list: Option<&beaver_list>, index: i64, out_error: OutError<'_>) -> beaver_status {
    with(list, out_error, |list| give::found(list.inner()?.delete(index)?))
}

/// Deletes the first value that equals another.
/// @param json      the value, JSON text.
/// @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, NOT_FOUND, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_list_remove(
    list: Option<&beaver_list>,
    json: *const c_char,
    json_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| {
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        give::found(list.inner()?.remove(&json)?)
    })
}

/// Reads a range.
/// @param start     the first index.
/// @param stop      the index behind the last; INT64_MAX for the end.
/// @param out_json  On OK: a JSON array of the values; caller frees with beaver_buf_free().
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_slice(
    list: Option<&beaver_list>,
    start: i64,
    stop: i64,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| {
        give::text("out_json", out_json, || {
            let values = list.inner()?.slice(Some(start), Some(stop))?;
            Ok(wire::array(values.iter().map(Json::as_str)))
        })
    })
}

/// Goes through the values in order.
/// @param out_iter  On OK: an iterator over the values; caller frees with beaver_iter_free().
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_items(
    list: Option<&beaver_list>,
    out_iter: OutIter<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| give::rows(&list, out_iter, |list| Ok(list.items()), |value| value.to_string()))
}

/// Tells whether a value is in the list, by value: 1 equals 1.0. Looks at every item.
/// @param json          the value, JSON text.
/// @param json_len      its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param out_contains  On OK: whether it is.
/// @return OK, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_list_contains(
    list: Option<&beaver_list>,
    json: *const c_char,
    json_len: usize,
    out_contains: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| {
        give::value("out_contains", out_contains, || {
            // SAFETY: as the header's conventions have it.
            let json = unsafe { json_in("json", json, json_len) }?;
            list.inner()?.contains(&json)
        })
    })
}

/// Finds the first value in a range that equals another.
/// @param json       the value, JSON text.
/// @param json_len   its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param start      the first index.
/// @param stop       the index behind the last; INT64_MAX for the end.
/// @param out_index  On OK: its index in the list.
/// @return OK, NOT_FOUND, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_list_index_of(
    list: Option<&beaver_list>,
    json: *const c_char,
    json_len: usize,
    start: i64,
    stop: i64,
    out_index: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| {
        let out = output("out_index", out_index, 0)?;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        let index = list.inner()?.index_of(&json, Some(start), Some(stop))?;
        *out = index.unwrap_or(0);
        give::found(index.is_some())
    })
}

/// Counts the values that equal another.
/// @param json       the value, JSON text.
/// @param json_len   its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param out_count  On OK: how many.
/// @return OK, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_list_count_of(
    list: Option<&beaver_list>,
    json: *const c_char,
    json_len: usize,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| {
        give::value("out_count", out_count, || {
            // SAFETY: as the header's conventions have it.
            let json = unsafe { json_in("json", json, json_len) }?;
            list.inner()?.count_of(&json)
        })
    })
}

/// Counts the values.
/// @param out_count  On OK: the count.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_len(
    list: Option<&beaver_list>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| give::value("out_count", out_count, || list.inner()?.len()))
}

/// Turns the order of the values round.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_reverse(list: Option<&beaver_list>, out_error: OutError<'_>) -> beaver_status {
    with(list, out_error, |list| give::done(list.inner()?.reverse()?))
}

/// Deletes a range.
/// @param start      the first index.
/// @param stop       the index behind the last; INT64_MAX for the end.
/// @param out_count  On OK: how many values it had; or NULL.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_delete_range(
    list: Option<&beaver_list>,
    start: i64,
    stop: i64,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| give::optional(out_count, || list.inner()?.delete_range(Some(start), Some(stop))))
}

/// Replaces a range by any number of values, in one commit.
/// @param start            the first index.
/// @param stop             the index behind the last; INT64_MAX for the end.
/// @param values_json      a JSON array of values; copied before return.
/// @param values_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param out_count        On OK: how many values the range had; or NULL.
/// @return OK, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_list_replace_range(
    list: Option<&beaver_list>,
    start: i64,
    stop: i64,
    values_json: *const c_char,
    values_json_len: usize,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| {
        give::optional(out_count, || {
            // SAFETY: as the header's conventions have it.
            let values = unsafe { json_in("values_json", values_json, values_json_len) }?;
            let values = wire::elements("values_json", &values)?;
            list.inner()?.replace_range(Some(start), Some(stop), values)
        })
    })
}

/// Deletes every value.
/// @param out_count  On OK: how many there were; or NULL.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_clear(
    list: Option<&beaver_list>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(list, out_error, |list| give::optional(out_count, || list.inner()?.clear()))
}

/// Frees the handle.
/// @param list  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_list_free(list: Option<repr_c::Box<beaver_list>>) {
    free(list);
}
