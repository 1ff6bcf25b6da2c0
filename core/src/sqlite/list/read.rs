//! Reading lists. What takes more than one statement runs in one read transaction.

use rusqlite::{Connection, params};

use super::needle::Needle;
use super::shape::{self, Shape, at_index, descend, span, walk};
use crate::engine::ListEngine;
use crate::error::Result;
use crate::sqlite::source::Source;
use crate::value::Json;

/// The item at an index of a dense list, in one statement; the first column is NULL if it is dense.
const GET: &str = "SELECT shape, CASE WHEN shape IS NULL THEN
    (SELECT item_value FROM beaver_lists WHERE list_name = ?1 AND item_order = ?2 +
        CASE WHEN ?2 < 0 THEN (SELECT max(item_order) + 1.0 FROM beaver_lists WHERE list_name = ?1)
        ELSE (SELECT min(item_order) FROM beaver_lists WHERE list_name = ?1) END) END
    FROM (SELECT (SELECT level FROM beaver_list_nodes WHERE list_name = ?1 ORDER BY level LIMIT 1) AS shape)";

impl<S: Source> ListEngine for S {
    fn list_len(&self, name: &str) -> Result<u64> {
        self.read(|view| Ok(shape::state(view.conn, name)?.len))
    }

    fn list_get(&self, name: &str, index: i64) -> Result<Option<Json>> {
        let dense = self.read(|view| {
            let mut get = view.conn.prepare_cached(GET)?;
            let mut rows = get.query(params![name, index])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            if row.get::<_, Option<i64>>(0)?.is_some() {
                return Ok(None);
            }
            Ok(Some(row.get_ref(1)?.as_str_or_null()?.map(Json::trusted)))
        })?;
        if let Some(answer) = dense {
            return Ok(answer);
        }
        self.read_together(|view| {
            // The descent itself finds that an index is past the end; only from the end it takes the length.
            let spot = if index >= 0 && shape::of(view.conn, name)? == Shape::Tree {
                descend(view.conn, name, index.unsigned_abs())?
            } else {
                let state = shape::state(view.conn, name)?;
                match at_index(index, state.len) {
                    Some(index) => shape::locate(view.conn, name, &state, index)?,
                    None => None,
                }
            };
            let Some(spot) = spot else { return Ok(None) };
            let mut found = None;
            walk(view.conn, name, spot.from, spot.skip, 1, |_, text| {
                found = Some(Json::trusted(text));
                Ok(false)
            })?;
            Ok(found)
        })
    }

    fn list_slice(&self, name: &str, start: Option<i64>, stop: Option<i64>) -> Result<Vec<Json>> {
        self.read_together(|view| {
            let mut items = Vec::new();
            within(view.conn, name, start, stop, |_, text| {
                items.push(Json::trusted(text));
                Ok(true)
            })?;
            Ok(items)
        })
    }

    fn list_page(&self, name: &str, after: Option<f64>, limit: usize) -> Result<Vec<(f64, Json)>> {
        self.read(|view| {
            let sql = if after.is_some() {
                "SELECT item_order, item_value FROM beaver_lists WHERE list_name = ?1 AND item_order > ?2
                 ORDER BY item_order LIMIT ?3"
            } else {
                "SELECT item_order, item_value FROM beaver_lists WHERE list_name = ?1 AND ?2 IS NULL
                 ORDER BY item_order LIMIT ?3"
            };
            let mut page = view.conn.prepare_cached(sql)?;
            let items = page.query_map(params![name, after, limit], |row| {
                Ok((row.get(0)?, Json::trusted(row.get::<_, String>(1)?)))
            })?;
            Ok(items.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn list_find(&self, name: &str, value: &Json, start: Option<i64>, stop: Option<i64>) -> Result<Option<u64>> {
        self.read_together(|view| {
            let needle = Needle::new(value);
            let mut found = None;
            within(view.conn, name, start, stop, |index, text| {
                if needle.matches(text) {
                    found = Some(index);
                }
                Ok(found.is_none())
            })?;
            Ok(found)
        })
    }

    fn list_count(&self, name: &str, value: &Json) -> Result<u64> {
        self.read_together(|view| {
            let needle = Needle::new(value);
            let mut count = 0;
            within(view.conn, name, None, None, |_, text| {
                count += u64::from(needle.matches(text));
                Ok(true)
            })?;
            Ok(count)
        })
    }
}

/// Shows the items of a slice with their indexes, for as long as `visit` wants more.
fn within(
    conn: &Connection,
    name: &str,
    start: Option<i64>,
    stop: Option<i64>,
    mut visit: impl FnMut(u64, &str) -> Result<bool>,
) -> Result<()> {
    let state = shape::state(conn, name)?;
    let (start, stop) = span(start, stop, state.len);
    let Some(spot) = shape::locate(conn, name, &state, start)? else { return Ok(()) };
    let mut index = start;
    walk(conn, name, spot.from, spot.skip, stop - start, |_, text| {
        let more = visit(index, text)?;
        index += 1;
        Ok(more)
    })
}
