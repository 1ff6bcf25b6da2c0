//! What answers requests: the half of the protocol that a server calls.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::bytes::Piece;
use super::check;
use super::held::{Client, Held, Transaction};
use super::protocol::{FAILED, LONGEST_WAIT_MS, Request, Wait, answer, decode, failure, has_view, read_answer};
use crate::backup::BackupReader;
use crate::cancel;
use crate::clock::Micros;
use crate::database::Beaver;
use crate::engine::{Change, Engine, LockChange, Message, Op, QueueChange, Reading, Reply, Store};
use crate::error::{Error, ErrorKind, Result};
use crate::subscription::Start;

/// How many clients a service knows at most.
const MAX_CLIENTS: usize = 10_000;
/// How much of a stream one answer carries.
const MAX_PIECE: usize = 4 << 20;

/// Answers the requests of other programs' `Beaver::open("http://…")` for a database. For servers, which carry requests
/// and answers and know who may do what.
///
/// Any number of threads may answer at a time. A request may wait for up to 25 seconds.
pub struct Service {
    db: Beaver,
    clients: Mutex<HashMap<String, Arc<Client>>>,
}

/// What a service answers to a request.
pub struct Answer {
    /// The body to be sent.
    pub body: Vec<u8>,
    /// What the request has taken, for [`Service::give_back`].
    pub taken: Taken,
}

/// What a request has taken out of the database: the items of a queue, a lease, a lock; mostly nothing.
pub struct Taken(Vec<Op>);

impl Answer {
    /// The error that it tells of, if the request was refused or failed.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        match self.body.split_first() {
            Some((&FAILED, _)) => read_answer::<()>(&self.body).err(),
            _ => None,
        }
    }
}

impl Service {
    /// For an open database.
    #[must_use]
    pub fn new(db: &Beaver) -> Service {
        Service { db: db.clone(), clients: Mutex::default() }
    }

