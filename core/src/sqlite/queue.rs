use super::apply::Tx;
use super::source::Source;
use crate::engine::{QueueChange, QueueCursor, QueueEngine, QueueItem, Reply};
use crate::error::Result;
pub(super) fn apply(_tx: &mut Tx<'_>, _name: &str, _change: &QueueChange) -> Result<Reply> { Ok(Reply::Done) }
impl<S: Source> QueueEngine for S {
    fn queue_peek(&self, _name: &str) -> Result<Option<QueueItem>> { Ok(None) }
    fn queue_len(&self, _name: &str) -> Result<u64> { Ok(0) }
    fn queue_leased(&self, _name: &str) -> Result<u64> { Ok(0) }
    fn queue_page(&self, _name: &str, _after: Option<QueueCursor>, _limit: usize) -> Result<Vec<(QueueCursor, QueueItem)>> { Ok(vec![]) }
}
