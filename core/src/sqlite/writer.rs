//! The one writing connection of a process, and the line in front of it.
//!
//! A thread that finds nobody writing leads: it begins a transaction, makes its own changes, then
//! those of the threads that have come to wait meanwhile, commits once, and tells each its result
//! (group commit). Then it hands the lead to the first that still waits. No thread is started.
//!
//! A change that fails before it wrote anything leaves its group alone. One that fails later takes
//! the group's transaction with it: then each of the group is made again, alone. There are no
//! savepoints, because they make the full-text index flush.

mod each;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};

use super::busy::Patience;
use super::channel::Retained;
use super::conn::Conn;
use super::wal_index::WalIndex;
use super::watch::Heir;
use super::{Sqlite, apply};
use crate::clock::Micros;
use crate::engine::{Op, Reply};
use crate::error::{Error, ErrorKind, Result};
use crate::options::Durability;

/// How many requests one commit may carry, and for how long it may be collected.
const GROUP_REQUESTS: usize = 64;
const GROUP_TIME: Duration = Duration::from_millis(2);
/// How often the leader lets others run before it begins.
const GATHER_YIELDS: usize = 4;

#[derive(Default)]
pub(super) struct Writer {
    line: Mutex<Line>,
    /// Locked by the leader only; in a `:memory:` database by readers too.
    conn: Mutex<Option<WriteConn>>,
    /// How many requests the last commit carried.
    last_group: AtomicUsize,
}

#[derive(Default)]
struct Line {
    leading: bool,
    waiting: VecDeque<Arc<Turn>>,
    /// The thread that has the connection for itself.
    exclusive: Option<ThreadId>,
}

/// The connection, and what the writer knows about the file while nobody else commits.
pub(super) struct WriteConn {
    pub conn: Conn,
    pub known: Known,
    pub retained: Retained,
    /// Locks that changed hands in the running transaction.
    pub heirs: Vec<Heir>,
    durability: Durability,
    /// What the watchers of all processes sleep on.
    index: Option<WalIndex>,
}

/// Facts that hold until another process commits; each is learned when it is first needed.
#[derive(Default)]
pub(super) struct Known {
    data_version: u32,
    /// Whether any structure is acquired or any lock waited for.
    pub locks: Option<bool>,
    /// No key of any dict expires before this time.
    pub next_expiry: Option<Micros>,
    /// Times that are taken in the log that was written last.
    pub log_times: Option<super::log::Taken>,
    /// How the vectors of the collection that was written last are encoded.
    pub codes: Vec<super::collection::Written>,
    /// Words that are in the vocabulary of the collection that was written last.
    pub learned: Option<super::collection::Learned>,
    /// The time of the newest message there ever was.
    pub newest_message: Option<Micros>,
    /// Whether anybody listens to any event.
    pub listeners: Option<bool>,
}

/// What a thread wants done in one commit.
pub(super) struct Request {
    pub ops: Ops,
    pub durability: Durability,
    pub patience: Patience,
}

pub(super) enum Ops {
    One(Op),
    Batch(Vec<Op>),
}

pub(super) enum Replies {
    One(Reply),
    Batch(Vec<Reply>),
}

/// Why a request was not carried out; nothing of it was written.
pub(super) enum Stop {
    Failed(Error),
    /// Somebody else holds a structure it changes, until that time at the latest.
    Held {
        lock: Arc<str>,
        until: Micros,
    },
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Failed(error.into())
    }
}

type Outcome = std::result::Result<Replies, Stop>;

/// A place in the line.
struct Turn {
    state: Mutex<TurnState>,
    sleepers: Arc<Sleepers>,
}

/// Threads that sleep and wake together. The first in the line sleeps alone, because it is woken alone, to lead.
/// All behind it are woken when the leader has done what they want: with one system call for all, which
/// leaves the leader its processor. (The standard library's: parking_lot wakes one, and that one the next.)
#[derive(Default)]
struct Sleepers {
    mutex: std::sync::Mutex<()>,
    wake: std::sync::Condvar,
}

impl Sleepers {
    fn lock(&self) -> std::sync::MutexGuard<'_, ()> {
        self.mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes all who sleep here. Who is about to sleep has the mutex, and is waited for.
    fn wake(&self) {
        drop(self.lock());
        self.wake.notify_all();
    }

    fn sleep<'s>(&self, guard: std::sync::MutexGuard<'s, ()>, until: Option<Instant>) -> std::sync::MutexGuard<'s, ()> {
        match until {
            Some(at) => {
                let time = at.saturating_duration_since(Instant::now());
                self.wake.wait_timeout(guard, time).map_or_else(|e| e.into_inner().0, |(guard, _)| guard)
            }
            None => self.wake.wait(guard).unwrap_or_else(PoisonError::into_inner),
        }
    }
}

