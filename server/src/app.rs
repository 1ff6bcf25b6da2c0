//! What all requests share, and how they call the database without holding up the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use beaver_core::remote::Service;
use beaver_core::{Beaver, Cancel, Error, ErrorKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinError, JoinHandle};

use crate::guard::Guard;
use crate::held::HeldLocks;
use crate::keys::Keys;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::problem::{Exceeded, Problem};
use crate::writes::Writes;

/// The state of a server.
pub(crate) struct App {
    pub db: Beaver,
    pub limits: Limits,
    pub metrics: Metrics,
    pub keys: Arc<Keys>,
    pub guard: Guard,
    pub held: HeldLocks,
    /// What answers other programs' `Beaver::open("http://…")`.
    pub service: Arc<Service>,
    /// The OpenAPI document, as JSON.
    pub openapi: String,
    /// Bytes for bodies that are being read, in KiB.
    pub memory: Arc<Semaphore>,
    pub subscribers: Arc<Semaphore>,
    pub writes: Writes,
    pub calls: Arc<Semaphore>,
    threads: Arc<Semaphore>,
    /// Of the threads, those that calls may have which write.
    writers: Semaphore,
    waits: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
}

impl App {
    pub fn new(db: Beaver, limits: Limits, keys: Keys, guard: Guard, metrics: Metrics, openapi: String) -> App {
        App {
            service: Arc::new(Service::new(&db)),
            db,
            metrics,
            keys: Arc::new(keys),
            guard,
            held: HeldLocks::default(),
            openapi,
            memory: Arc::new(Semaphore::new(limits.memory_bytes >> 10)),
            subscribers: Arc::new(Semaphore::new(limits.subscribers)),
            writes: Writes::default(),
            calls: Arc::new(Semaphore::new(limits.calls)),
            threads: Arc::new(Semaphore::new(limits.threads.max(1))),
            writers: Semaphore::new((limits.threads - limits.threads / 4).max(1)),
            waits: Arc::new(Semaphore::new(limits.waits)),
            stopping: watch::Sender::new(false),
            limits,
        }
    }

