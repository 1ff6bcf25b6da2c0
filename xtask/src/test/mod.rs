//! `cargo xtask test`: named steps in order, each with the tools that it needs.
//!
//! A new step is one line in `STEPS` and a function that returns an error when something is wrong.

mod c;
mod conformance;
mod docs;
mod formats;
mod header;
mod install;
pub mod languages;
mod memory;
mod packages;
mod parallel;
mod rust;
mod server;
mod tools;

use crate::sh;
use anyhow::{Result, bail};
use std::time::{Duration, Instant};
use tools::{
    ASAN, CC, CHROMIUM, CJSON, CMAKE, CPP_JSON, CURL, CXX, LDD, MOUNT, NINJA, NM, ORACLE, PKG_CONFIG, SETPRIV, SQLITE3,
    Tool, VALGRIND,
};
pub use tools::{MAVEN, PYTHON, SWIFT, oracle, pythons};

struct Step {
    name: &'static str,
    about: &'static str,
    needs: &'static [Tool],
    run: fn() -> Result<()>,
}

#[rustfmt::skip] // one line a step reads best
const STEPS: &[Step] = &[
    Step { name: "rust", about: "every test of the workspace, documentation examples too", needs: &[], run: rust::workspace },
    Step { name: "portable", about: "vector search in plain Rust, without the feature simd", needs: &[], run: rust::portable },
    Step { name: "stale-reads", about: "the read cache, hunted for 20 seconds by four writing processes", needs: &[], run: rust::stale_reads },
    Step { name: "full-disk", about: "the core on a small file system that is full", needs: &[MOUNT], run: rust::full_disk },
    Step { name: "judge", about: "the conformance judge itself: what it must reject, and the suite files", needs: &[], run: conformance::judge },
    Step { name: "conformance-rust", about: "the conformance suite through the Rust core", needs: &[], run: conformance::rust },
    Step { name: "conformance-c", about: "the conformance suite through the C API", needs: &[CC, CJSON], run: conformance::c },
    Step { name: "conformance-cpp", about: "the conformance suite through the C++ header", needs: &[CXX, CPP_JSON], run: conformance::cpp },
    Step { name: "conformance-python", about: "the conformance suite through the Python package", needs: &[PYTHON], run: conformance::python },
    Step { name: "conformance-kotlin", about: "the conformance suite through the Kotlin package", needs: &[MAVEN], run: conformance::kotlin },
    Step { name: "conformance-swift", about: "the conformance suite through the Swift package", needs: &[SWIFT], run: conformance::swift },
    Step { name: "conformance-cli", about: "the conformance suite through the command line", needs: &[PYTHON], run: conformance::cli },
    Step { name: "conformance-rest", about: "the conformance suite through the REST API", needs: &[PYTHON], run: conformance::rest },
    Step { name: "conformance-remote", about: "the conformance suite on databases at a server", needs: &[SETPRIV], run: conformance::remote },
    Step { name: "mutation", about: "the conformance suite catches deliberately broken operations", needs: &[], run: conformance::mutation },
    Step { name: "interop", about: "each language goes on with the file that each other one wrote", needs: &[CC, CJSON, CXX, CPP_JSON, PYTHON, MAVEN, SWIFT], run: conformance::interop },
    Step { name: "python", about: "the Python package on every CPython that is there, and its types", needs: &[PYTHON], run: languages::python },
    Step { name: "kotlin", about: "the Kotlin package", needs: &[MAVEN], run: languages::kotlin },
    Step { name: "swift", about: "the Swift package, in a root of Debian 13", needs: &[SWIFT], run: languages::swift },
    Step { name: "packages", about: "wheel, jar, AAR and Swift package as outsiders use them", needs: &[CC, NM, PYTHON, MAVEN, SWIFT], run: packages::packages },
    Step { name: "rest-examples", about: "every example for curl prints what it should", needs: &[CURL], run: server::rest_examples },
    Step { name: "schemathesis", about: "the server does what its OpenAPI document says, whatever it is sent", needs: &[PYTHON], run: server::schemathesis },
    Step { name: "docs-page", about: "the interactive documentation opens in a browser without a network", needs: &[CHROMIUM], run: server::docs_page },
    Step { name: "container", about: "the entry point of the Docker image", needs: &[CURL, SETPRIV], run: server::container },
    Step { name: "header-drift", about: "include/beaver.h is what cbindgen makes of ffi/", needs: &[], run: crate::header::verify },
    Step { name: "header-compiles", about: "each header compiles alone, twice included, as strict C99 and C++17, 20 and 23", needs: &[CC, CXX, CPP_JSON], run: header::compiles },
    Step { name: "header-docs", about: "every function of the header is fully documented", needs: &[], run: header::docs },
    Step { name: "symbols", about: "shared and static library export what header and ledger name, and nothing else", needs: &[CC, NM], run: header::symbols },
    Step { name: "ldd", about: "libbeaver.so needs parts of the C library only", needs: &[LDD], run: header::dependencies },
    Step { name: "versions", about: "header, library and Cargo.toml have one version", needs: &[CC], run: header::versions },
    Step { name: "c-shared", about: "tests/c, linked with the shared library", needs: &[CC], run: c::shared },
    Step { name: "c-static", about: "tests/c, linked with the static library", needs: &[CC, NM], run: c::linked_statically },
    Step { name: "cpp", about: "tests/cpp, linked with the shared library", needs: &[CXX, CPP_JSON], run: c::cpp },
    Step { name: "panic", about: "tests/c/panic on the release build: a panic stays inside", needs: &[CC], run: c::panic },
    Step { name: "examples", about: "every Rust, C and C++ example compiles and runs", needs: &[CC, CXX, CPP_JSON], run: c::examples },
    Step { name: "guide", about: "every example in README.md and docs/guide compiles and runs", needs: &[CC, CXX, CPP_JSON, PYTHON, MAVEN, SWIFT], run: docs::guide },
    Step { name: "valgrind", about: "tests/c under valgrind", needs: &[CC, VALGRIND], run: memory::valgrind },
    Step { name: "asan", about: "tests/c under AddressSanitizer, Rust and SQLite included", needs: &[CC, ASAN], run: memory::address_sanitizer },
    Step { name: "install", about: "cmake --install; outside CMake and pkg-config projects build and run", needs: &[CC, CMAKE, NINJA, PKG_CONFIG], run: install::install },
    Step { name: "formats", about: "the 1.x files in tests/formats are what their script makes", needs: &[ORACLE], run: formats::fixtures },
    Step { name: "system-sqlite", about: "the machine's sqlite3 reads and writes our file, and we read on", needs: &[CC, SQLITE3], run: formats::system_sqlite },
    Step { name: "beaver-1x", about: "BeaverDB 1.3.0 reads our file", needs: &[CC, ORACLE], run: formats::read_by_1x },
];

