//! Small writes, made together: what comes while a commit is made goes into the next. One thread commits for all of
//! them, so that no request needs one of its own, which would sleep and wake twice.

use std::sync::Arc;

use beaver_core::{Batch, Result};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::app::App;
use crate::problem::{Exceeded, Problem};

#[derive(Default)]
pub(crate) struct Writes(Mutex<Line>);

#[derive(Default)]
struct Line {
    waiting: Vec<Waiting>,
    /// Whether a thread is at work, which will look again.
    committing: bool,
    last_number: u64,
}

struct Waiting {
    number: u64,
    batch: Batch,
    /// Told whether it was made. Closed if the client has gone.
    done: oneshot::Sender<bool>,
}

impl App {
    /// Makes a write that was collected in `batch`, together with those of others. What cannot be made so, because it
    /// fails or has to wait for the holder of a structure, is made by `alone`, as a call of its own.
    pub async fn write(
        self: &Arc<Self>,
        batch: Batch,
        alone: impl FnOnce() -> Result<()> + Send + 'static,
    ) -> std::result::Result<(), Problem> {
        let until = Instant::now() + self.limits.query_time;
        let call = Self::admit(&self.calls, Exceeded::Calls, "calls run or stand in line")?;
        let (number, mut made) = self.enter(batch);
        let made = match timeout_at(until, &mut made).await {
            Ok(made) => made,
            Err(_) if self.leave(number) => return Err(self.too_long()),
            // It is being made.
            Err(_) => made.await,
        };
        drop(call);
        match made {
            Ok(true) => Ok(()),
            // Also if the thread has panicked: then this tells so.
            Ok(false) | Err(_) => self.run_writing(alone).await,
        }
    }

    /// Stands in line; begins to commit if nobody does.
    fn enter(self: &Arc<Self>, batch: Batch) -> (u64, oneshot::Receiver<bool>) {
        let (done, made) = oneshot::channel();
        let mut line = self.writes.0.lock();
        line.last_number += 1;
        let number = line.last_number;
        line.waiting.push(Waiting { number, batch, done });
        if !line.committing {
            line.committing = true;
            let app = self.clone();
            tokio::task::spawn_blocking(move || app.commit_all());
        }
        (number, made)
    }

    /// Leaves the line; false if it is too late for that.
    fn leave(&self, number: u64) -> bool {
        let mut line = self.writes.0.lock();
        let before = line.waiting.len();
        line.waiting.retain(|waiting| waiting.number != number);
        line.waiting.len() < before
    }

    /// Commits until nobody waits.
    fn commit_all(&self) {
        let _at_work = AtWork(self);
        loop {
            let waiting = {
                let mut line = self.writes.0.lock();
                if line.waiting.is_empty() {
                    line.committing = false;
                    break;
                }
                std::mem::take(&mut line.waiting)
            };
            // Who has gone wants nothing any more.
            let here = waiting.into_iter().filter(|waiting| !waiting.done.is_closed());
            let (batches, told): (Vec<_>, Vec<_>) = here.map(|waiting| (waiting.batch, waiting.done)).unzip();
            for (made, done) in self.db.commit_each(batches).into_iter().zip(told) {
                // It is gone if nobody wants to know.
                let _ = done.send(made.is_ok());
            }
        }
    }
}

/// The thread that commits. What a panic leaves behind is not to be trusted.
struct AtWork<'a>(&'a App);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        self.0.db.break_down();
        tracing::error!("a commit panicked; the database is closed to further calls");
        let mut line = self.0.writes.0.lock();
        line.waiting.clear();
        line.committing = false;
    }
}