enum TurnState {
    /// In the line; without a request the thread wants the connection for itself.
    Waiting(Option<Request>),
    /// The request is in the hands of the leader.
    Taken,
    /// It is this thread's turn to lead.
    Lead(Option<Request>),
    Done(Outcome, Request),
}

impl Writer {
    pub fn new(conn: Option<Conn>) -> Result<Self> {
        Ok(Writer { conn: Mutex::new(conn.map(WriteConn::new).transpose()?), ..Writer::default() })
    }

    /// Makes the changes of a request in one commit. A request that was held comes back.
    pub fn submit(&self, engine: &Sqlite, request: Request) -> (Outcome, Request) {
        let patience = request.patience;
        let turn = {
            let mut line = self.line.lock();
            if !line.leading {
                line.leading = true;
                drop(line);
                return self.lead(engine, request);
            }
            if let Err(e) = line.refuse_reentry() {
                return (Err(Stop::Failed(e)), request);
            }
            line.join(Some(request))
        };
        self.take_turn(engine, &turn, patience)
    }

    /// Waits for a turn in the line, and gives what came of it.
    fn take_turn(&self, engine: &Sqlite, turn: &Arc<Turn>, patience: Patience) -> (Outcome, Request) {
        let waited = self.wait_in_line(turn, Some((engine, patience)));
        let state = std::mem::replace(&mut *turn.state.lock(), TurnState::Taken);
        match (waited, state) {
            (_, TurnState::Done(outcome, request)) => (outcome, request),
            (_, TurnState::Lead(Some(request))) => self.lead(engine, request),
            (Err(e), TurnState::Waiting(Some(request))) => (Err(Stop::Failed(e)), request),
            _ => lost(patience),
        }
    }

    /// Waits until somebody did what the turn wants, or lets it lead. Who may lose patience leaves the line then.
    fn wait_in_line(&self, turn: &Arc<Turn>, mut patience: Option<(&Sqlite, Patience)>) -> Result<()> {
        let mut guard = turn.sleepers.lock();
        loop {
            let waiting = match &*turn.state.lock() {
                TurnState::Lead(_) | TurnState::Done(..) => return Ok(()),
                TurnState::Waiting(_) => true,
                TurnState::Taken => false,
            };
            let limits = patience.filter(|_| waiting);
            let lost = limits.and_then(|(engine, limits)| limits.check(engine).err());
            let Some(error) = lost else {
                guard = turn.sleepers.sleep(guard, limits.and_then(|(_, limits)| limits.deadline));
                continue;
            };
            drop(guard);
            let mut line = self.line.lock();
            let before = line.waiting.len();
            line.waiting.retain(|other| !Arc::ptr_eq(other, turn));
            if line.waiting.len() < before {
                return Err(error);
            }
            drop(line);
            // Its turn has just come: that cannot be refused any more.
            patience = None;
            guard = turn.sleepers.lock();
        }
    }

    /// Lets everybody in the line look whether the wait is over for another reason.
    pub fn wake_line(&self) {
        let line = self.line.lock();
        for turn in &line.waiting {
            turn.sleepers.wake();
        }
    }

    /// Refuses what cannot be done while the thread itself keeps the connection.
    pub fn refuse_inside_transaction(&self) -> Result<()> {
        self.line.lock().refuse_reentry()
    }

