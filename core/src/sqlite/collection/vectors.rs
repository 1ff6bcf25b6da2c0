//! Vectors: their codes in chunks, and the search over them.

use super::info::Info;
use crate::collection::{Hit, SearchOptions, SearchPlan};
use crate::engine::{Reply, VectorEngine};
use crate::error::{Error, Result};
use crate::sqlite::apply::Tx;
use crate::sqlite::source::Source;

pub(super) fn put(_tx: &mut Tx<'_>, _info: &mut Info, _doc: u32, _vector: &[f32]) -> Result<()> {
    Ok(())
}

pub(super) fn remove(_tx: &mut Tx<'_>, _info: &mut Info, _doc: u32) -> Result<()> {
    Ok(())
}

pub(super) fn clear(_tx: &mut Tx<'_>, _info: &mut Info) -> Result<()> {
    Ok(())
}

pub(super) fn begin_compact(_tx: &mut Tx<'_>, _name: &str) -> Result<Reply> {
    Ok(Reply::Done)
}

pub(super) fn compact_step(_tx: &mut Tx<'_>, _name: &str) -> Result<Reply> {
    Ok(Reply::Progress { done: 0, total: 0 })
}

impl<S: Source> VectorEngine for S {
    fn vector_search(&self, _name: &str, _vector: &[f32], _options: &SearchOptions) -> Result<(Vec<Hit>, SearchPlan)> {
        Err(Error::internal("in the next step"))
    }

    fn vector_sample(&self, _name: &str, _count: usize) -> Result<Vec<Vec<f32>>> {
        Err(Error::internal("in the next step"))
    }
}
