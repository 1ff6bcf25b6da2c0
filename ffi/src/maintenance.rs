//! What is asked of the database as a whole: contents, health, backups, diagnostics.

use std::ffi::{CString, c_void};
use std::sync::Arc;

use beaver_core::{Beaver, Kind, LogSink, wire};

use crate::buf::OutBuf;
use crate::call::call;
use crate::callback::{Userdata, beaver_destroy_fn, beaver_log_fn, beaver_progress_fn, steps};
use crate::database::beaver_db;
use crate::error::OutError;
use crate::give;
use crate::input::{StrIn, text};
use crate::status::{BEAVER_OK, beaver_status};
use crate::structure::with;

/// Tells what the database holds.
/// @param out_json  On OK: {"path", "format", "structures": [{"kind", "name", "count"}]}, all as of one
///                  moment; caller frees with beaver_buf_free().
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_info(
    db: Option<&beaver_db>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| give::text("out_json", out_json, || wire::info(&db.inner()?.info()?)))
}

/// Lists the structures of one kind that hold anything.
/// @param kind      "dict", "list", "queue", "blob", "log", "collection", "channel" or "lock".
/// @param out_json  On OK: a JSON array of names, sorted; caller frees with beaver_buf_free().
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_names(
    db: Option<&beaver_db>,
    kind: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| {
        give::text("out_json", out_json, || {
            let names = db.inner()?.names(Kind::parse(text("kind", kind)?)?)?;
            Ok(wire::array(names.iter().map(|name| wire::string(name))))
        })
    })
}

/// Reads the whole file and checks it. Damage is not an error but a finding.
/// @param out_json  On OK: {"ok", "problems": [text]}; caller frees with beaver_buf_free().
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_verify(
    db: Option<&beaver_db>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| give::text("out_json", out_json, || Ok(wire::verified(&db.inner()?.verify()?))))
}

/// Makes everything anew that is derived from the documents of all collections, in small steps between which
/// others write, and verifies the file.
/// @param progress  called after each step, of one collection after the other; or NULL.
/// @param userdata  given to `progress` and `destroy`.
/// @param destroy   called once with `userdata` before the function returns, whatever happens; or NULL.
/// @param out_json  On OK: {"rebuilt": [names of collections], "problems": [text]}, what beaver_db_verify() finds
///                  afterwards: faults that only a backup can mend; caller frees with beaver_buf_free().
/// @return OK, and what all writes give; INTERRUPTED if `progress` returned false: what was done stays
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_repair(
    db: Option<&beaver_db>,
    progress: beaver_progress_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(db, out_error, |db| {
        give::text("out_json", out_json, || Ok(wire::repaired(&db.inner()?.repair(steps(progress, &userdata))?)))
    })
}

/// Gives sizes and counts for diagnosis, in constant time.
/// @param out_json  On OK: {"file_bytes", "free_bytes", "wal_bytes", "readers", "waiters",
///                  "writers_waiting", "cache_hits", "cache_misses"}; caller frees with beaver_buf_free().
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_stats(
    db: Option<&beaver_db>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(db, out_error, |db| give::text("out_json", out_json, || Ok(wire::stats(&db.inner()?.stats()?))))
}

/// Rewrites the file without its free pages; needs as much room on the disk again.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_vacuum(db: Option<&beaver_db>, out_error: OutError<'_>) -> beaver_status {
    with(db, out_error, |db| give::done(db.inner()?.vacuum()?))
}

/// Moves the write-ahead log into the file and empties it.
/// @return OK, and what all writes give; BUSY if a reader still needs it
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_checkpoint(db: Option<&beaver_db>, out_error: OutError<'_>) -> beaver_status {
    with(db, out_error, |db| give::done(db.inner()?.checkpoint()?))
}

/// Copies the whole database into another file while others go on working. A file that is there already is
/// replaced when the copy is whole.
/// @param path      where to; NUL-terminated UTF-8.
/// @param progress  called after each step, or NULL.
/// @param userdata  given to `progress` and `destroy`.
/// @param destroy   called once with `userdata` before the function returns, whatever happens; or NULL.
/// @return OK, INVALID_UTF8, FULL, and what all reads give; INTERRUPTED if `progress` returned false
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_backup(
    db: Option<&beaver_db>,
    path: StrIn<'_>,
    progress: beaver_progress_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(db, out_error, |db| {
        let db = db.inner()?;
        let path = text("path", path)?;
        give::done(db.backup(path, self::steps(progress, &userdata))?)
    })
}

/// Puts a backup in the place of a database that nobody has open. The backup is verified first; the database
/// is replaced as a whole, or not at all.
/// @param backup_path  the backup; NUL-terminated UTF-8.
/// @param path         the database; NUL-terminated UTF-8.
/// @param progress     called after each step, or NULL.
/// @param userdata     given to `progress` and `destroy`.
/// @param destroy      called once with `userdata` before the function returns, whatever happens; or NULL.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, CORRUPT or UNSUPPORTED (the backup is no sound database), BUSY
///         (the database is open), INTERRUPTED (`progress` returned false), FULL, IO
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_restore(
    backup_path: StrIn<'_>,
    path: StrIn<'_>,
    progress: beaver_progress_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    call(None, out_error, || {
        let from = text("backup_path", backup_path)?;
        let to = text("path", path)?;
        give::done(Beaver::restore(from, to, self::steps(progress, &userdata))?)
    })
}

/// Sets who receives the database's diagnostics, in the place of whom it was before.
/// @param log       called with each diagnostic, from any thread; NULL for nobody.
/// @param userdata  given to `log` and `destroy`.
/// @param destroy   called once with `userdata` when `log` will not be called again: after the next
///                  beaver_db_set_log(), with the last handle of the database, or at once if this call fails
///                  or `log` is NULL; or NULL.
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_set_log(
    db: Option<&beaver_db>,
    log: beaver_log_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(db, out_error, move |db| {
        let sink = log.map(|log| -> LogSink {
            Arc::new(move |level, target, message| {
                let target = CString::new(target).unwrap_or_default();
                let message = CString::new(message).unwrap_or_default();
                // SAFETY: as the caller promised when registering it.
                unsafe {
                    log(userdata.data(), level as i32, target.as_ptr(), message.as_ptr());
                }
            })
        });
        db.inner()?.set_log(sink);
        Ok(BEAVER_OK)
    })
}
