use super::apply::Tx;
use super::source::Source;
use crate::engine::{ListChange, ListEngine, Reply};
use crate::error::Result;
use crate::value::Json;
pub(super) fn mark_all_unknown(_conn: &rusqlite::Connection) -> Result<()> { Ok(()) }
pub(super) fn apply(_tx: &mut Tx<'_>, _name: &str, _change: &ListChange) -> Result<Reply> { Ok(Reply::Done) }
impl<S: Source> ListEngine for S {
    fn list_len(&self, _name: &str) -> Result<u64> { Ok(0) }
    fn list_get(&self, _name: &str, _index: i64) -> Result<Option<Json>> { Ok(None) }
    fn list_slice(&self, _name: &str, _start: Option<i64>, _stop: Option<i64>) -> Result<Vec<Json>> { Ok(vec![]) }
    fn list_page(&self, _name: &str, _after: Option<f64>, _limit: usize) -> Result<Vec<(f64, Json)>> { Ok(vec![]) }
    fn list_find(&self, _name: &str, _value: &Json, _start: Option<i64>, _stop: Option<i64>) -> Result<Option<u64>> { Ok(None) }
    fn list_count(&self, _name: &str, _value: &Json) -> Result<u64> { Ok(0) }
}
