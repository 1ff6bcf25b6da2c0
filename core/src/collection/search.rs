//! Vector search: the nearest documents to a vector.

use serde::Deserialize;
use serde_json::Value;

use super::document::check_vector;
use super::{Collection, Document, Filter};
use crate::database::Progress;
use crate::error::{Error, Result};
use crate::options::parse_options;

/// The most results that one search gives.
pub const MAX_HITS: usize = 10_000;
/// How many results a search gives if nothing is said.
pub(crate) const DEFAULT_HITS: usize = 10;

/// A document that was found.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Hit {
    /// The document.
    pub document: Document,
    /// How well it fits: smaller is better. Of a vector search the distance in the collection's metric, of a
    /// full-text search its BM25 rank (negative), of a fuzzy search the edit distance.
    pub score: f64,
    /// What a full-text search was asked to show of the text; empty otherwise.
    pub fragments: Vec<Fragment>,
}

/// A part of a document's text with its matches marked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Fragment {
    /// Where in the body it stands; empty for the whole text.
    pub path: String,
    /// The text with its marks.
    pub text: String,
}

/// How much a vector search does to find the very nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub enum Effort {
    /// The fewest comparisons.
    Fast,
    /// What suits most.
    #[default]
    Normal,
    /// Nearly everything that the exact search finds.
    High,
    /// Compares with every vector: always right, in time linear in the collection.
    Exact,
}

impl Effort {
    const ALL: [Effort; 4] = [Effort::Fast, Effort::Normal, Effort::High, Effort::Exact];

    /// Its name: `"fast"`, `"normal"`, `"high"`, `"exact"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Effort::Fast => "fast",
            Effort::Normal => "normal",
            Effort::High => "high",
            Effort::Exact => "exact",
        }
    }

    /// The effort of that name.
    ///
    /// # Errors
    /// INVALID_ARGUMENT if there is none.
    pub fn parse(name: &str) -> Result<Effort> {
        Self::ALL
            .into_iter()
            .find(|effort| effort.name() == name)
            .ok_or_else(|| Error::invalid("no such effort: give fast, normal, high or exact"))
    }
}

/// What a vector search is to give.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct SearchOptions {
    /// How many documents, at most: 1 to [`MAX_HITS`].
    pub k: usize,
    /// Only documents that it matches. If so many exist, so many are given.
    pub filter: Option<Filter>,
    /// How much is done for the very nearest.
    pub effort: Effort,
}

