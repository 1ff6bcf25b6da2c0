//! Writers: what they do to another process that searches, and how long the longest of their commits takes.

use super::{Bench, DIMENSION, Micros, Prepared, with};
use crate::bench::report::median;
use crate::bench::table::{Line, Table, time, times};
use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const SECONDS: f64 = 4.0;
/// How long the writer is at work before the searches begin, and after they end.
const MARGIN: f64 = 0.5;
/// How many documents are there when single ones begin to be added.
const FROM: usize = 50_000;
/// A round of single documents is tens of thousands of commits: so many rounds are enough.
const GROWING_ROUNDS: usize = 5;
/// How much longer than the median the longest commit may take, in microseconds.
const LONGEST_OVER: f64 = 10_000.0;
/// How long a step of a compaction may hold the writer.
const LONGEST_STEP: f64 = 10_000.0;

#[derive(Deserialize)]
struct Searched {
    micros: Micros,
}

#[derive(Deserialize)]
struct Written {
    written: f64,
    seconds: f64,
}

#[derive(Deserialize)]
struct Grown {
    rows: usize,
    micros: Commits,
    /// How many documents were there.
    longest_at: usize,
    /// The longest of each hundred commits.
    stretches: Vec<f64>,
}

#[derive(Deserialize)]
struct Compacted {
    micros: Commits,
    seconds: f64,
}

#[derive(Deserialize)]
struct Commits {
    p50: f64,
    p99: f64,
    longest: f64,
}

pub fn measure(bench: &Bench) -> Result<Table> {
    let mut table = bench.table("writers");
    let prepared = bench.prepare(bench.size(bench.total), DIMENSION, &[])?;
    let file = bench.collection(&prepared, "two.db")?;
    two_processes(bench, &prepared, &file, false, &mut table)?;
    two_processes(bench, &prepared, &file, true, &mut table)?;
    compacting(bench, &file, prepared.rows, &mut table)?;
    for text in [false, true] {
        growing(bench, &prepared, text, &mut table)?;
    }
    table.notes.push(
        "Of two processes, the peer is the searcher's quiet time, before the writer makes the collection larger. In \
         bulk, vectors only are written, 5000 a commit; one by one, documents with 20 words, for fuzzy search. The \
         longest commit is the median of the rounds' longest; behind it stand that of each round with how many \
         documents were there, and the longest that comes again: of each hundred commits the median of the rounds' \
         longest, and of those the longest. What does not come again is likely the machine's."
            .to_owned(),
    );
    Ok(table)
}

