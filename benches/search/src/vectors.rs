//! Vector search: building, opening, searching, and what many changes leave of its recall.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use beaver_core::{
    Beaver, Collection, CollectionSettings, Document, Effort, Fts, IndexOptions, Metric, Options, SearchOptions,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::documents::{self, Made};
use crate::folder::{read_vectors, stream_rows};
use crate::process;
use crate::times::Times;
use crate::truth::{self, K};

/// The collection of every database here.
pub const NAME: &str = "documents";
/// How many documents are written in one commit.
pub const PORTION: usize = 5_000;

/// A database that is searched in, with its queries.
pub struct Opened {
    collection: Collection,
    queries: Vec<f32>,
    dimension: usize,
}

#[derive(Deserialize)]
pub struct Build {
    folder: PathBuf,
    file: PathBuf,
    dimension: usize,
    metric: String,
    /// Whether the texts are indexed too, with the words for fuzzy search.
    text: bool,
    /// Only the first rows, where there are no texts.
    rows: Option<usize>,
}

#[derive(Deserialize)]
pub struct Open {
    folder: PathBuf,
    file: PathBuf,
    dimension: usize,
}

#[derive(Deserialize)]
pub struct Search {
    effort: String,
    queries: usize,
}

#[derive(Deserialize)]
pub struct SearchFor {
    seconds: f64,
}

#[derive(Deserialize)]
pub struct Changes {
    folder: PathBuf,
    out: PathBuf,
    /// The collection has the first two thirds of the rows; the others replace.
    dimension: usize,
}

/// The vectors as they come, under the numbers of their rows.
pub fn documents_of(vectors: impl Iterator<Item = impl Into<Vec<f32>>>) -> impl Iterator<Item = Document> {
    vectors.enumerate().map(|(row, vector)| Document::with_id(row.to_string(), json!({})).embedded(vector))
}

/// Indexes documents, some thousands a commit.
pub fn index_all(
    collection: &Collection,
    documents: impl Iterator<Item = Document>,
    options: &IndexOptions,
) -> Result<()> {
    let mut documents = documents.peekable();
    while documents.peek().is_some() {
        collection.index_many(documents.by_ref().take(PORTION), options, |_| true)?;
    }
    Ok(())
}

/// Vectors only.
pub fn without_text() -> IndexOptions {
    IndexOptions { fts: Fts::Off, fuzzy: false }
}

pub fn rows_of(hits: &[beaver_core::Hit]) -> Result<Vec<usize>> {
    hits.iter().map(|hit| hit.document.id.parse().context("an id that is no row")).collect()
}

impl Build {
    pub fn run(self) -> Result<Value> {
        // Of a million rows, those that are not indexed yet are not held in memory.
        let vectors = stream_rows(&self.folder, self.dimension, self.rows.unwrap_or(usize::MAX))?;
        let texts = if self.text { documents::read(&self.folder, self.dimension)? } else { Vec::new() };
        let (start, cpu) = (Instant::now(), process::cpu_seconds());
        let db = Beaver::open(&self.file, Options::default())?;
        let collection = db.collection(NAME)?;
        let metric = Metric::parse(&self.metric).context("no such metric")?;
        collection.configure(CollectionSettings { metric, ..CollectionSettings::default() })?;
        if self.text {
            let made = texts.into_iter().map(Made::document);
            index_all(&collection, made, &IndexOptions { fuzzy: true, ..IndexOptions::default() })?;
        } else {
            index_all(&collection, documents_of(vectors), &without_text())?;
        }
        db.checkpoint()?;
        let cpu = process::cpu_seconds().zip(cpu).map(|(after, before)| after - before);
        let seconds = start.elapsed().as_secs_f64();
        let rows = collection.len()?;
        db.close()?;
        let bytes = std::fs::metadata(&self.file)?.len();
        Ok(json!({"rows": rows, "cpu_seconds": cpu, "seconds": seconds, "bytes": bytes}))
    }
}