    /// Waits in the line, however long that takes, and keeps the connection until the turn is dropped.
    pub fn exclusive(&self) -> Result<Exclusive<'_>> {
        self.begin_turn(None)?;
        Ok(Exclusive(self))
    }

    /// As [`Writer::exclusive`], for a call that is patient only so far.
    pub fn exclusive_within(&self, engine: &Sqlite, patience: Patience) -> Result<Exclusive<'_>> {
        self.begin_turn(Some((engine, patience)))?;
        Ok(Exclusive(self))
    }

    /// As [`Writer::exclusive`], for who calls [`Writer::end_turn`] at the end.
    pub fn begin_turn(&self, patience: Option<(&Sqlite, Patience)>) -> Result<()> {
        let turn = {
            let mut line = self.line.lock();
            if line.leading {
                line.refuse_reentry()?;
                Some(line.join(None))
            } else {
                line.leading = true;
                None
            }
        };
        if let Some(turn) = turn {
            self.wait_in_line(&turn, patience)?;
        }
        self.line.lock().exclusive = Some(std::thread::current().id());
        Ok(())
    }

    pub fn end_turn(&self) {
        drop(Lead(self));
    }

    /// The connection itself, for whoever leads or reads a `:memory:` database.
    pub fn lock(&self) -> MutexGuard<'_, Option<WriteConn>> {
        self.conn.lock()
    }

    /// How many threads wait in the line.
    pub fn waiting(&self) -> usize {
        self.line.lock().waiting.len()
    }

    fn lead(&self, engine: &Sqlite, request: Request) -> (Outcome, Request) {
        // Handed on also when a panic unwinds through here.
        let _lead = Lead(self);
        self.let_a_group_gather();
        let mut guard = self.conn.lock();
        let Some(write) = guard.as_mut() else {
            let error = engine
                .gate
                .check()
                .err()
                .unwrap_or_else(|| Error::new(ErrorKind::ReadOnly, "the database was opened read-only"));
            return (Err(Stop::Failed(error)), request);
        };
        if let Err(e) = write.begin(engine, request.durability, request.patience) {
            return (Err(Stop::Failed(e)), request);
        }
        let began = Instant::now();
        let mut group = Group(vec![Member { outcome: None, turn: None, request }]);
        let mut spoiled = false;
        loop {
            let Group(members) = &mut group;
            if let Some(member) = members.last_mut() {
                let before = write.conn.total_changes();
                let outcome = write.run(engine, &member.request);
                spoiled = outcome.is_err() && (write.conn.total_changes() != before || write.conn.is_autocommit());
                member.outcome = Some(outcome);
            }
            if spoiled || members.len() >= GROUP_REQUESTS || (members.len() > 1 && began.elapsed() > GROUP_TIME) {
                break;
            }
            match self.take_next(write.durability) {
                Some((turn, request)) => members.push(Member { outcome: None, turn: Some(turn), request }),
                None => break,
            }
        }
        let mut heirs = Vec::new();
        if spoiled {
            write.rollback();
            if group.0.len() > 1 {
                heirs = write.run_each_alone(engine, &mut group.0);
            }
        } else {
            match write.commit() {
                Ok(passed) => heirs = passed,
                Err(error) => {
                    write.rollback();
                    for member in &mut group.0 {
                        if let Some(Ok(_)) = member.outcome {
                            member.outcome = Some(Err(Stop::Failed(error.clone())));
                        }
                    }
                }
            }
        }
        drop(guard);
        self.last_group.store(group.0.len(), Ordering::Relaxed);
        for member in &group.0 {
            if let Some(Ok(_)) = member.outcome {
                engine.wake_for(member.request.ops(), &heirs);
            }
        }
        let own = group.deliver();
        own.unwrap_or_else(|| lost(Patience { deadline: None, interrupts: 0 }))
    }

    /// When the last commit carried several requests, their threads are about to come back: giving them
    /// the processor for a moment makes the next group as large. A lone writer never waits.
    fn let_a_group_gather(&self) {
        let expected = self.last_group.load(Ordering::Relaxed);
        for _ in 0..GATHER_YIELDS {
            if expected <= 1 || self.waiting() + 1 >= expected {
                return;
            }
            std::thread::yield_now();
        }
    }

    /// The next request in the line, if it fits into a commit of that durability.
    fn take_next(&self, durability: Durability) -> Option<(Arc<Turn>, Request)> {
        let mut line = self.line.lock();
        let front = line.waiting.front()?;
        let request = {
            let mut state = front.state.lock();
            match &mut *state {
                TurnState::Waiting(request) if request.as_ref().is_some_and(|r| r.durability <= durability) => {
                    let request = request.take()?;
                    *state = TurnState::Taken;
                    request
                }
                _ => return None,
            }
        };
        line.waiting.pop_front().map(|turn| (turn, request))
    }
}

impl Line {
    fn join(&mut self, request: Option<Request>) -> Arc<Turn> {
        let sleepers = match self.waiting.back() {
            Some(last) if self.waiting.len() > 1 => last.sleepers.clone(),
            _ => Arc::default(),
        };
        let turn = Arc::new(Turn { state: Mutex::new(TurnState::Waiting(request)), sleepers });
        self.waiting.push_back(turn.clone());
        turn
    }

    fn refuse_reentry(&self) -> Result<()> {
        if self.exclusive == Some(std::thread::current().id()) {
            return Err(Error::new(
                ErrorKind::Conflict,
                "this thread is inside a transaction of the same database: use the transaction's own handles",
            ));
        }
        Ok(())
    }
}

/// Passes the lead on when dropped.
struct Lead<'w>(&'w Writer);

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        let mut line = self.0.line.lock();
        line.exclusive = None;
        let Some(next) = line.waiting.pop_front() else {
            line.leading = false;
            return;
        };
        drop(line);
        let mut state = next.state.lock();
        if let TurnState::Waiting(request) = &mut *state {
            *state = TurnState::Lead(request.take());
        }
        drop(state);
        next.sleepers.wake();
    }
}

/// The right to use the connection until it is dropped.
pub(super) struct Exclusive<'w>(&'w Writer);

impl<'w> Exclusive<'w> {
    pub fn lock(&self) -> MutexGuard<'w, Option<WriteConn>> {
        self.0.lock()
    }
}

