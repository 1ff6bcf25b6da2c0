//! A subscription to a channel at a server.
//!
//! The server holds the place, and the client remembers the time of the last message it got: if the server forgets it,
//! or is started anew, the subscription goes on behind that message.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

use super::link::Link;
use super::protocol::{Request, Wait};
use crate::cancel::{Cancel, Waiting};
use crate::clock::Micros;
use crate::engine::{Feed, Message};
use crate::error::{Error, ErrorKind, Result};
#[cfg(unix)]
use crate::pipe::Pipe;
use crate::subscription::Start;

/// How many messages are fetched before anybody asks, for those who want to be told.
const AHEAD: usize = 128;
/// How often a subscription that was lost is made again before its `next` fails.
const TRIES: u32 = 3;

pub(super) struct RemoteFeed {
    inner: Arc<Inner>,
    pump: Mutex<Option<JoinHandle<()>>>,
    #[cfg(unix)]
    pipe: std::sync::OnceLock<Arc<Pipe>>,
}

struct Inner {
    link: Arc<Link>,
    channel: Arc<str>,
    start: Start,
    place: Mutex<Place>,
    closed: AtomicBool,
    /// Ends the waits of this subscription.
    cancel: Cancel,
    /// For those who want to be told; else unused.
    ahead: Mutex<Ahead>,
    wake: Condvar,
}

struct Place {
    /// What the server holds it under; none if it was lost.
    number: Option<u64>,
    /// The time of the last message, or of the beginning.
    after: Option<Micros>,
}

#[derive(Default)]
struct Ahead {
    /// Whether a thread fetches messages.
    pumped: bool,
    messages: Vec<Message>,
    failure: Option<Error>,
    on_ready: Option<Arc<dyn Fn() + Send + Sync>>,
    #[cfg(unix)]
    pipe: Option<Arc<Pipe>>,
}

impl Ahead {
    fn is_ready(&self) -> bool {
        !self.messages.is_empty() || self.failure.is_some()
    }
}

impl RemoteFeed {
    pub fn new(link: &Arc<Link>, channel: &Arc<str>, start: Start) -> Result<RemoteFeed> {
        let inner = Inner {
            link: link.clone(),
            channel: channel.clone(),
            start,
            place: Mutex::new(Place { number: None, after: None }),
            closed: AtomicBool::new(false),
            cancel: Cancel::new(),
            ahead: Mutex::default(),
            wake: Condvar::new(),
        };
        inner.number()?;
        link.keep();
        Ok(RemoteFeed {
            inner: Arc::new(inner),
            pump: Mutex::new(None),
            #[cfg(unix)]
            pipe: std::sync::OnceLock::new(),
        })
    }

    /// Starts to fetch messages before anybody asks.
    fn start_pump(&self) {
        let mut pump = self.pump.lock();
        if pump.is_some() {
            return;
        }
        self.inner.ahead.lock().pumped = true;
        let inner = Arc::downgrade(&self.inner);
        let spawned = std::thread::Builder::new().name("beaver-feed".into()).spawn(move || run(&inner));
        match spawned {
            Ok(thread) => *pump = Some(thread),
            Err(e) => self.inner.ahead.lock().failure = Some(Error::new(ErrorKind::Io, format!("no thread: {e}"))),
        }
    }
}

/// Fetches messages whenever those before were taken.
fn run(feed: &Weak<Inner>) {
    loop {
        let Some(inner) = feed.upgrade() else { return };
        let outcome = inner.pull(AHEAD, None);
        let mut ahead = inner.ahead.lock();
        match outcome {
            Ok(messages) => ahead.messages.extend(messages),
            Err(error) => ahead.failure = Some(error),
        }
        #[cfg(unix)]
        if let Some(pipe) = &ahead.pipe {
            pipe.fill();
        }
        let call = ahead.on_ready.clone();
        inner.wake.notify_all();
        drop(ahead);
        // No lock is held while calling out.
        if let Some(call) = call {
            call();
        }
        let mut ahead = inner.ahead.lock();
        while ahead.is_ready() && !inner.closed.load(Ordering::Acquire) {
            inner.wake.wait(&mut ahead);
        }
        if inner.closed.load(Ordering::Acquire) {
            return;
        }
    }
}

impl Inner {
    /// The number under which the server holds it; subscribed anew if that was lost.
    fn number(&self) -> Result<u64> {
        let mut place = self.place.lock();
        if let Some(number) = place.number {
            return Ok(number);
        }
        let start = place.after.map_or(self.start, Start::After);
        let (number, after): (u64, Option<Micros>) = self.link.ask(None, &Request::Subscribe(&self.channel, start))?;
        place.number = Some(number);
        place.after = place.after.or(after);
        Ok(number)
    }

