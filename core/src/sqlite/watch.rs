//! Change detection: who waits, and who tells them.
//!
//! A commit of this process wakes the waiters of its topic at once. Commits of other processes show
//! in `PRAGMA data_version`; one of the waiting threads looks at it every [`POLL`] on behalf of all,
//! so nothing runs while nobody waits, and no thread is started. Waking is a hint: who wakes reads
//! the state again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::conn::Conn;
use super::gate::Gate;
use crate::engine::Kind;
use crate::error::Result;

/// How often the other processes' commits are looked for. They are seen within twice this time.
const POLL: Duration = Duration::from_millis(8);

/// What a waiter waits for: a change of one structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Topic(pub Kind, pub Arc<str>);

#[derive(Default)]
pub(super) struct Watch {
    state: Mutex<Watched>,
    /// The number of waiters, to be seen without the mutex: a commit without waiters costs one load.
    waiting: AtomicUsize,
}

#[derive(Default)]
struct Watched {
    waiters: Vec<Arc<Seat>>,
    /// Whether one of the waiters looks for other processes' commits.
    polling: bool,
    /// The connection to look with, and what it saw last. None for `:memory:`.
    eye: Option<Eye>,
}

struct Eye {
    conn: Conn,
    seen: i64,
}

/// One waiter's place.
struct Seat {
    topic: Topic,
    signalled: AtomicBool,
    /// Whether it sleeps; changed under the mutex of the watch.
    asleep: AtomicBool,
    wake: Condvar,
}

/// A registered waiter. What changes after the registration is not missed.
pub(super) struct Waiter<'w> {
    watch: &'w Watch,
    gate: &'w Gate,
    seat: Arc<Seat>,
    interrupts: u64,
}

impl Watch {
    /// Registers a waiter; `open_eye` opens the connection for the first one.
    pub fn register<'w>(
        &'w self,
        gate: &'w Gate,
        interrupts: u64,
        topic: Topic,
        open_eye: impl FnOnce() -> Result<Option<Conn>>,
    ) -> Result<Waiter<'w>> {
        let seat = Arc::new(Seat {
            topic,
            signalled: AtomicBool::new(false),
            asleep: AtomicBool::new(false),
            wake: Condvar::new(),
        });
        let mut state = self.state.lock();
        // Under the mutex: a close that comes later will find the connection that is opened here.
        gate.check_wait(interrupts)?;
        if state.eye.is_none() {
            state.eye = open_eye()?.map(|conn| Eye { conn, seen: -1 });
        }
        if state.waiters.is_empty() {
            // The baseline is taken before the waiter looks at the state it waits for.
            state.foreign_commit()?;
        }
        state.waiters.push(seat.clone());
        self.waiting.fetch_add(1, Ordering::SeqCst);
        Ok(Waiter { watch: self, gate, seat, interrupts })
    }

    /// Tells the waiters of a topic that it changed.
    pub fn notify(&self, kind: Kind, name: &str) {
        if self.waiting.load(Ordering::SeqCst) == 0 {
            return;
        }
        for seat in &self.state.lock().waiters {
            if seat.topic.0 == kind && *seat.topic.1 == *name {
                seat.signal();
            }
        }
    }

    /// Wakes everybody: the database is closed, paused, interrupted, or changed as a whole.
    pub fn notify_all(&self) {
        self.state.lock().signal_all();
    }

    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Lets go of the connection.
    pub fn shut(&self) {
        self.state.lock().eye = None;
    }
}

impl Watched {
    fn signal_all(&self) {
        for seat in &self.waiters {
            seat.signal();
        }
    }

    /// If nobody looks for other processes' commits, wakes somebody who then does. Those who do not sleep
    /// come by themselves.
    fn appoint(&self) {
        if self.polling || self.eye.is_none() {
            return;
        }
        if let Some(seat) = self.waiters.iter().find(|seat| seat.asleep.load(Ordering::Relaxed)) {
            seat.wake.notify_one();
        }
    }

    /// Whether anybody committed since the last look.
    fn foreign_commit(&mut self) -> Result<bool> {
        let Some(eye) = &mut self.eye else { return Ok(false) };
        let now: i64 = eye.conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        let changed = now != eye.seen;
        eye.seen = now;
        Ok(changed)
    }
}

impl Seat {
    fn signal(&self) {
        self.signalled.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }
}

impl Waiter<'_> {
    /// Waits until the topic may have changed or the deadline is past; true if it may have changed.
    /// The next wait is for what changes after this one returned.
    ///
    /// # Errors
    /// CLOSED, PAUSED, INTERRUPTED as soon as that happens.
    pub fn wait(&self, deadline: Option<Instant>) -> Result<bool> {
        let mut state = self.watch.state.lock();
        let outcome = self.wait_with(&mut state, deadline);
        state.appoint();
        // What close or an interrupt did to the look for foreign commits is told in their words.
        outcome.or_else(|e| self.gate.check_wait(self.interrupts).and(Err(e)))
    }

    fn wait_with(&self, state: &mut MutexGuard<'_, Watched>, deadline: Option<Instant>) -> Result<bool> {
        loop {
            self.gate.check_wait(self.interrupts)?;
            if self.seat.signalled.swap(false, Ordering::SeqCst) {
                return Ok(true);
            }
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return Ok(false);
            }
            if state.polling || state.eye.is_none() {
                self.sleep(state, left);
            } else {
                state.polling = true;
                self.sleep(state, Some(left.map_or(POLL, |left| left.min(POLL))));
                state.polling = false;
                if state.foreign_commit()? {
                    state.signal_all();
                }
            }
        }
    }

    fn sleep(&self, state: &mut MutexGuard<'_, Watched>, at_most: Option<Duration>) {
        self.seat.asleep.store(true, Ordering::Relaxed);
        match at_most {
            Some(time) => drop(self.seat.wake.wait_for(state, time)),
            None => self.seat.wake.wait(state),
        }
        self.seat.asleep.store(false, Ordering::Relaxed);
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut state = self.watch.state.lock();
        state.waiters.retain(|seat| !Arc::ptr_eq(seat, &self.seat));
        self.watch.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}
