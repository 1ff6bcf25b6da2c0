//! Opening, pausing, resuming, closing.

use std::path::Path;
use std::sync::Arc;

use super::busy::Patience;
use super::cache::ReadCache;
use super::conn::{Conn, Place, Registry, Role};
use super::readers::{self, Readers};
use super::schema::{self, Found};
use super::watch::Watch;
use super::writer::{WriteConn, Writer};
use super::{Sqlite, busy, event};
use crate::error::{Error, ErrorKind, Result};
use crate::fork;
use crate::gate::{Gate, State};
use crate::options::{LogLevel, Options};

impl Sqlite {
    /// Opens a file, or a database in memory. Nothing that grows with the data is read.
    pub fn open(place: Option<&Path>, mut options: Options) -> Result<Arc<Sqlite>> {
        fork::watch();
        if let Some(path) = place {
            check_path(path)?;
        }
        let place = match place {
            None => Place::Memory,
            // Made absolute: the program may change its directory before the next connection.
            Some(path) => Place::File(std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())),
        };
        let registry = Arc::new(Registry::default());
        let gate = Arc::new(Gate::new());
        let (writer, incomplete) = connect(&place, &options, &registry)?;
        let writer = Writer::new(writer)?;
        let engine = Arc::new_cyclic(|this| Sqlite {
            sink: parking_lot::RwLock::new(options.log.take()),
            codes: super::collection::CodeCache::new(options.code_cache_bytes()),
            cache: (options.read_cache_bytes > 0 && place != Place::Memory)
                .then(|| ReadCache::new(options.read_cache_bytes)),
            identity: parking_lot::Mutex::new(place.identity()),
            place,
            watch: Watch::new(gate.clone(), options.clock.clone()),
            options,
            gate,
            registry,
            readers: Readers::new(incomplete),
            writer,
            slots: parking_lot::Mutex::default(),
            life: parking_lot::Mutex::default(),
            this: this.clone(),
        });
        engine.log(LogLevel::Info, "opened");
        Ok(engine)
    }

    /// Creates the tables that an older file lacks, before the first write to it.
    pub(super) fn complete_schema(&self, conn: &Conn, patience: Patience) -> Result<()> {
        if !self.readers.incomplete() {
            return Ok(());
        }
        self.begin_waiting(conn, patience)?;
        let outcome = schema::inspect(conn).and_then(|found| match found {
            Found::Current => Ok(()),
            Found::Empty | Found::Older => schema::complete(conn),
        });
        if let Err(e) = outcome {
            let _ = conn.execute_batch("ROLLBACK");
            return Err(e);
        }
        conn.execute_batch("COMMIT")?;
        self.readers.completed();
        self.log(LogLevel::Info, "completed the tables of an older file");
        Ok(())
    }

    /// Why there is no connection.
    pub(super) fn gone(&self) -> Error {
        self.gate.check().err().unwrap_or_else(|| {
            Error::new(ErrorKind::ReadOnly, "the database was opened read-only: open it without read_only to write")
        })
    }

    /// As [`Sqlite::complete_schema`], for who does not write yet.
    pub(super) fn complete(&self) -> Result<()> {
        if !self.readers.incomplete() || self.options.read_only {
            return Ok(());
        }
        let patience = self.patience();
        let turn = self.writer.exclusive_within(self, patience)?;
        match turn.lock().as_ref() {
            Some(write) => self.complete_schema(&write.conn, patience),
            None => Err(self.gone()),
        }
    }

    pub(super) fn run_pause(&self) -> Result<()> {
        if !self.gate.forked() {
            self.writer.refuse_inside_transaction()?;
        }
        let _alone = self.life.lock();
        if self.gate.state() == State::Paused && !self.gate.forked() {
            return Ok(());
        }
        self.gate.check()?;
        self.gate.set(State::Paused);
        // Waits that only wake after the resume end too: what they waited with is gone.
        self.gate.interrupt();
        self.log(LogLevel::Info, "paused");
        if self.place == Place::Memory {
            self.end_waits();
            return Ok(());
        }
        self.let_go()
    }

    pub(super) fn run_resume(&self) -> Result<()> {
        if self.gate.forked() {
            return self.gate.check();
        }
        let _alone = self.life.lock();
        if self.gate.state() != State::Paused {
            return self.gate.check();
        }
        if let Place::File(_) = self.place {
            let turn = self.writer.exclusive()?;
            let (writer, _) = connect(&self.place, &self.options, &self.registry)?;
            *self.identity.lock() = self.place.identity();
            *turn.lock() = writer.map(WriteConn::new).transpose()?;
        }
        self.gate.set(State::Open);
        self.log(LogLevel::Info, "resumed");
        if self.watch.streams().subscribers() > 0 {
            self.keep_watch()?;
        }
        Ok(())
    }

    pub(super) fn run_close(&self) -> Result<()> {
        if self.gate.forked() {
            return self.gate.check();
        }
        self.writer.refuse_inside_transaction()?;
        if self.gate.set(State::Closed) == State::Closed {
            return Ok(());
        }
        // Those who wait in line for a pause or resume to end must not wait for this one.
        self.end_waits();
        let _alone = self.life.lock();
        self.log(LogLevel::Info, "closed");
        self.let_go()
    }

    /// Wakes everybody who waits, to look at the gate.
    pub(super) fn end_waits(&self) {
        self.watch.notify_all();
        self.writer.wake_line();
    }

    /// Ends waits, reads and streams, lets the running write finish, and closes every connection.
    /// The last one to close checkpoints the WAL and removes it.
    fn let_go(&self) -> Result<()> {
        self.end_waits();
        self.registry.interrupt(false);
        let turn = self.writer.exclusive()?;
        for slot in self.slots.lock().drain(..) {
            if let Some(slot) = slot.upgrade() {
                slot.end();
            }
        }
        self.readers.drain();
        self.watch.shut();
        // Whoever opens the file again may find another one in its place.
        self.codes.clear();
        if let Some(cache) = &self.cache {
            cache.clear();
        }
        let writer = turn.lock().take();
        if let Some(writer) = &writer
            && self.gate.state() == State::Closed
            && self.watch.has_listened()
        {
            // Best effort: what stays is found by the writers, who get no answer.
            let _ = event::forget(&writer.conn, self.watch.listener());
        }
        drop(writer);
        Ok(())
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        if !self.gate.forked() {
            let _ = self.run_close();
        }
    }
}

