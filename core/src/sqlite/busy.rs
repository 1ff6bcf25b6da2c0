//! Waiting for SQLite's write lock. It has no wake-up between processes, so this is the one loop that
//! sleeps: in short jittered naps, which keep the waits of several writers fair.

use std::time::{Duration, Instant};

use super::Sqlite;
use super::conn::Conn;
use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;

/// How long one call waits for other writers, and what ends it. Taken when the call begins, so that the
/// waits of a call that has to wait in several places are bounded together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// None is for ever: a time-out beyond what the clock can tell.
    pub deadline: Option<Instant>,
    /// The count of interrupts at the beginning.
    pub interrupts: u64,
}

impl Patience {
    /// Passes while the call may go on waiting.
    pub fn check(&self, engine: &Sqlite) -> Result<()> {
        engine.gate.check_wait(self.interrupts)?;
        if self.deadline.is_some_and(|at| at <= Instant::now()) {
            return Err(Error::new(
                ErrorKind::Busy,
                "other writers kept the database: retry later, or raise the busy timeout",
            ));
        }
        Ok(())
    }
}

pub(super) struct Busy<'e> {
    engine: &'e Sqlite,
    patience: Patience,
    jitter: u32,
}

impl Sqlite {
    /// The patience of a call that begins now.
    pub(super) fn patience(&self) -> Patience {
        Patience { deadline: Instant::now().checked_add(self.options.busy_timeout), interrupts: self.gate.interrupts() }
    }

    /// Begins a write transaction as soon as no other process has one.
    pub(super) fn begin_waiting(&self, conn: &Conn, patience: Patience) -> Result<()> {
        self.gate.check_wait(patience.interrupts)?;
        if !conn.is_autocommit() {
            // A panic left a transaction open: nobody was told that it was done.
            conn.execute_batch("ROLLBACK")?;
        }
        let mut busy = Busy::new(self, patience);
        loop {
            match conn.hot("BEGIN IMMEDIATE", |begin| Ok(begin.execute([])?)) {
                Ok(_) => return Ok(()),
                Err(e) => busy.wait_after(e)?,
            }
        }
    }
}

/// Repeats what SQLite does not wait for of itself, up to the busy timeout: two processes that switch a new
/// file to WAL at once would wait for each other, so one of them is told at once.
pub(super) fn retried<T>(options: &Options, mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now().checked_add(options.busy_timeout);
    loop {
        match attempt() {
            Err(e) if e.kind() == ErrorKind::Busy && deadline.is_none_or(|at| Instant::now() < at) => {
                std::thread::sleep(Duration::from_millis(1));
            }
            outcome => return outcome,
        }
    }
}

impl<'e> Busy<'e> {
    pub fn new(engine: &'e Sqlite, patience: Patience) -> Self {
        Busy { engine, patience, jitter: 0 }
    }

    /// Naps after an attempt that found the database busy; gives up after the busy timeout, and at
    /// once for any other error.
    pub fn wait_after(&mut self, error: Error) -> Result<()> {
        if error.kind() != ErrorKind::Busy {
            return Err(error);
        }
        self.patience.check(self.engine).map_err(|e| if e.kind() == ErrorKind::Busy { error } else { e })?;
        if self.jitter == 0 {
            self.jitter = seed();
        }
        // xorshift: the naps of two processes must not fall into step.
        self.jitter ^= self.jitter << 13;
        self.jitter ^= self.jitter >> 17;
        self.jitter ^= self.jitter << 5;
        std::thread::sleep(Duration::from_micros(30 + u64::from(self.jitter % 220)));
        Ok(())
    }
}

fn seed() -> u32 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |d| d.subsec_nanos());
    (now ^ std::process::id().rotate_left(16)) | 1
}
