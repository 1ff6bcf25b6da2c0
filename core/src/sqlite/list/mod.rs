//! Lists in `beaver_lists`, in the order of `item_order`.
//!
//! A list is **dense** while its keys are consecutive whole numbers: then the smallest and the largest key
//! tell its length, and the key of every item. It stays so as long as it is changed at its ends
//! only, and a push writes nothing but its row. The first change in the middle counts the list into a
//! **tree** in `beaver_list_nodes` (see `tree.rs`), which finds an item by its position in O(log n). A list that
//! somebody else made, or moved, is of **unknown** shape until our next change of it looks: meanwhile
//! positions are counted off.
//!
//! The counts of the tree are kept by triggers (`schema.rs`), for our own writes as for those of
//! other programs; the code here only splits and removes nodes. See also `read.rs`, `shape.rs`
//! (positions), `room.rs` (keys) and `problems.rs` (verify). Changes are here.

mod needle;
mod problems;
mod read;
mod room;
mod shape;
mod tree;

use rusqlite::{Connection, OptionalExtension, params};

pub(super) use problems::problems;

use self::needle::Needle;
use self::shape::{Shape, State, at_index, clamp, span, walk};
use super::apply::Tx;
use crate::engine::{Condition, ListChange, Reply};
use crate::error::Result;
use crate::value::Json;

/// From how many items on a change is worth a new count of the whole list, rather than a change of the
/// counts item by item; and the part of the list it has to touch for that (one in so many).
const BULK: u64 = 32;
const BULK_PART: u64 = 64;

/// Every list of the file is of unknown shape: it comes from before there were nodes.
pub(super) fn mark_all_unknown(conn: &Connection) -> Result<()> {
    // From name to name through the index, so that it does not depend on the lengths of the lists.
    conn.execute_batch(
        "WITH RECURSIVE names (name) AS (
             SELECT min(list_name) FROM beaver_lists
             UNION ALL
             SELECT (SELECT min(list_name) FROM beaver_lists WHERE list_name > name) FROM names WHERE name IS NOT NULL
         ) INSERT OR IGNORE INTO beaver_list_nodes (list_name, level, first_key, items)
           SELECT name, 0, -9e999, 0 FROM names WHERE name IS NOT NULL",
    )?;
    Ok(())
}

pub(super) fn apply(tx: &mut Tx<'_>, name: &str, change: &ListChange) -> Result<Reply> {
    let list = List { conn: tx.conn, name };
    if let ListChange::Clear = change {
        return Ok(Reply::Count(list.clear()?));
    }
    let state = list.known_state()?;
    match change {
        ListChange::Push(values) => {
            list.insert(&state, state.len, values)?;
            Ok(Reply::Done)
        }
        ListChange::Prepend(value) => {
            list.insert(&state, 0, std::slice::from_ref(value))?;
            Ok(Reply::Done)
        }
        ListChange::Insert { index, value } => {
            list.insert(&state, clamp(*index, state.len), std::slice::from_ref(value))?;
            Ok(Reply::Done)
        }
        ListChange::Pop => Ok(Reply::Value(match state.ends {
            Some((_, key)) => list.take(&state, key)?,
            None => None,
        })),
        ListChange::Deque => Ok(Reply::Value(match state.ends {
            Some((key, _)) => list.take(&state, key)?,
            None => None,
        })),
        ListChange::Set { index, value, condition } => {
            let Some(key) = list.chosen(&state, *index, condition)? else { return Ok(Reply::Flag(false)) };
            list.conn
                .prepare_cached("UPDATE beaver_lists SET item_value = ?3 WHERE list_name = ?1 AND item_order = ?2")?
                .execute(params![name, key, value.as_str()])?;
            Ok(Reply::Flag(true))
        }
        ListChange::Delete { index, condition } => {
            let Some(key) = list.chosen(&state, *index, condition)? else { return Ok(Reply::Flag(false)) };
            list.take(&state, key)?;
            Ok(Reply::Flag(true))
        }
        ListChange::Remove(value) => {
            let needle = Needle::new(value);
            let mut found = None;
            walk(list.conn, name, f64::NEG_INFINITY, 0, state.len, |key, text| {
                if needle.matches(text) {
                    found = Some(key);
                }
                Ok(found.is_none())
            })?;
            if let Some(key) = found {
                list.take(&state, key)?;
            }
            Ok(Reply::Flag(found.is_some()))
        }
        ListChange::Reverse => {
            list.reverse(&state)?;
            Ok(Reply::Done)
        }
        ListChange::Replace { start, stop, values } => {
            let (start, stop) = span(*start, *stop, state.len);
            list.replace(&state, start, stop, values)?;
            Ok(Reply::Count(stop - start))
        }
        ListChange::Clear => Ok(Reply::Count(0)),
    }
}

