//! The read cache: it never shows what was true before a commit, whichever process made it.

mod children;

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use beaver_core::{Beaver, Document, IndexOptions, ManualClock, Options, Result};
use children::start;
use serde_json::json;

const TTL: Duration = Duration::from_secs(60);
const WRITERS: u64 = 4;

fn cached(path: &Path) -> Beaver {
    Beaver::open(path, Options { read_cache_bytes: 1 << 20, ..Options::default() }).unwrap()
}

fn plain(path: &Path) -> Beaver {
    Beaver::open(path, Options::default()).unwrap()
}

/// How many reads the cache has answered and passed on.
fn counts(db: &Beaver) -> (u64, u64) {
    let stats = db.stats().unwrap();
    (stats.cache_hits, stats.cache_misses)
}

#[test]
fn what_was_read_is_read_from_memory_until_somebody_commits() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.db");
    let (db, other) = (cached(&path), plain(&path));
    let dict = db.dict("d")?;
    dict.set("a", json!("old"))?;
    for _ in 0..4 {
        assert_eq!(dict.get("a")?.unwrap().as_str(), r#""old""#);
        assert_eq!(dict.get("absent")?, None);
    }
    assert_eq!(counts(&db), (6, 2));
    // By another connection, and by its own.
    other.dict("d")?.set("a", json!("new"))?;
    assert_eq!(dict.get("a")?.unwrap().as_str(), r#""new""#);
    dict.set("absent", json!(1))?;
    assert_eq!(dict.get("absent")?.unwrap().as_str(), "1");
    db.transaction(|tx| {
        let inside = tx.dict("d")?;
        inside.set("a", json!("newest"))?;
        assert_eq!(inside.get("a")?.unwrap().as_str(), r#""newest""#);
        Ok(())
    })?;
    assert_eq!(dict.get("a")?.unwrap().as_str(), r#""newest""#);
    Ok(())
}

#[test]
fn metadata_of_blobs_and_documents_are_remembered_too() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let db = cached(&folder.path().join("c.db"));
    let (blobs, notes) = (db.blobs("x")?, db.collection("x")?);
    blobs.put("x", b"four", Some(json!({"n": 1}).into()))?;
    notes.index(Document::with_id("x", json!({"n": 2})).embedded(vec![1.0, 2.0]), &IndexOptions::default())?;
    // The same name and key in each: they are not mixed up.
    for _ in 0..3 {
        assert_eq!(db.dict("x")?.get("x")?, None);
        let (length, metadata) = blobs.stat("x")?.unwrap();
        assert_eq!((length, metadata.unwrap().as_str()), (4, r#"{"n":1}"#));
        let document = notes.get("x")?.unwrap();
        assert_eq!((document.body.as_str(), document.embedding), (r#"{"n":2}"#, Some(vec![1.0, 2.0])));
    }
    assert_eq!(counts(&db), (6, 3));
    notes.drop("x")?;
    blobs.delete("x")?;
    assert_eq!((blobs.stat("x")?, notes.get("x")?), (None, None));
    Ok(())
}

#[test]
fn a_remembered_value_expires_at_its_time() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(1_700_000_000_000_000));
    let options = Options { read_cache_bytes: 1 << 20, clock: clock.clone(), ..Options::default() };
    let db = Beaver::open(folder.path().join("c.db"), options)?;
    let dict = db.dict("d")?;
    dict.set_for("k", json!(1), TTL)?;
    for _ in 0..2 {
        assert!(dict.get("k")?.is_some());
    }
    clock.advance_us(60_000_000);
    assert_eq!(dict.get("k")?, None);
    assert_eq!(counts(&db), (2, 1));
    Ok(())
}

#[test]
fn the_cache_keeps_to_its_size_and_ends_with_a_pause() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.db");
    let db = cached(&path);
    let dict = db.dict("d")?;
    let text = "x".repeat(100_000);
    dict.set_many((0..30).map(|n| (n.to_string(), json!([n, text]))), None)?;
    dict.set("huge", json!("x".repeat(600_000)))?;
    for round in 0..2 {
        for n in 0..30 {
            assert!(dict.get(&n.to_string())?.unwrap().as_str().starts_with(&format!("[{n},")), "round {round}");
        }
    }
    for _ in 0..2 {
        assert!(dict.get("huge")?.is_some());
    }
    // Thirty of a tenth of the size are too many to come back, and the huge one is over half of it.
    assert_eq!(counts(&db), (0, 62));
    assert!(dict.get("29")?.is_some());
    assert_eq!(counts(&db).0, 1);

    db.pause()?;
    plain(&path).dict("d")?.set("29", json!("changed"))?;
    db.resume()?;
    assert_eq!(dict.get("29")?.unwrap().as_str(), r#""changed""#);
    // In memory, and without the option, nothing is remembered.
    for db in [Beaver::open(":memory:", Options { read_cache_bytes: 1 << 20, ..Options::default() })?, plain(&path)] {
        for _ in 0..2 {
            db.dict("d")?.get("29")?;
        }
        assert_eq!(counts(&db), (0, 0));
    }
    Ok(())
}

/// Not a test of its own: a writer of one key, who notes beside the file what it is about to write, and what it
/// has written.
#[test]
fn child() {
    let Some(role) = children::role() else { return };
    let number: u64 = role.argument.parse().unwrap();
    let dict = plain(&role.file).dict("d").unwrap();
    let notes = File::options().write(true).open(role.file.with_extension("notes")).unwrap();
    for value in 1_u64.. {
        notes.write_all_at(&value.to_le_bytes(), 16 * number).unwrap();
        dict.set(&number.to_string(), json!(value)).unwrap();
        notes.write_all_at(&value.to_le_bytes(), 16 * number + 8).unwrap();
        // Long enough, now and then, that the readers find something in memory.
        thread::sleep(Duration::from_micros(value * 7_919 % 3_000));
    }
}

/// How long the hunt takes: longer in the full run of the tests.
fn hunt_for() -> Duration {
    let seconds = std::env::var("BEAVER_HUNT_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    Duration::from_secs(seconds)
}

#[test]
fn no_read_is_stale_while_four_processes_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.db");
    let db = cached(&path);
    let dict = db.dict("d").unwrap();
    std::fs::write(path.with_extension("notes"), vec![0; 16 * 4]).unwrap();
    let notes = File::open(path.with_extension("notes")).unwrap();
    let note = |place: u64| {
        let mut bytes = [0; 8];
        notes.read_exact_at(&mut bytes, place).unwrap();
        u64::from_le_bytes(bytes)
    };
    let _writers: Vec<_> = (0..WRITERS).map(|number| start("write", &path, &number)).collect();
    let until = Instant::now() + hunt_for();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = [0; 4];
                while Instant::now() < until {
                    for (number, last) in (0..).zip(&mut last) {
                        let written = note(16 * number + 8);
                        let read: u64 = dict.get(&number.to_string()).unwrap().map_or(0, |json| json.to().unwrap());
                        let begun = note(16 * number);
                        assert!(read >= written, "read {read} after {written} was written");
                        assert!(read <= begun, "read {read} before {begun} was begun");
                        assert!(read >= *last, "read {read} after {last} had been read");
                        *last = read;
                    }
                }
                assert!(last.iter().all(|last| *last > 0), "a writer wrote nothing: {last:?}");
            });
        }
    });
    let (hits, misses) = counts(&db);
    assert!(hits > 1_000 && misses > 100, "{hits} hits, {misses} misses");
}
