//! Channels: what is published reaches every subscriber, once and in order.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use beaver_core::{
    Beaver, Channel, ErrorKind, ManualClock, Message, Options, Result, Retention, Start, Structure, Subscription,
};
use serde_json::json;

const NOW: Option<Duration> = Some(Duration::ZERO);
const LONG: Option<Duration> = Some(Duration::from_secs(30));

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

fn open(path: &Path) -> Beaver {
    Beaver::open(path, Options::default()).unwrap()
}

/// Every kind of database that can tell of a message: in memory, woken by commits, and looking at intervals.
fn each_kind(test: impl Fn(&Beaver)) {
    test(&memory());
    for portable_watch in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { portable_watch, ..Options::default() };
        test(&Beaver::open(folder.path().join("c.db"), options).unwrap());
    }
}

fn numbers(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.payload.to().unwrap()).collect()
}

/// The next so many messages.
fn next(subscription: &Subscription, count: usize) -> Vec<u64> {
    let messages: Vec<_> = (0..count).map(|_| subscription.next(LONG).unwrap().expect("a message")).collect();
    numbers(&messages)
}

fn publish(channel: &Channel, numbers: std::ops::Range<u64>) {
    for number in numbers {
        channel.publish(json!(number)).unwrap();
    }
}

#[test]
fn messages_come_once_and_in_order_to_every_subscriber() {
    each_kind(|db| {
        let channel = db.channel("c").unwrap();
        let subscriptions = [channel.subscribe(Start::Now).unwrap(), channel.subscribe(Start::Now).unwrap()];
        publish(&channel, 0..5);
        channel.publish_many([5, 6, 7].map(|n| json!(n))).unwrap();
        for subscription in &subscriptions {
            assert_eq!(next(subscription, 8), [0, 1, 2, 3, 4, 5, 6, 7]);
            assert_eq!(subscription.next(NOW).unwrap(), None);
        }
    });
}

#[test]
fn a_subscription_begins_now_or_after_a_message_or_with_the_oldest() {
    each_kind(|db| {
        let channel = db.channel("c").unwrap();
        let stamps: Vec<_> = (0..4).map(|n| channel.publish(json!(n)).unwrap()).collect();
        assert!(stamps.is_sorted_by(|a, b| a < b));
        let now = channel.subscribe(Start::Now).unwrap();
        let after = channel.subscribe(Start::After(stamps[1])).unwrap();
        let oldest = channel.subscribe(Start::Oldest).unwrap();
        publish(&channel, 4..6);
        assert_eq!(next(&now, 2), [4, 5]);
        assert_eq!(next(&after, 4), [2, 3, 4, 5]);
        assert_eq!(next(&oldest, 6), [0, 1, 2, 3, 4, 5]);
        for subscription in [now, after, oldest] {
            assert_eq!(subscription.next(NOW).unwrap(), None);
        }
    });
}

#[test]
fn a_subscriber_gets_only_the_messages_of_its_channel() {
    each_kind(|db| {
        let (mine, other) = (db.channel("mine").unwrap(), db.channel("other").unwrap());
        let subscription = mine.subscribe(Start::Now).unwrap();
        other.publish(json!(1)).unwrap();
        mine.publish(json!(2)).unwrap();
        other.publish(json!(3)).unwrap();
        assert_eq!(next(&subscription, 1), [2]);
        assert_eq!(subscription.next(NOW).unwrap(), None);
    });
}

#[test]
fn a_waiting_subscriber_wakes_and_a_timeout_ends_its_wait() {
    each_kind(|db| {
        let channel = db.channel("c").unwrap();
        let subscription = channel.subscribe(Start::Now).unwrap();
        let began = Instant::now();
        assert_eq!(subscription.next(Some(Duration::from_millis(30))).unwrap(), None);
        assert!(began.elapsed() >= Duration::from_millis(30));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| next(&subscription, 1));
            thread::sleep(Duration::from_millis(20));
            publish(&channel, 7..8);
            assert_eq!(waiting.join().unwrap(), [7]);
        });
    });
}

#[test]
fn many_messages_are_had_at_once() {
    each_kind(|db| {
        let channel = db.channel("c").unwrap();
        let subscription = channel.subscribe(Start::Now).unwrap();
        channel.publish_many((0..1_000).map(|n| json!(n))).unwrap();
        let first = subscription.next_many(300, LONG).unwrap();
        assert!((1..=300).contains(&first.len()), "{}", first.len());
        let mut got = numbers(&first);
        while got.len() < 1_000 {
            got.extend(numbers(&subscription.next_many(1_000, LONG).unwrap()));
        }
        assert!(got.into_iter().eq(0..1_000));
        assert!(subscription.next_many(10, NOW).unwrap().is_empty());
    });
}

