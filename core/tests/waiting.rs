//! Everything that waits ends at once when the database is closed, paused or interrupted, and in time
//! where it has a time-out.

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use beaver_core::{Beaver, Cancel, ErrorKind, Options, Result, Start, Structure};
use serde_json::json;

const NOW: Option<Duration> = Some(Duration::ZERO);
const TTL: Duration = Duration::from_secs(600);
/// Far less than any time-out here, and enough for a busy machine.
const PROMPTLY: Duration = Duration::from_secs(2);

fn open(path: &Path) -> Beaver {
    Beaver::open(path, Options { busy_timeout: Duration::from_secs(300), ..Options::default() }).unwrap()
}

fn until(what: impl Fn() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(began.elapsed() < Duration::from_secs(30), "it never happened");
        thread::sleep(Duration::from_millis(1));
    }
}

type End = (ErrorKind, fn(&Beaver));

const ENDS: [End; 3] = [
    (ErrorKind::Interrupted, |db| db.interrupt()),
    (ErrorKind::Paused, |db| db.pause().unwrap()),
    (ErrorKind::Closed, |db| db.close().unwrap()),
];

/// Files and memory wait in different ways.
fn places(dir: &tempfile::TempDir) -> [std::path::PathBuf; 2] {
    [dir.path().join("w.db"), ":memory:".into()]
}

#[test]
fn waits_for_items_and_locks_end_at_once() {
    for (kind, end) in ENDS {
        let dir = tempfile::tempdir().unwrap();
        for path in places(&dir) {
            let db = open(&path);
            let (queue, dict, lock) = (db.queue("q").unwrap(), db.dict("d").unwrap(), db.lock("l").unwrap());
            let _mine = dict.acquire(NOW, TTL).unwrap().unwrap();
            assert!(lock.acquire(NOW, TTL).unwrap());
            let waits: Vec<Box<dyn Fn() -> Result<()> + Send + Sync>> = vec![
                Box::new(|| queue.get(None).map(drop)),
                Box::new(|| queue.get(Some(TTL)).map(drop)),
                Box::new(|| queue.lease(TTL, None, None).map(drop)),
                Box::new(|| db.lock("l")?.acquire(None, TTL).map(drop)),
                Box::new(|| dict.acquire(Some(TTL), TTL).map(drop)),
                Box::new(|| dict.set("a", json!(1))),
            ];
            thread::scope(|scope| {
                let (tell, told) = mpsc::channel();
                for (number, wait) in waits.iter().enumerate() {
                    let tell = tell.clone();
                    scope.spawn(move || tell.send((number, wait().unwrap_err().kind())).unwrap());
                }
                until(|| db.stats().unwrap().waiters == waits.len() as u64);
                assert!(told.try_recv().is_err());
                end(&db);
                let deadline = Instant::now() + PROMPTLY;
                for _ in &waits {
                    let left = deadline.saturating_duration_since(Instant::now());
                    let (number, found) =
                        told.recv_timeout(left).unwrap_or_else(|_| panic!("a wait goes on after {kind}"));
                    // Whoever sleeps through pause and resume may call it either; here nobody resumes.
                    assert_eq!(found, kind, "wait {number}");
                }
            });
            if kind == ErrorKind::Interrupted {
                // Only what ran was interrupted.
                queue.put(json!(1), 1.0).unwrap();
                assert!(queue.get(None).unwrap().is_some());
            } else {
                assert_eq!(queue.get(NOW).unwrap_err().kind(), kind);
                assert_eq!(db.lock("l").unwrap().acquire(NOW, TTL).unwrap_err().kind(), kind);
            }
        }
    }
}

#[test]
fn writers_in_line_behind_a_transaction_are_ended_while_it_runs_on() {
    for (kind, end) in ENDS {
        let dir = tempfile::tempdir().unwrap();
        for path in places(&dir) {
            let db = open(&path);
            let dict = db.dict("d").unwrap();
            thread::scope(|scope| {
                let (tell, told) = mpsc::channel();
                let (finish, finished) = mpsc::channel::<()>();
                let (begin, begun) = mpsc::channel();
                let transaction = scope.spawn({
                    let db = &db;
                    move || {
                        db.transaction(|tx| {
                            tx.dict("d")?.set("a", json!(1))?;
                            begin.send(()).unwrap();
                            finished.recv().unwrap();
                            Ok(())
                        })
                    }
                });
                begun.recv().unwrap();
                for number in 0..3 {
                    let (tell, dict, db) = (tell.clone(), &dict, &db);
                    scope.spawn(move || {
                        let outcome = match number {
                            0 => dict.set("a", json!(2)),
                            1 => db.transaction(|_| Ok(())),
                            _ => db.vacuum(),
                        };
                        tell.send(outcome.unwrap_err().kind()).unwrap();
                    });
                }
                if path.as_os_str() == ":memory:" {
                    // Statistics read, which in memory means to stand in the same line.
                    thread::sleep(Duration::from_millis(100));
                } else {
                    until(|| db.stats().unwrap().writers_waiting == 3);
                }
                let ender = scope.spawn(|| end(&db));
                for _ in 0..3 {
                    let found =
                        told.recv_timeout(PROMPTLY).unwrap_or_else(|_| panic!("a writer waits on after {kind}"));
                    assert_eq!(found, kind);
                }
                finish.send(()).unwrap();
                // What had begun before was let finish.
                transaction.join().unwrap().unwrap();
                ender.join().unwrap();
            });
        }
    }
}

