//! A transaction that reads and writes through the ordinary handles.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use parking_lot::Mutex;

use super::source::{Source, View};
use super::writer::Stop;
use super::{Sqlite, apply};
use crate::clock::Micros;
use crate::engine::{Feed, Op, Reading, Reply, Store, Transaction};
use crate::error::{Error, ErrorKind, Result};
use crate::options::Durability;
use crate::subscription::Start;

/// An open write transaction. It has the writing connection for itself until it ends.
struct Open {
    engine: Arc<Sqlite>,
    progress: Mutex<Progress>,
}

struct Progress {
    ended: bool,
    /// The first change that failed after it had begun to write: the commit is refused with it.
    spoiled: Option<Error>,
    written: Vec<Op>,
}

/// Ends the transaction when dropped; the handles keep only the store.
struct Ticket(Arc<Open>);

pub(super) fn begin(engine: &Sqlite, durability: Option<Durability>) -> Result<Box<dyn Transaction>> {
    engine.gate.check()?;
    let engine = engine.this()?;
    let patience = engine.patience();
    engine.writer.begin_turn(Some((&*engine, patience)))?;
    let open = Open { engine, progress: Mutex::new(Progress { ended: false, spoiled: None, written: Vec::new() }) };
    // From here on the ticket gives the turn back.
    let ticket = Ticket(Arc::new(open));
    let engine = &ticket.0.engine;
    match engine.writer.lock().as_mut() {
        Some(write) => write.begin(engine, durability.unwrap_or(engine.options.durability), patience)?,
        None => return Err(engine.gone()),
    }
    Ok(Box::new(ticket))
}

impl Transaction for Ticket {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(Session(self.0.clone()))
    }

    fn commit(self: Box<Self>) -> Result<()> {
        let engine = &self.0.engine;
        let mut progress = self.0.progress.lock();
        if let Some(error) = progress.spoiled.take() {
            return Err(error);
        }
        let heirs = match engine.writer.lock().as_mut() {
            Some(write) => write.commit()?,
            None => return Err(engine.gone()),
        };
        progress.ended = true;
        engine.wake_for(&progress.written, &heirs);
        drop(progress);
        let engine = engine.clone();
        // The connection is free again before the subscribers of a `:memory:` database are served.
        drop(self);
        engine.published();
        Ok(())
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let engine = &self.0.engine;
        self.0.progress.lock().ended = true;
        if let Some(write) = engine.writer.lock().as_mut() {
            // After the commit there is nothing to undo.
            write.rollback();
        }
        engine.writer.end_turn();
    }
}

impl Open {
    fn check(progress: &Progress) -> Result<()> {
        if progress.ended {
            return Err(Error::new(ErrorKind::Closed, "the transaction has ended: use the database's own handles"));
        }
        match &progress.spoiled {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    fn run(&self, ops: Vec<Op>) -> Result<Vec<Reply>> {
        let mut progress = self.progress.lock();
        Self::check(&progress)?;
        let mut guard = self.engine.writer.lock();
        let Some(write) = guard.as_mut() else { return Err(self.engine.gone()) };
        let before = write.conn.total_changes();
        let outcome = match ops.as_slice() {
            [op] => apply::one(&self.engine, write, op).map(|reply| vec![reply]),
            ops => apply::batch(&self.engine, write, ops),
        };
        match outcome {
            Ok(replies) => {
                progress.written.extend(ops);
                Ok(replies)
            }
            Err(stop) => {
                let error = match stop {
                    Stop::Failed(error) => self.engine.gate.explain(error),
                    Stop::Held { .. } => Error::new(
                        ErrorKind::Busy,
                        "another owner has acquired the structure, and a transaction cannot wait for it",
                    ),
                };
                if write.conn.total_changes() != before || write.conn.is_autocommit() {
                    progress.spoiled = Some(error.clone());
                }
                Err(error)
            }
        }
    }
}

/// What waits for others cannot be done while they are kept from writing.
fn inside(what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{what} inside a transaction would see nothing: begin it outside"))
}

/// What handles talk to while the transaction is open.
struct Session(Arc<Open>);

impl Source for Session {
    fn read<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        let Open { engine, progress } = &*self.0;
        let progress = progress.lock();
        Open::check(&progress)?;
        let guard = engine.writer.lock();
        let Some(write) = guard.as_ref() else { return Err(engine.gone()) };
        let interrupts = engine.gate.interrupts();
        work(&View { conn: &write.conn, now: engine.now(), gate: &engine.gate, interrupts })
    }

    fn read_together<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        self.read(work)
    }

    fn now(&self) -> Micros {
        self.0.engine.now()
    }
}

impl Store for Session {
    fn check(&self) -> Result<()> {
        self.0.engine.gate.check()
    }

    fn write(&self, op: Op) -> Result<Reply> {
        self.0.run(vec![op])?.pop().ok_or_else(|| Error::internal("a change without a reply"))
    }

    /// A transaction keeps everybody else from writing, so nothing can come that is not there.
    fn write_until(&self, op: Op, _deadline: Option<Instant>) -> Result<Reply> {
        self.write(op)
    }

    fn write_batch(&self, ops: Vec<Op>, _durability: Option<Durability>) -> Result<Vec<Reply>> {
        self.0.run(ops)
    }

    fn subscribe(&self, _channel: &Arc<str>, _start: Start) -> Result<Box<dyn Feed>> {
        Err(inside("a subscription"))
    }

    fn listen(&self, _topic: &Arc<str>, _event: &Arc<str>) -> Result<()> {
        Err(inside("listening"))
    }

    fn unlisten(&self, _topic: &Arc<str>, _event: &Arc<str>) -> Result<()> {
        Err(inside("listening"))
    }

    fn sleep(&self, _until: Instant, _ended: &AtomicBool) -> Result<()> {
        Err(inside("a live view"))
    }

    fn end_sleeps(&self) {}

    fn snapshot(&self) -> Result<Box<dyn Reading>> {
        Ok(Box::new(Session(self.0.clone())))
    }

    fn transaction(&self, _durability: Option<Durability>) -> Result<Box<dyn Transaction>> {
        Err(Error::new(ErrorKind::Conflict, "a transaction is open: it cannot hold another"))
    }
}
