//! A database at a server behaves as one in a file.
#![cfg(feature = "remote")]
#![allow(missing_docs)]

mod corpus;
mod input;
mod server;

use std::sync::Arc;
use std::time::{Duration, Instant};

use beaver_core::{
    Beaver, Cancel, Document, Edge, EdgeOptions, ErrorKind, Filter, Find, IndexOptions, Json, Kind, LoadMode,
    MatchOptions, Options, Order, SearchOptions, Start, Structure, VectorTier, WalkOptions, When,
};
use proptest::prelude::*;
use serde_json::json;
use server::Server;

fn open(server: &Server) -> Beaver {
    Beaver::open(server.url(), Options::default()).unwrap()
}

fn kind<T>(outcome: beaver_core::Result<T>) -> ErrorKind {
    outcome.err().expect("it fails").kind()
}

const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(30);

struct Bench {
    server: Server,
    folder: tempfile::TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("served.db"));
    Bench { server, folder }
}

#[test]
fn every_structure_is_there() {
    let bench = bench();
    let db = open(&bench.server);
    let dict = db.dict("d").unwrap();
    dict.set("k", Json::parse("{\"a\": 1.50}").unwrap()).unwrap();
    assert_eq!(dict.get("k").unwrap().unwrap().as_str(), "{\"a\": 1.50}");
    assert_eq!(dict.get("no").unwrap(), None);
    dict.set_for("short", json!(1), Duration::from_secs(60)).unwrap();
    assert_eq!(dict.keys().map(Result::unwrap).collect::<Vec<_>>(), ["k", "short"]);

    let list = db.list("l").unwrap();
    list.extend((0..600).map(|n| json!(n))).unwrap();
    assert_eq!(list.items().map(|item| item.unwrap().to::<i64>().unwrap()).sum::<i64>(), 600 * 599 / 2);
    assert_eq!(list.index_of(&json!(7).into(), None, None).unwrap(), Some(7));

    let queue = db.queue("q").unwrap();
    queue.put(json!("b"), 2.0).unwrap();
    queue.put(json!("a"), 1.0).unwrap();
    assert_eq!(queue.get(Some(Duration::ZERO)).unwrap().unwrap().data, json!("a").into());
    let lease = queue.lease(SECOND * 30, Some(Duration::ZERO), None).unwrap().unwrap();
    assert!(queue.ack(lease.id).unwrap());

    let blobs = db.blobs("b").unwrap();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let mut writer = blobs.writer("big", Some(json!({"type": "bytes"}).into())).unwrap();
    writer.write_chunk(&bytes).unwrap();
    writer.finish().unwrap();
    let mut read = Vec::new();
    std::io::Read::read_to_end(&mut blobs.reader("big").unwrap().unwrap(), &mut read).unwrap();
    assert!(read == bytes);

    let log = db.log("g").unwrap();
    log.append(json!(1)).unwrap();
    assert_eq!(log.len().unwrap(), 1);
    let names = |kind| db.names(kind).unwrap();
    assert_eq!((names(Kind::Dict), names(Kind::Log)), (vec!["d".to_owned()], vec!["g".to_owned()]));
    assert!(db.verify().unwrap().problems.is_empty());
    let kinds: Vec<Kind> = db.info().unwrap().structures.into_iter().map(|structure| structure.kind).collect();
    assert_eq!(kinds, [Kind::Dict, Kind::List, Kind::Blob, Kind::Log], "the queue is empty again");
}

