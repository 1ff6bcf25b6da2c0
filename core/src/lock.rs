//! Locks between processes: fair, and ended by a time to live if their holder dies.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::database::deadline;
use crate::engine::{Change, Kind, LockChange, Op, Reply, Store};
use crate::error::Result;
use crate::event::Events;
use crate::value::{check_name, check_ttl};

/// One owner's claim on one lock.
pub(crate) struct Hold {
    store: Arc<dyn Store>,
    lock: Arc<str>,
    owner: Arc<str>,
    /// Locked while the owner's row is removed, so that it is not one that was just granted.
    uses: Mutex<Uses>,
}

/// What the threads that share one owner do with it.
#[derive(Default)]
struct Uses {
    /// How often it was acquired and not yet released.
    depth: u32,
    /// How many threads are about to acquire it.
    acquiring: u32,
}

impl Hold {
    pub fn new(store: Arc<dyn Store>, lock: Arc<str>) -> Self {
        Hold { store, lock, owner: uuid::Uuid::new_v4().simple().to_string().into(), uses: Mutex::default() }
    }

    pub fn owner(&self) -> Arc<str> {
        self.owner.clone()
    }

    fn op(&self, change: LockChange) -> Op {
        Op { name: self.lock.clone(), owner: Some(self.owner.clone()), change: Change::Lock(change) }
    }

    pub fn acquire(&self, timeout: Option<Duration>, ttl: Duration) -> Result<bool> {
        let ttl = check_ttl("the lock's TTL", ttl)?;
        let deadline = deadline(timeout);
        let again = {
            let mut uses = self.uses.lock();
            uses.acquiring += 1;
            uses.depth > 0
        };
        let outcome = self.store.write_until(self.op(LockChange::Acquire { ttl, again }), deadline);
        let mut uses = self.uses.lock();
        uses.acquiring -= 1;
        if let Ok(Reply::Flag(true)) = outcome {
            uses.depth += 1;
            return Ok(true);
        }
        // The place in the line is given up; where that fails too, it ends by itself.
        let left = match (uses.acquiring, uses.depth) {
            (0, 0) => self.store.write(self.op(LockChange::Leave)),
            (0, _) => self.store.write(self.op(LockChange::StopWaiting)),
            _ => Ok(Reply::Done),
        };
        outcome?;
        left?;
        Ok(false)
    }

    pub fn release(&self) -> Result<bool> {
        let mut uses = self.uses.lock();
        if uses.depth == 0 {
            return Ok(false);
        }
        let held = if uses.depth == 1 && uses.acquiring == 0 {
            self.store.write(self.op(LockChange::Leave))?.flag()?
        } else {
            self.held()?
        };
        uses.depth -= 1;
        Ok(held)
    }

    pub fn renew(&self, ttl: Duration) -> Result<bool> {
        let ttl = check_ttl("the lock's TTL", ttl)?;
        self.store.write(self.op(LockChange::Renew { ttl }))?.flag()
    }

    pub fn held(&self) -> Result<bool> {
        Ok(self.store.lock_holder(&self.lock)?.as_deref() == Some(&*self.owner))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if self.uses.get_mut().depth > 0 {
            // Best effort: a closed database or a full disk leaves it to the TTL.
            let _ = self.store.write(self.op(LockChange::Leave));
        }
    }
}

/// A lock between processes. Whoever calls first is served first; a holder that dies loses it by its
/// TTL, and a waiter that dies its place within ten seconds.
///
/// The handle is the owner: it may acquire again at once, and must then release as often. For two
/// owners, in threads or processes, use two handles.
///
/// ```
/// use beaver_core::{Beaver, Options};
/// use std::time::Duration;
/// let db = Beaver::open(":memory:", Options::default())?;
/// let refresh = db.lock("refresh_sitemap")?;
/// if refresh.acquire(Some(Duration::from_secs(1)), Duration::from_secs(60))? {
///     // … only one process at a time is here …
///     refresh.release()?;
/// }
/// # Ok::<(), beaver_core::Error>(())
/// ```
pub struct Lock {
    hold: Hold,
}

impl Lock {
    pub(crate) fn new(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(Lock { hold: Hold::new(store, check_name(name)?) })
    }

    /// The lock's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.hold.lock
    }

    /// Waits for the lock up to `timeout` (zero: try; none: for ever) and holds it for at most `ttl`.
    /// False if the time ran out.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a TTL of zero, LIMIT above a hundred years; INTERRUPTED, CLOSED, PAUSED,
    /// READ_ONLY, BUSY, FULL, IO.
    pub fn acquire(&self, timeout: Option<Duration>, ttl: Duration) -> Result<bool> {
        self.hold.acquire(timeout, ttl)
    }

    /// Gives the lock to the next waiter, who wakes at once. False if this handle does not hold it: it was not
    /// acquired, was released, or has ended by its TTL.
    ///
    /// # Errors
    /// CLOSED, PAUSED, BUSY, IO.
    pub fn release(&self) -> Result<bool> {
        self.hold.release()
    }

    /// Holds the lock for another `ttl` from now on; false if it had ended already.
    ///
    /// # Errors
    /// As for [`Lock::acquire`].
    pub fn renew(&self, ttl: Duration) -> Result<bool> {
        self.hold.renew(ttl)
    }

    /// Whether this handle holds the lock.
    ///
    /// # Errors
    /// CLOSED, PAUSED, IO, CORRUPT.
    pub fn held(&self) -> Result<bool> {
        self.hold.held()
    }

    /// Whether anybody holds the lock.
    ///
    /// # Errors
    /// CLOSED, PAUSED, IO, CORRUPT.
    pub fn locked(&self) -> Result<bool> {
        Ok(self.hold.store.lock_holder(&self.hold.lock)?.is_some())
    }

    /// Listens to an event of this lock, in any process: `acquire`, `release` and `clear`, or `*` for all of them. That a
    /// lock ends by its time is no event.
    ///
    /// # Errors
    /// As for [`crate::Beaver::on`].
    pub fn on(&self, event: &str) -> Result<Events> {
        Events::of_structure(&self.hold.store, Kind::Lock, &self.hold.lock, event)
    }

    /// Takes the lock from its holder and everybody out of the line; tells how many there were. For
    /// repairs: a holder that lives does not learn of it before it renews or releases.
    ///
    /// # Errors
    /// READ_ONLY, CLOSED, PAUSED, BUSY, FULL, IO.
    pub fn clear(&self) -> Result<u64> {
        self.hold.store.write(self.hold.op(LockChange::Clear))?.count()
    }
}
