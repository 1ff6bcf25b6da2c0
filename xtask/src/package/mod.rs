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
    let strange: Vec<&str> =
        exported.iter().map(String::as_str).filter(|name| !OURS.iter().any(|ours| name.starts_with(ours))).collect();
    let first = strange.get(..strange.len().min(3))?.join(", ");
    (!first.is_empty())
        .then(|| format!("{} of the names that its library exports are not beaver's: {first}", strange.len()))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_named() {
        let wrong = differences("file", &names(&["a", "x"]), &names(&["a", "b"]));
        assert_eq!(wrong, ["no file b", "a file x that should not be there"]);
        let error = refuse("the wheel", &wrong).unwrap_err().to_string();
        assert_eq!(error, "the wheel is not as it must be: no file b; a file x that should not be there");
        assert!(refuse("the wheel", &[]).is_ok());
    }

    #[test]
    fn names_of_others_are_strange() {
        let ours = ["uniffi_beaver_uniffi_fn_a", "ffi_beaver_uniffi_b", "UNIFFI_META_C", "beaver_fast_dict_get"];
        assert_eq!(strangers(&names(&ours)), None);
        let strange = strangers(&names(&["beaver_fast_dict_get", "sqlite3_open", "malloc"])).unwrap();
        assert_eq!(strange, "2 of the names that its library exports are not beaver's: sqlite3_open, malloc");
    }

    #[test]
    fn an_archive_gives_back_what_it_was_given_and_says_nothing_of_its_making() {
        let folder = sh::temp_dir().unwrap();
        let (one, two) = (folder.path().join("one.zip"), folder.path().join("two.zip"));
        let entries = vec![("a/b.txt".to_owned(), b"text".repeat(1000)), ("empty".to_owned(), Vec::new())];
        archive::write(&one, &entries).unwrap();
        archive::write(&two, &entries).unwrap();
        assert_eq!(archive::read(&one).unwrap(), entries);
        assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap());
        assert!(size(&one).unwrap() < 1000);
    }
}
