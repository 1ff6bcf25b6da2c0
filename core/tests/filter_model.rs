//! Queries over random documents give what a plain filter and a plain sort give, whatever is indexed, and how far.

use std::collections::BTreeMap;

use beaver_core::{Beaver, Collection, Document, Filter, Find, IndexOptions, Options, Order};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const PATHS: [&str; 5] = ["a", "b", "a.b", "value", "b.0"];

#[derive(Debug, Clone)]
enum Step {
    Index(u8, Value),
    Drop(u8),
    Clear,
    /// Stopped after so many steps of the backfill.
    CreateIndex(&'static str, u8),
    DropIndex(&'static str),
}

fn scalar() -> impl Strategy<Value = Value> {
    let long = |tail: &str| json!("é".repeat(128) + tail);
    prop_oneof![
        2 => select(vec![json!(null), json!(true), json!(false)]),
        4 => (-2..4_i64).prop_map(Value::from),
        1 => select(vec![json!(0.5), json!(-0.5), json!(2.0), json!(1e300), json!(-1e300)]),
        1 => select(vec![
            json!(1_u64 << 53), json!((1_u64 << 53) + 1), json!(9_007_199_254_740_992.0), json!(i64::MIN),
            json!(i64::MAX), json!(9_223_372_036_854_775_808.0), json!(u64::MAX), json!(u64::MAX - 1),
        ]),
        4 => "[ab]{0,2}".prop_map(Value::from),
        1 => select(vec![long(""), long("a"), long("ab"), long("b")]),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let nested = vec![json!({}), json!({"b": 1}), json!({"b": "a"}), json!([[1], {"b": 1}, 1])];
    prop_oneof![6 => scalar(), 2 => vec(scalar(), 0..4).prop_map(Value::from), 1 => select(nested)]
}

fn body() -> impl Strategy<Value = Value> {
    let object = btree_map(select(vec!["a", "b"]).prop_map(str::to_owned), value(), 0..3).prop_map(Value::from_iter);
    prop_oneof![6 => object, 1 => value()]
}

fn path() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => select(vec!["a", "b"]), 1 => select(PATHS.to_vec())]
}

fn test() -> impl Strategy<Value = (String, Value)> {
    let ordered = scalar().prop_filter("is ordered", |value| value.is_number() || value.is_string());
    prop_oneof![
        2 => (select(vec!["=", "!=", "contains"]), value()).prop_map(|(op, value)| (op.to_owned(), value)),
        2 => (select(vec!["<", "<=", ">", ">="]), ordered).prop_map(|(op, value)| (op.to_owned(), value)),
        1 => vec(value(), 0..4).prop_map(|values| ("in".to_owned(), values.into())),
        1 => any::<bool>().prop_map(|wanted| ("exists".to_owned(), wanted.into())),
    ]
}

fn filter() -> impl Strategy<Value = Value> {
    let tests = btree_map(path(), vec(test(), 1..3), 0..3).prop_map(|members| {
        let of_path = |tests: Vec<(String, Value)>| tests.into_iter().collect::<Value>();
        members.into_iter().map(|(path, tests)| (path.to_owned(), of_path(tests))).collect::<Value>()
    });
    tests.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|filters| json!({"and": filters})),
            vec(inner.clone(), 0..3).prop_map(|filters| json!({"or": filters})),
            inner.prop_map(|filter| json!({"not": filter})),
        ]
    })
}

fn order() -> impl Strategy<Value = Vec<String>> {
    vec((any::<bool>(), path()), 0..3).prop_map(|fields| {
        fields
            .into_iter()
            .map(|(descending, path)| if descending { format!("-{path}") } else { path.to_owned() })
            .collect()
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0..24_u8, body()).prop_map(|(id, body)| Step::Index(id, body)),
        3 => (0..24_u8).prop_map(Step::Drop),
        1 => Just(Step::Clear),
        3 => (path(), 0..3_u8).prop_map(|(path, steps)| Step::CreateIndex(path, steps)),
        1 => path().prop_map(Step::DropIndex),
    ]
}

type Model = BTreeMap<String, Value>;

fn take(step: Step, collection: &Collection, model: &mut Model) {
    // "10" stands before "9", and the numbers of the documents in another order still.
    let name = |id: u8| id.to_string();
    match step {
        Step::Index(id, body) => {
            let document = Document::with_id(name(id), body.clone());
            collection.index(document, &IndexOptions::default()).unwrap();
            model.insert(name(id), body);
        }
        Step::Drop(id) => assert_eq!(collection.drop(&name(id)).unwrap(), model.remove(&name(id)).is_some()),
        Step::Clear => {
            collection.clear().unwrap();
            model.clear();
        }
        Step::CreateIndex(path, steps) => {
            let mut left = steps;
            let outcome = collection.create_index(path, |_| {
                left = left.saturating_sub(1);
                left > 0
            });
            assert!(outcome.is_ok() || steps < 2);
        }
        Step::DropIndex(path) => _ = collection.drop_index(path).unwrap(),
    }
}

