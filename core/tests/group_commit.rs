//! Many threads write at once: their changes share commits, but not their failures.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use beaver_core::{Beaver, ErrorKind, Options, Structure, When};
use serde_json::json;

const THREADS: u32 = 16;
const EACH: u32 = 60;
const NOW: Option<Duration> = Some(Duration::ZERO);

/// A database in a file and one in memory; each of them to be filled in the same way.
fn on_both(test: impl Fn(Beaver)) {
    let dir = tempfile::tempdir().unwrap();
    let places: [PathBuf; 2] = [dir.path().join("g.db"), ":memory:".into()];
    for path in places {
        test(Beaver::open(path, Options::default()).unwrap());
    }
}

#[test]
fn nothing_is_lost_and_each_thread_keeps_its_order() {
    on_both(|db| {
        let (dict, queue) = (db.dict("d").unwrap(), db.queue("q").unwrap());
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (dict, queue) = (&dict, &queue);
                scope.spawn(move || {
                    for round in 0..EACH {
                        dict.set(&format!("{number}/{round}"), json!(round)).unwrap();
                        queue.put(json!([number, round]), 1.0).unwrap();
                    }
                });
            }
        });
        assert_eq!(dict.len().unwrap(), u64::from(THREADS * EACH));
        let mut next = vec![0; THREADS as usize];
        let mut stamps = BTreeSet::new();
        for item in queue.items().map(|item| item.unwrap()) {
            let (number, round): (usize, u32) = item.data.to().unwrap();
            assert_eq!(next[number], round);
            next[number] += 1;
            assert!(stamps.insert(item.timestamp), "a stamp is there twice");
        }
        assert_eq!(next, vec![EACH; THREADS as usize]);
    });
}

#[test]
fn a_change_that_fails_takes_nobody_with_it() {
    on_both(|db| {
        let (dict, queue) = (db.dict("d").unwrap(), db.queue("q").unwrap());
        dict.set("there", json!(1)).unwrap();
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (db, dict, queue) = (&db, &dict, &queue);
                scope.spawn(move || {
                    for round in 0..EACH {
                        if number % 4 == 0 {
                            let mut batch = db.batch();
                            batch
                                .dict_set(dict, &format!("bad {number}/{round}"), json!(1), None, When::Always)
                                .unwrap();
                            batch.queue_put(queue, json!("bad"), 1.0).unwrap();
                            batch.dict_set(dict, "there", json!(2), None, When::Absent).unwrap();
                            let error = batch.commit((round % 2 == 0).then_some(true)).unwrap_err();
                            assert_eq!((error.kind(), error.operation()), (ErrorKind::Conflict, Some(2)));
                        } else {
                            dict.set(&format!("good {number}/{round}"), json!(1)).unwrap();
                            queue.put(json!("good"), 1.0).unwrap();
                        }
                    }
                });
            }
        });
        let good = u64::from(THREADS * EACH) * 3 / 4;
        assert_eq!(dict.len().unwrap(), good + 1);
        assert_eq!(queue.len().unwrap(), good);
        assert!(queue.items().all(|item| item.unwrap().data.as_str() == r#""good""#));
        assert_eq!(dict.get("there").unwrap().unwrap().as_str(), "1");
    });
}

