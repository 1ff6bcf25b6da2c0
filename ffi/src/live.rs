//! Counts the objects that callers have not freed yet.

use std::sync::atomic::{AtomicI64, Ordering};

static LIVE: AtomicI64 = AtomicI64::new(0);

/// Part of every object that is handed out.
pub struct Live(());

impl Live {
    pub fn new() -> Self {
        LIVE.fetch_add(1, Ordering::Relaxed);
        Live(())
    }

    /// The count of an object that was forgotten when it was handed out.
    pub fn of_forgotten() -> Self {
        Live(())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Counts the objects (handles, buffers, errors) that were handed out and not yet freed. For tests.
/// @return the count; 0 when everything was freed.
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_live_objects() -> i64 {
    LIVE.load(Ordering::Relaxed)
}
