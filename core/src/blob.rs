//! Being written.

use std::sync::Arc;

use crate::engine::{Kind, Store};
use crate::error::Result;
use crate::handle::{Handle, Structure};

#[derive(Clone)]
pub struct Blobs(Handle);

impl AsRef<Handle> for Blobs {
    fn as_ref(&self) -> &Handle {
        &self.0
    }
}

impl From<Handle> for Blobs {
    fn from(handle: Handle) -> Self {
        Blobs(handle)
    }
}

impl Structure for Blobs {}

impl Blobs {
    pub(crate) fn new(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(Blobs(Handle::new(store, Kind::Blob, name)?))
    }
}
