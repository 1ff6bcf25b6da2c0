//! Locks between processes.

use beaver_core::{Beaver, Lock, seconds};
use safer_ffi::prelude::*;

use crate::call::free;
use crate::error::OutError;
use crate::give::{self, OutBool, OutU64};
use crate::input::timeout;
use crate::live::Live;
use crate::status::{BEAVER_OK, BEAVER_TIMEOUT, beaver_status};
use crate::structure::{Object, with};

/// A lock between processes: first come, first served, and ended by a time to live if its holder dies. Each handle
/// is an owner of its own; for two owners, use two handles.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_lock {
    inner: Lock,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutLock<'o> = Option<Out<'o, Option<repr_c::Box<beaver_lock>>>>;

impl Object for beaver_lock {
    const NAME: &'static str = "lock";
    type Inner = Lock;

    fn inner(&self) -> &Lock {
        &self.inner
    }

    fn db(&self) -> &Beaver {
        &self.db
    }
}

impl beaver_lock {
    pub fn new(inner: Lock, db: &Beaver) -> Self {
        beaver_lock { inner, db: db.clone(), _live: Live::new() }
    }
}

/// Waits for the lock and holds it. A handle that holds it acquires it again at once, and must then
/// release it as often.
/// @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
/// @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
/// @return OK, TIMEOUT, LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_lock_acquire(
    lock: Option<&beaver_lock>,
    timeout_ms: i64,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(lock, out_error, |lock| {
        let ttl = seconds("ttl_seconds", ttl_seconds)?;
        let acquired = lock.inner()?.acquire(timeout(timeout_ms)?, ttl)?;
        Ok(if acquired { BEAVER_OK } else { BEAVER_TIMEOUT })
    })
}

/// Gives the lock to the next who waits.
/// @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
///         and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_lock_release(lock: Option<&beaver_lock>, out_error: OutError<'_>) -> beaver_status {
    with(lock, out_error, |lock| give::found(lock.inner()?.release()?))
}

/// Holds the lock for so long from now on.
/// @param ttl_seconds  how long, above 0.
/// @return OK, NOT_FOUND (this handle does not hold it), LIMIT, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_lock_renew(
    lock: Option<&beaver_lock>,
    ttl_seconds: f64,
    out_error: OutError<'_>,
) -> beaver_status {
    with(lock, out_error, |lock| {
        let ttl = seconds("ttl_seconds", ttl_seconds)?;
        give::found(lock.inner()?.renew(ttl)?)
    })
}

/// Tells whether this handle holds the lock.
/// @param out_held  On OK: whether it does.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_lock_held(
    lock: Option<&beaver_lock>,
    out_held: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(lock, out_error, |lock| give::value("out_held", out_held, || lock.inner()?.held()))
}

/// Tells whether anybody holds the lock.
/// @param out_locked  On OK: whether anybody does.
/// @return OK, and what all reads give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_lock_locked(
    lock: Option<&beaver_lock>,
    out_locked: OutBool<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(lock, out_error, |lock| give::value("out_locked", out_locked, || lock.inner()?.locked()))
}

/// Takes the lock from its holder and everybody out of the line. For repairs.
/// @param out_count  On OK: how many there were; or NULL.
/// @return OK, and what all writes give
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_lock_clear(
    lock: Option<&beaver_lock>,
    out_count: OutU64<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(lock, out_error, |lock| give::optional(out_count, || lock.inner()?.clear()))
}

/// Frees the handle; a lock that it holds is released.
/// @param lock  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_lock_free(lock: Option<repr_c::Box<beaver_lock>>) {
    free(lock);
}
