//! Faults, crashes and damage that the data of beaver has to survive.
#![allow(missing_docs, clippy::missing_errors_doc)] // the parts of a program

pub mod faults;
pub mod kills;
pub mod plan;
pub mod power;
pub mod random;
pub mod state;
pub mod vfs;
pub mod workload;