    /// Answers a request. With `read_only` it changes nothing, and takes nothing. To be called inside of
    /// [`crate::Cancel::during`], so that the caller can end it when the client has gone.
    ///
    /// # Errors
    /// INTERRUPTED if the caller has ended it: nothing was taken. Whatever else goes wrong is told to the client, in the
    /// answer.
    pub fn answer(&self, body: &[u8], read_only: bool) -> Result<Answer> {
        let mut taken = Vec::new();
        let body = match self.try_answer(body, read_only, &mut taken) {
            Ok(body) => body,
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                // Either the client has ended its own wait, or nobody is there to be told.
                cancel::check()?;
                failure(&error)
            }
            Err(error) => failure(&error),
        };
        Ok(Answer { body, taken: Taken(taken) })
    }

    /// Gives back what was taken for an answer that nobody has got.
    pub fn give_back(&self, taken: Taken) {
        for op in taken.0 {
            // Best effort: a lease and a lock end by themselves, and a database that fails here says so elsewhere.
            let _ = self.db.engine.write(op);
        }
    }

    /// Forgets all clients, and what is held for them: the server stops.
    pub fn clear(&self) {
        let clients = std::mem::take(&mut *self.clients.lock());
        for client in clients.into_values() {
            client.leave(self.store());
        }
    }

    /// Forgets clients that were not heard of for a minute, and what is held for them. To be called every few seconds.
    pub fn sweep(&self) {
        let mut silent = Vec::new();
        self.clients.lock().retain(|_, client| {
            let keep = !client.is_silent();
            if !keep {
                silent.push(client.clone());
            }
            keep
        });
        for client in silent {
            client.leave(self.store());
        }
    }

    fn store(&self) -> &dyn Store {
        &*self.db.engine
    }

    fn try_answer(&self, body: &[u8], read_only: bool, taken: &mut Vec<Op>) -> Result<Vec<u8>> {
        let call = decode(body)?;
        if read_only && !may_read(&call.request) {
            return Err(Error::new(ErrorKind::Denied, "the key may only read: ask for one that may write"));
        }
        check::request(&call.request)?;
        let client = self.client(call.client)?;
        if let Some(view) = call.view {
            return match client.held(view)? {
                Held::Snapshot(reading) => read_from(&*reading, &call.request),
                Held::Transaction(transaction) => transaction.answer(body.into()),
                Held::Stream(_) | Held::Feed(_) => Err(Error::invalid("it is no view")),
            };
        }
        match call.request {
            Request::Here(listens) => {
                if !read_only {
                    self.listen_to(&client, &listens)?;
                }
                answer(&())
            }
            Request::Bye => {
                let left = self.clients.lock().remove(call.client);
                answer(&left.map(|client| client.leave(self.store())))
            }
            Request::End(number) => answer(&client.end(number)),
            Request::WriteUntil(op, wait) => {
                let op = op.into_owned();
                let reply = client.wait(wait.number, || self.store().write_until(op.clone(), Some(deadline(wait))))?;
                taken.extend(undoing(&op, &reply));
                answer(&reply)
            }
            Request::FeedNext(number, most, wait) => {
                let Held::Feed(feed) = client.held(number)? else {
                    return Err(Error::invalid("it is no subscription"));
                };
                let messages: Vec<Message> = client.wait(wait.number, || feed.next(most, Some(deadline(wait))))?;
                answer(&messages)
            }
            request => self.plain(&client, &request),
        }
    }

    /// Answers what neither waits nor belongs to a view.
    fn plain(&self, client: &Client, request: &Request<'_>) -> Result<Vec<u8>> {
        let engine: &Arc<dyn Engine> = &self.db.engine;
        match request {
            Request::Subscribe(channel, start) => {
                // Where it is lost, it goes on behind what was there now.
                let place = match start {
                    Start::After(time) => Some(*time),
                    Start::Now => Some(engine.now_us()),
                    Start::Oldest => None,
                };
                let feed = engine.subscribe(&(*channel).into(), *start)?;
                answer::<(u64, Option<Micros>)>(&(client.hold(Held::Feed(feed.into()))?, place))
            }
            Request::Listen(topic, event) => {
                let listened: (Arc<str>, Arc<str>) = ((*topic).into(), (*event).into());
                engine.listen(&listened.0, &listened.1)?;
                client.listens.lock().push(listened);
                answer(&())
            }
            Request::Unlisten(topic, event) => {
                let listened = {
                    let mut listens = client.listens.lock();
                    let place = listens.iter().position(|(t, e)| **t == **topic && **e == **event);
                    place.map(|place| listens.swap_remove(place))
                };
                answer(&listened.map_or(Ok(()), |(topic, event)| engine.unlisten(&topic, &event))?)
            }
            Request::Snapshot => answer(&client.hold(Held::Snapshot(engine.snapshot()?.into()))?),
            Request::Begin(durability) => {
                let store: Arc<dyn Store> = engine.clone();
                answer(&client.hold(Held::Transaction(Transaction::begin(store, *durability)?.into()))?)
            }
            Request::Release(number) => answer(&client.release(*number)),
            Request::BlobOpen(name, key) => {
                let Some(stream) = engine.blob_open(name, key)? else { return answer(&None::<(u64, u64)>) };
                let length = stream.len();
                answer(&Some((client.hold(Held::Stream(Arc::new(Mutex::new(stream))))?, length)))
            }
            Request::StreamRead(number, offset, most) => {
                let Held::Stream(stream) = client.held(*number)? else { return Err(Error::invalid("it is no stream")) };
                let mut piece = vec![0; (*most).min(MAX_PIECE)];
                let count = stream.lock().read_at(*offset, &mut piece)?;
                piece.truncate(count);
                answer(&Piece(piece))
            }
            Request::Info => answer(&engine.info()?),
            Request::Verify => answer(&engine.verify()?),
            Request::Stats => answer(&engine.stats()?),
            Request::Vacuum => answer(&engine.vacuum()?),
            Request::Checkpoint => answer(&engine.checkpoint()?),
            Request::Backup => {
                let stream = BackupReader::of(&**engine, &mut |_| true)?;
                let length = stream.len();
                answer(&(client.hold(Held::Stream(Arc::new(Mutex::new(Box::new(stream)))))?, length))
            }
            request => change_or_read(&**engine, request),
        }
    }

    /// Enters a client where it listens, as far as that was lost.
    fn listen_to(&self, client: &Client, wanted: &[(&str, &str)]) -> Result<()> {
        let mut listens = client.listens.lock();
        let mut had = listens.clone();
        for (topic, event) in wanted {
            match had.iter().position(|(t, e)| **t == **topic && **e == **event) {
                Some(place) => drop(had.swap_remove(place)),
                None => {
                    let listened: (Arc<str>, Arc<str>) = ((*topic).into(), (*event).into());
                    self.store().listen(&listened.0, &listened.1)?;
                    listens.push(listened);
                }
            }
        }
        Ok(())
    }

    /// The client of that name.
    fn client(&self, name: &str) -> Result<Arc<Client>> {
        let mut clients = self.clients.lock();
        if let Some(client) = clients.get(name) {
            client.heard();
            return Ok(client.clone());
        }
        if clients.len() >= MAX_CLIENTS {
            return Err(Error::limit("the server has too many clients: try again in a minute"));
        }
        let client = Arc::new(Client::new());
        clients.insert(name.to_owned(), client.clone());
        Ok(client)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.clear();
    }
}

