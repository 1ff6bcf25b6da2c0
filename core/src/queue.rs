//! Being written.

use std::sync::Arc;

use crate::engine::{Kind, Store};
use crate::error::Result;
use crate::handle::{Handle, Structure};

#[derive(Clone)]
pub struct Queue(Handle);

impl AsRef<Handle> for Queue {
    fn as_ref(&self) -> &Handle {
        &self.0
    }
}

impl From<Handle> for Queue {
    fn from(handle: Handle) -> Self {
        Queue(handle)
    }
}

impl Structure for Queue {}

impl Queue {
    pub(crate) fn new(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(Queue(Handle::new(store, Kind::Queue, name)?))
    }
}
