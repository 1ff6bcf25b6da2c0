//! One thread through the C API, beside raw SQLite doing the same.

use super::Effort;
use super::programs::{Measured, Programs};
use super::report::{Row, Section, Target};
use anyhow::Result;

/// The works of benches/c/workload.h: what each is, how often it is done, and what it may cost.
const WORKS: [(&str, &str, u32, f64); 7] = [
    ("get", "dict get", 200_000, 1.2),
    ("set", "dict set, a new key", 20_000, 1.2),
    ("overwrite", "dict set, an overwrite", 20_000, 0.5),
    ("batch", "batch of 1,000 sets", 50, 1.5),
    ("push", "list push", 20_000, 1.3),
    ("put", "queue put", 20_000, 1.3),
    ("blob", "blob put, 4 KiB", 10_000, 1.15),
];

pub fn measure(programs: &Programs, effort: &Effort) -> Result<Section> {
    let mut rows = Vec::new();
    for (work, what, count, most) in WORKS {
        eprintln!("{what} …");
        let count = effort.count(count).to_string();
        let (mut raw, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..effort.rounds {
            for (program, times) in [("raw", &mut raw), ("beaver", &mut ours)] {
                let folder = programs.temp_dir()?;
                let file = folder.path().join("bench.db");
                let measured: Measured = programs.line(program, &[work, &count], &file)?;
                times.push(measured.microseconds_each());
            }
        }
        rows.push(Row::durations(what, &raw, &ours, Target::AtMost(most)));
    }
    Ok(Section { mark: "c", values: ["raw SQLite", "beaver"], rows })
}
