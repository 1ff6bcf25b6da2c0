//! The power goes, and comes back.

use beaver_core::Durability;
use beaver_trust::faults::known;
use beaver_trust::power::Recording;
use beaver_trust::vfs;

/// The power goes at every so many-th moment here; `cargo xtask trust` takes them all.
const STRIDE: usize = 83;

#[test]
fn after_a_power_loss_the_file_is_sound_and_holds_what_its_durability_promised() {
    vfs::install();
    let folder = tempfile::tempdir().unwrap();
    let mut losses = 0;
    for known in &known(folder.path()).unwrap() {
        for durability in [Durability::Normal, Durability::Full] {
            let mut recording = Recording::of(known, durability, folder.path()).unwrap();
            while recording.lose(STRIDE, folder.path()).unwrap() {
                losses += 1;
            }
        }
    }
    assert!(losses > 25, "{losses}");
}
