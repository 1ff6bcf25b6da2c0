//! The graph in files that other programs have written to, and searches that are ended from outside.

mod graphs;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use beaver_core::{
    Beaver, Collection, Direction, ErrorKind, Json, MAX_NODES, NeighborOptions, Options, PathOptions, WalkOptions,
};
use graphs::{connect, far, index, neighbors, path, walk, weighted};
use rusqlite::Connection;

fn file(ids: &[&str]) -> (tempfile::TempDir, PathBuf, Beaver, Collection) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("graph.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    let graph = db.collection("graph").unwrap();
    index(&graph, ids);
    (dir, path, db, graph)
}

/// Edges that other programs may leave behind.
const FOREIGN: &str = "
INSERT INTO beaver_edges (collection, source_item_id, target_item_id, label, weight, metadata) VALUES
('graph', 'a', 'gone', 'x', 1, NULL), ('graph', 'gone', 'c', 'x', 1, NULL), ('graph', 'a', 'b', 'x', 1, NULL),
('graph', 'b', 'd', 'x', 1, NULL), ('graph', 'd', 'c', 'x', 1, NULL);";

#[test]
fn ends_that_are_no_documents_are_passed_over() {
    let (_dir, file, db, graph) = file(&["a", "b", "c", "d"]);
    Connection::open(&file).unwrap().execute_batch(FOREIGN).unwrap();
    assert_eq!(neighbors(&graph, "a", &[], Direction::Outgoing), ["x b"]);
    assert_eq!(neighbors(&graph, "c", &[], Direction::Incoming), ["x d"]);
    assert_eq!(neighbors(&graph, "gone", &[], Direction::Both), [""; 0]);
    assert_eq!(walk(&graph, "a", &far()), ["b 1", "d 2", "c 3"]);
    assert_eq!(walk(&graph, "a", &WalkOptions { fan_out: Some(1), ..far() }), ["b 1", "d 2", "c 3"]);
    assert_eq!(walk(&graph, "gone", &far()), [""; 0]);
    // The way through what is gone would be shorter.
    assert_eq!(path(&graph, "a", "c", &PathOptions::default()), Some(("a b d c".into(), 3.0)));
    assert_eq!(path(&graph, "a", "gone", &PathOptions::default()), None);
    assert_eq!(graph.degree("gone", &[], Direction::Both).unwrap(), 0);
    // What is in their way leaves with the document at the other end.
    assert_eq!(db.verify().unwrap().problems.len(), 2);
    graph.drop("a").unwrap();
    graph.drop("c").unwrap();
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
}

