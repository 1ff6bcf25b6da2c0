//! The watcher: the thread that sees other processes' commits on behalf of all who wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::TransactionBehavior;

use super::super::conn::Conn;
use super::super::source::View;
use super::super::{event, lock, queue};
use super::eye::Eye;
use super::{Shared, Watched};
use crate::engine::Kind;
use crate::error::{Error, ErrorKind, Result};

/// How long it stays when nobody waits any more: the next one to wait is often not far.
const LINGER: Duration = Duration::from_secs(1);
/// How often it looks whether the file is still in its place.
const PLACE: Duration = Duration::from_secs(1);
/// After so many looks in a row that found nothing, close upon each other, it looks once in that time only: commits
/// that concern nobody here must not keep a processor busy.
const VAIN: u32 = 8;
const BREATH: Duration = Duration::from_millis(1);

/// A watcher that was started.
pub(super) struct Running {
    eye: Arc<Eye>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Running {
    /// Whether it will see what is committed from now on. Under the mutex of the watch, as its leaving is.
    pub fn runs(&self) -> bool {
        !self.stop.load(Ordering::Acquire) && !self.thread.is_finished()
    }

    pub fn eye(&self) -> Arc<Eye> {
        self.eye.clone()
    }

    /// Stops it and waits for its end.
    pub fn end(self) {
        self.stop.store(true, Ordering::Release);
        // A ring between its look at the flag and its sleep is lost: so again, until it has heard.
        while !self.thread.is_finished() {
            self.eye.ring();
            std::thread::sleep(Duration::from_micros(100));
        }
        let _ = self.thread.join();
    }
}

/// Starts one.
pub(super) fn start(shared: &Arc<Shared>, eye: Eye) -> Result<Running> {
    let eye = Arc::new(eye);
    let stop = Arc::new(AtomicBool::new(false));
    // The baseline is taken before anybody looks at the state they wait for.
    let seen = eye.version()?;
    let watcher = Watcher {
        shared: shared.clone(),
        eye: eye.clone(),
        stop: stop.clone(),
        seen,
        topics: Vec::new(),
        placed: Instant::now(),
        needed: Instant::now(),
    };
    let thread = std::thread::Builder::new()
        .name("beaver-watcher".into())
        .spawn(move || watcher.run())
        .map_err(|e| Error::new(ErrorKind::Io, format!("the system starts no thread: {e}")))?;
    Ok(Running { eye, stop, thread })
}

struct Watcher {
    shared: Arc<Shared>,
    eye: Arc<Eye>,
    stop: Arc<AtomicBool>,
    /// The version of the file that was looked at.
    seen: i64,
    /// What was found of each topic that somebody waits for.
    topics: Vec<(Kind, Arc<str>, State)>,
    /// When the place of the file was looked at, and when somebody last waited.
    placed: Instant,
    needed: Instant,
}

/// What a topic's waiters depend on.
#[derive(Debug, Clone, PartialEq)]
enum State {
    /// How many items a queue has, counted up to the number of waiters, and when the next one comes back.
    Queue { items: usize, returns: Option<crate::clock::Micros> },
    /// Who holds a lock.
    Lock { holder: Option<String> },
}

impl Watcher {
    fn run(mut self) {
        let mut vain = 0;
        let mut changed_at = Instant::now();
        while !self.stop.load(Ordering::Acquire) {
            let outcome = self.eye.version().and_then(|version| {
                if !self.shared.look_again.swap(false, Ordering::SeqCst) && version == self.seen {
                    return Ok(None);
                }
                // Taken before the look: what is committed during it is looked at again.
                self.seen = version;
                let found = self.look()?;
                self.shared.looked_at.store(version, Ordering::SeqCst);
                Ok(Some(found))
            });
            let outcome = outcome.and_then(|found| self.look_after_place().map(|()| found));
            match outcome {
                Ok(None) => vain = 0,
                Ok(Some(found)) => {
                    changed_at = Instant::now();
                    vain = if found { 0 } else { vain + 1 };
                }
                // An interrupt is for the calls of users; what it did to the look is looked at again.
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    self.shared.look_again.store(true, Ordering::SeqCst);
                }
                Err(error) => return self.fail(&error),
            }
            if self.leaves() {
                return;
            }
            if vain >= VAIN {
                std::thread::sleep(BREATH);
            }
            if !self.shared.look_again.load(Ordering::SeqCst) {
                self.eye.sleep(self.seen, changed_at.elapsed() > LINGER);
            }
        }
    }

    /// Looks at everything that somebody waits for, and wakes whom it concerns; true if there was anybody.
    fn look(&mut self) -> Result<bool> {
        let (eye, shared) = (self.eye.clone(), self.shared.clone());
        let conn = eye.conn();
        let interrupts = shared.gate.interrupts();
        // One moment for all that is looked at.
        let moment = conn.unchecked_transaction()?;
        let view = View { conn: &conn, now: shared.clock.now_us(), gate: &shared.gate, interrupts };
        let woken = self.look_at_topics(&view)?;
        let news = shared.streams.refresh(&view)?;
        moment.commit()?;
        // One that cannot be given now is asked for again.
        let _ = self.answer(&conn);
        drop(conn);
        Ok(news.tell() || woken)
    }

