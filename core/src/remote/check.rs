//! What handles check before they ask an engine, checked again at the server: whoever sends requests need not be one of
//! ours. Values that have a text of their own were checked as they were read.

use std::time::Duration;

use super::protocol::Request;
use crate::clock::check_time;
use crate::collection::document::{check_id, check_vector};
use crate::collection::search::check_k;
use crate::collection::{MAX_HITS, graph};
use crate::engine::{
    BlobChange, Change, ChannelChange, CollectionChange, DictChange, ListChange, LockChange, LogChange, Op, QueueChange,
};
use crate::error::{Error, Result};
use crate::event;
use crate::handle;
use crate::value::{MAX_NAME_BYTES, check_count, check_key, check_name, check_ttl};

/// The most rows of a page.
const MAX_PAGE: usize = MAX_HITS;

#[allow(clippy::too_many_lines)] // one table: a line for each kind of request
pub(super) fn request(request: &Request<'_>) -> Result<()> {
    match request {
        Request::DictGet(name, key)
        | Request::DictContains(name, key)
        | Request::BlobGet(name, key)
        | Request::BlobStat(name, key)
        | Request::BlobContains(name, key)
        | Request::BlobOpen(name, key)
        | Request::DocumentGet(name, key)
        | Request::DocumentContains(name, key) => check_name(name).and_then(|_| check_key(key)),
        Request::DictGetMany(name, keys) => {
            check_name(name)?;
            check_count("get_many", keys.len())?;
            keys.iter().try_for_each(|key| check_key(key))
        }
        Request::DictLen(name)
        | Request::ListLen(name)
        | Request::ListGet(name, _)
        | Request::ListSlice(name, ..)
        | Request::ListFind(name, ..)
        | Request::ListCount(name, _)
        | Request::QueuePeek(name)
        | Request::QueueLen(name)
        | Request::QueueLeased(name)
        | Request::QueueTotal(name)
        | Request::BlobLen(name)
        | Request::LogLen(name)
        | Request::LogNews(name, ..)
        | Request::CollectionInfo(name)
        | Request::DocumentLen(name)
        | Request::CollectionStats(name)
        | Request::Count(name, _)
        | Request::Indexes(name)
        | Request::ChannelLen(name)
        | Request::ChannelRetention(name) => check_name(name).map(drop),
        Request::DictPage(name, _, most)
        | Request::ListPage(name, _, most)
        | Request::QueuePage(name, _, _, most)
        | Request::BlobPage(name, _, most)
        | Request::LogPage(name, _, _, most)
        | Request::DocumentPage(name, _, most)
        | Request::EdgePage(name, _, most)
        | Request::ChannelPage(name, _, most)
        | Request::VectorSample(name, most) => check_name(name).and_then(|_| check_page(*most)),
        Request::VectorSearch(name, vector, options) => {
            check_name(name)?;
            check_k(options.k)?;
            check_vector("the query vector", vector)
        }
        Request::TextMatch(name, query, options) => check_name(name).and_then(|_| options.check(query)),
        Request::Find(name, find) => check_name(name).and_then(|_| check_k(find.limit)),
        Request::Neighbors(name, id, options) => {
            check_name(name)?;
            check_id(id)?;
            graph::check_neighbors(options)
        }
        Request::Walk(name, sources, options) => {
            check_name(name)?;
            check_count("walk", sources.len())?;
            sources.iter().try_for_each(|id| check_id(id))?;
            graph::check_walk(options)
        }
        Request::ShortestPath(name, source, target, options) => {
            check_name(name)?;
            check_id(source)?;
            check_id(target)?;
            graph::check_path(options)
        }
        Request::Degree(name, id, labels, _) => {
            check_name(name)?;
            check_count("labels", labels.len())?;
            check_id(id)
        }
        Request::Subscribe(name, _) => check_channel(name),
        Request::EventListened(topic, event) | Request::Listen(topic, event) | Request::Unlisten(topic, event) => {
            check_topic(topic)?;
            check_name(event).map(drop)
        }
        Request::Here(listens) => listens.iter().try_for_each(|(topic, event)| {
            check_topic(topic)?;
            check_name(event).map(drop)
        }),
        Request::LockHolder(name) => check_lock(name),
        Request::FeedNext(_, most, _) => check_page(*most),
        Request::Write(op) | Request::WriteUntil(op, _) => check_op(op),
        Request::WriteBatch(ops, _) => {
            check_count("a batch", ops.len())?;
            ops.iter().enumerate().try_for_each(|(index, op)| check_op(op).map_err(|e| e.at_operation(index)))
        }
        Request::Names(_)
        | Request::NowUs
        | Request::StreamRead(..)
        | Request::Snapshot
        | Request::Begin(_)
        | Request::Commit
        | Request::Release(_)
        | Request::End(_)
        | Request::Bye
        | Request::Info
        | Request::Verify
        | Request::Stats
        | Request::Vacuum
        | Request::Checkpoint
        | Request::Backup => Ok(()),
    }
}

fn check_page(most: usize) -> Result<()> {
    if most > MAX_PAGE {
        return Err(Error::limit(format!("a page has at most {MAX_PAGE} rows, {most} were asked for")));
    }
    Ok(())
}

