//! How the watcher sees that another process committed, and how it sleeps until then.

use std::time::Duration;

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::super::conn::{Conn, moved};
use super::super::wal_index::WalIndex;
use crate::error::Result;

/// How long the watcher sleeps at the most: programs other than beaver commit without waking it.
const NET: Duration = Duration::from_millis(100);
/// How often it looks where no process wakes it, as long as something happens now and then.
const POLL: Duration = Duration::from_millis(8);

/// A connection to look with.
pub(in crate::sqlite) struct Eye {
    /// Where the platform can sleep on it.
    index: Option<WalIndex>,
    conn: Mutex<Conn>,
    /// What wakes it elsewhere, within the process.
    rung: Mutex<bool>,
    bell: Condvar,
}

impl Eye {
    /// `push`: be woken by every process's commits, where the platform can do that; else look at intervals.
    pub fn new(conn: Conn, push: bool) -> Result<Eye> {
        let index = if push && WalIndex::CAN_SLEEP { WalIndex::of(&conn)? } else { None };
        Ok(Eye { index, conn: Mutex::new(conn), rung: Mutex::default(), bell: Condvar::new() })
    }

    pub fn conn(&self) -> MutexGuard<'_, Conn> {
        self.conn.lock()
    }

    /// A number that is another one after every commit.
    pub fn version(&self) -> Result<i64> {
        match &self.index {
            Some(index) => Ok(index.changes().into()),
            None => {
                let conn = self.conn.lock();
                let mut version = conn.prepare_cached("PRAGMA data_version")?;
                Ok(version.query_row([], |row| row.get(0))?)
            }
        }
    }

    /// Sleeps until a commit after that version, or for a while: a longer one if nothing has happened for long.
    pub fn sleep(&self, version: i64, quiet: bool) {
        match (&self.index, u32::try_from(version)) {
            (Some(index), Ok(version)) => index.sleep(version, NET),
            _ => {
                let mut rung = self.rung.lock();
                if !*rung {
                    self.bell.wait_for(&mut rung, if quiet { NET } else { POLL });
                }
                *rung = false;
            }
        }
    }

    /// Whether commits do not wake it by themselves.
    pub fn polls(&self) -> bool {
        self.index.is_none()
    }

    /// Wakes the watcher, if it sleeps by now.
    pub fn ring(&self) {
        if let Some(index) = &self.index {
            index.wake();
            return;
        }
        *self.rung.lock() = true;
        self.bell.notify_one();
    }

    /// Fails if the file is not any more where it was opened.
    pub fn check_place(&self) -> Result<()> {
        if self.conn.lock().has_moved() {
            return Err(moved());
        }
        Ok(())
    }
}
