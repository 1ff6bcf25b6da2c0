//! The Rust testee of the conformance suite: reads requests, calls the core, answers. The protocol is
//! in `tests/conformance/SPEC.md`.

mod answer;
mod args;
mod batch;
mod documents;
mod graph;
mod mutation;
mod realtime;
mod retrieval;
mod serve;
mod structures;

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};

use answer::Answer;
use args::Args;
use beaver_core::{
    Beaver, BlobReader, BlobWriter, Blobs, Channel, Collection, Dict, Events, Kind, List, Lock, Log, Options, Queue,
    Subscription,
};
use serve::Server;

/// Everything a request can be about.
enum Object {
    Database(Beaver),
    Dict(Dict),
    List(List),
    Queue(Queue),
    Blob(Blobs),
    Log(Log),
    Collection(Collection),
    Channel(Channel),
    Lock(Lock),
    /// Used up by `finish` and `abort`.
    Writer(Mutex<Option<BlobWriter>>),
    Reader(Mutex<BlobReader>),
    Subscription(Subscription),
    Events(Events),
    Live(realtime::View),
}

#[derive(Default)]
struct Testee {
    objects: Mutex<HashMap<String, Arc<Object>>>,
    /// What serves the files, if they are not opened here.
    server: Option<String>,
    servers: Mutex<Vec<Server>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One request, still as JSON.
struct Request {
    id: u64,
    op: String,
    on: Option<String>,
    keep_as: Option<String>,
    thread: Option<String>,
    args: Args,
}

impl Request {
    fn read(line: &str) -> Option<Request> {
        let mut request: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).ok()?;
        let text = |member: &str| request.get(member).and_then(|value| value.as_str()).map(str::to_owned);
        let (op, on, keep_as, thread) = (text("op")?, text("on"), text("as"), text("thread"));
        let id = request.get("id")?.as_u64()?;
        let args = match request.remove("args") {
            Some(serde_json::Value::Object(args)) => args,
            _ => serde_json::Map::new(),
        };
        Some(Request { id, op, on, keep_as, thread, args: Args(args) })
    }
}

impl Testee {
    fn keep(&self, request: &Request, object: Object) -> Answer {
        let name = request.keep_as.clone().unwrap_or_default();
        let before = lock(&self.objects).insert(name, Arc::new(object));
        drop(before);
        Answer::null()
    }

    fn object(&self, request: &Request) -> Option<Arc<Object>> {
        lock(&self.objects).get(request.on.as_deref()?).cloned()
    }

    fn answer(&self, request: &Request) -> Answer {
        match &*request.op {
            "hello" => return answer::hello(self.server.is_some()),
            "reset" | "bye" => return self.reset(),
            "free" => {
                let object = request.on.as_deref().and_then(|name| lock(&self.objects).remove(name));
                drop(object);
                return Answer::null();
            }
            _ => {}
        }
        self.dispatch(request).unwrap_or_else(Answer::from)
    }

    fn dispatch(&self, request: &Request) -> beaver_core::Result<Answer> {
        let args = &request.args;
        match &*request.op {
            "open" => {
                return Ok(
                    self.keep(request, Object::Database(self.open(args.text("path"), args.optional("options"))?))
                );
            }
            "restore" => {
                Beaver::restore(args.text("from"), args.text("to"), |_| true)?;
                return Ok(Answer::null());
            }
            "rerank" => return retrieval::rerank(args),
            _ => {}
        }
        let Some(object) = self.object(request) else { return Ok(Answer::no_object()) };
        let verb = request.op.split_once('.').map_or("", |(_, verb)| verb);
        match &*object {
            Object::Database(db) => self.database(request, db, verb),
            Object::Dict(dict) => structures::dict(self, request, dict, verb),
            Object::List(list) => structures::list(self, request, list, verb),
            Object::Queue(queue) => structures::queue(self, request, queue, verb),
            Object::Blob(blobs) => structures::blob(self, request, blobs, verb),
            Object::Log(log) => structures::log(self, request, log, verb),
            Object::Collection(collection) => documents::collection(self, request, collection, verb),
            Object::Channel(channel) => realtime::channel(self, request, channel, verb),
            Object::Lock(lock) => structures::lock(self, request, lock, verb),
            Object::Writer(writer) => structures::writer(args, &mut lock(writer), verb),
            Object::Reader(reader) => structures::reader(args, &mut lock(reader), verb),
            Object::Subscription(subscription) => realtime::subscription(args, subscription, verb),
            Object::Events(events) => realtime::events(args, events, verb),
            Object::Live(view) => realtime::view(args, view, verb),
        }
    }

