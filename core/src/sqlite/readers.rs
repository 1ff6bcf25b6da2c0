//! The pool of reading connections. A reader never waits for a writer.

use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::conn::{Conn, Place, Registry, Role};
use super::schema;
use crate::error::Result;
use crate::gate::{Gate, State};
use crate::options::Options;

#[derive(Default)]
pub(super) struct Readers {
    pool: Mutex<Pool>,
    /// Tells `drain` that a connection came back.
    returned: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Conn>,
    /// How many connections are in use.
    busy: usize,
    /// Connections opened under an earlier schema are not taken back.
    generation: u64,
    /// Whether tables of ours are missing in the file.
    incomplete: bool,
}

/// A connection in use; it goes back when dropped.
pub(super) struct Reader<'p> {
    conn: Option<Conn>,
    generation: u64,
    readers: &'p Readers,
    gate: &'p Gate,
    keep: usize,
}

impl Readers {
    pub fn new(incomplete: bool) -> Self {
        Readers { pool: Mutex::new(Pool { incomplete, ..Pool::default() }), returned: Condvar::new() }
    }

    /// Runs `work` on a connection of the pool, or on a new one.
    pub fn with<T>(
        &self,
        gate: &Gate,
        open: impl FnOnce() -> Result<Conn>,
        keep: usize,
        work: impl FnOnce(&Conn) -> Result<T>,
    ) -> Result<T> {
        let (conn, generation, incomplete) = {
            let mut pool = self.pool.lock();
            pool.busy += 1;
            (pool.idle.pop(), pool.generation, pool.incomplete)
        };
        let mut reader = Reader { conn, generation, readers: self, gate, keep };
        // Checked again: close may have emptied the pool in between.
        gate.check()?;
        if reader.conn.is_none() {
            let conn = open()?;
            if incomplete {
                schema::stand_in(&conn)?;
            }
            reader.conn = Some(conn);
        }
        match &reader.conn {
            Some(conn) => work(conn),
            None => Err(crate::Error::internal("a reader without a connection")),
        }
    }

    /// The file is complete now: connections that stand in for missing tables are not used again.
    pub fn completed(&self) {
        let mut pool = self.pool.lock();
        pool.incomplete = false;
        pool.generation += 1;
        pool.idle.clear();
    }

    pub fn incomplete(&self) -> bool {
        self.pool.lock().incomplete
    }

    /// Waits until no connection is in use, and closes all.
    pub fn drain(&self) {
        let mut pool = self.pool.lock();
        while pool.busy > 0 {
            self.returned.wait(&mut pool);
        }
        pool.idle.clear();
    }

    /// How many connections are open: idle ones and used ones.
    pub fn open_connections(&self) -> usize {
        let pool = self.pool.lock();
        pool.idle.len() + pool.busy
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut pool = self.readers.pool.lock();
        pool.busy -= 1;
        let conn = self.conn.take();
        let kept = self.generation == pool.generation
            && pool.idle.len() < self.keep
            && self.gate.state() == State::Open
            // An interrupt can end the COMMIT of a read: such a connection would read the past for ever.
            && conn.as_ref().is_some_and(|conn| conn.is_autocommit())
            && !std::thread::panicking();
        if kept {
            pool.idle.extend(conn);
        } else {
            drop(pool);
            drop(conn);
        }
        self.readers.returned.notify_all();
    }
}

/// How a reader is opened.
pub(super) fn open(place: &Place, options: &Options, registry: &Arc<Registry>) -> Result<Conn> {
    let conn = Conn::open(place, options, Role::Reader, registry)?;
    conn.execute_batch("PRAGMA query_only = ON")?;
    Ok(conn)
}