#[test]
fn documents_are_found_by_everything() {
    let bench = bench();
    let db = open(&bench.server);
    let books = db.collection("books").unwrap();
    let documents = [("dune", 1965, [1.0, 0.0]), ("solaris", 1961, [0.0, 1.0]), ("ubik", 1969, [0.7, 0.7])];
    let documents = documents.map(|(id, year, vector)| {
        Document::with_id(id, json!({"title": format!("The book {id}"), "year": year, "-x": 1})).embedded(vector)
    });
    let options = IndexOptions { fuzzy: true, ..IndexOptions::default() };
    assert_eq!(books.index_many(documents.to_vec(), &options, |_| true).unwrap(), 3);
    assert!(!books.index(documents[0].clone(), &options).unwrap(), "it is there just so");
    books.connect("dune", "ubik", "LIKES", EdgeOptions::default()).unwrap();

    let hits = books.search(&[1.0, 0.1], &SearchOptions::default()).unwrap();
    assert_eq!(hits[0].document.id, "dune");
    let filter = Filter::parse(r#"{"year": {">": 1961}}"#).unwrap();
    let order = Order::parse(&["-year", "$.-x"]).unwrap();
    let find = Find { filter: Some(filter.clone()), order, ..Find::default() };
    let found: Vec<String> = books.find(&find).unwrap().documents.into_iter().map(|book| book.id).collect();
    assert_eq!(found, ["ubik", "dune"]);
    let filtered = SearchOptions { filter: Some(filter), ..SearchOptions::default() };
    assert_eq!(books.search(&[0.0, 1.0], &filtered).unwrap()[0].document.id, "ubik");
    assert_eq!(books.match_text("solaris", &MatchOptions::default()).unwrap()[0].document.id, "solaris");
    assert_eq!(books.walk("dune", &WalkOptions::default()).unwrap()[0].document.id, "ubik");
    assert_eq!(books.explain_search(&[1.0, 0.0], &SearchOptions::default()).unwrap().path, "exact");
    let stats = books.stats().unwrap();
    assert_eq!((stats.documents, stats.dimension, stats.vectors.tier), (3, Some(2), VectorTier::Exact));
    let edges =
        vec![Edge { source: "ubik".into(), target: "none".into(), label: "L".into(), weight: 1.0, metadata: None }];
    assert_eq!(kind(books.connect_many(edges, |_| true)), ErrorKind::NotFound);
}

#[test]
fn errors_are_those_of_the_file() {
    let bench = bench();
    let db = open(&bench.server);
    let (stock, orders) = (db.dict("stock").unwrap(), db.list("orders").unwrap());
    stock.set("apples", json!(3)).unwrap();
    let mut batch = db.batch();
    batch.list_push(&orders, json!(1)).unwrap();
    batch.dict_set(&stock, "apples", json!(2), None, When::Equals(json!(4).into())).unwrap();
    let error = batch.commit(None).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Conflict, Some(1)));
    assert_eq!(orders.len().unwrap(), 0);
    let books = db.collection("books").unwrap();
    books.index(Document::with_id("a", json!(1)).embedded([1.0, 2.0]), &IndexOptions::default()).unwrap();
    assert_eq!(kind(books.search(&[1.0], &SearchOptions::default())), ErrorKind::InvalidArgument);
}

#[test]
fn a_wait_ends_with_what_another_client_puts() {
    let bench = bench();
    let (db, other) = (open(&bench.server), open(&bench.server));
    let jobs = db.queue("jobs").unwrap();
    let worker = std::thread::spawn(move || jobs.get(Some(LONG)).unwrap().unwrap().data);
    other.queue("jobs").unwrap().put(json!("work"), 1.0).unwrap();
    assert_eq!(worker.join().unwrap(), json!("work").into());
}

#[test]
fn a_wait_ends_by_cancel_interrupt_pause_and_close() {
    let bench = bench();
    let db = open(&bench.server);
    let cancel = Cancel::new();
    let ends: [(&str, &dyn Fn(), ErrorKind); 4] = [
        ("cancel", &|| cancel.cancel(), ErrorKind::Interrupted),
        ("interrupt", &|| db.interrupt(), ErrorKind::Interrupted),
        ("pause", &|| db.pause().unwrap(), ErrorKind::Paused),
        ("close", &|| db.close().unwrap(), ErrorKind::Closed),
    ];
    for (name, end, expected) in ends {
        let begun = Arc::new(std::sync::Barrier::new(2));
        if name == "close" {
            db.resume().unwrap();
        }
        let waiting = std::thread::spawn({
            let (jobs, cancel, begun) = (db.queue("jobs").unwrap(), cancel.clone(), begun.clone());
            let cancel = if name == "cancel" { cancel } else { Cancel::new() };
            move || {
                begun.wait();
                cancel.during(|| jobs.get(None)).unwrap_err().kind()
            }
        });
        begun.wait();
        let began = Instant::now();
        while !waiting.is_finished() && began.elapsed() < LONG {
            std::thread::sleep(Duration::from_millis(50));
            end();
        }
        assert_eq!(waiting.join().unwrap(), expected, "{name}");
    }
    assert_eq!(kind(db.dict("d").unwrap().get("k")), ErrorKind::Closed);
}

