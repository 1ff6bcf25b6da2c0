//! What callers hand in, checked.

use std::ffi::{CStr, c_char};
use std::time::Duration;

use beaver_core::{Error, ErrorKind, Json, MAX_DIMENSION, MAX_ITEMS, Result, When, seconds, utf8, wire};
use safer_ffi::prelude::*;

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

/// Room for bytes.
///
/// # Safety
/// `data` is NULL or points to `len` bytes that nobody else uses for 'b.
pub unsafe fn bytes_mut<'b>(name: &str, data: *mut u8, len: usize) -> Result<&'b mut [u8]> {
    // SAFETY: as the caller promises; only checked here.
    unsafe { bytes(name, data, len) }?;
    if data.is_null() {
        return Ok(&mut []);
    }
    // SAFETY: as the caller promises.
    Ok(unsafe { std::slice::from_raw_parts_mut(data, len) })
}

/// A text of a length, or up to its NUL; its encoding is not looked at.
///
/// # Safety
/// `text` is NULL or points to `len` bytes, or to a NUL-terminated text if `len` says so, that live for 't.
pub unsafe fn text_bytes<'t>(name: &str, text: *const c_char, len: usize) -> Result<&'t [u8]> {
    if text.is_null() {
        return Err(null(name));
    }
    // SAFETY: as the caller promises.
    unsafe {
        if len == BEAVER_NUL_TERMINATED { Ok(CStr::from_ptr(text).to_bytes()) } else { bytes(name, text.cast(), len) }
    }
}

/// A JSON text of a length, or up to its NUL.
///
/// # Safety
/// As for [`text_bytes`].
pub unsafe fn json(name: &str, json: *const c_char, len: usize) -> Result<Json> {
    // SAFETY: as the caller promises.
    Json::parse_bytes(unsafe { text_bytes(name, json, len) }?)
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

/// The components of a vector, or none for NULL with a dimension of 0. What they are, the core checks.
///
/// # Safety
/// `vector` is NULL or points to `dim` floats that live for 'v, if `dim` is no more than the largest dimension.
pub unsafe fn optional_vector<'v>(name: &str, vector: *const f32, dim: usize) -> Result<Option<&'v [f32]>> {
    if vector.is_null() {
        return if dim == 0 { Ok(None) } else { Err(null(name)) };
    }
    check_dimension(name, dim)?;
    // SAFETY: as the caller promises.
    Ok(Some(unsafe { std::slice::from_raw_parts(vector, dim) }))
}

/// The components of a vector that must be there.
///
/// # Safety
/// As for [`optional_vector`].
pub unsafe fn vector<'v>(name: &str, vector: *const f32, dim: usize) -> Result<&'v [f32]> {
    // SAFETY: as the caller promises.
    unsafe { optional_vector(name, vector, dim) }?.ok_or_else(|| null(name))
}

fn check_dimension(name: &str, dim: usize) -> Result<()> {
    if dim <= MAX_DIMENSION {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Limit, format!("{name} has {dim} components, at most {MAX_DIMENSION} are allowed")))
}

/// The embeddings of so many documents, a row each; none for NULL without rows. A row whose flag is 0 is none.
///
/// # Safety
/// `rows` is NULL or points to `row_count` times `dim` floats, and `flags` is NULL or points to `row_count`
/// bytes; both live for 'v.
pub unsafe fn embeddings<'v>(
    documents: usize,
    rows: *const f32,
    row_count: usize,
    dim: usize,
    flags: *const u8,
) -> Result<Vec<Option<&'v [f32]>>> {
    if rows.is_null() && row_count == 0 {
        return Ok(vec![None; documents]);
    }
    if rows.is_null() {
        return Err(null("embeddings"));
    }
    check_dimension("a row of embeddings", dim)?;
    if row_count != documents {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            format!("embeddings has {row_count} rows for {documents} documents: give one row for each"),
        ));
    }
    let there = if flags.is_null() {
        vec![true; documents]
    } else {
        // SAFETY: as the caller promises.
        unsafe { std::slice::from_raw_parts(flags, documents) }.iter().map(|flag| *flag != 0).collect()
    };
    let row = |(index, there): (usize, bool)| {
        // SAFETY: as the caller promises; the row is within what `rows` points to.
        there.then(|| unsafe { std::slice::from_raw_parts(rows.add(index * dim), dim) })
    };
    Ok(there.into_iter().enumerate().map(row).collect())
}

/// Options as a JSON object, read by the core; NULL is the defaults.
pub fn options_as<T>(name: &str, options: StrIn<'_>, read: impl FnOnce(&str) -> Result<T>) -> Result<T> {
    read(optional_text(name, options)?.unwrap_or("{}"))
}

/// The condition of an operation in a batch; none for NULL.
pub fn condition(condition_json: StrIn<'_>) -> Result<When> {
    match optional_text("condition_json", condition_json)? {
        Some(text) => wire::condition("condition_json", text),
        None => Ok(When::Always),
    }
}

/// A wait: -1 is for ever, 0 a try.
pub fn timeout(timeout_ms: i64) -> Result<Option<Duration>> {
    match u64::try_from(timeout_ms) {
        Ok(ms) => Ok(Some(Duration::from_millis(ms))),
        Err(_) if timeout_ms == -1 => Ok(None),
        Err(_) => {
            Err(Error::new(ErrorKind::InvalidArgument, "timeout_ms is below -1: give -1 to wait for ever, 0 to try"))
        }
    }
}

/// A time to live: 0 is none.
pub fn ttl(ttl_seconds: f64) -> Result<Option<Duration>> {
    if ttl_seconds == 0.0 { Ok(None) } else { seconds("ttl_seconds", ttl_seconds).map(Some) }
}

/// Many NUL-terminated texts.
///
/// # Safety
/// `texts` is NULL or points to `count` pointers, each NULL or to a NUL-terminated text that lives for 't.
pub unsafe fn texts<'t>(name: &str, texts: *const *const c_char, count: usize) -> Result<Vec<&'t str>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if texts.is_null() {
        return Err(null(name));
    }
    if count > MAX_ITEMS {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("{name} has {count} elements: give at most {MAX_ITEMS} at a time"),
        ));
    }
    // SAFETY: as the caller promises.
    let pointers = unsafe { std::slice::from_raw_parts(texts, count) };
    let text = |(index, pointer): (usize, &*const c_char)| {
        if pointer.is_null() {
            return Err(null(&format!("{name}[{index}]")));
        }
        // SAFETY: as the caller promises.
        let bytes: &'t CStr = unsafe { CStr::from_ptr(*pointer) };
        utf8(&format!("{name}[{index}]"), bytes.to_bytes())
    };
    pointers.iter().enumerate().map(text).collect()
}
