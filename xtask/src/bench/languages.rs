//! `cargo xtask bench bindings`: what a call costs in each language, beside C and beside BeaverDB 1.3.0.
//!
//! The programs are in benches/bindings; each prints one line of microseconds for each call. They run by turns, each on
//! a fresh file.

use super::report::{self, Written, median};
use super::table::{Line, Table, time};
use crate::bindings::{self, Language};
use crate::compiler::{self, Linkage};
use crate::library::{Library, Profile};
use crate::test::{MAVEN, SWIFT, languages, oracle, pythons};
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const MARK: &str = "bindings";
const SOURCES: &str = "benches/bindings";
/// Samples of each call; of 1.3.0, whose calls take long, fewer.
const SAMPLES: u32 = 15;
const SAMPLES_OF_1X: u32 = 3;
const DOCUMENTS: u32 = 10_000;
/// 1.3.0 takes the longer for a document the more there are: with so many it is measured at its better.
const DOCUMENTS_OF_1X: u32 = 1_000;

/// A program and its arguments behind those that all get: the file, and how many samples.
struct Program {
    name: &'static str,
    command: Vec<String>,
    samples: u32,
    more: Vec<String>,
}

/// Microseconds of each round, by program and call.
type Found = BTreeMap<&'static str, BTreeMap<String, Vec<f64>>>;

pub fn run(rounds: usize, quick: bool, write: bool) -> Result<()> {
    if write && quick {
        bail!("--write keeps numbers of the whole work: not with --quick");
    }
    let folder = project::target()?.join("bench");
    std::fs::create_dir_all(&folder)?;
    let folder = tempfile::Builder::new().prefix("bindings-").tempdir_in(&folder)?;
    let programs = programs(folder.path(), if quick { 10 } else { 1 })?;
    let mut found = Found::new();
    for round in 1..=rounds {
        for program in &programs {
            eprintln!("round {round}: {} …", program.name);
            let file = folder.path().join("bench.db");
            let calls = measure(program, &file)?;
            for (call, micros) in calls {
                found.entry(program.name).or_default().entry(call).or_default().push(micros);
            }
            for ending in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{ending}", file.display()));
            }
        }
    }
    let table = table(&found, quick);
    println!("\n{table}");
    if write {
        let command = format!("cargo xtask bench {MARK} --rounds {rounds}");
        let written = Written { mark: MARK.to_owned(), text: table.to_string(), command };
        report::write(&[written], folder.path())?;
    }
    Ok(())
}

fn measure(program: &Program, file: &Path) -> Result<BTreeMap<String, f64>> {
    let (first, rest) = program.command.split_first().context("a program without a command")?;
    // Swift's root has the repository in another place.
    let inside = file.strip_prefix(project::root()).ok().filter(|_| program.name == "Swift");
    let file = inside.map_or(file.to_owned(), |inside| Path::new(languages::INSIDE).join(inside));
    let mut command = sh::command(first);
    command.args(rest).arg(file).arg(program.samples.to_string()).args(&program.more);
    if program.name == "Python" {
        command.env("PYTHONPATH", project::root().join("bindings/python/src")).env("PYTHONDONTWRITEBYTECODE", "1");
    }
    let output = sh::quiet_output(&mut command)?;
    serde_json::from_str(&output).with_context(|| format!("{} printed {output:?}", program.name))
}

fn programs(folder: &Path, divisor: u32) -> Result<Vec<Program>> {
    let library = Library::build(Profile::Release)?;
    let source = compiler::source(&format!("{SOURCES}/bindings.c"));
    let c = compiler::build(&source, &library, Linkage::Shared, &["-O2"], folder)?;
    let samples = SAMPLES / divisor.min(5);
    let mut programs = vec![Program { name: "C", command: vec![c.display().to_string()], samples, more: Vec::new() }];
    let script = format!("{SOURCES}/bindings.py");
    if let Some((_, python)) = pythons().last() {
        bindings::make(&[Language::Python], Profile::Release)?;
        sh::run(Command::new(python).arg(project::root().join("bindings/python/develop.py")))?;
        programs.push(Program {
            name: "Python",
            command: vec![python.display().to_string(), script.clone()],
            samples,
            more: [DOCUMENTS, DOCUMENTS].map(|documents| (documents / divisor).to_string()).to_vec(),
        });
    }
    if (MAVEN.is_there)() {
        let (command, _) = languages::kotlin_program("dev.beaver.bench.BindingsKt", Profile::Release)?;
        programs.push(Program { name: "Kotlin", command, samples, more: Vec::new() });
    }
    if (SWIFT.is_there)() {
        let command = languages::swift_program(languages::SWIFT, "beaver-bench", Profile::Release)?;
        programs.push(Program { name: "Swift", command, samples, more: Vec::new() });
    }
    if let Some(python) = oracle() {
        programs.push(Program {
            name: "1.3.0",
            command: vec![python.to_owned(), script],
            samples: SAMPLES_OF_1X,
            more: [(DOCUMENTS_OF_1X / divisor).max(500), DOCUMENTS / divisor].map(|n| n.to_string()).to_vec(),
        });
    }
    Ok(programs)
}

