use super::apply::Tx;
use super::source::Source;
use crate::engine::{LogChange, LogEngine, LogEntry, LogRange, Reply};
use crate::error::Result;
pub(super) fn apply(_tx: &mut Tx<'_>, _name: &str, _change: &LogChange) -> Result<Reply> { Ok(Reply::Done) }
impl<S: Source> LogEngine for S {
    fn log_len(&self, _name: &str) -> Result<u64> { Ok(0) }
    fn log_range(&self, _name: &str, _range: &LogRange) -> Result<Vec<LogEntry>> { Ok(vec![]) }
}
