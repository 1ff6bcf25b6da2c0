//! What `verify` checks of the text: that the index has the rows that the bodies make, and no others, and that the
//! vocabulary has their words. Whether FTS5 finds what the rows hold is part of SQLite's own check.

use std::collections::HashSet;

use rusqlite::{Connection, params};

use super::super::info::{self, Info};
use super::rows::{self, Rows};
use super::{TABLES, Table, vocabulary};
use crate::collection::Fts;
use crate::collection::document::{parse_text, text_rows};
use crate::error::Result;
use crate::sqlite::source::View;
use crate::sqlite::verify::{Findings, shown};

const ROWS: &str = "SELECT t.rowid, t.collection, t.item_id, c.item_id IS NULL, i.tokenizer, d.text_row, d.text_rows
     FROM {t} AS t
     LEFT JOIN beaver_collections AS c ON c.collection = t.collection AND c.item_id = t.item_id
     LEFT JOIN beaver_collection_info AS i ON i.name = t.collection
     LEFT JOIN beaver_documents AS d ON d.collection_id = i.collection_id AND d.item_id = t.item_id";

const DOCUMENTS: &str = "SELECT d.item_id, d.fts, d.fuzzy, d.text_row, d.text_rows, c.metadata
     FROM beaver_documents AS d JOIN beaver_collections AS c ON c.collection = ?1 AND c.item_id = d.item_id
     WHERE d.collection_id = ?2";

/// A line for each row of no document, each document whose text is not indexed as it stands, and each whose words
/// a misspelt query would not find. Takes time linear in the text; holds the words of one collection.
pub(in crate::sqlite) fn problems(view: &View<'_>) -> Result<Vec<String>> {
    let mut found = Findings::default();
    for (table, ..) in TABLES {
        let there = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1";
        if view.conn.prepare(there)?.exists([table.name])? {
            stray_rows(&mut found, view.conn, table)?;
        }
    }
    let names: Vec<String> = view
        .conn
        .prepare("SELECT name FROM beaver_collection_info ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for name in names {
        view.check()?;
        if let Some(info) = info::load(view.conn, &name)? {
            documents(&mut found, view.conn, &name, &info)?;
        }
    }
    Ok(found.into())
}

fn stray_rows(found: &mut Findings, conn: &Connection, table: Table) -> Result<()> {
    found.rows(conn, &table.sql(ROWS), |row| {
        let number: i64 = row.get(0)?;
        let (id, name) = (shown(row, 2)?, shown(row, 1)?);
        let place = format!("{}: the row {number} is of {id} in {name}", table.name);
        if row.get(3)? {
            return Ok(format!("{place}, which is not there"));
        }
        let tokenizer: Option<String> = row.get(4)?;
        if tokenizer.as_deref().unwrap_or_default() != table.tokenizer.name()
            && (tokenizer.is_some() || !table.is_shared())
        {
            return Ok(format!("{place}, which has another tokenizer"));
        }
        let rows = Rows { first: row.get(5)?, count: row.get::<_, Option<i64>>(6)?.unwrap_or(0) };
        if rows.range().is_some_and(|(first, last)| !(first..=last).contains(&number)) {
            return Ok(format!("{place}, which knows nothing of it"));
        }
        Ok(String::new())
    })
}

fn documents(found: &mut Findings, conn: &Connection, name: &str, info: &Info) -> Result<()> {
    let table = Table::of(info.settings.tokenizer);
    let known = vocabulary::all(conn, info.id)?;
    found.query(conn, DOCUMENTS, params![name, info.id], |row| {
        let id: String = row.get(0)?;
        let Ok(body) = parse_text(row.get_ref(5)?.as_str_or_null()?.unwrap_or("{}")) else {
            return Ok(String::new());
        };
        // A document of 1.x has the rows that 1.x made.
        let stored: Option<String> = row.get(1)?;
        let Ok(fts) = stored.as_deref().map_or(Ok(Fts::All), Fts::from_json) else {
            return Ok(format!("beaver_documents: which text of {id:?} in {name:?} is indexed cannot be read"));
        };
        let expected = text_rows(&body, &fts);
        let rows = Rows { first: row.get(3)?, count: row.get(4)? };
        if stored.is_some() && !has_rows(conn, table, name, &id, rows, &expected)? {
            return Ok(format!("{}: the text of {id:?} in {name:?} is not indexed as it stands", table.name));
        }
        if row.get(2)? && !has_words(&known, &expected) {
            return Ok(format!("beaver_vocabulary: words of {id:?} in {name:?} are missing"));
        }
        Ok(String::new())
    })
}

fn has_rows(
    conn: &Connection,
    table: Table,
    name: &str,
    id: &str,
    rows: Rows,
    expected: &[(String, String)],
) -> rusqlite::Result<bool> {
    let there: Vec<(i64, String, String)> = match rows.range() {
        None => rows::look_for(conn, table, name, id)?,
        Some((first, last)) => conn
            .prepare_cached(&table.sql(
                "SELECT rowid, field_path, field_content FROM {t}
                 WHERE rowid BETWEEN ?1 AND ?2 AND collection = ?3 AND item_id = ?4 ORDER BY rowid",
            ))?
            .query_map(params![first, last, name, id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?,
    };
    Ok(there.len() == expected.len()
        && there.iter().zip(expected).all(|((_, path, content), (expected_path, text))| {
            path == expected_path && *content == rows::indexed(text)
        }))
}

fn has_words(known: &HashSet<String>, rows: &[(String, String)]) -> bool {
    vocabulary::words_of(rows).iter().all(|word| known.contains(word.as_ref()))
}
