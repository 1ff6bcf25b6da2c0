//! Bad input and abuse: each has its documented status, memory stays bounded, and nothing is lost.

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::{Client, Running, eventually};
use serde_json::json;

fn raw(server: &Running, bytes: &[u8]) -> Option<u16> {
    let mut client = server.connect();
    client.raw(bytes);
    client.receive(false).map(|answer| answer.status)
}

#[test]
fn what_is_not_http_is_a_400_or_nothing() {
    let server = Running::new();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost localhost\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"POST /lists/l HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
        b"POST /lists/l HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n1",
        b"POST /lists/l HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: gzip\r\n\r\n1",
        b"GET / HTTP/1.1\r\nhost: a\r\nhost: localhost\r\n\r\n",
    ] {
        let status = raw(&server, bytes);
        assert!(matches!(status, None | Some(400 | 404)), "{status:?} for {:?}", String::from_utf8_lossy(bytes));
    }
    server.get("/health").ok();
}

#[test]
fn bad_escapes_and_bad_utf8_in_urls_are_400() {
    let server = Running::new();
    for (path, kind) in [
        ("/dicts/d/items/%", "INVALID_ARGUMENT"),
        ("/dicts/d/items/%zz", "INVALID_ARGUMENT"),
        ("/dicts/d/items/a?ttl=%1", "INVALID_ARGUMENT"),
        ("/dicts/%ff/items/a", "INVALID_UTF8"),
        ("/dicts/d/items/%c3%28", "INVALID_UTF8"),
        ("/blobs/b/%ff", "INVALID_UTF8"),
        ("/dicts/d/items/a?ttl=%ff", "INVALID_UTF8"),
        ("/dicts/d/items/a%00", "INVALID_ARGUMENT"),
    ] {
        let answer = server.put(path, "1");
        assert_eq!((answer.status, &*answer.kind()), (400, kind), "{path}");
    }
    assert_eq!(server.get("/nowhere").kind(), "NOT_FOUND");
    assert_eq!(server.get("/dicts/../info").status, 404, "dots are no way up");
    let method = server.call("PATCH", "/dicts/d/items/a", b"");
    assert_eq!((method.status, &*method.kind()), (405, "UNSUPPORTED"));
    assert!(method.header("allow").is_some_and(|allow| allow.contains("PUT")));
}