/// What a query gives, portion by portion, against what it has to give.
fn compare(collection: &Collection, model: &Model, filter: &Value, order: &[String], limit: usize) {
    let filter = Filter::parse(&filter.to_string()).unwrap();
    let fields: Vec<&str> = order.iter().map(String::as_str).collect();
    let order = Order::parse(&fields).unwrap();
    let mut expected: Vec<(&String, &Value)> = model.iter().filter(|(_, body)| filter.matches(body)).collect();
    expected.sort_by(|(a, a_body), (b, b_body)| order.compare(a_body, b_body).then(a.cmp(b)));
    assert_eq!(collection.count(&filter).unwrap(), expected.len() as u64);

    let mut find = Find { filter: Some(filter), order, limit, cursor: None };
    let mut ids = Vec::new();
    loop {
        let found = collection.find(&find).unwrap();
        ids.extend(found.documents.into_iter().map(|document| {
            assert_eq!(document.body.to::<Value>().unwrap(), model[&document.id]);
            document.id
        }));
        assert!(ids.len().is_multiple_of(limit) || found.cursor.is_none());
        find.cursor = found.cursor;
        if find.cursor.is_none() {
            break;
        }
    }
    assert_eq!(ids, expected.into_iter().map(|(id, _)| id.clone()).collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn indexes_change_nothing_but_the_cost(
        rounds in vec((vec(step(), 1..16), vec((filter(), order(), 1..8_usize), 1..6)), 1..5),
    ) {
        let db = Beaver::open(":memory:", Options::default()).unwrap();
        let collection = db.collection("c").unwrap();
        let mut model = Model::new();
        for (steps, queries) in rounds {
            for step in steps {
                take(step, &collection, &mut model);
            }
            for (filter, order, limit) in queries {
                compare(&collection, &model, &filter, &order, limit);
            }
        }
        assert_eq!(db.verify().unwrap().problems, [""; 0]);
    }
}

fn number(n: u32) -> Value {
    let most = !n.is_multiple_of(8);
    match n % 97 {
        0 => json!({"most": most, "n": null}),
        1 => json!({"most": most}),
        2 => json!({"most": most, "n": [n, "x"]}),
        _ => json!({"most": most, "n": n, "m": n % 10, "late": n >= COUNT - 300, "text": format!("no {n}")}),
    }
}

const COUNT: u32 = 3_000;

/// Enough documents that sets become large, groups are not read, and backfills take several steps.
#[test]
fn large_sets_are_no_different() {
    let db = Beaver::open(":memory:", Options::default()).unwrap();
    let collection = db.collection("c").unwrap();
    // The documents' numbers and their ids are in different orders.
    let mut model: Model = (0..COUNT).map(|n| (n.wrapping_mul(2_654_435_761).to_string(), number(n))).collect();
    let documents = (0..COUNT).map(|n| Document::with_id(n.wrapping_mul(2_654_435_761).to_string(), number(n)));
    collection.index_many(documents, &IndexOptions::default(), |_| true).unwrap();
    let queries = [
        (json!({}), vec!["-n"]),
        (json!({"most": true}), vec![]),
        (json!({"most": true}), vec!["most"]),
        (json!({"most": true}), vec!["m", "-n"]),
        (json!({"late": {"!=": true}}), vec!["-late"]),
        (json!({"late": true, "most": false}), vec!["-n"]),
        (json!({"n": {">=": 100, "<": 2_900}}), vec!["n"]),
        (json!({"n": {">=": 100, "<": 2_900}, "other": {"exists": false}}), vec!["-m"]),
        (json!({"m": 3, "most": false}), vec![]),
        (json!({"or": [{"m": 3}, {"n": {"<": 50}}, {"n": {"contains": "x"}}]}), vec!["n"]),
        (json!({"not": {"text": {"contains": "9"}}}), vec![]),
        (json!({"other": {"exists": true}}), vec!["-n"]),
        (json!({"other": {"exists": false}}), vec!["most", "-m", "-n"]),
        (json!({"other": {"!=": 1}, "most": {"!=": true}}), vec![]),
        (json!({"m": {"in": [1, 2, 3, 4, 5, 6]}, "text": {"contains": "7"}}), vec!["-most", "m"]),
    ];
    for more in [&["n"][..], &["most", "late"], &["m", "text"]] {
        for path in more {
            let mut reports = Vec::new();
            let mut create = |steps: usize| {
                collection.create_index(path, |progress| {
                    reports.push((progress.done, progress.total));
                    reports.len() < steps
                })
            };
            // Half way through, it is not used, and kept up to date.
            assert!(create(COUNT as usize / 1_024).is_err());
            let some: Vec<String> = model.keys().step_by(50).cloned().collect();
            for (at, id) in (0..).zip(some) {
                let body = number(at);
                collection.index(Document::with_id(id.clone(), body.clone()), &IndexOptions::default()).unwrap();
                model.insert(id, body);
            }
            let (filter, order) = &queries[7];
            compare(&collection, &model, filter, &[order[0].to_owned()], 2_500);
            assert!(!create(usize::MAX).unwrap());
            assert!(reports.is_sorted() && reports.ends_with(&[(COUNT.into(), COUNT.into())]), "{reports:?}");
        }
        for (filter, order) in &queries {
            let order: Vec<String> = order.iter().map(|field| (*field).to_owned()).collect();
            compare(&collection, &model, filter, &order, 1_500);
        }
    }
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
}
