//! Building libbeaver, and laying it out as a linker and a loader want to find it.

use crate::{build, project, sh};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, PartialEq)]
pub enum Profile {
    Dev,
    Release,
}

impl Profile {
    pub fn folder(self) -> &'static str {
        match self {
            Profile::Dev => "debug",
            Profile::Release => "release",
        }
    }
}

/// A folder with libbeaver.so, its link named after the SONAME, and libbeaver.a.
pub struct Library {
    pub folder: PathBuf,
}

impl Library {
    pub fn shared(&self) -> PathBuf {
        self.folder.join("libbeaver.so")
    }

    pub fn archive(&self) -> PathBuf {
        self.folder.join("libbeaver.a")
    }

    /// Builds the library with cargo and lays it out in the target folder.
    pub fn build(profile: Profile) -> Result<Library> {
        match profile {
            Profile::Dev => {
                let _building = sh::Hold::take("debug")?;
                Library::lay_out(&build::workspace()?, &project::target()?.join("xtask/debug"))
            }
            Profile::Release => Library::build_release(&[], "release"),
        }
    }

    /// The release build with a function more, which panics. Laid out apart: the others must not have it.
    pub fn build_with_test_panic() -> Result<Library> {
        // Where a release is not optimised, to be built sooner, the guard still is.
        let optimised = ["--config", "profile.release.package.beaver-ffi.opt-level=3"];
        Library::build_release(&[&["--features", "test-panic"], &optimised[..]].concat(), "panic")
    }

    fn build_release(extra: &[&str], folder: &str) -> Result<Library> {
        let _building = sh::Hold::take("release")?;
        sh::run(sh::cargo().args(["build", "--package", "beaver-ffi", "--lib", "--release"]).args(extra))?;
        let target = project::target()?;
        Library::lay_out(&target.join("release"), &target.join("xtask").join(folder))
    }

    /// Builds the library with AddressSanitizer in it and in the bundled SQLite. The flag is one of nightly's;
    /// RUSTC_BOOTSTRAP opens it on stable. An explicit --target keeps the flags away from build scripts and macros, and what
    /// is built in a folder of its own.
    pub fn build_with_address_sanitizer() -> Result<Library> {
        let triple = host_triple()?;
        let mut cargo = sh::cargo();
        cargo.args(["build", "--package", "beaver-ffi", "--lib", "--target", &triple]);
        cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Zsanitizer=address");
        cargo.env(format!("CFLAGS_{}", triple.replace('-', "_")), "-fsanitize=address -fno-omit-frame-pointer");
        sh::run(&mut cargo)?;
        let target = project::target()?;
        Library::lay_out(&target.join(&triple).join("debug"), &target.join("xtask/asan"))
    }

    fn lay_out(built: &Path, folder: &Path) -> Result<Library> {
        let library = Library { folder: folder.to_owned() };
        std::fs::create_dir_all(folder)?;
        sh::put(&built.join("libbeaver.so"), &library.shared())?;
        link_soname(&library)?;
        // It moves the archive into place when that is whole.
        let mut hide = sh::command("sh");
        hide.arg("cmake/hide_symbols.sh").arg(built.join("libbeaver.a")).arg(library.archive());
        let status = hide.status()?;
        if !status.success() {
            bail!("cmake/hide_symbols.sh failed: {status}");
        }
        Ok(library)
    }
}

/// Programs ask the loader for the SONAME, so that name must be in the folder too.
fn link_soname(library: &Library) -> Result<()> {
    let version = project::version()?;
    let major = version.split('.').next().unwrap_or_default();
    let link = library.folder.join(format!("libbeaver.so.{major}"));
    if link.symlink_metadata().is_err() {
        std::os::unix::fs::symlink("libbeaver.so", &link)?;
    }
    Ok(())
}

fn host_triple() -> Result<String> {
    let text = sh::quiet_output(sh::command("rustc").arg("-vV"))?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV names no host")?.to_owned())
}