#[test]
fn what_is_too_large_has_its_own_status() {
    let server = Running::with(|config| {
        config.limits.body_bytes = 1_000;
        config.limits.url_bytes = 500;
        config.limits.header_bytes = 2_000;
        config.limits.headers = 20;
        config.limits.result_bytes = 2_000;
    });
    let told = server.post("/lists/l", &"x".repeat(1_001));
    assert_eq!((told.status, &*told.limit()), (413, "body"));
    let mut untold = server.connect();
    untold.raw(b"POST /lists/l HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
    untold.raw(format!("7d0\r\n{}\r\n", "x".repeat(2_000)).as_bytes());
    let untold = untold.receive(false).expect("an answer");
    assert_eq!((untold.status, &*untold.limit()), (413, "body"));
    let url = server.get(&format!("/dicts/{}", "n".repeat(500)));
    assert_eq!((url.status, &*url.limit()), (414, "url"));
    let long = "v".repeat(2_000);
    let headers = server.with_headers("GET", "/health", &[("x-long", &long)], b"");
    assert_eq!((headers.status, &*headers.limit()), (431, "headers"));
    let names: Vec<String> = (0..25).map(|n| format!("x-{n}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    assert_eq!(server.with_headers("GET", "/health", &many, b"").limit(), "headers");
    let hundreds: Vec<(&str, &str)> = (0..200).map(|_| ("x-many", "1")).collect();
    assert_eq!(server.with_headers("GET", "/health", &hundreds, b"").status, 431);

    for _ in 0..4 {
        server.post("/lists/l", &"x".repeat(900)).ok();
    }
    let result = server.get("/lists/l");
    assert_eq!((result.status, &*result.limit()), (507, "result"));
    server.get("/lists/l?stop=1").ok();
    assert!(server.get("/metrics").text().contains("beaver_http_limits_total{limit=\"body\"} 2"));
}

#[test]
fn deep_and_wrong_json_is_refused() {
    let server = Running::new();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let answer = server.post("/lists/l", &deep);
    assert_eq!((answer.status, &*answer.kind()), (422, "LIMIT"));
    assert_eq!(server.post("/collections/c/find", &format!("{{\"where\": {deep}}}")).kind(), "LIMIT");
    // A value may nest as deep among the arguments of a call as it may alone, but no deeper.
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let put = |levels| server.post("/queues/q/put", &format!(r#"{{"data": {}, "priority": 1}}"#, nested(levels)));
    put(128).ok();
    assert_eq!(put(129).kind(), "LIMIT");
    let index = |levels| server.post("/collections/c/index", &format!(r#"{{"body": {}}}"#, nested(levels)));
    index(128).ok();
    assert_eq!(index(129).kind(), "LIMIT");
    for body in ["", "1", "[]", "\"x\"", "{", "{\"k\": 1, \"unknown\": 2}", "{\"limit\": \"many\"}", "null"] {
        assert_eq!(server.post("/collections/c/find", body).status, 400, "{body}");
    }
    let plain = server.with_headers("POST", "/collections/c/find", &[("content-type", "text/plain")], b"{}");
    assert_eq!(plain.status, 415);
    let lone = server.post("/lists/l", "\"\\ud800\"");
    assert_eq!((lone.status, &*lone.kind()), (400, "INVALID_JSON"));
}

#[test]
fn a_body_that_ends_too_early_stores_nothing() {
    let server = Running::new();
    let mut client = server.connect();
    client.raw(b"POST /lists/l HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n[1, 2");
    client.stream().shutdown(std::net::Shutdown::Write).expect("closed");
    let status = client.receive(false).map(|answer| answer.status);
    assert!(matches!(status, None | Some(400)), "{status:?}");
    let mut client = server.connect();
    client.raw(b"POST /lists/l HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
    let status = client.receive(false).map(|answer| answer.status);
    assert!(matches!(status, None | Some(400)), "{status:?}");
    assert_eq!(server.get("/lists/l/count").ok(), json!({"count": 0}));
}

#[test]
fn slow_clients_are_cut_off() {
    let server = Running::with(|config| {
        config.limits.head_time = Duration::from_millis(300);
        config.limits.body_time = Duration::from_millis(300);
    });
    let begun = Instant::now();
    let mut head = server.connect();
    head.raw(b"GET /health HTT");
    let answer = head.receive(false);
    assert!(answer.is_none_or(|answer| answer.status == 408));
    let mut body = server.connect();
    body.raw(b"POST /lists/l HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n12");
    let answer = body.receive(false).expect("an answer");
    assert_eq!((answer.status, &*answer.limit()), (408, "body-time"));
    let mut blob = server.connect();
    blob.raw(b"PUT /blobs/b/k HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n12");
    assert_eq!(blob.receive(false).expect("an answer").limit(), "body-time");
    let mut idle = server.connect();
    idle.call("GET", "/health", &[], b"").ok();
    assert!(idle.receive(false).is_none(), "an idle connection ends");
    assert!(begun.elapsed() < Duration::from_secs(15));
}

#[test]
fn a_client_that_does_not_read_holds_nothing_for_long() {
    let server = Running::with(|config| config.limits.write_time = Duration::from_millis(300));
    server.call("PUT", "/blobs/b/k", &vec![7; 30_000_000]).ok();
    let mut client = server.connect();
    client.send("GET", "/blobs/b/k", &[], b"");
    eventually("the transfer has begun", || server.get("/metrics").text().contains("beaver_calls_blocked 1"));
    eventually("the transfer was given up", || server.get("/metrics").text().contains("beaver_calls_blocked 0"));
}

#[test]
fn a_client_that_vanishes_in_a_long_poll_loses_no_item() {
    let server = Running::new();
    for round in 0..20 {
        let mut client = server.connect();
        let path = if round % 2 == 0 { "/queues/q/get?timeout=60" } else { "/queues/q/lease?lease=600&timeout=60" };
        client.send(if round % 2 == 0 { "DELETE" } else { "POST" }, path, &[], b"");
        eventually("it waits", || server.db.stats().expect("stats").waiters > 0);
        drop(client);
        // Just when the server may not know yet.
        server.db.queue("q").expect("a queue").put(json!(round), 1.0).expect("put");
        let mut other = server.connect();
        let item = other.call("DELETE", "/queues/q/get?timeout=20", &[], b"");
        assert_eq!(item.ok()["data"], round);
        eventually("nobody waits", || server.db.stats().expect("stats").waiters == 0);
    }
    assert_eq!(server.get("/queues/q/leased").ok(), json!({"count": 0}));
}

#[test]
fn only_so_many_calls_are_blocked_and_others_go_on() {
    let server = Running::with(|config| config.limits.waits = 3);
    let mut blocked: Vec<Client> = (0..3).map(|_| server.connect()).collect();
    for client in &mut blocked {
        client.send("DELETE", "/queues/q/get?timeout=60", &[], b"");
    }
    eventually("all wait", || server.db.stats().expect("stats").waiters == 3);
    let more = server.delete("/queues/q/get?timeout=60");
    assert_eq!((more.status, &*more.limit(), more.header("retry-after")), (503, "waits", Some("1")));
    server.put("/dicts/d/items/a", "1").ok();
    server.get("/dicts/d/items/a").ok();
    assert_eq!(server.delete("/queues/q/get?timeout=0").status, 404, "what does not wait is not refused");
    drop(blocked);
    eventually("there is room again", || server.delete("/queues/q/get?timeout=0.01").status == 408);
}

#[test]
fn a_flood_is_held_to_its_rate() {
    let server = Running::with(|config| config.limits.rate = 20);
    let mut client = server.connect();
    let statuses: Vec<u16> = (0..60).map(|_| client.call("GET", "/health", &[], b"").status).collect();
    let passed = statuses.iter().filter(|status| **status == 200).count();
    assert!((20..40).contains(&passed), "{passed}");
    let refused = client.call("GET", "/health", &[], b"");
    assert_eq!((refused.status, &*refused.limit()), (429, "rate"));
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(client.call("GET", "/health", &[], b"").status, 200);
}

#[test]
fn connections_are_counted() {
    let server = Running::with(|config| config.limits.connections = 2);
    let mut first = server.connect();
    first.call("GET", "/health", &[], b"").ok();
    let mut second = server.connect();
    second.call("GET", "/health", &[], b"").ok();
    let mut third = server.connect();
    let refused = third.receive(false).expect("an answer");
    assert_eq!((refused.status, &*refused.limit()), (503, "connections"));
    drop(first);
    eventually("there is room again", || {
        let mut again = server.connect();
        again.send("GET", "/health", &[], b"");
        again.receive(false).is_some_and(|answer| answer.status == 200)
    });
}

#[test]
fn thousands_of_idle_sockets_leave_room_for_work() {
    let server = Running::new();
    // As many as this process may have; both ends are in it.
    let mut idle = Vec::new();
    while idle.len() < 2_000 {
        match TcpStream::connect(server.address) {
            Ok(stream) => idle.push(stream),
            Err(_) => break,
        }
    }
    if idle.len() < 2_000 {
        idle.truncate(idle.len() / 2);
    }
    server.put("/dicts/d/items/a", "1").ok();
    assert_eq!(server.get("/dicts/d/items/a").text(), "1");
}

#[test]
fn bodies_of_all_requests_together_are_bounded() {
    let server = Running::with(|config| {
        config.limits.body_bytes = 8 << 20;
        config.limits.memory_bytes = 4 << 20;
        config.limits.body_time = Duration::from_secs(60);
    });
    // One that takes its time, with most of the memory.
    let mut slow = server.connect();
    eventually("another is refused", || {
        slow = server.connect();
        slow.raw(b"POST /lists/l HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1600000\r\n\r\n");
        slow.raw(&vec![b'x'; 1_500_000]);
        // If it is not read by then, it may be the one that is refused: then again.
        std::thread::sleep(Duration::from_millis(100));
        let answer = server.post("/lists/l", &"y".repeat(1_500_000));
        answer.status == 503 && answer.limit() == "memory"
    });
    server.post("/lists/l", "small").ok();
    slow.raw(&vec![b'x'; 100_000]);
    assert_eq!(slow.receive(false).expect("an answer").status, 200);
    server.post("/lists/l", &"y".repeat(1_500_000)).ok();
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = Running::new();
    let mut client = server.connect();
    for n in 0..50 {
        client.send("PUT", &format!("/dicts/d/items/{n}"), &[], n.to_string().as_bytes());
    }
    for n in 0..50 {
        client.send("GET", &format!("/dicts/d/items/{n}"), &[], b"");
    }
    for _ in 0..50 {
        assert_eq!(client.receive(false).expect("an answer").status, 200);
    }
    for n in 0..50 {
        assert_eq!(client.receive(false).expect("an answer").text(), n.to_string());
    }
}

#[test]
fn a_stop_finishes_running_writes_and_ends_waits() {
    let mut server = Running::new();
    let address = server.address;
    let mut waiting = server.connect();
    waiting.send("DELETE", "/queues/q/get?timeout=60", &[], b"");
    eventually("it waits", || server.db.stats().expect("stats").waiters == 1);
    let (told, written) = std::sync::mpsc::channel();
    let writer = std::thread::spawn(move || {
        let mut client = Client::new(address);
        let mut done = 0;
        loop {
            client.send("POST", "/lists/l", &[], done.to_string().as_bytes());
            match client.receive(false) {
                Some(answer) if answer.status == 200 => done += 1,
                _ => return done,
            }
            let _ = told.send(());
        }
    });
    for _ in 0..20 {
        written.recv().expect("a write");
    }
    let begun = Instant::now();
    server.stop();
    assert!(begun.elapsed() < Duration::from_secs(9), "it did not wait for its grace to end");
    let ended = waiting.receive(false).expect("an answer");
    assert_eq!((ended.status, &*ended.kind()), (503, "UNAVAILABLE"));
    let done = writer.join().expect("a writer");
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
    let count = server.db.list("l").and_then(|list| list.len());
    assert_eq!(count.expect_err("it is closed").kind(), beaver_core::ErrorKind::Closed);
    assert!(done >= 20);
}

#[test]
fn an_upgrade_that_is_none_is_refused() {
    let server = Running::new();
    for headers in [
        &[("upgrade", "h2c"), ("connection", "upgrade")][..],
        &[
            ("upgrade", "websocket"),
            ("connection", "upgrade"),
            ("sec-websocket-version", "8"),
            ("sec-websocket-key", "eA=="),
        ],
        &[("upgrade", "websocket"), ("connection", "upgrade"), ("sec-websocket-version", "13")],
    ] {
        assert_eq!(server.with_headers("GET", "/channels/c/subscribe", headers, b"").status, 426);
    }
    let mut stream = TcpStream::connect(server.address).expect("a connection");
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").expect("written");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    server.get("/health").ok();
}

/// A database whose check and whose rewriting take a while.
fn filled() -> Running {
    let server = Running::with(|config| config.limits.query_time = Duration::from_millis(1));
    let log = server.db.log("l").expect("a log");
    for _ in 0..10 {
        log.append_many((0..10_000).map(|n| (json!({"n": n, "text": "x".repeat(200)}), None))).expect("appended");
    }
    server
}

#[test]
fn upkeep_takes_longer_than_a_call_may_and_ends_with_its_client() {
    let server = filled();
    let blocked = |count: u32| server.get("/metrics").text().contains(&format!("beaver_calls_blocked {count}\n"));
    for path in ["/verify", "/vacuum"] {
        let mut client = server.connect();
        client.send("POST", path, &[], b"");
        std::thread::sleep(Duration::from_millis(20));
        drop(client);
        eventually("it has ended", || blocked(0));
    }
    assert_eq!(server.post("/verify", "").ok()["problems"], json!([]));
    server.post("/vacuum", "").ok();
    assert_eq!(server.db.log("l").and_then(|log| log.len()).expect("a count"), 100_000);
}

#[test]
fn upkeep_ends_with_the_server() {
    let mut server = filled();
    let mut client = server.connect();
    client.send("POST", "/verify", &[], b"");
    eventually("it runs", || server.get("/metrics").text().contains("beaver_calls_blocked 1\n"));
    server.stop();
    let ended = client.receive(false).expect("an answer");
    assert_eq!((ended.status, &*ended.kind()), (503, "UNAVAILABLE"));
}
