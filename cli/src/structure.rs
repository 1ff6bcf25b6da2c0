//! What all structures have in common: the group's name and listing, and the commands of every handle.

use std::time::Duration;

use beaver_core::{
    Blobs, Channel, Collection, Dict, DumpFormat, Events, Kind, List, LoadMode, Log, Queue, Result, Structure,
    StructureInfo,
};
use clap::{Args, CommandFactory, Subcommand};

use crate::argv;
use crate::cli::Cli;
use crate::context::{Access, Context};
use crate::exit::{Failure, Outcome};
use crate::files;
use crate::output::{Form, Row};
use crate::progress::{Bar, Watched};
use crate::times::span;

/// A group of commands: what is asked of the structures of one kind.
#[derive(Args)]
pub struct Group<C: Subcommand> {
    /// The name; without one, the names are listed
    #[arg(value_parser = argv::name)]
    pub name: Option<String>,
    /// What to do; without a command, how many items there are
    #[command(subcommand)]
    pub command: Option<C>,
}

/// How long to wait for something.
#[derive(Args)]
pub struct Wait {
    /// Wait until there is something (the default)
    #[arg(long, overrides_with = "no_block")]
    block: bool,
    /// Do not wait: if there is nothing, end with code 3
    #[arg(long, overrides_with = "block")]
    no_block: bool,
    /// Wait at most so long, then end with code 4
    #[arg(long, value_name = "S", value_parser = span)]
    timeout: Option<Duration>,
}

impl Wait {
    pub fn timeout(&self) -> Option<Duration> {
        if self.no_block { Some(Duration::ZERO) } else { self.timeout }
    }

    /// What it is that nothing came.
    pub fn nothing(&self, what: &str) -> Failure {
        if self.no_block { Failure::not_found(what) } else { Failure::timed_out(format!("{what}: the time ran out")) }
    }
}

/// When to stop following what comes.
#[derive(Args)]
pub struct Until {
    /// Stop after so many
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
    /// Stop with code 4 if nothing has come for so long
    #[arg(long, value_name = "S", value_parser = span)]
    pub timeout: Option<Duration>,
}

/// Writes what comes, until there is enough of it, or a signal ends it.
pub fn follow<R: Row>(cx: &Context, until: &Until, next: impl Fn(Option<Duration>) -> Result<Option<R>>) -> Outcome {
    let mut left = until.count;
    while left != Some(0) {
        let row = cx.interrupts.during(|| next(until.timeout))?;
        let row = row.ok_or_else(|| Failure::timed_out("nothing has come"))?;
        cx.out.live(&row)?;
        left = left.map(|left| left - 1);
    }
    Ok(())
}

/// Follows messages or events: that some were missed is told, and ends nothing.
pub fn listen<R: Row>(cx: &Context, until: &Until, next: impl Fn(Option<Duration>) -> Result<Option<R>>) -> Outcome {
    follow(cx, until, |timeout| {
        loop {
            match next(timeout) {
                Err(e) if e.kind() == beaver_core::ErrorKind::Limit => {
                    Failure::Error(e).tell(cx.out.form == Form::Json, None);
                }
                other => return other,
            }
        }
    })
}

/// Follows events.
pub fn events(cx: &Context, events: &Events, until: &Until) -> Outcome {
    listen(cx, until, |timeout| events.next(timeout))
}

/// The commands of every structure.
#[derive(Subcommand)]
pub enum Common {
    /// Print how many items there are
    #[command(alias = "count-items", after_help = "Example:\n  beaver dict app_config len\n  beaver queue jobs len")]
    Len,
    /// Remove everything; prints how many items there were
    #[command(after_help = "Example:\n  beaver list daily_tasks clear")]
    Clear,
    /// Write everything as JSON, as of one moment
    #[command(
        after_help = "Example:\n  beaver collection articles dump > articles.json\n  beaver dict app_config dump app_config.jsonl --lines"
    )]
    Dump {
        /// Where to; the standard output if nothing is said
        #[arg(default_value = "-")]
        file: String,
        /// A line of JSON for the metadata and for each item
        #[arg(long)]
        lines: bool,
    },
    /// Read a dump, all of it or nothing; prints how many items it had
    #[command(
        after_help = "Example:\n  beaver dict app_config dump | beaver dict copy_of_config load\n  beaver dict app_config dump app_config.json && beaver dict other load app_config.json --append"
    )]
    Load {
        /// Where from; the standard input if nothing is said
        #[arg(default_value = "-")]
        file: String,
        /// Keep what is there; without this it goes
        #[arg(long)]
        append: bool,
    },
    /// Follow the changes, made by whatever process: a line for each event
    #[command(
        after_help = "Example:\n  (sleep 1; beaver dict app_config set theme dark) & beaver dict app_config on set --count 1"
    )]
    On {
        /// Which event; all if nothing is said
        #[arg(default_value = "*")]
        event: String,
        #[command(flatten)]
        until: Until,
    },
    /// Print whether anybody has acquired it
    #[command(after_help = "Example:\n  beaver dict app_config locked")]
    Locked,
    /// Acquire it for this shell: changes by anybody else wait
    #[command(
        after_help = "Example:\n  printf 'queue jobs acquire\\nqueue jobs len\\nqueue jobs release\\n' | beaver shell"
    )]
    Acquire(Acquire),
    /// Release what this shell has acquired
    #[command(after_help = "Example:\n  printf 'queue jobs acquire\\nqueue jobs release\\n' | beaver shell")]
    Release,
    /// Keep what this shell has acquired for longer
    #[command(after_help = "Example:\n  printf 'queue jobs acquire\\nqueue jobs renew --ttl 5m\\n' | beaver shell")]
    Renew {
        /// How long from now
        #[arg(long, value_name = "S", value_parser = span, default_value = "60")]
        ttl: Duration,
    },
}

