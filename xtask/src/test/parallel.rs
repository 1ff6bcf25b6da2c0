//! Several steps at once: each is a process of its own, so that its output can be kept together.

use super::{Clock, Outcome, Step, Took, missing};
use crate::sh;
use anyhow::{Context, Result};
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// So many of the last lines of a failed step are shown again at the end.
const LAST_LINES: usize = 80;

/// Runs the steps, so many at once, and shows each when it has ended. The results are in the order of the steps.
pub fn run(
    steps: &[&'static Step],
    jobs: usize,
    required: impl Fn(&Step) -> bool + Sync,
) -> Result<Vec<(&'static Step, Outcome, Took)>> {
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    // A copy: a step that builds the workspace may put another build of this program in its place.
    let folder = sh::temp_dir()?;
    let program = folder.path().join("xtask");
    sh::put(&std::env::current_exe().context("where is xtask itself?")?, &program)?;
    std::thread::scope(|scope| -> Result<()> {
        let work = || -> Result<()> {
            while let Some((index, step)) = steps.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
                let clock = Clock::start();
                let (outcome, processors) = match missing(step, required(step)) {
                    Some(outcome) => (outcome, Duration::ZERO),
                    None => perform(&program, step)?,
                };
                // What ended meanwhile may be of other steps: this one has measured itself.
                let took = Took { processors, ..clock.stop() };
                let mut results = results.lock().expect("no thread panics with it");
                results.push((index, (*step, outcome, took)));
            }
            Ok(())
        };
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker does not panic"))
    })?;
    let mut results = results.into_inner().expect("no thread panics with it");
    results.sort_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// Runs one step in a process of that program. Gives what the processors had to do, too.
fn perform(program: &Path, step: &Step) -> Result<(Outcome, Duration)> {
    eprintln!("... {} begins", step.name);
    let mut output = tempfile::tempfile()?;
    let mut command = sh::command(program);
    command.args(["test", step.name]).stdout(output.try_clone()?).stderr(output.try_clone()?);
    let status = command.status()?;
    let mut text = Vec::new();
    output.rewind()?;
    output.read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    // Without the table of the one step.
    let (shown, table) = text.split_at(text.rfind("\nstep ").unwrap_or(text.len()));
    let row = table.lines().find(|line| line.split_whitespace().next() == Some(step.name)).unwrap_or_default();
    let processors = row.split_whitespace().nth(3).and_then(|seconds| seconds.parse().ok());
    let processors = Duration::from_secs_f64(processors.unwrap_or_default());
    // In one go: not between the lines of another.
    println!("{shown}");
    let why = || {
        let mark = format!("{}: ", step.name);
        let line = shown.lines().rev().find_map(|line| line.strip_prefix(&mark));
        line.map_or_else(|| status.to_string(), str::to_owned)
    };
    let outcome = if status.success() { Outcome::Passed } else { Outcome::Failed(why(), last_lines(shown)) };
    Ok((outcome, processors))
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}
