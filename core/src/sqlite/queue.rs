//! Queues in `beaver_priority_queues`, as BeaverDB 1.x has them, and their leases beside it in
//! `beaver_queue_leases`.
//!
//! A row of the second table is in one of three states. *Out*: `returned` is 0 and `leased_until` is to
//! come; whoever has its id may settle it. *Delayed*: `returned` is 1 and `leased_until` is to come. *Back*:
//! `leased_until` is past, so it stands in the order of the queue again. The first write that meets rows
//! whose time has just passed marks them with `leased_until` = 0; so the ones that are back stand in
//! the order of the queue in the index `beaver_queue_leases_until`, and a clock that is set back does not
//! lend them out again.

use std::cmp::Ordering;

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::apply::Tx;
use super::source::{Source, View};
use crate::clock::{Micros, from_seconds, later, to_seconds};
use crate::engine::{DeadLetter, LeasedItem, QueueChange, QueueCursor, QueueEngine, QueueItem, Reply};
use crate::error::Result;
use crate::value::Json;

/// How many items one change moves to a dead letter queue before it lets other writers pass.
const MOST_DEAD: usize = 1_000;

pub(super) fn apply(tx: &mut Tx<'_>, name: &str, change: &QueueChange) -> Result<Reply> {
    match change {
        QueueChange::Put(items) => {
            for (data, priority) in items {
                put(tx, name, data.as_str(), *priority)?;
            }
            Ok(Reply::Done)
        }
        QueueChange::Take { count } => {
            let items = take(tx, name, *count)?;
            if items.is_empty() {
                return empty(tx, name);
            }
            Ok(Reply::Items(items.into_iter().map(Taken::item).collect()))
        }
        QueueChange::Lease { lease, dead_letter } => {
            let until = later(tx.now, *lease);
            match lend(tx, name, until, dead_letter.as_ref())? {
                Lent::Item(item) => Ok(Reply::Leased(item)),
                Lent::Nothing => empty(tx, name),
                Lent::TooManyDead => Ok(Reply::Empty { retry_at: Some(tx.now) }),
            }
        }
        QueueChange::Ack { id } => settle(tx, "DELETE FROM beaver_queue_leases", name, *id, None),
        QueueChange::Nack { id, delay } => {
            let until = if delay.is_zero() { 0 } else { later(tx.now, *delay) };
            settle(tx, "UPDATE beaver_queue_leases SET returned = 1, leased_until = ?4", name, *id, Some(until))
        }
        QueueChange::Extend { id, lease } => {
            settle(tx, "UPDATE beaver_queue_leases SET leased_until = ?4", name, *id, Some(later(tx.now, *lease)))
        }
        QueueChange::Clear => {
            let mut removed = 0;
            for table in ["beaver_priority_queues", "beaver_queue_leases"] {
                removed +=
                    tx.conn.prepare_cached(&format!("DELETE FROM {table} WHERE queue_name = ?1"))?.execute([name])?;
            }
            Ok(Reply::Count(removed as u64))
        }
        QueueChange::Restore { data, priority, timestamp } => {
            insert(tx, name, data.as_str(), *priority, to_seconds(*timestamp))?;
            Ok(Reply::Done)
        }
    }
}

/// Puts an item behind all others of its priority, whatever the clock says.
fn put(tx: &Tx<'_>, name: &str, data: &str, priority: f64) -> Result<()> {
    let newest: Option<f64> = tx
        .conn
        .prepare_cached(
            "SELECT max(newest) FROM (
                 SELECT max(timestamp) AS newest FROM beaver_priority_queues WHERE queue_name = ?1 AND priority = ?2
                 UNION ALL
                 SELECT max(timestamp) FROM beaver_queue_leases WHERE queue_name = ?1 AND priority = ?2)",
        )?
        .query_row(params![name, priority], |row| row.get(0))?;
    let stamp = newest.map_or(tx.now, |newest| tx.now.max(from_seconds(newest).saturating_add(1)));
    insert(tx, name, data, priority, to_seconds(stamp))
}

