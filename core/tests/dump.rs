//! Dumps and loads of every structure: shapes, both formats, faults, and what BeaverDB 1.x wrote.

mod dumps;

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use beaver_core::{Beaver, DumpFormat, ErrorKind, Json, LoadMode, Options, Structure};
use dumps::{FORMATS, T, at_t, dumped, items, load};
use serde_json::{Value, json};

#[test]
fn the_metadata_is_that_of_1_x() {
    let (db, _) = at_t();
    db.dict("ü\"").unwrap().set("k", json!(1)).unwrap();
    let text = dumped(&db.dict("ü\"").unwrap(), DumpFormat::Json);
    let metadata = &serde_json::from_str::<Value>(&text).unwrap()["metadata"];
    let expected = json!({"type": "Dict", "name": "ü\"", "count": 1, "dump_date": "2024-01-02T03:04:05.678901+00:00"});
    assert_eq!(metadata, &expected);
    let first = dumped(&db.dict("ü\"").unwrap(), DumpFormat::JsonLines).lines().next().map(str::to_owned);
    assert_eq!(serde_json::from_str::<Value>(&first.unwrap()).unwrap(), json!({"metadata": expected}));

    let kind = |text: String| serde_json::from_str::<Value>(&text).unwrap()["metadata"]["type"].clone();
    assert_eq!(kind(dumped(&db.list("x").unwrap(), DumpFormat::Json)), "List");
    assert_eq!(kind(dumped(&db.queue("x").unwrap(), DumpFormat::Json)), "Queue");
    assert_eq!(kind(dumped(&db.blobs("x").unwrap(), DumpFormat::Json)), "BlobStore");
    assert_eq!(kind(dumped(&db.log("x").unwrap(), DumpFormat::Json)), "Log");
}

#[test]
fn a_dict_goes_round_with_its_expiries() {
    for format in FORMATS {
        let (db, clock) = at_t();
        let dict = db.dict("d").unwrap();
        // As it was written, line breaks between the tokens included.
        dict.set("a", Json::parse("{\"pi\":\n  3.10,\r\n \"n\": \"x\\ny\"}").unwrap()).unwrap();
        dict.set_for("t", json!("token"), Duration::from_secs(60)).unwrap();
        dict.set_for("gone", json!(0), Duration::from_secs(1)).unwrap();
        clock.advance_us(1_000_000);
        let text = dumped(&dict, format);
        assert_eq!(
            items(&text),
            [
                json!({"key": "a", "value": {"pi": 3.1, "n": "x\ny"}}),
                json!({"key": "t", "value": "token", "expires_at": 1_704_164_705.678_901}),
            ]
        );
        assert!(text.contains("3.10"), "numbers stay as written");

        let copy = db.dict("copy").unwrap();
        copy.set("old", json!(1)).unwrap();
        assert_eq!(load(&copy, &text, LoadMode::Replace).unwrap(), 2);
        assert!(!copy.contains("old").unwrap());
        assert!(copy.get("a").unwrap().unwrap().same_value(&dict.get("a").unwrap().unwrap()));
        clock.advance_us(58_999_999);
        assert!(copy.contains("t").unwrap());
        clock.advance_us(1);
        assert!(!copy.contains("t").unwrap());
    }
}

#[test]
fn a_log_goes_round_with_its_times() {
    for format in FORMATS {
        let (db, _) = at_t();
        let log = db.log("g").unwrap();
        log.append_many((0..1_500).map(|n| (json!(n), Some(T + n)))).unwrap();
        let text = dumped(&log, format);
        assert_eq!(items(&text)[0], json!({"timestamp": 1_704_164_645.678_901, "data": 0}));
        let copy = db.log("copy").unwrap();
        copy.append_at(json!("there"), T + 3).unwrap();
        assert_eq!(load(&copy, &text, LoadMode::Append).unwrap(), 1_500);
        assert_eq!(copy.len().unwrap(), 1_501);
        load(&copy, &text, LoadMode::Replace).unwrap();
        assert!(copy.items().map(Result::unwrap).eq(log.items().map(Result::unwrap)));
    }
}

