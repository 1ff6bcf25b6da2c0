//! `cargo xtask bench`: criterion for the core, and C programs beside raw SQLite doing the same work.
//!
//! Each benches/c/NAME.c is linked with the release libbeaver. A peer, benches/c/raw_NAME.c, talks to SQLite
//! itself: it is linked with the very archive that cargo compiled into libbeaver, so that version and compile flags
//! are the same by construction.

use crate::compiler::{self, Linkage};
use crate::library::{Library, Profile};
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};

const PEER_PREFIX: &str = "raw_";

/// Runs benchmarks: `core` (criterion), `c` (all of benches/c), or single programs of benches/c by name.
#[derive(clap::Args)]
pub struct Args {
    /// What to run; both if nothing is named
    #[arg(value_name = "core|c|PROGRAM")]
    which: Vec<String>,
    /// Passed on to criterion, or to each C program
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub fn run(args: &Args) -> Result<()> {
    let wanted = |name: &str| args.which.is_empty() || args.which.iter().any(|which| which == name);
    let sources = sh::files(&project::root().join("benches/c"), "c")?;
    let stem = |path: &Path| {
        path.file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    for which in &args.which {
        if which != "core" && which != "c" && !sources.iter().any(|path| &stem(path) == which) {
            let names: Vec<String> = sources.iter().map(|path| stem(path)).collect();
            bail!(
                "no benchmark is called {which:?}; there are core, c, {}",
                names.join(", ")
            );
        }
    }
    if wanted("core") {
        sh::run(
            sh::cargo()
                .args(["bench", "--package", "beaver-core", "--bench", "*", "--"])
                .args(&args.arguments),
        )?;
    }
    let chosen: Vec<&PathBuf> = sources
        .iter()
        .filter(|path| wanted("c") || wanted(&stem(path)))
        .collect();
    if chosen.is_empty() {
        return Ok(());
    }
    let library = Library::build(Profile::Release)?;
    let sqlite = bundled_sqlite()?;
    for source in chosen {
        let folder = sh::temp_dir()?;
        let program = if stem(source).starts_with(PEER_PREFIX) {
            let program = folder.path().join(stem(source));
            let mut command = compiler::compiler(source)?;
            command
                .args(["-O2", "-I"])
                .arg(&sqlite.include)
                .arg("-o")
                .arg(&program)
                .arg(source);
            sh::run(
                command
                    .arg(&sqlite.archive)
                    .args(["-lpthread", "-ldl", "-lm"]),
            )?;
            program
        } else {
            compiler::build(source, &library, Linkage::Shared, &["-O2"], folder.path())?
        };
        sh::run(
            sh::command(program)
                .args(&args.arguments)
                .current_dir(folder.path()),
        )?;
    }
    Ok(())
}

struct Sqlite {
    include: PathBuf,
    archive: PathBuf,
}

/// The SQLite that the release build of the core is linked with: its header, and its archive as compiled.
fn bundled_sqlite() -> Result<Sqlite> {
    let mut cargo = sh::cargo();
    cargo.args([
        "build",
        "--package",
        "beaver-core",
        "--lib",
        "--release",
        "--message-format=json",
    ]);
    let messages = sh::output(&mut cargo)?;
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_sqlite = |id: &Value| id.as_str().is_some_and(|id| id.contains("libsqlite3-sys"));
    let script = messages
        .filter(|message| message["reason"] == "build-script-executed")
        .find(|message| is_sqlite(&message["package_id"]));
    let script = script.context("cargo built no libsqlite3-sys")?;
    let archive = Path::new(project::text(&script["out_dir"])?).join("libsqlite3.a");

    let metadata = project::metadata(&[])?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata lists no packages")?;
    let package = packages
        .iter()
        .find(|package| package["name"] == "libsqlite3-sys");
    let manifest =
        project::text(&package.context("libsqlite3-sys is no dependency")?["manifest_path"])?;
    let include = Path::new(manifest).with_file_name("sqlite3");
    for needed in [&archive, &include.join("sqlite3.h")] {
        if !needed.is_file() {
            bail!("the bundled SQLite has no {}", needed.display());
        }
    }
    Ok(Sqlite { include, archive })
}
