//! A testee that answers from a script, so that the judge can be judged.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::matcher::matches;
use crate::value::{quote, raw};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    #[serde(default)]
    pub capabilities: BTreeSet<String>,
    /// What it says that it is: `fake`, if nothing else.
    pub testee: Option<String>,
    pub protocol: Option<u64>,
    /// What comes after what, for each operation; the last is repeated. Nothing: `{"result": null}`.
    #[serde(default)]
    pub answers: BTreeMap<String, Vec<Act>>,
    /// What comes instead when it is started with that mutation.
    #[serde(default)]
    pub mutations: BTreeMap<String, BTreeMap<String, Vec<Act>>>,
    /// It does not take up a mutation.
    #[serde(default)]
    pub deaf: bool,
    /// Live objects that a reset reports, and a bye.
    #[serde(default)]
    pub live: u64,
    #[serde(default)]
    pub live_at_bye: u64,
    #[serde(default)]
    pub exit_status: i32,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The answer without its id: `{"result": …}`.
    pub answer: Option<Box<RawValue>>,
    /// The request's arguments must be these, no more and no less, or the answer is an error.
    pub args: Option<Box<RawValue>>,
    #[serde(default)]
    pub delay_ms: u64,
    /// A line to print instead of an answer.
    pub garbage: Option<String>,
    #[serde(default)]
    pub hang: bool,
    #[serde(default)]
    pub die: bool,
}

#[derive(Deserialize)]
struct Request {
    id: u64,
    op: String,
    args: Option<Box<RawValue>>,
    thread: Option<String>,
}

/// Answers requests until the input ends.
///
/// # Errors
/// A request that cannot be read.
pub fn serve(script: &Script) -> Result<()> {
    let mutation = std::env::var("BEAVER_MUTATE").ok().filter(|_| !script.deaf);
    let mutated = mutation.as_ref().and_then(|area| script.mutations.get(area));
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let out = Arc::new(Mutex::new(std::io::stdout()));
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let request: Request = serde_json::from_str(&line).with_context(|| line.clone())?;
        match request.op.as_str() {
            "hello" => {
                let testee = script.testee.as_deref().unwrap_or("fake");
                let capabilities: Vec<String> = script.capabilities.iter().map(|one| quote(one)).collect();
                let mutation = mutation.as_ref().map_or(String::new(), |area| format!(",\"mutation\":{}", quote(area)));
                let result = format!(
                    "{{\"protocol\":{},\"testee\":{},\"capabilities\":[{}]{mutation}}}",
                    script.protocol.unwrap_or(1),
                    quote(testee),
                    capabilities.join(",")
                );
                say(&out, request.id, &format!("\"result\":{result}"));
            }
            "reset" => say(&out, request.id, &format!("\"result\":{{\"live\":{}}}", script.live)),
            "bye" => {
                say(&out, request.id, &format!("\"result\":{{\"live\":{}}}", script.live_at_bye));
                std::process::exit(script.exit_status);
            }
            op => {
                let acts = mutated.and_then(|answers| answers.get(op)).or(script.answers.get(op));
                let acts = acts.map_or(&[][..], Vec::as_slice);
                let count = counts.entry(op.to_string()).or_default();
                let act = acts.get(*count).or(acts.last()).cloned().unwrap_or_default();
                *count += 1;
                let out = Arc::clone(&out);
                if request.thread.is_some() {
                    std::thread::spawn(move || perform(&act, &request, &out));
                } else {
                    perform(&act, &request, &out);
                }
            }
        }
    }
    Ok(())
}

fn perform(act: &Act, request: &Request, out: &Mutex<std::io::Stdout>) {
    std::thread::sleep(Duration::from_millis(act.delay_ms));
    if act.die {
        eprintln!("the fake dies as it is told");
        std::process::exit(3);
    }
    if act.hang {
        loop {
            std::thread::park();
        }
    }
    let args = request.args.as_ref().map_or("{}", |args| args.get());
    if let Some(wanted) = &act.args
        && !same(wanted, args)
    {
        let message = quote(&format!("wanted {}, got {args}", wanted.get()));
        return say(out, request.id, &format!("\"error\":{{\"kind\":\"INTERNAL\",\"message\":{message}}}"));
    }
    if let Some(garbage) = &act.garbage {
        let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(out, "{garbage}").and_then(|()| out.flush());
        return;
    }
    let answer = act.answer.as_ref().map_or("{\"result\":null}", |answer| answer.get());
    say(out, request.id, answer.trim_start_matches('{').trim_end().strip_suffix('}').unwrap_or_default());
}

fn same(wanted: &RawValue, args: &str) -> bool {
    raw(args).is_ok_and(|args| matches(wanted, &args).is_ok() && matches(&args, wanted).is_ok())
}

fn say(out: &Mutex<std::io::Stdout>, id: u64, members: &str) {
    let mut out = out.lock().unwrap_or_else(PoisonError::into_inner);
    // If the judge is gone, so is the reason to speak.
    let _ = writeln!(out, "{{\"id\":{id},{members}}}").and_then(|()| out.flush());
}
