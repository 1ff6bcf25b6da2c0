//! Steps of the conformance suite: the judge itself, a testee for each language, and all of them on one file.

use super::c::sources;
use super::{languages, server};
use crate::compiler::{self, Linkage};
use crate::library::{Library, Profile};
use crate::{build, sh};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const TESTEES: &str = "tests/conformance/testees";

/// A testee, ready to be started.
struct Testee {
    name: &'static str,
    command: Vec<String>,
    /// Where it was built, if that is a folder of its own.
    _folder: Option<TempDir>,
    /// What keeps others from building it anew.
    _hold: Option<sh::Hold>,
}

/// The suites that the judge must reject, fail and pass, and the rules that all suite files keep.
pub fn judge() -> Result<()> {
    sh::run(judge_command()?.arg("meta"))?;
    sh::run(judge_command()?.arg("check"))
}

pub fn rust() -> Result<()> {
    run("run", &rust_testee()?)
}

pub fn c() -> Result<()> {
    run("run", &c_testee()?)
}

pub fn cpp() -> Result<()> {
    run("run", &cpp_testee()?)
}

pub fn python() -> Result<()> {
    run("run", &python_testee()?)
}

pub fn kotlin() -> Result<()> {
    run("run", &kotlin_testee()?)
}

pub fn swift() -> Result<()> {
    run("run", &swift_testee()?)
}

pub fn cli() -> Result<()> {
    run("run", &script_testee("cli")?)
}

pub fn rest() -> Result<()> {
    run("run", &script_testee("rest")?)
}

/// The Rust testee, with a server for each file that it opens.
pub fn remote() -> Result<()> {
    let mut testee = rust_testee()?;
    testee.name = "remote";
    testee.command.extend(["--serve".to_owned(), server::program()?.display().to_string()]);
    run("run", &testee)
}

/// The Rust testee can break one operation on purpose; the suite must notice each.
pub fn mutation() -> Result<()> {
    run("mutation", &rust_testee()?)
}

/// Each language goes on with the file that each other one wrote, and wakes it.
pub fn interop() -> Result<()> {
    let testees = [rust_testee()?, c_testee()?, cpp_testee()?, python_testee()?, kotlin_testee()?, swift_testee()?];
    let mut judge = judge_command()?;
    judge.arg("interop");
    for testee in &testees {
        judge.arg("--testee").arg(format!("{}={}", testee.name, serde_json::to_string(&testee.command)?));
    }
    sh::run(&mut judge)
}

fn rust_testee() -> Result<Testee> {
    let program = build::workspace()?.join("beaver-testee");
    Ok(Testee { name: "rust", command: vec![program.display().to_string()], _folder: None, _hold: None })
}

fn c_testee() -> Result<Testee> {
    compiled("c", "c", &["-lcjson"])
}

fn cpp_testee() -> Result<Testee> {
    compiled("cpp", "cpp", &[])
}

fn python_testee() -> Result<Testee> {
    let mut command = languages::python_interpreter()?;
    command.push(format!("{TESTEES}/python/testee.py"));
    Ok(Testee { name: "python", command, _folder: None, _hold: None })
}

/// A testee in plain Python, which runs the program.
fn script_testee(name: &'static str) -> Result<Testee> {
    let (_, python) = super::pythons().last().context("no CPython")?;
    let script = format!("{TESTEES}/{name}/testee.py");
    let command = vec![python.display().to_string(), script, server::program()?.display().to_string()];
    Ok(Testee { name, command, _folder: None, _hold: None })
}

fn kotlin_testee() -> Result<Testee> {
    let (command, hold) = languages::kotlin_program("dev.beaver.testee.MainKt", Profile::Dev)?;
    Ok(Testee { name: "kotlin", command, _folder: None, _hold: Some(hold) })
}

fn swift_testee() -> Result<Testee> {
    let command = languages::swift_program(&format!("{TESTEES}/swift/beaver-testee"), "beaver-testee", Profile::Dev)?;
    Ok(Testee { name: "swift", command, _folder: None, _hold: None })
}

fn compiled(name: &'static str, extension: &str, libraries: &[&str]) -> Result<Testee> {
    let library = Library::build(Profile::Dev)?;
    let folder = sh::temp_dir()?;
    let program = folder.path().join(format!("testee-{name}"));
    let mut sources = sources(&format!("{TESTEES}/{name}"), extension)?;
    if extension == "cpp" {
        // In one piece: else the headers, of which that for JSON has 25,000 lines, were read for each source again.
        let includes = sources.iter().map(|source| format!("#include \"{}\"\n", source.display()));
        let all = folder.path().join("testee.cpp");
        std::fs::write(&all, includes.collect::<String>())?;
        sources = vec![all];
    }
    let mut command = compiler::compiler(&sources[0], Path::new(compiler::HEADERS))?;
    command.arg("-o").arg(&program).args(&sources);
    sh::run(command.args(compiler::link(&library, Linkage::Shared)).args(libraries))?;
    Ok(Testee { name, command: vec![program.display().to_string()], _folder: Some(folder), _hold: None })
}

fn run(action: &str, testee: &Testee) -> Result<()> {
    sh::run(judge_command()?.args([action, "--testee", testee.name, "--"]).args(&testee.command))
}

fn judge_command() -> Result<Command> {
    Ok(sh::command(build::workspace()?.join("beaver-judge")))
}
