//! `cargo xtask bench search`: what searching and indexing cost, beside the peers, on real data.
//!
//! Beaver is measured by the program in benches/search, the peers by benches/python. All are processes that wait to be
//! asked (`server`), so that what is compared runs by turns. Recall stands beside every speed.

mod changes;
mod curve;
mod documents;
mod graph;
mod oracle;
mod peers;
mod text;
mod vectors;
mod wide;

use super::report::{self, Written};
use super::server::Server;
use super::table::Table;
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use peers::Peers;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

pub const SAMPLE: &str = "examples/data/wordnet-sample";
/// How many rows are held out to be searched for.
const QUERIES: usize = 500;
pub const DIMENSION: usize = 384;

#[derive(clap::Args)]
pub struct SearchArgs {
    /// For search and server: a folder laid out like examples/data/wordnet-sample, which is taken if none is given
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// For search: only these parts
    #[arg(long = "part", value_enum, value_name = "PART")]
    parts: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Part {
    /// 50,000 and all vectors of 384 dimensions, beside usearch, hnswlib, faiss and sqlite-vec
    Vectors,
    /// 10,000 vectors of 768 and 1,536 dimensions, three metrics, beside sqlite-vec
    Wide,
    /// After half of the rows were replaced, and with filters
    Changes,
    /// Indexing, one by one and in bulk, and searching meanwhile
    Documents,
    /// Full text beside FTS5, fuzzy beside tantivy
    Text,
    /// Walks, paths, hybrid search
    Graph,
    /// Beside BeaverDB 1.3.0, where that is
    Oracle,
}

/// What every part needs.
pub struct Bench {
    program: PathBuf,
    data: PathBuf,
    /// Documents in the data.
    total: usize,
    folder: tempfile::TempDir,
    peers: Peers,
    rounds: usize,
    quick: bool,
    /// Whether the numbers are not those that the targets mean.
    small: bool,
}

/// A folder that all measure with.
pub struct Prepared {
    pub folder: PathBuf,
    pub rows: usize,
    pub queries: usize,
    pub truth: std::collections::HashMap<String, Vec<Vec<usize>>>,
}

/// In microseconds.
#[derive(Deserialize, Clone, Copy)]
pub struct Micros {
    pub p50: f64,
    pub p99: f64,
    pub mean: f64,
}

impl Micros {
    pub fn p50s(rounds: &[Micros]) -> Vec<f64> {
        rounds.iter().map(|round| round.p50).collect()
    }

    pub fn p99s(rounds: &[Micros]) -> Vec<f64> {
        rounds.iter().map(|round| round.p99).collect()
    }
}

impl Bench {
    fn new(args: &SearchArgs, rounds: usize, quick: bool) -> Result<Bench> {
        let data = args.data.clone().unwrap_or_else(|| project::root().join(SAMPLE));
        let data = data.canonicalize().with_context(|| format!("no folder {}", data.display()))?;
        let documents = std::fs::read_to_string(data.join("documents.jsonl")).context("no documents.jsonl")?;
        let total = documents.lines().count();
        let target = project::target()?;
        let mut cargo = sh::cargo();
        cargo.args(["build", "--release", "--package", "beaver-search-bench", "--features", "tantivy"]);
        sh::run(&mut cargo)?;
        let folder = target.join("bench");
        std::fs::create_dir_all(&folder)?;
        Ok(Bench {
            program: target.join("release/beaver-search-bench"),
            data,
            total,
            peers: Peers::prepare(&folder),
            folder: tempfile::Builder::new().prefix("search-").tempdir_in(&folder)?,
            rounds,
            quick,
            small: quick || total < 50_000,
        })
    }

    fn start(&self) -> Result<Server> {
        Server::start("beaver", &mut sh::command(&self.program))
    }

    /// Asks a new process.
    fn ask<T: serde::de::DeserializeOwned>(&self, task: &Value) -> Result<T> {
        self.start()?.ask(task)
    }

    /// A size, a tenth of it if it is to be quick, and no more than there are documents for.
    fn size(&self, size: usize) -> usize {
        let size = if self.quick { size / 10 } else { size };
        size.min(self.total - self.queries())
    }