/// Runs the test steps, all of them or those that are named.
#[derive(clap::Args)]
pub struct Args {
    /// The steps to run: a name, or a part that several names have in common
    filters: Vec<String>,
    /// Fail instead of skipping when this step's tools are missing; `all` for every step
    #[arg(long, value_name = "STEP|all")]
    require: Vec<String>,
    /// How many steps run at once; of several, each is shown when it has ended
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Only list the steps
    #[arg(long)]
    list: bool,
}

enum Outcome {
    Passed,
    /// Why, and how its output ended, if that is not what stands right above.
    Failed(String, String),
    Skipped(String),
}

pub fn run(args: &Args) -> Result<()> {
    for name in &args.require {
        if name != "all" && !STEPS.iter().any(|step| step.name == name) {
            bail!("--require {name}: there is no such step; `cargo xtask test --list` names them");
        }
    }
    let steps = select(&args.filters)?;
    if args.list {
        for step in steps {
            println!("{:<18} {}", step.name, step.about);
        }
        return Ok(());
    }
    let required = |step: &Step| args.require.iter().any(|name| name == "all" || name == step.name);
    if args.jobs > 1 {
        return report(&parallel::run(&steps, args.jobs, required)?);
    }
    let mut results = Vec::new();
    for step in steps {
        println!("\n=== {}: {}", step.name, step.about);
        let clock = Clock::start();
        let outcome = missing(step, required(step)).unwrap_or_else(|| match (step.run)() {
            Ok(()) => Outcome::Passed,
            Err(error) => Outcome::Failed(format!("{error:#}"), String::new()),
        });
        if let Outcome::Failed(why, _) | Outcome::Skipped(why) = &outcome {
            println!("{}: {why}", step.name);
        }
        results.push((step, outcome, clock.stop()));
    }
    report(&results)
}

