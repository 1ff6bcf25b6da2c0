//! What only shows inside: how SQLite goes about the statements, and pages of edges.

use rusqlite::Connection;
use serde_json::json;

use super::edges::{IS_THERE, PAGE, REMOVE};
use super::neighbors::{COUNTS, ENDS, NEIGHBORS};
use super::walk::DOCUMENT;
use crate::collection::{Document, Edge, EdgeOptions, IndexOptions};
use crate::database::Beaver;
use crate::options::Options;
use crate::sqlite::schema;

#[test]
fn no_statement_reads_more_than_it_finds() {
    let conn = Connection::open_in_memory().unwrap();
    schema::complete(&conn).unwrap();
    let plan = |sql: &str| -> Vec<String> {
        let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let lines = explain.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>();
        lines.unwrap()
    };
    let [remove @ .., all] = REMOVE;
    let statements = [&ENDS[..], &COUNTS, &NEIGHBORS, &remove, &[PAGE, IS_THERE, DOCUMENT]].concat();
    for sql in statements {
        let lines = plan(sql);
        for line in lines.iter().filter(|line| !line.contains("SUBQUERY")) {
            assert!(line.starts_with("SEARCH") && !line.ends_with("(collection=?)"), "{sql}: {lines:?}");
        }
    }
    for sql in [&ENDS[..], &COUNTS].concat() {
        assert!(plan(sql).concat().contains("COVERING INDEX beaver_edges_"), "{sql}");
    }
    // Clearing a collection removes all that is found there, and nobody else's.
    assert!(plan(all).concat().ends_with("(collection=?)"));
}

#[test]
fn pages_of_edges_come_in_order_and_leave_nothing_out() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("graph.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    let collection = db.collection("c").unwrap();
    for id in ["a", "b", "c"] {
        collection.index(Document::with_id(id, json!({})), &IndexOptions::default()).unwrap();
    }
    for (source, target, label) in [("b", "a", "y"), ("a", "c", "x"), ("b", "a", "x"), ("a", "b", "z"), ("c", "c", "x")]
    {
        let options = EdgeOptions { weight: 2.5, metadata: Some(json!({"since": 1}).into()) };
        collection.connect(source, target, label, options).unwrap();
    }
    // Left behind by another program.
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch(
        "INSERT INTO beaver_edges (collection, source_item_id, target_item_id, label, weight)
         VALUES ('c', 'a', 'nowhere', 'x', 1), ('c', 'nowhere', 'a', 'x', 1), ('d', 'a', 'b', 'x', 1)",
    )
    .unwrap();
    for size in 1..7 {
        let mut all: Vec<Edge> = Vec::new();
        loop {
            let page = collection.0.store.edge_page("c", all.last(), size).unwrap();
            let full = page.len() == size;
            all.extend(page);
            if !full {
                break;
            }
        }
        let found: Vec<_> = all.iter().map(|e| [&*e.source, &*e.target, &*e.label].concat()).collect();
        assert_eq!(found, ["abz", "acx", "bax", "bay", "ccx"]);
        assert!(all.iter().all(|e| e.weight == 2.5 && e.metadata == Some(json!({"since": 1}).into())));
    }
}
