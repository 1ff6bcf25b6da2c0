//! Several processes on one file, some of which die.

mod children;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use beaver_core::{Beaver, Clock, Options, Structure, SystemClock, When};
use children::{Child, say, start};
use serde_json::json;

const NOW: Option<Duration> = Some(Duration::ZERO);
const LONG: Option<Duration> = Some(Duration::from_secs(60));
const TTL: Duration = Duration::from_secs(60);
const PROCESSES: u32 = 4;
const EACH: u32 = 150;

fn open(path: &Path) -> Beaver {
    Beaver::open(path, Options::default()).unwrap()
}

fn files(dir: &tempfile::TempDir) -> Vec<String> {
    let names = std::fs::read_dir(dir.path()).unwrap();
    names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Not a test of its own: what the children do.
#[test]
fn child() {
    let Some(role) = children::role() else { return };
    let db = open(&role.file);
    let (queue, dict) = (db.queue("q").unwrap(), db.dict("d").unwrap());
    let number: u32 = role.argument.parse().unwrap_or_default();
    match role.name.as_str() {
        "put and take" => {
            for round in 0..EACH {
                queue.put(json!(number * EACH + round), f64::from(round % 5)).unwrap();
                let item = queue.get(LONG).unwrap().unwrap();
                say(item.data.as_str());
            }
        }
        "lease and ack" => {
            while let Some(lease) = queue.lease(TTL, NOW, None).unwrap() {
                say(lease.item.data.as_str());
                assert!(queue.ack(lease.id).unwrap());
            }
        }
        "count under a lock" => {
            let lock = db.lock("counter").unwrap();
            for round in 0..EACH / 3 {
                let increment = |dict: &beaver_core::Dict| {
                    let n: u32 = dict.get("n").unwrap().map_or(0, |json| json.to().unwrap());
                    dict.set("n", json!(n + 1)).unwrap();
                };
                // By a lock of its own, by acquiring the dict, and in a transaction.
                assert!(lock.acquire(LONG, TTL).unwrap());
                match round % 2 {
                    0 => {
                        let mine = dict.acquire(LONG, TTL).unwrap().unwrap();
                        increment(&mine);
                        mine.release().unwrap();
                    }
                    _ => {
                        db.transaction(|tx| {
                            increment(&tx.dict("d")?);
                            Ok(())
                        })
                        .unwrap();
                    }
                }
                assert!(lock.release().unwrap());
            }
        }
        "only open it" => {}
        "lease and hang" => {
            let lease = queue.lease(Duration::from_millis(400), NOW, None).unwrap().unwrap();
            say(lease.item.data.as_str());
            thread::sleep(Duration::from_secs(60));
        }
        "say how late items come" => {
            say("ready");
            while let Some(item) = queue.get(LONG).unwrap() {
                let Ok(sent) = item.data.to::<i64>() else { break };
                say(&(SystemClock.now_us() - sent).to_string());
            }
        }
        "hang in a transaction" => db
            .transaction(|tx| {
                tx.dict("d")?.set("b", json!("child"))?;
                say("written");
                thread::sleep(TTL);
                Ok(())
            })
            .unwrap(),
        "hang with the dict" => {
            let _mine = dict.acquire(NOW, Duration::from_millis(400)).unwrap().unwrap();
            say("held");
            thread::sleep(TTL);
        }
        "write until killed" => {
            let first: u32 = dict.get("n").unwrap().map_or(0, |json| json.to().unwrap());
            for n in first.. {
                let mut batch = db.batch();
                batch.dict_set(&dict, "n", json!(n + 1), None, When::Always).unwrap();
                batch
                    .dict_set(&dict, &format!("key {n}"), json!("x".repeat(n as usize % 3_000)), None, When::Absent)
                    .unwrap();
                batch.queue_put(&queue, json!(n), 1.0).unwrap();
                batch.commit(n.is_multiple_of(16).then_some(true)).unwrap();
                if n.is_multiple_of(3) {
                    // Takes one and gives it back, or dies with it.
                    let lease = queue.lease(Duration::from_millis(1), NOW, None).unwrap();
                    if let Some(lease) = lease {
                        queue.nack(lease.id, Duration::ZERO).unwrap();
                    }
                }
                if n == first {
                    // From here on it may be killed: it has written something.
                    say("ready");
                }
            }
        }
        other => panic!("no such role: {other}"),
    }
    db.close().unwrap();
}

fn start_all(name: &str, path: &Path) -> Vec<Child> {
    (0..PROCESSES).map(|number| start(name, path, &number)).collect()
}

fn numbers(children: Vec<Child>) -> Vec<u32> {
    let mut said: Vec<u32> = children.into_iter().flat_map(Child::finish).map(|line| line.parse().unwrap()).collect();
    said.sort_unstable();
    said
}

#[test]
fn each_item_goes_to_one_process() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("p.db");
    let taken = numbers(start_all("put and take", &path));
    assert_eq!(taken, (0..PROCESSES * EACH).collect::<Vec<_>>());
    let db = open(&path);
    assert!(db.queue("q").unwrap().is_empty().unwrap());
    assert!(db.verify().unwrap().problems.is_empty());
    db.close().unwrap();
    assert_eq!(files(&dir), ["p.db"]);
}

