//! Dicts.

use std::collections::BTreeMap;
use std::ffi::c_char;

use beaver_core::{Beaver, Dict, Json, Result};
use safer_ffi::prelude::*;
use serde_json::value::RawValue;

use crate::buf::{OutBuf, beaver_buf};
use crate::call::{boxed, call, object, output};
use crate::error::OutError;
use crate::input::{StrIn, json as json_in, text, ttl};
use crate::iter::{OutIter, beaver_iter};
use crate::live::Live;
use crate::status::{BEAVER_CONFLICT, BEAVER_NOT_FOUND, BEAVER_OK, beaver_status};
use crate::structure::{self, Object, OutBool, OutU64, count, found};

/// JSON values by key, each with a time to live if one is given.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_dict {
    pub(crate) dict: Dict,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutDict<'o> = Option<Out<'o, Option<repr_c::Box<beaver_dict>>>>;

impl Object for beaver_dict {
    type Inner = Dict;

    fn inner(&self) -> &Dict {
        &self.dict
    }

    fn db(&self) -> &Beaver {
        &self.db
    }

    fn wrap(dict: Dict, db: Beaver) -> Self {
        beaver_dict {
            dict,
            db,
            _live: Live::new(),
        }
    }
}

fn with(
    dict: Option<&beaver_dict>,
    out_error: OutError<'_>,
    work: impl FnOnce(&Dict) -> Result<beaver_status>,
) -> beaver_status {
    call(dict.map(Object::db), out_error, || {
        work(&object("dict", dict)?.dict)
    })
}

/// Sets a key.
/// @param dict         a dict.
/// @param key          NUL-terminated UTF-8, not NULL; copied before return.
/// @param json         JSON text; copied before return.
/// @param json_len     its length in bytes, or BEAVER_NUL_TERMINATED.
/// @param ttl_seconds  after how long the key is absent again; 0 for never.
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn beaver_dict_set(
    dict: Option<&beaver_dict>,
    key: StrIn<'_>,
    json: *const c_char,
    json_len: usize,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| {
        let key = text("key", key)?;
        // SAFETY: as the header's conventions have it.
        let json = unsafe { json_in("json", json, json_len) }?;
        match ttl(ttl_seconds)? {
            None => dict.set(key, json)?,
            Some(ttl) => dict.set_for(key, json, ttl)?,
        }
        Ok(BEAVER_OK)
    })
}

/// Reads one value.
/// @param dict      a dict.
/// @param key       NUL-terminated UTF-8, not NULL.
/// @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
/// @return OK, NOT_FOUND, INVALID_ARGUMENT, INVALID_UTF8, LIMIT, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_get(
    dict: Option<&beaver_dict>,
    key: StrIn<'_>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(dict, out_error, |dict| {
        let out = output("out_json", out_json, beaver_buf::empty())?;
        match dict.get(text("key", key)?)? {
            Some(json) => {
                *out = json.into();
                Ok(BEAVER_OK)
            }
            None => Ok(BEAVER_NOT_FOUND),
        }
    })
}

/// Frees the handle.
/// @param dict  a dict, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_dict_free(dict: Option<repr_c::Box<beaver_dict>>) {
    drop(dict);
}
