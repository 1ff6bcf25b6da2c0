//! What all structures do alike: acquire, release, renew, locked, dump, load.

use beaver_core::{Beaver, Error, ErrorKind, Result, Structure, seconds};
use safer_ffi::prelude::*;

use crate::call::{boxed, call, object, output};
use crate::error::OutError;
use crate::input::timeout;
use crate::status::{BEAVER_NOT_FOUND, BEAVER_OK, BEAVER_TIMEOUT, beaver_status};

/// The object of a structure: the core's handle and the database it belongs to.
pub trait Object: Sized {
    type Inner: Structure;
    fn inner(&self) -> &Self::Inner;
    fn db(&self) -> &Beaver;
    fn wrap(inner: Self::Inner, db: Beaver) -> Self;
}

pub type OutObject<'o, T> = Option<Out<'o, Option<repr_c::Box<T>>>>;

/// Opens a structure by its name.
pub fn open<T: Object>(
    db: &Beaver,
    out: OutObject<'_, T>,
    open: impl FnOnce(&Beaver) -> Result<T::Inner>,
) -> Result<beaver_status> {
    let out = output("the output for the handle", out, None)?;
    *out = boxed(T::wrap(open(db)?, db.clone()));
    Ok(BEAVER_OK)
}

pub fn acquire<T: Object>(
    handle: Option<&T>,
    timeout_ms: i64,
    ttl_seconds: f64,
    out: OutObject<'_, T>,
    out_error: OutError<'_>,
) -> beaver_status {
    call(handle.map(T::db), out_error, || {
        let out = output("the output for the handle", out, None)?;
        let handle = object("the handle", handle)?;
        match handle
            .inner()
            .acquire(timeout(timeout_ms)?, seconds("ttl_seconds", ttl_seconds)?)?
        {
            Some(acquired) => {
                *out = boxed(T::wrap(acquired, handle.db().clone()));
                Ok(BEAVER_OK)
            }
            None => Ok(BEAVER_TIMEOUT),
        }
    })
}

pub fn release<T: Object>(handle: Option<&T>, out_error: OutError<'_>) -> beaver_status {
    call(handle.map(T::db), out_error, || {
        found(object("the handle", handle)?.inner().release()?)
    })
}

pub fn renew<T: Object>(
    handle: Option<&T>,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    call(handle.map(T::db), out_error, || {
        found(
            object("the handle", handle)?
                .inner()
                .renew(seconds("ttl_seconds", ttl_seconds)?)?,
        )
    })
}

pub fn locked<T: Object>(
    handle: Option<&T>,
    out: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    call(handle.map(T::db), out_error, || {
        let out = output("out_locked", out, false)?;
        *out = object("the handle", handle)?.inner().locked()?;
        Ok(BEAVER_OK)
    })
}

/// cbindgen:ignore
pub type OutBool<'o> = Option<Out<'o, bool>>;
/// cbindgen:ignore
pub type OutU64<'o> = Option<Out<'o, u64>>;
/// cbindgen:ignore
pub type OutI64<'o> = Option<Out<'o, i64>>;

/// OK if there was something, else NOT_FOUND.
pub fn found(found: bool) -> Result<beaver_status> {
    Ok(if found { BEAVER_OK } else { BEAVER_NOT_FOUND })
}

/// A count, for a caller who need not want it.
pub fn count(out: OutU64<'_>, count: u64) -> beaver_status {
    if let Some(out) = out {
        out.write(count);
    }
    BEAVER_OK
}

/// What a callback returned to stop the call.
pub fn stopped() -> Error {
    Error::new(ErrorKind::Interrupted, "the callback stopped the call")
}
