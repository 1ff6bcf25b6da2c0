//! One subscriber's way through a channel.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

use super::super::source::Source;
use super::super::{Sqlite, channel};
use super::stream::{Next, Stream};
use crate::cancel;
use crate::clock::Micros;
use crate::engine::{Feed, Message};
use crate::error::{Error, ErrorKind, Result};
#[cfg(unix)]
use crate::pipe;
use crate::subscription::Start;

/// How many bytes are read from the file at a time.
const FILL: usize = 256 << 10;

/// What the watcher and the subscriber's thread share.
pub(super) struct Subscriber {
    /// The time of the last message it got.
    place: AtomicI64,
    closed: AtomicBool,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether there may be something to get.
    ready: bool,
    /// Why nothing will come any more.
    failure: Option<Error>,
    /// Messages may have been missed.
    gap: bool,
    on_ready: Option<Arc<dyn Fn() + Send + Sync>>,
    #[cfg(unix)]
    pipe: Option<Arc<pipe::Pipe>>,
}

impl Subscriber {
    fn new(place: Micros, ready: bool) -> Self {
        Subscriber {
            place: AtomicI64::new(place),
            closed: AtomicBool::new(false),
            state: Mutex::new(State { ready, ..State::default() }),
            wake: Condvar::new(),
        }
    }

    pub fn place(&self) -> Micros {
        self.place.load(Ordering::SeqCst)
    }

    /// Tells that there may be something to get, or why there will be nothing.
    pub fn signal(&self) {
        self.change(|_| {});
    }

    pub fn fail(&self, error: &Error) {
        self.change(|state| state.failure = Some(error.clone()));
    }

    pub fn note_gap(&self) {
        self.change(|state| state.gap = true);
    }

    /// Lets its thread look whether its wait is over.
    fn stir(&self) {
        let _state = self.state.lock();
        self.wake.notify_all();
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock();
        change(&mut state);
        let told = std::mem::replace(&mut state.ready, true);
        self.wake.notify_all();
        if told {
            return;
        }
        #[cfg(unix)]
        if let Some(pipe) = &state.pipe {
            pipe.fill();
        }
        let call = state.on_ready.clone();
        drop(state);
        // No lock is held while calling out.
        if let Some(call) = call {
            call();
        }
    }
}

/// A subscription of an embedded database. Dropped, it is closed.
pub(in crate::sqlite) struct ChannelFeed {
    engine: Arc<Sqlite>,
    channel: Arc<str>,
    stream: Arc<Stream>,
    subscriber: Arc<Subscriber>,
    #[cfg(unix)]
    pipe: std::sync::OnceLock<Arc<pipe::Pipe>>,
}

impl ChannelFeed {
    pub fn new(engine: Arc<Sqlite>, channel: &Arc<str>, start: Start) -> Result<ChannelFeed> {
        engine.keep_watch()?;
        let newest = engine.read(|view| channel::newest(view.conn))?;
        let place = match start {
            Start::Now => newest,
            Start::After(place) => place,
            // Not before what was removed: who begins late has missed nothing.
            Start::Oldest => engine.read(|view| channel::removed_to(view.conn, channel))?,
        };
        let subscriber = Arc::new(Subscriber::new(place, place < newest));
        let stream = engine.watch.streams().join(channel, newest, &subscriber);
        let feed = ChannelFeed {
            engine,
            channel: channel.clone(),
            stream,
            subscriber,
            #[cfg(unix)]
            pipe: std::sync::OnceLock::new(),
        };
        // Again, now that there is a subscriber: the watcher may have gone in between, for want of anybody who waits.
        feed.engine.keep_watch()?;
        // And what was committed in between it may have seen before it knew of the channel.
        feed.engine.watch.look_again();
        feed.engine.published();
        Ok(feed)
    }

    /// What is there after the place.
    fn take(&self, most: usize) -> Result<Vec<Message>> {
        let place = self.subscriber.place();
        match self.stream.after(place, most) {
            Next::Messages(messages) => Ok(self.given(messages)),
            Next::Behind => self.catch_up(place, most).map(|messages| self.given(messages)),
        }
    }

    /// Moves the place behind what is given.
    fn given(&self, messages: Vec<Message>) -> Vec<Message> {
        if let Some(last) = messages.last() {
            self.subscriber.place.store(last.timestamp, Ordering::SeqCst);
        }
        messages
    }

