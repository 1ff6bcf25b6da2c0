//! Dicts in `beaver_dicts`. A key whose `expires_at` is past is absent for every operation; such rows
//! are swept a few at a time when something is written.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};

use super::apply::Tx;
use super::cache::Cached;
use super::conn::Conn;
use super::source::{Source, View};
use crate::clock::{Micros, from_seconds, to_seconds};
use crate::engine::{Condition, DictChange, DictEngine, DictItem, Kind, Reply};
use crate::error::{Error, Result};
use crate::value::Json;

/// How many expired rows one write removes in passing.
const SWEEP: usize = 8;

/// How long a value may be to stay bound to the statement that wrote it, until the next one.
const MAX_BOUND: usize = 4096;

const GET: &str = "SELECT value, expires_at FROM beaver_dicts WHERE dict_name = ?1 AND key = ?2";
const UPSERT: &str = "INSERT INTO beaver_dicts VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (dict_name, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at";
const DELETE: &str = "DELETE FROM beaver_dicts WHERE dict_name = ?1 AND key = ?2";

pub(super) fn apply(tx: &mut Tx<'_>, name: &str, change: &DictChange) -> Result<Reply> {
    tx.sweep_dicts()?;
    match change {
        DictChange::Set { key, value, ttl, condition } => {
            if !holds(tx, name, key, condition)? {
                return Ok(Reply::Flag(false));
            }
            tx.put(name, key, value, ttl.map(|ttl| tx.expiry(ttl)))?;
            Ok(Reply::Flag(true))
        }
        DictChange::SetMany { items, ttl } => {
            let expires_at = ttl.map(|ttl| tx.expiry(ttl));
            for (key, value) in items {
                tx.put(name, key, value, expires_at)?;
            }
            Ok(Reply::Done)
        }
        DictChange::Delete { key, condition } => {
            let there = match condition {
                Condition::Always => live(tx.conn, tx.now, name, key)?.is_some(),
                condition => holds(tx, name, key, condition)?,
            };
            if there {
                tx.conn.prepare_cached(DELETE)?.execute([name, key])?;
            }
            Ok(Reply::Flag(there))
        }
        DictChange::Pop { key } => {
            let value = live(tx.conn, tx.now, name, key)?;
            if value.is_some() {
                tx.conn.prepare_cached(DELETE)?.execute([name, key])?;
            }
            Ok(Reply::Value(value))
        }
        DictChange::Clear => {
            let live = count(tx.conn, tx.now, name)?;
            tx.conn.prepare_cached("DELETE FROM beaver_dicts WHERE dict_name = ?1")?.execute([name])?;
            Ok(Reply::Count(live))
        }
        DictChange::Restore { key, value, expires_at } => {
            tx.put(name, key, value, *expires_at)?;
            Ok(Reply::Done)
        }
    }
}

impl Tx<'_> {
    fn expiry(&self, ttl: std::time::Duration) -> Micros {
        self.now.saturating_add(i64::try_from(ttl.as_micros()).unwrap_or(i64::MAX))
    }

    fn put(&mut self, name: &str, key: &str, value: &Json, expires_at: Option<Micros>) -> Result<()> {
        let values = params![name, key, value.as_str(), expires_at.map(to_seconds)];
        self.conn.hot(UPSERT, |upsert| {
            let done = upsert.execute(values);
            if value.as_str().len() > MAX_BOUND {
                upsert.clear_bindings();
            }
            Ok(done?)
        })?;
        if let (Some(new), Some(known)) = (expires_at, self.known.next_expiry) {
            self.known.next_expiry = Some(known.min(new));
        }
        Ok(())
    }

    /// Removes a few expired rows of whatever dict, if there can be any.
    fn sweep_dicts(&mut self) -> Result<()> {
        if self.known.next_expiry.is_some_and(|next| next > self.now) {
            return Ok(());
        }
        let mut find = self.conn.prepare_cached(
            "SELECT rowid, expires_at FROM beaver_dicts WHERE expires_at IS NOT NULL ORDER BY expires_at LIMIT ?1",
        )?;
        let found: Vec<(i64, f64)> =
            find.query_map([SWEEP], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
        let full = found.len() == SWEEP;
        let (expired, live): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, at)| from_seconds(*at) <= self.now);
        for (row, _) in &expired {
            self.conn.prepare_cached("DELETE FROM beaver_dicts WHERE rowid = ?1")?.execute([row])?;
        }
        self.known.next_expiry = match live.first() {
            Some((_, at)) => Some(from_seconds(*at)),
            // All that were found had expired; if more may follow, the next write looks again.
            None if full => None,
            None => Some(Micros::MAX),
        };
        Ok(())
    }
}

