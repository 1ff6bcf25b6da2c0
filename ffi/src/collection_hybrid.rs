//! Collections: searches of several kinds fused into one ranking.

use std::ffi::c_char;

use beaver_core::{HybridQuery, wire};

use crate::buf::OutBuf;
use crate::call::call;
use crate::collection::beaver_collection;
use crate::error::OutError;
use crate::give;
use crate::input::{StrIn, json as json_in, optional_text, optional_vector, options_as};
use crate::status::beaver_status;
use crate::structure::with;

/// Searches by text, by vector and by relations, and fuses what they find as beaver_rerank() does. At least one of
/// them must be given.
/// @param vector      the components of what is searched for by vector, or NULL.
/// @param dim         how many there are; 0 with NULL.
/// @param query_json  a JSON object, each member optional, or NULL: {"text": as beaver_collection_match() takes it,
///                    "graph": {"from": [ids], "labels": [labels], "direction": "outgoing", "depth": 1, "seeds": 5}: what
///                    lies within a walk that begins at these documents, or without them at so many of the best results
///                    of the others, "where": filter, "k": 10, "weights": {"text": 1, "vector": 1, "graph": 1},
///                    "rrf_k": 60, "candidates": how many each search contributes (five times k, and 50 at least),
///                    "on", "fuzziness", "prefix": as for text, "effort": as for vectors}.
/// @param out_json    On OK: a JSON array of {"id", "body", "score", "legs"}, the largest score first; "legs" has, of
///                    "text", "vector" and "graph", those that found the document, each as {"rank", "score"}, ranks
///                    from 0; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_collection_hybrid(
    collection: Option<&beaver_collection>,
    vector: *const f32,
    dim: usize,
    query_json: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text("out_json", out_json, || {
            // SAFETY: as the header's conventions have it.
            let vector = unsafe { optional_vector("vector", vector, dim) }?;
            let query = optional_text("query_json", query_json)?.unwrap_or("{}");
            let query = HybridQuery::from_json(query, vector)?;
            Ok(wire::hybrid_hits(&collection.inner()?.hybrid(&query)?))
        })
    })
}

/// Fuses rankings by reciprocal rank fusion: each id gets from each list that has it weight / (k + rank), ranks from
/// 0, and the ids come ordered by their sums, the largest first.
/// @param lists_json      a JSON array of lists of ids, each the best first; copied before return.
/// @param lists_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param options_json    {"weights": [one for each list], "k": 60}, each optional; or NULL.
/// @param out_json        On OK: a JSON array of {"id", "score"}; caller frees with beaver_buf_free().
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_rerank(
    lists_json: *const c_char,
    lists_json_len: usize,
    options_json: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    call(None, out_error, || {
        give::text("out_json", out_json, || {
            // SAFETY: as the header's conventions have it.
            let lists = unsafe { json_in("lists_json", lists_json, lists_json_len) }?;
            let lists = wire::id_lists("lists_json", &lists)?;
            let lists: Vec<&[String]> = lists.iter().map(Vec::as_slice).collect();
            let (weights, k) = options_as("options_json", options_json, wire::rerank)?;
            let ranked = beaver_core::rerank(&lists, weights.as_deref(), k)?;
            Ok(wire::ranked(&ranked))
        })
    })
}
