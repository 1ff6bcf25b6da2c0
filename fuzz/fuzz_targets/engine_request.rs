//! Requests of the remote engine, as a server answers them: whatever comes, the answer is a value or an error of the caller.
#![no_main]

#[path = "../../core/tests/remote/input.rs"]
mod input;

use std::cell::RefCell;

use beaver_core::{Beaver, Options};
use libfuzzer_sys::fuzz_target;

/// After so many inputs there is a new database, so that it does not grow for ever.
const INPUTS: u32 = 200;

thread_local! {
    static DATABASE: RefCell<Option<(Beaver, u32)>> = const { RefCell::new(None) };
}

fuzz_target!(|bytes: &[u8]| {
    DATABASE.with_borrow_mut(|database| {
        let used = database.as_ref().map_or(INPUTS, |(_, used)| *used);
        if used >= INPUTS {
            *database = Some((Beaver::open(":memory:", Options::default()).expect("a database"), 0));
        }
        if let Some((db, used)) = database {
            *used += 1;
            if let Err(fault) = input::check(db, bytes) {
                panic!("{fault}");
            }
        }
    });
});
