//! Dicts: what a key is, when it is absent, and that many changes are one commit.

use std::sync::Arc;
use std::time::Duration;

use beaver_core::{Beaver, ErrorKind, Json, MAX_JSON_DEPTH, MAX_KEY_BYTES, ManualClock, Options, Result};
use serde_json::json;

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

fn with_clock() -> (Beaver, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(1_700_000_000_000_000));
    let options = Options { clock: clock.clone(), ..Options::default() };
    (Beaver::open(":memory:", options).unwrap(), clock)
}

fn text(value: Option<Json>) -> Option<String> {
    value.map(|json| json.to_string())
}

#[test]
fn a_value_comes_back_as_it_was_written() -> Result<()> {
    let dict = memory().dict("d")?;
    for written in
        ["1", "1.0", "1e2", "12345678901234567890123", " {\"b\" : 1, \"a\":[ ] } ", "null", "\"\\u00e9\"", "-0.0"]
    {
        dict.set("k", Json::parse(written)?)?;
        assert_eq!(text(dict.get("k")?).as_deref(), Some(written));
    }
    Ok(())
}

#[test]
fn a_missing_key_is_none_and_a_stored_null_is_not() -> Result<()> {
    let dict = memory().dict("d")?;
    assert_eq!(dict.get("k")?, None);
    assert!(!dict.contains("k")? && !dict.delete("k")? && dict.pop("k")?.is_none());
    dict.set("k", json!(null))?;
    assert_eq!(text(dict.get("k")?).as_deref(), Some("null"));
    assert!(dict.contains("k")?);
    assert_eq!(text(dict.pop("k")?).as_deref(), Some("null"));
    assert!(!dict.contains("k")?);
    Ok(())
}

#[test]
fn dicts_of_other_names_are_other_dicts() -> Result<()> {
    let db = memory();
    db.dict("a")?.set("k", json!(1))?;
    db.dict("A")?.set("k", json!(2))?;
    assert_eq!(text(db.dict("a")?.get("k")?).as_deref(), Some("1"));
    assert_eq!(db.dict("a")?.clear()?, 1);
    assert_eq!(db.dict("A")?.len()?, 1);
    Ok(())
}

#[test]
fn an_expired_key_is_absent_for_every_operation() -> Result<()> {
    let (db, clock) = with_clock();
    let dict = db.dict("d")?;
    let second = Duration::from_secs(1);
    dict.set("stays", json!(0))?;
    for key in ["get", "contains", "delete", "pop", "absent", "cas"] {
        dict.set_for(key, json!(1), second)?;
    }
    clock.advance_us(999_999);
    assert_eq!(dict.len()?, 7);
    clock.advance_us(1);
    assert_eq!(dict.len()?, 1);
    assert_eq!(dict.keys().collect::<Result<Vec<_>>>()?, ["stays"]);
    assert_eq!(dict.get("get")?, None);
    assert_eq!(dict.get_many(&["stays", "get"])?.iter().filter(|value| value.is_some()).count(), 1);
    assert!(!dict.contains("contains")?);
    assert!(!dict.delete("delete")?);
    assert_eq!(dict.pop("pop")?, None);
    assert!(!dict.compare_and_set("cas", json!(1), json!(2), None)?);
    assert!(dict.set_if_absent("absent", json!(3), None)?);
    assert_eq!(dict.clear()?, 2);
    Ok(())
}

#[test]
fn a_key_that_is_set_again_forgets_its_time_to_live() -> Result<()> {
    let (db, clock) = with_clock();
    let dict = db.dict("d")?;
    dict.set_for("k", json!(1), Duration::from_secs(1))?;
    dict.set("k", json!(2))?;
    clock.advance_us(10_000_000);
    assert_eq!(text(dict.get("k")?).as_deref(), Some("2"));
    Ok(())
}

#[test]
fn writes_sweep_expired_rows_out_of_the_file() -> Result<()> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sweep.db");
    let clock = Arc::new(ManualClock::new(1_700_000_000_000_000));
    let db = Beaver::open(&path, Options { clock: clock.clone(), ..Options::default() })?;
    let dict = db.dict("d")?;
    let items = (0..100).map(|i| (i.to_string(), json!(i)));
    dict.set_many(items, Some(Duration::from_secs(1)))?;
    clock.advance_us(2_000_000);
    for i in 0..20 {
        db.dict("other")?.set("k", json!(i))?;
    }
    db.close()?;
    let raw = rusqlite::Connection::open(&path).unwrap();
    let left: i64 = raw.query_row("SELECT count(*) FROM beaver_dicts", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 1);
    Ok(())
}

