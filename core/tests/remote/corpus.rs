//! The seeds of the fuzzer `engine_request`: what clients ask in short sessions, answered again without a client.

use std::path::{Path, PathBuf};
use std::time::Duration;

use beaver_core::remote::Service;
use beaver_core::{
    Beaver, Document, EdgeOptions, ErrorKind, Filter, Find, IndexOptions, Json, Kind, MatchOptions, NeighborOptions,
    Options, Order, PathOptions, Retention, SearchOptions, Start, Structure, WalkOptions, When,
};
use serde_json::json;

use super::input::{self, BETWEEN};
use super::server::Server;

const TRY: Option<Duration> = Some(Duration::ZERO);
const MINUTE: Duration = Duration::from_secs(60);

type Session = fn(&Beaver) -> beaver_core::Result<()>;

const SESSIONS: [(&str, Session); 12] = [
    ("dict", dict),
    ("list", list),
    ("queue", queue),
    ("blob", blob),
    ("log", log),
    ("documents", documents),
    ("searches", searches),
    ("graph", graph),
    ("channel", channel),
    ("locks", locks),
    ("views", views),
    ("upkeep", upkeep),
];

fn seeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/engine_request")
}

/// With `BEAVER_WRITE_SEEDS` set, it writes them anew: after a change of the protocol.
#[test]
fn every_session_is_a_seed_of_this_protocol() {
    if std::env::var_os("BEAVER_WRITE_SEEDS").is_some() {
        for (name, session) in SESSIONS {
            std::fs::write(seeds().join(name), record(session)).unwrap();
        }
    }
    for (name, _) in SESSIONS {
        let seed = std::fs::read(seeds().join(name)).unwrap();
        let db = Beaver::open(":memory:", Options::default()).unwrap();
        let service = Service::new(&db);
        let requests = input::split(&seed);
        assert!(requests.len() > 3, "{name}");
        for (place, request) in requests.into_iter().enumerate() {
            let Some(error) = input::ask(&service, request).and_then(|answer| answer.error()) else { continue };
            let read = error.kind() != ErrorKind::Unsupported && !error.message().contains("cannot be read");
            assert!(read, "{name} {place}: {error}; BEAVER_WRITE_SEEDS=1 writes seeds of this protocol");
        }
    }
}

#[test]
fn no_seed_finds_a_fault() {
    for file in std::fs::read_dir(seeds()).unwrap() {
        let path = file.unwrap().path();
        let db = Beaver::open(":memory:", Options::default()).unwrap();
        if let Err(fault) = input::check(&db, &std::fs::read(&path).unwrap()) {
            panic!("{}: {fault}", path.display());
        }
    }
}

/// Found by the fuzzer: it was INTERNAL.
#[test]
fn a_lock_change_without_an_owner_is_refused() {
    let db = Beaver::open(":memory:", Options::default()).unwrap();
    let service = Service::new(&db);
    let seed = std::fs::read(seeds().join("no-owner")).unwrap();
    let answer = service.answer(&seed, false).expect("nobody ends it");
    let error = answer.error().expect("it is refused");
    assert_eq!((error.kind(), error.message().contains("owner")), (ErrorKind::InvalidArgument, true));
}

fn record(session: Session) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("served.db"));
    let db = Beaver::open(server.url(), Options::default()).unwrap();
    session(&db).unwrap();
    db.close().unwrap();
    server.asked().join(BETWEEN)
}

fn dict(db: &Beaver) -> beaver_core::Result<()> {
    let dict = db.dict("d")?;
    dict.set("k", json!({"a": [1.5, null]}))?;
    dict.set_for("short", json!("ü"), MINUTE)?;
    dict.get("k")?;
    dict.get_many(&["k", "no"])?;
    dict.contains("k")?;
    dict.len()?;
    dict.items().for_each(drop);
    dict.compare_and_set("k", json!(1), json!(2), None)?;
    dict.pop("k")?;
    dict.delete("short")?;
    dict.clear()?;
    Ok(())
}

