//! Logs.

use std::time::Duration;

use beaver_core::{Log, LogQuery, Micros, wire};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::context::{Access, Context};
use crate::exit::{Failure, Outcome};
use crate::files;
use crate::rows::Value;
use crate::structure::{self, Common, Until, follow};
use crate::times::{span, time};
use crate::value::{self, value};

const HEADER: [&str; 2] = ["time", "data"];

#[derive(Subcommand)]
pub enum Command {
    /// Append an entry; prints its time in microseconds since 1970
    #[command(
        alias = "append",
        after_help = "Example:\n  beaver log metrics write '{\"cpu\": 0.4}'\n  beaver log metrics write 'deployed' --at 2026-01-31T12:00:00Z"
    )]
    Write {
        /// JSON, or else a plain string; - is the standard input, @file a file
        #[arg(allow_negative_numbers = true)]
        value: String,
        /// Another time than now
        #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
        at: Option<Micros>,
    },
    /// Append many entries, from lines of {"data", "timestamp_us"}, the time optional; prints their times
    #[command(
        alias = "append-many",
        after_help = "Example:\n  printf '{\"data\":1}\\n{\"data\":2}\\n' | beaver log metrics write-many"
    )]
    WriteMany {
        /// JSON Lines; up to 10,000 lines or 32 MiB are one commit
        #[arg(default_value = "-")]
        file: String,
    },
    /// Follow the last minutes live: a line of numbers each second
    #[command(
        alias = "live",
        after_help = "Example:\n  beaver log metrics watch --window 60 --frequency 1 --count 2\n  beaver log metrics watch --path cpu --count 1\n  beaver log metrics watch --count 1 --aggregates '{\"p99\": {\"op\": \"percentile\", \"path\": \"cpu\", \"p\": 99}}'"
    )]
    Watch(Watch),
    /// List the entries of a time
    #[command(
        after_help = "Example:\n  beaver log metrics range --start 1h\n  beaver log metrics range --start 2026-01-31 --end 2026-02-01 --limit 10 --reverse"
    )]
    Range {
        /// Not before: microseconds since 1970, 2026-01-31T12:00:00Z, 2026-01-31, or 2h for two hours ago
        #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
        start: Option<Micros>,
        /// Before that time
        #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
        end: Option<Micros>,
        /// At most so many
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
        /// The newest first
        #[arg(long)]
        reverse: bool,
    },
    /// List the newest entries, the newest first
    #[command(after_help = "Example:\n  beaver log metrics latest 5")]
    Latest {
        #[arg(default_value_t = 10)]
        count: usize,
    },
    /// List all entries
    #[command(after_help = "Example:\n  beaver log metrics items")]
    Items,
    /// Remove old entries; prints how many
    #[command(
        after_help = "Example:\n  beaver log metrics prune --older-than 30days\n  beaver log metrics prune --keep-last 1000"
    )]
    Prune(Prune),
    #[command(flatten)]
    Common(Common),
}

#[derive(Args)]
pub struct Watch {
    /// How far back it looks
    #[arg(long, value_name = "S", value_parser = span, default_value = "60")]
    window: Duration,
    /// How often it tells
    #[arg(long, alias = "period", value_name = "S", value_parser = span, default_value = "1")]
    frequency: Duration,
    /// Also the mean, the smallest and the largest of the numbers at a path
    #[arg(long, value_name = "PATH")]
    path: Vec<String>,
    /// What to make of the entries, as JSON: {"name": {"op": "percentile", "path": "ms", "p": 99}}
    #[arg(long, value_name = "JSON", conflicts_with = "path")]
    aggregates: Option<String>,
    /// The entries themselves: an array of those in the window
    #[arg(long, conflicts_with_all = ["path", "aggregates"])]
    entries: bool,
    #[command(flatten)]
    until: Until,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub struct Prune {
    /// Those before a time: 30days for as long ago, 2026-01-31, or microseconds since 1970
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    older_than: Option<Micros>,
    /// All but the newest so many
    #[arg(long, value_name = "N")]
    keep_last: Option<u64>,
}

impl Command {
    fn access(&self) -> Access {
        match self {
            Command::Range { .. } | Command::Latest { .. } | Command::Items => Access::Read,
            Command::Common(common) => common.access(),
            _ => Access::Write,
        }
    }
}

pub fn run(cx: &Context, name: &str, command: &Command) -> Outcome {
    let log = cx.structure(command.access(), |db| db.log(name))?;
    match command {
        Command::Write { value: given, at } => {
            let data = value(cx, given)?;
            cx.out.plain(match at {
                Some(at) => log.append_at(data, *at)?,
                None => log.append(data)?,
            })
        }
        Command::WriteMany { file } => {
            let mut times = Vec::new();
            files::lines(cx, file, |array| {
                times.extend(log.append_many(wire::log_items("the entry", array)?)?);
                Ok(0)
            })?;
            times.iter().try_for_each(|time| cx.out.plain(*time))
        }
        Command::Watch(watch) => self::watch(cx, &log, watch),
        Command::Range { start, end, limit, reverse } => {
            let query = LogQuery { start: *start, end: *end, limit: *limit, reverse: *reverse };
            cx.out.rows(&HEADER, log.entries(&query)?)
        }
        Command::Latest { count } => cx.out.rows(&HEADER, log.latest(*count)?.into_iter().map(Ok)),
        Command::Items => cx.out.rows(&HEADER, log.items()),
        Command::Prune(Prune { older_than: Some(time), .. }) => cx.out.plain(log.prune_older(*time)?),
        Command::Prune(Prune { keep_last: Some(count), .. }) => cx.out.plain(log.prune_keep(*count)?),
        Command::Prune(_) => Err(Failure::usage("give --older-than or --keep-last")),
        Command::Common(common) => structure::run(cx, &log, common),
    }
}

fn watch(cx: &Context, log: &Log, watch: &Watch) -> Outcome {
    let Watch { window, frequency, path, aggregates, entries, until } = watch;
    if *entries {
        let live = log.live_entries(*window, *frequency)?;
        return follow(cx, until, |timeout| {
            let array = live.next(timeout, |entries| {
                wire::array(entries.map(|(timestamp, data)| format!(r#"{{"timestamp_us":{timestamp},"data":{data}}}"#)))
            })?;
            array.map(|array| beaver_core::Json::parse(&array).map(|array| Value(0, array))).transpose()
        });
    }
    let aggregates = match aggregates {
        Some(given) => value::json(cx, given)?.to_string(),
        None => summary(path).to_string(),
    };
    let view = format!(r#"{{"window":1,"period":1,"aggregates":{aggregates}}}"#);
    let live = log.live(*window, *frequency, wire::live_view(&view)?.aggregates.unwrap_or_default())?;
    follow(cx, until, |timeout| Ok(live.next(timeout)?.map(|result| Value(0, result))))
}

/// What is told if nothing is said: how many entries, how many a second, and of each path the usual numbers.
fn summary(paths: &[String]) -> serde_json::Value {
    let mut aggregates = serde_json::Map::new();
    aggregates.insert("count".into(), json!({"op": "count"}));
    aggregates.insert("rate".into(), json!({"op": "rate"}));
    for path in paths {
        for op in ["mean", "min", "max"] {
            aggregates.insert(format!("{path}.{op}"), json!({"op": op, "path": path}));
        }
    }
    aggregates.into()
}
