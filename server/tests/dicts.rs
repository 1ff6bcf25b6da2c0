//! Dicts over HTTP: the guide's calls as typed, canonical paths, tags and conditions.

mod common;

use common::Running;
use serde_json::json;

#[test]
fn the_guides_calls_work_as_typed() {
    let server = Running::new();
    let headers = [("content-type", "application/json")];
    let put = server.with_headers("PUT", "/dicts/app_config/api_key", &headers, b"your-secret-api-key");
    assert_eq!(put.ok(), json!({"status": "ok"}));
    let get = server.get("/dicts/app_config/api_key");
    assert_eq!((get.status, get.text()), (200, "\"your-secret-api-key\""));
    server.put("/dict/app_config/theme", "\"dark\"").ok();
    assert_eq!(server.get("/dict/app_config/theme").text(), "\"dark\"");
}

#[test]
fn every_key_can_be_had_by_the_canonical_path() {
    let server = Running::new();
    for key in ["count", "items", "dump", "a/b", "a%2Fb", "%C3%A4%20%25", "get_many", "", ".", "x?y"] {
        let path = format!("/dicts/odd/items/{}", key.replace('?', "%3F"));
        let path = if key == "a/b" { "/dicts/odd/items/a/b".to_owned() } else { path };
        server.put(&path, &format!("{key:?}")).ok();
        assert_eq!(server.get(&path).ok(), json!(key), "{key}");
    }
    // `a/b` and `a%2Fb` are the same key.
    assert_eq!(server.get("/dicts/odd/count").ok(), json!({"count": 9}));
    assert!(server.db.dict("odd").expect("a dict").contains("ä %").expect("an answer"));
}

#[test]
fn a_stored_null_is_there_and_a_missing_key_is_not() {
    let server = Running::new();
    server.put("/dicts/d/items/nothing", "null").ok();
    assert_eq!(server.get("/dicts/d/items/nothing").text(), "null");
    let missing = server.get("/dicts/d/items/other");
    assert_eq!((missing.status, &*missing.kind()), (404, "NOT_FOUND"));
    assert_eq!(server.delete("/dicts/d/items/other").status, 404);
    server.delete("/dicts/d/items/nothing").ok();
    assert_eq!(server.get("/dicts/d/items/nothing").status, 404);
}

#[test]
fn values_come_back_as_they_were_written() {
    let server = Running::new();
    for text in ["{\"b\": 1.10, \"a\":[1,  2]}", "12345678901234567890123", "\"\\u00e4\"", "true", "[]"] {
        server.put("/dicts/d/items/k", text).ok();
        assert_eq!(server.get("/dicts/d/items/k").text(), text);
    }
}

#[test]
fn a_body_that_begins_as_json_has_to_be_json() {
    let server = Running::new();
    for (body, kind) in
        [("{\"a\":", "INVALID_JSON"), ("[1,]", "INVALID_JSON"), ("\"open", "INVALID_JSON"), ("", "INVALID_JSON")]
    {
        let answer = server.put("/dicts/d/items/k", body);
        assert_eq!((answer.status, &*answer.kind()), (400, kind), "{body}");
    }
    assert_eq!(server.put("/dicts/d/items/k", "[1,]").json()["offset"], 3);
    for (body, stored) in
        [("plain words", json!("plain words")), ("nul", json!("nul")), (" 5 ", json!(5)), ("-x", json!("-x"))]
    {
        server.put("/dicts/d/items/k", body).ok();
        assert_eq!(server.get("/dicts/d/items/k").ok(), stored);
    }
    let image = server.with_headers("PUT", "/dicts/d/items/k", &[("content-type", "image/png")], b"1");
    assert_eq!((image.status, &*image.kind()), (415, "INVALID_ARGUMENT"));
    let binary = server.call("PUT", "/dicts/d/items/k", b"\xff\xfe");
    assert_eq!((binary.status, &*binary.kind()), (400, "INVALID_UTF8"));
}

#[test]
fn a_ttl_is_in_seconds_and_must_be_one() {
    let server = Running::new();
    server.put("/dicts/d/items/k?ttl=0.05", "1").ok();
    common::eventually("the key is gone", || server.get("/dicts/d/items/k").status == 404);
    for wrong in ["0", "-1", "nan", "soon"] {
        assert_eq!(server.put(&format!("/dicts/d/items/k?ttl={wrong}"), "1").status, 400, "{wrong}");
    }
    assert_eq!(server.put("/dicts/d/items/k?tll=1", "1").kind(), "INVALID_ARGUMENT", "an unknown member is named");
}