/// The steps that the filters name, in the order of STEPS. An exact name means that one step.
fn select(filters: &[String]) -> Result<Vec<&'static Step>> {
    for filter in filters {
        if !STEPS.iter().any(|step| step.name.contains(filter.as_str())) {
            bail!("no step is called {filter:?}; `cargo xtask test --list` names them");
        }
    }
    let is_exact = |filter: &str| STEPS.iter().any(|step| step.name == filter);
    let matches = |step: &Step, filter: &str| step.name == filter || (!is_exact(filter) && step.name.contains(filter));
    let chosen = STEPS.iter().filter(|step| filters.is_empty() || filters.iter().any(|filter| matches(step, filter)));
    Ok(chosen.collect())
}

/// What becomes of a step whose tools are missing; none if they are there.
fn missing(step: &Step, required: bool) -> Option<Outcome> {
    let missing: Vec<String> = step.needs.iter().filter(|tool| !(tool.is_there)()).map(Tool::how_to_get).collect();
    if missing.is_empty() {
        return None;
    }
    let missing = missing.join("; ");
    Some(if required { Outcome::Failed(missing, String::new()) } else { Outcome::Skipped(missing) })
}

/// What a step took: the time, and that of processors.
struct Took {
    time: Duration,
    processors: Duration,
}

/// Measures what a step takes.
struct Clock {
    start: Instant,
    processors: Duration,
}

impl Clock {
    fn start() -> Clock {
        Clock { start: Instant::now(), processors: Clock::children() }
    }

    fn stop(self) -> Took {
        Took { time: self.start.elapsed(), processors: Clock::children().saturating_sub(self.processors) }
    }

    /// The time of processors that programs took which have ended; zero where Linux does not tell.
    fn children() -> Duration {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // Behind the name, which may hold anything: the 14th and 15th, in hundredths of seconds.
        let columns = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        Duration::from_millis(columns.skip(13).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
    }
}

fn report(results: &[(&Step, Outcome, Took)]) -> Result<()> {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    println!("\n{:<18} {:<8} {:>8} {:>10}", "step", "result", "seconds", "processors");
    for (step, outcome, took) in results {
        let (word, why, count) = match outcome {
            Outcome::Passed => ("passed", "", &mut passed),
            Outcome::Failed(why, _) => ("FAILED", why.as_str(), &mut failed),
            Outcome::Skipped(why) => ("skipped", why.as_str(), &mut skipped),
        };
        *count += 1;
        let why = why.lines().next().unwrap_or_default();
        let (time, processors) = (took.time.as_secs_f64(), took.processors.as_secs_f64());
        println!("{}", format!("{:<18} {word:<8} {time:>8.1} {processors:>10.1}  {why}", step.name).trim_end());
    }
    // Of several at once the failed one may stand thousands of lines above.
    for (step, outcome, _) in results {
        if let Outcome::Failed(_, end) = outcome
            && !end.is_empty()
        {
            println!("\n=== how {} ended\n{end}", step.name);
        }
    }
    println!("\nxtask: {passed} passed, {failed} failed, {skipped} skipped");
    if failed > 0 {
        bail!("not all steps passed");
    }
    Ok(())
}

/// The time that any one test program may take, valgrind's slowness included.
const PROGRAM_LIMIT: Duration = Duration::from_secs(300);

/// Runs a test program in a folder of its own, which is its current folder.
fn run_program(command: &mut std::process::Command) -> Result<()> {
    let folder = sh::temp_dir()?;
    sh::run_within(command.current_dir(folder.path()), PROGRAM_LIMIT)
}
