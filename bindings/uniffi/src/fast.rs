//! A shorter way for the hottest calls, for Python and Kotlin, where a call through uniffi costs several times what the
//! work does: the generated code makes four or five foreign calls for one of ours, each with objects of its own.
//!
//! These functions are called as they are, by ctypes and JNA. They take the address of a handle, which must be alive, and
//! bytes with their length. What reads gives a NUL-terminated JSON text that stays as it is until the thread's next call
//! here, and is copied at once; NULL is nothing, or a failure. What writes gives false for a failure. [`fast_failure`]
//! throws it.
#![allow(unsafe_code)] // plain C functions, with pointers

use std::cell::RefCell;
use std::ffi::c_char;
use std::ptr;
use std::slice;

use beaver_core::{Result, utf8};

use crate::collection::CollectionHandle;
use crate::dict::DictHandle;
use crate::error::Failure;
use crate::list::ListHandle;
use crate::queue::QueueHandle;

thread_local! {
    /// What the thread's last call gave, and how it failed.
    static ANSWER: RefCell<(String, Option<Failure>)> = const { RefCell::new((String::new(), None)) };
}

/// Text that came as bytes.
fn text<'b>(what: &str, bytes: &'b [u8]) -> Result<&'b str, Failure> {
    utf8(what, bytes).map_err(Failure::from)
}

/// Keeps an answer for the thread, and gives its address.
fn answer(outcome: Result<Option<String>, Failure>) -> *const c_char {
    ANSWER.with_borrow_mut(|(text, failure)| match outcome {
        Ok(Some(json)) => {
            *text = json;
            text.push('\0');
            text.as_ptr().cast()
        }
        Ok(None) => ptr::null(),
        Err(error) => {
            *failure = Some(error);
            ptr::null()
        }
    })
}

/// Whether a write was done; keeps the failure if not.
fn done(outcome: Result<(), Failure>) -> bool {
    outcome.map_err(|error| ANSWER.with_borrow_mut(|(_, failure)| *failure = Some(error))).is_ok()
}

/// Throws what the thread's last call here failed with, if it did.
#[uniffi::export]
pub fn fast_failure() -> Result<(), Failure> {
    ANSWER.with_borrow_mut(|(_, failure)| failure.take()).map_or(Ok(()), Err)
}

/// As [`DictHandle::get`].
///
/// # Safety
/// `dict` is the address of a handle that is alive, `key` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_fast_dict_get(dict: *const DictHandle, key: *const u8, len: usize) -> *const c_char {
    // SAFETY: as the caller promises.
    let (dict, key) = unsafe { (&*dict, slice::from_raw_parts(key, len)) };
    answer(text("the key", key).and_then(|key| dict.get(key)))
}

/// As [`DictHandle::set`], for ever.
///
/// # Safety
/// `dict` is the address of a handle that is alive, `key` and `value` point to so many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_fast_dict_set(
    dict: *const DictHandle,
    key: *const u8,
    key_len: usize,
    value: *const u8,
    value_len: usize,
) -> bool {
    // SAFETY: as the caller promises.
    let (dict, key, value) =
        unsafe { (&*dict, slice::from_raw_parts(key, key_len), slice::from_raw_parts(value, value_len)) };
    done(text("the key", key).and_then(|key| dict.set(key, text("the value", value)?, 0.0)))
}

/// As [`ListHandle::get`].
///
/// # Safety
/// `list` is the address of a handle that is alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_fast_list_get(list: *const ListHandle, index: i64) -> *const c_char {
    // SAFETY: as the caller promises.
    let list = unsafe { &*list };
    answer(list.get(index))
}

/// As [`ListHandle::push`].
///
/// # Safety
/// `list` is the address of a handle that is alive, `value` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_fast_list_push(list: *const ListHandle, value: *const u8, len: usize) -> bool {
    // SAFETY: as the caller promises.
    let (list, value) = unsafe { (&*list, slice::from_raw_parts(value, len)) };
    done(text("the value", value).and_then(|value| list.push(value)))
}

/// As [`QueueHandle::put`].
///
/// # Safety
/// `queue` is the address of a handle that is alive, `value` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_fast_queue_put(
    queue: *const QueueHandle,
    value: *const u8,
    len: usize,
    priority: f64,
) -> bool {
    // SAFETY: as the caller promises.
    let (queue, value) = unsafe { (&*queue, slice::from_raw_parts(value, len)) };
    done(text("the value", value).and_then(|value| queue.put(value, priority)))
}

/// As [`QueueHandle::get`], without waiting.
///
/// # Safety
/// `queue` is the address of a handle that is alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_fast_queue_try_get(queue: *const QueueHandle) -> *const c_char {
    // SAFETY: as the caller promises.
    let queue = unsafe { &*queue };
    answer(queue.get(0, None))
}

/// As [`CollectionHandle::search`].
///
/// # Safety
/// `collection` is the address of a handle that is alive, `query` and `options` point to so many bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_fast_search(
    collection: *const CollectionHandle,
    query: *const u8,
    query_len: usize,
    options: *const u8,
    options_len: usize,
) -> *const c_char {
    // SAFETY: as the caller promises.
    let (collection, query, options) =
        unsafe { (&*collection, slice::from_raw_parts(query, query_len), slice::from_raw_parts(options, options_len)) };
    answer(text("the options", options).and_then(|options| collection.search(query, options, None)).map(Some))
}
