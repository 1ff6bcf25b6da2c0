//! A backup that is read instead of kept: to be sent elsewhere.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use crate::database::{Beaver, Progress};
use crate::engine::{BlobStream, Engine};
use crate::error::{Error, ErrorKind, Result};

/// A copy of a database as of one moment, to be read: see [`Beaver::backup_reader`]. It stands in a temporary file, which
/// goes with it.
pub struct BackupReader {
    file: File,
    length: u64,
    /// Behind the file: it is closed first. None if the file has no name any more.
    _place: Option<Place>,
}

/// Where the copy is; removed when dropped.
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Beaver {
    /// Copies the whole database, as [`Beaver::backup`] does, into a file of its own in the system's folder for temporary
    /// files, which needs the room, and gives what stands in it: for who sends it elsewhere. Memory: some MiB,
    /// whatever the size. [`crate::Cancel`] ends the copying.
    ///
    /// ```
    /// use std::io::Read;
    /// use beaver_core::{Beaver, Options};
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// db.dict("config")?.set("theme", serde_json::json!("dark"))?;
    /// let mut backup = db.backup_reader(|_| true)?;
    /// let mut bytes = Vec::new();
    /// backup.read_to_end(&mut bytes).expect("bytes");
    /// assert_eq!(bytes.len() as u64, backup.len());
    /// assert!(bytes.starts_with(b"SQLite format 3\0"));
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Beaver::backup`].
    pub fn backup_reader(&self, mut progress: impl FnMut(Progress) -> bool) -> Result<BackupReader> {
        BackupReader::of(&*self.engine, &mut progress)
    }
}

impl BackupReader {
    pub(crate) fn of(engine: &dyn Engine, progress: &mut dyn FnMut(Progress) -> bool) -> Result<BackupReader> {
        let name = format!("beaver-backup-{}-{}", std::process::id(), uuid::Uuid::new_v4().simple());
        let place = Place(std::env::temp_dir().join(name));
        engine.backup(&place.0, progress)?;
        let file = File::open(&place.0).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        // Where an open file needs no name, nothing is left even if the program is killed.
        let place = if cfg!(unix) { None } else { Some(place) };
        Ok(BackupReader { file, length, _place: place })
    }

    /// How many bytes it has.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // a database is never empty
    pub fn len(&self) -> u64 {
        self.length
    }
}

impl Read for BackupReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.file.read(buffer)
    }
}

impl BlobStream for BackupReader {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        self.file.read(buffer).map_err(failed)
    }
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` has it
fn failed(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the copy of the database: {error}"))
}
