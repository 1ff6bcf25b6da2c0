//! What several processes did at the same time, checked as a whole: of a queue each item comes out once; a lock has one
//! holder at a time, in the order in which they asked; a channel has one order for all, without a gap.

mod children;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use beaver_core::{Beaver, Options, Result, Start, Structure};
use children::{Child, say, start};
use serde_json::json;

const LONG: Option<Duration> = Some(Duration::from_secs(60));
const TTL: Duration = Duration::from_secs(60);
const PROCESSES: u64 = 4;
const EACH: u64 = 100;

fn open(path: &Path) -> Beaver {
    Beaver::open(path, Options::default()).unwrap()
}

/// The same clock in every process of the machine.
fn now() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos()
}

/// Not a test of its own: what the children do.
#[test]
fn child() {
    let Some(role) = children::role() else { return };
    let db = open(&role.file);
    let number: u64 = role.argument.parse().unwrap_or_default();
    match role.name.as_str() {
        "publish" => {
            let channel = db.channel("c").unwrap();
            let mut next = 0;
            while next < EACH {
                // One by one, and a few in one commit.
                let count = 1 + next % 4;
                let messages = (next..next + count).map(|n| json!([number, n]));
                channel.publish_many(messages).unwrap();
                next += count;
            }
            say(&next.to_string());
        }
        "subscribe" => {
            let subscription = db.channel("c").unwrap().subscribe(Start::Now).unwrap();
            say("ready");
            loop {
                let message = subscription.next(LONG).unwrap().expect("a message");
                if message.payload.as_str() == r#""end""# {
                    break;
                }
                say(&format!("{} {}", message.timestamp, message.payload));
            }
        }
        "work" => {
            let (queue, done) = (db.queue("jobs").unwrap(), db.queue("done").unwrap());
            say("ready");
            loop {
                // By turns for good and on a lease.
                let item = if number.is_multiple_of(2) {
                    queue.get(LONG).unwrap().expect("an item").data
                } else {
                    let lease = queue.lease(TTL, LONG, None).unwrap().expect("an item");
                    assert!(queue.ack(lease.id).unwrap());
                    lease.item.data
                };
                if item.as_str() == r#""end""# {
                    break;
                }
                say(item.as_str());
                done.put(item, 0.0).unwrap();
            }
        }
        "hold" => {
            let lock = db.lock("l").unwrap();
            for _ in 0..EACH / 4 {
                assert!(lock.acquire(LONG, TTL).unwrap());
                let from = now();
                thread::sleep(Duration::from_micros(number * 50));
                let to = now();
                assert!(lock.release().unwrap());
                say(&format!("{from} {to}"));
            }
        }
        "hold once" => {
            let lock = db.lock("l").unwrap();
            assert!(lock.acquire(LONG, TTL).unwrap());
            db.list("order").unwrap().push(json!(number)).unwrap();
            assert!(lock.release().unwrap());
        }
        other => panic!("no such role: {other}"),
    }
}

/// Whether each item that was put was taken once, and nothing else.
fn check_queue(put: impl IntoIterator<Item = String>, taken: &[String]) -> Result<(), String> {
    let mut left: BTreeSet<String> = put.into_iter().collect();
    for item in taken {
        if !left.remove(item) {
            return Err(format!("{item} was taken twice, or never put"));
        }
    }
    if left.is_empty() { Ok(()) } else { Err(format!("never taken: {left:?}")) }
}

/// Whether no two holds overlap.
fn check_lock(mut holds: Vec<(u128, u128)>) -> Result<(), String> {
    holds.sort_unstable();
    for pair in holds.windows(2) {
        if let [(_, end), (begin, _)] = pair
            && begin < end
        {
            return Err(format!("held by two from {begin} to {end}"));
        }
    }
    Ok(())
}

