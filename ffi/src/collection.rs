//! Collections: their documents.

use std::ffi::{c_char, c_void};

use beaver_core::{Beaver, Collection, CollectionSettings, Document, IndexOptions, Result, wire};
use safer_ffi::prelude::*;

use crate::buf::{OutBuf, beaver_buf};
use crate::call::free;
use crate::callback::{Userdata, beaver_destroy_fn, beaver_progress_fn, steps};
use crate::error::OutError;
use crate::give::{self, OutBool, OutU64};
use crate::input::{StrIn, embeddings as rows_in, json as json_in, optional_text, optional_vector, options_as, text};
use crate::iter::OutIter;
use crate::live::Live;
use crate::status::{BEAVER_NOT_FOUND, beaver_status};
use crate::structure::{structure_object, with};

/// Documents (any JSON) by id, each with an embedding if it was given one, found by vector, by text, by their fields
/// and by the edges between them.
///
/// Where only some documents are wanted, a filter on their bodies says which: a JSON object whose members all hold. A
/// member is a path and what it equals, {"state": "new"}, or a path and tests, {"year": {">=": 2020, "<": 2025}}; or
/// "and" or "or" with an array of filters, or "not" with a filter. The tests are "=", "!=", "<", "<=", ">", ">=", "in"
/// (an array of values), "contains" (an element of an array, a part of a string) and "exists" (true or false). The keys
/// of a path are joined by dots: "author.name". Values of different types are neither equal nor ordered.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_collection {
    pub(crate) inner: Collection,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutCollection<'o> = Option<Out<'o, Option<repr_c::Box<beaver_collection>>>>;

structure_object!(beaver_collection, "collection", Collection);

/// A document as it is handed in. Without an id it gets a random UUID.
///
/// # Safety
/// As the header's conventions have it for each pointer.
pub unsafe fn document_in(
    id: StrIn<'_>,
    body: *const c_char,
    body_len: usize,
    embedding: *const f32,
    dim: usize,
) -> Result<Document> {
    // SAFETY: as the caller promises.
    let body = unsafe { json_in("body", body, body_len) }?;
    // SAFETY: as the caller promises.
    let embedding = unsafe { optional_vector("embedding", embedding, dim) }?;
    let document = match optional_text("id", id)? {
        Some(id) => Document::with_id(id, body),
        None => Document::new(body),
    };
    Ok(match embedding {
        Some(embedding) => document.embedded(embedding),
        None => document,
    })
}

pub fn index_options(options_json: StrIn<'_>) -> Result<IndexOptions> {
    options_as("options_json", options_json, IndexOptions::from_json)
}

/// Chooses how vectors are compared and how text is cut into words, while the collection is empty. Choosing
/// what is chosen already does nothing.
/// @param settings_json  {"metric": "l2", "tokenizer": "porter"}, each optional: these are the defaults. The
///                       metrics are "l2" (squared Euclidean), "cosine" (one minus the cosine) and "dot"
///                       (minus the inner product), the tokenizers "porter" (words of English, by their
///                       stems), "unicode61" (words) and "trigram" (parts of words, languages without spaces).
/// @return OK, CONFLICT (it holds documents under others), INVALID_UTF8, INVALID_JSON, and what all writes
///         give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_configure(
    collection: Option<&beaver_collection>,
    settings_json: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        let settings = CollectionSettings::from_json(text("settings_json", settings_json)?)?;
        give::done(collection.inner()?.configure(settings)?)
    })
}

/// Tells the settings, and the dimension that the first embedding has fixed.
/// @param out_json  On OK: {"metric", "tokenizer", "dimension"}, the last null as long as there was no
///                  embedding; caller frees with beaver_buf_free().
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_settings(
    collection: Option<&beaver_collection>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text("out_json", out_json, || Ok(wire::settings(&collection.inner()?.settings()?)))
    })
}

