//! Collections: the edges between documents, and the ways along them.

use std::ffi::{c_char, c_void};

use beaver_core::{EdgeOptions, NeighborOptions, PathOptions, Result, WalkOptions, wire};

use crate::buf::OutBuf;
use crate::callback::{Userdata, beaver_destroy_fn, beaver_progress_fn, steps};
use crate::collection::beaver_collection;
use crate::error::OutError;
use crate::give::{self, OutU64};
use crate::input::{StrIn, json as json_in, optional_text, options_as, text};
use crate::status::{BEAVER_NOT_FOUND, beaver_status};
use crate::structure::with;

pub fn edge_options(options_json: StrIn<'_>) -> Result<EdgeOptions> {
    options_as("options_json", options_json, EdgeOptions::from_json)
}

/// Connects two documents, or gives the edge that is there another weight and other metadata. There is one edge for
/// each source, target and label.
/// @param source        the id of the document where it begins; NUL-terminated UTF-8.
/// @param target        the id of the document where it ends; NUL-terminated UTF-8.
/// @param label         what it means, 1 to 4096 bytes; NUL-terminated UTF-8.
/// @param options_json  {"weight": 1.0, "metadata": any JSON}, each optional; the weight is not below 0; or NULL.
/// @return OK, NOT_FOUND (an error: one of the documents is not there), INVALID_UTF8, INVALID_JSON, LIMIT, and what all
///         writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_connect(
    collection: Option<&beaver_collection>,
    source: StrIn<'_>,
    target: StrIn<'_>,
    label: StrIn<'_>,
    options_json: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        let (source, target, label) = (text("source", source)?, text("target", target)?, text("label", label)?);
        give::done(collection.inner()?.connect(source, target, label, edge_options(options_json)?)?)
    })
}

/// Connects many documents in one commit: all of them, or none.
/// @param edges_json      a JSON array of {"source", "target", "label", "weight", "metadata"}, the last two optional, up
///                        to BEAVER_MAX_ITEMS; copied before return.
/// @param edges_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param progress        called now and then, or NULL.
/// @param userdata        given to `progress` and `destroy`.
/// @param destroy         called once with `userdata` before the function returns, whatever happens; or NULL.
/// @param out_count       On OK: how many edges there were; or NULL.
/// @return OK, NOT_FOUND (an error: a document is not there), INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes
///         give; INTERRUPTED if `progress` returned false; beaver_error_operation() tells the index of a bad edge
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_collection_connect_many(
    collection: Option<&beaver_collection>,
    edges_json: *const c_char,
    edges_json_len: usize,
    progress: beaver_progress_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(collection, out_error, |collection| {
        give::optional(out_count, || {
            // SAFETY: as the header's conventions have it.
            let edges = unsafe { json_in("edges_json", edges_json, edges_json_len) }?;
            collection.inner()?.connect_many(wire::edges("edges_json", &edges)?, steps(progress, &userdata))
        })
    })
}

/// Removes the edge of a label from one document to another, or all edges from the one to the other.
/// @param source     the id of the document where it begins; NUL-terminated UTF-8.
/// @param target     the id of the document where it ends; NUL-terminated UTF-8.
/// @param label      of which label, or NULL for all.
/// @param out_count  On OK: how many edges there were; or NULL.
/// @return OK, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_disconnect(
    collection: Option<&beaver_collection>,
    source: StrIn<'_>,
    target: StrIn<'_>,
    label: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::optional(out_count, || {
            let (source, target) = (text("source", source)?, text("target", target)?);
            collection.inner()?.disconnect(source, target, optional_text("label", label)?)
        })
    })
}

/// Gives the documents one edge away, ordered by label and id.
/// @param id            where from; NUL-terminated UTF-8.
/// @param options_json  {"labels": [labels], "direction": "outgoing", "limit": 10000}, each optional: only edges of
///                      these labels; "outgoing", "incoming" or "both"; 1 to BEAVER_MAX_NEIGHBORS documents; or NULL.
/// @param out_json      On OK: a JSON array of {"id", "body", "edge": {"source", "target", "label", "weight",
///                      "metadata"}}; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_neighbors(
    collection: Option<&beaver_collection>,
    id: StrIn<'_>,
    options_json: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text("out_json", out_json, || {
            let options = options_as("options_json", options_json, NeighborOptions::from_json)?;
            Ok(wire::neighbors(&collection.inner()?.neighbors(text("id", id)?, &options)?))
        })
    })
}

/// Gives the documents within some edges of one, nearest first, each once; not the one itself.
/// @param source        where the walk begins; NUL-terminated UTF-8.
/// @param options_json  {"labels": [labels], "direction": "outgoing", "depth": 1, "max_nodes": 10000, "fan_out": 100,
///                      "paths": false, "where": filter}, each optional: how many edges away, how many documents (1 to
///                      BEAVER_MAX_NODES), how many edges of one document are followed (all, if it is not said),
///                      whether each comes with the path to it, which are given (the walk goes on through the
///                      others); or NULL.
/// @param out_json      On OK: a JSON array of {"id", "body", "distance"}, with "path": [ids] from the source to it if
///                      asked for; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_walk(
    collection: Option<&beaver_collection>,
    source: StrIn<'_>,
    options_json: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text("out_json", out_json, || {
            let options = options_as("options_json", options_json, WalkOptions::from_json)?;
            Ok(wire::visits(&collection.inner()?.walk(text("source", source)?, &options)?, options.paths))
        })
    })
}

/// Finds a shortest way from one document to another.
/// @param source        where from; NUL-terminated UTF-8.
/// @param target        where to; NUL-terminated UTF-8.
/// @param options_json  {"labels": [labels], "direction": "outgoing", "weighted": false, "max_nodes": 1000000}, each
///                      optional: whether the sum of the weights counts and not the number of edges; how many
///                      documents are visited before it is given up as LIMIT; or NULL.
/// @param out_json      On OK: {"ids": [from source to target], "cost"}; caller frees with beaver_buf_free().
/// @return OK, NOT_FOUND (there is no way), INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_shortest_path(
    collection: Option<&beaver_collection>,
    source: StrIn<'_>,
    target: StrIn<'_>,
    options_json: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text_or(BEAVER_NOT_FOUND, "out_json", out_json, || {
            let (source, target) = (text("source", source)?, text("target", target)?);
            let options = options_as("options_json", options_json, PathOptions::from_json)?;
            Ok(collection.inner()?.shortest_path(source, target, &options)?.as_ref().map(wire::path))
        })
    })
}

/// Counts the edges of a document; with "both", an edge to itself twice.
/// @param id            of which document; NUL-terminated UTF-8.
/// @param options_json  {"labels": [labels], "direction": "outgoing"}, each optional; or NULL.
/// @param out_count     On OK: the count.
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_degree(
    collection: Option<&beaver_collection>,
    id: StrIn<'_>,
    options_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::value("out_count", out_count, || {
            let (labels, direction) = options_as("options_json", options_json, wire::degree)?;
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            collection.inner()?.degree(text("id", id)?, &labels, direction)
        })
    })
}
