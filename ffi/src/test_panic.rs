//! A fault on demand. Only in builds with the feature `test-panic`, and not in the header.

use crate::database::beaver_db;
use crate::error::OutError;
use crate::status::{BEAVER_OK, beaver_status};
use crate::structure::with;

/// Panics inside a call on the database. A divisor of 0 panics without a macro that would be against the rules
/// of this crate.
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn beaver_test_panic(
    db: Option<&beaver_db>,
    divisor: i32,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| {
        db.inner()?.stats()?;
        std::hint::black_box(100 / std::hint::black_box(divisor));
        Ok(BEAVER_OK)
    })
}
