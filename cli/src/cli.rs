//! The commands, and who carries them out.

use beaver_core::Kind;
use beaver_server::{KeyCommand, ServeArgs};
use clap::{Parser, Subcommand};

use crate::context::{Context, FormArgs, OpenArgs};
use crate::exit::{Failure, Outcome};
use crate::structure::{Group, show};
use crate::{blob, channel, collection, database, dict, generate, list, lock, log, queue, serve, shell};

/// What stands under the help.
const AFTER: &str = "\
Values are JSON, or else plain strings; - is the standard input, @file a file.
Codes: 0 done, 1 error, 2 usage, 3 not found, 4 timed out.
'beaver client …' is the same as 'beaver …'.

Example:
  beaver dict app_config set theme dark
  beaver --database my_data.db dict app_config get theme";

/// A multi-modal database in one SQLite file: dicts, lists, queues, blobs, logs, channels, locks, document collections
#[derive(Parser)]
#[command(name = "beaver", version, about, after_help = AFTER, arg_required_else_help = true, subcommand_required = true)]
pub struct Cli {
    #[command(flatten)]
    pub open: OpenArgs,
    #[command(flatten)]
    pub form: FormArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// A line of the shell.
#[derive(Parser)]
#[command(
    name = "beaver",
    about = "In the shell: the commands of the program, help, exit",
    arg_required_else_help = true
)]
pub struct Line {
    #[command(flatten)]
    pub form: FormArgs,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
#[command(subcommand_value_name = "GROUP|COMMAND")]
pub enum Command {
    /// Keys and values, with a time to live
    #[command(
        disable_help_subcommand = true,
        after_help = "Example:\n  beaver dict\n  beaver dict app_config\n  beaver dict app_config get theme"
    )]
    Dict(Group<dict::Command>),
    /// Values in order
    #[command(
        disable_help_subcommand = true,
        after_help = "Example:\n  beaver list\n  beaver list daily_tasks\n  beaver list daily_tasks push \"Review PRs\""
    )]
    List(Group<list::Command>),
    /// Priority queues
    #[command(
        disable_help_subcommand = true,
        after_help = "Example:\n  beaver queue\n  beaver queue jobs\n  beaver queue jobs put 1 mail"
    )]
    Queue(Group<queue::Command>),
    /// Bytes under a key, with metadata
    #[command(
        disable_help_subcommand = true,
        after_help = "Example:\n  beaver blob\n  beaver blob avatars\n  beaver blob avatars put alice photo.png"
    )]
    Blob(Group<blob::Command>),
    /// Locks between processes
    #[command(
        disable_help_subcommand = true,
        after_help = "Example:\n  beaver lock\n  beaver lock my-cron-job run bash -c 'echo one at a time'"
    )]
    Lock(Group<lock::Command>),
    /// Values in the order of time
    #[command(
        disable_help_subcommand = true,
        after_help = "Example:\n  beaver log\n  beaver log metrics\n  beaver log metrics write '{\"cpu\": 0.4}'"
    )]
    Log(Group<log::Command>),
    /// Messages between programs
    #[command(
        disable_help_subcommand = true,
        after_help = "Example:\n  beaver channel\n  beaver channel news\n  beaver channel news publish hello"
    )]
    Channel(Group<channel::Command>),
    /// Documents, found by text, by vector, by their fields and by their relations
    #[command(
        disable_help_subcommand = true,
        after_help = "Example:\n  beaver collection\n  beaver collection articles\n  beaver collection articles match sqlite"
    )]
    Collection(Group<collection::Command>),
    #[command(flatten)]
    Database(database::Command),
    /// Serve the database over HTTP, with its documentation at /docs
    #[command(
        after_help = "Example:\n  beaver serve\n  beaver serve --port 8080 --log-requests",
        after_long_help = "Example:\n  beaver serve\n  beaver serve --port 8080 --log-requests\n\nIt serves until SIGTERM or Ctrl-C, and then finishes what is being written. curl calls it so:\n  curl -X PUT http://127.0.0.1:8000/dicts/app_config/items/theme -d dark\nand programs and this one open its URL in the place of a file:\n  beaver --database http://127.0.0.1:8000 dict app_config get theme"
    )]
    Serve(Box<ServeArgs>),
    /// Make, list and revoke the keys by which a server knows who may call
    #[command(
        disable_help_subcommand = true,
        after_help = "Example:\n  beaver key create --label laptop\n  beaver key list"
    )]
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Type commands at a prompt, with history and completion
    #[command(
        after_help = "Example:\n  printf 'dict app_config set theme dark\\ndict app_config get theme\\n' | beaver shell",
        after_long_help = "Example:\n  printf 'dict app_config set theme dark\\ndict app_config get theme\\n' | beaver shell\n\nThe database stays open, and what is acquired stays held, until the shell ends (exit, or Ctrl-D). Commands that are read from a file or a pipe end with the first that fails, and with its code. The history is kept in the file that BEAVER_HISTORY names; none if that is empty."
    )]
    Shell(shell::Shell),
    #[command(flatten)]
    Generate(generate::Command),
}

/// Carries a command out.
pub fn run(cx: &Context, command: &Command) -> Outcome {
    match command {
        Command::Dict(Group { name: Some(name), command: Some(command) }) => dict::run(cx, name, command),
        Command::Dict(group) => show(cx, Kind::Dict, group.name.as_deref()),
        Command::List(Group { name: Some(name), command: Some(command) }) => list::run(cx, name, command),
        Command::List(group) => show(cx, Kind::List, group.name.as_deref()),
        Command::Queue(Group { name: Some(name), command: Some(command) }) => queue::run(cx, name, command),
        Command::Queue(group) => show(cx, Kind::Queue, group.name.as_deref()),
        Command::Blob(Group { name: Some(name), command: Some(command) }) => blob::run(cx, name, command),
        Command::Blob(group) => show(cx, Kind::Blob, group.name.as_deref()),
        Command::Log(Group { name: Some(name), command: Some(command) }) => log::run(cx, name, command),
        Command::Log(group) => show(cx, Kind::Log, group.name.as_deref()),
        Command::Channel(Group { name: Some(name), command: Some(command) }) => channel::run(cx, name, command),
        Command::Channel(group) => show(cx, Kind::Channel, group.name.as_deref()),
        Command::Lock(group) => lock::run(cx, group.name.as_deref(), group.command.as_ref()),
        Command::Collection(group) => collection::run(cx, group),
        Command::Database(command) => database::run(cx, command),
        Command::Serve(args) => serve::serve(cx, args),
        Command::Key { command } => serve::key(cx, command),
        Command::Shell(shell) => shell::run(cx, shell),
        Command::Generate(command) => generate::run(cx, command),
    }
    .and_then(|()| cx.out.flush())
    .map_err(|failure| if cx.out.is_broken() { Failure::BrokenPipe } else { failure })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_sound() {
        Cli::command().debug_assert();
        Line::command().debug_assert();
    }
}
