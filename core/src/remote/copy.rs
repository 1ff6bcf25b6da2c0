//! A backup on its way to a client: a copy in a temporary file, which goes with it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use crate::engine::{BlobStream, Engine};
use crate::error::{Error, ErrorKind, Result};

struct Copy {
    file: File,
    path: PathBuf,
    length: u64,
}

/// Copies the database as of this moment.
pub(super) fn of(engine: &dyn Engine) -> Result<impl BlobStream + use<>> {
    let path = std::env::temp_dir().join(format!("beaver-backup-{}", uuid::Uuid::new_v4().simple()));
    let copied = engine.backup(&path, &mut |_| true).and_then(|()| {
        let file = File::open(&path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        Ok(Copy { file, path: path.clone(), length })
    });
    copied.inspect_err(|_| drop(std::fs::remove_file(&path)))
}

impl BlobStream for Copy {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        self.file.read(buffer).map_err(failed)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` has it
fn failed(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the copy at the server: {error}"))
}
