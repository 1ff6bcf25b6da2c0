//! What `cargo xtask trust` runs: faults, power losses and kills for some time, and a table of what was survived.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use beaver_core::Durability;
use beaver_trust::faults::{known, sweeps};
use beaver_trust::kills::{self, kill};
use beaver_trust::power::{Recording, WAYS};
use beaver_trust::vfs;

/// How many failures are told in full.
const TOLD: usize = 10;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["child", role, file, number] => kills::child(role, Path::new(file), number.parse().context("no number")?),
        ["run", seconds] => run(Duration::from_secs(seconds.parse().context("no number of seconds")?)),
        _ => bail!("beaver-trust run SECONDS"),
    }
}

/// What was tried, counted by what it was.
#[derive(Default)]
struct Report {
    counts: BTreeMap<(&'static str, String), u64>,
    failures: Vec<String>,
}

impl Report {
    fn count(&mut self, part: &'static str, what: impl Into<String>, count: u64) {
        *self.counts.entry((part, what.into())).or_default() += count;
    }

    fn fail(&mut self, error: &anyhow::Error) {
        let text = format!("{error:#}");
        if self.failures.len() < TOLD {
            println!("FAILED: {text}");
        }
        self.failures.push(text);
    }

    fn total(&self, part: &str) -> u64 {
        self.counts.iter().filter(|((of, _), _)| *of == part).map(|(_, count)| count).sum()
    }
}

fn run(time: Duration) -> Result<()> {
    let mut report = Report::default();
    // Before SQLite is used. The children that are killed are processes of their own, with SQLite as it is.
    vfs::install();
    kills_for(time / 3, &mut report)?;
    faults_for(time / 3, &mut report)?;
    power_for(time / 3, &mut report)?;
    println!("{:<14} {:<24} {:>10}", "part", "what", "survived");
    for ((part, what), count) in &report.counts {
        println!("{part:<14} {what:<24} {count:>10}");
    }
    for part in ["faults", "power losses", "kills"] {
        println!("{part}: {}", report.total(part));
    }
    println!("failures: {}", report.failures.len());
    ensure!(report.failures.is_empty(), "not everything was survived");
    Ok(())
}

/// Faults by turns: a first one of every kind in every workload, then the second ones, until the time is over.
fn faults_for(time: Duration, report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let known = known(folder.path())?;
    let mut sweeps = sweeps(&known, 1);
    let end = Instant::now() + time;
    while !sweeps.is_empty() && Instant::now() < end {
        sweeps.retain_mut(|sweep| {
            if Instant::now() >= end {
                return true;
            }
            match sweep.next(folder.path()) {
                Ok(None) => return false,
                Ok(Some(struck)) => {
                    report.count("faults", sweep.name(), struck);
                    report.count("workloads", sweep.known.name(), 1);
                }
                Err(error) => report.fail(&error),
            }
            true
        });
    }
    Ok(())
}

fn power_for(time: Duration, report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let known = known(folder.path())?;
    let end = Instant::now() + time;
    let mut recordings = Vec::new();
    for known in &known {
        for durability in [Durability::Normal, Durability::Full] {
            recordings.push((known.name(), durability, Recording::of(known, durability, folder.path())?));
        }
    }
    while !recordings.is_empty() && Instant::now() < end {
        recordings.retain_mut(|(name, durability, recording)| {
            if Instant::now() >= end {
                return true;
            }
            match recording.lose(1, folder.path()) {
                Ok(false) => return false,
                Ok(true) => report.count("power losses", format!("{name}, {durability:?}").to_lowercase(), WAYS),
                Err(error) => report.fail(&error),
            }
            true
        });
    }
    Ok(())
}

fn kills_for(time: Duration, report: &mut Report) -> Result<()> {
    let program = std::env::current_exe()?;
    let end = Instant::now() + time;
    let mut seed = 1;
    // A new file every minute or so: what was written is looked at as a whole after each dozen kills.
    while Instant::now() < end {
        let folder = tempfile::tempdir()?;
        let until = end.min(Instant::now() + Duration::from_secs(60));
        match kill(&program, folder.path(), until, u64::MAX, seed) {
            Ok(killed) => report.count("kills", "of four processes", killed.kills),
            Err(error) => report.fail(&error),
        }
        seed += 1;
    }
    Ok(())
}
