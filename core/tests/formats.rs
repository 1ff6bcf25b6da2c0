//! Files of other versions: those of BeaverDB 1.x open in place with everything in them; newer ones,
//! those of 2.x, and what is no database are refused with nothing touched.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use beaver_core::{
    Beaver, Collection, Document, ErrorKind, Filter, Find, Fuzziness, IndexOptions, Kind, ManualClock, MatchOptions,
    NeighborOptions, Options, Result, SearchOptions, Start, Structure,
};
use serde_json::{Value, json};

const FILES: [&str; 3] = ["structures.db", "strange_names.db", "interrupted.db"];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/formats/v1")
}

fn expected(file: &str) -> Value {
    let text = std::fs::read_to_string(fixtures().join("expected.json")).unwrap();
    let mut all: Value = serde_json::from_str(&text).unwrap();
    all[file].take()
}

/// A copy of a fixture, with the log that a crash left beside it.
fn copy(file: &str, folder: &Path) -> PathBuf {
    let path = folder.join(file);
    std::fs::copy(fixtures().join(file), &path).unwrap();
    let wal = format!("{file}-wal");
    if fixtures().join(&wal).exists() {
        std::fs::copy(fixtures().join(&wal), folder.join(&wal)).unwrap();
    }
    path
}

/// The options with the clock of the files: a second after they were written.
fn then() -> Options {
    Options { clock: Arc::new(ManualClock::new(1_700_000_100_000_000)), ..Options::default() }
}

fn open(path: &Path, read_only: bool) -> Beaver {
    Beaver::open(path, Options { read_only, ..then() }).unwrap()
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().unwrap().iter()
}

