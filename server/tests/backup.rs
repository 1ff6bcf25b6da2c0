//! The database as a file, over HTTP.

mod common;

use std::io::Read;

use beaver_core::{Beaver, Options};
use beaver_server::{Rights, create_key};
use common::{Running, eventually};

/// The temporary files of this process.
fn copies() -> usize {
    let name = format!("beaver-backup-{}-", std::process::id());
    let files = std::fs::read_dir(std::env::temp_dir()).expect("the folder");
    files.filter(|file| file.as_ref().is_ok_and(|file| file.file_name().to_string_lossy().starts_with(&name))).count()
}

fn large() -> Running {
    let server = Running::new();
    let bytes = vec![7; 8_000_000];
    for number in 0..5 {
        server.db.blobs("b").and_then(|blobs| blobs.put(&number.to_string(), &bytes, None)).expect("stored");
    }
    server
}

#[test]
fn the_copy_is_the_database() {
    let server = Running::new();
    server.put("/dicts/d/items/k", "[1, 2]").ok();
    let answer = server.get("/backup");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/vnd.sqlite3")));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"beaver.db\""));
    assert_eq!(answer.header("content-length"), Some(&*answer.body.len().to_string()));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("copy.db");
    std::fs::write(&path, &answer.body).expect("written");
    let copy = Beaver::open(&path, Options::default()).expect("a database");
    let value = copy.dict("d").and_then(|dict| dict.get("k")).expect("a read").expect("the key");
    assert_eq!(value.as_str(), "[1, 2]");
    assert!(copy.verify().expect("a report").problems.is_empty());
    let head = server.call("HEAD", "/backup", b"");
    assert_eq!((head.status, head.header("content-type")), (200, Some("application/vnd.sqlite3")));
    assert_eq!(head.header("content-length"), None, "it is not known before the copy is made");
    assert_eq!(server.get("/backup?x=1").kind(), "INVALID_ARGUMENT");
}

#[test]
fn who_may_only_read_gets_no_hashes_of_keys() {
    let server = Running::new();
    let (_, reads) = create_key(&server.db, Rights::Read, None).expect("a key");
    let (_, full) = create_key(&server.db, Rights::Full, None).expect("a key");
    eventually("a key is needed", || server.get("/dicts").status == 401);
    let with = |key: &str| {
        let answer = server.with_headers("GET", "/backup", &[("authorization", &format!("Bearer {key}"))], b"");
        answer.status
    };
    assert_eq!((with(&reads), with(&full), server.get("/backup").status), (403, 200, 401));
}

#[test]
fn a_client_that_goes_leaves_nothing() {
    let server = large();
    let blocked = |count: u32| server.get("/metrics").text().contains(&format!("beaver_calls_blocked {count}\n"));
    for bytes in [0, 100_000] {
        let mut client = server.connect();
        client.send("GET", "/backup", &[], b"");
        if bytes > 0 {
            client.stream().read_exact(&mut vec![0; bytes]).expect("bytes");
        }
        eventually("it counts as blocked", || blocked(1));
        drop(client);
        eventually("it has ended", || blocked(0) && copies() == 0);
    }
}

#[test]
fn others_write_while_a_copy_is_sent() {
    let server = large();
    let mut client = server.connect();
    client.send("GET", "/backup", &[], b"");
    client.stream().read_exact(&mut [0; 1_000]).expect("bytes");
    server.put("/dicts/d/items/k", "1").ok();
    assert_eq!(server.get("/dicts/d/items/k").text(), "1");
}
