//! What `verify` checks of indexed fields: that an index that is in use holds what the bodies hold.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::entry;
use super::{ENTRIES_OF, Index, PAGE, usable};
use crate::collection::document::parse_text;
use crate::error::Result;
use crate::sqlite::collection::info;
use crate::sqlite::source::View;
use crate::sqlite::verify::Findings;

/// A line for each document whose values are not those of its body, and for values that belong to none.
pub(in crate::sqlite) fn problems(view: &View<'_>) -> Result<Vec<String>> {
    let mut found = Findings::default();
    found.rows(
        view.conn,
        "SELECT v.index_id, v.doc_id, i.path FROM beaver_field_values AS v
         LEFT JOIN beaver_field_indexes AS i ON i.index_id = v.index_id
         WHERE NOT EXISTS (SELECT 1 FROM beaver_documents AS d
                           WHERE d.doc_id = v.doc_id AND d.collection_id = i.collection_id)",
        |row| {
            let (index, doc, path): (i64, i64, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(match path {
                Some(path) => {
                    format!("beaver_field_values: the index of {path:?} holds the document {doc}, which is not there")
                }
                None => format!("beaver_field_values: values of an index {index}, which is not there"),
            })
        },
    )?;
    let mut found: Vec<String> = found.into();
    let names: Vec<String> = view
        .conn
        .prepare("SELECT name FROM beaver_collection_info ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for name in names {
        let Some(info) = info::load(view.conn, &name)? else { continue };
        let indexes = usable(view.conn, Some(&info))?;
        if !indexes.is_empty() {
            found.extend(of_collection(view.conn, &name, info.id, &indexes)?);
        }
    }
    Ok(found)
}

fn of_collection(conn: &Connection, name: &str, collection: i64, indexes: &[Index]) -> Result<Vec<String>> {
    let mut found = Findings::default();
    found.query(conn, PAGE, params![name, collection, "", -1], |row| {
        let id: String = row.get(0)?;
        // What cannot be read is in no index.
        let body = parse_text(row.get_ref(2)?.as_str_or_null()?.unwrap_or("{}")).ok();
        let Some(doc) = row.get::<_, Option<i64>>(1)? else {
            return Ok(format!("collection {name:?}: the document {id:?} is in no index"));
        };
        let mut select = conn.prepare_cached(ENTRIES_OF)?;
        let there: BTreeSet<(i64, Vec<u8>)> =
            select.query_map([doc], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
        let wrong = indexes.iter().find(|index| {
            let expected = body.as_ref().map(|body| entry::entries(index.path.get(body))).unwrap_or_default();
            let first = (index.id, Vec::new());
            let end = (index.id + 1, Vec::new());
            !there.range(first..end).map(|(_, entry)| entry).eq(&expected)
        });
        Ok(match wrong {
            Some(index) => format!(
                "collection {name:?}: the index of {:?} does not hold what the document {id:?} holds",
                index.path.text()
            ),
            None => String::new(),
        })
    })?;
    Ok(found.into())
}
