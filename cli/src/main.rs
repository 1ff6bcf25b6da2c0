//! `beaver`, the command line: every method of every handle, from the shell.
//!
//! The commands translate arguments into calls of the core and its answers into text; they have no rule of their own.
//! A group of commands is a file; `output` and `rows` say how answers look, `value` how values are read, `exit` how the
//! program ends.

mod argv;
mod blob;
mod channel;
mod child;
mod cli;
mod collection;
mod context;
mod database;
mod dict;
mod exit;
mod files;
mod generate;
mod indent;
mod interrupt;
mod list;
mod lock;
mod log;
mod output;
mod progress;
mod queue;
mod rows;
mod serve;
mod shell;
mod structure;
mod times;
mod value;

use std::process::ExitCode;
use std::rc::Rc;

use clap::{CommandFactory, FromArgMatches};

use context::{Context, Session};

fn main() -> ExitCode {
    let mut tree = cli::Cli::command();
    let args = argv::prepare(&tree, std::env::args_os());
    let parsed = tree.try_get_matches_from_mut(args).and_then(|matches| cli::Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(said) => {
            // Who does not read the help any more has read enough.
            let _ = said.print();
            return ExitCode::from(u8::try_from(said.exit_code()).unwrap_or(exit::USAGE));
        }
    };
    let shell = matches!(cli.command, cli::Command::Shell(_));
    let interrupts = Rc::default();
    let cx = Context::new(Rc::new(Session::new(cli.open, shell)), Rc::clone(&interrupts), &cli.form);
    let outcome = cli::run(&cx, &cli.command);
    let closed = cx.session.close().map_err(exit::Failure::from);
    exit::code(&outcome.and(closed), cli.form.json, interrupts.caught())
}
