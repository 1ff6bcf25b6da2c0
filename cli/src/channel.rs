//! Channels.

use std::time::Duration;

use beaver_core::{Micros, Retention, Start, wire};
use clap::{Args, Subcommand};

use crate::context::{Access, Context};
use crate::exit::Outcome;
use crate::files;
use crate::structure::{self, Common, Until, listen};
use crate::times::{span, time};
use crate::value::value;

#[derive(Subcommand)]
pub enum Command {
    /// Publish a message; prints its time in microseconds since 1970
    #[command(after_help = "Example:\n  beaver channel news publish '{\"headline\": \"Beavers build dam\"}'")]
    Publish {
        /// JSON, or else a plain string; - is the standard input, @file a file
        #[arg(allow_negative_numbers = true)]
        value: String,
    },
    /// Publish many messages, a line of JSON each; prints their times
    #[command(after_help = "Example:\n  printf '1\\n2\\n' | beaver channel news publish-many")]
    PublishMany {
        /// JSON Lines; up to 10,000 lines or 32 MiB are one commit
        #[arg(default_value = "-")]
        file: String,
    },
    /// Print messages as they come, a line each, until Ctrl-C
    #[command(
        alias = "subscribe",
        after_help = "Example:\n  (sleep 1; beaver channel news publish hello) & beaver channel news listen --count 1\n  beaver channel news listen --from oldest --count 1 --raw"
    )]
    Listen(Listen),
    /// List the messages that are kept
    #[command(after_help = "Example:\n  beaver channel news items")]
    Items,
    /// Print how long messages are kept
    #[command(after_help = "Example:\n  beaver channel news retention")]
    Retention,
    /// Choose how long messages are kept; what is not said is a day, and 100,000
    #[command(after_help = "Example:\n  beaver channel news set-retention --max-age 7days --max-messages 1000")]
    SetRetention {
        /// So long, or for ever with "none"
        #[arg(long, value_name = "S", value_parser = limit_of_age)]
        max_age: Option<Limit<Duration>>,
        /// So many, or all with "none"
        #[arg(long, value_name = "N", value_parser = limit_of_count)]
        max_messages: Option<Limit<u64>>,
    },
    #[command(flatten)]
    Common(Common),
}

#[derive(Args)]
pub struct Listen {
    /// Where to begin: with what comes from now on, or with the oldest that is kept
    #[arg(long, value_name = "PLACE", value_parser = ["now", "oldest"])]
    from: Option<String>,
    /// Begin after the message of that time
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true, conflicts_with = "from")]
    after: Option<Micros>,
    #[command(flatten)]
    until: Until,
}

/// A limit that can also be none.
#[derive(Clone, Copy)]
pub struct Limit<T>(Option<T>);

fn limit_of_age(text: &str) -> Result<Limit<Duration>, String> {
    if text == "none" { Ok(Limit(None)) } else { span(text).map(|age| Limit(Some(age))) }
}

fn limit_of_count(text: &str) -> Result<Limit<u64>, String> {
    if text == "none" { Ok(Limit(None)) } else { text.parse().map(|n| Limit(Some(n))).map_err(|e| format!("{e}")) }
}

impl Command {
    fn access(&self) -> Access {
        match self {
            Command::Items | Command::Retention => Access::Read,
            Command::Common(common) => common.access(),
            _ => Access::Write,
        }
    }
}

pub fn run(cx: &Context, name: &str, command: &Command) -> Outcome {
    let channel = cx.structure(command.access(), |db| db.channel(name))?;
    match command {
        Command::Publish { value: given } => cx.out.plain(channel.publish(value(cx, given)?)?),
        Command::PublishMany { file } => {
            let mut times = Vec::new();
            files::lines(cx, file, |array| {
                times.extend(channel.publish_many(wire::elements("the messages", array)?)?);
                Ok(0)
            })?;
            times.iter().try_for_each(|time| cx.out.plain(*time))
        }
        Command::Listen(Listen { from, after, until }) => {
            let start = match (after, from.as_deref()) {
                (Some(after), _) => Start::After(*after),
                (None, Some("oldest")) => Start::Oldest,
                _ => Start::Now,
            };
            let subscription = channel.subscribe(start)?;
            listen(cx, until, |timeout| subscription.next(timeout))
        }
        Command::Items => cx.out.rows(&["time", "payload"], channel.items()),
        Command::Retention => cx.out.json(&wire::retention(&channel.retention()?)),
        Command::SetRetention { max_age, max_messages } => {
            let usual = Retention::default();
            Ok(channel.set_retention(Retention {
                max_age: max_age.map_or(usual.max_age, |limit| limit.0),
                max_messages: max_messages.map_or(usual.max_messages, |limit| limit.0),
            })?)
        }
        Command::Common(common) => structure::run(cx, &channel, common),
    }
}
