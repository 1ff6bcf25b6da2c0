//! What a list costs when it is long.

use super::Effort;
use super::programs::{Measured, Programs};
use super::report::{Row, Section, Target};
use anyhow::Result;

const LENGTHS: [u32; 2] = [1_000, 1_000_000];
const GETS: u32 = 50_000;
const INSERTS: u32 = 500;

pub fn measure(programs: &Programs, effort: &Effort) -> Result<Section> {
    let folder = programs.temp_dir()?;
    let file = |length: u32| folder.path().join(format!("{length}.db"));
    for length in LENGTHS {
        eprintln!("a list of {length} items …");
        let _: Measured = programs.line("lists", &["fill", &length.to_string()], &file(length))?;
    }
    // The first insert in the middle counts a list, and gets find their place another way from then on.
    let works = [
        ("get", GETS, "get, anywhere"),
        ("insert", INSERTS, "insert, anywhere, after the first"),
        ("get", GETS, "get, after inserts"),
    ];
    let mut rows = Vec::new();
    for (work, count, what) in works {
        eprintln!("{what} …");
        let count = effort.count(count).to_string();
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..effort.rounds {
            for (length, times) in LENGTHS.into_iter().zip(&mut times) {
                let measured: Measured = programs.line("lists", &[work, &count], &file(length))?;
                times.push(measured.microseconds_each());
            }
        }
        let [short, long] = &times;
        rows.push(Row::durations(what, short, long, Target::AtMost(3.0)));
    }
    Ok(Section { mark: "lists", values: ["1,000 items", "1,000,000 items"], rows })
}
