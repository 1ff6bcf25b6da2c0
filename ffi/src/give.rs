//! How the answers of the core become statuses and outputs. Each output is emptied before the core is asked.

use beaver_core::Result;
use safer_ffi::prelude::*;

use crate::buf::{OutBuf, beaver_buf};
use crate::call::{boxed, output};
use crate::iter::{OutIter, beaver_iter};
use crate::status::{BEAVER_NOT_FOUND, BEAVER_OK, beaver_status};
use crate::structure::{Given, Object};

/// cbindgen:ignore
pub type OutBool<'o> = Option<Out<'o, bool>>;
/// cbindgen:ignore
pub type OutU64<'o> = Option<Out<'o, u64>>;
/// cbindgen:ignore
pub type OutI64<'o> = Option<Out<'o, i64>>;
/// cbindgen:ignore
pub type OutSize<'o> = Option<Out<'o, usize>>;

/// OK if there was something, else NOT_FOUND.
pub fn found(found: bool) -> Result<beaver_status> {
    Ok(if found { BEAVER_OK } else { BEAVER_NOT_FOUND })
}

/// Nothing but OK.
pub fn done((): ()) -> Result<beaver_status> {
    Ok(BEAVER_OK)
}

/// Text or bytes that are always there.
pub fn text<T: Into<beaver_buf>>(
    name: &str,
    out: OutBuf<'_>,
    get: impl FnOnce() -> Result<T>,
) -> Result<beaver_status> {
    text_or(BEAVER_OK, name, out, || get().map(Some))
}

/// Text or bytes, or another status.
pub fn text_or<T: Into<beaver_buf>>(
    otherwise: beaver_status,
    name: &str,
    out: OutBuf<'_>,
    get: impl FnOnce() -> Result<Option<T>>,
) -> Result<beaver_status> {
    let out = output(name, out, beaver_buf::empty())?;
    Ok(match get()? {
        Some(value) => {
            *out = value.into();
            BEAVER_OK
        }
        None => otherwise,
    })
}

/// A number or a flag that is always there.
pub fn value<T: ReprC + Default>(
    name: &str,
    out: Option<Out<'_, T>>,
    get: impl FnOnce() -> Result<T>,
) -> Result<beaver_status> {
    let out = output(name, out, T::default())?;
    *out = get()?;
    Ok(BEAVER_OK)
}

/// A number or a flag for a caller who need not want it.
pub fn optional<T: ReprC + Default>(out: Option<Out<'_, T>>, get: impl FnOnce() -> Result<T>) -> Result<beaver_status> {
    let out = out.map(|out| out.write(T::default()));
    let value = get()?;
    if let Some(out) = out {
        *out = value;
    }
    Ok(BEAVER_OK)
}

/// An object.
pub fn object<T>(
    name: &str,
    out: Option<Out<'_, Option<repr_c::Box<T>>>>,
    get: impl FnOnce() -> Result<T>,
) -> Result<beaver_status> {
    object_or(BEAVER_OK, name, out, || get().map(Some))
}

/// An object, or another status.
pub fn object_or<T>(
    otherwise: beaver_status,
    name: &str,
    out: Option<Out<'_, Option<repr_c::Box<T>>>>,
    get: impl FnOnce() -> Result<Option<T>>,
) -> Result<beaver_status> {
    let out = output(name, out, None)?;
    Ok(match get()? {
        Some(object) => {
            *out = boxed(object);
            BEAVER_OK
        }
        None => otherwise,
    })
}

/// An iterator over an object: `items` gives the core's, `row` makes each item the text of a row.
pub fn rows<T: Object, Item, I: Iterator<Item = Result<Item>> + Send + 'static>(
    handle: &Given<'_, T>,
    out: OutIter<'_>,
    items: impl FnOnce(&T::Inner) -> Result<I>,
    row: impl Fn(Item) -> String + Send + 'static,
) -> Result<beaver_status> {
    object("out_iter", out, || {
        let rows = items(handle.inner()?)?.map(move |item| item.map(&row));
        Ok(beaver_iter::new(handle.db()?, rows))
    })
}
