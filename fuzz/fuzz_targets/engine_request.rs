//! Requests of the remote engine, as a server answers them: whatever comes, the answer is a value or an error of the caller.
#![no_main]

#[path = "../../core/tests/remote/input.rs"]
mod input;

use std::cell::RefCell;
use std::time::Duration;

use beaver_core::{Beaver, Options};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// After so many inputs there is a new database, so that it does not grow for ever.
const INPUTS: u32 = 200;

thread_local! {
    static DATABASE: RefCell<Option<(Beaver, TempDir, u32)>> = const { RefCell::new(None) };
}

fuzz_target!(|bytes: &[u8]| {
    DATABASE.with_borrow_mut(|database| {
        let used = database.as_ref().map_or(INPUTS, |(.., used)| *used);
        if used >= INPUTS {
            // Who writes beside an open transaction does not wait for long.
            let options = Options { busy_timeout: Duration::from_millis(20), ..Options::default() };
            // A file: in memory, reads wait as long as a transaction is open.
            let folder = tempfile::tempdir().expect("a folder");
            let db = Beaver::open(folder.path().join("fuzz.db"), options).expect("a database");
            *database = Some((db, folder, 0));
        }
        if let Some((db, _, used)) = database {
            *used += 1;
            if let Err(fault) = input::check(db, bytes) {
                panic!("{fault}");
            }
        }
    });
});