/// A searcher by itself and beside a writer, by turns.
fn two_processes(bench: &Bench, prepared: &Prepared, file: &Path, bulk: bool, table: &mut Table) -> Result<()> {
    let seconds = if bench.quick { SECONDS / 4.0 } else { SECONDS };
    let search = |seconds: f64| json!({"do": "search_for", "seconds": seconds});
    let (mut quiet, mut busy, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=bench.rounds {
        eprintln!("two processes, round {round} …");
        // The writer makes it larger, so each round has a copy of its own.
        let copy = bench.path("copy.db");
        std::fs::copy(file, &copy)?;
        let task = json!({"folder": prepared.folder, "file": copy, "dimension": DIMENSION});
        let mut searcher = bench.start()?;
        let _: Value = searcher.ask(&with(&task, json!({"do": "open"})))?;
        let _: Searched = searcher.ask(&search(MARGIN))?;
        quiet.push(searcher.ask::<Searched>(&search(seconds))?.micros);
        let mut writer = bench.start()?;
        let all = seconds + 2.0 * MARGIN;
        writer.tell(&with(&task, json!({"do": "write_for", "seconds": all, "prefix": "new ", "bulk": bulk})))?;
        wait_for_growth(&copy)?;
        std::thread::sleep(Duration::from_secs_f64(MARGIN / 2.0));
        busy.push(searcher.ask::<Searched>(&search(seconds))?.micros);
        let Written { written, seconds } = writer.hear()?;
        rates.push(written / seconds);
        drop((searcher, writer));
        for name in ["copy.db", "copy.db-wal", "copy.db-shm"] {
            let _ = std::fs::remove_file(bench.path(name));
        }
    }
    let how = if bulk { "in bulk" } else { "one by one" };
    for (name, of, target) in [("p50", Micros::p50s as fn(&[Micros]) -> _, None), ("p99", Micros::p99s, Some(3.0))] {
        let (quiet, busy): (Vec<f64>, Vec<f64>) = (of(&quiet), of(&busy));
        let what = format!("{name} of searches while another process indexes {:.0} a second, {how}", median(&rates));
        let line = Line::new(what, times(&busy)).peer(times(&quiet)).costs(&busy, &quiet);
        table.lines.push(match target {
            Some(most) => line.at_most(most),
            None => line,
        });
    }
    Ok(())
}

/// Waits until a writer, which reads its documents first, has begun: its log is written to.
fn wait_for_growth(file: &Path) -> Result<()> {
    let log = file.with_extension("db-wal");
    let changed = || std::fs::metadata(&log).and_then(|log| log.modified()).ok();
    let before = changed();
    let start = Instant::now();
    while changed() == before {
        anyhow::ensure!(start.elapsed() < Duration::from_secs(120), "the writer did not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// The steps in which the index is made anew.
fn compacting(bench: &Bench, file: &Path, rows: usize, table: &mut Table) -> Result<()> {
    let (mut p50s, mut p99s, mut longest, mut seconds) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 1..=bench.rounds {
        eprintln!("compacting, round {round} …");
        let copy = bench.path("copy.db");
        std::fs::copy(file, &copy)?;
        let Compacted { micros, seconds: of_round } = bench.ask(&json!({"do": "compact", "file": copy}))?;
        p50s.push(micros.p50);
        p99s.push(micros.p99);
        longest.push(micros.longest);
        seconds.push(of_round);
        std::fs::remove_file(&copy)?;
    }
    let whole = median(&seconds);
    let ours = format!("p50 {}, p99 {}, longest {}", times(&p50s), times(&p99s), times(&longest));
    let line = Line::new(format!("a step of a compaction of {rows} vectors, which takes {whole:.1} s in all"), ours);
    let target = format!("longest at most {}", time(LONGEST_STEP));
    table.lines.push(line.aims(target, Some(median(&longest) <= LONGEST_STEP)));
    Ok(())
}

/// Single documents, each in its own transaction, from some that are there to all.
fn growing(bench: &Bench, prepared: &Prepared, text: bool, table: &mut Table) -> Result<()> {
    let from = bench.size(FROM).min(prepared.rows / 2);
    let (mut p50s, mut p99s, mut longest, mut each) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut stretches: Vec<Vec<f64>> = Vec::new();
    for round in 1..=bench.rounds.min(GROWING_ROUNDS) {
        eprintln!("growing, round {round} …");
        let Grown { rows, micros, longest_at, stretches: of_round } = bench.ask(&json!({
            "do": "index_growing", "folder": prepared.folder, "file": bench.path("growing.db"),
            "dimension": DIMENSION, "from": from, "text": text,
        }))?;
        anyhow::ensure!(rows == prepared.rows, "{rows} of {} documents were indexed", prepared.rows);
        p50s.push(micros.p50);
        p99s.push(micros.p99);
        longest.push(micros.longest);
        each.push(format!("{} at {longest_at}", time(micros.longest)));
        stretches.resize(of_round.len(), Vec::new());
        stretches.iter_mut().zip(of_round).for_each(|(rounds, longest)| rounds.push(longest));
    }
    let again = stretches.iter().map(|rounds| median(rounds)).fold(0.0, f64::max);
    let kind = if text { "20 words, fuzzy" } else { "vectors only" };
    let ours = format!(
        "longest {} ({}; again {}); p50 {}, p99 {}",
        times(&longest),
        each.join(", "),
        time(again),
        times(&p50s),
        times(&p99s)
    );
    table.lines.push(
        Line::new(format!("index one document, from {from} to {} there, {kind}", prepared.rows), ours).aims(
            format!("longest at most {} over p50", time(LONGEST_OVER)),
            Some(median(&longest) - median(&p50s) <= LONGEST_OVER),
        ),
    );
    Ok(())
}
