//! The engine that asks a server: each call of the traits is a request.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use serde::de::DeserializeOwned;

use super::feed::RemoteFeed;
use super::link::Link;
use super::protocol::Request;
use super::stream::{self, RemoteStream};
use crate::channel::Retention;
use crate::clock::Micros;
use crate::collection::{
    CollectionInfo, CollectionStats, Direction, Document, Edge, Filter, Find, FindPlan, Found, Hit, MatchOptions,
    Neighbor, NeighborOptions, PathOptions, SearchOptions, SearchPlan, ShortestPath, Visit, WalkOptions,
};
use crate::database::{Info, Progress, Stats, VerifyReport};
use crate::engine::{
    Blob, BlobEngine, BlobStream, ChannelEngine, DictEngine, DictItem, DocumentEngine, Engine, Feed, FieldEngine,
    GraphEngine, Kind, ListEngine, LockEngine, LogEngine, LogEntry, LogMark, LogNews, LogRange, Message, Op,
    QueueCursor, QueueEngine, QueueItem, Reading, Reply, Store, StoredDocument, TextEngine, Transaction, VectorEngine,
};
use crate::error::{Error, ErrorKind, Result};
use crate::gate::State;
use crate::options::{Durability, LogSink, Options};
use crate::subscription::Start;
use crate::value::Json;

/// A database at a server, or one view of it.
#[derive(Clone)]
pub(super) struct Remote {
    link: Arc<Link>,
    /// A snapshot or a transaction; none: the database.
    view: Option<Arc<View>>,
}

/// What the server holds for us. Dropped, it is given back.
struct View {
    link: Arc<Link>,
    number: u64,
    /// A transaction: nothing waits in it.
    writes: bool,
    released: AtomicBool,
}

impl View {
    fn release(&self) {
        if !self.released.swap(true, Ordering::AcqRel) {
            // Best effort: the server forgets it by itself.
            let _ = self.link.ask::<()>(None, &Request::Release(self.number));
        }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.release();
    }
}

pub(super) fn open(url: &str, options: &Options) -> Result<Arc<dyn Engine>> {
    Ok(Arc::new(Remote { link: Link::open(url, options)?, view: None }))
}

impl Remote {
    fn number(&self) -> Option<u64> {
        self.view.as_ref().map(|view| view.number)
    }

    fn ask<T: DeserializeOwned>(&self, request: &Request<'_>) -> Result<T> {
        self.link.ask(self.number(), request)
    }

    fn of(&self, number: u64, writes: bool) -> Remote {
        self.link.keep();
        let view = View { link: self.link.clone(), number, writes, released: AtomicBool::new(false) };
        Remote { link: self.link.clone(), view: Some(Arc::new(view)) }
    }

    fn may_write(&self) -> Result<()> {
        if self.link.read_only {
            return Err(Error::new(ErrorKind::ReadOnly, "the database was opened read-only: open it for writing"));
        }
        Ok(())
    }
}

impl DictEngine for Remote {
    fn dict_get(&self, name: &str, key: &str) -> Result<Option<Json>> {
        self.ask(&Request::DictGet(name, key))
    }

    fn dict_get_many(&self, name: &str, keys: &[&str]) -> Result<Vec<Option<Json>>> {
        self.ask(&Request::DictGetMany(name, keys.to_vec()))
    }

    fn dict_contains(&self, name: &str, key: &str) -> Result<bool> {
        self.ask(&Request::DictContains(name, key))
    }

    fn dict_len(&self, name: &str) -> Result<u64> {
        self.ask(&Request::DictLen(name))
    }

    fn dict_page(&self, name: &str, after: Option<&str>, limit: usize) -> Result<Vec<DictItem>> {
        self.ask(&Request::DictPage(name, after, limit))
    }
}

impl ListEngine for Remote {
    fn list_len(&self, name: &str) -> Result<u64> {
        self.ask(&Request::ListLen(name))
    }

    fn list_get(&self, name: &str, index: i64) -> Result<Option<Json>> {
        self.ask(&Request::ListGet(name, index))
    }

