//! Edges as they are written, removed, counted and listed.

use rusqlite::params;

use super::neighbors::{Way, weight_of};
use crate::collection::Edge;
use crate::engine::Reply;
use crate::error::{Error, ErrorKind, Result};
use crate::sqlite::apply::Tx;
use crate::sqlite::source::View;
use crate::value::Json;

pub(super) const IS_THERE: &str = "SELECT 1 FROM beaver_collections WHERE collection = ?1 AND item_id = ?2";

/// An edge that is the same already is not written again.
const UPSERT: &str = "INSERT INTO beaver_edges (collection, source_item_id, target_item_id, label, weight, metadata)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (collection, source_item_id, target_item_id, label)
     DO UPDATE SET weight = excluded.weight, metadata = excluded.metadata
     WHERE weight IS NOT excluded.weight OR metadata IS NOT excluded.metadata";

/// The longest metadata that may stay bound to a kept statement.
const MAX_BOUND: usize = 64 << 10;

/// The statements that remove edges: one, those of a pair, those from and to a document, all.
pub(super) const REMOVE: [&str; 5] = [
    "DELETE FROM beaver_edges WHERE collection = ?1 AND source_item_id = ?2 AND target_item_id = ?3 AND label = ?4",
    "DELETE FROM beaver_edges WHERE collection = ?1 AND source_item_id = ?2 AND target_item_id = ?3",
    "DELETE FROM beaver_edges WHERE collection = ?1 AND source_item_id = ?2",
    "DELETE FROM beaver_edges WHERE collection = ?1 AND target_item_id = ?2",
    "DELETE FROM beaver_edges WHERE collection = ?1",
];

pub(super) const PAGE: &str = "SELECT source_item_id, target_item_id, label, weight, metadata FROM beaver_edges AS e
     WHERE collection = ?1 AND (source_item_id, target_item_id, label) > (?2, ?3, ?4)
         AND EXISTS (SELECT 1 FROM beaver_collections WHERE collection = ?1 AND item_id = e.source_item_id)
         AND EXISTS (SELECT 1 FROM beaver_collections WHERE collection = ?1 AND item_id = e.target_item_id)
     ORDER BY source_item_id, target_item_id, label LIMIT ?5";

pub(in crate::sqlite::collection) fn connect(tx: &mut Tx<'_>, name: &str, edges: &[Edge]) -> Result<Reply> {
    // All that can be wrong is found before anything is written.
    for (index, edge) in edges.iter().enumerate() {
        check_ends(tx, name, edge).map_err(|e| if edges.len() > 1 { e.at_operation(index) } else { e })?;
    }
    for Edge { source, target, label, weight, metadata } in edges {
        let metadata = metadata.as_ref().map(Json::as_str);
        tx.conn.hot(UPSERT, |upsert| {
            let done = upsert.execute(params![name, source, target, label, weight, metadata]);
            if metadata.is_some_and(|metadata| metadata.len() > MAX_BOUND) {
                upsert.clear_bindings();
            }
            Ok(done?)
        })?;
    }
    Ok(Reply::Done)
}

fn check_ends(tx: &Tx<'_>, name: &str, edge: &Edge) -> Result<()> {
    for (end, id) in [("source", &edge.source), ("target", &edge.target)] {
        if !tx.conn.hot(IS_THERE, |select| Ok(select.exists([name, id])?))? {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("the {end} of the edge is no document of the collection: index it first"),
            ));
        }
    }
    Ok(())
}

pub(in crate::sqlite::collection) fn disconnect(
    tx: &mut Tx<'_>,
    name: &str,
    source: &str,
    target: &str,
    label: Option<&str>,
) -> Result<Reply> {
    let [one, pair, ..] = REMOVE;
    let removed = match label {
        Some(label) => tx.conn.prepare_cached(one)?.execute([name, source, target, label])?,
        None => tx.conn.prepare_cached(pair)?.execute([name, source, target])?,
    };
    Ok(Reply::Count(removed as u64))
}

/// Removes the edges from and to a document.
pub(in crate::sqlite::collection) fn remove(tx: &mut Tx<'_>, name: &str, id: &str) -> Result<()> {
    let [_, _, from, to, _] = REMOVE;
    tx.conn.prepare_cached(from)?.execute([name, id])?;
    tx.conn.prepare_cached(to)?.execute([name, id])?;
    Ok(())
}

/// Removes all edges of a collection.
pub(in crate::sqlite::collection) fn clear(tx: &mut Tx<'_>, name: &str) -> Result<()> {
    let [.., all] = REMOVE;
    tx.conn.prepare_cached(all)?.execute([name])?;
    Ok(())
}

/// How many edges a document has that way, those included that lack a document at the other end.
pub(super) fn count(view: &View<'_>, name: &str, id: &str, way: Way<'_>) -> Result<u64> {
    let mut count = view.conn.prepare_cached(way.count())?;
    let number = |row: &rusqlite::Row<'_>| row.get(0);
    Ok(match way.label {
        Some(label) => count.query_row([name, id, label], number)?,
        None => count.query_row([name, id], number)?,
    })
}

/// Edges in the order of source, target and label, after that one.
pub(super) fn page(view: &View<'_>, name: &str, after: Option<&Edge>, limit: usize) -> Result<Vec<Edge>> {
    // Nothing comes before three empty texts.
    let (source, target, label) =
        after.map_or(("", "", ""), |edge| (edge.source.as_str(), edge.target.as_str(), edge.label.as_str()));
    let mut page = view.conn.prepare_cached(PAGE)?;
    let edges = page.query_map(params![name, source, target, label, limit], |row| {
        let metadata: Option<String> = row.get(4)?;
        Ok(Edge {
            source: row.get(0)?,
            target: row.get(1)?,
            label: row.get(2)?,
            weight: weight_of(row.get(3)?),
            metadata: metadata.map(Json::trusted),
        })
    })?;
    Ok(edges.collect::<rusqlite::Result<_>>()?)
}
