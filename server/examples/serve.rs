//! The server alone, for tests and measurements from outside: `serve DATABASE [the arguments of beaver serve]`, and
//! `serve DATABASE key …`.

use std::path::PathBuf;
use std::process::ExitCode;

use beaver_core::{Beaver, Options};
use beaver_server::{Database, KeyArgs, ServeArgs};
use clap::{Args, Parser, Subcommand};

#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    database: PathBuf,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Parser)]
struct KeyArguments {
    database: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Key(Wrapped),
}

#[derive(Args)]
struct Wrapped {
    #[command(flatten)]
    key: KeyArgs,
}

fn main() -> ExitCode {
    let done = if std::env::args().nth(2).is_some_and(|argument| argument == "key") {
        let KeyArguments { database, command: Command::Key(Wrapped { key }) } = KeyArguments::parse();
        Beaver::open(database, Options::default()).and_then(|db| key.run(&db)).map(|text| {
            if let Some(text) = text {
                println!("{text}");
            }
        })
    } else {
        let Arguments { database, serve } = Arguments::parse();
        beaver_server::run(serve.config(Database::File(database)))
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", error.kind());
            ExitCode::FAILURE
        }
    }
}
