//! Requests of all kinds against the whole server, but for its sockets: every answer has to be one of the documented ones.
#![no_main]

use std::cell::RefCell;
use std::time::Duration;

use beaver_core::{Beaver, Options};
use beaver_server::parsing::Harness;
use libfuzzer_sys::fuzz_target;

/// After so many inputs there is a new database, so that it does not grow for ever.
const INPUTS: u32 = 200;

thread_local! {
    static SERVER: RefCell<Option<(Harness, u32)>> = const { RefCell::new(None) };
}

fuzz_target!(|input: &[u8]| {
    SERVER.with_borrow_mut(|server| {
        let used = server.as_ref().map_or(INPUTS, |(_, used)| *used);
        if used >= INPUTS {
            // Who writes beside an open transaction does not wait for long.
            let options = Options { busy_timeout: Duration::from_millis(20), ..Options::default() };
            let db = Beaver::open(":memory:", options).expect("a database");
            *server = Some((Harness::new(&db).expect("a server"), 0));
        }
        if let Some((harness, used)) = server {
            *used += 1;
            if let Err(fault) = harness.check(input) {
                panic!("{fault}");
            }
        }
    });
});
