//! The database: its life, and the handles on what it holds.

use beaver_core::{Beaver, Options};
use safer_ffi::prelude::*;

use crate::batch::{OutBatch, beaver_batch};
use crate::blob::{OutBlobs, beaver_blobs};
use crate::call::{call, free};
use crate::channel::{OutChannel, beaver_channel};
use crate::collection::{OutCollection, beaver_collection};
use crate::dict::{OutDict, beaver_dict};
use crate::error::OutError;
use crate::give;
use crate::input::{StrIn, optional_text, text};
use crate::list::{OutList, beaver_list};
use crate::live::Live;
use crate::lock::{OutLock, beaver_lock};
use crate::log::{OutLog, beaver_log};
use crate::queue::{OutQueue, beaver_queue};
use crate::status::{BEAVER_OK, beaver_status};
use crate::structure::{Object, Wrap, with};

/// An open database.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_db {
    pub(crate) db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutDb<'o> = Option<Out<'o, Option<repr_c::Box<beaver_db>>>>;

impl Object for beaver_db {
    const NAME: &'static str = "db";
    type Inner = Beaver;

    fn inner(&self) -> &Beaver {
        &self.db
    }

    fn db(&self) -> &Beaver {
        &self.db
    }
}

/// Opens the database in a file, and creates it if there is none; or one at a server. Takes a time that does not
/// depend on the data.
/// @param path          NUL-terminated UTF-8; ":memory:" for a new one that lives only as long as it is open;
///                      "http://host:port" or "https://host:port" for one that `beaver serve` serves there.
/// @param options_json  a JSON object, or NULL for the defaults: {"read_only": false, "create": true,
///                      "durability": "normal", "busy_timeout_ms": 30000, "cache_kib": 2000,
///                      "mmap_bytes": 0, "low_memory": false, "read_cache_bytes": 0,
///                      "portable_watch": false}. With the durability "full" each commit also outlasts a loss of
///                      power. Up to "read_cache_bytes" of what was read are remembered for as long as nobody
///                      commits to the file. With "portable_watch", commits of other processes are seen by a look
///                      every few milliseconds while somebody waits, as on systems that have no better way.
///                      For a server: {"key": "…"} (else that of the environment variable BEAVER_KEY), "ca_file" (a
///                      file of certificates in PEM form by which it is known), "read_only", "busy_timeout_ms";
///                      the others are the server's own.
/// @param out_db        On OK: the database; caller frees with beaver_db_free().
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, IO (the path cannot be opened), CORRUPT (no
///         database), UNSUPPORTED (a newer format, or a file of BeaverDB 2.x), READ_ONLY, FULL, BUSY; of a server DENIED (a
///         wrong key, or none), UNAVAILABLE (out of reach)
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_open(
    path: StrIn<'_>,
    options_json: StrIn<'_>,
    out_db: OutDb<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    call(None, out_error, || {
        give::object("out_db", out_db, || {
            let path = text("path", path)?;
            let options = match optional_text("options_json", options_json)? {
                Some(json) => Options::from_json(json)?,
                None => Options::default(),
            };
            Ok(beaver_db { db: Beaver::open(path, options)?, _live: Live::new() })
        })
    })
}

/// Closes the database for all its handles: what other threads are doing on it ends as CLOSED. The handles
/// stay valid and have to be freed. Closing again does nothing.
/// @return OK, INVALID_ARGUMENT, CLOSED (only in a forked child), PANIC
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_close(db: Option<&beaver_db>, out_error: OutError<'_>) -> beaver_status {
    with(db, out_error, |db| give::done(db.inner()?.close()?))
}

/// Frees the handle. The file is closed with the last handle of the database or of anything in it.
/// @param db  a database, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_free(db: Option<repr_c::Box<beaver_db>>) {
    free(db);
}

/// Finishes the running write, ends reads, streams and waits, and lets go of the file and of every lock on
/// it; calls fail as PAUSED until beaver_db_resume(). For phones, before the app is suspended.
/// @return OK, INVALID_ARGUMENT, CLOSED, PAUSED, PANIC
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_pause(db: Option<&beaver_db>, out_error: OutError<'_>) -> beaver_status {
    with(db, out_error, |db| give::done(db.inner()?.pause()?))
}

/// Opens the file again after a pause. Without one, does nothing.
/// @return OK, INVALID_ARGUMENT, CLOSED, and what beaver_db_open() gives: the database then stays paused
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_resume(db: Option<&beaver_db>, out_error: OutError<'_>) -> beaver_status {
    with(db, out_error, |db| give::done(db.inner()?.resume()?))
}

