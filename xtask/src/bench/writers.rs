//! Many writers beside one: threads of one process, and processes.

use super::Effort;
use super::programs::{Measured, Programs};
use super::report::{Ratio, Row, Section, Target};
use anyhow::Result;

const THREADS: usize = 16;
const PROCESSES: usize = 4;
const SECONDS: f64 = 2.0;

/// One run of benches/c/writers.c: what each process measured.
fn run(
    programs: &Programs,
    effort: &Effort,
    durability: &str,
    threads: usize,
    processes: usize,
) -> Result<Vec<Measured>> {
    let folder = programs.temp_dir()?;
    let file = folder.path().join("bench.db");
    let (threads, seconds) = (threads.to_string(), effort.seconds(SECONDS).to_string());
    programs.together("writers", &[durability, &threads, &seconds], &file, processes)
}

fn total(measured: &[Measured]) -> f64 {
    measured.iter().map(Measured::per_second).sum()
}

pub fn threads(programs: &Programs, effort: &Effort) -> Result<Section> {
    let mut rows = Vec::new();
    for durability in ["normal", "full"] {
        eprintln!("threads, {durability} durability …");
        let (mut one, mut many) = (Vec::new(), Vec::new());
        for _ in 0..effort.rounds {
            one.push(total(&run(programs, effort, durability, 1, 1)?));
            many.push(total(&run(programs, effort, durability, THREADS, 1)?));
        }
        let what = format!("dict set, {durability} durability");
        rows.push(Row::throughputs(&what, &one, &many, Target::AtLeast(3.0)));
    }
    Ok(Section { mark: "threads", values: ["1 thread", "16 threads"], rows })
}

pub fn processes(programs: &Programs, effort: &Effort) -> Result<Section> {
    eprintln!("processes …");
    let (mut one, mut many) = (Vec::new(), Vec::new());
    let (mut waits, mut single_waits, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        let alone = run(programs, effort, "normal", 1, 1)?;
        one.push(total(&alone));
        single_waits.push(longest(&alone));
        let together = run(programs, effort, "normal", 1, PROCESSES)?;
        let sum = total(&together);
        many.push(sum);
        waits.push(longest(&together));
        let least = together.iter().map(Measured::per_second).fold(f64::INFINITY, f64::min);
        shares.push(least / sum);
    }
    let fair = [1.0 / 4.0];
    let share = Ratio::of(&fair.repeat(shares.len()), &shares);
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    Ok(Section {
        mark: "processes",
        values: ["1 process", "4 processes"],
        rows: vec![
            Row::throughputs("dict set", &one, &many, Target::AtLeast(0.8)),
            Row {
                what: "longest call".to_owned(),
                values: [&single_waits, &waits].map(|waits| format!("{:.1} ms", super::report::median(waits))),
                ratio: Ratio::plain(&waits),
                target: Target::Below(100.0, "ms"),
            },
            Row {
                what: "smallest share of the writes".to_owned(),
                values: [percent(fair[0]), percent(super::report::median(&shares))],
                ratio: share,
                target: Target::AtLeast(0.5),
            },
        ],
    })
}

/// In milliseconds.
fn longest(measured: &[Measured]) -> f64 {
    measured.iter().map(|process| process.longest * 1e3).fold(0.0, f64::max)
}