    fn list_slice(&self, name: &str, start: Option<i64>, stop: Option<i64>) -> Result<Vec<Json>> {
        self.ask(&Request::ListSlice(name, start, stop))
    }

    fn list_page(&self, name: &str, after: Option<f64>, limit: usize) -> Result<Vec<(f64, Json)>> {
        self.ask(&Request::ListPage(name, after, limit))
    }

    fn list_find(&self, name: &str, value: &Json, start: Option<i64>, stop: Option<i64>) -> Result<Option<u64>> {
        self.ask(&Request::ListFind(name, Cow::Borrowed(value), start, stop))
    }

    fn list_count(&self, name: &str, value: &Json) -> Result<u64> {
        self.ask(&Request::ListCount(name, Cow::Borrowed(value)))
    }
}

impl QueueEngine for Remote {
    fn queue_peek(&self, name: &str) -> Result<Option<QueueItem>> {
        self.ask(&Request::QueuePeek(name))
    }

    fn queue_len(&self, name: &str) -> Result<u64> {
        self.ask(&Request::QueueLen(name))
    }

    fn queue_leased(&self, name: &str) -> Result<u64> {
        self.ask(&Request::QueueLeased(name))
    }

    fn queue_total(&self, name: &str) -> Result<u64> {
        self.ask(&Request::QueueTotal(name))
    }

    fn queue_page(
        &self,
        name: &str,
        all: bool,
        after: Option<QueueCursor>,
        limit: usize,
    ) -> Result<Vec<(QueueCursor, QueueItem)>> {
        self.ask(&Request::QueuePage(name, all, after, limit))
    }
}

impl BlobEngine for Remote {
    fn blob_get(&self, name: &str, key: &str) -> Result<Option<Blob>> {
        self.ask(&Request::BlobGet(name, key))
    }

    fn blob_stat(&self, name: &str, key: &str) -> Result<Option<(u64, Option<Json>)>> {
        self.ask(&Request::BlobStat(name, key))
    }

    fn blob_contains(&self, name: &str, key: &str) -> Result<bool> {
        self.ask(&Request::BlobContains(name, key))
    }

    fn blob_len(&self, name: &str) -> Result<u64> {
        self.ask(&Request::BlobLen(name))
    }

    fn blob_page(&self, name: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>> {
        self.ask(&Request::BlobPage(name, after, limit))
    }

    fn blob_open(&self, name: &str, key: &str) -> Result<Option<Box<dyn BlobStream>>> {
        let Some((number, length)) = self.ask::<Option<(u64, u64)>>(&Request::BlobOpen(name, key))? else {
            return Ok(None);
        };
        self.link.keep();
        Ok(Some(Box::new(RemoteStream::new(self.link.clone(), number, length))))
    }
}

impl LogEngine for Remote {
    fn log_len(&self, name: &str) -> Result<u64> {
        self.ask(&Request::LogLen(name))
    }

    fn log_page(&self, name: &str, range: &LogRange, after: Option<f64>, limit: usize) -> Result<Vec<(f64, LogEntry)>> {
        self.ask(&Request::LogPage(name, *range, after, limit))
    }

    fn log_news(&self, name: &str, start: Micros, mark: Option<&LogMark>) -> Result<LogNews> {
        self.ask(&Request::LogNews(name, start, mark.copied()))
    }
}

impl DocumentEngine for Remote {
    fn collection_info(&self, name: &str) -> Result<CollectionInfo> {
        self.ask(&Request::CollectionInfo(name))
    }

    fn document_get(&self, name: &str, id: &str) -> Result<Option<Document>> {
        self.ask(&Request::DocumentGet(name, id))
    }

    fn document_contains(&self, name: &str, id: &str) -> Result<bool> {
        self.ask(&Request::DocumentContains(name, id))
    }

    fn document_len(&self, name: &str) -> Result<u64> {
        self.ask(&Request::DocumentLen(name))
    }

