//! Ending the waits of one thread from another.

use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::error::{Error, ErrorKind, Result};

thread_local! {
    /// What ends the waits of this thread. Weak: what nobody can cancel any more binds nobody.
    static BOUND: RefCell<Vec<Weak<State>>> = const { RefCell::new(Vec::new()) };
}

/// Ends one call that waits, and no other: a blocked `get`, a wait for a lock, for a message, for the next result of a
/// live view. Also one that reads for long: a search, an iteration, `verify`, `backup`; and `vacuum`, `compact` and
/// `create_index`: what these two have done is kept, and the next call goes on with it. Not a write, nor a rebuild that
/// has begun: they are made. For tasks that are cancelled while a thread of theirs waits.
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
/// Cloned, it is the same one. Any thread may cancel, and any number of threads may wait under one.
#[derive(Clone, Default)]
pub struct Cancel(Arc<State>);

#[derive(Default)]
struct State {
    cancelled: AtomicBool,
    /// Wake the threads that wait just now.
    wakes: Mutex<Vec<Wake>>,
}

type Wake = Arc<dyn Fn() + Send + Sync>;

impl Cancel {
    /// One that nobody has cancelled.
    pub fn new() -> Self {
        Cancel::default()
    }

    /// Does `work` on this thread; a wait in it ends as soon as this is cancelled. What was taken before, `work` has
    /// got: either the item or the error. Inside the work of another, both end it.
    ///
    /// # Errors
    /// INTERRUPTED if it was cancelled, before or meanwhile; what `work` gives.
    pub fn during<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.0.check()?;
        self.bind();
        let _unbound = Unbind(self);
        work()
    }

    /// Lets this end the waits of the calling thread from now on, until [`Cancel::unbind`] or the last clone is gone. For
    /// layers that have no closure to give to [`Cancel::during`]. Bound twice, it is to be unbound twice.
    pub fn bind(&self) {
        let _ = BOUND.try_with(|bound| {
            let mut bound = bound.borrow_mut();
            bound.retain(|state| state.strong_count() > 0);
            bound.push(Arc::downgrade(&self.0));
        });
    }

    /// Ends what [`Cancel::bind`] began on the calling thread; false if it is not bound there.
    #[must_use = "false says that it is bound to another thread, or to none"]
    pub fn unbind(&self) -> bool {
        let unbound = BOUND.try_with(|bound| {
            let mut bound = bound.borrow_mut();
            let place = bound.iter().rposition(|state| std::ptr::eq(state.as_ptr(), Arc::as_ptr(&self.0)));
            place.map(|place| bound.remove(place)).is_some()
        });
        unbound.unwrap_or(false)
    }

    /// Ends the waits, now and for good: who waits under it later fails at once.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
        let wakes = self.0.wakes.lock().clone();
        for wake in wakes {
            wake();
        }
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }
}

impl State {
    fn check(&self) -> Result<()> {
        if self.cancelled.load(Ordering::SeqCst) {
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

/// Unbinds when the work ends, by a panic too.
struct Unbind<'c>(&'c Cancel);

impl Drop for Unbind<'_> {
    fn drop(&mut self) {
        let _ = self.0.unbind();
    }
}

/// What ends the waits of this thread; nothing in a thread that is ending.
fn bound() -> Vec<Arc<State>> {
    let states = |bound: &RefCell<Vec<Weak<State>>>| bound.borrow().iter().filter_map(Weak::upgrade).collect();
    BOUND.try_with(states).unwrap_or_default()
}

/// Passes, unless what this thread does was cancelled.
pub(crate) fn check() -> Result<()> {
    let check = |bound: &RefCell<Vec<Weak<State>>>| {
        bound.borrow().iter().filter_map(Weak::upgrade).try_for_each(|state| state.check())
    };
    BOUND.try_with(check).unwrap_or(Ok(()))
}

/// A wait of this thread that can be cancelled, as long as it is kept.
pub(crate) struct Waiting {
    /// Kept alive: who cancels may forget them at once.
    bound: Vec<Arc<State>>,
    wake: Option<Wake>,
}

impl Waiting {
    /// `wake` is called, without a lock, by whoever cancels; the thread that it wakes then asks [`Waiting::check`].
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let bound = bound();
        if bound.is_empty() {
            return Waiting { bound, wake: None };
        }
        let wake: Wake = Arc::new(wake);
        for state in &bound {
            state.wakes.lock().push(wake.clone());
        }
        Waiting { bound, wake: Some(wake) }
    }

    /// Passes, unless the wait was cancelled.
    pub fn check(&self) -> Result<()> {
        self.bound.iter().try_for_each(|state| state.check())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let Some(wake) = &self.wake else { return };
        for state in &self.bound {
            let mut wakes = state.wakes.lock();
            // One only: bound twice, it was pushed twice.
            if let Some(place) = wakes.iter().position(|other| Arc::ptr_eq(other, wake)) {
                wakes.swap_remove(place);
            }
        }
    }
}
