//! Steps that look for wrong uses of memory. Each first proves, with a program that is wrong on purpose, that the
//! tool is on: a checker that is silently off passes everything.

use super::c::sources;
use super::run_program;
use crate::compiler::{self, Linkage};
use crate::library::{Library, Profile};
use crate::sh;
use anyhow::{Result, bail};
use std::path::Path;
use std::process::Command;

/// Both programs call the library before they go wrong, so that it is loaded under the checker.
const LEAK: &str = "tests/c/wrong/leak.c";
const OVERFLOW: &str = "tests/c/wrong/overflow.c";

pub fn valgrind() -> Result<()> {
    let library = Library::build(Profile::Dev)?;
    let folder = sh::temp_dir()?;
    let under_valgrind = |program: &Path| {
        let mut command = sh::command("valgrind");
        command.args(["--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite,indirect"]);
        command.args(["--errors-for-leak-kinds=definite,indirect", "--fair-sched=yes"]).arg(program);
        command
    };
    for (source, sign) in [(LEAK, "definitely lost"), (OVERFLOW, "Invalid read")] {
        let program = compiler::build(&compiler::source(source), &library, Linkage::Shared, &[], folder.path())?;
        expect_caught(&mut under_valgrind(&program), sign)?;
    }
    for source in sources("tests/c", "c")? {
        let program = compiler::build(&source, &library, Linkage::Shared, &["-I", "tests/c"], folder.path())?;
        run_program(&mut under_valgrind(&program))?;
    }
    Ok(())
}

pub fn address_sanitizer() -> Result<()> {
    let library = Library::build_with_address_sanitizer()?;
    let folder = sh::temp_dir()?;
    let build = |source: &Path| {
        let flags = ["-I", "tests/c", "-fsanitize=address", "-fno-omit-frame-pointer"];
        compiler::build(source, &library, Linkage::Shared, &flags, folder.path())
    };
    if !sh::output(sh::command("nm").args(["--dynamic", "--undefined-only"]).arg(library.shared()))?
        .contains("__asan_report_")
    {
        bail!("libbeaver.so was built without AddressSanitizer");
    }
    for (source, sign) in [(LEAK, "LeakSanitizer: detected memory leaks"), (OVERFLOW, "heap-buffer-overflow")] {
        expect_caught(&mut with_leaks(&build(&compiler::source(source))?), sign)?;
    }
    for source in sources("tests/c", "c")? {
        run_program(&mut with_leaks(&build(&source)?))?;
    }
    Ok(())
}

fn with_leaks(program: &Path) -> Command {
    let mut command = sh::command(program);
    command.env("ASAN_OPTIONS", "detect_leaks=1:halt_on_error=1");
    command
}

fn expect_caught(command: &mut Command, sign: &str) -> Result<()> {
    let said = sh::output_of_failure(command)?;
    if !said.contains(sign) {
        bail!("the deliberate error was not reported as `{sign}`, but:\n{said}");
    }
    println!("caught, as it should be: {sign}");
    Ok(())
}
