//! Indexing: one document in its own transaction, and many in bulk.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use beaver_core::{Beaver, Document, IndexOptions, Options};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::folder::{Text, read_texts, read_vectors};
use crate::process;
use crate::times::Times;
use crate::vectors::{NAME, PORTION, index_all, open_new};

/// How many words of text a document has whose indexing is measured.
const WORDS: usize = 20;

/// A row with its text and its vector.
pub struct Made {
    pub text: Text,
    pub vector: Vec<f32>,
}

/// All rows of a prepared folder.
pub fn read(folder: &Path, dimension: usize) -> Result<Vec<Made>> {
    let vectors = read_vectors(&folder.join("base.f32"))?;
    let texts = read_texts(folder)?.into_iter();
    Ok(texts.zip(vectors.chunks_exact(dimension)).map(|(text, v)| Made { text, vector: v.to_vec() }).collect())
}

impl Made {
    /// A document of two fields.
    pub fn document(self) -> Document {
        let Made { text: Text { id, words, gloss }, vector } = self;
        Document::with_id(id, json!({"words": words, "gloss": gloss})).embedded(vector)
    }
}

/// Documents of twenty words each: the next rows' words follow where a row has fewer.
pub fn of_twenty_words(rows: &[Made], prefix: &str) -> Vec<Document> {
    let document = |at: usize| {
        let texts = rows.iter().cycle().skip(at).map(|row| &row.text);
        let words = texts.flat_map(|text| text.words.split_whitespace().chain(text.gloss.split_whitespace()));
        let text: Vec<&str> = words.take(WORDS).collect();
        let row = &rows[at];
        Document::with_id(format!("{prefix}{}", row.text.id), json!({"text": text.join(" ")}))
            .embedded(row.vector.clone())
    };
    (0..rows.len()).map(document).collect()
}

pub fn fuzzy() -> IndexOptions {
    IndexOptions { fuzzy: true, ..IndexOptions::default() }
}

#[derive(Deserialize)]
pub struct IndexOne {
    folder: PathBuf,
    out: PathBuf,
    dimension: usize,
    /// How many documents there are before.
    sizes: Vec<usize>,
    /// How many are indexed one by one, at each size in each round.
    count: usize,
    rounds: usize,
}

impl IndexOne {
    pub fn run(self) -> Result<Value> {
        let mut documents = of_twenty_words(&read(&self.folder, self.dimension)?, "");
        let mut spare = documents.split_off(documents.len().saturating_sub(self.count * self.rounds));
        let mut filled = Vec::new();
        for size in &self.sizes {
            let collection = open_new(&self.out.join(format!("one-{size}.db")))?;
            let size = (*size).min(documents.len());
            index_all(&collection, documents[..size].iter().cloned(), &fuzzy())?;
            filled.push((size, collection, Vec::new(), Times::default()));
        }
        for _ in 0..self.rounds {
            let portion = spare.split_off(spare.len() - self.count);
            for (_, collection, summaries, all) in &mut filled {
                let mut times = Times::default();
                for document in portion.clone() {
                    times.time(|| collection.index(document, &fuzzy()))?;
                    all.push(times.last());
                }
                summaries.push(times.summary());
            }
        }
        let sizes: Vec<Value> = filled
            .into_iter()
            .map(|(size, _, rounds, all)| json!({"size": size, "rounds": rounds, "all": all.summary()}))
            .collect();
        Ok(json!({ "sizes": sizes }))
    }
}

#[derive(Deserialize)]
pub struct Bulk {
    folder: PathBuf,
    out: PathBuf,
    dimension: usize,
    fuzzy: bool,
}

impl Bulk {
    /// Documents of twenty words with their vectors, some thousands a commit, into a new file.
    pub fn run(self) -> Result<Value> {
        let documents = of_twenty_words(&read(&self.folder, self.dimension)?, "");
        let count = documents.len();
        let file = self.out.join("bulk.db");
        let db = Beaver::open(&file, Options::default())?;
        let collection = db.collection(NAME)?;
        let (start, cpu) = (Instant::now(), process::cpu_seconds());
        index_all(&collection, documents.into_iter(), &IndexOptions { fuzzy: self.fuzzy, ..IndexOptions::default() })?;
        let seconds = start.elapsed().as_secs_f64();
        let cpu = process::cpu_seconds().zip(cpu).map(|(after, before)| after - before);
        db.close()?;
        let bytes = std::fs::metadata(&file)?.len();
        std::fs::remove_file(&file)?;
        Ok(json!({
            "documents": count, "portion": PORTION, "seconds": seconds, "cpu_seconds": cpu, "bytes": bytes,
        }))
    }
}