#[test]
fn compare_and_set_compares_by_value() -> Result<()> {
    let dict = memory().dict("d")?;
    dict.set("k", Json::parse(r#"{"a": 1, "b": [1.0, "x"]}"#)?)?;
    assert!(!dict.compare_and_set("k", json!({"a": 1}), json!(0), None)?);
    assert!(dict.compare_and_set("k", Json::parse(r#"{"b":[1,"\u0078"],"a":1.0}"#)?, json!(2), None)?);
    assert_eq!(text(dict.get("k")?).as_deref(), Some("2"));
    Ok(())
}

#[test]
fn large_integers_are_compared_exactly() -> Result<()> {
    let dict = memory().dict("d")?;
    dict.set("k", Json::parse("9007199254740993")?)?;
    assert!(!dict.compare_and_set("k", Json::parse("9007199254740992")?, json!(0), None)?);
    assert!(dict.compare_and_set("k", Json::parse("9007199254740993")?, json!(0), None)?);
    Ok(())
}

#[test]
fn items_come_in_the_order_of_keys_across_pages() -> Result<()> {
    let dict = memory().dict("d")?;
    let keys: Vec<String> = (0..1_000).map(|i| format!("{i:04}")).collect();
    dict.set_many(keys.iter().rev().map(|key| (key.clone(), json!(key))), None)?;
    assert_eq!(dict.keys().collect::<Result<Vec<_>>>()?, keys);
    assert_eq!(dict.values().count(), 1_000);
    assert_eq!(dict.len()?, 1_000);
    Ok(())
}

#[test]
fn an_iteration_stands_changes_under_it() -> Result<()> {
    let dict = memory().dict("d")?;
    dict.set_many((0..600).map(|i| (format!("{i:04}"), json!(i))), None)?;
    let mut seen = Vec::new();
    for (at, item) in dict.items().enumerate() {
        let (key, _) = item?;
        if at == 100 {
            dict.delete("0500")?;
            dict.set("0000x", json!("behind"))?;
        }
        seen.push(key);
    }
    assert_eq!(seen.len(), 599);
    seen.dedup();
    assert_eq!(seen.len(), 599);
    Ok(())
}

#[test]
fn odd_keys_are_keys() -> Result<()> {
    let dict = memory().dict("d")?;
    for key in ["", " ", "count", "a/b", "🦫", "é", "e\u{301}", &"x".repeat(MAX_KEY_BYTES)] {
        dict.set(key, json!(key))?;
        assert_eq!(dict.get(key)?, Some(Json::of(key)?));
    }
    assert_eq!(dict.len()?, 8);
    Ok(())
}

#[test]
fn bad_input_is_refused_and_nothing_is_written() -> Result<()> {
    let db = memory();
    let dict = db.dict("d")?;
    let kind = |result: Result<()>| result.unwrap_err().kind();
    assert_eq!(kind(dict.set(&"x".repeat(MAX_KEY_BYTES + 1), json!(1))), ErrorKind::Limit);
    assert_eq!(kind(dict.set("a\0b", json!(1))), ErrorKind::InvalidArgument);
    assert_eq!(kind(dict.set_for("k", json!(1), Duration::ZERO)), ErrorKind::InvalidArgument);
    assert_eq!(kind(dict.set_for("k", json!(1), Duration::from_secs(u64::MAX))), ErrorKind::Limit);
    let many = [("good", json!(1)), ("bad\0", json!(2))];
    let error = dict.set_many(many, None).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidArgument, Some(1)));
    assert!(dict.is_empty()?);
    for (name, expected) in [
        ("", ErrorKind::InvalidArgument),
        ("__x", ErrorKind::InvalidArgument),
        ("a\0", ErrorKind::InvalidArgument),
        (&*"n".repeat(256), ErrorKind::Limit),
    ] {
        assert_eq!(db.dict(name).err().map(|e| e.kind()), Some(expected), "{name:?}");
    }
    Ok(())
}

#[test]
fn json_errors_tell_the_byte() {
    for (bad, offset) in
        [("", 0), ("{\"a\": nope}", 7), ("[1,\n 2,\n ]", 9), ("\"\\ud800\"", 1), ("\"a\\udc00\"", 2), ("1 2", 2)]
    {
        let error = Json::parse(bad).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::InvalidJson, Some(offset)), "{bad:?}: {error}");
    }
    assert!(Json::parse("\"\\ud83e\\uddab\"").is_ok());
    assert_eq!(Json::parse_bytes(b"\"a\xff\"").unwrap_err().offset(), Some(2));
}

#[test]
fn json_nests_as_deep_as_the_limit() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(Json::parse(&nested(MAX_JSON_DEPTH)).is_ok());
    assert_eq!(Json::parse(&nested(MAX_JSON_DEPTH + 1)).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(Json::parse(&"[".repeat(100_000)).unwrap_err().kind(), ErrorKind::Limit);
    let brackets_in_text = format!("\"{}\"", "[\\\"".repeat(1_000));
    assert!(Json::parse(&brackets_in_text).is_ok());
}

#[test]
fn any_type_goes_in_and_comes_back() -> Result<()> {
    #[derive(serde::Serialize, serde::Deserialize, PartialEq, Debug)]
    struct User {
        name: String,
        permissions: Vec<String>,
    }
    let users = memory().dict("users")?;
    let alice = User { name: "Alice".into(), permissions: vec!["read".into()] };
    users.set("alice", Json::of(&alice)?)?;
    assert_eq!(users.get("alice")?.unwrap().to::<User>()?, alice);
    users.set("bob", json!({"name": "Bob"}))?;
    assert_eq!(users.get("bob")?.unwrap().to::<User>().unwrap_err().kind(), ErrorKind::TypeMismatch);
    Ok(())
}
