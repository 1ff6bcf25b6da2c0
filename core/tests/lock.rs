//! Locks: fairness, time to live, owners; and structures that are acquired.

mod children;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use beaver_core::{Beaver, Clock, ErrorKind, Kind, Lock, ManualClock, Options, Structure, SystemClock, When};
use parking_lot::Mutex;
use serde_json::json;

const NOW: Option<Duration> = Some(Duration::ZERO);
const SOON: Option<Duration> = Some(Duration::from_millis(40));
const TTL: Duration = Duration::from_secs(60);

fn open(path: &Path) -> Beaver {
    Beaver::open(path, Options::default()).unwrap()
}

fn with_clock() -> (Beaver, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(SystemClock.now_us()));
    (Beaver::open(":memory:", Options { clock: clock.clone(), ..Options::default() }).unwrap(), clock)
}

fn until(what: impl Fn() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(began.elapsed() < Duration::from_secs(30), "it never happened");
        thread::sleep(Duration::from_millis(1));
    }
}

fn places(path: &Path) -> u64 {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.query_row("SELECT count(*) FROM beaver_lock_waiters", [], |row| row.get(0)).unwrap()
}

/// Not a test of its own: what the children do.
#[test]
fn child() {
    let Some(role) = children::role() else { return };
    let db = open(&role.file);
    match role.name.as_str() {
        "wait for the lock" => {
            let lock = db.lock("l").unwrap();
            assert!(lock.acquire(None, TTL).unwrap());
            db.queue("order").unwrap().put(json!(role.argument), 1.0).unwrap();
            lock.release().unwrap();
        }
        "hold the dict" => {
            let mine = db.dict("d").unwrap().acquire(NOW, TTL).unwrap().unwrap();
            children::say("held");
            mine.set("by", json!("child")).unwrap();
            until(|| db.dict("signals").unwrap().contains("go").unwrap());
            mine.set("by", json!("child, last")).unwrap();
            assert!(mine.release().unwrap());
        }
        other => panic!("no such role: {other}"),
    }
    db.close().unwrap();
}

#[test]
fn one_owner_at_a_time() {
    let (db, _) = with_clock();
    let (a, b) = (db.lock("l").unwrap(), db.lock("l").unwrap());
    assert!(!a.locked().unwrap());
    assert!(a.acquire(NOW, TTL).unwrap());
    assert!(a.held().unwrap() && a.locked().unwrap() && b.locked().unwrap() && !b.held().unwrap());
    assert!(!b.acquire(NOW, TTL).unwrap());
    assert!(!b.release().unwrap());
    assert!(!b.renew(TTL).unwrap());
    assert_eq!(db.names(Kind::Lock).unwrap(), ["l"]);
    assert!(a.release().unwrap());
    assert!(!a.release().unwrap());
    assert!(!a.locked().unwrap());
    assert!(b.acquire(NOW, TTL).unwrap());
    assert!(db.lock("another").unwrap().acquire(NOW, TTL).unwrap());
}

