//! The keys of new items, and how room is made for them where the keys of their neighbours touch.

use rusqlite::params;

use super::List;
use super::shape::real;
use super::tree::{Node, PART, over};
use crate::error::Result;

/// Whole numbers up to here, and their halves, are exact.
const LIMIT: f64 = 4.0e15;

/// Whether a key can be one of a dense list.
pub(super) fn is_dense_key(key: f64) -> bool {
    key.abs() <= LIMIT && key.fract().abs() <= 0.0
}

/// Keys at steps of one after the last key, if they stay within bounds.
pub(super) fn after(last: f64, count: u64) -> Option<Vec<f64>> {
    let fits = last >= -LIMIT && last + real(count) <= LIMIT;
    fits.then(|| (1..=count).map(|step| last + real(step)).collect())
}

/// Keys at steps of one before the first key, in rising order.
pub(super) fn before(first: f64, count: u64) -> Option<Vec<f64>> {
    let fits = first <= LIMIT && first - real(count) >= -LIMIT;
    fits.then(|| (1..=count).rev().map(|step| first - real(step)).collect())
}

/// Keys spread evenly between two others, if there is room for them.
pub(super) fn between(low: f64, high: f64, count: u64) -> Option<Vec<f64>> {
    let mut previous = low;
    let mut keys = Vec::new();
    for part in 1..=count {
        let key = low + (high - low) * (real(part) / real(count + 1));
        if !(key > previous && key < high) {
            return None;
        }
        previous = key;
        keys.push(key);
    }
    Some(keys)
}

impl List<'_> {
    /// Spreads the items of a node evenly, with room for new ones in front of that key, and gives the keys
    /// for them. Takes the lowest node over the key whose keys have room enough; none if only the
    /// whole list is left.
    pub fn make_room(&self, key: f64, count: u64) -> Result<Option<Vec<f64>>> {
        let mut level = 1;
        while let Some(node) = self.node(level, key)? {
            let end = self.next(level, node.first)?;
            let mut find = self.conn.prepare_cached(
                "SELECT min(item_order), max(item_order) FROM beaver_lists
                 WHERE list_name = ?1 AND item_order >= ?2 AND item_order < ?3",
            )?;
            let (first, last): (f64, f64) =
                find.query_row(params![self.name, node.first, end], |row| Ok((row.get(0)?, row.get(1)?)))?;
            // The outermost nodes are open: there the items themselves, and a step, are the bounds.
            let low = if node.first.is_finite() { node.first } else { first };
            let high = if end.is_finite() { end } else { last + 1.0 };
            let step = (high - low) / real(node.items + count);
            // The higher the level, the more halvings must be left between two keys, so that the
            // levels below can be spread many times before it is this one's turn again.
            let halvings = 4 + 6 * i32::try_from(level).unwrap_or(i32::MAX / 8);
            if step > low.abs().max(high.abs()) * f64::EPSILON * 2f64.powi(halvings) {
                let keys = self.spread(level, node, end, (low, step), key, count)?;
                self.grow_above(level, key)?;
                return Ok(Some(keys));
            }
            level += 1;
        }
        Ok(None)
    }

    fn spread(
        &self,
        level: u32,
        node: Node,
        end: f64,
        (low, step): (f64, f64),
        before: f64,
        count: u64,
    ) -> Result<Vec<f64>> {
        let rows: Vec<(i64, f64)> = self
            .conn
            .prepare_cached(
                "SELECT rowid, item_order FROM beaver_lists
                 WHERE list_name = ?1 AND item_order >= ?2 AND item_order < ?3 ORDER BY item_order",
            )?
            .query_map(params![self.name, node.first, end], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let gap = rows.partition_point(|(_, key)| *key < before) as u64;
        let moves: Vec<(i64, f64, f64)> = rows
            .into_iter()
            .zip(0..)
            .map(|((row, old), place)| (row, old, low + step * real(if place < gap { place } else { place + count })))
            .collect();
        self.suspend()?;
        let mut set = self.conn.prepare_cached("UPDATE beaver_lists SET item_order = ?2 WHERE rowid = ?1")?;
        // In this order no key is ever taken twice: what is in the way of an item moves the same way.
        for (row, old, new) in moves.iter().rev() {
            if new > old {
                set.execute(params![row, new])?;
            }
        }
        for (row, old, new) in &moves {
            if new < old {
                set.execute(params![row, new])?;
            }
        }
        self.rebuild_below(level, node.first, end, &moves.iter().map(|(.., new)| *new).collect::<Vec<_>>())?;
        self.resume()?;
        Ok((gap..gap + count).map(|place| low + step * real(place)).collect())
    }

    /// Counts the part of a node again in all levels below it.
    fn rebuild_below(&self, level: u32, first: f64, end: f64, keys: &[f64]) -> Result<()> {
        let mut nodes: Vec<Node> = keys
            .chunks(usize::try_from(PART).unwrap_or(1))
            .filter_map(|part| Some(Node { first: *part.first()?, items: part.len() as u64 }))
            .collect();
        if let Some(node) = nodes.first_mut() {
            node.first = first;
        }
        for below in 1..level {
            self.conn
                .prepare_cached(
                    "DELETE FROM beaver_list_nodes
                     WHERE list_name = ?1 AND level = ?2 AND first_key >= ?3 AND first_key < ?4",
                )?
                .execute(params![self.name, below, first, end])?;
            self.add_level(below, &nodes)?;
            nodes = over(&nodes);
        }
        Ok(())
    }

    /// Gives the whole list consecutive keys, but for a gap in front of a position, and tells the keys
    /// of the gap. O(n); the list must be suspended.
    pub fn renumber(&self, len: u64, at: u64, count: u64) -> Result<Vec<f64>> {
        let start = self.free_block(len + count)?;
        self.conn
            .prepare_cached(
                "UPDATE beaver_lists SET item_order = ?2 + place + CASE WHEN place < ?3 THEN 0 ELSE ?4 END
                 FROM (SELECT rowid AS item, row_number() OVER (ORDER BY item_order) - 1 AS place
                       FROM beaver_lists WHERE list_name = ?1)
                 WHERE rowid = item",
            )?
            .execute(params![self.name, start, at, count])?;
        Ok((at..at + count).map(|place| start + real(place)).collect())
    }

    /// Gives the whole list consecutive keys, the last item the smallest. O(n).
    pub fn renumber_backwards(&self, len: u64) -> Result<()> {
        let start = self.free_block(len)?;
        self.conn
            .prepare_cached(
                "UPDATE beaver_lists SET item_order = ?2 + place
                 FROM (SELECT rowid AS item, row_number() OVER (ORDER BY item_order DESC) - 1 AS place
                       FROM beaver_lists WHERE list_name = ?1)
                 WHERE rowid = item",
            )?
            .execute(params![self.name, start])?;
        Ok(())
    }

    /// The first of so many consecutive whole numbers that no key lies among, so that items can move
    /// there one by one. It stays near zero: two calls in turn go there and back.
    fn free_block(&self, len: u64) -> Result<f64> {
        let mut start = 1.0;
        let mut find = self.conn.prepare_cached(
            "SELECT max(item_order) FROM beaver_lists WHERE list_name = ?1 AND item_order >= ?2 AND item_order < ?3",
        )?;
        while let Some(taken) =
            find.query_row(params![self.name, start, start + real(len)], |row| row.get::<_, Option<f64>>(0))?
        {
            start = taken.floor() + 1.0;
        }
        Ok(start)
    }
}