    fn queries(&self) -> usize {
        let queries = if self.quick { QUERIES / 5 } else { QUERIES };
        queries.min(self.total / 4)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A new folder for databases.
    fn new_folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.path(name);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }

    fn prepare(&self, rows: usize, dimension: usize, metrics: &[&str]) -> Result<Prepared> {
        #[derive(Deserialize)]
        struct Reply {
            rows: usize,
            queries: usize,
            truth: std::collections::HashMap<String, Vec<Vec<usize>>>,
        }
        eprintln!("preparing {rows} rows of {dimension} dimensions …");
        let folder = self.path(&format!("rows-{rows}-{dimension}"));
        let Reply { rows, queries, truth } = self.ask(&json!({
            "do": "prepare", "data": self.data, "out": folder, "rows": rows, "queries": self.queries(),
            "dimension": dimension, "metrics": metrics,
        }))?;
        Ok(Prepared { folder, rows, queries, truth })
    }

    /// A database with the vectors and the texts of a prepared folder.
    fn collection(&self, prepared: &Prepared, name: &str) -> Result<PathBuf> {
        eprintln!("indexing {} documents …", prepared.rows);
        let file = self.path(name);
        let task = json!({
            "do": "build", "folder": prepared.folder, "file": file, "dimension": DIMENSION, "metric": "l2", "text": true,
        });
        let _: Value = self.ask(&task)?;
        Ok(file)
    }

    fn table(&self, part: &'static str) -> Table {
        let mut notes = Vec::new();
        if self.small {
            let most = self.size(self.total);
            notes.push(format!(
                "These numbers are of a small sample ({most} rows at most): the targets are not for it."
            ));
        }
        Table { part, lines: Vec::new(), notes, small: self.small }
    }
}

/// A task with more members.
fn with(task: &Value, more: Value) -> Value {
    let mut task = task.clone();
    if let (Some(task), Value::Object(more)) = (task.as_object_mut(), more) {
        task.extend(more);
    }
    task
}

/// How many of the right answers were given, of those that were wanted.
#[expect(clippy::cast_precision_loss)] // there are not so many
fn recall(answers: &[Vec<usize>], truth: &[Vec<usize>]) -> f64 {
    let k = 10;
    let wanted: usize = truth.iter().take(answers.len()).map(|right| right.len().min(k)).sum();
    let found = |(answer, right): (&Vec<usize>, &Vec<usize>)| answer.iter().filter(|row| right.contains(row)).count();
    answers.iter().zip(truth).map(found).sum::<usize>() as f64 / wanted.max(1) as f64
}

pub fn run(args: &SearchArgs, rounds: usize, quick: bool, write: bool) -> Result<()> {
    if write && (quick || args.data.is_none()) {
        bail!("--write keeps numbers of the whole data: give --data, and not --quick");
    }
    let bench = Bench::new(args, rounds, quick)?;
    type Measure = fn(&Bench) -> Result<Table>;
    let all: [(Part, Measure); 7] = [
        (Part::Vectors, vectors::measure),
        (Part::Wide, wide::measure),
        (Part::Changes, changes::measure),
        (Part::Documents, documents::measure),
        (Part::Text, text::measure),
        (Part::Graph, graph::measure),
        (Part::Oracle, oracle::measure),
    ];
    let mut written = Vec::new();
    for (part, measure) in all {
        if !args.parts.is_empty() && !args.parts.contains(&part) {
            continue;
        }
        let table = measure(&bench)?;
        println!("\n{table}");
        // Each part makes its own files; together they would be some gigabytes.
        empty(bench.folder.path())?;
        written.push(Written {
            mark: format!("search {}", table.part),
            text: table.to_string(),
            command: format!("cargo xtask bench search --data DIR --part {} --rounds {rounds}", table.part),
        });
    }
    if write { report::write(&written, bench.folder.path()) } else { Ok(()) }
}

fn empty(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { std::fs::remove_dir_all(path)? } else { std::fs::remove_file(path)? }
    }
    Ok(())
}