impl Default for SearchOptions {
    fn default() -> Self {
        SearchOptions { k: DEFAULT_HITS, filter: None, effort: Effort::Normal }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonSearchOptions {
    k: Option<usize>,
    r#where: Option<Value>,
    effort: Option<String>,
}

impl SearchOptions {
    /// Reads them from a JSON object: `{"k": 10, "where": filter, "effort": "normal"}`, each optional. For
    /// bindings.
    ///
    /// # Errors
    /// INVALID_JSON if it is no JSON; INVALID_ARGUMENT for an unknown key or a wrong value; LIMIT.
    pub fn from_json(json: &str) -> Result<SearchOptions> {
        let JsonSearchOptions { k, r#where, effort } = parse_options(json)?;
        Ok(SearchOptions {
            k: k.unwrap_or(DEFAULT_HITS),
            filter: filter_of(r#where)?,
            effort: effort.as_deref().map(Effort::parse).transpose()?.unwrap_or_default(),
        })
    }
}

/// The `where` of a call's options.
pub(crate) fn filter_of(json: Option<Value>) -> Result<Option<Filter>> {
    json.map(|json| Filter::parse(&json.to_string())).transpose()
}

/// Checks how many results are asked for.
pub(crate) fn check_k(k: usize) -> Result<()> {
    if k == 0 {
        return Err(Error::invalid("k is 0: ask for at least one result"));
    }
    if k > MAX_HITS {
        return Err(Error::limit(format!("k is {k}: a search gives at most {MAX_HITS} results")));
    }
    Ok(())
}

/// How a vector search goes about it, and what it cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize))]
pub struct SearchPlan {
    /// The way it took: `"exact"` compares every vector, `"flat"` scans the codes of all and compares the best,
    /// `"partitioned"` scans those of the partitions around the query.
    pub path: &'static str,
    /// How the filter was applied: `"none"`, `"index"` (the documents were known before the search) or
    /// `"candidates"` (looked at one by one, the most promising first).
    pub filter: &'static str,
    /// How many codes were scored.
    pub scored: u64,
    /// How many vectors were compared exactly.
    pub compared: u64,
    /// How many bytes of codes and vectors that took.
    pub bytes_read: u64,
}

/// How well searches find what an exact search finds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecallReport {
    /// How many stored vectors were searched for.
    pub queries: u64,
    /// The share of the exact answers that was found, from 0 to 1.
    pub recall: f64,
}

impl Collection {
    /// The documents whose embeddings are nearest to a vector, nearest first. Each score is the distance in the
    /// collection's metric: squared Euclidean (`l2`), one minus the cosine (`cosine`), minus the inner
    /// product (`dot`). Documents without an embedding are not found. Up to 256 documents, and with
    /// [`Effort::Exact`], all are compared; above, 1-bit codes of all are scanned and the best compared
    /// exactly: O(n) with a very small constant. From 50,000 on the codes lie in partitions of up to 512, of which
    /// the nearest few are scanned: how many depends on the effort, and is measured on the collection's own documents.
    ///
    /// ```
    /// use beaver_core::{Beaver, Document, IndexOptions, Options, SearchOptions};
    /// use serde_json::json;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// let colours = db.collection("colours")?;
    /// colours.index(Document::with_id("red", json!({})).embedded([1.0, 0.0]), &IndexOptions::default())?;
    /// colours.index(Document::with_id("blue", json!({})).embedded([0.0, 1.0]), &IndexOptions::default())?;
    /// let hits = colours.search(&[0.9, 0.2], &SearchOptions { k: 1, ..SearchOptions::default() })?;
    /// assert_eq!(hits[0].document.id, "red");
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// INVALID_ARGUMENT for an empty vector, one of another dimension, a component that is not finite, a zero vector
    /// under cosine, a `k` of 0; LIMIT above [`MAX_HITS`] or [`crate::MAX_DIMENSION`]; IO, CORRUPT, INTERRUPTED, CLOSED,
    /// PAUSED.
    pub fn search(&self, vector: &[f32], options: &SearchOptions) -> Result<Vec<Hit>> {
        Ok(self.run_search(vector, options)?.0)
    }

    /// Searches, and tells how: the path taken, what was scored, compared and read.
    ///
    /// # Errors
    /// As for [`Collection::search`].
    pub fn explain_search(&self, vector: &[f32], options: &SearchOptions) -> Result<SearchPlan> {
        Ok(self.run_search(vector, options)?.1)
    }

    fn run_search(&self, vector: &[f32], options: &SearchOptions) -> Result<(Vec<Hit>, SearchPlan)> {
        check_k(options.k)?;
        check_vector("the query vector", vector)?;
        self.0.store.vector_search(&self.0.name, vector, options)
    }

    /// Measures the recall of searches on the collection's own data: so many of its vectors, spread evenly, are
    /// searched for with the options and exactly, and the answers compared. O(sample x n).
    ///
    /// # Errors
    /// As for [`Collection::search`]; INVALID_ARGUMENT for a sample of 0, LIMIT above 10,000.
    pub fn recall_check(&self, sample: usize, options: &SearchOptions) -> Result<RecallReport> {
        check_k(options.k)?;
        if sample == 0 {
            return Err(Error::invalid("the sample is 0: search for at least one vector"));
        }
        if sample > MAX_HITS {
            return Err(Error::limit(format!("the sample is {sample}, at most {MAX_HITS} are searched for")));
        }
        let exact = SearchOptions { effort: Effort::Exact, ..options.clone() };
        let queries = self.0.store.vector_sample(&self.0.name, sample)?;
        let (mut wanted, mut found) = (0u64, 0u64);
        for query in &queries {
            let truth = self.0.store.vector_search(&self.0.name, query, &exact)?.0;
            let answer = self.0.store.vector_search(&self.0.name, query, options)?.0;
            // By distance, so that documents with equal vectors stand for each other.
            let Some(last) = truth.last() else { continue };
            wanted += truth.len() as u64;
            found += answer.iter().filter(|hit| hit.score <= last.score).count() as u64;
        }
        #[expect(clippy::cast_precision_loss)] // at most a hundred million
        let recall = if wanted == 0 { 1.0 } else { found as f64 / wanted as f64 };
        Ok(RecallReport { queries: queries.len() as u64, recall })
    }

    /// Brings the vector codes to the state of a fresh build: those of documents that were replaced or dropped
    /// go, and all are made anew around the present centre. Goes in small steps, between which others write and
    /// search; what was done stays when it is stopped. Collections do this by themselves, in passing, when
    /// many codes are stale; calling it is never necessary.
    ///
    /// # Errors
    /// INTERRUPTED if `progress` stopped it; READ_ONLY, BUSY, FULL, IO, CORRUPT, CLOSED, PAUSED.
    pub fn compact(&self, progress: impl FnMut(Progress) -> bool) -> Result<()> {
        super::upkeep::compact(self, progress)
    }
}
