//! Being written.

use std::sync::Arc;

use crate::engine::{Kind, Store};
use crate::error::Result;
use crate::handle::{Handle, Structure};

#[derive(Clone)]
pub struct Log(Handle);

impl AsRef<Handle> for Log {
    fn as_ref(&self) -> &Handle {
        &self.0
    }
}

impl From<Handle> for Log {
    fn from(handle: Handle) -> Self {
        Log(handle)
    }
}

impl Structure for Log {}

impl Log {
    pub(crate) fn new(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(Log(Handle::new(store, Kind::Log, name)?))
    }
}
