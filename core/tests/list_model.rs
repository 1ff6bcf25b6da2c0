//! Random sequences of list operations, ours and those of another program, against a `Vec`.

use beaver_core::{Beaver, Json, List, Options};
use proptest::prelude::*;
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

#[derive(Debug, Clone)]
enum Step {
    Push(u16),
    Prepend(u16),
    Extend(u16),
    Insert(i64, u16),
    /// Many inserts at one place.
    Drill(i64, u8),
    Pop,
    Deque,
    Set(i64, u16),
    Delete(i64),
    Remove(u16),
    DeleteRange(Option<i64>, Option<i64>),
    ReplaceRange(Option<i64>, Option<i64>, u8),
    Reverse,
    Clear,
    Reopen,
    Foreign(Foreign),
}

/// What BeaverDB 1.x does to the table.
#[derive(Debug, Clone)]
enum Foreign {
    Push(u16),
    Prepend(u16),
    /// At the midpoint of the neighbours, where there is one.
    Insert(u16, u16),
    Delete(u16),
    Replace(u16, u16),
    Clear,
}

fn index() -> impl Strategy<Value = i64> {
    prop_oneof![4 => -20_i64..400, 1 => -400_i64..0]
}

fn bound() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![1 => Just(None), 4 => index().prop_map(Some)]
}

fn foreign() -> impl Strategy<Value = Foreign> {
    prop_oneof![
        3 => any::<u16>().prop_map(Foreign::Push),
        3 => any::<u16>().prop_map(Foreign::Prepend),
        4 => any::<(u16, u16)>().prop_map(|(at, value)| Foreign::Insert(at, value)),
        4 => any::<u16>().prop_map(Foreign::Delete),
        2 => any::<(u16, u16)>().prop_map(|(at, value)| Foreign::Replace(at, value)),
        1 => Just(Foreign::Clear),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<u16>().prop_map(Step::Push),
        3 => any::<u16>().prop_map(Step::Prepend),
        4 => (0_u16..300).prop_map(Step::Extend),
        8 => (index(), any::<u16>()).prop_map(|(at, value)| Step::Insert(at, value)),
        3 => (index(), any::<u8>()).prop_map(|(at, count)| Step::Drill(at, count)),
        3 => Just(Step::Pop),
        3 => Just(Step::Deque),
        3 => (index(), any::<u16>()).prop_map(|(at, value)| Step::Set(at, value)),
        6 => index().prop_map(Step::Delete),
        2 => (0_u16..300).prop_map(Step::Remove),
        3 => (bound(), bound()).prop_map(|(start, stop)| Step::DeleteRange(start, stop)),
        4 => (bound(), bound(), any::<u8>()).prop_map(|(start, stop, count)| Step::ReplaceRange(start, stop, count)),
        1 => Just(Step::Reverse),
        1 => Just(Step::Clear),
        1 => Just(Step::Reopen),
        6 => foreign().prop_map(Step::Foreign),
    ]
}

/// As Python reads an index that may be out of range.
fn clamp(index: i64, len: usize) -> usize {
    let len = i64::try_from(len).unwrap();
    usize::try_from(if index < 0 { (index + len).max(0) } else { index.min(len) }).unwrap()
}

fn position(index: i64, len: usize) -> Option<usize> {
    let len = i64::try_from(len).unwrap();
    let position = if index < 0 { index + len } else { index };
    (0..len).contains(&position).then(|| usize::try_from(position).unwrap())
}

fn span(start: Option<i64>, stop: Option<i64>, len: usize) -> std::ops::Range<usize> {
    let start = start.map_or(0, |start| clamp(start, len));
    start..stop.map_or(len, |stop| clamp(stop, len)).max(start)
}

struct World {
    path: std::path::PathBuf,
    db: Beaver,
    list: List,
    model: Vec<Value>,
}

