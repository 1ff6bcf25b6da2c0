//! The client of `cargo xtask bench server`: reads tasks from standard input, a JSON object a line, and answers each with a
//! line of JSON. It is a process of its own, so that no server shares its threads or its memory with it.

mod http;
mod load;
mod random;
mod search;
mod speech;
mod subscribers;

use std::io::Write;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// What may be asked.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Task {
    /// Gets or puts values of a dict, over many connections at once.
    Load(load::Load),
    /// Searches over one connection.
    Search(search::Search),
    /// Opens WebSockets, which stay open as long as this process.
    Subscribe(subscribers::Subscribe),
}

impl Task {
    fn run(self, open: &mut Vec<subscribers::Open>) -> Result<Value> {
        match self {
            Task::Load(task) => task.run(),
            Task::Search(task) => task.run(),
            Task::Subscribe(task) => {
                *open = task.run()?;
                Ok(Value::from(open.len()))
            }
        }
    }
}

fn main() -> Result<()> {
    let mut open = Vec::new();
    for line in std::io::stdin().lines() {
        let task: Task = serde_json::from_str(&line?).context("no task")?;
        let reply = task.run(&mut open)?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{reply}")?;
        out.flush()?;
    }
    Ok(())
}
