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
    let library = Library::build(if args.release { Profile::Release } else { Profile::Dev })?;
    // Kept, so that the database can be looked at.
    let folder = project::target()?.join("demo");
    std::fs::create_dir_all(&folder)?;
    let program = compiler::build(&compiler::source(QUICKSTART), &library, Linkage::Shared, &[], &folder)?;
    println!();
    sh::run(sh::command(&program).arg(project::root().join(DATA)).current_dir(&folder))?;
    let database = folder.join("wordnet.db");
    let here = std::env::current_dir()?;
    println!(
        "   docs/guide/                the user guide\n   \
         cargo xtask test           the tests\n\n\
         That was {QUICKSTART}, compiled against {}. Edit it and run `cargo xtask demo` again.\n\
         It left {}: open it with sqlite3.",
        header::PATH,
        database.strip_prefix(&here).unwrap_or(&database).display()
    );
    Ok(())
}
