//! Blobs: bytes under a key, with metadata; at once or as a stream.

use std::io;
use std::sync::Arc;

use crate::engine::{Blob, BlobChange, BlobStream, Change, Condition, Kind, Store};
use crate::error::{Error, ErrorKind, Result};
use crate::handle::{Handle, Structure};
use crate::pages::Pages;
use crate::value::{Json, check_key, check_limits};

/// The largest blob, in bytes. Its name, key and metadata count too: it is SQLite's limit for a row.
pub const MAX_BLOB_BYTES: u64 = 1_000_000_000;

/// What SQLite needs for the row itself.
const ROW_OVERHEAD: u64 = 64;

/// How much of an upload is kept in memory before it is written.
const CHUNK: usize = 1 << 20;

/// A store of blobs: bytes by key, with metadata of any JSON. Any thread may use the handle; clones are
/// cheap.
///
/// ```
/// use beaver_core::{Beaver, Json, Options};
/// use serde_json::json;
/// use std::io::{Read, Write};
/// let db = Beaver::open(":memory:", Options::default())?;
/// let uploads = db.blobs("user_uploads")?;
/// uploads.put("alice/hello.txt", b"hello", Some(json!({"mimetype": "text/plain"}).into()))?;
/// let blob = uploads.get("alice/hello.txt")?.expect("it was put just now");
/// assert_eq!(blob.data, b"hello");
///
/// // What does not fit into memory goes as a stream, in and out.
/// let mut writer = uploads.writer("film", None)?;
/// writer.write_all(&[7; 3_000_000]).expect("the database can be written");
/// writer.finish()?;
/// let mut reader = uploads.reader("film")?.expect("it was finished");
/// assert_eq!(reader.len(), 3_000_000);
/// let mut first = [0; 4];
/// reader.read_exact(&mut first).expect("there are bytes");
/// assert_eq!(first, [7; 4]);
/// # Ok::<(), beaver_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Blobs(Handle);

impl AsRef<Handle> for Blobs {
    fn as_ref(&self) -> &Handle {
        &self.0
    }
}

impl From<Handle> for Blobs {
    fn from(handle: Handle) -> Self {
        Blobs(handle)
    }
}

impl Structure for Blobs {}

impl Blobs {
    pub(crate) fn new(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(Blobs(Handle::new(store, Kind::Blob, name)?))
    }

    /// Stores bytes under a key, in the place of what was there: bytes and metadata. The metadata `null`
    /// is the same as none. Needs several times the length in memory: for large values, use
    /// [`Blobs::writer`].
    ///
    /// # Errors
    /// LIMIT for a key or metadata that is too large, and for more than [`MAX_BLOB_BYTES`]; for all that
    /// write: READ_ONLY, BUSY (also when another owner has acquired the store for longer than the busy
    /// timeout), FULL, IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn put(&self, key: &str, data: &[u8], metadata: Option<Json>) -> Result<()> {
        self.0.write(put_change(&self.0, key, data.to_vec(), metadata, Condition::Always)?)?.flag().map(drop)
    }

    /// The bytes and the metadata of a key, if it is there.
    ///
    /// # Errors
    /// LIMIT for a key that is too long; for all that read: IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn get(&self, key: &str) -> Result<Option<Blob>> {
        check_key(key)?;
        self.0.store.blob_get(&self.0.name, key)
    }

    /// The length in bytes and the metadata of a key, if it is there. Where there is metadata it takes
    /// O(length / page size), since the file has it behind the bytes.
    ///
    /// # Errors
    /// As for [`Blobs::get`].
    pub fn stat(&self, key: &str) -> Result<Option<(u64, Option<Json>)>> {
        check_key(key)?;
        self.0.store.blob_stat(&self.0.name, key)
    }

    /// Whether a key is there. O(log n).
    ///
    /// # Errors
    /// As for [`Blobs::get`].
    pub fn contains(&self, key: &str) -> Result<bool> {
        check_key(key)?;
        self.0.store.blob_contains(&self.0.name, key)
    }

    /// Removes a key; tells whether it was there.
    ///
    /// # Errors
    /// As for [`Blobs::put`].
    pub fn delete(&self, key: &str) -> Result<bool> {
        self.0.write(delete_change(key)?)?.flag()
    }

    /// The keys in their order (byte by byte). Fetched in portions, nothing is held in between: a
    /// concurrent change may show or not, but no key comes twice.
    #[must_use]
    pub fn keys(&self) -> BlobKeys {
        BlobKeys { blobs: self.clone(), pages: Pages::new(usize::MAX) }
    }

    /// The keys behind one (which need not be there), as [`Blobs::keys`] gives them.
    ///
    /// # Errors
    /// LIMIT for a key that is too long.
    pub fn keys_after(&self, key: &str) -> Result<BlobKeys> {
        check_key(key)?;
        Ok(BlobKeys { blobs: self.clone(), pages: Pages::after(key.to_owned()) })
    }

    /// How many blobs there are. Counts through an index: O(n).
    ///
    /// # Errors
    /// As for [`Blobs::get`].
    pub fn len(&self) -> Result<u64> {
        self.0.store.blob_len(&self.0.name)
    }

    /// Whether there are no blobs. O(log n).
    ///
    /// # Errors
    /// As for [`Blobs::get`].
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.0.store.blob_page(&self.0.name, None, 1)?.is_empty())
    }

    /// Removes every blob; tells how many there were.
    ///
    /// # Errors
    /// As for [`Blobs::put`].
    pub fn clear(&self) -> Result<u64> {
        self.0.write(Change::Blob(BlobChange::Clear))?.count()
    }

    /// Begins to write a blob bit by bit. Nobody sees any of it before [`BlobWriter::finish`]; until
    /// then what was under the key stays. No lock is held between the writes, however slow they are.
    ///
    /// # Errors
    /// LIMIT for a key or metadata that is too large.
    pub fn writer(&self, key: &str, metadata: Option<Json>) -> Result<BlobWriter> {
        let metadata = check(&self.0, key, 0, metadata)?;
        Ok(BlobWriter {
            handle: self.0.clone(),
            key: key.into(),
            metadata,
            buffer: Vec::new(),
            upload: None,
            length: 0,
            broken: false,
        })
    }

    /// Begins to read a blob bit by bit, as it is at this moment: it may be replaced or deleted
    /// meanwhile. None if the key is not there. For as long as the reader lives, the write-ahead log
    /// beside the file cannot be emptied: do not keep it for long.
    ///
    /// # Errors
    /// As for [`Blobs::get`].
    pub fn reader(&self, key: &str) -> Result<Option<BlobReader>> {
        check_key(key)?;
        let stream = self.0.store.blob_open(&self.0.name, key)?;
        Ok(stream.map(|stream| BlobReader { stream, store: self.0.store.clone(), position: 0 }))
    }
}

