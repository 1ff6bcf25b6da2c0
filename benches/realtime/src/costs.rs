//! What a get costs with the cache, and what events cost a set to which nobody listens.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use beaver_core::{Beaver, Dict, Json, Options, Structure};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::beaver::NAME;
use crate::clock;

/// How many keys there are.
const STORED: u64 = 10_000;
const CACHE: u64 = 64 << 20;

/// Keys in an order that is not theirs.
fn keys(count: usize) -> Vec<String> {
    let mut number: u64 = 1;
    let next = std::iter::repeat_with(|| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("key:{}", (number >> 33) % STORED)
    });
    next.take(count).collect()
}

fn all_keys() -> impl Iterator<Item = String> {
    (0..STORED).map(|number| format!("key:{number}"))
}

fn fill(dict: &Dict) -> Result<()> {
    let value = Json::parse(&clock::payload()?)?;
    Ok(dict.set_many(all_keys().map(|key| (key, value.clone())), None)?)
}

/// Microseconds that each of so many calls takes.
#[expect(clippy::cast_precision_loss)] // there are not so many
fn each(keys: &[String], mut work: impl FnMut(&str) -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    for key in keys {
        work(key)?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / keys.len() as f64)
}

/// Gets of so many keys: by the cache, which has them all, or by a prepared statement of raw SQLite on the same file.
#[derive(Deserialize)]
pub struct Gets {
    file: String,
    raw: bool,
    count: usize,
}

impl Gets {
    pub fn run(self) -> Result<Value> {
        let keys = keys(self.count);
        let micros = if self.raw { self.raw(&keys)? } else { self.cached(&keys)? };
        Ok(json!({ "micros": micros }))
    }

    fn cached(&self, keys: &[String]) -> Result<f64> {
        let db = Beaver::open(&self.file, Options { read_cache_bytes: CACHE, ..Options::default() })?;
        let dict = db.dict(NAME)?;
        if dict.is_empty()? {
            fill(&dict)?;
        }
        for key in all_keys() {
            dict.get(&key)?;
        }
        each(keys, |key| dict.get(key)?.map(drop).context("a key is gone"))
    }

    fn raw(&self, keys: &[String]) -> Result<f64> {
        let conn = Connection::open(&self.file)?;
        let mut get = conn.prepare("SELECT value, expires_at FROM beaver_dicts WHERE dict_name = ?1 AND key = ?2")?;
        let mut get = |key: &str| -> Result<()> {
            let (value, _): (String, Option<f64>) = get.query_row([NAME, key], |row| Ok((row.get(0)?, row.get(1)?)))?;
            ensure!(!value.is_empty(), "a value is gone");
            Ok(())
        };
        for key in all_keys() {
            get(&key)?;
        }
        each(keys, get)
    }
}

/// Sets of so many keys that are there; then the look whether anybody listens, which a set makes in its transaction
/// after another process has committed; then the sets again, with a listener.
#[derive(Deserialize)]
pub struct Sets {
    file: String,
    count: usize,
}

const LISTENERS: &str = "SELECT 1 FROM beaver_listened_events LIMIT 1";

impl Sets {
    pub fn run(self) -> Result<Value> {
        let db = Beaver::open(&self.file, Options::default())?;
        let dict = db.dict(NAME)?;
        fill(&dict)?;
        let keys = keys(self.count);
        // SQLite writes nothing where the value is the same.
        let mut set = |key: &str| Ok(dict.set(key, Json::parse(&clock::payload()?)?)?);
        each(&keys, &mut set)?;
        let unheard = each(&keys, &mut set)?;
        let look = self.look(&keys)?;
        let listening = dict.on("set")?;
        let heard = each(&keys, &mut set)?;
        drop(listening);
        Ok(json!({ "unheard": unheard, "look": look, "heard": heard }))
    }

    fn look(&self, keys: &[String]) -> Result<f64> {
        let mut conn = Connection::open(&self.file)?;
        let transaction = conn.transaction()?;
        each(keys, |_| {
            ensure!(!transaction.prepare_cached(LISTENERS)?.exists([])?, "somebody listens");
            Ok(())
        })
    }
}
