//! Collections: search by vector and by text.

use std::ffi::{c_char, c_void};

use beaver_core::{MatchOptions, Result, SearchOptions, utf8, wire};

use crate::buf::OutBuf;
use crate::callback::{Userdata, beaver_destroy_fn, beaver_progress_fn, steps};
use crate::collection::beaver_collection;
use crate::error::OutError;
use crate::give;
use crate::input::{StrIn, options_as, text_bytes, vector as vector_in};
use crate::status::beaver_status;
use crate::structure::with;

fn search_options(options_json: StrIn<'_>) -> Result<SearchOptions> {
    options_as("options_json", options_json, SearchOptions::from_json)
}

/// Finds the documents whose embeddings are nearest to a vector, nearest first. Few are all compared; of many,
/// codes of one bit a component are scanned and the best compared exactly.
/// @param vector        the components.
/// @param dim           how many there are: as many as the collection's embeddings have.
/// @param options_json  {"k": 10, "where": filter, "effort": "normal"}, each optional: how many documents, 1 to
///                      BEAVER_MAX_HITS; only documents that the filter matches; how much is done for the very
///                      nearest, "fast", "normal", "high" or "exact"; or NULL for these without a filter.
/// @param out_json      On OK: a JSON array of {"id", "body", "score"}, the score being the distance in the
///                      collection's metric; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_collection_search(
    collection: Option<&beaver_collection>,
    vector: *const f32,
    dim: usize,
    options_json: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text("out_json", out_json, || {
            // SAFETY: as the header's conventions have it.
            let vector = unsafe { vector_in("vector", vector, dim) }?;
            let hits = collection.inner()?.search(vector, &search_options(options_json)?)?;
            Ok(wire::hits(&hits, false))
        })
    })
}

/// Searches as beaver_collection_search() does, and tells how.
/// @param vector        the components.
/// @param dim           how many there are.
/// @param options_json  as beaver_collection_search() takes them, or NULL.
/// @param out_json      On OK: {"path", "filter", "scored", "compared", "bytes_read"}: "exact", "flat" or "partitioned"; how the
///                      filter was applied, "none", "index" or "candidates"; how many codes were scored and vectors
///                      compared, and the bytes of both; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_collection_explain_search(
    collection: Option<&beaver_collection>,
    vector: *const f32,
    dim: usize,
    options_json: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text("out_json", out_json, || {
            // SAFETY: as the header's conventions have it.
            let vector = unsafe { vector_in("vector", vector, dim) }?;
            let plan = collection.inner()?.explain_search(vector, &search_options(options_json)?)?;
            Ok(wire::search_plan(&plan))
        })
    })
}

/// Measures how much of what an exact search finds the searches find, on the collection's own vectors.
/// @param sample        how many of its vectors are searched for, spread evenly: 1 to BEAVER_MAX_HITS.
/// @param options_json  as beaver_collection_search() takes them, or NULL.
/// @param out_json      On OK: {"queries", "recall"}, the share found from 0 to 1; caller frees with
///                      beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_recall_check(
    collection: Option<&beaver_collection>,
    sample: usize,
    options_json: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text("out_json", out_json, || {
            let report = collection.inner()?.recall_check(sample, &search_options(options_json)?)?;
            Ok(wire::recall(&report))
        })
    })
}

/// Brings the codes of the vectors to the state of a fresh build, in small steps between which others write and
/// search. Collections do it by themselves in passing; calling it is never necessary.
/// @param progress  called after each step, or NULL.
/// @param userdata  given to `progress` and `destroy`.
/// @param destroy   called once with `userdata` before the function returns, whatever happens; or NULL.
/// @return OK, and what all writes give; INTERRUPTED if `progress` returned false: what was done stays
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_compact(
    collection: Option<&beaver_collection>,
    progress: beaver_progress_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(collection, out_error, |collection| give::done(collection.inner()?.compact(steps(progress, &userdata))?))
}

/// Finds the documents whose text matches a query, best first. Any text is a query: an expression of FTS5
/// ("a phrase", begin*, AND, OR, NOT, NEAR) keeps its meaning, anything else is searched as its words, all of
/// which must occur.
/// @param query         UTF-8, up to BEAVER_MAX_QUERY_BYTES.
/// @param query_len     its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param options_json  a JSON object, each member optional, or NULL: {"k": 10, "where": filter, "on": the path of a
///                      field, an array of them, or an object of paths and their weights, "fuzziness": how many
///                      letters may be wrong, 0 to 3 or "auto", "prefix": whether the last word may be a beginning,
///                      "highlight": {"before": "<b>", "after": "</b>"}, "snippet": {"before": "<b>", "after":
///                      "</b>", "ellipsis": "...", "words": 16}}.
/// @param out_json      On OK: a JSON array of {"id", "body", "score"}: FTS5's rank, negative, the best the smallest;
///                      with fuzziness the number of edits. If highlight or snippet was asked for, each with
///                      "fragments": [{"path", "text"}], the path empty for the whole text; caller frees with
///                      beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_collection_match(
    collection: Option<&beaver_collection>,
    query: *const c_char,
    query_len: usize,
    options_json: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text("out_json", out_json, || {
            // SAFETY: as the header's conventions have it.
            let query = utf8("query", unsafe { text_bytes("query", query, query_len) }?)?;
            let options = options_as("options_json", options_json, MatchOptions::from_json)?;
            let hits = collection.inner()?.match_text(query, &options)?;
            Ok(wire::hits(&hits, options.highlight.is_some() || options.snippet.is_some()))
        })
    })
}
