//! Queues against a plain model, under a clock that stands, jumps ahead and is set back.

use std::sync::Arc;
use std::time::Duration;

use beaver_core::{Beaver, DeadLetterPolicy, ManualClock, Micros, Options, Queue};
use proptest::prelude::*;
use serde_json::json;

#[derive(Debug, Clone)]
enum Step {
    Put(u8),
    PutMany(Vec<u8>),
    Get(usize),
    Lease {
        millis: u64,
        max_attempts: Option<u32>,
    },
    /// Settles the lease of that number, counted from the newest.
    Ack(usize),
    Nack(usize, u64),
    Extend(usize, u64),
    Clock(i64),
    Clear,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..4u8).prop_map(Step::Put),
        2 => prop::collection::vec(0..4u8, 0..6).prop_map(Step::PutMany),
        3 => (1..4usize).prop_map(Step::Get),
        8 => (1..50u64, prop::option::of(1..4u32)).prop_map(|(millis, max_attempts)| Step::Lease { millis, max_attempts }),
        3 => (0..6usize).prop_map(Step::Ack),
        4 => (0..6usize, prop_oneof![Just(0u64), 1..40u64]).prop_map(|(lease, delay)| Step::Nack(lease, delay)),
        2 => (0..6usize, 1..50u64).prop_map(|(lease, millis)| Step::Extend(lease, millis)),
        6 => (-40..60i64).prop_map(Step::Clock),
        1 => Just(Step::Clear),
        1 => Just(Step::Reopen),
    ]
}

#[derive(Debug, Clone, PartialEq)]
struct Item {
    priority: u8,
    stamp: Micros,
    data: u32,
    attempts: u32,
}

/// Where an item of the model is when it is not simply in the queue.
#[derive(Debug, Clone)]
enum Away {
    Out { id: u64, until: Micros },
    Delayed { until: Micros },
    Back,
}

#[derive(Default)]
struct Model {
    now: Micros,
    next: u32,
    stored: Vec<Item>,
    away: Vec<(Item, Away)>,
    dead: Vec<(u8, u32)>,
}

impl Model {
    fn put(&mut self, priority: u8) -> u32 {
        let same =
            self.stored.iter().chain(self.away.iter().map(|(item, _)| item)).filter(|item| item.priority == priority);
        let stamp = same.map(|item| item.stamp + 1).max().unwrap_or(Micros::MIN).max(self.now);
        self.next += 1;
        self.stored.push(Item { priority, stamp, data: self.next, attempts: 0 });
        self.next
    }

    fn is_back(&self, away: &Away) -> bool {
        match away {
            Away::Out { until, .. } | Away::Delayed { until } => *until <= self.now,
            Away::Back => true,
        }
    }

    /// What can be taken, in order.
    fn ready(&self) -> Vec<Item> {
        let back = self.away.iter().filter(|(_, away)| self.is_back(away)).map(|(item, _)| item);
        let mut ready: Vec<Item> = self.stored.iter().chain(back).cloned().collect();
        ready.sort_by_key(|item| (item.priority, item.stamp));
        ready
    }

    /// A take or a lease sees what came back, and that cannot be unseen.
    fn sweep(&mut self) {
        let now = self.now;
        for (_, away) in &mut self.away {
            if matches!(away, Away::Out { until, .. } | Away::Delayed { until } if *until <= now) {
                *away = Away::Back;
            }
        }
    }

    fn remove_first(&mut self) -> Option<Item> {
        let first = self.ready().into_iter().next()?;
        self.stored.retain(|item| item.data != first.data);
        self.away.retain(|(item, _)| item.data != first.data);
        Some(first)
    }

    fn held(&mut self, id: u64) -> Option<usize> {
        let now = self.now;
        self.away
            .iter()
            .position(|(_, away)| matches!(away, Away::Out { id: other, until } if *other == id && *until > now))
    }

