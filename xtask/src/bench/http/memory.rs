//! How much memory a server has that does nothing, and one to which many listen.

use super::Bench;
use super::servers;
use crate::bench::report::median;
use crate::bench::table::{Line, Table};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::time::Duration;

const KEYS: u32 = 100;
const SUBSCRIBERS: usize = 1_000;
/// A new process has the same memory each time, or nearly.
const ROUNDS: usize = 3;
/// What a server does after it has answered is done by then.
const PAUSE: Duration = Duration::from_secs(1);

pub fn measure(bench: &Bench, table: &mut Table) -> Result<()> {
    eprintln!("memory …");
    let file = bench.path("small.db");
    let (mut at_rest, mut subscribed) = (Vec::new(), Vec::new());
    for round in 0..=bench.effort.rounds.min(ROUNDS) {
        let serving = servers::beaver(bench, &file)?;
        let mut client = bench.client()?;
        let what = if round == 0 { "put" } else { "get" };
        let _: Value = client.ask(&json!({
            "do": "load", "speech": "http", "port": serving.port, "what": what, "connections": 1, "keys": KEYS, "seed": 0,
        }))?;
        if round == 0 {
            continue; // the file was made
        }
        std::thread::sleep(PAUSE);
        let Some(resident) = serving.resident_mib() else {
            table.notes.push("Left out: this system does not tell the memory of a process as Linux does.".to_owned());
            return Ok(());
        };
        at_rest.push(resident);
        let task = json!({ "do": "subscribe", "port": serving.port, "channel": "quiet", "count": SUBSCRIBERS });
        let _: Value = client.ask(&task)?;
        std::thread::sleep(PAUSE);
        subscribed.push(serving.resident_mib().context("the server has ended")?);
    }
    for (what, rounds, most) in [
        ("resident memory at rest, a small file opened and read".to_owned(), &at_rest, 20.0),
        (format!("resident memory with {SUBSCRIBERS} idle WebSocket subscribers"), &subscribed, 40.0),
    ] {
        let resident = median(rounds);
        let line = Line::new(what, format!("{resident:.1} MiB"));
        table.lines.push(line.aims(format!("under {most} MiB"), Some(resident < most)));
    }
    Ok(())
}
