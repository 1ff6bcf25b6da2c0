//! The processes of `cargo xtask bench realtime`: each reads tasks from standard input, a JSON object a line, and
//! answers each with a line of JSON. A task that others wait for says that it is ready before it begins.

mod beaver;
mod clock;
mod costs;
mod flow;
mod idle;
mod latency;
mod means;
mod poll;
mod redis;

use std::io::Write;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

/// What may be asked.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Task {
    /// Waits for messages or items, and tells how long each was on its way.
    Receive(latency::Receive),
    /// Sends messages or items, with pauses.
    Send(latency::Send),
    /// Takes a lock and gives it up, again and again, and tells when.
    Pass(latency::Pass),
    /// Publishes many messages, a hundred at a time.
    Publish(flow::Publish),
    /// Reads many messages.
    Drain(flow::Drain),
    /// Puts and takes items for some seconds.
    Work(flow::Work),
    /// Waits ten times over while nothing happens.
    Idle(idle::Idle),
    /// Gets of a dict, from the cache or by a raw statement.
    Gets(costs::Gets),
    /// Sets of a dict, and the look whether anybody listens.
    Sets(costs::Sets),
}

impl Task {
    fn run(self) -> Result<Value> {
        match self {
            Task::Receive(task) => task.run(),
            Task::Send(task) => task.run(),
            Task::Pass(task) => task.run(),
            Task::Publish(task) => task.run(),
            Task::Drain(task) => task.run(),
            Task::Work(task) => task.run(),
            Task::Idle(task) => task.run(),
            Task::Gets(task) => task.run(),
            Task::Sets(task) => task.run(),
        }
    }
}

fn say(reply: &Value) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{reply}")?;
    Ok(out.flush()?)
}

/// Says that the others may begin.
fn say_ready() -> Result<()> {
    say(&json!({ "ready": true }))
}

/// The next line of standard input; none at its end.
fn hear() -> Result<Option<String>> {
    let mut line = String::new();
    let count = std::io::stdin().read_line(&mut line)?;
    Ok((count > 0).then_some(line))
}

fn main() -> Result<()> {
    while let Some(line) = hear()? {
        let task: Task = serde_json::from_str(&line).context("no task")?;
        say(&task.run()?)?;
    }
    Ok(())
}
