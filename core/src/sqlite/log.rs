//! Logs in `beaver_logs`. The time of an entry is its key: a time that is taken moves to the next that is
//! free.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::apply::Tx;
use super::source::{Source, View};
use super::verify::Findings;
use crate::clock::{MAX_TIME, Micros, from_seconds, to_seconds};
use crate::engine::{LogChange, LogEngine, LogEntry, LogMark, LogNews, LogRange, Reply};
use crate::error::{Error, Result};
use crate::value::Json;

/// Stretches of times of one log of which every one is taken: from the first to the first free one after
/// it. Remembered so that many entries of the same time do not walk over each other again and again.
#[derive(Debug)]
pub(super) struct Taken {
    log: String,
    stretches: BTreeMap<Micros, Micros>,
}

/// How many stretches are remembered.
const MOST_STRETCHES: usize = 4_096;

/// Stands in the place of a log's name where removals of the newest row of all are counted.
const NEWEST: &str = "";

const INSERT: &str = "INSERT INTO beaver_logs VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

pub(super) fn apply(tx: &mut Tx<'_>, name: &str, change: &LogChange) -> Result<Reply> {
    match change {
        LogChange::Append(entries) => append(tx, name, entries),
        LogChange::Prune { older_than, keep_last } => {
            tx.known.log_times = None;
            let mut removed = 0;
            if let Some(time) = older_than {
                removed += delete_before(tx, name, Some(to_seconds(*time)))?;
            }
            if let Some(count) = keep_last {
                removed += keep(tx, name, *count)?;
            }
            Ok(Reply::Count(removed as u64))
        }
        LogChange::Clear => {
            tx.known.log_times = None;
            Ok(Reply::Count(delete_before(tx, name, None)? as u64))
        }
    }
}

fn append(tx: &mut Tx<'_>, name: &str, entries: &[(Json, Option<Micros>)]) -> Result<Reply> {
    let mut taken = match tx.known.log_times.take() {
        Some(taken) if taken.log == name && taken.stretches.len() < MOST_STRETCHES => taken,
        _ => Taken { log: name.to_owned(), stretches: BTreeMap::new() },
    };
    let mut stamps = Vec::with_capacity(entries.len());
    for (data, at) in entries {
        let at = at.unwrap_or_else(|| tx.now.clamp(0, MAX_TIME));
        stamps.push(insert(tx, &mut taken, at, data)?);
    }
    tx.known.log_times = Some(taken);
    Ok(Reply::Stamps(stamps))
}

/// Inserts at the first free time from `at` on, and tells which.
fn insert(tx: &Tx<'_>, taken: &mut Taken, at: Micros, data: &Json) -> Result<Micros> {
    let mut insert = tx.conn.prepare_cached(INSERT)?;
    let mut free = taken.after(at);
    loop {
        if free > MAX_TIME {
            return Err(Error::limit("no time is free from the given one up to the end of the year 9999"));
        }
        if insert.execute(params![taken.log, to_seconds(free), data.as_str()])? > 0 {
            break;
        }
        free = end_of_stretch(tx, &taken.log, free)?;
    }
    taken.note(at, free);
    Ok(time_of(to_seconds(free)))
}

/// The time of an entry. After the year 2242 the file's seconds are coarser than microseconds; the very
/// last must not be rounded over the end.
fn time_of(place: f64) -> Micros {
    from_seconds(place).min(MAX_TIME)
}

impl Taken {
    /// The first time from `at` on that is not known to be taken.
    fn after(&self, at: Micros) -> Micros {
        let mut at = at;
        while let Some((_, end)) = self.stretches.range(..=at).next_back() {
            if *end <= at {
                break;
            }
            at = *end;
        }
        at
    }

    /// Every time from `at` up to and with `used` is taken now.
    fn note(&mut self, at: Micros, used: Micros) {
        let end = next(used);
        match self.stretches.range_mut(..=at).next_back() {
            Some((_, known)) if *known >= at => *known = end.max(*known),
            // A single time needs no note: the next one that meets it finds out.
            _ if at == used => {}
            _ => drop(self.stretches.insert(at, end)),
        }
    }
}

/// The next time that the file can tell from `at`: the next microsecond up to the year 2242.
fn next(at: Micros) -> Micros {
    let mut next = at + 1;
    while to_seconds(next) <= to_seconds(at) {
        next += 1;
    }
    next
}

/// The first free time after one that is taken.
fn end_of_stretch(tx: &Tx<'_>, name: &str, from: Micros) -> Result<Micros> {
    let mut walk = tx.conn.prepare_cached(
        "SELECT timestamp FROM beaver_logs WHERE log_name = ?1 AND timestamp >= ?2 ORDER BY timestamp",
    )?;
    let mut rows = walk.query(params![name, to_seconds(from)])?;
    let mut free = from;
    while let Some(row) = rows.next()? {
        let there: f64 = row.get(0)?;
        if there > to_seconds(free) {
            break;
        }
        if there == to_seconds(free) {
            free = next(free);
        }
    }
    Ok(free)
}

/// Removes the entries before a time, or all, and notes that for those who read what is new only.
fn delete_before(tx: &Tx<'_>, name: &str, before: Option<f64>) -> Result<usize> {
    let sql = match before {
        Some(_) => "DELETE FROM beaver_logs WHERE log_name = ?1 AND timestamp < ?2",
        None => "DELETE FROM beaver_logs WHERE log_name = ?1 AND ?2 IS NULL",
    };
    let newest = newest_row(tx.conn)?;
    let removed = tx.conn.prepare_cached(sql)?.execute(params![name, before])?;
    if removed > 0 {
        note_removal(tx, name, before.unwrap_or(f64::INFINITY))?;
        if newest_row(tx.conn)? != newest {
            note_removal(tx, NEWEST, 0.0)?;
        }
    }
    Ok(removed)
}

