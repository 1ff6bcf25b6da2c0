//! The side of beaver in `cargo xtask bench search` and `vectors`: reads tasks from standard input, a JSON object a line, and
//! answers each with a line of JSON. The peers (benches/python) speak the same way, so that all can be asked by turns.

mod documents;
mod filters;
mod folder;
mod graph;
mod grown;
mod process;
mod random;
mod text;
mod times;
mod truth;
mod vectors;
mod wordnet;
mod writers;

use std::io::Write;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// What may be asked.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Task {
    /// Writes the rows, the queries and the texts that everybody measures with, and gives the right answers.
    Prepare(folder::Prepare),
    /// The same without texts, with more rows than the data has.
    Grow(grown::Grow),
    /// Makes a database of the vectors.
    Build(vectors::Build),
    /// Opens a database, as far as the first answer.
    Open(vectors::Open),
    /// Searches in what is open.
    Search(vectors::Search),
    /// Searches in what is open for some seconds.
    SearchFor(vectors::SearchFor),
    /// Recall after many changes, beside a fresh build.
    Changes(vectors::Changes),
    /// Searches with filters, beside searches without.
    Filters(filters::Filters),
    /// Indexes documents one by one into collections of several sizes.
    IndexOne(documents::IndexOne),
    /// Indexes many documents.
    Bulk(documents::Bulk),
    /// Indexes documents into a database for some seconds, one by one or in bulk.
    WriteFor(writers::WriteFor),
    /// Indexes documents one by one while the collection becomes large.
    IndexGrowing(writers::IndexGrowing),
    /// Makes the index of a database anew, step by step.
    Compact(writers::Compact),
    /// Full-text search, beside the bare statement.
    Match(text::Match),
    /// Fuzzy search, beside tantivy's.
    Fuzzy(text::Fuzzy),
    /// Connects the documents of a database.
    Connect(graph::Connect),
    /// Walks and paths.
    Walk(graph::Walk),
    /// Hybrid search, beside its legs one by one.
    Hybrid(graph::Hybrid),
}

impl Task {
    fn run(self, opened: &mut Option<vectors::Opened>) -> Result<Value> {
        match self {
            Task::Prepare(task) => task.run(),
            Task::Grow(task) => task.run(),
            Task::Build(task) => task.run(),
            Task::Open(task) => {
                let (now_open, reply) = task.run()?;
                *opened = Some(now_open);
                Ok(reply)
            }
            Task::Search(task) => task.run(opened.as_ref().context("nothing is open")?),
            Task::SearchFor(task) => task.run(opened.as_ref().context("nothing is open")?),
            Task::Changes(task) => task.run(),
            Task::Filters(task) => task.run(),
            Task::IndexOne(task) => task.run(),
            Task::Bulk(task) => task.run(),
            Task::WriteFor(task) => task.run(),
            Task::IndexGrowing(task) => task.run(),
            Task::Compact(task) => task.run(),
            Task::Match(task) => task.run(),
            Task::Fuzzy(task) => task.run(),
            Task::Connect(task) => task.run(),
            Task::Walk(task) => task.run(),
            Task::Hybrid(task) => task.run(),
        }
    }
}

fn main() -> Result<()> {
    let mut opened = None;
    for line in std::io::stdin().lines() {
        let task: Task = serde_json::from_str(&line?).context("no task")?;
        let reply = task.run(&mut opened)?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{reply}")?;
        out.flush()?;
    }
    Ok(())
}