#[test]
fn a_slow_subscriber_misses_nothing_and_holds_nobody_up() {
    each_kind(|db| {
        let channel = db.channel("c").unwrap();
        let slow = channel.subscribe(Start::Now).unwrap();
        let quick = channel.subscribe(Start::Now).unwrap();
        // Far more than is kept in memory.
        for batch in 0..10 {
            channel.publish_many((0..1_000).map(|n| json!(batch * 1_000 + n))).unwrap();
            assert_eq!(next(&quick, 1_000).len(), 1_000);
        }
        assert!(next(&slow, 10_000).into_iter().eq(0..10_000));
        publish(&channel, 10_000..10_001);
        assert_eq!(next(&slow, 1), [10_000]);
    });
}

#[test]
fn a_thousand_subscribers_get_each_message() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(&folder.path().join("c.db"));
    let channel = db.channel("c").unwrap();
    let subscriptions: Vec<_> = (0..1_000).map(|_| channel.subscribe(Start::Now).unwrap()).collect();
    assert_eq!(db.stats().unwrap().waiters, 1_000);
    publish(&channel, 0..3);
    for subscription in &subscriptions {
        assert_eq!(next(subscription, 3), [0, 1, 2]);
    }
    drop(subscriptions);
    assert_eq!(db.stats().unwrap().waiters, 0);
}

#[test]
fn times_are_unique_and_rise_whatever_the_clock_does() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(1_700_000_000_000_000));
    let options = Options { clock: clock.clone(), ..Options::default() };
    let db = Beaver::open(folder.path().join("c.db"), options)?;
    let (a, b) = (db.channel("a")?, db.channel("b")?);
    let mut stamps = vec![a.publish(json!(0))?, b.publish(json!(0))?, a.publish(json!(1))?];
    clock.advance_us(-3_600_000_000);
    stamps.extend(a.publish_many([json!(2), json!(3)])?);
    // Also when all that was published is gone.
    a.clear()?;
    b.clear()?;
    stamps.push(a.publish(json!(4))?);
    assert!(stamps.is_sorted_by(|a, b| a < b), "{stamps:?}");
    let again = open(&folder.path().join("c.db"));
    assert!(again.channel("a")?.clear()? == 1);
    clock.advance_us(-3_600_000_000);
    assert!(Some(&a.publish(json!(5))?) > stamps.last());
    Ok(())
}

#[test]
fn messages_beyond_the_retention_are_removed_in_passing() -> Result<()> {
    let clock = Arc::new(ManualClock::new(1_700_000_000_000_000));
    let options = Options { clock: clock.clone(), ..Options::default() };
    let db = Beaver::open(":memory:", options)?;
    let channel = db.channel("c")?;
    assert_eq!(channel.retention()?, Retention::default());
    let few = Retention { max_age: None, max_messages: Some(100) };
    channel.set_retention(few)?;
    assert_eq!(channel.retention()?, few);
    publish(&channel, 0..1_000);
    let left = channel.items().collect::<Result<Vec<_>>>()?;
    assert!((100..=180).contains(&left.len()), "{}", left.len());
    assert_eq!(numbers(&left).last(), Some(&999));

    let young = Retention { max_age: Some(Duration::from_secs(60)), max_messages: None };
    channel.set_retention(young)?;
    clock.advance_us(61_000_000);
    publish(&channel, 1_000..1_300);
    assert_eq!(numbers(&channel.items().collect::<Result<Vec<_>>>()?).first(), Some(&1_000));
    assert_eq!(channel.len()?, 300);
    Ok(())
}

#[test]
fn a_subscriber_is_told_once_that_messages_went_before_it_read_them() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let db = open(&folder.path().join("c.db"));
    let channel = db.channel("c")?;
    channel.set_retention(Retention { max_age: None, max_messages: Some(50) })?;
    let subscription = channel.subscribe(Start::Now)?;
    let first = channel.publish(json!(0))?;
    assert_eq!(next(&subscription, 1), [0]);
    publish(&channel, 1..3_000);
    // Where it is now has been removed; one who begins there is told as well.
    let late = channel.subscribe(Start::After(first))?;
    for subscription in [subscription, late] {
        let mut told = 0;
        let mut last = 0;
        while last < 2_999 {
            match subscription.next(LONG) {
                Ok(message) => {
                    let number: u64 = message.expect("more are there").payload.to()?;
                    assert!(number > last && (told == 1 || number == last + 1), "{number} after {last}");
                    last = number;
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
                    told += 1;
                }
            }
        }
        assert!(told <= 1, "told {told} times");
    }
    // Who begins with the oldest has missed nothing.
    assert!(channel.subscribe(Start::Oldest)?.next(NOW)?.is_some());
    Ok(())
}