#[test]
fn arguments_are_checked() {
    let (db, _) = with_clock();
    let lock = db.lock("l").unwrap();
    assert_eq!(lock.acquire(NOW, Duration::ZERO).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(lock.acquire(NOW, Duration::MAX).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(lock.renew(Duration::ZERO).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(db.lock("").err().unwrap().kind(), ErrorKind::InvalidArgument);
    assert_eq!(db.lock("__lock__dict__d").err().unwrap().kind(), ErrorKind::InvalidArgument);
    assert!(!lock.locked().unwrap());
}

#[test]
fn ends_with_its_time_to_live_unless_renewed() {
    let (db, clock) = with_clock();
    let (a, b) = (db.lock("l").unwrap(), db.lock("l").unwrap());
    assert!(a.acquire(NOW, Duration::from_secs(10)).unwrap());
    clock.advance_us(9_999_999);
    assert!(a.renew(Duration::from_secs(10)).unwrap());
    clock.advance_us(9_999_999);
    assert!(a.held().unwrap() && !b.acquire(NOW, TTL).unwrap());
    clock.advance_us(1);
    assert!(!a.held().unwrap() && !a.locked().unwrap() && !a.renew(TTL).unwrap());
    assert!(b.acquire(NOW, TTL).unwrap());
    // Too late: it is another's, and stays so.
    assert!(!a.release().unwrap());
    assert!(b.held().unwrap());
    // A clock set back gives nothing back to the one that lost it.
    clock.advance_us(-5_000_000);
    assert!(b.held().unwrap());
}

#[test]
fn the_owner_acquires_again_and_releases_as_often() {
    let (db, clock) = with_clock();
    let (a, b) = (db.lock("l").unwrap(), db.lock("l").unwrap());
    assert!(a.acquire(NOW, TTL).unwrap());
    // Never shorter than what was promised before.
    assert!(a.acquire(NOW, Duration::from_secs(1)).unwrap());
    clock.advance_us(30_000_000);
    assert!(a.release().unwrap());
    assert!(a.held().unwrap() && !b.acquire(NOW, TTL).unwrap());
    // But longer.
    assert!(a.acquire(NOW, TTL).unwrap());
    clock.advance_us(59_000_000);
    assert!(a.release().unwrap() && a.held().unwrap());
    assert!(a.release().unwrap());
    assert!(!a.locked().unwrap());
}

#[test]
fn an_inner_acquire_that_fails_leaves_no_place_in_the_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l.db");
    let clock = Arc::new(ManualClock::new(SystemClock.now_us()));
    let db = Beaver::open(&path, Options { clock: clock.clone(), ..Options::default() }).unwrap();
    let (a, b) = (db.lock("l").unwrap(), db.lock("l").unwrap());
    assert!(a.acquire(NOW, Duration::from_secs(1)).unwrap());
    clock.advance_us(2_000_000);
    assert!(b.acquire(NOW, TTL).unwrap());
    assert!(!a.acquire(NOW, TTL).unwrap());
    assert_eq!(places(&path), 1);
    assert!(!a.release().unwrap(), "the outer one ended by its time to live");
    assert!(b.release().unwrap());
    assert_eq!(places(&path), 0);
}

#[test]
fn gives_up_in_time_and_its_place_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l.db");
    let db = open(&path);
    let (a, b, c) = (db.lock("l").unwrap(), db.lock("l").unwrap(), db.lock("l").unwrap());
    assert!(a.acquire(NOW, TTL).unwrap());
    let began = Instant::now();
    assert!(!b.acquire(SOON, TTL).unwrap());
    let took = began.elapsed();
    assert!(took >= SOON.unwrap() && took < Duration::from_secs(1), "{took:?}");
    assert_eq!(places(&path), 1);
    a.release().unwrap();
    assert!(c.acquire(NOW, TTL).unwrap());
}

#[test]
fn serves_threads_in_the_order_of_their_calls_and_wakes_them_at_once() {
    let dir = tempfile::tempdir().unwrap();
    for path in [dir.path().join("l.db"), ":memory:".into()] {
        let db = open(&path);
        let holder = db.lock("l").unwrap();
        assert!(holder.acquire(NOW, TTL).unwrap());
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for number in 0..6 {
                let (db, order) = (&db, &order);
                scope.spawn(move || {
                    let lock = db.lock("l").unwrap();
                    assert!(lock.acquire(Some(TTL), TTL).unwrap());
                    order.lock().push((number, Instant::now()));
                    lock.release().unwrap();
                });
                until(|| db.stats().unwrap().waiters == number + 1);
            }
            order.lock().push((99, Instant::now()));
            holder.release().unwrap();
        });
        let order = order.into_inner();
        assert_eq!(order.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [99, 0, 1, 2, 3, 4, 5]);
        let took = order[6].1.duration_since(order[0].1);
        assert!(took < Duration::from_secs(4), "six hand-overs took {took:?}");
    }
}

#[test]
fn serves_processes_in_the_order_of_their_calls() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l.db");
    let db = open(&path);
    let holder = db.lock("l").unwrap();
    assert!(holder.acquire(NOW, TTL).unwrap());
    let mut waiting = Vec::new();
    for number in 0..4u64 {
        waiting.push(children::start("wait for the lock", &path, &number));
        until(|| places(&path) == number + 2);
    }
    holder.release().unwrap();
    for child in waiting {
        child.finish();
    }
    let order: Vec<String> =
        db.queue("order").unwrap().items().map(|item| item.unwrap().data.to::<String>().unwrap()).collect();
    assert_eq!(order, ["0", "1", "2", "3"]);
}

#[test]
fn a_waiter_that_dies_loses_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l.db");
    let clock = Arc::new(ManualClock::new(SystemClock.now_us()));
    let db = Beaver::open(&path, Options { clock: clock.clone(), ..Options::default() }).unwrap();
    let (a, b) = (db.lock("l").unwrap(), db.lock("l").unwrap());
    assert!(a.acquire(NOW, TTL).unwrap());
    let mut child = children::start("wait for the lock", &path, &0);
    until(|| places(&path) == 2);
    child.kill();
    a.release().unwrap();
    assert!(!b.acquire(NOW, TTL).unwrap(), "the dead one is first in line");
    clock.advance_us(SystemClock.now_us() - clock.now_us() + 10_100_000);
    assert!(b.acquire(NOW, TTL).unwrap());
}