impl Open {
    pub fn run(self) -> Result<(Opened, Value)> {
        let queries = read_vectors(&self.folder.join("queries.f32"))?;
        let before = process::resident_mib();
        let start = Instant::now();
        let collection = Beaver::open(&self.file, Options::default())?.collection(NAME)?;
        let first = queries.get(..self.dimension).context("no query")?;
        collection.search(first, &SearchOptions { k: K, ..SearchOptions::default() })?;
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        let opened = Opened { collection, queries, dimension: self.dimension };
        Ok((opened, json!({"milliseconds": milliseconds, "resident_mib": before})))
    }
}

impl Opened {
    fn queries(&self) -> std::slice::ChunksExact<'_, f32> {
        self.queries.chunks_exact(self.dimension)
    }
}

impl Search {
    pub fn run(self, opened: &Opened) -> Result<Value> {
        let options = SearchOptions { k: K, effort: Effort::parse(&self.effort)?, ..SearchOptions::default() };
        let mut times = Times::default();
        let mut answers = Vec::new();
        for query in opened.queries().take(self.queries) {
            answers.push(rows_of(&times.time(|| opened.collection.search(query, &options))?)?);
        }
        Ok(json!({"micros": times.summary(), "answers": answers, "resident_mib": process::resident_mib()}))
    }
}

impl SearchFor {
    pub fn run(self, opened: &Opened) -> Result<Value> {
        let options = SearchOptions { k: K, ..SearchOptions::default() };
        let end = Instant::now() + Duration::from_secs_f64(self.seconds);
        let mut times = Times::default();
        for query in opened.queries().cycle() {
            times.time(|| opened.collection.search(query, &options))?;
            if Instant::now() >= end {
                break;
            }
        }
        Ok(json!({"micros": times.summary()}))
    }
}

impl Changes {
    pub fn run(self) -> Result<Value> {
        let dimension = self.dimension;
        let vectors = read_vectors(&self.folder.join("base.f32"))?;
        let queries = read_vectors(&self.folder.join("queries.f32"))?;
        let size = vectors.len() / dimension / 3 * 2;
        let vector = |row: usize| &vectors[row * dimension..][..dimension];
        let changed = open_new(&self.out.join("changed.db"))?;
        index_all(&changed, documents_of(vectors.chunks_exact(dimension)).take(size), &without_text())?;

        // Every second row is replaced, and of the others every second dropped.
        let replaced = |row: usize| row.is_multiple_of(2).then_some(size + row / 2);
        for row in 0..size {
            if let Some(other) = replaced(row) {
                let document = Document::with_id(row.to_string(), json!({})).embedded(vector(other));
                changed.index(document, &without_text())?;
            } else if row % 4 == 1 {
                changed.drop(&row.to_string())?;
            }
        }
        let now: Vec<(usize, &[f32])> =
            (0..size).filter(|row| row % 4 != 1).map(|row| (row, vector(replaced(row).unwrap_or(row)))).collect();
        let fresh = open_new(&self.out.join("fresh.db"))?;
        let documents = now.iter().map(|(row, v)| Document::with_id(row.to_string(), json!({})).embedded(*v));
        index_all(&fresh, documents, &without_text())?;

        let queries = queries.chunks_exact(dimension);
        let right = queries.clone().map(|query| truth::nearest("l2", query, now.iter().copied()));
        let right = right.collect::<Result<Vec<_>>>()?;
        let mut reply = Vec::new();
        for effort in ["fast", "normal", "high"] {
            let options = SearchOptions { k: K, effort: Effort::parse(effort)?, ..SearchOptions::default() };
            let mut recalls = Vec::new();
            let mut medians = Vec::new();
            for collection in [&fresh, &changed] {
                let mut times = Times::default();
                let answer = |query| rows_of(&times.time(|| collection.search(query, &options))?);
                let answers = queries.clone().map(answer).collect::<Result<Vec<_>>>()?;
                recalls.push(truth::recall(&answers, &right));
                medians.push(times.summary().p50);
            }
            reply.push(json!({"effort": effort, "recalls": recalls, "p50s": medians}));
        }
        Ok(json!({"rows": now.len(), "efforts": reply}))
    }
}

/// The collection of a new database.
pub fn open_new(file: &Path) -> Result<Collection> {
    Ok(Beaver::open(file, Options::default())?.collection(NAME)?)
}
