//! The newest messages of a channel, shared by all its subscribers in this process: read once from the file, by the
//! watcher, and kept until the slowest of them has them, as far as there is room. Who is further behind
//! reads from the file.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::super::channel;
use super::super::source::View;
use super::feed::Subscriber;
use crate::clock::Micros;
use crate::engine::Message;
use crate::error::{Error, Result};
use crate::event;

/// How many messages of a channel are kept in memory at the most, and how many bytes of them.
const KEPT: usize = 1_024;
const KEPT_BYTES: usize = 256 << 10;
/// How many are read at a time.
const PAGE: usize = 512;

#[derive(Default)]
pub(in crate::sqlite) struct Streams {
    all: Mutex<HashMap<Arc<str>, Arc<Stream>>>,
    /// The time of the newest message of all channels that was looked at.
    newest: AtomicI64,
    subscribers: AtomicUsize,
}

/// Subscribers for whom something has come.
pub(in crate::sqlite) struct News(Vec<Arc<Subscriber>>);

impl News {
    /// Tells them, and whether there are any. To be called without a lock: it calls functions of users.
    pub fn tell(self) -> bool {
        for subscriber in &self.0 {
            subscriber.signal();
        }
        !self.0.is_empty()
    }
}

pub(super) struct Stream {
    tail: Mutex<Tail>,
    subscribers: Mutex<Vec<Arc<Subscriber>>>,
}

/// The end of a channel.
struct Tail {
    /// All messages after `from`, up to `read_to`.
    messages: VecDeque<Message>,
    bytes: usize,
    from: Micros,
    read_to: Micros,
}

impl Streams {
    /// How many subscribers there are.
    pub fn subscribers(&self) -> usize {
        self.subscribers.load(Ordering::SeqCst)
    }

    /// Adds a subscriber of a channel, who has read up to his place. `newest` is the time of the newest message that
    /// there is.
    pub(super) fn join(&self, channel: &Arc<str>, newest: Micros, subscriber: &Arc<Subscriber>) -> Arc<Stream> {
        let mut all = self.all.lock();
        let stream = all.entry(channel.clone()).or_insert_with(|| {
            let tail = Tail { messages: VecDeque::new(), bytes: 0, from: newest, read_to: newest };
            Arc::new(Stream { tail: Mutex::new(tail), subscribers: Mutex::default() })
        });
        stream.subscribers.lock().push(subscriber.clone());
        self.subscribers.fetch_add(1, Ordering::SeqCst);
        // What the watcher has seen by now it may have read before this channel was one of those it reads.
        self.newest.store(Micros::MIN, Ordering::SeqCst);
        stream.clone()
    }

    pub(super) fn leave(&self, channel: &str, subscriber: &Arc<Subscriber>) {
        let mut all = self.all.lock();
        let Some(stream) = all.get(channel) else { return };
        let mut subscribers = stream.subscribers.lock();
        let before = subscribers.len();
        subscribers.retain(|other| !Arc::ptr_eq(other, subscriber));
        self.subscribers.fetch_sub(before - subscribers.len(), Ordering::SeqCst);
        let last = subscribers.is_empty();
        drop(subscribers);
        if last {
            all.remove(channel);
        }
    }

    /// Reads what was published since the last time; who is to be told of it.
    pub fn refresh(&self, view: &View<'_>) -> Result<News> {
        let mut news = News(Vec::new());
        if self.subscribers() == 0 {
            return Ok(news);
        }
        // Taken back first: a subscriber that joins during the look asks for another one.
        let before = self.newest.load(Ordering::SeqCst);
        let newest = channel::newest(view.conn)?;
        if newest == before {
            return Ok(news);
        }
        let streams: Vec<_> = self.all.lock().iter().map(|(name, stream)| (name.clone(), stream.clone())).collect();
        for (name, stream) in streams {
            stream.refresh(view, &name, &mut news.0)?;
        }
        // Not if somebody joined meanwhile.
        let _ = self.newest.compare_exchange(before, newest, Ordering::SeqCst, Ordering::SeqCst);
        Ok(news)
    }