/// SQLite would take an empty path as a database of its own that is gone at the end.
fn check_path(path: &Path) -> Result<()> {
    if path.as_os_str().is_empty() {
        return Err(Error::invalid("the path is empty: give the path of a file, or :memory:"));
    }
    if path.as_os_str().as_encoded_bytes().contains(&0) {
        return Err(Error::invalid("the path holds a NUL character"));
    }
    Ok(())
}

/// Opens the first connections of a database: the writer (unless read-only), and whether tables of
/// ours are missing.
fn connect(place: &Place, options: &Options, registry: &Arc<Registry>) -> Result<(Option<Conn>, bool)> {
    if options.read_only {
        if *place == Place::Memory {
            return Err(Error::invalid("a database in memory cannot be read-only"));
        }
        let reader = readers::open(place, options, registry)?;
        return Ok((None, schema::inspect(&reader)? != Found::Current));
    }
    let conn = Conn::open(place, options, Role::Writer, registry)?;
    if conn.is_readonly("main")? {
        return Err(Error::new(
            ErrorKind::ReadOnly,
            "the file cannot be written: mend its rights, or open it with read_only",
        ));
    }
    let found = schema::inspect(&conn)?;
    if let Place::File(_) = place {
        let mode = busy::retried(options, || {
            Ok(conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0))?)
        })?;
        if mode != "wal" {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "the file's place does not allow SQLite's WAL mode (a network share?)",
            ));
        }
    }
    conn.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864;")?;
    if found == Found::Empty {
        conn.execute_batch("BEGIN IMMEDIATE")?;
        // Another process may have been faster.
        if schema::inspect(&conn)? == Found::Empty {
            schema::complete(&conn)?;
        }
        conn.execute_batch("COMMIT")?;
    }
    // From here on the writer waits in its own way.
    conn.busy_timeout(std::time::Duration::ZERO)?;
    Ok((Some(conn), found == Found::Older))
}
