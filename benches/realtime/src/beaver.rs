//! Channels, queues and locks of beaver.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use beaver_core::{Beaver, Channel, Json, Options, Queue, Start, Subscription};

use crate::means::{Lock, Means, Place, Receiver, Sender, What};

/// The name of the structure that is measured, whatever it is.
pub const NAME: &str = "bench";
/// How long a lock is held at the most; no run is so long.
const TTL: Duration = Duration::from_secs(3_600);

pub fn open(place: &Place) -> Result<Beaver> {
    let portable_watch = place.means == Means::BeaverPortable;
    Ok(Beaver::open(&place.at, Options { portable_watch, ..Options::default() })?)
}

impl Sender for Channel {
    fn send(&mut self, payload: &str) -> Result<()> {
        self.publish(Json::parse(payload)?)?;
        Ok(())
    }
}

impl Sender for Queue {
    fn send(&mut self, payload: &str) -> Result<()> {
        Ok(self.put(Json::parse(payload)?, 1.0)?)
    }
}

impl Receiver for Subscription {
    fn receive(&mut self) -> Result<String> {
        let message = self.next(None)?.context("a wait without an end has ended")?;
        Ok(message.payload.as_str().to_owned())
    }
}

impl Receiver for Queue {
    fn receive(&mut self) -> Result<String> {
        let item = self.get(None)?.context("a wait without an end has ended")?;
        Ok(item.data.as_str().to_owned())
    }
}

impl Lock for beaver_core::Lock {
    fn acquire(&mut self) -> Result<()> {
        ensure!(beaver_core::Lock::acquire(self, None, TTL)?, "a wait without an end has ended");
        Ok(())
    }

    fn release(&mut self) -> Result<()> {
        ensure!(beaver_core::Lock::release(self)?, "the lock was lost");
        Ok(())
    }
}

pub fn sender(place: &Place, what: What) -> Result<Box<dyn Sender>> {
    let db = open(place)?;
    Ok(match what {
        What::Messages => Box::new(db.channel(NAME)?),
        What::Items => Box::new(db.queue(NAME)?),
    })
}

pub fn receiver(place: &Place, what: What) -> Result<Box<dyn Receiver>> {
    let db = open(place)?;
    Ok(match what {
        What::Messages => Box::new(db.channel(NAME)?.subscribe(Start::Now)?),
        What::Items => Box::new(db.queue(NAME)?),
    })
}

pub fn lock(place: &Place) -> Result<Box<dyn Lock>> {
    Ok(Box::new(open(place)?.lock(NAME)?))
}
