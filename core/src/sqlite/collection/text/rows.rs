//! Writing and removing rows of the text index.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write;

use rusqlite::{Connection, OptionalExtension, params};

use super::super::info::Info;
use super::{Table, vocabulary};
use crate::error::Result;
use crate::sqlite::apply::Tx;
use crate::text::words::words;

/// The rows of a document in the text index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sqlite::collection) struct Rows {
    /// The first; the others follow it. None if it is not known where they are.
    pub first: Option<i64>,
    pub count: i64,
}

impl Rows {
    /// Rows that have to be looked for.
    pub const UNKNOWN: Rows = Rows { first: None, count: 0 };
    /// No rows, for certain.
    const NONE: Rows = Rows { first: Some(0), count: 0 };

    /// The first and the last one; none if it is not known where they are.
    pub fn range(self) -> Option<(i64, i64)> {
        self.first.map(|first| (first, first + self.count - 1))
    }
}

/// A text as it stands in the index. FTS5 takes a NUL for the end of a text here and there; like a space it
/// separates words.
pub(super) fn indexed(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', " ")) } else { Cow::Borrowed(text) }
}

/// Adds the text of a document: path and content of each row.
pub(in crate::sqlite::collection) fn add(
    tx: &mut Tx<'_>,
    info: &Info,
    name: &str,
    id: &str,
    rows: &[(String, String)],
) -> Result<Rows> {
    if rows.is_empty() {
        return Ok(Rows::NONE);
    }
    let table = Table::of(info.settings.tokenizer);
    let mut insert = tx.conn.prepare_cached(
        &table.sql("INSERT INTO {t} (collection, item_id, field_path, field_content) VALUES (?1, ?2, ?3, ?4)"),
    )?;
    let mut there = Rows::NONE;
    let mut consecutive = true;
    for (path, content) in rows {
        insert.execute(params![name, id, path, indexed(content)])?;
        let row = tx.conn.last_insert_rowid();
        if there.count == 0 {
            there.first = Some(row);
        }
        consecutive &= there.first.is_some_and(|first| row == first + there.count);
        there.count += 1;
    }
    Ok(if consecutive { there } else { Rows::UNKNOWN })
}

/// Removes the text of a document. The rows are a hint: each is looked at before it goes.
pub(in crate::sqlite::collection) fn remove(
    tx: &mut Tx<'_>,
    info: &Info,
    name: &str,
    id: &str,
    rows: Rows,
) -> Result<()> {
    let table = Table::of(info.settings.tokenizer);
    if let Some((first, last)) = rows.range() {
        if rows.count == 0 {
            return Ok(());
        }
        // One more at each end: if others have written the document anew, its rows may be there and be more.
        let removed = tx
            .conn
            .prepare_cached(
                &table.sql("DELETE FROM {t} WHERE rowid BETWEEN ?1 AND ?2 AND collection = ?3 AND item_id = ?4"),
            )?
            .execute(params![first.saturating_sub(1), last.saturating_add(1), name, id])?;
        if i64::try_from(removed) == Ok(rows.count) {
            return Ok(());
        }
    }
    let trigrams =
        tx.conn.prepare_cached("SELECT 1 FROM beaver_trigrams WHERE collection = ?1 LIMIT 1")?.exists([name])?;
    for (row, path, content) in look_for(tx.conn, table, name, id)? {
        tx.conn.prepare_cached(&table.sql("DELETE FROM {t} WHERE rowid = ?1"))?.execute([row])?;
        if trigrams {
            remove_trigrams(tx.conn, name, id, &path, &content)?;
        }
    }
    Ok(())
}

