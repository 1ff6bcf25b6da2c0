//! Whether calls may pass: the life of a database in one place.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::error::{Error, ErrorKind, Result};
use crate::fork;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    Open = 0,
    Paused = 1,
    Closed = 2,
    /// A panic left it in an unknown condition.
    Broken = 3,
}

impl State {
    fn of(number: u8) -> State {
        match number {
            0 => State::Open,
            1 => State::Paused,
            2 => State::Closed,
            _ => State::Broken,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Gate {
    state: AtomicU8,
    /// Counts the interrupts and pauses, so that a wait ends with those that came after it began.
    interrupts: AtomicU64,
    born: u32,
}

impl Gate {
    pub fn new() -> Self {
        Gate { state: AtomicU8::new(State::Open as u8), interrupts: AtomicU64::new(0), born: fork::generation() }
    }

    pub fn state(&self) -> State {
        State::of(self.state.load(Ordering::Acquire))
    }

    pub fn forked(&self) -> bool {
        fork::generation() != self.born
    }

    /// Moves to another state and tells the one before. What is closed or broken stays so.
    pub fn set(&self, state: State) -> State {
        let moved = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, |before| {
            let alive = before == State::Open as u8 || before == State::Paused as u8;
            (alive || state == State::Closed).then_some(state as u8)
        });
        State::of(moved.unwrap_or_else(|before| before))
    }

    /// Passes, or says why not. The first thing that every call does, before any mutex.
    pub fn check(&self) -> Result<()> {
        if self.forked() {
            return Err(Error::new(
                ErrorKind::Closed,
                "the database was opened before this process was forked: open it in the child",
            ));
        }
        match self.state() {
            State::Open => Ok(()),
            State::Paused => Err(Error::new(ErrorKind::Paused, "the database is paused: resume it")),
            State::Closed => Err(Error::new(ErrorKind::Closed, "the database is closed: open it again")),
            State::Broken => {
                Err(Error::new(ErrorKind::Panic, "the database is broken by a panic: close it and open it again"))
            }
        }
    }

    pub fn interrupts(&self) -> u64 {
        self.interrupts.load(Ordering::Acquire)
    }

    pub fn interrupt(&self) {
        self.interrupts.fetch_add(1, Ordering::AcqRel);
    }

    /// Passes for a wait that began when the count of interrupts was `since`.
    pub fn check_wait(&self, since: u64) -> Result<()> {
        self.check()?;
        if self.interrupts() == since {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Interrupted, "the call was interrupted"))
    }

    /// An error of SQLite, seen in the light of the state: what close interrupted says CLOSED.
    pub fn explain(&self, error: Error) -> Error {
        if error.kind() == ErrorKind::Interrupted { self.check().err().unwrap_or(error) } else { error }
    }
}
