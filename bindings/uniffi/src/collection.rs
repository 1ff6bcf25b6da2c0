//! Collections: their documents.

use std::sync::Arc;

use beaver_core::{Beaver, Collection, CollectionSettings, Document, Filter, Find, IndexOptions, Json, Result, wire};

use crate::call::Live;
use crate::callback::{ProgressListener, steps};
use crate::cursor::{Cursor, DocumentCursor};
use crate::error::Failure;
use crate::input::{floats, optional_vector, rows, vector_bytes};
use crate::structure::structure_handle;

/// A collection of documents.
#[derive(uniffi::Object)]
pub struct CollectionHandle {
    pub(crate) inner: Collection,
    db: Beaver,
    _live: Live,
}

structure_handle!(CollectionHandle, Collection);

/// A document as it is stored.
#[derive(uniffi::Record)]
pub struct StoredDocument {
    /// What it is found by.
    pub id: String,
    /// Its body.
    pub body: String,
    /// Its embedding.
    pub embedding: Option<Vec<u8>>,
}

impl From<Document> for StoredDocument {
    fn from(Document { id, body, embedding }: Document) -> Self {
        StoredDocument { id, body: body.into(), embedding: embedding.as_deref().map(vector_bytes) }
    }
}

/// What indexing a document did.
#[derive(uniffi::Record)]
pub struct Indexed {
    /// The id of the document, made if it had none.
    pub id: String,
    /// Whether anything had to be written.
    pub written: bool,
}

/// A document that is to be indexed: without an id it gets one, with an empty embedding it has none.
pub fn document(id: Option<&str>, body: &str, embedding: &[u8]) -> Result<Document> {
    let body = Json::parse(body)?;
    let document = match id {
        Some(id) => Document::with_id(id, body),
        None => Document::new(body),
    };
    Ok(match optional_vector("embedding", embedding)? {
        Some(embedding) => document.embedded(embedding),
        None => document,
    })
}

#[uniffi::export]
impl CollectionHandle {
    /// Chooses the metric and the tokenizer of a collection without documents.
    pub fn configure(&self, settings: &str) -> Result<(), Failure> {
        self.call(|collection| collection.configure(CollectionSettings::from_json(settings)?))
    }

    /// `{"metric", "tokenizer", "dimension"}`.
    pub fn settings(&self) -> Result<String, Failure> {
        self.call(|collection| Ok(wire::settings(&collection.settings()?)))
    }

    /// `{"documents", "dimension", "vectors": {"tier", "partitions", "codes", "stale", "bytes", "epoch", "building"}}`.
    pub fn stats(&self) -> Result<String, Failure> {
        self.call(|collection| Ok(wire::collection_stats(&collection.stats()?)))
    }

    /// Stores a document in the place of the one of its id.
    pub fn index(&self, id: Option<String>, body: &str, embedding: &[u8], options: &str) -> Result<Indexed, Failure> {
        self.call(|collection| {
            let document = document(id.as_deref(), body, embedding)?;
            let id = document.id.clone();
            Ok(Indexed { written: collection.index(document, &IndexOptions::from_json(options)?)?, id })
        })
    }

    /// Stores many documents, a JSON array of `{"id", "body"}`, in one commit. The embeddings are the rows of a matrix,
    /// one for each document, or only for those whose byte in `has_embedding` is not 0; without any, both are empty.
    pub fn index_many(
        &self,
        documents: &str,
        embeddings: &[u8],
        dimension: u32,
        has_embedding: &[u8],
        options: &str,
        progress: Option<Arc<dyn ProgressListener>>,
    ) -> Result<u64, Failure> {
        self.call(|collection| {
            let (documents, options) = (Json::parse(documents)?, IndexOptions::from_json(options)?);
            let matrix = floats("embeddings", embeddings)?;
            let documents =
                wire::documents("documents", &documents, |count| rows(&matrix, dimension, has_embedding, count))?;
            collection.index_many(documents, &options, steps(progress))
        })
    }

    /// Reads a document.
    pub fn get(&self, id: &str) -> Result<Option<StoredDocument>, Failure> {
        self.call(|collection| Ok(collection.get(id)?.map(StoredDocument::from)))
    }

    /// Removes a document; false if there was none.
    pub fn remove(&self, id: &str) -> Result<bool, Failure> {
        self.call(|collection| collection.drop(id))
    }

    /// Whether there is such a document.
    pub fn contains(&self, id: &str) -> Result<bool, Failure> {
        self.call(|collection| collection.contains(id))
    }

    /// Rows of `{"id", "body"}`.
    pub fn documents(&self) -> Arc<Cursor> {
        let documents = self.inner.documents();
        Cursor::new(&self.db, documents.map(|document| document.map(|document| wire::document(&document))))
    }

    /// The documents with their embeddings.
    pub fn stored_documents(&self) -> Arc<DocumentCursor> {
        DocumentCursor::new(&self.db, self.inner.documents())
    }

    /// `{"documents", "cursor"}`: the documents that a query asks for.
    pub fn find(&self, query: &str) -> Result<String, Failure> {
        self.call(|collection| Ok(wire::found(&collection.find(&Find::from_json(query)?)?)))
    }

    /// How `find` goes about it.
    pub fn explain_find(&self, query: &str) -> Result<String, Failure> {
        self.call(|collection| Ok(wire::find_plan(&collection.explain_find(&Find::from_json(query)?)?)))
    }

    /// How many documents a filter matches.
    pub fn count(&self, filter: &str) -> Result<u64, Failure> {
        self.call(|collection| collection.count(&Filter::parse(filter)?))
    }

    /// Makes an index over a field; false if there was one.
    pub fn create_index(&self, path: &str, progress: Option<Arc<dyn ProgressListener>>) -> Result<bool, Failure> {
        self.call(|collection| collection.create_index(path, steps(progress)))
    }

    /// Removes the index over a field; false if there was none.
    pub fn drop_index(&self, path: &str) -> Result<bool, Failure> {
        self.call(|collection| collection.drop_index(path))
    }

    /// The paths of the indexed fields.
    pub fn indexes(&self) -> Result<Vec<String>, Failure> {
        self.call(Collection::indexes)
    }

    /// Makes everything anew that is derived from the documents.
    pub fn rebuild(&self, progress: Option<Arc<dyn ProgressListener>>) -> Result<(), Failure> {
        self.call(|collection| collection.rebuild(steps(progress)))
    }

    /// Brings the codes of the vectors to the state of a fresh build.
    pub fn compact(&self, progress: Option<Arc<dyn ProgressListener>>) -> Result<(), Failure> {
        self.call(|collection| collection.compact(steps(progress)))
    }
}