    /// Ends blocked calls and WebSockets.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether the server is to stop.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Returns when the server is to stop.
    pub async fn stopped(&self) {
        // The sender lives as long as this.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// Threads that run a call, calls that are blocked, WebSockets.
    pub fn busy(&self) -> [usize; 3] {
        let used = |all: usize, free: &Semaphore| all.saturating_sub(free.available_permits());
        [
            used(self.limits.threads.max(1), &self.threads),
            used(self.limits.waits, &self.waits),
            used(self.limits.subscribers, &self.subscribers),
        ]
    }

    /// Makes a call to the database on a thread that may block, for as long as a call may take. Who drops the future
    /// cancels what waits in it; a write that has begun is made.
    pub async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Beaver) -> beaver_core::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let until = tokio::time::Instant::now() + self.limits.query_time;
        let _call = Self::admit(&self.calls, Exceeded::Calls, "calls run or stand in line")?;
        self.run_until(until, work).await
    }

    /// As [`App::run`], for calls that write. They wait for each other, and leave threads to those that read, which wait
    /// for nobody.
    pub async fn run_writing<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce() -> beaver_core::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let until = tokio::time::Instant::now() + self.limits.query_time;
        let _call = Self::admit(&self.calls, Exceeded::Calls, "calls run or stand in line")?;
        let turn = tokio::time::timeout_at(until, self.writers.acquire());
        let _writer = turn.await.map_err(|_| self.too_long())?.map_err(|_| closed())?;
        self.run_until(until, move |_| work()).await
    }

    async fn run_until<T: Send + 'static>(
        self: &Arc<Self>,
        until: tokio::time::Instant,
        work: impl FnOnce(&Beaver) -> beaver_core::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = tokio::time::timeout_at(until, self.threads.clone().acquire_owned());
        let thread = turn.await.map_err(|_| self.too_long())?.map_err(|_| closed())?;
        let (mut task, cancel) = self.spawn(thread, work);
        match tokio::time::timeout_at(until, &mut task).await {
            Ok(done) => self.done(done),
            Err(_) => {
                cancel.now();
                match self.done(task.await) {
                    Err(problem) if problem.kind() == ErrorKind::Interrupted => Err(self.too_long()),
                    done => done,
                }
            }
        }
    }

    /// Makes a call that waits for something, on a thread of its own, of which there are only so many. It ends with the
    /// server, and with the client. What it gives to nobody, because the client has gone, is to undo itself when dropped.
    pub async fn wait<T: Send + 'static>(
        self: &Arc<Self>,
        timeout: Duration,
        work: impl FnOnce(&Beaver, Duration) -> beaver_core::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        if timeout.is_zero() {
            return self.run(move |db| work(db, timeout)).await;
        }
        let timeout = timeout.min(self.limits.wait_time);
        self.long(move |db| work(db, timeout)).await
    }

    /// Makes a call that may take as long as its client waits for it, on a thread of its own, of which there are only so
    /// many: upkeep. It ends with the server, and with the client.
    pub async fn long<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Beaver) -> beaver_core::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let thread = Self::admit(&self.waits, Exceeded::Waits, "calls are blocked")?;
        let (mut task, cancel) = self.spawn(thread, work);
        tokio::select! {
            done = &mut task => self.done(done),
            () = self.stopped() => {
                cancel.now();
                match self.done(task.await) {
                    Err(problem) if problem.kind() == ErrorKind::Interrupted => {
                        Err(Problem::new(ErrorKind::Unavailable, "the server stops: ask again when it is back"))
                    }
                    done => done,
                }
            }
        }
    }

    /// A thread for something that takes as long as its client: a stream. Counted as a blocked call.
    pub fn stream(
        self: &Arc<Self>,
        work: impl FnOnce(&Beaver) -> beaver_core::Result<()> + Send + 'static,
    ) -> Result<Running, Problem> {
        let thread = Self::admit(&self.waits, Exceeded::Waits, "calls are blocked")?;
        let (task, cancel) = self.spawn(thread, work);
        Ok(Running { task, _cancel: cancel })
    }

    /// Does in the background what may block and nobody waits for.
    pub fn later(work: impl FnOnce() + Send + 'static) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            drop(runtime.spawn_blocking(work));
        } else {
            work();
        }
    }

    fn spawn<T: Send + 'static>(
        self: &Arc<Self>,
        thread: OwnedSemaphorePermit,
        work: impl FnOnce(&Beaver) -> beaver_core::Result<T> + Send + 'static,
    ) -> (JoinHandle<beaver_core::Result<T>>, CancelGuard) {
        let cancel = Cancel::new();
        let (db, inside) = (self.db.clone(), cancel.clone());
        let task = tokio::task::spawn_blocking(move || {
            let done = inside.during(|| work(&db));
            drop(thread);
            done
        });
        (task, CancelGuard { cancel, spent: AtomicBool::new(false) })
    }

    fn done<T>(&self, done: Result<beaver_core::Result<T>, JoinError>) -> Result<T, Problem> {
        match done {
            Ok(done) => Ok(done?),
            Err(failed) => {
                if failed.is_panic() {
                    // As every binding does: what a panic has left behind is not to be trusted.
                    self.db.break_down();
                    tracing::error!("a call panicked; the database is closed to further calls");
                }
                Err(Problem::new(ErrorKind::Panic, "a call panicked: the database takes no more calls"))
            }
        }
    }

    pub fn admit(gate: &Arc<Semaphore>, limit: Exceeded, what: &str) -> Result<OwnedSemaphorePermit, Problem> {
        gate.clone().try_acquire_owned().map_err(|_| Problem::limit(limit, format!("too many {what}: retry later")))
    }

    pub fn too_long(&self) -> Problem {
        let seconds = self.limits.query_time.as_secs_f64();
        Problem::limit(Exceeded::Time, format!("the call took longer than {seconds} seconds and was ended"))
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the server has stopped")
}

/// A stream at work; dropped, it is cancelled.
pub(crate) struct Running {
    pub task: JoinHandle<beaver_core::Result<()>>,
    _cancel: CancelGuard,
}

/// Cancels when dropped: the client has gone.
struct CancelGuard {
    cancel: Cancel,
    spent: AtomicBool,
}

impl CancelGuard {
    fn now(&self) {
        if !self.spent.swap(true, Ordering::Relaxed) {
            self.cancel.cancel();
        }
    }
}

impl Drop for CancelGuard {
    fn drop(&mut self) {
        self.now();
    }
}
