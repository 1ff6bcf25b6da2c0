//! Blob stores.

use std::ffi::c_char;

use beaver_core::{Beaver, Blobs, wire};
use safer_ffi::prelude::*;

use crate::buf::{OutBuf, beaver_buf};
use crate::call::free;
use crate::error::OutError;
use crate::give::{self, OutBool, OutU64};
use crate::input::{StrIn, bytes, optional_json, text};
use crate::iter::OutIter;
use crate::live::Live;
use crate::status::{BEAVER_NOT_FOUND, BEAVER_OK, beaver_status};
use crate::stream::{OutReader, OutWriter, beaver_blob_reader, beaver_blob_writer};
use crate::structure::{structure_object, with};

/// Bytes by key, each with metadata (JSON) if it was given some.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_blobs {
    pub(crate) inner: Blobs,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutBlobs<'o> = Option<Out<'o, Option<repr_c::Box<beaver_blobs>>>>;

structure_object!(beaver_blobs, "blobs", Blobs);

/// Stores bytes, in the place of what was there.
/// @param key           NUL-terminated UTF-8, up to 4096 bytes.
/// @param data          the bytes, up to BEAVER_MAX_BLOB_BYTES; copied before return.
/// @param len           how many; with 0, `data` may be NULL.
/// @param metadata      JSON text, or NULL for none; copied before return.
/// @param metadata_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_blobs_put(
    blobs: Option<&beaver_blobs>,
    key: StrIn<'_>,
    data: *const u8,
    len: usize,
    metadata: *const c_char,
    metadata_len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| {
        // SAFETY: as the header's conventions have it.
        let data = unsafe { bytes("data", data, len) }?;
        // SAFETY: as the header's conventions have it.
        let metadata = unsafe { optional_json("metadata", metadata, metadata_len) }?;
        give::done(blobs.inner()?.put(text("key", key)?, data, metadata)?)
    })
}

/// Reads a blob.
/// @param key           NUL-terminated UTF-8, up to 4096 bytes.
/// @param out_data      On OK: the bytes; caller frees with beaver_buf_free().
/// @param out_metadata  On OK: its metadata as JSON text, empty (with `data` NULL) if it has none; caller
///                      frees with beaver_buf_free(); or NULL.
/// @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_get(
    blobs: Option<&beaver_blobs>,
    key: StrIn<'_>,
    out_data: OutBuf<'_>,
    out_metadata: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| {
        let out_metadata = out_metadata.map(|out| out.write(beaver_buf::empty()));
        give::text_or(BEAVER_NOT_FOUND, "out_data", out_data, || {
            let blob = blobs.inner()?.get(text("key", key)?)?;
            Ok(blob.map(|blob| {
                if let (Some(out), Some(metadata)) = (out_metadata, blob.metadata) {
                    *out = metadata.into();
                }
                blob.data
            }))
        })
    })
}

/// Reads the length and the metadata of a blob, not its bytes.
/// @param key           NUL-terminated UTF-8, up to 4096 bytes.
/// @param out_len       On OK: how many bytes it has; or NULL.
/// @param out_metadata  On OK: its metadata as JSON text, empty (with `data` NULL) if it has none; caller
///                      frees with beaver_buf_free(); or NULL.
/// @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_stat(
    blobs: Option<&beaver_blobs>,
    key: StrIn<'_>,
    out_len: OutU64<'_>,
    out_metadata: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| {
        let out_len = out_len.map(|out| out.write(0));
        let out_metadata = out_metadata.map(|out| out.write(beaver_buf::empty()));
        let Some((len, metadata)) = blobs.inner()?.stat(text("key", key)?)? else {
            return Ok(BEAVER_NOT_FOUND);
        };
        if let Some(out) = out_len {
            *out = len;
        }
        if let (Some(out), Some(metadata)) = (out_metadata, metadata) {
            *out = metadata.into();
        }
        Ok(BEAVER_OK)
    })
}

/// Tells whether a key is there.
/// @param key           NUL-terminated UTF-8, up to 4096 bytes.
/// @param out_contains  On OK: whether it is.
/// @return OK, INVALID_UTF8, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_contains(
    blobs: Option<&beaver_blobs>,
    key: StrIn<'_>,
    out_contains: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| {
        give::value("out_contains", out_contains, || blobs.inner()?.contains(text("key", key)?))
    })
}

/// Deletes a blob.
/// @param key  NUL-terminated UTF-8, up to 4096 bytes.
/// @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_delete(
    blobs: Option<&beaver_blobs>,
    key: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| give::found(blobs.inner()?.delete(text("key", key)?)?))
}

/// Goes through the keys, byte by byte in order.
/// @param out_iter  On OK: an iterator over JSON strings; caller frees with beaver_iter_free().
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_keys(
    blobs: Option<&beaver_blobs>,
    out_iter: OutIter<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| give::rows(&blobs, out_iter, |blobs| Ok(blobs.keys()), |key| wire::string(&key)))
}

/// Counts the blobs.
/// @param out_count  On OK: the count.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_len(
    blobs: Option<&beaver_blobs>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| give::value("out_count", out_count, || blobs.inner()?.len()))
}

/// Deletes every blob.
/// @param out_count  On OK: how many there were; or NULL.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_clear(
    blobs: Option<&beaver_blobs>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| give::optional(out_count, || blobs.inner()?.clear()))
}

/// Begins to write a blob piece by piece. Nobody sees it before beaver_blob_writer_finish().
/// @param key           NUL-terminated UTF-8, up to 4096 bytes.
/// @param metadata      JSON text, or NULL for none; copied before return.
/// @param metadata_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param out_writer    On OK: the writer; caller frees with beaver_blob_writer_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_blobs_writer(
    blobs: Option<&beaver_blobs>,
    key: StrIn<'_>,
    metadata: *const c_char,
    metadata_len: usize,
    out_writer: OutWriter<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| {
        give::object("out_writer", out_writer, || {
            // SAFETY: as the header's conventions have it.
            let metadata = unsafe { optional_json("metadata", metadata, metadata_len) }?;
            let writer = blobs.inner()?.writer(text("key", key)?, metadata)?;
            Ok(beaver_blob_writer::new(writer, blobs.db()?))
        })
    })
}

/// Begins to read a blob piece by piece, as it is at this moment.
/// @param key         NUL-terminated UTF-8, up to 4096 bytes.
/// @param out_reader  On OK: the reader; caller frees with beaver_blob_reader_free().
/// @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_reader(
    blobs: Option<&beaver_blobs>,
    key: StrIn<'_>,
    out_reader: OutReader<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(blobs, out_error, |blobs| {
        give::object_or(BEAVER_NOT_FOUND, "out_reader", out_reader, || {
            let reader = blobs.inner()?.reader(text("key", key)?)?;
            let db = blobs.db()?;
            Ok(reader.map(|reader| beaver_blob_reader::new(reader, db)))
        })
    })
}

/// Frees the handle.
/// @param blobs  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blobs_free(blobs: Option<repr_c::Box<beaver_blobs>>) {
    free(blobs);
}
