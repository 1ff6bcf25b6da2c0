//! The database as a whole: opening it, its life, what it says of itself.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use beaver_core::{Beaver, Durability, Error, ErrorKind, Json, Kind, LogLevel, Options, Result, Structure};
use serde_json::json;

fn open(path: &Path) -> Result<Beaver> {
    Beaver::open(path, Options::default())
}

fn kind_of<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error: Error| error.kind())
}

#[test]
fn what_was_stored_is_there_after_a_reopen() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my app.db");
    let db = open(&path)?;
    db.dict("config")?.set("theme", json!("dark"))?;
    db.close()?;
    assert_eq!(open(&path)?.dict("config")?.get("theme")?.unwrap().as_str(), "\"dark\"");
    Ok(())
}

#[test]
fn only_the_one_file_is_left_after_the_close() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let db = open(&folder.path().join("one.db"))?;
    db.dict("d")?.set("k", json!(1))?;
    assert_eq!(db.dict("d")?.len()?, 1);
    db.close()?;
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["one.db"]);
    Ok(())
}

#[test]
fn paths_that_cannot_be_opened_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let message = |path: &Path, options: Options| Beaver::open(path, options).err().unwrap();
    for (path, options, kind, word) in [
        (folder.path().to_path_buf(), Options::default(), ErrorKind::Io, "directory"),
        (folder.path().join("no/such/folder.db"), Options::default(), ErrorKind::Io, "does not exist"),
        (
            folder.path().join("none.db"),
            Options { create: false, ..Options::default() },
            ErrorKind::Io,
            "does not exist",
        ),
        (
            folder.path().join("none.db"),
            Options { read_only: true, ..Options::default() },
            ErrorKind::Io,
            "does not exist",
        ),
        ("".into(), Options::default(), ErrorKind::InvalidArgument, "empty"),
        (":memory:".into(), Options { read_only: true, ..Options::default() }, ErrorKind::InvalidArgument, "read-only"),
    ] {
        let error = message(&path, options);
        assert_eq!(error.kind(), kind, "{path:?}: {error}");
        assert!(error.message().contains(word), "{path:?}: {error}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "an attempt left a file");
}

#[test]
fn a_path_is_a_path_and_no_uri() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file:x?mode=memory");
    open(&path)?.dict("d")?.set("k", json!(1))?;
    assert!(path.exists());
    Ok(())
}

#[test]
fn a_relative_path_stays_the_same_file_when_the_folder_changes() {
    // The later connections of a process must not follow its working directory.
    let folder = tempfile::tempdir().unwrap();
    let program = std::env::current_exe().unwrap();
    let status = std::process::Command::new(program)
        .args(["--exact", "child_changes_its_folder", "--nocapture"])
        .env("BEAVER_TEST_FOLDER", folder.path())
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn child_changes_its_folder() {
    let Some(folder) = std::env::var_os("BEAVER_TEST_FOLDER") else { return };
    std::env::set_current_dir(&folder).unwrap();
    let db = open(Path::new("relative.db")).unwrap();
    db.dict("d").unwrap().set("k", json!(1)).unwrap();
    std::env::set_current_dir("/").unwrap();
    assert_eq!(db.dict("d").unwrap().len().unwrap(), 1);
}

#[test]
fn a_read_only_database_reads_and_refuses_every_write() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ro.db");
    open(&path)?.dict("d")?.set("k", json!(1))?;
    let db = Beaver::open(&path, Options { read_only: true, ..Options::default() })?;
    assert_eq!(db.dict("d")?.get("k")?.unwrap().as_str(), "1");
    assert_eq!(kind_of(db.dict("d")?.set("k", json!(2))), Some(ErrorKind::ReadOnly));
    assert_eq!(kind_of(db.list("l")?.push(json!(2))), Some(ErrorKind::ReadOnly));
    assert_eq!(kind_of(db.vacuum()), Some(ErrorKind::ReadOnly));
    assert_eq!(kind_of(db.lock("x")?.acquire(Some(Duration::ZERO), Duration::from_secs(1))), Some(ErrorKind::ReadOnly));
    assert_eq!(db.verify()?.problems, [""; 0]);
    Ok(())
}

#[test]
fn two_databases_in_memory_are_two() -> Result<()> {
    let (a, b) = (Beaver::open(":memory:", Options::default())?, Beaver::open(":memory:", Options::default())?);
    a.dict("d")?.set("k", json!(1))?;
    assert!(b.dict("d")?.is_empty()?);
    Ok(())
}

