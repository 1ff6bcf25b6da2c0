//! A descriptor that can be read from while there is something to get.

use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use crate::error::{Error, ErrorKind, Result};

pub(crate) struct Pipe {
    reading: UnixStream,
    writing: UnixStream,
}

impl Pipe {
    pub fn new() -> Result<Pipe> {
        let failed = |e: std::io::Error| Error::new(ErrorKind::Io, format!("the system gives no descriptor: {e}"));
        let (reading, writing) = UnixStream::pair().map_err(failed)?;
        reading.set_nonblocking(true).map_err(failed)?;
        writing.set_nonblocking(true).map_err(failed)?;
        Ok(Pipe { reading, writing })
    }

    /// Makes it readable. A byte that does not fit any more is not needed.
    pub fn fill(&self) {
        let _ = (&self.writing).write(&[1]);
    }

    pub fn drain(&self) {
        let mut bytes = [0; 64];
        while (&self.reading).read(&mut bytes).is_ok_and(|count| count == bytes.len()) {}
    }

    pub fn descriptor(&self) -> BorrowedFd<'_> {
        self.reading.as_fd()
    }
}
