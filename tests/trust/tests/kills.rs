//! Processes that are killed at any moment.

use std::path::Path;
use std::time::{Duration, Instant};

use beaver_trust::kills::kill;

#[test]
fn whoever_is_killed_the_others_go_on_and_nothing_is_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_beaver-trust"));
    let killed = kill(program, folder.path(), Instant::now() + Duration::from_secs(8), 200, 1).unwrap();
    assert!(killed.kills >= 16, "{}", killed.kills);
    assert!(killed.commits > 0);
}
