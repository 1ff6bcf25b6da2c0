//! Blobs: what is stored, streams in and out, and what is left of those that end early.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use beaver_core::{Beaver, Clock, ErrorKind, Json, ManualClock, Options, Structure, When};
use serde_json::json;

const MIB: usize = 1 << 20;

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

fn file(directory: &tempfile::TempDir) -> Beaver {
    Beaver::open(directory.path().join("test.db"), Options::default()).unwrap()
}

fn count(path: &Path, table: &str) -> i64 {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

/// Bytes that differ from place to place.
fn pattern(from: usize, to: usize) -> Vec<u8> {
    (from..to).map(usize::to_le_bytes).map(|[low, middle, high, ..]| low ^ middle ^ high).collect()
}

#[test]
fn bytes_and_metadata_come_back() {
    let blobs = memory().blobs("b").unwrap();
    let all: Vec<u8> = (0..=255).collect();
    blobs.put("k", &all, Some(Json::parse(r#"{"size": 1.50, "z":1,"a":2}"#).unwrap())).unwrap();
    let blob = blobs.get("k").unwrap().unwrap();
    assert_eq!(blob.data, all);
    assert_eq!(blob.metadata.unwrap().as_str(), r#"{"size": 1.50, "z":1,"a":2}"#);
    let (length, metadata) = blobs.stat("k").unwrap().unwrap();
    assert_eq!((length, metadata.is_some()), (256, true));

    blobs.put("k", b"", None).unwrap();
    assert_eq!(blobs.stat("k").unwrap(), Some((0, None)));
    blobs.put("null", b"x", Some(json!(null).into())).unwrap();
    assert_eq!(blobs.stat("null").unwrap(), Some((1, None)), "null is no metadata");
    assert_eq!(blobs.get("nothing").unwrap(), None);
    assert_eq!(blobs.stat("nothing").unwrap(), None);
}

#[test]
fn keys_may_be_anything_but_too_long() {
    let blobs = memory().blobs("b").unwrap();
    let longest = "k".repeat(4_096);
    let keys = ["", "a/b/../c", "ключ/🦫", "with space\n", &longest];
    for key in keys {
        blobs.put(key, key.as_bytes(), None).unwrap();
        assert_eq!(blobs.get(key).unwrap().unwrap().data, key.as_bytes());
        assert!(blobs.contains(key).unwrap());
    }
    let mut sorted = keys.map(str::to_owned);
    sorted.sort();
    assert_eq!(blobs.keys().collect::<Result<Vec<_>, _>>().unwrap(), sorted);
    assert_eq!(blobs.put(&"k".repeat(4_097), b"", None).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(blobs.put("a\0b", b"", None).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(blobs.writer("a\0b", None).err().unwrap().kind(), ErrorKind::InvalidArgument);
    assert_eq!(blobs.reader("a\0b").err().unwrap().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn deleting_clearing_and_counting() {
    let db = memory();
    let (blobs, other) = (db.blobs("b").unwrap(), db.blobs("other").unwrap());
    for key in 0..600 {
        blobs.put(&format!("{key:03}"), b"x", None).unwrap();
    }
    other.put("k", b"x", None).unwrap();
    assert_eq!(blobs.len().unwrap(), 600);
    assert_eq!(blobs.keys().count(), 600, "over several pages");
    assert!(blobs.delete("000").unwrap());
    assert!(!blobs.delete("000").unwrap());
    assert_eq!(blobs.clear().unwrap(), 599);
    assert!(blobs.is_empty().unwrap());
    assert_eq!(blobs.clear().unwrap(), 0);
    assert_eq!(other.len().unwrap(), 1);
}

#[test]
fn a_batch_puts_and_deletes_with_conditions() {
    let db = memory();
    let blobs = db.blobs("b").unwrap();
    blobs.put("old", b"1", Some(json!({"v": 1}).into())).unwrap();
    let mut batch = db.batch();
    batch.blob_put(&blobs, "old", b"2", Some(json!({"v": 2}).into()), When::Equals(json!({"v": 1.0}).into())).unwrap();
    batch.blob_put(&blobs, "new", b"3", None, When::Absent).unwrap();
    batch.blob_delete(&blobs, "none").unwrap();
    batch.commit(None).unwrap();
    assert_eq!(blobs.get("old").unwrap().unwrap().data, b"2");

    let mut batch = db.batch();
    batch.blob_clear(&blobs).unwrap();
    batch.blob_put(&blobs, "k", b"", None, When::Equals(json!({"v": 2}).into())).unwrap();
    let error = batch.commit(None).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Conflict, Some(1)));
    assert_eq!(blobs.len().unwrap(), 2, "nothing of it was done");
}

#[test]
fn streams_of_every_size_come_back() {
    let directory = tempfile::tempdir().unwrap();
    for db in [memory(), file(&directory)] {
        let blobs = db.blobs("b").unwrap();
        for size in [0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 12_345] {
            let data = pattern(0, size);
            for metadata in [None, Some(Json::parse(r#"{"n": 1.0, "ü":"🦫"}"#).unwrap())] {
                let mut writer = blobs.writer("k", metadata.clone()).unwrap();
                for part in data.chunks(300_007) {
                    writer.write_all(part).unwrap();
                }
                writer.write_chunk(b"").unwrap();
                writer.finish().unwrap();

                let blob = blobs.get("k").unwrap().unwrap();
                assert!(blob.data == data, "{size}");
                assert_eq!(blob.metadata, metadata);
                assert_eq!(blobs.stat("k").unwrap(), Some((size as u64, metadata)));
                let mut reader = blobs.reader("k").unwrap().unwrap();
                assert_eq!(reader.len(), size as u64);
                let mut back = Vec::new();
                reader.read_to_end(&mut back).unwrap();
                assert!(back == data, "{size}");
                assert_eq!(reader.read_chunk(&mut [0; 8]).unwrap(), 0);
            }
        }
        assert!(db.verify().unwrap().problems.is_empty());
    }
    assert_eq!(count(&directory.path().join("test.db"), "beaver_blob_chunks"), 0);
    assert_eq!(count(&directory.path().join("test.db"), "beaver_blob_uploads"), 0);
}

/// Resident memory of this process in KiB, now and at its highest.
fn memory_kib() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let field =
        |name: &str| status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok();
    Some((field("VmRSS:")?, field("VmHWM:")?))
}

/// Runs alone in a process of its own, so that other tests do not count.
#[test]
fn a_large_stream_needs_little_memory() {
    const SIZE: usize = 64 * MIB;
    const NAME: &str = "a_large_stream_needs_little_memory";
    if std::env::var_os("BEAVER_TEST_ALONE").is_none() {
        let run = std::process::Command::new(std::env::current_exe().unwrap())
            .args([NAME, "--exact", "--nocapture"])
            .env("BEAVER_TEST_ALONE", "1")
            .status()
            .unwrap();
        assert!(run.success());
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let db = file(&directory);
    let blobs = db.blobs("b").unwrap();
    blobs.put("warm", &pattern(0, MIB), None).unwrap();
    let before = memory_kib();

    let mut writer = blobs.writer("film", Some(json!({"kind": "video"}).into())).unwrap();
    for at in (0..SIZE).step_by(MIB) {
        writer.write_chunk(&pattern(at, at + MIB)).unwrap();
    }
    writer.finish().unwrap();
    let mut reader = blobs.reader("film").unwrap().unwrap();
    assert_eq!(reader.len(), SIZE as u64);
    let mut buffer = vec![0; MIB];
    let mut at = 0;
    loop {
        let read = reader.read_chunk(&mut buffer).unwrap();
        if read == 0 {
            break;
        }
        assert!(buffer[..read] == pattern(at, at + read));
        at += read;
    }
    assert_eq!(at, SIZE);
    assert_eq!(blobs.stat("film").unwrap().unwrap().1.unwrap().as_str(), r#"{"kind":"video"}"#);
    if let (Some((before, _)), Some((_, highest))) = (before, memory_kib()) {
        let grown = highest.saturating_sub(before);
        assert!(grown < 24 * 1024, "the memory grew by {grown} KiB");
    }
}

#[test]
fn a_reader_stays_at_its_moment() {
    let directory = tempfile::tempdir().unwrap();
    let db = file(&directory);
    let blobs = db.blobs("b").unwrap();
    for size in [10, 2 * MIB] {
        let old = pattern(0, size);
        blobs.put("k", &old, None).unwrap();
        let mut reader = blobs.reader("k").unwrap().unwrap();
        let mut back = vec![0; size / 2];
        reader.read_exact(&mut back).unwrap();
        blobs.put("k", &vec![9; 3 * MIB], None).unwrap();
        blobs.delete("k").unwrap();
        db.dict("d").unwrap().set("x", json!(1)).unwrap();
        reader.read_to_end(&mut back).unwrap();
        assert!(back == old);
        assert!(blobs.reader("k").unwrap().is_none());
    }
}

#[test]
fn readers_go_from_thread_to_thread() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = file(&directory).blobs("b").unwrap();
    let data = pattern(0, 2 * MIB);
    blobs.put("k", &data, None).unwrap();
    let mut reader = blobs.reader("k").unwrap().unwrap();
    let mut start = vec![0; MIB];
    reader.read_exact(&mut start).unwrap();
    let rest = std::thread::spawn(move || {
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).unwrap();
        rest
    });
    start.extend(rest.join().unwrap());
    assert!(start == data);
}

#[test]
fn a_reader_is_ended_by_pause_and_close() {
    let directory = tempfile::tempdir().unwrap();
    let db = file(&directory);
    let blobs = db.blobs("b").unwrap();
    blobs.put("k", &pattern(0, 2 * MIB), None).unwrap();
    let mut reader = blobs.reader("k").unwrap().unwrap();
    let mut buffer = [0; 16];
    assert_eq!(reader.read_chunk(&mut buffer).unwrap(), 16);
    db.pause().unwrap();
    assert_eq!(reader.read_chunk(&mut buffer).unwrap_err().kind(), ErrorKind::Paused);
    // Everything was let go: the file stands alone.
    assert!(!directory.path().join("test.db-wal").exists());
    db.resume().unwrap();
    assert_eq!(reader.read_chunk(&mut buffer).unwrap_err().kind(), ErrorKind::Interrupted);
    let error = reader.read(&mut buffer).unwrap_err();
    let ours = error.get_ref().and_then(|inner| inner.downcast_ref::<beaver_core::Error>());
    assert_eq!(ours.map(beaver_core::Error::kind), Some(ErrorKind::Interrupted));

    let mut reader = blobs.reader("k").unwrap().unwrap();
    db.close().unwrap();
    assert_eq!(reader.read_chunk(&mut buffer).unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(blobs.reader("k").err().unwrap().kind(), ErrorKind::Closed);
}

#[test]
fn a_reader_of_a_small_blob_says_closed_too() {
    let directory = tempfile::tempdir().unwrap();
    for db in [file(&directory), memory()] {
        let blobs = db.blobs("b").unwrap();
        blobs.put("k", b"small", None).unwrap();
        let mut reader = blobs.reader("k").unwrap().unwrap();
        let mut buffer = [0; 2];
        assert_eq!(reader.read_chunk(&mut buffer).unwrap(), 2);
        db.close().unwrap();
        assert_eq!(reader.read_chunk(&mut buffer).unwrap_err().kind(), ErrorKind::Closed);
    }
}

#[test]
fn a_writer_that_is_dropped_or_aborted_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let db = file(&directory);
    let blobs = db.blobs("b").unwrap();
    blobs.put("k", b"old", None).unwrap();
    for abort in [false, true] {
        let mut writer = blobs.writer("k", None).unwrap();
        // More than one abort takes at a time.
        for _ in 0..70 {
            writer.write_chunk(&vec![1; MIB]).unwrap();
        }
        assert!(count(&directory.path().join("test.db"), "beaver_blob_chunks") > 0);
        assert_eq!(blobs.get("k").unwrap().unwrap().data, b"old");
        if abort {
            writer.abort().unwrap();
        } else {
            drop(writer);
        }
        assert_eq!(blobs.get("k").unwrap().unwrap().data, b"old");
        assert_eq!(count(&directory.path().join("test.db"), "beaver_blob_chunks"), 0);
        assert_eq!(count(&directory.path().join("test.db"), "beaver_blob_uploads"), 0);
    }
}

#[test]
fn a_slow_writer_holds_nobody_up() {
    let directory = tempfile::tempdir().unwrap();
    let db = file(&directory);
    let other = Beaver::open(
        directory.path().join("test.db"),
        Options { busy_timeout: std::time::Duration::ZERO, ..Options::default() },
    )
    .unwrap();
    let mut writer = db.blobs("b").unwrap().writer("k", None).unwrap();
    writer.write_chunk(&vec![1; 3 * MIB]).unwrap();
    other.blobs("b").unwrap().put("k", b"other", None).unwrap();
    db.dict("d").unwrap().set("x", json!(1)).unwrap();
    writer.write_chunk(&vec![2; MIB]).unwrap();
    writer.finish().unwrap();
    assert_eq!(other.blobs("b").unwrap().stat("k").unwrap(), Some((4 * MIB as u64, None)));
}

#[test]
fn an_upload_of_a_crashed_writer_is_swept_after_a_day() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(1_800_000_000_000_000));
    let db =
        Beaver::open(directory.path().join("test.db"), Options { clock: clock.clone(), ..Options::default() }).unwrap();
    let path = directory.path().join("test.db");
    let blobs = db.blobs("b").unwrap();
    let upload = |key: &str| {
        let mut writer = blobs.writer(key, None).unwrap();
        writer.write_chunk(&vec![1; 3 * MIB]).unwrap();
        writer
    };
    // As a crash leaves it, and one that is only slow.
    std::mem::forget(upload("crashed"));
    let mut late = upload("late");
    clock.advance_us(23 * 3600 * 1_000_000);
    let slow = upload("slow");
    assert_eq!(count(&path, "beaver_blob_uploads"), 3);

    clock.advance_us(2 * 3600 * 1_000_000);
    assert!(clock.now_us() > 0);
    upload("next").finish().unwrap();
    slow.finish().unwrap();
    assert_eq!(count(&path, "beaver_blob_chunks"), 0);
    assert_eq!(count(&path, "beaver_blob_uploads"), 0);
    assert_eq!(late.write_chunk(&vec![1; 2 * MIB]).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(late.finish().unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(blobs.keys().collect::<Result<Vec<_>, _>>().unwrap(), ["next", "slow"]);
    assert!(db.verify().unwrap().problems.is_empty());
}

#[test]
fn a_stream_into_an_acquired_store_waits_at_its_end() {
    let db =
        Beaver::open(":memory:", Options { busy_timeout: std::time::Duration::from_millis(50), ..Options::default() })
            .unwrap();
    let blobs = db.blobs("b").unwrap();
    let hour = std::time::Duration::from_secs(3600);
    let mine = blobs.acquire(Some(std::time::Duration::ZERO), hour).unwrap().unwrap();
    let mut writer = blobs.writer("k", None).unwrap();
    writer.write_chunk(&vec![1; 2 * MIB]).unwrap();
    assert_eq!(writer.finish().unwrap_err().kind(), ErrorKind::Busy);
    let mut writer = mine.writer("k", None).unwrap();
    writer.write_chunk(&vec![1; 2 * MIB]).unwrap();
    writer.finish().unwrap();
    assert_eq!(blobs.len().unwrap(), 1);
}

#[test]
fn streams_work_inside_a_transaction() {
    let directory = tempfile::tempdir().unwrap();
    let db = file(&directory);
    db.transaction(|tx| {
        let blobs = tx.blobs("b")?;
        let mut writer = blobs.writer("k", None)?;
        writer.write_chunk(&pattern(0, 2 * MIB))?;
        writer.finish()?;
        let mut back = Vec::new();
        blobs.reader("k")?.unwrap().read_to_end(&mut back).unwrap();
        assert!(back == pattern(0, 2 * MIB));
        Ok(())
    })
    .unwrap();
    assert_eq!(db.blobs("b").unwrap().len().unwrap(), 1);
}

#[test]
fn the_size_limit_is_checked_before_anything_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let db = Beaver::open(directory.path().join("test.db"), Options::default()).unwrap();
    let blobs = db.blobs("b").unwrap();
    let mut writer = blobs.writer("k", None).unwrap();
    // Zeroes from the allocator are not resident.
    let error = writer.write_chunk(&vec![0; 1_000_000_000]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert_eq!(writer.finish().unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(blobs.len().unwrap(), 0);
}

#[test]
fn nothing_is_written_read_only() {
    let directory = tempfile::tempdir().unwrap();
    file(&directory).blobs("b").unwrap().put("k", &pattern(0, MIB), None).unwrap();
    let db = Beaver::open(directory.path().join("test.db"), Options { read_only: true, ..Options::default() }).unwrap();
    let blobs = db.blobs("b").unwrap();
    assert_eq!(blobs.put("k", b"", None).unwrap_err().kind(), ErrorKind::ReadOnly);
    let mut writer = blobs.writer("k", None).unwrap();
    assert_eq!(writer.write_chunk(&vec![0; 2 * MIB]).unwrap_err().kind(), ErrorKind::ReadOnly);
    let mut back = Vec::new();
    blobs.reader("k").unwrap().unwrap().read_to_end(&mut back).unwrap();
    assert!(back == pattern(0, MIB));
}
