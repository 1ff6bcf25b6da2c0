//! A shorter way for the hottest reads, for Python, where a call through uniffi costs ten times what the read does:
//! the generated code makes five foreign calls for one of ours, each with objects of its own.
//!
//! These functions are called as they are, by ctypes. They take the address of a handle, which must be alive, and give
//! a NUL-terminated JSON text that stays as it is until the thread's next call here; ctypes copies it at once. NULL is
//! nothing, or a failure: then [`fast_failure`] throws it.
#![allow(unsafe_code)] // plain C functions, with pointers

use std::cell::RefCell;
use std::ffi::c_char;
use std::ptr;

use beaver_core::{Json, Result, utf8};

use crate::dict::DictHandle;
use crate::error::Failure;
use crate::list::ListHandle;

thread_local! {
    /// What the thread's last call gave, and how it failed.
    static ANSWER: RefCell<(String, Option<Failure>)> = const { RefCell::new((String::new(), None)) };
}

/// Keeps an answer for the thread, and gives its address.
fn answer(outcome: Result<Option<Json>, Failure>) -> *const c_char {
    ANSWER.with_borrow_mut(|(text, failure)| match outcome {
        Ok(Some(json)) => {
            *text = json.into();
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

/// Throws what the thread's last call here failed with, if it did.
#[uniffi::export]
pub fn fast_failure() -> Result<(), Failure> {
    ANSWER.with_borrow_mut(|(_, failure)| failure.take()).map_or(Ok(()), Err)
}

#[uniffi::export]
impl DictHandle {
    /// Where it is, for the calls of this module.
    pub fn address(&self) -> u64 {
        ptr::from_ref(self) as u64
    }
}

#[uniffi::export]
impl ListHandle {
    /// Where it is, for the calls of this module.
    pub fn address(&self) -> u64 {
        ptr::from_ref(self) as u64
    }
}

/// As [`DictHandle::get`].
///
/// # Safety
/// `dict` is the address of a handle that is alive, `key` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_fast_dict_get(dict: *const DictHandle, key: *const u8, len: usize) -> *const c_char {
    // SAFETY: as the caller promises.
    let (dict, key) = unsafe { (&*dict, std::slice::from_raw_parts(key, len)) };
    answer(dict.call(|dict| dict.get(utf8("key", key)?)))
}

/// As [`ListHandle::get`].
///
/// # Safety
/// `list` is the address of a handle that is alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_fast_list_get(list: *const ListHandle, index: i64) -> *const c_char {
    // SAFETY: as the caller promises.
    let list = unsafe { &*list };
    answer(list.call(|list| list.get(index)))
}
