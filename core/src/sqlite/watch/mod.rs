//! Change detection: who waits, and who wakes them.
//!
//! Blocked gets, waits for locks and the sleeps of live views have a *seat* here; subscriptions share the *streams*
//! of their channels. A commit of this process wakes the seats that it concerns at once: for one item one, for a
//! lock the next in its line. For commits of other processes there is one *watcher*, a thread that lives as long as
//! somebody waits; it also reads what is published, once for all subscribers. Waking is a hint: who
//! wakes reads the state again.

mod eye;
mod feed;
mod seat;
mod stream;
mod watcher;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

use parking_lot::Mutex;

use crate::clock::Clock;
use crate::engine::{Change, Kind, LockChange, Op, QueueChange};
use crate::error::Result;
use crate::gate::Gate;
pub(super) use eye::Eye;
pub(super) use feed::ChannelFeed;
use seat::Seat;
pub(super) use seat::{Topic, Waiter, Woken};
pub(super) use stream::Streams;
use watcher::Running;

/// No version of a file.
const NEVER: i64 = -1;

pub(super) struct Watch {
    shared: Arc<Shared>,
    has_listened: AtomicBool,
}

/// What the waiting threads and the watcher share.
struct Shared {
    gate: Arc<Gate>,
    clock: Arc<dyn Clock>,
    state: Mutex<Watched>,
    /// The number of seats, to be seen without the mutex: a commit without waiters costs one load.
    waiting: AtomicUsize,
    streams: Streams,
    /// Asks the watcher for a look though nothing was committed.
    look_again: AtomicBool,
    /// The version of the file that the watcher has looked at; none it can have, until it did.
    looked_at: AtomicI64,
    /// Who this open database is among those who listen, and to what: topic, event, how often.
    listener: Arc<str>,
    listened: Mutex<Vec<(String, String, u32)>>,
    /// Held by whoever begins or ends to listen, until it is written, and by the watcher when it answers: so what
    /// stands above stands in the file. In it those that ended and are still to be taken back.
    listening: Mutex<Vec<(Arc<str>, Arc<str>)>>,
}

#[derive(Default)]
struct Watched {
    /// In the order in which they came: the first of a queue keeps its time.
    seats: Vec<Arc<Seat>>,
    watcher: Option<Running>,
}

impl Watch {
    pub fn new(gate: Arc<Gate>, clock: Arc<dyn Clock>) -> Self {
        Watch {
            has_listened: AtomicBool::new(false),
            shared: Arc::new(Shared {
                gate,
                clock,
                state: Mutex::default(),
                waiting: AtomicUsize::new(0),
                streams: Streams::default(),
                look_again: AtomicBool::new(false),
                looked_at: AtomicI64::new(NEVER),
                listener: uuid::Uuid::new_v4().simple().to_string().into(),
                listened: Mutex::default(),
                listening: Mutex::default(),
            }),
        }
    }

    /// Takes a seat. What changes after that is not missed. `open_eye` opens what the watcher looks with, if none
    /// runs: none for `:memory:`, which nobody else changes.
    pub fn register(
        &self,
        interrupts: u64,
        topic: Topic,
        owner: Option<Arc<str>>,
        open_eye: impl FnOnce() -> Result<Option<Eye>>,
    ) -> Result<Waiter> {
        let shared = &self.shared;
        let mut state = shared.state.lock();
        // Under the mutex: a close that comes later finds the seat and the watcher.
        shared.gate.check_wait(interrupts)?;
        shared.keep_watch(&mut state, open_eye)?;
        Ok(shared.seat(&mut state, Seat::new(topic, owner), interrupts))
    }

    /// Takes a seat to sleep on, which only time and the end of the database concern.
    pub fn sit(&self, interrupts: u64) -> Result<Waiter> {
        let shared = &self.shared;
        let mut state = shared.state.lock();
        shared.gate.check_wait(interrupts)?;
        Ok(shared.seat(&mut state, Seat::new(Topic(None), None), interrupts))
    }

    /// Asks for a look: what was committed before somebody began to wait for it.
    pub fn look_again(&self) {
        self.shared.look_again.store(true, Ordering::SeqCst);
        if let Some(running) = &self.shared.state.lock().watcher {
            running.eye().ring();
        }
    }

