//! Dicts against a plain model, under random operations and a moving clock.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use beaver_core::{Beaver, Clock, ManualClock, Options};
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(Debug, Clone)]
enum Step {
    Set(u8, i32, Option<u8>),
    SetIfAbsent(u8, i32, Option<u8>),
    CompareAndSet(u8, i32, i32),
    Delete(u8),
    Pop(u8),
    SetMany(Vec<(u8, i32)>, Option<u8>),
    Clear,
    /// Moves the clock by so many seconds.
    Pass(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0..6u8;
    let value = 0..3i32;
    let ttl = proptest::option::of(1..5u8);
    prop_oneof![
        4 => (key.clone(), value.clone(), ttl.clone()).prop_map(|(k, v, t)| Step::Set(k, v, t)),
        2 => (key.clone(), value.clone(), ttl.clone()).prop_map(|(k, v, t)| Step::SetIfAbsent(k, v, t)),
        2 => (key.clone(), value.clone(), value.clone()).prop_map(|(k, a, b)| Step::CompareAndSet(k, a, b)),
        2 => key.clone().prop_map(Step::Delete),
        2 => key.clone().prop_map(Step::Pop),
        1 => (proptest::collection::vec((key, value), 0..5), ttl).prop_map(|(items, t)| Step::SetMany(items, t)),
        1 => Just(Step::Clear),
        3 => (0..4u8).prop_map(Step::Pass),
    ]
}

/// A value and when it expires, in seconds of the test's clock.
type Model = BTreeMap<String, (i32, Option<u64>)>;

proptest! {
    #[test]
    fn behaves_as_a_map_with_expiry(steps in proptest::collection::vec(step(), 1..60)) {
        let clock = Arc::new(ManualClock::new(1_700_000_000_000_000));
        let db = Beaver::open(":memory:", Options { clock: clock.clone(), ..Options::default() }).unwrap();
        let dict = db.dict("d").unwrap();
        let mut model = Model::new();
        let mut now = 0u64;
        let seconds = |ttl: Option<u8>| ttl.map(|s| Duration::from_secs(s.into()));
        for step in steps {
            model.retain(|_, (_, expires)| expires.is_none_or(|at| at > now));
            let expires = |ttl: Option<u8>| ttl.map(|s| now + u64::from(s));
            match step {
                Step::Set(k, v, None) => {
                    dict.set(&k.to_string(), json!(v)).unwrap();
                    model.insert(k.to_string(), (v, None));
                }
                Step::Set(k, v, Some(t)) => {
                    dict.set_for(&k.to_string(), json!(v), Duration::from_secs(t.into())).unwrap();
                    model.insert(k.to_string(), (v, expires(Some(t))));
                }
                Step::SetIfAbsent(k, v, t) => {
                    let done = dict.set_if_absent(&k.to_string(), json!(v), seconds(t)).unwrap();
                    prop_assert_eq!(done, !model.contains_key(&k.to_string()));
                    model.entry(k.to_string()).or_insert((v, expires(t)));
                }
                Step::CompareAndSet(k, a, b) => {
                    let done = dict.compare_and_set(&k.to_string(), json!(a), json!(b), None).unwrap();
                    let expected = model.get(&k.to_string()).is_some_and(|(v, _)| *v == a);
                    prop_assert_eq!(done, expected);
                    if expected {
                        model.insert(k.to_string(), (b, None));
                    }
                }
                Step::Delete(k) => {
                    prop_assert_eq!(dict.delete(&k.to_string()).unwrap(), model.remove(&k.to_string()).is_some());
                }
                Step::Pop(k) => {
                    let popped = dict.pop(&k.to_string()).unwrap().map(|json| json.to::<i32>().unwrap());
                    prop_assert_eq!(popped, model.remove(&k.to_string()).map(|(v, _)| v));
                }
                Step::SetMany(items, t) => {
                    dict.set_many(items.iter().map(|(k, v)| (k.to_string(), json!(v))), seconds(t)).unwrap();
                    for (k, v) in items {
                        model.insert(k.to_string(), (v, expires(t)));
                    }
                }
                Step::Clear => {
                    prop_assert_eq!(dict.clear().unwrap(), model.len() as u64);
                    model.clear();
                }
                Step::Pass(s) => {
                    clock.advance_us(i64::from(s) * 1_000_000);
                    now += u64::from(s);
                    prop_assert_eq!(clock.now_us(), 1_700_000_000_000_000 + i64::try_from(now).unwrap() * 1_000_000);
                }
            }
            model.retain(|_, (_, expires)| expires.is_none_or(|at| at > now));
            let items: Vec<(String, Value)> = dict.items().map(|item| item.map(|(k, v)| (k, v.to().unwrap())).unwrap()).collect();
            let expected: Vec<(String, Value)> = model.iter().map(|(k, (v, _))| (k.clone(), json!(v))).collect();
            prop_assert_eq!(items, expected);
            prop_assert_eq!(dict.len().unwrap(), model.len() as u64);
        }
    }
}
