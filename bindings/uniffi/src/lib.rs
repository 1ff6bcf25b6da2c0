//! What the Kotlin, Swift and Python packages are made from: the core, in the types that uniffi carries across.
//!
//! Users do not see this interface but the package of their language, which stands on it. Its rules: a value is JSON
//! text; a vector is the little-endian bytes of its 32-bit floats, and empty for none; options are a JSON object as the
//! C library takes it, `{}` for the defaults; times are microseconds since 1970; time-outs are milliseconds, -1 for
//! ever, 0 for a try; a time to live is in seconds, 0 for none. Every call may block. Many rows come at once: as a JSON
//! array, page by page.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::needless_pass_by_value)] // what is optional comes owned across

mod batch;
mod blob;
mod call;
mod callback;
mod cancel;
mod channel;
mod collection;
mod cursor;
mod database;
mod dict;
mod error;
mod fast;
mod graph;
mod input;
mod list;
mod live;
mod lock;
mod log;
mod queue;
mod search;
mod structure;
mod subscription;

uniffi::setup_scaffolding!();
