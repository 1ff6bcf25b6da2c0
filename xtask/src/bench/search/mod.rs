//! `cargo xtask bench vectors` and `cargo xtask bench search`: what searching and indexing cost, beside the peers, on
//! real data.
//!
//! Beaver is measured by the program in benches/search, the peers by benches/python. All are processes that wait to be
//! asked (`server`), so that what is compared runs by turns. Recall stands beside every speed.

mod changes;
mod curve;
mod documents;
mod graph;
mod million;
mod oracle;
mod peers;
mod race;
mod real;
mod text;
mod wide;
mod writers;

use super::report::{self, Written};
use super::server::Server;
use super::table::Table;
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use peers::Peers;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub const SAMPLE: &str = "examples/data/wordnet-sample";
/// How many rows are held out to be searched for.
const QUERIES: usize = 500;
pub const DIMENSION: usize = 384;

#[derive(clap::Args)]
pub struct SearchArgs {
    /// For vectors, search and server: a folder laid out like examples/data/wordnet-sample, which is taken if none is given
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// For vectors and search: only these parts
    #[arg(long = "part", value_enum, value_name = "PART")]
    parts: Vec<Part>,
    /// For vectors: a million rows beside usearch too, which takes an hour to build
    #[arg(long)]
    all: bool,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Part {
    /// Of vectors: 50,000 and all of 384 dimensions, beside usearch, hnswlib, faiss and sqlite-vec
    Real,
    /// Of vectors: a million, made of the real ones, beside faiss
    Million,
    /// Of vectors: 10,000 of 768 and 1,536 dimensions, three metrics, beside sqlite-vec
    Wide,
    /// Of vectors: after half of the rows were replaced, and with filters
    Changes,
    /// Of vectors: searching while another process writes, and the longest commit
    Writers,
    /// Of search: indexing, one by one and in bulk
    Documents,
    /// Of search: full text beside FTS5, fuzzy beside tantivy
    Text,
    /// Of search: walks, paths, hybrid search
    Graph,
    /// Of search: beside BeaverDB 1.3.0, where that is
    Oracle,
}

/// The two commands whose parts are measured here.
#[derive(Clone, Copy)]
pub enum Subject {
    Vectors,
    Search,
}

type Measure = fn(&Bench) -> Result<Table>;

impl Subject {
    fn name(self) -> &'static str {
        match self {
            Subject::Vectors => "vectors",
            Subject::Search => "search",
        }
    }

    fn parts(self) -> Vec<(Part, Measure)> {
        match self {
            Subject::Vectors => vec![
                (Part::Real, real::measure),
                (Part::Million, million::measure),
                (Part::Wide, wide::measure),
                (Part::Changes, changes::measure),
                (Part::Writers, writers::measure),
            ],
            Subject::Search => vec![
                (Part::Documents, documents::measure),
                (Part::Text, text::measure),
                (Part::Graph, graph::measure),
                (Part::Oracle, oracle::measure),
            ],
        }
    }

    /// What the program is built with: only the text has a peer in it.
    fn features(self) -> &'static [&'static str] {
        match self {
            Subject::Vectors => &[],
            Subject::Search => &["--features", "tantivy"],
        }
    }
}

/// What every part needs.
pub struct Bench {
    program: PathBuf,
    data: PathBuf,
    /// Documents in the data.
    total: usize,
    folder: tempfile::TempDir,
    /// Where files are made that a later run may use again.
    kept: PathBuf,
    peers: Peers,
    rounds: usize,
    quick: bool,
    /// Whether what takes an hour is wanted too.
    all: bool,
    /// Whether the numbers are not those that the targets mean.
    small: bool,
}

/// A folder that all measure with.
pub struct Prepared {
    pub folder: PathBuf,
    pub rows: usize,
    pub queries: usize,
    pub truth: HashMap<String, Vec<Vec<usize>>>,
}

/// Of what was prepared.
#[derive(Serialize, Deserialize)]
struct Answers {
    rows: usize,
    queries: usize,
    truth: HashMap<String, Vec<Vec<usize>>>,
}

impl Answers {
    fn of(self, folder: PathBuf) -> Prepared {
        let Answers { rows, queries, truth } = self;
        Prepared { folder, rows, queries, truth }
    }
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
    fn new(subject: Subject, args: &SearchArgs, rounds: usize, quick: bool) -> Result<Bench> {
        let data = args.data.clone().unwrap_or_else(|| project::root().join(SAMPLE));
        let data = data.canonicalize().with_context(|| format!("no folder {}", data.display()))?;
        let documents = std::fs::read_to_string(data.join("documents.jsonl")).context("no documents.jsonl")?;
        let total = documents.lines().count();
        let target = project::target()?;
        let mut cargo = sh::cargo();
        cargo.args(["build", "--release", "--package", "beaver-search-bench"]).args(subject.features());
        sh::run(&mut cargo)?;
        let kept = target.join("bench");
        std::fs::create_dir_all(&kept)?;
        Ok(Bench {
            program: target.join("release/beaver-search-bench"),
            data,
            total,
            peers: Peers::prepare(&kept),
            folder: tempfile::Builder::new().prefix("search-").tempdir_in(&kept)?,
            kept,
            rounds,
            quick,
            all: args.all,
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
        eprintln!("preparing {rows} rows of {dimension} dimensions …");
        let folder = self.path(&format!("rows-{rows}-{dimension}"));
        let answers: Answers = self.ask(&json!({
            "do": "prepare", "data": self.data, "out": folder, "rows": rows, "queries": self.queries(),
            "dimension": dimension, "metrics": metrics,
        }))?;
        Ok(answers.of(folder))
    }

    /// As many real rows, and made ones behind them, without texts.
    fn grow(&self, folder: &Path, real: usize, rows: usize) -> Result<Answers> {
        eprintln!("making {rows} rows of {real} …");
        self.ask(&json!({
            "do": "grow", "data": self.data, "out": folder, "real": real, "rows": rows, "queries": self.queries(),
        }))
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

pub fn run(subject: Subject, args: &SearchArgs, rounds: usize, quick: bool, write: bool) -> Result<()> {
    if write && (quick || args.data.is_none()) {
        bail!("--write keeps numbers of the whole data: give --data, and not --quick");
    }
    let mut parts = subject.parts();
    if !args.parts.is_empty() {
        parts.retain(|(part, _)| args.parts.contains(part));
    }
    let name = subject.name();
    if parts.is_empty() {
        bail!("{name} has no such part: --help lists those of vectors and of search");
    }
    let bench = Bench::new(subject, args, rounds, quick)?;
    let mut written = Vec::new();
    for (_, measure) in parts {
        let table = measure(&bench)?;
        println!("\n{table}");
        // Each part makes its own files; together they would be some gigabytes.
        empty(bench.folder.path())?;
        let all = if args.all && table.part == "million" { " --all" } else { "" };
        written.push(Written {
            mark: format!("{name} {}", table.part),
            text: table.to_string(),
            command: format!("cargo xtask bench {name} --data DIR --part {} --rounds {rounds}{all}", table.part),
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