#[test]
fn a_subscriber_is_told_of_a_gap_behind_what_it_had_at_once() -> Result<()> {
    let db = memory();
    let channel = db.channel("c")?;
    let subscription = channel.subscribe(Start::Now)?;
    publish(&channel, 0..200);
    assert_eq!(next(&subscription, 1), [0]);
    channel.set_retention(Retention { max_age: None, max_messages: Some(50) })?;
    publish(&channel, 200..3_000);
    let (mut last, mut told) = (0, false);
    while last < 2_999 {
        match subscription.next_many(10_000, LONG) {
            Ok(messages) => {
                for number in numbers(&messages) {
                    assert!(number == last + 1 || std::mem::take(&mut told), "{number} after {last}");
                    last = number;
                }
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
                told = true;
            }
        }
    }
    Ok(())
}

#[test]
fn readiness_is_told_once_until_everything_was_taken() {
    each_kind(|db| {
        let channel = db.channel("c").unwrap();
        let subscription = channel.subscribe(Start::Now).unwrap();
        while subscription.next(NOW).unwrap().is_some() {}
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        subscription.on_ready(Some(Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        })));
        let wait_for = |count| {
            let until = Instant::now() + Duration::from_secs(10);
            while calls.load(Ordering::SeqCst) < count {
                assert!(Instant::now() < until, "no call");
                thread::sleep(Duration::from_millis(1));
            }
        };
        publish(&channel, 0..1);
        wait_for(1);
        publish(&channel, 1..3);
        thread::sleep(Duration::from_millis(20));
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        assert_eq!(next(&subscription, 3), [0, 1, 2]);
        assert_eq!(subscription.next(NOW).unwrap(), None);
        publish(&channel, 3..4);
        wait_for(2);
        assert_eq!(next(&subscription, 1), [3]);
        assert_eq!(subscription.next(NOW).unwrap(), None);
        subscription.on_ready(None);
        let before = calls.load(Ordering::SeqCst);
        publish(&channel, 4..5);
        assert_eq!(next(&subscription, 1), [4]);
        assert_eq!(calls.load(Ordering::SeqCst), before);
    });
}

#[test]
fn what_ends_a_wait_is_told_at_once() {
    type End = fn(&Beaver, &Subscription);
    let ends: [(&str, End, ErrorKind); 4] = [
        ("close", |db, _| db.close().unwrap(), ErrorKind::Closed),
        ("pause", |db, _| db.pause().unwrap(), ErrorKind::Paused),
        ("interrupt", |db, _| db.interrupt(), ErrorKind::Interrupted),
        ("close of the subscription", |_, subscription| subscription.close(), ErrorKind::Closed),
    ];
    for (name, end, kind) in ends {
        each_kind(|db| {
            let subscription = db.channel("c").unwrap().subscribe(Start::Now).unwrap();
            thread::scope(|scope| {
                let waiting = scope.spawn(|| subscription.next(LONG));
                thread::sleep(Duration::from_millis(30));
                let began = Instant::now();
                end(db, &subscription);
                let error = waiting.join().unwrap().expect_err(name);
                assert_eq!(error.kind(), kind, "{name}");
                assert!(began.elapsed() < Duration::from_secs(5), "{name} took {:?}", began.elapsed());
            });
        });
    }
}

#[test]
fn a_subscription_goes_on_after_a_pause() {
    each_kind(|db| {
        let channel = db.channel("c").unwrap();
        let subscription = channel.subscribe(Start::Now).unwrap();
        publish(&channel, 0..2);
        db.pause().unwrap();
        assert_eq!(subscription.next(NOW).unwrap_err().kind(), ErrorKind::Paused);
        db.resume().unwrap();
        publish(&channel, 2..3);
        assert_eq!(next(&subscription, 3), [0, 1, 2]);
        // Nor are those lost that were fetched by then together with the first.
        channel.publish_many((3..10).map(|n| json!(n))).unwrap();
        assert_eq!(next(&subscription, 1), [3]);
        db.pause().unwrap();
        assert_eq!(subscription.next(NOW).unwrap_err().kind(), ErrorKind::Paused);
        db.resume().unwrap();
        assert_eq!(next(&subscription, 6), [4, 5, 6, 7, 8, 9]);
    });
}

#[test]
fn what_others_publish_during_a_pause_comes_after_it() {
    for portable_watch in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.db");
        let db = Beaver::open(&path, Options { portable_watch, ..Options::default() }).unwrap();
        let subscription = db.channel("c").unwrap().subscribe(Start::Now).unwrap();
        db.pause().unwrap();
        publish(&open(&path).channel("c").unwrap(), 0..3);
        db.resume().unwrap();
        // And nobody commits any more.
        assert_eq!(next(&subscription, 3), [0, 1, 2]);
    }
}

