//! Ending one wait from another thread.

use std::sync::Arc;

use beaver_core::{Cancel as Core, Result};

use crate::call::Live;

/// Ends the wait it was given to, and no other.
#[derive(uniffi::Object)]
pub struct Cancel {
    inner: Core,
    _live: Live,
}

#[uniffi::export]
impl Cancel {
    /// One that nobody has cancelled.
    #[uniffi::constructor]
    pub fn new() -> Self {
        Cancel { inner: Core::new(), _live: Live::new() }
    }

    /// Ends the wait, or lets it fail at once if it has not begun.
    pub fn cancel(&self) {
        self.inner.cancel();
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.inner.is_cancelled()
    }
}

/// Does a work that waits, until it is cancelled.
pub fn waiting<T>(cancel: Option<&Arc<Cancel>>, work: impl FnOnce() -> Result<T>) -> Result<T> {
    match cancel {
        Some(cancel) => cancel.inner.during(work),
        None => work(),
    }
}
