//! What it costs to wait while nothing happens.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use beaver_core::{Beaver, ErrorKind, Start};
use cpu_time::ProcessTime;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::beaver::open;
use crate::means::{Means, Place};
use crate::poll::File;

/// Four gets, three waits for locks, three subscriptions; or one thread that polls on behalf of all.
#[derive(Deserialize)]
pub struct Idle {
    place: Place,
    seconds: f64,
}

const GETS: usize = 4;
const LOCKS: usize = 3;
const SUBSCRIPTIONS: usize = 3;
/// How long a thread may take until it waits.
const SETTLE: Duration = Duration::from_millis(500);
const TTL: Duration = Duration::from_secs(3_600);

impl Idle {
    pub fn run(self) -> Result<Value> {
        let time = Duration::from_secs_f64(self.seconds);
        let used = match self.place.means {
            Means::Beaver | Means::BeaverPortable => wait(&open(&self.place)?, time)?,
            Means::Poll => poll(&mut File::open(&self.place.at)?, time)?,
            Means::Redis => bail!("an idle client of Redis costs nothing"),
        };
        Ok(json!({ "share": used.as_secs_f64() / self.seconds }))
    }
}

fn wait(db: &Beaver, time: Duration) -> Result<Duration> {
    let holders = (0..LOCKS).map(|number| db.lock(&format!("lock {number}"))).collect::<Result<Vec<_>, _>>()?;
    for holder in &holders {
        ensure!(holder.acquire(Some(Duration::ZERO), TTL)?, "the lock of a new file is held");
    }
    std::thread::scope(|scope| {
        let mut waiters = Vec::new();
        for number in 0..GETS {
            waiters.push(scope.spawn(move || ended(db.queue(&format!("queue {number}"))?.get(None).map(drop))));
        }
        for number in 0..LOCKS {
            waiters.push(scope.spawn(move || ended(db.lock(&format!("lock {number}"))?.acquire(None, TTL).map(drop))));
        }
        for number in 0..SUBSCRIPTIONS {
            waiters.push(scope.spawn(move || {
                ended(db.channel(&format!("channel {number}"))?.subscribe(Start::Now)?.next(None).map(drop))
            }));
        }
        std::thread::sleep(SETTLE);
        let before = ProcessTime::now();
        std::thread::sleep(time);
        let used = before.elapsed();
        db.close()?;
        for waiter in waiters {
            waiter.join().unwrap_or_else(|e| std::panic::resume_unwind(e))?;
        }
        Ok(used)
    })
}

/// A wait that only the end of the database may end.
fn ended(outcome: beaver_core::Result<()>) -> Result<()> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::Closed => Ok(()),
        other => bail!("a wait ended with {other:?}"),
    }
}

fn poll(file: &mut File, time: Duration) -> Result<Duration> {
    let (start, before) = (Instant::now(), ProcessTime::now());
    while start.elapsed() < time {
        file.look()?;
    }
    Ok(before.elapsed())
}
