//! Events: every change tells those who listen, in the commit that made it, and nobody else.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use beaver_core::{
    Beaver, Clock, Document, Edge, EdgeOptions, Error, ErrorKind, Events, IndexOptions, ManualClock, Micros, Options,
    Result, Structure, SystemClock,
};
use serde_json::json;

const NOW: Option<Duration> = Some(Duration::ZERO);
const LONG: Option<Duration> = Some(Duration::from_secs(30));
const TTL: Duration = Duration::from_secs(60);
const SECOND: i64 = 1_000_000;

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

/// The next events, as `event payload`, until none is there.
fn heard(events: &Events) -> Vec<String> {
    std::iter::from_fn(|| events.next(NOW).unwrap()).map(|event| format!("{} {}", event.event, event.payload)).collect()
}

fn next(events: &Events) -> String {
    let event = events.next(LONG).unwrap().expect("an event");
    format!("{} {}", event.event, event.payload)
}

#[test]
fn each_change_of_a_dict_or_list_tells_its_name_and_place() -> Result<()> {
    let db = memory();
    let dict = db.dict("d")?;
    let events = dict.on("*")?;
    dict.set("a", json!(1))?;
    dict.set_many([("b", json!(2)), ("c", json!(3))], None)?;
    dict.delete("a")?;
    dict.delete("a")?;
    dict.pop("b")?;
    dict.pop("b")?;
    dict.clear()?;
    let expected = [
        r#"set {"key":"a"}"#,
        r#"set {"key":"b"}"#,
        r#"set {"key":"c"}"#,
        r#"del {"key":"a"}"#,
        r#"del {"key":"b"}"#,
        "clear {}",
    ];
    assert_eq!(heard(&events), expected);

    let list = db.list("l")?;
    let events = list.on("*")?;
    list.extend([json!(1), json!(2)])?;
    list.push(json!(3))?;
    list.prepend(json!(0))?;
    list.insert(1, json!(9))?;
    list.set(-1, json!(8))?;
    list.delete(0)?;
    list.delete(99)?;
    list.remove(&json!(9).into())?;
    list.reverse()?;
    list.pop()?;
    list.deque()?;
    list.clear()?;
    list.pop()?;
    let expected = [
        "push {}",
        "push {}",
        "prepend {}",
        r#"insert {"index":1}"#,
        r#"set {"index":-1}"#,
        r#"del {"index":0}"#,
        "del {}",
        "reverse {}",
        "pop {}",
        "deque {}",
        "clear {}",
    ];
    assert_eq!(heard(&events), expected);
    Ok(())
}

