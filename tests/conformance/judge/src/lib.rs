//! The judge of the conformance suite: it reads the suites, asks a testee, compares, reports.
//! `../SPEC.md` says what goes over the wire and how a suite is written.

pub mod check;
pub mod encode;
pub mod executor;
pub mod fake;
pub mod lists;
pub mod matcher;
pub mod meta;
pub mod ops;
pub mod report;
pub mod run;
pub mod sound;
pub mod suite;
pub mod testee;
pub mod value;
