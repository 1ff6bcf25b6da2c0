//! The one guard around every call.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, Ordering};

use beaver_core::{Beaver, Error, ErrorKind, Result};

use crate::error::Failure;

static LIVE: AtomicI64 = AtomicI64::new(0);

/// Part of every object that is handed out: counts those that are alive.
pub struct Live(());

impl Live {
    pub fn new() -> Self {
        LIVE.fetch_add(1, Ordering::Relaxed);
        Live(())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many objects were handed out and are alive. For tests.
#[uniffi::export]
pub fn live_objects() -> i64 {
    LIVE.load(Ordering::Relaxed)
}

/// The version of the library.
#[uniffi::export]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Does the work of a call. A panic becomes an error, and breaks the database it happened in.
pub fn call<T>(db: &Beaver, work: impl FnOnce() -> Result<T>) -> Result<T, Failure> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(outcome) => outcome.map_err(Failure::from),
        Err(_) => {
            // Telling the others that it is broken must not fail the call a second time.
            let _ = catch_unwind(AssertUnwindSafe(|| db.break_down()));
            let text = "a fault of the library was caught: close the database and open it again";
            Err(Error::new(ErrorKind::Panic, text).into())
        }
    }
}
