//! Walks, paths and hybrid search over the documents of the data and their relations.

use super::{Bench, DIMENSION, Micros};
use crate::bench::report::median;
use crate::bench::table::{Line, Table, times};
use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Connected {
    edges: usize,
}

#[derive(Deserialize)]
struct Walked {
    far: Vec<Micros>,
    /// The fewest and the most documents of the far walks.
    visited: [Option<usize>; 2],
    random: Vec<Micros>,
    paths: Vec<Micros>,
    found: usize,
    pairs: usize,
}

#[derive(Deserialize)]
struct HybridReply {
    hybrid: Vec<Hybrid>,
}

#[derive(Deserialize)]
struct Hybrid {
    graph: bool,
    sums: Vec<f64>,
    wholes: Vec<f64>,
}

pub fn measure(bench: &Bench) -> Result<Table> {
    let mut table = bench.table("graph");
    let prepared = bench.prepare(bench.size(bench.total), DIMENSION, &[])?;
    let file = bench.collection(&prepared, "graph.db")?;
    eprintln!("connecting …");
    let Connected { edges } = bench.ask(&json!({
        "do": "connect", "data": bench.data, "folder": prepared.folder, "file": file,
    }))?;
    eprintln!("walking …");
    let Walked { far, visited, random, paths, found, pairs } =
        bench.ask(&json!({"do": "walk", "file": file, "count": prepared.queries, "rounds": bench.rounds}))?;
    let p50_and_p99 =
        |rounds: &[Micros]| format!("{} (p99 {})", times(&Micros::p50s(rounds)), times(&Micros::p99s(rounds)));
    let within = |rounds: &[Micros], milliseconds: f64| Some(median(&Micros::p50s(rounds)) <= milliseconds * 1e3);
    let count = |count: Option<usize>| count.map_or("none".to_owned(), |count| count.to_string());
    let visited = visited.map(count).join(" to ");
    table.lines.push(
        Line::new(
            format!("the furthest walks of 3 hops over {edges} edges, {visited} documents given"),
            p50_and_p99(&far),
        )
        .aims("at most 20 ms", within(&far, 20.0)),
    );
    table.lines.push(Line::new("a walk of 3 hops from anywhere", p50_and_p99(&random)));
    table.lines.push(
        Line::new(format!("a shortest path between two documents ({found} of {pairs} have one)"), p50_and_p99(&paths))
            .aims("at most 10 ms", within(&paths, 10.0)),
    );

    eprintln!("hybrid …");
    let reply: HybridReply = bench.ask(&json!({
        "do": "hybrid", "folder": prepared.folder, "file": file, "dimension": DIMENSION, "rounds": bench.rounds,
    }))?;
    for Hybrid { graph, sums, wholes } in reply.hybrid {
        let what = if graph { "hybrid of text, vector and graph" } else { "hybrid of text and vector" };
        table.lines.push(
            Line::new(what, times(&wholes))
                .peer(format!("its legs one by one {}", times(&sums)))
                .costs(&wholes, &sums)
                .at_most(1.1),
        );
    }
    table.notes.push("Edges are followed both ways; a walk gives at most 10,000 documents.".to_owned());
    Ok(table)
}