    /// Whether something was committed that the watcher has not looked at yet.
    pub fn is_behind(&self) -> bool {
        // Not under the mutex: the watcher takes it while it holds the eye's connection.
        let eye = self.shared.state.lock().watcher.as_ref().map(Running::eye);
        eye.is_some_and(|eye| {
            eye.version().map_or(true, |version| version != self.shared.looked_at.load(Ordering::SeqCst))
        })
    }

    /// After a commit of this process: rings for a watcher that commits do not wake by themselves.
    pub fn committed(&self) {
        if self.shared.streams.subscribers() == 0 {
            return;
        }
        if let Some(running) = &self.shared.state.lock().watcher
            && running.eye().polls()
        {
            running.eye().ring();
        }
    }

    /// Sees to it that a watcher runs, for subscribers.
    pub fn keep(&self, open_eye: impl FnOnce() -> Result<Option<Eye>>) -> Result<()> {
        let mut state = self.shared.state.lock();
        self.shared.gate.check()?;
        self.shared.keep_watch(&mut state, open_eye)
    }

    /// Wakes those whom an operation concerns that was just committed. `heirs` are the locks that changed hands, and
    /// who holds them now.
    pub fn notify(&self, op: &Op, heirs: &[Heir]) {
        if self.shared.waiting.load(Ordering::SeqCst) == 0 {
            return;
        }
        let state = self.shared.state.lock();
        match &op.change {
            Change::Queue(QueueChange::Put(items)) => state.items_came(&op.name, items.len()),
            Change::Queue(QueueChange::Nack { delay, .. }) if delay.is_zero() => state.items_came(&op.name, 1),
            Change::Queue(QueueChange::Restore { .. }) => state.items_came(&op.name, 1),
            // Nothing that anybody waits for.
            Change::Queue(QueueChange::Take { .. } | QueueChange::Ack { .. } | QueueChange::Clear)
            | Change::Lock(LockChange::Acquire { .. } | LockChange::Renew { .. }) => {}
            Change::Queue(change) => {
                // When something comes back has changed: the first keeps the time.
                state.items_came(&op.name, 0);
                if let QueueChange::Lease { dead_letter: Some(dead), .. } = change {
                    state.items_came(&dead.queue, usize::MAX);
                }
            }
            Change::Lock(_) => {
                for heir in heirs.iter().filter(|heir| *heir.lock == *op.name) {
                    state.lock_passed(&op.name, heir.owner.as_deref());
                }
            }
            _ => {}
        }
    }

    /// Wakes everybody: the database is closed, paused, interrupted, or changed as a whole.
    pub fn notify_all(&self) {
        for seat in &self.shared.state.lock().seats {
            seat.let_look();
        }
        self.shared.streams.wake_all();
    }

    /// How many threads and subscriptions wait.
    pub fn waiting(&self) -> usize {
        self.shared.waiting.load(Ordering::SeqCst) + self.shared.streams.subscribers()
    }

    pub fn streams(&self) -> &Streams {
        &self.shared.streams
    }

    /// Who this open database is among those who listen to events.
    pub fn listener(&self) -> &Arc<str> {
        &self.shared.listener
    }

    /// Held by whoever begins or ends to listen; see [`Shared`].
    pub fn listening(&self) -> &Mutex<Vec<(Arc<str>, Arc<str>)>> {
        &self.shared.listening
    }

    /// Counts a listening; true if it is the first to that event.
    pub fn listen(&self, topic: &str, event: &str) -> bool {
        let mut listened = self.shared.listened.lock();
        if let Some((.., count)) = listened.iter_mut().find(|(t, e, _)| t == topic && e == event) {
            *count += 1;
            return false;
        }
        listened.push((topic.to_owned(), event.to_owned(), 1));
        self.has_listened.store(true, Ordering::Relaxed);
        true
    }

    /// Takes one back; true if it was the last to that event.
    pub fn unlisten(&self, topic: &str, event: &str) -> bool {
        let mut listened = self.shared.listened.lock();
        let Some(place) = listened.iter().position(|(t, e, _)| t == topic && e == event) else { return false };
        let Some((.., count)) = listened.get_mut(place) else { return false };
        *count -= 1;
        if *count > 0 {
            return false;
        }
        listened.swap_remove(place);
        true
    }

    /// Whether it ever listened: then the file may know of it.
    pub fn has_listened(&self) -> bool {
        self.has_listened.load(Ordering::Relaxed)
    }

    /// Ends the watcher, and lets go of its connection.
    pub fn shut(&self) {
        let running = self.shared.state.lock().watcher.take();
        if let Some(running) = running {
            running.end();
        }
    }
}

