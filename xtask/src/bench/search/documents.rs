//! Indexing: one document in its own transaction, and many in bulk.

use super::{Bench, DIMENSION, Micros, Prepared};
use crate::bench::report::median;
use crate::bench::table::{Line, Table, time, times};
use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

const SIZES: [usize; 3] = [1_000, 10_000, 115_000];
/// Documents indexed one by one at each size in each round.
const COUNT: usize = 200;

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

pub fn measure(bench: &Bench) -> Result<Table> {
    let mut table = bench.table("documents");
    let everything = bench.prepare(bench.size(bench.total), DIMENSION, &[])?;
    one_by_one(bench, &everything, &mut table)?;
    in_bulk(bench, &everything, &mut table)?;
    table.notes.push(
        "A document has 20 words of text and a vector of 384 dimensions. One by one, with fuzzy search, each in its own \
         transaction; the ratio is to the smallest collection."
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
