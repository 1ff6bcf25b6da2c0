//! The error object of one call.

use std::ffi::{CString, c_char};

use beaver_core::Error;
use safer_ffi::prelude::*;

use crate::call::free;
use crate::live::Live;
use crate::status::{BEAVER_OK, beaver_status};

/// What went wrong in one call, beyond the status.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_error {
    error: Error,
    message: CString,
    detail: CString,
    _live: Live,
}

/// cbindgen:ignore
pub type OutError<'o> = Option<Out<'o, Option<repr_c::Box<beaver_error>>>>;

impl beaver_error {
    pub fn new(error: Error) -> Self {
        let message = c_text(error.message());
        let detail = serde_json::json!({
            "kind": error.kind().name(),
            "message": error.message(),
            "offset": error.offset(),
            "operation": error.operation(),
            "sqlite_code": error.sqlite_code(),
        });
        beaver_error { message, detail: c_text(&detail.to_string()), error, _live: Live::new() }
    }
}

fn c_text(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// The status of the call that failed.
/// @param error  an error; NULL gives BEAVER_OK.
/// @return the status.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_error_status(error: Option<&beaver_error>) -> beaver_status {
    error.map_or(BEAVER_OK, |e| e.error.kind().code())
}

/// One line for a person; not part of the API.
/// @param error  an error; NULL gives "".
/// @return text, borrowed until beaver_error_free().
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_error_message(error: Option<&beaver_error>) -> *const c_char {
    error.map_or(c"".as_ptr(), |e| e.message.as_ptr())
}

/// The byte of the input at which invalid UTF-8 or JSON was found.
/// @param error  an error; NULL gives -1.
/// @return the offset, or -1.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_error_offset(error: Option<&beaver_error>) -> i64 {
    number(error.and_then(|e| e.error.offset()))
}

/// The index of the operation or item that failed, in a batch or a call with many items.
/// @param error  an error; NULL gives -1.
/// @return the index, or -1.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_error_operation(error: Option<&beaver_error>) -> i64 {
    number(error.and_then(|e| e.error.operation()))
}

/// SQLite's extended result code, where SQLite reported the fault.
/// @param error  an error; NULL gives 0.
/// @return the code, or 0.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_error_sqlite_code(error: Option<&beaver_error>) -> i32 {
    error.and_then(|e| e.error.sqlite_code()).unwrap_or(0)
}

/// Everything about the error as a JSON object: kind, message, offset, operation, sqlite_code.
/// @param error  an error; NULL gives "{}".
/// @return JSON text, borrowed until beaver_error_free().
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_error_detail(error: Option<&beaver_error>) -> *const c_char {
    error.map_or(c"{}".as_ptr(), |e| e.detail.as_ptr())
}

/// Frees an error.
/// @param error  an error, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_error_free(error: Option<repr_c::Box<beaver_error>>) {
    free(error);
}

fn number(value: Option<usize>) -> i64 {
    value.and_then(|value| i64::try_from(value).ok()).unwrap_or(-1)
}
