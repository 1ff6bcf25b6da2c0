//! What of the XCFramework can be checked without a Mac: the library of this machine is joined and cut down with the same
//! list of symbols, by GNU's tools, and a C program is linked with it.

use super::{MODULE, check_symbols, lay_out_headers, patterns, workshop};
use crate::{compiler, project, sh};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// Makes the library as the framework has it, for this machine, and gives its place.
pub fn joined_library(native: &Path) -> Result<PathBuf> {
    if !cfg!(target_os = "linux") {
        bail!("--check is for Linux: on a Mac, `cargo xtask package swift` checks what it makes");
    }
    for (tool, package) in [("ld", "binutils"), ("objcopy", "binutils"), ("ar", "binutils"), (&compiler::cc(), "gcc")] {
        if sh::which(tool).is_none() {
            bail!("{tool} is missing (apt-get install {package})");
        }
    }
    let work = workshop()?.join("swift");
    std::fs::create_dir_all(&work)?;
    let object = work.join("beaver.o");
    join(&whole_library()?, &object)?;
    let shown = check_symbols(&object, native, "")?;
    let library = work.join("libbeaver.a");
    remove(&library)?;
    sh::run(sh::command("ar").arg("crs").arg(&library).arg(&object))?;
    let headers = work.join("Headers");
    lay_out_headers(native, &headers)?;
    link_c_program(&headers, &library, &work)?;
    eprintln!("the library shows {shown} functions, those of its header, and nothing else");
    Ok(library)
}

/// The archive as cargo makes it, with SQLite's and Rust's names for all to see.
fn whole_library() -> Result<PathBuf> {
    let _building = sh::Hold::take("release")?;
    let mut cargo = sh::cargo();
    cargo.args(["rustc", "--release", "--package", "beaver-uniffi", "--lib", "--crate-type", "staticlib"]);
    sh::run(&mut cargo)?;
    Ok(project::target()?.join("release/libbeaver_uniffi.a"))
}

/// Joins all objects of an archive into one, in which only the names of the list stay global.
fn join(archive: &Path, object: &Path) -> Result<()> {
    let folder = sh::temp_dir()?;
    let (plain, names) = (folder.path().join("plain.a"), folder.path().join("names"));
    // The bitcode that objects of Rust carry along; binutils with a plugin for another LLVM would read it instead.
    sh::run(
        sh::command("objcopy").args(["--remove-section=.llvmbc", "--remove-section=.llvmcmd"]).arg(archive).arg(&plain),
    )?;
    let mut ld = sh::command("ld");
    ld.args(["-r", "--force-group-allocation", "--whole-archive"]).arg(&plain).arg("-o").arg(object);
    sh::run(&mut ld)?;
    // Names have no underscore before them here.
    let patterns = patterns()?;
    let plain: Vec<&str> = patterns.iter().map(|name| name.strip_prefix('_').unwrap_or(name)).collect();
    std::fs::write(&names, plain.join("\n") + "\n")?;
    let mut objcopy = sh::command("objcopy");
    objcopy.arg("--wildcard").arg(format!("--keep-global-symbols={}", names.display()));
    sh::run(objcopy.arg(object))?;
    sh::run(sh::command("strip").arg("--strip-unneeded").arg(object))
}

/// Links and runs a program that finds the header as the module map does, and that has functions of SQLite of its own.
fn link_c_program(headers: &Path, library: &Path, work: &Path) -> Result<()> {
    let program = work.join("hello");
    let mut cc = sh::command(compiler::cc());
    cc.args(["-std=c11", "-Wall", "-Werror", "-I"]).arg(headers.join(MODULE));
    cc.arg("-o").arg(&program).arg("tests/packages/swift/hello.c").arg(library);
    sh::run(cc.args(["-lpthread", "-ldl", "-lm"]))?;
    sh::run(&mut sh::command(&program))
}

fn remove(file: &Path) -> Result<()> {
    if file.exists() {
        std::fs::remove_file(file)?;
    }
    Ok(())
}
