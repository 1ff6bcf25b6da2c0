//! Ending one wait from another thread.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use crate::error::{Error, ErrorKind, Result};

thread_local! {
    /// What ends the waits of this thread.
    static CURRENT: RefCell<Option<Cancel>> = const { RefCell::new(None) };
}

/// Ends one call that waits, and no other: a blocked `get`, a wait for a lock, for a message, for the next result of a
/// live view; also a long search. For tasks that are cancelled while a thread of theirs waits.
///
/// ```
/// use std::time::Duration;
/// use beaver_core::{Beaver, Cancel, ErrorKind, Options};
///
/// let db = Beaver::open(":memory:", Options::default())?;
/// let (jobs, cancel) = (db.queue("jobs")?, Cancel::new());
/// let worker = std::thread::spawn({
///     let cancel = cancel.clone();
///     move || cancel.during(|| jobs.get(None))
/// });
/// cancel.cancel();
/// assert_eq!(worker.join().unwrap().unwrap_err().kind(), ErrorKind::Interrupted);
/// # Ok::<(), beaver_core::Error>(())
/// ```
///
/// Cloned, it is the same one. Any thread may cancel.
#[derive(Clone, Default)]
pub struct Cancel(Arc<State>);

#[derive(Default)]
struct State {
    cancelled: AtomicBool,
    /// Wakes the thread that waits just now.
    wake: Mutex<Option<Wake>>,
}

type Wake = Arc<dyn Fn() + Send + Sync>;

impl Cancel {
    /// One that nobody has cancelled.
    pub fn new() -> Self {
        Cancel::default()
    }

    /// Does `work` on this thread; a wait in it ends as soon as this is cancelled. What was taken before, `work` has
    /// got: either the item or the error.
    ///
    /// # Errors
    /// INTERRUPTED if it was cancelled, before or meanwhile; what `work` gives.
    pub fn during<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.check()?;
        let before = CURRENT.replace(Some(self.clone()));
        let _restored = Restore(before);
        work()
    }

    /// Ends the wait, now and for good: what is done with it later fails at once.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        let wake = self.0.wake.lock().clone();
        if let Some(wake) = wake {
            wake();
        }
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::new(ErrorKind::Interrupted, "the call was cancelled"));
        }
        Ok(())
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

/// Gives the thread back what ended its waits before.
struct Restore(Option<Cancel>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

/// Passes, unless what this thread does was cancelled.
pub(crate) fn check() -> Result<()> {
    CURRENT.with_borrow(|current| current.as_ref().map_or(Ok(()), Cancel::check))
}

/// A wait of this thread that can be cancelled, as long as it is kept.
pub(crate) struct Waiting(Option<Cancel>);

impl Waiting {
    /// `wake` is called, without a lock, by whoever cancels; the thread that it wakes then asks [`check`].
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let current = CURRENT.with_borrow(Clone::clone);
        if let Some(cancel) = &current {
            *cancel.0.wake.lock() = Some(Arc::new(wake));
        }
        Waiting(current)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(cancel) = &self.0 {
            *cancel.0.wake.lock() = None;
        }
    }
}
