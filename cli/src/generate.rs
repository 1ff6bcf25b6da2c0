//! Completions and man pages, made from the commands themselves.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clap::{CommandFactory, Subcommand};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::context::Context;
use crate::exit::{Failure, Outcome};

#[derive(Subcommand)]
pub enum Command {
    /// Print what makes a shell complete the commands
    #[command(
        after_help = "Example:\n  beaver completions bash > beaver.bash\n  beaver completions zsh > _beaver\n  beaver completions fish > beaver.fish"
    )]
    Completions { shell: Shell },
    /// Print the man page, or write those of all commands into a folder
    #[command(after_help = "Example:\n  beaver man > beaver.1\n  beaver man pages")]
    Man { folder: Option<PathBuf> },
}

pub fn run(cx: &Context, command: &Command) -> Outcome {
    let mut tree = Cli::command();
    match command {
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut tree, "beaver", &mut text);
            bytes(cx, &text)
        }
        Command::Man { folder: None } => {
            let mut text = Vec::new();
            let page = clap_mangen::Man::new(tree).render(&mut text);
            page.map_err(|e| Failure::file("made", "the page", &e))?;
            bytes(cx, &text)
        }
        Command::Man { folder: Some(folder) } => {
            let failed = |e| Failure::file("written", &folder.to_string_lossy(), &e);
            fs::create_dir_all(folder).map_err(failed)?;
            clap_mangen::generate_to(tree, folder).map_err(failed)
        }
    }
}

fn bytes(cx: &Context, text: &[u8]) -> Outcome {
    let written = cx.out.bytes().write_all(text);
    if cx.out.is_broken() {
        return Err(Failure::BrokenPipe);
    }
    written.map_err(|e| Failure::file("written", "the standard output", &e))
}
