//! What can be said about the suites without a testee.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};

use crate::lists;
use crate::ops::markdown;
use crate::run::Book;
use crate::suite::files;

/// Checks all files of the conformance suite. What is found is one line each.
///
/// # Errors
/// A file that cannot be read at all, or a suite that the loader rejects.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    against_schema(root, &mut found)?;
    let book = Book::load(root)?;
    let with_tests: BTreeSet<&str> = book.suites.iter().map(|suite| suite.area.as_str()).collect();
    let listed: BTreeSet<&str> = book.areas.keys().map(String::as_str).collect();
    for area in with_tests.symmetric_difference(&listed) {
        found.push(format!("the area {area} has suites or a line in areas.txt, and needs both"));
    }

    let mut names = BTreeSet::new();
    let mut used = BTreeSet::new();
    for suite in &book.suites {
        for test in &suite.tests {
            let name = suite.full_name(test);
            if !names.insert(name.clone()) {
                found.push(format!("two tests are called {name}"));
            }
            let mut entities = suite.entities_of(test);
            for step in test.steps.iter().chain(&test.outcome) {
                used.extend(step.operation(&entities));
                step.note_new_object(&mut entities, &book.table);
                // What a structure needs is opened unasked.
                used.extend(entities.values().map(|entity| format!("database.{}", entity.kind)));
            }
        }
    }
    let implied = ["open"];
    for operation in book.table.operations.keys() {
        if !used.contains(operation) && !implied.contains(&operation.as_str()) {
            found.push(format!("no test uses the operation {operation}"));
        }
    }
    for capability in book.table.capabilities.keys() {
        let needed = |suite: &crate::suite::Suite| {
            suite.tests.iter().any(|test| suite.requirements(test, &book.table).contains(capability))
        };
        if !book.suites.iter().any(needed) {
            found.push(format!("no test needs the capability {capability}"));
        }
    }
    for testee in testees(root)? {
        if let Err(error) = lists::capabilities(root, &testee, &book.table) {
            found.push(format!("{error:#}"));
        }
        match lists::known(root, &testee) {
            Err(error) => found.push(format!("{error:#}")),
            Ok(known) => {
                let strange = known.keys().filter(|name| !names.contains(*name));
                found.extend(strange.map(|name| format!("known/{testee}.txt names no test: {name}")));
            }
        }
    }
    let spec = std::fs::read_to_string(root.join("SPEC.md")).context("SPEC.md")?;
    if !spec.contains(&markdown(root)?) {
        found.push("the table in SPEC.md is not that of schema/operations.json: see `beaver-judge table`".to_string());
    }
    Ok(found)
}

/// Every testee that has a list, in either folder.
fn testees(root: &Path) -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for folder in ["capabilities", "known"] {
        for entry in std::fs::read_dir(root.join(folder)).context(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "txt") {
                all.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
            }
        }
    }
    Ok(all)
}

fn against_schema(root: &Path, found: &mut Vec<String>) -> Result<()> {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(root.join("schema/suite-1.json"))?)?;
    let place = "urn:beaver:suite-1";
    compiler.add_resource(place, schema).map_err(|e| anyhow::anyhow!("schema/suite-1.json: {e}"))?;
    let form = compiler.compile(place, &mut schemas).map_err(|e| anyhow::anyhow!("schema/suite-1.json: {e}"))?;
    let interop = files(&root.join("interop"))?;
    for path in files(&root.join("suites"))?.into_iter().chain(interop) {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let suite = serde_json::from_str(&std::fs::read_to_string(&path)?).with_context(|| name.clone())?;
        if let Err(error) = schemas.validate(&suite, form) {
            found.push(format!("{name}: {error}"));
        }
    }
    Ok(())
}
