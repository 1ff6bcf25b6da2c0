//! The means by which processes tell each other something.

use anyhow::Result;
use serde::Deserialize;

use crate::{beaver, poll, redis};

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    Beaver,
    /// Beaver as it is on platforms where it cannot sleep on the file's index.
    BeaverPortable,
    /// A table of one's own, and `PRAGMA data_version` each millisecond.
    Poll,
    Redis,
}

/// Where they meet: the path of a file, or the port of a server.
#[derive(Deserialize)]
pub struct Place {
    pub means: Means,
    pub at: String,
}

/// What is handed over.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Messages, which every subscriber gets.
    Messages,
    /// Items of a queue, which one gets.
    Items,
}

pub trait Sender {
    fn send(&mut self, payload: &str) -> Result<()>;
}

pub trait Receiver {
    /// Waits for the next one.
    fn receive(&mut self) -> Result<String>;
}

pub trait Lock {
    fn acquire(&mut self) -> Result<()>;
    fn release(&mut self) -> Result<()>;
}

impl Place {
    pub fn sender(&self, what: What) -> Result<Box<dyn Sender>> {
        match self.means {
            Means::Beaver | Means::BeaverPortable => beaver::sender(self, what),
            Means::Poll => poll::sender(&self.at, what),
            Means::Redis => redis::sender(&self.at, what),
        }
    }

    pub fn receiver(&self, what: What) -> Result<Box<dyn Receiver>> {
        match self.means {
            Means::Beaver | Means::BeaverPortable => beaver::receiver(self, what),
            Means::Poll => poll::receiver(&self.at, what),
            Means::Redis => redis::receiver(&self.at, what),
        }
    }

    pub fn lock(&self) -> Result<Box<dyn Lock>> {
        match self.means {
            Means::Beaver | Means::BeaverPortable => beaver::lock(self),
            Means::Poll => poll::lock(&self.at),
            Means::Redis => redis::lock(&self.at),
        }
    }
}
