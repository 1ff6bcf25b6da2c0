//! What it costs to wait, to read what did not change, and to have events.

use super::{Bench, Means};
use crate::bench::report::median;
use crate::bench::table::{Line, Table};
use anyhow::Result;
use serde::Deserialize;
use serde_json::json;

const SECONDS: f64 = 10.0;
/// Waiting takes its time: so many rounds are enough.
const IDLE_ROUNDS: usize = 3;
const GETS: usize = 500_000;
const SETS: usize = 30_000;

#[derive(Deserialize)]
struct Idle {
    /// Of a core.
    share: f64,
}

pub fn idle(bench: &Bench, table: &mut Table) -> Result<()> {
    eprintln!("waiting …");
    let seconds = bench.seconds(SECONDS);
    let [mut ours, mut portable, mut poll] = [const { Vec::new() }; 3];
    for _ in 0..bench.rounds.min(IDLE_ROUNDS) {
        let all = [(Means::Beaver, &mut ours), (Means::BeaverPortable, &mut portable), (Means::Poll, &mut poll)];
        for (means, shares) in all {
            let place = bench.place(means)?;
            let Idle { share } = bench.start()?.ask(&json!({ "do": "idle", "place": place, "seconds": seconds }))?;
            shares.push(share);
        }
    }
    let line = |what: &str, shares: &[f64]| {
        Line::new(what, of_a_core(shares))
            .peer(format!("poll, one thread for all: {}", of_a_core(&poll)))
            .costs(shares, &poll)
    };
    let met = median(&ours) <= 0.001;
    table.lines.push(
        line("processor time while idle with ten blocked waiters", &ours).aims("at most 0.1 % of a core", Some(met)),
    );
    table.lines.push(line("the same with portable_watch", &portable));
    Ok(())
}

fn of_a_core(shares: &[f64]) -> String {
    format!("{:.3} % of a core", median(shares) * 100.0)
}

/// In microseconds.
#[derive(Deserialize)]
struct Get {
    micros: f64,
}

pub fn cached_get(bench: &Bench, table: &mut Table) -> Result<()> {
    let what = "cached dict get, nobody commits, beside a prepared SELECT of raw SQLite";
    eprintln!("{what} …");
    let file = bench.new_file()?;
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds {
        for (is_raw, times) in [(false, &mut ours), (true, &mut raw)] {
            let task = json!({ "do": "gets", "file": file, "raw": is_raw, "count": bench.count(GETS) });
            let Get { micros } = bench.start()?.ask(&task)?;
            times.push(micros);
        }
    }
    let each = |times: &[f64]| format!("{:.2} µs", median(times));
    table.lines.push(Line::new(what, each(&ours)).peer(each(&raw)).costs(&ours, &raw).at_most(0.1));
    Ok(())
}

/// In microseconds.
#[derive(Deserialize)]
struct Sets {
    unheard: f64,
    look: f64,
    heard: f64,
}

/// There is no build without events to compare with; so what they add to a set is measured by itself: one
/// statement, in the set's transaction, and only after another process has committed.
pub fn unheard_events(bench: &Bench, table: &mut Table) -> Result<()> {
    eprintln!("events …");
    let mut rounds = Vec::new();
    for _ in 0..bench.rounds {
        let task = json!({ "do": "sets", "file": bench.new_file()?, "count": bench.count(SETS) });
        rounds.push(bench.start()?.ask::<Sets>(&task)?);
    }
    let all = |of: fn(&Sets) -> f64| rounds.iter().map(of).collect::<Vec<_>>();
    let (unheard, look, heard) = (all(|sets| sets.unheard), all(|sets| sets.look), all(|sets| sets.heard));
    let micros = |times: &[f64]| format!("{:.2} µs", median(times));
    let share = median(&look) / median(&unheard);
    table.lines.push(
        Line::new("the look whether anybody listens, beside a whole dict set", micros(&look))
            .peer(micros(&unheard))
            .costs(&look, &unheard)
            .aims("at most 2 %", Some(share <= 0.02)),
    );
    table.lines.push(
        Line::new("a dict set to which somebody listens, beside one to which nobody does", micros(&heard))
            .peer(micros(&unheard))
            .costs(&heard, &unheard),
    );
    Ok(())
}
