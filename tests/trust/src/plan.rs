//! What is to fail, and what was seen: the one place that the file system below SQLite asks.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What SQLite asks of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    Open,
    Read,
    Write,
    Truncate,
    Sync,
    Size,
    Lock,
    ShmMap,
    ShmLock,
    Delete,
    Access,
    Allocate,
}

/// How it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// With an error of input or output; for an allocation, without memory.
    Error,
    /// For want of room.
    Full,
    /// For want of room, after the first half was written.
    Short,
    /// Because somebody else holds the lock.
    Busy,
}

/// Every way in which something can fail.
pub const FAULTS: &[(Op, Fault)] = &[
    (Op::Open, Fault::Error),
    (Op::Read, Fault::Error),
    (Op::Write, Fault::Error),
    (Op::Write, Fault::Full),
    (Op::Write, Fault::Short),
    (Op::Truncate, Fault::Error),
    (Op::Sync, Fault::Error),
    (Op::Size, Fault::Error),
    (Op::Lock, Fault::Error),
    (Op::Lock, Fault::Busy),
    (Op::ShmMap, Fault::Error),
    (Op::ShmLock, Fault::Error),
    (Op::ShmLock, Fault::Busy),
    (Op::Delete, Fault::Error),
    (Op::Access, Fault::Error),
    (Op::Allocate, Fault::Error),
];

/// What fails, and when.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub op: Op,
    pub fault: Fault,
    /// The first of these operations that fails, from 1.
    pub at: u64,
    /// Whether all that follow fail, too.
    pub lasting: bool,
}

/// Something that was done to a file, or that a workload says of itself.
#[derive(Debug, Clone)]
pub enum Event {
    Write {
        file: File,
        offset: u64,
        data: Vec<u8>,
    },
    Truncate {
        file: File,
        length: u64,
    },
    Sync {
        file: File,
    },
    Delete {
        file: File,
    },
    /// So many steps of the workload were reported done.
    Done(usize),
}

/// The files that a database has on a disk that keeps what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    Main,
    Log,
}

#[derive(Default)]
struct State {
    plan: Option<Plan>,
    seen: u64,
    struck: u64,
    recorded: Option<(PathBuf, Vec<Event>)>,
}

static STATE: Mutex<State> = Mutex::new(State { plan: None, seen: 0, struck: 0, recorded: None });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on, things fail as planned.
pub fn arm(plan: Plan) {
    let mut state = state();
    (state.plan, state.seen, state.struck) = (Some(plan), 0, 0);
}

/// Nothing fails any more. Gives how many operations failed.
pub fn disarm() -> u64 {
    let mut state = state();
    state.plan = None;
    state.struck
}

/// Whether this operation is one that fails.
pub(crate) fn strike(op: Op) -> Option<Fault> {
    let mut state = state();
    let plan = state.plan.filter(|plan| plan.op == op)?;
    state.seen += 1;
    let strikes = state.seen == plan.at || plan.lasting && state.seen > plan.at;
    state.struck += u64::from(strikes);
    strikes.then_some(plan.fault)
}

/// Remembers from now on what happens to the files of that database.
pub fn record(database: &Path) {
    state().recorded = Some((database.to_owned(), Vec::new()));
}

/// Ends that, and gives what was remembered.
pub fn recorded() -> Vec<Event> {
    state().recorded.take().map(|(_, events)| events).unwrap_or_default()
}

/// A step of the workload was reported done.
pub fn done(steps: usize) {
    if let Some((_, events)) = &mut state().recorded {
        events.push(Event::Done(steps));
    }
}

/// Remembers an event if that file is one of the database that is recorded.
pub(crate) fn note(path: &Path, event: impl FnOnce(File) -> Event) {
    if let Some((database, events)) = &mut state().recorded {
        if path == database {
            events.push(event(File::Main));
        } else if path.as_os_str().to_string_lossy() == format!("{}-wal", database.display()) {
            events.push(event(File::Log));
        }
    }
}