/// What a request does, for a server that gives its threads to requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It may take as long as its client waits for it: it waits for something, goes through the whole file, or belongs to
    /// a snapshot or transaction, for whose end others may be waiting.
    Lasting,
    /// It writes, and may have to wait for others who write.
    Writing,
    /// It reads, and is soon done.
    Reading,
}

/// What a request does, from a look at it.
pub fn manner(body: &[u8]) -> Manner {
    /// None that only reads is much longer: names and keys. Those that are need not be read twice.
    const LONGEST: usize = 64 << 10;
    if has_view(body) {
        return Manner::Lasting;
    }
    if body.len() > LONGEST {
        return Manner::Writing;
    }
    match decode(body).map(|call| call.request) {
        Ok(
            Request::WriteUntil(..)
            | Request::FeedNext(..)
            | Request::Begin(_)
            | Request::Info
            | Request::Verify
            | Request::Vacuum
            | Request::Checkpoint
            | Request::Backup,
        ) => Manner::Lasting,
        Ok(request) if !may_read(&request) => Manner::Writing,
        _ => Manner::Reading,
    }
}

/// Whether who may only read may ask it.
fn may_read(request: &Request<'_>) -> bool {
    !matches!(
        request,
        Request::Write(_)
            | Request::WriteUntil(..)
            | Request::WriteBatch(..)
            | Request::Listen(..)
            | Request::Begin(_)
            | Request::Vacuum
            | Request::Checkpoint
            // A copy of the file has what no request gives: the hashes of the keys.
            | Request::Backup
    )
}

fn deadline(wait: Wait) -> Instant {
    Instant::now() + Duration::from_millis(wait.milliseconds.min(LONGEST_WAIT_MS).into())
}

/// What undoes a take.
fn undoing(op: &Op, reply: &Reply) -> Vec<Op> {
    let same = |change| Op { change, ..op.clone() };
    match (&op.change, reply) {
        (Change::Queue(QueueChange::Take { .. }), Reply::Items(items)) => {
            let restore = |item: &crate::engine::QueueItem| {
                let (data, priority, timestamp) = (item.data.clone(), item.priority, item.timestamp);
                same(Change::Queue(QueueChange::Restore { data, priority, timestamp }))
            };
            items.iter().map(restore).collect()
        }
        (Change::Queue(QueueChange::Lease { .. }), Reply::Leased(leased)) => {
            vec![same(Change::Queue(QueueChange::Nack { id: leased.id, delay: Duration::ZERO }))]
        }
        (Change::Lock(LockChange::Acquire { again: false, .. }), Reply::Flag(true)) => {
            vec![same(Change::Lock(LockChange::Leave))]
        }
        _ => Vec::new(),
    }
}

/// Answers a request to a transaction, in its thread; a commit takes it away.
pub(super) fn in_transaction(transaction: &mut Option<Box<dyn crate::engine::Transaction>>, body: &[u8]) -> Vec<u8> {
    let outcome = decode(body).and_then(|call| match (call.request, &transaction) {
        (Request::Commit, _) => match transaction.take() {
            Some(open) => answer(&open.commit()?),
            None => Err(super::held::gone()),
        },
        (Request::WriteUntil(op, _), Some(open)) => {
            answer(&open.store().write_until(op.into_owned(), Some(Instant::now()))?)
        }
        (request, Some(open)) => change_or_read(&*open.store(), &request),
        (_, None) => Err(super::held::gone()),
    });
    outcome.unwrap_or_else(|error| failure(&error))
}

fn change_or_read(store: &dyn Store, request: &Request<'_>) -> Result<Vec<u8>> {
    match request {
        Request::Write(op) => answer(&store.write(op.clone().into_owned())?),
        Request::WriteBatch(ops, durability) => answer(&store.write_batch(ops.clone(), *durability)?),
        request => read_from(store, request),
    }
}