#[test]
fn tags_make_reads_cheap_and_writes_safe() {
    let server = Running::new();
    let path = "/dicts/d/items/k";
    let put = server.put(path, "1");
    let tag = put.header("etag").expect("a tag").to_owned();
    assert_eq!(server.get(path).header("etag"), Some(&*tag));
    let same = server.with_headers("GET", path, &[("if-none-match", &tag)], b"");
    assert_eq!((same.status, same.body.len()), (304, 0));

    let other = server.with_headers("PUT", path, &[("if-match", "\"other\"")], b"2");
    assert_eq!((other.status, &*other.kind()), (412, "CONFLICT"));
    assert_eq!(server.with_headers("PUT", path, &[("if-none-match", "*")], b"2").status, 412);
    let changed = server.with_headers("PUT", path, &[("if-match", &tag)], b"2");
    assert_eq!(changed.status, 200);
    assert_eq!(server.with_headers("PUT", path, &[("if-match", &tag)], b"3").status, 412, "the tag is old");
    assert_eq!(server.with_headers("DELETE", path, &[("if-match", &tag)], b"").status, 412);
    assert_eq!(server.get(path).text(), "2");
    let tag = changed.header("etag").expect("a tag").to_owned();
    assert_eq!(server.with_headers("DELETE", path, &[("if-match", &tag)], b"").status, 200);
    assert_eq!(server.with_headers("PUT", path, &[("if-match", "*")], b"3").status, 412, "it is not there");
    assert_eq!(server.with_headers("PUT", path, &[("if-none-match", "*")], b"3").status, 200);
}

#[test]
fn one_of_many_that_write_with_the_same_tag_wins() {
    let server = Running::new();
    let tag = server.put("/dicts/d/items/k", "0").header("etag").expect("a tag").to_owned();
    let won = std::thread::scope(|scope| {
        let write = |number: usize| {
            let (server, tag) = (&server, &tag);
            scope.spawn(move || {
                let body = number.to_string();
                server.with_headers("PUT", "/dicts/d/items/k", &[("if-match", tag)], body.as_bytes()).status
            })
        };
        let writers: Vec<_> = (1..=8).map(write).collect();
        writers
            .into_iter()
            .filter(|_| true)
            .map(|writer| writer.join().expect("a writer"))
            .filter(|s| *s == 200)
            .count()
    });
    assert_eq!(won, 1);
}

#[test]
fn items_come_in_pages_with_a_cursor() {
    let server = Running::new();
    let body: serde_json::Map<_, _> = (0..25).map(|n| (format!("k{n:02}"), json!(n))).collect();
    assert_eq!(server.post("/dicts/d/set_many", &json!(body).to_string()).ok(), json!({"count": 25}));
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("/dicts/d/items?limit=10{after}")).ok();
        seen.extend(page["items"].as_array().expect("items").iter().map(|item| item["key"].clone()));
        match page["cursor"].as_str() {
            Some(cursor) => after = format!("&after={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, (0..25).map(|n| json!(format!("k{n:02}"))).collect::<Vec<_>>());
    assert_eq!(server.get("/dicts/d/items?limit=0").kind(), "INVALID_ARGUMENT");
}

#[test]
fn many_at_once_pop_and_compare() {
    let server = Running::new();
    server.post("/dicts/d/set_many", r#"{"a": 1, "n": null}"#).ok();
    let many = server.post("/dicts/d/get_many", r#"["a", "b", "n"]"#).ok();
    assert_eq!(many, json!([{"value": 1}, {}, {"value": null}]));
    let set = |expected: i32| json!({"expected": expected, "value": 2}).to_string();
    assert_eq!(server.post("/dicts/d/compare_and_set/a", &set(7)).ok(), json!({"applied": false}));
    assert_eq!(server.post("/dicts/d/compare_and_set/a", &set(1)).ok(), json!({"applied": true}));
    assert_eq!(server.post("/dicts/d/pop/a", "").ok(), json!(2));
    assert_eq!(server.post("/dicts/d/pop/a", "").kind(), "NOT_FOUND");
    assert_eq!(server.get("/dicts").ok(), json!(["d"]));
    assert_eq!(server.delete("/dicts/d").ok(), json!({"count": 1}));
}

#[test]
fn names_that_the_core_refuses_are_refused_here() {
    let server = Running::new();
    assert_eq!(server.put("/dicts/__keys/items/a", "1").kind(), "INVALID_ARGUMENT");
    let long = "n".repeat(256);
    let answer = server.put(&format!("/dicts/{long}/items/a"), "1");
    assert_eq!((answer.status, &*answer.kind()), (422, "LIMIT"));
    assert_eq!(server.put("/dicts/a%00b/items/a", "1").kind(), "INVALID_ARGUMENT");
}
