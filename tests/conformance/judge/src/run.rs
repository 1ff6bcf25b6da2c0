//! A whole run: which tests, on how many testees at once, against which known failures.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Result, ensure};

use crate::executor::{Executor, Failure};
use crate::lists::{self, Known};
use crate::ops::Table;
use crate::report::{Entry, Outcome, Report};
use crate::suite::{self, Suite, Test};
use crate::testee::Program;

/// Everything that was read before a run.
pub struct Book {
    pub table: Table,
    pub suites: Vec<Suite>,
    pub areas: BTreeMap<String, String>,
}

impl Book {
    pub fn load(root: &Path) -> Result<Book> {
        let table = Table::load(root)?;
        let suites = suite::load_all(root, "suites", &table)?;
        let areas = lists::areas(root)?;
        Ok(Book { table, suites, areas })
    }
}

/// Which tests to run: those whose full name begins so (all, if empty).
pub type Filter = String;

/// Runs the tests of all suites that the filter lets through.
///
/// # Errors
/// The filter lets nothing through.
pub fn run(
    table: &Table,
    suites: &[Suite],
    program: &Program,
    known: &BTreeMap<String, Known>,
    filter: &Filter,
    jobs: usize,
) -> Result<Report> {
    let all: Vec<(&Suite, &Test)> =
        suites.iter().flat_map(|suite| suite.tests.iter().map(move |test| (suite, test))).collect();
    let chosen: Vec<(usize, &Suite, &Test)> = all
        .iter()
        .filter(|(suite, test)| suite.full_name(test).starts_with(filter.as_str()))
        .enumerate()
        .map(|(index, (suite, test))| (index, *suite, *test))
        .collect();
    ensure!(!chosen.is_empty(), "no test is called {filter}…");

    let next = AtomicUsize::new(0);
    let done = Mutex::new((Vec::new(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, chosen.len()) {
            scope.spawn(|| {
                let mut executor = Executor::new(program, table);
                let (mut entries, mut faults) = (Vec::new(), Vec::new());
                while let Some((index, suite, test)) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    entries.push((*index, run_one(table, &mut executor, program, suite, test, known)));
                }
                faults.extend(executor.finish());
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                done.0.extend(entries);
                done.1.extend(faults);
            });
        }
    });
    let (mut entries, mut faults) = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    entries.sort_by_key(|(index, _)| *index);
    for name in known.keys() {
        if !all.iter().any(|(suite, test)| suite.full_name(test) == *name) {
            faults.push(format!("a known failure that names no test: {name}"));
        }
    }
    let tests = entries.into_iter().map(|(_, entry)| entry).collect();
    Ok(Report { testee: program.name.clone(), tests, faults })
}

fn run_one(
    table: &Table,
    executor: &mut Executor,
    program: &Program,
    suite: &Suite,
    test: &Test,
    known: &BTreeMap<String, Known>,
) -> Entry {
    let name = suite.full_name(test);
    let needs = suite.requirements(test, table);
    let begin = Instant::now();
    let outcome = match needs.difference(&program.capabilities).next() {
        Some(lacking) => skipped(lacking, known.get(&name)),
        None => weigh(executor.run(suite, test), known.get(&name)),
    };
    Entry { name, seconds: begin.elapsed().as_secs_f64(), outcome }
}

fn skipped(capability: &str, known: Option<&Known>) -> Outcome {
    match known {
        None => Outcome::Skipped { capability: capability.to_string() },
        Some(_) => Outcome::Failed {
            signature: "known, but skipped".to_string(),
            detail: format!("the testee lacks {capability}, so this is no known failure of it"),
        },
    }
}

/// An outcome in the light of what is known.
fn weigh(result: Result<(), Failure>, known: Option<&Known>) -> Outcome {
    match (result, known) {
        (Ok(()), None) => Outcome::Passed,
        (Ok(()), Some(known)) => Outcome::Failed {
            signature: "known, but passed".to_string(),
            detail: format!("strike it from the list of known failures: {}", known.reason),
        },
        (Err(failure), Some(known)) if failure.signature == known.signature => {
            Outcome::Known { reason: known.reason.clone() }
        }
        (Err(failure), known) => {
            let otherwise =
                known.map_or(String::new(), |known| format!(" (known to fail otherwise: {})", known.signature));
            Outcome::Failed { detail: format!("{}{otherwise}", failure.detail), signature: failure.signature }
        }
    }
}

/// Runs each area against a testee that is wrong in it. An area passes if a test of it fails.
///
/// # Errors
/// The testee does not take up a mutation.
pub fn mutation(book: &Book, program: &Program, known: &BTreeMap<String, Known>) -> Result<Report> {
    let mut tests = Vec::new();
    for (area, broken) in &book.areas {
        let begin = Instant::now();
        let program = Program { mutation: Some(area.clone()), ..program.clone() };
        let mut executor = Executor::new(&program, &book.table);
        let mut outcome = Outcome::Failed {
            signature: "not caught".to_string(),
            detail: format!("every test of the area passes although the testee is wrong: {broken}"),
        };
        let of_area = book.suites.iter().filter(|suite| suite.area == *area);
        for (suite, test) in of_area.flat_map(|suite| suite.tests.iter().map(move |test| (suite, test))) {
            let entry = run_one(&book.table, &mut executor, &program, suite, test, known);
            if let Outcome::Failed { signature, detail } = entry.outcome {
                ensure!(signature != Failure::NOT_STARTED && !signature.ends_with(": not started"), "{area}: {detail}");
                println!("{area}: caught by {}: {signature}", entry.name);
                outcome = Outcome::Passed;
                break;
            }
        }
        tests.push(Entry { name: format!("{area}/mutation"), seconds: begin.elapsed().as_secs_f64(), outcome });
    }
    Ok(Report { testee: program.name.clone(), tests, faults: Vec::new() })
}
