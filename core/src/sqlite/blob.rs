use super::apply::Tx;
use super::source::Source;
use crate::engine::{Blob, BlobChange, BlobEngine, BlobStream, Reply};
use crate::error::Result;
use crate::value::Json;
pub(super) fn apply(_tx: &mut Tx<'_>, _name: &str, _change: &BlobChange) -> Result<Reply> { Ok(Reply::Done) }
impl<S: Source> BlobEngine for S {
    fn blob_get(&self, _name: &str, _key: &str) -> Result<Option<Blob>> { Ok(None) }
    fn blob_stat(&self, _name: &str, _key: &str) -> Result<Option<(u64, Option<Json>)>> { Ok(None) }
    fn blob_len(&self, _name: &str) -> Result<u64> { Ok(0) }
    fn blob_page(&self, _name: &str, _after: Option<&str>, _limit: usize) -> Result<Vec<String>> { Ok(vec![]) }
    fn blob_open(&self, _name: &str, _key: &str) -> Result<Option<Box<dyn BlobStream>>> { Ok(None) }
}