#[test]
fn writers_that_wait_for_another_process_are_ended() {
    for (kind, end) in ENDS {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("w.db");
        let db = open(&path);
        let queue = db.queue("q").unwrap();
        let other = rusqlite::Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        thread::scope(|scope| {
            let (tell, told) = mpsc::channel();
            for number in 0..4 {
                let (tell, queue) = (tell.clone(), &queue);
                scope.spawn(move || {
                    let outcome = if number % 2 == 0 { queue.put(json!(1), 1.0) } else { queue.get(None).map(drop) };
                    tell.send(outcome.unwrap_err().kind()).unwrap();
                });
            }
            until(|| db.stats().unwrap().writers_waiting == 3);
            end(&db);
            for _ in 0..4 {
                let found = told.recv_timeout(PROMPTLY).unwrap_or_else(|_| panic!("a writer waits on after {kind}"));
                assert_eq!(found, kind);
            }
        });
    }
}

#[test]
fn writers_that_wait_for_another_process_give_up_together() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.db");
    let db = Beaver::open(&path, Options { busy_timeout: Duration::from_millis(150), ..Options::default() }).unwrap();
    let dict = db.dict("d").unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let began = Instant::now();
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| assert_eq!(dict.set("a", json!(1)).unwrap_err().kind(), ErrorKind::Busy));
        }
    });
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(150) && took < Duration::from_millis(1_200), "{took:?}");
    other.execute_batch("ROLLBACK").unwrap();
    dict.set("a", json!(1)).unwrap();
}

#[test]
fn a_timeout_that_no_clock_can_tell_is_for_ever() {
    let options = Options { busy_timeout: Duration::MAX, ..Options::default() };
    let db = Beaver::open(":memory:", options).unwrap();
    let queue = db.queue("q").unwrap();
    queue.put(json!(1), 1.0).unwrap();
    assert!(queue.get(Some(Duration::MAX)).unwrap().is_some());
    assert!(db.lock("l").unwrap().acquire(Some(Duration::MAX), TTL).unwrap());
}

#[test]
fn a_wait_ends_even_if_the_database_is_resumed_before_it_wakes() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir.path().join("w.db"));
    let queue = db.queue("q").unwrap();
    for _ in 0..10 {
        thread::scope(|scope| {
            let waits: Vec<_> = (0..4).map(|_| scope.spawn(|| queue.get(Some(TTL)).unwrap_err().kind())).collect();
            until(|| db.stats().unwrap().waiters == 4);
            db.pause().unwrap();
            db.resume().unwrap();
            for wait in waits {
                assert!(matches!(wait.join().unwrap(), ErrorKind::Paused | ErrorKind::Interrupted));
            }
        });
    }
    // And the next ones see what other processes do, as before.
    let other = open(&dir.path().join("w.db"));
    thread::scope(|scope| {
        let wait = scope.spawn(|| queue.get(Some(TTL)).unwrap());
        until(|| db.stats().unwrap().waiters == 1);
        other.queue("q").unwrap().put(json!(1), 1.0).unwrap();
        assert!(wait.join().unwrap().is_some());
    });
}

#[test]
fn pause_resume_and_close_in_many_threads_leave_it_closed_or_usable() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir.path().join("w.db"));
    let dict = db.dict("d").unwrap();
    thread::scope(|scope| {
        for number in 0..3 {
            let (db, dict) = (&db, &dict);
            scope.spawn(move || {
                for round in 0..30 {
                    let outcome = match (number + round) % 3 {
                        0 => db.pause(),
                        1 => db.resume(),
                        _ => dict.set("a", json!(round)),
                    };
                    if let Err(e) = outcome {
                        assert!(matches!(e.kind(), ErrorKind::Paused | ErrorKind::Interrupted), "{e}");
                    }
                }
            });
        }
    });
    db.resume().unwrap();
    dict.set("a", json!(1)).unwrap();
    db.close().unwrap();
    assert_eq!(db.resume().unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn no_connection_is_opened_by_a_wait_that_meets_a_close() {
    for _ in 0..20 {
        let dir = tempfile::tempdir().unwrap();
        let db = open(&dir.path().join("w.db"));
        let queue = db.queue("q").unwrap();
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| assert_eq!(queue.get(None).unwrap_err().kind(), ErrorKind::Closed));
            }
            db.close().unwrap();
        });
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "after the close only the file remains");
    }
}

