//! Databases at a server: the engine that asks it, and what a server answers with.
//!
//! [`crate::Beaver::open`] with a URL gives the same handles as with a path. Every call is a request to the server's
//! `/engine`; whatever waits is asked for again every 25 seconds, and ends there when it is ended here. What a client
//! holds at the server (snapshots while it dumps, transactions, streams, subscriptions) is forgotten when nothing was
//! heard of it for a minute; an open transaction, which keeps others from writing, after ten seconds.
//!
//! A request that cannot have reached the server is sent again, and so is one that only reads. Any other fails as
//! UNAVAILABLE, and its message tells that it may have been done.

pub(crate) mod bytes;
mod check;
mod engine;
mod feed;
mod forms;
mod held;
mod link;
mod protocol;
mod serve;
mod stream;

use std::path::Path;
use std::sync::Arc;

use crate::engine::Engine;
use crate::error::Result;
use crate::options::Options;

pub use protocol::PATH;
pub use serve::{Answer, Manner, Service, Taken, manner};

/// The URL, if that is what was given as a path.
pub(crate) fn url(path: &Path) -> Option<&str> {
    path.to_str().filter(|text| text.starts_with("http://") || text.starts_with("https://"))
}

pub(crate) fn open(url: &str, options: &Options) -> Result<Arc<dyn Engine>> {
    engine::open(url, options)
}
