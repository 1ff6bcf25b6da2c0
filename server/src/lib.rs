//! beaver's REST server: the structures and searches of a database over HTTP, channels and events over WebSockets, safe
//! by default.
//!
//! ```
//! use beaver_core::{Beaver, Options};
//! use beaver_server::{Config, Database, Server};
//! let db = Beaver::open(":memory:", Options::default())?;
//! let server = Server::start(Config { port: 0, ..Config::new(Database::Open(db)) })?;
//! assert!(server.address().ip().is_loopback());
//! # Ok::<(), beaver_core::Error>(())
//! ```

mod app;
mod batch;
mod blobs;
mod body;
mod channels;
mod collections;
mod common;
mod config;
mod connection;
mod database;
mod dicts;
mod docs;
mod edges;
mod engine;
mod events;
mod form;
mod grant;
mod guard;
mod handed;
mod harness;
mod held;
mod keys;
mod limits;
mod lists;
mod live;
mod locks;
mod logs;
mod metrics;
mod openapi;
mod parts;
mod problem;
mod query;
mod queues;
mod range;
mod reply;
mod routes;
mod schema;
mod searches;
mod server;
mod stream;
mod table;
mod tls;
mod writes;

pub use config::{Config, Database, KeyCommand, LogFormat, ServeArgs};
pub use keys::{KeyInfo, Rights, create_key, list_keys, revoke_key};
pub use limits::Limits;
pub use problem::{Exceeded, Problem};
pub use server::{READ_CACHE_BYTES, Server, run};
pub use tls::TlsFiles;

/// The parsers of what stands in a request, for a fuzzer: each takes anything and gives a value or a problem. The
/// `Harness` is all of them, with the routes behind.
#[doc(hidden)]
pub mod parsing {
    pub use crate::body::bare_value;
    pub use crate::guard::bad_escape;
    pub use crate::harness::{Answered, Harness};
    pub use crate::query::moment;
    pub use crate::range::{Asked, asked};
}
