//! Document collections: documents with their text, their vector and their relations, written in one commit
//! and found by any of them.

pub(crate) mod document;
pub(crate) mod dump;
pub(crate) mod filter;
pub(crate) mod find;
pub(crate) mod graph;
pub(crate) mod hybrid;
pub(crate) mod key;
pub(crate) mod leaves;
pub(crate) mod matching;
pub(crate) mod order;
pub(crate) mod path;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod stats;
pub(crate) mod upkeep;

use std::sync::Arc;

pub use document::{Document, IndexOptions, MAX_DIMENSION};
pub use filter::{Filter, MAX_FILTER_BYTES, MAX_FILTER_CONDITIONS, MAX_FILTER_DEPTH, MAX_IN_VALUES};
pub use find::{Find, FindPlan, Found, MAX_INDEXES};
pub use graph::{
    Direction, Edge, EdgeOptions, MAX_NEIGHBORS, MAX_NODES, Neighbor, NeighborOptions, PathOptions, ShortestPath,
    Visit, WalkOptions,
};
pub use hybrid::{DEFAULT_RRF_K, GraphLeg, HybridHit, HybridQuery, LegScore, Weights, rerank};
pub use leaves::{Fts, MAX_FTS_PATHS};
pub use matching::{MAX_FIELDS, MAX_QUERY_BYTES, Marks, MatchOptions, Snippet};
pub use order::{MAX_ORDER_FIELDS, Order};
pub use path::{MAX_PATH_BYTES, MAX_PATH_SEGMENTS, Path as FieldPath};
pub use search::{Effort, Fragment, Hit, MAX_HITS, RecallReport, SearchOptions, SearchPlan};
pub use settings::{CollectionInfo, CollectionSettings, Tokenizer};
pub use stats::{CollectionStats, VectorIndexStats, VectorTier};

use crate::database::Progress;
use crate::engine::{Change, CollectionChange, Kind, Store, StoredDocument};
use crate::error::Result;
use crate::handle::{Handle, Structure};
use crate::pages::Pages;
use document::{Indexing, check_id};

/// A collection of documents, found by vector, by text, by their fields and by their relations. Any thread may
/// use the handle; clones are cheap.
///
/// ```
/// use beaver_core::{Beaver, Document, IndexOptions, MatchOptions, Options};
/// use serde_json::json;
/// let db = Beaver::open(":memory:", Options::default())?;
/// let articles = db.collection("articles")?;
/// let article = Document::with_id("sqlite-001", json!({"title": "SQLite", "year": 2000}));
/// articles.index(article, &IndexOptions::default())?;
/// assert_eq!(articles.match_text("sqlite", &MatchOptions::default())?.len(), 1);
/// # Ok::<(), beaver_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Collection(pub(crate) Handle);

impl AsRef<Handle> for Collection {
    fn as_ref(&self) -> &Handle {
        &self.0
    }
}

impl From<Handle> for Collection {
    fn from(handle: Handle) -> Self {
        Collection(handle)
    }
}

impl Structure for Collection {}

impl Collection {
    pub(crate) fn new(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(Collection(Handle::new(store, Kind::Collection, name)?))
    }

    /// Chooses the metric and the tokenizer, while the collection is empty. Choosing what is chosen already does
    /// nothing.
    ///
    /// # Errors
    /// CONFLICT if the collection holds documents under other settings; for all that write: READ_ONLY, BUSY
    /// (also when another owner has acquired the collection for longer than the busy timeout), FULL, IO, CORRUPT,
    /// INTERRUPTED, CLOSED, PAUSED.
    pub fn configure(&self, settings: CollectionSettings) -> Result<()> {
        self.0.write(Change::Collection(CollectionChange::Configure(settings))).map(drop)
    }

