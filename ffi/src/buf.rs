//! Bytes that the library hands out.

use std::mem::ManuallyDrop;

use beaver_core::Json;
use safer_ffi::prelude::*;

use crate::live::Live;

/// Bytes that the caller owns. After `len` bytes there is a NUL, so that text is a C string. Freed with
/// beaver_buf_free(); an empty one, with `data` NULL, need not be.
#[derive_ReprC]
#[repr(C)]
pub struct beaver_buf {
    /// The bytes, or NULL.
    pub data: *mut u8,
    /// How many there are, the NUL not counted.
    pub len: usize,
    /// For the library: how much is allocated.
    pub capacity: usize,
}

/// cbindgen:ignore
pub type OutBuf<'o> = Option<Out<'o, beaver_buf>>;

impl beaver_buf {
    pub const fn empty() -> Self {
        beaver_buf { data: std::ptr::null_mut(), len: 0, capacity: 0 }
    }

    pub fn new(mut bytes: Vec<u8>) -> Self {
        let len = bytes.len();
        bytes.reserve_exact(1);
        bytes.push(0);
        std::mem::forget(Live::new());
        let mut bytes = ManuallyDrop::new(bytes);
        beaver_buf { data: bytes.as_mut_ptr(), len, capacity: bytes.capacity() }
    }

    /// Floats as they lie in memory. The allocator aligns whatever is as large as a float for one.
    pub fn floats(floats: &[f32]) -> Self {
        let mut bytes = Vec::with_capacity(size_of_val(floats) + 1);
        bytes.extend(floats.iter().flat_map(|float| float.to_ne_bytes()));
        beaver_buf::new(bytes)
    }
}

impl From<Json> for beaver_buf {
    fn from(json: Json) -> Self {
        String::from(json).into()
    }
}

impl From<String> for beaver_buf {
    fn from(text: String) -> Self {
        beaver_buf::new(text.into_bytes())
    }
}

impl From<Vec<u8>> for beaver_buf {
    fn from(bytes: Vec<u8>) -> Self {
        beaver_buf::new(bytes)
    }
}

/// Frees the bytes and empties the buffer; an empty one stays as it is.
/// @param buf  a buffer, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_buf_free(buf: Option<&mut beaver_buf>) {
    let Some(buf) = buf else { return };
    let beaver_buf { data, len, capacity } = std::mem::replace(buf, beaver_buf::empty());
    if !data.is_null() {
        // SAFETY: a buffer with data was made by `new` out of a Vec of len + 1 bytes, and is freed once,
        // because it is emptied here.
        drop(unsafe { Vec::from_raw_parts(data, len + 1, capacity) });
        drop(Live::of_forgotten());
    }
}
