//! Batches: changes of collections.

use std::ffi::c_char;

use beaver_core::{Edge, EdgeOptions};

use crate::batch::{add, beaver_batch};
use crate::buf::{OutBuf, beaver_buf};
use crate::call::object;
use crate::collection::{beaver_collection, document_in, index_options};
use crate::collection_graph::edge_options;
use crate::error::OutError;
use crate::input::{StrIn, optional_text, text};
use crate::status::beaver_status;

/// Indexes a document of a collection. See beaver_collection_index().
/// @param collection    the collection; need not outlive the call.
/// @param id            NUL-terminated UTF-8, 1 to 4096 bytes; NULL for a random UUID.
/// @param body          JSON text; copied before return.
/// @param body_len      its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param embedding     the vector, or NULL for none; copied before return.
/// @param dim           how many components it has; 0 for none.
/// @param options_json  as beaver_collection_index() takes them, or NULL.
/// @param out_id        On OK: the id that the document will have, plain text; caller frees with beaver_buf_free(); or
///                      NULL.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_batch_collection_index(
    batch: Option<&mut beaver_batch>,
    collection: Option<&beaver_collection>,
    id: StrIn<'_>,
    body: *const c_char,
    body_len: usize,
    embedding: *const f32,
    dim: usize,
    options_json: StrIn<'_>,
    out_id: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    // Before anything, the batch included, is looked at.
    let out_id = out_id.map(|out| out.write(beaver_buf::empty()));
    add(batch, out_error, |batch| {
        let collection = &object("collection", collection)?.inner;
        // SAFETY: as the header's conventions have it.
        let document = unsafe { document_in(id, body, body_len, embedding, dim) }?;
        let id = document.id.clone();
        batch.collection_index(collection, document, &index_options(options_json)?)?;
        if let Some(out) = out_id {
            *out = id.into();
        }
        Ok(())
    })
}

/// Removes a document of a collection with everything that belongs to it, if it is there.
/// @param collection  the collection; need not outlive the call.
/// @param id          NUL-terminated UTF-8, 1 to 4096 bytes.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_collection_drop(
    batch: Option<&mut beaver_batch>,
    collection: Option<&beaver_collection>,
    id: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let collection = &object("collection", collection)?.inner;
        batch.collection_drop(collection, text("id", id)?)
    })
}

/// Removes every document and edge of a collection.
/// @param collection  the collection; need not outlive the call.
/// @return OK, INVALID_ARGUMENT, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_collection_clear(
    batch: Option<&mut beaver_batch>,
    collection: Option<&beaver_collection>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let collection = &object("collection", collection)?.inner;
        batch.collection_clear(collection)
    })
}

/// Connects two documents of a collection. If one of them is not there by then, the batch fails as NOT_FOUND.
/// @param collection    the collection; need not outlive the call.
/// @param source        the id of the document where it begins; NUL-terminated UTF-8.
/// @param target        the id of the document where it ends; NUL-terminated UTF-8.
/// @param label         what it means, 1 to 4096 bytes; NUL-terminated UTF-8.
/// @param options_json  as beaver_collection_connect() takes them, or NULL.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_collection_connect(
    batch: Option<&mut beaver_batch>,
    collection: Option<&beaver_collection>,
    source: StrIn<'_>,
    target: StrIn<'_>,
    label: StrIn<'_>,
    options_json: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let collection = &object("collection", collection)?.inner;
        let (source, target, label) = (text("source", source)?, text("target", target)?, text("label", label)?);
        let EdgeOptions { weight, metadata } = edge_options(options_json)?;
        batch.collection_connect(collection, Edge { weight, metadata, ..Edge::new(source, target, label) })
    })
}

/// Removes the edge of a label between two documents of a collection, or all edges from the one to the other.
/// @param collection  the collection; need not outlive the call.
/// @param source      the id of the document where it begins; NUL-terminated UTF-8.
/// @param target      the id of the document where it ends; NUL-terminated UTF-8.
/// @param label       of which label, or NULL for all.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_batch_collection_disconnect(
    batch: Option<&mut beaver_batch>,
    collection: Option<&beaver_collection>,
    source: StrIn<'_>,
    target: StrIn<'_>,
    label: StrIn<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    add(batch, out_error, |batch| {
        let collection = &object("collection", collection)?.inner;
        let (source, target) = (text("source", source)?, text("target", target)?);
        batch.collection_disconnect(collection, source, target, optional_text("label", label)?)
    })
}
