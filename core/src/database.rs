//! The database: opening it, what it holds, and what is done to it as a whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::batch::Batch;
use crate::blob::Blobs;
use crate::channel::Channel;
use crate::collection::Collection;
use crate::dict::Dict;
use crate::engine::{Engine, Kind, Store};
use crate::error::Result;
use crate::event::{self, Events};
use crate::list::List;
use crate::lock::Lock;
use crate::log::Log;
use crate::options::{Durability, LogSink, Options};
use crate::queue::Queue;
use crate::sqlite::{self, Sqlite};
use crate::value::Json;

/// An open database. Clones share it; the last one to go closes it.
///
/// Any thread may use any handle at any time. A reader never waits for a writer.
#[derive(Clone)]
pub struct Beaver {
    pub(crate) engine: Arc<dyn Engine>,
}

/// What a database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Info {
    /// The file, or none for a database in memory.
    pub path: Option<PathBuf>,
    /// The number of the file format that this version writes.
    pub format: u32,
    /// Every structure, by kind and name.
    pub structures: Vec<StructureInfo>,
}

/// A structure, as [`Beaver::info`] lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct StructureInfo {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// How many items it has.
    pub count: u64,
}

/// What [`Beaver::verify`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct VerifyReport {
    /// One line for each fault; none if the file is sound.
    pub problems: Vec<String>,
}

/// What [`Beaver::repair`] did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RepairReport {
    /// The collections whose derived data were made anew.
    pub collections: Vec<String>,
    /// What [`Beaver::verify`] finds afterwards: faults that only a backup can mend.
    pub problems: Vec<String>,
}

/// Sizes and counts for diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Stats {
    /// The size of the database, in bytes.
    pub file_bytes: u64,
    /// How much of it is free for new data; `vacuum` gives it back to the disk.
    pub free_bytes: u64,
    /// The size of the write-ahead log beside it.
    pub wal_bytes: u64,
    /// Open reading connections.
    pub readers: u64,
    /// Who waits for a change: blocked gets, lock waits, subscriptions.
    pub waiters: u64,
    /// Threads that wait in the line of the writer.
    pub writers_waiting: u64,
    /// Reads that the read cache answered, since the database was opened; see [`Options::read_cache_bytes`].
    pub cache_hits: u64,
    /// Reads that the read cache had to pass on to the file.
    pub cache_misses: u64,
}

/// How far a long piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Progress {
    /// What is done: pages of a backup, documents or edges otherwise.
    pub done: u64,
    /// How much there is in all, as far as that is known; never less than `done`.
    pub total: u64,
}