    /// Messages from the server.
    fn pull(&self, most: usize, deadline: Option<Instant>) -> Result<Vec<Message>> {
        let mut tries = 0;
        loop {
            self.check()?;
            let pulled = self.cancel.during(|| {
                let number = self.number()?;
                let request = |wait: Wait| Request::FeedNext(number, most, wait);
                self.link.wait(None, deadline, request, |messages: &Vec<Message>| !messages.is_empty())
            });
            match pulled {
                Ok(messages) => {
                    if let Some(last) = messages.last() {
                        self.place.lock().after = Some(last.timestamp);
                    }
                    return Ok(messages);
                }
                Err(error) if error.kind() == ErrorKind::Unavailable && tries < TRIES => {
                    tries += 1;
                    self.place.lock().number = None;
                    // Events come only to who listens.
                    self.link.here();
                }
                Err(error) => return Err(self.check().err().unwrap_or(error)),
            }
        }
    }

    fn check(&self) -> Result<()> {
        self.link.gate.check()?;
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::Closed, "the subscription is closed"));
        }
        Ok(())
    }

    /// Messages that were fetched already, as soon as there are some.
    fn take(self: &Arc<Self>, most: usize, deadline: Option<Instant>) -> Result<Vec<Message>> {
        let this = self.clone();
        let waiting = Waiting::new(move || {
            drop(this.ahead.lock());
            this.wake.notify_all();
        });
        let since = self.link.gate.interrupts();
        let mut ahead = self.ahead.lock();
        loop {
            self.check()?;
            waiting.check()?;
            self.link.gate.check_wait(since)?;
            if !ahead.messages.is_empty() {
                let count = most.min(ahead.messages.len());
                let messages = ahead.messages.drain(..count).collect();
                self.wake.notify_all();
                return Ok(messages);
            }
            if let Some(error) = ahead.failure.take() {
                self.wake.notify_all();
                return Err(error);
            }
            #[cfg(unix)]
            if let Some(pipe) = &ahead.pipe {
                pipe.drain();
            }
            match deadline {
                Some(at) if self.wake.wait_until(&mut ahead, at).timed_out() && !ahead.is_ready() => {
                    return Ok(Vec::new());
                }
                Some(_) => {}
                None => self.wake.wait(&mut ahead),
            }
        }
    }
}

impl Feed for RemoteFeed {
    fn check(&self) -> Result<()> {
        self.inner.check()
    }

    fn next(&self, most: usize, deadline: Option<Instant>) -> Result<Vec<Message>> {
        let pumped = self.inner.ahead.lock().pumped;
        if pumped { self.inner.take(most, deadline) } else { self.inner.pull(most, deadline) }
    }

    fn close(&self) {
        if self.inner.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        self.inner.cancel.cancel();
        drop(self.inner.ahead.lock());
        self.inner.wake.notify_all();
        let number = self.inner.place.lock().number.take();
        if let Some(number) = number {
            // Best effort: the server forgets it by itself.
            let _ = self.inner.link.ask::<()>(None, &Request::Release(number));
        }
        let told = self.inner.ahead.lock().on_ready.clone();
        #[cfg(unix)]
        if let Some(pipe) = self.pipe.get() {
            pipe.fill();
        }
        if let Some(told) = told {
            told();
        }
    }

    fn on_ready(&self, ready: Option<Arc<dyn Fn() + Send + Sync>>) {
        let wanted = ready.is_some();
        let mut ahead = self.inner.ahead.lock();
        let before = std::mem::replace(&mut ahead.on_ready, ready.clone());
        let now = ahead.is_ready();
        drop(ahead);
        drop(before); // its destructor is foreign code: not under the lock
        if wanted {
            self.start_pump();
        }
        if now && let Some(ready) = ready {
            ready();
        }
    }

    #[cfg(unix)]
    fn descriptor(&self) -> Result<std::os::fd::BorrowedFd<'_>> {
        let pipe = match self.pipe.get() {
            Some(pipe) => pipe,
            None => {
                let made = Arc::new(Pipe::new()?);
                let pipe = self.pipe.get_or_init(|| made);
                let mut ahead = self.inner.ahead.lock();
                if ahead.is_ready() {
                    pipe.fill();
                }
                ahead.pipe = Some(pipe.clone());
                drop(ahead);
                self.start_pump();
                pipe
            }
        };
        Ok(pipe.descriptor())
    }
}

impl Drop for RemoteFeed {
    fn drop(&mut self) {
        self.close();
        if let Some(thread) = self.pump.get_mut().take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}
