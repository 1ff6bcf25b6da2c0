//! `cargo xtask demo`: from a fresh clone to a running C program on real data.

use crate::compiler::{self, Linkage};
use crate::library::{Library, Profile};
use crate::{header, project, sh};
use anyhow::{Result, bail};

const QUICKSTART: &str = "examples/c/quickstart.c";
const DATA: &str = "examples/data/wordnet-sample";

/// Builds the library, compiles the C quickstart against it and runs it on the WordNet sample.
#[derive(clap::Args)]
pub struct Args {
    /// Build with full optimisation: slower to build, as fast to run as an installed library
    #[arg(long)]
    release: bool,
}

pub fn run(args: &Args) -> Result<()> {
    let cc = compiler::cc();
    if sh::which(&cc).is_none() {
        bail!(
            "the demo is a C program and needs a C compiler, but there is no `{cc}` on PATH.\n\
             On Debian and Ubuntu: apt-get install gcc libc6-dev. Or set CC to the compiler that you have."
        );
    }
    // The dev profile optimises SQLite and the other dependencies, and is much faster to build.
    let library = Library::build(if args.release {
        Profile::Release
    } else {
        Profile::Dev
    })?;
    let folder = sh::temp_dir()?;
    let program = compiler::build(
        &compiler::source(QUICKSTART),
        &library,
        Linkage::Shared,
        &[],
        folder.path(),
    )?;
    println!();
    sh::run(
        sh::command(&program)
            .arg(project::root().join(DATA))
            .current_dir(folder.path()),
    )?;
    println!(
        "\nThat was {QUICKSTART}, compiled against {}. What to try next:\n  \
         edit it and run `cargo xtask demo` again\n  \
         docs/guide/            the user guide\n  \
         examples/              the same scenarios in other languages\n  \
         cargo xtask test       the tests (`cargo xtask test --list` names them)",
        header::PATH
    );
    Ok(())
}
