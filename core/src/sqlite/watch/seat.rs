//! A seat: where one thread waits for a change.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::Shared;
use crate::engine::Kind;
use crate::error::{Error, Result};

/// What a waiter waits for: a change of one structure, or only the end of its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sqlite) struct Topic(pub Option<(Kind, Arc<str>)>);

impl Topic {
    pub fn is(&self, kind: Kind, name: &str) -> bool {
        self.0.as_ref().is_some_and(|topic| topic.0 == kind && *topic.1 == *name)
    }
}

pub(super) struct Seat {
    pub topic: Topic,
    /// On whose behalf a lock is waited for.
    pub owner: Option<Arc<str>>,
    signalled: AtomicBool,
    /// Why the watcher cannot go on.
    failure: Mutex<Option<Error>>,
    wake: Condvar,
}

impl Seat {
    pub fn new(topic: Topic, owner: Option<Arc<str>>) -> Self {
        Seat { topic, owner, signalled: AtomicBool::new(false), failure: Mutex::default(), wake: Condvar::new() }
    }

    pub fn signalled(&self) -> bool {
        self.signalled.load(Ordering::SeqCst)
    }

    /// Under the mutex of the watch, so that a thread that is about to sleep does not miss it.
    pub fn signal(&self) {
        self.signalled.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }

    pub fn fail(&self, error: &Error) {
        *self.failure.lock() = Some(error.clone());
        self.signal();
    }
}

/// A thread that has a seat; it leaves it when dropped.
pub(in crate::sqlite) struct Waiter {
    shared: Arc<Shared>,
    seat: Arc<Seat>,
    interrupts: u64,
}

impl Waiter {
    pub(super) fn new(shared: Arc<Shared>, seat: Arc<Seat>, interrupts: u64) -> Self {
        Waiter { shared, seat, interrupts }
    }

    /// Waits until the topic may have changed or the deadline is past; true if it may have changed. The next wait is
    /// for what changes after this one returned. `retry` is when something may be there without a change: for a
    /// queue, the first in its line looks then.
    ///
    /// # Errors
    /// CLOSED, PAUSED, INTERRUPTED as soon as that happens; why other processes' commits cannot be seen any more.
    pub fn wait(&self, deadline: Option<Instant>, retry: Option<Instant>) -> Result<bool> {
        let mut state = self.shared.state.lock();
        loop {
            self.shared.gate.check_wait(self.interrupts)?;
            if let Some(error) = self.seat.failure.lock().take() {
                return Err(error);
            }
            if self.seat.signalled.swap(false, Ordering::SeqCst) {
                return Ok(true);
            }
            let keeps_time = match &self.seat.topic.0 {
                Some((Kind::Queue, name)) => {
                    let mut line = state.seats.iter().filter(|seat| seat.topic.is(Kind::Queue, name));
                    line.next().is_some_and(|first| Arc::ptr_eq(first, &self.seat))
                }
                _ => true,
            };
            let until = deadline.into_iter().chain(retry.filter(|_| keeps_time)).min();
            match until.map(|at| at.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => return Ok(false),
                Some(time) => drop(self.seat.wake.wait_for(&mut state, time)),
                None => self.seat.wake.wait(&mut state),
            }
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock();
        let place = state.seats.iter().position(|seat| Arc::ptr_eq(seat, &self.seat));
        if let Some(place) = place {
            state.seats.remove(place);
        }
        self.shared.waiting.fetch_sub(1, Ordering::SeqCst);
        if let Some((Kind::Queue, name)) = &self.seat.topic.0 {
            // Whoever is first now learns when something comes back; and a wake that was not used goes on.
            state.items_came(name, 0);
            if self.seat.signalled() {
                state.items_came(name, 1);
            }
        }
    }
}
