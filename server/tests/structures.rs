//! Lists, queues, logs, collections and batches over HTTP.

mod common;

use common::Running;
use serde_json::json;

#[test]
fn a_list_is_pushed_read_and_changed() {
    let server = Running::new();
    for value in ["\"a\"", "bare", "3"] {
        server.post("/lists/l", value).ok();
    }
    assert_eq!(server.get("/lists/l").ok(), json!(["a", "bare", 3]));
    assert_eq!(server.get("/lists/l?start=-2").ok(), json!(["bare", 3]));
    assert_eq!(server.get("/list/l/-1").ok(), json!(3));
    server.put("/lists/l/1", "null").ok();
    assert_eq!(server.get("/lists/l/items/1").text(), "null");
    assert_eq!(server.get("/lists/l/9").kind(), "NOT_FOUND");
    assert_eq!(server.get("/lists/l/one").kind(), "INVALID_ARGUMENT");
    server.post("/lists/l/insert/0", "0").ok();
    server.post("/lists/l/prepend", "-1").ok();
    server.post("/lists/l/extend", "[7, 8]").ok();
    assert_eq!(server.get("/lists/l/count").ok(), json!({"count": 7}));
    assert_eq!(server.post("/lists/l/index_of", "7").ok(), json!({"index": 5}));
    assert_eq!(server.post("/lists/l/count_of", "7.0").ok(), json!({"count": 1}));
    assert_eq!(server.post("/lists/l/remove", "7").ok(), json!({"removed": true}));
    assert_eq!(server.post("/lists/l/pop", "").ok(), json!(8));
    assert_eq!(server.post("/lists/l/deque", "").ok(), json!(-1));
    server.delete("/lists/l/0").ok();
    assert_eq!(server.call("PUT", "/lists/l/range?start=0&stop=1", b"[1, 2]").ok(), json!({"count": 1}));
    server.post("/lists/l/reverse", "").ok();
    assert_eq!(server.get("/lists/l").ok(), json!([3, null, 2, 1]));
    assert_eq!(server.delete("/lists/l/range?start=1").ok(), json!({"count": 3}));
    assert_eq!(server.delete("/lists/l").ok(), json!({"count": 1}));
    assert_eq!(server.post("/lists/l/pop", "").kind(), "NOT_FOUND");
}

