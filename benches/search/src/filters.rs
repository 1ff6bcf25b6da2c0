//! Vector search with a filter, beside the same without one.

use std::path::PathBuf;

use anyhow::Result;
use beaver_core::{Document, Filter, SearchOptions};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::folder::read_vectors;
use crate::random::Random;
use crate::times::Times;
use crate::truth::{self, K};
use crate::vectors::{index_all, open_new, rows_of, without_text};

/// How many documents of a thousand a filter keeps.
const KEPT: [usize; 4] = [500, 100, 10, 1];

#[derive(Deserialize)]
pub struct Filters {
    folder: PathBuf,
    file: PathBuf,
    dimension: usize,
    queries: usize,
    rounds: usize,
}

impl Filters {
    /// Each document has a number below a thousand, under a field that is indexed and under one that is not.
    pub fn run(self) -> Result<Value> {
        let vectors = read_vectors(&self.folder.join("base.f32"))?;
        let queries = read_vectors(&self.folder.join("queries.f32"))?;
        let rows = vectors.chunks_exact(self.dimension);
        let mut numbers: Vec<usize> = (0..rows.len()).map(|row| row % 1_000).collect();
        Random::new(4).shuffle(&mut numbers);
        let collection = open_new(&self.file)?;
        collection.create_index("indexed", |_| true)?;
        let documents = rows.clone().zip(&numbers).enumerate().map(|(row, (vector, number))| {
            Document::with_id(row.to_string(), json!({"indexed": number, "plain": number})).embedded(vector)
        });
        index_all(&collection, documents, &without_text())?;

        let queries: Vec<&[f32]> = queries.chunks_exact(self.dimension).take(self.queries).collect();
        let without = SearchOptions { k: K, ..SearchOptions::default() };
        let mut replies = Vec::new();
        for kept in KEPT {
            let survivors = || rows.clone().enumerate().filter(|(row, _)| numbers[*row] < kept);
            let right = queries.iter().map(|query| truth::nearest("l2", query, survivors()));
            let right = right.collect::<Result<Vec<_>>>()?;
            for field in ["indexed", "plain"] {
                let filter = Filter::parse(&json!({field: {"<": kept}}).to_string())?;
                let with = SearchOptions { filter: Some(filter), ..without.clone() };
                let plan = collection.explain_search(queries[0], &with)?;
                let (mut medians, mut plain_medians) = (Vec::new(), Vec::new());
                let mut recall = 0.0;
                for _ in 0..self.rounds {
                    let (mut times, mut plain_times) = (Times::default(), Times::default());
                    let mut answers = Vec::new();
                    // One after the other, so that neither finds a query's data in the processor's cache.
                    for query in &queries {
                        plain_times.time(|| collection.search(query, &without))?;
                    }
                    for query in &queries {
                        answers.push(rows_of(&times.time(|| collection.search(query, &with))?)?);
                    }
                    medians.push(times.summary().p50);
                    plain_medians.push(plain_times.summary().p50);
                    recall = truth::recall(&answers, &right);
                }
                replies.push(json!({
                    "kept": kept, "field": field, "recall": recall, "p50s": medians, "unfiltered": plain_medians,
                    "path": plan.path, "filter": plan.filter,
                }));
            }
        }
        Ok(json!({ "filters": replies }))
    }
}
