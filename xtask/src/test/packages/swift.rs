//! What of the Swift package needs no Mac: the joined library, and the folder that apps depend on.

use crate::bindings::Language;
use crate::test::languages;
use crate::{package, sh};
use anyhow::{Result, ensure};

pub fn package() -> Result<()> {
    package::swift::check::joined_library()?;
    let work = sh::temp_dir()?;
    let folder = work.path().join("Beaver");
    package::swift::lay_out(&package::native(Language::Swift)?, &folder)?;
    let description = languages::describe_swift_package(&folder)?;
    let names = |name: &str| description.lines().any(|line| line.trim() == format!("Name: {name}"));
    for target in ["Beaver", "BeaverNative", "BeaverNativeFFI"] {
        ensure!(names(target), "the package has no target {target}:\n{description}");
    }
    for target in ["BeaverTests", "beaver-leaver", "beaver-bench"] {
        ensure!(!names(target), "the package has a target that is for developers, {target}");
    }
    Ok(())
}
