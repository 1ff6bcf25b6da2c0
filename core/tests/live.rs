//! Live views: the last while of a log, made into numbers again and again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use beaver_core::{
    Aggregate, Beaver, ErrorKind, FieldPath, Live, Log, MAX_AGGREGATES, ManualClock, Micros, Options, Result,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const SECOND: Micros = 1_000_000;
const START: Micros = 1_700_000_000 * SECOND;
/// As short as it can be: each call gives a result.
const PERIOD: Duration = Duration::from_micros(1);

fn with_clock() -> (Beaver, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(START));
    let db = Beaver::open(":memory:", Options { clock: clock.clone(), ..Options::default() }).unwrap();
    (db, clock)
}

fn aggregates(json: Value) -> BTreeMap<String, Aggregate> {
    serde_json::from_value(json).unwrap()
}

fn count(log: &Log, window: u64) -> Live {
    log.live(Duration::from_secs(window), PERIOD, aggregates(json!({"n": {"op": "count"}}))).unwrap()
}

/// Lets the clock pass the times that the entries of this moment got, each its own.
fn a_moment_later(clock: &ManualClock) {
    clock.advance_us(100);
}

fn result(live: &Live) -> Value {
    live.next(None).unwrap().expect("without a timeout there is a result").to().unwrap()
}

#[test]
fn every_aggregate_is_made_of_the_numbers_at_its_path() -> Result<()> {
    let (db, clock) = with_clock();
    let log = db.log("g")?;
    let live = log.live(
        Duration::from_secs(10),
        PERIOD,
        aggregates(json!({
            "entries": {"op": "count"},
            "numbers": {"op": "count", "path": "t.ms"},
            "each second": {"op": "rate"},
            "sum": {"op": "sum", "path": "t.ms"},
            "mean": {"op": "mean", "path": "t.ms"},
            "min": {"op": "min", "path": "t.ms"},
            "max": {"op": "max", "path": "t.ms"},
            "median": {"op": "percentile", "path": "t.ms", "p": 50},
            "p75": {"op": "percentile", "path": "t.ms", "p": 75},
            "bare": {"op": "sum", "path": "value"},
        })),
    )?;
    let nothing = json!({"entries": 0, "numbers": 0, "each second": 0.0, "sum": 0.0, "mean": null, "min": null,
        "max": null, "median": null, "p75": null, "bare": 0.0});
    assert_eq!(result(&live), nothing);
    for ms in [json!(4), json!(1), json!(2.5), json!(10), json!("many"), json!(null)] {
        log.append(json!({"t": {"ms": ms}}))?;
    }
    log.append(json!(7))?;
    log.append(json!([1]))?;
    a_moment_later(&clock);
    let expected = json!({"entries": 8, "numbers": 4, "each second": 0.8, "sum": 17.5, "mean": 4.375, "min": 1.0,
        "max": 10.0, "median": 3.25, "p75": 5.5, "bare": 7.0});
    assert_eq!(result(&live), expected);
    Ok(())
}

#[test]
fn the_window_moves_with_the_time() -> Result<()> {
    let (db, clock) = with_clock();
    let log = db.log("g")?;
    log.append_at(json!(0), START - 20 * SECOND)?;
    log.append_at(json!(1), START - 9 * SECOND)?;
    let live = count(&log, 10);
    assert_eq!(result(&live), json!({"n": 1}));
    log.append(json!(2))?;
    assert_eq!(result(&live), json!({"n": 2}));
    clock.advance_us(SECOND);
    assert_eq!(result(&live), json!({"n": 1}));
    clock.advance_us(-SECOND);
    assert_eq!(result(&live), json!({"n": 2}));
    clock.advance_us(SECOND);
    // What lies in the future counts when its time has come; what comes late, if it still belongs there.
    log.append_at(json!(3), START + 5 * SECOND)?;
    log.append_at(json!(4), START - SECOND)?;
    log.append_at(json!(5), START - 30 * SECOND)?;
    assert_eq!(result(&live), json!({"n": 2}));
    clock.advance_us(4 * SECOND);
    assert_eq!(result(&live), json!({"n": 3}));
    clock.advance_us(60 * SECOND);
    assert_eq!(result(&live), json!({"n": 0}));
    Ok(())
}

