//! How a list lies in its table, and where the item at a position is.

use rusqlite::{Connection, params};

use crate::error::Result;

/// What is known about the keys of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Consecutive whole numbers.
    Dense,
    /// Nothing; positions are counted off.
    Unknown,
    /// Any keys, counted in nodes.
    Tree,
}

impl Shape {
    /// From the lowest level that the list has nodes of.
    fn from_level(lowest: Option<i64>) -> Shape {
        match lowest {
            None => Shape::Dense,
            Some(0) => Shape::Unknown,
            Some(_) => Shape::Tree,
        }
    }
}

/// A list at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    pub shape: Shape,
    /// The smallest and the largest key.
    pub ends: Option<(f64, f64)>,
    pub len: u64,
}

impl State {
    /// Whether the list is dense without the item of that key, too.
    pub fn is_dense_without(&self, key: f64) -> bool {
        self.shape == Shape::Dense && self.ends.is_none_or(|(first, last)| key <= first || key >= last)
    }
}

/// Where an item is: so many after the first one whose key is not below `from`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub from: f64,
    pub skip: u64,
}

pub(super) fn of(conn: &Connection, name: &str) -> Result<Shape> {
    let lowest = conn
        .prepare_cached("SELECT min(level) FROM beaver_list_nodes WHERE list_name = ?1")?
        .query_row([name], |row| row.get(0))?;
    Ok(Shape::from_level(lowest))
}

/// Everything in one statement. A dense list costs four seeks, a tree the nodes of its highest level,
/// an unknown one a count.
pub(super) fn state(conn: &Connection, name: &str) -> Result<State> {
    let mut statement = conn.prepare_cached(
        "SELECT (SELECT min(level) FROM beaver_list_nodes WHERE list_name = ?1),
             (SELECT min(item_order) FROM beaver_lists WHERE list_name = ?1),
             (SELECT max(item_order) FROM beaver_lists WHERE list_name = ?1),
             CASE (SELECT min(level) FROM beaver_list_nodes WHERE list_name = ?1)
                 WHEN 0 THEN (SELECT total(1) FROM beaver_lists WHERE list_name = ?1)
                 WHEN 1 THEN (SELECT total(items) FROM beaver_list_nodes WHERE list_name = ?1
                              AND level = (SELECT max(level) FROM beaver_list_nodes WHERE list_name = ?1)) END",
    )?;
    let (lowest, first, last, counted): (Option<i64>, Option<f64>, Option<f64>, Option<f64>) =
        statement.query_row([name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let shape = Shape::from_level(lowest);
    let ends = first.zip(last);
    let len = match (ends, counted) {
        (None, _) => 0,
        (Some((first, last)), None) => whole(last - first) + 1,
        (Some(_), Some(counted)) => whole(counted),
    };
    Ok(State { shape, ends, len })
}

/// Where the item at a position is; none past the end.
pub(super) fn locate(conn: &Connection, name: &str, state: &State, index: u64) -> Result<Option<Spot>> {
    let Some((first, _)) = state.ends.filter(|_| index < state.len) else { return Ok(None) };
    Ok(match state.shape {
        Shape::Dense => Some(Spot { from: first + real(index), skip: 0 }),
        Shape::Unknown => Some(Spot { from: f64::NEG_INFINITY, skip: index }),
        Shape::Tree => descend(conn, name, index)?,
    })
}

/// Finds the item at a position of a counted list, from the highest level down.
pub(super) fn descend(conn: &Connection, name: &str, index: u64) -> Result<Option<Spot>> {
    let top: i64 = conn
        .prepare_cached("SELECT max(level) FROM beaver_list_nodes WHERE list_name = ?1")?
        .query_row([name], |row| row.get(0))?;
    let mut nodes = conn.prepare_cached(
        "SELECT first_key, items FROM beaver_list_nodes
         WHERE list_name = ?1 AND level = ?2 AND first_key >= ?3 ORDER BY first_key",
    )?;
    let mut spot = Spot { from: f64::NEG_INFINITY, skip: index };
    for level in (1..=top).rev() {
        let mut rows = nodes.query(params![name, level, spot.from])?;
        loop {
            let Some(row) = rows.next()? else { return Ok(None) };
            let items: u64 = row.get(1)?;
            if spot.skip < items {
                spot.from = row.get(0)?;
                break;
            }
            spot.skip -= items;
        }
    }
    Ok(Some(spot))
}

/// Shows so many items in order, from a place on, for as long as `visit` wants more.
pub(super) fn walk(
    conn: &Connection,
    name: &str,
    from: f64,
    skip: u64,
    limit: u64,
    mut visit: impl FnMut(f64, &str) -> Result<bool>,
) -> Result<()> {
    let mut items = conn.prepare_cached(
        "SELECT item_order, item_value FROM beaver_lists WHERE list_name = ?1 AND item_order >= ?2
         ORDER BY item_order LIMIT ?3 OFFSET ?4",
    )?;
    let mut rows = items.query(params![name, from, limit, skip])?;
    while let Some(row) = rows.next()? {
        if !visit(row.get(0)?, row.get_ref(1)?.as_str()?)? {
            break;
        }
    }
    Ok(())
}

/// An index as a position from the front; none outside of the list.
pub(super) fn at_index(index: i64, len: u64) -> Option<u64> {
    let position = if index < 0 { len.checked_sub(index.unsigned_abs())? } else { index.unsigned_abs() };
    (position < len).then_some(position)
}

/// The position where an index inserts: outside of the list, at its nearer end.
pub(super) fn clamp(index: i64, len: u64) -> u64 {
    if index < 0 { len.saturating_sub(index.unsigned_abs()) } else { index.unsigned_abs().min(len) }
}

/// The positions from which and up to which a slice goes; the second is never the smaller one.
pub(super) fn span(start: Option<i64>, stop: Option<i64>, len: u64) -> (u64, u64) {
    let start = start.map_or(0, |start| clamp(start, len));
    let stop = stop.map_or(len, |stop| clamp(stop, len));
    (start, stop.max(start))
}

/// A count as a key. Exact: no list has 2^52 items.
#[allow(clippy::cast_precision_loss)]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}

/// A difference of keys, or a sum of counts, as a count.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(number: f64) -> u64 {
    // A float that is negative or not a number becomes zero.
    number as u64
}
