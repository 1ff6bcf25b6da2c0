//! A million vectors, made of the real ones by benches/search/src/grown.rs.

use super::race::{Aim, Built, Peer, contenders, lines};
use super::real::{GRAPH_LEVELS, LIST_LEVELS};
use super::{Answers, Bench, DIMENSION, Prepared};
use crate::bench::table::{Line, Table};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;

const ROWS: usize = 1_000_000;
/// A time per row may be so many times that of the real rows alone.
const LINEAR: f64 = 1.3;

const AIM: Aim =
    Aim { rows: ROWS, recall: 0.95, p50_micros: 600.0, floors: &[], megabytes: 64.0, open_milliseconds: None };

const FAISS: Peer = Peer { name: "faiss-ivf-quick", levels: LIST_LEVELS, queries: 500 };
const USEARCH: Peer = Peer { name: "usearch", levels: GRAPH_LEVELS, queries: 500 };

/// What rows were made of. If anything of it is different, they are made anew.
#[derive(Serialize, Deserialize, PartialEq)]
struct Source {
    data: PathBuf,
    bytes: u64,
    real: usize,
    rows: usize,
    queries: usize,
    /// To be raised with every change of how they are made.
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    source: Source,
    answers: Answers,
}

/// The rows with their right answers, which are kept for the next time: making them takes a few minutes.
fn rows(bench: &Bench, real: usize, rows: usize) -> Result<Prepared> {
    let folder = bench.kept.join("million");
    let record = folder.join("kept.json");
    let bytes = std::fs::metadata(bench.data.join("embeddings.f16")).context("no embeddings.f16")?.len();
    let source = Source { data: bench.data.clone(), bytes, real, rows, queries: bench.queries(), version: 1 };
    let kept = std::fs::read_to_string(&record).ok().and_then(|text| serde_json::from_str::<Kept>(&text).ok());
    if let Some(Kept { answers, .. }) = kept.filter(|kept| kept.source == source) {
        return Ok(answers.of(folder));
    }
    // What is only half made must not look whole.
    let _ = std::fs::remove_file(&record);
    let answers = bench.grow(&folder, real, rows)?;
    let kept = Kept { source, answers };
    std::fs::write(&record, serde_json::to_string(&kept)?)?;
    Ok(kept.answers.of(folder))
}

/// Only beaver, and only the real rows: what a row takes where there are fewer.
fn build_real(bench: &Bench, prepared: &Prepared, real: usize) -> Result<Built> {
    eprintln!("beaver builds {real} rows …");
    let file = bench.path("real");
    let built = bench.ask(&json!({
        "do": "build", "folder": prepared.folder, "file": file, "dimension": DIMENSION, "metric": "l2", "text": false,
        "rows": real,
    }))?;
    std::fs::remove_file(&file)?;
    Ok(built)
}

#[expect(clippy::cast_precision_loss)] // there are not so many
fn linear(real: usize, of_real: &Built, rows: usize, of_all: &Built) -> Line {
    // Of all threads, if that is known: a disk that is busy with something else costs none of it.
    let seconds = |built: &Built| built.cpu_seconds.unwrap_or(built.seconds);
    let each = |built: &Built, rows: usize| seconds(built) * 1e6 / rows as f64;
    let (few, many) = (each(of_real, real), each(of_all, rows));
    Line::new(format!("{rows} rows: build, processor time a row, beside {real} rows"), format!("{many:.1} µs"))
        .peer(format!("{few:.1} µs"))
        .costs(&[many], &[few])
        .at_most(LINEAR)
}

pub fn measure(bench: &Bench) -> Result<Table> {
    let mut table = bench.table("million");
    let real = bench.size(bench.total);
    let prepared = rows(bench, real, if bench.small { ROWS / 10 } else { ROWS })?;
    let of_real = build_real(bench, &prepared, real)?;
    ensure!(of_real.rows == Some(real), "not all of {real} rows were indexed");
    let mut peers = vec![FAISS];
    if bench.all {
        peers.push(USEARCH);
    }
    let files = bench.new_folder("million")?;
    let contenders = contenders(bench, &prepared, &files, &peers)?;
    table.lines.extend(lines(&contenders, prepared.rows, &AIM).context("beaver was not measured")?);
    let ours = contenders.iter().find(|contender| contender.name == "beaver").context("beaver was not measured")?;
    ensure!(ours.built.rows == Some(prepared.rows), "not all of {} rows were indexed", prepared.rows);
    table.lines.push(linear(real, &of_real, prepared.rows, &ours.built));
    if !bench.all {
        table.notes.push("usearch, which takes an hour to build, is measured with --all only.".to_owned());
    }
    table.notes.extend(bench.peers.versions()?);
    table.notes.extend(bench.peers.note());
    Ok(table)
}
