//! Steps that are cargo's: the workspace's tests, and the conformance judge with its testees.

use super::c::sources;
use crate::compiler::{self, Linkage};
use crate::library::{Library, Profile};
use crate::{project, sh};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

const TESTEES: &str = "tests/conformance/testees";

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
    sh::run(sh::cargo().args(["test", "--package", "beaver-core", "--no-default-features", "--lib", "vector"]))?;
    sh::run(sh::cargo().args(["test", "--package", "beaver-core", "--no-default-features", "--test", "vector"]))
}

/// The hunt for stale reads, which every run of the core's tests does for three seconds.
pub fn stale_reads() -> Result<()> {
    let hunt = ["test", "--package", "beaver-core", "--test", "read_cache", "no_read_is_stale"];
    sh::run(sh::cargo().args(hunt).env("BEAVER_HUNT_SECONDS", "60"))
}

/// The suites that the judge must reject, fail and pass, and the rules that all suite files keep.
pub fn judge() -> Result<()> {
    sh::run(judge_command().arg("meta"))?;
    sh::run(judge_command().arg("check"))
}

pub fn conformance_rust() -> Result<()> {
    judge_program("run", "rust", &rust_testee()?)
}

pub fn conformance_c() -> Result<()> {
    conformance_compiled("c", "c", &["-lcjson"])
}

pub fn conformance_cpp() -> Result<()> {
    conformance_compiled("cpp", "cpp", &[])
}

/// The Rust testee can break one operation on purpose; the suite must notice each.
pub fn mutation() -> Result<()> {
    judge_program("mutation", "rust", &rust_testee()?)
}

fn rust_testee() -> Result<PathBuf> {
    sh::run(sh::cargo().args(["build", "--package", "beaver-testee"]))?;
    Ok(project::target()?.join("debug/beaver-testee"))
}

fn conformance_compiled(testee: &str, extension: &str, libraries: &[&str]) -> Result<()> {
    let library = Library::build(Profile::Dev)?;
    let folder = sh::temp_dir()?;
    let program = folder.path().join(format!("testee-{testee}"));
    let sources = sources(&format!("{TESTEES}/{testee}"), extension)?;
    let mut command = compiler::compiler(&sources[0])?;
    command.arg("-o").arg(&program).args(&sources);
    sh::run(command.args(compiler::link(&library, Linkage::Shared)).args(libraries))?;
    judge_program("run", testee, &program)
}

fn judge_program(command: &str, testee: &str, program: &Path) -> Result<()> {
    sh::run(judge_command().args([command, "--testee", testee, "--"]).arg(program))
}

fn judge_command() -> Command {
    let mut command = sh::cargo();
    command.args(["run", "--quiet", "--package", "beaver-judge", "--"]);
    command
}