    /// As `take`, and what the watcher has not seen yet: who only tries gets all that was committed before.
    fn take_at_last(&self, most: usize) -> Result<Vec<Message>> {
        // Asked first: what it sees meanwhile stands in the stream.
        let behind = self.engine.watch.is_behind();
        let messages = self.take(most)?;
        if behind && messages.is_empty() {
            return self.catch_up(self.subscriber.place(), most).map(|messages| self.given(messages));
        }
        Ok(messages)
    }

    fn catch_up(&self, place: Micros, most: usize) -> Result<Vec<Message>> {
        // Before the file is read: what comes later stands in the stream.
        let from = self.stream.from();
        let (removed_to, messages) = self.engine.read_together(|view| {
            let removed_to = channel::removed_to(view.conn, &self.channel)?;
            Ok((removed_to, channel::page(view.conn, &self.channel, place.max(removed_to), most, FILL)?))
        })?;
        if removed_to > place {
            self.subscriber.place.store(removed_to, Ordering::SeqCst);
            return Err(gap());
        }
        if messages.is_empty() {
            self.subscriber.place.fetch_max(from, Ordering::SeqCst);
            // Nothing lies in between; what follows is in the stream.
            return match self.stream.after(self.subscriber.place(), most) {
                Next::Messages(messages) => Ok(messages),
                Next::Behind => Ok(Vec::new()),
            };
        }
        Ok(messages)
    }

    fn check_open(&self) -> Result<()> {
        if self.subscriber.closed.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::Closed, "the subscription is closed"));
        }
        Ok(())
    }
}

fn gap() -> Error {
    Error::limit(
        "messages were removed before this subscription read them: read sooner, or keep them for longer; the next call goes on",
    )
}

impl Feed for ChannelFeed {
    fn check(&self) -> Result<()> {
        self.check_open()?;
        self.engine.gate.check()
    }

    fn next(&self, most: usize, deadline: Option<Instant>) -> Result<Vec<Message>> {
        let interrupts = self.engine.gate.interrupts();
        let subscriber = self.subscriber.clone();
        let waiting = cancel::Waiting::new(move || subscriber.stir());
        loop {
            self.check_open()?;
            self.engine.gate.check_wait(interrupts)?;
            waiting.check()?;
            let messages = self.take(most)?;
            if !messages.is_empty() {
                return Ok(messages);
            }
            if let Some(failure) = self.subscriber.state.lock().failure.take() {
                return Err(failure);
            }
            // A watcher that ended (by a pause, or by a failure that was told) is started again.
            self.engine.keep_watch()?;
            let mut state = self.subscriber.state.lock();
            if std::mem::take(&mut state.gap) {
                return Err(gap());
            }
            if std::mem::take(&mut state.ready) {
                #[cfg(unix)]
                if let Some(pipe) = &state.pipe {
                    pipe.drain();
                }
                continue;
            }
            match deadline {
                Some(at) if at <= Instant::now() => {
                    drop(state);
                    return self.take_at_last(most);
                }
                Some(at) => drop(self.subscriber.wake.wait_until(&mut state, at)),
                None => self.subscriber.wake.wait(&mut state),
            }
        }
    }

    fn close(&self) {
        self.subscriber.closed.store(true, Ordering::Release);
        self.subscriber.signal();
    }

    fn on_ready(&self, ready: Option<Arc<dyn Fn() + Send + Sync>>) {
        let mut state = self.subscriber.state.lock();
        let before = std::mem::replace(&mut state.on_ready, ready.clone());
        let now = state.ready;
        drop(state);
        drop(before); // its destructor is foreign code: not under the lock
        if now && let Some(ready) = ready {
            ready();
        }
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Result<std::os::fd::BorrowedFd<'_>> {
        let pipe = match self.pipe.get() {
            Some(pipe) => pipe,
            None => {
                let pipe = Arc::new(pipe::Pipe::new()?);
                let mut state = self.subscriber.state.lock();
                // Of two threads that ask at once, the first has made it.
                let pipe = self.pipe.get_or_init(|| pipe);
                if state.ready && state.pipe.is_none() {
                    pipe.fill();
                }
                state.pipe = Some(pipe.clone());
                pipe
            }
        };
        Ok(pipe.descriptor())
    }
}

impl Drop for ChannelFeed {
    fn drop(&mut self) {
        if !self.engine.gate.forked() {
            self.engine.watch.streams().leave(&self.channel, &self.subscriber);
        }
    }
}