/// The rows of a document, wherever they are, with their paths and contents.
pub(super) fn look_for(
    conn: &Connection,
    table: Table,
    name: &str,
    id: &str,
) -> rusqlite::Result<Vec<(i64, String, String)>> {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    if let Some(phrase) = phrase_of(table, "item_id", id) {
        let mut select = conn.prepare_cached(&table.sql(
            "SELECT rowid, field_path, field_content FROM {t} WHERE {t} MATCH ?1 AND collection = ?2 AND item_id = ?3",
        ))?;
        return select.query_map([&phrase, name, id], read)?.collect();
    }
    // Goes through the whole table. That happens to documents of 1.x whose ids have no letter and no digit, and
    // where somebody has been at a table of ours.
    let mut select = conn.prepare_cached(
        &table.sql("SELECT rowid, field_path, field_content FROM {t} WHERE collection = ?1 AND item_id = ?2"),
    )?;
    select.query_map([name, id], read)?.collect()
}

/// An expression that every row with that text in a column matches, and others may; none if the index does not
/// help to find them.
pub(super) fn phrase_of(table: Table, column: &str, text: &str) -> Option<String> {
    if !table.is_shared() {
        return None;
    }
    words(text).next()?;
    let mut phrase = String::new();
    // FTS5 would take a NUL for the end of the expression.
    write!(phrase, "{column} : \"{}\"", text.replace('"', "\"\"").replace('\0', " ")).ok()?;
    Some(phrase)
}

/// Removes what 1.x wrote for a text that is misspelt: every three characters that follow each other.
fn remove_trigrams(conn: &Connection, name: &str, id: &str, path: &str, content: &str) -> Result<()> {
    let chars: Vec<char> = content.to_lowercase().chars().collect();
    let trigrams: BTreeSet<&[char]> = chars.windows(3).collect();
    let mut delete = conn.prepare_cached(
        "DELETE FROM beaver_trigrams WHERE collection = ?1 AND field_path = ?2 AND trigram = ?3 AND item_id = ?4",
    )?;
    for trigram in trigrams {
        delete.execute(params![name, path, trigram.iter().collect::<String>(), id])?;
    }
    Ok(())
}

/// Removes the text and the vocabulary of a collection. Goes through what the collection has, but where its name
/// has no letter and no digit: then through the whole table.
pub(in crate::sqlite::collection) fn clear(tx: &mut Tx<'_>, info: &Info, name: &str) -> Result<()> {
    vocabulary::clear(tx, info)?;
    let table = Table::of(info.settings.tokenizer);
    if let Some(phrase) = phrase_of(table, "collection", name) {
        tx.conn
            .prepare_cached(&table.sql("DELETE FROM {t} WHERE {t} MATCH ?1 AND collection = ?2"))?
            .execute([&phrase, name])?;
        return Ok(());
    }
    if table.is_shared() || !remove_by_hints(tx, table, info, name)? {
        tx.conn.prepare_cached(&table.sql("DELETE FROM {t} WHERE collection = ?1"))?.execute([name])?;
    }
    Ok(())
}

/// Removes the rows that the documents of a collection say they have; false if these are not all.
fn remove_by_hints(tx: &mut Tx<'_>, table: Table, info: &Info, name: &str) -> Result<bool> {
    let mut select =
        tx.conn.prepare_cached("SELECT text_row, text_rows FROM beaver_documents WHERE collection_id = ?1")?;
    let mut delete =
        tx.conn.prepare_cached(&table.sql("DELETE FROM {t} WHERE rowid BETWEEN ?1 AND ?2 AND collection = ?3"))?;
    let mut all = true;
    let mut documents = select.query([info.id])?;
    while let Some(row) = documents.next()? {
        let rows = Rows { first: row.get(0)?, count: row.get(1)? };
        match rows.range() {
            Some((first, last)) if rows.count > 0 => {
                all &= i64::try_from(delete.execute(params![first, last, name])?) == Ok(rows.count);
            }
            Some(_) => {}
            None => all = false,
        }
    }
    Ok(all)
}

/// Where the rows of a document are.
pub(super) fn of_document(conn: &Connection, info: &Info, id: &str) -> Result<Rows> {
    let mut select = conn
        .prepare_cached("SELECT text_row, text_rows FROM beaver_documents WHERE collection_id = ?1 AND item_id = ?2")?;
    let rows = select.query_row(params![info.id, id], |row| Ok(Rows { first: row.get(0)?, count: row.get(1)? }));
    Ok(rows.optional()?.unwrap_or(Rows::UNKNOWN))
}
