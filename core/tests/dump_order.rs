//! Dumps and loads of lists and queues, which keep the order of their items.

mod dumps;

use std::time::Duration;

use beaver_core::{Beaver, DumpFormat, LoadMode, Options, Structure};
use dumps::{FORMATS, T, at_t, dumped, items, load};
use serde_json::json;

#[test]
fn a_list_goes_round() {
    for format in FORMATS {
        let (db, _) = at_t();
        let list = db.list("l").unwrap();
        list.extend((0..700).map(|n| json!({"n": n}))).unwrap();
        list.push(json!(null)).unwrap();
        let text = dumped(&list, format);
        assert_eq!(items(&text).len(), 701);
        let copy = db.list("copy").unwrap();
        copy.push(json!("old")).unwrap();
        assert_eq!(load(&copy, &text, LoadMode::Append).unwrap(), 701);
        assert_eq!(copy.len().unwrap(), 702);
        assert_eq!(load(&copy, &text, LoadMode::Replace).unwrap(), 701);
        assert_eq!(copy.slice(None, None).unwrap(), list.slice(None, None).unwrap());
    }
}

#[test]
fn a_queue_goes_round_with_priorities_and_stamps() {
    for format in FORMATS {
        let (db, clock) = at_t();
        let queue = db.queue("q").unwrap();
        for (value, priority) in [("late", 9.0), ("soon", 1.5), ("too", 1.5)] {
            queue.put(json!(value), priority).unwrap();
            clock.advance_us(1_000);
        }
        let text = dumped(&queue, format);
        assert_eq!(items(&text)[0], json!({"priority": 1.5, "timestamp": 1_704_164_645.679_901, "data": "soon"}));
        let copy = db.queue("copy").unwrap();
        copy.put(json!("old"), 0.0).unwrap();
        assert_eq!(load(&copy, &text, LoadMode::Replace).unwrap(), 3);
        assert_eq!(items(&dumped(&copy, format)), items(&text));
        assert_eq!(copy.get(Some(Duration::ZERO)).unwrap().unwrap().timestamp, T + 1_000);
    }
}

/// What BeaverDB 1.3.0 prints.
#[test]
fn dumps_of_1_x_are_loaded() {
    let (db, _) = at_t();
    let list = db.list("l").unwrap();
    let head = r#""name": "l", "count": 3, "dump_date": "2026-11-22T11:10:11.709502+00:00"}"#;
    let text = format!(r#"{{"metadata": {{"type": "List", {head}, "items": [1, "two", null]}}"#);
    assert_eq!(load(&list, &text, LoadMode::Replace).unwrap(), 3);
    assert_eq!(list.get(-1).unwrap().unwrap().as_str(), "null");

    let queue = db.queue("q").unwrap();
    let text = format!(
        r#"{{"metadata": {{"type": "Queue", {head}, "items": [{{"priority": 1.5, "timestamp": 1795345811.7081287, "data": "b"}},
           {{"priority": 2.0, "timestamp": 1795345811.707908, "data": {{"j": 1}}}}]}}"#
    );
    assert_eq!(load(&queue, &text, LoadMode::Replace).unwrap(), 2);
    assert_eq!(queue.peek().unwrap().unwrap().timestamp, 1_795_345_811_708_129);
}

#[test]
fn what_is_out_on_a_lease_is_dumped_in_its_place() {
    let db = Beaver::open(":memory:", Options::default()).unwrap();
    let jobs = db.queue("jobs").unwrap();
    for job in 0..4 {
        jobs.put(json!(job), 1.0).unwrap();
    }
    let now = Some(std::time::Duration::ZERO);
    let lease = std::time::Duration::from_secs(60);
    let held = jobs.lease(lease, now, None).unwrap().unwrap();
    let delayed = jobs.lease(lease, now, None).unwrap().unwrap();
    assert!(jobs.nack(delayed.id, lease).unwrap());
    let mut text = Vec::new();
    jobs.dump(&mut text, DumpFormat::JsonLines).unwrap();
    assert_eq!(jobs.load(&mut text.as_slice(), LoadMode::Replace).unwrap(), 4);
    let back: Vec<u8> = jobs.items().map(|item| item.unwrap().data.to().unwrap()).collect();
    assert_eq!(back, [0, 1, 2, 3]);
    assert!(!jobs.ack(held.id).unwrap(), "the lease ended with the item that it was of");
}
