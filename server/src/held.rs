//! Locks and acquired structures that clients hold through the server, by tokens.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use beaver_core::{Beaver, Blobs, Channel, Collection, Dict, ErrorKind, Kind, List, Lock, Log, Queue, Structure};
use parking_lot::Mutex;

use crate::app::App;
use crate::grant::Ongoing;
use crate::keys::hex;
use crate::problem::{Exceeded, Problem};
use crate::routes::Call;

/// The header with the token of what was acquired.
pub(crate) const LOCK_HEADER: &str = "beaver-lock";

/// What is held.
pub(crate) enum Held {
    Dict(Dict),
    List(List),
    Queue(Queue),
    Blobs(Blobs),
    Log(Log),
    Channel(Channel),
    Collection(Collection),
    Lock(Lock),
}

impl Held {
    fn is(&self, kind: Kind, name: &str) -> bool {
        let (own_kind, own_name) = match self {
            Held::Dict(dict) => (dict.kind(), dict.name()),
            Held::List(list) => (list.kind(), list.name()),
            Held::Queue(queue) => (queue.kind(), queue.name()),
            Held::Blobs(blobs) => (blobs.kind(), blobs.name()),
            Held::Log(log) => (log.kind(), log.name()),
            Held::Channel(channel) => (channel.kind(), channel.name()),
            Held::Collection(collection) => (collection.kind(), collection.name()),
            Held::Lock(lock) => (Kind::Lock, lock.name()),
        };
        own_kind == kind && own_name == name
    }

    pub fn release(&self) -> beaver_core::Result<bool> {
        match self {
            Held::Dict(dict) => dict.release(),
            Held::List(list) => list.release(),
            Held::Queue(queue) => queue.release(),
            Held::Blobs(blobs) => blobs.release(),
            Held::Log(log) => log.release(),
            Held::Channel(channel) => channel.release(),
            Held::Collection(collection) => collection.release(),
            Held::Lock(lock) => lock.release(),
        }
    }

    /// Whether it is still held: it may have ended by its ttl, or been cleared. Only locks tell.
    pub fn held(&self) -> beaver_core::Result<bool> {
        match self {
            Held::Lock(lock) => lock.held(),
            _ => Ok(false),
        }
    }

    pub fn renew(&self, ttl: Duration) -> beaver_core::Result<bool> {
        match self {
            Held::Dict(dict) => dict.renew(ttl),
            Held::List(list) => list.renew(ttl),
            Held::Queue(queue) => queue.renew(ttl),
            Held::Blobs(blobs) => blobs.renew(ttl),
            Held::Log(log) => log.renew(ttl),
            Held::Channel(channel) => channel.renew(ttl),
            Held::Collection(collection) => collection.renew(ttl),
            Held::Lock(lock) => lock.renew(ttl),
        }
    }
}

/// A structure that can be had from a database, and from what is held.
pub(crate) trait Served: Structure + Clone + Send + Sync + 'static {
    const KIND: Kind;
    fn open(db: &Beaver, name: &str) -> beaver_core::Result<Self>;
    fn of(held: &Held) -> Option<&Self>;
    fn hold(self) -> Held;
}

impl Served for Dict {
    const KIND: Kind = Kind::Dict;
    fn open(db: &Beaver, name: &str) -> beaver_core::Result<Self> {
        db.dict(name)
    }
    fn of(held: &Held) -> Option<&Self> {
        if let Held::Dict(dict) = held { Some(dict) } else { None }
    }
    fn hold(self) -> Held {
        Held::Dict(self)
    }
}

impl Served for List {
    const KIND: Kind = Kind::List;
    fn open(db: &Beaver, name: &str) -> beaver_core::Result<Self> {
        db.list(name)
    }
    fn of(held: &Held) -> Option<&Self> {
        if let Held::List(list) = held { Some(list) } else { None }
    }
    fn hold(self) -> Held {
        Held::List(self)
    }
}

impl Served for Queue {
    const KIND: Kind = Kind::Queue;
    fn open(db: &Beaver, name: &str) -> beaver_core::Result<Self> {
        db.queue(name)
    }
    fn of(held: &Held) -> Option<&Self> {
        if let Held::Queue(queue) = held { Some(queue) } else { None }
    }
    fn hold(self) -> Held {
        Held::Queue(self)
    }
}

impl Served for Blobs {
    const KIND: Kind = Kind::Blob;
    fn open(db: &Beaver, name: &str) -> beaver_core::Result<Self> {
        db.blobs(name)
    }
    fn of(held: &Held) -> Option<&Self> {
        if let Held::Blobs(blobs) = held { Some(blobs) } else { None }
    }
    fn hold(self) -> Held {
        Held::Blobs(self)
    }
}

