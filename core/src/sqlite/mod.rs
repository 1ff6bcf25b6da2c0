//! The embedded engine: one SQLite file, one writing connection a process, a pool of readers.

mod apply;
mod backup;
mod blob;
mod busy;
mod cache;
mod channel;
mod collection;
mod conn;
mod dict;
mod event;
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
mod wal_index;
mod watch;
mod writer;

pub(crate) use backup::restore;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};

use crate::cancel;
use crate::clock::Micros;
use crate::database::{Info, Progress, Stats, VerifyReport};
use crate::engine::{Change, ChannelChange, Engine, Feed, Kind, Op, Reading, Reply, Store, Transaction};
use crate::error::{Error, ErrorKind, Result};
use crate::gate::Gate;
use crate::options::{Durability, LogLevel, LogSink, Options};
use crate::subscription::Start;
use busy::Patience;
use cache::{Cached, ReadCache};
use conn::{Conn, Identity, Place, Registry};
use readers::Readers;
use snapshot::Endable;
use source::{Source, View};
use watch::{ChannelFeed, Eye, Heir, Topic, Waiter, Watch, Woken};
use writer::{Ops, Replies, Request, Stop, Writer};

/// An open database.
pub(crate) struct Sqlite {
    place: Place,
    /// Which file it is, whatever may stand in its place later.
    identity: Mutex<Option<Identity>>,
    options: Options,
    sink: RwLock<Option<LogSink>>,
    gate: Arc<Gate>,
    registry: Arc<Registry>,
    watch: Watch,
    readers: Readers,
    writer: Writer,
    /// Codes of vectors, kept for searches.
    codes: collection::CodeCache,
    /// What was read, if that is to be remembered.
    cache: Option<ReadCache>,
    /// Connections of snapshots and streams, which close and pause take away.
    slots: Mutex<Vec<Weak<dyn Endable>>>,
    /// Held by a pause, a resume and a close: one at a time.
    life: Mutex<()>,
    /// Itself, for the transactions and snapshots that keep it alive.
    this: Weak<Sqlite>,
}

