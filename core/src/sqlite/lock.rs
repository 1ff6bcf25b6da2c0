//! Locks in `beaver_lock_waiters`: a line of waiters per lock. The holder is the one who asked first
//! among those whose `expires_at` is not past, as in BeaverDB 1.x.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::apply::Tx;
use super::source::Source;
use super::watch::Heir;
use crate::clock::{Micros, from_seconds, later, to_seconds};
use crate::engine::{LockChange, LockEngine, Reply};
use crate::error::{Error, Result};

/// How long a place in the line lasts without a sign of life. Waiters give one at half of it, so a
/// waiter that died holds the others up for at most this long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who holds the lock, and until when.
pub(super) const FIRST_IN_LINE: &str = "SELECT waiter_id, expires_at FROM beaver_lock_waiters
    WHERE lock_name = ?1 AND expires_at > ?2 ORDER BY requested_at LIMIT 1";

pub(super) fn apply(tx: &mut Tx<'_>, name: &Arc<str>, owner: Option<&str>, change: &LockChange) -> Result<Reply> {
    // Whatever happens here, the next change of a structure looks again.
    tx.known.locks = None;
    if let LockChange::Clear = change {
        let removed =
            tx.conn.prepare_cached("DELETE FROM beaver_lock_waiters WHERE lock_name = ?1")?.execute([&**name])?;
        tx.heirs.push(Heir { lock: name.clone(), owner: None });
        return Ok(Reply::Count(removed as u64));
    }
    let owner = owner.ok_or_else(|| Error::internal("a lock change without an owner"))?;
    match change {
        LockChange::Acquire { ttl, again } => acquire(tx, name, owner, *ttl, *again),
        LockChange::Leave => {
            let held = is_holder(tx, name, owner)?;
            leave(tx, name, owner)?;
            let heir = first(tx.conn, tx.now, name)?.map(|(heir, _)| heir);
            tx.heirs.push(Heir { lock: name.clone(), owner: heir });
            Ok(Reply::Flag(held))
        }
        LockChange::StopWaiting => {
            if !is_holder(tx, name, owner)? {
                leave(tx, name, owner)?;
            }
            Ok(Reply::Done)
        }
        LockChange::Renew { ttl } => {
            let held = is_holder(tx, name, owner)?;
            if held {
                extend(tx, name, owner, *ttl)?;
            }
            Ok(Reply::Flag(held))
        }
        LockChange::Clear => Err(Error::internal("handled above")),
    }
}

fn acquire(tx: &mut Tx<'_>, name: &str, owner: &str, ttl: Duration, again: bool) -> Result<Reply> {
    tx.conn
        .prepare_cached("DELETE FROM beaver_lock_waiters WHERE lock_name = ?1 AND expires_at <= ?2")?
        .execute(params![name, to_seconds(tx.now)])?;
    let mine: Option<f64> = tx
        .conn
        .prepare_cached("SELECT expires_at FROM beaver_lock_waiters WHERE lock_name = ?1 AND waiter_id = ?2")?
        .query_row([name, owner], |row| row.get(0))
        .optional()?;
    if mine.is_none() {
        take_place(tx, name, owner)?;
    }
    let Some((holder, until)) = first(tx.conn, tx.now, name)? else {
        return Err(Error::internal("the line is empty after somebody took a place"));
    };
    if holder == owner {
        if !again || until < later(tx.now, ttl) {
            extend(tx, name, owner, ttl)?;
        }
        return Ok(Reply::Flag(true));
    }
    let half = i64::try_from(PATIENCE.as_micros() / 2).unwrap_or(i64::MAX);
    if mine.is_some_and(|at| from_seconds(at) - tx.now <= half) {
        extend(tx, name, owner, PATIENCE)?;
    }
    Ok(Reply::Empty { retry_at: Some(until.min(tx.now + half)) })
}

fn is_holder(tx: &Tx<'_>, name: &str, owner: &str) -> Result<bool> {
    Ok(first(tx.conn, tx.now, name)?.is_some_and(|(holder, _)| holder == owner))
}

fn leave(tx: &Tx<'_>, name: &str, owner: &str) -> Result<()> {
    tx.conn
        .prepare_cached("DELETE FROM beaver_lock_waiters WHERE lock_name = ?1 AND waiter_id = ?2")?
        .execute([name, owner])?;
    Ok(())
}

/// The end of the line: later than everybody in it, whatever the clock says.
fn take_place(tx: &mut Tx<'_>, name: &str, owner: &str) -> Result<()> {
    let newest: Option<f64> = tx
        .conn
        .prepare_cached("SELECT max(requested_at) FROM beaver_lock_waiters WHERE lock_name = ?1")?
        .query_row([name], |row| row.get(0))?;
    let stamp = newest.map_or(tx.now, |newest| tx.now.max(from_seconds(newest).saturating_add(1)));
    tx.conn.prepare_cached("INSERT INTO beaver_lock_waiters VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        name,
        owner,
        to_seconds(stamp),
        to_seconds(later(tx.now, PATIENCE))
    ])?;
    Ok(())
}

fn extend(tx: &Tx<'_>, name: &str, owner: &str, ttl: Duration) -> Result<()> {
    tx.conn
        .prepare_cached("UPDATE beaver_lock_waiters SET expires_at = ?3 WHERE lock_name = ?1 AND waiter_id = ?2")?
        .execute(params![name, owner, to_seconds(later(tx.now, ttl))])?;
    Ok(())
}

/// Who holds the lock, and until when.
pub(super) fn first(conn: &Connection, now: Micros, name: &str) -> Result<Option<(String, Micros)>> {
    let found = conn
        .prepare_cached(FIRST_IN_LINE)?
        .query_row(params![name, to_seconds(now)], |row| Ok((row.get(0)?, from_seconds(row.get(1)?))))
        .optional()?;
    Ok(found)
}

impl<S: Source> LockEngine for S {
    fn lock_holder(&self, name: &str) -> Result<Option<String>> {
        self.read(|view| Ok(first(view.conn, view.now, name)?.map(|(holder, _)| holder)))
    }
}