    fn leased(&self) -> u64 {
        self.away.iter().filter(|(_, away)| matches!(away, Away::Out { until, .. } if *until > self.now)).count() as u64
    }
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn micros(millis: u64) -> Micros {
    i64::try_from(millis).unwrap() * 1_000
}

fn value(item: &beaver_core::QueueItem) -> u32 {
    item.data.to().unwrap()
}

fn compare(queue: &Queue, dead: &Queue, model: &Model) {
    let ready = model.ready();
    let items: Vec<(f64, Micros, u32)> =
        queue.items().map(|item| item.unwrap()).map(|item| (item.priority, item.timestamp, value(&item))).collect();
    assert_eq!(items, ready.iter().map(|item| (f64::from(item.priority), item.stamp, item.data)).collect::<Vec<_>>());
    assert_eq!(queue.peek().unwrap().map(|item| value(&item)), ready.first().map(|item| item.data));
    assert_eq!(queue.len().unwrap(), ready.len() as u64);
    assert_eq!(queue.is_empty().unwrap(), ready.is_empty());
    assert_eq!(queue.leased().unwrap(), model.leased());
    let mut letters: Vec<(u8, u32)> = model.dead.clone();
    letters.sort_by_key(|(priority, _)| *priority);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let found: Vec<(u8, u32)> =
        dead.items().map(|item| item.unwrap()).map(|item| (item.priority as u8, value(&item))).collect();
    assert_eq!(found, letters);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn does_what_the_model_does(steps in prop::collection::vec(step(), 1..40)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("queue.db");
        let start = 1_700_000_000_000_000;
        let clock = Arc::new(ManualClock::new(start));
        let open = || Beaver::open(&path, Options { clock: clock.clone(), ..Options::default() }).unwrap();
        let mut db = open();
        let mut model = Model { now: start, ..Model::default() };
        let mut ids: Vec<u64> = Vec::new();
        for step in steps {
            let queue = db.queue("q").unwrap();
            let chosen = |back: usize| ids.iter().rev().nth(back).copied().unwrap_or(0);
            match step {
                Step::Put(priority) => queue.put(json!(model.put(priority)), f64::from(priority)).unwrap(),
                Step::PutMany(priorities) => {
                    let items: Vec<_> = priorities.iter().map(|p| (json!(model.put(*p)), f64::from(*p))).collect();
                    queue.put_many(items).unwrap();
                }
                Step::Get(count) => {
                    model.sweep();
                    let expected: Vec<u32> = (0..count).map_while(|_| model.remove_first()).map(|item| item.data).collect();
                    let found: Vec<u32> = queue.get_many(count, Some(Duration::ZERO)).unwrap().iter().map(value).collect();
                    prop_assert_eq!(found, expected);
                }
                Step::Lease { millis: time, max_attempts } => {
                    model.sweep();
                    let mut expected = model.remove_first();
                    while let Some(item) = expected.take_if(|item| max_attempts.is_some_and(|most| item.attempts >= most)) {
                        model.dead.push((item.priority, item.data));
                        expected = model.remove_first();
                    }
                    let policy = max_attempts.map(|max_attempts| DeadLetterPolicy { max_attempts, queue: "dead".into() });
                    let found = queue.lease(millis(time), Some(Duration::ZERO), policy.as_ref()).unwrap();
                    prop_assert_eq!(found.is_some(), expected.is_some());
                    if let (Some(found), Some(item)) = (found, expected) {
                        prop_assert_eq!((value(&found.item), found.attempts), (item.data, item.attempts + 1));
                        prop_assert!(ids.iter().all(|id| *id < found.id), "an id comes once");
                        ids.push(found.id);
                        let away = Away::Out { id: found.id, until: model.now + micros(time) };
                        model.away.push((Item { attempts: item.attempts + 1, ..item }, away));
                    }
                }
                Step::Ack(back) => {
                    let at = model.held(chosen(back));
                    prop_assert_eq!(queue.ack(chosen(back)).unwrap(), at.is_some());
                    at.map(|at| model.away.remove(at));
                }
                Step::Nack(back, delay) => {
                    let at = model.held(chosen(back));
                    prop_assert_eq!(queue.nack(chosen(back), millis(delay)).unwrap(), at.is_some());
                    if let Some(at) = at {
                        let until = model.now + micros(delay);
                        model.away[at].1 = if delay == 0 { Away::Back } else { Away::Delayed { until } };
                    }
                }
                Step::Extend(back, time) => {
                    let at = model.held(chosen(back));
                    prop_assert_eq!(queue.extend(chosen(back), millis(time)).unwrap(), at.is_some());
                    if let Some(at) = at {
                        model.away[at].1 = Away::Out { id: chosen(back), until: model.now + micros(time) };
                    }
                }
                Step::Clock(by) => {
                    clock.advance_us(by * 1_000);
                    model.now += by * 1_000;
                }
                Step::Clear => {
                    let count = (model.stored.len() + model.away.len()) as u64;
                    prop_assert_eq!(queue.clear().unwrap(), count);
                    model.stored.clear();
                    model.away.clear();
                }
                Step::Reopen => {
                    db.close().unwrap();
                    db = open();
                }
            }
            compare(&db.queue("q").unwrap(), &db.queue("dead").unwrap(), &model);
        }
        prop_assert!(db.verify().unwrap().problems.is_empty());
    }
}