fn table(found: &Found, quick: bool) -> Table {
    let mut lines = Vec::new();
    let get = |program: &str, call: &str| found.get(program).and_then(|calls| calls.get(call)).map(Vec::as_slice);
    let micros = |times: &[f64]| match median(times) {
        short if short < 100.0 => format!("{short:.1} µs"),
        long => time(long),
    };
    for (call, what, target) in BESIDE_1X {
        if let (Some(ours), Some(theirs)) = (get("Python", call), get("1.3.0", call)) {
            let line = Line::new(format!("Python: {what}"), micros(ours));
            lines.push(line.peer(format!("1.3.0: {}", micros(theirs))).speed(ours, theirs).at_least(*target));
        }
    }
    if let (Some(ours), Some(theirs)) = (get("Python", "search_few"), get("1.3.0", "search_few")) {
        let line = Line::new("Python: search by vector, 500 documents".to_owned(), micros(ours));
        lines.push(line.peer(format!("1.3.0: {}", micros(theirs))).speed(ours, theirs));
    }
    for (language, most) in [("Python", 10.0), ("Kotlin", 40.0), ("Swift", 1.0)] {
        if let (Some(ours), Some(c)) = (get(language, "dict_get"), get("C", "dict_get")) {
            let over = median(ours) - median(c);
            let line = Line::new(format!("{language}: dict get"), micros(ours)).peer(format!("C: {}", micros(c)));
            lines.push(line.aims(format!("at most {most} µs over C"), Some(over <= most)));
        }
    }
    if let Some(floor) = get("Kotlin", "jna") {
        lines.push(Line::new("Kotlin: a call without arguments through JNA, the floor".to_owned(), micros(floor)));
    }
    for (language, most) in [("Python", 3.0), ("Kotlin", 2.0), ("Swift", 2.0)] {
        if let (Some(ours), Some(c)) = (get(language, "get_many"), get("C", "get_many")) {
            let line = Line::new(format!("{language}: 1,000 values by get_many"), micros(ours));
            lines.push(line.peer(format!("C: {}", micros(c))).costs(ours, c).at_most(most));
        }
    }
    for language in ["Python", "Kotlin", "Swift"] {
        if let (Some(ours), Some(c)) = (get(language, "vector"), get("C", "vector")) {
            let what = format!("{language}: a search with 1,536 floats, over one with four");
            lines.push(Line::new(what, micros(ours)).peer(format!("C: {}", micros(c))));
        }
    }
    let mut notes = vec![format!(
        "1.3.0 has no calls for many: it does them one by one. It indexes {DOCUMENTS_OF_1X} documents, not {DOCUMENTS}, and takes the \
         longer for each the more there are. Misspelt words are searched in 500 documents."
    )];
    if quick {
        notes.push("A tenth of the work: the targets are not for it.".to_owned());
    }
    Table { part: MARK, lines, notes, small: quick }
}

/// Calls of Python that 1.3.0 has too, or does in a loop, and how many times as fast they are to be.
const BESIDE_1X: &[(&str, &str, f64)] = &[
    ("dict_get", "dict get", 10.0),
    ("dict_set", "dict set", 5.0),
    ("list_push", "list push", 5.0),
    ("queue_put_get", "queue put and get", 5.0),
    ("get_many", "1,000 values", 50.0),
    ("set_many", "1,000 keys set", 50.0),
    ("index", "a document of 384 dimensions, indexed in bulk", 50.0),
    ("search", "search by vector, 10,000 documents", 20.0),
    ("fuzzy", "match with two typos", 200.0),
];
