//! The command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand};

use crate::ops::Table;
use crate::report::{Report, matrix};
use crate::run::{self, Book};
use crate::testee::Program;
use crate::{check, fake, interop, lists, meta, ops};

/// Judges whether a testee does what beaver's conformance suite expects.
#[derive(Parser)]
struct Cli {
    /// The folder of the suites.
    #[arg(long, global = true, default_value = "tests/conformance")]
    root: PathBuf,
    #[command(subcommand)]
    command: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Runs the suites against a testee.
    Run {
        #[command(flatten)]
        target: Target,
        /// Only tests whose name (area/topic/name) begins so.
        #[arg(long, default_value = "")]
        only: String,
        /// How many tests run at once, each on testees of its own.
        #[arg(long, default_value_t = 4)]
        jobs: usize,
        /// Writes the report as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
        /// Writes the report as XML in the form of junit.
        #[arg(long)]
        junit: Option<PathBuf>,
        /// Writes the matrix of testee and areas as Markdown.
        #[arg(long)]
        matrix: Option<PathBuf>,
    },
    /// Runs each area against a testee that is wrong in it: the suite must notice.
    Mutation {
        #[command(flatten)]
        target: Target,
    },
    /// Has each testee go on with what each other one wrote.
    Interop {
        /// A testee and the command that starts it, as a JSON array: `NAME=["program", "argument"]`.
        #[arg(long = "testee", value_name = "NAME=COMMAND", required = true)]
        testees: Vec<String>,
        /// How many seconds a step may take that says nothing else.
        #[arg(long, default_value_t = 120)]
        limit: u64,
    },
    /// Judges the judge.
    Meta,
    /// Checks the suite files, the lists and the table in SPEC.md.
    Check,
    /// Prints the table of operations for SPEC.md.
    Table,
    /// Prints one matrix for several JSON reports.
    Matrix { reports: Vec<PathBuf> },
    /// Plays a testee from a script.
    #[command(hide = true)]
    Fake { script: PathBuf },
}

#[derive(Args)]
struct Target {
    /// Whose lists of capabilities and known failures apply.
    #[arg(long)]
    testee: String,
    /// How many seconds a step may take that says nothing else.
    #[arg(long, default_value_t = 120)]
    limit: u64,
    /// The command that starts the testee, after `--`.
    #[arg(last = true, required = true)]
    command: Vec<String>,
}

impl Target {
    fn program(self, root: &Path, table: &Table) -> Result<Program> {
        Ok(Program {
            capabilities: lists::capabilities(root, &self.testee, table)?,
            name: self.testee,
            command: self.command,
            protocol: table.protocol,
            mutation: None,
            limit: Duration::from_secs(self.limit),
        })
    }
}

/// Does what the command line says. The exit status is 0 if nothing failed, 1 if something did, 2 if it
/// could not be tried.
pub fn main() -> ExitCode {
    match act(Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("beaver-judge: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn act(cli: Cli) -> Result<bool> {
    let root = cli.root;
    match cli.command {
        Action::Run { target, only, jobs, json, junit, matrix: matrix_file } => {
            let book = Book::load(&root)?;
            let known = lists::known(&root, &target.testee)?;
            let program = target.program(&root, &book.table)?;
            let report = run::run(&book.table, &book.suites, &program, &known, &only, jobs)?;
            write(json, || Ok(serde_json::to_string_pretty(&report)? + "\n"))?;
            write(junit, || Ok(report.junit()))?;
            write(matrix_file, || Ok(matrix(std::slice::from_ref(&report))))?;
            Ok(conclude(&report))
        }
        Action::Mutation { target } => {
            let book = Book::load(&root)?;
            let known = lists::known(&root, &target.testee)?;
            let program = target.program(&root, &book.table)?;
            Ok(conclude(&run::mutation(&book, &program, &known)?))
        }
        Action::Interop { testees, limit } => {
            let table = Table::load(&root)?;
            let program = |given: &String| -> Result<Program> {
                let (testee, command) = given.split_once('=').context("--testee NAME=[\"program\"]")?;
                let command = serde_json::from_str(command).with_context(|| format!("the command of {testee}"))?;
                Target { testee: testee.to_owned(), limit, command }.program(&root, &table)
            };
            let programs = testees.iter().map(program).collect::<Result<Vec<Program>>>()?;
            Ok(conclude(&interop::run(&root, &table, &programs)?))
        }
        Action::Meta => {
            let judge = std::env::current_exe().context("where is the judge itself?")?;
            let table = Table::load(&root)?;
            Ok(conclude(&meta::run(&root, &judge, &table)?))
        }
        Action::Check => {
            let found = check::check(&root)?;
            for line in &found {
                println!("{line}");
            }
            let tests: usize = Book::load(&root)?.suites.iter().map(|suite| suite.tests.len()).sum();
            println!("judge: {tests} tests, {} faults", found.len());
            Ok(found.is_empty())
        }
        Action::Table => {
            print!("{}", ops::markdown(&root)?);
            Ok(true)
        }
        Action::Matrix { reports } => {
            ensure!(!reports.is_empty(), "a matrix of no reports");
            let read = |path: &PathBuf| -> Result<Report> {
                let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
                serde_json::from_str(&text).with_context(|| path.display().to_string())
            };
            let reports: Result<Vec<Report>> = reports.iter().map(read).collect();
            print!("{}", matrix(&reports?));
            Ok(true)
        }
        Action::Fake { script } => {
            let script = serde_json::from_str(&std::fs::read_to_string(script)?)?;
            fake::serve(&script)?;
            Ok(true)
        }
    }
}

fn conclude(report: &Report) -> bool {
    print!("{}", report.print());
    report.good()
}

fn write(path: Option<PathBuf>, text: impl FnOnce() -> Result<String>) -> Result<()> {
    match path {
        Some(path) => std::fs::write(&path, text()?).with_context(|| path.display().to_string()),
        None => Ok(()),
    }
}
