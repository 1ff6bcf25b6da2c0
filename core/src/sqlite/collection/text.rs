//! The text of documents in FTS5, and the words that misspelt queries are matched with.

use rusqlite::Connection;

use super::info::Info;
use crate::collection::{Hit, MatchOptions, Tokenizer};
use crate::engine::TextEngine;
use crate::error::{Error, Result};
use crate::sqlite::apply::Tx;
use crate::sqlite::source::Source;

/// The rows of a document in the text index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    /// The first; the others follow it. None if it is not known where they are.
    pub first: Option<i64>,
    pub count: i64,
}

impl Rows {
    /// Rows that have to be looked for.
    pub const UNKNOWN: Rows = Rows { first: None, count: 0 };
}

/// Makes the table of a tokenizer, if it is not there.
pub(super) fn prepare(_conn: &Connection, _tokenizer: Tokenizer) -> Result<()> {
    Ok(())
}

/// Adds the text of a document: path and content of each row.
pub(super) fn add(_tx: &mut Tx<'_>, _info: &Info, _name: &str, _id: &str, _rows: &[(String, String)]) -> Result<Rows> {
    Ok(Rows::UNKNOWN)
}

/// Removes the text of a document. The rows are a hint: each is looked at before it goes.
pub(super) fn remove(_tx: &mut Tx<'_>, _info: &Info, _name: &str, _id: &str, _rows: Rows) -> Result<()> {
    Ok(())
}

/// Adds the words of a document to the vocabulary.
pub(super) fn learn(_tx: &mut Tx<'_>, _info: &Info, _rows: &[(String, String)]) -> Result<()> {
    Ok(())
}

/// Removes the text and the vocabulary of a collection.
pub(super) fn clear(_tx: &mut Tx<'_>, _info: &Info, _name: &str) -> Result<()> {
    Ok(())
}

/// Removes the vocabulary, and the text that belongs to no document.
pub(super) fn sweep(_tx: &mut Tx<'_>, _info: &Info, _name: &str) -> Result<()> {
    Ok(())
}

impl<S: Source> TextEngine for S {
    fn text_match(&self, _name: &str, _query: &str, _options: &MatchOptions) -> Result<Vec<Hit>> {
        Err(Error::internal("in the next step"))
    }
}
