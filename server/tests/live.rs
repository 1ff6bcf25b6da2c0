//! WebSockets: channels, events and live logs.

mod common;

use std::net::TcpStream;
use std::time::Duration;

use beaver_server::{Rights, create_key, revoke_key};
use common::Running;
use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::HandshakeError;
use tungstenite::http::Response;
use tungstenite::{Message, WebSocket};

type Socket = WebSocket<TcpStream>;
type Opened = (Socket, Response<Option<Vec<u8>>>);

fn open(server: &Running, path: &str, headers: &[(&str, &str)]) -> Result<Opened, u16> {
    let stream = TcpStream::connect(server.address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    let mut request = format!("ws://localhost{path}").into_client_request().expect("a request");
    for (name, value) in headers {
        let name = tungstenite::http::HeaderName::from_bytes(name.as_bytes()).expect("a name");
        request.headers_mut().insert(name, value.parse().expect("a value"));
    }
    match tungstenite::client(request, stream) {
        Ok(both) => Ok(both),
        Err(HandshakeError::Failure(tungstenite::Error::Http(response))) => Err(response.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

fn next(socket: &mut Socket) -> Value {
    loop {
        match socket.read().expect("a message") {
            Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("{other}"),
        }
    }
}

fn close_code(socket: &mut Socket) -> u16 {
    loop {
        match socket.read() {
            Ok(Message::Close(Some(frame))) => return frame.code.into(),
            Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_subscriber_gets_each_message_once_and_in_order() {
    let server = Running::new();
    let (mut socket, _) = open(&server, "/channels/c/subscribe", &[]).expect("a WebSocket");
    for number in 0..500 {
        server.db.channel("c").expect("a channel").publish(json!(number)).expect("published");
    }
    for number in 0..500 {
        assert_eq!(next(&mut socket), json!(number));
    }
    server.post("/channels/c/publish", "bare").ok();
    assert_eq!(next(&mut socket), json!("bare"));
}

#[test]
fn a_subscriber_goes_on_where_it_ended() {
    let server = Running::new();
    server.post("/channels/c/publish_many", "[1, 2, 3]").ok();
    let (mut socket, _) = open(&server, "/channel/c/subscribe?start=oldest&rows=true", &[]).expect("a WebSocket");
    let first = next(&mut socket);
    assert_eq!(first["payload"], 1);
    let path = format!("/channels/c/subscribe?after_us={}&rows=true", first["timestamp_us"]);
    let (mut socket, _) = open(&server, &path, &[]).expect("a WebSocket");
    assert_eq!(next(&mut socket)["payload"], 2);
    assert_eq!(open(&server, "/channels/c/subscribe?start=now&after_us=5", &[]).err(), Some(400));
    assert_eq!(open(&server, "/channels/__c/subscribe", &[]).err(), Some(400));
    assert_eq!(server.get("/channels/c/subscribe").status, 426);
}

#[test]
fn changes_are_told_as_events() {
    let server = Running::new();
    let (mut all, _) = open(&server, "/dicts/d/events", &[]).expect("a WebSocket");
    let (mut sets, _) = open(&server, "/dicts/d/events?event=set", &[]).expect("a WebSocket");
    server.put("/dicts/d/items/a", "1").ok();
    server.delete("/dicts/d/items/a").ok();
    server.put("/dicts/d/items/b", "1").ok();
    let names = |socket: &mut Socket, count: usize| -> Vec<(String, Value)> {
        let event = |_| {
            let event = next(socket);
            assert_eq!(event["topic"], "dict:d");
            (event["event"].as_str().expect("a name").to_owned(), event["payload"]["key"].clone())
        };
        (0..count).map(event).collect()
    };
    assert_eq!(
        names(&mut all, 3),
        [("set".into(), json!("a")), ("del".into(), json!("a")), ("set".into(), json!("b"))]
    );
    assert_eq!(names(&mut sets, 2), [("set".into(), json!("a")), ("set".into(), json!("b"))]);

    let (mut own, _) = open(&server, "/topics/builds/events?event=done", &[]).expect("a WebSocket");
    assert_eq!(server.post("/topics/builds/emit/done", r#"{"n": 7}"#).ok(), json!({"heard": true}));
    assert_eq!(next(&mut own)["payload"], json!({"n": 7}));
    assert_eq!(server.post("/topics/builds/emit/failed", "{}").ok(), json!({"heard": false}));
    // Who closes is told by the end of the connection that it listens no more.
    own.close(None).expect("closed");
    while own.read().is_ok() {}
    assert_eq!(server.post("/topics/builds/emit/done", "{}").ok(), json!({"heard": false}));
    let (mut lock, _) = open(&server, "/locks/l/events", &[]).expect("a WebSocket");
    server.post("/locks/l/acquire?timeout=0", "").ok();
    assert_eq!(next(&mut lock)["event"], "acquire");
}

#[test]
fn a_live_log_tells_of_its_window_again_and_again() {
    let server = Running::new();
    server.post("/logs/l/append_many", r#"[{"data": {"v": 2}}, {"data": {"v": 4}}]"#).ok();
    let aggregates = "%7B%22mean%22%3A%7B%22op%22%3A%22mean%22%2C%22path%22%3A%22v%22%7D%7D";
    let path = format!("/logs/l/live?window=60&period=0.05&aggregates={aggregates}");
    let (mut socket, _) = open(&server, &path, &[]).expect("a WebSocket");
    assert_eq!(next(&mut socket), json!({"mean": 3.0}));
    server.post("/logs/l", r#"{"v": 9}"#).ok();
    while next(&mut socket) != json!({"mean": 5.0}) {}
    // As BeaverDB 1.x names them.
    let (mut socket, _) = open(&server, "/logs/l/live?window_seconds=60&period_seconds=1", &[]).expect("a WebSocket");
    assert_eq!(next(&mut socket), json!({"count": 3}));
    let (mut socket, _) = open(&server, "/logs/l/live?window=60&entries=true", &[]).expect("a WebSocket");
    assert_eq!(next(&mut socket).as_array().map(Vec::len), Some(3));
    for wrong in ["period=0", "period=0.001", "window=-1", "aggregates=%7B", "aggregates=%7B%7D"] {
        assert_eq!(open(&server, &format!("/logs/l/live?{wrong}"), &[]).err(), Some(400), "{wrong}");
    }
}

#[test]
fn host_and_origin_are_looked_at_for_websockets_too() {
    let server = Running::with(|config| config.allow_origins = vec!["https://app.example".into()]);
    let path = "/channels/c/subscribe";
    assert_eq!(open(&server, path, &[("host", "evil.example")]).err(), Some(403));
    assert_eq!(open(&server, path, &[("origin", "https://evil.example")]).err(), Some(403));
    assert_eq!(open(&server, path, &[("origin", "null")]).err(), Some(403));
    assert!(open(&server, path, &[("origin", "http://localhost")]).is_ok());
    assert!(open(&server, path, &[("origin", "https://app.example")]).is_ok());
}

#[test]
fn a_browser_gives_its_key_as_a_subprotocol() {
    let server = Running::new();
    let (id, key) = create_key(&server.db, Rights::Read, None).expect("a key");
    common::eventually("the key is asked for", || server.get("/dicts").status == 401);
    let path = "/channels/c/subscribe";
    assert_eq!(open(&server, path, &[]).err(), Some(401));
    assert_eq!(open(&server, path, &[("sec-websocket-protocol", "beaver, beaver.key.bvr_wrong")]).err(), Some(401));
    let offered = format!("beaver, beaver.key.{key}");
    let (mut socket, response) = open(&server, path, &[("sec-websocket-protocol", &offered)]).expect("a WebSocket");
    assert_eq!(response.headers()["sec-websocket-protocol"], "beaver", "the key is not given back");
    server.db.channel("c").expect("a channel").publish(json!(1)).expect("published");
    assert_eq!(next(&mut socket), json!(1));
    assert!(revoke_key(&server.db, &id).expect("an answer"));
    common::eventually("the key is refused", || {
        open(&server, path, &[("sec-websocket-protocol", &offered)]).err() == Some(401)
    });
}

#[test]
fn there_are_only_so_many_subscribers() {
    let server = Running::with(|config| config.limits.subscribers = 2);
    let first = open(&server, "/channels/c/subscribe", &[]).expect("a WebSocket");
    let _second = open(&server, "/channels/c/subscribe", &[]).expect("a WebSocket");
    assert_eq!(open(&server, "/channels/c/subscribe", &[]).err(), Some(503));
    drop(first);
    common::eventually("there is room again", || open(&server, "/channels/c/subscribe", &[]).is_ok());
}

#[test]
fn a_subscriber_that_says_too_much_is_cut_off() {
    let server = Running::new();
    let (mut socket, _) = open(&server, "/channels/c/subscribe", &[]).expect("a WebSocket");
    let _ = socket.send(Message::text("x".repeat(100_000)));
    common::eventually("the subscriber is gone", || server.get("/metrics").text().contains("beaver_subscribers 0"));
}

#[test]
fn subscribers_are_told_that_the_server_stops() {
    let mut server = Running::new();
    let (mut socket, _) = open(&server, "/channels/c/subscribe", &[]).expect("a WebSocket");
    let stopper = std::thread::spawn(move || server.stop());
    assert_eq!(close_code(&mut socket), 1001);
    stopper.join().expect("stopped");
}

#[test]
fn a_subscriber_whose_messages_are_gone_is_told_so() {
    let server = Running::new();
    let (mut socket, _) = open(&server, "/channels/c/subscribe", &[]).expect("a WebSocket");
    server.db.close().expect("closed");
    assert_eq!(close_code(&mut socket), 4023, "4000 and the code of CLOSED");
}
