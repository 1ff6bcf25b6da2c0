//! Indexed fields of the bodies, and the queries over them.

use serde_json::Value;

use super::info::Info;
use crate::collection::{FieldPath, Filter, Find, FindPlan, Found};
use crate::engine::{FieldEngine, Reply};
use crate::error::{Error, Result};
use crate::sqlite::apply::Tx;
use crate::sqlite::source::Source;

/// Puts the values of a document's indexed fields in the place of those that it had.
pub(super) fn put(_tx: &mut Tx<'_>, _info: &Info, _doc: u32, _body: &Value) -> Result<()> {
    Ok(())
}

/// Removes the values of a document.
pub(super) fn remove(_tx: &mut Tx<'_>, _info: &Info, _doc: u32) -> Result<()> {
    Ok(())
}

/// Removes all values of a collection; its indexes stay declared, and are whole.
pub(super) fn clear(_tx: &mut Tx<'_>, _info: &Info) -> Result<()> {
    Ok(())
}

pub(super) fn create(_tx: &mut Tx<'_>, _name: &str, _path: &FieldPath) -> Result<Reply> {
    Err(Error::internal("in the next step"))
}

pub(super) fn drop(_tx: &mut Tx<'_>, _name: &str, _path: &FieldPath) -> Result<Reply> {
    Err(Error::internal("in the next step"))
}

/// Indexes the next few documents that were there before the index.
pub(super) fn backfill_step(_tx: &mut Tx<'_>, _name: &str, _path: &FieldPath) -> Result<Reply> {
    Err(Error::internal("in the next step"))
}

impl<S: Source> FieldEngine for S {
    fn find(&self, _name: &str, _find: &Find) -> Result<(Found, FindPlan)> {
        Err(Error::internal("in the next step"))
    }

    fn count(&self, _name: &str, _filter: &Filter) -> Result<u64> {
        Err(Error::internal("in the next step"))
    }

    fn indexes(&self, _name: &str) -> Result<Vec<String>> {
        Err(Error::internal("in the next step"))
    }
}

/// Which documents a filter leaves, as far as indexes tell without much work.
pub(super) enum Survivors {
    Exact(Vec<u32>),
    TooMany,
    Unknown,
}

pub(super) fn survivors(
    _view: &crate::sqlite::source::View<'_>,
    _info: &Info,
    _name: &str,
    _filter: &Filter,
    _limit: usize,
) -> Result<Survivors> {
    Ok(Survivors::Unknown)
}

pub(super) fn matches(
    _view: &crate::sqlite::source::View<'_>,
    _info: &Info,
    _name: &str,
    _doc: u32,
    _filter: &Filter,
) -> Result<bool> {
    Ok(true)
}
