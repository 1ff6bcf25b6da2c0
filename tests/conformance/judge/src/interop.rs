//! Files that one testee writes and another reads.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, ensure};

use crate::executor::Executor;
use crate::ops::Table;
use crate::report::{Entry, Outcome, Report};
use crate::suite::{self, Suite, Test};
use crate::testee::Program;

/// The worker that is of the other testee.
const OTHER: &str = "other";

/// Runs each test of `interop/` with each pair of testees: one is `main`, another the worker `other`. A testee that
/// lacks a capability takes no part in the tests that need it.
///
/// # Errors
/// There are no tests, or not two testees.
pub fn run(root: &Path, table: &Table, programs: &[Program]) -> Result<Report> {
    let suites = suite::load_all(root, "interop", table)?;
    ensure!(!suites.is_empty(), "no tests in interop/");
    ensure!(programs.len() > 1, "one testee alone: name two at the least");
    let mut report = Report { testee: "interop".to_owned(), tests: Vec::new(), faults: Vec::new() };
    for main in programs {
        for other in programs.iter().filter(|other| other.name != main.name) {
            let mut executor = Executor::with_other(main, OTHER, other, table);
            for (suite, test) in suites.iter().flat_map(|suite| suite.tests.iter().map(move |test| (suite, test))) {
                report.tests.push(run_one(table, &mut executor, [main, other], suite, test));
            }
            report.faults.extend(executor.finish());
        }
    }
    Ok(report)
}

fn run_one(table: &Table, executor: &mut Executor, pair: [&Program; 2], suite: &Suite, test: &Test) -> Entry {
    let begin = Instant::now();
    let needs: BTreeSet<String> = suite.requirements(test, table);
    let lacking = pair.iter().find_map(|program| needs.difference(&program.capabilities).next());
    let outcome = match lacking {
        Some(capability) => Outcome::Skipped { capability: capability.clone() },
        None => match executor.run(suite, test) {
            Ok(()) => Outcome::Passed,
            Err(failure) => Outcome::Failed { signature: failure.signature, detail: failure.detail },
        },
    };
    let [main, other] = pair.map(|program| &program.name);
    let name = format!("{main}-and-{other}/{}/{}", suite.topic, test.name);
    Entry { name, seconds: begin.elapsed().as_secs_f64(), outcome }
}
