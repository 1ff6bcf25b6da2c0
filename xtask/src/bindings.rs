//! `cargo xtask bindings`: the native library of the language packages, and what uniffi writes for each language.

use crate::library::Profile;
use crate::{build, project, sh};
use anyhow::{Context, Result};
use clap::ValueEnum;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Python,
    Kotlin,
    Swift,
}

impl Language {
    const ALL: [Language; 3] = [Language::Python, Language::Kotlin, Language::Swift];

    fn name(self) -> &'static str {
        match self {
            Language::Python => "python",
            Language::Kotlin => "kotlin",
            Language::Swift => "swift",
        }
    }
}

/// Builds the native library of the packages and writes their bindings.
#[derive(clap::Args)]
pub struct Args {
    /// For which languages; all, if none is named
    languages: Vec<Language>,
    /// Optimised, as the packages carry it
    #[arg(long)]
    release: bool,
}

pub fn run(args: &Args) -> Result<()> {
    let languages = if args.languages.is_empty() { &Language::ALL } else { args.languages.as_slice() };
    let folder = make(languages, if args.release { Profile::Release } else { Profile::Dev })?;
    println!("{}", folder.display());
    Ok(())
}

/// Builds the library into `target/bindings`, and writes the bindings of each language into a folder of its own there.
/// Gives that folder.
pub fn make(languages: &[Language], profile: Profile) -> Result<PathBuf> {
    let folder = project::target()?.join("bindings");
    make_into(&folder, languages, profile)?;
    Ok(folder)
}

/// The same into another folder, where no other step puts a library of another profile.
pub fn make_into(folder: &Path, languages: &[Language], profile: Profile) -> Result<()> {
    let programs = build::workspace()?;
    let _building = sh::Hold::take(profile.folder())?;
    if profile == Profile::Release {
        build::released()?;
    }
    let library = library();
    let built = project::target()?.join(profile.folder()).join(&library);
    std::fs::create_dir_all(folder)?;
    for language in languages {
        let mut generator = sh::command(programs.join("uniffi-bindgen"));
        generator.arg("generate").arg(&built);
        generator.args(["--no-format", "--language", language.name(), "--out-dir"]).arg(folder.join(language.name()));
        sh::run(&mut generator)?;
    }
    let stripped = tempfile::NamedTempFile::new_in(folder)?;
    std::fs::copy(&built, stripped.path()).with_context(|| format!("cargo built no {library}"))?;
    sh::run(sh::command("strip").args(strip_flags(profile)).arg(stripped.path()))?;
    sh::put(stripped.path(), &folder.join(library))
}

/// The file name of the library on this machine.
pub fn library() -> String {
    format!("{DLL_PREFIX}beaver_uniffi{DLL_SUFFIX}")
}

/// Names of functions stay where a debugger may want them; a package has no use for them.
fn strip_flags(profile: Profile) -> &'static [&'static str] {
    match profile {
        _ if cfg!(target_os = "macos") => &["-S", "-x"],
        Profile::Dev => &["--strip-debug"],
        Profile::Release => &["--strip-unneeded"],
    }
}