fn note_removal(tx: &Tx<'_>, name: &str, removed_to: f64) -> Result<()> {
    let sql = "INSERT INTO beaver_log_removals VALUES (?1, 1, ?2)
        ON CONFLICT (log_name) DO UPDATE SET removals = removals + 1, removed_to = ?2";
    tx.conn.prepare_cached(sql)?.execute(params![name, removed_to])?;
    Ok(())
}

/// Removes all but the newest so many.
fn keep(tx: &Tx<'_>, name: &str, count: u64) -> Result<usize> {
    let Some(skipped) = count.checked_sub(1) else { return delete_before(tx, name, None) };
    let mut find = tx.conn.prepare_cached(
        "SELECT timestamp FROM beaver_logs WHERE log_name = ?1 ORDER BY timestamp DESC LIMIT 1 OFFSET ?2",
    )?;
    let mut rows = find.query(params![name, i64::try_from(skipped).unwrap_or(i64::MAX)])?;
    match rows.next()? {
        Some(row) => delete_before(tx, name, Some(row.get(0)?)),
        None => Ok(0),
    }
}

impl<S: Source> LogEngine for S {
    fn log_len(&self, name: &str) -> Result<u64> {
        self.read(|view| {
            let mut count = view.conn.prepare_cached("SELECT count(*) FROM beaver_logs WHERE log_name = ?1")?;
            Ok(count.query_row([name], |row| row.get(0))?)
        })
    }

    fn log_page(&self, name: &str, range: &LogRange, after: Option<f64>, limit: usize) -> Result<Vec<(f64, LogEntry)>> {
        self.read(|view| {
            let sql = if range.reverse {
                "SELECT timestamp, data FROM beaver_logs
                 WHERE log_name = ?1 AND timestamp >= ?2 AND timestamp < ?3 ORDER BY timestamp DESC LIMIT ?4"
            } else {
                "SELECT timestamp, data FROM beaver_logs
                 WHERE log_name = ?1 AND timestamp >= ?2 AND timestamp < ?3 ORDER BY timestamp LIMIT ?4"
            };
            let mut start = range.start.map_or(f64::NEG_INFINITY, to_seconds);
            let mut end = range.end.map_or(f64::INFINITY, to_seconds);
            match after {
                Some(place) if range.reverse => end = place,
                Some(place) => start = place.next_up(),
                None => {}
            }
            let mut page = view.conn.prepare_cached(sql)?;
            let entries = page.query_map(params![name, start, end, limit], |row| {
                let place: f64 = row.get(0)?;
                Ok((place, LogEntry { timestamp: time_of(place), data: Json::trusted(row.get::<_, String>(1)?) }))
            })?;
            Ok(entries.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn log_news(&self, name: &str, start: Micros, mark: Option<&LogMark>) -> Result<LogNews> {
        self.read_together(|view| news(view.conn, name, start, mark))
    }
}

/// A new row's number is larger than all others, as long as the largest is not removed: so what has come since a mark
/// has larger numbers than the newest row then.
fn news(conn: &Connection, name: &str, start: Micros, mark: Option<&LogMark>) -> Result<LogNews> {
    let (newest_removals, _) = removals(conn, NEWEST)?;
    let (removals, removed_to) = removals(conn, name)?;
    let newest_row = newest_row(conn)?.unwrap_or(0);
    let unharmed = |mark: &&LogMark| {
        mark.newest_removals == newest_removals
            && (mark.removals == removals || (mark.removals + 1 == removals && removed_to <= to_seconds(start)))
    };
    let since = mark.filter(unharmed);
    // The plus keeps the planner off the index by name: the rows are few, and theirs is the order asked for.
    let (sql, from) = match since {
        Some(mark) => (
            "SELECT timestamp, data FROM beaver_logs WHERE rowid > ?2 AND +log_name = ?1",
            rusqlite::types::Value::from(mark.newest_row),
        ),
        None => (
            "SELECT timestamp, data FROM beaver_logs WHERE log_name = ?1 AND timestamp >= ?2",
            to_seconds(start).into(),
        ),
    };
    let mut select = conn.prepare_cached(sql)?;
    let found = select.query_map(params![name, from], |row| {
        Ok(LogEntry { timestamp: time_of(row.get(0)?), data: Json::trusted(row.get::<_, String>(1)?) })
    })?;
    let mut entries = found.collect::<rusqlite::Result<Vec<_>>>()?;
    entries.sort_unstable_by_key(|entry| entry.timestamp);
    Ok(LogNews { entries, anew: since.is_none(), mark: LogMark { newest_row, removals, newest_removals } })
}

/// The largest number of a row.
fn newest_row(conn: &Connection) -> Result<Option<i64>> {
    Ok(conn.prepare_cached("SELECT max(rowid) FROM beaver_logs")?.query_row([], |row| row.get(0))?)
}

/// How often entries of a log were removed, and up to which time the last time.
fn removals(conn: &Connection, name: &str) -> Result<(i64, f64)> {
    let found = conn
        .prepare_cached("SELECT removals, removed_to FROM beaver_log_removals WHERE log_name = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.unwrap_or((0, f64::NEG_INFINITY)))
}

/// What is wrong with the logs.
pub(super) fn problems(view: &View<'_>) -> Result<Vec<String>> {
    let mut found = Findings::default();
    found.json_column(view.conn, "beaver_logs", ["log_name", "timestamp"], "data")?;
    found.rows(
        view.conn,
        "SELECT log_name, typeof(timestamp) FROM beaver_logs WHERE typeof(timestamp) <> 'real'",
        |row| {
            Ok(format!("beaver_logs: a time in {:?} is of type {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        },
    )?;
    Ok(found.into())
}