fn insert(tx: &Tx<'_>, name: &str, data: &str, priority: f64, stamp: f64) -> Result<()> {
    tx.conn
        .prepare_cached("INSERT INTO beaver_priority_queues VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![name, priority, stamp, data])?;
    Ok(())
}

/// An item that was taken out of its table.
struct Taken {
    place: Place,
    data: String,
    /// How often it was given out before.
    attempts: u32,
}

impl Taken {
    fn item(self) -> QueueItem {
        self.place.item(self.data)
    }
}

/// Takes the first items out of the queue.
fn take(tx: &Tx<'_>, name: &str, count: usize) -> Result<Vec<Taken>> {
    if !sweep(tx, name)? {
        return take_stored(tx, name, count);
    }
    page(tx.conn, tx.now, name, None, count)?.into_iter().map(|place| remove(tx, place)).collect()
}

/// As [`take`], where no lease has come back: then the queue's own table has the order.
fn take_stored(tx: &Tx<'_>, name: &str, count: usize) -> Result<Vec<Taken>> {
    let mut delete = tx.conn.prepare_cached(
        "DELETE FROM beaver_priority_queues WHERE rowid IN (
             SELECT rowid FROM beaver_priority_queues WHERE queue_name = ?1
             ORDER BY priority, timestamp, rowid LIMIT ?2)
         RETURNING rowid, priority, timestamp, data",
    )?;
    let mut taken: Vec<Taken> = delete
        .query_map(params![name, count], |row| {
            Ok(Taken { place: Place::stored(row)?, data: row.get(3)?, attempts: 0 })
        })?
        .collect::<rusqlite::Result<_>>()?;
    // SQLite gives deleted rows in any order.
    taken.sort_by(|a, b| a.place.order(&b.place));
    Ok(taken)
}

/// Removes an item from its table.
fn remove(tx: &Tx<'_>, place: Place) -> Result<Taken> {
    let sql = if place.leased {
        "DELETE FROM beaver_queue_leases WHERE lease_id = ?1 RETURNING data, attempts"
    } else {
        "DELETE FROM beaver_priority_queues WHERE rowid = ?1 RETURNING data, 0"
    };
    let (data, attempts) = tx.conn.prepare_cached(sql)?.query_row([place.row], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Taken { place, data, attempts })
}

enum Lent {
    Item(Box<LeasedItem>),
    Nothing,
    /// So many were given out too often that it is somebody else's turn to write.
    TooManyDead,
}

fn lend(tx: &Tx<'_>, name: &str, until: Micros, dead_letter: Option<&DeadLetter>) -> Result<Lent> {
    for _ in 0..MOST_DEAD {
        let Some(Taken { place, data, attempts }) = take(tx, name, 1)?.pop() else { return Ok(Lent::Nothing) };
        match dead_letter {
            Some(dead) if attempts >= dead.max_attempts => put(tx, &dead.queue, &data, place.priority)?,
            _ => {
                let attempts = attempts.saturating_add(1);
                tx.conn
                    .prepare_cached(
                        "INSERT INTO beaver_queue_leases (queue_name, priority, timestamp, data, attempts, leased_until, returned)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)",
                    )?
                    .execute(params![name, place.priority, place.stamp, data, attempts, to_seconds(until)])?;
                let id = tx.conn.last_insert_rowid().unsigned_abs();
                return Ok(Lent::Item(Box::new(LeasedItem { id, attempts, item: place.item(data) })));
            }
        }
    }
    Ok(Lent::TooManyDead)
}

/// Changes a lease that is still out; tells whether it was.
fn settle(tx: &Tx<'_>, what: &str, name: &str, id: u64, until: Option<Micros>) -> Result<Reply> {
    let Ok(id) = i64::try_from(id) else { return Ok(Reply::Flag(false)) };
    let sql = format!("{what} WHERE lease_id = ?1 AND queue_name = ?2 AND returned = 0 AND leased_until > ?3");
    let mut statement = tx.conn.prepare_cached(&sql)?;
    let now = to_seconds(tx.now);
    let settled = match until {
        None => statement.execute(params![id, name, now])?,
        Some(until) => statement.execute(params![id, name, now, to_seconds(until)])?,
    };
    Ok(Reply::Flag(settled > 0))
}

fn empty(tx: &Tx<'_>, name: &str) -> Result<Reply> {
    Ok(Reply::Empty { retry_at: next_after(tx.conn, tx.now, name)? })
}

/// Whether anything that was given out has come back.
fn any_back(conn: &Connection, now: Micros, name: &str) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM beaver_queue_leases WHERE queue_name = ?1 AND leased_until <= ?2 LIMIT 1")?
        .exists(params![name, to_seconds(now)])?)
}

