//! Where a read runs: on a connection of the pool, inside a transaction, or on a snapshot.

use super::cache::Cached;
use super::conn::Conn;
use super::{Sqlite, maintenance};
use crate::cancel;
use crate::clock::Micros;
use crate::engine::{Kind, Reading};
use crate::error::Result;
use crate::gate::Gate;

/// What a read sees: a connection and the time.
pub(super) struct View<'v> {
    pub conn: &'v Conn,
    pub now: Micros,
    pub gate: &'v Gate,
    /// The count of interrupts when the call began.
    pub interrupts: u64,
}

impl View<'_> {
    /// Passes while the call may go on. SQLite's own interrupt ends a statement that runs and is forgotten
    /// if none does: who runs many short ones asks here in between.
    pub fn check(&self) -> Result<()> {
        self.gate.check_wait(self.interrupts)?;
        cancel::check()
    }
}

/// Something that the reading half of the engine runs on. The SQL of each modality is written once,
/// for every source.
pub(super) trait Source: Send + Sync {
    /// Runs one statement's worth of reading.
    fn read<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T>;

    /// As [`Source::read`], for what is worth remembering under that kind, name and key.
    fn read_cached(
        &self,
        _place: (Kind, &str, &str),
        work: impl FnOnce(&View<'_>) -> Result<Cached>,
    ) -> Result<Cached> {
        self.read(work)
    }

    fn now(&self) -> Micros;

    /// Runs several statements that must see the same moment.
    fn read_together<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T>;

    /// The engine, if a stream may open a connection of its own; none where the source is bound to the
    /// one connection that it has.
    fn own_connections(&self) -> Option<&Sqlite> {
        None
    }
}

impl<S: Source> Reading for S {
    fn names(&self, kind: Kind) -> Result<Vec<String>> {
        self.read(|view| maintenance::names(view, kind))
    }

    fn now_us(&self) -> Micros {
        self.now()
    }
}
