//! How much goes through.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use beaver_core::{Beaver, Json, Start};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::beaver::{NAME, open};
use crate::means::{Means, Place, Receiver};
use crate::redis::Redis;
use crate::{clock, hear, say_ready};

/// How many messages are published together.
const BATCH: usize = 100;

/// Publishes so many messages, in batches.
#[derive(Deserialize)]
pub struct Publish {
    place: Place,
    count: usize,
}

impl Publish {
    pub fn run(self) -> Result<Value> {
        let began;
        if self.place.means == Means::Redis {
            let mut redis = Redis::connect(&self.place.at)?;
            began = clock::now()?;
            for _ in 0..self.count / BATCH {
                let payloads = (0..BATCH).map(|_| clock::payload()).collect::<Result<Vec<_>>>()?;
                redis.publish_many(&payloads)?;
            }
        } else {
            let channel = open(&self.place)?.channel(NAME)?;
            began = clock::now()?;
            for _ in 0..self.count / BATCH {
                let payloads = (0..BATCH).map(|_| Ok(Json::parse(&clock::payload()?)?)).collect::<Result<Vec<_>>>()?;
                channel.publish_many(payloads)?;
            }
        }
        Ok(json!({ "at": began }))
    }
}

/// Reads so many messages.
#[derive(Deserialize)]
pub struct Drain {
    place: Place,
    count: usize,
}

impl Drain {
    pub fn run(self) -> Result<Value> {
        if self.place.means == Means::Redis {
            let mut subscribed = Redis::subscribe(&self.place.at)?;
            say_ready()?;
            for _ in 0..self.count {
                subscribed.receive()?;
            }
        } else {
            let subscription = open(&self.place)?.channel(NAME)?.subscribe(Start::Now)?;
            say_ready()?;
            let mut left = self.count;
            while left > 0 {
                let messages = subscription.next_many(left, Some(Duration::from_secs(10)))?;
                ensure!(!messages.is_empty(), "{left} messages did not come");
                left -= messages.len();
            }
        }
        Ok(json!({ "at": clock::now()? }))
    }
}

/// Puts an item, leases one and settles it, for some seconds: three commits an item. Others do the same.
#[derive(Deserialize)]
pub struct Work {
    file: String,
    seconds: f64,
    threads: usize,
}

impl Work {
    pub fn run(self) -> Result<Value> {
        let db = open(&Place { means: Means::Beaver, at: self.file.clone() })?;
        db.queue(NAME)?.len()?;
        say_ready()?;
        hear()?;
        let start = Instant::now();
        let time = Duration::from_secs_f64(self.seconds);
        let settled: u64 = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..self.threads).map(|_| scope.spawn(|| work(&db, start, time))).collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|e| std::panic::resume_unwind(e)))
                .sum::<Result<u64>>()
        })?;
        Ok(json!({ "operations": settled, "seconds": start.elapsed().as_secs_f64() }))
    }
}

fn work(db: &Beaver, start: Instant, time: Duration) -> Result<u64> {
    let queue = db.queue(NAME)?;
    let mut settled = 0;
    while start.elapsed() < time {
        queue.put(Json::parse(&clock::payload()?)?, 1.0)?;
        if let Some(item) = queue.lease(Duration::from_secs(60), Some(Duration::ZERO), None)? {
            ensure!(queue.ack(item.id)?, "a lease was lost");
            settled += 1;
        }
    }
    Ok(settled)
}
