//! Lists in files of BeaverDB 1.x, and lists that another program changes under us.

use std::path::{Path, PathBuf};

use beaver_core::{Beaver, ErrorKind, List, Options};
use rusqlite::{Connection, params};
use serde_json::json;

fn file() -> (tempfile::TempDir, PathBuf, Beaver, List) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("list.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    let list = db.list("l").unwrap();
    (dir, path, db, list)
}

fn numbers(list: &List) -> Vec<i64> {
    list.slice(None, None).unwrap().iter().map(|json| json.to().unwrap()).collect()
}

fn sound(db: &Beaver) {
    let problems = db.verify().unwrap().problems;
    assert!(problems.is_empty(), "{problems:?}");
}

fn nodes(path: &Path) -> Vec<(i64, u64)> {
    let raw = Connection::open(path).unwrap();
    let mut levels =
        raw.prepare("SELECT level, count(*) FROM beaver_list_nodes GROUP BY level ORDER BY level").unwrap();
    levels.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
}

/// A file as BeaverDB 1.x writes it, with these keys; the value is the position.
fn old_file(path: &Path, keys: &[f64]) {
    let raw = Connection::open(path).unwrap();
    raw.execute_batch(
        "CREATE TABLE beaver_lists (list_name TEXT NOT NULL, item_order REAL NOT NULL, item_value TEXT NOT NULL,
             PRIMARY KEY (list_name, item_order));
         BEGIN",
    )
    .unwrap();
    for (position, key) in keys.iter().enumerate() {
        raw.execute("INSERT INTO beaver_lists VALUES ('l', ?1, ?2)", params![key, position.to_string()]).unwrap();
    }
    raw.execute_batch("COMMIT").unwrap();
}

#[test]
fn keys_that_touch_are_spread_over_a_node_of_a_higher_level() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    for place in [0, 3000, 9000] {
        let _ = std::fs::remove_file(&path);
        // Three hundred keys as close as floats allow, in the middle of a list with room around.
        let gap = f64::from(place.max(1)) * f64::EPSILON;
        let crowd = (0..300).map(|n| f64::from(place) + 0.5 + f64::from(n) * gap);
        let keys: Vec<f64> = (0..=place).map(f64::from).chain(crowd).chain((place + 1..9002).map(f64::from)).collect();
        old_file(&path, &keys);
        let db = Beaver::open(&path, Options::default()).unwrap();
        let list = db.list("l").unwrap();
        let mut expected: Vec<i64> = (0..).take(keys.len()).collect();
        for n in 0..40 {
            for at in [place + 1 + n, place + 150, place + 300] {
                list.insert(i64::from(at), json!(-n)).unwrap();
                expected.insert(usize::try_from(at).unwrap(), i64::from(-n));
            }
            if n % 8 == 0 {
                sound(&db);
            }
        }
        assert_eq!(numbers(&list), expected);
        sound(&db);
        assert_eq!(nodes(&path).last().map(|(level, _)| *level), Some(2));
        db.close().unwrap();
    }
}

#[test]
fn an_old_file_with_holes_is_read_at_once_and_counted_at_the_first_change() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    let keys: Vec<f64> = (0..300).map(|n| f64::from(n) * 1.5 - 0.25).collect();
    old_file(&path, &keys);
    let read_only = Beaver::open(&path, Options { read_only: true, ..Options::default() }).unwrap();
    let list = read_only.list("l").unwrap();
    assert_eq!(list.len().unwrap(), 300);
    assert_eq!(list.get(-1).unwrap(), Some(json!(299).into()));
    assert_eq!(numbers(&list), (0..300).collect::<Vec<_>>());
    assert_eq!(list.push(json!(1)).unwrap_err().kind(), ErrorKind::ReadOnly);
    read_only.close().unwrap();

    let db = Beaver::open(&path, Options::default()).unwrap();
    let list = db.list("l").unwrap();
    assert_eq!(list.get(150).unwrap(), Some(json!(150).into()));
    list.push(json!(300)).unwrap();
    assert_eq!(nodes(&path), [(1, 5)]);
    assert_eq!(numbers(&list), (0..=300).collect::<Vec<_>>());
    sound(&db);
}

#[test]
fn an_old_file_without_holes_becomes_dense_at_the_first_change() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    old_file(&path, &(1..=100).map(f64::from).collect::<Vec<_>>());
    let db = Beaver::open(&path, Options::default()).unwrap();
    let (list, other) = (db.list("l").unwrap(), db.list("other").unwrap());
    other.push(json!(1)).unwrap();
    assert_eq!(nodes(&path), [(0, 1)]);
    assert_eq!(list.get(7).unwrap(), Some(json!(7).into()));
    list.deque().unwrap();
    assert_eq!(nodes(&path), []);
    assert_eq!(list.len().unwrap(), 99);
    sound(&db);
}

