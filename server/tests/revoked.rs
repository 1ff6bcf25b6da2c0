//! A key that is revoked or changed ends what was begun with it, and nothing else.

mod common;

use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use beaver_core::{Beaver, Structure};
use beaver_server::{Rights, create_key, revoke_key};
use common::{Client, Running, eventually};
use serde_json::json;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

/// A second until the keys are read again, and some for a machine that has other things to do.
const SOON: Duration = Duration::from_secs(10);

struct Key {
    id: String,
    bearer: String,
}

fn key(db: &Beaver, rights: Rights) -> Key {
    let (id, key) = create_key(db, rights, None).expect("a key");
    Key { id, bearer: format!("Bearer {key}") }
}

impl Key {
    fn send(&self, client: &mut Client, method: &str, path: &str, body: &[u8]) {
        client.send(method, path, &[("authorization", &self.bearer)], body);
    }

    fn call(&self, server: &Running, method: &str, path: &str, body: &[u8]) -> common::Response {
        server.with_headers(method, path, &[("authorization", &self.bearer)], body)
    }

    fn subscribe(&self, server: &Running) -> WebSocket<TcpStream> {
        let stream = TcpStream::connect(server.address).expect("a connection");
        stream.set_read_timeout(Some(SOON)).expect("a timeout");
        let mut request = "ws://localhost/channels/c/subscribe".into_client_request().expect("a request");
        request.headers_mut().insert("authorization", self.bearer.parse().expect("a value"));
        tungstenite::client(request, stream).expect("a WebSocket").0
    }
}

/// The code and the reason with which a socket is closed.
fn closed(socket: &mut WebSocket<TcpStream>) -> (u16, String) {
    loop {
        match socket.read().expect("a message") {
            Message::Close(Some(frame)) => return (frame.code.into(), frame.reason.to_string()),
            Message::Close(None) => panic!("no code"),
            _ => {}
        }
    }
}

fn served() -> (Running, Key, Key) {
    let server = Running::new();
    let (one, other) = (key(&server.db, Rights::Full), key(&server.db, Rights::Full));
    eventually("a key is needed", || server.get("/dicts").status == 401);
    (server, one, other)
}

#[test]
fn an_idle_websocket_is_closed_and_others_are_not() {
    let (server, one, other) = served();
    let (mut ended, mut kept) = (one.subscribe(&server), other.subscribe(&server));
    assert!(revoke_key(&server.db, &one.id).expect("an answer"));
    let begun = Instant::now();
    assert_eq!(closed(&mut ended), (1008, "the key was revoked".to_owned()));
    assert!(begun.elapsed() < SOON);
    server.db.channel("c").and_then(|channel| channel.publish(json!(1))).expect("published");
    assert_eq!(kept.read().expect("a message"), Message::text("1"));
}

#[test]
fn a_key_with_other_rights_is_another_key() {
    let (server, one, _) = served();
    let mut socket = one.subscribe(&server);
    let keys = server.db.system_dict("keys").expect("the keys");
    let stored = keys.get(&one.id).expect("a read").expect("the key");
    let changed = stored.as_str().replace("\"full\"", "\"read\"");
    keys.set(&one.id, beaver_core::Json::parse(&changed).expect("JSON")).expect("written");
    assert_eq!(closed(&mut socket).0, 1008);
    assert_eq!(one.call(&server, "GET", "/dicts", b"").status, 200, "it may still read");
}

#[test]
fn a_websocket_that_needed_no_key_is_closed_when_one_is_needed() {
    let server = Running::new();
    let none = Key { id: String::new(), bearer: "Bearer none".to_owned() };
    let mut socket = none.subscribe(&server);
    key(&server.db, Rights::Read);
    assert_eq!(closed(&mut socket).0, 1008);
}

#[test]
fn what_is_held_is_let_go() {
    let (server, one, other) = served();
    one.call(&server, "POST", "/locks/job/acquire?ttl=600", b"").ok();
    one.call(&server, "POST", "/dicts/d/acquire?ttl=600", b"").ok();
    let kept = other.call(&server, "POST", "/locks/own/acquire?ttl=600", b"").ok();
    assert!(revoke_key(&server.db, &one.id).expect("an answer"));
    eventually("the lock is free", || !server.db.lock("job").and_then(|lock| lock.locked()).expect("an answer"));
    eventually("the dict is free", || !server.db.dict("d").and_then(|dict| dict.locked()).expect("an answer"));
    let token = [("authorization", &*other.bearer), ("beaver-lock", kept["token"].as_str().expect("a token"))];
    server.with_headers("POST", "/locks/own/renew", &token, b"").ok();
}

#[test]
fn a_call_that_waits_is_ended_and_takes_nothing() {
    let (server, one, _) = served();
    let mut client = server.connect();
    one.send(&mut client, "DELETE", "/queues/q/get?timeout=60", b"");
    eventually("it waits", || server.db.stats().expect("stats").waiters > 0);
    assert!(revoke_key(&server.db, &one.id).expect("an answer"));
    let answer = client.receive(false).expect("an answer");
    assert_eq!((answer.status, &*answer.kind()), (401, "DENIED"));
    eventually("nobody waits", || server.db.stats().expect("stats").waiters == 0);
    server.db.queue("q").and_then(|queue| queue.put(json!(1), 1.0)).expect("put");
    assert_eq!(server.db.queue("q").and_then(|queue| queue.len()).expect("a length"), 1);
}

#[test]
fn a_stream_breaks_off() {
    let (server, one, other) = served();
    other.call(&server, "PUT", "/blobs/b/k", &vec![7; 40_000_000]).ok();
    let mut client = server.connect();
    one.send(&mut client, "GET", "/blobs/b/k", b"");
    let mut stream = client.stream().try_clone().expect("a socket");
    assert!(stream.read(&mut [0; 1_000]).expect("bytes") > 0);
    assert!(revoke_key(&server.db, &one.id).expect("an answer"));
    eventually("it is refused", || one.call(&server, "GET", "/dicts", b"").status == 401);
    std::thread::sleep(Duration::from_millis(1_500));
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.len() < 30_000_000, "{} bytes", rest.len());
    let blocked = || other.call(&server, "GET", "/metrics", b"").text().contains("beaver_calls_blocked 0");
    eventually("its thread is free", blocked);
}
