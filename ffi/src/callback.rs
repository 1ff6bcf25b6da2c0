//! Functions of the caller that the library calls.

use std::ffi::{c_char, c_void};

use beaver_core::{Error, ErrorKind, LogLevel, Progress, Result};

use crate::call::null;

/// A diagnostic: something failed that should not.
pub const BEAVER_LOG_ERROR: i32 = 1;
/// A diagnostic: something works, but not as it should.
pub const BEAVER_LOG_WARN: i32 = 2;
/// A diagnostic: opened, upgraded, paused, closed.
pub const BEAVER_LOG_INFO: i32 = 3;
/// A diagnostic: what helps to find a fault.
pub const BEAVER_LOG_DEBUG: i32 = 4;

// The header's numbers are the core's.
const _: () = {
    assert!(BEAVER_LOG_ERROR == LogLevel::Error as i32);
    assert!(BEAVER_LOG_WARN == LogLevel::Warn as i32);
    assert!(BEAVER_LOG_INFO == LogLevel::Info as i32);
    assert!(BEAVER_LOG_DEBUG == LogLevel::Debug as i32);
};

/// Told how far a long call is: in pages of a backup or a restore, else in documents, edges or vectors. `total` may
/// grow as the work goes on. Returns false to stop the call, which fails as INTERRUPTED.
pub type beaver_progress_fn = Option<unsafe extern "C" fn(userdata: *mut c_void, done: u64, total: u64) -> bool>;

/// Takes the next bytes of a dump; returns false to stop it, which fails as INTERRUPTED.
pub type beaver_write_fn = Option<unsafe extern "C" fn(userdata: *mut c_void, data: *const u8, len: usize) -> bool>;

/// Gives the next bytes of a dump: writes up to `capacity` of them and returns how many, 0 at the end, or a
/// negative number to stop the call, which fails as INTERRUPTED.
pub type beaver_read_fn = Option<unsafe extern "C" fn(userdata: *mut c_void, buffer: *mut u8, capacity: usize) -> i64>;

/// Told that a subscription may have something to pull. May come from any thread; must return soon, and must not call
/// back into the library.
pub type beaver_ready_fn = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// Receives a diagnostic: one of BEAVER_LOG_, the module that speaks, one line of text, both borrowed until it
/// returns. May come from any thread, several at once; must not call back into the same database.
pub type beaver_log_fn =
    Option<unsafe extern "C" fn(userdata: *mut c_void, level: i32, target: *const c_char, message: *const c_char)>;

/// Frees the userdata of a callback.
pub type beaver_destroy_fn = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// The userdata of a callback, and how it ends: `destroy` runs once, when this is dropped.
pub struct Userdata {
    data: *mut c_void,
    destroy: beaver_destroy_fn,
}

// SAFETY: a callback that is called from other threads says so, and its caller provides for it.
unsafe impl Send for Userdata {}
// SAFETY: as above.
unsafe impl Sync for Userdata {}

impl Userdata {
    /// Made first thing in each function that takes a callback, so that `destroy` runs whatever fails.
    pub fn new(data: *mut c_void, destroy: beaver_destroy_fn) -> Self {
        Userdata { data, destroy }
    }

    /// What the callback is called with.
    pub fn data(&self) -> *mut c_void {
        self.data
    }
}

impl Drop for Userdata {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            // SAFETY: as the caller promised when registering it.
            unsafe { destroy(self.data) };
        }
    }
}

/// The progress function as the core wants it; without one, the work goes on.
pub fn steps(function: beaver_progress_fn, userdata: &Userdata) -> impl FnMut(Progress) -> bool + use<'_> {
    move |Progress { done, total }| match function {
        // SAFETY: as the caller promised when passing it.
        Some(function) => unsafe { function(userdata.data(), done, total) },
        None => true,
    }
}

/// A function that must be there.
pub fn required<F>(name: &str, function: Option<F>) -> Result<F> {
    function.ok_or_else(|| null(name))
}

/// What a callback returned to stop the call.
pub fn stopped() -> Error {
    Error::new(ErrorKind::Interrupted, "the callback stopped the call")
}
