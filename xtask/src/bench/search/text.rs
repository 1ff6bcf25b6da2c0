//! Full text beside the bare statement of FTS5, fuzzy beside tantivy.

use super::{Bench, DIMENSION, Micros};
use crate::bench::report::median;
use crate::bench::table::{Line, Table, times};
use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Matched {
    beaver: Vec<Micros>,
    bare: Vec<Micros>,
    queries: usize,
    same_best: usize,
}

#[derive(Deserialize)]
struct FuzzyReply {
    queries: u32,
    fuzzy: Vec<Fuzzy>,
}

#[derive(Deserialize)]
struct Fuzzy {
    fuzziness: String,
    beaver: Vec<Micros>,
    found: u32,
    peer: Option<Vec<Micros>>,
    found_by_peer: u32,
}

pub fn measure(bench: &Bench) -> Result<Table> {
    let mut table = bench.table("text");
    let prepared = bench.prepare(bench.size(bench.total), DIMENSION, &[])?;
    let file = bench.collection(&prepared, "text.db")?;
    eprintln!("full text …");
    let Matched { beaver, bare, queries, same_best } = bench.ask(&json!({
        "do": "match", "folder": prepared.folder, "file": file, "rounds": bench.rounds,
    }))?;
    let (ours, theirs) = (Micros::p50s(&beaver), Micros::p50s(&bare));
    let p99 = |rounds: &[Micros]| times(&Micros::p99s(rounds));
    let means = |rounds: &[Micros]| rounds.iter().map(|round| round.mean).collect::<Vec<_>>();
    table.lines.push(
        Line::new(
            format!("two words, {} documents", prepared.rows),
            format!("{} (p99 {})", times(&ours), p99(&beaver)),
        )
        .peer(format!("the bare statement {} (p99 {})", times(&theirs), p99(&bare)))
        .costs(&ours, &theirs)
        .at_most(1.3),
    );
    let (ours, theirs) = (means(&beaver), means(&bare));
    table
        .lines
        .push(Line::new("the same, the mean of all queries", times(&ours)).peer(times(&theirs)).costs(&ours, &theirs));
    table.notes.push(format!(
        "The best rank was the same for {same_best} of {queries} queries. Ours gives whole documents, the statement ids \
         and ranks of rows."
    ));

    eprintln!("fuzzy …");
    let FuzzyReply { queries, fuzzy } = bench.ask(&json!({
        "do": "fuzzy", "folder": prepared.folder, "file": file, "out": bench.new_folder("tantivy")?,
        "phrases": false,
        "rounds": bench.rounds,
    }))?;
    for Fuzzy { fuzziness, beaver, found, peer, found_by_peer } in fuzzy {
        let ours = Micros::p50s(&beaver);
        let share = |found: u32| f64::from(found) / f64::from(queries.max(1));
        let what = format!("one or two typos in three words, fuzziness {fuzziness}");
        let percent = |found| format!("found {:.1} %", 100.0 * share(found));
        let mut line = Line::new(what.clone(), format!("{} (p99 {}), {}", times(&ours), p99(&beaver), percent(found)));
        if let Some(peer) = peer {
            let theirs = Micros::p50s(&peer);
            line = line.peer(format!("tantivy {}, {}", times(&theirs), percent(found_by_peer)));
            line = line.costs(&ours, &theirs);
            // Without "auto", which forgives less.
            if fuzziness == "2" {
                line = line.at_most(2.0);
            }
        }
        table.lines.push(line);
        if fuzziness == "2" {
            let met = share(found) >= 0.98 && median(&ours) <= 5_000.0;
            let ours = format!("{}, {}", times(&ours), percent(found));
            table.lines.push(Line::new(what, ours).aims("found 98 %, p50 at most 5 ms", Some(met)));
        }
    }
    table.notes.push(format!(
        "Misspelt are {queries} queries of three words that find their document among the first ten when spelt well. \
         tantivy is asked for every word with two typos at most, beaver for two in the whole query."
    ));
    Ok(table)
}
