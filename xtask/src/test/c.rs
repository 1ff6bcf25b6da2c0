//! Steps that compile and run C and C++ programs: tests and examples.

use super::run_program;
use super::server::{SERVER, Server};
use crate::compiler::{self, Linkage};
use crate::library::{Library, Profile};
use crate::{build, project, sh};
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn shared() -> Result<()> {
    run_all("tests/c", "c", Linkage::Shared, &[])
}

pub fn linked_statically() -> Result<()> {
    run_all("tests/c", "c", Linkage::Static, &[])
}

/// What looks different from standard to standard runs in each that the compiler knows.
pub fn cpp() -> Result<()> {
    run_all("tests/cpp", "cpp", Linkage::Shared, &[])?;
    compiler::cpp_standards()
        .into_iter()
        .try_for_each(|standard| run_all("tests/cpp/standards", "cpp", Linkage::Shared, &[standard]))
}

/// A panic must not cross the boundary in the profile that is shipped, where optimisation could undo the guard.
pub fn panic() -> Result<()> {
    let library = Library::build_with_test_panic()?;
    let folder = sh::temp_dir()?;
    let source = compiler::source("tests/c/panic/panic.c");
    for linkage in [Linkage::Shared, Linkage::Static] {
        let program = compiler::build(&source, &library, linkage, &["-I", "tests/c"], folder.path())?;
        // What Rust says of a panic is of interest only if the program fails: else it reads like a failure.
        let said = folder.path().join("said");
        run_program(sh::command(program).stderr(File::create(&said)?))
            .with_context(|| std::fs::read_to_string(&said).unwrap_or_default())?;
    }
    Ok(())
}

/// Examples take the data folder as their argument, and may leave files in their current folder. Those whose output
/// does not change from run to run print the same in each language: what stands in examples/expected.
pub fn examples() -> Result<()> {
    let data = project::root().join("examples/data/wordnet-sample");
    let folder = sh::temp_dir()?;
    let programs = build::workspace()?;
    for source in sources("examples/rust", "rs")? {
        let name = source.file_stem().context("a source has a name")?;
        let output = folder.path().join(name);
        run_example(sh::command(programs.join(name)).arg(&data), &output, sh::run)?;
    }
    let library = Library::build(Profile::Dev)?;
    compiler::precompile(folder.path())?;
    for (place, extension) in [("examples/c", "c"), ("examples/cpp", "cpp")] {
        for source in sources(place, extension)? {
            let program = compiler::build(&source, &library, Linkage::Shared, &[], folder.path())?;
            run_example(sh::command(&program).arg(&data), &program, run_program)?;
        }
    }
    Ok(())
}

/// Runs an example, and compares what it printed if that is known.
fn run_example(command: &mut Command, program: &Path, run: fn(&mut Command) -> Result<()>) -> Result<()> {
    let name = program.file_name().context("a program has a name")?.to_string_lossy();
    let Ok(expected) = project::read(&format!("examples/expected/{name}.txt")) else {
        return run(command);
    };
    let output = program.with_extension("out");
    run(command.stdout(File::create(&output)?))?;
    let printed = std::fs::read_to_string(&output)?;
    if printed != expected {
        bail!("the example {name} printed, other than in examples/expected:\n{printed}");
    }
    Ok(())
}

fn run_all(place: &str, extension: &str, linkage: Linkage, extra: &[&str]) -> Result<()> {
    let library = Library::build(Profile::Dev)?;
    let folder = sh::temp_dir()?;
    if extension == "cpp" {
        compiler::precompile(folder.path())?;
    }
    // For the tests of databases at a server.
    let server = Server::start(&[])?;
    let mut failed = Vec::new();
    for source in sources(place, extension)? {
        let name = source.file_name().context("a source has a name")?.to_string_lossy().into_owned();
        let extra = [&["-I", "tests/c"], extra].concat();
        let program = compiler::build(&source, &library, linkage, &extra, folder.path());
        let run = |program| run_program(sh::command(program).env(SERVER, &server.url));
        if let Err(error) = program.and_then(run) {
            println!("{place}/{name}: {error:#}");
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("{} of {place} failed: {}", failed.len(), failed.join(", "));
    }
    Ok(())
}

/// The programs of a folder. A folder without any is an error: its step would otherwise pass by testing nothing.
pub fn sources(place: &str, extension: &str) -> Result<Vec<PathBuf>> {
    let sources = sh::files(&project::root().join(place), extension)?;
    if sources.is_empty() {
        bail!("{place} has no .{extension} file");
    }
    Ok(sources)
}
