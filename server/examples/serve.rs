//! The server and its keys alone, called as `beaver` is: for tests and measurements from outside.

use std::path::PathBuf;
use std::process::ExitCode;

use beaver_core::{Beaver, Options, Result};
use beaver_server::{Database, KeyArgs, ServeArgs};
use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Arguments {
    /// The file
    #[arg(long, global = true, default_value = "beaver.db")]
    database: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the database over HTTP
    Serve(Box<ServeArgs>),
    /// Make, list and revoke keys
    Key(KeyArgs),
}

fn run(Arguments { database, command }: Arguments) -> Result<()> {
    match command {
        Command::Serve(serve) => beaver_server::run(serve.config(Database::File(database))),
        Command::Key(key) => {
            if let Some(text) = key.run(&Beaver::open(database, Options::default())?)? {
                println!("{text}");
            }
            Ok(())
        }
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", error.kind());
            ExitCode::FAILURE
        }
    }
}
