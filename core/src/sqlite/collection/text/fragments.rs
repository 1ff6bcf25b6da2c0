//! What a search shows of the text of a document, its matches marked.

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::rows::{self, Rows};
use super::search::Search;
use crate::collection::Fragment;
use crate::collection::leaves::LEAF_BREAK;
use crate::error::Result;
use crate::text::query::any_phrase;

/// The fragments of a document that an expression selected: those of its fields that match; if only its whole text
/// does, those of the fields in which anything of the expression occurs.
pub(super) fn of(search: &Search<'_>, expression: &str, id: &str) -> Result<Vec<Fragment>> {
    if search.options.highlight.is_none() && search.options.snippet.is_none() {
        return Ok(Vec::new());
    }
    let there = match &search.info {
        Some(info) => rows::of_document(search.view.conn, info, id)?,
        None => Rows::UNKNOWN,
    };
    let mut whole = Vec::new();
    for expression in [Some(expression.to_owned()), any_phrase(expression)].into_iter().flatten() {
        let mut matching = marked(search, &expression, id, there)?;
        let fields = |fragment: &Fragment| match search.on.as_slice() {
            [] => !fragment.path.is_empty(),
            on => on.iter().any(|field| field.covers(&fragment.path)),
        };
        if matching.iter().any(fields) {
            matching.retain(fields);
            return Ok(matching);
        }
        if whole.is_empty() {
            whole = matching;
        }
    }
    Ok(whole)
}

/// The rows of a document that match an expression, marked.
fn marked(search: &Search<'_>, expression: &str, id: &str, there: Rows) -> Result<Vec<Fragment>> {
    if let Some((first, last)) = there.range() {
        let within = "rowid BETWEEN ?4 AND ?5";
        let found = select(search, expression, id, within, &[Value::Integer(first), Value::Integer(last)])?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    // Others have written it: it is found by its id, if that has a letter or a digit.
    let expression = match rows::phrase_of(search.table, "item_id", id) {
        Some(phrase) => format!("({expression}) AND {phrase}"),
        None => expression.to_owned(),
    };
    select(search, &expression, id, "TRUE", &[])
}

fn select(search: &Search<'_>, expression: &str, id: &str, within: &str, places: &[Value]) -> Result<Vec<Fragment>> {
    let mut values = vec![expression.to_owned().into(), search.name.to_owned().into(), id.to_owned().into()];
    values.extend_from_slice(places);
    // Columns are numbered from 0: the text is the fourth.
    let mut shown = Vec::new();
    if let Some(marks) = &search.options.highlight {
        let at = values.len();
        shown.push(format!("highlight({{t}}, 3, ?{}, ?{})", at + 1, at + 2));
        values.extend([marks.before.clone().into(), marks.after.clone().into()]);
    }
    if let Some(snippet) = &search.options.snippet {
        let at = values.len();
        shown.push(format!("snippet({{t}}, 3, ?{}, ?{}, ?{}, ?{})", at + 1, at + 2, at + 3, at + 4));
        let marks = &snippet.marks;
        values.extend([
            marks.before.clone().into(),
            marks.after.clone().into(),
            snippet.ellipsis.clone().into(),
            i64::from(snippet.words).into(),
        ]);
    }
    let mut select = search.view.conn.prepare_cached(&search.table.sql(&format!(
        "SELECT field_path, {} FROM {{t}} WHERE {{t}} MATCH ?1 AND collection = ?2 AND item_id = ?3 AND {within} ORDER BY rowid",
        shown.join(", ")
    )))?;
    let mut rows = select.query(params_from_iter(values))?;
    let mut fragments = Vec::new();
    while let Some(row) = rows.next()? {
        for column in 1..=shown.len() {
            let text: String = row.get(column)?;
            fragments.push(Fragment { path: row.get(0)?, text: text.replace(LEAF_BREAK, "\n") });
        }
    }
    Ok(fragments)
}
