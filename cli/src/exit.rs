//! How the program ends: its exit codes, all of them here, and what it says of a failure.

use std::fmt::Write;
use std::io;
use std::process::ExitCode;

use beaver_core::{Error, ErrorKind, wire};

/// Something went wrong.
pub const ERROR: u8 = 1;
/// The command line cannot be understood.
pub const USAGE: u8 = 2;
/// What was asked for is not there.
pub const NOT_FOUND: u8 = 3;
/// The time ran out: nothing came, or somebody held it for too long.
pub const TIMED_OUT: u8 = 4;
/// The command of `lock run` cannot be run.
pub const CANNOT_RUN: u8 = 126;
/// The command of `lock run` is not there.
pub const NO_COMMAND: u8 = 127;
/// A signal ended the program, or the command of `lock run`: this and its number.
pub const SIGNALLED: u8 = 128;

/// Why a command ended early.
#[derive(Debug)]
pub enum Failure {
    /// What beaver or the system says.
    Error(Error),
    /// The command line cannot be understood.
    Usage(String),
    /// All has been said: only the code is left.
    Code(u8),
    /// Nobody reads the output any more, which is no failure at all.
    BrokenPipe,
}

pub type Outcome<T = ()> = Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Error(error)
    }
}

impl Failure {
    pub fn not_found(message: impl Into<String>) -> Self {
        Failure::Error(Error::new(ErrorKind::NotFound, message))
    }

    pub fn timed_out(message: impl Into<String>) -> Self {
        Failure::Error(Error::new(ErrorKind::Timeout, message))
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Failure::Error(Error::new(ErrorKind::Conflict, message))
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Failure::Error(Error::new(ErrorKind::InvalidArgument, message))
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Failure::Usage(message.into())
    }

    /// A file that cannot be read or written.
    pub fn file(what: &str, path: &str, error: &io::Error) -> Self {
        Failure::Error(Error::new(ErrorKind::Io, format!("{path} cannot be {what}: {error}")))
    }

    /// The code that it ends the program with. `signal` is the one that was caught, if any.
    pub fn code(&self, signal: Option<i32>) -> u8 {
        match self {
            Failure::Error(error) => match (error.kind(), signal) {
                (ErrorKind::Interrupted, Some(signal)) => signalled(signal),
                (ErrorKind::NotFound, _) => NOT_FOUND,
                (ErrorKind::Timeout | ErrorKind::Busy, _) => TIMED_OUT,
                _ => ERROR,
            },
            Failure::Usage(_) => USAGE,
            Failure::Code(code) => *code,
            Failure::BrokenPipe => 0,
        }
    }

    /// Tells a person, or with `json` a program, on the error output.
    pub fn tell(&self, json: bool, signal: Option<i32>) {
        match self {
            // Who pressed Ctrl-C knows it.
            Failure::Error(error) if error.kind() == ErrorKind::Interrupted && signal.is_some() => {}
            Failure::Error(error) if json => eprintln!("{}", as_json(error)),
            Failure::Error(error) => eprintln!("beaver: {}", as_text(error)),
            Failure::Usage(message) => eprintln!("beaver: {message}\n\nFor more information, try '--help'."),
            Failure::Code(_) | Failure::BrokenPipe => {}
        }
    }
}

/// The code of a program that a signal ended.
pub fn signalled(signal: i32) -> u8 {
    u8::try_from(signal).map_or(ERROR, |signal| SIGNALLED.saturating_add(signal))
}

fn as_text(error: &Error) -> String {
    let mut text = format!("{}: {}", error.kind(), error.message());
    // Writing to a String does not fail.
    if let Some(item) = error.operation() {
        let _ = write!(text, " (item {item}, counted from 0)");
    }
    if let Some(offset) = error.offset().filter(|offset| !error.message().contains(&format!("byte {offset}"))) {
        let _ = write!(text, " (at byte {offset})");
    }
    text
}

/// `{"error": {"kind", "message", "offset", "operation"}}`, the last two where they are known.
fn as_json(error: &Error) -> String {
    let (kind, message) = (wire::string(error.kind().name()), wire::string(error.message()));
    let mut text = format!(r#"{{"error":{{"kind":{kind},"message":{message}"#);
    for (name, number) in [("offset", error.offset()), ("operation", error.operation())] {
        if let Some(number) = number {
            let _ = write!(text, r#","{name}":{number}"#);
        }
    }
    text + "}}"
}

/// The end of the program.
pub fn code(outcome: &Outcome, json: bool, signal: Option<i32>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell(json, signal);
            ExitCode::from(failure.code(signal))
        }
    }
}
