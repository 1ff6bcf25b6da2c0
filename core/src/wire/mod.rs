//! The JSON in which calls cross to other languages: the C library, the packages made by uniffi, the command line and
//! the server all read and write these shapes, so that there is one of each.
//!
//! What is given is read by the functions that take a JSON text or [`crate::Json`]; what is handed out is written by
//! those that return a `String`. Stored values go through as they were written.

mod batch;
mod documents;
mod given;
mod options;
mod rows;
mod text;

pub use batch::batch;
pub use documents::{
    collection_stats, document, embedded, find_plan, found, hits, hybrid_hits, neighbors, path, ranked, recall,
    search_plan, settings, visits,
};
pub use given::{
    condition, dict_items, documents, edges, elements, embedded_documents, id_lists, log_items, members, queue_items,
    texts, vector,
};
pub use options::{
    LiveView, commit, dead_letter, degree, dump_format, live_view, load_mode, log_range, rerank, retention_of, start,
};
pub use rows::{
    dict_row, event_row, info, leased_row, log_row, message_row, outcomes, queue_row, repaired, retention, stats,
    verified,
};
pub use text::{array, object, string, strings};
