//! Collections: search by vector, by text, and by everything together.

use std::sync::Arc;

use beaver_core::{HybridQuery, Json, MatchOptions, SearchOptions, wire};

use crate::cancel::Cancel;
use crate::collection::CollectionHandle;
use crate::error::Failure;
use crate::input::{optional_vector, vector};

#[uniffi::export]
impl CollectionHandle {
    /// The documents whose embeddings are nearest to a vector: rows of `{"id", "body", "score"}`.
    pub fn search(&self, query: &[u8], options: &str, cancel: Option<Arc<Cancel>>) -> Result<String, Failure> {
        self.wait(cancel.as_ref(), |collection| {
            let hits = collection.search(&vector("vector", query)?, &SearchOptions::from_json(options)?)?;
            Ok(wire::hits(&hits, false))
        })
    }

    /// How `search` goes about it.
    pub fn explain_search(&self, query: &[u8], options: &str) -> Result<String, Failure> {
        self.call(|collection| {
            let plan = collection.explain_search(&vector("vector", query)?, &SearchOptions::from_json(options)?)?;
            Ok(wire::search_plan(&plan))
        })
    }

    /// How much of what an exact search finds `search` finds: `{"queries", "recall"}`.
    pub fn recall_check(&self, sample: u32, options: &str) -> Result<String, Failure> {
        self.call(|collection| {
            let report = collection.recall_check(sample as usize, &SearchOptions::from_json(options)?)?;
            Ok(wire::recall(&report))
        })
    }

    /// The documents whose text matches: rows of `{"id", "body", "score"}`, with `"fragments"` if they were asked for.
    pub fn match_text(&self, query: &str, options: &str, cancel: Option<Arc<Cancel>>) -> Result<String, Failure> {
        self.wait(cancel.as_ref(), |collection| {
            let options = MatchOptions::from_json(options)?;
            let hits = collection.match_text(query, &options)?;
            Ok(wire::hits(&hits, options.highlight.is_some() || options.snippet.is_some()))
        })
    }

    /// The documents that text, vector and graph together find: rows of `{"id", "body", "score", "legs"}`. Without a
    /// vector it is empty.
    pub fn hybrid(&self, query_vector: &[u8], query: &str, cancel: Option<Arc<Cancel>>) -> Result<String, Failure> {
        self.wait(cancel.as_ref(), |collection| {
            let vector = optional_vector("vector", query_vector)?;
            let query = HybridQuery::from_json(query, vector.as_deref())?;
            Ok(wire::hybrid_hits(&collection.hybrid(&query)?))
        })
    }
}

/// Fuses lists of ids, a JSON array of arrays, by their ranks: rows of `{"id", "score"}`. The options as
/// `{"weights": [numbers], "k": 60}`.
#[uniffi::export]
pub fn rerank(lists: &str, options: &str) -> Result<String, Failure> {
    let fused = || {
        let (lists, (weights, k)) = (wire::id_lists("lists", &Json::parse(lists)?)?, wire::rerank(options)?);
        let lists: Vec<&[String]> = lists.iter().map(Vec::as_slice).collect();
        Ok(wire::ranked(&beaver_core::rerank(&lists, weights.as_deref(), k)?))
    };
    fused().map_err(|error: beaver_core::Error| error.into())
}
