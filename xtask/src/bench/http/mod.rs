//! `cargo xtask bench server`: the REST server under load, its memory, and what a command costs in the shell.
//!
//! The load comes from the program in benches/server, a process of its own, which asks all servers in the same way: over
//! HTTP, or in the protocol of Redis. They stand beside each other in one run and are asked by turns.

mod dicts;
mod memory;
mod searches;
mod servers;
mod shell;

use super::Effort;
use super::report::{self, Written};
use super::search::{SAMPLE, SearchArgs};
use super::server::Server;
use super::table::Table;
use crate::{project, sh};
use anyhow::{Result, bail};
use std::path::PathBuf;

const MARK: &str = "server";

struct Bench<'e> {
    /// The program `beaver`.
    beaver: PathBuf,
    client: PathBuf,
    /// The side of the core in a search.
    searcher: PathBuf,
    /// Documents to search in.
    data: PathBuf,
    folder: tempfile::TempDir,
    effort: &'e Effort,
}

impl<'e> Bench<'e> {
    fn new(args: &SearchArgs, effort: &'e Effort) -> Result<Bench<'e>> {
        let target = project::target()?;
        // Each by itself: together they would be built with the features of all.
        for package in ["beaver-cli", "beaver-server-bench", "beaver-search-bench"] {
            sh::run(sh::cargo().args(["build", "--release", "--package", package]))?;
        }
        let folder = target.join("bench");
        std::fs::create_dir_all(&folder)?;
        Ok(Bench {
            beaver: target.join("release/beaver"),
            client: target.join("release/beaver-server-bench"),
            searcher: target.join("release/beaver-search-bench"),
            data: args.data.clone().unwrap_or_else(|| project::root().join(SAMPLE)).canonicalize()?,
            folder: tempfile::Builder::new().prefix("server-").tempdir_in(&folder)?,
            effort,
        })
    }

    fn client(&self) -> Result<Server> {
        Server::start("the program of benches/server", &mut sh::command(&self.client))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

pub fn run(args: &SearchArgs, effort: &Effort, write: bool) -> Result<()> {
    if write && (effort.quick || args.data.is_none()) {
        bail!("--write keeps numbers of the whole work: give --data, and not --quick");
    }
    let bench = Bench::new(args, effort)?;
    let mut table = Table { part: MARK, lines: Vec::new(), notes: Vec::new(), small: effort.quick };
    dicts::measure(&bench, &mut table)?;
    searches::measure(&bench, &mut table)?;
    memory::measure(&bench, &mut table)?;
    shell::measure(&bench, &mut table)?;
    if effort.quick {
        table.notes.push("A tenth of the work: the targets are not for it.".to_owned());
    }
    println!("\n{table}");
    if write {
        let written = Written {
            mark: MARK.to_owned(),
            text: table.to_string(),
            command: format!("cargo xtask bench {MARK} --data DIR --rounds {}", effort.rounds),
        };
        report::write(&[written], bench.folder.path())?;
    }
    Ok(())
}
