//! The data of one moment: a read transaction on a connection of its own.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::Sqlite;
use super::conn::{Conn, Place};
use super::source::{Source, View};
use crate::clock::Micros;
use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;

/// A connection, or what is built on one, that close and pause can take away from whoever reads from
/// it.
pub(super) struct Slot<T>(Mutex<Option<T>>);

impl<T> Slot<T> {
    /// Uses what is in the slot.
    ///
    /// # Errors
    /// INTERRUPTED if it was taken away.
    pub fn with<V>(&self, work: impl FnOnce(&T) -> Result<V>) -> Result<V> {
        match self.0.lock().as_ref() {
            Some(held) => work(held),
            None => Err(Error::new(ErrorKind::Interrupted, "the stream was ended by a pause: begin it again")),
        }
    }
}

/// What close and pause do to a slot.
pub(super) trait Endable: Send + Sync {
    fn end(&self);
}

impl<T: Send> Endable for Slot<T> {
    fn end(&self) {
        drop(self.0.lock().take());
    }
}

/// Reads from one moment, in its data and in its time.
pub(super) struct Snapshot {
    engine: Arc<Sqlite>,
    slot: Arc<Slot<Conn>>,
    now: Micros,
    interrupts: u64,
}

/// A connection that stands at this moment, or what `build` makes of it, registered to be taken away.
/// None if `build` finds nothing there.
pub(super) fn hold<T: Send + 'static>(
    engine: &Sqlite,
    build: impl FnOnce(Conn) -> Result<Option<T>>,
) -> Result<Option<Arc<Slot<T>>>> {
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
    let Some(built) = build(conn)? else { return Ok(None) };
    let slot = Arc::new(Slot(Mutex::new(Some(built))));
    let mut slots = engine.slots.lock();
    slots.retain(|slot| slot.strong_count() > 0);
    let weak: Weak<dyn Endable> = Arc::<Slot<T>>::downgrade(&slot);
    slots.push(weak);
    drop(slots);
    // Whoever closed or paused in between has not seen the slot.
    if let Err(e) = engine.gate.check() {
        slot.end();
        return Err(e);
    }
    Ok(Some(slot))
}

/// The data of this moment, for one call: interrupting it ends the snapshot.
pub(super) fn take(engine: &Sqlite) -> Result<Snapshot> {
    let interrupts = engine.gate.interrupts();
    match hold(engine, |conn| Ok(Some(conn)))? {
        Some(slot) => Ok(Snapshot { engine: engine.this()?, slot, now: engine.now(), interrupts }),
        None => Err(Error::internal("a snapshot without a connection")),
    }
}

impl Source for Snapshot {
    fn read<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        let Snapshot { now, interrupts, .. } = *self;
        let gate = &self.engine.gate;
        gate.check_wait(interrupts)?;
        self.slot.with(|conn| work(&View { conn, now, gate, interrupts })).map_err(|e| gate.explain(e))
    }

    fn read_together<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        self.read(work)
    }

    fn now(&self) -> Micros {
        self.now
    }
}

/// A database in memory has one connection; what stands still has to be a copy.
fn copy_of_memory(engine: &Sqlite) -> Result<Conn> {
    let options = Options { read_only: false, ..engine.options.clone() };
    engine.read(|view| Conn::copy_of(view.conn, &options, &engine.registry))
}
