//! Judges the judge: files that it must reject, suites that must fail or pass with a scripted testee.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::executor::Failure;
use crate::fake::Script;
use crate::lists::Known;
use crate::ops::Table;
use crate::report::{Entry, Outcome, Report};
use crate::run;
use crate::suite::{Suite, files};
use crate::testee::Program;

/// A file below `meta/reject/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rejected {
    /// What is wrong with it.
    why: String,
    /// A part of the message.
    message: String,
    suite: Option<Box<RawValue>>,
    /// In place of a suite: text that is not even JSON.
    text: Option<String>,
}

/// A file below `meta/pass/` or `meta/fail/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Played {
    why: String,
    suite: Box<RawValue>,
    #[serde(default)]
    fake: Box<RawValue>,
    /// What its list says that the testee can do; what the script says, if nothing else.
    listed: Option<Vec<String>>,
    /// Known failures: name, signature.
    #[serde(default)]
    known: BTreeMap<String, String>,
    /// What becomes of each test: `passed`, `known`, `skipped`, or the signature of its failure.
    tests: BTreeMap<String, String>,
    /// A part of each message about what went wrong outside the tests.
    #[serde(default)]
    faults: Vec<String>,
}

/// Runs everything below `meta/`; `judge` is the program that plays the testee.
///
/// # Errors
/// The files cannot be read.
pub fn run(root: &Path, judge: &Path, table: &Table) -> Result<Report> {
    let mut tests = Vec::new();
    for path in files(&root.join("meta"))? {
        let name = path.strip_prefix(root).unwrap_or(&path).with_extension("").display().to_string().replace('\\', "/");
        let text = std::fs::read_to_string(&path).with_context(|| name.clone())?;
        let begin = std::time::Instant::now();
        let result = if name.starts_with("meta/reject/") {
            reject(&text, table)
        } else {
            play(&text, judge, table, name.starts_with("meta/pass/"))
        };
        let outcome = match result {
            Ok(()) => Outcome::Passed,
            Err(error) => Outcome::Failed { signature: "the judge is wrong".to_string(), detail: format!("{error:#}") },
        };
        tests.push(Entry { name, seconds: begin.elapsed().as_secs_f64(), outcome });
    }
    Ok(Report { testee: "judge".to_string(), tests, faults: Vec::new() })
}

fn reject(text: &str, table: &Table) -> Result<()> {
    let file: Rejected = serde_json::from_str(text)?;
    let suite = match (&file.suite, &file.text) {
        (Some(suite), None) => suite.get(),
        (None, Some(text)) => text.as_str(),
        _ => bail!("a suite or a text"),
    };
    match Suite::parse(suite, table) {
        Ok(_) => bail!("it was accepted: {}", file.why),
        Err(error) => {
            let message = format!("{error:#}");
            ensure!(message.contains(&file.message), "expected {:?}, got {message:?}", file.message);
            Ok(())
        }
    }
}

fn play(text: &str, judge: &Path, table: &Table, all_pass: bool) -> Result<()> {
    let file: Played = serde_json::from_str(text)?;
    ensure!(!file.why.is_empty(), "a reason belongs here");
    let suite = Suite::parse(file.suite.get(), table)?;
    let script_text = if file.fake.get() == "null" { "{}" } else { file.fake.get() };
    let script: Script = serde_json::from_str(script_text)?;
    let folder = tempfile::tempdir()?;
    let script_file = folder.path().join("script.json");
    std::fs::write(&script_file, script_text)?;
    let program = Program {
        name: "fake".to_string(),
        command: vec![judge.display().to_string(), "fake".to_string(), script_file.display().to_string()],
        protocol: table.protocol,
        capabilities: file.listed.map_or(script.capabilities, |listed| listed.into_iter().collect()),
        mutation: None,
        limit: Duration::from_millis(1500),
    };
    let known = file
        .known
        .into_iter()
        .map(|(name, signature)| (name, Known { signature, reason: "it is so in this test".to_string() }))
        .collect();
    let report = run::run(table, &[suite], &program, &known, &String::new(), 1)?;
    let mut found = BTreeMap::new();
    let mut details = Vec::new();
    for entry in &report.tests {
        let word = match &entry.outcome {
            Outcome::Passed => "passed".to_string(),
            Outcome::Known { .. } => "known".to_string(),
            Outcome::Skipped { .. } => "skipped".to_string(),
            Outcome::Failed { signature, detail } => {
                details.push(format!("{}: {detail}", entry.name));
                if signature.ends_with(Failure::NOT_STARTED) { detail.clone() } else { signature.clone() }
            }
        };
        found.insert(entry.name.clone(), word);
    }
    ensure!(found.len() == file.tests.len(), "expected {:?}, got {found:?}", file.tests);
    for (name, word) in &file.tests {
        let got = found.get(name).with_context(|| format!("no test {name}"))?;
        ensure!(got == word, "{name}: expected {word:?}, got {got:?}: {details:?}");
    }
    ensure!(report.faults.len() == file.faults.len(), "expected the faults {:?}, got {:?}", file.faults, report.faults);
    for (part, fault) in file.faults.iter().zip(&report.faults) {
        ensure!(fault.contains(part), "expected the fault {part:?}, got {fault:?}");
    }
    ensure!(report.good() == all_pass, "a run like this one must {}", if all_pass { "pass" } else { "fail" });
    Ok(())
}