#[test]
fn blobs_go_round() {
    for format in FORMATS {
        let (db, _) = at_t();
        let blobs = db.blobs("b").unwrap();
        blobs.put("k/ü", &[0, 1, 254, 255], Some(json!({"mime": "x"}).into())).unwrap();
        blobs.put("none", b"", None).unwrap();
        blobs.put("large", &vec![7; 3_000_000], None).unwrap();
        let text = dumped(&blobs, format);
        assert_eq!(items(&text)[0], json!({"key": "k/ü", "metadata": {"mime": "x"}, "data_b64": "AAH+/w=="}));
        let copy = db.blobs("copy").unwrap();
        copy.put("none", b"old", Some(json!(1).into())).unwrap();
        copy.put("own", b"old", None).unwrap();
        assert_eq!(load(&copy, &text, LoadMode::Append).unwrap(), 3);
        assert_eq!(copy.len().unwrap(), 4);
        for key in ["k/ü", "none", "large"] {
            assert!(copy.get(key).unwrap() == blobs.get(key).unwrap(), "{key}");
        }
    }
}

#[test]
fn nothing_is_dumped_and_loaded_too() {
    for format in FORMATS {
        let (db, _) = at_t();
        let text = dumped(&db.dict("empty").unwrap(), format);
        assert_eq!(items(&text), [] as [Value; 0]);
        let dict = db.dict("d").unwrap();
        dict.set("old", json!(1)).unwrap();
        assert_eq!(load(&dict, &text, LoadMode::Append).unwrap(), 0);
        assert_eq!(dict.len().unwrap(), 1);
        assert_eq!(load(&dict, &text, LoadMode::Replace).unwrap(), 0);
        assert!(dict.is_empty().unwrap());
    }
}

/// What BeaverDB 1.3.0 prints, its white space included.
#[test]
fn dumps_of_1_x_are_loaded() {
    let (db, _) = at_t();
    let dict = db.dict("d").unwrap();
    let text = r#"{
  "metadata": {
    "type": "Dict",
    "name": "d",
    "count": 2,
    "dump_date": "2026-11-22T11:10:11.709266+00:00",
    "encrypted": false
  },
  "items": [
    {
      "key": "a",
      "value": {
        "x": 1.5,
        "y": "\u00e4"
      }
    },
    {
      "key": "t",
      "value": "tok"
    }
  ]
}"#;
    assert_eq!(load(&dict, text, LoadMode::Replace).unwrap(), 2);
    assert_eq!(dict.get("a").unwrap().unwrap().to::<Value>().unwrap(), json!({"x": 1.5, "y": "ä"}));

    let head = r#""name": "l", "count": 3, "dump_date": "2026-11-22T11:10:11.709502+00:00"}"#;
    let log = db.log("g").unwrap();
    let text = format!(
        r#"{{"metadata": {{"type": "Log", {head}, "items": [{{"timestamp": -86400.5, "data": 0}}, {{"timestamp": 1704164645.678901, "data": "x"}}]}}"#
    );
    assert_eq!(load(&log, &text, LoadMode::Replace).unwrap(), 2);
    let times: Vec<i64> = log.items().map(|entry| entry.unwrap().timestamp).collect();
    assert_eq!(times, [-86_400_500_000, T], "1.x knows times before 1970");

    let blobs = db.blobs("b").unwrap();
    let text = format!(
        r#"{{"metadata": {{"type": "BlobStore", {head}, "items": [{{"key": "k/\u00fc", "metadata": {{"mime": "x"}}, "data_b64": "AAFoZWxsbw=="}},
           {{"key": "nometa", "metadata": null, "data_b64": ""}}]}}"#
    );
    assert_eq!(load(&blobs, &text, LoadMode::Replace).unwrap(), 2);
    assert_eq!(blobs.get("k/ü").unwrap().unwrap().data, b"\x00\x01hello");
    assert_eq!(blobs.stat("nometa").unwrap(), Some((0, None)));
}

#[test]
fn the_order_of_the_fields_and_further_ones_do_not_matter() {
    let (db, _) = at_t();
    let log = db.log("l").unwrap();
    let text = r#"{"more": [{}], "items": [{"timestamp": 1e9, "data": 1}], "metadata": {"count": 9, "type": "log", "more": null}, "again": 1} "#;
    assert_eq!(load(&log, text, LoadMode::Append).unwrap(), 1);
    assert_eq!(log.items().next().unwrap().unwrap().timestamp, 1_000_000_000_000_000);
    let dict = db.dict("d").unwrap();
    let text = r#"{"metadata":{"type":"Dict"},"items":[{"more":1,"value":[1 , 2],"expires_at":null,"key":"k"}]}"#;
    assert_eq!(load(&dict, text, LoadMode::Append).unwrap(), 1);
    assert_eq!(dict.get("k").unwrap().unwrap().as_str(), "[1 , 2]");
}