impl Sqlite {
    /// Opens a connection for reading, to the file that was opened first and to no other.
    fn open_reader(&self) -> Result<Conn> {
        let conn = readers::open(&self.place, &self.options, &self.registry);
        if *self.identity.lock() != self.place.identity() {
            return Err(conn::moved());
        }
        conn
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

    /// Waits for changes of a structure from now on, on behalf of an owner.
    fn wait_for(&self, kind: Kind, name: &Arc<str>, owner: Option<Arc<str>>, interrupts: u64) -> Result<Waiter> {
        self.watch.register(interrupts, Topic(Some((kind, name.clone()))), owner, || self.open_eye())
    }

    /// Sees to it that other processes' commits are seen.
    fn keep_watch(&self) -> Result<()> {
        self.watch.keep(|| self.open_eye())
    }

    fn open_eye(&self) -> Result<Option<Eye>> {
        match self.place {
            Place::Memory => Ok(None),
            Place::File(_) => {
                let conn = self.open_reader()?;
                if self.readers.incomplete() {
                    schema::stand_in(&conn)?;
                }
                Eye::new(conn, !self.options.portable_watch).map(Some)
            }
        }
    }

    /// Wakes those who wait for what the operations changed.
    fn wake_for(&self, ops: &[Op], heirs: &[Heir]) {
        for op in ops {
            self.watch.notify(op, heirs);
        }
        self.watch.committed();
    }

    /// Takes one listening back, and the entry in the file with the last of its kind.
    fn take_back(&self, topic: &Arc<str>, event: &Arc<str>) -> Result<()> {
        if self.watch.unlisten(topic, event) {
            let change = ChannelChange::Unlisten { event: event.to_string(), listener: self.watch.listener().clone() };
            self.write(Op { name: topic.clone(), owner: None, change: Change::Channel(change) })?;
        }
        Ok(())
    }

    /// Those that ended inside a transaction.
    fn take_back_left(&self, left: &mut Vec<(Arc<str>, Arc<str>)>) {
        for (topic, event) in left.drain(..) {
            // What fails here is found by the writers, who get no answer, or taken back by the close.
            let _ = self.take_back(&topic, &event);
        }
    }

    /// Serves the subscribers of a `:memory:` database, which has no watcher, after a commit. What ends this look is
    /// not held against the commit: a close ends the subscriptions too.
    fn published(&self) {
        if self.place == Place::Memory && self.watch.streams().subscribers() > 0 {
            loop {
                match self.read(|view| self.watch.streams().refresh(view)) {
                    Ok(news) => {
                        news.tell();
                        return;
                    }
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(_) => return,
                }
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
        self.submit_until(request, deadline)?.ok_or_else(held)
    }

    /// Submits a request; waits up to the deadline while a structure it changes is acquired by
    /// somebody else. None if it still is.
    fn submit_until(&self, request: Request, deadline: Option<Instant>) -> Result<Option<Replies>> {
        self.gate.check()?;
        let interrupts = request.patience.interrupts;
        // The lock that was in the way, and a place among those who wait for it.
        let mut waiting: Option<(Arc<str>, Waiter)> = None;
        let mut request = request;
        loop {
            let (outcome, back) = self.writer.submit(self, request);
            let (lock, until) = match outcome {
                Ok(replies) => {
                    self.published();
                    return Ok(Some(replies));
                }
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
                    waiter.wait(deadline, until)?;
                }
                // Try again once the place is taken: the lock may have been released before.
                _ => {
                    let owner = request.ops().first().and_then(|op| op.owner.clone());
                    waiting = Some((lock.clone(), self.wait_for(Kind::Lock, &lock, owner, interrupts)?));
                }
            }
        }
    }

    /// When the time of day will be `at`, on the monotonic clock, and a moment later.
    fn instant_of(&self, at: Micros) -> Instant {
        let left = u64::try_from(at.saturating_sub(self.options.clock.now_us())).unwrap_or(0);
        Instant::now() + Duration::from_micros(left.min(86_400_000_000)) + Duration::from_micros(200)
    }
}

fn held() -> Error {
    Error::new(ErrorKind::Busy, "another owner has acquired the structure: retry later, or raise the busy timeout")
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

    fn read_cached(&self, place: (Kind, &str, &str), work: impl FnOnce(&View<'_>) -> Result<Cached>) -> Result<Cached> {
        match &self.cache {
            Some(cache) => cache.get(self, place, work),
            None => self.read(work),
        }
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
        // Who was cancelled takes nothing any more, even if it is there.
        cancel::check()?;
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
                waiter = Some(self.wait_for(op.kind(), &op.name, op.owner.clone(), begin.interrupts)?);
                continue;
            };
            loop {
                let retry = retry_at.map(|at| self.instant_of(at));
                if waiter.wait(deadline, retry)? == Woken::ToTry {
                    break;
                }
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

    fn write_each(&self, batches: Vec<Vec<Op>>) -> Vec<Result<Vec<Reply>>> {
        if let Err(e) = self.gate.check() {
            return batches.iter().map(|_| Err(e.clone())).collect();
        }
        let request = |ops| self.request(Ops::Batch(ops), self.options.durability);
        let outcomes = self.writer.submit_each(self, batches.into_iter().map(request).collect());
        self.published();
        let told = |outcome| match outcome {
            Ok(Replies::Batch(replies)) => Ok(replies),
            Ok(Replies::One(_)) => Err(Error::internal("a batch was answered as a single change")),
            Err(Stop::Failed(e)) => Err(self.gate.explain(e)),
            Err(Stop::Held { .. }) => Err(held()),
        };
        outcomes.into_iter().map(told).collect()
    }

    fn subscribe(&self, channel: &Arc<str>, start: Start) -> Result<Box<dyn Feed>> {
        self.gate.check()?;
        self.complete()?;
        Ok(Box::new(ChannelFeed::new(self.this()?, channel, start)?))
    }

    fn listen(&self, topic: &Arc<str>, event: &Arc<str>) -> Result<()> {
        self.gate.check()?;
        self.writer.refuse_inside_transaction()?;
        // Held until it is written: who comes second must not listen before the first does.
        let mut left = self.watch.listening().lock();
        self.take_back_left(&mut left);
        if self.watch.listen(topic, event) {
            let change = ChannelChange::Listen { event: event.to_string(), listener: self.watch.listener().clone() };
            let op = Op { name: topic.clone(), owner: None, change: Change::Channel(change) };
            if let Err(e) = self.write(op) {
                self.watch.unlisten(topic, event);
                return Err(e);
            }
        }
        Ok(())
    }

    fn unlisten(&self, topic: &Arc<str>, event: &Arc<str>) -> Result<()> {
        if self.gate.forked() {
            return self.gate.check();
        }
        // A thread inside a transaction cannot write beside it, nor wait for one who waits for its end.
        if self.writer.refuse_inside_transaction().is_err() {
            if let Some(mut left) = self.watch.listening().try_lock() {
                left.push((topic.clone(), event.clone()));
            }
            return Ok(());
        }
        let mut left = self.watch.listening().lock();
        self.take_back_left(&mut left);
        self.take_back(topic, event)
    }

    fn sleep(&self, until: Instant, ended: &AtomicBool) -> Result<()> {
        let waiter = self.watch.sit(self.gate.interrupts())?;
        // Looked at once the seat is taken: an end that came before is seen here, a later one wakes.
        if !ended.load(Ordering::Acquire) {
            waiter.wait(Some(until), None)?;
        }
        Ok(())
    }

    fn end_sleeps(&self) {
        self.watch.notify_all();
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
        self.gate.set(crate::gate::State::Broken);
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