impl Served for Log {
    const KIND: Kind = Kind::Log;
    fn open(db: &Beaver, name: &str) -> beaver_core::Result<Self> {
        db.log(name)
    }
    fn of(held: &Held) -> Option<&Self> {
        if let Held::Log(log) = held { Some(log) } else { None }
    }
    fn hold(self) -> Held {
        Held::Log(self)
    }
}

impl Served for Channel {
    const KIND: Kind = Kind::Channel;
    fn open(db: &Beaver, name: &str) -> beaver_core::Result<Self> {
        db.channel(name)
    }
    fn of(held: &Held) -> Option<&Self> {
        if let Held::Channel(channel) = held { Some(channel) } else { None }
    }
    fn hold(self) -> Held {
        Held::Channel(self)
    }
}

impl Served for Collection {
    const KIND: Kind = Kind::Collection;
    fn open(db: &Beaver, name: &str) -> beaver_core::Result<Self> {
        db.collection(name)
    }
    fn of(held: &Held) -> Option<&Self> {
        if let Held::Collection(collection) = held { Some(collection) } else { None }
    }
    fn hold(self) -> Held {
        Held::Collection(self)
    }
}

/// All that is held, by token.
#[derive(Default)]
pub(crate) struct HeldLocks(Mutex<HashMap<String, Entry>>);

struct Entry {
    held: Arc<Held>,
    until: Instant,
    /// By the key that it was acquired with.
    ongoing: Ongoing,
}

impl HeldLocks {
    /// Keeps what was acquired, and gives its token.
    pub fn keep(&self, call: &Call, held: Held, ttl: Duration) -> Result<String, Problem> {
        let now = Instant::now();
        let over = self.take_over(now);
        // What is over is given up, which may write.
        App::later(move || drop(over));
        let mut all = self.0.lock();
        if all.len() >= call.app.limits.locks {
            App::later(move || drop(held));
            return Err(Problem::limit(Exceeded::Locks, "too many locks are held through this server: retry later"));
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random)
            .map_err(|e| Problem::new(ErrorKind::Io, format!("the system gives no random numbers: {e}")))?;
        let token = hex(&random);
        let until = now.checked_add(ttl).unwrap_or(now + Duration::from_secs(86_400 * 365));
        all.insert(token.clone(), Entry { held: Arc::new(held), until, ongoing: call.ongoing() });
        Ok(token)
    }

    /// Takes out what has ended, by its time or with its key.
    fn take_over(&self, now: Instant) -> Vec<Entry> {
        let over = |_: &String, entry: &mut Entry| entry.until <= now || !entry.ongoing.allowed();
        self.0.lock().extract_if(over).map(|(_, entry)| entry).collect()
    }

    /// Gives up what has ended. That may write.
    pub fn let_go(&self) {
        drop(self.take_over(Instant::now()));
    }

    fn find(&self, token: &str) -> Option<Arc<Held>> {
        Some(self.0.lock().get(token)?.held.clone())
    }

    /// What is held for another while.
    pub fn prolong(&self, token: &str, ttl: Duration) {
        if let Some(entry) = self.0.lock().get_mut(token)
            && let Some(until) = Instant::now().checked_add(ttl)
        {
            entry.until = until;
        }
    }

    /// Forgets it. Dropped, it is given up; that may write.
    pub fn forget(&self, token: &str) {
        if let Some(entry) = self.0.lock().remove(token) {
            App::later(move || drop(entry));
        }
    }

    /// Gives all up, when the server stops.
    pub fn clear(&self) {
        let all = std::mem::take(&mut *self.0.lock());
        drop(all);
    }
}

impl Call {
    /// The token that the request carries.
    pub fn token(&self) -> Option<&str> {
        self.headers().get(LOCK_HEADER)?.to_str().ok()
    }

    /// What the token of the request stands for, of that kind and the name in the path; none without a token.
    pub fn held(&self, kind: Kind) -> Result<Option<Arc<Held>>, Problem> {
        let Some(token) = self.token() else { return Ok(None) };
        let held = self.app.held.find(token).ok_or_else(|| {
            Problem::new(ErrorKind::Conflict, "what the Beaver-Lock header stands for is not held (any more)")
        })?;
        if !held.is(kind, self.name()) {
            return Err(Problem::invalid("the Beaver-Lock header stands for another structure"));
        }
        Ok(Some(held))
    }

    /// The structure of the path; as its holder if the request says so.
    pub fn structure<S: Served>(&self) -> Result<S, Problem> {
        match self.held(S::KIND)? {
            None => Ok(S::open(&self.app.db, self.name())?),
            Some(held) => S::of(&held).cloned().ok_or_else(|| Problem::invalid("the lock is of another kind")),
        }
    }
}
