//! The embedded engine: one SQLite file, one writing connection a process, a pool of readers.

mod apply;
mod backup;
mod blob;
mod busy;
mod collection;
mod conn;
mod dict;
mod gate;
mod lifecycle;
mod list;
mod lock;
mod log;
mod maintenance;
mod queue;
mod rank;
mod readers;
mod schema;
mod snapshot;
mod source;
mod stream;
mod transaction;
mod verify;
mod watch;
mod writer;

pub(crate) use backup::restore;

use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};

use crate::clock::Micros;
use crate::database::{Info, Progress, Stats, VerifyReport};
use crate::engine::{Change, Engine, Kind, Op, QueueChange, Reading, Reply, Store, Transaction};
use crate::error::{Error, ErrorKind, Result};
use crate::options::{Durability, LogLevel, LogSink, Options};
use busy::Patience;
use conn::{Conn, Place, Registry};
use gate::Gate;
use readers::Readers;
use snapshot::Endable;
use source::{Source, View};
use watch::{Topic, Waiter, Watch};
use writer::{Ops, Replies, Request, Stop, Writer};

/// An open database.
pub(crate) struct Sqlite {
    place: Place,
    options: Options,
    sink: RwLock<Option<LogSink>>,
    gate: Gate,
    registry: Arc<Registry>,
    watch: Watch,
    readers: Readers,
    writer: Writer,
    /// Codes of vectors, kept for searches.
    codes: collection::CodeCache,
    /// Connections of snapshots and streams, which close and pause take away.
    slots: Mutex<Vec<Weak<dyn Endable>>>,
    /// Held by a pause, a resume and a close: one at a time.
    life: Mutex<()>,
    /// Itself, for the transactions and snapshots that keep it alive.
    this: Weak<Sqlite>,
}

impl Sqlite {
    /// Opens a connection for reading.
    fn open_reader(&self) -> Result<Conn> {
        readers::open(&self.place, &self.options, &self.registry)
    }

    fn log(&self, level: LogLevel, message: &str) {
        // No lock is held while calling out.
        let sink = self.sink.read().clone();
        if let Some(sink) = sink {
            sink(level, "beaver::sqlite", message);
        }
    }

    fn this(&self) -> Result<Arc<Sqlite>> {
        self.this.upgrade().ok_or_else(|| Error::internal("the engine is being dropped"))
    }