/// Many waiters on one queue: each item wakes somebody, also when it comes from outside and the thread
/// that looked for it has left.
#[test]
fn every_item_from_outside_finds_a_waiter() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.db");
    let db = open(&path);
    // Shares nothing with the other but the file, as another process does.
    let outside = open(&path);
    let queue = db.queue("q").unwrap();
    thread::scope(|scope| {
        let waits: Vec<_> = (0..12u64)
            .map(|number| {
                let queue = &queue;
                // Some leave in between without an item.
                let timeout = if number % 3 == 0 { Duration::from_millis(number * 5) } else { TTL };
                scope.spawn(move || queue.get(Some(timeout)).unwrap())
            })
            .collect();
        let mut put = 0;
        while !waits.iter().all(thread::ScopedJoinHandle::is_finished) {
            outside.queue("q").unwrap().put(json!(put), 1.0).unwrap();
            put += 1;
            thread::sleep(Duration::from_millis(12));
            assert!(put < 2_000, "somebody was not woken");
        }
    });
}

#[test]
fn a_waiter_is_woken_from_outside_also_when_the_one_that_looked_has_left() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.db");
    let db = open(&path);
    let outside = open(&path);
    thread::scope(|scope| {
        let first = scope.spawn(|| db.queue("a").unwrap().get(Some(Duration::from_millis(150))).unwrap());
        until(|| db.stats().unwrap().waiters == 1);
        let second = scope.spawn(|| db.queue("b").unwrap().get(Some(Duration::from_secs(20))).unwrap());
        assert!(first.join().unwrap().is_none());
        until(|| db.stats().unwrap().waiters == 1);
        outside.queue("b").unwrap().put(json!(1), 1.0).unwrap();
        let put = Instant::now();
        assert!(second.join().unwrap().is_some());
        assert!(put.elapsed() < PROMPTLY);
    });
}

#[test]
fn a_cancelled_call_ends_alone() {
    let dir = tempfile::tempdir().unwrap();
    for path in places(&dir) {
        let db = open(&path);
        let (queue, dict, lock) = (db.queue("q").unwrap(), db.dict("d").unwrap(), db.lock("l").unwrap());
        let _mine = dict.acquire(NOW, TTL).unwrap().unwrap();
        assert!(lock.acquire(NOW, TTL).unwrap());
        let messages = db.channel("c").unwrap().subscribe(Start::Now).unwrap();
        let view = db.log("v").unwrap().live_entries(TTL, TTL).unwrap();
        view.next(None, |_| ()).unwrap();
        let waits: [Box<dyn Fn() -> Result<()> + Send + Sync>; 6] = [
            Box::new(|| queue.get(None).map(drop)),
            Box::new(|| queue.lease(TTL, Some(TTL), None).map(drop)),
            Box::new(|| db.lock("l")?.acquire(None, TTL).map(drop)),
            Box::new(|| dict.set("a", json!(1))),
            Box::new(|| messages.next(None).map(drop)),
            Box::new(|| view.next(None, |_| ()).map(drop)),
        ];
        // One goes on until the end, the others are cancelled one after the other.
        let (tell, told) = mpsc::channel();
        let cancels: Vec<Cancel> = waits.iter().map(|_| Cancel::new()).collect();
        thread::scope(|scope| {
            let stays = scope.spawn(|| queue.get(None));
            for (number, (wait, cancel)) in waits.iter().zip(&cancels).enumerate() {
                let tell = tell.clone();
                scope.spawn(move || tell.send((number, cancel.during(wait).unwrap_err().kind())).unwrap());
            }
            // A subscription counts as one that waits all the time.
            until(|| db.stats().unwrap().waiters == waits.len() as u64 + 1);
            for (number, cancel) in cancels.iter().enumerate() {
                assert!(told.try_recv().is_err());
                cancel.cancel();
                assert_eq!(told.recv_timeout(PROMPTLY).unwrap(), (number, ErrorKind::Interrupted));
            }
            queue.put(json!("for the one that stays"), 1.0).unwrap();
            assert!(stays.join().unwrap().unwrap().is_some());
        });
        // What was cancelled once does nothing any more; others do.
        queue.put(json!(1), 1.0).unwrap();
        assert_eq!(cancels[0].during(|| queue.get(NOW)).unwrap_err().kind(), ErrorKind::Interrupted);
        assert!(Cancel::new().during(|| queue.get(NOW)).unwrap().is_some());
        assert!(cancels[0].during(|| Ok(())).is_err());
        assert!(queue.get(NOW).unwrap().is_none());
    }
}

