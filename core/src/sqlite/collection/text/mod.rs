//! The text of documents in FTS5, and the words that misspelt queries are matched with.
//!
//! A document has a row for each of its fields, and if it has several one more, under the empty path, of all its
//! text: so words of different fields are found together. The rows of each tokenizer are in a table of its own.

mod fragments;
mod fuzzy;
mod problems;
mod rows;
mod search;
mod vocabulary;

use rusqlite::Connection;

use crate::collection::{Hit, MatchOptions, Tokenizer};
use crate::engine::TextEngine;
use crate::error::Result;
use crate::sqlite::schema;
use crate::sqlite::source::Source;
use crate::text::query::Tokens;

pub(in crate::sqlite) use problems::problems;
pub(super) use rows::{Rows, add, clear, remove};
pub(in crate::sqlite) use vocabulary::Learned;
pub(super) use vocabulary::learn;

/// The text index of a tokenizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Table {
    name: &'static str,
    tokenizer: Tokenizer,
    tokens: Tokens,
}

/// That of BeaverDB 1.x has the ids in its index too, which costs space and finds the rows of a document. In ours
/// they are only kept: we know where the rows are.
const TABLES: [(Table, &str, &str); 3] = [
    (
        Table { name: schema::TEXT_TABLE, tokenizer: Tokenizer::Porter, tokens: Tokens::Words },
        schema::TEXT_COLUMNS,
        "porter",
    ),
    (
        Table { name: "beaver_fts_unicode61", tokenizer: Tokenizer::Unicode, tokens: Tokens::Words },
        OWN_COLUMNS,
        "unicode61 remove_diacritics 2",
    ),
    (
        Table { name: "beaver_fts_trigram", tokenizer: Tokenizer::Trigram, tokens: Tokens::Trigrams },
        OWN_COLUMNS,
        "trigram remove_diacritics 1",
    ),
];

const OWN_COLUMNS: &str = "collection UNINDEXED, item_id UNINDEXED, field_path UNINDEXED, field_content";

impl Table {
    fn of(tokenizer: Tokenizer) -> Table {
        let [(porter, ..), (unicode, ..), (trigram, ..)] = TABLES;
        match tokenizer {
            Tokenizer::Porter => porter,
            Tokenizer::Unicode => unicode,
            Tokenizer::Trigram => trigram,
        }
    }

    /// A statement with the name of the table in place of `{t}`.
    fn sql(&self, statement: &str) -> String {
        statement.replace("{t}", self.name)
    }

    /// The table of BeaverDB 1.x, in which others write too, and which finds documents by their ids.
    fn is_shared(&self) -> bool {
        self.tokenizer == Tokenizer::Porter
    }
}

/// Makes the table of a tokenizer, if it is not there.
pub(super) fn prepare(conn: &Connection, tokenizer: Tokenizer) -> Result<()> {
    for (table, columns, tokenize) in TABLES {
        if table.tokenizer == tokenizer {
            schema::create_text_table(conn, table.name, columns, tokenize)?;
        }
    }
    Ok(())
}

impl<S: Source> TextEngine for S {
    fn text_match(&self, name: &str, query: &str, options: &MatchOptions) -> Result<Vec<Hit>> {
        self.read_together(|view| match options.fuzziness {
            None => search::exact(view, name, query, options),
            Some(fuzziness) => fuzzy::fuzzy(view, name, query, fuzziness, options),
        })
    }
}