#[test]
fn a_database_in_memory_serves_many_threads() -> Result<()> {
    let db = Beaver::open(":memory:", Options::default())?;
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let db = &db;
            scope.spawn(move || {
                for i in 0..50 {
                    db.dict("d").unwrap().set(&format!("{thread}-{i}"), json!(i)).unwrap();
                    db.dict("d").unwrap().get(&format!("{thread}-{i}")).unwrap().unwrap();
                }
            });
        }
    });
    assert_eq!(db.dict("d")?.len()?, 200);
    Ok(())
}

#[test]
fn info_counts_every_structure() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let db = open(&folder.path().join("info.db"))?;
    db.dict("d")?.set("k", json!(1))?;
    db.list("l")?.extend([json!(1), json!(2)])?;
    db.queue("q")?.put(json!(1), 1.0)?;
    db.blobs("b")?.put("k", b"x", None)?;
    db.log("g")?.append(json!(1))?;
    db.collection("c")?.index(beaver_core::Document::new(json!(1)), &beaver_core::IndexOptions::default())?;
    db.channel("h")?.publish(json!(1))?;
    let lock = db.lock("k")?;
    lock.acquire(None, Duration::from_secs(60))?;
    let acquired = db.dict("d")?.acquire(None, Duration::from_secs(60))?;
    let found: Vec<_> = db.info()?.structures.into_iter().map(|s| (s.kind.name(), s.name, s.count)).collect();
    let expected = [
        ("dict", "d", 1),
        ("list", "l", 2),
        ("queue", "q", 1),
        ("blob", "b", 1),
        ("log", "g", 1),
        ("collection", "c", 1),
        ("channel", "h", 1),
        ("lock", "k", 1),
    ];
    assert_eq!(found, expected.map(|(kind, name, count)| (kind, name.to_owned(), count)));
    for kind in Kind::ALL {
        assert_eq!(db.names(kind)?.len(), 1, "{}", kind.name());
    }
    drop(acquired);
    Ok(())
}

#[test]
fn every_handle_says_closed_after_the_close() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let db = open(&folder.path().join("closed.db"))?;
    let dict = db.dict("d")?;
    dict.set("k", json!(1))?;
    let mut items = dict.items();
    let batch = db.batch();
    db.close()?;
    db.close()?;
    assert_eq!(kind_of(dict.get("k")), Some(ErrorKind::Closed));
    assert_eq!(kind_of(dict.set("k", json!(2))), Some(ErrorKind::Closed));
    assert_eq!(items.next().and_then(kind_of), Some(ErrorKind::Closed));
    assert!(batch.is_empty());
    assert_eq!(kind_of(db.info()), Some(ErrorKind::Closed));
    assert_eq!(kind_of(db.pause()), Some(ErrorKind::Closed));
    assert_eq!(kind_of(db.resume()), Some(ErrorKind::Closed));
    assert_eq!(kind_of(db.transaction(|_| Ok(()))), Some(ErrorKind::Closed));
    Ok(())
}

#[test]
fn the_last_handle_closes_the_database() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("last.db");
    let dict = open(&path)?.dict("d")?;
    dict.set("k", json!(1))?;
    drop(dict);
    assert!(!folder.path().join("last.db-wal").exists());
    Ok(())
}

#[test]
fn a_paused_database_lets_the_file_go_and_takes_it_up_again() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paused.db");
    let db = open(&path)?;
    let dict = db.dict("d")?;
    dict.set("k", json!(1))?;
    db.pause()?;
    assert!(!folder.path().join("paused.db-wal").exists(), "the log is still open");
    assert_eq!(kind_of(dict.get("k")), Some(ErrorKind::Paused));
    assert_eq!(kind_of(dict.set("k", json!(2))), Some(ErrorKind::Paused));
    db.resume()?;
    db.resume()?;
    assert_eq!(dict.get("k")?.unwrap().as_str(), "1");
    dict.set("k", json!(3))?;
    Ok(())
}

#[test]
fn a_paused_database_in_memory_keeps_its_data() -> Result<()> {
    let db = Beaver::open(":memory:", Options::default())?;
    db.dict("d")?.set("k", json!(1))?;
    db.pause()?;
    assert_eq!(kind_of(db.dict("d")?.get("k")), Some(ErrorKind::Paused));
    db.resume()?;
    assert_eq!(db.dict("d")?.len()?, 1);
    Ok(())
}

#[test]
fn full_durability_is_an_option_of_the_database_and_of_a_batch() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let db =
        Beaver::open(folder.path().join("full.db"), Options { durability: Durability::Full, ..Options::default() })?;
    let dict = db.dict("d")?;
    dict.set("k", json!(1))?;
    let mut batch = db.batch();
    batch.dict_set(&dict, "k", json!(2), None, beaver_core::When::Always)?;
    batch.commit(Some(false))?;
    dict.set("l", json!(3))?;
    assert_eq!(dict.len()?, 2);
    Ok(())
}

