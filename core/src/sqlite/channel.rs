//! Channels in `beaver_pubsub_log`, as BeaverDB 1.x has them; what was removed, and when something is to be, in
//! `beaver_channels`.
//!
//! A message's time is taken inside the write transaction, as the later of now and the newest one of all channels
//! plus a microsecond: it is unique, in the order of the commits whatever the clock does, and what a subscriber
//! remembers its place by. So that no time comes twice, the newest that was removed is remembered too.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::apply::Tx;
use super::event;
use super::source::{Source, View};
use crate::channel::Retention;
use crate::clock::{Micros, from_seconds, to_seconds};
use crate::engine::{ChannelChange, ChannelEngine, Message, Reply};
use crate::error::Result;
use crate::value::Json;

/// How many messages are published between two looks for those that are too old or too many: so many, or that part
/// of how many are kept, if that is more.
const LOOK_EVERY: u64 = 64;
const LOOK_PART: u64 = 16;
/// How many messages a publish removes in passing, beside as many as it adds.
const REMOVE: usize = 16;
/// How many channels one process remembers this of.
const MOST_CHANNELS: usize = 1_024;

const INSERT: &str = "INSERT INTO beaver_pubsub_log VALUES (?1, ?2, ?3)";

/// What the writer knows of the retention of the channels it published in; another process may know better.
#[derive(Default)]
pub(super) struct Retained(HashMap<String, Due>);

#[derive(Clone, Copy)]
struct Due {
    /// How many messages are still to be published before the next look.
    look_in: u64,
    /// Messages up to this place are still to be removed.
    remove_to: Option<f64>,
}

impl Retained {
    fn note(&mut self, name: &str, due: Due) {
        if let Some(known) = self.0.get_mut(name) {
            *known = due;
            return;
        }
        if self.0.len() >= MOST_CHANNELS {
            self.0.clear();
        }
        self.0.insert(name.to_owned(), due);
    }
}

pub(super) fn apply(tx: &mut Tx<'_>, name: &str, change: &ChannelChange) -> Result<Reply> {
    match change {
        ChannelChange::Publish(messages) => {
            let stamps = messages.iter().map(|payload| publish(tx, name, payload)).collect::<Result<_>>()?;
            retain(tx, name, messages.len())?;
            Ok(Reply::Stamps(stamps))
        }
        ChannelChange::Emit { event, payload } => event::emit(tx, name, event, payload).map(Reply::Flag),
        ChannelChange::Listen { event, listener } => {
            tx.known.listeners = None;
            event::register(tx.conn, listener, tx.now, &[(name.to_owned(), event.clone())])?;
            Ok(Reply::Done)
        }
        ChannelChange::Unlisten { event, listener } => {
            tx.known.listeners = None;
            event::unregister(tx.conn, listener, name, event)?;
            Ok(Reply::Done)
        }
        ChannelChange::Retain(retention) => {
            set_retention(tx, name, retention)?;
            tx.retained.0.remove(name);
            Ok(Reply::Done)
        }
        ChannelChange::Clear => {
            let removed = remove(tx, name, f64::INFINITY, usize::MAX)?;
            tx.retained.0.remove(name);
            Ok(Reply::Count(removed as u64))
        }
    }
}

/// Publishes one message and tells its time.
pub(super) fn publish(tx: &mut Tx<'_>, name: &str, payload: &Json) -> Result<Micros> {
    let newest = match tx.known.newest_message {
        Some(newest) => newest,
        None => newest(tx.conn)?,
    };
    let stamp = tx.now.max(newest.saturating_add(1));
    tx.conn.prepare_cached(INSERT)?.execute(params![to_seconds(stamp), name, payload.as_str()])?;
    tx.known.newest_message = Some(stamp);
    Ok(stamp)
}

/// The time of the newest message there ever was, of all channels.
pub(super) fn newest(conn: &Connection) -> Result<Micros> {
    let newest: Option<f64> = conn
        .prepare_cached(
            "SELECT max(newest) FROM (
                 SELECT max(timestamp) AS newest FROM beaver_pubsub_log
                 UNION ALL SELECT max(removed_to) FROM beaver_channels)",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(newest.map_or(Micros::MIN, from_seconds))
}

/// Removes, in passing, messages that are too old or too many: a few at a time, found by a look now and then.
pub(super) fn retain(tx: &mut Tx<'_>, name: &str, published: usize) -> Result<()> {
    let mut due = tx.retained.0.get(name).copied().unwrap_or(Due { look_in: 0, remove_to: None });
    if due.remove_to.is_none() {
        match due.look_in.checked_sub(published as u64) {
            Some(left) if left > 0 => due.look_in = left,
            _ => {
                let retention = retention(tx.conn, name)?;
                due.look_in = retention.max_messages.map_or(0, |most| most / LOOK_PART).max(LOOK_EVERY);
                due.remove_to = expendable(tx, name, &retention)?;
            }
        }
    }
    if let Some(to) = due.remove_to {
        let most = published.saturating_add(REMOVE);
        let removed = remove(tx, name, to, most)?;
        due.remove_to = (removed == most).then_some(to);
    }
    tx.retained.note(name, due);
    Ok(())
}