#[test]
fn every_item_is_taken_once() {
    on_both(|db| {
        let queue = db.queue("q").unwrap();
        let mut taken: Vec<u32> = thread::scope(|scope| {
            let takers: Vec<_> = (0..THREADS / 2)
                .map(|number| {
                    let queue = &queue;
                    scope.spawn(move || {
                        let mut taken = Vec::new();
                        while taken.len() < EACH as usize {
                            if number % 2 == 0 {
                                let lease = queue.lease(Duration::from_secs(60), None, None).unwrap().unwrap();
                                assert!(queue.ack(lease.id).unwrap());
                                taken.push(lease.item.data.to::<u32>().unwrap());
                            } else {
                                taken.push(queue.get(None).unwrap().unwrap().data.to().unwrap());
                            }
                        }
                        taken
                    })
                })
                .collect();
            for number in 0..THREADS / 2 {
                let queue = &queue;
                scope.spawn(move || {
                    for round in 0..EACH {
                        queue.put(json!(number * EACH + round), f64::from(round % 3)).unwrap();
                    }
                });
            }
            takers.into_iter().flat_map(|taker| taker.join().unwrap()).collect()
        });
        taken.sort_unstable();
        assert_eq!(taken, (0..THREADS / 2 * EACH).collect::<Vec<_>>());
        assert!(queue.is_empty().unwrap());
    });
}

#[test]
fn a_transaction_excludes_every_other_writer() {
    on_both(|db| {
        let dict = db.dict("d").unwrap();
        dict.set("n", json!(0)).unwrap();
        thread::scope(|scope| {
            for number in 0..8 {
                let (db, dict) = (&db, &dict);
                scope.spawn(move || {
                    for round in 0..25 {
                        db.transaction(|tx| {
                            let dict = tx.dict("d")?;
                            let n: u32 = dict.get("n")?.unwrap().to()?;
                            dict.set("n", json!(n + 1))
                        })
                        .unwrap();
                        dict.set(&format!("{number}/{round}"), json!(1)).unwrap();
                    }
                });
            }
        });
        assert_eq!(dict.get("n").unwrap().unwrap().as_str(), "200");
        assert_eq!(dict.len().unwrap(), 201);
    });
}

#[test]
fn the_databases_own_handles_refuse_to_write_inside_a_transaction_of_the_thread() {
    on_both(|db| {
        let (dict, queue) = (db.dict("d").unwrap(), db.queue("q").unwrap());
        db.transaction(|tx| {
            let refused = [
                dict.set("a", json!(1)),
                queue.get(None).map(drop),
                db.lock("l")?.acquire(None, Duration::from_secs(1)).map(drop),
                dict.acquire(NOW, Duration::from_secs(1)).map(drop),
                db.transaction(|_| Ok(())),
                db.vacuum(),
                db.pause(),
                db.close(),
            ];
            for outcome in refused {
                assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Conflict);
            }
            let mut batch = db.batch();
            batch.dict_set(&dict, "a", json!(1), None, When::Always)?;
            assert_eq!(batch.commit(None).unwrap_err().kind(), ErrorKind::Conflict);
            tx.dict("d")?.set("a", json!(2))
        })
        .unwrap();
        dict.set("b", json!(1)).unwrap();
        assert_eq!(dict.len().unwrap(), 2);
        assert!(!db.lock("l").unwrap().locked().unwrap());
    });
}

#[test]
fn a_panic_in_a_transaction_undoes_it_and_lets_the_others_go_on() {
    on_both(|db| {
        let dict = db.dict("d").unwrap();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            db.transaction(|tx| {
                tx.dict("d")?.set("a", json!(1))?;
                if tx.dict("d")?.len()? == 1 {
                    std::panic::resume_unwind(Box::new("a fault of the caller"));
                }
                Ok(())
            })
        }));
        assert!(outcome.is_err());
        assert!(dict.is_empty().unwrap());
        dict.set("a", json!(2)).unwrap();
    });
}

#[test]
fn a_change_that_does_not_apply_spoils_no_transaction() {
    on_both(|db| {
        let dict = db.dict("d").unwrap();
        dict.set("there", json!(1)).unwrap();
        let outcome = db.transaction(|tx| {
            let (free, taken) = (tx.dict("free")?, tx.dict("d")?);
            free.set("a", json!(1))?;
            assert!(!taken.set_if_absent("there", json!(2), None)?);
            Ok(())
        });
        outcome.unwrap();
        assert_eq!(db.dict("free").unwrap().len().unwrap(), 1);
    });
}

