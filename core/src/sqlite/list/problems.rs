//! What `verify` checks of lists: that dense ones are dense, and that the counts of trees are right.

use rusqlite::{Connection, params};

use super::shape::{self, Shape, real};
use super::tree::{MAX_LEVEL, Node};
use crate::error::Result;
use crate::sqlite::source::View;

/// One line for each list whose nodes do not agree with its items.
pub(in crate::sqlite) fn problems(view: &View<'_>) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut names = view.conn.prepare(
        "WITH RECURSIVE names (name) AS (
             SELECT min(list_name) FROM beaver_lists
             UNION ALL
             SELECT (SELECT min(list_name) FROM beaver_lists WHERE list_name > name) FROM names WHERE name IS NOT NULL
         ) SELECT name FROM names WHERE name IS NOT NULL
         UNION SELECT DISTINCT list_name FROM beaver_list_nodes",
    )?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for name in names {
        let fault = match shape::of(view.conn, &name)? {
            Shape::Unknown => None,
            Shape::Dense => dense_fault(view.conn, &name)?,
            Shape::Tree => tree_fault(view.conn, &name)?,
        };
        if let Some(fault) = fault {
            problems.push(format!("list {name:?}: {fault}"));
        }
    }
    Ok(problems)
}

fn dense_fault(conn: &Connection, name: &str) -> Result<Option<String>> {
    let mut statement = conn.prepare(
        "SELECT count(*), total(item_order <> CAST(item_order AS INTEGER)),
                (SELECT min(item_order) FROM beaver_lists WHERE list_name = ?1),
                (SELECT max(item_order) FROM beaver_lists WHERE list_name = ?1)
         FROM beaver_lists WHERE list_name = ?1",
    )?;
    let (count, broken, first, last): (u64, f64, Option<f64>, Option<f64>) =
        statement.query_row([name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let Some((first, last)) = first.zip(last) else { return Ok(None) };
    if broken > 0.0 || (last - first + 1.0 - real(count)).abs() > 0.0 {
        return Ok(Some(format!("it has no nodes, but its {count} keys from {first} to {last} are not consecutive")));
    }
    Ok(None)
}

fn tree_fault(conn: &Connection, name: &str) -> Result<Option<String>> {
    let mut below = items_as_nodes(conn, name)?;
    let mut find = conn.prepare(
        "SELECT first_key, items FROM beaver_list_nodes WHERE list_name = ?1 AND level = ?2 ORDER BY first_key",
    )?;
    let highest: u32 =
        conn.query_row("SELECT max(level) FROM beaver_list_nodes WHERE list_name = ?1", [name], |row| row.get(0))?;
    if highest > MAX_LEVEL {
        return Ok(Some(format!("its nodes have {highest} levels, the most is {MAX_LEVEL}")));
    }
    for level in 1..=highest {
        let nodes: Vec<Node> = find
            .query_map(params![name, level], |row| Ok(Node { first: row.get(0)?, items: row.get(1)? }))?
            .collect::<rusqlite::Result<_>>()?;
        if nodes.first().is_none_or(|node| node.first != f64::NEG_INFINITY) {
            return Ok(Some(format!("the first node of level {level} does not begin at minus infinity")));
        }
        let mut children = below.iter().peekable();
        let mut ends = nodes.iter().skip(1).map(|node| node.first);
        for node in &nodes {
            let end = ends.next();
            // A node above level 1 begins where one below it does.
            if level > 1 && children.peek().is_none_or(|child| child.first != node.first) {
                return Ok(Some(format!("a node of level {level} begins where none below it does")));
            }
            let mut counted = 0;
            while let Some(child) = children.next_if(|child| end.is_none_or(|end| child.first < end)) {
                counted += child.items;
            }
            if counted != node.items {
                return Ok(Some(format!("a node of level {level} counts {} items and has {counted}", node.items)));
            }
        }
        below = nodes;
    }
    Ok(None)
}

/// Each item as what a node of level 1 stands over.
fn items_as_nodes(conn: &Connection, name: &str) -> Result<Vec<Node>> {
    let mut keys = conn.prepare("SELECT item_order FROM beaver_lists WHERE list_name = ?1 ORDER BY item_order")?;
    let keys = keys.query_map([name], |row| Ok(Node { first: row.get(0)?, items: 1 }))?;
    Ok(keys.collect::<rusqlite::Result<_>>()?)
}