    fn each(&self, tell: impl Fn(&str, &Subscriber)) {
        let streams: Vec<_> = self.all.lock().iter().map(|(name, stream)| (name.clone(), stream.clone())).collect();
        for (name, stream) in streams {
            let subscribers = stream.subscribers.lock().clone();
            for subscriber in subscribers {
                tell(&name, &subscriber);
            }
        }
    }

    /// Lets all subscribers look at the gate.
    pub fn wake_all(&self) {
        self.each(|_, subscriber| subscriber.signal());
    }

    pub fn fail(&self, error: &Error) {
        self.each(|_, subscriber| subscriber.fail(error));
    }

    /// Events may have been missed, because this process was taken for dead.
    pub fn note_missed_events(&self) {
        self.each(|channel, subscriber| {
            if event::is_channel(channel) {
                subscriber.note_gap();
            }
        });
    }
}

/// Where a subscriber finds what comes after his place.
pub(super) enum Next {
    /// Here; none if nothing has come.
    Messages(Vec<Message>),
    /// In the file.
    Behind,
}

impl Stream {
    /// Reads what was published, and adds those who have not got it.
    fn refresh(&self, view: &View<'_>, name: &str, news: &mut Vec<Arc<Subscriber>>) -> Result<()> {
        // Only the watcher moves it, so the tail can be free while the file is read.
        let mut read_to = self.tail.lock().read_to;
        let before = read_to;
        loop {
            let removed_to = channel::removed_to(view.conn, name)?;
            let page = channel::page(view.conn, name, read_to, PAGE, KEPT_BYTES)?;
            let Some(last) = page.last() else { break };
            let mut tail = self.tail.lock();
            if removed_to > read_to {
                // Some were removed before they were read here: the file tells each subscriber whether he misses any.
                let to = removed_to.max(tail.read_to);
                tail.skip_to(to);
            }
            read_to = last.timestamp;
            tail.append(page);
        }
        if read_to == before {
            return Ok(());
        }
        let mut slowest = Micros::MAX;
        for subscriber in self.subscribers.lock().iter() {
            let place = subscriber.place();
            slowest = slowest.min(place);
            if place < read_to {
                news.push(subscriber.clone());
            }
        }
        self.tail.lock().forget_to(slowest);
        Ok(())
    }

    /// Up to so many messages after a place.
    pub fn after(&self, place: Micros, most: usize) -> Next {
        let tail = self.tail.lock();
        if place < tail.from {
            return Next::Behind;
        }
        let first = tail.messages.partition_point(|message| message.timestamp <= place);
        Next::Messages(tail.messages.iter().skip(first).take(most).cloned().collect())
    }

    /// Up to where the file was read: what is before it and not there is nowhere.
    pub fn from(&self) -> Micros {
        self.tail.lock().from
    }
}

impl Tail {
    fn append(&mut self, page: Vec<Message>) {
        for message in page {
            self.read_to = message.timestamp;
            self.bytes += message.payload.as_str().len();
            self.messages.push_back(message);
        }
        while self.messages.len() > KEPT || (self.bytes > KEPT_BYTES && self.messages.len() > 1) {
            self.pop();
        }
    }

    fn pop(&mut self) {
        if let Some(gone) = self.messages.pop_front() {
            self.bytes -= gone.payload.as_str().len();
            self.from = gone.timestamp;
        }
    }

    /// Forgets what all have.
    fn forget_to(&mut self, place: Micros) {
        while self.messages.front().is_some_and(|message| message.timestamp <= place) {
            self.pop();
        }
    }

    fn skip_to(&mut self, place: Micros) {
        self.messages.clear();
        self.bytes = 0;
        self.from = place;
        self.read_to = place;
    }
}
