//! Subscriptions: messages of channels, and events, as they come.

use std::ffi::c_void;
use std::sync::Arc;
use std::time::Duration;

use beaver_core::{Beaver, Events, Result, Subscription, wire};
use safer_ffi::prelude::*;

use crate::buf::OutBuf;
use crate::call::{free, output};
use crate::callback::{Userdata, beaver_destroy_fn, beaver_ready_fn};
use crate::error::OutError;
use crate::give;
use crate::input::timeout;
use crate::live::Live;
use crate::status::{BEAVER_OK, BEAVER_TIMEOUT, beaver_status};
use crate::structure::{Object, with};

/// The messages of a channel, or events, from a place on, each once and in the order of the commits, whichever process
/// made them. A message comes as {"timestamp_us", "payload"}, an event as {"timestamp_us", "topic", "event", "payload"}.
/// What was not pulled yet waits in the file: a slow subscriber takes no memory, and slows nobody down.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_subscription {
    source: Source,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutSubscription<'o> = Option<Out<'o, Option<repr_c::Box<beaver_subscription>>>>;

/// What is subscribed to.
pub enum Source {
    Channel(Subscription),
    Events(Events),
}

impl Object for beaver_subscription {
    const NAME: &'static str = "subscription";
    type Inner = Source;

    fn inner(&self) -> &Source {
        &self.source
    }

    fn db(&self) -> &Beaver {
        &self.db
    }
}

impl beaver_subscription {
    pub fn to_channel(subscription: Subscription, db: &Beaver) -> Self {
        beaver_subscription { source: Source::Channel(subscription), db: db.clone(), _live: Live::new() }
    }

    pub fn to_events(events: Events, db: &Beaver) -> Self {
        beaver_subscription { source: Source::Events(events), db: db.clone(), _live: Live::new() }
    }
}

impl Source {
    fn next(&self, timeout: Option<Duration>) -> Result<Option<String>> {
        Ok(match self {
            Source::Channel(subscription) => subscription.next(timeout)?.map(|message| wire::message_row(&message)),
            Source::Events(events) => events.next(timeout)?.map(|event| wire::event_row(&event)),
        })
    }

    fn next_many(&self, most: usize, timeout: Option<Duration>) -> Result<Option<String>> {
        let rows: Vec<String> = match self {
            Source::Channel(subscription) => {
                subscription.next_many(most, timeout)?.iter().map(wire::message_row).collect()
            }
            Source::Events(events) => events.next_many(most, timeout)?.iter().map(wire::event_row).collect(),
        };
        Ok(if rows.is_empty() { None } else { Some(wire::array(rows)) })
    }

