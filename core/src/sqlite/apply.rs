//! Carries a change out inside a write transaction.

use rusqlite::OptionalExtension;

use super::conn::Conn;
use super::watch::Heir;
use super::writer::{Known, Stop, WriteConn};
use super::{Sqlite, blob, channel, collection, dict, event, list, lock, log, queue};
use crate::clock::{Micros, from_seconds, to_seconds};
use crate::engine::{
    BlobChange, Change, ChannelChange, Condition, DictChange, Kind, ListChange, Op, QueueChange, Reply,
};
use crate::error::{Error, ErrorKind, Result};
use crate::handle::lock_name;

/// A write transaction: the connection, what is known, and the time it is made at.
pub(super) struct Tx<'t> {
    pub conn: &'t Conn,
    pub known: &'t mut Known,
    pub retained: &'t mut channel::Retained,
    /// Locks that changed hands.
    pub heirs: &'t mut Vec<Heir>,
    pub now: Micros,
}

pub(super) fn one(engine: &Sqlite, write: &mut WriteConn, op: &Op) -> Result<Reply, Stop> {
    Tx::new(engine, write).apply(op)
}

pub(super) fn batch(engine: &Sqlite, write: &mut WriteConn, ops: &[Op]) -> Result<Vec<Reply>, Stop> {
    let mut tx = Tx::new(engine, write);
    let mut replies = Vec::with_capacity(ops.len());
    for (index, op) in ops.iter().enumerate() {
        let reply = match tx.apply(op) {
            Ok(reply) => reply,
            Err(Stop::Failed(e)) => return Err(e.at_operation(index).into()),
            Err(held) => return Err(held),
        };
        refuse_no_effect(op, &reply).map_err(|e| e.at_operation(index))?;
        replies.push(reply);
    }
    Ok(replies)
}

/// In a batch, a condition that is not met, and an index or a lease that is not there, fail the whole.
fn refuse_no_effect(op: &Op, reply: &Reply) -> Result<()> {
    if !matches!(reply, Reply::Flag(false)) {
        return Ok(());
    }
    let (condition, positional) = match &op.change {
        Change::Dict(DictChange::Set { condition, .. } | DictChange::Delete { condition, .. })
        | Change::Blob(BlobChange::Put { condition, .. }) => (condition, false),
        Change::List(ListChange::Set { condition, .. } | ListChange::Delete { condition, .. }) => (condition, true),
        Change::Queue(QueueChange::Ack { .. }) => {
            return Err(Error::new(ErrorKind::NotFound, "the lease is over: the item was or will be given out again"));
        }
        _ => return Ok(()),
    };
    match condition {
        Condition::Always if positional => Err(Error::new(ErrorKind::NotFound, "the index is out of the list's range")),
        Condition::Always => Ok(()),
        Condition::Absent => {
            Err(Error::new(ErrorKind::Conflict, "the condition is not met: something is there already"))
        }
        Condition::Equals(_) => {
            Err(Error::new(ErrorKind::Conflict, "the condition is not met: another value is there, or none"))
        }
    }
}

impl<'t> Tx<'t> {
    pub fn new(engine: &Sqlite, write: &'t mut WriteConn) -> Self {
        let now = engine.options.clock.now_us();
        let WriteConn { conn, known, retained, heirs, .. } = write;
        Tx { conn, known, retained, heirs, now }
    }

    fn apply(&mut self, op: &Op) -> Result<Reply, Stop> {
        self.refuse_held(op)?;
        let name = &*op.name;
        let reply = match &op.change {
            Change::Dict(change) => dict::apply(self, name, change),
            Change::List(change) => list::apply(self, name, change),
            Change::Queue(change) => queue::apply(self, name, change),
            Change::Blob(change) => blob::apply(self, name, change),
            Change::Log(change) => log::apply(self, name, change),
            Change::Collection(change) => collection::apply(self, name, change),
            Change::Channel(change) => channel::apply(self, name, change),
            Change::Lock(change) => lock::apply(self, &op.name, op.owner.as_deref(), change),
        }?;
        event::emit_for(self, op, &reply)?;
        Ok(reply)
    }

    /// A structure that somebody acquired is changed by its owner only.
    fn refuse_held(&mut self, op: &Op) -> Result<(), Stop> {
        match &op.change {
            Change::Lock(_)
            | Change::Blob(BlobChange::Stage { .. } | BlobChange::Abort { .. })
            // These name a topic, which is no structure.
            | Change::Channel(
                ChannelChange::Emit { .. } | ChannelChange::Listen { .. } | ChannelChange::Unlisten { .. },
            ) => return Ok(()),
            // Such a lease may change two queues.
            Change::Queue(QueueChange::Lease { dead_letter: Some(dead), .. }) => {
                self.refuse_held_by_other(Kind::Queue, &dead.queue, op)?;
            }
            _ => {}
        }
        self.refuse_held_by_other(op.kind(), &op.name, op)
    }

    fn refuse_held_by_other(&mut self, kind: Kind, name: &str, op: &Op) -> Result<(), Stop> {
        let any = match self.known.locks {
            Some(any) => any,
            None => {
                let any = self.conn.prepare_cached("SELECT 1 FROM beaver_lock_waiters LIMIT 1")?.exists([])?;
                *self.known.locks.insert(any)
            }
        };
        if !any {
            return Ok(());
        }
        let lock = lock_name(kind, name);
        let holder: Option<(String, f64)> = self
            .conn
            .prepare_cached(lock::FIRST_IN_LINE)?
            .query_row((&*lock, to_seconds(self.now)), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match holder {
            Some((waiter, expires)) if Some(&*waiter) != op.owner.as_deref() => {
                Err(Stop::Held { lock, until: from_seconds(expires) })
            }
            _ => Ok(()),
        }
    }
}
