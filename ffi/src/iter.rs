//! Iterators: rows as JSON.

use beaver_core::{Beaver, Result, wire};
use safer_ffi::prelude::*;

use crate::buf::{OutBuf, beaver_buf};
use crate::call::{call, free, object_mut, output};
use crate::error::OutError;
use crate::live::Live;
use crate::status::{BEAVER_END, BEAVER_OK, beaver_status};

/// Goes through a structure. It fetches rows in portions and holds nothing in between: a concurrent
/// change may show or not, but no row comes twice.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_iter {
    rows: Box<dyn Iterator<Item = Result<String>> + Send>,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutIter<'o> = Option<Out<'o, Option<repr_c::Box<beaver_iter>>>>;

impl beaver_iter {
    pub fn new(db: &Beaver, rows: impl Iterator<Item = Result<String>> + Send + 'static) -> Self {
        beaver_iter { rows: Box::new(rows), db: db.clone(), _live: Live::new() }
    }
}

/// Gives the next row.
/// @param out_json  On OK: the row as JSON text; caller frees with beaver_buf_free().
/// @return OK, END, and what all reads give
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_iter_next(
    iter: Option<&mut beaver_iter>,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let db = iter.as_ref().map(|iter| iter.db.clone());
    call(db.as_ref(), out_error, || {
        let out = output("out_json", out_json, beaver_buf::empty())?;
        match object_mut("iter", iter)?.rows.next() {
            Some(row) => {
                *out = row?.into();
                Ok(BEAVER_OK)
            }
            None => Ok(BEAVER_END),
        }
    })
}

/// Gives up to so many of the next rows at once.
/// @param most      how many rows at the most; 0 counts as 1.
/// @param out_json  On OK: a JSON array of the rows; caller frees with beaver_buf_free().
/// @return OK, END, and what all reads give
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_iter_next_batch(
    iter: Option<&mut beaver_iter>,
    most: usize,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    let db = iter.as_ref().map(|iter| iter.db.clone());
    call(db.as_ref(), out_error, || {
        let out = output("out_json", out_json, beaver_buf::empty())?;
        let iter = object_mut("iter", iter)?;
        let rows = iter.rows.by_ref().take(most.max(1)).collect::<Result<Vec<String>>>()?;
        if rows.is_empty() {
            return Ok(BEAVER_END);
        }
        *out = wire::array(rows).into();
        Ok(BEAVER_OK)
    })
}

/// Frees an iterator.
/// @param iter  an iterator, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_iter_free(iter: Option<repr_c::Box<beaver_iter>>) {
    free(iter);
}
