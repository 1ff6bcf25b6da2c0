//! `cargo xtask bench`: C programs beside raw SQLite doing the same work, and criterion for the core.
//!
//! The programs are in benches/c. Those that start with `raw` talk to SQLite themselves: they are linked with the
//! very archive that cargo compiled into libbeaver, so that version and compile flags are the same by construction.
//! What is compared runs by turns, A B A B; the medians are compared.

mod http;
mod languages;
mod lists;
mod memory;
mod programs;
mod realtime;
mod redis;
mod report;
mod search;
mod server;
mod table;
mod work;
mod writers;

use crate::sh;
use anyhow::Result;
use programs::Programs;
use report::{Section, Written};
use search::Subject;

/// Runs benchmarks, all or those that are named, and prints a table.
#[derive(clap::Args)]
pub struct Args {
    /// What to run; everything but vectors and search if nothing is named
    #[arg(value_enum)]
    which: Vec<Which>,
    /// How often each program runs
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// A tenth of the work: to see that everything runs, not to measure
    #[arg(long)]
    quick: bool,
    /// Write the tables into docs/benchmarks.md
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    search: search::SearchArgs,
    /// Passed on to criterion
    #[arg(last = true)]
    arguments: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Which {
    /// One thread through the C API, beside raw SQLite
    C,
    /// Sixteen threads beside one
    Threads,
    /// Four processes beside one
    Processes,
    /// Lists of a million items beside a thousand
    Lists,
    /// Memory after opening a file of 1 GiB
    Memory,
    /// From one process to another: messages, queues, locks; and what waiting costs
    Realtime,
    /// What calls cost in the other languages, beside C and BeaverDB 1.3.0
    Bindings,
    /// The REST server under load, beside BeaverDB 1.3.0 and Redis; its memory; the command line
    Server,
    /// Criterion for the core, which keeps reports of its own
    Core,
    /// Vector search, beside the peers: takes an hour, and installs the peers below the target folder
    Vectors,
    /// Documents, text and graph, beside the peers: takes long too
    Search,
}

/// How much is measured.
pub struct Effort {
    pub rounds: usize,
    quick: bool,
}

impl Effort {
    /// A count of operations, fewer if it is to be quick.
    pub fn count(&self, count: u32) -> u32 {
        if self.quick { count / 10 } else { count }
    }

    /// As many rows of data.
    pub fn rows(&self, rows: usize) -> usize {
        if self.quick { rows / 10 } else { rows }
    }

    pub fn seconds(&self, seconds: f64) -> f64 {
        if self.quick { seconds / 4.0 } else { seconds }
    }
}

pub fn run(args: &Args) -> Result<()> {
    let wanted = |which| args.which.is_empty() || args.which.contains(&which);
    let effort = Effort { rounds: args.rounds.max(1), quick: args.quick };
    type Measure = fn(&Programs, &Effort) -> Result<Section>;
    let all: [(Which, Measure); 5] = [
        (Which::C, work::measure),
        (Which::Threads, writers::threads),
        (Which::Processes, writers::processes),
        (Which::Lists, lists::measure),
        (Which::Memory, memory::measure),
    ];
    let chosen: Vec<Measure> =
        all.into_iter().filter(|(which, _)| wanted(*which)).map(|(_, measure)| measure).collect();
    if !chosen.is_empty() {
        let programs = Programs::build()?;
        let mut sections = Vec::new();
        for measure in chosen {
            let section = measure(&programs, &effort)?;
            println!("\n{section}");
            sections.push(section);
        }
        if args.write {
            let written = |section: &Section| Written {
                mark: section.mark.to_owned(),
                text: section.to_string(),
                command: format!("cargo xtask bench {} --rounds {}", section.mark, effort.rounds),
            };
            report::write(&sections.iter().map(written).collect::<Vec<_>>(), programs.folder())?;
        }
    }
    if wanted(Which::Realtime) {
        realtime::run(effort.rounds, args.quick, args.write)?;
    }
    if wanted(Which::Bindings) {
        languages::run(effort.rounds, args.quick, args.write)?;
    }
    if wanted(Which::Server) {
        http::run(&args.search, &effort, args.write)?;
    }
    if wanted(Which::Core) {
        sh::run(sh::cargo().args(["bench", "--package", "beaver-core", "--bench", "*", "--"]).args(&args.arguments))?;
    }
    for (which, subject) in [(Which::Vectors, Subject::Vectors), (Which::Search, Subject::Search)] {
        if args.which.contains(&which) {
            search::run(subject, &args.search, effort.rounds, effort.quick, args.write)?;
        }
    }
    Ok(())
}