/// A lock that changed hands, and who holds it now: none if nobody waits for it.
pub(super) struct Heir {
    pub lock: Arc<str>,
    pub owner: Option<String>,
}

impl Shared {
    fn seat(self: &Arc<Self>, state: &mut Watched, seat: Seat, interrupts: u64) -> Waiter {
        let seat = Arc::new(seat);
        state.seats.push(seat.clone());
        let waiter = Waiter::new(self.clone(), seat, interrupts);
        // Counted when it can be cancelled.
        self.waiting.fetch_add(1, Ordering::SeqCst);
        waiter
    }

    fn keep_watch(self: &Arc<Self>, state: &mut Watched, open_eye: impl FnOnce() -> Result<Option<Eye>>) -> Result<()> {
        if state.watcher.as_ref().is_some_and(Running::runs) {
            return Ok(());
        }
        // One that ended by itself: joining it does not wait.
        if let Some(ended) = state.watcher.take() {
            ended.end();
        }
        if let Some(eye) = open_eye()? {
            // What was committed while none ran: those who wait have looked themselves, but not the subscribers.
            self.look_again.store(true, Ordering::SeqCst);
            self.looked_at.store(NEVER, Ordering::SeqCst);
            state.watcher = Some(watcher::start(self, eye)?);
        }
        Ok(())
    }
}

impl Watched {
    /// So many items came to a queue: as many waiters try. With none, the first looks at what changed.
    fn items_came(&self, queue: &str, items: usize) {
        let mut waiters = self.seats.iter().filter(|seat| seat.topic.is(Kind::Queue, queue));
        if items == 0 {
            if let Some(first) = waiters.next() {
                first.let_look();
            }
            return;
        }
        for seat in waiters.filter(|seat| !seat.is_to_try()).take(items) {
            seat.let_try();
        }
    }

    /// A lock went to another owner, or nobody: that one tries; those who only wait for its end try when nobody
    /// has it.
    fn lock_passed(&self, lock: &str, holder: Option<&str>) {
        for seat in self.seats.iter().filter(|seat| seat.topic.is(Kind::Lock, lock)) {
            if holder.is_none() || seat.owner.as_deref() == holder {
                seat.let_try();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(topics: &[(Kind, &str, Option<&str>)]) -> Watched {
        let seat = |(kind, name, owner): &(Kind, &str, Option<&str>)| {
            Arc::new(Seat::new(Topic(Some((*kind, (*name).into()))), owner.map(Arc::from)))
        };
        Watched { seats: topics.iter().map(seat).collect(), watcher: None }
    }

    fn woken(watched: &Watched) -> Vec<bool> {
        watched.seats.iter().map(|seat| seat.is_to_try()).collect()
    }

    #[test]
    fn as_many_waiters_wake_as_items_came_in_the_order_of_their_coming() {
        let waiters = seats(&[
            (Kind::Queue, "other", None),
            (Kind::Queue, "q", None),
            (Kind::Queue, "q", None),
            (Kind::Queue, "q", None),
        ]);
        waiters.items_came("q", 1);
        assert_eq!(woken(&waiters), [false, true, false, false]);
        waiters.items_came("q", 1);
        assert_eq!(woken(&waiters), [false, true, true, false]);
        waiters.items_came("q", 5);
        assert_eq!(woken(&waiters), [false, true, true, true]);
        // Where only times changed, the first looks, and does not count as one that tries.
        let waiters = seats(&[(Kind::Queue, "q", None), (Kind::Queue, "q", None)]);
        waiters.items_came("q", 0);
        assert_eq!(woken(&waiters), [false, false]);
        waiters.items_came("q", 1);
        assert_eq!(woken(&waiters), [true, false]);
    }

    #[test]
    fn a_lock_wakes_its_heir_and_when_nobody_has_it_those_who_wait_for_its_end() {
        let line = [
            (Kind::Lock, "l", Some("ann")),
            (Kind::Lock, "l", Some("bob")),
            (Kind::Lock, "l", None),
            (Kind::Lock, "other", Some("bob")),
        ];
        let waiters = seats(&line);
        waiters.lock_passed("l", Some("bob"));
        assert_eq!(woken(&waiters), [false, true, false, false]);
        let waiters = seats(&line);
        waiters.lock_passed("l", None);
        assert_eq!(woken(&waiters), [true, true, true, false]);
    }
}
