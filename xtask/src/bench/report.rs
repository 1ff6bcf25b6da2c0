//! Tables: on the terminal, and between the marks of docs/benchmarks.md.

use crate::{project, sh};
use anyhow::{Context, Result, bail};
use std::fmt;
use std::path::Path;

const PAGE: &str = "docs/benchmarks.md";

/// What one run of the benchmarks compares.
pub struct Section {
    /// Its mark in the page, and the word that runs it.
    pub mark: &'static str,
    /// The headings of the two values that are compared.
    pub values: [&'static str; 2],
    pub rows: Vec<Row>,
}

pub struct Row {
    pub what: String,
    pub values: [String; 2],
    pub ratio: Ratio,
    pub target: Target,
}

/// The second value in parts of the first: that of the medians, and the extremes of the rounds.
pub struct Ratio {
    pub median: f64,
    pub lowest: f64,
    pub highest: f64,
}

#[derive(Clone, Copy)]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
    /// A value in its own unit instead of a ratio.
    Below(f64, &'static str),
}

pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
}

impl Ratio {
    /// Of values that were measured by turns.
    pub fn of(first: &[f64], second: &[f64]) -> Ratio {
        let each = || first.iter().zip(second).map(|(first, second)| second / first);
        Ratio {
            median: median(second) / median(first),
            lowest: each().fold(f64::INFINITY, f64::min),
            highest: each().fold(0.0, f64::max),
        }
    }

    /// Of values that are no ratios themselves.
    pub fn plain(values: &[f64]) -> Ratio {
        Ratio {
            median: median(values),
            lowest: values.iter().copied().fold(f64::INFINITY, f64::min),
            highest: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

impl Row {
    /// Two series of durations in microseconds, of which the second may be so many times the first.
    pub fn durations(what: &str, first: &[f64], second: &[f64], target: Target) -> Row {
        let values = [first, second].map(|values| format!("{:.2} µs", median(values)));
        Row { what: what.to_owned(), values, ratio: Ratio::of(first, second), target }
    }

    /// Two series of operations a second.
    pub fn throughputs(what: &str, first: &[f64], second: &[f64], target: Target) -> Row {
        let values = [first, second].map(|values| format!("{:.0} /s", median(values)));
        Row { what: what.to_owned(), values, ratio: Ratio::of(first, second), target }
    }

    fn met(&self) -> bool {
        match self.target {
            Target::AtMost(most) => self.ratio.median <= most,
            Target::AtLeast(least) => self.ratio.median >= least,
            // Of a bound on something that must never happen, the worst round counts.
            Target::Below(bound, _) => self.ratio.highest < bound,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::AtMost(most) => write!(f, "at most {most} x"),
            Target::AtLeast(least) => write!(f, "at least {least} x"),
            Target::Below(bound, unit) => write!(f, "below {bound} {unit}"),
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.values;
        writeln!(f, "| what | {first} | {second} | ratio (of the rounds) | target | met |")?;
        writeln!(f, "|---|--:|--:|--:|--:|---|")?;
        for row in &self.rows {
            let Ratio { median, lowest, highest } = row.ratio;
            let [first, second] = &row.values;
            let met = if row.met() { "yes" } else { "**no**" };
            let unit = match row.target {
                Target::Below(_, unit) => format!(" {unit}"),
                _ => String::new(),
            };
            writeln!(
                f,
                "| {} | {first} | {second} | {median:.2}{unit} ({lowest:.2} to {highest:.2}) | {} | {met} |",
                row.what, row.target
            )?;
        }
        Ok(())
    }
}

/// What is put between the marks of one name.
pub struct Written {
    pub mark: String,
    pub text: String,
    /// How it is made again.
    pub command: String,
}

/// Puts each table in its place in the page, with the command and the machine, of which `folder` tells the disk.
pub fn write(tables: &[Written], folder: &Path) -> Result<()> {
    let mut page = project::read(PAGE)?;
    let machine = machine(folder)?;
    for Written { mark, text, command } in tables {
        let (begin, end) = (format!("<!-- {mark} -->"), format!("<!-- end of {mark} -->"));
        let from = page.find(&begin).with_context(|| format!("{PAGE} has no {begin}"))? + begin.len();
        let to = page.find(&end).with_context(|| format!("{PAGE} has no {end}"))?;
        if to < from {
            bail!("{PAGE}: {end} stands before {begin}");
        }
        page.replace_range(from..to, &format!("\n{text}\n`{command}` on {machine}.\n"));
    }
    std::fs::write(project::root().join(PAGE), page).with_context(|| format!("cannot write {PAGE}"))?;
    println!("\nwritten into {PAGE}");
    Ok(())
}

/// Processor, cores, system, file system.
fn machine(folder: &Path) -> Result<String> {
    let field = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once([':', '=']));
        value.map_or("unknown".to_owned(), |(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let cores = std::thread::available_parallelism()?;
    let kernel = sh::quiet_output(sh::command("uname").args(["-s", "-r"]))?;
    let disk = sh::quiet_output(sh::command("stat").args(["-f", "-c", "%T"]).arg(folder))?;
    Ok(format!(
        "{}, {cores} cores; {}, {}; file system {}",
        field("/proc/cpuinfo", "model name"),
        field("/etc/os-release", "PRETTY_NAME"),
        kernel.trim(),
        disk.trim()
    ))
}
