//! What an open file costs in memory, whatever its size.

use super::Effort;
use super::programs::Programs;
use super::report::{Ratio, Row, Section, Target, median};
use anyhow::Result;
use serde::Deserialize;
use std::path::Path;

const MEBIBYTES: u64 = 1024;

#[derive(Deserialize)]
struct Opened {
    resident_kib: f64,
}

pub fn measure(programs: &Programs, effort: &Effort) -> Result<Section> {
    // Kept for the next time: making it takes longer than measuring.
    let big = programs.folder().join("large.db");
    if std::fs::metadata(&big).map_or(0, |file| file.len()) < MEBIBYTES << 20 {
        eprintln!("making a file of 1 GiB …");
        let _ = std::fs::remove_file(&big);
        open(programs, &big)?;
        let mut enlarge = programs.command("raw_enlarge");
        crate::sh::run(enlarge.arg(&big).arg(MEBIBYTES.to_string()))?;
    }
    let folder = programs.temp_dir()?;
    let (mut empty, mut large) = (Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        empty.push(open(programs, &folder.path().join("empty.db"))?);
        large.push(open(programs, &big)?);
    }
    let more: Vec<f64> = empty.iter().zip(&large).map(|(empty, large)| large - empty).collect();
    Ok(Section {
        mark: "memory",
        values: ["an empty file", "1 GiB"],
        rows: vec![Row {
            what: "resident after opening; the difference".to_owned(),
            values: [&empty, &large].map(|sizes| format!("{:.1} MiB", median(sizes))),
            ratio: Ratio::plain(&more),
            target: Target::Below(8.0, "MiB"),
        }],
    })
}

/// The resident memory of a process that has opened the file, in MiB.
fn open(programs: &Programs, file: &Path) -> Result<f64> {
    let opened: Opened = programs.line("open", &[], file)?;
    Ok(opened.resident_kib / 1024.0)
}
