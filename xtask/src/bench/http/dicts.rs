//! Gets and puts of a dict over many connections, beside BeaverDB 1.3.0 and Redis.

use super::servers::{self, Serving};
use super::{Bench, Server};
use crate::bench::redis::{Keeps, Redis};
use crate::bench::report::median;
use crate::bench::table::{Line, Table, time, times};
use crate::test::oracle;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::json;

const CONNECTIONS: usize = 32;
const KEYS: u32 = 10_000;
const SECONDS: f64 = 3.0;

/// Who is asked.
enum Peer {
    Beaver(Serving),
    Beaver1x(Serving),
    Redis(Redis, Keeps),
}

struct Contender {
    peer: Peer,
    /// Of each round.
    gets: Vec<Loaded>,
    puts: Vec<Loaded>,
}

#[derive(Deserialize)]
struct Loaded {
    requests: f64,
    failed: f64,
    seconds: f64,
    /// In microseconds; none if everything failed.
    p50: Option<f64>,
    p99: Option<f64>,
}

impl Peer {
    fn name(&self) -> &'static str {
        match self {
            Peer::Beaver(_) => "beaver",
            Peer::Beaver1x(_) => "1.3.0",
            Peer::Redis(_, Keeps::Nothing) => "Redis, nothing kept",
            Peer::Redis(_, Keeps::Changes) => "Redis, appending",
        }
    }

    fn address(&self) -> (&'static str, u16) {
        match self {
            Peer::Beaver(serving) | Peer::Beaver1x(serving) => ("http", serving.port),
            Peer::Redis(redis, _) => ("redis", redis.port()),
        }
    }
}

impl Contender {
    fn fill(&self, client: &mut Server) -> Result<()> {
        let (speech, port) = self.peer.address();
        // One after the other: all have to be there.
        let filled: Loaded = client.ask(&json!({
            "do": "load", "speech": speech, "port": port, "what": "put", "connections": 1, "keys": KEYS, "seed": 0,
        }))?;
        ensure!(filled.failed == 0.0, "{} failed to set {} keys", self.peer.name(), filled.failed);
        Ok(())
    }

    fn load(&mut self, client: &mut Server, what: &str, seconds: f64, seed: usize) -> Result<()> {
        let (speech, port) = self.peer.address();
        let loaded: Loaded = client.ask(&json!({
            "do": "load", "speech": speech, "port": port, "what": what, "connections": CONNECTIONS, "keys": KEYS,
            "seconds": seconds, "seed": seed,
        }))?;
        let may_fail = matches!(self.peer, Peer::Beaver1x(_));
        ensure!(may_fail || loaded.failed == 0.0, "{}: {} requests failed", self.peer.name(), loaded.failed);
        if what == "get" {
            self.gets.push(loaded)
        } else {
            self.puts.push(loaded)
        }
        Ok(())
    }
}

fn rates(rounds: &[Loaded]) -> Vec<f64> {
    rounds.iter().map(|round| round.requests / round.seconds).collect()
}

fn latencies(rounds: &[Loaded], which: fn(&Loaded) -> Option<f64>) -> Vec<f64> {
    rounds.iter().filter_map(which).collect()
}

fn told(rounds: &[Loaded]) -> String {
    let of = |which| times(&latencies(rounds, which));
    format!("{:.0} /s (p50 {}, p99 {})", median(&rates(rounds)), of(|one| one.p50), of(|one| one.p99))
}

pub fn measure(bench: &Bench, table: &mut Table) -> Result<()> {
    let mut contenders = contenders(bench, table)?;
    let mut client = bench.client()?;
    for contender in &contenders {
        contender.fill(&mut client)?;
    }
    let seconds = bench.effort.seconds(SECONDS);
    for round in 1..=bench.effort.rounds {
        eprintln!("gets and puts, round {round} …");
        for what in ["get", "put"] {
            for contender in &mut contenders {
                contender.load(&mut client, what, seconds, round)?;
            }
        }
    }
    for (what, of, share) in [("get", gets as fn(&Contender) -> &[Loaded], 0.5), ("put", puts, 0.25)] {
        lines(table, &contenders, what, of, share)?;
    }
    Ok(())
}

fn gets(contender: &Contender) -> &[Loaded] {
    &contender.gets
}

fn puts(contender: &Contender) -> &[Loaded] {
    &contender.puts
}

fn contenders(bench: &Bench, table: &mut Table) -> Result<Vec<Contender>> {
    let mut peers = vec![Peer::Beaver(servers::beaver(bench, &bench.path("bench.db"))?)];
    match oracle() {
        Some(python) => peers.push(Peer::Beaver1x(servers::beaver_1x(python, &bench.path("1x.db"))?)),
        None => table.notes.push("Left out: there is no Python with BeaverDB 1.3.0 (see BEAVER_1X_PYTHON).".to_owned()),
    }
    let mut version = None;
    for (keeps, folder) in [(Keeps::Changes, "redis-appending"), (Keeps::Nothing, "redis-nothing")] {
        let folder = bench.path(folder);
        std::fs::create_dir_all(&folder)?;
        if let Some(redis) = Redis::start(&folder, keeps)? {
            version = Some(redis.version().to_owned());
            peers.push(Peer::Redis(redis, keeps));
        }
    }
    table.notes.push(version.unwrap_or("Left out, because it is not installed: Redis".to_owned()) + ".");
    Ok(peers.into_iter().map(|peer| Contender { peer, gets: Vec::new(), puts: Vec::new() }).collect())
}

fn lines(
    table: &mut Table,
    contenders: &[Contender],
    what: &str,
    of: fn(&Contender) -> &[Loaded],
    share: f64,
) -> Result<()> {
    let (ours, peers) = contenders.split_first().context("beaver is there")?;
    let ours = of(ours);
    let p99 = median(&latencies(ours, |one| one.p99));
    table
        .lines
        .push(Line::new(format!("dict {what}: 99 of 100 answered within"), time(p99)).aims("5 ms", Some(p99 < 5e3)));
    for Contender { peer, gets, puts } in peers {
        let theirs = if what == "get" { gets } else { puts };
        let line = Line::new(format!("dict {what}, beside {}", peer.name()), told(ours))
            .peer(told(theirs))
            .speed(&rates(theirs), &rates(ours));
        table.lines.push(match peer {
            Peer::Beaver1x(_) => line.at_least(10.0),
            Peer::Redis(_, Keeps::Changes) => line.at_least(share),
            _ => line,
        });
        let failed: f64 = theirs.iter().map(|round| round.failed).sum();
        if failed > 0.0 {
            let all: f64 = theirs.iter().map(|round| round.requests + round.failed).sum();
            table.notes.push(format!(
                "{}: {:.1} % of the {what}s failed and are not counted.",
                peer.name(),
                failed / all * 100.0
            ));
        }
    }
    Ok(())
}
