//! Steps of the language packages: each is tested on the library and the bindings that were just made.

use super::server::{SERVER, Server};
use super::tools::pythons;
use crate::bindings::{self, Language};
use crate::library::Profile;
use crate::{project, sh};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

const PYTHON: &str = "bindings/python";
const KOTLIN: &str = "bindings/kotlin";
pub const SWIFT: &str = "bindings/swift";
/// Where the repository is in the root that has Swift.
pub const INSIDE: &str = "/src";

/// The tests of the Python package on every CPython that the machine has, and its types on the newest.
pub fn python() -> Result<()> {
    bindings::make(&[Language::Python], Profile::Dev)?;
    let program = super::server::program()?;
    let pythons = pythons();
    for (version, python) in pythons {
        let python = environment(version, python)?;
        let mut pytest = python_command(&python);
        // What the tests of databases at a server start.
        sh::run(pytest.args(["-m", "pytest", "--quiet", PYTHON]).env("BEAVER_PROGRAM", &program))?;
    }
    if let Some((version, python)) = pythons.last() {
        let python = environment(version, python)?;
        let configuration = format!("{PYTHON}/pyproject.toml");
        sh::run(python_command(&python).args(["-m", "mypy", "--config-file", &configuration]))?;
    }
    Ok(())
}

/// The command that runs Python programs on the package: the newest CPython.
pub fn python_interpreter() -> Result<Vec<String>> {
    bindings::make(&[Language::Python], Profile::Dev)?;
    let (version, python) = pythons().last().context("no CPython")?;
    let python = environment(version, python)?;
    sh::run(python_command(&python).arg(format!("{PYTHON}/develop.py")))?;
    let place = format!("PYTHONPATH={}", project::root().join(PYTHON).join("src").display());
    Ok(["env", &place, "PYTHONDONTWRITEBYTECODE=1", &python.display().to_string()].map(str::to_owned).to_vec())
}

/// An environment with what the tests of the package need; gives its Python.
pub fn environment(version: &str, python: &Path) -> Result<PathBuf> {
    environment_of(&format!("{PYTHON}/tests/requirements.txt"), "python", version, python)
}

/// An environment with what a file names, in a folder of that name below `target`; gives its Python. Made once for each
/// list.
pub fn environment_of(requirements: &str, name: &str, version: &str, python: &Path) -> Result<PathBuf> {
    let folder = project::target()?.join(name).join(version);
    let (made, stamp) = (folder.join("bin/python"), folder.join("requirements.txt"));
    let wanted = project::read(requirements)?;
    let _making = sh::Hold::take(name)?;
    if std::fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) {
        return Ok(made);
    }
    sh::run(sh::command(python).args(["-m", "venv", "--clear"]).arg(&folder))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    sh::run(sh::command(&made).args(pip).arg(requirements))?;
    std::fs::write(&stamp, wanted)?;
    Ok(made)
}

