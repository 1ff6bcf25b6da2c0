//! Building with cargo what the steps run.

use crate::{project, sh};
use anyhow::Result;
use std::path::PathBuf;

/// Every library and program of the workspace, as a development build; gives their folder. Each step asks for all of
/// them, though it needs one: of a single package, cargo would build the dependencies again, with the features which
/// that one alone asks for.
pub fn workspace() -> Result<PathBuf> {
    sh::run(sh::cargo().args(COMMAND))?;
    Ok(project::target()?.join("debug"))
}

/// The library that the packages of the languages have inside, and the program that the wheel has, as they are released;
/// gives their folder. Together, so that what both stand on is built once; `bindings/python/setup.py` asks for the same.
pub fn released() -> Result<PathBuf> {
    sh::run(sh::cargo().args(["build", "--release", "--package", "beaver-uniffi", "--package", "beaver-cli"]))?;
    Ok(project::target()?.join("release"))
}

/// The command, for those who read what cargo says of it.
pub const COMMAND: [&str; 2] = ["build", "--workspace"];