#[test]
fn an_acquired_structure_keeps_others_off_it() {
    let bench = bench();
    let (db, other) = (open(&bench.server), open(&bench.server));
    let jobs = db.queue("jobs").unwrap();
    jobs.put(json!(1), 1.0).unwrap();
    let mine = jobs.acquire(Some(SECOND), LONG).unwrap().unwrap();
    let theirs = other.queue("jobs").unwrap();
    assert!(theirs.get(Some(Duration::ZERO)).unwrap().is_none());
    assert!(mine.get(Some(Duration::ZERO)).unwrap().is_some());
    assert!(mine.release().unwrap());
    let lock = other.lock("l").unwrap();
    assert!(lock.acquire(Some(Duration::ZERO), LONG).unwrap());
    assert!(!db.lock("l").unwrap().acquire(Some(Duration::from_millis(50)), LONG).unwrap());
}

#[test]
fn subscriptions_and_events_come_across() {
    let bench = bench();
    let (db, other) = (open(&bench.server), open(&bench.server));
    let news = db.channel("news").unwrap();
    let listener = news.subscribe(Start::Now).unwrap();
    other.channel("news").unwrap().publish_many((0..300).map(|n| json!(n))).unwrap();
    let mut got = Vec::new();
    while got.len() < 300 {
        let messages = listener.next_many(1_000, Some(LONG)).unwrap();
        assert!(!messages.is_empty());
        got.extend(messages.into_iter().map(|message| message.payload.to::<i64>().unwrap()));
    }
    assert_eq!(got, (0..300).collect::<Vec<_>>());
    assert!(listener.next(Some(Duration::ZERO)).unwrap().is_none());

    let config = db.dict("config").unwrap();
    let changes = config.on("set").unwrap();
    other.dict("config").unwrap().set("theme", json!("dark")).unwrap();
    let event = changes.next(Some(LONG)).unwrap().unwrap();
    assert_eq!((event.event.as_str(), event.payload), ("set", json!({"key": "theme"}).into()));
    listener.close();
    assert_eq!(kind(listener.next(None)), ErrorKind::Closed);
}

#[test]
fn who_wants_to_be_told_is_told() {
    let bench = bench();
    let db = open(&bench.server);
    let news = db.channel("news").unwrap();
    let listener = news.subscribe(Start::Now).unwrap();
    let (told, tells) = std::sync::mpsc::channel();
    listener.on_ready(Some(Arc::new(move || {
        let _ = told.send(());
    })));
    for n in 0..3 {
        news.publish(json!(n)).unwrap();
        tells.recv_timeout(LONG).unwrap();
        assert_eq!(listener.next(Some(Duration::ZERO)).unwrap().unwrap().payload, json!(n).into());
        assert!(listener.next(Some(Duration::ZERO)).unwrap().is_none());
    }
}

#[test]
fn a_dump_is_of_one_moment_and_a_load_is_whole() {
    let bench = bench();
    let db = open(&bench.server);
    let list = db.list("l").unwrap();
    list.extend((0..2_000).map(|n| json!(n))).unwrap();
    let mut dumped = Vec::new();
    list.dump(&mut dumped, beaver_core::DumpFormat::Json).unwrap();
    let copy = db.list("copy").unwrap();
    assert_eq!(copy.load(&mut dumped.as_slice(), LoadMode::Replace).unwrap(), 2_000);
    assert_eq!(copy.slice(Some(-2), None).unwrap(), [json!(1_998).into(), json!(1_999).into()]);
    let broken = &dumped[..dumped.len() / 2];
    assert_eq!(kind(copy.load(&mut &*broken, LoadMode::Replace)), ErrorKind::InvalidJson);
    assert_eq!(copy.len().unwrap(), 2_000, "nothing of it was done");
}

#[test]
fn a_transaction_is_undone_unless_it_ends_well() {
    let bench = bench();
    let db = open(&bench.server);
    let accounts = db.dict("accounts").unwrap();
    accounts.set("ann", json!(100)).unwrap();
    let failed = db.transaction(|tx| {
        tx.dict("accounts")?.set("ann", json!(0))?;
        Err::<(), _>(beaver_core::Error::new(ErrorKind::Conflict, "no"))
    });
    assert_eq!(kind(failed), ErrorKind::Conflict);
    assert_eq!(accounts.get("ann").unwrap(), Some(json!(100).into()));
    db.transaction(|tx| {
        let accounts = tx.dict("accounts")?;
        let balance: i64 = accounts.get("ann")?.expect("is there").to()?;
        accounts.set("ann", json!(balance - 30))
    })
    .unwrap();
    assert_eq!(accounts.get("ann").unwrap(), Some(json!(70).into()));
}

