//! What `verify` finds in a file that somebody else has been at.

use std::path::Path;
use std::time::Duration;

use beaver_core::{Beaver, Cancel, Document, ErrorKind, IndexOptions, Options, Result};
use serde_json::json;

fn open(path: &Path) -> Beaver {
    Beaver::open(path, Options::default()).unwrap()
}

fn filled(path: &Path) {
    let db = open(path);
    db.dict("d").unwrap().set_many((0..2_000).map(|n| (format!("{n:04}"), json!("x".repeat(500)))), None).unwrap();
    db.blobs("b").unwrap().put("k", b"bytes", Some(json!({"a": 1}).into())).unwrap();
    db.log("l").unwrap().append(json!(1)).unwrap();
    db.close().unwrap();
}

fn after(path: &Path, sql: &str) -> Vec<String> {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.execute_batch(sql).unwrap();
    drop(conn);
    open(path).verify().unwrap().problems
}

#[test]
fn a_sound_file_has_no_problems() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    filled(&path);
    assert_eq!(open(&path).verify().unwrap().problems, [""; 0]);
    let memory = Beaver::open(":memory:", Options::default()).unwrap();
    memory.dict("d").unwrap().set("k", json!(1)).unwrap();
    assert_eq!(memory.verify().unwrap().problems, [""; 0]);
}

#[test]
fn values_that_are_no_json_are_found() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    filled(&path);
    let found = after(
        &path,
        "UPDATE beaver_dicts SET value = '{' WHERE key = '0007';
         UPDATE beaver_blobs SET metadata = 'nonsense';
         UPDATE beaver_logs SET data = x'ff';",
    );
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].starts_with(r#"beaver_dicts: the value of "0007" in "d" is not JSON at byte 1"#), "{}", found[0]);
    assert!(found[1].starts_with(r#"beaver_blobs: the metadata of "k" in "b" is not JSON"#), "{}", found[1]);
    assert!(found[2].starts_with("beaver_logs: the data of") && found[2].ends_with("not UTF-8"), "{}", found[2]);
    // Many of the same do not make a report of many pages.
    assert!(after(&path, "UPDATE beaver_dicts SET value = '['").len() < 110);
}

#[test]
fn chunks_without_an_upload_are_found() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    filled(&path);
    let found = after(
        &path,
        "INSERT INTO beaver_blob_chunks VALUES ('lost', 0, x'00');
         INSERT INTO beaver_blob_uploads VALUES ('gap', 1.0);
         INSERT INTO beaver_blob_chunks VALUES ('gap', 0, x'00'), ('gap', 2, x'00');",
    );
    assert_eq!(
        found,
        [
            r#"beaver_blob_chunks: the chunks of "lost" belong to no upload"#,
            r#"beaver_blob_chunks: the upload "gap" lacks a chunk"#
        ]
    );
}

#[test]
fn missing_tables_columns_and_indexes_are_found() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    filled(&path);
    let found = after(
        &path,
        "DROP TABLE beaver_logs; DROP INDEX beaver_dicts_expiry; ALTER TABLE beaver_dicts DROP COLUMN expires_at",
    );
    let schema: Vec<&str> = found.iter().map(String::as_str).filter(|line| line.starts_with("schema: ")).collect();
    assert_eq!(
        schema,
        [
            "schema: the table beaver_dicts lacks the column expires_at",
            "schema: the index beaver_dicts_expiry is missing",
            "schema: the table beaver_logs is missing",
            "schema: the index idx_logs_timestamp is missing",
        ]
    );
}

#[test]
fn a_damaged_file_is_a_finding_and_no_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    filled(&path);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8_192].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let found = open(&path).verify().unwrap().problems;
    assert!(!found.is_empty());
    assert!(found.iter().any(|line| line.starts_with("SQLite: ")), "{found:?}");
}

#[test]
fn a_file_of_1_x_lacks_nothing_before_it_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("old.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch(
        "CREATE TABLE beaver_dicts (dict_name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, expires_at REAL, PRIMARY KEY (dict_name, key));
         INSERT INTO beaver_dicts VALUES ('d', 'k', '1', NULL)",
    )
    .unwrap();
    drop(conn);
    let db = open(&path);
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
    db.dict("d").unwrap().set("k", json!(2)).unwrap();
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
}

/// Does something long, and cancels it when it has begun.
fn cancelled<T>(work: impl FnOnce() -> Result<T>) -> Option<ErrorKind> {
    let cancel = Cancel::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(10));
            cancel.cancel();
        });
        cancel.during(work).err().map(|error| error.kind())
    })
}

#[test]
fn what_takes_long_is_cancelled_and_the_file_is_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let db = open(&directory.path().join("test.db"));
    let log = db.log("l").unwrap();
    for _ in 0..10 {
        log.append_many((0..10_000).map(|n| (json!({"n": n, "text": "x".repeat(200)}), None))).unwrap();
    }
    let documents = |_| Document::new(json!({"name": "a name of some words"}));
    let options = IndexOptions::default();
    db.collection("c").unwrap().index_many((0..2_000).map(documents), &options, |_| true).unwrap();
    db.dict("d").unwrap().set("k", json!(1)).unwrap();
    let interrupted = Some(ErrorKind::Interrupted);
    assert_eq!(cancelled(|| db.verify()), interrupted);
    assert_eq!(cancelled(|| db.vacuum()), interrupted);
    assert_eq!(cancelled(|| db.backup(directory.path().join("copy.db"), |_| true)), interrupted);
    assert_eq!(cancelled(|| db.repair(|_| true)), interrupted);
    assert_eq!(cancelled(|| db.collection("c")?.rebuild(|_| true)), None, "what it has begun it ends");
    let files: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files.iter().filter(|name| name.to_string_lossy().contains("copy")).count(), 0, "{files:?}");

    assert_eq!(db.verify().unwrap().problems, [""; 0]);
    db.vacuum().unwrap();
    assert_eq!((log.len().unwrap(), db.collection("c").unwrap().len().unwrap()), (100_000, 2_000));
    // The writer's own changes are made, whatever was cancelled before.
    db.dict("d").unwrap().set("k", json!(2)).unwrap();
}
