//! Steps that are cargo's: the workspace's tests, and those that some of them do again in another way.

use crate::sh;
use anyhow::Result;

pub fn workspace() -> Result<()> {
    sh::run(sh::cargo().args(["test", "--workspace"]))
}

/// The core on a file system of four megabytes.
pub fn full_disk() -> Result<()> {
    let folder = sh::temp_dir()?;
    let mount = |arguments: &[&str]| sh::run(sh::command(arguments[0]).args(&arguments[1..]).arg(folder.path()));
    mount(&["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs"])?;
    let tests = sh::run(
        sh::cargo().args(["test", "--workspace", "--test", "full_disk"]).env("BEAVER_SMALL_DISK", folder.path()),
    );
    mount(&["umount"])?;
    tests
}

/// Vector search without the instructions of this machine's processor.
pub fn portable() -> Result<()> {
    for tests in [["--lib", "vector"], ["--test", "vector"]] {
        let mut cargo = sh::cargo();
        cargo.args(["test", "--package", "beaver-core", "--no-default-features"]).args(tests);
        // Where all commands share the features of the workspace, this one does not: `simd` is one of them.
        sh::run(cargo.env("CARGO_RESOLVER_FEATURE_UNIFICATION", "selected"))?;
    }
    Ok(())
}

/// The hunt for stale reads, which every run of the core's tests does for three seconds.
pub fn stale_reads() -> Result<()> {
    let hunt = ["test", "--workspace", "--test", "read_cache", "no_read_is_stale"];
    sh::run(sh::cargo().args(hunt).env("BEAVER_HUNT_SECONDS", "20"))
}