#[test]
fn a_queue_gives_what_is_first_and_leases_what_must_not_be_lost() {
    let server = Running::new();
    server.post("/queues/q/put", r#"{"data": "sweep", "priority": 10}"#).ok();
    server.post("/queues/q/put_many", r#"[{"data": {"n": 1}, "priority": 1}, {"data": 2, "priority": 2}]"#).ok();
    let first = server.get("/queues/q/peek").ok();
    assert_eq!((&first["data"], &first["priority"]), (&json!({"n": 1}), &json!(1.0)));
    let taken = server.delete("/queues/q/get?timeout=0").ok();
    assert_eq!(taken, first);
    server.post("/queues/q/put_back", &taken.to_string()).ok();
    assert_eq!(server.get("/queues/q/items").ok().as_array().map(Vec::len), Some(3));
    assert_eq!(server.delete("/queues/q/get_many?n=2&timeout=0").ok().as_array().map(Vec::len), Some(2));

    let leased = server.post("/queues/q/lease?lease=60&timeout=0", "").ok();
    assert_eq!(leased["data"], "sweep");
    assert_eq!(server.get("/queues/q/leased").ok(), json!({"count": 1}));
    let id = &leased["id"];
    server.post(&format!("/queues/q/leases/{id}/extend?lease=90"), "").ok();
    server.post(&format!("/queues/q/leases/{id}/nack"), "").ok();
    assert_eq!(server.post(&format!("/queues/q/leases/{id}/ack"), "").kind(), "NOT_FOUND");
    let again = server.post("/queues/q/lease?lease=60&timeout=0&max_attempts=5&dead_letter=dead", "").ok();
    assert_eq!(again["attempts"], 2);
    server.post(&format!("/queues/q/leases/{}/ack", again["id"]), "").ok();
    assert_eq!(server.get("/queues/q/count").ok(), json!({"count": 0}));
    assert_eq!(server.get("/queues/q/peek").kind(), "NOT_FOUND");
    assert_eq!(server.post("/queues/q/put", r#"{"data": 1}"#).kind(), "INVALID_ARGUMENT");
}

#[test]
fn a_get_waits_for_an_item_and_says_when_none_came() {
    let server = Running::new();
    let empty = server.delete("/queues/q/get?timeout=0");
    assert_eq!((empty.status, &*empty.kind()), (404, "NOT_FOUND"));
    let late = server.delete("/queues/q/get?timeout=0.05");
    assert_eq!((late.status, &*late.kind()), (408, "TIMEOUT"));
    let mut waiting = server.connect();
    waiting.send("DELETE", "/queues/q/get?timeout=20", &[], b"");
    common::eventually("it waits", || server.db.stats().expect("stats").waiters > 0);
    server.db.queue("q").expect("a queue").put(json!("now"), 1.0).expect("put");
    assert_eq!(waiting.receive(false).expect("an answer").ok()["data"], "now");
    assert_eq!(server.delete("/queues/q/get?timeout=-1").kind(), "INVALID_ARGUMENT");
}

#[test]
fn a_log_takes_times_as_numbers_and_as_dates() {
    let server = Running::new();
    assert_eq!(server.post("/logs/l?at=1700000000000000", "1").ok()["timestamp_us"], 1_700_000_000_000_000_i64);
    assert_eq!(server.post("/logs/l?at=2023-11-14T22:13:21Z", "two").ok()["timestamp_us"], 1_700_000_001_000_000_i64);
    server.post("/logs/l/append_many", r#"[{"data": 3, "timestamp_us": 1700000002000000}, {"data": 4}]"#).ok();
    let rows = server.get("/logs/l/range?start=2023-11-14T22:13:20&end=2023-11-14T22:13:22%2B00:00").ok();
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    assert_eq!(server.get("/logs/l/range?limit=1&reverse=true").ok()[0]["data"], 4);
    assert_eq!(server.get("/logs/l/range?start=yesterday").kind(), "INVALID_ARGUMENT");
    assert_eq!(server.post("/logs/l/prune?keep=1", "").ok(), json!({"count": 3}));
    assert_eq!(server.post("/logs/l/prune", "").kind(), "INVALID_ARGUMENT");
    assert_eq!(server.get("/logs/l/count").ok(), json!({"count": 1}));
}

#[test]
fn a_channel_keeps_its_messages_for_a_while() {
    let server = Running::new();
    let first = server.post("/channels/c/publish", "hello").ok()["timestamp_us"].clone();
    server.post("/channels/c/publish_many", "[1, 2]").ok();
    let page = server.get("/channels/c/messages?limit=1").ok();
    assert_eq!(page["messages"], json!([{"timestamp_us": first, "payload": "hello"}]));
    let rest = server.get(&format!("/channels/c/messages?after={}", page["cursor"].as_str().expect("a cursor"))).ok();
    assert_eq!((rest["messages"].as_array().map(Vec::len), &rest["cursor"]), (Some(2), &json!(null)));
    server.put("/channels/c/retention", r#"{"max_age": null, "max_messages": 5}"#).ok();
    assert_eq!(server.get("/channels/c/retention").ok(), json!({"max_age": null, "max_messages": 5}));
    assert_eq!(server.delete("/channels/c").ok(), json!({"count": 3}));
}

#[test]
fn a_document_is_indexed_read_and_dropped_with_tags() {
    let server = Running::new();
    let body = r#"{"id": "a/1", "body": {"title": "SQLite", "n": 1.10}, "embedding": [1, 0.5]}"#;
    assert_eq!(server.post("/collections/c/index", body).ok(), json!({"status": "ok", "id": "a/1", "written": true}));
    let got = server.get("/collections/c/documents/a/1");
    assert_eq!(got.text(), r#"{"id":"a/1","body":{"title": "SQLite", "n": 1.10},"embedding":[1.0,0.5]}"#);
    let tag = got.header("etag").expect("a tag").to_owned();
    let path = "/collections/c/documents/a%2F1";
    assert_eq!(server.with_headers("GET", path, &[("if-none-match", &tag)], b"").status, 304);
    let new = br#"{"body": {"title": "other"}}"#;
    assert_eq!(server.with_headers("PUT", path, &[("if-match", "\"x\"")], new).status, 412);
    assert_eq!(server.with_headers("PUT", path, &[("if-none-match", "*")], new).status, 412);
    let put = server.with_headers("PUT", path, &[("if-match", &tag)], new);
    assert_eq!(put.header("etag"), server.get(path).header("etag"));
    assert_eq!(server.with_headers("DELETE", path, &[("if-match", &tag)], b"").status, 412);
    server.delete(path).ok();
    assert_eq!(server.get(path).kind(), "NOT_FOUND");
    // As BeaverDB 1.x wants it.
    let id = server.post("/collections/c/index", r#"{"metadata": {"name": "Ada"}, "fts": true}"#).ok()["id"].clone();
    assert_eq!(server.get("/collections/c").ok(), json!([{"id": id, "body": {"name": "Ada"}}]));
}

#[test]
fn documents_are_found_by_vector_text_fields_and_relations() {
    let server = Running::new();
    let documents = json!({"fuzzy": true, "documents": [
        {"id": "red", "body": {"name": "crimson paint", "year": 1990}, "embedding": [1, 0]},
        {"id": "blue", "body": {"name": "navy paint", "year": 2000}, "embedding": [0, 1]},
        {"id": "grey", "body": {"name": "stone", "year": 2010}, "embedding": [0.6, 0.6]},
    ]});
    assert_eq!(server.post("/collections/c/index_many", &documents.to_string()).ok(), json!({"count": 3}));
    let ids = |hits: &serde_json::Value| -> Vec<String> {
        hits.as_array().expect("hits").iter().map(|hit| hit["id"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(
        ids(&server.post("/collections/c/search", r#"{"vector": [0.9, 0.1], "top_k": 2}"#).ok()),
        ["red", "grey"]
    );
    let filtered = r#"{"vector": [0.9, 0.1], "k": 1, "where": {"year": {">": 1995}}}"#;
    assert_eq!(ids(&server.post("/collections/c/search", filtered).ok()), ["grey"]);
    assert_eq!(ids(&server.post("/collections/c/match", r#"{"query": "navy"}"#).ok()), ["blue"]);
    assert_eq!(ids(&server.post("/collections/c/match", r#"{"query": "crimsom", "fuzziness": 1}"#).ok()), ["red"]);
    let marked = r#"{"query": "stone", "highlight": {"before": "<", "after": ">"}}"#;
    assert_eq!(server.post("/collections/c/match", marked).ok()[0]["fragments"][0]["text"], "<stone>");
    let page = server.post("/collections/c/find", r#"{"order": ["-year"], "limit": 2}"#).ok();
    assert_eq!(ids(&page["documents"]), ["grey", "blue"]);
    let next = json!({"order": ["-year"], "limit": 2, "cursor": page["cursor"]});
    assert_eq!(ids(&server.post("/collections/c/find", &next.to_string()).ok()["documents"]), ["red"]);
    assert_eq!(server.post("/collections/c/count", r#"{"where": {"year": 2000}}"#).ok(), json!({"count": 1}));
    assert_eq!(server.call("PUT", "/collections/c/indexes/year", b"").ok(), json!({"applied": true}));
    assert_eq!(server.get("/collections/c/indexes").ok(), json!(["year"]));
    let vectors = json!({
        "tier": "exact", "partitions": 0, "codes": 0, "stale": 0, "bytes": 0, "epoch": 0, "building": false
    });
    let stats = json!({"documents": 3, "dimension": 2, "vectors": vectors});
    assert_eq!(server.get("/collections/c/stats").ok(), stats);

    server.post("/collections/c/connect", r#"{"source": "red", "target": "blue", "label": "NEXT"}"#).ok();
    let edge = r#"{"source_id": "blue", "target_id": "grey", "label": "NEXT", "metadata": {"w": 1}}"#;
    server.post("/collections/c/connect", edge).ok();
    assert_eq!(ids(&server.get("/collections/c/red/neighbors?label=NEXT").ok()), ["blue"]);
    assert_eq!(
        ids(&server.post("/collections/c/red/walk", r#"{"labels": ["NEXT"], "depth": 2}"#).ok()),
        ["blue", "grey"]
    );
    assert_eq!(
        ids(&server.post("/collections/c/neighbors", r#"{"id": "grey", "direction": "incoming"}"#).ok()),
        ["blue"]
    );
    let path = server.post("/collections/c/path", r#"{"source": "red", "target": "grey"}"#).ok();
    assert_eq!(path, json!({"ids": ["red", "blue", "grey"], "cost": 2.0}));
    assert_eq!(
        server.post("/collections/c/degree", r#"{"id": "blue", "direction": "both"}"#).ok(),
        json!({"count": 2})
    );
    let hybrid = r#"{"text": "paint", "vector": [1, 0], "k": 2}"#;
    assert_eq!(ids(&server.post("/collections/c/hybrid", hybrid).ok())[0], "red");
    let missing = server.post("/collections/c/connect", r#"{"source": "red", "target": "x", "label": "L"}"#);
    assert_eq!((missing.status, &*missing.kind()), (404, "NOT_FOUND"));
    let disconnect = r#"{"source": "red", "target": "blue"}"#;
    assert_eq!(server.post("/collections/c/disconnect", disconnect).ok(), json!({"count": 1}));
    let ranked = server.post("/rerank", r#"{"lists": [["a", "b"], ["b"]]}"#).ok();
    assert_eq!(ranked[0]["id"], "b");
    for wrong in [r#"{"vector": []}"#, r#"{"vector": [1], "k": 1}"#, r#"{"k": 1}"#, r#"{"vector": [1, 0], "q": 1}"#] {
        assert_eq!(server.post("/collections/c/search", wrong).kind(), "INVALID_ARGUMENT", "{wrong}");
    }
}

#[test]
fn a_batch_is_made_whole_or_not_at_all() {
    let server = Running::new();
    let body = json!({"operations": [
        {"op": "dict_set", "name": "d", "key": "a", "value": 1, "if": "absent"},
        {"op": "list_extend", "name": "l", "values": [1, 2]},
        {"op": "queue_put", "name": "q", "data": null, "priority": 1},
        {"op": "blob_put", "name": "b", "key": "k", "data_b64": "aGVsbG8=", "metadata": {"m": 1}},
        {"op": "log_append", "name": "g", "data": "x", "timestamp_us": 5},
        {"op": "channel_publish", "name": "c", "payload": {}},
        {"op": "collection_index", "name": "k", "id": "1", "body": {"t": "x"}, "fuzzy": true},
        {"op": "collection_connect", "name": "k", "source": "1", "target": "1", "label": "SELF"},
        {"op": "dict_delete", "name": "d", "key": "b"},
    ]});
    let outcomes = server.post("/batch", &body.to_string()).ok();
    assert_eq!(outcomes.as_array().map(Vec::len), Some(9));
    assert_eq!((&outcomes[4], &outcomes[8]), (&json!([5]), &json!(false)));
    assert_eq!(server.get("/blobs/b/k").body, b"hello");

    let again = server.post("/batch", &body.to_string());
    assert_eq!((again.status, &*again.kind(), &again.json()["operation"]), (409, "CONFLICT", &json!(0)));
    assert_eq!(server.get("/lists/l/count").ok(), json!({"count": 2}));
    let unknown = server.post(
        "/batch",
        r#"{"operations": [{"op": "list_push", "name": "l", "value": 1}, {"op": "x_y", "name": "l"}]}"#,
    );
    assert_eq!((&*unknown.kind(), &unknown.json()["operation"]), ("INVALID_ARGUMENT", &json!(1)));
    let typo = r#"{"operations": [{"op": "dict_set", "name": "d", "key": "a", "valeu": 1, "value": 1}]}"#;
    assert_eq!(server.post("/batch", typo).kind(), "INVALID_ARGUMENT");
}

#[test]
fn locks_and_structures_are_held_by_tokens() {
    let server = Running::with(|config| config.limits.query_time = std::time::Duration::from_secs(2));
    let token =
        server.post("/locks/job/acquire?timeout=0&ttl=60", "").ok()["token"].as_str().expect("a token").to_owned();
    assert_eq!(server.get("/locks/job").ok(), json!({"locked": true}));
    let late = server.post("/locks/job/acquire?timeout=0.05", "");
    assert_eq!((late.status, &*late.kind()), (408, "TIMEOUT"));
    let with = [("beaver-lock", &*token)];
    let held = || server.with_headers("GET", "/locks/job", &with, b"").ok();
    assert_eq!(held(), json!({"locked": true, "held": true}));
    server.with_headers("POST", "/locks/job/renew?ttl=30", &with, b"").ok();
    server.with_headers("POST", "/locks/job/release", &with, b"").ok();
    assert_eq!(held(), json!({"locked": false, "held": false}), "the token is not known any more");
    assert_eq!(server.with_headers("POST", "/locks/job/release", &with, b"").status, 409);
    assert_eq!(server.post("/locks/job/release", "").kind(), "INVALID_ARGUMENT");

    let token = server.post("/queues/q/acquire?timeout=0", "").ok()["token"].as_str().expect("a token").to_owned();
    let with = [("beaver-lock", &*token)];
    let item = br#"{"data": 1, "priority": 1}"#;
    server.with_headers("POST", "/queues/q/put", &with, item).ok();
    let shut_out = server.call("POST", "/queues/q/put", item);
    assert_eq!((shut_out.status, &*shut_out.limit()), (504, "time"));
    assert_eq!(server.with_headers("POST", "/queues/other/put", &with, item).kind(), "INVALID_ARGUMENT");
    server.with_headers("POST", "/queues/q/release", &with, b"").ok();
    server.call("POST", "/queues/q/put", item).ok();
    assert_eq!(server.get("/queues/q/locked").ok(), json!({"locked": false}));
}

#[test]
fn a_dump_is_loaded_again() {
    let server = Running::new();
    server.post("/dicts/d/set_many", r#"{"a": 1, "b": [2]}"#).ok();
    let dump = server.get("/dicts/d/dump");
    assert_eq!(dump.json()["metadata"]["count"], 2);
    let lines = server.get("/dicts/d/dump?format=jsonl");
    assert_eq!(lines.header("content-type"), Some("application/jsonl"));
    assert_eq!(server.post("/dicts/new/load", lines.text()).ok(), json!({"count": 2}));
    assert_eq!(server.get("/dicts/new/items").ok(), server.get("/dicts/d/items").ok());
    let other = server.post("/lists/l/load", dump.text());
    assert_eq!((other.status, &*other.kind()), (422, "TYPE_MISMATCH"));
}

#[test]
fn the_database_tells_what_it_holds_and_how_it_is() {
    let server = Running::new();
    server.put("/dicts/d/items/a", "1").ok();
    let info = server.get("/info").ok();
    assert_eq!(info["structures"], json!([{"kind": "dict", "name": "d", "count": 1}]));
    assert_eq!(info["path"], json!(null), "where the file is stays here");
    assert_eq!(server.get("/health").ok()["status"], "ok");
    assert_eq!(server.post("/verify", "").ok()["ok"], true);
    server.post("/checkpoint", "").ok();
    let metrics = server.get("/metrics");
    assert!(metrics.header("content-type").is_some_and(|media| media.starts_with("text/plain; version=0.0.4")));
    let counted = r#"beaver_http_requests_total{method="PUT",route="/dicts/{name}/items/{key}",status="2xx"} 1"#;
    assert!(metrics.text().contains(counted), "{}", metrics.text());
    assert!(
        metrics
            .text()
            .lines()
            .all(|line| line.starts_with('#') || line.rsplit(' ').next().is_some_and(|n| n.parse::<f64>().is_ok()))
    );
}
