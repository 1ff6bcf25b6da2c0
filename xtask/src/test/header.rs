//! Steps about include/beaver.h and what the built library exports.

use super::run_program;
use crate::compiler::{self, Linkage};
use crate::header::PATH;
use crate::header_parser::{self, Function};
use crate::library::{Library, Profile};
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::process::Command;

/// Alone and twice: a header must bring what it needs, and may not mind being there already.
pub fn compiles() -> Result<()> {
    let folder = sh::temp_dir()?;
    let try_with = |mut command: Command, header: &str, file: &str| -> Result<()> {
        let path = folder.path().join(file);
        let include = format!("#include <{header}>\n");
        std::fs::write(&path, format!("{include}{include}int main(void) {{ return 0; }}\n"))?;
        sh::run(command.args(["-I", "include", "-fsyntax-only"]).arg(path))
    };
    let mut c = sh::command(compiler::cc());
    c.args(compiler::STRICT_C);
    try_with(c, "beaver.h", "alone.c")?;
    let parts = sh::files(&project::root().join("include/beaver"), "hpp")?;
    let parts = parts.iter().filter_map(|part| Some(format!("beaver/{}", part.file_name()?.to_str()?)));
    for header in parts.chain(["beaver.h".to_owned()]) {
        let mut cpp = sh::command(compiler::cxx());
        cpp.args(compiler::STRICT_CPP);
        try_with(cpp, &header, "alone.cpp")?;
    }
    for standard in compiler::cpp_standards() {
        let mut cpp = sh::command(compiler::cxx());
        cpp.args(compiler::STRICT_CPP).arg(standard);
        try_with(cpp, "beaver.hpp", "alone.cpp")?;
    }
    Ok(())
}

pub fn docs() -> Result<()> {
    let functions = functions()?;
    let gaps: Vec<String> = functions.iter().flat_map(header_parser::gaps).collect();
    if !gaps.is_empty() {
        bail!("{} gaps in the documentation of {PATH}:\n{}", gaps.len(), gaps.join("\n"));
    }
    println!("{} functions are documented", functions.len());
    Ok(())
}

/// Header, ledger, shared and static library have one and the same set of symbols.
pub fn symbols() -> Result<()> {
    let header: BTreeSet<String> = functions()?.into_iter().map(|function| function.name).collect();
    let ledger = ledger()?;
    let library = Library::build(Profile::Dev)?;
    let shared = compiler::symbols(&library.shared(), true)?.into_iter().collect();
    let archive = compiler::symbols(&library.archive(), false)?.into_iter().collect();
    let others = [("ffi/symbols.toml", &ledger), ("libbeaver.so", &shared), ("libbeaver.a", &archive)];
    let mut differences = Vec::new();
    for (place, symbols) in others {
        let list = |names: Vec<&String>| names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let missing: Vec<&String> = header.difference(symbols).collect();
        let extra: Vec<&String> = symbols.difference(&header).collect();
        if !missing.is_empty() {
            differences.push(format!("{place} lacks {}", list(missing)));
        }
        if !extra.is_empty() {
            differences.push(format!("{place} has, beyond the header, {}", list(extra)));
        }
    }
    if !differences.is_empty() {
        bail!("{}", differences.join("\n"));
    }
    println!("{} symbols, the same in header, ledger, shared and static library", header.len());
    Ok(())
}

/// The names in ffi/symbols.toml, one table a symbol, of those that are not removed.
fn ledger() -> Result<BTreeSet<String>> {
    let ledger: toml::Table = project::read("ffi/symbols.toml")?.parse().context("ffi/symbols.toml")?;
    let mut names = BTreeSet::new();
    for (name, entry) in &ledger {
        for field in ["since", "state"] {
            if entry.get(field).and_then(|value| value.as_str()).is_none() {
                bail!("ffi/symbols.toml: {name} has no `{field}`");
            }
        }
        names.insert(name.clone());
    }
    Ok(names)
}

/// libgcc_s unwinds Rust's panics; it comes with every system compiler's runtime, as the C library does.
const C_LIBRARY: &[&str] =
    &["libc.so.", "libm.so.", "libdl.so.", "libpthread.so.", "librt.so.", "libgcc_s.so.", "ld-linux"];

pub fn dependencies() -> Result<()> {
    let library = Library::build(Profile::Dev)?;
    let dynamic = sh::output(sh::command("readelf").args(["--dynamic", "--wide"]).arg(library.shared()))?;
    let bracketed = |line: &str| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned());
    let entries =
        |tag: &str| dynamic.lines().filter(|line| line.contains(tag)).filter_map(bracketed).collect::<Vec<_>>();
    let foreign: Vec<String> =
        entries("(NEEDED)").into_iter().filter(|name| !C_LIBRARY.iter().any(|part| name.starts_with(part))).collect();
    if !foreign.is_empty() {
        bail!("libbeaver.so needs {}", foreign.join(", "));
    }
    let version = project::version()?;
    let soname = format!("libbeaver.so.{}", version.split('.').next().unwrap_or_default());
    if entries("(SONAME)") != [soname.clone()] {
        bail!("the SONAME of libbeaver.so is {:?}, not {soname}", entries("(SONAME)"));
    }
    Ok(())
}

/// Compiled in, asked of the library and written in Cargo.toml: one version.
pub fn versions() -> Result<()> {
    let library = Library::build(Profile::Dev)?;
    let folder = sh::temp_dir()?;
    let version = project::version()?;
    let source = folder.path().join("versions.c");
    std::fs::write(
        &source,
        format!(
            "#include <beaver.h>\n#include <stdio.h>\n#include <string.h>\n\
             int main(void) {{\n\
             char parts[64];\n\
             snprintf(parts, sizeof parts, \"%d.%d.%d\", BEAVER_VERSION_MAJOR, BEAVER_VERSION_MINOR, BEAVER_VERSION_PATCH);\n\
             if (strcmp(parts, \"{version}\") != 0) {{ printf(\"the header says %s\\n\", parts); return 1; }}\n\
             long composed = BEAVER_VERSION_MAJOR * 1000000L + BEAVER_VERSION_MINOR * 1000L + BEAVER_VERSION_PATCH;\n\
             if ((long) beaver_version_number() != composed) {{ printf(\"the library says %ld\\n\", (long) beaver_version_number()); return 1; }}\n\
             return 0;\n}}\n"
        ),
    )?;
    let program = compiler::build(&source, &library, Linkage::Shared, &[], folder.path())?;
    run_program(&mut sh::command(program)).with_context(|| format!("Cargo.toml says {version}"))
}

fn functions() -> Result<Vec<Function>> {
    let functions = header_parser::functions(&project::read(PATH)?)?;
    if functions.is_empty() {
        bail!("{PATH} declares no function");
    }
    Ok(functions)
}
