//! Priority queues.

use std::time::Duration;

use beaver_core::{DeadLetterPolicy, QueueItem, wire};
use clap::Subcommand;

use crate::context::{Access, Context};
use crate::exit::{Failure, Outcome};
use crate::files;
use crate::structure::{self, Common, Wait};
use crate::times::{span, time};
use crate::value::value;

const HEADER: [&str; 3] = ["priority", "time", "data"];

#[derive(Subcommand)]
pub enum Command {
    /// Put an item in; the lowest priority comes first
    #[command(
        after_help = "Example:\n  beaver queue jobs put 1 '{\"task\": \"mail\"}'\n  beaver queue jobs put -0.5 urgent"
    )]
    Put {
        #[arg(allow_negative_numbers = true)]
        priority: f64,
        /// JSON, or else a plain string; - is the standard input, @file a file
        #[arg(allow_negative_numbers = true)]
        value: String,
    },
    /// Put many items in, from lines of {"data", "priority"}
    #[command(
        after_help = "Example:\n  printf '{\"data\":\"a\",\"priority\":2}\\n{\"data\":\"b\",\"priority\":1}\\n' | beaver queue jobs put-many"
    )]
    PutMany {
        /// JSON Lines; up to 10,000 lines or 32 MiB are one commit
        #[arg(default_value = "-")]
        file: String,
    },
    /// Take the first item and print it; waits for one
    #[command(
        after_help = "Example:\n  beaver queue jobs get\n  beaver queue jobs get --timeout 5 --raw\n  beaver queue jobs get --no-block"
    )]
    Get {
        #[command(flatten)]
        wait: Wait,
    },
    /// Take up to so many items; waits for one
    #[command(after_help = "Example:\n  beaver queue jobs get-many 10 --timeout 5")]
    GetMany {
        count: usize,
        #[command(flatten)]
        wait: Wait,
    },
    /// Put an item that was taken in its old place again
    #[command(after_help = "Example:\n  beaver queue jobs put-back 1 2026-01-31T12:00:00Z mail")]
    PutBack {
        #[arg(allow_negative_numbers = true)]
        priority: f64,
        /// When it was put in: microseconds since 1970, or 2026-01-31T12:00:00Z
        #[arg(value_parser = time, allow_negative_numbers = true)]
        timestamp: i64,
        #[arg(allow_negative_numbers = true)]
        value: String,
    },
    /// Print the first item and leave it there; code 3 if there is none
    #[command(after_help = "Example:\n  beaver queue jobs peek")]
    Peek,
    /// List the items in their order
    #[command(alias = "items", after_help = "Example:\n  beaver queue jobs show")]
    Show,
    /// Borrow the first item: it comes back, if it is not acknowledged in time
    #[command(
        after_help = "Example:\n  beaver queue jobs lease --for 5m --no-block\n  beaver queue jobs lease --max-attempts 3 --dead-letter failed"
    )]
    Lease {
        /// How long the lease runs
        #[arg(long = "for", value_name = "S", value_parser = span, default_value = "60")]
        lease: Duration,
        /// Items that were leased so often go to the dead letter queue
        #[arg(long, value_name = "N", requires = "dead_letter")]
        max_attempts: Option<u32>,
        /// The name of that queue
        #[arg(long, value_name = "QUEUE", requires = "max_attempts")]
        dead_letter: Option<String>,
        #[command(flatten)]
        wait: Wait,
    },
    /// Settle a leased item: it is done; code 3 if its lease is over
    #[command(
        after_help = "Example:\n  beaver queue jobs ack $(beaver queue jobs lease | sed 's/{\"id\":\\([0-9]*\\).*/\\1/')"
    )]
    Ack { id: u64 },
    /// Give a leased item back; code 3 if its lease is over
    #[command(
        after_help = "Example:\n  beaver queue jobs nack $(beaver queue jobs lease | sed 's/{\"id\":\\([0-9]*\\).*/\\1/') --delay 30s"
    )]
    Nack {
        id: u64,
        /// Not before so long
        #[arg(long, value_name = "S", value_parser = span, default_value = "0")]
        delay: Duration,
    },
    /// Let a lease run for so long from now on; code 3 if it is over
    #[command(
        after_help = "Example:\n  beaver queue jobs extend $(beaver queue jobs lease | sed 's/{\"id\":\\([0-9]*\\).*/\\1/') 5m"
    )]
    Extend {
        id: u64,
        #[arg(value_parser = span)]
        lease: Duration,
    },
    /// Print how many items are out on a lease
    #[command(after_help = "Example:\n  beaver queue jobs leased")]
    Leased,
    #[command(flatten)]
    Common(Common),
}

impl Command {
    fn access(&self) -> Access {
        match self {
            Command::Peek | Command::Show | Command::Leased => Access::Read,
            Command::Common(common) => common.access(),
            _ => Access::Write,
        }
    }
}

const EMPTY: &str = "the queue is empty";

fn settled(settled: bool) -> Outcome {
    if settled { Ok(()) } else { Err(Failure::not_found("there is no such lease, or it is over")) }
}

pub fn run(cx: &Context, name: &str, command: &Command) -> Outcome {
    let queue = cx.structure(command.access(), |db| db.queue(name))?;
    // What was taken and cannot be told goes back to its place.
    let tell = |items: Vec<QueueItem>, told: Outcome| -> Outcome {
        told.and_then(|()| cx.out.flush()).inspect_err(|_| {
            for item in items {
                if let Err(e) = queue.put_back(item) {
                    Failure::Error(e).tell(false, None);
                }
            }
        })
    };
    match command {
        Command::Put { priority, value: given } => Ok(queue.put(value(cx, given)?, *priority)?),
        Command::PutMany { file } => {
            files::lines(cx, file, |array| queue.put_many(wire::queue_items("the item", array)?).map(|()| 0))?;
            Ok(())
        }
        Command::Get { wait } => {
            let item = cx.interrupts.during(|| queue.get(wait.timeout()))?.ok_or_else(|| wait.nothing(EMPTY))?;
            let told = cx.out.row(&item);
            tell(vec![item], told)
        }
        Command::GetMany { count, wait } => {
            let items = cx.interrupts.during(|| queue.get_many(*count, wait.timeout()))?;
            if items.is_empty() {
                return Err(wait.nothing(EMPTY));
            }
            let told = cx.out.rows(&HEADER, items.iter().cloned().map(Ok));
            tell(items, told)
        }
        Command::PutBack { priority, timestamp, value: given } => {
            let data = value(cx, given)?;
            Ok(queue.put_back(QueueItem { priority: *priority, timestamp: *timestamp, data })?)
        }
        Command::Peek => cx.out.row(&queue.peek()?.ok_or_else(|| Failure::not_found(EMPTY))?),
        Command::Show => cx.out.rows(&HEADER, queue.items()),
        Command::Lease { lease, max_attempts, dead_letter, wait } => {
            let policy = max_attempts.zip(dead_letter.clone());
            let policy = policy.map(|(max_attempts, queue)| DeadLetterPolicy { max_attempts, queue });
            let leased = cx.interrupts.during(|| queue.lease(*lease, wait.timeout(), policy.as_ref()))?;
            cx.out.row(&leased.ok_or_else(|| wait.nothing(EMPTY))?)
        }
        Command::Ack { id } => settled(queue.ack(*id)?),
        Command::Nack { id, delay } => settled(queue.nack(*id, *delay)?),
        Command::Extend { id, lease } => settled(queue.extend(*id, *lease)?),
        Command::Leased => cx.out.plain(queue.leased()?),
        Command::Common(common) => structure::run(cx, &queue, common),
    }
}