/// Tells how many documents there are and how their vectors are indexed, as of one moment. Counts through indexes,
/// without reading documents or codes: O(n), as beaver_collection_len().
/// @param out_json  On OK: {"documents", "dimension", "vectors": {"tier", "partitions", "codes", "stale", "bytes",
///                  "epoch", "building"}}, whole numbers but for "tier" and "building". The dimension is null as
///                  long as there was no embedding. The tier is "exact" (there are no codes, the other numbers
///                  are 0), "flat" (all codes are searched) or "partitioned". Codes are those that are searched;
///                  stale ones, of vectors that are gone, are among them; bytes are what they take in the file.
///                  The epoch grows whenever the partitions change or all codes were made anew; building tells
///                  whether they are being made; caller frees with beaver_buf_free().
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_stats(
    collection: Option<&beaver_collection>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::text("out_json", out_json, || Ok(wire::collection_stats(&collection.inner()?.stats()?)))
    })
}

/// Stores a document, or puts it in the place of the one that has its id, with its text, its embedding and its
/// indexed fields, in one commit; its edges stay. An unchanged document writes nothing.
/// @param id            NUL-terminated UTF-8, 1 to 4096 bytes; NULL for a random UUID.
/// @param body          JSON text; copied before return.
/// @param body_len      its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param embedding     the vector, or NULL for none; copied before return.
/// @param dim           how many components it has: as many as the collection's first, up to
///                      BEAVER_MAX_DIMENSION; 0 for none.
/// @param options_json  {"fts": true, "fuzzy": false}, or NULL for these: which text full-text search finds, all
///                      (true), none (false) or that of some paths (["title", "author.name"]), and whether its
///                      words are to be found by misspelt ones too.
/// @param out_id        On OK: the document's id, plain text; caller frees with beaver_buf_free(); or NULL.
/// @param out_written   On OK: whether anything had to be written; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_collection_index(
    collection: Option<&beaver_collection>,
    id: StrIn<'_>,
    body: *const c_char,
    body_len: usize,
    embedding: *const f32,
    dim: usize,
    options_json: StrIn<'_>,
    out_id: OutBuf<'_>,
    out_written: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        let out_id = out_id.map(|out| out.write(beaver_buf::empty()));
        give::optional(out_written, || {
            // SAFETY: as the header's conventions have it.
            let document = unsafe { document_in(id, body, body_len, embedding, dim) }?;
            let id = document.id.clone();
            let written = collection.inner()?.index(document, &index_options(options_json)?)?;
            if let Some(out) = out_id {
                *out = id.into();
            }
            Ok(written)
        })
    })
}

/// Indexes many documents in one commit: all of them, or none. Others wait to write meanwhile.
/// @param documents_json      a JSON array of {"id", "body"}, up to BEAVER_MAX_ITEMS; without "id", a document
///                            gets a random UUID; copied before return.
/// @param documents_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param embeddings          a row of `dim` floats for each document, in their order, one row after the other; or
///                            NULL if none has an embedding; copied before return.
/// @param rows                how many rows there are: as many as documents; 0 with NULL.
/// @param dim                 how many components each has; 0 with NULL.
/// @param has_embedding       a byte for each document, 0 if it has no embedding, whose row is not looked at then;
///                            or NULL: all have one.
/// @param options_json        as beaver_collection_index() takes them, for all; or NULL.
/// @param progress            called now and then, or NULL.
/// @param userdata            given to `progress` and `destroy`.
/// @param destroy             called once with `userdata` before the function returns, whatever happens; or NULL.
/// @param out_count           On OK: how many documents there were; or NULL.
/// @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give; INTERRUPTED if `progress` returned
///         false; beaver_error_operation() tells the index of a bad document
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_collection_index_many(
    collection: Option<&beaver_collection>,
    documents_json: *const c_char,
    documents_json_len: usize,
    embeddings: *const f32,
    rows: usize,
    dim: usize,
    has_embedding: *const u8,
    options_json: StrIn<'_>,
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
            let documents = unsafe { json_in("documents_json", documents_json, documents_json_len) }?;
            let documents = wire::documents("documents_json", &documents, |count| {
                // SAFETY: as the header's conventions have it.
                unsafe { rows_in(count, embeddings, rows, dim, has_embedding) }
            })?;
            let options = index_options(options_json)?;
            collection.inner()?.index_many(documents, &options, steps(progress, &userdata))
        })
    })
}