impl Beaver {
    /// Opens the database in that file, and creates it if there is none. `:memory:` is a database that
    /// lives only as long as it is open. Takes a time that does not depend on the data.
    ///
    /// ```
    /// use beaver_core::{Beaver, Options};
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// assert!(db.info()?.structures.is_empty());
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// With the feature `remote`, `http://host:port` and `https://host:port` open a database that a server serves there:
    /// the same handles, each of whose calls is a request. See [`Options::key`] and [`Options::ca_file`].
    ///
    /// # Errors
    /// IO if the path cannot be opened or is a directory; CORRUPT if it is no database; UNSUPPORTED if
    /// its format is newer, or of BeaverDB 2.x; READ_ONLY if it cannot be written and was not asked
    /// for read-only; INVALID_ARGUMENT for an empty path, a read-only `:memory:`, or a URL that holds a key. Of a
    /// server: DENIED without the right key, UNAVAILABLE if it is out of reach, IO for a wrong `ca_file`.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Beaver> {
        let path = path.as_ref();
        #[cfg(feature = "remote")]
        if let Some(url) = crate::remote::url(path) {
            return Ok(Beaver { engine: crate::remote::open(url, &options)? });
        }
        let place = (path.as_os_str() != ":memory:").then_some(path);
        Ok(Beaver { engine: Sqlite::open(place, options)? })
    }

    /// The dict of that name. Nothing is created until something is stored.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a name that is empty, begins with `__` or holds a NUL; LIMIT for one that is
    /// longer than [`crate::MAX_NAME_BYTES`]. The same for the other structures.
    pub fn dict(&self, name: &str) -> Result<Dict> {
        Dict::new(self.store(), name)
    }

    /// A dict for what a program keeps about the database in the database itself, as the server does its keys. No call
    /// of a user reaches it: its name is `__` and the one given, which [`Beaver::dict`] refuses and no listing shows.
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn system_dict(&self, name: &str) -> Result<Dict> {
        Dict::system(self.store(), name)
    }

    /// The list of that name. Errors as for [`Beaver::dict`].
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn list(&self, name: &str) -> Result<List> {
        List::new(self.store(), name)
    }

    /// The queue of that name.
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn queue(&self, name: &str) -> Result<Queue> {
        Queue::new(self.store(), name)
    }

    /// The blob store of that name.
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn blobs(&self, name: &str) -> Result<Blobs> {
        Blobs::new(self.store(), name)
    }

    /// The log of that name.
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn log(&self, name: &str) -> Result<Log> {
        Log::new(self.store(), name)
    }

    /// The collection of that name.
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn collection(&self, name: &str) -> Result<Collection> {
        Collection::new(self.store(), name)
    }

    /// The channel of that name.
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn channel(&self, name: &str) -> Result<Channel> {
        Channel::new(self.store(), name)
    }

    /// Listens to an event of a topic, in this process and all others: of a structure (`dict:app_config`; easier by
    /// [`crate::Structure::on`]) or of a topic of your own, as [`Beaver::emit`] names it. The event `*` stands for all
    /// of the topic. A database that does not show for minutes that it lives, though it is asked to, is forgotten; if it lives after all, its
    /// listeners are told that they may have missed something, as LIMIT.
    ///
    /// ```
    /// use beaver_core::{Beaver, Options};
    /// use serde_json::json;
    /// use std::time::Duration;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// let builds = db.on("builds", "done")?;
    /// assert!(db.emit("builds", "done", json!({"number": 7}))?);
    /// let event = builds.next(Some(Duration::from_secs(1)))?.expect("it was just emitted");
    /// assert_eq!(event.payload.as_str(), r#"{"number":7}"#);
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// INVALID_ARGUMENT and LIMIT for the topic and the event as for a name ([`Beaver::dict`]); READ_ONLY, since who
    /// listens stands in the file; BUSY, FULL, IO, CORRUPT, CLOSED, PAUSED.
    pub fn on(&self, topic: &str, event: &str) -> Result<Events> {
        Events::of_topic(&self.store(), topic, event)
    }

    /// Tells those who listen to an event of a topic, in any process; false, and nothing is written, if nobody does.
    ///
    /// # Errors
    /// As for [`Beaver::on`]; INVALID_ARGUMENT for the event `*`; LIMIT for a payload that is too large.
    pub fn emit(&self, topic: &str, event: &str, payload: impl Into<Json>) -> Result<bool> {
        event::emit(&*self.engine, topic, event, payload.into())
    }

    /// A handle on the lock of that name. Each handle is an owner of its own.
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn lock(&self, name: &str) -> Result<Lock> {
        Lock::new(self.store(), name)
    }

    /// Begins to collect changes that are to be made in one commit.
    #[must_use]
    pub fn batch(&self) -> Batch {
        Batch::new(self.store())
    }

    /// Reads and writes in one transaction: what `work` does through the given database is committed if
    /// it returns Ok, and undone if it returns an error or panics. Other writers wait meanwhile; within
    /// the thread, the database's own handles refuse to write.
    ///
    /// ```
    /// use beaver_core::{Beaver, Json, Options};
    /// use serde_json::json;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// db.dict("accounts")?.set("ann", json!(100))?;
    /// db.transaction(|tx| {
    ///     let accounts = tx.dict("accounts")?;
    ///     let balance: i64 = accounts.get("ann")?.map_or(Ok(0), |json| json.to())?;
    ///     accounts.set("ann", json!(balance - 30))?;
    ///     accounts.set("bob", json!(30))
    /// })?;
    /// assert_eq!(db.dict("accounts")?.get("ann")?.map(|j| j.to_string()), Some("70".into()));
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// What `work` returns; CONFLICT inside another transaction of the same thread; BUSY if other
    /// processes write for longer than the busy timeout.
    pub fn transaction<T>(&self, work: impl FnOnce(&Transaction) -> Result<T>) -> Result<T> {
        let ticket = self.engine.transaction(None)?;
        let value = work(&Transaction { store: ticket.store() })?;
        ticket.commit()?;
        Ok(value)
    }

    /// The names of one kind of structure that hold anything, sorted. Costs O(names x log n).
    ///
    /// # Errors
    /// CLOSED, PAUSED, IO, CORRUPT.
    pub fn names(&self, kind: Kind) -> Result<Vec<String>> {
        self.engine.names(kind)
    }

    /// Every structure with the count of its items, as of one moment. Counts through indexes: O(items).
    ///
    /// # Errors
    /// CLOSED, PAUSED, IO, CORRUPT.
    pub fn info(&self) -> Result<Info> {
        self.engine.info()
    }

    /// Reads the whole file and checks it: SQLite's own structure, and ours over it.
    ///
    /// # Errors
    /// CLOSED, PAUSED, INTERRUPTED, IO. Damage is not an error but a finding.
    pub fn verify(&self) -> Result<VerifyReport> {
        self.engine.verify()
    }

    /// Makes everything anew that is derived from the documents of all collections ([`Collection::rebuild`]), and
    /// verifies the file. `progress` is told of one collection after the other.
    ///
    /// # Errors
    /// INTERRUPTED if `progress` stopped it; READ_ONLY, BUSY, FULL, IO, CORRUPT, CLOSED, PAUSED.
    pub fn repair(&self, mut progress: impl FnMut(Progress) -> bool) -> Result<RepairReport> {
        let collections = self.names(Kind::Collection)?;
        for name in &collections {
            self.collection(name)?.rebuild(&mut progress)?;
        }
        Ok(RepairReport { collections, problems: self.verify()?.problems })
    }

    /// Sizes and counts for diagnosis. Constant time.
    ///
    /// # Errors
    /// CLOSED, PAUSED, IO, CORRUPT.
    pub fn stats(&self) -> Result<Stats> {
        self.engine.stats()
    }

    /// Rewrites the file without its free pages; needs as much room on the disk again.
    ///
    /// # Errors
    /// BUSY if another process keeps it; READ_ONLY, FULL, IO, INTERRUPTED, CLOSED, PAUSED.
    pub fn vacuum(&self) -> Result<()> {
        self.engine.vacuum()
    }

    /// Moves the write-ahead log into the file and empties it.
    ///
    /// # Errors
    /// BUSY if a reader or another process still needs it; READ_ONLY, FULL, IO, CLOSED, PAUSED.
    pub fn checkpoint(&self) -> Result<()> {
        self.engine.checkpoint()
    }

    /// Copies the whole database, as of this moment, into a file while others go on working. `progress`
    /// is told after each step (1 MiB at the usual page size), and stops the backup by returning false; it
    /// must not pause or close the database, which would wait for it. A file that exists is replaced only
    /// when the copy is whole; before, the copy stands beside it. It gets the access rights of the original.
    ///
    /// ```
    /// use beaver_core::{Beaver, Options};
    /// use serde_json::json;
    /// let directory = tempfile::tempdir().expect("a place for the example");
    /// let (path, backup) = (directory.path().join("app.db"), directory.path().join("backup.db"));
    /// let db = Beaver::open(&path, Options::default())?;
    /// db.dict("config")?.set("theme", json!("dark"))?;
    /// db.backup(&backup, |progress| progress.done <= progress.total)?;
    /// db.close()?;
    /// Beaver::restore(&backup, &path, |_| true)?;
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// INVALID_ARGUMENT if the path is the database itself or one of the files beside it; BUSY if it is
    /// another database that somebody has open; INTERRUPTED if it was stopped; IO, FULL, CLOSED, PAUSED.
    pub fn backup(&self, path: impl AsRef<Path>, mut progress: impl FnMut(Progress) -> bool) -> Result<()> {
        self.engine.backup(path.as_ref(), &mut progress)
    }

    /// Puts a backup in the place of a database that nobody has open (a paused one is not open). The
    /// backup is copied and the copy verified first; the database is replaced as a whole, or not at all,
    /// and keeps its access rights. What a crash has left beside it goes.
    ///
    /// # Errors
    /// CORRUPT or UNSUPPORTED if the backup is no sound database; BUSY if the database is open;
    /// INVALID_ARGUMENT if both paths are one file; INTERRUPTED if `progress` stopped it; READ_ONLY, IO,
    /// FULL.
    pub fn restore(
        backup: impl AsRef<Path>,
        path: impl AsRef<Path>,
        mut progress: impl FnMut(Progress) -> bool,
    ) -> Result<()> {
        sqlite::restore(backup.as_ref(), path.as_ref(), &mut progress)
    }

    /// Finishes the running write, ends reads, streams and waits (they fail as PAUSED or INTERRUPTED),
    /// and lets go of the file and every lock on it. For phones, before the app is suspended.
    ///
    /// # Errors
    /// CLOSED, PAUSED.
    pub fn pause(&self) -> Result<()> {
        self.engine.pause()
    }

    /// Opens the file again after a pause. Without one, does nothing.
    ///
    /// # Errors
    /// As for [`Beaver::open`]; the database then stays paused.
    pub fn resume(&self) -> Result<()> {
        self.engine.resume()
    }

    /// Ends what other threads are doing on this database right now: they fail as INTERRUPTED.
    pub fn interrupt(&self) {
        self.engine.interrupt();
    }

    /// Sets who receives diagnostics from now on, in the place of [`Options::log`]; none for nobody.
    pub fn set_log(&self, log: Option<LogSink>) {
        self.engine.set_log(log);
    }

    /// Closes the database for all handles; what other threads are doing ends as CLOSED. Closing again
    /// does nothing.
    ///
    /// # Errors
    /// CLOSED in a forked child.
    pub fn close(&self) -> Result<()> {
        self.engine.close()
    }

    /// Breaks the database after a panic in one of its calls: every further call fails as PANIC. For
    /// bindings, which catch panics at their boundary.
    pub fn break_down(&self) {
        self.engine.break_down();
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        self.engine.clone()
    }
}