    fn look_at_topics(&mut self, view: &View<'_>) -> Result<bool> {
        let waited = self.shared.state.lock().waited_topics();
        let mut woken = false;
        let mut found = Vec::with_capacity(waited.len());
        for (kind, name, waiters) in waited {
            let state = match kind {
                Kind::Queue => State::Queue {
                    items: queue::available(view, &name, waiters)?,
                    returns: queue::next_return(view, &name)?,
                },
                _ => State::Lock { holder: lock::first(view.conn, view.now, &name)?.map(|(holder, _)| holder) },
            };
            let before = self.topics.iter().find(|(k, n, _)| *k == kind && *n == name).map(|(.., state)| state);
            let watched = self.shared.state.lock();
            match &state {
                State::Queue { items: 0, .. } => {
                    if before != Some(&state) {
                        watched.items_came(&name, 0);
                    }
                }
                State::Queue { items, .. } => {
                    watched.items_came(&name, *items);
                    woken = true;
                }
                State::Lock { holder } => {
                    // Also if it is the same as at the last look: the lock may have gone to others and come back in
                    // between, to a seat that was not there then.
                    watched.lock_passed(&name, holder.as_deref());
                    woken |= before != Some(&state);
                }
            }
            drop(watched);
            found.push((kind, name, state));
        }
        self.topics = found;
        Ok(woken)
    }

    /// Shows that this process lives, if a writer asks for it. Its own short commit, now and then, on a connection of
    /// its own, because it may not wait in line for a user's transaction.
    fn answer(&self, conn: &Conn) -> Result<()> {
        // Somebody begins or ends to listen: the file does not know of it yet.
        let Some(_in_order) = self.shared.listening.try_lock() else { return Ok(()) };
        if self.shared.listened.lock().is_empty() {
            return Ok(());
        }
        let listener = &self.shared.listener;
        let standing = event::standing(conn, listener)?;
        if standing == event::Standing::Trusted {
            return Ok(());
        }
        let listened: Vec<(String, String)> =
            self.shared.listened.lock().iter().map(|(topic, event, _)| (topic.clone(), event.clone())).collect();
        let mut writer = conn.another_for_writing()?;
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        event::register(&transaction, listener, self.shared.clock.now_us(), &listened)?;
        transaction.commit()?;
        if standing == event::Standing::Forgotten {
            self.shared.streams.note_missed_events();
        }
        Ok(())
    }

    fn look_after_place(&mut self) -> Result<()> {
        if self.placed.elapsed() < PLACE {
            return Ok(());
        }
        self.placed = Instant::now();
        self.eye.check_place()
    }

    /// Leaves if nobody has waited for a while. Whoever comes to wait does that under the same mutex, and finds it
    /// either here or gone.
    fn leaves(&mut self) -> bool {
        let _state = self.shared.state.lock();
        if self.shared.waiting.load(Ordering::SeqCst) > 0 || self.shared.streams.subscribers() > 0 {
            self.needed = Instant::now();
        }
        let leaves = self.needed.elapsed() > LINGER;
        if leaves {
            self.stop.store(true, Ordering::Release);
        }
        leaves
    }

    /// Tells everybody who waits why it cannot go on, and leaves.
    fn fail(&self, error: &Error) {
        let state = self.shared.state.lock();
        for seat in &state.seats {
            seat.fail(error);
        }
        self.stop.store(true, Ordering::Release);
        drop(state);
        self.shared.streams.fail(error);
    }
}

impl Watched {
    /// The topics that somebody waits for, each once, with the number of those who do.
    fn waited_topics(&self) -> Vec<(Kind, Arc<str>, usize)> {
        let mut topics: Vec<(Kind, Arc<str>, usize)> = Vec::new();
        for (kind, name) in self.seats.iter().filter_map(|seat| seat.topic.0.as_ref()) {
            match topics.iter_mut().find(|(k, n, _)| k == kind && n == name) {
                Some((.., count)) => *count += 1,
                None => topics.push((*kind, name.clone(), 1)),
            }
        }
        topics
    }
}

#[cfg(test)]
mod tests {
    use super::super::seat::{Seat, Topic};
    use super::*;
    use crate::options::Options;
    use crate::sqlite::Sqlite;

    #[test]
    fn who_sat_down_since_the_last_look_is_woken_though_the_lock_has_the_same_holder() -> Result<()> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.db");
        let engine = Sqlite::open(Some(&path), Options::default())?;
        let raw = rusqlite::Connection::open(&path)?;
        raw.execute("INSERT INTO beaver_lock_waiters VALUES ('l', 'ann', 1.0, 9e9)", [])?;
        let shared = engine.watch.shared.clone();
        let mut watcher = Watcher {
            eye: Arc::new(engine.open_eye()?.unwrap()),
            shared: shared.clone(),
            stop: Arc::default(),
            seen: 0,
            topics: Vec::new(),
            placed: Instant::now(),
            needed: Instant::now(),
        };
        for _ in 0..2 {
            // In between it went to others, and came back.
            let seat = Arc::new(Seat::new(Topic(Some((Kind::Lock, "l".into()))), Some("ann".into())));
            shared.state.lock().seats = vec![seat.clone()];
            watcher.look()?;
            assert!(seat.is_to_try());
        }
        shared.state.lock().seats.clear();
        Ok(())
    }
}
