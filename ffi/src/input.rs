//! What callers hand in, checked.

use std::ffi::{CStr, c_char};
use std::time::Duration;

use beaver_core::{Error, ErrorKind, Json, Result, seconds, utf8};
use safer_ffi::prelude::*;
use serde::de::DeserializeOwned;

use crate::call::null;
use crate::status::BEAVER_NUL_TERMINATED;

/// cbindgen:ignore
pub type StrIn<'s> = Option<char_p::Ref<'s>>;

/// A NUL-terminated text that must be there.
pub fn text<'s>(name: &str, text: StrIn<'s>) -> Result<&'s str> {
    optional_text(name, text)?.ok_or_else(|| null(name))
}

/// A NUL-terminated text, or none.
pub fn optional_text<'s>(name: &str, text: StrIn<'s>) -> Result<Option<&'s str>> {
    match text {
        // Not its own `to_str`, which does not look at the encoding.
        Some(text) => utf8(name, text.to_bytes()).map(Some),
        None => Ok(None),
    }
}

/// Bytes that may be none at all: NULL is allowed for a length of 0.
///
/// # Safety
/// `data` is NULL or points to `len` bytes that live for 'b.
pub unsafe fn bytes<'b>(name: &str, data: *const u8, len: usize) -> Result<&'b [u8]> {
    match (data.is_null(), len) {
        (true, 0) => Ok(&[]),
        (true, _) => Err(null(name)),
        (false, len) if isize::try_from(len).is_err() => Err(Error::new(
            ErrorKind::InvalidArgument,
            format!("the length of {name} cannot be: it exceeds the address space"),
        )),
        // SAFETY: as the caller promises.
        (false, len) => Ok(unsafe { std::slice::from_raw_parts(data, len) }),
    }
}

/// A JSON text of a length, or up to its NUL.
///
/// # Safety
/// `json` is NULL or points to `len` bytes, or to a NUL-terminated text if `len` says so.
pub unsafe fn json(name: &str, json: *const c_char, len: usize) -> Result<Json> {
    if json.is_null() {
        return Err(null(name));
    }
    // SAFETY: as the caller promises.
    let bytes = unsafe {
        if len == BEAVER_NUL_TERMINATED {
            CStr::from_ptr(json).to_bytes()
        } else {
            bytes(name, json.cast(), len)?
        }
    };
    Json::parse_bytes(bytes)
}

/// A JSON text, or none for NULL.
///
/// # Safety
/// As for [`json`].
pub unsafe fn optional_json(name: &str, text: *const c_char, len: usize) -> Result<Option<Json>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: as the caller promises.
    unsafe { json(name, text, len) }.map(Some)
}

/// Options as a JSON object; NULL is the defaults.
pub fn options<T: DeserializeOwned + Default>(options: StrIn<'_>) -> Result<T> {
    optional_text("options_json", options)?
        .map_or_else(|| Ok(T::default()), beaver_core::parse_options)
}

/// A wait: -1 is for ever, 0 a try.
pub fn timeout(timeout_ms: i64) -> Result<Option<Duration>> {
    match u64::try_from(timeout_ms) {
        Ok(ms) => Ok(Some(Duration::from_millis(ms))),
        Err(_) if timeout_ms == -1 => Ok(None),
        Err(_) => Err(Error::new(
            ErrorKind::InvalidArgument,
            "timeout_ms is below -1: give -1 to wait for ever, 0 to try",
        )),
    }
}

/// A time to live: 0 is none.
pub fn ttl(ttl_seconds: f64) -> Result<Option<Duration>> {
    if ttl_seconds == 0.0 {
        Ok(None)
    } else {
        seconds("ttl_seconds", ttl_seconds).map(Some)
    }
}

/// A position in a list that may be left out: INT64_MIN and INT64_MAX are "from the first" and "to the
/// last", which is what clamping makes of them anyway.
pub fn index(index: i64) -> Option<i64> {
    Some(index)
}
