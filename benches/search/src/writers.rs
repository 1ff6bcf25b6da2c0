//! Writers: one that is at work while another process searches, one that makes a collection large, and one that makes
//! its index anew.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use beaver_core::{Beaver, Document, Options};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::documents::{fuzzy, of_twenty_words, read};
use crate::folder::stream_rows;
use crate::times::Times;
use crate::vectors::{NAME, PORTION, documents_of, index_all, without_text};

/// How many commits follow one another that are looked at together, to see whether the same ones are slow again.
const STRETCH: usize = 100;

#[derive(Deserialize)]
pub struct WriteFor {
    folder: PathBuf,
    file: PathBuf,
    dimension: usize,
    seconds: f64,
    /// What the ids of its documents begin with.
    prefix: String,
    /// Vectors only, some thousands a commit; or else with text, one a commit.
    bulk: bool,
}

impl WriteFor {
    pub fn run(self) -> Result<Value> {
        let documents = of_twenty_words(&read(&self.folder, self.dimension)?, &self.prefix);
        let collection = Beaver::open(&self.file, Options::default())?.collection(NAME)?;
        // Where the time outlasts the rows, each goes in again under another id.
        let mut endless = documents.iter().cloned().cycle().enumerate().map(|(number, mut document)| {
            if number >= documents.len() {
                document.id = format!("{}-{number}", document.id);
            }
            document
        });
        let start = Instant::now();
        let mut written = 0;
        while start.elapsed().as_secs_f64() < self.seconds {
            if self.bulk {
                collection.index_many(endless.by_ref().take(PORTION), &without_text(), |_| true)?;
                written += PORTION;
            } else if let Some(document) = endless.next() {
                collection.index(document, &fuzzy())?;
                written += 1;
            }
        }
        Ok(json!({"written": written, "seconds": start.elapsed().as_secs_f64()}))
    }
}

#[derive(Deserialize)]
pub struct IndexGrowing {
    folder: PathBuf,
    file: PathBuf,
    dimension: usize,
    /// How many are there before the first that is measured. It ends with all.
    from: usize,
    /// Whether the documents have twenty words of text, for fuzzy search; or else vectors only.
    text: bool,
}

impl IndexGrowing {
    pub fn run(self) -> Result<Value> {
        let mut documents: Vec<Document> = if self.text {
            of_twenty_words(&read(&self.folder, self.dimension)?, "")
        } else {
            documents_of(stream_rows(&self.folder, self.dimension, usize::MAX)?).collect()
        };
        let options = if self.text { fuzzy() } else { without_text() };
        let single = documents.split_off(self.from.min(documents.len()));
        let db = Beaver::open(&self.file, Options::default())?;
        let collection = db.collection(NAME)?;
        index_all(&collection, documents.into_iter(), &options)?;
        let mut times = Times::default();
        let mut stretches = Vec::new();
        let (mut longest, mut longest_at) = (0.0, 0);
        for (number, document) in single.into_iter().enumerate() {
            times.time(|| collection.index(document, &options))?;
            if number.is_multiple_of(STRETCH) {
                stretches.push(0.0_f64);
            }
            if let Some(last) = stretches.last_mut() {
                *last = last.max(times.last());
            }
            if times.last() > longest {
                (longest, longest_at) = (times.last(), self.from + number);
            }
        }
        let rows = collection.len()?;
        db.close()?;
        std::fs::remove_file(&self.file)?;
        Ok(json!({"rows": rows, "micros": times.summary(), "longest_at": longest_at, "stretches": stretches}))
    }
}

#[derive(Deserialize)]
pub struct Compact {
    file: PathBuf,
}

impl Compact {
    /// The steps, each of which is a transaction: for so long another writer waits.
    pub fn run(self) -> Result<Value> {
        let db = Beaver::open(&self.file, Options::default())?;
        let collection = db.collection(NAME)?;
        let mut times = Times::default();
        let start = Instant::now();
        let mut last = start;
        collection.compact(|_| {
            times.push(last.elapsed().as_secs_f64() * 1e6);
            last = Instant::now();
            true
        })?;
        let seconds = start.elapsed().as_secs_f64();
        db.close()?;
        Ok(json!({"micros": times.summary(), "seconds": seconds}))
    }
}
