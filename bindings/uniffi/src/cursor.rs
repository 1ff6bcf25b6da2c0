//! Going through a structure, page by page.

use std::sync::Arc;

use beaver_core::{Beaver, Documents, Result, wire};
use parking_lot::Mutex;

use crate::call::{Live, call};
use crate::collection::StoredDocument;
use crate::error::Failure;

/// The rows of a structure. It holds nothing between two pages: a concurrent change may show or not, but no row
/// comes twice.
#[derive(uniffi::Object)]
pub struct Cursor {
    rows: Mutex<Box<dyn Iterator<Item = Result<String>> + Send>>,
    db: Beaver,
    _live: Live,
}

impl Cursor {
    pub fn new(db: &Beaver, rows: impl Iterator<Item = Result<String>> + Send + 'static) -> Arc<Self> {
        Arc::new(Cursor { rows: Mutex::new(Box::new(rows)), db: db.clone(), _live: Live::new() })
    }
}

#[uniffi::export]
impl Cursor {
    /// Up to so many of the next rows, a JSON array; none at the end.
    pub fn next_page(&self, most: u32) -> Result<Option<String>, Failure> {
        call(&self.db, || {
            let most = most.max(1) as usize;
            let rows = self.rows.lock().by_ref().take(most).collect::<Result<Vec<String>>>()?;
            Ok((!rows.is_empty()).then(|| wire::array(rows)))
        })
    }
}

/// The documents of a collection, with their embeddings.
#[derive(uniffi::Object)]
pub struct DocumentCursor {
    documents: Mutex<Documents>,
    db: Beaver,
    _live: Live,
}

impl DocumentCursor {
    pub fn new(db: &Beaver, documents: Documents) -> Arc<Self> {
        Arc::new(DocumentCursor { documents: Mutex::new(documents), db: db.clone(), _live: Live::new() })
    }
}

#[uniffi::export]
impl DocumentCursor {
    /// Up to so many of the next documents; none at the end.
    pub fn next_page(&self, most: u32) -> Result<Vec<StoredDocument>, Failure> {
        call(&self.db, || {
            let most = most.max(1) as usize;
            self.documents.lock().by_ref().take(most).map(|document| document.map(StoredDocument::from)).collect()
        })
    }
}
