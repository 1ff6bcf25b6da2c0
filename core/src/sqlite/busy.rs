//! Waiting for SQLite's write lock. It has no wake-up between processes, so this is the one loop that
//! sleeps: in short jittered naps, which keep the waits of several writers fair.

use std::time::{Duration, Instant};

use super::Sqlite;
use super::conn::Conn;
use crate::error::{Error, ErrorKind, Result};

pub(super) struct Busy<'e> {
    engine: &'e Sqlite,
    deadline: Instant,
    interrupts: u64,
    jitter: u32,
}

impl Sqlite {
    /// Begins a write transaction as soon as no other process has one.
    pub(super) fn begin_waiting(&self, conn: &Conn) -> Result<()> {
        let mut busy = Busy::new(self);
        loop {
            match conn.prepare_cached("BEGIN IMMEDIATE")?.execute([]) {
                Ok(_) => return Ok(()),
                Err(e) => busy.wait_after(e.into())?,
            }
        }
    }
}

impl<'e> Busy<'e> {
    pub fn new(engine: &'e Sqlite) -> Self {
        let began = Instant::now();
        Busy {
            engine,
            deadline: began + engine.options.busy_timeout,
            interrupts: engine.gate.interrupts(),
            jitter: 0,
        }
    }

    /// Naps after an attempt that found the database busy; gives up after the busy timeout, and at
    /// once for any other error.
    pub fn wait_after(&mut self, error: Error) -> Result<()> {
        if error.kind() != ErrorKind::Busy {
            return Err(error);
        }
        self.engine.gate.check_wait(self.interrupts)?;
        if Instant::now() >= self.deadline {
            return Err(error);
        }
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