fn list(db: &Beaver) -> beaver_core::Result<()> {
    let list = db.list("l")?;
    list.extend([json!(1), json!("two"), json!(3)])?;
    list.push(json!(4))?;
    list.prepend(json!(0))?;
    list.insert(1, json!("i"))?;
    list.set(-1, json!(9))?;
    list.get(0)?;
    list.slice(Some(1), Some(-1))?;
    list.items().for_each(drop);
    list.index_of(&json!("two").into(), None, None)?;
    list.count_of(&json!(1).into())?;
    list.remove(&json!(3).into())?;
    list.reverse()?;
    list.pop()?;
    list.deque()?;
    list.delete(0)?;
    list.clear()?;
    Ok(())
}

fn queue(db: &Beaver) -> beaver_core::Result<()> {
    let queue = db.queue("q")?;
    queue.put(json!({"n": 1}), 2.5)?;
    queue.put_many([(json!(1), 1.0), (json!(2), -1.0)])?;
    queue.peek()?;
    queue.items().for_each(drop);
    let item = queue.get(TRY)?;
    item.map_or(Ok(()), |item| queue.put_back(item))?;
    if let Some(leased) = queue.lease(MINUTE, TRY, None)? {
        queue.extend(leased.id, MINUTE)?;
        queue.nack(leased.id, Duration::ZERO)?;
    }
    if let Some(leased) = queue.lease(MINUTE, TRY, None)? {
        queue.ack(leased.id)?;
    }
    queue.len()?;
    queue.leased()?;
    queue.clear()?;
    queue.get(Some(Duration::from_millis(5)))?;
    Ok(())
}

fn blob(db: &Beaver) -> beaver_core::Result<()> {
    let blobs = db.blobs("b")?;
    blobs.put("k", b"bytes", Some(json!({"type": "x"}).into()))?;
    blobs.get("k")?;
    blobs.stat("k")?;
    let mut writer = blobs.writer("long", None)?;
    writer.write_chunk(&[7; 200])?;
    writer.finish()?;
    if let Some(mut reader) = blobs.reader("long")? {
        reader.read_chunk(&mut [0; 300])?;
    }
    blobs.keys().for_each(drop);
    blobs.contains("k")?;
    blobs.len()?;
    blobs.delete("k")?;
    blobs.clear()?;
    Ok(())
}

fn log(db: &Beaver) -> beaver_core::Result<()> {
    let log = db.log("g")?;
    log.append(json!({"cpu": 0.5}))?;
    log.append_at(json!(2), 1_700_000_000_000_000)?;
    log.items().for_each(drop);
    log.live_entries(MINUTE, Duration::from_millis(10))?.next(Some(Duration::from_secs(1)), |_| ())?;
    log.len()?;
    log.prune_keep(1)?;
    log.clear()?;
    Ok(())
}