#[test]
fn a_transaction_is_committed_whole_or_undone_whole() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let db = open(&folder.path().join("tx.db"))?;
    let dict = db.dict("d")?;
    dict.set("k", json!(1))?;
    let outcome: Result<()> = db.transaction(|tx| {
        tx.dict("d")?.set("k", json!(2))?;
        tx.list("l")?.push(json!(1))?;
        assert_eq!(tx.dict("d")?.get("k")?.unwrap().as_str(), "2");
        // Others, here this thread's other handle, see what was committed last.
        assert_eq!(dict.get("k")?.unwrap().as_str(), "1");
        Err(Error::new(ErrorKind::Conflict, "changed my mind"))
    });
    assert_eq!(kind_of(outcome), Some(ErrorKind::Conflict));
    assert_eq!(dict.get("k")?.unwrap().as_str(), "1");
    assert_eq!(db.list("l")?.len()?, 0);
    let kept = db.transaction(|tx| {
        let dict = tx.dict("d")?;
        dict.set("k", json!(3))?;
        Ok(dict)
    })?;
    assert_eq!(dict.get("k")?.unwrap().as_str(), "3");
    assert_eq!(kind_of(kept.get("k")), Some(ErrorKind::Closed), "a handle outlived its transaction");
    Ok(())
}

#[test]
fn a_panic_inside_a_transaction_undoes_it_and_frees_the_writer() -> Result<()> {
    let db = Beaver::open(":memory:", Options::default())?;
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        db.transaction(|tx| -> Result<()> {
            tx.dict("d")?.set("k", json!(1))?;
            panic!("on purpose");
        })
    }));
    assert!(panicked.is_err());
    assert!(db.dict("d")?.is_empty()?);
    db.dict("d")?.set("k", json!(2))?;
    Ok(())
}

#[test]
fn vacuum_gives_free_pages_back() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let db = open(&folder.path().join("vacuum.db"))?;
    let blobs = db.blobs("b")?;
    blobs.put("k", &vec![7; 4 << 20], None)?;
    blobs.delete("k")?;
    db.checkpoint()?;
    let before = db.stats()?;
    assert!(before.free_bytes > 3 << 20 && before.wal_bytes == 0, "{before:?}");
    db.vacuum()?;
    let after = db.stats()?;
    assert!(after.free_bytes == 0 && after.file_bytes < before.file_bytes, "{after:?}");
    assert_eq!(db.verify()?.problems, [""; 0]);
    Ok(())
}

#[test]
fn diagnostics_go_to_the_callback() -> Result<()> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = lines.clone();
    let options = Options {
        log: Some(Arc::new(move |level: LogLevel, target: &str, message: &str| {
            sink.lock().unwrap().push(format!("{level:?} {target} {message}"));
        })),
        ..Options::default()
    };
    let db = Beaver::open(":memory:", options)?;
    db.close()?;
    assert_eq!(*lines.lock().unwrap(), ["Info beaver::sqlite opened", "Info beaver::sqlite closed"]);
    Ok(())
}

#[test]
fn options_come_as_json_too_and_unknown_ones_are_named() {
    assert!(Options::from_json(r#"{"busy_timeout_ms": 5, "low_memory": true}"#).unwrap().low_memory);
    for (json, kind, word) in [
        (r#"{"durabilty": "full"}"#, ErrorKind::InvalidArgument, "durabilty"),
        (r#"{"durability": "very"}"#, ErrorKind::InvalidArgument, "very"),
        (r#"{"read_only": 1}"#, ErrorKind::InvalidArgument, "boolean"),
        ("[]", ErrorKind::InvalidArgument, "options"),
        ("{", ErrorKind::InvalidJson, "byte"),
    ] {
        let error = Options::from_json(json).unwrap_err();
        assert_eq!(error.kind(), kind, "{json}: {error}");
        assert!(error.message().contains(word), "{json}: {error}");
    }
}

#[test]
fn a_value_over_the_limit_is_refused_before_anything_is_written() -> Result<()> {
    let db = Beaver::open(":memory:", Options::default())?;
    let large = format!("\"{}\"", "x".repeat(beaver_core::MAX_JSON_BYTES));
    assert_eq!(kind_of(Json::parse(&large)), Some(ErrorKind::Limit));
    assert_eq!(kind_of(db.dict("d")?.set("k", serde_json::Value::from(large))), Some(ErrorKind::Limit));
    assert!(db.dict("d")?.is_empty()?);
    Ok(())
}
