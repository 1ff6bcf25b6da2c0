//! Functions of the caller that the library calls.

use std::io::{self, Read, Write};
use std::sync::Arc;

use beaver_core::Progress;

use crate::error::{Failure, stopped};

/// Told how far a long call is.
#[uniffi::export(with_foreign)]
pub trait ProgressListener: Send + Sync {
    /// `total` may grow as the work goes on. False stops the call, which fails as INTERRUPTED.
    fn step(&self, done: u64, total: u64) -> Result<bool, Failure>;
}

/// Takes the bytes of a dump.
#[uniffi::export(with_foreign)]
pub trait DumpSink: Send + Sync {
    /// Takes the next bytes. False stops the dump, which fails as INTERRUPTED.
    fn write(&self, data: Vec<u8>) -> Result<bool, Failure>;
}

/// Gives the bytes of a dump.
#[uniffi::export(with_foreign)]
pub trait LoadSource: Send + Sync {
    /// Gives up to so many of the next bytes, none at the end.
    fn read(&self, most: u32) -> Result<Vec<u8>, Failure>;
}

/// Receives diagnostics, from any thread.
#[uniffi::export(with_foreign)]
pub trait LogListener: Send + Sync {
    /// One diagnostic: 1 an error, 2 a warning, 3 information, 4 for finding a fault; the module that speaks; a line.
    fn log(&self, level: i32, target: String, text: String) -> Result<(), Failure>;
}

/// A listener as the core wants it; without one, the work goes on.
pub fn steps(listener: Option<Arc<dyn ProgressListener>>) -> impl FnMut(Progress) -> bool {
    move |Progress { done, total }| listener.as_ref().is_none_or(|listener| listener.step(done, total).unwrap_or(false))
}

/// A sink as a writer.
pub struct Sink(pub Arc<dyn DumpSink>);

impl Write for Sink {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        match self.0.write(data.to_vec()) {
            Ok(true) => Ok(data.len()),
            _ => Err(io::Error::other(stopped())),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A source as a reader.
pub struct Source(pub Arc<dyn LoadSource>);

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let data = self.0.read(most).map_err(|_| io::Error::other(stopped()))?;
        match buffer.get_mut(..data.len()) {
            Some(room) => {
                room.copy_from_slice(&data);
                Ok(data.len())
            }
            None => Err(io::Error::other(stopped())),
        }
    }
}
