//! What HTTP adds to a search by vector.

use super::servers;
use super::{Bench, Server};
use crate::bench::report::median;
use crate::bench::search::DIMENSION;
use crate::bench::table::{Line, Table, time, times};
use crate::sh;
use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

const ROWS: usize = 100_000;
const QUERIES: usize = 500;
const K: usize = 10;

#[derive(Deserialize)]
struct Prepared {
    rows: usize,
    queries: usize,
}

#[derive(Deserialize)]
struct Core {
    micros: Micros,
    answers: Vec<Vec<usize>>,
}

#[derive(Deserialize)]
struct Micros {
    p50: f64,
}

#[derive(Deserialize)]
struct OverHttp {
    p50: f64,
    answers: Vec<Vec<String>>,
}

pub fn measure(bench: &Bench, table: &mut Table) -> Result<()> {
    eprintln!("preparing documents to search in …");
    let (prepared, file) = (bench.path("rows"), bench.path("documents.db"));
    let mut core = Server::start("the program of benches/search", &mut sh::command(&bench.searcher))?;
    let Prepared { rows, queries } = core.ask(&json!({
        "do": "prepare", "data": bench.data, "out": prepared, "rows": bench.effort.rows(ROWS), "queries": QUERIES,
        "dimension": DIMENSION, "metrics": [],
    }))?;
    let place = json!({
        "do": "build", "folder": prepared, "file": file, "dimension": DIMENSION, "metric": "l2", "text": true,
    });
    let _: Value = core.ask(&place)?;
    let _: Value = core.ask(&json!({ "do": "open", "folder": prepared, "file": file, "dimension": DIMENSION }))?;
    let serving = servers::beaver(bench, &file)?;
    let mut client = bench.client()?;
    let (mut inside, mut over) = (Vec::new(), Vec::new());
    // Once to warm up, and to see that both do the same.
    for round in 0..=bench.effort.rounds {
        eprintln!("searching, round {round} …");
        let core: Core = core.ask(&json!({ "do": "search", "effort": "normal", "queries": queries }))?;
        let http: OverHttp = client.ask(&json!({
            "do": "search", "port": serving.port, "collection": "documents", "queries": prepared.join("queries.f32"),
            "count": queries, "dimension": DIMENSION, "k": K,
        }))?;
        if round == 0 {
            let core = core.answers.iter().map(|rows| rows.iter().map(usize::to_string).collect::<Vec<_>>());
            ensure!(core.eq(http.answers), "a search over HTTP gives another answer");
        } else {
            inside.push(core.micros.p50);
            over.push(http.p50);
        }
    }
    let added = median(&over) - median(&inside);
    let line = Line::new(format!("search by vector over HTTP, {rows} documents: {} added", time(added)), times(&over))
        .peer(format!("the core: {}", times(&inside)));
    // The sample is not what the target means.
    let met = (rows == ROWS).then_some(added <= 500.0);
    table.lines.push(line.aims("at most 0.5 ms added", met));
    if met.is_none() {
        table.notes.push(format!("The target of the search is for {ROWS} documents: give --data."));
    }
    Ok(())
}