#[test]
fn a_backup_is_made_here() {
    let bench = bench();
    let db = open(&bench.server);
    db.dict("d").unwrap().set("k", json!("v")).unwrap();
    let copy = bench.folder.path().join("copy.db");
    db.backup(&copy, |progress| progress.done <= progress.total).unwrap();
    let copy = Beaver::open(copy, Options::default()).unwrap();
    assert_eq!(copy.dict("d").unwrap().get("k").unwrap(), Some(json!("v").into()));
}

#[test]
fn a_server_that_was_started_anew_is_found_again() {
    let bench = bench();
    let (path, address) = (bench.folder.path().join("served.db"), bench.server.address());
    let db = open(&bench.server);
    let news = db.channel("news").unwrap();
    let listener = news.subscribe(Start::Now).unwrap();
    news.publish(json!(1)).unwrap();
    assert_eq!(listener.next(Some(LONG)).unwrap().unwrap().payload, json!(1).into());
    drop(bench.server);
    let file = Beaver::open(&path, Options::default()).unwrap();
    file.channel("news").unwrap().publish(json!(2)).unwrap();
    let again = Server::start_at(&path, address, None);
    assert_eq!(listener.next(Some(LONG)).unwrap().unwrap().payload, json!(2).into(), "nothing is lost");
    assert_eq!(news.len().unwrap(), 2);
    drop(again);
}

#[test]
fn events_come_from_a_server_that_was_started_anew() {
    let bench = bench();
    let (path, address) = (bench.folder.path().join("served.db"), bench.server.address());
    let db = open(&bench.server);
    let changes = db.dict("config").unwrap().on("set").unwrap();
    drop(bench.server);
    let _again = Server::start_at(&path, address, None);
    let waiting = std::thread::spawn(move || changes.next(Some(LONG)).unwrap().unwrap().event);
    while !waiting.is_finished() {
        db.dict("config").unwrap().set("theme", json!("dark")).unwrap();
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(waiting.join().unwrap(), "set");
}

#[test]
fn without_a_server_nothing_is_done_and_that_is_said() {
    let bench = bench();
    let url = bench.server.url();
    let db = open(&bench.server);
    drop(bench.server);
    let error = db.dict("d").unwrap().get("k").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.message().ends_with("nothing was done"), "{error}");
    assert_eq!(kind(db.dict("d").unwrap().set("k", json!(1))), ErrorKind::Unavailable);
    assert_eq!(kind(Beaver::open(&url, Options::default())), ErrorKind::Unavailable);
    for wrong in ["http://", "http://user:key@host", "https://host/?key=1"] {
        assert_eq!(kind(Beaver::open(wrong, Options::default())), ErrorKind::InvalidArgument, "{wrong}");
    }
}

#[test]
fn a_key_is_asked_for_and_may_only_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("served.db");
    let server = Server::with_key(&path, "secret", true);
    assert_eq!(kind(Beaver::open(server.url(), Options::default())), ErrorKind::Denied);
    let options = Options { key: Some("secret".into()), ..Options::default() };
    let db = Beaver::open(server.url(), options).unwrap();
    assert_eq!(db.dict("d").unwrap().get("k").unwrap(), None);
    assert_eq!(kind(db.dict("d").unwrap().set("k", json!(1))), ErrorKind::Denied);
    assert_eq!(kind(db.queue("q").unwrap().get(Some(Duration::ZERO))), ErrorKind::Denied);
    let options = Options { key: Some("no key".into()), ..Options::default() };
    assert_eq!(kind(Beaver::open(server.url(), options)), ErrorKind::InvalidArgument);
}

#[test]
fn a_database_opened_read_only_does_not_ask_to_write() {
    let bench = bench();
    let options = Options { read_only: true, ..Options::default() };
    let db = Beaver::open(bench.server.url(), options).unwrap();
    assert_eq!(kind(db.dict("d").unwrap().set("k", json!(1))), ErrorKind::ReadOnly);
    assert_eq!(kind(db.dict("d").unwrap().on("set")), ErrorKind::ReadOnly);
    assert_eq!(db.dict("d").unwrap().len().unwrap(), 0);
}

proptest! {
    /// Whatever is sent, the server answers with an error or with what was asked.
    #[test]
    fn no_body_breaks_a_server(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        static BENCH: std::sync::OnceLock<Bench> = std::sync::OnceLock::new();
        let bench = BENCH.get_or_init(bench);
        // A version, and in front of most a client, so that more of them are understood.
        for before in [vec![], vec![1], vec![1, 1, b'c', 0]] {
            prop_assert!(!bench.server.post(&[before, body.clone()].concat()).is_empty());
        }
    }
}