#[test]
fn keys_at_the_edge_of_floats_are_numbered_anew() {
    let cases: [&[f64]; 4] = [
        &[-1e300, 0.0, 1e300],
        &[1.0, 1.0 + f64::EPSILON, 1.0 + 2.0 * f64::EPSILON],
        &[9_007_199_254_740_991.0, 9_007_199_254_740_992.0],
        &[-9_007_199_254_740_992.0, f64::MIN_POSITIVE],
    ];
    for keys in cases {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("old.db");
        old_file(&path, keys);
        let db = Beaver::open(&path, Options::default()).unwrap();
        let list = db.list("l").unwrap();
        let mut expected: Vec<i64> = (0..).take(keys.len()).collect();
        for n in 100..110 {
            list.push(json!(n)).unwrap();
            list.prepend(json!(n)).unwrap();
            list.insert(2, json!(-n)).unwrap();
            expected.push(n);
            expected.insert(0, n);
            expected.insert(2, -n);
            assert_eq!(numbers(&list), expected);
            sound(&db);
        }
    }
}

#[test]
fn a_foreign_writer_does_not_make_positions_wrong() {
    let (_dir, path, db, list) = file();
    list.extend((0..200).map(|n| json!(n))).unwrap();
    let raw = Connection::open(&path).unwrap();
    raw.execute("INSERT INTO beaver_lists SELECT 'l', max(item_order) + 1.0, '200' FROM beaver_lists", []).unwrap();
    raw.execute("INSERT INTO beaver_lists SELECT 'l', min(item_order) - 1.0, '-1' FROM beaver_lists", []).unwrap();
    assert_eq!(nodes(&path), []);
    assert_eq!(list.get(0).unwrap(), Some(json!(-1).into()));
    assert_eq!(list.len().unwrap(), 202);
    // A hole, and a midpoint: the list is of unknown shape, and right all the same.
    raw.execute("DELETE FROM beaver_lists WHERE item_order = 100.0", []).unwrap();
    assert_eq!(nodes(&path), [(0, 1)]);
    raw.execute("INSERT INTO beaver_lists VALUES ('l', 50.5, '\"mid\"')", []).unwrap();
    assert_eq!(list.get(51).unwrap(), Some(json!("mid").into()));
    assert_eq!(list.len().unwrap(), 202);
    sound(&db);
    // After our own change the tree is kept right for the foreign writer, too.
    list.insert(60, json!("ours")).unwrap();
    assert_eq!(nodes(&path), [(1, 4)]);
    raw.execute("INSERT INTO beaver_lists VALUES ('l', 20.5, '\"mid\"')", []).unwrap();
    raw.execute("INSERT OR REPLACE INTO beaver_lists VALUES ('l', 20.5, '\"again\"')", []).unwrap();
    raw.execute("INSERT OR IGNORE INTO beaver_lists VALUES ('l', 20.5, '\"never\"')", []).unwrap();
    raw.execute("DELETE FROM beaver_lists WHERE item_order BETWEEN 120 AND 150", []).unwrap();
    assert_eq!(list.get(21).unwrap(), Some(json!("again").into()));
    assert_eq!(list.len().unwrap(), 204 - 31);
    sound(&db);
    // Keys that are moved make it unknown again.
    raw.execute("UPDATE beaver_lists SET item_order = item_order + 1000.0 WHERE item_order < 30", []).unwrap();
    sound(&db);
    assert_eq!(list.get(-1).unwrap(), Some(json!(28).into()));
    list.deque().unwrap();
    sound(&db);
    raw.execute("DELETE FROM beaver_lists WHERE list_name = 'l'", []).unwrap();
    assert_eq!((list.len().unwrap(), list.pop().unwrap()), (0, None));
    list.extend([json!(1), json!(2)]).unwrap();
    assert_eq!((numbers(&list), nodes(&path)), (vec![1, 2], vec![]));
    sound(&db);
}

#[test]
fn a_foreign_writer_that_fills_one_node_is_split_at_our_next_change() {
    let (_dir, path, db, list) = file();
    list.extend((0..10).map(|n| json!(n))).unwrap();
    list.insert(5, json!(-1)).unwrap();
    let raw = Connection::open(&path).unwrap();
    for n in 0..2000 {
        raw.execute("INSERT INTO beaver_lists VALUES ('l', ?1, '0')", [100.0 + f64::from(n)]).unwrap();
    }
    assert_eq!(nodes(&path), [(1, 1)]);
    list.push(json!(1)).unwrap();
    assert!(nodes(&path)[0].1 >= 15);
    assert_eq!(list.len().unwrap(), 2012);
    sound(&db);
}

#[test]
fn verify_names_a_list_whose_nodes_are_wrong() {
    let (_dir, path, db, list) = file();
    list.extend((0..200).map(|n| json!(n))).unwrap();
    list.insert(100, json!(0)).unwrap();
    let raw = Connection::open(&path).unwrap();
    raw.execute("UPDATE beaver_list_nodes SET items = items + 1 WHERE first_key > 0 AND first_key < 100", []).unwrap();
    let problems = db.verify().unwrap().problems;
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("\"l\""), "{problems:?}");
    raw.execute("DELETE FROM beaver_list_nodes", []).unwrap();
    assert_eq!(db.verify().unwrap().problems.len(), 1);
}
