//! Locks.

use std::sync::Arc;

use beaver_core::{Beaver, Lock, Result, seconds};

use crate::call::{Live, call};
use crate::cancel::{Cancel, waiting};
use crate::error::Failure;
use crate::input::timeout;
use crate::subscription::SubscriptionHandle;

/// A lock between processes, for one owner.
#[derive(uniffi::Object)]
pub struct LockHandle {
    inner: Lock,
    db: Beaver,
    _live: Live,
}

impl LockHandle {
    pub fn wrap(inner: Lock, db: Beaver) -> Arc<Self> {
        Arc::new(LockHandle { inner, db, _live: Live::new() })
    }

    fn call<T>(&self, work: impl FnOnce(&Lock) -> Result<T>) -> Result<T, Failure> {
        call(&self.db, || work(&self.inner))
    }
}

#[uniffi::export]
impl LockHandle {
    /// What it is called.
    pub fn name(&self) -> String {
        self.inner.name().to_owned()
    }

    /// Waits for the lock; false if the time ran out.
    pub fn acquire(&self, timeout_ms: i64, ttl_seconds: f64, cancel: Option<Arc<Cancel>>) -> Result<bool, Failure> {
        self.call(|lock| {
            let (timeout, ttl) = (timeout(timeout_ms)?, seconds("ttl_seconds", ttl_seconds)?);
            waiting(cancel.as_ref(), || lock.acquire(timeout, ttl))
        })
    }

    /// Gives it back; false if this handle did not hold it any more.
    pub fn release(&self) -> Result<bool, Failure> {
        self.call(Lock::release)
    }

    /// Keeps it for that long from now on; false if this handle did not hold it any more.
    pub fn renew(&self, ttl_seconds: f64) -> Result<bool, Failure> {
        self.call(|lock| lock.renew(seconds("ttl_seconds", ttl_seconds)?))
    }

    /// Whether this handle holds it.
    pub fn held(&self) -> Result<bool, Failure> {
        self.call(Lock::held)
    }

    /// Whether anybody holds it.
    pub fn locked(&self) -> Result<bool, Failure> {
        self.call(Lock::locked)
    }

    /// Takes it from everybody who holds it or waits for it; returns how many.
    pub fn clear(&self) -> Result<u64, Failure> {
        self.call(Lock::clear)
    }

    /// Listens to an event of it, or to all by `*`.
    pub fn on(&self, event: &str) -> Result<Arc<SubscriptionHandle>, Failure> {
        self.call(|lock| Ok(SubscriptionHandle::to_events(lock.on(event)?, &self.db)))
    }
}
