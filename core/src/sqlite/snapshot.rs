//! The data of one moment: a read transaction on a connection of its own.

use std::sync::Arc;

use parking_lot::Mutex;

use super::conn::{Conn, Place, Registry, Role};
use super::source::{Source, View};
use super::Sqlite;
use crate::clock::Micros;
use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;

/// A connection that close and pause can take away from whoever reads from it.
pub(super) struct Slot(Mutex<Option<Conn>>);

impl Slot {
    pub fn end(&self) {
        drop(self.0.lock().take());
    }
}

/// Reads from one moment, in its data and in its time.
pub(super) struct Snapshot {
    engine: Arc<Sqlite>,
    slot: Arc<Slot>,
    now: Micros,
}

/// A connection that stands at this moment and is registered to be taken away.
pub(super) fn hold(engine: &Sqlite) -> Result<Arc<Slot>> {
    engine.gate.check()?;
    let conn = match engine.place {
        Place::File(_) => {
            let conn = engine.open_reader()?;
            if engine.readers.incomplete() {
                super::schema::stand_in(&conn)?;
            }
            conn
        }
        Place::Memory => copy_of_memory(engine)?,
    };
    // The first read fixes the moment.
    conn.execute_batch("BEGIN; SELECT 1 FROM sqlite_master LIMIT 1")?;
    let slot = Arc::new(Slot(Mutex::new(Some(conn))));
    let mut slots = engine.slots.lock();
    slots.retain(|slot| slot.strong_count() > 0);
    slots.push(Arc::downgrade(&slot));
    Ok(slot)
}

/// The data of this moment.
pub(super) fn take(engine: &Sqlite) -> Result<Snapshot> {
    let slot = hold(engine)?;
    Ok(Snapshot { engine: engine.this()?, slot, now: engine.now() })
}

impl Source for Snapshot {
    fn read<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        self.engine.gate.check()?;
        let slot = self.slot.0.lock();
        let Some(conn) = slot.as_ref() else { return Err(ended()) };
        work(&View { conn, now: self.now }).map_err(|e| self.engine.gate.explain(e))
    }

    fn read_together<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        self.read(work)
    }

    fn now(&self) -> Micros {
        self.now
    }
}

fn ended() -> Error {
    Error::new(ErrorKind::Interrupted, "the stream was ended by a pause: begin it again")
}

/// A database in memory has one connection; what stands still has to be a copy.
fn copy_of_memory(engine: &Sqlite) -> Result<Conn> {
    let registry: &Arc<Registry> = &engine.registry;
    let mut copy = Conn::open(&Place::Memory, &Options { read_only: false, ..engine.options.clone() }, Role::Reader, registry)?;
    engine.read(|view| copy.copy_from(view.conn))?;
    Ok(copy)
}