    /// Waits for changes of a structure from now on.
    fn wait_for(&self, kind: Kind, name: &Arc<str>, interrupts: u64) -> Result<Waiter<'_>> {
        self.watch.register(&self.gate, interrupts, Topic(kind, name.clone()), || match self.place {
            Place::Memory => Ok(None),
            Place::File(_) => self.open_reader().map(Some),
        })
    }

    /// Wakes those who wait for what the operations changed.
    fn wake_for(&self, ops: &[Op]) {
        for op in ops {
            self.watch.notify(op.kind(), &op.name);
            if let Change::Queue(QueueChange::Lease { dead_letter: Some(dead), .. }) = &op.change {
                self.watch.notify(Kind::Queue, &dead.queue);
            }
        }
    }

    /// A request that begins now.
    fn request(&self, ops: Ops, durability: Durability) -> Request {
        Request { ops, durability, patience: self.patience() }
    }

    /// Submits a request; waits, up to the busy timeout, while a structure it changes is acquired by
    /// somebody else.
    fn submit(&self, request: Request) -> Result<Replies> {
        let deadline = request.patience.deadline;
        self.submit_until(request, deadline)?.ok_or_else(|| {
            Error::new(
                ErrorKind::Busy,
                "another owner has acquired the structure: retry later, or raise the busy timeout",
            )
        })
    }

    /// Submits a request; waits up to the deadline while a structure it changes is acquired by
    /// somebody else. None if it still is.
    fn submit_until(&self, request: Request, deadline: Option<Instant>) -> Result<Option<Replies>> {
        self.gate.check()?;
        let interrupts = request.patience.interrupts;
        // The lock that was in the way, and a place among those who wait for it.
        let mut waiting: Option<(Arc<str>, Waiter<'_>)> = None;
        let mut request = request;
        loop {
            let (outcome, back) = self.writer.submit(self, request);
            let (lock, until) = match outcome {
                Ok(replies) => return Ok(Some(replies)),
                Err(Stop::Failed(e)) => return Err(self.gate.explain(e)),
                Err(Stop::Held { lock, until }) => (lock, until),
            };
            if deadline.is_some_and(|at| at <= Instant::now()) {
                return Ok(None);
            }
            // The waits for other writers are bounded each by itself: this one was not for them.
            request = Request { patience: Patience { interrupts, ..self.patience() }, ..back };
            match &waiting {
                Some((other, waiter)) if *other == lock => {
                    let until = Some(self.instant_of(until));
                    waiter.wait([deadline, until].into_iter().flatten().min())?;
                }
                // Try again once the place is taken: the lock may have been released before.
                _ => waiting = Some((lock.clone(), self.wait_for(Kind::Lock, &lock, interrupts)?)),
            }
        }
    }

    /// When the time of day will be `at`, on the monotonic clock, and a moment later.
    fn instant_of(&self, at: Micros) -> Instant {
        let left = u64::try_from(at.saturating_sub(self.options.clock.now_us())).unwrap_or(0);
        Instant::now() + Duration::from_micros(left.min(86_400_000_000)) + Duration::from_micros(200)
    }
}

impl Source for Sqlite {
    fn read<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        let gate = &self.gate;
        let interrupts = gate.interrupts();
        gate.check()?;
        let now = self.options.clock.now_us();
        let outcome = match self.place {
            Place::Memory => {
                // The others' turns are short, so a time-out of zero is not held against a read.
                let turn = self.writer.exclusive_within(self, Patience { deadline: None, ..self.patience() })?;
                let guard = turn.lock();
                match guard.as_ref() {
                    Some(write) => work(&View { conn: &write.conn, now, gate, interrupts }),
                    None => Err(self.gone()),
                }
            }
            Place::File(_) => self.readers.with(
                &self.gate,
                || self.open_reader(),
                self.options.idle_readers(),
                |conn| work(&View { conn, now, gate, interrupts }),
            ),
        };
        outcome.map_err(|e| self.gate.explain(e))
    }

    fn now(&self) -> Micros {
        self.options.clock.now_us()
    }

    fn own_connections(&self) -> Option<&Sqlite> {
        matches!(self.place, Place::File(_)).then_some(self)
    }

    fn read_together<T>(&self, work: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        self.read(|view| {
            view.conn.prepare_cached("BEGIN")?.execute([])?;
            let outcome = work(view);
            let ended = view.conn.prepare_cached("COMMIT")?.execute([]);
            let value = outcome?;
            ended?;
            Ok(value)
        })
    }
}

impl Store for Sqlite {
    fn check(&self) -> Result<()> {
        self.gate.check()
    }

    fn write(&self, op: Op) -> Result<Reply> {
        match self.submit(self.request(Ops::One(op), self.options.durability))? {
            Replies::One(reply) => Ok(reply),
            Replies::Batch(_) => Err(Error::internal("a single change was answered as a batch")),
        }
    }

