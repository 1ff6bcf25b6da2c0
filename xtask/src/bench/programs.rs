//! Building the programs of benches/c, and running them.

use crate::compiler::{self, Linkage};
use crate::library::{Library, Profile};
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

const FOLDER: &str = "benches/c";
const PEER_PREFIX: &str = "raw";

/// The compiled programs, and a folder for their files beside them: on the disk of the target folder, because
/// the temporary folder may be in memory.
pub struct Programs {
    folder: PathBuf,
}

/// The line that most programs print.
#[derive(Deserialize)]
pub struct Measured {
    operations: f64,
    seconds: f64,
    /// The longest single operation, in seconds, where that is measured.
    pub longest: f64,
}

impl Measured {
    pub fn microseconds_each(&self) -> f64 {
        self.seconds * 1e6 / self.operations
    }

    pub fn per_second(&self) -> f64 {
        self.operations / self.seconds
    }
}

impl Programs {
    pub fn build() -> Result<Programs> {
        let library = Library::build(Profile::Release)?;
        let sqlite = bundled_sqlite()?;
        let folder = project::target()?.join("bench");
        std::fs::create_dir_all(&folder)?;
        for source in sh::files(&project::root().join(FOLDER), "c")? {
            let stem = source.file_stem().unwrap_or_default().to_string_lossy();
            if stem.starts_with(PEER_PREFIX) {
                let mut command = compiler::compiler(&source, Path::new(compiler::HEADERS))?;
                command.args(["-O2", "-I"]).arg(&sqlite.include).arg("-o").arg(folder.join(&*stem));
                command.arg(&source).arg(&sqlite.archive);
                sh::run(command.args(["-lpthread", "-ldl", "-lm"]))?;
            } else {
                compiler::build(&source, &library, Linkage::Shared, &["-O2"], &folder)?;
            }
        }
        Ok(Programs { folder })
    }

    /// Where files are made that a later run may use again.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// An empty folder that goes when dropped.
    pub fn temp_dir(&self) -> Result<tempfile::TempDir> {
        Ok(tempfile::Builder::new().prefix("run-").tempdir_in(&self.folder)?)
    }

    pub fn command(&self, program: &str) -> Command {
        sh::command(self.folder.join(program))
    }

    /// Runs a program that prints one line of JSON.
    pub fn line<T: DeserializeOwned>(&self, program: &str, arguments: &[&str], file: &Path) -> Result<T> {
        let (works, counts) = arguments.split_at(arguments.len().min(1));
        let mut command = self.command(program);
        command.args(works).arg(file).args(counts);
        let output = sh::quiet_output(&mut command)?;
        serde_json::from_str(&output).with_context(|| format!("{program} printed {output:?}"))
    }

    /// Starts a program so many times, lets all begin at one moment, and gives what each measured.
    pub fn together(&self, program: &str, arguments: &[&str], file: &Path, copies: usize) -> Result<Vec<Measured>> {
        let mut runners = Vec::new();
        for _ in 0..copies {
            let mut command = self.command(program);
            command.arg(file).args(arguments);
            runners.push(Runner::start(&mut command)?);
        }
        for runner in &mut runners {
            if runner.line()? != "ready\n" {
                bail!("{program} did not say that it is ready");
            }
        }
        for runner in &mut runners {
            let stdin = runner.child.stdin.as_mut().context("no standard input")?;
            stdin.write_all(b"\n")?;
        }
        runners.into_iter().map(Runner::finish).collect()
    }
}

/// A program that waits for its start. Killed if something fails.
struct Runner {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Runner {
    fn start(command: &mut Command) -> Result<Runner> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = BufReader::new(child.stdout.take().context("no standard output")?);
        Ok(Runner { child, output })
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line)
    }

    fn finish(mut self) -> Result<Measured> {
        let line = self.line()?;
        let status = self.child.wait()?;
        if !status.success() {
            bail!("a writer failed: {status}");
        }
        serde_json::from_str(&line).with_context(|| format!("a writer printed {line:?}"))
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // It fails only where the program has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Bundled {
    include: PathBuf,
    archive: PathBuf,
}

/// The SQLite that the release build of the core is linked with: its header, and its archive as compiled.
fn bundled_sqlite() -> Result<Bundled> {
    let mut cargo = sh::cargo();
    cargo.args(["build", "--package", "beaver-ffi", "--lib", "--release", "--message-format=json"]);
    let messages = sh::output(&mut cargo)?;
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_sqlite = |id: &Value| id.as_str().is_some_and(|id| id.contains("libsqlite3-sys"));
    let script = messages
        .filter(|message| message["reason"] == "build-script-executed")
        .find(|message| is_sqlite(&message["package_id"]));
    let script = script.context("cargo built no libsqlite3-sys")?;
    let archive = Path::new(project::text(&script["out_dir"])?).join("libsqlite3.a");

    let metadata = project::metadata(&[])?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let package = packages.iter().find(|package| package["name"] == "libsqlite3-sys");
    let manifest = project::text(&package.context("libsqlite3-sys is no dependency")?["manifest_path"])?;
    let include = Path::new(manifest).with_file_name("sqlite3");
    for needed in [&archive, &include.join("sqlite3.h")] {
        if !needed.is_file() {
            bail!("the bundled SQLite has no {}", needed.display());
        }
    }
    Ok(Bundled { include, archive })
}
