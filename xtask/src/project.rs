//! Where things are: the root, cargo's target folder, the workspace's packages.

use crate::sh;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The root of the project: the folder above this crate.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask/ lies in the root")
}

/// Cargo's target folder, wherever CARGO_TARGET_DIR or a configuration puts it.
pub fn target() -> Result<PathBuf> {
    let metadata = metadata(&["--no-deps"])?;
    Ok(PathBuf::from(text(&metadata["target_directory"])?))
}

/// `cargo metadata`, with `extra` arguments.
pub fn metadata(extra: &[&str]) -> Result<Value> {
    let output = sh::quiet_output(sh::cargo().args(["metadata", "--format-version=1"]).args(extra))?;
    serde_json::from_str(&output).context("cargo metadata printed no JSON")
}

/// The version that all members share, from the workspace's Cargo.toml.
pub fn version() -> Result<String> {
    let manifest: toml::Table = read("Cargo.toml")?.parse().context("Cargo.toml")?;
    let version = manifest["workspace"]["package"]["version"].as_str();
    Ok(version.context("Cargo.toml has no workspace.package.version")?.to_owned())
}

/// The text of a file of the project, by its path from the root.
pub fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(root().join(path)).with_context(|| format!("cannot read {path}"))
}

/// All files that git knows or would add, by their paths from the root.
pub fn files() -> Result<Vec<String>> {
    let listing =
        sh::quiet_output(sh::command("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    let mut files: Vec<String> = listing.split_terminator('\0').map(str::to_owned).collect();
    files.retain(|file| root().join(file).is_file()); // a deleted file is listed until the deletion is staged
    files.dedup();
    Ok(files)
}

pub fn text(value: &Value) -> Result<&str> {
    value.as_str().with_context(|| format!("expected a string in cargo's JSON, found {value}"))
}
