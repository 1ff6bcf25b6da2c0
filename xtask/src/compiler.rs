//! Compiling C and C++ programs against the library, with the strictness that users of the header may have.

use crate::library::Library;
use crate::{project, sh};
use anyhow::{Result, bail};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub const STRICT_C: &[&str] = &["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"];
pub const STRICT_CPP: &[&str] = &["-std=c++17", "-Wall", "-Wextra", "-pedantic", "-Werror"];

/// Where the headers are: from the root, and in the folder of those that are precompiled.
pub const HEADERS: &str = "include";

/// The standards of C++ that the compiler knows, the oldest that we support first.
pub fn cpp_standards() -> Vec<&'static str> {
    let knows = |flag: &&str| {
        let mut cpp = Command::new(cxx());
        cpp.args([flag, "-fsyntax-only", "-x", "c++", "/dev/null"]).stderr(Stdio::null());
        cpp.status().is_ok_and(|status| status.success())
    };
    ["-std=c++17", "-std=c++20", "-std=c++23"].into_iter().filter(knows).collect()
}

#[derive(Clone, Copy, PartialEq)]
pub enum Linkage {
    Shared,
    Static,
}

/// The C compiler: $CC, or `cc`.
pub fn cc() -> String {
    std::env::var("CC").unwrap_or_else(|_| "cc".to_owned())
}

/// The C++ compiler: $CXX, or `c++`.
pub fn cxx() -> String {
    std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned())
}

/// A command of the compiler for `source` by its extension, strict, that finds the headers in a folder.
pub fn compiler(source: &Path, headers: &Path) -> Result<Command> {
    let (program, flags) = match source.extension().and_then(|extension| extension.to_str()) {
        Some("c") => (cc(), STRICT_C),
        Some("cpp") => (cxx(), STRICT_CPP),
        _ => bail!("{} is neither C nor C++", source.display()),
    };
    let mut command = sh::command(program);
    command.args(flags).args(["-g", "-pthread", "-D_POSIX_C_SOURCE=200809L", "-I"]).arg(headers);
    Ok(command)
}

/// Compiles the C++ header for the programs that are built in this folder: to read it and the standard library's takes most
/// of their time. It has to stand before everything else, so it is included by the command.
pub fn precompile(folder: &Path) -> Result<()> {
    let headers = folder.join(HEADERS);
    for header in project::files()?.iter().filter(|file| file.starts_with("include/")) {
        sh::put(&project::root().join(header), &folder.join(header))?;
    }
    let header = headers.join("beaver.hpp");
    let mut command = compiler(Path::new("beaver.cpp"), &headers)?;
    command.args(["-x", "c++-header"]).arg(&header);
    sh::run(command.arg("-o").arg(header.with_extension("hpp.gch")))
}

/// Compiles one source file into a program in `folder`, linked with the library, and gives the program's path.
pub fn build(source: &Path, library: &Library, linkage: Linkage, extra: &[&str], folder: &Path) -> Result<PathBuf> {
    let program = folder.join(source.file_stem().unwrap_or(source.as_os_str()));
    let precompiled = Some(folder.join(HEADERS))
        .filter(|headers| headers.is_dir() && source.extension().is_some_and(|it| it == "cpp"));
    let mut command = compiler(source, precompiled.as_deref().unwrap_or(Path::new(HEADERS)))?;
    if precompiled.is_some() {
        command.args(["-include", "beaver.hpp"]);
    }
    command.args(extra).arg("-o").arg(&program).arg(source).args(link(library, linkage));
    sh::run(&mut command)?;
    Ok(program)
}

/// What the linker is told to bring the library in.
pub fn link(library: &Library, linkage: Linkage) -> Vec<OsString> {
    match linkage {
        Linkage::Shared => {
            let mut rpath = OsString::from("-Wl,-rpath,");
            rpath.push(&library.folder);
            vec!["-L".into(), library.folder.clone().into(), "-lbeaver".into(), rpath]
        }
        Linkage::Static => vec![library.archive().into(), "-lpthread".into(), "-ldl".into(), "-lm".into()],
    }
}

/// The functions of a program or library that others may link to, from `nm`.
pub fn symbols(file: &Path, dynamic: bool) -> Result<Vec<String>> {
    let mut nm = sh::command("nm");
    nm.args(["--defined-only", "--extern-only", "--format=posix"]);
    if dynamic {
        nm.arg("--dynamic");
    }
    let listing = sh::output(nm.arg(file))?;
    // Lines are "name type value size"; an archive also has a heading line for each member.
    let names = listing.lines().filter_map(|line| line.split_once(' ')).map(|(name, _)| name.to_owned());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with("]:")).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// The path of a source of the project, from the root, as something to compile.
pub fn source(path: &str) -> PathBuf {
    project::root().join(path)
}