/// Checks the parts of a put and makes the change of it.
pub(crate) fn put_change(
    handle: &Handle,
    key: &str,
    data: Vec<u8>,
    metadata: Option<Json>,
    condition: Condition,
) -> Result<Change> {
    let metadata = check(handle, key, data.len() as u64, metadata)?;
    Ok(Change::Blob(BlobChange::Put { key: key.into(), data, metadata, condition }))
}

pub(crate) fn delete_change(key: &str) -> Result<Change> {
    check_key(key)?;
    Ok(Change::Blob(BlobChange::Delete { key: key.into() }))
}

/// Checks key, metadata and size; gives the metadata, `null` as none.
fn check(handle: &Handle, key: &str, length: u64, metadata: Option<Json>) -> Result<Option<Json>> {
    check_key(key)?;
    let metadata = metadata.filter(|json| json.as_str().trim_ascii() != "null");
    if let Some(json) = &metadata {
        check_limits(json.as_str())?;
    }
    check_size(handle, key, length, metadata.as_ref())?;
    Ok(metadata)
}

fn check_size(handle: &Handle, key: &str, length: u64, metadata: Option<&Json>) -> Result<()> {
    let beside = handle.name.len() + key.len() + metadata.map_or(0, |json| json.as_str().len());
    if length.saturating_add(beside as u64 + ROW_OVERHEAD) > MAX_BLOB_BYTES {
        return Err(Error::limit(format!("a blob with its key and metadata has at most {MAX_BLOB_BYTES} bytes")));
    }
    Ok(())
}

/// An iterator over the keys of a blob store. See [`Blobs::keys`].
pub struct BlobKeys {
    blobs: Blobs,
    pages: Pages<String, String>,
}

impl Iterator for BlobKeys {
    type Item = Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        let Handle { store, name, .. } = &self.blobs.0;
        let fetch = |after: Option<&String>, most| store.blob_page(name, after.map(String::as_str), most);
        self.pages.next(fetch, String::clone)
    }
}

/// A blob that is being written. Dropped without [`BlobWriter::finish`], nothing of it stays.
///
/// Up to 1 MiB stays in memory. More is kept in the file chunk by chunk, each in a short commit of its
/// own; if the process dies, a later upload clears such chunks away once they are a day old.
pub struct BlobWriter {
    handle: Handle,
    key: String,
    metadata: Option<Json>,
    buffer: Vec<u8>,
    /// Set once chunks are in the file: the name of the upload, and how many chunks.
    upload: Option<(Arc<str>, u64)>,
    length: u64,
    broken: bool,
}

