//! What a server holds for its clients between two requests: snapshots, transactions, streams, subscriptions, and the
//! waits that can be ended.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::protocol::{SILENCE_SECONDS, TRANSACTION_SILENCE_SECONDS};
use super::serve;
use crate::cancel::Cancel;
use crate::engine::{BlobStream, Feed, Reading, Store};
use crate::error::{Error, ErrorKind, Result};
use crate::options::Durability;

/// How many things one client holds at most.
const MAX_HELD: usize = 4_096;
/// How many ends of waits that have not begun are remembered.
const MAX_ENDED: usize = 1_024;

/// One open database at some client.
pub(super) struct Client {
    held: Mutex<HashMap<u64, Held>>,
    waits: Mutex<Waits>,
    /// Topics and events that it listens to.
    pub listens: Mutex<Vec<(Arc<str>, Arc<str>)>>,
    heard: Mutex<Instant>,
    numbers: AtomicU64,
}

#[derive(Default)]
struct Waits {
    running: HashMap<u64, Cancel>,
    /// Ended before they began: requests overtake each other.
    ended: HashSet<u64>,
}

#[derive(Clone)]
pub(super) enum Held {
    Snapshot(Arc<dyn Reading>),
    Transaction(Arc<Transaction>),
    Stream(Arc<Mutex<Box<dyn BlobStream>>>),
    Feed(Arc<dyn Feed>),
}

impl Client {
    pub fn new() -> Self {
        Client {
            held: Mutex::default(),
            waits: Mutex::default(),
            listens: Mutex::default(),
            heard: Mutex::new(Instant::now()),
            numbers: AtomicU64::new(1),
        }
    }

    pub fn heard(&self) {
        *self.heard.lock() = Instant::now();
    }

    /// Whether it can be forgotten: nothing was heard of it for long, and nothing of it runs.
    pub fn is_silent(&self) -> bool {
        self.heard.lock().elapsed() > Duration::from_secs(SILENCE_SECONDS) && self.waits.lock().running.is_empty()
    }

    pub fn hold(&self, thing: Held) -> Result<u64> {
        let mut held = self.held.lock();
        if held.len() >= MAX_HELD {
            let text =
                format!("more than {MAX_HELD} snapshots, streams and subscriptions are open at the server: close some");
            return Err(Error::limit(text));
        }
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        held.insert(number, thing);
        Ok(number)
    }

    pub fn held(&self, number: u64) -> Result<Held> {
        self.held.lock().get(&number).cloned().ok_or_else(gone)
    }

    pub fn release(&self, number: u64) {
        let released = self.held.lock().remove(&number);
        if let Some(Held::Feed(feed)) = &released {
            feed.close();
        }
        drop(released); // not under the lock: a transaction waits for its thread
    }

    /// Begins a wait that [`Client::end`] ends.
    pub fn wait<T>(&self, number: u64, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let cancel = Cancel::new();
        {
            let mut waits = self.waits.lock();
            if waits.ended.remove(&number) {
                cancel.cancel();
            }
            waits.running.insert(number, cancel.clone());
        }
        let outcome = cancel.during(work);
        self.waits.lock().running.remove(&number);
        outcome
    }

    pub fn end(&self, number: u64) {
        let cancel = {
            let mut waits = self.waits.lock();
            let running = waits.running.get(&number).cloned();
            if running.is_none() {
                if waits.ended.len() >= MAX_ENDED {
                    waits.ended.clear();
                }
                waits.ended.insert(number);
            }
            running
        };
        if let Some(cancel) = cancel {
            cancel.cancel();
        }
    }

    /// Gives all back that is held.
    pub fn leave(&self, store: &dyn Store) {
        let running: Vec<Cancel> = self.waits.lock().running.values().cloned().collect();
        running.iter().for_each(Cancel::cancel);
        let held = std::mem::take(&mut *self.held.lock());
        for thing in held.into_values() {
            if let Held::Feed(feed) = &thing {
                feed.close();
            }
        }
        for (topic, event) in std::mem::take(&mut *self.listens.lock()) {
            // Best effort: the database's close takes back what is left.
            let _ = store.unlisten(&topic, &event);
        }
    }
}

/// What is held no more, or never was: the server was started anew, or heard nothing for too long.
pub(super) fn gone() -> Error {
    let text =
        "the server does not hold it any more: it was started anew, or heard nothing of this program for a minute";
    Error::new(ErrorKind::Unavailable, text)
}

/// A transaction. It belongs to a thread of its own, as every transaction does, which does what requests want.
pub(super) struct Transaction {
    work: Mutex<Option<SyncSender<Work>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The body of a request, and where its answer goes.
type Work = (Arc<[u8]>, SyncSender<Vec<u8>>);

impl Transaction {
    pub fn begin(store: Arc<dyn Store>, durability: Option<Durability>) -> Result<Transaction> {
        let (work, works) = sync_channel::<Work>(1);
        let (begun, begins) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("beaver-transaction".into())
            .spawn(move || match store.transaction(durability) {
                Ok(transaction) => {
                    let _ = begun.send(Ok(()));
                    run(transaction, &works);
                }
                Err(error) => drop(begun.send(Err(error))),
            })
            .map_err(|e| Error::new(ErrorKind::Io, format!("no thread for a transaction: {e}")))?;
        let transaction = Transaction { work: Mutex::new(Some(work)), thread: Mutex::new(Some(thread)) };
        begins.recv().map_err(|_| gone())??;
        Ok(transaction)
    }

    /// What the transaction answers.
    pub fn answer(&self, body: Arc<[u8]>) -> Result<Vec<u8>> {
        let work = self.work.lock().clone().ok_or_else(gone)?;
        let (answer, answers) = sync_channel(1);
        work.send((body, answer)).map_err(|_| undone())?;
        answers.recv().map_err(|_| undone())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // Nobody can ask any more: the thread undoes what was not committed.
        self.work.get_mut().take();
        if let Some(thread) = self.thread.get_mut().take() {
            let _ = thread.join();
        }
    }
}

fn undone() -> Error {
    let text = format!(
        "the transaction was undone: it is over, or nothing was heard of it for {TRANSACTION_SILENCE_SECONDS} seconds"
    );
    Error::new(ErrorKind::Conflict, text)
}

fn run(transaction: Box<dyn crate::engine::Transaction>, works: &Receiver<Work>) {
    let silence = Duration::from_secs(TRANSACTION_SILENCE_SECONDS);
    let mut transaction = Some(transaction);
    loop {
        let (body, answer) = match works.recv_timeout(silence) {
            Ok(work) => work,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
        };
        let _ = answer.send(serve::in_transaction(&mut transaction, &body));
        if transaction.is_none() {
            return;
        }
    }
}