/// Marks what has come back; tells whether anything has.
fn sweep(tx: &Tx<'_>, name: &str) -> Result<bool> {
    if !any_back(tx.conn, tx.now, name)? {
        return Ok(false);
    }
    tx.conn
        .prepare_cached(
            "UPDATE beaver_queue_leases SET leased_until = 0, returned = 1
             WHERE queue_name = ?1 AND leased_until > 0 AND leased_until <= ?2",
        )?
        .execute(params![name, to_seconds(tx.now)])?;
    Ok(true)
}

fn next_after(conn: &Connection, now: Micros, name: &str) -> Result<Option<Micros>> {
    let at: Option<f64> = conn
        .prepare_cached(
            "SELECT min(leased_until) FROM beaver_queue_leases WHERE queue_name = ?1 AND leased_until > ?2",
        )?
        .query_row(params![name, to_seconds(now)], |row| row.get(0))?;
    Ok(at.map(from_seconds))
}

/// Where an item stands: its place in the order, and its row. Times are as they are stored, because
/// other tools write finer ones than ours.
struct Place {
    priority: f64,
    stamp: f64,
    /// Whether it is a lease that came back. Those go first where the stamps are the same.
    leased: bool,
    row: i64,
}

impl Place {
    fn stored(row: &Row<'_>) -> rusqlite::Result<Place> {
        Ok(Place { row: row.get(0)?, priority: row.get(1)?, stamp: row.get(2)?, leased: false })
    }

    fn leased(row: &Row<'_>) -> rusqlite::Result<Place> {
        Ok(Place { leased: true, ..Place::stored(row)? })
    }

    fn order(&self, other: &Place) -> Ordering {
        self.priority
            .total_cmp(&other.priority)
            .then(self.stamp.total_cmp(&other.stamp))
            .then(other.leased.cmp(&self.leased))
            .then(self.row.cmp(&other.row))
    }

    fn item(&self, data: String) -> QueueItem {
        QueueItem { priority: self.priority, timestamp: from_seconds(self.stamp), data: Json::trusted(data) }
    }

    fn cursor(&self) -> QueueCursor {
        QueueCursor { priority: self.priority, stamp: self.stamp, leased: self.leased, row: self.row }
    }
}

/// The places of the first items after a cursor, stored ones and those that are back.
fn page(conn: &Connection, now: Micros, name: &str, after: Option<QueueCursor>, limit: usize) -> Result<Vec<Place>> {
    let start = QueueCursor { priority: f64::NEG_INFINITY, stamp: f64::NEG_INFINITY, leased: true, row: i64::MIN };
    let QueueCursor { priority, stamp, leased, row } = after.unwrap_or(start);
    // At the same stamp, all leases come before all stored items.
    let (stored_row, leased_row) = if leased { (i64::MIN, row) } else { (row, i64::MAX) };

    let mut places = collect(
        conn,
        "SELECT rowid, priority, timestamp FROM beaver_priority_queues
         WHERE queue_name = ?1 AND (priority, timestamp, rowid) > (?2, ?3, ?4)
         ORDER BY priority, timestamp, rowid LIMIT ?5",
        params![name, priority, stamp, stored_row, limit],
        Place::stored,
    )?;
    if !any_back(conn, now, name)? {
        return Ok(places);
    }
    places.extend(collect(
        conn,
        "SELECT lease_id, priority, timestamp FROM beaver_queue_leases
         WHERE queue_name = ?1 AND leased_until = 0 AND (priority, timestamp, lease_id) > (?2, ?3, ?4)
         ORDER BY priority, timestamp, lease_id LIMIT ?5",
        params![name, priority, stamp, leased_row, limit],
        Place::leased,
    )?);
    // Those that no write has met yet; the plus signs let SQLite find these few by their time.
    places.extend(collect(
        conn,
        "SELECT lease_id, priority, timestamp FROM beaver_queue_leases
         WHERE queue_name = ?1 AND leased_until > 0 AND leased_until <= ?6
           AND (+priority, +timestamp, +lease_id) > (?2, ?3, ?4)
         ORDER BY +priority, +timestamp, +lease_id LIMIT ?5",
        params![name, priority, stamp, leased_row, limit, to_seconds(now)],
        Place::leased,
    )?);
    places.sort_by(Place::order);
    places.truncate(limit);
    Ok(places)
}

fn collect(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<Place>,
) -> Result<Vec<Place>> {
    Ok(conn.prepare_cached(sql)?.query_map(params, read)?.collect::<rusqlite::Result<_>>()?)
}

