//! From one process to another: messages, items, a lock.

use super::{Bench, Means, await_ready};
use crate::bench::server::Server;
use crate::bench::table::{Line, Table, time};
use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};

const SAMPLES: usize = 10_000;

/// What was measured by one means, in microseconds.
struct Series {
    means: Means,
    rounds: Vec<Vec<f64>>,
}

impl Series {
    /// Of the samples of all rounds.
    fn percentile(&self, percent: usize) -> f64 {
        percentile(&self.rounds.concat(), percent)
    }

    fn medians(&self) -> Vec<f64> {
        self.rounds.iter().map(|samples| percentile(samples, 50)).collect()
    }

    fn told(&self) -> String {
        // The longest shows a wake-up that was lost, which no percentile does.
        let longest = self.rounds.concat().into_iter().fold(0.0, f64::max);
        format!("{} (p99 {}, longest {})", time(self.percentile(50)), time(self.percentile(99)), time(longest))
    }
}

fn percentile(samples: &[f64], percent: usize) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() * percent / 100).copied().unwrap_or(f64::NAN)
}

/// A measurement of so many samples between two processes that meet at a place.
type Measure = fn(&Bench, &Value, usize) -> Result<Vec<f64>>;

pub fn measure(bench: &Bench, table: &mut Table) -> Result<()> {
    let [beaver, portable, poll, redis] = [Means::Beaver, Means::BeaverPortable, Means::Poll, Means::Redis];
    let messages = by_turns(bench, "publish to receive", &[beaver, portable, poll, redis], |bench, place, count| {
        hand_over(bench, place, "messages", count)
    })?;
    table.lines.push(line("publish to receive, one way", &messages, beaver, Some((0.2, 2.0))));
    table.lines.push(line("the same with portable_watch, as on other platforms", &messages, portable, None));
    let items = by_turns(bench, "put to get", &[beaver, poll, redis], |bench, place, count| {
        hand_over(bench, place, "items", count)
    })?;
    table.lines.push(line("queue put to blocked get", &items, beaver, Some((0.3, 3.0))));
    let locks = by_turns(bench, "release to next holder", &[beaver, poll, redis], pass)?;
    table.lines.push(line("lock release to next holder", &locks, beaver, Some((0.3, 3.0))));
    Ok(())
}

fn by_turns(bench: &Bench, what: &str, means: &[Means], measure: Measure) -> Result<Vec<Series>> {
    eprintln!("{what} …");
    let count = bench.count(SAMPLES).div_ceil(bench.rounds);
    let mut series: Vec<_> = means.iter().map(|means| Series { means: *means, rounds: Vec::new() }).collect();
    for _ in 0..bench.rounds {
        for Series { means, rounds } in &mut series {
            if let Some(place) = bench.place(*means)? {
                rounds.push(measure(bench, &place, count)?);
            }
        }
    }
    series.retain(|series| !series.rounds.is_empty());
    Ok(series)
}

/// One series beside the peers; the ratio is to the poll. The target is of p50 and p99, in milliseconds.
fn line(what: &str, all: &[Series], ours: Means, target: Option<(f64, f64)>) -> Line {
    let of = |means: Means| all.iter().find(|series| series.means == means);
    let Some(series) = of(ours) else { return Line::new(what, "not measured") };
    let peers = [Means::Poll, Means::Redis].into_iter().filter_map(of);
    let peers: Vec<_> = peers.map(|peer| format!("{} {}", peer.means.name(), peer.told())).collect();
    let mut line = Line::new(what, series.told()).peer(peers.join(", "));
    if let Some(poll) = of(Means::Poll) {
        line = line.costs(&series.medians(), &poll.medians());
    }
    match target {
        None => line,
        Some((p50, p99)) => {
            let met = series.percentile(50) <= p50 * 1e3 && series.percentile(99) <= p99 * 1e3;
            line.aims(format!("p50 at most {p50} ms, p99 at most {p99:.0} ms"), Some(met))
        }
    }
}

#[derive(Deserialize)]
struct Received {
    micros: Vec<f64>,
}

/// One process sends, another one waits.
fn hand_over(bench: &Bench, place: &Value, what: &str, count: usize) -> Result<Vec<f64>> {
    let (mut receiver, mut sender) = (bench.start()?, bench.start()?);
    receiver.tell(&json!({ "do": "receive", "place": place, "what": what, "count": count }))?;
    await_ready(&mut receiver)?;
    let _: Value = sender.ask(&json!({ "do": "send", "place": place, "what": what, "count": count }))?;
    let Received { micros } = receiver.hear()?;
    Ok(micros)
}

/// When a process had the lock, from and to, in nanoseconds.
#[derive(Deserialize)]
struct Held {
    held: Vec<[u64; 2]>,
}

/// Two processes pass a lock to and fro.
#[expect(clippy::cast_precision_loss)] // they are short times
fn pass(bench: &Bench, place: &Value, count: usize) -> Result<Vec<f64>> {
    let mut processes: Vec<Server> = (0..2).map(|_| bench.start()).collect::<Result<_>>()?;
    for (process, seed) in processes.iter_mut().zip(1..) {
        process.tell(&json!({ "do": "pass", "place": place, "count": count.div_ceil(2) + 1, "seed": seed }))?;
        await_ready(process)?;
    }
    let mut all = Vec::new();
    for (owner, process) in processes.iter_mut().enumerate() {
        let Held { held } = process.hear()?;
        all.extend(held.into_iter().map(|[from, to]| (from, to, owner)));
    }
    all.sort_unstable();
    // Where a process had it twice in a row, at the beginning or at the end, nobody else waited.
    let passed = all.iter().zip(all.iter().skip(1)).filter(|((.., owner), (.., next))| owner != next);
    Ok(passed.map(|((_, released, _), (acquired, ..))| acquired.saturating_sub(*released) as f64 / 1e3).collect())
}
