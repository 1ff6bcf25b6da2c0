//! Blobs piece by piece.

use beaver_core::{Beaver, BlobReader, BlobWriter, Error, ErrorKind, Result};
use safer_ffi::prelude::*;

use crate::call::{call, free, object, object_mut, output};
use crate::error::OutError;
use crate::give::{OutSize, OutU64};
use crate::input::{bytes, bytes_mut};
use crate::live::Live;
use crate::status::{BEAVER_END, BEAVER_OK, beaver_status};

/// Writes one blob piece by piece. Freed before it is finished, it leaves nothing behind.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_blob_writer {
    /// None once it is finished or given up.
    writer: Option<BlobWriter>,
    db: Beaver,
    _live: Live,
}

/// Reads one blob piece by piece, as it was when the reader was made.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_blob_reader {
    reader: BlobReader,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutWriter<'o> = Option<Out<'o, Option<repr_c::Box<beaver_blob_writer>>>>;
/// cbindgen:ignore
pub type OutReader<'o> = Option<Out<'o, Option<repr_c::Box<beaver_blob_reader>>>>;

impl beaver_blob_writer {
    pub fn new(writer: BlobWriter, db: &Beaver) -> Self {
        beaver_blob_writer { writer: Some(writer), db: db.clone(), _live: Live::new() }
    }
}

impl beaver_blob_reader {
    pub fn new(reader: BlobReader, db: &Beaver) -> Self {
        beaver_blob_reader { reader, db: db.clone(), _live: Live::new() }
    }
}

fn with_writer(
    writer: Option<&mut beaver_blob_writer>,
    out_error: OutError<'_>,
    work: impl FnOnce(&mut Option<BlobWriter>) -> Result<beaver_status>,
) -> beaver_status {
    let db = writer.as_ref().map(|writer| writer.db.clone());
    call(db.as_ref(), out_error, || work(&mut object_mut("writer", writer)?.writer))
}

fn used_up() -> Error {
    Error::new(ErrorKind::InvalidArgument, "the writer was finished or given up: make a new one")
}

/// Writes the next bytes.
/// @param data  the bytes; copied before return.
/// @param len   how many; with 0, `data` may be NULL.
/// @return OK, LIMIT, and what all writes give
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_blob_writer_write(
    writer: Option<&mut beaver_blob_writer>,
    data: *const u8,
    len: usize,
    out_error: OutError<'_>,
) -> beaver_status {
    with_writer(writer, out_error, |writer| {
        // SAFETY: as the header's conventions have it.
        let data = unsafe { bytes("data", data, len) }?;
        writer.as_mut().ok_or_else(used_up)?.write_chunk(data)?;
        Ok(BEAVER_OK)
    })
}

/// Makes what was written the blob of its key, in the place of what was there. The writer is used up,
/// also if this fails, and has to be freed.
/// @return OK, and what all writes give
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blob_writer_finish(
    writer: Option<&mut beaver_blob_writer>,
    out_error: OutError<'_>,
) -> beaver_status {
    with_writer(writer, out_error, |writer| {
        writer.take().ok_or_else(used_up)?.finish()?;
        Ok(BEAVER_OK)
    })
}

/// Gives up what was written. The writer is used up and has to be freed.
/// @return OK, and what all writes give
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blob_writer_abort(
    writer: Option<&mut beaver_blob_writer>,
    out_error: OutError<'_>,
) -> beaver_status {
    with_writer(writer, out_error, |writer| {
        writer.take().ok_or_else(used_up)?.abort()?;
        Ok(BEAVER_OK)
    })
}

/// Frees the writer; what was not finished is given up.
/// @param writer  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blob_writer_free(writer: Option<repr_c::Box<beaver_blob_writer>>) {
    free(writer);
}

/// Tells how many bytes the blob has.
/// @param out_len  On OK: the count.
/// @return OK, INVALID_ARGUMENT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blob_reader_len(
    reader: Option<&beaver_blob_reader>,
    out_len: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let db = reader.map(|reader| &reader.db);
    call(db, out_error, || {
        let out = output("out_len", out_len, 0)?;
        *out = object("reader", reader)?.reader.len();
        Ok(BEAVER_OK)
    })
}

/// Reads the next bytes.
/// @param buffer    where to; not NULL unless `capacity` is 0.
/// @param capacity  how many bytes at the most.
/// @param out_len   On OK: how many were read, at least 1 (0 if `capacity` is 0).
/// @return OK, END, and what all reads give
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_blob_reader_read(
    reader: Option<&mut beaver_blob_reader>,
    buffer: *mut u8,
    capacity: usize,
    out_len: OutSize<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let db = reader.as_ref().map(|reader| reader.db.clone());
    call(db.as_ref(), out_error, || {
        let out = output("out_len", out_len, 0)?;
        // SAFETY: as the header's conventions have it.
        let buffer = unsafe { bytes_mut("buffer", buffer, capacity) }?;
        let reader = &mut object_mut("reader", reader)?.reader;
        *out = reader.read_chunk(buffer)?;
        Ok(if *out == 0 && capacity > 0 { BEAVER_END } else { BEAVER_OK })
    })
}

/// Frees the reader.
/// @param reader  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_blob_reader_free(reader: Option<repr_c::Box<beaver_blob_reader>>) {
    free(reader);
}
