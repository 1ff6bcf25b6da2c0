//! The data: WordNet's synsets with their embeddings, laid out as in examples/data/wordnet-sample.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The components of an embedding.
pub const DIMENSION: usize = 384;

#[derive(Deserialize)]
pub struct Synset {
    pub id: String,
    pub words: Vec<String>,
    pub gloss: String,
}

pub struct WordNet {
    pub synsets: Vec<Synset>,
    /// One after the other.
    vectors: Vec<f32>,
}

impl WordNet {
    pub fn load(folder: &Path) -> Result<Self> {
        let documents = folder.join("documents.jsonl");
        let text = std::fs::read_to_string(&documents).with_context(|| format!("no {}", documents.display()))?;
        let synsets: Vec<Synset> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let bytes = std::fs::read(folder.join("embeddings.f16")).context("no embeddings.f16")?;
        let (halves, _) = bytes.as_chunks::<2>();
        let vectors: Vec<f32> = halves.iter().map(|half| half::f16::from_le_bytes(*half).to_f32()).collect();
        ensure!(vectors.len() == synsets.len() * DIMENSION, "not as many embeddings as documents");
        Ok(WordNet { synsets, vectors })
    }

    pub fn vector(&self, index: usize) -> &[f32] {
        &self.vectors[index * DIMENSION..][..DIMENSION]
    }
}

/// The relations between synsets as pairs of rows, for those that `rows` has, each with its symbol.
pub fn edges(folder: &Path, rows: &HashMap<String, usize>) -> Result<Vec<(usize, usize, String)>> {
    let text = std::fs::read_to_string(folder.join("edges.tsv")).context("no edges.tsv")?;
    let edge = |line: &str| {
        let mut fields = line.split('\t');
        let (source, symbol, target) = (fields.next()?, fields.next()?, fields.next()?);
        Some((*rows.get(source)?, *rows.get(target)?, symbol.to_owned()))
    };
    Ok(text.lines().filter_map(edge).collect())
}
