//! Queues: order, taking, waiting, leases, dead letters.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use beaver_core::{
    Beaver, DeadLetterPolicy, ErrorKind, Json, Kind, ManualClock, Options, Outcome, Queue, QueueItem, Structure, When,
};
use serde_json::json;

const NOW: Option<Duration> = Some(Duration::ZERO);
const SECOND: Duration = Duration::from_secs(1);

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

fn with_clock() -> (Beaver, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(1_700_000_000_000_000));
    let db = Beaver::open(":memory:", Options { clock: clock.clone(), ..Options::default() }).unwrap();
    (db, clock)
}

fn take(queue: &Queue) -> Option<String> {
    queue.get(NOW).unwrap().map(|item| item.data.to_string())
}

fn all(queue: &Queue) -> Vec<String> {
    queue.items().map(|item| item.unwrap().data.to_string()).collect()
}

#[test]
fn gives_by_priority_then_in_the_order_of_the_puts_even_when_the_clock_goes_back() {
    let (db, clock) = with_clock();
    let queue = db.queue("q").unwrap();
    for (value, priority) in [(1, 5.0), (2, 1.0), (3, 5.0), (4, -2.5), (5, 1.0)] {
        clock.advance_us(-1_000_000);
        queue.put(json!(value), priority).unwrap();
    }
    assert_eq!(all(&queue), ["4", "2", "5", "1", "3"]);
    assert_eq!(queue.peek().unwrap().unwrap().data.as_str(), "4");
    assert_eq!(queue.len().unwrap(), 5);
    let taken = queue.get_many(3, NOW).unwrap();
    assert_eq!(taken.iter().map(|item| item.data.as_str()).collect::<Vec<_>>(), ["4", "2", "5"]);
    assert_eq!(taken.iter().map(|item| item.priority).collect::<Vec<_>>(), [-2.5, 1.0, 1.0]);
    assert!(taken[1].timestamp < taken[2].timestamp);
    assert_eq!([take(&queue), take(&queue), take(&queue)], [Some("1".into()), Some("3".into()), None]);
    assert!(queue.is_empty().unwrap());
}