    fn on_ready(&self, ready: Option<Arc<dyn Fn() + Send + Sync>>) {
        match self {
            Source::Channel(subscription) => subscription.on_ready(ready),
            Source::Events(events) => events.on_ready(ready),
        }
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Result<i32> {
        use std::os::fd::AsRawFd;
        let descriptor = match self {
            Source::Channel(subscription) => subscription.descriptor(),
            Source::Events(events) => events.descriptor(),
        };
        Ok(descriptor?.as_raw_fd())
    }

    #[cfg(not(unix))]
    #[allow(clippy::unused_self)] // as on unix
    fn descriptor(&self) -> Result<i32> {
        Err(beaver_core::Error::new(
            beaver_core::ErrorKind::Unsupported,
            "a subscription has no descriptor on this system: use beaver_subscription_on_ready()",
        ))
    }

    fn close(&self) {
        match self {
            Source::Channel(subscription) => subscription.close(),
            Source::Events(events) => events.close(),
        }
    }
}

/// Waits for the next message or event.
/// @param timeout_ms  how long to wait, in milliseconds; 0 to try, -1 for ever.
/// @param out_json    On OK: the message or event as JSON text; caller frees with beaver_buf_free().
/// @return OK, TIMEOUT, LIMIT (some were deleted before this subscription pulled them: said once, the next call goes
///         on with the oldest that is left), CLOSED also if the subscription is, IO also if the file was replaced or
///         deleted, and what all reads give
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_subscription_next(
    subscription: Option<&beaver_subscription>,
    timeout_ms: i64,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(subscription, out_error, |subscription| {
        give::text_or(BEAVER_TIMEOUT, "out_json", out_json, || subscription.inner()?.next(timeout(timeout_ms)?))
    })
}

/// Waits for the next message or event, and gives all that are there by then.
/// @param most        how many at the most; 0 counts as 1.
/// @param timeout_ms  how long to wait for the first, in milliseconds; 0 to try, -1 for ever.
/// @param out_json    On OK: a JSON array of at least one; caller frees with beaver_buf_free().
/// @return as beaver_subscription_next()
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_subscription_next_many(
    subscription: Option<&beaver_subscription>,
    most: usize,
    timeout_ms: i64,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(subscription, out_error, |subscription| {
        give::text_or(BEAVER_TIMEOUT, "out_json", out_json, || {
            subscription.inner()?.next_many(most, timeout(timeout_ms)?)
        })
    })
}

/// Sets who is told that there may be something to pull, or that there will be nothing more, in the place of whom it was
/// before. Told once; again only after beaver_subscription_next() with a timeout of 0 gave TIMEOUT. If something is
/// there already, it is told at once, by this call.
/// @param ready     called from any thread; must return soon and must not call back into the library: it wakes an event
///                  loop. NULL for nobody.
/// @param userdata  given to `ready` and `destroy`.
/// @param destroy   called once with `userdata` when `ready` will not be called again: after the next
///                  beaver_subscription_on_ready(), after beaver_subscription_free(), or at once if this call fails
///                  or `ready` is NULL; or NULL. A call of `ready` that is running then ends first.
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_subscription_on_ready(
    subscription: Option<&beaver_subscription>,
    ready: beaver_ready_fn,
    userdata: *mut c_void,
    destroy: beaver_destroy_fn,
    out_error: OutError<'_>,
) -> beaver_status {
    let userdata = Userdata::new(userdata, destroy);
    with(subscription, out_error, move |subscription| {
        let ready = ready.map(|ready| -> Arc<dyn Fn() + Send + Sync> {
            // SAFETY: as the caller promised when registering it.
            Arc::new(move || unsafe { ready(userdata.data()) })
        });
        subscription.inner()?.on_ready(ready);
        Ok(BEAVER_OK)
    })
}

/// Gives a descriptor for poll(), epoll and the loops built on them: it can be read from as long as there may be
/// something to pull. Do not read from it: call beaver_subscription_next() with a timeout of 0 until it gives TIMEOUT.
/// @param out_fd  On OK: the descriptor, borrowed until beaver_subscription_free(); -1 otherwise.
/// @return OK, INVALID_ARGUMENT, IO, UNSUPPORTED (this system has none: Windows)
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_subscription_fd(
    subscription: Option<&beaver_subscription>,
    out_fd: OutFd<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(subscription, out_error, |subscription| {
        // Not 0, which is a descriptor.
        let out = output("out_fd", out_fd, -1)?;
        *out = subscription.inner()?.descriptor()?;
        Ok(BEAVER_OK)
    })
}

/// cbindgen:ignore
pub type OutFd<'o> = Option<Out<'o, i32>>;

/// Ends the subscription: a call that waits, and each later one, gives CLOSED. Closing again does nothing.
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_subscription_close(
    subscription: Option<&beaver_subscription>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(subscription, out_error, |subscription| {
        subscription.inner()?.close();
        Ok(BEAVER_OK)
    })
}

/// Frees the subscription. Not while another thread is in a call on it: close it, and let that thread end.
/// @param subscription  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_subscription_free(subscription: Option<repr_c::Box<beaver_subscription>>) {
    free(subscription);
}
