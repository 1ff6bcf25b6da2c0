//! The judge of the conformance suite: it reads the suites, asks a testee, compares, reports.
//! `../SPEC.md` says what goes over the wire and how a suite is written.

mod check;
mod cli;
mod encode;
mod executor;
mod fake;
mod interop;
mod lists;
mod matcher;
mod meta;
mod ops;
mod report;
mod run;
mod sound;
mod suite;
mod testee;
mod value;

pub use cli::main;
