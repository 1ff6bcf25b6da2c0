//! The one error.

use beaver_core::{Error, ErrorKind};

/// Why a call failed. Languages make their own errors of it, one for each kind.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum Failure {
    /// It failed.
    #[error("{text}")]
    Failed {
        /// The stable number of the kind, as in the C library.
        code: i32,
        /// One line for a person.
        text: String,
        /// The index of the operation or item that failed, where there are many.
        operation: Option<u64>,
        /// The byte at which invalid JSON was found.
        offset: Option<u64>,
        /// SQLite's extended result code, where it reported the fault.
        sqlite_code: Option<i32>,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Failed {
            code: error.kind().code(),
            text: error.message().to_owned(),
            operation: error.operation().map(|operation| operation as u64),
            offset: error.offset().map(|offset| offset as u64),
            sqlite_code: error.sqlite_code(),
        }
    }
}

/// An exception in a function of the caller ends the call; the language's layer throws it again.
impl From<uniffi::UnexpectedUniFFICallbackError> for Failure {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        stopped().into()
    }
}

/// What a function of the caller returned to end the call.
pub fn stopped() -> Error {
    Error::new(ErrorKind::Interrupted, "the callback stopped the call")
}
