//! What a command costs in the shell: the whole process, from its start to its end.

use super::Bench;
use crate::bench::report::median;
use crate::bench::table::{Line, Table, time, times};
use crate::sh;
use crate::test::oracle;
use anyhow::{Result, ensure};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const COMMANDS: usize = 50;
/// It takes the better part of a second each time.
const COMMANDS_OF_1X: usize = 3;

pub fn measure(bench: &Bench, table: &mut Table) -> Result<()> {
    eprintln!("commands …");
    let file = bench.path("shell.db");
    let command = |words: &[&str]| {
        let mut command = sh::command(&bench.beaver);
        command.arg("--database").arg(&file).args(words);
        command
    };
    sh::quiet_output(&mut command(&["dict", "x", "set", "y", "1"]))?;
    let mut ours = Vec::new();
    for _ in 0..bench.effort.rounds * COMMANDS {
        ours.push(run(&mut command(&["dict", "x", "get", "y"]))?);
    }
    ours.sort_by(f64::total_cmp);
    let p99 = ours.get(ours.len() * 99 / 100).copied().unwrap_or(f64::NAN);
    let mut line = Line::new("beaver dict x get y, the whole process", format!("{} (p99 {})", times(&ours), time(p99)));
    // Its program stands beside its Python.
    let other =
        oracle().and_then(sh::which).map(|python| python.with_file_name("beaver")).filter(|path| path.is_file());
    if let Some(other) = other {
        let theirs = of_1x(&other, &bench.path("shell-1x.db"))?;
        line = line.peer(format!("1.3.0: {}", times(&theirs)));
    }
    table.lines.push(line.aims("under 10 ms", Some(median(&ours) < 10e3)));
    Ok(())
}

/// In microseconds.
fn run(command: &mut Command) -> Result<f64> {
    let start = Instant::now();
    let output = command.output()?;
    let micros = start.elapsed().as_secs_f64() * 1e6;
    ensure!(output.status.success() && output.stdout.starts_with(b"1"), "a command failed: {output:?}");
    Ok(micros)
}

fn of_1x(program: &Path, file: &Path) -> Result<Vec<f64>> {
    let command = |words: &[&str]| {
        let mut command = sh::command(program);
        command.arg("--database").arg(file).args(words);
        command
    };
    sh::quiet_output(&mut command(&["dict", "x", "set", "y", "1"]))?;
    (0..COMMANDS_OF_1X).map(|_| run(&mut command(&["dict", "x", "get", "y"]))).collect()
}
