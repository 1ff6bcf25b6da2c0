//! How much goes through.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use beaver_core::{Json, Start};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::beaver::{NAME, open};
use crate::means::{Means, Place, Receiver};
use crate::redis::Redis;
use crate::{clock, hear, say_ready};

/// How many messages are published together.
const BATCH: usize = 100;
const LEASE: Duration = Duration::from_secs(60);

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

/// Puts an item and takes one, for some seconds, each a commit of its own. Others do the same.
#[derive(Deserialize)]
pub struct Work {
    file: String,
    seconds: f64,
    /// Takes it on a lease, and settles that: three commits an item instead of two.
    lease: bool,
}

impl Work {
    pub fn run(self) -> Result<Value> {
        let queue = open(&Place { means: Means::Beaver, at: self.file })?.queue(NAME)?;
        queue.len()?;
        say_ready()?;
        hear()?;
        let start = Instant::now();
        let time = Duration::from_secs_f64(self.seconds);
        let mut done: u64 = 0;
        while start.elapsed() < time {
            queue.put(Json::parse(&clock::payload()?)?, 1.0)?;
            // Nobody takes more than he put, so one is there.
            let was_there = if self.lease {
                let item = queue.lease(LEASE, Some(Duration::ZERO), None)?;
                item.map(|item| queue.ack(item.id)).transpose()?.unwrap_or(false)
            } else {
                queue.get(Some(Duration::ZERO))?.is_some()
            };
            ensure!(was_there, "an item was lost");
            done += 1;
        }
        Ok(json!({ "operations": done, "seconds": start.elapsed().as_secs_f64() }))
    }
}
