//! The C library of beaver: every function checks its arguments, calls one method of the core, and
//! translates the answer. The comments here are the text of `include/beaver.h`.
//!
//! What a C caller promises stands in the header's conventions chapter; each `unsafe` block here rests
//! on those promises: pointers are NULL or valid, lengths are true, and handles are used as their
//! `@thread` line says.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
#![deny(improper_ctypes_definitions)]
#![allow(unsafe_code)] // the boundary itself
#![allow(non_camel_case_types)] // the names are those of C
#![allow(clippy::missing_safety_doc)] // the header's conventions chapter is the contract

mod buf;
mod call;
mod database;
mod dict;
mod error;
mod input;
mod iter;
mod live;
mod status;
mod structure;
