//! Collections: queries over the bodies, and the indexes on their fields.

use std::ffi::c_void;

use beaver_core::{Filter, Find, Result, wire};

use crate::buf::OutBuf;
use crate::callback::{Userdata, beaver_destroy_fn, beaver_progress_fn, steps};
use crate::collection::beaver_collection;
use crate::error::OutError;
use crate::give::{self, OutBool, OutU64};
use crate::input::{StrIn, optional_text, options_as, text};
use crate::status::beaver_status;
use crate::structure::with;

fn find(query_json: StrIn<'_>) -> Result<Find> {
    options_as("query_json", query_json, Find::from_json)
}

/// Finds the documents that a filter matches, in order, a portion at a time. With the fields indexed it takes time
/// in what is found; without, every body is read.
/// @param query_json  {"where": filter, "order": ["-year", "title"], "limit": 100, "cursor": text}, each optional:
///                    all documents if there is no filter, ordered by their ids after these fields (a minus makes
///                    one descend), 1 to BEAVER_MAX_HITS of them, going on where the cursor says; or NULL.
/// @param out_json    On OK: {"documents": [{"id", "body"}], "cursor"}, the last for the next portion, or null at the
///                    end; caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_find(
    collection: Option<&beaver_collection>,
    query_json: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text("out_json", out_json, || Ok(wire::found(&collection.inner()?.find(&find(query_json)?)?)))
    })
}

/// Runs a query, and tells how.
/// @param query_json  as beaver_collection_find() takes it, or NULL.
/// @param out_json    On OK: {"indexes": [paths], "ordered", "examined", "matched"}: the indexed fields that were used,
///                    whether the order came out of one, how many bodies were looked at, how many documents are given;
///                    caller frees with beaver_buf_free().
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_explain_find(
    collection: Option<&beaver_collection>,
    query_json: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text("out_json", out_json, || Ok(wire::find_plan(&collection.inner()?.explain_find(&find(query_json)?)?)))
    })
}

/// Counts the documents that a filter matches.
/// @param where_json  the filter; NULL for all documents.
/// @param out_count   On OK: the count.
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_count(
    collection: Option<&beaver_collection>,
    where_json: StrIn<'_>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::value("out_count", out_count, || {
            let filter = Filter::parse(optional_text("where_json", where_json)?.unwrap_or("{}"))?;
            collection.inner()?.count(&filter)
        })
    })
}

/// Indexes a field of the bodies, so that filters and orders by it need not read every document. The documents
/// that are there are indexed in small steps, between which others write; the index is used once it is whole.
/// Stopped, it goes on with the next call.
/// @param path         the path of the field, its keys with dots between them: "author.name"; NUL-terminated UTF-8.
/// @param progress     called after each step, or NULL.
/// @param userdata     given to `progress` and `destroy`.
/// @param destroy      called once with `userdata` before the function returns, whatever happens; or NULL.
/// @param out_created  On OK: whether it is new; false if the field was indexed already; or NULL.
/// @return OK, INVALID_UTF8, LIMIT, and what all writes give; INTERRUPTED if `progress` returned false
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_create_index(
    collection: Option<&beaver_collection>,
    path: StrIn<'_>,
    progress: beaver_progress_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_created: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(collection, out_error, |collection| {
        give::optional(out_created, || {
            collection.inner()?.create_index(text("path", path)?, steps(progress, &userdata))
        })
    })
}

/// Removes the index of a field.
/// @param path  the path of the field; NUL-terminated UTF-8.
/// @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_drop_index(
    collection: Option<&beaver_collection>,
    path: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| give::found(collection.inner()?.drop_index(text("path", path)?)?))
}

/// Lists the indexed fields.
/// @param out_json  On OK: a JSON array of their paths, sorted; caller frees with beaver_buf_free().
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_indexes(
    collection: Option<&beaver_collection>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text("out_json", out_json, || Ok(wire::strings(&collection.inner()?.indexes()?)))
    })
}