/// A channel of the user's, or one that events travel on.
fn check_channel(name: &str) -> Result<()> {
    match event::topic_of(name) {
        Some(topic) => check_topic(topic),
        None => check_name(name).map(drop),
    }
}

/// A lock of the user's, or that of a structure.
fn check_lock(name: &str) -> Result<()> {
    match handle::structure_of(name) {
        Some(structure) => check_name(structure).map(drop),
        None => check_name(name).map(drop),
    }
}

/// That of a structure has its kind before its name, which may be of the greatest length.
fn check_topic(topic: &str) -> Result<()> {
    if topic.is_empty() || topic.contains('\0') || topic.starts_with("__") {
        return Err(Error::invalid("the topic is empty, internal, or holds a NUL"));
    }
    if topic.len() > MAX_NAME_BYTES + "collection:".len() {
        return Err(Error::limit("the topic is too long"));
    }
    Ok(())
}

fn check_op(op: &Op) -> Result<()> {
    if op.owner.as_ref().is_some_and(|owner| owner.is_empty() || owner.len() > MAX_NAME_BYTES) {
        return Err(Error::invalid("the owner of a lock has 1 to 255 bytes"));
    }
    match &op.change {
        Change::Lock(change) => {
            check_lock(&op.name)?;
            if op.owner.is_none() && !matches!(change, LockChange::Clear) {
                return Err(Error::invalid("a lock is held by somebody: the owner is missing"));
            }
            match change {
                LockChange::Acquire { ttl, .. } | LockChange::Renew { ttl } => {
                    check_ttl("the lock's TTL", *ttl).map(drop)
                }
                LockChange::Leave | LockChange::StopWaiting | LockChange::Clear => Ok(()),
            }
        }
        Change::Channel(ChannelChange::Emit { event, .. }) => {
            check_topic(&op.name).and_then(|()| check_name(event).map(drop))
        }
        // These are the engine's own: a client asks by the calls for them.
        Change::Channel(ChannelChange::Listen { .. } | ChannelChange::Unlisten { .. }) => {
            Err(Error::invalid("who listens is entered by the server"))
        }
        change => check_name(&op.name).and_then(|_| check_change(change)),
    }
}

fn check_change(change: &Change) -> Result<()> {
    match change {
        Change::Dict(change) => match change {
            DictChange::Set { key, ttl, .. } => check_key(key).and_then(|()| check_optional("the TTL", *ttl)),
            DictChange::SetMany { items, ttl } => {
                check_count("set_many", items.len())?;
                items.iter().try_for_each(|(key, _)| check_key(key))?;
                check_optional("the TTL", *ttl)
            }
            DictChange::Delete { key, .. } | DictChange::Pop { key } | DictChange::Restore { key, .. } => {
                check_key(key)
            }
            DictChange::Clear => Ok(()),
        },
        Change::List(ListChange::Push(values) | ListChange::Replace { values, .. }) => {
            check_count("extend", values.len())
        }
        Change::Queue(change) => match change {
            QueueChange::Put(items) => {
                check_count("put_many", items.len())?;
                items.iter().try_for_each(|(_, priority)| check_number("the priority", *priority))
            }
            QueueChange::Take { count } => check_count("get_many", *count),
            QueueChange::Lease { lease, dead_letter } => {
                check_ttl("the lease", *lease)?;
                dead_letter.as_ref().map_or(Ok(()), |letter| check_name(&letter.queue).map(drop))
            }
            QueueChange::Extend { lease, .. } => check_ttl("the lease", *lease).map(drop),
            QueueChange::Nack { delay, .. } => check_optional("the delay", (!delay.is_zero()).then_some(*delay)),
            QueueChange::Restore { priority, timestamp, .. } => {
                check_number("the priority", *priority)?;
                check_time("the timestamp", *timestamp).map(drop)
            }
            QueueChange::Ack { .. } | QueueChange::Clear => Ok(()),
        },
        Change::Blob(change) => match change {
            BlobChange::Put { key, .. } | BlobChange::Delete { key } | BlobChange::Finish { key, .. } => check_key(key),
            BlobChange::Clear | BlobChange::Stage { .. } | BlobChange::Abort { .. } => Ok(()),
        },
        Change::Log(LogChange::Append(entries)) => {
            check_count("append_many", entries.len())?;
            entries.iter().filter_map(|(_, at)| *at).try_for_each(|at| check_time("the time", at).map(drop))
        }
        Change::Collection(change) => match change {
            CollectionChange::Drop { id } => check_id(id),
            CollectionChange::Connect(edges) => {
                check_count("connect_many", edges.len())?;
                edges.iter().try_for_each(crate::collection::Edge::check)
            }
            _ => Ok(()), // what is indexed was checked as it was read
        },
        Change::Channel(ChannelChange::Publish(payloads)) => check_count("publish_many", payloads.len()),
        Change::Channel(ChannelChange::Retain(retention)) => check_optional("the age", retention.max_age),
        Change::List(_) | Change::Log(_) | Change::Channel(_) | Change::Lock(_) => Ok(()),
    }
}

fn check_optional(what: &str, ttl: Option<Duration>) -> Result<()> {
    ttl.map_or(Ok(()), |ttl| check_ttl(what, ttl).map(drop))
}

fn check_number(what: &str, number: f64) -> Result<()> {
    if number.is_finite() { Ok(()) } else { Err(Error::invalid(format!("{what} must be a finite number"))) }
}
