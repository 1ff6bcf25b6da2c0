//! Running other programs: each is echoed first, so that a failure can be repeated by hand.

use crate::project;
use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A command of `program`, started in the root of the project.
///
/// `cargo run` started us with LD_LIBRARY_PATH set to its own target folder. It would win over the folder that a
/// test program is linked with, and the program would silently load another build of libbeaver.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(project::root()).env_remove("LD_LIBRARY_PATH");
    command
}

/// The cargo that runs this program, so that one toolchain builds everything.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a command, its output passing through; an exit code other than 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    echo(command);
    let status = command.status().with_context(|| cannot_start(command))?;
    succeeded(command, status)
}

/// Runs a command that may hang: past `limit` it is killed, which is an error.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    echo(command);
    let mut child = command.spawn().with_context(|| cannot_start(command))?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return succeeded(command, status);
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            bail!("{} was still running after {limit:?} and was stopped", name(command));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs a command and gives its standard output; standard error passes through.
pub fn output(command: &mut Command) -> Result<String> {
    echo(command);
    quiet_output(command)
}

/// `output`, unechoed: for questions to tools that nobody would want to repeat.
pub fn quiet_output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| cannot_start(command))?;
    succeeded(command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| format!("{} printed no UTF-8", name(command)))
}

/// Runs a command that must fail, and gives everything that it printed.
pub fn output_of_failure(command: &mut Command) -> Result<String> {
    echo(command);
    let output = command.output().with_context(|| cannot_start(command))?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    if output.status.success() {
        bail!("{} should have failed, and printed:\n{text}", name(command));
    }
    Ok(text)
}

/// Runs a command whose output matters only if it fails: gives all of it then.
pub fn complaints(command: &mut Command) -> Result<Option<String>> {
    echo(command);
    let output = command.output().with_context(|| cannot_start(command))?;
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Ok(Some(text).filter(|_| !output.status.success()))
}

/// The place of a program on PATH.
pub fn which(program: &str) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(|path| path.is_file());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}

/// Puts a copy of a file in a place, if another stands there. Replaced, not written over: a program that runs may have it
/// open.
pub fn put(file: &Path, place: &Path) -> Result<()> {
    let content = std::fs::read(file).with_context(|| format!("there is no {}", file.display()))?;
    if std::fs::read(place).is_ok_and(|there| there == content) {
        return Ok(());
    }
    let folder = place.parent().context("a file lies in a folder")?;
    std::fs::create_dir_all(folder)?;
    let fresh = tempfile::NamedTempFile::new_in(folder)?;
    std::fs::write(fresh.path(), content)?;
    std::fs::set_permissions(fresh.path(), std::fs::metadata(file)?.permissions())?;
    fresh.persist(place)?;
    Ok(())
}

/// Held while files are built or used that another step, which runs at once, would build anew.
pub struct Hold {
    _file: std::fs::File,
}

impl Hold {
    /// Waits for it. What is held has a name: `debug` or `release` for what cargo builds there
    /// and others copy, or a language.
    pub fn take(what: &str) -> Result<Hold> {
        let folder = project::target()?.join("xtask");
        std::fs::create_dir_all(&folder)?;
        let file = std::fs::File::create(folder.join(format!("{what}.lock")))?;
        file.lock()?;
        // The lock ends with the file.
        Ok(Hold { _file: file })
    }
}

pub fn temp_dir() -> Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix("beaver-xtask-").tempdir().context("no temporary folder")
}

/// The files directly in `folder` whose names end in `extension`, sorted; none if there is no such folder.
pub fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_file() && path.extension() == Some(OsStr::new(extension)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Shows a command as one would type it in the root: without the places of programs, with paths from the root.
fn echo(command: &Command) {
    let root = format!("{}/", project::root().display());
    let arguments = command.get_args().map(|word| word.to_string_lossy().replace(&root, ""));
    let words = std::iter::once(name(command)).chain(arguments);
    let line: Vec<String> = words.map(|word| quoted(&word)).collect();
    let vars = command.get_envs().filter_map(|(key, value)| {
        let value = quoted(&value?.to_string_lossy());
        Some(format!("{}={value} ", key.to_string_lossy()))
    });
    eprintln!("$ {}{}", vars.collect::<String>(), line.join(" "));
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start {}", name(command))
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("{} failed: {status}", name(command));
    }
    Ok(())
}
