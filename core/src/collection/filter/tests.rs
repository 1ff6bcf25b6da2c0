use std::fmt::Write;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::*;
use crate::error::ErrorKind;

fn holds(filter: &Value, body: &Value) -> bool {
    Filter::parse(&filter.to_string()).unwrap().matches(body)
}

fn refused(filter: &str) -> (ErrorKind, String) {
    let error = Filter::parse(filter).expect_err(filter);
    (error.kind(), error.message().to_owned())
}

#[test]
fn every_member_has_to_hold() {
    let book = json!({"title": "Emma", "year": 1815, "author": {"name": "Austen"}, "tags": ["novel", "uk"]});
    assert!(holds(&json!({}), &book));
    assert!(holds(&json!({"title": "Emma", "author.name": "Austen"}), &book));
    assert!(!holds(&json!({"title": "Emma", "author.name": "Eliot"}), &book));
    assert!(holds(&json!({"year": {">=": 1800, "<": 1900}, "tags.1": "uk"}), &book));
    assert!(!holds(&json!({"year": {">=": 1800, "<": 1815}}), &book));
    // JSON of this kind comes from no map; both have to hold.
    assert!(!Filter::parse(r#"{"year": 1, "year": 1815}"#).unwrap().matches(&book));
    assert!(!Filter::parse(r#"{"year": {">": 1900, ">": 1800}}"#).unwrap().matches(&book));
}

#[test]
fn filters_are_joined_by_and_or_and_not() {
    let body = json!({"a": 1, "b": 2, "and": 3});
    assert!(holds(&json!({"or": [{"a": 2}, {"b": 2}]}), &body));
    assert!(!holds(&json!({"and": [{"a": 2}, {"b": 2}]}), &body));
    assert!(holds(&json!({"not": {"a": 2, "b": 2}}), &body));
    assert!(holds(&json!({"and": []}), &body));
    assert!(!holds(&json!({"or": []}), &body));
    assert!(!holds(&json!({"not": {}}), &body));
    assert!(holds(&json!({"$.and": 3}), &body));
}

#[test]
fn types_do_not_mix() {
    let body = json!({"n": 1, "s": "1", "t": true, "z": null, "l": [1], "o": {"k": 1}});
    assert!(holds(&json!({"n": 1.0, "s": "1", "t": true, "z": null}), &body));
    for (path, other) in [("n", json!("1")), ("n", json!(true)), ("s", json!(1)), ("t", json!(1)), ("z", json!(false))]
    {
        assert!(!holds(&json!({path: other}), &body), "{path} = {other}");
        assert!(holds(&json!({path: {"!=": other}}), &body), "{path} != {other}");
    }
    for operator in ["<", "<=", ">", ">="] {
        assert!(!holds(&json!({"n": {operator: "0"}}), &body));
        assert!(!holds(&json!({"s": {operator: 1}}), &body));
        assert!(!holds(&json!({"t": {operator: 1}}), &body));
        assert!(!holds(&json!({"l": {operator: 1}}), &body));
    }
    assert!(holds(&json!({"l": {"=": [1.0]}, "o": {"=": {"k": 1}}}), &body));
    assert!(!holds(&json!({"l": 1}), &body), "an array is not searched by =");
}

#[test]
fn integers_are_compared_exactly_and_strings_by_their_bytes() {
    let big = json!({"n": (1_u64 << 53) + 1});
    assert!(!holds(&json!({"n": 1_u64 << 53}), &big));
    assert!(holds(&json!({"n": {">": 1_u64 << 53}}), &big));
    assert!(holds(&json!({"n": {"<": u64::MAX}}), &big));
    assert!(holds(&json!({"s": {">": "Z"}}), &json!({"s": "a"})));
    // By UTF-16 units it would be the other way round.
    assert!(holds(&json!({"s": {">": "\u{FFFF}"}}), &json!({"s": "\u{10000}"})));
}

#[test]
fn what_is_missing_meets_only_the_negative() {
    let body = json!({"a": null});
    for test in [json!({"=": null}), json!({"<": 1}), json!({"in": [null]}), json!({"contains": "a"})] {
        assert!(!holds(&json!({"b": test}), &body), "{test}");
        assert!(holds(&json!({"not": {"b": test}}), &body), "not {test}");
    }
    assert!(holds(&json!({"b": {"!=": 1, "exists": false}, "a": {"exists": true}}), &body));
    assert!(!holds(&json!({"b": {"exists": true}}), &body));
    assert!(!holds(&json!({"a": {"exists": false}}), &body));
}

#[test]
fn in_and_contains_find_equal_values() {
    let body = json!({"n": 2, "l": ["x", 1, [2], {"k": null}], "s": "straße"});
    assert!(holds(&json!({"n": {"in": [1, "2", 2.0]}, "l": {"in": [[], ["x", 1.0, [2], {"k": null}]]}}), &body));
    assert!(!holds(&json!({"n": {"in": []}}), &body));
    assert!(!holds(&json!({"n": {"in": ["2", true, [2]]}}), &body));
    for found in [json!("x"), json!(1.0), json!([2]), json!({"k": null})] {
        assert!(holds(&json!({"l": {"contains": found}}), &body), "{found}");
    }
    assert!(!holds(&json!({"l": {"contains": 2}}), &body));
    assert!(holds(&json!({"s": {"contains": "aß"}}), &body));
    assert!(!holds(&json!({"s": {"contains": 1}}), &body));
    assert!(!holds(&json!({"n": {"contains": "2"}}), &body));
}

#[test]
fn a_body_that_is_no_object_is_called_value() {
    assert!(holds(&json!({"value": "text"}), &json!("text")));
    assert!(holds(&json!({"value": {"contains": 2}, "value.0": 1}), &json!([1, 2])));
    assert!(!holds(&json!({"other": {"exists": true}}), &json!("text")));
}

#[test]
fn the_structure_is_there_for_a_planner() {
    let filter = Filter::parse(r#"{"a.b": {"in": [3, "x", 1, 1.0, [0]]}, "or": [{"c": {"<": 2}}]}"#).unwrap();
    let Node::And(nodes) = filter.node() else { panic!("two members are an and") };
    let [Node::Leaf { path, op: Comparison::In(values) }, Node::Or(ors)] = nodes.as_slice() else {
        panic!("the members keep their order: {nodes:?}")
    };
    assert_eq!(path.text(), "a.b");
    assert_eq!(values.scalars(), [json!(1), json!(3), json!("x")].iter().filter_map(Key::of).collect::<Vec<_>>());
    assert_eq!(values.nested(), [json!([0])]);
    let two = Key::of(&json!(2)).unwrap().into_owned();
    assert_eq!(ors.as_slice(), [Node::Leaf { path: Path::parse("c").unwrap(), op: Comparison::Less(two) }]);
    assert_eq!(Filter::default(), Filter::parse("{}").unwrap());
}

#[test]
fn a_wrong_shape_names_the_operator_or_the_path() {
    for (filter, named) in [
        ("[]", "a filter is an object"),
        ("1", "a filter is an object"),
        (r#"{"and": {}}"#, r#""and" takes an array"#),
        (r#"{"or": [1]}"#, "a filter is an object"),
        (r#"{"not": []}"#, "a filter is an object"),
        (r#"{"a": [1]}"#, r#"at "a": for equality with an array"#),
        (r#"{"a": {}}"#, r#"at "a": no operator"#),
        (r#"{"a": {"b": 1}}"#, r#"at "a": "b" is no operator"#),
        (r#"{"a": {"$gt": 1}}"#, r#"at "a": "$gt" is no operator"#),
        (r#"{"a": {"not": {}}}"#, r#"at "a": "not" is no operator"#),
        (r#"{"a": {"<": null}}"#, r#"at "a": "<" takes a number or a string"#),
        (r#"{"a": {">=": [1]}}"#, r#"at "a": ">=" takes a number or a string"#),
        (r#"{"a": {"in": 1}}"#, r#"at "a": "in" takes an array"#),
        (r#"{"a": {"exists": 1}}"#, r#"at "a": "exists" takes true or false"#),
        (r#"{"a": 1e999}"#, r#"at "a": number out of range"#),
        (r#"{"in": [1]}"#, r#""in" stands inside of"#),
        (r#"{"exists": true}"#, r#""exists" stands inside of"#),
        (r#"{"$or": []}"#, r#""$or" is no operator"#),
        (r#"{"": 1}"#, "the path is empty"),
        (r#"{"a..b": 1}"#, "a segment is empty"),
    ] {
        let (kind, message) = refused(filter);
        assert_eq!(kind, ErrorKind::InvalidArgument, "{filter}");
        assert!(message.contains(named), "{filter}: {message}");
    }
    let error = Filter::parse(r#"{"a": }"#).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::InvalidJson, Some(6)));
}

#[test]
fn what_is_beyond_a_limit_is_refused() {
    let nested = |levels: usize, open: &str, close: &str| open.repeat(levels) + "{}" + &close.repeat(levels);
    for (open, close) in [(r#"{"not":"#, "}"), (r#"{"and":["#, "]}"), (r#"{"or":["#, "]}")] {
        assert!(Filter::parse(&nested(MAX_FILTER_DEPTH - 1, open, close)).is_ok());
        for levels in [MAX_FILTER_DEPTH, 60, 10_000] {
            assert_eq!(refused(&nested(levels, open, close)).0, ErrorKind::Limit);
        }
    }
    let deep = format!(r#"{{"a": {{"=": {}}}}}"#, "[".repeat(200_000) + &"]".repeat(200_000));
    assert_eq!(refused(&deep).0, ErrorKind::Limit);
    let any = |count: usize| json!({"or": vec![json!({"a": 1}); count]}).to_string();
    assert!(Filter::parse(&any(MAX_FILTER_CONDITIONS)).is_ok());
    assert_eq!(refused(&any(MAX_FILTER_CONDITIONS + 1)).0, ErrorKind::Limit);
    assert_eq!(refused(&json!({"and": vec![json!({}); MAX_FILTER_CONDITIONS + 1]}).to_string()).0, ErrorKind::Limit);
    let values = |count: usize| json!({"a": {"in": vec![0; count]}}).to_string();
    assert!(Filter::parse(&values(MAX_IN_VALUES)).is_ok());
    assert_eq!(refused(&values(MAX_IN_VALUES + 1)).0, ErrorKind::Limit);
    let long = json!({"a": "x".repeat(MAX_FILTER_BYTES)}).to_string();
    assert_eq!(refused(&long).0, ErrorKind::Limit);
}

/// A name of the caller may be long; a message is a line.
#[test]
fn a_message_stays_short() {
    let (_, message) = refused(&json!({"a": {"é\n".repeat(10_000): 1}}).to_string());
    assert!(message.len() < 400 && !message.contains('\n'), "{message}");
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => Just(json!(null)),
        2 => any::<bool>().prop_map(Value::from),
        4 => (-2..3_i64).prop_map(Value::from),
        2 => (-8..9_i32).prop_map(|quarters| json!(f64::from(quarters) / 4.0)),
        2 => select(vec![
            json!((1_u64 << 53) - 1), json!(1_u64 << 53), json!((1_u64 << 53) + 1), json!(9_007_199_254_740_992.0),
            json!(i64::MIN), json!(i64::MAX), json!(9_223_372_036_854_775_808.0), json!(u64::MAX), json!(1e20), json!(-1e20),
        ]),
        4 => "[ab]{0,2}|\u{10000}|\u{FFFF}".prop_map(Value::from),
    ]
}

fn key() -> impl Strategy<Value = String> {
    let odd = select(vec!["value", "0", "a.b", "and", "$", "\\", ""]);
    prop_oneof![3 => select(vec!["a", "b"]), 1 => odd].prop_map(str::to_owned)
}

/// A scalar or one of a few arrays and objects, so that these are met twice too.
fn atom() -> impl Strategy<Value = Value> {
    let nested = vec![json!([]), json!({}), json!([1]), json!([1.0]), json!({"a": 1}), json!([[]])];
    prop_oneof![3 => scalar(), 1 => select(nested)]
}

/// Any JSON, from few keys and values, so that what is looked for is often found.
pub fn body() -> impl Strategy<Value = Value> {
    atom().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(key(), inner, 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// An object with what the filters look for.
fn shallow() -> impl Strategy<Value = Value> {
    let value = prop_oneof![3 => atom(), 1 => vec(atom(), 0..4).prop_map(Value::from)];
    btree_map(key(), value, 1..5).prop_map(Value::from_iter)
}

fn path() -> impl Strategy<Value = String> {
    let odd = ["value", "b.a", "a.0", "value.0", "value.1.a", "a\\.b", "$.and", "$.$.a", "\\\\", "$.0"];
    prop_oneof![3 => select(vec!["a", "b", "a.b"]), 1 => select(odd.to_vec())].prop_map(str::to_owned)
}

fn test() -> impl Strategy<Value = (String, Value)> {
    let ordered = scalar().prop_filter("is ordered", |value| value.is_number() || value.is_string());
    prop_oneof![
        (select(vec!["=", "!=", "contains"]), atom()).prop_map(|(op, value)| (op.to_owned(), value)),
        (select(vec!["<", "<=", ">", ">="]), ordered).prop_map(|(op, value)| (op.to_owned(), value)),
        vec(atom(), 0..12).prop_map(|values| ("in".to_owned(), values.into())),
        any::<bool>().prop_map(|wanted| ("exists".to_owned(), wanted.into())),
    ]
}

fn filter() -> impl Strategy<Value = Value> {
    let tests = btree_map(path(), vec(test(), 1..3), 1..3).prop_map(|members| {
        members.into_iter().map(|(path, tests)| (path, tests.into_iter().collect::<Value>())).collect::<Value>()
    });
    let leaf = prop_oneof![
        1 => (path(), scalar()).prop_map(|(path, value)| json!({path: value})),
        4 => tests,
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|filters| json!({"and": filters})),
            vec(inner.clone(), 0..3).prop_map(|filters| json!({"or": filters})),
            (inner, path(), scalar()).prop_map(|(filter, path, value)| json!({"not": filter, path: value})),
        ]
    })
}

/// The model reads the filter's own JSON at every call, and compares values by a text that is equal
/// exactly for equal ones.
mod model {
    use super::*;

    pub fn holds(filter: &Value, body: &Value) -> bool {
        let wrapped = if body.is_object() { body.clone() } else { json!({"value": body}) };
        filter.as_object().unwrap().iter().all(|(name, given)| match name.as_str() {
            "and" => given.as_array().unwrap().iter().filter(|filter| !holds(filter, body)).count() == 0,
            "or" => given.as_array().unwrap().iter().filter(|filter| holds(filter, body)).count() > 0,
            "not" => !holds(given, body),
            path => {
                let found = find(path, &wrapped);
                match given {
                    Value::Object(tests) => tests.iter().all(|(op, operand)| test(op, operand, found)),
                    scalar => test("=", scalar, found),
                }
            }
        })
    }

    /// A JSON pointer (RFC 6901) does the walk.
    fn find<'v>(path: &str, body: &'v Value) -> Option<&'v Value> {
        let path = path.strip_prefix("$.").unwrap_or(path);
        let hidden = path.replace(r"\\", "\u{1}").replace(r"\.", "\u{2}");
        let pointer = hidden.split('.').fold(String::new(), |all, segment| all + "/" + segment);
        body.pointer(&pointer.replace('\u{1}', r"\").replace('\u{2}', "."))
    }

    fn test(op: &str, operand: &Value, found: Option<&Value>) -> bool {
        let equal = found.is_some_and(|found| same(found, operand));
        let below = found.is_some_and(|found| less(found, operand));
        let above = found.is_some_and(|found| less(operand, found));
        match op {
            "=" => equal,
            "!=" => !equal,
            "<" => below,
            "<=" => below || equal,
            ">" => above,
            ">=" => above || equal,
            "in" => operand.as_array().unwrap().iter().any(|value| found.is_some_and(|found| same(found, value))),
            "contains" => match found {
                Some(Value::Array(items)) => items.iter().any(|item| same(item, operand)),
                Some(Value::String(text)) => operand.as_str().is_some_and(|part| text.split(part).count() > 1),
                _ => false,
            },
            "exists" => found.is_some() == (operand == &json!(true)),
            _ => panic!("no operator: {op}"),
        }
    }

    fn same(a: &Value, b: &Value) -> bool {
        normal(a) == normal(b)
    }

    fn less(a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Number(a), Value::Number(b)) => quarters(a) < quarters(b),
            (Value::String(a), Value::String(b)) => a.chars().lt(b.chars()),
            _ => false,
        }
    }

    fn normal(value: &Value) -> String {
        match value {
            Value::Number(number) => format!("n{}", quarters(number)),
            Value::Array(items) => format!("{:?}", items.iter().map(normal).collect::<Vec<_>>()),
            Value::Object(members) => {
                let mut text = String::new();
                for (key, value) in members {
                    write!(text, "{key:?}:{:?},", normal(value)).unwrap();
                }
                format!("{{{text}}}")
            }
            other => other.to_string(),
        }
    }

    /// Every number of these tests is a multiple of a quarter.
    #[expect(clippy::cast_possible_truncation)]
    fn quarters(number: &serde_json::Number) -> i128 {
        let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        whole.map_or_else(|| (number.as_f64().unwrap() * 4.0) as i128, |whole| whole * 4)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn matches_what_the_model_matches(
        filter in filter(),
        bodies in vec(shallow(), 16),
        any in vec(body(), 4),
    ) {
        let parsed = Filter::parse(&filter.to_string()).unwrap();
        let not = Filter::parse(&json!({"not": filter}).to_string()).unwrap();
        for body in bodies.iter().chain(&any) {
            prop_assert_eq!(parsed.matches(body), model::holds(&filter, body), "{}", body);
            prop_assert_eq!(not.matches(body), !parsed.matches(body));
        }
    }

    #[test]
    fn no_json_makes_the_parser_panic(
        json in body(),
        operators in vec(select(vec!["=", "<", "in", "contains", "exists", "and", "or", "not", "$.a", "x"]), 0..4),
        text in r#"[\[\]{}":,<=a0.$\\ ]{0,24}"#,
    ) {
        let wrapped = operators.iter().fold(json, |inner, name| json!({*name: inner}));
        for text in [wrapped.to_string(), text] {
            if let Ok(filter) = Filter::parse(&text) {
                let _ = filter.matches(&wrapped);
            }
        }
    }
}
