//! Events: what a change tells those who listen, written in the same commit.
//!
//! Who listens stands in `beaver_listened_events`, a row for each open database, topic and event; whether it
//! lives, in `beaver_listeners`. There are no signs of life at intervals: a writer whose event is for a listener
//! that has not shown itself for a while asks it to, in the same commit; the listener wakes by that
//! commit, and answers. One that leaves three questions unanswered is forgotten.

use rusqlite::{Connection, params};

use super::apply::Tx;
use super::channel;
use crate::clock::{Micros, from_seconds, to_seconds};
use crate::engine::Op;
use crate::error::Result;
use crate::event::{self, EventName};
use crate::value::Json;

/// How long a listener is taken to live after it showed itself, and how long it has to answer a question.
const TRUSTED: Micros = 60_000_000;
const ANSWER: Micros = 20_000_000;
/// How many questions it may leave unanswered. The time between them does not count alone: a machine that sleeps
/// lets it pass at once.
const QUESTIONS: i64 = 3;

/// Tells those who listen about a change that was made.
pub(super) fn emit_for(tx: &mut Tx<'_>, op: &Op, reply: &crate::engine::Reply) -> Result<()> {
    if !any_listener(tx)? {
        return Ok(());
    }
    let topic = event::topic(op.kind(), &op.name);
    for EventName { event, payload } in event::of_change(&op.change, reply) {
        emit(tx, &topic, event, &payload)?;
    }
    Ok(())
}

/// Whether anybody listens to anything; remembered until another process commits.
fn any_listener(tx: &mut Tx<'_>) -> Result<bool> {
    if let Some(any) = tx.known.listeners {
        return Ok(any);
    }
    let any = tx.conn.prepare_cached("SELECT 1 FROM beaver_listened_events LIMIT 1")?.exists([])?;
    Ok(*tx.known.listeners.insert(any))
}

/// Publishes an event if anybody listens to it; tells whether.
pub(super) fn emit(tx: &mut Tx<'_>, topic: &str, event: &str, payload: &Json) -> Result<bool> {
    let listeners = listeners(tx, topic, event)?;
    if listeners.is_empty() {
        return Ok(false);
    }
    for listener in listeners {
        listener.ask(tx)?;
    }
    let message = event::message(topic, event, payload)?;
    let channel = event::channel_name(topic);
    channel::publish(tx, &channel, &message)?;
    channel::retain(tx, &channel, 1)?;
    Ok(true)
}

const LISTENED: &str = "SELECT 1 FROM beaver_listened_events WHERE topic = ?1 AND event IN (?2, '*') LIMIT 1";

pub(super) fn listened(conn: &Connection, topic: &str, event: &str) -> Result<bool> {
    Ok(conn.prepare_cached(LISTENED)?.exists([topic, event])?)
}

/// An open database that listens.
struct Listener {
    id: String,
    seen_at: Micros,
    asked_at: Option<Micros>,
    unanswered: i64,
}

fn listeners(tx: &Tx<'_>, topic: &str, event: &str) -> Result<Vec<Listener>> {
    let mut select = tx.conn.prepare_cached(
        "SELECT DISTINCT id, ifnull(seen_at, 0), asked_at, ifnull(unanswered, 0)
         FROM (SELECT listener_id AS id FROM beaver_listened_events WHERE topic = ?1 AND event IN (?2, '*'))
         LEFT JOIN beaver_listeners ON listener_id = id",
    )?;
    let found = select.query_map([topic, event], |row| {
        Ok(Listener {
            id: row.get(0)?,
            seen_at: from_seconds(row.get(1)?),
            asked_at: row.get::<_, Option<f64>>(2)?.map(from_seconds),
            unanswered: row.get(3)?,
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

impl Listener {
    /// Asks for a sign of life if there was none for long, and forgets who left enough questions unanswered.
    /// Times that lie far ahead, because the clock was set back, count like those that are long past.
    fn ask(&self, tx: &mut Tx<'_>) -> Result<()> {
        let long_ago = |at: Micros, time: Micros| tx.now.abs_diff(at) > time.unsigned_abs();
        let due = match self.asked_at {
            None => long_ago(self.seen_at, TRUSTED),
            Some(at) => long_ago(at, ANSWER),
        };
        if !due {
            return Ok(());
        }
        if self.unanswered >= QUESTIONS {
            forget(tx.conn, &self.id)?;
            tx.known.listeners = None;
            return Ok(());
        }
        tx.conn
            .prepare_cached(
                "INSERT INTO beaver_listeners (listener_id, seen_at, asked_at, unanswered) VALUES (?1, 0.0, ?2, 1)
                 ON CONFLICT (listener_id) DO UPDATE SET asked_at = ?2, unanswered = unanswered + 1",
            )?
            .execute(params![self.id, to_seconds(tx.now)])?;
        Ok(())
    }
}

/// Removes everything about a listener.
pub(super) fn forget(conn: &Connection, id: &str) -> Result<()> {
    conn.prepare_cached("DELETE FROM beaver_listened_events WHERE listener_id = ?1")?.execute([id])?;
    conn.prepare_cached("DELETE FROM beaver_listeners WHERE listener_id = ?1")?.execute([id])?;
    Ok(())
}

/// How a listener stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Trusted,
    /// Somebody asks for a sign of life.
    Asked,
    /// It was taken for dead.
    Forgotten,
}

pub(super) fn standing(conn: &Connection, id: &str) -> Result<Standing> {
    let mut select = conn.prepare_cached("SELECT asked_at IS NULL FROM beaver_listeners WHERE listener_id = ?1")?;
    let mut rows = select.query([id])?;
    Ok(match rows.next()? {
        None => Standing::Forgotten,
        Some(row) if row.get(0)? => Standing::Trusted,
        Some(_) => Standing::Asked,
    })
}

/// Writes what a listener listens to, and that it lives.
pub(super) fn register(conn: &Connection, id: &str, now: Micros, events: &[(String, String)]) -> Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO beaver_listeners (listener_id, seen_at) VALUES (?1, ?2)")?
        .execute(params![id, to_seconds(now)])?;
    for (topic, event) in events {
        conn.prepare_cached("INSERT OR IGNORE INTO beaver_listened_events VALUES (?1, ?2, ?3)")?.execute([
            topic.as_str(),
            event,
            id,
        ])?;
    }
    Ok(())
}

/// Removes one thing that a listener listens to, and the listener with the last of them.
pub(super) fn unregister(conn: &Connection, id: &str, topic: &str, event: &str) -> Result<()> {
    conn.prepare_cached("DELETE FROM beaver_listened_events WHERE topic = ?1 AND event = ?2 AND listener_id = ?3")?
        .execute([topic, event, id])?;
    if !conn.prepare_cached("SELECT 1 FROM beaver_listened_events WHERE listener_id = ?1 LIMIT 1")?.exists([id])? {
        conn.prepare_cached("DELETE FROM beaver_listeners WHERE listener_id = ?1")?.execute([id])?;
    }
    Ok(())
}
