//! Text search without a database: words, edit distances, the words a collection knows, and the FTS5
//! expressions that queries become.
//!
//! The index is an FTS5 table with a row for each text field, tokenized by `porter`, `unicode61` or
//! `trigram`. Every expression made here looks into its column `field_content` only.

pub(crate) mod edit;
mod expression;
pub(crate) mod fold;
pub(crate) mod fuzzy;
pub(crate) mod query;
pub(crate) mod vocabulary;
pub(crate) mod words;

#[cfg(test)]
mod fts5;

/// What stands before the parenthesis of an expression that looks into the column of the texts only.
const IN_CONTENT: &str = "{field_content} : ";

/// An expression of FTS5 looking into the column of the texts only.
fn in_content(expression: &str) -> String {
    format!("{IN_CONTENT}({expression})")
}