impl Drop for Exclusive<'_> {
    fn drop(&mut self) {
        self.0.end_turn();
    }
}

/// A request within a group.
struct Member {
    request: Request,
    outcome: Option<Outcome>,
    /// Who waits for it; none for the leader's own.
    turn: Option<Arc<Turn>>,
}

/// The requests of one commit. Those who wait for them are told also when a panic unwinds.
struct Group(Vec<Member>);

impl Group {
    /// Tells every waiting thread its outcome, and gives back the leader's own.
    fn deliver(&mut self) -> Option<(Outcome, Request)> {
        let panicking = std::thread::panicking();
        let mut own = None;
        let mut to_wake: Vec<Arc<Sleepers>> = Vec::new();
        for Member { request, outcome, turn } in self.0.drain(..) {
            let outcome = outcome
                .filter(|_| !panicking)
                .unwrap_or_else(|| Err(Stop::Failed(Error::internal("the write was ended by a panic"))));
            match turn {
                None => own = Some((outcome, request)),
                Some(turn) => {
                    *turn.state.lock() = TurnState::Done(outcome, request);
                    if to_wake.last().is_none_or(|last| !Arc::ptr_eq(last, &turn.sleepers)) {
                        to_wake.push(turn.sleepers.clone());
                    }
                }
            }
        }
        for sleepers in to_wake {
            sleepers.wake();
        }
        own
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.deliver();
    }
}

/// What cannot be: a thread has lost its place in the line.
fn lost(patience: Patience) -> (Outcome, Request) {
    let request = Request { ops: Ops::Batch(Vec::new()), durability: Durability::Normal, patience };
    (Err(Stop::Failed(Error::internal("a request was lost in the line of writers"))), request)
}

impl Request {
    pub fn ops(&self) -> &[Op] {
        match &self.ops {
            Ops::One(op) => std::slice::from_ref(op),
            Ops::Batch(ops) => ops,
        }
    }
}

impl WriteConn {
    pub fn new(conn: Conn) -> Result<Self> {
        // 1 is NORMAL; the pragma is set when it first differs.
        Ok(WriteConn {
            index: WalIndex::of(&conn)?,
            conn,
            known: Known::default(),
            retained: Retained::default(),
            heirs: Vec::new(),
            durability: Durability::Normal,
        })
    }

    /// Begins a write transaction; waits for other processes up to the busy timeout.
    pub fn begin(&mut self, engine: &Sqlite, durability: Durability, patience: Patience) -> Result<()> {
        engine.complete_schema(&self.conn, patience)?;
        if durability != self.durability {
            self.conn.execute_batch(match durability {
                Durability::Normal => "PRAGMA synchronous = NORMAL",
                Durability::Full => "PRAGMA synchronous = FULL",
            })?;
            self.durability = durability;
        }
        engine.begin_waiting(&self.conn, patience)?;
        let version = self.conn.data_version();
        if version != self.known.data_version {
            self.known = Known { data_version: version, ..Known::default() };
        }
        Ok(())
    }

    /// Commits, and tells which locks changed hands.
    pub fn commit(&mut self) -> Result<Vec<Heir>> {
        let before = self.index.map(WalIndex::changes);
        self.conn.hot("COMMIT", |commit| Ok(commit.execute([])?))?;
        // Our own commit moves the number too.
        self.known.data_version = self.conn.data_version();
        if let Some(index) = self.index
            && Some(index.changes()) != before
        {
            // The watchers, of this process and of others: one system call.
            index.wake();
        }
        Ok(std::mem::take(&mut self.heirs))
    }

    pub fn rollback(&mut self) {
        if !self.conn.is_autocommit() {
            // It fails only where SQLite has rolled back already.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
        self.known = Known::default();
        self.heirs.clear();
    }

    fn run(&mut self, engine: &Sqlite, request: &Request) -> Outcome {
        match &request.ops {
            Ops::One(op) => apply::one(engine, self, op).map(Replies::One),
            Ops::Batch(ops) => apply::batch(engine, self, ops).map(Replies::Batch),
        }
    }

    /// Commits each by itself, and tells which locks changed hands.
    fn run_each_alone(&mut self, engine: &Sqlite, group: &mut [Member]) -> Vec<Heir> {
        let mut heirs = Vec::new();
        for member in group {
            let outcome = match self.begin(engine, member.request.durability, member.request.patience) {
                Ok(()) => self.run(engine, &member.request),
                Err(e) => Err(Stop::Failed(e)),
            };
            member.outcome = Some(match outcome {
                Ok(replies) => match self.commit() {
                    Ok(passed) => {
                        heirs.extend(passed);
                        Ok(replies)
                    }
                    Err(e) => {
                        self.rollback();
                        Err(Stop::Failed(e))
                    }
                },
                Err(stop) => {
                    self.rollback();
                    Err(stop)
                }
            });
        }
        heirs
    }
}