#[test]
fn each_lease_goes_to_one_process() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("p.db");
    let db = open(&path);
    db.queue("q").unwrap().put_many((0..PROCESSES * EACH).map(|n| (json!(n), f64::from(n % 7)))).unwrap();
    let leased = numbers(start_all("lease and ack", &path));
    assert_eq!(leased, (0..PROCESSES * EACH).collect::<Vec<_>>());
    let queue = db.queue("q").unwrap();
    assert_eq!((queue.len().unwrap(), queue.leased().unwrap()), (0, 0));
}

#[test]
fn locks_keep_processes_from_overwriting_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("p.db");
    for child in start_all("count under a lock", &path) {
        child.finish();
    }
    let db = open(&path);
    assert_eq!(db.dict("d").unwrap().get("n").unwrap().unwrap().to::<u32>().unwrap(), PROCESSES * (EACH / 3));
    assert!(!db.lock("counter").unwrap().locked().unwrap());
}

#[test]
fn an_item_whose_worker_was_killed_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("p.db");
    let db = open(&path);
    let queue = db.queue("q").unwrap();
    queue.put(json!("work"), 1.0).unwrap();
    let mut child = start("lease and hang", &path, &"");
    child.expect(r#""work""#);
    assert_eq!((queue.len().unwrap(), queue.leased().unwrap()), (0, 1));
    child.kill();
    let killed = Instant::now();
    let lease = queue.lease(TTL, LONG, None).unwrap().unwrap();
    assert_eq!((lease.attempts, lease.item.data.as_str()), (2, r#""work""#));
    assert!(killed.elapsed() < Duration::from_secs(3));
    assert!(queue.ack(lease.id).unwrap());
}

#[test]
fn a_waiting_process_wakes_within_20_milliseconds() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("p.db");
    let db = open(&path);
    let queue = db.queue("q").unwrap();
    let mut child = start("say how late items come", &path, &"");
    child.expect("ready");
    let mut late: Vec<u32> = Vec::new();
    for round in 0..25u64 {
        thread::sleep(Duration::from_millis(20 + round % 9));
        queue.put(json!(SystemClock.now_us()), 1.0).unwrap();
        late.push(child.hear().unwrap().parse().unwrap());
    }
    queue.put(json!("end"), 1.0).unwrap();
    child.finish();
    late.sort_unstable();
    // The machine may be busy with other tests: the better half tells what the waiting costs.
    println!("late by (in microseconds) {late:?}");
    assert!(late[12] < 20_000, "late by (in microseconds) {late:?}");
}

#[test]
fn a_writer_killed_at_any_moment_leaves_whole_commits_only() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("p.db");
    let mut before = 0;
    for round in 0..8u64 {
        let mut child = start("write until killed", &path, &"");
        child.expect("ready");
        thread::sleep(Duration::from_millis(30 + 17 * (round % 5)));
        child.kill();

        let db = open(&path);
        assert!(db.verify().unwrap().problems.is_empty());
        let (queue, dict) = (db.queue("q").unwrap(), db.dict("d").unwrap());
        let n: u32 = dict.get("n").unwrap().map_or(0, |json| json.to().unwrap());
        assert!(n > before, "it wrote nothing");
        before = n;
        assert_eq!(dict.len().unwrap(), u64::from(n) + 1);
        thread::sleep(Duration::from_millis(2));
        assert_eq!(
            (queue.len().unwrap(), queue.leased().unwrap()),
            (u64::from(n), 0),
            "leases of a millisecond are over"
        );
        let items: Vec<u32> = queue.items().map(|item| item.unwrap().data.to().unwrap()).collect();
        assert_eq!(items, (0..n).collect::<Vec<_>>());
        db.close().unwrap();
        assert_eq!(files(&dir), ["p.db"]);
    }
}

#[test]
fn what_a_process_holds_when_it_is_killed_is_free_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("p.db");
    let db = open(&path);
    let dict = db.dict("d").unwrap();
    // SQLite's write lock at once, and what it wrote is undone.
    let mut child = start("hang in a transaction", &path, &"");
    child.expect("written");
    assert!(dict.is_empty().unwrap());
    child.kill();
    let killed = Instant::now();
    dict.set("a", json!("parent")).unwrap();
    assert!(killed.elapsed() < Duration::from_secs(2));
    // An acquired structure by its time to live.
    let mut child = start("hang with the dict", &path, &"");
    child.expect("held");
    child.kill();
    let killed = Instant::now();
    dict.set("a", json!("parent, again")).unwrap();
    assert!(killed.elapsed() < Duration::from_secs(3));
    assert_eq!(dict.len().unwrap(), 1);
    db.close().unwrap();
    assert_eq!(files(&dir), ["p.db"]);
}

#[test]
fn processes_that_open_a_new_file_at_once_all_get_it() {
    let directory = tempfile::tempdir().unwrap();
    for round in 0..25 {
        let path = directory.path().join(format!("new-{round}.db"));
        for child in start_all("only open it", &path) {
            child.finish();
        }
    }
}
