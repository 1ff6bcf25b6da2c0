//! `cargo xtask check`: everything that can be judged without running the library.

mod architecture;
mod sources;

use crate::{header, sh};
use anyhow::{Result, bail};

/// Checks formatting, lints, docs and the rules of the project, without running a test.
#[derive(clap::Args)]
pub struct Args {
    /// Mend what can be mended by a tool: formatting and the header
    #[arg(long)]
    fix: bool,
}

type Check = (&'static str, fn() -> Result<()>);

const CHECKS: &[Check] = &[
    ("formatting", formatting),
    ("source rules", sources::check),
    ("architecture", architecture::check),
    ("header", header::verify),
    ("clippy", clippy),
    ("rustdoc", rustdoc),
];

pub fn run(args: &Args) -> Result<()> {
    if args.fix {
        sh::run(sh::cargo().args(["fmt", "--all"]))?;
        header::write()?;
    }
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        println!("\n=== {name}");
        if let Err(error) = check() {
            println!("{name}: {error:#}");
            failed.push(*name);
        }
    }
    if !failed.is_empty() {
        bail!("check failed: {}", failed.join(", "));
    }
    println!("\nxtask: all checks passed");
    Ok(())
}

fn formatting() -> Result<()> {
    sh::run(sh::cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    // Of its one line there is nothing to say, and the generator under it takes a minute to compile.
    let all = ["clippy", "--workspace", "--exclude", "uniffi-bindgen", "--all-targets"];
    sh::run(sh::cargo().args(all).args(["--", "-D", "warnings"]))?;
    sh::run(sh::cargo().args(["clippy", "--package", "beaver-core", "--no-default-features", "--", "-D", "warnings"]))
}

fn rustdoc() -> Result<()> {
    sh::run(
        sh::cargo()
            .args(["doc", "--workspace", "--exclude", "uniffi-bindgen", "--no-deps", "--document-private-items"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}
