//! Wide vectors and the other metrics, beside sqlite-vec.

use super::race::{Searched, start};
use super::{Bench, recall};
use crate::bench::table::{Line, Table, times};
use anyhow::{Context, Result};
use serde_json::{Value, json};

const ROWS: usize = 10_000;
const METRICS: [&str; 3] = ["l2", "cosine", "dot"];
/// Good enough to be held against the target.
const GOOD: f64 = 0.98;
/// The peer is slow.
const PEER_QUERIES: usize = 30;

pub fn measure(bench: &Bench) -> Result<Table> {
    let mut table = bench.table("wide");
    for dimension in [768, 1536] {
        let prepared = bench.prepare(bench.size(ROWS), dimension, &METRICS)?;
        for metric in METRICS {
            eprintln!("{dimension} dimensions, {metric} …");
            let truth = prepared.truth.get(metric).context("no right answers")?;
            let mut both = Vec::new();
            for name in ["beaver", "sqlite-vec"] {
                let Some(mut server) = start(bench, name)? else { continue };
                let file = prepared.folder.join(format!("{name}-{metric}"));
                for task in ["build", "open"] {
                    let _: Value = server.ask(&json!({
                        "do": task, "folder": prepared.folder, "file": file, "dimension": dimension,
                        "metric": metric, "text": false,
                    }))?;
                }
                both.push(server);
            }
            let mut ask = |at: usize, effort: &str, queries: usize| -> Result<Option<Searched>> {
                let Some(server) = both.get_mut(at) else { return Ok(None) };
                let task = json!({"do": "search", "effort": effort, "level": null, "queries": queries});
                server.ask(&task).map(Some)
            };
            // The cheapest effort that is good enough, or else the best.
            let mut chosen = ("", 0.0);
            for effort in ["fast", "normal", "high"] {
                let answers = ask(0, effort, prepared.queries)?.context("beaver is there")?.answers;
                chosen = (effort, recall(&answers, truth));
                if chosen.1 >= GOOD {
                    break;
                }
            }
            let (effort, our_recall) = chosen;
            let (mut ours, mut theirs, mut their_recall) = (Vec::new(), Vec::new(), 0.0);
            for _ in 0..bench.rounds {
                ours.extend(ask(0, effort, prepared.queries)?.map(|searched| searched.micros.p50));
                if let Some(searched) = ask(1, "", PEER_QUERIES.min(prepared.queries))? {
                    theirs.push(searched.micros.p50);
                    their_recall = recall(&searched.answers, truth);
                }
            }
            let what = format!("{} x {dimension}, {metric}, {effort}", prepared.rows);
            let mut line = Line::new(what, format!("{}, recall {our_recall:.3}", times(&ours)));
            if !theirs.is_empty() {
                let their_recall = match metric {
                    "dot" => "by cosine".to_owned(), // it has no inner product, so its answers are others
                    _ => format!("recall {their_recall:.3}"),
                };
                line = line.peer(format!("{}, {their_recall}", times(&theirs))).speed(&ours, &theirs).at_least(20.0);
            }
            if our_recall < GOOD {
                line = line.aims(format!("recall {GOOD}, at least 20 x"), Some(false));
            }
            table.lines.push(line);
        }
        std::fs::remove_dir_all(&prepared.folder)?;
    }
    table.notes.extend(bench.peers.note());
    Ok(table)
}
