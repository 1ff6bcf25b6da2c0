//! Bytes that a server holds, a piece at a time.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::bytes::Piece;
use super::link::Link;
use super::protocol::Request;
use crate::database::Progress;
use crate::engine::BlobStream;
use crate::error::{Error, ErrorKind, Result};

/// How much is asked for at a time.
const PIECE: usize = 1 << 20;

/// A blob, or a copy of the database, at the server. Dropped, it is given back.
pub(super) struct RemoteStream {
    link: Arc<Link>,
    number: u64,
    length: u64,
    /// What was fetched last, and where it begins.
    piece: Vec<u8>,
    begin: u64,
}

impl RemoteStream {
    pub fn new(link: Arc<Link>, number: u64, length: u64) -> Self {
        RemoteStream { link, number, length, piece: Vec::new(), begin: 0 }
    }

    /// What of the piece at hand lies behind an offset.
    fn at_hand(&self, offset: u64) -> &[u8] {
        let skip = offset.checked_sub(self.begin).and_then(|skip| usize::try_from(skip).ok());
        skip.and_then(|skip| self.piece.get(skip..)).unwrap_or_default()
    }
}

impl BlobStream for RemoteStream {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        if offset >= self.length || buffer.is_empty() {
            return Ok(0);
        }
        if self.at_hand(offset).is_empty() {
            self.piece = self.link.ask::<Piece>(None, &Request::StreamRead(self.number, offset, PIECE))?.0;
            self.begin = offset;
        }
        let found = self.at_hand(offset);
        let count = found.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(found) {
            *to = *from;
        }
        Ok(count)
    }
}

impl Drop for RemoteStream {
    fn drop(&mut self) {
        // Best effort: the server forgets it by itself.
        let _ = self.link.ask::<()>(None, &Request::Release(self.number));
    }
}

/// Writes a copy of the database into a file, which is replaced only when the copy is whole.
pub(super) fn save(mut copy: RemoteStream, path: &Path, progress: &mut dyn FnMut(Progress) -> bool) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or_else(|| Error::invalid("the backup needs the name of a file"))?;
    let beside = folder.join(format!("{}.{}.part", name.to_string_lossy(), uuid::Uuid::new_v4().simple()));
    let written =
        write(&mut copy, &beside, progress).and_then(|()| std::fs::rename(&beside, path).map_err(|e| failed(&e)));
    written.inspect_err(|_| drop(std::fs::remove_file(&beside)))
}

fn write(copy: &mut RemoteStream, path: &Path, progress: &mut dyn FnMut(Progress) -> bool) -> Result<()> {
    let mut file = File::create_new(path).map_err(|e| failed(&e))?;
    let mut buffer = vec![0; PIECE];
    let mut done = 0;
    loop {
        let count = copy.read_at(done, &mut buffer)?;
        if count == 0 {
            break;
        }
        file.write_all(buffer.get(..count).unwrap_or_default()).map_err(|e| failed(&e))?;
        done += count as u64;
        if !progress(Progress { done, total: copy.length.max(done) }) {
            return Err(Error::new(ErrorKind::Interrupted, "the backup was stopped by its progress callback"));
        }
    }
    file.sync_all().map_err(|e| failed(&e))
}

fn failed(error: &std::io::Error) -> Error {
    let kind = if error.kind() == std::io::ErrorKind::StorageFull { ErrorKind::Full } else { ErrorKind::Io };
    Error::new(kind, format!("the backup: {error}"))
}