#[test]
fn a_waiter_gets_a_lock_whose_holder_died_when_its_time_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir.path().join("l.db"));
    let (a, b) = (db.lock("l").unwrap(), db.lock("l").unwrap());
    let began = Instant::now();
    assert!(a.acquire(NOW, Duration::from_millis(200)).unwrap());
    assert!(b.acquire(Some(TTL), TTL).unwrap());
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(195) && took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn drop_releases() {
    let (db, _) = with_clock();
    let other = db.lock("l").unwrap();
    {
        let lock = db.lock("l").unwrap();
        assert!(lock.acquire(NOW, TTL).unwrap());
    }
    assert!(!other.locked().unwrap());
    let dict = db.dict("d").unwrap();
    let mine = dict.acquire(NOW, TTL).unwrap().unwrap();
    let clone = mine.clone();
    drop(mine);
    assert!(dict.locked().unwrap());
    clone.set("a", json!(1)).unwrap();
    drop(clone);
    assert!(!dict.locked().unwrap());
}

#[test]
fn clear_frees_the_lock_and_the_line_forms_again() {
    let (db, _) = with_clock();
    let a = db.lock("l").unwrap();
    assert!(a.acquire(NOW, TTL).unwrap());
    thread::scope(|scope| {
        let waiter = scope.spawn(|| db.lock("l").unwrap().acquire(Some(TTL), TTL).unwrap());
        until(|| db.stats().unwrap().waiters == 1);
        assert_eq!(db.lock("l").unwrap().clear().unwrap(), 2);
        assert!(waiter.join().unwrap());
    });
    assert!(!a.held().unwrap() && !a.release().unwrap());
    assert_eq!(a.clear().unwrap(), 0);
}

/// One handle in many threads is one owner: it must neither be lost while a thread counts on it, nor
/// stay behind.
#[test]
fn threads_that_share_a_handle_do_not_take_it_from_each_other() {
    let (db, _) = with_clock();
    let (shared, rival) = (db.lock("l").unwrap(), db.lock("l").unwrap());
    let inside = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    if shared.acquire(Some(Duration::from_micros(200)), TTL).unwrap() {
                        inside.fetch_add(1, Ordering::SeqCst);
                        assert!(shared.held().unwrap());
                        inside.fetch_sub(1, Ordering::SeqCst);
                        assert!(shared.release().unwrap());
                    }
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..60 {
                if rival.acquire(Some(Duration::from_millis(2)), TTL).unwrap() {
                    assert_eq!(inside.load(Ordering::SeqCst), 0);
                    assert!(rival.release().unwrap());
                }
            }
        });
    });
    assert!(!shared.locked().unwrap());
}

#[test]
fn a_thread_that_gives_up_leaves_its_owners_place_to_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l.db");
    let db = open(&path);
    let (holder, shared, rival) = (db.lock("l").unwrap(), db.lock("l").unwrap(), db.lock("l").unwrap());
    assert!(holder.acquire(NOW, TTL).unwrap());
    let order = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for (number, lock) in [(1, &shared), (2, &rival)] {
            let order = &order;
            scope.spawn(move || {
                assert!(lock.acquire(Some(TTL), TTL).unwrap());
                order.lock().push(number);
                lock.release().unwrap();
            });
            until(|| db.stats().unwrap().waiters == number);
        }
        assert!(!shared.acquire(NOW, TTL).unwrap());
        assert_eq!(places(&path), 3);
        holder.release().unwrap();
    });
    assert_eq!(order.into_inner(), [1, 2]);
}

/// What holds for every structure that can be acquired.
fn excludes<S: Structure + Clone + Sync>(db: &Beaver, structure: &S) {
    let mine = structure.acquire(NOW, TTL).unwrap().unwrap();
    assert!(structure.locked().unwrap());
    assert!(structure.acquire(NOW, TTL).unwrap().is_none());
    let again = mine.acquire(NOW, TTL).unwrap().unwrap();
    assert!(mine.release().unwrap());
    assert!(again.renew(TTL).unwrap() && structure.locked().unwrap());
    thread::scope(|scope| {
        let waiter = scope.spawn(|| structure.acquire(Some(TTL), TTL).unwrap().unwrap().release().unwrap());
        until(|| db.stats().unwrap().waiters == 1);
        assert!(again.release().unwrap());
        assert!(waiter.join().unwrap());
    });
    assert!(!structure.locked().unwrap());
    for outcome in [structure.release(), structure.renew(TTL), mine.release()] {
        assert!(!outcome.unwrap(), "nothing was held");
    }
}

#[test]
fn every_structure_can_be_acquired() {
    let (db, _) = with_clock();
    excludes(&db, &db.dict("x").unwrap());
    excludes(&db, &db.list("x").unwrap());
    excludes(&db, &db.queue("x").unwrap());
    excludes(&db, &db.blobs("x").unwrap());
    excludes(&db, &db.log("x").unwrap());
    assert!(db.names(Kind::Lock).unwrap().is_empty(), "internal locks are not listed");
}

