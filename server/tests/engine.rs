//! Programs that open the database by the URL of the server.

mod common;

use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use beaver_core::{Beaver, ErrorKind, Options, Start};
use beaver_server::{Config, Database, Limits, Rights, Server, TlsFiles, create_key};
use common::{Running, eventually};
use serde_json::json;

const LONG: Duration = Duration::from_secs(30);

fn open(server: &Running) -> Beaver {
    with_key(server, None).expect("the server's database")
}

fn with_key(server: &Running, key: Option<String>) -> beaver_core::Result<Beaver> {
    Beaver::open(format!("http://{}", server.address), Options { key, ..Options::default() })
}

/// How many calls wait at the server.
fn blocked(server: &Running) -> u32 {
    let metrics = server.get("/metrics");
    let line = metrics.text().lines().find_map(|line| line.strip_prefix("beaver_calls_blocked "));
    line.and_then(|count| count.parse().ok()).expect("a count")
}

/// Somebody between a program and the server, who cuts the line when dropped.
struct Line {
    address: SocketAddr,
    cut: Arc<Mutex<Vec<TcpStream>>>,
}

impl Line {
    fn to(server: SocketAddr) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let line = Line { address: listener.local_addr().unwrap(), cut: Arc::default() };
        let cut = line.cut.clone();
        std::thread::spawn(move || {
            for here in listener.incoming().map_while(Result::ok) {
                let there = TcpStream::connect(server).unwrap();
                for (mut from, mut to) in
                    [(&here, &there), (&there, &here)].map(|(a, b)| (a.try_clone().unwrap(), b.try_clone().unwrap()))
                {
                    std::thread::spawn(move || drop(std::io::copy(&mut from, &mut to)));
                }
                cut.lock().unwrap().extend([here, there]);
            }
        });
        line
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        for stream in self.cut.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

#[test]
fn a_program_has_the_same_handles_as_on_the_file() {
    let server = Running::new();
    let db = open(&server);
    db.dict("d").unwrap().set("k", json!({"a": 1})).unwrap();
    assert_eq!(server.get("/dicts/d/items/k").text(), r#"{"a":1}"#);
    server.put("/dicts/d/items/other", "2");
    assert_eq!(db.dict("d").unwrap().get("other").unwrap(), Some(json!(2).into()));

    let bytes = vec![7; 20 << 20];
    db.blobs("b").unwrap().put("large", &bytes, None).unwrap();
    assert_eq!(
        db.blobs("b").unwrap().get("large").unwrap().expect("a blob").data,
        bytes,
        "larger than a JSON body may be"
    );

    let sum = db.transaction(|tx| {
        let list = tx.list("l")?;
        list.extend([json!(1), json!(2)])?;
        list.len()
    });
    assert_eq!(sum.unwrap(), 2);
    assert_eq!(server.get("/lists/l/count").json()["count"], 2);
}

#[test]
fn a_key_is_asked_for_and_one_that_reads_does_not_write() {
    let server = Running::new();
    let (_, full) = create_key(&server.db, Rights::Full, None).unwrap();
    let (_, read) = create_key(&server.db, Rights::Read, None).unwrap();
    // Servers read the keys once a second.
    eventually("the keys are known", || with_key(&server, None).is_err());
    let denied = |key: Option<&str>| with_key(&server, key.map(str::to_owned)).err().expect("it is refused").kind();
    assert_eq!((denied(None), denied(Some("bvr_guess"))), (ErrorKind::Denied, ErrorKind::Denied));

    let writer = with_key(&server, Some(full)).unwrap();
    writer.queue("jobs").unwrap().put(json!("mail"), 1.0).unwrap();
    let reader = with_key(&server, Some(read)).unwrap();
    assert_eq!(reader.queue("jobs").unwrap().peek().unwrap().expect("an item").data, json!("mail").into());
    let taken = reader.queue("jobs").unwrap().get(Some(Duration::ZERO));
    assert_eq!(taken.unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(reader.dict("d").unwrap().set("k", json!(1)).unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(reader.dict("__keys").err().expect("it is not theirs").kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_server_that_goes_by_another_name_refuses() {
    let server = Running::new();
    let refused = server.with_headers(
        "POST",
        "/engine",
        &[("host", "evil.example"), ("content-type", "application/octet-stream")],
        b"\x01",
    );
    assert_eq!(refused.status, 403);
    assert_eq!(server.post("/engine", "{}").status, 415, "no form of a page has that type");
}

#[test]
fn what_comes_after_a_waiting_program_was_cut_off_is_not_lost() {
    let server = Running::new();
    let line = Line::to(server.address);
    let db = Beaver::open(format!("http://{}", line.address), Options::default()).unwrap();
    let waiting = std::thread::spawn({
        let jobs = db.queue("jobs").unwrap();
        move || jobs.get(Some(Duration::from_secs(1)))
    });
    eventually("it waits", || blocked(&server) == 1);
    drop(line);
    eventually("the server has noticed", || blocked(&server) == 0);
    let queue = server.db.queue("jobs").unwrap();
    queue.put(json!("one"), 1.0).unwrap();
    assert_eq!(waiting.join().unwrap().unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(queue.len().unwrap(), 1);
}

#[test]
fn waits_leave_threads_for_those_who_do_not_wait() {
    let server = Running::with(|config| config.limits = Limits { waits: 2, threads: 1, ..Limits::default() });
    let db = open(&server);
    let wait = |name: &str| {
        let queue = db.queue(name).unwrap();
        std::thread::spawn(move || queue.get(Some(LONG)))
    };
    let waiting = [wait("a"), wait("b")];
    eventually("both wait", || blocked(&server) == 2);
    let refused = db.queue("c").unwrap().get(Some(LONG)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unavailable);
    assert!(refused.message().contains("busy") && refused.message().contains("nothing was done"), "{refused}");
    for (name, waiting) in ["a", "b"].into_iter().zip(waiting) {
        db.queue(name).unwrap().put(json!(name), 1.0).unwrap();
        assert!(waiting.join().unwrap().unwrap().is_some());
    }
}

#[test]
fn a_transaction_is_done_while_others_wait_for_it() {
    let server = Running::with(|config| config.limits = Limits { threads: 2, ..Limits::default() });
    let (db, other) = (open(&server), open(&server));
    let writers = db.transaction(|tx| {
        tx.dict("d")?.set("first", json!(1))?;
        let write = |n: usize| {
            let dict = other.dict("d").unwrap();
            std::thread::spawn(move || dict.set(&format!("later{n}"), json!(n)))
        };
        let writers: Vec<_> = (0..4).map(write).collect();
        std::thread::sleep(Duration::from_millis(200)); // they have all threads by now
        tx.dict("d")?.set("second", json!(2))?;
        Ok(writers)
    });
    for writer in writers.unwrap() {
        writer.join().unwrap().unwrap();
    }
    assert_eq!(db.dict("d").unwrap().len().unwrap(), 6);
}

#[test]
fn readers_do_not_wait_for_writers_that_wait_for_a_transaction() {
    let server = Running::with(|config| config.limits = Limits { threads: 4, ..Limits::default() });
    let (db, other) = (open(&server), open(&server));
    let writers = db.transaction(|tx| {
        tx.dict("d")?.set("first", json!(1))?;
        let writers: Vec<_> = (0..8)
            .map(|n| {
                let (dict, address) = (other.dict("d").unwrap(), server.address);
                std::thread::spawn(move || match n % 2 {
                    0 => dict.set(&n.to_string(), json!(n)).unwrap(),
                    _ => drop(common::Client::new(address).call("POST", "/logs/l", &[], b"1").ok()),
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(200)); // they have all threads by now that they may have
        assert_eq!(other.dict("d")?.get("first")?, None);
        assert_eq!(server.get("/dicts/d/items/first").status, 404);
        Ok(writers)
    });
    writers.unwrap().into_iter().for_each(|writer| writer.join().unwrap());
    assert_eq!((db.dict("d").unwrap().len().unwrap(), db.log("l").unwrap().len().unwrap()), (5, 4));
}

#[test]
fn a_server_that_stops_ends_waits_and_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("served.db");
    let start = |port| Server::start(Config { port, ..Config::new(Database::File(path.clone())) }).expect("a server");
    let first = start(0);
    let address = first.address();
    let db = Beaver::open(format!("http://{address}"), Options::default()).unwrap();
    let news = db.channel("news").unwrap().subscribe(Start::Now).unwrap();
    db.channel("news").unwrap().publish(json!("one")).unwrap();
    assert_eq!(news.next(Some(LONG)).unwrap().expect("a message").payload, json!("one").into());

    drop(first);
    let gone = db.dict("d").unwrap().set("k", json!(1)).unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::Unavailable);
    assert!(gone.message().contains("nothing was done"), "{gone}");

    let _second = start(address.port());
    db.channel("news").unwrap().publish(json!("two")).unwrap();
    assert_eq!(news.next(Some(LONG)).unwrap().expect("a message").payload, json!("two").into());
}

#[test]
fn over_tls_the_server_has_to_be_whom_the_program_trusts() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let files = TlsFiles { cert: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    std::fs::write(&files.cert, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    let server = Running::with(|config| config.tls = Some(files.clone()));
    let url = format!("https://localhost:{}", server.address.port());
    let open = |url: &str, ca_file| Beaver::open(url, Options { ca_file, ..Options::default() });

    let db = open(&url, Some(files.cert.clone())).expect("it is trusted");
    db.dict("d").unwrap().set("k", json!(1)).unwrap();
    assert_eq!(server.db.dict("d").unwrap().get("k").unwrap(), Some(json!(1).into()));

    let stranger = open(&url, None).err().expect("nobody vouches for it");
    assert_eq!(stranger.kind(), ErrorKind::Unavailable);
    assert!(stranger.message().contains("certificate"), "{stranger}");
    let other = open(&format!("https://127.0.0.1:{}", server.address.port()), Some(files.cert));
    assert_eq!(other.err().expect("its certificate is for another name").kind(), ErrorKind::Unavailable);
    let plain = open(&format!("http://localhost:{}", server.address.port()), None);
    assert_eq!(plain.err().expect("it speaks TLS").kind(), ErrorKind::Unavailable);
}

#[test]
fn a_request_that_breaks_off_does_nothing() {
    let server = Running::new();
    let mut stream = TcpStream::connect(server.address).unwrap();
    let head = format!(
        "POST /engine HTTP/1.1\r\nhost: {}\r\ncontent-type: application/octet-stream\r\ncontent-length: 100\r\n\r\n\x01",
        server.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    drop(stream);
    let db = open(&server);
    assert!(db.info().unwrap().structures.is_empty());
}