#[test]
fn each_change_of_a_queue_blob_store_or_log_tells() -> Result<()> {
    let db = memory();
    let queue = db.queue("q")?;
    let events = queue.on("*")?;
    queue.put_many([(json!(1), 1.0), (json!(2), 2.0)])?;
    queue.get(NOW)?;
    let lease = queue.lease(TTL, NOW, None)?.expect("one is left");
    queue.nack(lease.id, Duration::ZERO)?;
    let lease = queue.lease(TTL, NOW, None)?.expect("it came back");
    queue.ack(lease.id)?;
    queue.get(NOW)?;
    queue.clear()?;
    let heard_of_queue: Vec<_> =
        heard(&events).into_iter().map(|event| event.split(' ').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(heard_of_queue, ["put", "get", "get", "nack", "get", "ack", "clear"]);

    let blobs = db.blobs("b")?;
    let events = blobs.on("*")?;
    blobs.put("k", b"bytes", None)?;
    let mut writer = blobs.writer("large", None)?;
    std::io::Write::write_all(&mut writer, &vec![7; 3 << 20]).unwrap();
    writer.finish()?;
    blobs.delete("k")?;
    blobs.delete("k")?;
    blobs.clear()?;
    assert_eq!(heard(&events), [r#"put {"key":"k"}"#, r#"put {"key":"large"}"#, r#"del {"key":"k"}"#, "clear {}"]);

    let log = db.log("g")?;
    let events = log.on("*")?;
    log.append_many([(json!(1), Some(5)), (json!(2), Some(7))])?;
    log.prune_older(6)?;
    log.clear()?;
    assert_eq!(heard(&events), [r#"append {"timestamp_us":7}"#, "prune {}", "clear {}"]);
    Ok(())
}

#[test]
fn each_change_of_a_collection_tells_and_what_changed_nothing_does_not() -> Result<()> {
    let db = memory();
    let notes = db.collection("n")?;
    let events = notes.on("*")?;
    for _ in 0..2 {
        notes.index(Document::with_id("a", json!({"t": "x"})), &IndexOptions::default())?;
    }
    notes.index(Document::with_id("b", json!({"t": "y"})), &IndexOptions::default())?;
    notes.connect("a", "b", "near", EdgeOptions::default())?;
    notes.connect_many([Edge::new("b", "a", "near")], |_| true)?;
    notes.disconnect("a", "b", None)?;
    notes.disconnect("a", "b", None)?;
    notes.drop("a")?;
    notes.clear()?;
    let expected = [
        r#"index {"id":"a"}"#,
        r#"index {"id":"b"}"#,
        r#"connect {"src_id":"a","tgt_id":"b"}"#,
        r#"connect {"src_id":"b","tgt_id":"a"}"#,
        r#"disconnect {"src_id":"a","tgt_id":"b"}"#,
        r#"drop {"id":"a"}"#,
        "clear {}",
    ];
    assert_eq!(heard(&events), expected);
    Ok(())
}

#[test]
fn locks_and_channels_tell_too() -> Result<()> {
    let db = memory();
    let lock = db.lock("k")?;
    let events = lock.on("*")?;
    for _ in 0..2 {
        assert!(lock.acquire(NOW, TTL)?);
    }
    lock.release()?;
    lock.release()?;
    lock.clear()?;
    assert_eq!(heard(&events), ["acquire {}", "release {}", "clear {}"]);

    let channel = db.channel("c")?;
    let events = channel.on("*")?;
    channel.publish(json!(1))?;
    channel.clear()?;
    assert_eq!(heard(&events), ["clear {}"]);
    Ok(())
}

#[test]
fn a_listener_hears_its_event_of_its_structure_only() -> Result<()> {
    let db = memory();
    let (config, other) = (db.dict("config")?, db.dict("other")?);
    let (sets, dels) = (config.on("set")?, config.on("del")?);
    config.set("theme", json!("dark"))?;
    other.set("theme", json!("light"))?;
    config.delete("theme")?;
    db.list("config")?.push(json!(1))?;
    assert_eq!(heard(&sets), [r#"set {"key":"theme"}"#]);
    assert_eq!(heard(&dels), [r#"del {"key":"theme"}"#]);
    assert_eq!((sets.topic(), dels.topic()), ("dict:config", "dict:config"));
    Ok(())
}

#[test]
fn events_come_from_batches_transactions_and_loads_if_they_are_committed() -> Result<()> {
    let db = memory();
    let dict = db.dict("d")?;
    let events = dict.on("set")?;
    let mut batch = db.batch();
    batch.dict_set(&dict, "batch", json!(1), None, beaver_core::When::Always)?;
    batch.commit(None)?;
    db.transaction(|tx| tx.dict("d")?.set("transaction", json!(1)))?;
    let undone: Result<()> = db.transaction(|tx| {
        tx.dict("d")?.set("undone", json!(1))?;
        Err(Error::from_conflict())
    });
    assert!(undone.is_err());
    let dump = br#"{"metadata": {"type": "Dict"}, "items": [{"key": "loaded", "value": 1}]}"#;
    dict.load(&mut dump.as_slice(), beaver_core::LoadMode::Append)?;
    assert_eq!(heard(&events), [r#"set {"key":"batch"}"#, r#"set {"key":"transaction"}"#, r#"set {"key":"loaded"}"#]);
    Ok(())
}

/// An error of the user's own.
trait FromConflict {
    fn from_conflict() -> Error;
}

impl FromConflict for Error {
    fn from_conflict() -> Error {
        Beaver::open("", Options::default()).err().expect("an empty path is refused")
    }
}

#[test]
fn nothing_is_written_when_nobody_listens() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.db");
    let db = Beaver::open(&path, Options::default())?;
    let dict = db.dict("d")?;
    let messages = |what: &str| -> i64 {
        let raw = rusqlite::Connection::open(&path).unwrap();
        raw.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get(0)).unwrap()
    };
    dict.set("a", json!(1))?;
    assert!(!db.emit("builds", "done", json!({}))?);
    assert_eq!(messages("beaver_pubsub_log"), 0);
    let events = dict.on("del")?;
    let again = dict.on("del")?;
    dict.set("b", json!(1))?;
    assert_eq!(messages("beaver_pubsub_log"), 0);
    drop(events);
    dict.delete("a")?;
    assert_eq!(messages("beaver_pubsub_log"), 1);
    assert_eq!(next(&again), r#"del {"key":"a"}"#);
    drop(again);
    dict.delete("b")?;
    assert_eq!(messages("beaver_pubsub_log"), 1);
    assert_eq!((messages("beaver_listeners"), messages("beaver_listened_events")), (0, 0));
    // A close takes back what was not dropped.
    let left = dict.on("set")?;
    assert_eq!(messages("beaver_listeners"), 1);
    db.close()?;
    assert_eq!((messages("beaver_listeners"), messages("beaver_listened_events")), (0, 0));
    assert_eq!(left.next(NOW).unwrap_err().kind(), ErrorKind::Closed);
    Ok(())
}

#[test]
fn who_begins_and_ends_to_listen_while_others_commit_misses_nothing() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let open = || Beaver::open(folder.path().join("e.db"), Options::default());
    let (here, there) = (open()?, open()?);
    let (config, noise) = (here.dict("config")?, there.dict("noise")?);
    let ended = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(std::sync::atomic::Ordering::Relaxed) {
                noise.set("k", json!(1)).unwrap();
            }
        });
        let rounds = || -> Result<()> {
            // So that the watcher runs all the time.
            let _watched = here.channel("c")?.subscribe(beaver_core::Start::Now)?;
            for round in 0..300 {
                let events = config.on("set")?;
                config.set("k", json!(round))?;
                let event = events.next(LONG)?;
                assert_ne!(event, None);
            }
            Ok(())
        };
        let outcome = rounds();
        ended.store(true, std::sync::atomic::Ordering::Relaxed);
        outcome
    })?;
    assert!(!here.emit("dict:config", "set", json!({}))?, "somebody is still entered");
    Ok(())
}

#[test]
fn who_stops_listening_inside_a_transaction_is_taken_back_by_the_next() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let db = Beaver::open(folder.path().join("e.db"), Options::default())?;
    let events = db.on("t", "e")?;
    // Another thread waits for the end of the transaction, in order to listen.
    std::thread::scope(|scope| {
        let other = db.transaction(|_| {
            let other = scope.spawn(|| db.on("t", "other"));
            std::thread::sleep(Duration::from_millis(20));
            assert_eq!(db.on("t", "e").err().map(|e| e.kind()), Some(ErrorKind::Conflict));
            drop(events);
            Ok(other)
        })?;
        let other = other.join().unwrap()?;
        drop(other);
        let last = db.on("t", "last")?;
        drop(last);
        Ok::<(), Error>(())
    })?;
    assert!(!db.emit("t", "other", json!({}))?);
    assert!(!db.emit("t", "last", json!({}))?);
    Ok(())
}

#[test]
fn events_of_your_own_reach_other_databases_on_the_file() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let open = || Beaver::open(folder.path().join("e.db"), Options::default());
    let (here, there) = (open()?, open()?);
    let done = there.on("builds", "done")?;
    let all = there.on("builds", "*")?;
    assert!(here.emit("builds", "done", json!({"number": 7}))?);
    assert!(here.emit("builds", "begun", json!([1, "é"]))?);
    assert!(!here.emit("deploys", "done", json!({}))?);
    assert_eq!(next(&done), r#"done {"number":7}"#);
    assert_eq!([next(&all), next(&all)], [r#"done {"number":7}"#, r#"begun [1,"é"]"#]);
    here.dict("d")?.set("k", json!(1))?;
    let changes = there.dict("d")?.on("set")?;
    here.dict("d")?.set("k", json!(2))?;
    assert_eq!(next(&changes), r#"set {"key":"k"}"#);
    assert_eq!(done.next(NOW)?, None);
    Ok(())
}

#[test]
fn wrong_topics_and_events_are_refused() {
    let db = memory();
    let refused = |result: Result<()>| result.unwrap_err().kind();
    for (topic, event) in [("", "e"), ("t", ""), ("__internal", "e"), ("t", "a\0b")] {
        assert_eq!(refused(db.on(topic, event).map(drop)), ErrorKind::InvalidArgument);
        assert_eq!(refused(db.emit(topic, event, json!({})).map(drop)), ErrorKind::InvalidArgument);
    }
    assert_eq!(refused(db.emit("t", "*", json!({})).map(drop)), ErrorKind::InvalidArgument);
    let long = "x".repeat(300);
    assert_eq!(refused(db.on(&long, "e").map(drop)), ErrorKind::Limit);
    assert_eq!(refused(db.on("t", &long).map(drop)), ErrorKind::Limit);
    let large = json!("x".repeat(beaver_core::MAX_JSON_BYTES));
    assert_eq!(refused(db.emit("t", "e", large).map(drop)), ErrorKind::Limit);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.db");
    drop(Beaver::open(&path, Options::default()).unwrap());
    let read_only = Beaver::open(&path, Options { read_only: true, ..Options::default() }).unwrap();
    assert_eq!(refused(read_only.on("t", "e").map(drop)), ErrorKind::ReadOnly);
    assert!(!read_only.emit("t", "e", json!({})).unwrap());
}

/// Two databases on one file, with one clock.
fn two(path: &Path) -> (Beaver, Beaver, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(1_700_000_000 * SECOND));
    let open = || Beaver::open(path, Options { clock: clock.clone(), ..Options::default() }).unwrap();
    (open(), open(), clock)
}

#[test]
fn a_listener_that_lives_is_never_forgotten() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let (writer, listener, clock) = two(&folder.path().join("e.db"));
    let events = listener.on("t", "e")?;
    for round in 0..12 {
        // Also over a night's sleep, and when the clock is set back.
        clock.advance_us(if round % 3 == 2 { 40_000 * SECOND } else { -30_000 * SECOND });
        assert!(writer.emit("t", "e", json!(round))?, "forgotten in round {round}");
        assert_eq!(next(&events), format!("e {round}"));
        // It answers by a commit of its own, which the next question must not overtake.
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

#[test]
fn a_listener_that_died_is_forgotten_after_three_questions_and_told_if_it_lives_after_all() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.db");
    let (writer, listener, clock) = two(&path);
    let events = listener.on("t", "e")?;
    // Paused, it does not answer: as good as dead.
    listener.pause()?;
    assert!(writer.emit("t", "e", json!(0))?);
    let mut rounds = 0;
    while writer.emit("t", "e", json!(0))? {
        rounds += 1;
        assert!(rounds < 20, "it is never forgotten");
        clock.advance_us(61 * SECOND);
    }
    assert!(rounds >= 4, "after {rounds} rounds");
    assert!(!writer.emit("t", "e", json!(1))?);
    // It lives after all: with anybody's next commit it finds out, enters itself again, and says so.
    listener.resume()?;
    writer.dict("d")?.set("k", json!(1))?;
    let error = loop {
        match events.next(LONG) {
            Ok(event) => assert!(event.is_some(), "it was not told"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    assert!(writer.emit("t", "e", json!("again"))?);
    loop {
        if next(&events) == r#"e "again""# {
            return Ok(());
        }
    }
}

#[test]
fn closed_events_count_as_nobody_who_listens() -> Result<()> {
    let db = memory();
    let (one, two) = (db.on("builds", "done")?, db.on("builds", "done")?);
    one.close();
    one.close();
    assert!(db.emit("builds", "done", json!(1))?);
    assert_eq!(next(&two), "done 1");
    two.close();
    assert!(!db.emit("builds", "done", json!(2))?);
    drop((one, two));
    let again = db.on("builds", "done")?;
    assert!(db.emit("builds", "done", json!(3))?);
    assert_eq!(next(&again), "done 3");
    Ok(())
}

#[test]
fn a_structure_with_the_longest_name_can_be_listened_to() -> Result<()> {
    let db = memory();
    let name = "n".repeat(255);
    let (dict, lock) = (db.dict(&name)?, db.lock(&name)?);
    let (events, acquired) = (dict.on("set")?, lock.on("acquire")?);
    dict.set("k", json!(1))?;
    lock.acquire(NOW, TTL)?;
    assert_eq!((next(&events), next(&acquired)), (r#"set {"key":"k"}"#.to_owned(), "acquire {}".to_owned()));
    assert_eq!(db.on(&"t".repeat(256), "e").err().map(|e| e.kind()), Some(ErrorKind::Limit));
    Ok(())
}

/// A clock at whose every look another program emits, until somebody has heard it.
struct Emitting {
    other: Beaver,
    heard: AtomicU64,
}

impl Clock for Emitting {
    fn now_us(&self) -> Micros {
        if self.heard.load(Ordering::SeqCst) == 0 && self.other.emit("builds", "done", json!(1)).unwrap() {
            self.heard.fetch_add(1, Ordering::SeqCst);
        }
        SystemClock.now_us()
    }
}

#[test]
fn what_was_heard_of_while_somebody_began_to_listen_comes_to_it() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e.db");
    let other = Beaver::open(&path, Options::default())?;
    let clock = Arc::new(Emitting { other: other.clone(), heard: AtomicU64::new(0) });
    let db = Beaver::open(&path, Options { clock: clock.clone(), ..Options::default() })?;
    let events = db.on("builds", "done")?;
    if clock.heard.fetch_add(1, Ordering::SeqCst) == 0 {
        assert!(other.emit("builds", "done", json!(1))?);
    }
    assert_eq!(next(&events), "done 1");
    Ok(())
}