fn read_from<R: Reading + ?Sized>(reading: &R, request: &Request<'_>) -> Result<Vec<u8>> {
    match request {
        Request::DictGet(name, key) => answer(&reading.dict_get(name, key)?),
        Request::DictGetMany(name, keys) => answer(&reading.dict_get_many(name, keys)?),
        Request::DictContains(name, key) => answer(&reading.dict_contains(name, key)?),
        Request::DictLen(name) => answer(&reading.dict_len(name)?),
        Request::DictPage(name, after, limit) => answer(&reading.dict_page(name, *after, *limit)?),
        Request::ListLen(name) => answer(&reading.list_len(name)?),
        Request::ListGet(name, index) => answer(&reading.list_get(name, *index)?),
        Request::ListSlice(name, start, stop) => answer(&reading.list_slice(name, *start, *stop)?),
        Request::ListPage(name, after, limit) => answer(&reading.list_page(name, *after, *limit)?),
        Request::ListFind(name, value, start, stop) => answer(&reading.list_find(name, value, *start, *stop)?),
        Request::ListCount(name, value) => answer(&reading.list_count(name, value)?),
        Request::QueuePeek(name) => answer(&reading.queue_peek(name)?),
        Request::QueueLen(name) => answer(&reading.queue_len(name)?),
        Request::QueueLeased(name) => answer(&reading.queue_leased(name)?),
        Request::QueueTotal(name) => answer(&reading.queue_total(name)?),
        Request::QueuePage(name, all, after, limit) => answer(&reading.queue_page(name, *all, *after, *limit)?),
        Request::BlobGet(name, key) => answer(&reading.blob_get(name, key)?),
        Request::BlobStat(name, key) => answer(&reading.blob_stat(name, key)?),
        Request::BlobContains(name, key) => answer(&reading.blob_contains(name, key)?),
        Request::BlobLen(name) => answer(&reading.blob_len(name)?),
        Request::BlobPage(name, after, limit) => answer(&reading.blob_page(name, *after, *limit)?),
        Request::LogLen(name) => answer(&reading.log_len(name)?),
        Request::LogPage(name, range, after, limit) => answer(&reading.log_page(name, range, *after, *limit)?),
        Request::LogNews(name, start, mark) => answer(&reading.log_news(name, *start, mark.as_ref())?),
        Request::CollectionInfo(name) => answer(&reading.collection_info(name)?),
        Request::DocumentGet(name, id) => answer(&reading.document_get(name, id)?),
        Request::DocumentContains(name, id) => answer(&reading.document_contains(name, id)?),
        Request::DocumentLen(name) => answer(&reading.document_len(name)?),
        Request::DocumentPage(name, after, limit) => answer(&reading.document_page(name, *after, *limit)?),
        Request::VectorSearch(name, vector, options) => answer(&reading.vector_search(name, vector, options)?),
        Request::VectorSample(name, count) => answer(&reading.vector_sample(name, *count)?),
        Request::CollectionStats(name) => answer(&reading.collection_stats(name)?),
        Request::TextMatch(name, query, options) => answer(&reading.text_match(name, query, options)?),
        Request::Find(name, find) => answer(&reading.find(name, find)?),
        Request::Count(name, filter) => answer(&reading.count(name, filter)?),
        Request::Indexes(name) => answer(&reading.indexes(name)?),
        Request::Neighbors(name, id, options) => answer(&reading.neighbors(name, id, options)?),
        Request::Walk(name, sources, options) => answer(&reading.walk(name, sources, options)?),
        Request::ShortestPath(name, source, target, options) => {
            answer(&reading.shortest_path(name, source, target, options)?)
        }
        Request::Degree(name, id, labels, direction) => answer(&reading.degree(name, id, labels, *direction)?),
        Request::EdgePage(name, after, limit) => answer(&reading.edge_page(name, after.as_deref(), *limit)?),
        Request::ChannelLen(name) => answer(&reading.channel_len(name)?),
        Request::ChannelPage(name, after, limit) => answer(&reading.channel_page(name, *after, *limit)?),
        Request::ChannelRetention(name) => answer(&reading.channel_retention(name)?),
        Request::EventListened(topic, event) => answer(&reading.event_listened(topic, event)?),
        Request::LockHolder(name) => answer(&reading.lock_holder(name)?),
        Request::Names(kind) => answer(&reading.names(*kind)?),
        Request::NowUs => answer(&reading.now_us()),
        _ => Err(Error::invalid("a snapshot or transaction has no such call")),
    }
}