/// The place of the newest message that need not be kept.
fn expendable(tx: &Tx<'_>, name: &str, retention: &Retention) -> Result<Option<f64>> {
    let aged: Option<f64> = match retention.max_age {
        None => None,
        Some(age) => {
            let before = tx.now.saturating_sub(i64::try_from(age.as_micros()).unwrap_or(i64::MAX));
            tx.conn
                .prepare_cached(
                    "SELECT max(timestamp) FROM beaver_pubsub_log WHERE channel_name = ?1 AND timestamp < ?2",
                )?
                .query_row(params![name, to_seconds(before)], |row| row.get(0))?
        }
    };
    let surplus: Option<f64> = match retention.max_messages {
        None => None,
        Some(most) => tx
            .conn
            .prepare_cached(
                "SELECT timestamp FROM beaver_pubsub_log WHERE channel_name = ?1
                 ORDER BY timestamp DESC LIMIT 1 OFFSET ?2",
            )?
            .query_row(params![name, i64::try_from(most).unwrap_or(i64::MAX)], |row| row.get(0))
            .optional()?,
    };
    Ok(aged.into_iter().chain(surplus).reduce(f64::max))
}

/// Removes up to so many of the oldest messages up to a place; tells how many.
fn remove(tx: &Tx<'_>, name: &str, to: f64, most: usize) -> Result<usize> {
    let mut delete = tx.conn.prepare_cached(
        "DELETE FROM beaver_pubsub_log WHERE rowid IN (
             SELECT rowid FROM beaver_pubsub_log WHERE channel_name = ?1 AND timestamp <= ?2 ORDER BY timestamp LIMIT ?3)
         RETURNING timestamp",
    )?;
    let mut rows = delete.query(params![name, to, i64::try_from(most).unwrap_or(i64::MAX)])?;
    let (mut removed, mut last) = (0, None::<f64>);
    while let Some(row) = rows.next()? {
        let place: f64 = row.get(0)?;
        last = Some(last.map_or(place, |last| last.max(place)));
        removed += 1;
    }
    if let Some(last) = last {
        tx.conn
            .prepare_cached(
                "INSERT INTO beaver_channels (channel_name, removed_to) VALUES (?1, ?2)
                 ON CONFLICT (channel_name) DO UPDATE SET removed_to = max(ifnull(removed_to, ?2), ?2)",
            )?
            .execute(params![name, last])?;
    }
    Ok(removed)
}

fn set_retention(tx: &Tx<'_>, name: &str, retention: &Retention) -> Result<()> {
    let age = retention.max_age.map_or(f64::INFINITY, |age| age.as_secs_f64());
    let messages = retention.max_messages.and_then(|most| i64::try_from(most).ok()).unwrap_or(i64::MAX);
    tx.conn
        .prepare_cached(
            "INSERT INTO beaver_channels (channel_name, max_age, max_messages) VALUES (?1, ?2, ?3)
             ON CONFLICT (channel_name) DO UPDATE SET max_age = ?2, max_messages = ?3",
        )?
        .execute(params![name, age, messages])?;
    Ok(())
}

fn retention(conn: &Connection, name: &str) -> Result<Retention> {
    let stored: Option<(f64, i64)> = conn
        .prepare_cached("SELECT max_age, max_messages FROM beaver_channels WHERE channel_name = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(stored.map_or_else(Retention::default, |(age, messages)| Retention {
        // Infinity is no duration: such messages are kept for ever.
        max_age: std::time::Duration::try_from_secs_f64(age).ok(),
        max_messages: u64::try_from(messages).ok().filter(|_| messages != i64::MAX),
    }))
}

/// The time up to which messages of the channel are gone.
pub(super) fn removed_to(conn: &Connection, name: &str) -> Result<Micros> {
    let place: Option<Option<f64>> = conn
        .prepare_cached("SELECT removed_to FROM beaver_channels WHERE channel_name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(place.flatten().map_or(Micros::MIN, from_seconds))
}

/// Messages after a time, in order: up to so many, or up to the one that makes so many bytes full.
pub(super) fn page(conn: &Connection, name: &str, after: Micros, limit: usize, fill: usize) -> Result<Vec<Message>> {
    let mut select = conn.prepare_cached(
        "SELECT timestamp, message_payload FROM beaver_pubsub_log
         WHERE channel_name = ?1 AND timestamp > ?2 ORDER BY timestamp LIMIT ?3",
    )?;
    let mut rows = select.query(params![name, to_seconds(after), limit])?;
    let (mut messages, mut bytes) = (Vec::new(), 0);
    while bytes < fill
        && let Some(row) = rows.next()?
    {
        let payload: String = row.get(1)?;
        bytes += payload.len();
        messages.push(Message { timestamp: from_seconds(row.get(0)?), payload: Json::trusted(payload) });
    }
    Ok(messages)
}

impl<S: Source> ChannelEngine for S {
    fn channel_len(&self, name: &str) -> Result<u64> {
        self.read(|view| {
            let mut count =
                view.conn.prepare_cached("SELECT count(*) FROM beaver_pubsub_log WHERE channel_name = ?1")?;
            Ok(count.query_row([name], |row| row.get(0))?)
        })
    }

    fn channel_page(&self, name: &str, after: Option<Micros>, limit: usize) -> Result<Vec<Message>> {
        self.read(|view| page(view.conn, name, after.unwrap_or(Micros::MIN), limit, usize::MAX))
    }

    fn channel_retention(&self, name: &str) -> Result<Retention> {
        self.read(|view| retention(view.conn, name))
    }

    fn event_listened(&self, topic: &str, event: &str) -> Result<bool> {
        self.read(|view| event::listened(view.conn, topic, event))
    }
}

/// What is wrong with the channels.
pub(super) fn problems(view: &View<'_>) -> Result<Vec<String>> {
    let mut found = super::verify::Findings::default();
    found.json_column(view.conn, "beaver_pubsub_log", ["channel_name", "timestamp"], "message_payload")?;
    found.rows(
        view.conn,
        "SELECT channel_name, typeof(timestamp) FROM beaver_pubsub_log WHERE typeof(timestamp) <> 'real'",
        |row| {
            let (channel, kind): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(format!("beaver_pubsub_log: a time in {channel:?} is of type {kind}"))
        },
    )?;
    Ok(found.into())
}