fn load(conn: &Connection, place: &Place) -> Result<Option<QueueItem>> {
    let sql = if place.leased {
        "SELECT data FROM beaver_queue_leases WHERE lease_id = ?1"
    } else {
        "SELECT data FROM beaver_priority_queues WHERE rowid = ?1"
    };
    let data = conn.prepare_cached(sql)?.query_row([place.row], |row| row.get(0)).optional()?;
    Ok(data.map(|data| place.item(data)))
}

/// How many items can be taken now, counted up to a limit.
pub(super) fn available(view: &View<'_>, name: &str, limit: usize) -> Result<usize> {
    Ok(page(view.conn, view.now, name, None, limit)?.len())
}

/// Whether nothing can be taken now.
pub(super) fn is_empty(view: &View<'_>, name: &str) -> Result<bool> {
    Ok(page(view.conn, view.now, name, None, 1)?.is_empty())
}

/// When the next item comes back that is out or delayed.
pub(super) fn next_return(view: &View<'_>, name: &str) -> Result<Option<Micros>> {
    next_after(view.conn, view.now, name)
}

fn count(view: &View<'_>, sql: &str, params: impl Params) -> Result<u64> {
    Ok(view.conn.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
}

impl<S: Source> QueueEngine for S {
    fn queue_peek(&self, name: &str) -> Result<Option<QueueItem>> {
        self.read_together(|view| match page(view.conn, view.now, name, None, 1)?.pop() {
            Some(place) => load(view.conn, &place),
            None => Ok(None),
        })
    }

    fn queue_len(&self, name: &str) -> Result<u64> {
        self.read_together(|view| {
            let stored = count(view, "SELECT count(*) FROM beaver_priority_queues WHERE queue_name = ?1", [name])?;
            let back = "SELECT count(*) FROM beaver_queue_leases WHERE queue_name = ?1 AND leased_until <= ?2";
            Ok(stored + count(view, back, params![name, to_seconds(view.now)])?)
        })
    }

    fn queue_leased(&self, name: &str) -> Result<u64> {
        let out =
            "SELECT count(*) FROM beaver_queue_leases WHERE queue_name = ?1 AND leased_until > ?2 AND returned = 0";
        self.read(|view| count(view, out, params![name, to_seconds(view.now)]))
    }

    fn queue_total(&self, name: &str) -> Result<u64> {
        self.read_together(|view| {
            let stored = "SELECT count(*) FROM beaver_priority_queues WHERE queue_name = ?1";
            let leased = "SELECT count(*) FROM beaver_queue_leases WHERE queue_name = ?1";
            Ok(count(view, stored, [name])? + count(view, leased, [name])?)
        })
    }

    fn queue_page(
        &self,
        name: &str,
        all: bool,
        after: Option<QueueCursor>,
        limit: usize,
    ) -> Result<Vec<(QueueCursor, QueueItem)>> {
        self.read_together(|view| {
            let mut items = Vec::with_capacity(limit.min(1_024));
            // At the end of time, every lease has come back.
            let now = if all { Micros::MAX } else { view.now };
            for place in page(view.conn, now, name, after, limit)? {
                items.extend(load(view.conn, &place)?.map(|item| (place.cursor(), item)));
            }
            Ok(items)
        })
    }
}

/// What is wrong in the tables, a line for each queue and fault.
pub(super) fn problems(view: &View<'_>) -> Result<Vec<String>> {
    let bad_number = |column: &str| format!("typeof({column}) <> 'real' OR abs({column}) >= 9e999");
    let checks = [
        ("beaver_priority_queues", bad_number("priority"), "a priority that is no finite number"),
        ("beaver_priority_queues", bad_number("timestamp"), "a timestamp that is no finite number"),
        ("beaver_queue_leases", bad_number("priority"), "a leased priority that is no finite number"),
        ("beaver_queue_leases", bad_number("timestamp"), "a leased timestamp that is no finite number"),
        ("beaver_queue_leases", bad_number("leased_until"), "a lease without an end"),
        (
            "beaver_queue_leases",
            "typeof(attempts) <> 'integer' OR attempts < 1".into(),
            "a lease that was never given out",
        ),
        ("beaver_queue_leases", "returned NOT IN (0, 1)".into(), "a lease in a state that is not known"),
    ];
    let mut problems = Vec::new();
    for (table, fault, what) in checks {
        let sql = format!("SELECT queue_name, count(*) FROM {table} WHERE {fault} GROUP BY queue_name");
        let mut statement = view.conn.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (name, items): (String, u64) = (row.get(0)?, row.get(1)?);
            problems.push(format!("queue {name:?}: {what} ({items} of its items)"));
        }
    }
    Ok(problems)
}
