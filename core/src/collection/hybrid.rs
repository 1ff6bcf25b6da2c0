//! Hybrid search: several rankings made one.

use std::collections::HashMap;
use std::hash::Hash;

use serde::Deserialize;
use serde_json::Value;

use super::document::{check_id, check_vector};
use super::graph::{DEFAULT_MAX_NODES, Direction, WalkOptions, check_walk};
use super::matching::{fields_of, fuzziness_of};
use super::path::Path;
use super::search::{DEFAULT_HITS, check_k, filter_of};
use super::{Collection, Document, Effort, Filter, Hit, MAX_HITS, MatchOptions, SearchOptions};
use crate::error::{Error, Result};
use crate::options::parse_options;
use crate::text::fuzzy::Fuzziness;

/// The constant of reciprocal rank fusion that is usual.
pub const DEFAULT_RRF_K: f64 = 60.0;

/// Fuses rankings by reciprocal rank fusion: each item gets from each list that has it `weight / (k + rank)`,
/// the rank counted from 0, and the items come ordered by their sums, the largest first; ties in the order in
/// which they were first seen. (Cormack, Clarke and Büttcher, SIGIR 2009.) An item that a list has twice counts once, at
/// its better place.
///
/// ```
/// use beaver_core::rerank;
/// let (text, vectors) = (["py-fast", "py-data"], ["py-fast", "js-fast", "py-data"]);
/// let fused = rerank(&[&text[..], &vectors[..]], None, 60.0)?;
/// assert_eq!(fused.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ["py-fast", "py-data", "js-fast"]);
/// # Ok::<(), beaver_core::Error>(())
/// ```
///
/// # Errors
/// INVALID_ARGUMENT if there is not one weight for each list, a weight is not finite or below zero, or `k` is not
/// finite or not above zero.
pub fn rerank<T: Hash + Eq + Clone>(lists: &[&[T]], weights: Option<&[f64]>, k: f64) -> Result<Vec<(T, f64)>> {
    if !k.is_finite() || k <= 0.0 {
        return Err(Error::invalid("k must be a finite number above zero: 60 is usual"));
    }
    if weights.is_some_and(|weights| weights.len() != lists.len()) {
        return Err(Error::invalid("there must be as many weights as lists"));
    }
    if weights.is_some_and(|weights| weights.iter().any(|weight| !weight.is_finite() || *weight < 0.0)) {
        return Err(Error::invalid("a weight must be a finite number, not below zero"));
    }
    let mut places: HashMap<&T, usize> = HashMap::new();
    let mut fused: Vec<(T, f64, usize)> = Vec::new();
    for (index, list) in lists.iter().enumerate() {
        let weight = weights.and_then(|weights| weights.get(index)).copied().unwrap_or(1.0);
        for (rank, item) in list.iter().enumerate() {
            let place = *places.entry(item).or_insert_with(|| {
                fused.push((item.clone(), 0.0, usize::MAX));
                fused.len() - 1
            });
            // The last list that counted it, so that one list counts it once.
            if let Some((_, score, counted)) = fused.get_mut(place)
                && *counted != index
            {
                *counted = index;
                #[expect(clippy::cast_precision_loss)]
                let rank = rank as f64;
                *score += weight / (k + rank);
            }
        }
    }
    fused.sort_by(|a, b| b.1.total_cmp(&a.1));
    Ok(fused.into_iter().map(|(item, score, _)| (item, score)).collect())
}

/// One search that asks several ways at once. At least one of the text, the vector and the graph has to be given.
#[derive(Debug, Clone)]
pub struct HybridQuery {
    /// What to find by its words, as [`Collection::match_text`] takes it.
    pub text: Option<String>,
    /// What to find by its embedding, as [`Collection::search`] takes it.
    pub vector: Option<Vec<f32>>,
    /// What to find by its relations.
    pub graph: Option<GraphLeg>,
    /// Only documents that it matches.
    pub filter: Option<Filter>,
    /// How many documents, at most: 1 to [`MAX_HITS`].
    pub k: usize,
    /// The weight of each leg.
    pub weights: Weights,
    /// The constant of the fusion.
    pub rrf_k: f64,
    /// How many results each leg contributes, at most: 1 to [`MAX_HITS`]; if none, five times `k`, and 50 at least.
    pub candidates: Option<usize>,
    /// As [`MatchOptions::on`].
    pub on: Vec<(Path, f64)>,
    /// As [`MatchOptions::fuzziness`].
    pub fuzziness: Option<Fuzziness>,
    /// As [`MatchOptions::prefix`].
    pub prefix: bool,
    /// As [`SearchOptions::effort`].
    pub effort: Effort,
}

/// What is found by relations: what lies within a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphLeg {
    /// Where the walk begins. If empty, at the best results of the other legs, which have to be there then.
    pub from: Vec<String>,
    /// As [`WalkOptions::labels`].
    pub labels: Vec<String>,
    /// As [`WalkOptions::direction`].
    pub direction: Direction,
    /// As [`WalkOptions::depth`].
    pub depth: u32,
    /// How many of the other legs' best results the walk begins at, if `from` is empty.
    pub seeds: usize,
}