/// Compares everything that a file holds with what is expected of it.
fn compare(db: &Beaver, expected: &Value) -> Result<()> {
    for (name, items) in object(&expected["dicts"]) {
        let dict = db.dict(name)?;
        for (key, value) in object(items) {
            let found = dict.get(key)?.unwrap_or_else(|| panic!("dict {name:?} lacks {key:?}"));
            assert_eq!(found.to::<Value>()?, *value, "{name:?} {key:?}");
        }
        let raw = expected["raw"].get(name).map_or(0, |raw| raw.as_object().unwrap().len());
        assert_eq!(dict.len()?, (items.as_object().unwrap().len() + raw) as u64, "{name:?}");
    }
    for (name, items) in object(&expected["raw"]) {
        for (key, text) in object(items) {
            // Not portable JSON, but given back as it stands.
            assert_eq!(db.dict(name)?.get(key)?.unwrap().as_str(), text.as_str().unwrap());
        }
    }
    for (name, keys) in object(&expected["expired"]) {
        for key in keys.as_array().unwrap() {
            assert_eq!(db.dict(name)?.get(key.as_str().unwrap())?, None, "{name:?} {key}");
        }
    }
    for (name, values) in object(&expected["lists"]) {
        let list = db.list(name)?;
        let found: Vec<Value> = list.items().map(|json| json.unwrap().to().unwrap()).collect();
        assert_eq!(json!(found), *values, "list {name:?}");
        assert_eq!(list.len()?, found.len() as u64);
        for (index, value) in (0..).zip(&found) {
            assert_eq!(
                list.get(index)?.map(|json| json.to::<Value>().unwrap()).as_ref(),
                Some(value),
                "{name:?}[{index}]"
            );
        }
    }
    for (name, items) in object(&expected["queues"]) {
        let found: Vec<(f64, Value)> =
            db.queue(name)?.items().map(|item| item.map(|i| (i.priority, i.data.to().unwrap())).unwrap()).collect();
        let items: Vec<(f64, Value)> =
            items.as_array().unwrap().iter().map(|i| (i["priority"].as_f64().unwrap(), i["data"].clone())).collect();
        assert_eq!(found, items, "queue {name:?}");
    }
    for (name, entries) in object(&expected["logs"]) {
        let found: Vec<Value> = db.log(name)?.items().map(|entry| entry.unwrap().data.to().unwrap()).collect();
        let entries: Vec<Value> = entries.as_array().unwrap().iter().map(|entry| entry["data"].clone()).collect();
        assert_eq!(found, entries, "log {name:?}");
    }
    for (name, messages) in object(&expected["channels"]) {
        let found: Vec<_> = db.channel(name)?.items().map(|message| message.unwrap().payload.to_string()).collect();
        let messages: Vec<_> =
            messages.as_array().unwrap().iter().map(|message| message[1].as_str().unwrap().to_owned()).collect();
        assert_eq!(found, messages, "channel {name:?}");
    }
    for (name, blobs) in object(&expected["blobs"]) {
        for (key, blob) in object(blobs) {
            let found = db.blobs(name)?.get(key)?.unwrap();
            let hex = blob["hex"].as_str().unwrap();
            let bytes: Vec<u8> =
                (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
            assert_eq!(found.data, bytes, "blob {name:?} {key:?}");
            let metadata = found.metadata.map_or(Value::Null, |json| json.to().unwrap());
            assert_eq!(metadata, blob["metadata"], "blob {name:?} {key:?}");
        }
    }
    for (name, documents) in object(&expected["collections"]) {
        compare_collection(&db.collection(name)?, documents.as_array().unwrap())?;
    }
    Ok(())
}

/// All documents as they are, each found by its own vector and by its own title.
fn compare_collection(collection: &Collection, expected: &[Value]) -> Result<()> {
    let found: Vec<Value> = collection
        .documents()
        .map(|document| {
            let document = document.unwrap();
            json!({"id": document.id, "embedding": document.embedding, "body": document.body.to::<Value>().unwrap()})
        })
        .collect();
    assert_eq!(json!(found), json!(expected), "{}", collection.name());
    assert_eq!(collection.len()?, expected.len() as u64);
    for document in collection.documents() {
        let document = document?;
        if let Some(vector) = &document.embedding {
            let nearest = collection.search(vector, &SearchOptions::default())?;
            assert_eq!((&nearest[0].document, nearest[0].score), (&document, 0.0));
        }
        let body: Value = document.body.to()?;
        if let Some(title) = body["title"].as_str() {
            let hits = collection.match_text(&format!("\"{title}\""), &MatchOptions::default())?;
            assert_eq!(hits.iter().filter(|hit| hit.document == document).count(), 1, "{title}");
        }
    }
    Ok(())
}

#[test]
fn a_file_of_1x_is_read_as_it_is() -> Result<()> {
    for file in FILES {
        let folder = tempfile::tempdir().unwrap();
        let path = copy(file, folder.path());
        let db = open(&path, false);
        compare(&db, &expected(file))?;
        assert_eq!(db.verify()?.problems, [""; 0], "{file}");
        db.close()?;
        // Nothing was written: it still has the tables of 1.x only.
        let raw = rusqlite::Connection::open(&path).unwrap();
        let ours: i64 = raw
            .query_row("SELECT count(*) FROM sqlite_master WHERE name = 'beaver_meta'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(ours, 0, "{file}");
    }
    Ok(())
}

#[test]
fn a_file_of_1x_is_read_under_read_only() -> Result<()> {
    for file in FILES {
        let folder = tempfile::tempdir().unwrap();
        let path = copy(file, folder.path());
        let db = open(&path, true);
        compare(&db, &expected(file))?;
        assert_eq!(db.dict("new").and_then(|d| d.set("k", json!(1))).unwrap_err().kind(), ErrorKind::ReadOnly);
    }
    Ok(())
}

#[test]
fn a_file_of_1x_is_completed_by_the_first_write_and_keeps_everything() -> Result<()> {
    for file in FILES {
        let folder = tempfile::tempdir().unwrap();
        let path = copy(file, folder.path());
        let db = open(&path, false);
        db.dict("of ours")?.set("k", json!(1))?;
        compare(&db, &expected(file))?;
        db.close()?;
        let db = open(&path, false);
        compare(&db, &expected(file))?;
        assert_eq!(db.verify()?.problems, [""; 0], "{file}");
    }
    Ok(())
}

#[test]
fn lists_of_1x_with_holes_and_midpoints_are_changed_at_the_right_places() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = copy("structures.db", folder.path());
    let db = open(&path, false);
    for (name, values) in object(&expected("structures.db")["lists"]) {
        let list = db.list(name)?;
        let mut model = values.as_array().unwrap().clone();
        let middle = model.len() / 2;
        list.insert(i64::try_from(middle).unwrap(), json!("middle"))?;
        model.insert(middle, json!("middle"));
        list.push(json!("last"))?;
        model.push(json!("last"));
        list.prepend(json!("first"))?;
        model.insert(0, json!("first"));
        list.delete(1)?;
        model.remove(1);
        let found: Vec<Value> = list.items().map(|json| json.unwrap().to().unwrap()).collect();
        assert_eq!(found, model, "{name:?}");
        for (index, value) in (0..).zip(&model) {
            assert_eq!(list.get(index)?.map(|json| json.to::<Value>().unwrap()).as_ref(), Some(value));
        }
    }
    assert_eq!(db.verify()?.problems, [""; 0]);
    Ok(())
}

#[test]
fn collections_of_1x_are_searched_before_while_and_after_they_are_adopted() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = copy("structures.db", folder.path());
    let expected = &expected("structures.db")["collections"]["articles"];
    let db = open(&path, false);
    let articles = db.collection("articles")?;
    assert_eq!(articles.settings()?.dimension, Some(3));
    let stats = articles.stats()?;
    assert_eq!((stats.documents, stats.dimension, stats.vectors.codes), (articles.len()?, Some(3), 0));
    let follows = articles.neighbors("dam", &NeighborOptions::default())?;
    let labels: Vec<&str> = follows.iter().map(|neighbor| neighbor.edge.label.as_str()).collect();
    assert_eq!(labels, ["mentions", "next", "self"]);
    let find = Find { filter: Some(Filter::parse(r#"{"pages": 12}"#)?), ..Find::default() };
    assert_eq!(articles.find(&find)?.documents[0].id, "lodge");

    // Each write adopts a few; nothing that is found changes.
    for round in 0..3 {
        articles.index(Document::with_id("new", json!({"round": round})), &IndexOptions::default())?;
        articles.drop("new")?;
        compare_collection(&articles, expected.as_array().unwrap())?;
    }
    let misspelt = MatchOptions { fuzziness: Some(Fuzziness::Max(1)), ..MatchOptions::default() };
    assert_eq!(articles.match_text("beavr", &misspelt)?[0].document.id, "dam");
    articles.create_index("pages", |_| true)?;
    assert_eq!(articles.explain_find(&find)?.indexes, ["pages"]);
    assert_eq!(articles.find(&find)?.documents[0].id, "lodge");

    // Replaced and dropped, nothing of what 1.x wrote for it is left.
    articles
        .index(Document::with_id("dam", json!("other words")).embedded([0.0, 0.5, 0.0]), &IndexOptions::default())?;
    assert!(articles.drop("lodge")?);
    assert!(articles.match_text("builds OR lodge", &MatchOptions::default())?.is_empty());
    assert!(!articles.search(&[0.6, 0.8, 0.0], &SearchOptions::default())?.iter().any(|hit| hit.score < 0.01));
    assert_eq!(db.collection("archive")?.match_text("builds", &MatchOptions::default())?.len(), 1);
    let problems = db.verify()?.problems;
    assert!(!problems.iter().any(|problem| problem.contains("collection")), "{problems:#?}");
    Ok(())
}

#[test]
fn a_subscription_goes_on_behind_the_messages_of_1x() -> Result<()> {
    for read_only in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let db = open(&copy("structures.db", folder.path()), read_only);
        let news = db.channel("news")?;
        let subscription = news.subscribe(Start::Oldest)?;
        let next = || subscription.next(Some(Duration::from_secs(10))).map(Option::unwrap);
        let mut last = 0;
        for number in 0..5 {
            let message = next()?;
            assert_eq!(message.payload.as_str(), format!("{{\"number\": {number}}}"));
            assert!(message.timestamp > last);
            last = message.timestamp;
        }
        if !read_only {
            news.publish(json!("ours"))?;
            let message = next()?;
            assert!(message.timestamp > last && message.payload.as_str() == r#""ours""#);
            db.dict("d")?.on("set")?;
        }
        assert_eq!(subscription.next(Some(Duration::ZERO))?, None);
    }
    Ok(())
}

#[test]
fn waiters_that_1x_left_behind_hold_nothing_up_once_they_expired() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let db = open(&copy("structures.db", folder.path()), false);
    for (name, _) in object(&expected("structures.db")["locks"]) {
        if let Some(dict) = name.strip_prefix("__lock__dict__") {
            assert!(!db.dict(dict)?.locked()?, "{name}");
            db.dict(dict)?.set("k", json!(1))?;
        }
    }
    assert!(!db.lock("crashed")?.locked()?);
    assert_eq!(db.names(Kind::Lock)?, ["held for ever"]);
    Ok(())
}

/// Everything in a folder: names and bytes.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

fn refused(make: impl FnOnce(&Path)) -> beaver_core::Error {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.db");
    make(&path);
    let before = contents(folder.path());
    let error = Beaver::open(&path, Options::default()).err().unwrap();
    assert_eq!(contents(folder.path()), before, "the file was touched");
    error
}

#[test]
fn a_newer_format_is_refused_with_both_numbers_named() {
    let error = refused(|path| {
        let raw = rusqlite::Connection::open(path).unwrap();
        raw.execute_batch(
            "CREATE TABLE beaver_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
             INSERT INTO beaver_meta VALUES ('format', '999'); PRAGMA user_version = 999;",
        )
        .unwrap();
    });
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("999") && error.message().contains(" 4"), "{error}");
}

#[test]
fn a_file_of_2x_is_refused_and_not_opened_as_if_it_were_empty() {
    let error = refused(|path| {
        let raw = rusqlite::Connection::open(path).unwrap();
        raw.execute_batch("CREATE TABLE __beaver_dicts__ (dict_name TEXT, key TEXT, value TEXT)").unwrap();
    });
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("2.x"), "{error}");
}

#[test]
fn what_is_no_database_is_refused() {
    for bytes in [&b"hello, this is text and no database at all, though long enough"[..], &[0x53; 5_000]] {
        let error = refused(|path| std::fs::write(path, bytes).unwrap());
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    }
}

#[test]
fn an_application_may_keep_tables_of_its_own_in_the_file() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch("CREATE TABLE app (x); INSERT INTO app VALUES (1); PRAGMA user_version = 7").unwrap();
    drop(raw);
    let db = Beaver::open(&path, Options::default())?;
    db.dict("d")?.set("k", json!(1))?;
    db.close()?;
    let raw = rusqlite::Connection::open(&path).unwrap();
    let (version, rows): (i64, i64) = raw
        .query_row("SELECT (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM app)", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!((version, rows), (7, 1));
    drop(raw);
    assert_eq!(Beaver::open(&path, Options::default())?.dict("d")?.len()?, 1);
    Ok(())
}