    fn open(&self, path: &str, options: Option<&str>) -> beaver_core::Result<Beaver> {
        if let Some(program) = &self.server {
            let (server, db) = Server::open(program, path, options)?;
            lock(&self.servers).push(server);
            return Ok(db);
        }
        Beaver::open(path, options.map_or_else(|| Ok(Options::default()), Options::from_json)?)
    }

    fn database(&self, request: &Request, db: &Beaver, verb: &str) -> beaver_core::Result<Answer> {
        let args = &request.args;
        let name = || mutation::text(args.text("name"));
        Ok(match verb {
            "dict" => self.keep(request, Object::Dict(db.dict(&name())?)),
            "list" => self.keep(request, Object::List(db.list(&name())?)),
            "queue" => self.keep(request, Object::Queue(db.queue(&name())?)),
            "blob" => self.keep(request, Object::Blob(db.blobs(&name())?)),
            "log" => self.keep(request, Object::Log(db.log(&name())?)),
            "collection" => self.keep(request, Object::Collection(db.collection(&name())?)),
            "channel" => self.keep(request, Object::Channel(db.channel(&name())?)),
            "on" => {
                let topic = mutation::text(args.text("topic"));
                self.keep(request, Object::Events(db.on(&topic, &realtime::event(args))?))
            }
            "emit" => {
                let (topic, event) = (mutation::text(args.text("topic")), mutation::text(args.text("event")));
                Answer::of(&db.emit(&topic, &event, args.json("payload")?)?)
            }
            "lock" => self.keep(request, Object::Lock(db.lock(&name())?)),
            "names" => {
                let mut names = db.names(Kind::parse(args.text("kind"))?)?;
                if mutation::is("database") {
                    names.pop();
                }
                Answer::of(&names)
            }
            "info" => {
                let info = db.info()?;
                let structures: Vec<_> = (info.structures.iter())
                    .map(|s| serde_json::json!({"kind": s.kind.name(), "name": s.name, "count": s.count}))
                    .collect();
                Answer::of(&serde_json::json!({"path": info.path, "format": info.format, "structures": structures}))
            }
            "verify" => {
                let problems = db.verify()?.problems;
                Answer::of(&serde_json::json!({"ok": problems.is_empty(), "problems": problems}))
            }
            "repair" => {
                let report = db.repair(|_| true)?;
                Answer::of(&serde_json::json!({"rebuilt": report.collections, "problems": report.problems}))
            }
            "stats" => {
                let stats = db.stats()?;
                Answer::of(&serde_json::json!({"file_bytes": stats.file_bytes, "wal_bytes": stats.wal_bytes}))
            }
            "batch" => batch::run(db, args)?,
            "backup" => Answer::done(db.backup(args.text("path"), |_| true)?),
            "vacuum" => Answer::done(db.vacuum()?),
            "checkpoint" => Answer::done(db.checkpoint()?),
            "pause" => Answer::done(db.pause()?),
            "resume" => Answer::done(db.resume()?),
            "close" => Answer::done(db.close()?),
            "interrupt" => {
                db.interrupt();
                Answer::null()
            }
            _ => Answer::unknown(verb),
        })
    }

    /// Lets everything go, the databases last, and then what serves them.
    fn reset(&self) -> Answer {
        let mut objects = lock(&self.objects);
        let databases: Vec<_> =
            objects.extract_if(|_, object| matches!(**object, Object::Database(_))).map(|(_, object)| object).collect();
        objects.clear();
        drop(databases);
        lock(&self.servers).clear();
        Answer::of(&serde_json::json!({"live": objects.len()}))
    }
}

fn reply(request: u64, answer: &Answer) {
    let mut out = std::io::stdout().lock();
    // The judge is gone if it cannot be told.
    let _ = writeln!(out, "{{\"id\":{request},{answer}}}").and_then(|()| out.flush());
}

fn main() {
    let mut words = std::env::args().skip(1);
    let server = words.next().filter(|word| word == "--serve").and_then(|_| words.next());
    let testee = Arc::new(Testee { server, ..Testee::default() });
    let mut threads: HashMap<String, mpsc::Sender<Request>> = HashMap::new();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Some(request) = Request::read(&line) else {
            eprintln!("not a request: {line}");
            std::process::exit(2);
        };
        let Some(thread) = request.thread.clone() else {
            reply(request.id, &testee.answer(&request));
            if request.op == "bye" {
                return;
            }
            continue;
        };
        let requests = threads.entry(thread).or_insert_with(|| {
            let (sender, receiver) = mpsc::channel::<Request>();
            let testee = testee.clone();
            std::thread::spawn(move || receiver.iter().for_each(|request| reply(request.id, &testee.answer(&request))));
            sender
        });
        // A thread ends with its sender only.
        let _ = requests.send(request);
    }
}