#[test]
fn entries_of_other_logs_and_removed_entries_do_not_count() -> Result<()> {
    let (db, clock) = with_clock();
    let (log, other) = (db.log("g")?, db.log("other")?);
    let live = count(&log, 10);
    assert_eq!(result(&live), json!({"n": 0}));
    for n in 0..3 {
        log.append(json!(n))?;
        other.append(json!(n))?;
    }
    a_moment_later(&clock);
    assert_eq!(result(&live), json!({"n": 3}));
    log.prune_keep(2)?;
    assert_eq!(result(&live), json!({"n": 2}));
    log.clear()?;
    assert_eq!(result(&live), json!({"n": 0}));
    log.append(json!(1))?;
    other.clear()?;
    assert_eq!(result(&live), json!({"n": 1}));
    Ok(())
}

/// Rows get the numbers of removed ones, and entries the times that they are given.
#[test]
fn a_log_that_was_filled_anew_with_the_same_times_is_read_anew() -> Result<()> {
    let (db, clock) = with_clock();
    let (log, other) = (db.log("g")?, db.log("other")?);
    let sum = aggregates(json!({"sum": {"op": "sum", "path": "value"}}));
    let live = log.live(Duration::from_secs(10), PERIOD, sum)?;
    log.append_many([(json!(1), Some(START - 3)), (json!(2), Some(START - 2)), (json!(3), Some(START - 1))])?;
    assert_eq!(result(&live), json!({"sum": 6.0}));
    log.clear()?;
    log.append_many([(json!(1), Some(START - 3)), (json!(50), Some(START - 2)), (json!(3), Some(START - 1))])?;
    assert_eq!(result(&live), json!({"sum": 54.0}));
    // Also when the newest row was another log's.
    other.append_at(json!(0), START)?;
    assert_eq!(result(&live), json!({"sum": 54.0}));
    other.clear()?;
    log.append_at(json!(100), START - 5)?;
    other.append_at(json!(0), START)?;
    assert_eq!(result(&live), json!({"sum": 154.0}));
    // What is pruned before the window leaves it as it is, in the window it does not.
    clock.advance_us(5 * SECOND);
    log.append_at(json!(7), START - 20 * SECOND)?;
    assert_eq!(log.prune_older(START - 10 * SECOND)?, 1);
    assert_eq!(result(&live), json!({"sum": 154.0}));
    log.prune_older(START - 2)?;
    log.append_at(json!(9), START - 5)?;
    assert_eq!(result(&live), json!({"sum": 62.0}));
    Ok(())
}

#[test]
fn results_come_at_once_and_then_a_period_apart() -> Result<()> {
    let db = Beaver::open(":memory:", Options::default())?;
    let log = db.log("g")?;
    let period = Duration::from_millis(40);
    let live = log.live(Duration::from_secs(10), period, aggregates(json!({"n": {"op": "count"}})))?;
    let began = Instant::now();
    assert!(live.next(Some(Duration::ZERO))?.is_some());
    assert_eq!(live.next(Some(Duration::ZERO))?, None);
    assert!(live.next(None)?.is_some());
    assert!(began.elapsed() >= period);
    // Periods that nobody waited for are left out.
    thread::sleep(3 * period);
    assert!(live.next(Some(Duration::ZERO))?.is_some());
    assert_eq!(live.next(Some(Duration::ZERO))?, None);
    Ok(())
}

