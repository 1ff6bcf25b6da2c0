//! Copies of the whole file: into a new file while others work, and back in the place of a database.
//!
//! A copy is made in a file beside its target and takes the target's place when it is whole. SQLite alone
//! opens the databases: a descriptor of our own, when closed, would drop the locks of this process.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::conn::Place;
use super::schema::{self, Found};
use super::{Sqlite, snapshot};
use crate::cancel;
use crate::database::Progress;
use crate::error::{Error, ErrorKind, Result};

/// How many pages one step copies; a stop takes effect between two of them.
const STEP: i32 = 256;

/// How long restoring waits for somebody who writes to the backup.
const PATIENCE: Duration = Duration::from_secs(5);

type Report<'p> = &'p mut dyn FnMut(Progress) -> bool;

/// Copies the database as of this moment into a file.
pub(super) fn run(engine: &Sqlite, path: &Path, progress: Report<'_>) -> Result<()> {
    engine.gate.check()?;
    let target = resolve(path)?;
    let source = match &engine.place {
        Place::Memory => None,
        Place::File(source) => {
            refuse_itself(&resolve(source)?, &target)?;
            Some(source)
        }
    };
    let interrupts = engine.gate.interrupts();
    // Kept in one read transaction: otherwise each commit of another process would start it again.
    let held = snapshot::hold(engine, |conn| Ok(Some(conn)))?;
    let held = held.ok_or_else(|| Error::internal("a backup without a connection"))?;
    let partial = Partial::create(&target)?;
    held.with(|conn| {
        partial.fill(conn, &mut || engine.gate.check_wait(interrupts).and_then(|()| cancel::check()), progress)
    })
    .map_err(|e| engine.gate.explain(e))?;
    drop(held);
    partial.take_rights_of(source.map_or(target.as_path(), PathBuf::as_path))?;
    partial.install(&target)
}

/// Puts a backup in the place of a database that nobody has open.
pub(crate) fn restore(backup: &Path, path: &Path, progress: Report<'_>) -> Result<()> {
    let (source, target) = (resolve(backup)?, resolve(path)?);
    if !source.exists() {
        return Err(Error::new(ErrorKind::Io, "there is no backup at that path"));
    }
    refuse_itself(&source, &target)?;
    // Found out before the work; made sure of after it.
    drop(Claim::with(&target, lock)?);
    let partial = Partial::create(&target)?;
    let conn = open_backup(&source)?;
    conn.execute_batch("BEGIN; SELECT 1 FROM sqlite_master LIMIT 1")?;
    partial.fill(&conn, &mut || Ok(()), progress)?;
    drop(conn);
    partial.check()?;
    partial.take_rights_of(if target.exists() { &target } else { &source })?;
    partial.install(&target)
}

/// The real place of a file that may not be there yet.
fn resolve(path: &Path) -> Result<PathBuf> {
    if path.as_os_str().is_empty() || path.as_os_str() == ":memory:" {
        return Err(Error::invalid("give the path of a file"));
    }
    let failed = |e: io::Error| Error::new(ErrorKind::Io, format!("the path cannot be used: {e}"));
    match fs::canonicalize(path) {
        Ok(real) if real.is_dir() => Err(Error::new(ErrorKind::Io, "the path is a directory: give the path of a file")),
        Ok(real) => Ok(real),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let absolute = std::path::absolute(path).map_err(failed)?;
            let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
                return Err(Error::invalid("give the path of a file"));
            };
            Ok(fs::canonicalize(parent).map_err(failed)?.join(name))
        }
        Err(e) => Err(failed(e)),
    }
}

/// The files that SQLite keeps beside a database.
fn companions(database: &Path) -> [PathBuf; 3] {
    ["-wal", "-shm", "-journal"].map(|ending| beside(database, ending))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

fn refuse_itself(source: &Path, target: &Path) -> Result<()> {
    if same_file(source, target) || companions(source).iter().any(|companion| companion == target) {
        return Err(Error::invalid("the target is the database that is to be copied: give another path"));
    }
    Ok(())
}

/// Whether both are one file, also under two names.
fn same_file(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(a), Ok(b)) = (fs::metadata(a), fs::metadata(b)) {
        use std::os::unix::fs::MetadataExt;
        return (a.dev(), a.ino()) == (b.dev(), b.ino());
    }
    a == b
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            Err(io_error("an old file beside the database could not be removed", &e))
        }
        _ => Ok(()),
    }
}

fn io_error(what: &str, error: &io::Error) -> Error {
    let kind = if error.kind() == io::ErrorKind::StorageFull { ErrorKind::Full } else { ErrorKind::Io };
    Error::new(kind, format!("{what}: {error}"))
}

/// Opens a backup for reading. Not read-only where that can be helped: such a connection cannot clear
/// away the companions that it makes.
fn open_backup(path: &Path) -> Result<Connection> {
    let open = |path: &Path, flags: OpenFlags| -> Result<Connection> {
        let conn = Connection::open_with_flags(
            path,
            flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE,
        )?;
        conn.busy_timeout(PATIENCE)?;
        conn.execute_batch("PRAGMA trusted_schema = OFF; SELECT 1 FROM sqlite_master LIMIT 1")?;
        Ok(conn)
    };
    match open(path, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        // A medium that cannot be written, and nothing beside the file: then nobody writes to it.
        Err(error) if error.kind() == ErrorKind::Io && !companions(path).iter().any(|companion| companion.exists()) => {
            let uri = format!("file:{}?immutable=1", uri_path(path)?);
            open(Path::new(&uri), OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI).map_err(|_| error)
        }
        outcome => outcome,
    }
}

