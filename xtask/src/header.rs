//! `cargo xtask header`: include/beaver.h from the ffi crate, by the pinned cbindgen.

use crate::project;
use anyhow::{Context, Result, bail};
use std::sync::Mutex;

pub const PATH: &str = "include/beaver.h";

/// Writes include/beaver.h anew from the ffi crate, or says whether it is up to date.
#[derive(clap::Args)]
pub struct Args {
    /// Only compare: fail if the committed header is not what would be written
    #[arg(long)]
    check: bool,
}

pub fn run(args: &Args) -> Result<()> {
    if args.check { verify() } else { write() }
}

/// Writes the header, if it differs.
pub fn write() -> Result<()> {
    let path = project::root().join(PATH);
    let header = generate()?;
    if std::fs::read_to_string(&path).is_ok_and(|old| old == header) {
        println!("{PATH} is up to date");
        return Ok(());
    }
    std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
    std::fs::write(&path, header).with_context(|| format!("cannot write {PATH}"))?;
    println!("{PATH} written");
    Ok(())
}

/// Fails with the first difference if the committed header is not what cbindgen makes.
pub fn verify() -> Result<()> {
    let committed = project::read(PATH)?;
    let generated = generate()?;
    if committed == generated {
        return Ok(());
    }
    let mut pairs = committed.lines().zip(generated.lines()).enumerate();
    let difference = match pairs.find(|(_, (old, new))| old != new) {
        Some((index, (old, new))) => format!("line {}: has `{old}`, should be `{new}`", index + 1),
        None => format!("it has {} lines, should have {}", committed.lines().count(), generated.lines().count()),
    };
    bail!("{PATH} is not what ffi/ makes; run `cargo xtask header` ({difference})")
}

fn generate() -> Result<String> {
    let ffi = project::root().join("ffi");
    let config = ffi.join("cbindgen.toml");
    let config = cbindgen::Config::from_file(&config).map_err(|error| anyhow::anyhow!("ffi/cbindgen.toml: {error}"))?;
    WARNINGS.install();
    // Types that the configuration renames are in C's hands, and `usize` is size_t; it looks for them all
    // the same.
    let mut expected: Vec<String> = config.export.rename.keys().cloned().collect();
    expected.push("usize".to_owned());
    let bindings =
        cbindgen::Builder::new().with_config(config).with_crate(&ffi).generate().context("cbindgen failed")?;
    let mut warnings = WARNINGS.take();
    // What is skipped is not exported; the symbols step finds a function that should have been.
    warnings.retain(|warning| !warning.starts_with("Skip "));
    warnings.retain(|warning| !expected.iter().any(|name| warning.starts_with(&format!("Can't find {name}. "))));
    if !warnings.is_empty() {
        bail!("cbindgen warns:\n{}", warnings.join("\n"));
    }
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).context("cbindgen wrote no UTF-8")?;
    // Renamed pointer types come out as `const char * name`.
    let tidy = |line: &str| {
        if line.trim_start().starts_with(['*', '/']) { line.to_owned() } else { line.replace("* ", "*") }
    };
    Ok(text.lines().map(|line| tidy(line) + "\n").collect())
}

/// cbindgen only logs what it cannot translate, and leaves it out: here that is an error.
struct Warnings(Mutex<Vec<String>>);

static WARNINGS: Warnings = Warnings(Mutex::new(Vec::new()));

impl Warnings {
    fn install(&'static self) {
        // A second installation fails, which is as well: the first one stays.
        if log::set_logger(self).is_ok() {
            log::set_max_level(log::LevelFilter::Warn);
        }
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no holder of this lock panics"))
    }
}

impl log::Log for Warnings {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.level() <= log::Level::Warn
    }

    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            self.0.lock().expect("no holder of this lock panics").push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}
