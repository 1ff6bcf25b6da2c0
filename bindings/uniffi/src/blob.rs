//! Blobs, whole and piece by piece.

use std::sync::Arc;

use beaver_core::{Beaver, BlobReader, BlobWriter, Blobs, Error, ErrorKind, wire};
use parking_lot::Mutex;

use crate::call::{Live, call};
use crate::cursor::Cursor;
use crate::error::Failure;
use crate::input::optional_json;
use crate::structure::structure_handle;

/// A store of blobs.
#[derive(uniffi::Object)]
pub struct BlobsHandle {
    pub(crate) inner: Blobs,
    db: Beaver,
    _live: Live,
}

structure_handle!(BlobsHandle, Blobs);

/// A blob.
#[derive(uniffi::Record)]
pub struct StoredBlob {
    /// Its bytes.
    pub data: Vec<u8>,
    /// What was stored beside them.
    pub metadata: Option<String>,
}

/// A blob without its bytes.
#[derive(uniffi::Record)]
pub struct BlobStat {
    /// How many bytes it has.
    pub len: u64,
    /// What was stored beside them.
    pub metadata: Option<String>,
}

#[uniffi::export]
impl BlobsHandle {
    /// Stores a blob.
    pub fn put(&self, key: &str, data: &[u8], metadata: Option<String>) -> Result<(), Failure> {
        self.call(|blobs| blobs.put(key, data, optional_json(metadata.as_deref())?))
    }

    /// Reads a blob.
    pub fn get(&self, key: &str) -> Result<Option<StoredBlob>, Failure> {
        self.call(|blobs| {
            let blob = blobs.get(key)?;
            Ok(blob.map(|blob| StoredBlob { data: blob.data, metadata: blob.metadata.map(String::from) }))
        })
    }

    /// The length and the metadata of a blob.
    pub fn stat(&self, key: &str) -> Result<Option<BlobStat>, Failure> {
        self.call(|blobs| {
            let stat = blobs.stat(key)?;
            Ok(stat.map(|(len, metadata)| BlobStat { len, metadata: metadata.map(String::from) }))
        })
    }

    /// Whether there is such a blob.
    pub fn contains(&self, key: &str) -> Result<bool, Failure> {
        self.call(|blobs| blobs.contains(key))
    }

    /// Removes a blob; false if there was none.
    pub fn delete(&self, key: &str) -> Result<bool, Failure> {
        self.call(|blobs| blobs.delete(key))
    }

    /// Rows of keys.
    pub fn keys(&self) -> Arc<Cursor> {
        Cursor::new(&self.db, self.inner.keys().map(|key| key.map(|key| wire::string(&key))))
    }

    /// Writes a blob piece by piece; it is there when it is finished.
    pub fn writer(&self, key: &str, metadata: Option<String>) -> Result<Arc<BlobWriterHandle>, Failure> {
        self.call(|blobs| {
            let writer = blobs.writer(key, optional_json(metadata.as_deref())?)?;
            Ok(Arc::new(BlobWriterHandle { writer: Mutex::new(Some(writer)), db: self.db.clone(), _live: Live::new() }))
        })
    }

    /// Reads a blob piece by piece, as it was when this was made; none if there is no such blob.
    pub fn reader(&self, key: &str) -> Result<Option<Arc<BlobReaderHandle>>, Failure> {
        self.call(|blobs| {
            let reader = blobs.reader(key)?;
            Ok(reader.map(|reader| {
                Arc::new(BlobReaderHandle { reader: Mutex::new(reader), db: self.db.clone(), _live: Live::new() })
            }))
        })
    }
}

/// Writes a blob piece by piece. Dropped before it is finished, nothing is written.
#[derive(uniffi::Object)]
pub struct BlobWriterHandle {
    writer: Mutex<Option<BlobWriter>>,
    db: Beaver,
    _live: Live,
}

fn used_up() -> Error {
    Error::new(ErrorKind::InvalidArgument, "the writer was finished or given up: make a new one")
}

#[uniffi::export]
impl BlobWriterHandle {
    /// Adds bytes.
    pub fn write(&self, data: &[u8]) -> Result<(), Failure> {
        call(&self.db, || self.writer.lock().as_mut().ok_or_else(used_up)?.write_chunk(data))
    }

    /// Makes the blob be there.
    pub fn finish(&self) -> Result<(), Failure> {
        call(&self.db, || self.writer.lock().take().ok_or_else(used_up)?.finish())
    }

    /// Gives it up.
    pub fn abort(&self) -> Result<(), Failure> {
        call(&self.db, || self.writer.lock().take().ok_or_else(used_up)?.abort())
    }
}

/// Reads a blob piece by piece.
#[derive(uniffi::Object)]
pub struct BlobReaderHandle {
    reader: Mutex<BlobReader>,
    db: Beaver,
    _live: Live,
}

#[uniffi::export]
impl BlobReaderHandle {
    /// How many bytes the blob has.
    pub fn len(&self) -> u64 {
        self.reader.lock().len()
    }

    /// Up to so many of the next bytes, none at the end.
    pub fn read(&self, most: u32) -> Result<Vec<u8>, Failure> {
        /// More is not read at once, whatever is asked for.
        const LARGEST: usize = 16 << 20;
        call(&self.db, || {
            let mut buffer = vec![0; (most as usize).clamp(1, LARGEST)];
            let read = self.reader.lock().read_chunk(&mut buffer)?;
            buffer.truncate(read);
            Ok(buffer)
        })
    }
}