/// How something is acquired.
#[derive(Args)]
pub struct Acquire {
    #[command(flatten)]
    pub wait: Wait,
    /// It ends by itself after so long
    #[arg(long, value_name = "S", value_parser = span, default_value = "60")]
    pub ttl: Duration,
}

impl Common {
    pub fn access(&self) -> Access {
        match self {
            Common::Len | Common::Dump { .. } | Common::Locked => Access::Read,
            Common::Acquire(_) | Common::Release | Common::Renew { .. } => Access::Hold,
            _ => Access::Write,
        }
    }
}

/// What the handles have in common, but the core's trait does not name.
pub trait Countable: Structure {
    fn count(&self) -> Result<u64>;
    fn wipe(&self) -> Result<u64>;
}

impl Countable for Dict {
    fn count(&self) -> Result<u64> {
        self.len()
    }
    fn wipe(&self) -> Result<u64> {
        self.clear()
    }
}

impl Countable for List {
    fn count(&self) -> Result<u64> {
        self.len()
    }
    fn wipe(&self) -> Result<u64> {
        self.clear()
    }
}

impl Countable for Queue {
    fn count(&self) -> Result<u64> {
        self.len()
    }
    fn wipe(&self) -> Result<u64> {
        self.clear()
    }
}

impl Countable for Blobs {
    fn count(&self) -> Result<u64> {
        self.len()
    }
    fn wipe(&self) -> Result<u64> {
        self.clear()
    }
}

impl Countable for Log {
    fn count(&self) -> Result<u64> {
        self.len()
    }
    fn wipe(&self) -> Result<u64> {
        self.clear()
    }
}

impl Countable for Channel {
    fn count(&self) -> Result<u64> {
        self.len()
    }
    fn wipe(&self) -> Result<u64> {
        self.clear()
    }
}

impl Countable for Collection {
    fn count(&self) -> Result<u64> {
        self.len()
    }
    fn wipe(&self) -> Result<u64> {
        self.clear()
    }
}

/// Runs a command that every structure has.
pub fn run<S: Countable>(cx: &Context, structure: &S, command: &Common) -> Outcome {
    match command {
        Common::Len => cx.out.plain(structure.count()?),
        Common::Clear => cx.out.plain(structure.wipe()?),
        Common::Dump { file, lines } => {
            let format = if *lines { DumpFormat::JsonLines } else { DumpFormat::Json };
            if file == "-" {
                return cx.out.dump(|out| structure.dump(out, format), !lines);
            }
            files::output(cx, file, |out| Ok(structure.dump(&mut std::io::BufWriter::new(out), format)?))
        }
        Common::Load { file, append } => {
            let mode = if *append { LoadMode::Append } else { LoadMode::Replace };
            let (from, length) = files::input(cx, file)?;
            let bar = Bar::bytes("load");
            bar.total(length.unwrap_or(0));
            let mut from = Watched { from, bar: &bar };
            let items = cx.interrupts.during(|| structure.load(&mut from, mode))?;
            drop(bar);
            cx.out.plain(items)
        }
        Common::On { event, until } => events(cx, &structure.on(event)?, until),
        Common::Locked => cx.out.plain(structure.locked()?),
        Common::Acquire(Acquire { wait, ttl }) => {
            let acquired = cx.interrupts.during(|| structure.acquire(wait.timeout(), *ttl))?;
            let acquired = acquired.ok_or_else(|| wait.nothing("somebody else has acquired it"))?;
            cx.keep(&acquired);
            Ok(())
        }
        Common::Release => {
            let released = structure.release()?;
            // It may be held more often than once: then the handle has to stay.
            if !released || !structure.renew(Duration::from_secs(60)).unwrap_or(false) {
                cx.forget(structure);
            }
            held(released)
        }
        Common::Renew { ttl } => held(structure.renew(*ttl)?),
    }
}

/// Whether something is there.
pub fn contains(cx: &Context, there: bool) -> Outcome {
    cx.out.plain(there)?;
    if there { Ok(()) } else { Err(Failure::Code(crate::exit::NOT_FOUND)) }
}

/// What it is to release or renew what is not held.
pub fn held(held: bool) -> Outcome {
    if held { Ok(()) } else { Err(Failure::not_found("this shell does not hold it, or no longer")) }
}

/// A group without a command: the names of its structures, or the count of one and what can be done with it.
pub fn show(cx: &Context, kind: Kind, name: Option<&str>) -> Outcome {
    let db = cx.db(Access::Read)?;
    let Some(name) = name else {
        return cx.out.rows(&["name"], db.names(kind)?.into_iter().map(Ok));
    };
    let count = match kind {
        Kind::Dict => db.dict(name)?.len()?,
        Kind::List => db.list(name)?.len()?,
        Kind::Queue => db.queue(name)?.len()?,
        Kind::Blob => db.blobs(name)?.len()?,
        Kind::Log => db.log(name)?.len()?,
        Kind::Collection => db.collection(name)?.len()?,
        Kind::Channel => db.channel(name)?.len()?,
        _ => u64::from(db.lock(name)?.locked()?),
    };
    match cx.out.form {
        Form::Json => cx.out.json(&StructureInfo { kind, name: name.to_owned(), count }.json())?,
        _ => cx.out.plain(count)?,
    }
    cx.out.flush()?;
    eprintln!("commands: {}", commands(kind).join(", "));
    Ok(())
}

/// The commands of a group.
fn commands(kind: Kind) -> Vec<String> {
    let cli = Cli::command();
    let group = cli.find_subcommand(kind.name());
    group.iter().flat_map(|group| group.get_subcommands()).map(|command| command.get_name().to_owned()).collect()
}
