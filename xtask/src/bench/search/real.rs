//! Vector search on the real vectors, beside the peers at equal recall.

use super::race::{Aim, Floor, Peer, contenders, lines, start};
use super::{Bench, DIMENSION, Prepared};
use crate::bench::table::Table;
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;

pub const GRAPH_LEVELS: &[u32] = &[10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
pub const LIST_LEVELS: &[u32] = &[2, 4, 8, 16, 32, 64, 128, 256, 512];

const PEERS: [Peer; 5] = [
    Peer { name: "usearch", levels: GRAPH_LEVELS, queries: 500 },
    Peer { name: "hnswlib", levels: GRAPH_LEVELS, queries: 500 },
    Peer { name: "faiss-ivf", levels: LIST_LEVELS, queries: 500 },
    Peer { name: "faiss-flat", levels: &[], queries: 100 },
    Peer { name: "sqlite-vec", levels: &[], queries: 20 },
];

const fn floor(effort: &'static str, peer: &'static str, recall: Option<f64>, speed: f64) -> Floor {
    Floor { effort, peer, recall, speed }
}

const AIMS: [Aim; 2] = [
    Aim {
        rows: 50_000,
        recall: 0.99,
        p50_micros: 250.0,
        floors: &[floor("normal", "usearch", Some(0.99), 2.0)],
        megabytes: 8.0,
        open_milliseconds: Some(15.0),
    },
    Aim {
        rows: 115_000,
        recall: 0.96,
        p50_micros: 200.0,
        floors: &[
            floor("fast", "usearch", Some(0.96), 2.3),
            floor("normal", "usearch", Some(0.985), 2.5),
            floor("high", "usearch", Some(0.997), 3.0),
            floor("fast", "hnswlib", None, 1.3),
            floor("normal", "hnswlib", None, 1.3),
            floor("high", "hnswlib", None, 1.3),
        ],
        megabytes: 26.0,
        open_milliseconds: Some(15.0),
    },
];

/// What the Python around the peers costs a call, with a dozen rows. Of IVF there is nothing to say: it needs more.
fn overheads(bench: &Bench, prepared: &Prepared) -> Result<Option<String>> {
    #[derive(Deserialize)]
    struct Overhead {
        micros: f64,
    }
    let mut each = Vec::new();
    for name in ["usearch", "hnswlib", "faiss-flat"] {
        let Some(mut server) = start(bench, name)? else { continue };
        let file = prepared.folder.join(format!("{name}-few"));
        let Overhead { micros } = server.ask(&json!({
            "do": "overhead", "folder": prepared.folder, "file": file, "dimension": DIMENSION, "metric": "l2",
        }))?;
        each.push(format!("{name} {micros:.1} µs"));
    }
    Ok((!each.is_empty()).then(|| format!("A call with a dozen rows, which is mostly Python: {}.", each.join(", "))))
}

pub fn measure(bench: &Bench) -> Result<Table> {
    let mut table = bench.table("real");
    let mut measured = 0;
    for aim in &AIMS {
        let rows = bench.size(aim.rows);
        if rows == measured {
            continue; // there are not so many
        }
        measured = rows;
        let prepared = bench.prepare(rows, DIMENSION, &["l2"])?;
        let contenders = contenders(bench, &prepared, &prepared.folder, &PEERS)?;
        table.lines.extend(lines(&contenders, prepared.rows, aim).context("beaver was not measured")?);
        drop(contenders);
        if aim.rows == AIMS[0].rows {
            table.notes.extend(overheads(bench, &prepared)?);
        }
        std::fs::remove_dir_all(&prepared.folder)?;
    }
    table.notes.extend(bench.peers.versions()?);
    table.notes.extend(bench.peers.note());
    Ok(table)
}
