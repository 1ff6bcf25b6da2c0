//! `cargo xtask trust`: faults, power losses and kills, for as long as it is told.

use crate::{project, sh};
use anyhow::Result;

/// Lets everything fail that can fail below the database, and sees that the data survives it.
///
/// The tests do a little of it at each run; this does all of it, for some time. The programs are in tests/trust.
#[derive(clap::Args)]
pub struct Args {
    /// For how long
    #[arg(long, default_value_t = 300)]
    seconds: u64,
}

pub fn run(args: &Args) -> Result<()> {
    sh::run(sh::cargo().args(["build", "--release", "--package", "beaver-trust"]))?;
    let program = project::target()?.join("release/beaver-trust");
    sh::run(sh::command(program).args(["run", &args.seconds.to_string()]))
}