/// One list inside a write transaction.
#[derive(Clone, Copy)]
struct List<'l> {
    conn: &'l Connection,
    name: &'l str,
}

impl List<'_> {
    /// The state, after the list was looked through if its shape was unknown.
    fn known_state(&self) -> Result<State> {
        let mut state = shape::state(self.conn, self.name)?;
        if state.shape == Shape::Unknown {
            self.examine()?;
            state = shape::state(self.conn, self.name)?;
        }
        if state.ends.is_none() && state.shape != Shape::Dense {
            // Somebody else emptied it.
            self.forget_nodes()?;
            state.shape = Shape::Dense;
        }
        Ok(state)
    }

    /// The key at an index, if there is one and the condition holds.
    fn chosen(&self, state: &State, index: i64, condition: &Condition) -> Result<Option<f64>> {
        let Some(index) = at_index(index, state.len) else { return Ok(None) };
        match condition {
            Condition::Always => self.key_at(state, index),
            // Nothing can be put where nothing is.
            Condition::Absent => Ok(None),
            Condition::Equals(expected) => {
                let Some(spot) = shape::locate(self.conn, self.name, state, index)? else { return Ok(None) };
                let mut found = None;
                walk(self.conn, self.name, spot.from, spot.skip, 1, |key, text| {
                    if Needle::new(expected).matches(text) {
                        found = Some(key);
                    }
                    Ok(false)
                })?;
                Ok(found)
            }
        }
    }

    fn key_at(&self, state: &State, index: u64) -> Result<Option<f64>> {
        Ok(match shape::locate(self.conn, self.name, state, index)? {
            Some(spot) if spot.skip == 0 && state.shape == Shape::Dense => Some(spot.from),
            Some(spot) => self.keys(spot.from, spot.skip, 1)?.first().copied(),
            None => None,
        })
    }

    /// So many keys in order, from a place on.
    fn keys(&self, from: f64, skip: u64, limit: u64) -> Result<Vec<f64>> {
        let mut keys = self.conn.prepare_cached(
            "SELECT item_order FROM beaver_lists WHERE list_name = ?1 AND item_order >= ?2
             ORDER BY item_order LIMIT ?3 OFFSET ?4",
        )?;
        let keys = keys.query_map(params![self.name, from, limit, skip], |row| row.get(0))?;
        Ok(keys.collect::<rusqlite::Result<_>>()?)
    }

    fn put(&self, key: f64, value: &Json) -> Result<()> {
        self.conn
            .prepare_cached("INSERT INTO beaver_lists (list_name, item_order, item_value) VALUES (?1, ?2, ?3)")?
            .execute(params![self.name, key, value.as_str()])?;
        Ok(())
    }

    /// Inserts values in front of the item at a position, or at the end.
    fn insert(&self, state: &State, at: u64, values: &[Json]) -> Result<()> {
        let count = values.len() as u64;
        let middle = at > 0 && at < state.len;
        let bulk = is_bulk(count, state.len);
        let neighbours = if middle { self.neighbours(state, at)? } else { None };
        let mut keys = match (neighbours, state.ends) {
            (Some((before, after)), _) => room::between(before, after, count),
            (None, None) => room::after(0.0, count),
            (None, Some((first, _))) if at == 0 => room::before(first, count),
            (None, Some((_, last))) => room::after(last, count),
        };
        if state.shape == Shape::Dense && !middle && keys.is_some() {
            return self.put_all(keys.as_deref(), values);
        }
        if bulk {
            self.suspend()?;
            let moved = keys.is_none();
            if moved {
                keys = Some(self.renumber(state.len, at, count)?);
            }
            self.put_all(keys.as_deref(), values)?;
            return if moved { self.forget_nodes() } else { self.examine() };
        }
        if state.shape == Shape::Dense && middle {
            self.count_dense(state)?;
        }
        if let (None, Some((_, after))) = (&keys, neighbours) {
            keys = self.make_room(after, count)?;
        }
        if let Some(keys) = keys {
            for (key, value) in keys.into_iter().zip(values) {
                self.put(key, value)?;
                self.grow(key)?;
            }
            return Ok(());
        }
        self.suspend()?;
        let keys = self.renumber(state.len, at, count)?;
        self.put_all(Some(&keys), values)?;
        self.forget_nodes()
    }

    fn put_all(&self, keys: Option<&[f64]>, values: &[Json]) -> Result<()> {
        for (key, value) in keys.unwrap_or_default().iter().zip(values) {
            self.put(*key, value)?;
        }
        Ok(())
    }

    /// The keys on both sides of a position in the middle.
    fn neighbours(&self, state: &State, at: u64) -> Result<Option<(f64, f64)>> {
        let Some(spot) = shape::locate(self.conn, self.name, state, at - 1)? else { return Ok(None) };
        Ok(match self.keys(spot.from, spot.skip, 2)?.as_slice() {
            [before, after] => Some((*before, *after)),
            _ => None,
        })
    }

    /// Removes the item with that key, and gives its value.
    fn take(&self, state: &State, key: f64) -> Result<Option<Json>> {
        if state.shape == Shape::Dense && state.ends.is_some_and(|(first, last)| first < key && key < last) {
            self.count_dense(state)?;
        }
        let value: Option<String> = self
            .conn
            .prepare_cached("DELETE FROM beaver_lists WHERE list_name = ?1 AND item_order = ?2 RETURNING item_value")?
            .query_row(params![self.name, key], |row| row.get(0))
            .optional()?;
        if !state.is_dense_without(key) {
            self.shrink(key)?;
        }
        Ok(value.map(Json::trusted))
    }

    /// Removes the items from one position up to, but not including, another.
    fn remove_span(&self, state: &State, start: u64, stop: u64) -> Result<()> {
        let count = stop - start;
        if count == 0 {
            return Ok(());
        }
        if count == state.len {
            return self.clear().map(drop);
        }
        let (Some(first), Some(last)) = (self.key_at(state, start)?, self.key_at(state, stop - 1)?) else {
            return Ok(());
        };
        let stays_dense = state.shape == Shape::Dense && (start == 0 || stop == state.len);
        if stays_dense || is_bulk(count, state.len) {
            // SQLite deletes in the order of the rows, not of the keys: holes come and go meanwhile.
            self.suspend()?;
            self.conn
                .prepare_cached("DELETE FROM beaver_lists WHERE list_name = ?1 AND item_order BETWEEN ?2 AND ?3")?
                .execute(params![self.name, first, last])?;
            return if stays_dense { self.forget_nodes() } else { self.examine() };
        }
        if state.shape == Shape::Dense {
            self.count_dense(state)?;
        }
        for key in self.keys(first, 0, count)? {
            self.conn
                .prepare_cached("DELETE FROM beaver_lists WHERE list_name = ?1 AND item_order = ?2")?
                .execute(params![self.name, key])?;
            self.shrink(key)?;
        }
        Ok(())
    }

    /// Replaces the items of a span: values take the places that are there, then more are inserted, or
    /// those left over are removed.
    fn replace(&self, state: &State, start: u64, stop: u64, values: &[Json]) -> Result<()> {
        let kept = (stop - start).min(values.len() as u64);
        let (in_place, more) = values.split_at(usize::try_from(kept).unwrap_or(values.len()));
        if let (Some(spot), true) = (shape::locate(self.conn, self.name, state, start)?, kept > 0) {
            let keys = self.keys(spot.from, spot.skip, kept)?;
            let mut set = self
                .conn
                .prepare_cached("UPDATE beaver_lists SET item_value = ?3 WHERE list_name = ?1 AND item_order = ?2")?;
            for (key, value) in keys.iter().zip(in_place) {
                set.execute(params![self.name, key, value.as_str()])?;
            }
        }
        if more.is_empty() { self.remove_span(state, start + kept, stop) } else { self.insert(state, stop, more) }
    }

    fn reverse(&self, state: &State) -> Result<()> {
        if state.len < 2 {
            return Ok(());
        }
        self.suspend()?;
        self.renumber_backwards(state.len)?;
        self.forget_nodes()
    }

    fn clear(&self) -> Result<u64> {
        self.suspend()?;
        let removed =
            self.conn.prepare_cached("DELETE FROM beaver_lists WHERE list_name = ?1")?.execute([self.name])?;
        self.forget_nodes()?;
        Ok(removed as u64)
    }
}

fn is_bulk(count: u64, len: u64) -> bool {
    count >= BULK && count.saturating_mul(BULK_PART) >= len
}