/// Whether all subscribers got the same, with rising times, and from each publisher everything in its order.
fn check_channel(publishers: u64, each: u64, got: &[Vec<(i64, [u64; 2])>]) -> Result<(), String> {
    let Some(first) = got.first() else { return Err("nobody subscribed".into()) };
    for other in got {
        if let Some((a, b)) = first.iter().zip(other).find(|(a, b)| a != b) {
            return Err(format!("{a:?} for one, {b:?} for another"));
        }
        if first.len() != other.len() {
            return Err(format!("{} messages for one, {} for another", first.len(), other.len()));
        }
    }
    if !first.is_sorted_by(|(a, _), (b, _)| a < b) {
        return Err("times do not rise".into());
    }
    let mut next: BTreeMap<u64, u64> = (0..publishers).map(|publisher| (publisher, 0)).collect();
    for (_, [publisher, number]) in first {
        let expected = next.get_mut(publisher).ok_or("an unknown publisher")?;
        if number != expected {
            return Err(format!("{number} of publisher {publisher}, not {expected}"));
        }
        *expected += 1;
    }
    if next.values().all(|count| *count == each) { Ok(()) } else { Err(format!("lost at the end: {next:?}")) }
}

#[test]
fn the_checkers_find_what_is_wrong() {
    let items = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    assert!(check_queue(items(&["a", "b"]), &items(&["b", "a"])).is_ok());
    assert!(check_queue(items(&["a", "b"]), &items(&["a"])).is_err());
    assert!(check_queue(items(&["a"]), &items(&["a", "a"])).is_err());
    assert!(check_lock(vec![(5, 9), (1, 5)]).is_ok());
    assert!(check_lock(vec![(5, 9), (1, 6)]).is_err());
    let good = vec![(1, [0, 0]), (2, [1, 0]), (3, [0, 1]), (4, [1, 1])];
    assert!(check_channel(2, 2, &[good.clone(), good.clone()]).is_ok());
    let swapped = vec![(1, [0, 0]), (2, [1, 0]), (3, [1, 1]), (4, [0, 1])];
    assert!(check_channel(2, 2, &[good.clone(), swapped]).is_err());
    for gap in 0..good.len() {
        let mut lossy = good.clone();
        lossy.remove(gap);
        assert!(check_channel(2, 2, &[lossy.clone()]).is_err());
        assert!(check_channel(2, 2, &[good.clone(), lossy]).is_err());
    }
    let mut doubled = good.clone();
    doubled.insert(1, (1, [0, 0]));
    assert!(check_channel(2, 2, &[doubled]).is_err());
}

#[test]
fn a_channel_has_one_order_for_all_and_no_gap() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("h.db");
    let db = open(&path);
    let mut subscribers: Vec<_> = (0..PROCESSES).map(|number| start("subscribe", &path, &number)).collect();
    for subscriber in &mut subscribers {
        subscriber.expect("ready");
    }
    let publishers: Vec<_> = (0..PROCESSES).map(|number| start("publish", &path, &number)).collect();
    let published: Vec<u64> = publishers.into_iter().flat_map(Child::finish).map(|n| n.parse().unwrap()).collect();
    db.channel("c").unwrap().publish(json!("end")).unwrap();
    let got: Vec<Vec<(i64, [u64; 2])>> = subscribers
        .into_iter()
        .map(|subscriber| {
            let lines = subscriber.finish();
            let parse = |line: &String| {
                let (stamp, payload) = line.split_once(' ').unwrap();
                (stamp.parse().unwrap(), serde_json::from_str(payload).unwrap())
            };
            lines.iter().map(parse).collect()
        })
        .collect();
    check_channel(PROCESSES, published[0], &got).unwrap();
}

#[test]
fn each_item_of_a_queue_comes_out_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("h.db");
    let db = open(&path);
    let queue = db.queue("jobs").unwrap();
    let mut workers: Vec<_> = (0..PROCESSES).map(|number| start("work", &path, &number)).collect();
    for worker in &mut workers {
        worker.expect("ready");
    }
    let total = PROCESSES * EACH;
    for number in 0..total {
        // Most find the workers waiting, some come many at once.
        if number % 10 < 5 {
            queue.put(json!(number), 1.0).unwrap();
        } else if number % 10 == 5 {
            queue.put_many((number..number + 5).map(|n| (json!(n), 1.0))).unwrap();
        }
    }
    let done = db.queue("done").unwrap();
    for _ in 0..total {
        done.get(LONG).unwrap().expect("each is done at last");
    }
    queue.put_many((0..PROCESSES).map(|_| (json!("end"), 2.0))).unwrap();
    let taken: Vec<String> = workers.into_iter().flat_map(Child::finish).collect();
    check_queue((0..total).map(|number| number.to_string()), &taken).unwrap();
}