    fn document_page(&self, name: &str, after: Option<&str>, limit: usize) -> Result<Vec<StoredDocument>> {
        self.ask(&Request::DocumentPage(name, after, limit))
    }
}

impl VectorEngine for Remote {
    fn vector_search(&self, name: &str, vector: &[f32], options: &SearchOptions) -> Result<(Vec<Hit>, SearchPlan)> {
        self.ask(&Request::VectorSearch(name, Cow::Borrowed(vector), Cow::Borrowed(options)))
    }

    fn vector_sample(&self, name: &str, count: usize) -> Result<Vec<Vec<f32>>> {
        self.ask(&Request::VectorSample(name, count))
    }

    fn collection_stats(&self, name: &str) -> Result<CollectionStats> {
        self.ask(&Request::CollectionStats(name))
    }
}

impl TextEngine for Remote {
    fn text_match(&self, name: &str, query: &str, options: &MatchOptions) -> Result<Vec<Hit>> {
        self.ask(&Request::TextMatch(name, query, Cow::Borrowed(options)))
    }
}

impl FieldEngine for Remote {
    fn find(&self, name: &str, find: &Find) -> Result<(Found, FindPlan)> {
        self.ask(&Request::Find(name, Cow::Borrowed(find)))
    }

    fn count(&self, name: &str, filter: &Filter) -> Result<u64> {
        self.ask(&Request::Count(name, Cow::Borrowed(filter)))
    }

    fn indexes(&self, name: &str) -> Result<Vec<String>> {
        self.ask(&Request::Indexes(name))
    }
}

impl GraphEngine for Remote {
    fn neighbors(&self, name: &str, id: &str, options: &NeighborOptions) -> Result<Vec<Neighbor>> {
        self.ask(&Request::Neighbors(name, id, Cow::Borrowed(options)))
    }

    fn walk(&self, name: &str, sources: &[&str], options: &WalkOptions) -> Result<Vec<Visit>> {
        self.ask(&Request::Walk(name, sources.to_vec(), Cow::Borrowed(options)))
    }

    fn shortest_path(
        &self,
        name: &str,
        source: &str,
        target: &str,
        options: &PathOptions,
    ) -> Result<Option<ShortestPath>> {
        self.ask(&Request::ShortestPath(name, source, target, Cow::Borrowed(options)))
    }

    fn degree(&self, name: &str, id: &str, labels: &[&str], direction: Direction) -> Result<u64> {
        self.ask(&Request::Degree(name, id, labels.to_vec(), direction))
    }

    fn edge_page(&self, name: &str, after: Option<&Edge>, limit: usize) -> Result<Vec<Edge>> {
        self.ask(&Request::EdgePage(name, after.map(Cow::Borrowed), limit))
    }
}

impl ChannelEngine for Remote {
    fn channel_len(&self, name: &str) -> Result<u64> {
        self.ask(&Request::ChannelLen(name))
    }

    fn channel_page(&self, name: &str, after: Option<Micros>, limit: usize) -> Result<Vec<Message>> {
        self.ask(&Request::ChannelPage(name, after, limit))
    }

    fn channel_retention(&self, name: &str) -> Result<Retention> {
        self.ask(&Request::ChannelRetention(name))
    }

    fn event_listened(&self, topic: &str, event: &str) -> Result<bool> {
        self.ask(&Request::EventListened(topic, event))
    }
}

impl LockEngine for Remote {
    fn lock_holder(&self, name: &str) -> Result<Option<String>> {
        self.ask(&Request::LockHolder(name))
    }
}

impl Reading for Remote {
    fn names(&self, kind: Kind) -> Result<Vec<String>> {
        self.ask(&Request::Names(kind))
    }

    fn now_us(&self) -> Micros {
        // Where the server does not say, the time here is the best guess.
        self.ask(&Request::NowUs).unwrap_or_else(|_| crate::clock::Clock::now_us(&crate::clock::SystemClock))
    }
}

impl Store for Remote {
    fn check(&self) -> Result<()> {
        self.link.gate.check()
    }

    fn write(&self, op: Op) -> Result<Reply> {
        self.may_write()?;
        self.ask(&Request::Write(Cow::Owned(op)))
    }

