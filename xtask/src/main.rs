//! The developer's one door: `cargo xtask <command>`.
//!
//! Each command is one module with an `Args` and a `run`. What several commands share is in `sh` (running
//! things), `project` (where things are), `build` (building all with cargo), `library` (laying out libbeaver) and `compiler` (C and C++ programs).

mod bench;
mod bindings;
mod build;
mod check;
mod compiler;
mod demo;
mod header;
mod header_parser;
mod library;
mod package;
mod project;
mod sh;
mod test;
mod trust;
mod wordnet;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Builds, checks, tests and measures beaver.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the library and runs two C programs on real data
    Demo(demo::Args),
    /// Runs the test steps, all of them or those that are named
    Test(test::Args),
    /// Checks formatting, lints, docs and the rules of the project, without running a test
    Check(check::Args),
    /// Writes include/beaver.h anew, or says whether it is up to date
    Header(header::Args),
    /// Builds the library of the language packages and writes their bindings
    Bindings(bindings::Args),
    /// Makes the packages that users install: wheel, jar, AAR, XCFramework
    Package(package::Args),
    /// Runs benchmarks
    Bench(bench::Args),
    /// Lets everything fail that can fail below the database, and sees that the data survives it
    Trust(trust::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Header(args) => header::run(&args),
        Command::Bindings(args) => bindings::run(&args),
        Command::Package(args) => package::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Trust(args) => trust::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