fn holds(tx: &Tx<'_>, name: &str, key: &str, condition: &Condition) -> Result<bool> {
    Ok(match condition {
        Condition::Always => true,
        Condition::Absent => live(tx.conn, tx.now, name, key)?.is_none(),
        Condition::Equals(expected) => {
            live(tx.conn, tx.now, name, key)?.is_some_and(|value| value.same_value(expected))
        }
    })
}

/// The value of a key, and when it expires, which may have been.
fn stored(conn: &Conn, name: &str, key: &str) -> Result<Option<(Json, Option<Micros>)>> {
    conn.hot(GET, |get| {
        let mut rows = get.query([name, key])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let expires_at = match row.get_ref(1)? {
            ValueRef::Real(at) => Some(from_seconds(at)),
            _ => None,
        };
        Ok(Some((Json::with_room(row.get_ref(0)?.as_str()?), expires_at)))
    })
}

fn live(conn: &Conn, now: Micros, name: &str, key: &str) -> Result<Option<Json>> {
    let found = stored(conn, name, key)?;
    Ok(found.filter(|(_, expires_at)| expires_at.is_none_or(|at| at > now)).map(|(value, _)| value))
}

/// All keys of the dict, less the expired ones, which an index of their own finds.
fn count(conn: &Connection, now: Micros, name: &str) -> Result<u64> {
    let all: u64 = conn
        .prepare_cached("SELECT count(*) FROM beaver_dicts WHERE dict_name = ?1")?
        .query_row([name], |row| row.get(0))?;
    let expired: u64 = conn
        // The plus keeps the planner off the primary key: the index by expiry has the few that matter.
        .prepare_cached("SELECT count(*) FROM beaver_dicts WHERE +dict_name = ?1 AND expires_at <= ?2")?
        .query_row(params![name, to_seconds(now)], |row| row.get(0))?;
    Ok(all - expired)
}

impl<S: Source> DictEngine for S {
    fn dict_get(&self, name: &str, key: &str) -> Result<Option<Json>> {
        let read = |view: &View<'_>| Ok(Cached::Dict(stored(view.conn, name, key)?));
        match self.read_cached((Kind::Dict, name, key), read)? {
            Cached::Dict(Some((_, Some(expires_at)))) if expires_at <= self.now() => Ok(None),
            Cached::Dict(found) => Ok(found.map(|(value, _)| value)),
            _ => Err(Error::internal("something else was remembered in the place of a value")),
        }
    }

    fn dict_get_many(&self, name: &str, keys: &[&str]) -> Result<Vec<Option<Json>>> {
        self.read_together(|view| keys.iter().map(|key| live(view.conn, view.now, name, key)).collect())
    }

    fn dict_contains(&self, name: &str, key: &str) -> Result<bool> {
        self.read(|view| {
            let expires: Option<Option<f64>> = view
                .conn
                .prepare_cached("SELECT expires_at FROM beaver_dicts WHERE dict_name = ?1 AND key = ?2")?
                .query_row([name, key], |row| row.get(0))
                .optional()?;
            Ok(expires.is_some_and(|at| at.is_none_or(|at| from_seconds(at) > view.now)))
        })
    }

    fn dict_len(&self, name: &str) -> Result<u64> {
        self.read_together(|view| count(view.conn, view.now, name))
    }

    fn dict_page(&self, name: &str, after: Option<&str>, limit: usize) -> Result<Vec<DictItem>> {
        self.read(|view: &View<'_>| {
            let sql = if after.is_some() {
                "SELECT key, value, expires_at FROM beaver_dicts
                 WHERE dict_name = ?1 AND key > ?2 AND (expires_at IS NULL OR expires_at > ?3) ORDER BY key LIMIT ?4"
            } else {
                "SELECT key, value, expires_at FROM beaver_dicts
                 WHERE dict_name = ?1 AND ?2 IS NULL AND (expires_at IS NULL OR expires_at > ?3) ORDER BY key LIMIT ?4"
            };
            let mut page = view.conn.prepare_cached(sql)?;
            let items = page.query_map(params![name, after, to_seconds(view.now), limit], |row| {
                Ok(DictItem {
                    key: row.get(0)?,
                    value: Json::trusted(row.get::<_, String>(1)?),
                    expires_at: row.get::<_, Option<f64>>(2)?.map(from_seconds),
                })
            })?;
            Ok(items.collect::<rusqlite::Result<_>>()?)
        })
    }
}
