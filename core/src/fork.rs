//! Knows whether this process is a fork of the one that opened a database.
//!
//! SQLite's connections do not survive a `fork`: the child shares the file's locks in memory but not
//! in the kernel. A handle compares the count of forks with the one at its opening, which costs one
//! load; asking for the process id would cost a system call each time.
#![allow(unsafe_code)] // pthread_atfork has no safe form

use std::sync::atomic::{AtomicU32, Ordering};

static FORKS: AtomicU32 = AtomicU32::new(0);

/// How many forks lie between this process and the one that asked first.
pub(crate) fn generation() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Begins to count. Called at each opening; registers once.
#[cfg(unix)]
pub(crate) fn watch() {
    use std::sync::Once;
    static ONCE: Once = Once::new();
    extern "C" fn in_child() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }
    // SAFETY: the handler only touches an atomic, which is allowed between fork and exec.
    ONCE.call_once(|| unsafe {
        libc::pthread_atfork(None, None, Some(in_child));
    });
}

#[cfg(not(unix))]
pub(crate) fn watch() {}