/// The structures as they are inside one transaction. See [`Beaver::transaction`].
pub struct Transaction {
    store: Arc<dyn Store>,
}

impl Transaction {
    /// As [`Beaver::dict`].
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn dict(&self, name: &str) -> Result<Dict> {
        Dict::new(self.store.clone(), name)
    }

    /// As [`Beaver::list`].
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn list(&self, name: &str) -> Result<List> {
        List::new(self.store.clone(), name)
    }

    /// As [`Beaver::queue`]; a `get` does not wait here.
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn queue(&self, name: &str) -> Result<Queue> {
        Queue::new(self.store.clone(), name)
    }

    /// As [`Beaver::blobs`].
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn blobs(&self, name: &str) -> Result<Blobs> {
        Blobs::new(self.store.clone(), name)
    }

    /// As [`Beaver::log`].
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn log(&self, name: &str) -> Result<Log> {
        Log::new(self.store.clone(), name)
    }

    /// As [`Beaver::collection`].
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn collection(&self, name: &str) -> Result<Collection> {
        Collection::new(self.store.clone(), name)
    }

    /// As [`Beaver::channel`]; a subscription is made outside.
    ///
    /// # Errors
    /// As for [`Beaver::dict`].
    pub fn channel(&self, name: &str) -> Result<Channel> {
        Channel::new(self.store.clone(), name)
    }
}

/// The time given to a wait, as an instant; none is for ever.
pub(crate) fn deadline(timeout: Option<Duration>) -> Option<std::time::Instant> {
    timeout.and_then(|timeout| std::time::Instant::now().checked_add(timeout))
}

/// The durability of one commit, where it differs from the database's.
pub(crate) fn durability(durable: Option<bool>) -> Option<Durability> {
    durable.map(|durable| if durable { Durability::Full } else { Durability::Normal })
}