    fn write_until(&self, op: Op, deadline: Option<Instant>) -> Result<Reply> {
        let begin = self.patience();
        let mut waiter = None;
        loop {
            let patience = Patience { interrupts: begin.interrupts, ..self.patience() };
            let request = Request { ops: Ops::One(op.clone()), durability: self.options.durability, patience };
            let reply = match self.submit_until(request, deadline)? {
                Some(Replies::One(reply)) => reply,
                Some(Replies::Batch(_)) => return Err(Error::internal("a single change was answered as a batch")),
                None => Reply::Empty { retry_at: None },
            };
            let Reply::Empty { mut retry_at } = reply else { return Ok(reply) };
            if deadline.is_some_and(|at| at <= Instant::now()) {
                return Ok(reply);
            }
            let Some(waiter) = &waiter else {
                // Try again once the place is taken: something may have come before.
                waiter = Some(self.wait_for(op.kind(), &op.name, begin.interrupts)?);
                continue;
            };
            loop {
                let retry = retry_at.map(|at| self.instant_of(at));
                waiter.wait([deadline, retry].into_iter().flatten().min())?;
                let now = Instant::now();
                if deadline.is_some_and(|at| at <= now) || retry.is_some_and(|at| at <= now) {
                    break;
                }
                // A look costs a tenth of an attempt, which takes the write lock.
                match self.look(&op)? {
                    Look::Try => break,
                    // What is there now may come back sooner than what was there before.
                    Look::Wait(until) => retry_at = [retry_at, until].into_iter().flatten().min(),
                }
            }
        }
    }

    fn write_batch(&self, ops: Vec<Op>, durability: Option<Durability>) -> Result<Vec<Reply>> {
        let durability = durability.unwrap_or(self.options.durability);
        match self.submit(self.request(Ops::Batch(ops), durability))? {
            Replies::Batch(replies) => Ok(replies),
            Replies::One(_) => Err(Error::internal("a batch was answered as a single change")),
        }
    }

    fn snapshot(&self) -> Result<Box<dyn Reading>> {
        Ok(Box::new(snapshot::take(self)?))
    }

    fn transaction(&self, durability: Option<Durability>) -> Result<Box<dyn Transaction>> {
        transaction::begin(self, durability)
    }
}

impl Engine for Sqlite {
    fn info(&self) -> Result<Info> {
        self.information()
    }

    fn verify(&self) -> Result<VerifyReport> {
        verify::run(self)
    }

    fn stats(&self) -> Result<Stats> {
        self.statistics()
    }

    fn vacuum(&self) -> Result<()> {
        self.run_vacuum()
    }

    fn checkpoint(&self) -> Result<()> {
        self.run_checkpoint()
    }

    fn backup(&self, path: &Path, progress: &mut dyn FnMut(Progress) -> bool) -> Result<()> {
        backup::run(self, path, progress)
    }

    fn pause(&self) -> Result<()> {
        self.run_pause()
    }

    fn resume(&self) -> Result<()> {
        self.run_resume()
    }

    fn interrupt(&self) {
        if !self.gate.forked() {
            self.gate.interrupt();
            self.registry.interrupt(true);
            self.end_waits();
        }
    }

    fn set_log(&self, log: Option<LogSink>) {
        let before = std::mem::replace(&mut *self.sink.write(), log);
        drop(before); // its destructor is foreign code: not under the lock
    }

    fn close(&self) -> Result<()> {
        self.run_close()
    }

    fn break_down(&self) {
        self.gate.set(gate::State::Broken);
        self.end_waits();
    }
}

/// What a look before an attempt tells.
enum Look {
    Try,
    /// Not before that time, if it is known.
    Wait(Option<Micros>),
}

impl Sqlite {
    /// Whether a change that found nothing would find something now.
    fn look(&self, op: &Op) -> Result<Look> {
        match &op.change {
            Change::Lock(_) => self.read(|view| {
                Ok(match lock::first(view.conn, view.now, &op.name)? {
                    Some((holder, until)) if Some(&*holder) != op.owner.as_deref() => Look::Wait(Some(until)),
                    _ => Look::Try,
                })
            }),
            Change::Queue(_) => self.read_together(|view| {
                Ok(if queue::is_empty(view, &op.name)? {
                    Look::Wait(queue::next_return(view, &op.name)?)
                } else {
                    Look::Try
                })
            }),
            _ => Ok(Look::Try),
        }
    }
}