/// A change that fails after it wrote makes its group begin again, one by one. Who waits for a lock that another
/// change of the group released is woken all the same; in memory no watcher does it in its place.
#[test]
fn a_release_wakes_the_next_although_its_neighbour_in_the_group_fails() {
    let db = Beaver::open(":memory:", Options::default()).unwrap();
    let ttl = Duration::from_secs(60);
    let dict = db.dict("d").unwrap();
    dict.set("there", json!(1)).unwrap();
    let held = db.lock("l").unwrap();
    assert!(held.acquire(None, ttl).unwrap());
    thread::scope(|scope| {
        let next = scope.spawn(|| db.lock("l").unwrap().acquire(None, ttl).unwrap());
        while db.stats().unwrap().waiters == 0 {
            thread::yield_now();
        }
        let mut batch = db.batch();
        batch.dict_set(&dict, "new", json!(1), None, When::Always).unwrap();
        batch.dict_set(&dict, "there", json!(2), None, When::Absent).unwrap();
        let began = db
            .transaction(|_| {
                // Both come into the line behind the transaction, and so into one group.
                scope.spawn(|| assert!(held.release().unwrap()));
                thread::sleep(Duration::from_millis(50));
                scope.spawn(|| assert_eq!(batch.commit(None).unwrap_err().kind(), ErrorKind::Conflict));
                thread::sleep(Duration::from_millis(50));
                Ok(Instant::now())
            })
            .unwrap();
        assert!(next.join().unwrap());
        // By itself it looks again after five seconds.
        assert!(began.elapsed() < Duration::from_secs(2), "woken after {:?}", began.elapsed());
    });
}

#[test]
fn batches_of_many_clients_share_commits_and_fail_each_by_itself() {
    on_both(|db| {
        let (dict, held) = (db.dict("d").unwrap(), db.dict("held").unwrap());
        let mine = held.acquire(NOW, Duration::from_secs(60)).unwrap().unwrap();
        let batch = |number: u32| {
            let mut batch = db.batch();
            let target = if number % 10 == 3 { &held } else { &dict };
            batch.dict_set(target, &number.to_string(), json!(number), None, When::Always).unwrap();
            if number % 10 == 7 {
                // After it wrote: its group begins again, one by one.
                batch.dict_set(target, &(number - 1).to_string(), json!(0), None, When::Absent).unwrap();
            }
            batch
        };
        let began = Instant::now();
        // More than one commit carries; and other threads stand in the line, too.
        thread::scope(|scope| {
            for thread in 0..4 {
                let dict = &dict;
                scope.spawn(move || {
                    (0..EACH).for_each(|round| dict.set(&format!("{thread}/{round}"), json!(1)).unwrap());
                });
            }
            for (number, outcome) in (0..).zip(db.commit_each((0..200).map(batch).collect())) {
                let kind = outcome.err().map(|error| error.kind());
                let right = match number % 10 {
                    3 => Some(ErrorKind::Busy),
                    7 => Some(ErrorKind::Conflict),
                    _ => None,
                };
                assert_eq!(kind, right, "batch {number}");
            }
        });
        assert!(began.elapsed() < Duration::from_secs(20), "nobody waits for who holds the other dict");
        assert_eq!(dict.len().unwrap(), 200 * 8 / 10 + u64::from(4 * EACH));
        assert!(held.is_empty().unwrap());
        mine.release().unwrap();
        assert!(db.commit_each(vec![batch(3)]).iter().all(Result::is_ok));
        assert!(db.commit_each(Vec::new()).is_empty());
    });
}

#[test]
fn a_batch_goes_to_the_database_that_began_it() {
    let [one, other] = [(); 2].map(|()| Beaver::open(":memory:", Options::default()).unwrap());
    let outcomes = one.commit_each(vec![one.batch(), other.batch()]);
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().is_err_and(|e| e.kind() == ErrorKind::InvalidArgument)));
}
