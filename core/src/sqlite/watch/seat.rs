//! A seat: where one thread waits for a change.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::Shared;
use crate::cancel;
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

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sqlite) enum Woken {
    /// Its time is over.
    ByTime,
    /// Something changed: look.
    ToLook,
    /// Somebody has looked: there was something for this waiter a moment ago.
    ToTry,
}

/// What a seat was told: nothing, or why to wake.
const NOTHING: u8 = 0;
const LOOK: u8 = 1;
const TRY: u8 = 2;

pub(super) struct Seat {
    pub topic: Topic,
    /// On whose behalf a lock is waited for.
    pub owner: Option<Arc<str>>,
    told: AtomicU8,
    /// Why the watcher cannot go on.
    failure: Mutex<Option<Error>>,
    wake: Condvar,
}

impl Seat {
    pub fn new(topic: Topic, owner: Option<Arc<str>>) -> Self {
        Seat { topic, owner, told: AtomicU8::new(NOTHING), failure: Mutex::default(), wake: Condvar::new() }
    }

    /// Whether it was told to try, and has not begun to.
    pub fn is_to_try(&self) -> bool {
        self.told.load(Ordering::SeqCst) == TRY
    }

    /// Lets it try. Under the mutex of the watch, as all of these, so that a thread that is about to sleep does not
    /// miss it.
    pub fn let_try(&self) {
        self.told.store(TRY, Ordering::SeqCst);
        self.wake.notify_one();
    }

    pub fn let_look(&self) {
        self.told.fetch_max(LOOK, Ordering::SeqCst);
        self.wake.notify_one();
    }

    pub fn fail(&self, error: &Error) {
        *self.failure.lock() = Some(error.clone());
        self.let_look();
    }
}

/// A thread that has a seat; it leaves it when dropped.
pub(in crate::sqlite) struct Waiter {
    shared: Arc<Shared>,
    seat: Arc<Seat>,
    interrupts: u64,
    waiting: cancel::Waiting,
}

impl Waiter {
    pub(super) fn new(shared: Arc<Shared>, seat: Arc<Seat>, interrupts: u64) -> Self {
        let wake = {
            let (shared, seat) = (shared.clone(), seat.clone());
            move || {
                let _watched = shared.state.lock();
                seat.let_look();
            }
        };
        Waiter { shared, seat, interrupts, waiting: cancel::Waiting::new(wake) }
    }

    /// Waits until the topic may have changed or the deadline is past. The next wait is
    /// for what changes after this one returned. `retry` is when something may be there without a change: for a
    /// queue, the first in its line looks then.
    ///
    /// # Errors
    /// CLOSED, PAUSED, INTERRUPTED (also of a cancelled call) as soon as that happens; why other processes' commits cannot be seen any more.
    pub fn wait(&self, deadline: Option<Instant>, retry: Option<Instant>) -> Result<Woken> {
        let mut state = self.shared.state.lock();
        loop {
            self.shared.gate.check_wait(self.interrupts)?;
            self.waiting.check()?;
            if let Some(error) = self.seat.failure.lock().take() {
                return Err(error);
            }
            match self.seat.told.swap(NOTHING, Ordering::SeqCst) {
                NOTHING => {}
                TRY => return Ok(Woken::ToTry),
                _ => return Ok(Woken::ToLook),
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
                Some(Duration::ZERO) => return Ok(Woken::ByTime),
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
            if self.seat.is_to_try() {
                state.items_came(name, 1);
            }
        }
    }
}
