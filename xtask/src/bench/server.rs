//! The programs that measure: each a process that is asked by lines of JSON and answers so.

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Killed when dropped.
pub struct Server {
    name: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Server {
    pub fn start(name: &str, command: &mut Command) -> Result<Server> {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let input = child.stdin.take().context("no standard input")?;
        let output = BufReader::new(child.stdout.take().context("no standard output")?);
        Ok(Server { name: name.to_owned(), child, input, output })
    }

    pub fn ask<T: DeserializeOwned>(&mut self, task: &Value) -> Result<T> {
        self.tell(task)?;
        self.hear()
    }

    /// Gives it something to do, while others do something too.
    pub fn tell(&mut self, task: &Value) -> Result<()> {
        writeln!(self.input, "{task}").and_then(|()| self.input.flush()).with_context(|| self.gone())
    }

    pub fn hear<T: DeserializeOwned>(&mut self) -> Result<T> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        if line.is_empty() {
            bail!(self.gone());
        }
        serde_json::from_str(&line).with_context(|| format!("{} answered wrongly", self.name))
    }

    fn gone(&self) -> String {
        format!("{} has ended before its time", self.name)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It fails only where the program has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