#[test]
fn a_lock_has_one_holder_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("h.db");
    drop(open(&path));
    let holders: Vec<_> = (0..PROCESSES).map(|number| start("hold", &path, &number)).collect();
    let holds = holders.into_iter().flat_map(Child::finish).map(|line| {
        let (from, to) = line.split_once(' ').unwrap();
        (from.parse().unwrap(), to.parse().unwrap())
    });
    check_lock(holds.collect()).unwrap();
}

#[test]
fn a_lock_goes_to_who_asked_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("h.db");
    let db = open(&path);
    let lock = db.lock("l").unwrap();
    assert!(lock.acquire(LONG, TTL).unwrap());
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.busy_timeout(Duration::from_secs(10)).unwrap();
    let in_line =
        || -> u64 { raw.query_row("SELECT count(*) FROM beaver_lock_waiters", [], |row| row.get(0)).unwrap() };
    let mut waiting = Vec::new();
    for number in 0..6 {
        waiting.push(start("hold once", &path, &number));
        let until = Instant::now() + Duration::from_secs(30);
        while in_line() < number + 2 {
            assert!(Instant::now() < until, "child {number} does not come");
            thread::sleep(Duration::from_millis(1));
        }
    }
    assert!(lock.release().unwrap());
    for child in waiting {
        child.finish();
    }
    let order: Vec<u64> = db.list("order").unwrap().items().map(|json| json.unwrap().to().unwrap()).collect();
    assert!(order.into_iter().eq(0..6));
}

/// A program that is no beaver, and a beaver that is killed right after its commit, wake nobody.
#[test]
fn a_commit_that_wakes_nobody_is_seen_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("h.db");
    let db = open(&path);
    let queue = db.queue("q").unwrap();
    let subscription = db.channel("c").unwrap().subscribe(Start::Now).unwrap();
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.busy_timeout(Duration::from_secs(10)).unwrap();
    thread::scope(|scope| {
        let got = scope.spawn(|| queue.get(LONG).unwrap());
        let heard = scope.spawn(|| subscription.next(LONG).unwrap());
        thread::sleep(Duration::from_millis(100));
        let began = Instant::now();
        raw.execute_batch(
            "BEGIN IMMEDIATE;
             INSERT INTO beaver_priority_queues VALUES ('q', 1.0, 1.0, '1');
             INSERT INTO beaver_pubsub_log VALUES (9000000000.0, 'c', '2');
             COMMIT;",
        )
        .unwrap();
        assert_eq!(got.join().unwrap().map(|item| item.data.to_string()).as_deref(), Some("1"));
        assert_eq!(heard.join().unwrap().map(|message| message.payload.to_string()).as_deref(), Some("2"));
        assert!(began.elapsed() < Duration::from_secs(10));
    });
}

#[test]
fn a_close_ends_every_kind_of_wait() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("h.db");
    let (db, other) = (open(&path), open(&path));
    let held = other.lock("l").unwrap();
    assert!(held.acquire(LONG, TTL).unwrap());
    let mine = other.dict("d").unwrap().acquire(LONG, TTL).unwrap();
    let hour = Duration::from_secs(3_600);
    let count = [("n".to_owned(), beaver_core::Aggregate::Count { path: None })];
    let live = db.log("g").unwrap().live(hour, hour, count.into()).unwrap();
    live.next(None).unwrap();
    let events = db.dict("d").unwrap().on("set").unwrap();
    let subscription = db.channel("c").unwrap().subscribe(Start::Now).unwrap();
    let (queue, lock, dict) = (db.queue("q").unwrap(), db.lock("l").unwrap(), db.dict("d").unwrap());
    thread::scope(|scope| {
        let waits = [
            scope.spawn(|| queue.get(None).map(drop)),
            scope.spawn(|| queue.lease(TTL, None, None).map(drop)),
            scope.spawn(|| lock.acquire(None, TTL).map(drop)),
            scope.spawn(|| dict.acquire(None, TTL).map(drop)),
            scope.spawn(|| dict.set("k", json!(1))),
            scope.spawn(|| subscription.next(None).map(drop)),
            scope.spawn(|| events.next(None).map(drop)),
            scope.spawn(|| live.next(None).map(drop)),
        ];
        thread::sleep(Duration::from_millis(100));
        let began = Instant::now();
        db.close().unwrap();
        for wait in waits {
            assert_eq!(wait.join().unwrap().unwrap_err().kind(), beaver_core::ErrorKind::Closed);
        }
        assert!(began.elapsed() < Duration::from_secs(10));
    });
    drop(mine);
}
