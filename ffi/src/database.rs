//! The database.

use beaver_core::{Beaver, Result};
use safer_ffi::prelude::*;

use crate::call::{boxed, call, object, output};
use crate::dict::{OutDict, beaver_dict};
use crate::error::OutError;
use crate::input::{StrIn, optional_text, text};
use crate::live::Live;
use crate::status::{BEAVER_OK, beaver_status};
use crate::structure;

/// An open database.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_db {
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutDb<'o> = Option<Out<'o, Option<repr_c::Box<beaver_db>>>>;

fn with(
    db: Option<&beaver_db>,
    out_error: OutError<'_>,
    work: impl FnOnce(&Beaver) -> Result<beaver_status>,
) -> beaver_status {
    call(db.map(|db| &db.db), out_error, || {
        work(&object("db", db)?.db)
    })
}

/// Opens the database in a file, and creates it if there is none. Constant time.
/// @param path          NUL-terminated UTF-8; ":memory:" for one that lives only as long as it is open.
/// @param options_json  a JSON object, or NULL for the defaults: {"read_only": false, "create": true,
///                      "durability": "normal" (or "full"), "busy_timeout_ms": 30000, "cache_kib": 2000,
///                      "mmap_bytes": 0, "low_memory": false}
/// @param out_db        On OK: the database; caller frees with beaver_db_free().
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, IO, CORRUPT (no database), UNSUPPORTED (a
///         newer format, or a file of BeaverDB 2.x), READ_ONLY, FULL, BUSY
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_open(
    path: StrIn<'_>,
    options_json: StrIn<'_>,
    out_db: OutDb<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    call(None, out_error, || {
        let out = output("out_db", out_db, None)?;
        let options = match optional_text("options_json", options_json)? {
            Some(json) => beaver_core::Options::from_json(json)?,
            None => beaver_core::Options::default(),
        };
        let db = Beaver::open(text("path", path)?, options)?;
        *out = boxed(beaver_db {
            db,
            _live: Live::new(),
        });
        Ok(BEAVER_OK)
    })
}

/// Opens the dict of that name. Nothing is created until something is stored.
/// @param db        a database.
/// @param name      NUL-terminated UTF-8; 1 to 255 bytes, not beginning with "__"; copied before return.
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
        structure::open::<beaver_dict>(db, out_dict, |db| db.dict(text("name", name)?))
    })
}

/// Frees the handle; the last handle of a database closes it.
/// @param db  a database, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_db_free(db: Option<repr_c::Box<beaver_db>>) {
    drop(db);
}
