//! `cargo xtask bench realtime`: how soon one process learns what another did, and what waiting costs.
//!
//! The processes are those of the program in benches/realtime, on files of their own for each measurement. Beside
//! beaver stand a poll by hand and Redis, in the same run, by turns.

mod costs;
mod flow;
mod latency;

use super::redis::{Keeps, Redis};
use super::report::{self, Written};
use super::server::Server;
use super::table::Table;
use crate::{project, sh};
use anyhow::{Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;

const MARK: &str = "realtime";

pub struct Bench {
    program: PathBuf,
    folder: tempfile::TempDir,
    redis: Option<Redis>,
    rounds: usize,
    quick: bool,
}

/// The means by which two processes tell each other something, as the program calls them.
#[derive(Clone, Copy, PartialEq)]
enum Means {
    Beaver,
    BeaverPortable,
    Poll,
    Redis,
}

impl Means {
    fn name(self) -> &'static str {
        match self {
            Means::Beaver => "beaver",
            Means::BeaverPortable => "beaver_portable",
            Means::Poll => "poll",
            Means::Redis => "redis",
        }
    }
}

/// What a process says before the others begin.
#[derive(Deserialize)]
struct Ready {
    ready: bool,
}

impl Bench {
    fn new(rounds: usize, quick: bool) -> Result<Bench> {
        let target = project::target()?;
        sh::run(sh::cargo().args(["build", "--release", "--package", "beaver-realtime-bench"]))?;
        let folder = target.join("bench");
        std::fs::create_dir_all(&folder)?;
        let folder = tempfile::Builder::new().prefix("realtime-").tempdir_in(&folder)?;
        let redis = Redis::start(folder.path(), Keeps::Nothing)?;
        Ok(Bench { program: target.join("release/beaver-realtime-bench"), folder, redis, rounds, quick })
    }

    fn start(&self) -> Result<Server> {
        Server::start("the program of benches/realtime", &mut sh::command(&self.program))
    }

    /// Where processes meet by some means that have not met there before; none where the means are not there.
    fn place(&self, means: Means) -> Result<Option<Value>> {
        let at = match (means, &self.redis) {
            (Means::Redis, None) => return Ok(None),
            (Means::Redis, Some(redis)) => {
                redis.clear()?;
                redis.port().to_string()
            }
            _ => self.new_file()?,
        };
        Ok(Some(json!({ "means": means.name(), "at": at })))
    }

    /// The path of a file that is not there; those before it are removed.
    fn new_file(&self) -> Result<String> {
        for entry in std::fs::read_dir(self.folder.path())? {
            std::fs::remove_file(entry?.path())?;
        }
        Ok(self.folder.path().join("bench.db").display().to_string())
    }

    /// A count, a tenth of it if it is to be quick.
    fn count(&self, count: usize) -> usize {
        if self.quick { count / 10 } else { count }
    }

    fn seconds(&self, seconds: f64) -> f64 {
        if self.quick { seconds / 5.0 } else { seconds }
    }

    fn table(&self) -> Table {
        let mut notes = vec![match &self.redis {
            Some(redis) => format!("{}, nothing kept on disk.", redis.version()),
            None => "Left out, because it is not installed: Redis.".to_owned(),
        }];
        if self.quick {
            notes.push("A tenth of the work: the targets are not for it.".to_owned());
        }
        Table { part: MARK, lines: Vec::new(), notes, small: self.quick }
    }
}

/// Waits until a process says that the others may begin.
fn await_ready(process: &mut Server) -> Result<()> {
    match process.hear()? {
        Ready { ready: true } => Ok(()),
        Ready { ready: false } => bail!("a process is not ready"),
    }
}

pub fn run(rounds: usize, quick: bool, write: bool) -> Result<()> {
    if write && quick {
        bail!("--write keeps numbers of the whole work: not with --quick");
    }
    let bench = Bench::new(rounds, quick)?;
    let mut table = bench.table();
    latency::measure(&bench, &mut table)?;
    costs::idle(&bench, &mut table)?;
    flow::measure(&bench, &mut table)?;
    costs::cached_get(&bench, &mut table)?;
    costs::unheard_events(&bench, &mut table)?;
    println!("\n{table}");
    if write {
        let written = Written {
            mark: MARK.to_owned(),
            text: table.to_string(),
            command: format!("cargo xtask bench {MARK} --rounds {rounds}"),
        };
        report::write(&[written], bench.folder.path())?;
    }
    Ok(())
}
