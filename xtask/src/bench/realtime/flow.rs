//! How many messages and items go through.

use super::{Bench, Means, await_ready};
use crate::bench::report::median;
use crate::bench::server::Server;
use crate::bench::table::{Line, Table};
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

const MESSAGES: usize = 300_000;
const WORKERS: usize = 4;
const SECONDS: f64 = 3.0;

pub fn measure(bench: &Bench, table: &mut Table) -> Result<()> {
    table.lines.push(messages(bench)?);
    let what = "put, lease and ack by four processes, three commits an item";
    let rates = by_four(bench, what, true)?;
    let met = median(&rates) >= 10_000.0;
    table.lines.push(Line::new(what, rate(&rates, "items")).aims("at least 10,000 items a second", Some(met)));
    let what = "put and get by four processes, two commits an item";
    let rates = by_four(bench, what, false)?;
    table.lines.push(Line::new(what, rate(&rates, "items")));
    Ok(())
}

fn rate(rounds: &[f64], of: &str) -> String {
    format!("{:.0} {of} a second", median(rounds))
}

fn messages(bench: &Bench) -> Result<Line> {
    let what = "messages through one channel, batches of 100";
    eprintln!("{what} …");
    let (mut ours, mut redis) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds {
        for (means, rates) in [(Means::Beaver, &mut ours), (Means::Redis, &mut redis)] {
            if let Some(place) = bench.place(means)? {
                rates.push(messages_a_second(bench, &place)?);
            }
        }
    }
    let mut line = Line::new(what, rate(&ours, "messages"));
    if !redis.is_empty() {
        line = line.peer(format!("redis, pipelined: {}", rate(&redis, "messages"))).speed(&redis, &ours);
    }
    Ok(line.aims("at least 100,000 a second", Some(median(&ours) >= 1e5)))
}

/// In nanoseconds.
#[derive(Deserialize)]
struct Time {
    at: u64,
}

/// From the first that is published to the last that is received.
#[expect(clippy::cast_precision_loss)] // there are not so many
fn messages_a_second(bench: &Bench, place: &Value) -> Result<f64> {
    let count = bench.count(MESSAGES);
    let (mut subscriber, mut publisher) = (bench.start()?, bench.start()?);
    subscriber.tell(&json!({ "do": "drain", "place": place, "count": count }))?;
    await_ready(&mut subscriber)?;
    let Time { at: began } = publisher.ask(&json!({ "do": "publish", "place": place, "count": count }))?;
    let Time { at: ended } = subscriber.hear()?;
    let nanos = ended.checked_sub(began).context("the clock was set back meanwhile")?;
    Ok(count as f64 * 1e9 / nanos as f64)
}

#[derive(Deserialize)]
struct Worked {
    operations: f64,
    seconds: f64,
}

/// How many items a second go through four processes together, in each round.
fn by_four(bench: &Bench, what: &str, lease: bool) -> Result<Vec<f64>> {
    eprintln!("{what} …");
    (0..bench.rounds).map(|_| items_a_second(bench, lease)).collect()
}

fn items_a_second(bench: &Bench, lease: bool) -> Result<f64> {
    let file = bench.new_file()?;
    let mut workers: Vec<Server> = (0..WORKERS).map(|_| bench.start()).collect::<Result<_>>()?;
    let task = json!({ "do": "work", "file": file, "seconds": bench.seconds(SECONDS), "lease": lease });
    for worker in &mut workers {
        worker.tell(&task)?;
        await_ready(worker)?;
    }
    for worker in &mut workers {
        worker.tell(&json!("begin"))?;
    }
    let mut rate = 0.0;
    for worker in &mut workers {
        let Worked { operations, seconds } = worker.hear()?;
        rate += operations / seconds;
    }
    Ok(rate)
}