#[test]
fn an_acquired_structure_is_changed_by_its_owner_only_and_read_by_all() {
    let options = Options { busy_timeout: Duration::from_millis(60), ..Options::default() };
    let db = Beaver::open(":memory:", options).unwrap();
    let (dict, queue) = (db.dict("d").unwrap(), db.queue("q").unwrap());
    dict.set("a", json!(1)).unwrap();
    queue.put(json!(1), 1.0).unwrap();
    let (my_dict, my_queue) = (dict.acquire(NOW, TTL).unwrap().unwrap(), queue.acquire(NOW, TTL).unwrap().unwrap());

    let began = Instant::now();
    assert_eq!(dict.set("a", json!(2)).unwrap_err().kind(), ErrorKind::Busy);
    assert!(began.elapsed() >= Duration::from_millis(60));
    assert_eq!(queue.put(json!(2), 1.0).unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(dict.clear().unwrap_err().kind(), ErrorKind::Busy);
    assert!(queue.get(NOW).unwrap().is_none());
    let mut batch = db.batch();
    batch.dict_set(&db.dict("free").unwrap(), "a", json!(1), None, When::Always).unwrap();
    batch.dict_set(&dict, "a", json!(2), None, When::Always).unwrap();
    assert_eq!(batch.commit(None).unwrap_err().kind(), ErrorKind::Busy);
    assert!(db.dict("free").unwrap().is_empty().unwrap(), "nothing of the batch is left");
    let refused = db.transaction(|tx| tx.dict("d")?.set("a", json!(2)));
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Busy);

    assert_eq!(dict.get("a").unwrap().unwrap().as_str(), "1");
    assert_eq!((queue.len().unwrap(), queue.peek().unwrap().unwrap().data.as_str()), (1, "1"));
    db.dict("another").unwrap().set("a", json!(1)).unwrap();
    db.list("d").unwrap().acquire(NOW, TTL).unwrap().unwrap();

    my_dict.set("a", json!(3)).unwrap();
    assert_eq!(my_queue.get(NOW).unwrap().unwrap().data.as_str(), "1");
    let mut batch = db.batch();
    batch.dict_set(&my_dict, "b", json!(1), None, When::Always).unwrap();
    batch.queue_put(&my_queue, json!(9), 1.0).unwrap();
    batch.commit(None).unwrap();
    my_dict.release().unwrap();
    dict.set("a", json!(4)).unwrap();
    assert_eq!(queue.put(json!(2), 1.0).unwrap_err().kind(), ErrorKind::Busy);
}

#[test]
fn a_writer_that_waits_goes_on_when_the_structure_is_released_or_its_time_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir.path().join("l.db"));
    let dict = db.dict("d").unwrap();
    let mine = dict.acquire(NOW, TTL).unwrap().unwrap();
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            dict.set("a", json!(2)).unwrap();
            Instant::now()
        });
        until(|| db.stats().unwrap().waiters == 1);
        mine.set("a", json!(1)).unwrap();
        let released = Instant::now();
        mine.release().unwrap();
        assert!(writer.join().unwrap().duration_since(released) < Duration::from_millis(500));
    });
    assert_eq!(dict.get("a").unwrap().unwrap().as_str(), "2");

    let began = Instant::now();
    let mine = dict.acquire(NOW, Duration::from_millis(150)).unwrap().unwrap();
    dict.set("a", json!(3)).unwrap();
    assert!(began.elapsed() >= Duration::from_millis(145) && began.elapsed() < Duration::from_secs(2));
    assert!(!mine.release().unwrap());
}

#[test]
fn an_acquired_structure_excludes_other_processes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l.db");
    let db = Beaver::open(&path, Options { busy_timeout: Duration::from_millis(200), ..Options::default() }).unwrap();
    let dict = db.dict("d").unwrap();
    // Has learnt that there are no locks at all, which is true no longer when the child comes.
    dict.set("by", json!("parent")).unwrap();
    let mut child = children::start("hold the dict", &path, &"");
    child.expect("held");
    assert_eq!(dict.set("by", json!("parent")).unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(dict.get("by").unwrap().unwrap().as_str(), r#""child""#);
    assert!(dict.locked().unwrap());
    assert!(dict.acquire(SOON, TTL).unwrap().is_none());
    thread::scope(|scope| {
        let waiter = scope.spawn(|| dict.acquire(Some(TTL), TTL).unwrap().unwrap());
        until(|| places(&path) == 2);
        db.dict("signals").unwrap().set("go", json!(true)).unwrap();
        let mine = waiter.join().unwrap();
        assert_eq!(mine.get("by").unwrap().unwrap().as_str(), r#""child, last""#);
        mine.set("by", json!("parent")).unwrap();
    });
    child.finish();
}

#[test]
fn a_lock_is_shared_between_threads() {
    fn usable<T: Send + Sync>() {}
    usable::<Lock>();
}
