//! Collections.

mod document;
mod graph;
mod search;
mod upkeep;

use beaver_core::Kind;
use clap::Subcommand;

use crate::context::{Access, Context};
use crate::exit::Outcome;
use crate::structure::{self, Common, Group};

#[derive(Subcommand)]
pub enum Command {
    #[command(flatten)]
    Document(document::Command),
    #[command(flatten)]
    Search(search::Command),
    #[command(flatten)]
    Graph(graph::Command),
    #[command(flatten)]
    Upkeep(upkeep::Command),
    #[command(flatten)]
    Common(Common),
}

impl Command {
    fn access(&self) -> Access {
        match self {
            Command::Document(command) => command.access(),
            Command::Search(_) => Access::Read,
            Command::Graph(command) => command.access(),
            Command::Upkeep(command) => command.access(),
            Command::Common(common) => common.access(),
        }
    }
}

pub fn run(cx: &Context, group: &Group<Command>) -> Outcome {
    let (Some(name), Some(command)) = (&group.name, &group.command) else {
        return structure::show(cx, Kind::Collection, group.name.as_deref());
    };
    let collection = cx.structure(command.access(), |db| db.collection(name))?;
    match command {
        Command::Document(command) => document::run(cx, &collection, command),
        Command::Search(command) => search::run(cx, &collection, command),
        Command::Graph(command) => graph::run(cx, &collection, command),
        Command::Upkeep(command) => upkeep::run(cx, &collection, command),
        Command::Common(common) => structure::run(cx, &collection, common),
    }
}