#[test]
fn a_wait_of_a_lock_that_is_cancelled_leaves_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(&dir.path().join("w.db"));
    let mine = db.lock("l").unwrap();
    assert!(mine.acquire(NOW, TTL).unwrap());
    let cancel = Cancel::new();
    thread::scope(|scope| {
        let wait = scope.spawn(|| cancel.during(|| db.lock("l")?.acquire(None, TTL)));
        until(|| db.stats().unwrap().waiters == 1);
        cancel.cancel();
        assert_eq!(wait.join().unwrap().unwrap_err().kind(), ErrorKind::Interrupted);
    });
    mine.release().unwrap();
    assert!(db.lock("l").unwrap().acquire(NOW, TTL).unwrap());
}

#[test]
fn one_cancel_ends_the_waits_of_every_thread_that_is_bound_to_it() {
    let dir = tempfile::tempdir().unwrap();
    for path in places(&dir) {
        let db = open(&path);
        let cancel = Cancel::new();
        thread::scope(|scope| {
            let waits: Vec<_> = (0..4)
                .map(|number| {
                    let (queue, cancel) = (db.queue(&format!("q{}", number % 2)).unwrap(), cancel.clone());
                    scope.spawn(move || cancel.during(|| queue.get(None)).unwrap_err().kind())
                })
                .collect();
            until(|| db.stats().unwrap().waiters == waits.len() as u64);
            cancel.cancel();
            for wait in waits {
                assert_eq!(wait.join().unwrap(), ErrorKind::Interrupted);
            }
        });
    }
}

#[test]
fn what_is_bound_last_does_not_hide_what_was_bound_before() {
    let db = open(Path::new(":memory:"));
    let queue = db.queue("q").unwrap();
    for which in 0..2 {
        let cancels = [Cancel::new(), Cancel::new()];
        thread::scope(|scope| {
            let wait = scope.spawn(|| cancels[0].during(|| cancels[1].during(|| queue.get(None))));
            until(|| db.stats().unwrap().waiters == 1);
            cancels[which].cancel();
            assert_eq!(wait.join().unwrap().unwrap_err().kind(), ErrorKind::Interrupted);
        });
    }
    queue.put(json!(1), 1.0).unwrap();
    assert!(queue.get(NOW).unwrap().is_some());
}

#[test]
fn a_cancel_that_was_bound_ends_with_unbind_or_with_its_last_clone() {
    let db = open(Path::new(":memory:"));
    let queue = db.queue("q").unwrap();
    queue.put_many([(json!(1), 1.0), (json!(2), 1.0)]).unwrap();
    let cancel = Cancel::new();
    assert!(!cancel.unbind());
    cancel.bind();
    cancel.bind();
    cancel.cancel();
    // Although an item is there. What does not wait goes on: what has to be settled can be.
    assert_eq!(queue.get(NOW).unwrap_err().kind(), ErrorKind::Interrupted);
    queue.put(json!(3), 1.0).unwrap();
    thread::scope(|scope| {
        // Bound elsewhere: neither is that thread concerned, nor can it unbind.
        scope.spawn(|| {
            assert!(!cancel.unbind());
            assert!(queue.get(NOW).unwrap().is_some());
        });
    });
    assert!(cancel.unbind());
    assert_eq!(queue.get(NOW).unwrap_err().kind(), ErrorKind::Interrupted);
    assert!(cancel.unbind());
    assert!(!cancel.unbind());
    assert!(queue.get(NOW).unwrap().is_some());
    cancel.bind();
    drop(cancel);
    assert!(queue.get(NOW).unwrap().is_some());
}

#[test]
fn who_cancels_may_forget_the_cancel_at_once() {
    let db = open(Path::new(":memory:"));
    let queue = db.queue("q").unwrap();
    let cancel = Cancel::new();
    thread::scope(|scope| {
        let bound = cancel.clone();
        let wait = scope.spawn(|| {
            bound.bind();
            drop(bound);
            queue.get(None).unwrap_err().kind()
        });
        until(|| db.stats().unwrap().waiters == 1);
        cancel.cancel();
        drop(cancel);
        assert_eq!(wait.join().unwrap(), ErrorKind::Interrupted);
    });
}