impl BlobWriter {
    /// Appends bytes.
    ///
    /// # Errors
    /// LIMIT above [`MAX_BLOB_BYTES`]; READ_ONLY, BUSY, FULL, IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED;
    /// NOT_FOUND if a whole day has passed since the write before. After an error the upload cannot be
    /// finished any more.
    pub fn write_chunk(&mut self, bytes: &[u8]) -> Result<()> {
        self.check_whole()?;
        self.broken = true;
        self.length = self.length.saturating_add(bytes.len() as u64);
        check_size(&self.handle, &self.key, self.length, self.metadata.as_ref())?;
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.buffer.len() >= CHUNK {
                self.stage()?;
            }
            let (now, later) = rest.split_at(rest.len().min(CHUNK.saturating_sub(self.buffer.len())));
            self.buffer.extend_from_slice(now);
            rest = later;
        }
        self.broken = false;
        Ok(())
    }

    /// Gives the blob other metadata than it was begun with: for uploads that tell it last.
    ///
    /// # Errors
    /// LIMIT for metadata that is too large.
    pub fn set_metadata(&mut self, metadata: Option<Json>) -> Result<()> {
        self.metadata = check(&self.handle, &self.key, self.length, metadata)?;
        Ok(())
    }

    /// Makes what was written the blob of the key, in one commit.
    ///
    /// # Errors
    /// As for [`BlobWriter::write_chunk`]. What was under the key is unchanged then.
    pub fn finish(mut self) -> Result<()> {
        self.check_whole()?;
        let data = std::mem::take(&mut self.buffer);
        if self.upload.is_none() {
            let change = BlobChange::Put {
                key: self.key.clone(),
                data,
                metadata: self.metadata.take(),
                condition: Condition::Always,
            };
            return self.handle.write(Change::Blob(change))?.flag().map(drop);
        }
        self.buffer = data;
        self.stage()?;
        if let Some((upload, _)) = &self.upload {
            let change =
                BlobChange::Finish { upload: upload.clone(), key: self.key.clone(), metadata: self.metadata.clone() };
            self.handle.write(Change::Blob(change))?;
        }
        self.upload = None;
        Ok(())
    }

    /// Gives the upload up, as dropping it does, and tells whether that went well.
    ///
    /// # Errors
    /// As for [`Blobs::put`]; what stays in the file then is cleared away after a day.
    pub fn abort(mut self) -> Result<()> {
        self.forget()
    }

    fn check_whole(&self) -> Result<()> {
        if self.broken {
            return Err(Error::new(ErrorKind::Conflict, "an earlier write of this upload failed: begin it again"));
        }
        Ok(())
    }

    /// Moves the buffer into the file.
    fn stage(&mut self) -> Result<()> {
        let (upload, sequence) =
            self.upload.get_or_insert_with(|| (uuid::Uuid::new_v4().simple().to_string().into(), 0)).clone();
        let data = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK));
        self.handle.write(Change::Blob(BlobChange::Stage { upload: upload.clone(), sequence, data }))?;
        self.upload = Some((upload, sequence + 1));
        Ok(())
    }

    fn forget(&mut self) -> Result<()> {
        if let Some((upload, _)) = self.upload.take() {
            while !self.handle.write(Change::Blob(BlobChange::Abort { upload: upload.clone() }))?.flag()? {}
        }
        Ok(())
    }
}

impl Drop for BlobWriter {
    fn drop(&mut self) {
        // Best effort: a closed database leaves it to the next upload a day later.
        let _ = self.forget();
    }
}

impl io::Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_chunk(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    /// Does nothing: nothing of a blob is there before it is finished.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The bytes of a blob at one moment. See [`Blobs::reader`].
pub struct BlobReader {
    stream: Box<dyn BlobStream>,
    store: Arc<dyn Store>,
    position: u64,
}

impl BlobReader {
    /// The length of the whole blob, in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.stream.len()
    }

    /// Whether the blob has no bytes at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Goes on reading at another byte, counted from 0; behind the end there is nothing.
    pub fn set_position(&mut self, position: u64) {
        self.position = position;
    }

    /// Reads the next bytes into the buffer and tells how many; 0 only at the end, or for an empty buffer.
    ///
    /// # Errors
    /// INTERRUPTED if a pause has ended the reader; IO, CORRUPT, CLOSED, PAUSED.
    pub fn read_chunk(&mut self, buffer: &mut [u8]) -> Result<usize> {
        // A small blob was read at once, and would not notice that the database is closed.
        self.store.check()?;
        let count = self.stream.read_at(self.position, buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl io::Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.read_chunk(buffer).map_err(io::Error::other)
    }
}
