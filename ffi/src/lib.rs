//! The C library of beaver: every function checks its arguments, calls one method of the core, and
//! translates the answer. The comments here are the text of `include/beaver.h`.
//!
//! What a C caller promises stands in the header's conventions chapter; each `unsafe` block here rests
//! on those promises: pointers are NULL or valid, lengths are true, and handles are used as their
//! `@thread` line says.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![deny(improper_ctypes_definitions)]
#![allow(unsafe_code)] // the boundary itself
#![allow(non_camel_case_types)] // the names are those of C
#![allow(clippy::missing_safety_doc)] // the header's conventions chapter is the contract
#![allow(clippy::expl_impl_clone_on_copy)] // what derive_ReprC writes
#![allow(clippy::doc_markdown)] // the comments are read in C, without Markdown
#![allow(clippy::doc_link_with_quotes)] // nor are the arrays in them links
#![allow(rustdoc::broken_intra_doc_links)] // as above
#![allow(clippy::unnecessary_wraps)] // what hands out ends a body, which is fallible

mod boundary;
mod call;
mod callback;
mod give;
mod input;
mod structure;
#[cfg(feature = "test-panic")]
mod test_panic;

// The header follows the order of these blocks.

mod status;

mod live;

mod buf;

mod error;

mod database;

mod maintenance;

mod dict;

mod list;

mod queue;

mod blob;

mod stream;

mod log;

mod live_view;

mod channel;

mod subscription;

mod event;

mod collection;

mod collection_search;

mod collection_find;

mod collection_graph;

mod collection_hybrid;

mod acquire;

mod dump;

mod load;

mod lock;

mod cancel;

mod batch;

mod batch_collection;

mod iter;