/// A path within a URI.
fn uri_path(path: &Path) -> Result<String> {
    let path = path.to_str().ok_or_else(|| Error::new(ErrorKind::Io, "the path is not UTF-8"))?;
    let escaped = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23").replace('\\', "/");
    // A drive letter stands behind a slash there.
    Ok(if escaped.starts_with('/') { escaped } else { format!("/{escaped}") })
}

/// A copy that is being made. Dropped before it is installed, it is removed.
struct Partial(PathBuf);

impl Partial {
    fn create(target: &Path) -> Result<Partial> {
        let path = beside(target, &format!(".{}.partial", uuid::Uuid::new_v4().simple()));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        // Nobody else may read along before the rights are known.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).map_err(|e| io_error("the copy could not be created", &e))?;
        Ok(Partial(path))
    }

    fn open(&self) -> Result<Connection> {
        let flags =
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
        Ok(Connection::open_with_flags(&self.0, flags)?)
    }

    /// Copies everything that the connection sees; SQLite waits for the disk at the end.
    fn fill(&self, from: &Connection, check: &mut dyn FnMut() -> Result<()>, progress: Report<'_>) -> Result<()> {
        let mut to = self.open()?;
        // Nothing is there yet that a journal could save.
        to.execute_batch("PRAGMA journal_mode = OFF")?;
        let backup = Backup::new(from, &mut to)?;
        loop {
            check()?;
            let step = backup.step(STEP)?;
            if matches!(step, StepResult::Busy | StepResult::Locked) {
                return Err(Error::new(
                    ErrorKind::Busy,
                    "somebody keeps the database that is to be copied: retry later",
                ));
            }
            let now = backup.progress();
            let (left, total) = (u64::try_from(now.remaining).unwrap_or(0), u64::try_from(now.pagecount).unwrap_or(0));
            if !progress(Progress { done: total.saturating_sub(left), total }) {
                return Err(Error::new(ErrorKind::Interrupted, "the copy was stopped by its progress function"));
            }
            if matches!(step, StepResult::Done) {
                return Ok(());
            }
        }
    }

    /// Whether the copy is a sound database of ours.
    fn check(&self) -> Result<()> {
        let conn = self.open()?;
        if schema::inspect(&conn)? == Found::Empty {
            return Err(Error::new(ErrorKind::Corrupt, "the backup holds no database of beaver"));
        }
        let verdict: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(Error::new(ErrorKind::Corrupt, format!("the backup is damaged: {verdict}")));
        }
        Ok(())
    }

    /// Gives the copy the access rights of another file; of none, the usual ones.
    fn take_rights_of(&self, other: &Path) -> Result<()> {
        match fs::metadata(other) {
            Ok(meta) => fs::set_permissions(&self.0, meta.permissions())
                .map_err(|e| io_error("the copy could not be given its access rights", &e)),
            // A new copy of a database in memory stays its owner's.
            Err(_) => Ok(()),
        }
    }

    /// Takes the place of the target.
    fn install(self, target: &Path) -> Result<()> {
        let claim = Claim::with(target, lock_and_leave_wal)?;
        for companion in companions(target) {
            // Left over by a crash. In the company of another file they would damage it.
            remove(&companion)?;
        }
        if cfg!(windows) {
            // An open file cannot be replaced there.
            drop(claim);
            fs::rename(&self.0, target)
        } else {
            let outcome = fs::rename(&self.0, target);
            drop(claim);
            outcome
        }
        .map_err(|e| io_error("the copy could not be moved to its place", &e))?;
        sync_directory(target);
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After it was installed there is nothing to remove.
        let _ = fs::remove_file(&self.0);
        for companion in companions(&self.0) {
            let _ = fs::remove_file(companion);
        }
    }
}

/// Makes the new name outlast a loss of power, where the system can do that.
fn sync_directory(target: &Path) {
    #[cfg(unix)]
    if let Some(directory) = target.parent().and_then(|parent| fs::File::open(parent).ok()) {
        let _ = directory.sync_all();
    }
    #[cfg(not(unix))]
    let _ = target;
}

/// A database that is kept from everybody.
struct Claim {
    _conn: Option<Connection>,
}

impl Claim {
    /// # Errors
    /// BUSY if anybody has the database open.
    fn with(target: &Path, lock: fn(&Path) -> Result<Connection>) -> Result<Claim> {
        if !target.exists() {
            return Ok(Claim { _conn: None });
        }
        match lock(target) {
            Ok(conn) => Ok(Claim { _conn: Some(conn) }),
            // What is no database, or too damaged to be opened, is in nobody's use.
            Err(error) if error.kind() == ErrorKind::Corrupt => Ok(Claim { _conn: None }),
            Err(error) if error.kind() == ErrorKind::Busy => Err(Error::new(
                ErrorKind::Busy,
                "the database that is to be replaced is open: close it everywhere, then repeat",
            )),
            Err(error) => Err(error),
        }
    }
}

/// Locks a database for one connection alone.
fn lock(target: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let conn = Connection::open_with_flags(target, flags)?;
    conn.busy_timeout(Duration::ZERO)?;
    // In this mode even the first look needs the file for itself, and shared memory is not used.
    conn.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT")?;
    Ok(conn)
}

/// Locks a database that will be replaced. Its WAL is moved into it and removed, so that closing the
/// connection afterwards clears nothing away that belongs to the successor.
fn lock_and_leave_wal(target: &Path) -> Result<Connection> {
    let conn = lock(target)?;
    let mode: String = conn.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))?;
    if mode != "delete" {
        return Err(Error::new(ErrorKind::Busy, "the database keeps its WAL"));
    }
    // From here on the lock ends with the transaction, and so does the journal.
    conn.execute_batch("PRAGMA locking_mode = NORMAL; BEGIN EXCLUSIVE")?;
    Ok(conn)
}
