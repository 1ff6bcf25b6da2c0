//! `cargo xtask package`: what users of the other languages install, in `target/packages`.
//!
//! Each language is one module, which makes its package and refuses to give out one that is not as it must be.

pub mod android;
pub mod archive;
mod elf;
pub mod kotlin;
pub mod ndk;
pub mod python;
pub mod swift;

use crate::bindings::{self, Language};
use crate::library::Profile;
use crate::{project, sh};
use anyhow::{Result, bail};
use clap::Subcommand;
use std::path::{Path, PathBuf};

/// Makes a package as users install it, with the optimised library inside, into target/packages.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    language: Package,
}

#[derive(Subcommand)]
enum Package {
    /// The wheel for this platform, for every CPython from 3.10 on
    Python,
    /// The jar with the library of this machine, its sources and its pom; or the AAR for Android
    Kotlin(kotlin::Args),
    /// The Swift package with its XCFramework for iOS and macOS; needs a Mac
    Swift(swift::Args),
}

pub fn run(args: &Args) -> Result<()> {
    let _packaging = hold()?;
    let made = match &args.language {
        Package::Python => vec![python::wheel()?],
        Package::Kotlin(args) => kotlin::run(args)?,
        Package::Swift(args) => swift::run(args)?,
    };
    for path in made {
        println!("{:>8.2} MB  {}", megabytes(size(&path)?), path.display());
    }
    Ok(())
}

/// Held while packages are made or tested: two runs at once would take each other's files away.
pub fn hold() -> Result<sh::Hold> {
    sh::Hold::take("packages")
}

/// Where packages go.
fn folder() -> Result<PathBuf> {
    Ok(project::target()?.join("packages"))
}

/// Where they are put together.
pub fn workshop() -> Result<PathBuf> {
    Ok(project::target()?.join("xtask/packages"))
}

/// A folder with the optimised library of this machine, stripped, and the bindings of a language beside it.
pub fn native(language: Language) -> Result<PathBuf> {
    let folder = workshop()?.join("native");
    bindings::make_into(&folder, &[language], Profile::Release)?;
    Ok(folder)
}

/// Copies the files of the project below a folder that git knows, and `choose` takes, to the same places below another.
fn copy_sources(from: &str, to: &Path, choose: impl Fn(&str) -> bool) -> Result<()> {
    for file in project::files()? {
        if let Some(inside) = file.strip_prefix(&format!("{from}/"))
            && choose(inside)
        {
            sh::put(&project::root().join(&file), &to.join(inside))?;
        }
    }
    Ok(())
}

/// A temporary file is its owner's alone; what is made of it is for everybody.
fn readable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644))?)
}

/// An error that names everything that is wrong with a package or with what goes into it.
fn refuse(what: &str, wrong: &[String]) -> Result<()> {
    if !wrong.is_empty() {
        bail!("{what} is not as it must be: {}", wrong.join("; "));
    }
    Ok(())
}

/// What a list lacks and what it has too much, compared to what it should be.
fn differences(what: &str, found: &[String], wanted: &[String]) -> Vec<String> {
    let missing = wanted.iter().filter(|name| !found.contains(name)).map(|name| format!("no {what} {name}"));
    let superfluous = found.iter().filter(|name| !wanted.contains(name));
    missing.chain(superfluous.map(|name| format!("a {what} {name} that should not be there"))).collect()
}

/// The beginnings of the names that our library shows.
const OURS: &[&str] = &["uniffi_beaver_uniffi_", "ffi_beaver_uniffi_", "UNIFFI_META_", "beaver_fast_"];

/// What is wrong with the names that a library shows: those of others in it, SQLite above all, would take the place of the
/// same names elsewhere in a program.
fn strangers(exported: &[String]) -> Option<String> {
    let mut strange = exported.iter().filter(|name| !OURS.iter().any(|ours| name.starts_with(ours)));
    let first = strange.next()?;
    Some(format!("its library exports {first}, and {} more names that are not beaver's", strange.count()))
}

/// Bytes of a file, or of all files below a folder.
fn size(path: &Path) -> Result<u64> {
    if !path.is_dir() {
        return Ok(path.symlink_metadata()?.len());
    }
    std::fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}

#[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
