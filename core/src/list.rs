//! Being written.

use std::sync::Arc;

use crate::engine::{Kind, Store};
use crate::error::Result;
use crate::handle::{Handle, Structure};

#[derive(Clone)]
pub struct List(Handle);

impl AsRef<Handle> for List {
    fn as_ref(&self) -> &Handle {
        &self.0
    }
}

impl From<Handle> for List {
    fn from(handle: Handle) -> Self {
        List(handle)
    }
}

impl Structure for List {}

impl List {
    pub(crate) fn new(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(List(Handle::new(store, Kind::List, name)?))
    }
}
