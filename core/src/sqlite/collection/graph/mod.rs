//! The graph over the documents: edges, whose ends are ids of documents, and the ways along them. An edge
//! that some other program left without a document at an end is as good as none to everything that reads, but
//! for the count of a degree; `verify` names it.

mod edges;
mod neighbors;
mod path;
#[cfg(test)]
mod tests;
mod walk;

pub(super) use edges::{clear, connect, disconnect, remove};

use rusqlite::Connection;

use crate::collection::{Direction, Edge, Neighbor, NeighborOptions, PathOptions, ShortestPath, Visit, WalkOptions};
use crate::engine::GraphEngine;
use crate::error::Result;
use crate::sqlite::source::{Source, View};
use crate::sqlite::verify::{Findings, shown};
use neighbors::Ways;

/// Whether there is a document of that id.
fn is_there(conn: &Connection, name: &str, id: &str) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM beaver_collections WHERE collection = ?1 AND item_id = ?2")?
        .exists([name, id])?)
}

impl<S: Source> GraphEngine for S {
    fn neighbors(&self, name: &str, id: &str, options: &NeighborOptions) -> Result<Vec<Neighbor>> {
        self.read_together(|view| neighbors::neighbors(view, name, id, options))
    }

    fn walk(&self, name: &str, sources: &[&str], options: &WalkOptions) -> Result<Vec<Visit>> {
        self.read_together(|view| walk::walk(view, name, sources, options))
    }

    fn shortest_path(
        &self,
        name: &str,
        source: &str,
        target: &str,
        options: &PathOptions,
    ) -> Result<Option<ShortestPath>> {
        self.read_together(|view| path::shortest(view, name, source, target, options))
    }

    fn degree(&self, name: &str, id: &str, labels: &[&str], direction: Direction) -> Result<u64> {
        self.read_together(|view| {
            if !is_there(view.conn, name, id)? {
                return Ok(0);
            }
            Ways::new(labels, direction).iter().map(|way| edges::count(view, name, id, way)).sum()
        })
    }

    fn edge_page(&self, name: &str, after: Option<&Edge>, limit: usize) -> Result<Vec<Edge>> {
        self.read(|view| edges::page(view, name, after, limit))
    }
}

/// Edges that no call of ours would have made.
pub(in crate::sqlite) fn problems(view: &View<'_>) -> Result<Vec<String>> {
    let mut found = Findings::default();
    found.json_column(view.conn, "beaver_edges", ["collection", "source_item_id"], "metadata")?;
    // Whatever cannot be ordered among the finite numbers from zero on, text and blobs included.
    found.rows(
        view.conn,
        "SELECT collection, source_item_id FROM beaver_edges
         WHERE weight IS NULL OR typeof(weight) NOT IN ('real', 'integer') OR weight < 0 OR weight > 1.7976931348623157e308",
        |row| {
            Ok(format!(
                "beaver_edges: the weight of an edge of {} in {} is not a finite number from zero on",
                shown(row, 1)?,
                shown(row, 0)?
            ))
        },
    )?;
    for (end, what) in [("source_item_id", "source"), ("target_item_id", "target")] {
        found.rows(
            view.conn,
            &format!(
                "SELECT collection, {end} FROM beaver_edges AS e WHERE NOT EXISTS
                 (SELECT 1 FROM beaver_collections AS c WHERE c.collection = e.collection AND c.item_id = e.{end})"
            ),
            |row| {
                Ok(format!(
                    "beaver_edges: the {what} {} of an edge in {} is no document",
                    shown(row, 1)?,
                    shown(row, 0)?
                ))
            },
        )?;
    }
    Ok(found.into())
}
