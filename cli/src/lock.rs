//! Locks.

use std::time::Duration;

use beaver_core::Kind;
use clap::{Args, Subcommand};

use crate::child;
use crate::context::{Access, Context};
use crate::exit::Outcome;
use crate::structure::{Acquire, Until, events, held, show};
use crate::times::span;

#[derive(Subcommand)]
pub enum Command {
    /// Run a command while holding the lock; ends with the command's code
    #[command(
        after_help = "Example:\n  beaver lock my-cron-job run bash -c 'echo one at a time'\n  beaver lock deploy run --timeout 10 --ttl 5m echo deployed",
        after_long_help = "Example:\n  beaver lock my-cron-job run bash -c 'echo one at a time'\n  beaver lock deploy run --timeout 10 --ttl 5m echo deployed\n\nThe lock is renewed at half of its TTL. Signals are passed on to the command. If the lock is lost all the same (somebody cleared it, or it could not be renewed in time), the command is told to end (SIGTERM, and SIGKILL ten seconds later), and the code is 1. A command that a signal ends gives 128 and the signal's number; one that cannot be run 126, one that is not there 127."
    )]
    Run(Run),
    /// Print whether anybody holds it
    #[command(after_help = "Example:\n  beaver lock deploy locked")]
    Locked,
    /// Take the lock from its holder, and everybody out of the line; prints how many they were
    #[command(after_help = "Example:\n  beaver lock deploy clear")]
    Clear,
    /// Follow the lock: a line each time it is acquired, released or cleared
    #[command(after_help = "Example:\n  (sleep 1; beaver lock deploy run true) & beaver lock deploy on --count 2")]
    On {
        /// Which event; all if nothing is said
        #[arg(default_value = "*")]
        event: String,
        #[command(flatten)]
        until: Until,
    },
    /// Acquire it for this shell
    #[command(after_help = "Example:\n  printf 'lock deploy acquire\\nlock deploy release\\n' | beaver shell")]
    Acquire(Acquire),
    /// Release what this shell has acquired
    #[command(after_help = "Example:\n  printf 'lock deploy acquire\\nlock deploy release\\n' | beaver shell")]
    Release,
    /// Keep what this shell has acquired for longer
    #[command(after_help = "Example:\n  printf 'lock deploy acquire\\nlock deploy renew --ttl 5m\\n' | beaver shell")]
    Renew {
        /// How long from now
        #[arg(long, value_name = "S", value_parser = span, default_value = "60")]
        ttl: Duration,
    },
    /// Print whether this shell holds it
    #[command(after_help = "Example:\n  printf 'lock deploy acquire\\nlock deploy held\\n' | beaver shell")]
    Held,
}

impl Command {
    fn access(&self) -> Access {
        match self {
            Command::Locked => Access::Read,
            Command::Acquire(_) | Command::Release | Command::Renew { .. } | Command::Held => Access::Hold,
            _ => Access::Write,
        }
    }
}

#[derive(Args)]
pub struct Run {
    /// Wait at most so long for the lock, then end with code 4; 0 only tries
    #[arg(long, value_name = "S", value_parser = span)]
    pub timeout: Option<Duration>,
    /// The lock ends by itself so long after this program died
    #[arg(long, value_name = "S", value_parser = span, default_value = "60")]
    pub ttl: Duration,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    pub command: Vec<std::ffi::OsString>,
}

pub fn run(cx: &Context, name: Option<&str>, command: Option<&Command>) -> Outcome {
    let (Some(name), Some(command)) = (name, command) else { return show(cx, Kind::Lock, name) };
    let lock = cx.lock(name, command.access())?;
    match command {
        Command::Run(run) => child::run(cx, &lock, run),
        Command::Locked => cx.out.plain(lock.locked()?),
        Command::Clear => cx.out.plain(lock.clear()?),
        Command::On { event, until } => events(cx, &lock.on(event)?, until),
        Command::Acquire(Acquire { wait, ttl }) => {
            let acquired = cx.interrupts.during(|| lock.acquire(wait.timeout(), *ttl))?;
            if acquired { Ok(()) } else { Err(wait.nothing("somebody else holds the lock")) }
        }
        Command::Release => held(lock.release()?),
        Command::Renew { ttl } => held(lock.renew(*ttl)?),
        Command::Held => cx.out.plain(lock.held()?),
    }
}
