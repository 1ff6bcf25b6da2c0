//! Indexing: one document in its own transaction, many in bulk, and by one process while another searches.

use super::{Bench, DIMENSION, Micros, Prepared, with};
use crate::bench::report::median;
use crate::bench::table::{Line, Table, time, times};
use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

const SIZES: [usize; 3] = [1_000, 10_000, 115_000];
/// Documents indexed one by one at each size in each round.
const COUNT: usize = 200;
const SECONDS: f64 = 4.0;
/// How long the writer is at work before the searches begin, and after they end.
const MARGIN: f64 = 0.5;

#[derive(Deserialize)]
struct IndexedOne {
    sizes: Vec<Size>,
}

#[derive(Deserialize)]
struct Size {
    size: usize,
    rounds: Vec<Micros>,
    all: Micros,
}

#[derive(Deserialize)]
struct Bulk {
    documents: f64,
    portion: usize,
    seconds: f64,
    bytes: f64,
}

#[derive(Deserialize)]
struct Searched {
    micros: Micros,
}

#[derive(Deserialize)]
struct Written {
    written: f64,
}

pub fn measure(bench: &Bench) -> Result<Table> {
    let mut table = bench.table("documents");
    let everything = bench.prepare(bench.size(bench.total), DIMENSION, &[])?;
    one_by_one(bench, &everything, &mut table)?;
    in_bulk(bench, &everything, &mut table)?;
    two_processes(bench, &mut table)?;
    table.notes.push(
        "A document has 20 words of text and a vector of 384 dimensions. One by one, with fuzzy search, each in its own \
         transaction; the ratio is to the smallest collection. Of two processes, the peer is the searcher's quiet time."
            .to_owned(),
    );
    Ok(table)
}

fn one_by_one(bench: &Bench, prepared: &Prepared, table: &mut Table) -> Result<()> {
    eprintln!("indexing one by one …");
    // Of a small sample not so many can be spared.
    let count = COUNT.min(prepared.rows / 4 / bench.rounds).max(1);
    let mut sizes: Vec<usize> = SIZES.map(|size| size.min(prepared.rows - count * bench.rounds)).to_vec();
    sizes.dedup();
    let reply: IndexedOne = bench.ask(&json!({
        "do": "index_one", "folder": prepared.folder, "out": prepared.folder, "dimension": DIMENSION,
        "sizes": sizes, "count": count, "rounds": bench.rounds,
    }))?;
    let mut smallest: Option<Vec<f64>> = None;
    for Size { size, rounds, all } in reply.sizes {
        let p50s = Micros::p50s(&rounds);
        let smallest = smallest.get_or_insert_with(|| p50s.clone());
        let ours = format!("{} (mean {}, p99 {})", times(&p50s), time(all.mean), time(all.p99));
        table.lines.push(
            Line::new(format!("index one document, {size} there"), ours)
                .peer(times(smallest))
                .costs(&p50s, smallest)
                .aims("p50 at most 0.25 ms", Some(median(&p50s) <= 250.0)),
        );
    }
    Ok(())
}

fn in_bulk(bench: &Bench, prepared: &Prepared, table: &mut Table) -> Result<()> {
    for (what, fuzzy) in [("", false), (", with fuzzy search", true)] {
        let (mut rates, mut last) = (Vec::new(), None);
        for _ in 0..bench.rounds.min(3) {
            eprintln!("indexing in bulk …");
            let bulk: Bulk = bench.ask(&json!({
                "do": "bulk", "folder": prepared.folder, "out": prepared.folder, "dimension": DIMENSION, "fuzzy": fuzzy,
            }))?;
            rates.push(bulk.documents / bulk.seconds);
            last = Some(bulk);
        }
        let Some(Bulk { documents, portion, bytes, .. }) = last else { continue };
        let what = format!("index {documents} documents in bulk, {portion} a commit{what}");
        let ours = format!("{:.0} /s, {:.0} bytes each", median(&rates), bytes / documents);
        let line = Line::new(what, ours);
        table.lines.push(if fuzzy { line } else { line.aims("at least 10,000 /s", Some(median(&rates) >= 10_000.0)) });
    }
    Ok(())
}

/// A searcher by itself and beside a writer, by turns.
fn two_processes(bench: &Bench, table: &mut Table) -> Result<()> {
    let prepared = bench.prepare(bench.size(50_000), DIMENSION, &[])?;
    let file = bench.collection(&prepared, "two.db")?;
    let seconds = if bench.quick { SECONDS / 4.0 } else { SECONDS };
    let search = |seconds: f64| json!({"do": "search_for", "seconds": seconds});
    let (mut quiet, mut busy, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=bench.rounds {
        eprintln!("two processes, round {round} …");
        // The writer makes it larger, so each round has a copy of its own.
        let copy = bench.path("copy.db");
        std::fs::copy(&file, &copy)?;
        let task = json!({"folder": prepared.folder, "file": copy, "dimension": DIMENSION});
        let mut searcher = bench.start()?;
        let _: Value = searcher.ask(&with(&task, json!({"do": "open"})))?;
        let _: Searched = searcher.ask(&search(MARGIN))?;
        quiet.push(searcher.ask::<Searched>(&search(seconds))?.micros);
        let mut writer = bench.start()?;
        let all = seconds + 2.0 * MARGIN;
        writer.tell(&with(&task, json!({"do": "write_for", "seconds": all, "prefix": "new "})))?;
        wait_for_growth(&copy)?;
        std::thread::sleep(Duration::from_secs_f64(MARGIN / 2.0));
        busy.push(searcher.ask::<Searched>(&search(seconds))?.micros);
        rates.push(writer.hear::<Written>()?.written / all);
        drop((searcher, writer));
        for name in ["copy.db", "copy.db-wal", "copy.db-shm"] {
            let _ = std::fs::remove_file(bench.path(name));
        }
    }
    for (name, of, target) in [("p50", Micros::p50s as fn(&[Micros]) -> _, None), ("p99", Micros::p99s, Some(3.0))] {
        let (quiet, busy): (Vec<f64>, Vec<f64>) = (of(&quiet), of(&busy));
        let what = format!("{name} of searches while another process indexes {:.0} documents a second", median(&rates));
        let line = Line::new(what, times(&busy)).peer(times(&quiet)).costs(&busy, &quiet);
        table.lines.push(match target {
            Some(most) => line.at_most(most),
            None => line,
        });
    }
    Ok(())
}

/// Waits until a writer, which reads its documents first, has begun: its log is written to.
fn wait_for_growth(file: &std::path::Path) -> Result<()> {
    let log = file.with_extension("db-wal");
    let changed = || std::fs::metadata(&log).and_then(|log| log.modified()).ok();
    let before = changed();
    let start = std::time::Instant::now();
    while changed() == before {
        anyhow::ensure!(start.elapsed() < Duration::from_secs(120), "the writer did not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}
