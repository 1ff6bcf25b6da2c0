//! The one guard around every exported function.

use std::panic::{AssertUnwindSafe, catch_unwind};

use beaver_core::{Beaver, Error, ErrorKind, Result};
use safer_ffi::prelude::*;

use crate::error::{OutError, beaver_error};
use crate::status::beaver_status;

/// Runs the body of an exported function. An error becomes a status and an error object; a panic does
/// not leave the library, and breaks the database it happened in.
pub fn call(
    db: Option<&Beaver>,
    out_error: OutError<'_>,
    work: impl FnOnce() -> Result<beaver_status>,
) -> beaver_status {
    let error = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(status)) => {
            if let Some(out) = out_error {
                out.write(None);
            }
            return status;
        }
        Ok(Err(error)) => error,
        Err(_) => {
            // Telling the others that it is broken must not fail the call a second time.
            let _ = catch_unwind(AssertUnwindSafe(|| db.map(Beaver::break_down)));
            Error::new(ErrorKind::Panic, "a fault of the library was caught: free the database and open it again")
        }
    };
    let status = error.kind().code();
    if let Some(out) = out_error {
        out.write(Some(Box::new(beaver_error::new(error)).into()));
    }
    status
}

/// An output, emptied first, so that it is empty whenever the call fails.
pub fn output<'o, T>(name: &str, slot: Option<Out<'o, T>>, empty: T) -> Result<&'o mut T> {
    match slot {
        Some(slot) => Ok(slot.write(empty)),
        None => Err(null(name)),
    }
}

/// An object that must be there.
pub fn object<'o, T>(name: &str, object: Option<&'o T>) -> Result<&'o T> {
    object.ok_or_else(|| null(name))
}

pub fn object_mut<'o, T>(name: &str, object: Option<&'o mut T>) -> Result<&'o mut T> {
    object.ok_or_else(|| null(name))
}

pub fn null(name: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("{name} is NULL: it must not be"))
}

/// Hands an object out.
pub fn boxed<T>(value: T) -> Option<repr_c::Box<T>> {
    Some(Box::new(value).into())
}

/// Takes an object back. Nobody is left to tell of a panic in its end.
pub fn free<O>(object: Option<O>) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(object)));
}
