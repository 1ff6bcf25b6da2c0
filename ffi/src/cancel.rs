//! Ending the waits of one thread from another.

use beaver_core::{Cancel, Result};
use safer_ffi::prelude::*;

use crate::call::{call, free, object};
use crate::error::OutError;
use crate::give::{self, OutBool};
use crate::live::Live;
use crate::status::{BEAVER_OK, beaver_status};

/// Ends the waits of the threads that it is bound to, and no others: for a task that is cancelled while a thread of its
/// waits. Where beaver_db_interrupt() ends what runs now on a database, this ends what it is bound to, now and later, on
/// any.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_cancel {
    inner: Cancel,
    _live: Live,
}

/// cbindgen:ignore
pub type OutCancel<'o> = Option<Out<'o, Option<repr_c::Box<beaver_cancel>>>>;

fn inner(cancel: Option<&beaver_cancel>) -> Result<&Cancel> {
    object("cancel", cancel).map(|cancel| &cancel.inner)
}

/// Makes one that nobody has cancelled. It belongs to no database.
/// @param out_cancel  On OK: the new one; caller frees with beaver_cancel_free().
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_cancel_new(out_cancel: OutCancel<'_>, out_error: OutError<'_>) -> beaver_status {
    call(None, out_error, || {
        give::object("out_cancel", out_cancel, || Ok(beaver_cancel { inner: Cancel::new(), _live: Live::new() }))
    })
}

/// Binds the calling thread: until beaver_cancel_unbind(), its calls that wait are ended by beaver_cancel_cancel(). So are
/// those that it makes later: calls with a timeout_ms then give INTERRUPTED at once, even if something is there. A call
/// has taken its item, or gives the error, never both. Long searches end too. What neither waits nor searches goes on, so
/// that a thread can settle what it has. A wait for another process that writes is not ended: it ends with the busy
/// timeout.
/// A thread can be bound to several, and one can be bound to several threads: each of them ends the waits. Bound twice
/// is to be unbound twice.
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_cancel_bind(cancel: Option<&beaver_cancel>, out_error: OutError<'_>) -> beaver_status {
    call(None, out_error, || {
        inner(cancel)?.bind();
        Ok(BEAVER_OK)
    })
}

/// Ends what beaver_cancel_bind() began on the calling thread. Other threads stay bound.
/// @return OK, NOT_FOUND (it is not bound to this thread), INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_cancel_unbind(cancel: Option<&beaver_cancel>, out_error: OutError<'_>) -> beaver_status {
    call(None, out_error, || give::found(inner(cancel)?.unbind()))
}

/// Ends the waits of all threads that it is bound to, now and for good. Does not wait for them. Cancelling again does
/// nothing.
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_cancel_cancel(cancel: Option<&beaver_cancel>, out_error: OutError<'_>) -> beaver_status {
    call(None, out_error, || {
        inner(cancel)?.cancel();
        Ok(BEAVER_OK)
    })
}

/// Tells whether it was cancelled.
/// @param out_cancelled  On OK: whether it was.
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_cancel_cancelled(
    cancel: Option<&beaver_cancel>,
    out_cancelled: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    call(None, out_error, || give::value("out_cancelled", out_cancelled, || inner(cancel).map(Cancel::is_cancelled)))
}

/// Frees it. A wait that it has ended stays ended; threads that are still bound to it are free.
/// @param cancel  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_cancel_free(cancel: Option<repr_c::Box<beaver_cancel>>) {
    free(cancel);
}