fn python_command(python: &Path) -> Command {
    let mut command = sh::command(python);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The tests of the Kotlin package.
pub fn kotlin() -> Result<()> {
    let _classes = sh::Hold::take("kotlin")?;
    bindings::make(&[Language::Kotlin], Profile::Dev)?;
    let server = Server::start(&[])?;
    sh::run(maven(&["verify"])?.env(SERVER, &server.url))
}

/// The command that runs a class of the package's tests, and what keeps others from compiling the classes anew.
pub fn kotlin_program(class: &str, profile: Profile) -> Result<(Vec<String>, sh::Hold)> {
    let classes = sh::Hold::take("kotlin")?;
    bindings::make(&[Language::Kotlin], profile)?;
    sh::run(&mut maven(&["test-compile"])?)?;
    let mut command = java(&project::root().join(KOTLIN).join("target/test-classes"), profile);
    command.push(class.to_owned());
    Ok((command, classes))
}

/// The command that runs a class of a folder on the package.
pub fn java(classes: &Path, profile: Profile) -> Vec<String> {
    let target = project::root().join(KOTLIN).join("target");
    let path = [&target.join("classes"), classes, &target.join("dependency/*")].map(|part| part.display().to_string());
    // Tests are over before the better compiler would be of use.
    let compiler = if profile == Profile::Dev { "-XX:TieredStopAtLevel=1" } else { "-XX:+TieredCompilation" };
    ["java", "-XX:+UseSerialGC", compiler, "-cp", &path.join(":")].map(str::to_owned).to_vec()
}

/// The command that compiles programs on the package into a folder, and what keeps others from compiling the package anew.
pub fn kotlin_compiler(sources: &Path, classes: &Path) -> Result<(Command, sh::Hold)> {
    let held = sh::Hold::take("kotlin")?;
    bindings::make(&[Language::Kotlin], Profile::Dev)?;
    let mut maven = maven(&["process-test-resources", "kotlin:test-compile@guide"])?;
    maven.arg(format!("-Dbeaver.guide={}", sources.display())).arg(format!("-Dbeaver.tests={}", classes.display()));
    Ok((maven, held))
}

fn maven(goals: &[&str]) -> Result<Command> {
    let mut command = sh::command("mvn");
    command.args(["--batch-mode", "--no-transfer-progress", "--file"]).arg(format!("{KOTLIN}/pom.xml"));
    // The compiler is over before the better one of Java would be of use.
    let options = std::env::var("MAVEN_OPTS").unwrap_or_default();
    command.env("MAVEN_OPTS", format!("-XX:+UseSerialGC -XX:TieredStopAtLevel=1 {options}"));
    command.arg(format!("-Dbeaver.bindings={}", project::target()?.join("bindings").display()));
    command.args(goals);
    Ok(command)
}

/// The tests of the Swift package, in a root of Debian 13, which has Swift.
pub fn swift() -> Result<()> {
    let root = swift_root(Profile::Dev)?;
    let server = Server::start(&[])?;
    let told = format!("{SERVER}={}", server.url);
    let test = ["env", &told, "swift", "test", "--disable-swift-testing", "-Xlinker", "-L/native"];
    sh::run(&mut command_in(&root, &test)?)
}

/// The command that runs a program of a Swift package of the repository.
pub fn swift_program(package: &str, program: &str, profile: Profile) -> Result<Vec<String>> {
    let root = swift_root(profile)?;
    let inside = format!("{INSIDE}/{package}");
    let build = ["swift", "build", "--configuration", profile.folder(), "--package-path", &inside];
    sh::run(command_in(&root, &build)?.args(["--product", program, "-Xlinker", "-L/native"]))?;
    let command = command_in(&root, &[&format!("{inside}/.build/{}/{program}", profile.folder())])?;
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    Ok(words.map(|word| word.to_string_lossy().into_owned()).collect())
}

/// Runs a command in the root that has Swift, and gives what it prints. Of files it sees those of the repository and
/// temporary ones.
pub fn in_swift(command: &[&str]) -> Result<String> {
    let root = project::target()?.join("swift-root");
    sh::run(sh::command(format!("{SWIFT}/linux-root.sh")).arg(&root))?;
    // It has to be there, for all that nothing of it is needed.
    std::fs::create_dir_all(project::target()?.join("bindings"))?;
    sh::output(&mut command_in(&root, command)?)
}

/// Makes the root and puts the generated files into the package.
pub fn swift_root(profile: Profile) -> Result<PathBuf> {
    let native = bindings::make(&[Language::Swift], profile)?;
    let root = project::target()?.join("swift-root");
    sh::run(sh::command(format!("{SWIFT}/linux-root.sh")).arg(&root))?;
    sh::run(sh::command(format!("{SWIFT}/sync.sh")).arg(&native))?;
    Ok(root)
}

/// A command in the root.
pub fn command_in(root: &Path, command: &[&str]) -> Result<Command> {
    let mut run = sh::command(format!("{SWIFT}/linux-run.sh"));
    run.arg(root).arg(project::target()?.join("bindings")).args(command);
    Ok(run)
}
