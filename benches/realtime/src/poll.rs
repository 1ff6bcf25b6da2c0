//! What a program does without beaver: tables of its own, and a look at `PRAGMA data_version` each millisecond.

use std::time::Duration;

use anyhow::{Result, ensure};
use rusqlite::{Connection, OptionalExtension};

use crate::means::{Lock, Receiver, Sender, What};

const PAUSE: Duration = Duration::from_millis(1);

pub struct File {
    conn: Connection,
    version: i64,
}

impl File {
    pub fn open(path: &str) -> Result<File> {
        let conn = Connection::open(path)?;
        conn.busy_timeout(Duration::from_secs(5))?;
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
             CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY, payload TEXT NOT NULL);
             CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, payload TEXT NOT NULL);
             CREATE TABLE IF NOT EXISTS locks (name TEXT PRIMARY KEY, held INTEGER NOT NULL);
             INSERT OR IGNORE INTO locks VALUES ('bench', 0);",
        )?;
        Ok(File { conn, version: 0 })
    }

    fn version(&self) -> Result<i64> {
        Ok(self.conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
    }

    /// Sleeps for a while, and tells whether another process has committed by then.
    pub fn look(&mut self) -> Result<bool> {
        std::thread::sleep(PAUSE);
        let version = self.version()?;
        Ok(std::mem::replace(&mut self.version, version) != version)
    }

    /// Waits until `find` finds something.
    fn wait<T>(&mut self, mut find: impl FnMut(&Connection) -> Result<Option<T>>) -> Result<T> {
        loop {
            // Taken before the look: what is committed during it is looked at again.
            self.version = self.version()?;
            if let Some(found) = find(&self.conn)? {
                return Ok(found);
            }
            while !self.look()? {}
        }
    }
}

struct Table(File, &'static str);

impl Sender for Table {
    fn send(&mut self, payload: &str) -> Result<()> {
        let Table(file, insert) = self;
        file.conn.prepare_cached(insert)?.execute([payload])?;
        Ok(())
    }
}

pub fn sender(path: &str, what: What) -> Result<Box<dyn Sender>> {
    let insert = match what {
        What::Messages => "INSERT INTO messages (payload) VALUES (?1)",
        What::Items => "INSERT INTO items (payload) VALUES (?1)",
    };
    Ok(Box::new(Table(File::open(path)?, insert)))
}

struct Messages {
    file: File,
    last: i64,
}

impl Receiver for Messages {
    fn receive(&mut self) -> Result<String> {
        let Messages { file, last } = self;
        let (id, payload) = file.wait(|conn| {
            let mut next = conn.prepare_cached("SELECT id, payload FROM messages WHERE id > ?1 ORDER BY id LIMIT 1")?;
            Ok(next.query_row([*last], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
        })?;
        *last = id;
        Ok(payload)
    }
}

struct Items(File);

impl Receiver for Items {
    fn receive(&mut self) -> Result<String> {
        self.0.wait(|conn| {
            // Not to take the write lock in vain.
            if !conn.prepare_cached("SELECT 1 FROM items LIMIT 1")?.exists([])? {
                return Ok(None);
            }
            let take = "DELETE FROM items WHERE id = (SELECT min(id) FROM items) RETURNING payload";
            Ok(conn.prepare_cached(take)?.query_row([], |row| row.get(0)).optional()?)
        })
    }
}

pub fn receiver(path: &str, what: What) -> Result<Box<dyn Receiver>> {
    let file = File::open(path)?;
    Ok(match what {
        What::Messages => {
            let last = file.conn.query_row("SELECT ifnull(max(id), 0) FROM messages", [], |row| row.get(0))?;
            Box::new(Messages { file, last })
        }
        What::Items => Box::new(Items(file)),
    })
}

impl Lock for File {
    fn acquire(&mut self) -> Result<()> {
        self.wait(|conn| {
            if conn.prepare_cached("SELECT held FROM locks WHERE name = 'bench'")?.query_row([], |row| row.get(0))? {
                return Ok(None);
            }
            let take = "UPDATE locks SET held = 1 WHERE name = 'bench' AND held = 0";
            Ok((conn.prepare_cached(take)?.execute([])? == 1).then_some(()))
        })
    }

    fn release(&mut self) -> Result<()> {
        let give = "UPDATE locks SET held = 0 WHERE name = 'bench' AND held = 1";
        ensure!(self.conn.prepare_cached(give)?.execute([])? == 1, "the lock was lost");
        Ok(())
    }
}

pub fn lock(path: &str) -> Result<Box<dyn Lock>> {
    Ok(Box::new(File::open(path)?))
}