fn index(db: &Beaver) -> beaver_core::Result<beaver_core::Collection> {
    let collection = db.collection("c")?;
    let options = IndexOptions::from_json(r#"{"fuzzy": true}"#)?;
    for (id, name, year, vector) in
        [("red", "crimson paint", 1990, [1.0, 0.0]), ("blue", "navy paint", 2000, [0.0, 1.0])]
    {
        let mut document = Document::with_id(id, json!({"name": name, "year": year}));
        document.embedding = Some(vector.to_vec());
        collection.index(document, &options)?;
    }
    Ok(collection)
}

fn documents(db: &Beaver) -> beaver_core::Result<()> {
    let collection = index(db)?;
    collection.get("red")?;
    collection.contains("blue")?;
    collection.documents().for_each(drop);
    collection.settings()?;
    collection.stats()?;
    collection.create_index("year", |_| true)?;
    collection.indexes()?;
    collection.find(&Find { order: Order::parse(&["-year"])?, limit: 1, ..Find::default() })?;
    collection.count(&Filter::parse(r#"{"or": [{"year": {">": 1995}}, {"name": {"contains": "x"}}]}"#)?)?;
    collection.drop_index("year")?;
    collection.len()?;
    collection.drop("red")?;
    collection.clear()?;
    Ok(())
}

fn searches(db: &Beaver) -> beaver_core::Result<()> {
    let collection = index(db)?;
    let filtered = SearchOptions::from_json(r#"{"k": 1, "where": {"year": {"<": 1995}}, "effort": "exact"}"#)?;
    collection.search(&[0.9, 0.1], &filtered)?;
    collection.recall_check(1, &SearchOptions::default())?;
    collection.match_text("paint", &MatchOptions::default())?;
    let fuzzy = r#"{"fuzziness": 1, "highlight": {"before": "<", "after": ">"}, "on": {"name": 2}}"#;
    collection.match_text("crimsom pant", &MatchOptions::from_json(fuzzy)?)?;
    collection.rebuild(|_| true)?;
    collection.compact(|_| true)
}

fn graph(db: &Beaver) -> beaver_core::Result<()> {
    let collection = index(db)?;
    collection.connect("red", "blue", "NEXT", EdgeOptions::default())?;
    collection.neighbors("red", &NeighborOptions::default())?;
    collection.walk("red", &WalkOptions { depth: 2, ..WalkOptions::default() })?;
    collection.shortest_path("red", "blue", &PathOptions::default())?;
    collection.degree("red", &[], beaver_core::Direction::Both)?;
    collection.dump(&mut Vec::new(), beaver_core::DumpFormat::JsonLines)?;
    collection.disconnect("red", "blue", None)?;
    Ok(())
}

fn channel(db: &Beaver) -> beaver_core::Result<()> {
    let channel = db.channel("c")?;
    let messages = channel.subscribe(Start::Now)?;
    channel.publish(json!({"a": 1}))?;
    messages.next(Some(Duration::from_secs(5)))?;
    channel.set_retention(Retention { max_messages: Some(5), ..channel.retention()? })?;
    channel.items().for_each(drop);
    let events = db.on("builds", "done")?;
    db.emit("builds", "done", json!(7))?;
    events.next(Some(Duration::from_secs(5)))?;
    events.close();
    channel.len()?;
    channel.clear()?;
    Ok(())
}

fn locks(db: &Beaver) -> beaver_core::Result<()> {
    let lock = db.lock("job")?;
    lock.acquire(TRY, MINUTE)?;
    db.lock("job")?.acquire(TRY, MINUTE)?;
    lock.renew(MINUTE)?;
    lock.locked()?;
    lock.release()?;
    lock.clear()?;
    if let Some(held) = db.dict("d")?.acquire(TRY, MINUTE)? {
        held.set("k", json!(1))?;
    }
    Ok(())
}

fn views(db: &Beaver) -> beaver_core::Result<()> {
    let dict = db.dict("d")?;
    db.transaction(|tx| tx.dict("d")?.set("k", json!(1)))?;
    dict.dump(&mut Vec::new(), beaver_core::DumpFormat::Json)?;
    let dump = br#"{"metadata":{"type":"Dict"},"items":[{"key":"a","value":1}]}"#;
    dict.load(&mut &dump[..], beaver_core::LoadMode::Append)?;
    let mut batch = db.batch();
    batch.dict_set(&dict, "b", Json::parse("1")?, None, When::Absent)?;
    batch.list_push(&db.list("l")?, Json::parse("2")?)?;
    batch.commit(None)?;
    db.names(Kind::Dict)?;
    Ok(())
}

fn upkeep(db: &Beaver) -> beaver_core::Result<()> {
    let folder = tempfile::tempdir().unwrap();
    db.info()?;
    db.stats()?;
    db.verify()?;
    db.vacuum()?;
    db.checkpoint()?;
    db.backup(folder.path().join("copy.db"), |_| true)
}
