//! What handles and engines exchange about collections.

use crate::collection::document::Indexing;
use crate::collection::{
    CollectionInfo, CollectionSettings, CollectionStats, Direction, Document, Edge, FieldPath, Filter, Find, FindPlan,
    Found, Hit, MatchOptions, Neighbor, NeighborOptions, PathOptions, SearchOptions, SearchPlan, ShortestPath, Visit,
    WalkOptions,
};
use crate::error::Result;

#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum CollectionChange {
    /// `Done`
    Configure(CollectionSettings),
    /// `Flag(anything was written)`
    Index(Box<Indexing>),
    /// `Flag(there was such a document)`
    Drop { id: String },
    /// `Count` of documents removed
    Clear,
    /// `Done`; an error if a document is missing.
    Connect(Vec<Edge>),
    /// `Count` of edges removed
    Disconnect { source: String, target: String, label: Option<String> },
    /// `Flag(it is new)`: declares the index, to be filled in steps.
    CreateIndex { path: FieldPath },
    /// `Flag(there was one)`
    DropIndex { path: FieldPath },
    /// `Flag(begun)`: begins to make the vector codes anew, in steps, if that is not going on already; not as long as
    /// steps are left of the last time.
    BeginCompact,
    /// `Progress`: a short step of something long; done when `done` reaches `total`.
    Step(Step),
}

/// Long work that is done a little at a time.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Step {
    /// Of the vector codes.
    Compact,
    /// Of an index over documents that were there before it.
    Backfill { path: FieldPath },
    /// Of all that is derived from the documents, beginning after that id.
    Rebuild { after: Option<String> },
}

/// A document and how it was indexed.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct StoredDocument {
    pub document: Document,
    /// As [`crate::collection::Fts`] writes itself; none for a document of BeaverDB 1.x.
    pub fts: Option<String>,
    pub fuzzy: bool,
}

pub(crate) trait DocumentEngine {
    fn collection_info(&self, name: &str) -> Result<CollectionInfo>;
    fn document_get(&self, name: &str, id: &str) -> Result<Option<Document>>;
    fn document_contains(&self, name: &str, id: &str) -> Result<bool>;
    fn document_len(&self, name: &str) -> Result<u64>;
    /// Documents in the order of their ids, after that id.
    fn document_page(&self, name: &str, after: Option<&str>, limit: usize) -> Result<Vec<StoredDocument>>;
}

pub(crate) trait VectorEngine {
    fn vector_search(&self, name: &str, vector: &[f32], options: &SearchOptions) -> Result<(Vec<Hit>, SearchPlan)>;
    /// Up to so many stored vectors, spread evenly over the ids.
    fn vector_sample(&self, name: &str, count: usize) -> Result<Vec<Vec<f32>>>;
    /// As of one moment, for a collection that was never written to as well.
    fn collection_stats(&self, name: &str) -> Result<CollectionStats>;
}

pub(crate) trait TextEngine {
    fn text_match(&self, name: &str, query: &str, options: &MatchOptions) -> Result<Vec<Hit>>;
}

pub(crate) trait FieldEngine {
    fn find(&self, name: &str, find: &Find) -> Result<(Found, FindPlan)>;
    fn count(&self, name: &str, filter: &Filter) -> Result<u64>;
    /// The paths that are indexed, sorted.
    fn indexes(&self, name: &str) -> Result<Vec<String>>;
}

pub(crate) trait GraphEngine {
    fn neighbors(&self, name: &str, id: &str, options: &NeighborOptions) -> Result<Vec<Neighbor>>;
    /// From any of the sources, which are not among what is given.
    fn walk(&self, name: &str, sources: &[&str], options: &WalkOptions) -> Result<Vec<Visit>>;
    fn shortest_path(
        &self,
        name: &str,
        source: &str,
        target: &str,
        options: &PathOptions,
    ) -> Result<Option<ShortestPath>>;
    fn degree(&self, name: &str, id: &str, labels: &[&str], direction: Direction) -> Result<u64>;
    /// Edges in the order of source, target and label, after that one.
    fn edge_page(&self, name: &str, after: Option<&Edge>, limit: usize) -> Result<Vec<Edge>>;
}
