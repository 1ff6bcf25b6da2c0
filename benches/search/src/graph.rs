//! Walks, paths, and hybrid search.

use std::path::PathBuf;

use anyhow::{Context, Result};
use beaver_core::{
    Beaver, Collection, Direction, Edge, Effort, GraphLeg, HybridQuery, MatchOptions, Options, PathOptions,
    SearchOptions, WalkOptions,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::folder::{read_ids, read_queries, read_vectors};
use crate::random::Random;
use crate::times::Times;
use crate::truth::K;
use crate::vectors::NAME;
use crate::wordnet;

/// How many documents a walk gives at most.
const BOUND: usize = 10_000;
/// How many of a hybrid search's legs' answers are fused: what it takes for ten answers by itself.
const CANDIDATES: usize = 50;

#[derive(Deserialize)]
pub struct Connect {
    data: PathBuf,
    folder: PathBuf,
    file: PathBuf,
}

#[derive(Deserialize)]
pub struct Walk {
    file: PathBuf,
    count: usize,
    rounds: usize,
}

#[derive(Deserialize)]
pub struct Hybrid {
    folder: PathBuf,
    file: PathBuf,
    dimension: usize,
    rounds: usize,
}

fn open(file: &PathBuf) -> Result<Collection> {
    Ok(Beaver::open(file, Options::default())?.collection(NAME)?)
}

impl Connect {
    pub fn run(self) -> Result<Value> {
        let edges = wordnet::edges(&self.data, &read_ids(&self.folder)?)?;
        let collection = open(&self.file)?;
        for portion in edges.chunks(50_000) {
            let edge = |(source, target, symbol): &(usize, usize, String)| {
                Edge::new(source.to_string(), target.to_string(), symbol.clone())
            };
            collection.connect_many(portion.iter().map(edge), |_| true)?;
        }
        Ok(json!({ "edges": edges.len() }))
    }
}

impl Walk {
    pub fn run(self) -> Result<Value> {
        let collection = open(&self.file)?;
        let total = usize::try_from(collection.len()?)?;
        let mut random = Random::new(5);
        let options = WalkOptions { direction: Direction::Both, depth: 3, max_nodes: BOUND, ..WalkOptions::default() };
        let some: Vec<String> = (0..self.count).map(|_| random.below(total).to_string()).collect();

        // The walks that go furthest: from the documents with the most edges.
        let mut degrees: Vec<(u64, String)> = (0..total)
            .map(|row| Ok((collection.degree(&row.to_string(), &[], Direction::Both)?, row.to_string())))
            .collect::<Result<_>>()?;
        degrees.sort_by(|a, b| b.cmp(a));
        let mut sizes: Vec<(usize, String)> = degrees
            .into_iter()
            .take(40)
            .map(|(_, id)| Ok((collection.walk(&id, &options)?.len(), id)))
            .collect::<Result<_>>()?;
        sizes.sort_by(|a, b| b.cmp(a));
        sizes.truncate(10);

        let (mut far, mut random_walks, mut paths) = (Vec::new(), Vec::new(), Vec::new());
        let mut found = 0;
        for _ in 0..self.rounds {
            let mut times = Times::default();
            for (_, id) in &sizes {
                times.time(|| collection.walk(id, &options))?;
            }
            far.push(times.summary());
            let mut times = Times::default();
            for id in &some {
                times.time(|| collection.walk(id, &options))?;
            }
            random_walks.push(times.summary());
            let either_way = PathOptions { direction: Direction::Both, ..PathOptions::default() };
            let mut times = Times::default();
            found = 0;
            for (source, target) in some.iter().zip(some.iter().rev()) {
                let path = times.time(|| collection.shortest_path(source, target, &either_way))?;
                found += usize::from(path.is_some());
            }
            paths.push(times.summary());
        }
        let visited = [sizes.last(), sizes.first()].map(|size| size.map(|(size, _)| *size));
        Ok(json!({
            "far": far, "visited": visited, "random": random_walks, "paths": paths,
            "found": found, "pairs": some.len(),
        }))
    }
}

impl Hybrid {
    pub fn run(self) -> Result<Value> {
        let collection = open(&self.file)?;
        let vectors = read_vectors(&self.folder.join("queries.f32"))?;
        let texts = read_queries(&self.folder)?.pairs;
        let total = usize::try_from(collection.len()?)?;
        let queries: Vec<(&String, &[f32])> = texts.iter().zip(vectors.chunks_exact(self.dimension)).collect();
        let mut replies = Vec::new();
        for with_graph in [false, true] {
            let (mut sums, mut wholes) = (Vec::new(), Vec::new());
            let mut random = Random::new(6);
            let from: Vec<Option<String>> =
                queries.iter().map(|_| with_graph.then(|| random.below(total).to_string())).collect();
            for _ in 0..self.rounds {
                let (mut legs, mut whole) = (Times::default(), Times::default());
                // One after the other, so that neither finds a query's data in the processor's cache.
                for ((text, vector), from) in queries.iter().zip(&from) {
                    legs.time(|| one_by_one(&collection, text, vector, from.as_deref()))?;
                }
                for ((text, vector), from) in queries.iter().zip(&from) {
                    let query = HybridQuery {
                        text: Some((*text).clone()),
                        vector: Some(vector.to_vec()),
                        graph: from.clone().map(|from| GraphLeg { from: vec![from], depth: 2, ..GraphLeg::default() }),
                        k: K,
                        candidates: Some(CANDIDATES),
                        ..HybridQuery::default()
                    };
                    whole.time(|| collection.hybrid(&query))?;
                }
                sums.push(legs.summary().p50);
                wholes.push(whole.summary().p50);
            }
            replies.push(json!({"graph": with_graph, "sums": sums, "wholes": wholes}));
        }
        Ok(json!({ "hybrid": replies }))
    }
}

/// What hybrid search asks of each leg, asked for by itself.
fn one_by_one(collection: &Collection, text: &str, vector: &[f32], from: Option<&str>) -> Result<()> {
    collection.match_text(text, &MatchOptions { k: CANDIDATES, ..MatchOptions::default() })?;
    collection.search(vector, &SearchOptions { k: CANDIDATES, effort: Effort::Normal, filter: None })?;
    if let Some(from) = from {
        let options = WalkOptions { depth: 2, max_nodes: CANDIDATES, ..WalkOptions::default() };
        collection.walk(from, &options).context("a walk")?;
    }
    Ok(())
}