#[test]
fn an_item_that_is_put_back_has_its_place_again() {
    let db = memory();
    let queue = db.queue("q").unwrap();
    queue.put_many([(json!("a"), 1.0), (json!("b"), 1.0), (json!("c"), 0.5)]).unwrap();
    let taken = queue.get_many(2, NOW).unwrap();
    assert_eq!(all(&queue), [r#""b""#]);
    for item in taken {
        queue.put_back(item).unwrap();
    }
    assert_eq!(all(&queue), [r#""c""#, r#""a""#, r#""b""#]);
    // Who waits gets it.
    let item = queue.get(NOW).unwrap().unwrap();
    queue.clear().unwrap();
    thread::scope(|scope| {
        let waits = scope.spawn(|| queue.get(None));
        queue.put_back(item.clone()).unwrap();
        assert_eq!(waits.join().unwrap().unwrap().unwrap(), item);
    });
    for bad in [QueueItem { priority: f64::NAN, ..item.clone() }, QueueItem { timestamp: i64::MAX, ..item }] {
        assert_eq!(queue.put_back(bad).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    assert!(queue.is_empty().unwrap());
}

#[test]
fn stamps_are_unique_while_the_clock_stands() {
    let (db, _) = with_clock();
    let queue = db.queue("q").unwrap();
    queue.put_many((0..10).map(|n| (json!(n), 1.0))).unwrap();
    let stamps: Vec<i64> = queue.items().map(|item| item.unwrap().timestamp).collect();
    assert_eq!(stamps, (0..10).map(|n| 1_700_000_000_000_000 + n).collect::<Vec<_>>());
}

#[test]
fn an_item_put_behind_a_leased_one_stays_behind_it() {
    let (db, clock) = with_clock();
    let queue = db.queue("q").unwrap();
    queue.put(json!("first"), 1.0).unwrap();
    let lease = queue.lease(SECOND, NOW, None).unwrap().unwrap();
    clock.advance_us(-5_000_000);
    queue.put(json!("second"), 1.0).unwrap();
    assert!(queue.nack(lease.id, Duration::ZERO).unwrap());
    assert_eq!(all(&queue), [r#""first""#, r#""second""#]);
}

#[test]
fn refuses_what_it_cannot_order_or_store() {
    let queue = memory().queue("q").unwrap();
    for priority in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(queue.put(json!(1), priority).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    let error = queue.put_many([(json!(1), 1.0), (json!(2), f64::NAN)]).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidArgument, Some(1)));
    assert_eq!(queue.get_many(0, NOW).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(queue.get_many(100_001, NOW).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(queue.lease(Duration::ZERO, NOW, None).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(queue.extend(1, Duration::ZERO).unwrap_err().kind(), ErrorKind::InvalidArgument);
    for (max_attempts, name) in [(0, "dead"), (1, "q"), (1, ""), (1, "__dead")] {
        let policy = DeadLetterPolicy { max_attempts, queue: name.into() };
        assert_eq!(queue.lease(SECOND, NOW, Some(&policy)).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    assert!(queue.is_empty().unwrap());
    for id in [0, 1, u64::MAX] {
        assert!(!queue.ack(id).unwrap() && !queue.nack(id, SECOND).unwrap() && !queue.extend(id, SECOND).unwrap());
    }
}

#[test]
fn a_lease_keeps_an_item_until_it_is_settled() {
    let (db, clock) = with_clock();
    let queue = db.queue("q").unwrap();
    queue.put(json!("a"), 2.0).unwrap();
    let first = queue.lease(SECOND, NOW, None).unwrap().unwrap();
    assert_eq!((first.attempts, first.item.data.as_str(), first.item.priority), (1, r#""a""#, 2.0));
    assert_eq!((queue.len().unwrap(), queue.leased().unwrap()), (0, 1));
    assert_eq!(take(&queue), None);
    assert_eq!(db.names(Kind::Queue).unwrap(), ["q"]);

    clock.advance_us(900_000);
    assert!(queue.extend(first.id, SECOND).unwrap());
    clock.advance_us(999_999);
    assert_eq!((queue.len().unwrap(), queue.leased().unwrap()), (0, 1));
    clock.advance_us(1);
    assert_eq!((queue.len().unwrap(), queue.leased().unwrap()), (1, 0));
    assert_eq!(queue.peek().unwrap().unwrap().timestamp, first.item.timestamp);

    // Over is over, also before somebody else has it, and when the clock goes back after it.
    assert!(!queue.ack(first.id).unwrap() && !queue.extend(first.id, SECOND).unwrap());
    let second = queue.lease(SECOND, NOW, None).unwrap().unwrap();
    assert_eq!((second.attempts, &second.item), (2, &first.item));
    assert!(second.id > first.id);
    assert!(!queue.ack(first.id).unwrap() && !queue.nack(first.id, Duration::ZERO).unwrap());
    assert!(queue.ack(second.id).unwrap());
    assert!(!queue.ack(second.id).unwrap());
    assert_eq!((queue.len().unwrap(), queue.leased().unwrap()), (0, 0));
    assert!(db.names(Kind::Queue).unwrap().is_empty());
    assert!(db.verify().unwrap().problems.is_empty());
}

#[test]
fn the_clock_set_back_does_not_lend_out_again_what_came_back() {
    let (db, clock) = with_clock();
    let queue = db.queue("q").unwrap();
    queue.put_many([(json!("a"), 1.0), (json!("b"), 2.0), (json!("c"), 3.0)]).unwrap();
    let a = queue.lease(SECOND, NOW, None).unwrap().unwrap();
    queue.lease(SECOND, NOW, None).unwrap().unwrap();
    clock.advance_us(2_000_000);
    assert_eq!(take(&queue).unwrap(), r#""a""#);
    clock.advance_us(-2_000_000);
    assert_eq!((queue.len().unwrap(), queue.leased().unwrap()), (2, 0));
    assert!(!queue.ack(a.id).unwrap());
    assert_eq!(all(&queue), [r#""b""#, r#""c""#]);
}

#[test]
fn nack_gives_back_at_once_or_after_a_delay() {
    let (db, clock) = with_clock();
    let queue = db.queue("q").unwrap();
    queue.put(json!("a"), 1.0).unwrap();
    let lease = queue.lease(SECOND, NOW, None).unwrap().unwrap();
    assert!(queue.nack(lease.id, Duration::from_secs(5)).unwrap());
    // It waits, but nobody has it: the old id settles nothing.
    assert_eq!((queue.len().unwrap(), queue.leased().unwrap()), (0, 0));
    assert!(!queue.ack(lease.id).unwrap() && !queue.extend(lease.id, SECOND).unwrap());
    clock.advance_us(5_000_000);
    let lease = queue.lease(SECOND, NOW, None).unwrap().unwrap();
    assert_eq!(lease.attempts, 2);
    assert!(queue.nack(lease.id, Duration::ZERO).unwrap());
    assert_eq!((queue.len().unwrap(), queue.leased().unwrap()), (1, 0));
    // A plain get takes what came back, for good.
    assert_eq!(take(&queue).unwrap(), r#""a""#);
    assert_eq!(queue.clear().unwrap(), 0);
}

#[test]
fn what_came_back_stands_in_its_place() {
    let (db, _) = with_clock();
    let queue = db.queue("q").unwrap();
    queue.put_many((0..600).map(|n| (json!(n), f64::from(n % 3)))).unwrap();
    let order = all(&queue);
    assert_eq!(order.len(), 600);
    let ids: Vec<u64> = (0..400).map(|_| queue.lease(SECOND, NOW, None).unwrap().unwrap().id).collect();
    assert_eq!(all(&queue), order[400..]);
    for id in ids.iter().rev() {
        assert!(queue.nack(*id, Duration::ZERO).unwrap());
    }
    assert_eq!(all(&queue), order);
    let mut taken: Vec<String> = Vec::new();
    while taken.len() < 600 {
        taken.extend(queue.get_many(130, NOW).unwrap().into_iter().map(|item| item.data.to_string()));
    }
    assert_eq!(taken, order);
}

#[test]
fn clear_counts_and_removes_leased_items_too() {
    let queue = memory().queue("q").unwrap();
    queue.put_many((0..5).map(|n| (json!(n), 1.0))).unwrap();
    let lease = queue.lease(SECOND, NOW, None).unwrap().unwrap();
    assert_eq!(queue.clear().unwrap(), 5);
    assert!(!queue.ack(lease.id).unwrap());
    assert_eq!((queue.len().unwrap(), queue.leased().unwrap()), (0, 0));
}

#[test]
fn items_given_out_too_often_become_dead_letters() {
    let (db, _) = with_clock();
    let (queue, dead) = (db.queue("q").unwrap(), db.queue("dead").unwrap());
    let policy = DeadLetterPolicy { max_attempts: 2, queue: "dead".into() };
    queue.put_many([(json!("poison"), 1.0), (json!("good"), 2.0)]).unwrap();
    for attempt in 1..=2 {
        let lease = queue.lease(SECOND, NOW, Some(&policy)).unwrap().unwrap();
        assert_eq!((lease.attempts, lease.item.data.as_str()), (attempt, r#""poison""#));
        queue.nack(lease.id, Duration::ZERO).unwrap();
    }
    assert_eq!(dead.len().unwrap(), 0);
    let lease = queue.lease(SECOND, NOW, Some(&policy)).unwrap().unwrap();
    assert_eq!((lease.attempts, lease.item.data.as_str()), (1, r#""good""#));
    let letter = dead.get(NOW).unwrap().unwrap();
    assert_eq!((letter.priority, letter.data.as_str()), (1.0, r#""poison""#));
    // Without the policy it would have been given out again; with it, it starts anew elsewhere.
    queue.nack(lease.id, Duration::ZERO).unwrap();
    assert_eq!(queue.lease(SECOND, NOW, None).unwrap().unwrap().attempts, 2);
}

#[test]
fn many_dead_letters_are_moved_in_several_commits_and_none_is_lost() {
    let db = memory();
    let (queue, dead) = (db.queue("q").unwrap(), db.queue("dead").unwrap());
    let policy = DeadLetterPolicy { max_attempts: 1, queue: "dead".into() };
    queue.put_many((0..2_500).map(|n| (json!(n), 1.0))).unwrap();
    let ids: Vec<u64> = (0..2_500).map(|_| queue.lease(SECOND * 60, NOW, None).unwrap().unwrap().id).collect();
    for id in ids {
        queue.nack(id, Duration::ZERO).unwrap();
    }
    queue.put(json!("good"), 2.0).unwrap();
    let lease = queue.lease(SECOND, Some(SECOND * 10), Some(&policy)).unwrap().unwrap();
    assert_eq!(lease.item.data.as_str(), r#""good""#);
    assert_eq!(all(&dead), (0..2_500).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_dead_letter_queue_that_somebody_acquired_is_not_written_to() {
    let db =
        Beaver::open(":memory:", Options { busy_timeout: Duration::from_millis(50), ..Options::default() }).unwrap();
    let (queue, dead) = (db.queue("q").unwrap(), db.queue("dead").unwrap());
    let policy = DeadLetterPolicy { max_attempts: 1, queue: "dead".into() };
    queue.put(json!(1), 1.0).unwrap();
    let id = queue.lease(SECOND, NOW, None).unwrap().unwrap().id;
    queue.nack(id, Duration::ZERO).unwrap();
    let mine = dead.acquire(NOW, SECOND * 60).unwrap().unwrap();
    assert!(queue.lease(SECOND, NOW, Some(&policy)).unwrap().is_none());
    assert_eq!((queue.len().unwrap(), dead.len().unwrap()), (1, 0));
    mine.release().unwrap();
    assert!(queue.lease(SECOND, NOW, Some(&policy)).unwrap().is_none());
    assert_eq!((queue.len().unwrap(), dead.len().unwrap()), (0, 1));
}

#[test]
fn a_batch_stores_a_result_only_while_the_lease_is_held() {
    let (db, clock) = with_clock();
    let (queue, results) = (db.queue("q").unwrap(), db.dict("results").unwrap());
    let mut batch = db.batch();
    batch.queue_put(&queue, json!("a"), 1.0).unwrap();
    batch.queue_put(&queue, json!("b"), 0.0).unwrap();
    assert_eq!(batch.queue_put(&queue, json!("c"), f64::NAN).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(batch.commit(None).unwrap(), [Outcome::Done, Outcome::Done]);

    let lease = queue.lease(SECOND, NOW, None).unwrap().unwrap();
    let settle = |value: i32, id: u64| {
        let mut batch = db.batch();
        batch.dict_set(&results, "b", json!(value), None, When::Always).unwrap();
        batch.queue_ack(&queue, id).unwrap();
        batch.commit(None)
    };
    clock.advance_us(2_000_000);
    let error = settle(1, lease.id).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::NotFound, Some(1)));
    assert!(results.is_empty().unwrap());
    let lease = queue.lease(SECOND, NOW, None).unwrap().unwrap();
    assert_eq!(settle(2, lease.id).unwrap(), [Outcome::Applied(true), Outcome::Applied(true)]);
    assert_eq!(results.get("b").unwrap(), Some(Json::from(json!(2))));

    let mut batch = db.batch();
    batch.queue_clear(&queue).unwrap();
    assert_eq!(batch.commit(None).unwrap(), [Outcome::Count(1)]);
}

#[test]
fn a_transaction_takes_without_waiting_and_undoes() {
    let db = memory();
    let queue = db.queue("q").unwrap();
    queue.put(json!(1), 1.0).unwrap();
    let undone = db.transaction(|tx| {
        let queue = tx.queue("q")?;
        assert_eq!(queue.lease(SECOND, None, None)?.unwrap().item.data.as_str(), "1");
        assert_eq!(queue.leased()?, 1);
        assert!(queue.get(None)?.is_none(), "nothing can come while the transaction runs");
        Err::<(), _>(beaver_core::Error::new(ErrorKind::Conflict, "undo"))
    });
    assert_eq!(undone.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!((queue.len().unwrap(), queue.leased().unwrap()), (1, 0));
}

#[test]
fn a_waiting_get_wakes_when_an_item_comes_and_gives_up_in_time() {
    let dir = tempfile::tempdir().unwrap();
    for db in [memory(), Beaver::open(dir.path().join("q.db"), Options::default()).unwrap()] {
        let queue = db.queue("q").unwrap();
        let began = Instant::now();
        assert!(queue.get(Some(Duration::from_millis(60))).unwrap().is_none());
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(60) && took < Duration::from_millis(600), "{took:?}");
        thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                let item = queue.get(Some(SECOND * 20)).unwrap();
                (item.unwrap().data.to_string(), Instant::now())
            });
            while db.stats().unwrap().waiters == 0 {
                thread::sleep(Duration::from_millis(1));
            }
            let put = Instant::now();
            queue.put(json!("hello"), 1.0).unwrap();
            let (data, woke) = waiter.join().unwrap();
            assert_eq!(data, r#""hello""#);
            assert!(woke.duration_since(put) < Duration::from_millis(500));
        });
        assert_eq!(db.stats().unwrap().waiters, 0);
    }
}

#[test]
fn a_waiting_get_wakes_when_a_lease_runs_out_that_began_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let db = Beaver::open(dir.path().join("q.db"), Options::default()).unwrap();
    let queue = db.queue("q").unwrap();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| queue.get(Some(SECOND * 20)).unwrap().unwrap());
        while db.stats().unwrap().waiters == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        // In one commit, so that the waiter finds the item gone already.
        let began = db
            .transaction(|tx| {
                let queue = tx.queue("q")?;
                queue.put(json!("a"), 1.0)?;
                queue.lease(Duration::from_millis(150), NOW, None)?;
                Ok(Instant::now())
            })
            .unwrap();
        assert_eq!(waiter.join().unwrap().data.as_str(), r#""a""#);
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(140), "{took:?}");
    });
}

#[test]
fn nack_wakes_a_waiter_at_once_or_after_its_delay() {
    let db = memory();
    let queue = db.queue("q").unwrap();
    for delay in [Duration::ZERO, Duration::from_millis(100)] {
        queue.put(json!("a"), 1.0).unwrap();
        let lease = queue.lease(SECOND * 60, NOW, None).unwrap().unwrap();
        thread::scope(|scope| {
            let waiter = scope.spawn(|| queue.get(Some(SECOND * 20)).unwrap().unwrap());
            while db.stats().unwrap().waiters == 0 {
                thread::sleep(Duration::from_millis(1));
            }
            let began = Instant::now();
            assert!(queue.nack(lease.id, delay).unwrap());
            waiter.join().unwrap();
            let took = began.elapsed();
            assert!(took >= delay && took < delay + Duration::from_millis(500), "{took:?}");
        });
    }
}

#[test]
fn a_get_on_an_acquired_queue_keeps_to_its_own_timeout() {
    let queue = memory().queue("q").unwrap();
    queue.put(json!(1), 1.0).unwrap();
    let mine = queue.acquire(NOW, SECOND * 60).unwrap().unwrap();
    let began = Instant::now();
    assert!(queue.get(NOW).unwrap().is_none());
    assert!(queue.get(Some(Duration::from_millis(50))).unwrap().is_none());
    assert!(began.elapsed() < SECOND * 5, "the busy timeout of half a minute is not this call's");
    thread::scope(|scope| {
        let other = scope.spawn(|| queue.get(None).unwrap().unwrap());
        thread::sleep(Duration::from_millis(20));
        assert!(!other.is_finished());
        mine.put(json!(0), 0.0).unwrap();
        mine.release().unwrap();
        assert_eq!(other.join().unwrap().data.as_str(), "0");
    });
}

/// A file as BeaverDB 1.x leaves it: no tables but its own, stamps finer than a microsecond.
#[test]
fn a_file_of_1x_is_read_as_it_is_and_completed_by_the_first_write() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("old.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE beaver_priority_queues (queue_name TEXT NOT NULL, priority REAL NOT NULL, timestamp REAL NOT NULL, data TEXT NOT NULL);
         CREATE INDEX idx_priority_queue_order ON beaver_priority_queues (queue_name, priority ASC, timestamp ASC);",
    )
    .unwrap();
    for n in 0..700 {
        // Three items share each microsecond, and some the very same stamp.
        old.execute(
            "INSERT INTO beaver_priority_queues VALUES ('q', 1, ?1, ?2)",
            (1_700_000_000.25 + f64::from(n / 2) * 2.4e-7, n.to_string()),
        )
        .unwrap();
    }
    drop(old);
    let expected: Vec<String> = (0..700).map(|n| n.to_string()).collect();
    let reading = Beaver::open(&path, Options { read_only: true, ..Options::default() }).unwrap();
    let queue = reading.queue("q").unwrap();
    assert_eq!((queue.len().unwrap(), queue.leased().unwrap()), (700, 0));
    assert_eq!(all(&queue), expected);
    assert_eq!(queue.get(NOW).unwrap_err().kind(), ErrorKind::ReadOnly);
    reading.close().unwrap();

    let db = Beaver::open(&path, Options::default()).unwrap();
    let queue = db.queue("q").unwrap();
    assert_eq!(all(&queue), expected);
    let lease = queue.lease(SECOND, NOW, None).unwrap().unwrap();
    assert_eq!(lease.item.data.as_str(), "0");
    queue.nack(lease.id, Duration::ZERO).unwrap();
    assert_eq!(all(&queue), expected);
    assert_eq!(queue.get_many(700, NOW).unwrap().len(), 700);
}

#[test]
fn verify_names_the_queue_and_the_fault() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("q.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    let queue = db.queue("jobs").unwrap();
    queue.put_many([(json!(1), 1.0), (json!(2), 1.0)]).unwrap();
    queue.lease(SECOND, NOW, None).unwrap();
    assert!(db.verify().unwrap().problems.is_empty());
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch(
        "UPDATE beaver_priority_queues SET priority = 9e999; UPDATE beaver_queue_leases SET attempts = 0, data = '{';",
    )
    .unwrap();
    let problems = db.verify().unwrap().problems;
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems.iter().all(|problem| problem.contains("\"jobs\"")));
}

#[test]
fn a_get_costs_the_same_however_many_leases_there_are() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("q.db");
    Beaver::open(&path, Options::default()).unwrap().queue("q").unwrap().put(json!(1), 1.0).unwrap();
    let raw = rusqlite::Connection::open(&path).unwrap();
    let plan = |sql: &str| -> String {
        let mut statement = raw.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    };
    let back = plan(
        "SELECT lease_id, priority, timestamp FROM beaver_queue_leases
         WHERE queue_name = 'q' AND leased_until = 0 AND (priority, timestamp, lease_id) > (1, 1, 1)
         ORDER BY priority, timestamp, lease_id LIMIT 1",
    );
    assert!(
        back.contains("beaver_queue_leases_until (queue_name=? AND leased_until=? AND") && !back.contains("TEMP"),
        "{back}"
    );
    let unmarked = plan(
        "SELECT lease_id FROM beaver_queue_leases
         WHERE queue_name = 'q' AND leased_until > 0 AND leased_until <= 5 AND (+priority, +timestamp, +lease_id) > (1, 1, 1)
         ORDER BY +priority, +timestamp, +lease_id LIMIT 1",
    );
    assert!(
        unmarked.contains("beaver_queue_leases_until (queue_name=? AND leased_until>? AND leased_until<?)"),
        "{unmarked}"
    );
    let stored = plan(
        "SELECT rowid FROM beaver_priority_queues WHERE queue_name = 'q' AND (priority, timestamp, rowid) > (1, 1, 1)
         ORDER BY priority, timestamp, rowid LIMIT 1",
    );
    assert!(stored.contains("idx_priority_queue_order (queue_name=? AND") && !stored.contains("TEMP"), "{stored}");
}