#[test]
fn verify_names_what_is_wrong_with_an_edge() {
    let (_dir, file, db, graph) = file(&["a", "b", "c", "d"]);
    connect(&graph, &["a -x-> b", "b -x-> c", "c -x-> d", "d -x-> a", "d -y-> a"]);
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
    Connection::open(&file)
        .unwrap()
        .execute_batch(
            "UPDATE beaver_edges SET metadata = '{' WHERE source_item_id = 'a';
             UPDATE beaver_edges SET weight = -1 WHERE source_item_id = 'b';
             UPDATE beaver_edges SET weight = 9e999 WHERE source_item_id = 'c';
             UPDATE beaver_edges SET weight = 'heavy' WHERE source_item_id = 'd' AND label = 'x';
             INSERT INTO beaver_edges (collection, source_item_id, target_item_id, label) VALUES
             ('graph', 'd', 'gone', 'x'), ('graph', 'lost', 'a', 'x')",
        )
        .unwrap();
    let mut problems = db.verify().unwrap().problems;
    problems.sort();
    let weight = "is not a finite number from zero on";
    assert_eq!(
        problems,
        [
            r#"beaver_edges: the metadata of "a" in "graph" is not JSON at byte 1: EOF while parsing an object"#.into(),
            r#"beaver_edges: the source "lost" of an edge in "graph" is no document"#.into(),
            r#"beaver_edges: the target "gone" of an edge in "graph" is no document"#.into(),
            format!(r#"beaver_edges: the weight of an edge of "b" in "graph" {weight}"#),
            format!(r#"beaver_edges: the weight of an edge of "c" in "graph" {weight}"#),
            format!(r#"beaver_edges: the weight of an edge of "d" in "graph" {weight}"#),
        ]
    );
    // What is out of range is taken as what is nearest to it; what is no number is damage.
    let weights = PathOptions { weighted: true, ..PathOptions::default() };
    assert_eq!(path(&graph, "b", "c", &weights), Some(("b c".into(), 0.0)));
    assert_eq!(path(&graph, "b", "d", &weights), Some(("b c d".into(), f64::MAX)));
    assert_eq!(graph.shortest_path("d", "a", &weights).unwrap_err().kind(), ErrorKind::Corrupt);
}

/// A file as BeaverDB 1.x leaves it: edges without a weight and without our indexes.
fn old_file(path: &Path) {
    let old = Connection::open(path).unwrap();
    old.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE beaver_collections (collection TEXT NOT NULL, item_id TEXT NOT NULL, item_vector BLOB, metadata TEXT,
             PRIMARY KEY (collection, item_id));
         CREATE TABLE beaver_edges (collection TEXT NOT NULL, source_item_id TEXT NOT NULL, target_item_id TEXT NOT NULL,
             label TEXT NOT NULL, metadata TEXT, PRIMARY KEY (collection, source_item_id, target_item_id, label));
         INSERT INTO beaver_collections VALUES ('graph', 'a', NULL, '{}'), ('graph', 'b', x'0000803f', '{\"n\": 1}'),
             ('graph', 'c', NULL, NULL);
         INSERT INTO beaver_edges VALUES ('graph', 'a', 'b', 'x', '{\"since\": 1}'), ('graph', 'b', 'c', 'x', NULL),
             ('graph', 'c', 'a', 'y', NULL);",
    )
    .unwrap();
}

#[test]
fn a_file_of_1_x_is_walked_as_it_is_and_gets_weights_with_the_first_write() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("old.db");
    old_file(&file);
    let look = |graph: &Collection| {
        assert_eq!(walk(graph, "a", &far()), ["b 1", "c 2"]);
        assert_eq!(walk(graph, "a", &WalkOptions { direction: Direction::Incoming, ..far() }), ["c 1", "b 2"]);
        assert_eq!(neighbors(graph, "b", &["x"], Direction::Both), ["x a", "x c"]);
        let found = graph.neighbors("a", &NeighborOptions::default()).unwrap();
        let [found] = &found[..] else { panic!("{found:?}") };
        assert_eq!((found.edge.weight, found.document.embedding.as_deref()), (1.0, Some(&[1.0][..])));
        assert_eq!(found.edge.metadata.as_ref().map(Json::as_str), Some("{\"since\": 1}"));
        let weights = PathOptions { weighted: true, ..PathOptions::default() };
        assert_eq!(path(graph, "a", "c", &weights), Some(("a b c".into(), 2.0)));
        assert_eq!(graph.degree("a", &[], Direction::Both).unwrap(), 2);
    };
    let bytes = std::fs::read(&file).unwrap();
    let read_only = Beaver::open(&file, Options { read_only: true, ..Options::default() }).unwrap();
    look(&read_only.collection("graph").unwrap());
    assert_eq!(read_only.verify().unwrap().problems, [""; 0]);
    drop(read_only);
    assert_eq!(std::fs::read(&file).unwrap(), bytes);

    let db = Beaver::open(&file, Options::default()).unwrap();
    let graph = db.collection("graph").unwrap();
    look(&graph);
    graph.connect("c", "b", "z", weighted(0.5)).unwrap();
    graph.disconnect("c", "b", None).unwrap();
    look(&graph);
    graph.connect("a", "b", "x", weighted(0.5)).unwrap();
    assert_eq!(graph.neighbors("a", &NeighborOptions::default()).unwrap()[0].edge.weight, 0.5);
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
}

/// A chain of documents, made by SQL.
fn chain(file: &Path, length: u32) {
    Connection::open(file)
        .unwrap()
        .execute_batch(&format!(
            "BEGIN;
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {length})
             INSERT INTO beaver_collections SELECT 'graph', printf('%07d', i), NULL, '{{}}' FROM n;
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {length} - 1)
             INSERT INTO beaver_edges (collection, source_item_id, target_item_id, label)
             SELECT 'graph', printf('%07d', i), printf('%07d', i + 1), 'x' FROM n;
             COMMIT"
        ))
        .unwrap();
}

#[test]
fn a_long_walk_ends_when_it_is_interrupted_or_the_database_closed() {
    let (_dir, file, db, graph) = file(&["a"]);
    chain(&file, 60_000);
    let begun = || std::thread::sleep(Duration::from_millis(30));
    let everything = WalkOptions { max_nodes: MAX_NODES, ..far() };
    for search in [true, false] {
        let long = || {
            if search {
                graph.shortest_path("0000000", "0060000", &PathOptions::default()).map(drop)
            } else {
                graph.walk("0000000", &everything).map(drop)
            }
        };
        let done = AtomicBool::new(false);
        let error = std::thread::scope(|scope| {
            scope.spawn(|| {
                begun();
                while !done.load(Ordering::Acquire) {
                    db.interrupt();
                    std::thread::sleep(Duration::from_millis(1));
                }
            });
            let error = long().unwrap_err();
            done.store(true, Ordering::Release);
            error
        });
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        assert_eq!(graph.walk("0000000", &WalkOptions { depth: 3, ..far() }).unwrap().len(), 3);
    }
    std::thread::scope(|scope| {
        scope.spawn(|| {
            begun();
            db.close().unwrap();
        });
        assert_eq!(graph.walk("0000000", &everything).unwrap_err().kind(), ErrorKind::Closed);
    });
}