#[test]
fn the_entries_themselves_can_be_aggregated_in_any_way() -> Result<()> {
    let (db, clock) = with_clock();
    let log = db.log("g")?;
    let live = log.live_entries(Duration::from_secs(10), PERIOD)?;
    log.append(json!({"user": "ann"}))?;
    clock.advance_us(SECOND);
    log.append(json!({"user": "bob"}))?;
    let users =
        live.next(None, |entries| entries.map(|(at, json)| (at - START, json.to_string())).collect::<Vec<_>>())?;
    let expected = [(0, r#"{"user":"ann"}"#.to_owned()), (SECOND, r#"{"user":"bob"}"#.to_owned())];
    assert_eq!(users.as_deref(), Some(&expected[..]));
    live.close();
    assert_eq!(live.next(None, |_| ()).unwrap_err().kind(), ErrorKind::Closed);
    Ok(())
}

#[test]
fn what_ends_a_wait_is_told_at_once() {
    type End = fn(&Beaver, &Live);
    let ends: [(End, ErrorKind); 4] = [
        (|db, _| db.close().unwrap(), ErrorKind::Closed),
        (|db, _| db.pause().unwrap(), ErrorKind::Paused),
        (|db, _| db.interrupt(), ErrorKind::Interrupted),
        (|_, live| live.close(), ErrorKind::Closed),
    ];
    for (end, kind) in ends {
        let folder = tempfile::tempdir().unwrap();
        let db = Beaver::open(folder.path().join("g.db"), Options::default()).unwrap();
        let hour = Duration::from_secs(3_600);
        let live = db.log("g").unwrap().live(hour, hour, aggregates(json!({"n": {"op": "count"}}))).unwrap();
        assert!(live.next(None).unwrap().is_some());
        thread::scope(|scope| {
            let waiting = scope.spawn(|| live.next(None));
            // Again until it is heard: an interrupt ends only what runs, and the thread may not have come so far.
            while !waiting.is_finished() {
                thread::sleep(Duration::from_millis(20));
                end(&db, &live);
            }
            assert_eq!(waiting.join().unwrap().unwrap_err().kind(), kind);
        });
    }
}

#[test]
fn wrong_arguments_are_refused() {
    let db = Beaver::open(":memory:", Options::default()).unwrap();
    let log = db.log("g").unwrap();
    let second = Duration::from_secs(1);
    let one = || aggregates(json!({"n": {"op": "count"}}));
    let refused = |window, period, aggregates| log.live(window, period, aggregates).map(drop).unwrap_err().kind();
    assert_eq!(refused(Duration::ZERO, second, one()), ErrorKind::InvalidArgument);
    assert_eq!(refused(second, Duration::ZERO, one()), ErrorKind::InvalidArgument);
    assert_eq!(refused(Duration::MAX, second, one()), ErrorKind::Limit);
    assert_eq!(refused(second, second, BTreeMap::new()), ErrorKind::InvalidArgument);
    for p in [-1.0, 100.5, f64::NAN] {
        let path = FieldPath::parse("ms").unwrap();
        let percentile = BTreeMap::from([("p".to_owned(), Aggregate::Percentile { path, p })]);
        assert_eq!(refused(second, second, percentile), ErrorKind::InvalidArgument);
    }
    let many = (0..=MAX_AGGREGATES).map(|n| (n.to_string(), Aggregate::Count { path: None })).collect();
    assert_eq!(refused(second, second, many), ErrorKind::Limit);
    for wrong in [
        json!({"op": "median"}),
        json!({"op": "mean"}),
        json!({"op": "sum", "path": ""}),
        json!({"op": "count", "x": 1}),
    ] {
        assert!(serde_json::from_value::<Aggregate>(wrong.clone()).is_err(), "{wrong}");
    }
}

/// What can happen to a log between two results.
#[derive(Debug, Clone)]
enum Step {
    Append(i64),
    AppendOther,
    Advance(i64),
    Prune(u64),
    Clear,
    ClearOther,
    Look,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (-30..15_i64).prop_map(Step::Append),
        2 => Just(Step::AppendOther),
        3 => (-3..8_i64).prop_map(Step::Advance),
        1 => (0..5_u64).prop_map(Step::Prune),
        1 => Just(Step::Clear),
        1 => Just(Step::ClearOther),
        4 => Just(Step::Look),
    ];
    proptest::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// A live view shows what a query of the same window shows, whatever was done before.
    #[test]
    fn a_view_shows_what_a_query_shows(steps in steps()) {
        let (db, clock) = with_clock();
        let (log, other) = (db.log("g").unwrap(), db.log("other").unwrap());
        let live = count(&log, 10);
        let mut now = START;
        for step in steps {
            match step {
                Step::Append(second) => drop(log.append_at(json!(1), now + second * SECOND).unwrap()),
                Step::AppendOther => drop(other.append(json!(1)).unwrap()),
                Step::Advance(seconds) => {
                    now += seconds * SECOND;
                    clock.advance_us(seconds * SECOND);
                }
                Step::Prune(keep) => drop(log.prune_keep(keep).unwrap()),
                Step::Clear => drop(log.clear().unwrap()),
                Step::ClearOther => drop(other.clear().unwrap()),
                Step::Look => {
                    let shown = log.range(Some(now - 10 * SECOND + 1), Some(now + 1)).unwrap().count();
                    prop_assert_eq!(result(&live), json!({"n": shown}));
                }
            }
        }
    }
}