    fn write_until(&self, op: Op, deadline: Option<Instant>) -> Result<Reply> {
        self.may_write()?;
        // In a transaction nothing can come while it waits.
        let deadline = if self.view.as_ref().is_some_and(|view| view.writes) { Some(Instant::now()) } else { deadline };
        let request = |wait| Request::WriteUntil(Cow::Owned(op.clone()), wait);
        self.link.wait(self.number(), deadline, request, |reply: &Reply| !matches!(reply, Reply::Empty { .. }))
    }

    fn write_batch(&self, ops: Vec<Op>, durability: Option<Durability>) -> Result<Vec<Reply>> {
        self.may_write()?;
        self.ask(&Request::WriteBatch(ops, durability))
    }

    fn subscribe(&self, channel: &Arc<str>, start: Start) -> Result<Box<dyn Feed>> {
        if self.view.is_some() {
            let text = "a transaction cannot subscribe: nothing could come while it is open. Subscribe outside";
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        Ok(Box::new(RemoteFeed::new(&self.link, channel, start)?))
    }

    fn listen(&self, topic: &Arc<str>, event: &Arc<str>) -> Result<()> {
        self.may_write()?;
        self.link.listen(topic, event)
    }

    fn unlisten(&self, topic: &Arc<str>, event: &Arc<str>) -> Result<()> {
        self.link.unlisten(topic, event)
    }

    fn sleep(&self, until: Instant, ended: &AtomicBool) -> Result<()> {
        self.link.sleep(until, || ended.load(Ordering::Acquire))
    }

    fn end_sleeps(&self) {
        self.link.end_sleeps();
    }

    fn snapshot(&self) -> Result<Box<dyn Reading>> {
        Ok(Box::new(self.of(self.ask(&Request::Snapshot)?, false)))
    }

    fn transaction(&self, durability: Option<Durability>) -> Result<Box<dyn Transaction>> {
        self.may_write()?;
        Ok(Box::new(Ticket(self.of(self.ask(&Request::Begin(durability))?, true))))
    }
}

/// An open transaction. Dropped, it is over, though handles may be left.
struct Ticket(Remote);

impl Transaction for Ticket {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }

    fn commit(self: Box<Self>) -> Result<()> {
        self.0.ask(&Request::Commit)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if let Some(view) = &self.0.view {
            view.release();
        }
    }
}

impl Engine for Remote {
    fn info(&self) -> Result<Info> {
        self.ask(&Request::Info)
    }

    fn verify(&self) -> Result<VerifyReport> {
        self.ask(&Request::Verify)
    }

    fn stats(&self) -> Result<Stats> {
        self.ask(&Request::Stats)
    }

    fn vacuum(&self) -> Result<()> {
        self.may_write()?;
        self.ask(&Request::Vacuum)
    }

    fn checkpoint(&self) -> Result<()> {
        self.may_write()?;
        self.ask(&Request::Checkpoint)
    }

    fn backup(&self, path: &Path, progress: &mut dyn FnMut(Progress) -> bool) -> Result<()> {
        let (number, length) = self.ask(&Request::Backup)?;
        self.link.keep();
        stream::save(RemoteStream::new(self.link.clone(), number, length), path, progress)
    }

    fn pause(&self) -> Result<()> {
        self.link.gate.check().or_else(|e| if e.kind() == ErrorKind::Paused { Ok(()) } else { Err(e) })?;
        self.link.gate.set(State::Paused);
        self.link.end_all();
        Ok(())
    }

    fn resume(&self) -> Result<()> {
        if self.link.gate.state() == State::Paused {
            self.link.gate.set(State::Open);
        }
        self.link.gate.check()
    }

    fn interrupt(&self) {
        self.link.gate.interrupt();
        self.link.end_all();
    }

    fn set_log(&self, log: Option<LogSink>) {
        self.link.set_log(log);
    }

    fn close(&self) -> Result<()> {
        self.link.close();
        Ok(())
    }

    fn break_down(&self) {
        self.link.gate.set(State::Broken);
        self.link.end_all();
    }
}