/// Ends what other threads are doing on the database right now, waits too: they fail as INTERRUPTED. What
/// begins later is not concerned.
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_interrupt(db: Option<&beaver_db>, out_error: OutError<'_>) -> beaver_status {
    with(db, out_error, |db| {
        db.inner()?.interrupt();
        Ok(BEAVER_OK)
    })
}

/// Opens the dict of that name. Nothing is created until something is stored.
/// @param name      NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
/// @param out_dict  On OK: the handle; caller frees with beaver_dict_free().
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_dict(
    db: Option<&beaver_db>,
    name: StrIn<'_>,
    out_dict: OutDict<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| {
        give::object("out_dict", out_dict, || {
            let db = db.inner()?;
            Ok(beaver_dict::wrap(db.dict(text("name", name)?)?, db.clone()))
        })
    })
}

/// Opens the list of that name. See beaver_db_dict().
/// @param name      NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
/// @param out_list  On OK: the handle; caller frees with beaver_list_free().
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_list(
    db: Option<&beaver_db>,
    name: StrIn<'_>,
    out_list: OutList<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| {
        give::object("out_list", out_list, || {
            let db = db.inner()?;
            Ok(beaver_list::wrap(db.list(text("name", name)?)?, db.clone()))
        })
    })
}

/// Opens the queue of that name. See beaver_db_dict().
/// @param name       NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
/// @param out_queue  On OK: the handle; caller frees with beaver_queue_free().
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_queue(
    db: Option<&beaver_db>,
    name: StrIn<'_>,
    out_queue: OutQueue<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| {
        give::object("out_queue", out_queue, || {
            let db = db.inner()?;
            Ok(beaver_queue::wrap(db.queue(text("name", name)?)?, db.clone()))
        })
    })
}

/// Opens the blob store of that name. See beaver_db_dict().
/// @param name       NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
/// @param out_blobs  On OK: the handle; caller frees with beaver_blobs_free().
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_blobs(
    db: Option<&beaver_db>,
    name: StrIn<'_>,
    out_blobs: OutBlobs<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| {
        give::object("out_blobs", out_blobs, || {
            let db = db.inner()?;
            Ok(beaver_blobs::wrap(db.blobs(text("name", name)?)?, db.clone()))
        })
    })
}

/// Opens the log of that name. See beaver_db_dict().
/// @param name     NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
/// @param out_log  On OK: the handle; caller frees with beaver_log_free().
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_log(
    db: Option<&beaver_db>,
    name: StrIn<'_>,
    out_log: OutLog<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| {
        give::object("out_log", out_log, || {
            let db = db.inner()?;
            Ok(beaver_log::wrap(db.log(text("name", name)?)?, db.clone()))
        })
    })
}

/// Opens the collection of that name. See beaver_db_dict().
/// @param name            NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
/// @param out_collection  On OK: the handle; caller frees with beaver_collection_free().
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_collection(
    db: Option<&beaver_db>,
    name: StrIn<'_>,
    out_collection: OutCollection<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| {
        give::object("out_collection", out_collection, || {
            let db = db.inner()?;
            Ok(beaver_collection::wrap(db.collection(text("name", name)?)?, db.clone()))
        })
    })
}

/// Opens the channel of that name. See beaver_db_dict().
/// @param name         NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
/// @param out_channel  On OK: the handle; caller frees with beaver_channel_free().
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_channel(
    db: Option<&beaver_db>,
    name: StrIn<'_>,
    out_channel: OutChannel<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| {
        give::object("out_channel", out_channel, || {
            let db = db.inner()?;
            Ok(beaver_channel::wrap(db.channel(text("name", name)?)?, db.clone()))
        })
    })
}

/// Makes a handle on the lock of that name. Each handle is an owner of its own.
/// @param name      NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
/// @param out_lock  On OK: the handle; caller frees with beaver_lock_free().
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_lock(
    db: Option<&beaver_db>,
    name: StrIn<'_>,
    out_lock: OutLock<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| {
        give::object("out_lock", out_lock, || {
            let db = db.inner()?;
            Ok(beaver_lock::new(db.lock(text("name", name)?)?, db))
        })
    })
}

/// Begins to collect changes that are to be made in one commit.
/// @param out_batch  On OK: an empty batch; caller frees with beaver_batch_free().
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_batch(
    db: Option<&beaver_db>,
    out_batch: OutBatch<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| give::object("out_batch", out_batch, || Ok(beaver_batch::new(db.inner()?))))
}
