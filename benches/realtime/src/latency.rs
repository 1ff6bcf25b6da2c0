//! How long it takes until the other process knows.

use std::time::Duration;

use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::{self, Pauses};
use crate::means::{Place, What};
use crate::say_ready;

/// How many are sent first and not counted.
const WARM_UP: usize = 20;
/// How long whoever waits has been asleep by then.
const BETWEEN: Duration = Duration::from_millis(1);

/// Receives so many. One is sent only when the one before was received, and whoever waits is asleep by then.
#[derive(Deserialize)]
pub struct Receive {
    place: Place,
    what: What,
    count: usize,
}

impl Receive {
    pub fn run(self) -> Result<Value> {
        let mut receiver = self.place.receiver(self.what)?;
        say_ready()?;
        let mut micros = Vec::with_capacity(self.count);
        for number in 0..WARM_UP + self.count {
            let payload = receiver.receive()?;
            let age = clock::age(&payload)?;
            if number >= WARM_UP {
                micros.push(age);
            }
        }
        Ok(json!({ "micros": micros }))
    }
}

#[derive(Deserialize)]
pub struct Send {
    place: Place,
    what: What,
    count: usize,
}

impl Send {
    pub fn run(self) -> Result<Value> {
        let mut sender = self.place.sender(self.what)?;
        let mut pauses = Pauses::new(1);
        for _ in 0..WARM_UP + self.count {
            pauses.sleep(BETWEEN);
            sender.send(&clock::payload()?)?;
        }
        Ok(json!({ "sent": self.count }))
    }
}

/// Takes a lock and gives it up so many times, in turn with another process that does the same.
#[derive(Deserialize)]
pub struct Pass {
    place: Place,
    count: usize,
    seed: u64,
}

/// For how long nobody asks for the lock again who just had it: the other one has it by then, also if it polls.
const AWAY: Duration = Duration::from_micros(1_500);
/// How long it is held at least: the other one waits for it by then.
const HELD: Duration = Duration::from_micros(2_500);

impl Pass {
    pub fn run(self) -> Result<Value> {
        let mut lock = self.place.lock()?;
        say_ready()?;
        let mut pauses = Pauses::new(self.seed);
        let mut held = Vec::with_capacity(self.count);
        for _ in 0..self.count {
            lock.acquire()?;
            let from = clock::now()?;
            pauses.sleep(HELD);
            let to = clock::now()?;
            lock.release()?;
            held.push([from, to]);
            std::thread::sleep(AWAY);
        }
        Ok(json!({ "held": held }))
    }
}