/// Reads a document.
/// @param id             NUL-terminated UTF-8, 1 to 4096 bytes.
/// @param out_body       On OK: its body, JSON text; caller frees with beaver_buf_free().
/// @param out_embedding  On OK: its embedding as floats, empty (with `data` NULL) if it has none; caller frees with
///                       beaver_buf_free(); or NULL.
/// @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_get(
    collection: Option<&beaver_collection>,
    id: StrIn<'_>,
    out_body: OutBuf<'_>,
    out_embedding: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        let out_embedding = out_embedding.map(|out| out.write(beaver_buf::empty()));
        give::text_or(BEAVER_NOT_FOUND, "out_body", out_body, || {
            let document = collection.inner()?.get(text("id", id)?)?;
            Ok(document.map(|Document { body, embedding, .. }| {
                if let (Some(out), Some(embedding)) = (out_embedding, embedding) {
                    *out = beaver_buf::floats(&embedding);
                }
                body
            }))
        })
    })
}

/// Removes a document with everything that belongs to it, its edges included.
/// @param id  NUL-terminated UTF-8, 1 to 4096 bytes.
/// @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_drop(
    collection: Option<&beaver_collection>,
    id: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| give::found(collection.inner()?.drop(text("id", id)?)?))
}

/// Tells whether there is a document of that id.
/// @param id            NUL-terminated UTF-8, 1 to 4096 bytes.
/// @param out_contains  On OK: whether there is.
/// @return OK, INVALID_UTF8, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_contains(
    collection: Option<&beaver_collection>,
    id: StrIn<'_>,
    out_contains: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        give::value("out_contains", out_contains, || collection.inner()?.contains(text("id", id)?))
    })
}

/// Counts the documents, through an index, in time that grows with their number.
/// @param out_count  On OK: the count.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_len(
    collection: Option<&beaver_collection>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| give::value("out_count", out_count, || collection.inner()?.len()))
}

/// Removes every document and edge. The settings and the indexed fields stay, the dimension is forgotten.
/// @param out_count  On OK: how many documents there were; or NULL.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_clear(
    collection: Option<&beaver_collection>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| give::optional(out_count, || collection.inner()?.clear()))
}

/// Makes everything anew that is derived from the documents: the text index, the codes of the vectors, the indexed
/// fields; in small steps, between which others write; a search meanwhile may miss what is not made yet. Only
/// needed where beaver_db_verify() finds a fault.
/// @param progress  called after each step, or NULL.
/// @param userdata  given to `progress` and `destroy`.
/// @param destroy   called once with `userdata` before the function returns, whatever happens; or NULL.
/// @return OK, and what all writes give; INTERRUPTED if `progress` returned false: do it again
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_rebuild(
    collection: Option<&beaver_collection>,
    progress: beaver_progress_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(collection, out_error, |collection| give::done(collection.inner()?.rebuild(steps(progress, &userdata))?))
}

/// Goes through the documents in the order of their ids, byte by byte.
/// @param out_iter  On OK: an iterator over rows {"id", "body"}; caller frees with beaver_iter_free().
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_items(
    collection: Option<&beaver_collection>,
    out_iter: OutIter<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(collection, out_error, |collection| {
        let row = |document: Document| wire::document(&document);
        give::rows(&collection, out_iter, |collection| Ok(collection.documents()), row)
    })
}

/// Frees the handle.
/// @param collection  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_collection_free(collection: Option<repr_c::Box<beaver_collection>>) {
    free(collection);
}