#[test]
fn a_try_finds_what_was_published_before_it() {
    each_kind(|db| {
        let channel = db.channel("c").unwrap();
        let (one, many) = (channel.subscribe(Start::Now).unwrap(), channel.subscribe(Start::Now).unwrap());
        for n in 0..300 {
            publish(&channel, n..n + 1);
            assert_eq!(one.next(NOW).unwrap().map(|message| message.payload.to().unwrap()), Some(n));
            assert_eq!(numbers(&many.next_many(5, NOW).unwrap()), [n]);
        }
        assert_eq!((one.next(NOW).unwrap(), many.next(NOW).unwrap()), (None, None));
    });
}

#[test]
fn a_file_that_was_removed_or_replaced_is_told_to_who_waits() {
    for replaced in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.db");
        let db = open(&path);
        let subscription = db.channel("c").unwrap().subscribe(Start::Now).unwrap();
        let queue = db.queue("q").unwrap();
        thread::scope(|scope| {
            let got = scope.spawn(|| queue.get(LONG));
            let next = scope.spawn(|| subscription.next(LONG));
            thread::sleep(Duration::from_millis(30));
            std::fs::rename(&path, folder.path().join("away.db")).unwrap();
            if replaced {
                std::fs::write(&path, b"").unwrap();
            }
            for error in [got.join().unwrap().unwrap_err(), next.join().unwrap().unwrap_err()] {
                assert_eq!(error.kind(), ErrorKind::Io, "{error}");
                assert!(error.message().contains("replaced or removed"), "{error}");
            }
        });
        std::fs::rename(folder.path().join("away.db"), &path).unwrap();
        assert_eq!(subscription.next(NOW).unwrap(), None);
    }
}

#[test]
fn a_channel_is_a_structure_like_any_other() -> Result<()> {
    let db = memory();
    let channel = db.channel("c")?;
    publish(&channel, 0..3);
    assert_eq!((channel.len()?, channel.is_empty()?), (3, false));
    let mut text = Vec::new();
    channel.dump(&mut text, beaver_core::DumpFormat::Json)?;
    let copy = db.channel("copy")?;
    assert_eq!(copy.load(&mut text.as_slice(), beaver_core::LoadMode::Replace)?, 3);
    assert_eq!(numbers(&copy.items().collect::<Result<Vec<_>>>()?), [0, 1, 2]);

    // Who acquired it is the only one to publish.
    let mine = channel.acquire(NOW, Duration::from_secs(60))?.expect("free");
    mine.publish(json!(3))?;
    mine.release()?;
    let impatient = Options { busy_timeout: Duration::ZERO, ..Options::default() };
    let folder = tempfile::tempdir().unwrap();
    let other = Beaver::open(folder.path().join("c.db"), impatient)?;
    let held = other.channel("c")?.acquire(NOW, Duration::from_secs(60))?;
    assert_eq!(other.channel("c")?.publish(json!(1)).unwrap_err().kind(), ErrorKind::Busy);
    drop(held);
    other.channel("c")?.publish(json!(1))?;

    assert_eq!(
        db.transaction(|tx| tx.channel("c")?.subscribe(Start::Now).map(drop)).unwrap_err().kind(),
        ErrorKind::Unsupported
    );
    let subscription = channel.subscribe(Start::Now)?;
    db.transaction(|tx| tx.channel("c")?.publish(json!(4)).map(drop))?;
    let mut batch = db.batch();
    batch.channel_publish(&channel, json!(5))?;
    batch.commit(None)?;
    assert_eq!(next(&subscription, 2), [4, 5]);
    assert!(db.verify()?.problems.is_empty());
    Ok(())
}

#[test]
fn what_cannot_be_published_is_refused_and_nothing_is_written() -> Result<()> {
    let db = memory();
    let channel = db.channel("c")?;
    let large = beaver_core::Json::of(&"x".repeat(100))?;
    let deep = "[".repeat(200) + &"]".repeat(200);
    assert!(beaver_core::Json::parse(&deep).is_err());
    let too_large = json!("x".repeat(beaver_core::MAX_JSON_BYTES));
    let error = channel.publish_many([large.clone(), too_large.into()]).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Limit, Some(1)));
    let error = channel.set_retention(Retention { max_age: Some(Duration::ZERO), max_messages: None }).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    for name in ["", "__internal", "a\0b"] {
        assert_eq!(db.channel(name).err().map(|e| e.kind()), Some(ErrorKind::InvalidArgument));
    }
    assert_eq!(channel.len()?, 0);
    assert!(channel.publish_many(Vec::<beaver_core::Json>::new())?.is_empty());
    Ok(())
}
