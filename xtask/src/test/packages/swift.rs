//! What of the Swift package needs no Mac: the joined library with its module map, and the folder that apps depend on.

use crate::bindings::Language;
use crate::package::swift::{check, check_symbols, lay_out};
use crate::test::languages;
use crate::{compiler, package, sh};
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;

pub fn package() -> Result<()> {
    let work = sh::temp_dir()?;
    let native = package::native(Language::Swift)?;
    let library = check::joined_library(&native)?;
    other_symbols_are_refused(&native, work.path())?;
    swift_finds_the_module(&library, work.path())?;
    folder_of_apps(&native, &work.path().join("Beaver"))
}

/// A library that shows a name of SQLite's, and lacks all but one of ours.
fn other_symbols_are_refused(native: &Path, work: &Path) -> Result<()> {
    let (source, object) = (work.join("other.c"), work.join("other.o"));
    std::fs::write(
        &source,
        "int sqlite3_open(void) { return 0; }\nint ffi_beaver_uniffi_uniffi_contract_version(void) { return 0; }\n",
    )?;
    sh::run(sh::command(compiler::cc()).arg("-c").arg("-o").arg(&object).arg(&source))?;
    let Err(error) = check_symbols(&object, native, "") else { bail!("a library with SQLite's names was taken") };
    let error = error.to_string();
    for why in ["a symbol sqlite3_open that should not be there", "no symbol uniffi_beaver_uniffi_fn_func_version"] {
        ensure!(error.contains(why), "not refused for {why:?}: {error}");
    }
    ensure!(!error.contains("no symbol ffi_beaver_uniffi_uniffi_contract_version"), "{error}");
    Ok(())
}

/// A program in Swift, that imports the module by its map and is linked with the library.
fn swift_finds_the_module(library: &Path, work: &Path) -> Result<()> {
    let made = library.parent().context("the library lies in a folder")?;
    let (headers, archive, source) = (work.join("Headers"), work.join("libbeaver.a"), work.join("hello.swift"));
    for header in ["BeaverNativeFFI.h", "module.modulemap"] {
        sh::put(&made.join("Headers/BeaverNativeFFI").join(header), &headers.join("BeaverNativeFFI").join(header))?;
    }
    sh::put(library, &archive)?;
    std::fs::copy(crate::project::root().join("tests/packages/swift/hello.swift"), &source)?;
    let program = work.join("hello").display().to_string();
    let [headers, archive, source] =
        [headers.join("BeaverNativeFFI"), archive, source].map(|path| path.display().to_string());
    languages::in_swift(&["swiftc", "-I", &headers, &source, &archive, "-lm", "-o", &program])?;
    let printed = languages::in_swift(&[&program])?;
    ensure!(printed.starts_with("hello from beaver"), "the program printed {printed:?}");
    Ok(())
}

/// The package without its framework, as Swift's package manager sees it.
fn folder_of_apps(native: &Path, folder: &Path) -> Result<()> {
    lay_out(native, folder)?;
    let description =
        languages::in_swift(&["swift", "package", "--package-path", &folder.display().to_string(), "describe"])?;
    let names = |name: &str| description.lines().any(|line| line.trim() == format!("Name: {name}"));
    for target in ["Beaver", "BeaverNative", "BeaverNativeFFI"] {
        ensure!(names(target), "the package has no target {target}:\n{description}");
    }
    for target in ["BeaverTests", "beaver-leaver", "beaver-bench"] {
        ensure!(!names(target), "the package has a target that is for developers, {target}");
    }
    Ok(())
}
