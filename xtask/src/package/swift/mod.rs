//! The Swift package: the sources, the generated ones in their places, and the library as an XCFramework.

pub mod check;
mod mac;

use super::elf;
use super::{copy_sources, differences, folder, native, refuse, workshop};
use crate::bindings::Language;
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

pub const SOURCES: &str = "bindings/swift";
/// The module of C functions that the generated Swift calls, after which framework, header and folders are named.
const MODULE: &str = "BeaverNativeFFI";
/// What is said of symbols, one pattern a line.
const EXPORTED: &str = "bindings/swift/XCFramework/exported-symbols.txt";

/// Makes the Swift package with its XCFramework for iOS and macOS, on a Mac with Xcode.
///
/// Makes target/packages/Beaver, a folder that apps depend on by its path, and a zip of the XCFramework with its checksum, for
/// those who put it on a server.
#[derive(clap::Args)]
pub struct Args {
    /// On Linux: check what needs no Mac. Joins the library as it is done there, looks at what it shows, and links a C
    /// program with it
    #[arg(long)]
    check: bool,
}

pub fn run(args: &Args) -> Result<Vec<PathBuf>> {
    if args.check {
        return Ok(vec![check::joined_library(&native(Language::Swift)?)?]);
    }
    if !cfg!(target_os = "macos") {
        bail!(
            "an XCFramework is made on a Mac with Xcode, where this command does it; what can be checked on Linux, \
             `cargo xtask package swift --check` does"
        );
    }
    mac::package()
}

/// Lays out the package without its framework, as it lies in target/packages.
pub fn lay_out(native: &Path, package: &Path) -> Result<()> {
    let is_shipped = |file: &str| file.starts_with("Sources/") || ["Package.swift", "README.md"].contains(&file);
    copy_sources(SOURCES, package, is_shipped)?;
    sh::put(&project::root().join("LICENSE"), &package.join("LICENSE"))?;
    let sources = package.join("Sources");
    sh::put(&native.join("swift/BeaverNative.swift"), &sources.join("BeaverNative/BeaverNative.swift"))?;
    // For those who build it elsewhere than on a Mac, with a shared library.
    let header = format!("{MODULE}.h");
    sh::put(&native.join("swift").join(&header), &sources.join(MODULE).join(&header))
}

/// Lays out the headers of the framework: in a folder of the module's name, because Xcode copies those of all frameworks of
/// an app into one place.
fn lay_out_headers(native: &Path, headers: &Path) -> Result<()> {
    let map = project::read(&format!("{SOURCES}/XCFramework/module.modulemap"))?;
    let header = format!("{MODULE}.h");
    for part in [format!("module {MODULE} {{"), format!("header \"{header}\"")] {
        if !map.contains(&part) {
            bail!("XCFramework/module.modulemap lacks {part:?}");
        }
    }
    let folder = headers.join(MODULE);
    sh::put(&native.join("swift").join(&header), &folder.join(&header))?;
    std::fs::write(folder.join("module.modulemap"), map)?;
    Ok(())
}

/// Refuses a joined library that does not show exactly the functions of the generated header. `prefix` is what the platform
/// puts before each name.
pub fn check_symbols(object: &Path, native: &Path, prefix: &str) -> Result<usize> {
    let header = native.join("swift").join(format!("{MODULE}.h"));
    let header = std::fs::read_to_string(&header).with_context(|| format!("there is no {}", header.display()))?;
    let wanted = functions(&header);
    // What is written by hand calls functions of the same library.
    let by_hand = functions(&project::read(&format!("{SOURCES}/Sources/BeaverNative/Direct.swift"))?);
    let shown = elf::globals(object)?;
    let shown: Vec<String> = shown.iter().map(|name| name.strip_prefix(prefix).unwrap_or(name).to_owned()).collect();
    let mut wrong = differences("symbol", &shown, &wanted);
    let unknown = by_hand.iter().filter(|name| !wanted.contains(name));
    wrong.extend(unknown.map(|name| format!("Direct.swift calls {name}, which the header does not name")));
    if wanted.is_empty() || by_hand.is_empty() {
        wrong.push("no functions were found in the header or in Direct.swift".to_owned());
    }
    refuse(&object.display().to_string(), &wrong)?;
    Ok(shown.len())
}

/// The functions of the library that a text in C or Swift declares or calls.
fn functions(text: &str) -> Vec<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (before, _) in text.match_indices('(') {
        let until = &text[..before];
        let name = &until[until.trim_end_matches(is_name).len()..];
        if name.starts_with("uniffi_beaver_uniffi_") || name.starts_with("ffi_beaver_uniffi_") {
            found.push(name.to_owned());
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The patterns of what stays visible, with the underscore that Apple's platforms put before each name.
fn patterns() -> Result<Vec<String>> {
    let text = project::read(EXPORTED)?;
    Ok(text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_where_they_are_declared_and_called() {
        let text = "RustBuffer uniffi_beaver_uniffi_fn_a(int x);\n#ifndef UNIFFI_(\nlet b = ffi_beaver_uniffi_b (1)\n\
                    ffi_beaver_uniffi_c(uniffi_beaver_uniffi_fn_a())";
        assert_eq!(functions(text), ["ffi_beaver_uniffi_c", "uniffi_beaver_uniffi_fn_a"]);
    }

    #[test]
    fn the_patterns_are_those_of_apples_linker() {
        assert_eq!(patterns().unwrap(), ["_uniffi_beaver_uniffi_*", "_ffi_beaver_uniffi_*"]);
    }
}
