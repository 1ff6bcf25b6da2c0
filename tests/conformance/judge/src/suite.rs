//! The suite files: their form, and what a schema cannot say about them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::ops::Table;
use crate::sound::Checker;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// The version of this form: 1.
    #[serde(rename = "suite")]
    pub version: u64,
    pub area: String,
    pub topic: String,
    pub description: String,
    /// What a surface must have for any of these tests.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Objects by the names that steps call them. `db`, a database, is always there.
    #[serde(default)]
    pub entities: BTreeMap<String, Entity>,
    pub tests: Vec<Test>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// `database` or a structure.
    pub kind: String,
    /// Of a structure.
    pub name: Option<Box<RawValue>>,
    /// Of a structure: the entity of its database, `db` if not given.
    pub database: Option<String>,
    /// Of a database: a file in the test's folder, or `:memory:`.
    pub path: Option<String>,
    /// Of a database.
    pub options: Option<Box<RawValue>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    pub name: String,
    /// What the expectations rest on: a section of the guide or a rule of SPEC.md.
    pub because: String,
    #[serde(default)]
    pub requires: Vec<String>,
    #[serde(default)]
    pub entities: BTreeMap<String, Entity>,
    /// Files that are there before the test begins: name and text.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Workers beside `main`: `process` or `thread`.
    #[serde(default)]
    pub workers: BTreeMap<String, WorkerKind>,
    pub steps: Vec<Step>,
    /// Steps after everything was closed and opened again.
    #[serde(default)]
    pub outcome: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkerKind {
    Process,
    Thread,
}

/// One step. Which it is, is said by the one field of `on`, `call`, `await`, `pending`, `sleep_ms`, `kill`,
/// `reopen` that is there.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// A request to an object …
    pub on: Option<String>,
    #[serde(rename = "do")]
    pub verb: Option<String>,
    /// … or to none.
    pub call: Option<String>,
    #[serde(default)]
    pub args: BTreeMap<String, Box<RawValue>>,
    #[serde(rename = "as")]
    pub creates: Option<String>,
    pub worker: Option<String>,
    pub background: Option<String>,

    #[serde(rename = "await")]
    pub awaits: Option<String>,
    pub pending: Option<String>,
    pub for_ms: Option<u64>,
    pub sleep_ms: Option<u64>,
    pub kill: Option<String>,
    pub reopen: Option<String>,

    #[serde(default, deserialize_with = "given")]
    pub result: Option<Box<RawValue>>,
    pub absent: Option<True>,
    pub timeout: Option<True>,
    pub error: Option<Box<RawValue>>,
    #[serde(default)]
    pub save: BTreeMap<String, String>,
    pub within_ms: Option<u64>,
    pub at_least_ms: Option<u64>,
}

/// A null that is written is an expectation, too.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

/// The word `true`, which alone makes sense there.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "bool")]
pub struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;
    fn try_from(value: bool) -> Result<True, &'static str> {
        if value { Ok(True) } else { Err("only true can stand here") }
    }
}

pub const MAIN: &str = "main";

impl Suite {
    /// Reads a suite and checks it against the table of operations.
    ///
    /// # Errors
    /// Whatever would make a test mean something else than its author thought.
    pub fn parse(text: &str, table: &Table) -> Result<Suite> {
        let suite: Suite = serde_json::from_str(text)?;
        ensure!(suite.version == 1, "this judge reads suites of version 1, not {}", suite.version);
        ensure!(!suite.description.is_empty(), "a suite without a description");
        ensure!(!suite.tests.is_empty(), "a suite without tests");
        for word in [&suite.area, &suite.topic].into_iter().chain(suite.tests.iter().map(|test| &test.name)) {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            ensure!(!word.is_empty() && word.chars().all(plain), "not a name in lower case and hyphens: {word:?}");
        }
        let mut names = BTreeSet::new();
        for test in &suite.tests {
            ensure!(names.insert(&test.name), "two tests are called {}", test.name);
            Checker::new(&suite, test, table)
                .and_then(|mut checker| checker.check())
                .with_context(|| suite.full_name(test))?;
        }
        Ok(suite)
    }

    pub fn full_name(&self, test: &Test) -> String {
        format!("{}/{}/{}", self.area, self.topic, test.name)
    }

    /// What a testee needs for the test.
    pub fn requirements(&self, test: &Test, table: &Table) -> BTreeSet<String> {
        let mut needs: BTreeSet<String> = self.requires.iter().chain(&test.requires).cloned().collect();
        if test.workers.values().any(|kind| *kind == WorkerKind::Thread) {
            needs.insert("threads".to_string());
        }
        let mut entities = self.entities_of(test);
        for step in test.steps.iter().chain(&test.outcome) {
            needs.extend(step.operation(&entities).and_then(|name| table.get(&name)?.requires.clone().context("")));
            step.note_new_object(&mut entities, table);
        }
        if entities.values().any(|entity| entity.path.as_deref() == Some(":memory:")) {
            needs.insert("memory".to_string());
        }
        needs
    }

    pub fn entities_of(&self, test: &Test) -> BTreeMap<String, Entity> {
        let database = Entity { kind: "database".into(), name: None, database: None, path: None, options: None };
        let mut all = BTreeMap::from([("db".to_string(), database)]);
        all.extend(self.entities.clone());
        all.extend(test.entities.clone());
        all
    }
}

impl Step {
    /// The operation on the wire, for a step that is a request.
    pub fn operation(&self, entities: &BTreeMap<String, Entity>) -> Result<String> {
        if let Some(call) = &self.call {
            return Ok(call.clone());
        }
        let on = self.on.as_ref().context("the step is no request")?;
        let verb = self.verb.as_ref().context("the step has no \"do\"")?;
        let entity = entities.get(on).with_context(|| format!("there is no entity {on}"))?;
        Ok(match (verb.as_str(), entity.kind.as_str()) {
            ("free", _) => "free".to_string(),
            ("open", "database") => "open".to_string(),
            ("open", kind) => format!("database.{kind}"),
            (verb, kind) => format!("{kind}.{verb}"),
        })
    }

    /// Remembers the object that the step makes, so that later steps can name it.
    pub fn note_new_object(&self, entities: &mut BTreeMap<String, Entity>, table: &Table) {
        let Some(name) = &self.creates else { return };
        let kind = self.operation(entities).ok().and_then(|op| table.get(&op).ok()?.creates.clone());
        let database = self.on.as_ref().and_then(|on| entities.get(on)?.database.clone());
        if let Some(kind) = kind {
            entities.insert(name.clone(), Entity { kind, name: None, database, path: None, options: None });
        }
    }

    pub fn expects_result(&self) -> bool {
        self.absent.is_none() && self.timeout.is_none() && self.error.is_none()
    }
}

/// All suites below `suites/`, in the order of their paths.
pub fn load_all(root: &Path, folder: &str, table: &Table) -> Result<Vec<Suite>> {
    let mut suites = Vec::new();
    for path in files(&root.join(folder))? {
        let place = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let text = std::fs::read_to_string(&path).with_context(|| place.clone())?;
        let suite = Suite::parse(&text, table).with_context(|| place.clone())?;
        let expected = format!("{folder}/{}/{}.json", suite.area, suite.topic);
        ensure!(place.replace('\\', "/") == expected, "{place} says that it is {expected}");
        suites.push(suite);
    }
    Ok(suites)
}

/// The JSON files below a folder, sorted.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "json") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
