//! What fails below SQLite, and what is left of the data.

use beaver_trust::faults::{known, sweeps};
use beaver_trust::vfs;

/// A part of what can be tried, which takes seconds; `cargo xtask trust` tries all: of so many pairs of a fault and a
/// workload one, and of its operations two.
const PAIRS: usize = 3;
const STRIDE: u64 = 37;

#[test]
fn whatever_fails_below_sqlite_the_file_is_sound_and_what_was_done_is_there() {
    vfs::install();
    let folder = tempfile::tempdir().unwrap();
    let known = known(folder.path()).unwrap();
    let mut failed = 0;
    for sweep in sweeps(&known, STRIDE).iter_mut().step_by(PAIRS) {
        for _ in 0..2 {
            failed += sweep.next(folder.path()).unwrap().unwrap_or_default();
        }
    }
    assert!(failed > 150, "{failed}");
}
