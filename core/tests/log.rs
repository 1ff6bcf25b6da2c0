//! Logs: their order, their times, and what is forgotten.

use std::sync::Arc;
use std::time::{Duration, Instant};

use beaver_core::{Beaver, Clock, ErrorKind, Json, LogQuery, ManualClock, Options};
use serde_json::json;

const T: i64 = 1_700_000_000_000_000;
/// The first moment of the year 1.
const START: i64 = -62_135_596_800_000_000;
const END: i64 = 253_402_300_799_999_999;

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

fn times(query: &LogQuery, log: &beaver_core::Log) -> Vec<i64> {
    log.query(query).unwrap().into_iter().map(|entry| entry.timestamp - T).collect()
}

#[test]
fn entries_keep_their_values_and_times() {
    let log = memory().log("l").unwrap();
    assert_eq!(log.append_at(Json::parse(r#"{"b": 1.50, "a":[]}"#).unwrap(), T).unwrap(), T);
    assert_eq!(log.append_at(json!(null), T - 5).unwrap(), T - 5);
    let entries: Vec<_> = log.items().collect::<Result<_, _>>().unwrap();
    assert_eq!(entries[0].timestamp, T - 5);
    assert_eq!(entries[1].data.as_str(), r#"{"b": 1.50, "a":[]}"#);
}

#[test]
fn an_entry_without_a_time_gets_the_present() {
    let clock = Arc::new(ManualClock::new(T));
    let db = Beaver::open(":memory:", Options { clock: clock.clone(), ..Options::default() }).unwrap();
    let log = db.log("l").unwrap();
    assert_eq!(log.append(json!(1)).unwrap(), T);
    assert_eq!(log.append(json!(2)).unwrap(), T + 1, "the clock stands still");
    clock.advance_us(-10);
    assert_eq!(log.append(json!(3)).unwrap(), clock.now_us(), "a clock that went back is believed");
    clock.advance_us(10);
    assert_eq!(log.append(json!(4)).unwrap(), T + 2);
    let values: Vec<String> = log.items().map(|entry| entry.unwrap().data.to_string()).collect();
    assert_eq!(values, ["3", "1", "2", "4"]);
}

#[test]
fn a_taken_time_moves_to_the_next_free_one() {
    let log = memory().log("l").unwrap();
    for (at, expected) in [(0, 0), (2, 2), (0, 1), (0, 3), (1, 4), (3, 5), (7, 7), (5, 6), (0, 8), (8, 9), (9, 10)] {
        assert_eq!(log.append_at(json!(0), T + at).unwrap(), T + expected);
    }
    log.prune_older(T + 4).unwrap();
    assert_eq!(log.append_at(json!(0), T).unwrap(), T, "what was forgotten is free again");
    log.clear().unwrap();
    assert_eq!(log.append_at(json!(0), T + 5).unwrap(), T + 5);
}

#[test]
fn a_taken_time_moves_also_past_other_processes_entries() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    let other = Beaver::open(&path, Options::default()).unwrap();
    let (mine, theirs) = (db.log("l").unwrap(), other.log("l").unwrap());
    for expected in 0..10 {
        let log = if expected % 3 == 0 { &theirs } else { &mine };
        assert_eq!(log.append_at(json!(0), T).unwrap(), T + expected);
    }
    theirs.clear().unwrap();
    assert_eq!(mine.append_at(json!(0), T).unwrap(), T);
    // A transaction that was undone took no time.
    let undone = db.transaction(|tx| {
        tx.log("l")?.append_many((0..5).map(|n| (json!(n), Some(T))))?;
        Err::<(), _>(beaver_core::Error::new(ErrorKind::Conflict, "no"))
    });
    assert!(undone.is_err());
    assert_eq!(mine.append_at(json!(0), T).unwrap(), T + 1);
}

#[test]
fn many_entries_of_the_same_times_are_not_quadratic() {
    let log = memory().log("l").unwrap();
    let begun = Instant::now();
    let stamps = log.append_many((0..40_000).map(|n| (json!(n), Some(T + (n % 2) * 1_000_000)))).unwrap();
    assert_eq!(stamps[39_999], T + 1_000_000 + 19_999);
    for n in 0..2_000 {
        assert_eq!(log.append_at(json!(0), T).unwrap(), T + 20_000 + n);
    }
    // Walking each time took minutes.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(log.len().unwrap(), 42_000);
}

#[test]
fn ranges_include_their_start_and_exclude_their_end() {
    let log = memory().log("l").unwrap();
    log.append_many((0..10).map(|n| (json!(n), Some(T + n)))).unwrap();
    let all = LogQuery::default();
    assert_eq!(times(&LogQuery { start: Some(T + 2), end: Some(T + 5), ..all }, &log), [2, 3, 4]);
    assert_eq!(times(&LogQuery { start: Some(T + 8), ..all }, &log), [8, 9]);
    assert_eq!(times(&LogQuery { end: Some(T + 2), reverse: true, ..all }, &log), [1, 0]);
    assert_eq!(times(&LogQuery { limit: Some(3), reverse: true, ..all }, &log), [9, 8, 7]);
    assert_eq!(times(&LogQuery { limit: Some(0), ..all }, &log), [0; 0]);
    assert_eq!(times(&LogQuery { start: Some(T + 5), end: Some(T + 5), ..all }, &log), [0; 0]);
    assert_eq!(times(&LogQuery { start: Some(T + 5), end: Some(T), ..all }, &log), [0; 0]);
    assert_eq!(log.latest(2).unwrap()[0].data.as_str(), "9");
    assert_eq!(log.range(Some(T + 9), None).unwrap().count(), 1);
}

#[test]
fn long_ranges_come_complete_in_both_directions() {
    let log = memory().log("l").unwrap();
    log.append_many((0..1_000).map(|n| (json!(n), Some(T + n)))).unwrap();
    let all: Vec<i64> = (0..1_000).collect();
    assert_eq!(times(&LogQuery::default(), &log), all);
    let reversed: Vec<i64> = all.iter().rev().copied().collect();
    assert_eq!(times(&LogQuery { reverse: true, ..LogQuery::default() }, &log), reversed);
    assert_eq!(times(&LogQuery { limit: Some(700), ..LogQuery::default() }, &log), all[..700]);
    // Removing what was read does not make the rest come twice or get lost.
    let mut seen = 0;
    for entry in log.items() {
        assert_eq!(entry.unwrap().timestamp, T + seen);
        seen += 1;
        if seen == 300 {
            log.prune_older(T + 300).unwrap();
        }
    }
    assert_eq!(seen, 1_000);
}

#[test]
fn pruning_by_time_and_by_count() {
    let db = memory();
    let (log, other) = (db.log("l").unwrap(), db.log("other").unwrap());
    other.append_at(json!(0), T).unwrap();
    log.append_many((0..10).map(|n| (json!(n), Some(T + n)))).unwrap();
    assert_eq!(log.prune_older(T).unwrap(), 0);
    assert_eq!(log.prune_older(T + 3).unwrap(), 3);
    assert_eq!(log.prune_keep(100).unwrap(), 0);
    assert_eq!(log.prune_keep(7).unwrap(), 0);
    assert_eq!(log.prune_keep(2).unwrap(), 5);
    assert_eq!(times(&LogQuery::default(), &log), [8, 9]);
    assert_eq!(log.prune_keep(0).unwrap(), 2);
    assert!(log.is_empty().unwrap());
    assert_eq!(log.prune_keep(1).unwrap(), 0);
    assert_eq!(other.clear().unwrap(), 1);
}

#[test]
fn times_outside_the_calendar_are_refused() {
    let log = memory().log("l").unwrap();
    for wrong in [START - 1, END + 1, i64::MIN, i64::MAX] {
        assert_eq!(log.append_at(json!(0), wrong).unwrap_err().kind(), ErrorKind::InvalidArgument);
        assert_eq!(log.range(Some(wrong), None).err().unwrap().kind(), ErrorKind::InvalidArgument);
        assert_eq!(log.range(None, Some(wrong)).err().unwrap().kind(), ErrorKind::InvalidArgument);
        assert_eq!(log.prune_older(wrong).unwrap_err().kind(), ErrorKind::InvalidArgument);
        let error = log.append_many([(json!(0), None), (json!(1), Some(wrong))]).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidArgument, Some(1)));
    }
    assert!(log.is_empty().unwrap());
    assert_eq!(log.append_at(json!(0), 0).unwrap(), 0);
    assert_eq!(log.append_at(json!(0), START).unwrap(), START);
    // The file tells seconds of that age in steps of 30 microseconds.
    assert_eq!(log.append_at(json!(0), END).unwrap(), END);
    assert_eq!(log.append_at(json!(0), END).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(log.len().unwrap(), 3);
}

#[test]
fn entries_of_the_far_future_stay_apart() {
    let log = memory().log("l").unwrap();
    let stamps = log.append_many((0..100).map(|n| (json!(n), Some(END / 2)))).unwrap();
    assert!(stamps.windows(2).all(|pair| pair[0] < pair[1]));
    let read: Vec<i64> = log.items().map(|entry| entry.unwrap().timestamp).collect();
    assert_eq!(read, stamps);
}

#[test]
fn times_that_others_wrote_between_the_microseconds_are_read_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    let log = db.log("l").unwrap();
    let conn = rusqlite::Connection::open(&path).unwrap();
    let mut at: f64 = 1_700_000_000.0;
    for n in 0..600 {
        conn.execute("INSERT INTO beaver_logs VALUES ('l', ?1, ?2)", (at, n.to_string())).unwrap();
        at = at.next_up();
    }
    let read: Vec<String> = log.items().map(|entry| entry.unwrap().data.to_string()).collect();
    assert_eq!(read, (0..600).map(|n| n.to_string()).collect::<Vec<_>>());
    assert!(log.append_at(json!("free"), T).unwrap() > T);
}

#[test]
fn a_batch_appends_and_tells_the_times() {
    let db = memory();
    let log = db.log("l").unwrap();
    let mut batch = db.batch();
    batch.log_append(&log, json!(1), Some(T)).unwrap();
    batch.log_append(&log, json!(2), Some(T)).unwrap();
    assert_eq!(batch.log_append(&log, json!(2), Some(START - 1)).unwrap_err().kind(), ErrorKind::InvalidArgument);
    let outcomes = batch.commit(None).unwrap();
    assert_eq!(outcomes, [beaver_core::Outcome::Times(vec![T]), beaver_core::Outcome::Times(vec![T + 1])]);
    let mut batch = db.batch();
    batch.log_clear(&log).unwrap();
    assert_eq!(batch.commit(None).unwrap(), [beaver_core::Outcome::Count(2)]);
}
