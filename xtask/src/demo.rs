//! `cargo xtask demo`: from a fresh clone to running C programs on real data.

use crate::compiler::{self, Linkage};
use crate::library::{Library, Profile};
use crate::{header, project, sh, wordnet};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

const QUICKSTART: &str = "examples/c/quickstart.c";
const SEARCH: &str = "examples/c/search.c";
const SAMPLE: &str = "examples/data/wordnet-sample";

const NEEDED: [&str; 2] = ["documents.jsonl", "edges.tsv"];
const WHAT_DATA: &str = "\
The folder holds
   documents.jsonl   a JSON object a line: \"id\" first, then \"words\", \"pos\", \"lexfile\", \"gloss\"
   edges.tsv         source TAB symbol TAB target, ids of documents
   embeddings.f16    a row of little-endian float16 for each line of documents.jsonl, of length 1;
                     without this file the search by vector is left out
as examples/data/wordnet-sample/README.md tells in full; or it holds the dictionary of WordNet,
data.noun, data.verb, data.adj and data.adv, from which the first two are made. Debian and Ubuntu have it:
   apt-get install wordnet-base
   cargo xtask demo --data /usr/share/wordnet";

/// Builds the library, compiles two C programs against it and runs them on a sample of WordNet: quickstart.c
/// shows the structures, search.c the searches of a collection.
#[derive(clap::Args)]
#[command(after_help = format!("With --data, search.c alone runs, on that folder. {WHAT_DATA}"))]
pub struct Args {
    /// Build with full optimisation: slower to build, as fast to run as an installed library
    #[arg(long)]
    release: bool,
    /// Search all of WordNet, 117,659 documents, with full optimisation
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub fn run(args: &Args) -> Result<()> {
    let cc = compiler::cc();
    if sh::which(&cc).is_none() {
        bail!(
            "the demo is a C program and needs a C compiler, but there is no `{cc}` on PATH.\n\
             On Debian and Ubuntu: apt-get install gcc libc6-dev. Or set CC to the compiler that you have."
        );
    }
    // Kept, so that the databases can be looked at.
    let folder = project::target()?.join("demo");
    std::fs::create_dir_all(&folder)?;
    let data = args.data.as_deref().map(|data| prepare(data, &folder)).transpose()?;
    // The dev profile optimises SQLite and the other dependencies, and is much faster to build.
    let optimised = args.release || data.is_some();
    let library = Library::build(if optimised { Profile::Release } else { Profile::Dev })?;
    let programs = if data.is_some() { &[SEARCH][..] } else { &[QUICKSTART, SEARCH] };
    let data = data.unwrap_or_else(|| project::root().join(SAMPLE));
    for source in programs {
        let program = compiler::build(&compiler::source(source), &library, Linkage::Shared, &[], &folder)?;
        println!();
        sh::run(sh::command(&program).arg(&data).current_dir(&folder))?;
        println!();
    }
    say_what_is_next(programs, &folder, optimised)
}

fn say_what_is_next(programs: &[&str], folder: &Path, optimised: bool) -> Result<()> {
    let here = std::env::current_dir()?;
    let folder = folder.strip_prefix(&here).unwrap_or(folder).display();
    println!(
        "Try next\n   \
         examples/                  more programs in C, C++ and Rust\n   \
         {:26} every function\n   \
         docs/guide/                the user guide\n   \
         cargo xtask demo --help    how to search all of WordNet\n   \
         cargo xtask test           the tests\n",
        header::PATH
    );
    if !optimised {
        println!(
            "The times are those of a build for development; `cargo xtask demo --release` has those of an installed \
             library."
        );
    }
    println!(
        "That was {}. Edit what you like and run the demo again.\n\
         The databases are in {folder}: open them with sqlite3.",
        programs.join(" and ")
    );
    Ok(())
}

/// The folder that search.c is given: `data` itself, or one that is made from the dictionary that lies in it.
fn prepare(data: &Path, folder: &Path) -> Result<PathBuf> {
    if !data.is_dir() {
        bail!("--data: there is no folder {}. {WHAT_DATA}", data.display());
    }
    if let Some(missing) = NEEDED.into_iter().find(|file| !data.join(file).is_file()) {
        if !wordnet::is_dictionary(data) {
            bail!("--data: there is no {missing} in {}. {WHAT_DATA}", data.display());
        }
        let made = folder.join("wordnet");
        std::fs::create_dir_all(&made)?;
        println!("Making documents.jsonl and edges.tsv from the dictionary in {}", data.display());
        wordnet::convert(data, &made)?;
        return Ok(made);
    }
    // The program is started in another folder than we were.
    Ok(std::path::absolute(data)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_the_data_is_refused_with_how_to_get_them() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = |data: &Path| prepare(data, folder.path()).unwrap_err().to_string();
        assert!(refusal(&folder.path().join("none")).contains("no folder"));
        std::fs::write(folder.path().join("documents.jsonl"), "").unwrap();
        let message = refusal(folder.path());
        assert!(message.contains("no edges.tsv") && message.contains("apt-get install wordnet-base"), "{message}");
    }

    #[test]
    fn the_sample_is_taken_as_it_is() {
        let sample = project::root().join(SAMPLE);
        assert_eq!(prepare(&sample, Path::new("unused")).unwrap(), sample);
    }
}
