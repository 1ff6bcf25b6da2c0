//! `cargo xtask bindings`: the native library of the language packages, and what uniffi writes for each language.

use crate::library::Profile;
use crate::{project, sh};
use anyhow::{Context, Result};
use clap::ValueEnum;
use std::path::PathBuf;

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
    let _building = sh::Hold::take("target")?;
    let mut cargo = sh::cargo();
    cargo.args(["build", "--package", "beaver-uniffi"]);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    sh::run(&mut cargo)?;
    let target = project::target()?;
    let built = target.join(profile.folder()).join("libbeaver_uniffi.so");
    let folder = target.join("bindings");
    std::fs::create_dir_all(&folder)?;
    for language in languages {
        let mut generator = sh::cargo();
        generator.args(["run", "--quiet", "--package", "uniffi-bindgen", "--", "generate"]).arg(&built);
        generator.args(["--no-format", "--language", language.name(), "--out-dir"]).arg(folder.join(language.name()));
        sh::run(&mut generator)?;
    }
    let stripped = tempfile::NamedTempFile::new_in(&folder)?;
    std::fs::copy(&built, stripped.path()).context("cargo built no libbeaver_uniffi.so")?;
    sh::run(sh::command("strip").arg("--strip-debug").arg(stripped.path()))?;
    sh::put(stripped.path(), &folder.join("libbeaver_uniffi.so"))?;
    Ok(folder)
}