impl Default for GraphLeg {
    fn default() -> Self {
        GraphLeg { from: Vec::new(), labels: Vec::new(), direction: Direction::Outgoing, depth: 1, seeds: 5 }
    }
}

/// How much each leg counts.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Weights {
    /// Of the text.
    pub text: f64,
    /// Of the vector.
    pub vector: f64,
    /// Of the graph.
    pub graph: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Weights { text: 1.0, vector: 1.0, graph: 1.0 }
    }
}

impl Default for HybridQuery {
    fn default() -> Self {
        HybridQuery {
            text: None,
            vector: None,
            graph: None,
            filter: None,
            k: DEFAULT_HITS,
            weights: Weights::default(),
            rrf_k: DEFAULT_RRF_K,
            candidates: None,
            on: Vec::new(),
            fuzziness: None,
            prefix: false,
            effort: Effort::Normal,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonHybrid {
    text: Option<String>,
    graph: Option<JsonGraphLeg>,
    r#where: Option<Value>,
    k: Option<usize>,
    #[serde(default)]
    weights: Weights,
    rrf_k: Option<f64>,
    candidates: Option<usize>,
    on: Option<Value>,
    fuzziness: Option<Value>,
    #[serde(default)]
    prefix: bool,
    effort: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct JsonGraphLeg {
    from: Vec<String>,
    labels: Vec<String>,
    direction: Direction,
    depth: u32,
    seeds: usize,
}

impl Default for JsonGraphLeg {
    fn default() -> Self {
        let GraphLeg { from, labels, direction, depth, seeds } = GraphLeg::default();
        JsonGraphLeg { from, labels, direction, depth, seeds }
    }
}

impl HybridQuery {
    /// Reads all but the vector from a JSON object: `{"text": "…", "graph": {"from": ["id"], "labels": ["…"],
    /// "direction": "outgoing", "depth": 1, "seeds": 5}, "where": filter, "k": 10, "weights": {"text": 1, "vector": 1,
    /// "graph": 1}, "rrf_k": 60, "candidates": 50, "on": …, "fuzziness": …, "prefix": false, "effort":
    /// "normal"}`, each optional. For bindings.
    ///
    /// # Errors
    /// INVALID_JSON if it is no JSON; INVALID_ARGUMENT for an unknown key or a wrong value; LIMIT.
    pub fn from_json(json: &str, vector: Option<&[f32]>) -> Result<HybridQuery> {
        let parsed: JsonHybrid = parse_options(json)?;
        Ok(HybridQuery {
            text: parsed.text,
            vector: vector.map(<[f32]>::to_vec),
            graph: parsed.graph.map(|JsonGraphLeg { from, labels, direction, depth, seeds }| GraphLeg {
                from,
                labels,
                direction,
                depth,
                seeds,
            }),
            filter: filter_of(parsed.r#where)?,
            k: parsed.k.unwrap_or(DEFAULT_HITS),
            weights: parsed.weights,
            rrf_k: parsed.rrf_k.unwrap_or(DEFAULT_RRF_K),
            candidates: parsed.candidates,
            on: parsed.on.map_or(Ok(Vec::new()), |on| fields_of(&on))?,
            fuzziness: parsed.fuzziness.map_or(Ok(None), |fuzziness| fuzziness_of(&fuzziness))?,
            prefix: parsed.prefix,
            effort: parsed.effort.as_deref().map(Effort::parse).transpose()?.unwrap_or_default(),
        })
    }

    fn check(&self) -> Result<()> {
        check_k(self.k)?;
        self.candidates.map_or(Ok(()), check_k)?;
        if self.text.is_none() && self.vector.is_none() && self.graph.as_ref().is_none_or(|leg| leg.from.is_empty()) {
            return Err(Error::invalid("nothing to search for: give a text, a vector, or a graph with its beginnings"));
        }
        if let Some(vector) = &self.vector {
            check_vector("the query vector", vector)?;
        }
        if let Some(leg) = &self.graph {
            leg.from.iter().try_for_each(|id| check_id(id))?;
            check_walk(&leg.walk(1, None))?;
            if leg.from.len() > MAX_HITS || leg.seeds > MAX_HITS {
                return Err(Error::limit(format!("a walk begins at no more than {MAX_HITS} documents")));
            }
        }
        Ok(())
    }
}

impl GraphLeg {
    fn walk(&self, max_nodes: usize, filter: Option<Filter>) -> WalkOptions {
        WalkOptions {
            labels: self.labels.clone(),
            direction: self.direction,
            depth: self.depth,
            max_nodes,
            fan_out: None,
            paths: false,
            filter,
        }
    }
}

/// A document that a hybrid search found.
#[derive(Debug, Clone, PartialEq)]
pub struct HybridHit {
    /// The document.
    pub document: Document,
    /// The sum that the fusion gave it: larger is better.
    pub score: f64,
    /// Its place among the results of the text, if it is one.
    pub text: Option<LegScore>,
    /// Its place among the results of the vector, if it is one.
    pub vector: Option<LegScore>,
    /// Its place among the results of the graph, if it is one; the score is the distance in edges.
    pub graph: Option<LegScore>,
}

/// What one leg says of a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LegScore {
    /// Its place, from 0.
    pub rank: usize,
    /// Its score there, as that search gives it.
    pub score: f64,
}

impl Collection {
    /// Searches by text, vector and relations, one after the other, and fuses what they find by [`rerank`]: each
    /// document comes with its place and score in every leg that found it. Costs the sum of its legs.
    ///
    /// ```
    /// use beaver_core::{Beaver, Document, HybridQuery, IndexOptions, Options};
    /// use serde_json::json;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// let articles = db.collection("articles")?;
    /// let python = Document::with_id("py", json!("Python is great")).embedded([0.1, 0.9]);
    /// articles.index(python, &IndexOptions::default())?;
    /// let query = HybridQuery { text: Some("python".into()), vector: Some(vec![0.1, 0.8]), ..HybridQuery::default() };
    /// let hits = articles.hybrid(&query)?;
    /// assert!(hits[0].text.is_some() && hits[0].vector.is_some() && hits[0].graph.is_none());
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// INVALID_ARGUMENT if there is nothing to search for, and as [`Collection::match_text`], [`Collection::search`],
    /// [`Collection::walk`] and [`rerank`] have them; LIMIT; IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn hybrid(&self, query: &HybridQuery) -> Result<Vec<HybridHit>> {
        query.check()?;
        let candidates = query.candidates.unwrap_or((5 * query.k).max(50)).min(MAX_HITS);
        let text = match &query.text {
            Some(text) => self.match_text(
                text,
                &MatchOptions {
                    k: candidates,
                    filter: query.filter.clone(),
                    on: query.on.clone(),
                    fuzziness: query.fuzziness,
                    prefix: query.prefix,
                    ..MatchOptions::default()
                },
            )?,
            None => Vec::new(),
        };
        let vector = match &query.vector {
            Some(vector) => {
                let options = SearchOptions { k: candidates, filter: query.filter.clone(), effort: query.effort };
                self.search(vector, &options)?
            }
            None => Vec::new(),
        };
        let graph = match &query.graph {
            Some(leg) => self.graph_leg(leg, query, [&text, &vector], candidates)?,
            None => Vec::new(),
        };
        fuse(query, [text, vector, graph])
    }

    /// What lies within the walk, nearest first.
    fn graph_leg(
        &self,
        leg: &GraphLeg,
        query: &HybridQuery,
        others: [&Vec<Hit>; 2],
        candidates: usize,
    ) -> Result<Vec<Hit>> {
        let seeds: Vec<String> = if leg.from.is_empty() {
            let ids = others.map(|hits| hits.iter().map(|hit| hit.document.id.as_str()).collect::<Vec<_>>());
            let best = rerank(&[&ids[0], &ids[1]], Some(&[query.weights.text, query.weights.vector]), query.rrf_k)?;
            best.into_iter().take(leg.seeds).map(|(id, _)| id.to_owned()).collect()
        } else {
            leg.from.clone()
        };
        let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
        let options = leg.walk(candidates.min(DEFAULT_MAX_NODES), query.filter.clone());
        let visits = self.0.store.walk(&self.0.name, &seeds, &options)?;
        Ok(visits
            .into_iter()
            .map(|visit| Hit { document: visit.document, score: visit.distance.into(), fragments: Vec::new() })
            .collect())
    }
}

fn fuse(query: &HybridQuery, legs: [Vec<Hit>; 3]) -> Result<Vec<HybridHit>> {
    let weights = [query.weights.text, query.weights.vector, query.weights.graph];
    let ids = legs.each_ref().map(|hits| hits.iter().map(|hit| hit.document.id.clone()).collect::<Vec<_>>());
    let fused = rerank(&ids.each_ref().map(Vec::as_slice), Some(&weights), query.rrf_k)?;
    let mut documents: HashMap<String, Document> = HashMap::new();
    let places = legs.map(|hits| {
        let mut places: HashMap<String, LegScore> = HashMap::new();
        for (rank, hit) in hits.into_iter().enumerate() {
            places.insert(hit.document.id.clone(), LegScore { rank, score: hit.score });
            documents.entry(hit.document.id.clone()).or_insert(hit.document);
        }
        places
    });
    let hits = fused.into_iter().take(query.k).filter_map(|(id, score)| {
        let document = documents.remove(&id)?;
        let [text, vector, graph] = places.each_ref().map(|places| places.get(&id).copied());
        Some(HybridHit { document, score, text, vector, graph })
    });
    Ok(hits.collect())
}
