//! A fault on demand. Only in builds with the feature `test-panic`, and not in the header.
#![allow(clippy::panic)] // it is what this is for

use crate::database::beaver_db;
use crate::error::OutError;
use crate::status::beaver_status;
use crate::structure::with;

/// Panics inside a call on the database.
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn beaver_test_panic(db: Option<&beaver_db>, out_error: OutError<'_>) -> beaver_status {
    with(db, out_error, |db| {
        db.inner()?;
        std::panic::panic_any("a fault on demand")
    })
}
