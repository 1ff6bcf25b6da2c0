//! The counted tree of a list that was changed in its middle.
//!
//! A node of level 1 covers the items from its `first_key` up to the next node's; a node of level
//! k + 1 covers nodes of level k, and begins where one of them begins. The first node of each level begins at
//! minus infinity, so every key has exactly one node in each level. `items` counts the items that a node covers:
//! triggers add to it and take from it. What is left to do here is to build the tree, to split what became too
//! large, and to remove what became empty.

use rusqlite::{OptionalExtension, params};

use super::shape::{State, real};
use super::{List, room};
use crate::error::Result;

/// How many items a new node of level 1 covers, and how many nodes one of a higher level.
pub(super) const PART: u64 = 64;
/// Above so many a node is split, and a level gets another one over it.
pub(super) const FULL: u64 = 2 * PART;
/// The triggers know so many levels: enough for 10^12 items.
pub(super) const MAX_LEVEL: u32 = 6;

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub first: f64,
    pub items: u64,
}

impl List<'_> {
    /// Marks the list as unknown: the triggers stop counting until the nodes are built, or forgotten.
    pub fn suspend(&self) -> Result<()> {
        self.conn
            .prepare_cached("INSERT OR IGNORE INTO beaver_list_nodes (list_name, level, first_key, items) VALUES (?1, 0, -9e999, 0)")?
            .execute([self.name])?;
        Ok(())
    }

    /// The nodes are right again: the triggers go on counting.
    pub fn resume(&self) -> Result<()> {
        self.conn
            .prepare_cached("DELETE FROM beaver_list_nodes WHERE list_name = ?1 AND level = 0")?
            .execute([self.name])?;
        Ok(())
    }

    /// The list is dense (or empty): it needs no nodes.
    pub fn forget_nodes(&self) -> Result<()> {
        self.conn.prepare_cached("DELETE FROM beaver_list_nodes WHERE list_name = ?1")?.execute([self.name])?;
        Ok(())
    }

    /// Looks through all keys and finds the list dense, or counts it. O(n).
    pub fn examine(&self) -> Result<()> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut dense = true;
        let mut previous: Option<f64> = None;
        let mut keys =
            self.conn.prepare_cached("SELECT item_order FROM beaver_lists WHERE list_name = ?1 ORDER BY item_order")?;
        let mut rows = keys.query([self.name])?;
        while let Some(row) = rows.next()? {
            let key: f64 = row.get(0)?;
            dense = dense && room::is_dense_key(key) && previous.is_none_or(|previous| previous + 1.0 == key);
            previous = Some(key);
            match nodes.last_mut() {
                Some(node) if node.items < PART => node.items += 1,
                _ => nodes.push(Node { first: key, items: 1 }),
            }
        }
        drop(rows);
        self.forget_nodes()?;
        if dense { Ok(()) } else { self.build(nodes) }
    }

    /// Counts a dense list, without reading it.
    pub fn count_dense(&self, state: &State) -> Result<()> {
        let Some((first, _)) = state.ends else { return Ok(()) };
        let starts = (0..state.len).step_by(usize::try_from(PART).unwrap_or(1));
        self.build(
            starts.map(|start| Node { first: first + real(start), items: PART.min(state.len - start) }).collect(),
        )
    }

    fn build(&self, mut nodes: Vec<Node>) -> Result<()> {
        if let Some(first) = nodes.first_mut() {
            first.first = f64::NEG_INFINITY;
        }
        self.add_level(1, &nodes)?;
        self.raise(1, nodes)
    }

    /// Puts levels over the highest one, until that has few enough nodes.
    fn raise(&self, mut top: u32, mut nodes: Vec<Node>) -> Result<()> {
        while nodes.len() as u64 > FULL && top < MAX_LEVEL {
            nodes = over(&nodes);
            top += 1;
            self.add_level(top, &nodes)?;
        }
        Ok(())
    }

    pub fn add_level(&self, level: u32, nodes: &[Node]) -> Result<()> {
        let mut insert = self.conn.prepare_cached(
            "INSERT INTO beaver_list_nodes (list_name, level, first_key, items) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for node in nodes {
            insert.execute(params![self.name, level, node.first, node.items])?;
        }
        Ok(())
    }

    /// The node of a level that covers a key; none above the highest level.
    pub fn node(&self, level: u32, key: f64) -> Result<Option<Node>> {
        let mut find = self.conn.prepare_cached(
            "SELECT first_key, items FROM beaver_list_nodes
             WHERE list_name = ?1 AND level = ?2 AND first_key <= ?3 ORDER BY first_key DESC LIMIT 1",
        )?;
        let node =
            find.query_row(params![self.name, level, key], |row| Ok(Node { first: row.get(0)?, items: row.get(1)? }));
        Ok(node.optional()?)
    }

    /// Where the node after the one that begins at a key begins; infinity after the last.
    pub fn next(&self, level: u32, first: f64) -> Result<f64> {
        let next: Option<f64> = self
            .conn
            .prepare_cached(
                "SELECT min(first_key) FROM beaver_list_nodes WHERE list_name = ?1 AND level = ?2 AND first_key > ?3",
            )?
            .query_row(params![self.name, level, first], |row| row.get(0))?;
        Ok(next.unwrap_or(f64::INFINITY))
    }

    /// The nodes of a level that begin from one key up to, but not including, another.
    fn nodes(&self, level: u32, from: f64, to: f64) -> Result<Vec<Node>> {
        let mut find = self.conn.prepare_cached(
            "SELECT first_key, items FROM beaver_list_nodes
             WHERE list_name = ?1 AND level = ?2 AND first_key >= ?3 AND first_key < ?4 ORDER BY first_key",
        )?;
        let nodes = find.query_map(params![self.name, level, from, to], |row| {
            Ok(Node { first: row.get(0)?, items: row.get(1)? })
        })?;
        Ok(nodes.collect::<rusqlite::Result<_>>()?)
    }

    /// After an item was put: splits its node if that is too large now.
    pub fn grow(&self, key: f64) -> Result<()> {
        let Some(leaf) = self.node(1, key)? else { return Ok(()) };
        if leaf.items <= FULL {
            return Ok(());
        }
        // More than two parts only where other programs have put many.
        let parts = leaf.items / PART;
        let (mut from, mut done) = (leaf.first, 0);
        let mut nodes = vec![Node { first: leaf.first, items: leaf.items / parts }];
        for part in 1..parts {
            let start = leaf.items * part / parts;
            let Some(first) = self.keys(from, start - done, 1)?.first().copied() else { break };
            nodes.push(Node { first, items: leaf.items * (part + 1) / parts - start });
            (from, done) = (first, start);
        }
        self.split(1, &nodes)?;
        self.grow_above(1, key)
    }

    /// After nodes of a level were added: splits those over them, as far up as it goes.
    pub fn grow_above(&self, mut level: u32, key: f64) -> Result<()> {
        while let Some(parent) = self.node(level + 1, key)? {
            let end = self.next(level + 1, parent.first)?;
            let children: u64 = self
                .conn
                .prepare_cached(
                    "SELECT count(*) FROM beaver_list_nodes
                     WHERE list_name = ?1 AND level = ?2 AND first_key >= ?3 AND first_key < ?4",
                )?
                .query_row(params![self.name, level, parent.first, end], |row| row.get(0))?;
            if children <= FULL {
                return Ok(());
            }
            self.split(level + 1, &over(&self.nodes(level, parent.first, end)?))?;
            level += 1;
        }
        let top = self.nodes(level, f64::NEG_INFINITY, f64::INFINITY)?;
        self.raise(level, top)
    }

    /// Puts several nodes in the place of the one that begins where the first of them does.
    fn split(&self, level: u32, nodes: &[Node]) -> Result<()> {
        let Some((first, others)) = nodes.split_first() else { return Ok(()) };
        self.conn
            .prepare_cached(
                "UPDATE beaver_list_nodes SET items = ?4 WHERE list_name = ?1 AND level = ?2 AND first_key = ?3",
            )?
            .execute(params![self.name, level, first.first, first.items])?;
        self.add_level(level, others)
    }

    /// After an item was removed: removes the nodes over it that are empty now. One that begins a node
    /// of the next level stays until that is empty, too.
    pub fn shrink(&self, key: f64) -> Result<()> {
        let mut level = 1;
        let mut start: Option<f64> = None;
        loop {
            let node = self.node(level, key)?;
            // The highest level that begins at `start` was seen: it and all below are empty.
            if let Some(first) = start.filter(|first| node.is_none_or(|node| node.first < *first)) {
                if first == f64::NEG_INFINITY {
                    // The first of every level up to the highest: nothing is left of the list.
                    return self.forget_nodes();
                }
                let mut remove = self.conn.prepare_cached(
                    "DELETE FROM beaver_list_nodes WHERE list_name = ?1 AND level = ?2 AND first_key = ?3",
                )?;
                for below in 1..level {
                    remove.execute(params![self.name, below, first])?;
                }
            }
            match node {
                Some(node) if node.items == 0 => start = Some(node.first),
                _ => return Ok(()),
            }
            level += 1;
        }
    }
}

/// The nodes of the next level, over those of one.
pub(super) fn over(nodes: &[Node]) -> Vec<Node> {
    let parts = (nodes.len() as u64 / PART).max(1);
    let size = (nodes.len() as u64).div_ceil(parts);
    nodes
        .chunks(usize::try_from(size).unwrap_or(usize::MAX).max(1))
        .filter_map(|part| Some(Node { first: part.first()?.first, items: part.iter().map(|node| node.items).sum() }))
        .collect()
}