#[test]
fn a_load_that_fails_changes_nothing() {
    let (db, _) = at_t();
    let dict = db.dict("d").unwrap();
    let rows = |tail: &str| {
        format!(r#"{{"metadata":{{"type":"Dict"}},"items":[{{"key":"a","value":1}},{{"key":"b","value":2}}{tail}"#)
    };
    let deep = format!(r#",{{"key":"c","value":{}{}}}]}}"#, "[".repeat(200), "]".repeat(200));
    let long = format!(r#",{{"key":"{}","value":1}}]}}"#, "k".repeat(5_000));
    let cases = [
        (r#"{"metadata":{"type":"List"},"items":[1]}"#.to_owned(), ErrorKind::TypeMismatch, None),
        (r#"{"items":[{"key":"a","value":1}]}"#.to_owned(), ErrorKind::TypeMismatch, None),
        (r#"{"metadata":{"type":"Dict"},"items":{}}"#.to_owned(), ErrorKind::TypeMismatch, Some(0)),
        (r#"{"metadata":{"type":"Dict"},"items":[],"items":[]}"#.to_owned(), ErrorKind::TypeMismatch, Some(0)),
        ("[1]".to_owned(), ErrorKind::TypeMismatch, Some(0)),
        (String::new(), ErrorKind::InvalidJson, Some(0)),
        (rows(""), ErrorKind::InvalidJson, Some(2)),
        (rows("]} x"), ErrorKind::InvalidJson, Some(2)),
        (rows(",{\"key\":nul}]}"), ErrorKind::InvalidJson, Some(2)),
        (rows(",7]}"), ErrorKind::TypeMismatch, Some(2)),
        (rows(",{\"key\":\"c\"}]}"), ErrorKind::TypeMismatch, Some(2)),
        (rows(",{\"key\":\"c\",\"value\":1,\"expires_at\":\"x\"}]}"), ErrorKind::TypeMismatch, Some(2)),
        (rows(",{\"key\":\"c\",\"value\":1,\"expires_at\":1e99}]}"), ErrorKind::InvalidArgument, Some(2)),
        (rows(",{\"key\":\"c\",\"value\":\"\\ud800\"}]}"), ErrorKind::InvalidJson, Some(2)),
        (rows(&deep), ErrorKind::Limit, Some(2)),
        (rows(&long), ErrorKind::Limit, Some(2)),
        (
            "{\"metadata\":{\"type\":\"Dict\"}}\n{\"key\":\"a\",\"value\":1}\n{\"key\"".to_owned(),
            ErrorKind::InvalidJson,
            Some(1),
        ),
        (
            "{\"metadata\":{\"type\":\"Dict\"}}\n{\"key\":\"a\",\"value\":1}\nnonsense".to_owned(),
            ErrorKind::InvalidJson,
            Some(1),
        ),
    ];
    dict.set("old", json!(1)).unwrap();
    for (text, kind, operation) in cases {
        let error = load(&dict, &text, LoadMode::Replace).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (kind, operation), "{error} in {text:.200}");
        assert_eq!(dict.keys().map(Result::unwrap).collect::<Vec<_>>(), ["old"], "after {text:.200}");
    }
}

#[test]
fn the_offset_of_bad_json_is_told() {
    let (db, _) = at_t();
    let list = db.list("l").unwrap();
    let text = "{\"metadata\":{\"type\":\"List\"},\n\"items\":[1,\n@]}";
    let error = load(&list, text, LoadMode::Replace).unwrap_err();
    assert_eq!(error.offset(), text.find('@'));
    let text = "{\"metadata\":{\"type\":\"List\"},\"items\":[1,";
    assert_eq!(load(&list, text, LoadMode::Replace).unwrap_err().offset(), Some(text.len()));
}

#[test]
fn items_that_the_structure_cannot_hold_are_refused() {
    let (db, _) = at_t();
    let lines = |kind: &str, item: &str| format!("{{\"metadata\":{{\"type\":\"{kind}\"}}}}\n{item}\n");
    let text = lines("BlobStore", r#"{"key":"k","data_b64":"*"}"#);
    assert_eq!(load(&db.blobs("b").unwrap(), &text, LoadMode::Append).unwrap_err().kind(), ErrorKind::TypeMismatch);
    let text = lines("Log", r#"{"timestamp":"now","data":1}"#);
    assert_eq!(load(&db.log("g").unwrap(), &text, LoadMode::Append).unwrap_err().kind(), ErrorKind::TypeMismatch);
    let text = lines("Queue", r#"{"priority":null,"timestamp":1,"data":1}"#);
    assert_eq!(load(&db.queue("q").unwrap(), &text, LoadMode::Append).unwrap_err().kind(), ErrorKind::TypeMismatch);
}

#[test]
fn errors_of_the_reader_and_the_writer_are_told() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the line is dead"))
        }
    }
    impl std::io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the line is dead"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (db, _) = at_t();
    let dict = db.dict("d").unwrap();
    let error = dict.load(&mut Broken, LoadMode::Replace).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains("the line is dead"));
    assert_eq!(dict.dump(&mut Broken, DumpFormat::Json).unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn a_dump_goes_into_a_blob_and_comes_from_there() {
    let directory = tempfile::tempdir().unwrap();
    let db = Beaver::open(directory.path().join("test.db"), Options::default()).unwrap();
    let dict = db.dict("d").unwrap();
    dict.set_many((0..30_000).map(|n| (format!("key {n}"), json!({"n": n, "more": "x".repeat(40)}))), None).unwrap();
    let blobs = db.blobs("dumps").unwrap();
    let mut writer = blobs.writer("d", None).unwrap();
    dict.dump(&mut writer, DumpFormat::Json).unwrap();
    writer.finish().unwrap();
    let copy = db.dict("copy").unwrap();
    assert_eq!(copy.load(&mut blobs.reader("d").unwrap().unwrap(), LoadMode::Replace).unwrap(), 30_000);
    assert_eq!(copy.get("key 29999").unwrap(), dict.get("key 29999").unwrap());
    // The blob's own error comes through.
    let mut reader = blobs.reader("d").unwrap().unwrap();
    db.pause().unwrap();
    db.resume().unwrap();
    assert_eq!(copy.load(&mut reader, LoadMode::Replace).unwrap_err().kind(), ErrorKind::Interrupted);
    assert_eq!(copy.len().unwrap(), 30_000);
}

#[test]
fn a_dump_is_of_one_moment_while_others_write() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    let dict = db.dict("d").unwrap();
    dict.set_many((0..2_000).map(|n| (format!("{n:04}"), json!(0))), None).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let (dict, stop) = (dict.clone(), stop.clone());
        move || {
            let mut round = 0;
            while !stop.load(Ordering::Relaxed) {
                round += 1;
                // All at once, so that at every moment all values are the same.
                dict.set_many((0..2_000).map(|n| (format!("{n:04}"), json!(round))), None).unwrap();
            }
        }
    });
    for format in [DumpFormat::Json, DumpFormat::JsonLines, DumpFormat::Json, DumpFormat::JsonLines] {
        let items = items(&dumped(&dict, format));
        assert_eq!(items.len(), 2_000);
        assert!(items.iter().all(|item| item["value"] == items[0]["value"]));
    }
    stop.store(true, Ordering::Relaxed);
    writer.join().unwrap();
}

#[test]
fn an_interrupted_dump_ends() {
    struct Slow(Beaver, bool);
    impl std::io::Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if !std::mem::replace(&mut self.1, true) {
                self.0.interrupt();
            }
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (db, _) = at_t();
    let dict = db.dict("d").unwrap();
    dict.set_many((0..10_000).map(|n| (n.to_string(), json!("some text"))), None).unwrap();
    let error = dict.dump(&mut Slow(db.clone(), false), DumpFormat::Json).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    dumped(&dict, DumpFormat::Json);
}

#[test]
fn loading_waits_for_nobody_who_acquired_the_structure() {
    let (db, _) = at_t();
    let dict = db.dict("d").unwrap();
    let hour = Duration::from_secs(3600);
    let mine = dict.acquire(Some(Duration::ZERO), hour).unwrap().unwrap();
    let text = r#"{"metadata":{"type":"Dict"},"items":[{"key":"a","value":1}]}"#;
    assert_eq!(load(&dict, text, LoadMode::Replace).unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(load(&mine, text, LoadMode::Replace).unwrap(), 1);
}