impl World {
    fn run(&mut self, step: &Step) {
        let World { list, model, .. } = self;
        match step {
            Step::Push(value) => {
                list.push(json!(value)).unwrap();
                model.push(json!(value));
            }
            Step::Prepend(value) => {
                list.prepend(json!(value)).unwrap();
                model.insert(0, json!(value));
            }
            Step::Extend(count) => {
                list.extend((0..*count).map(|n| json!(n))).unwrap();
                model.extend((0..*count).map(|n| json!(n)));
            }
            Step::Insert(at, value) => {
                list.insert(*at, json!(value)).unwrap();
                model.insert(clamp(*at, model.len()), json!(value));
            }
            Step::Drill(at, count) => {
                let at = i64::try_from(clamp(*at, model.len())).unwrap();
                self.db
                    .transaction(|tx| {
                        let list = tx.list("l")?;
                        (0..*count).try_for_each(|n| list.insert(at, json!(n)))
                    })
                    .unwrap();
                let at = clamp(at, model.len());
                model.splice(at..at, (0..*count).rev().map(|n| json!(n)));
            }
            Step::Pop => assert_eq!(list.pop().unwrap(), model.pop().map(Json::from)),
            Step::Deque => {
                let first = (!model.is_empty()).then(|| model.remove(0));
                assert_eq!(list.deque().unwrap(), first.map(Json::from));
            }
            Step::Set(at, value) => {
                let position = position(*at, model.len());
                assert_eq!(list.set(*at, json!(value)).unwrap(), position.is_some());
                if let Some(position) = position {
                    model[position] = json!(value);
                }
            }
            Step::Delete(at) => {
                let position = position(*at, model.len());
                assert_eq!(list.delete(*at).unwrap(), position.is_some());
                if let Some(position) = position {
                    model.remove(position);
                }
            }
            Step::Remove(value) => {
                let found = model.iter().position(|item| *item == json!(value));
                assert_eq!(list.remove(&json!(value).into()).unwrap(), found.is_some());
                if let Some(found) = found {
                    model.remove(found);
                }
            }
            Step::DeleteRange(start, stop) => {
                let span = span(*start, *stop, model.len());
                assert_eq!(list.delete_range(*start, *stop).unwrap(), span.len() as u64);
                model.drain(span);
            }
            Step::ReplaceRange(start, stop, count) => {
                let span = span(*start, *stop, model.len());
                let values = (0..*count).map(|n| json!(n));
                assert_eq!(list.replace_range(*start, *stop, values.clone()).unwrap(), span.len() as u64);
                model.splice(span, values);
            }
            Step::Reverse => {
                list.reverse().unwrap();
                model.reverse();
            }
            Step::Clear => {
                assert_eq!(list.clear().unwrap(), model.len() as u64);
                model.clear();
            }
            Step::Reopen => {
                self.db.close().unwrap();
                self.db = Beaver::open(&self.path, Options::default()).unwrap();
                self.list = self.db.list("l").unwrap();
            }
            Step::Foreign(foreign) => self.run_foreign(foreign),
        }
    }

    fn run_foreign(&mut self, foreign: &Foreign) {
        let raw = Connection::open(&self.path).unwrap();
        let edge = |function: &str| -> f64 {
            raw.query_row(&format!("SELECT {function}(item_order) FROM beaver_lists"), [], |row| {
                row.get::<_, Option<f64>>(0)
            })
            .unwrap()
            .unwrap_or_default()
        };
        let key = |position: usize| -> Option<f64> {
            raw.query_row(
                "SELECT item_order FROM beaver_lists ORDER BY item_order LIMIT 1 OFFSET ?1",
                [position],
                |row| row.get(0),
            )
            .optional()
            .unwrap()
        };
        let put = |key: f64, value: &Value| {
            raw.execute("INSERT OR REPLACE INTO beaver_lists VALUES ('l', ?1, ?2)", (key, value.to_string())).unwrap();
        };
        let model = &mut self.model;
        let somewhere = |at: u16| usize::from(at) % model.len().max(1);
        match foreign {
            Foreign::Push(value) => {
                put(edge("max") + 1.0, &json!(value));
                model.push(json!(value));
            }
            Foreign::Prepend(value) => {
                put(edge("min") - 1.0, &json!(value));
                model.insert(0, json!(value));
            }
            Foreign::Insert(at, value) => {
                let at = somewhere(*at);
                if let (Some(before), Some(after)) = (at.checked_sub(1).and_then(key), key(at)) {
                    let middle = before + (after - before) / 2.0;
                    if before < middle && middle < after {
                        put(middle, &json!(value));
                        model.insert(at, json!(value));
                    }
                }
            }
            Foreign::Delete(at) => {
                let at = somewhere(*at);
                if let Some(key) = key(at) {
                    raw.execute("DELETE FROM beaver_lists WHERE list_name = 'l' AND item_order = ?1", [key]).unwrap();
                    model.remove(at);
                }
            }
            Foreign::Replace(at, value) => {
                let at = somewhere(*at);
                if let Some(key) = key(at) {
                    put(key, &json!(value));
                    model[at] = json!(value);
                }
            }
            Foreign::Clear => {
                raw.execute("DELETE FROM beaver_lists WHERE list_name = 'l'", []).unwrap();
                model.clear();
            }
        }
    }

    fn check(&self) {
        let World { db, list, model, .. } = self;
        let expected: Vec<Json> = model.iter().cloned().map(Json::from).collect();
        assert_eq!(list.len().unwrap(), expected.len() as u64);
        assert_eq!(list.slice(None, None).unwrap(), expected);
        for position in (0..expected.len()).step_by(1 + expected.len() / 7) {
            let index = i64::try_from(position).unwrap();
            let from_end = index - i64::try_from(expected.len()).unwrap();
            assert_eq!(list.get(index).unwrap().as_ref(), expected.get(position));
            assert_eq!(list.get(from_end).unwrap().as_ref(), expected.get(position));
        }
        assert_eq!(list.get(i64::try_from(expected.len()).unwrap()).unwrap(), None);
        assert_eq!(db.verify().unwrap().problems, Vec::<String>::new());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_list_behaves_as_a_vector_and_keeps_its_counts_right(steps in prop::collection::vec(step(), 1..60)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.db");
        let db = Beaver::open(&path, Options::default()).unwrap();
        let list = db.list("l").unwrap();
        let mut world = World { path, db, list, model: Vec::new() };
        for (number, step) in steps.iter().enumerate() {
            world.run(step);
            if number % 4 == 3 {
                world.check();
            }
        }
        world.check();
    }
}