    /// The settings, and the dimension of the vectors.
    ///
    /// # Errors
    /// IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn settings(&self) -> Result<CollectionInfo> {
        self.0.store.collection_info(&self.0.name)
    }

    /// Stores a document, or puts it in the place of the one that has its id, with everything that belongs to
    /// it: its text, its vector and its indexed fields, in one commit; its edges stay. Tells whether anything had to be
    /// written: an unchanged document (the same body text, embedding and options) writes nothing. Costs
    /// O(its own size x log n).
    ///
    /// # Errors
    /// INVALID_ARGUMENT for an empty id, an embedding that is empty, holds a component that is not finite, has
    /// another dimension than the collection's first, or is zero under cosine; LIMIT for an id, body or embedding that is too
    /// large; for all that write as [`Collection::configure`] has them.
    pub fn index(&self, document: Document, options: &IndexOptions) -> Result<bool> {
        self.0.write(index_change(document, options)?)?.flag()
    }

    /// Indexes many documents in one commit: all of them, or none. Others wait to write meanwhile. `progress` is told
    /// now and then, and stops it by returning false.
    ///
    /// # Errors
    /// As for [`Collection::index`], with the index of the document as [`crate::Error::operation`]; LIMIT above
    /// [`crate::MAX_ITEMS`] documents; INTERRUPTED if `progress` stopped it.
    pub fn index_many(
        &self,
        documents: impl IntoIterator<Item = Document>,
        options: &IndexOptions,
        progress: impl FnMut(Progress) -> bool,
    ) -> Result<u64> {
        upkeep::index_many(self, documents.into_iter().collect(), options, progress)
    }

    /// The document of that id, if it is there. O(log n).
    ///
    /// # Errors
    /// INVALID_ARGUMENT for an empty id; LIMIT for one that is too long; for all that read: IO, CORRUPT, INTERRUPTED,
    /// CLOSED, PAUSED.
    pub fn get(&self, id: &str) -> Result<Option<Document>> {
        check_id(id)?;
        self.0.store.document_get(&self.0.name, id)
    }

    /// Removes a document with everything that belongs to it, its edges included; tells whether it was there.
    ///
    /// # Errors
    /// As for [`Collection::get`] and for all that write.
    pub fn drop(&self, id: &str) -> Result<bool> {
        self.0.write(drop_change(id)?)?.flag()
    }

    /// Whether there is a document of that id. O(log n).
    ///
    /// # Errors
    /// As for [`Collection::get`].
    pub fn contains(&self, id: &str) -> Result<bool> {
        check_id(id)?;
        self.0.store.document_contains(&self.0.name, id)
    }

    /// How many documents there are. Counts through an index: O(n).
    ///
    /// # Errors
    /// As for all that read.
    pub fn len(&self) -> Result<u64> {
        self.0.store.document_len(&self.0.name)
    }

    /// Whether there are no documents. O(log n).
    ///
    /// # Errors
    /// As for all that read.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.0.store.document_page(&self.0.name, None, 1)?.is_empty())
    }

    /// Removes every document, edge and index entry; tells how many documents there were. The settings and the
    /// indexed fields stay, the dimension is forgotten.
    ///
    /// # Errors
    /// As for all that write.
    pub fn clear(&self) -> Result<u64> {
        self.0.write(Change::Collection(CollectionChange::Clear))?.count()
    }

    /// Makes everything anew that is derived from the documents: text, vocabulary, vectors, codes, indexed fields. Begins
    /// by removing the text index of the collection; then goes in small steps, between which others write. A search
    /// meanwhile may miss what is not yet made. Stopped by `progress`, it is to be done again; [`crate::Cancel`] does not
    /// stop it once it has begun. For a file that [`crate::Beaver::verify`] finds fault with; see
    /// [`crate::Beaver::repair`].
    ///
    /// # Errors
    /// INTERRUPTED if `progress` stopped it; for all that write.
    pub fn rebuild(&self, progress: impl FnMut(Progress) -> bool) -> Result<()> {
        upkeep::rebuild(self, progress)
    }

    /// The documents in the order of their ids (byte by byte). Fetched in portions, nothing is held in between: a
    /// concurrent change may show or not, but no document comes twice.
    #[must_use]
    pub fn documents(&self) -> Documents {
        Documents { collection: self.clone(), pages: Pages::new(usize::MAX) }
    }

    /// The documents behind an id (which need not be there), as [`Collection::documents`] gives them.
    ///
    /// # Errors
    /// As [`Collection::get`] has them for its argument.
    pub fn documents_after(&self, id: &str) -> Result<Documents> {
        check_id(id)?;
        Ok(Documents { collection: self.clone(), pages: Pages::after(id.to_owned()) })
    }
}

/// Checks a document and makes the change that indexes it.
pub(crate) fn index_change(document: Document, options: &IndexOptions) -> Result<Change> {
    let indexing = Indexing::new(document, options)?;
    Ok(Change::Collection(CollectionChange::Index(Box::new(indexing))))
}

pub(crate) fn drop_change(id: &str) -> Result<Change> {
    check_id(id)?;
    Ok(Change::Collection(CollectionChange::Drop { id: id.into() }))
}

/// An iterator over a collection. See [`Collection::documents`].
pub struct Documents {
    collection: Collection,
    pages: Pages<StoredDocument, String>,
}

impl Iterator for Documents {
    type Item = Result<Document>;

    fn next(&mut self) -> Option<Self::Item> {
        let Handle { store, name, .. } = &self.collection.0;
        let fetch = |after: Option<&String>, most| store.document_page(name, after.map(String::as_str), most);
        let stored = self.pages.next(fetch, |stored| stored.document.id.clone())?;
        Some(stored.map(|stored| stored.document))
    }
}
