//! One SQLite connection: how it is opened and set up, and the few calls that rusqlite does not have.
#![allow(unsafe_code)] // sqlite3_file_control and sqlite3_progress_handler, moving kept statements between threads, and leaking after a fork

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, InterruptHandle, OpenFlags, PrepFlags, Statement, ffi};
use self_cell::self_cell;

use crate::cancel;
use crate::error::{Error, ErrorKind, Result};
use crate::fork;
use crate::options::Options;

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Memory,
    File(PathBuf),
}

/// Tells files apart, whatever their paths: device and inode. Not known on every platform.
pub(super) type Identity = (u64, u64);

impl Place {
    /// Which file is there now. Asked of the path: a descriptor of ours must not be opened on it.
    pub fn identity(&self) -> Option<Identity> {
        match self {
            Place::Memory => None,
            #[cfg(unix)]
            Place::File(path) => {
                use std::os::unix::fs::MetadataExt;
                std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
            }
            #[cfg(not(unix))]
            Place::File(_) => None,
        }
    }
}

pub(super) fn moved() -> Error {
    Error::new(
        ErrorKind::Io,
        "the file was replaced or removed while it was open: close the database and open it again",
    )
}

/// After so many steps of a statement it is looked whether it is cancelled: some ten microseconds.
const CANCEL_STEPS: std::ffi::c_int = 512;

/// The running connections of one database, to interrupt them.
#[derive(Default)]
pub(super) struct Registry {
    next: AtomicU64,
    handles: Mutex<Vec<(u64, Role, InterruptHandle)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Reader,
    Writer,
}

impl Registry {
    /// Stops what the connections are doing; those of the writer only if asked.
    pub fn interrupt(&self, writer_too: bool) {
        for (_, role, handle) in self.handles.lock().iter() {
            if writer_too || *role == Role::Reader {
                handle.interrupt();
            }
        }
    }
}

/// Statements that a connection keeps prepared, each under its text.
type Statements<'c> = RefCell<Vec<(&'static str, Statement<'c>)>>;

self_cell!(
    /// A connection with the statements that it keeps.
    struct Kept {
        owner: Connection,
        #[not_covariant]
        dependent: Statements,
    }
);

/// A connection that belongs to one thread at a time. In a forked child it is leaked, not closed:
/// closing would release the locks of the parent.
pub(super) struct Conn {
    sqlite: ManuallyDrop<Kept>,
    id: u64,
    registry: Arc<Registry>,
    born: u32,
}

// SAFETY: a connection may go to another thread, and its statements go along: nobody has them but `Kept`,
// and `hot` lends one for the time of a call only.
unsafe impl Send for Conn {}

impl Conn {
    /// Opens the place and sets the connection up; no table is read.
    pub fn open(place: &Place, options: &Options, role: Role, registry: &Arc<Registry>) -> Result<Conn> {
        let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
        flags |= if role == Role::Reader && options.read_only {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE
        };
        if role == Role::Writer && options.create {
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        }
        let sqlite = match place {
            Place::Memory => Connection::open_in_memory_with_flags(flags)?,
            Place::File(path) => Connection::open_with_flags(path, flags).map_err(|e| explain_open(path, e))?,
        };
        Conn::of(sqlite, options, role, registry)
    }

    /// Copies a database into one in memory.
    pub fn copy_of(from: &Connection, options: &Options, registry: &Arc<Registry>) -> Result<Conn> {
        let mut copy = Connection::open_in_memory()?;
        rusqlite::backup::Backup::new(from, &mut copy)?.step(-1)?;
        Conn::of(copy, options, Role::Reader, registry)
    }

    fn of(sqlite: Connection, options: &Options, role: Role, registry: &Arc<Registry>) -> Result<Conn> {
        let id = registry.next.fetch_add(1, Ordering::Relaxed);
        registry.handles.lock().push((id, role, sqlite.get_interrupt_handle()));
        let sqlite = Kept::new(sqlite, |_| RefCell::default());
        let conn = Conn { sqlite: ManuallyDrop::new(sqlite), id, registry: registry.clone(), born: fork::generation() };
        conn.set_up(options)?;
        // A reader works for one call at a time.
        conn.set_cancellable(role == Role::Reader);
        Ok(conn)
    }

    fn set_up(&self, options: &Options) -> Result<()> {
        self.set_prepared_statement_cache_capacity(256);
        // Plans that do not depend on what is bound. Else SQLite looks at the values, and prepares most
        // statements anew whenever they change: at every call.
        self.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // Readers wait for SQLite's own short exclusive moments (recovery, the last close); the writer
        // has a loop of its own.
        self.busy_timeout(Duration::from_secs(5))?;
        self.execute_batch(&format!(
            "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -{}; PRAGMA mmap_size = {};",
            options.effective_cache_kib(),
            options.mmap_bytes,
        ))?;
        super::rank::register(self)
    }

    /// Whether statements end when what their thread does is cancelled: for those that are of one call only. The writer
    /// makes the changes of several at once.
    pub fn set_cancellable(&self, cancellable: bool) {
        extern "C" fn cancelled(_: *mut std::ffi::c_void) -> std::ffi::c_int {
            cancel::check().is_err().into()
        }
        let steps = if cancellable { CANCEL_STEPS } else { 0 };
        // SAFETY: the handle is open for as long as `self`, which one thread has at a time; the function takes nothing
        // from its argument, and does not unwind.
        unsafe { ffi::sqlite3_progress_handler(self.handle(), steps, Some(cancelled), std::ptr::null_mut()) };
    }

    /// Runs a statement that stays prepared for as long as the connection lives. For the few that the
    /// simplest calls consist of: `prepare_cached` hashes and copies the text each time, and takes a fifth of
    /// the time of a read. What is bound stays bound until the next time: `work` clears what can be large.
    pub fn hot<T>(&self, sql: &'static str, work: impl FnOnce(&mut Statement<'_>) -> Result<T>) -> Result<T> {
        self.sqlite.with_dependent(|conn, kept| {
            // Taken out meanwhile, so that `work` may come back here.
            let taken = {
                let mut kept = kept.borrow_mut();
                let place = kept.iter().position(|(text, _)| std::ptr::eq(*text, sql));
                place.map(|place| kept.swap_remove(place).1)
            };
            let mut statement = match taken {
                Some(statement) => statement,
                None => conn.prepare_with_flags(sql, PrepFlags::SQLITE_PREPARE_PERSISTENT)?,
            };
            let outcome = work(&mut statement);
            kept.borrow_mut().push((sql, statement));
            outcome
        })
    }

    /// Whether this is the copy of a forked child, which must let nothing of SQLite go.
    pub fn inherited(&self) -> bool {
        fork::generation() != self.born
    }

    /// Whether the file is not any more where it was opened: replaced, renamed or removed.
    pub fn has_moved(&self) -> bool {
        let mut moved: std::ffi::c_int = 0;
        // SAFETY: the handle is open for as long as `self`, and this opcode writes one int.
        unsafe {
            ffi::sqlite3_file_control(
                self.handle(),
                c"main".as_ptr(),
                ffi::SQLITE_FCNTL_HAS_MOVED,
                (&raw mut moved).cast(),
            );
        }
        moved != 0
    }

    /// A connection to the same file for a short write that cannot wait in the line of the writer.
    pub fn another_for_writing(&self) -> Result<Connection> {
        let flags =
            OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE | OpenFlags::SQLITE_OPEN_READ_WRITE;
        let conn = Connection::open_with_flags(self.path().unwrap_or_default(), flags)?;
        conn.busy_timeout(Duration::from_millis(250))?;
        Ok(conn)
    }

    /// Whether two looks at the file see the same data: changes with every commit of any connection
    /// of any process that this connection knows of, which is every one inside a transaction.
    pub fn data_version(&self) -> u32 {
        let mut version: u32 = 0;
        // SAFETY: the handle is open for as long as `self`, and this opcode writes one u32.
        unsafe {
            ffi::sqlite3_file_control(
                self.handle(),
                c"main".as_ptr(),
                ffi::SQLITE_FCNTL_DATA_VERSION,
                (&raw mut version).cast(),
            );
        }
        version
    }
}

impl Deref for Conn {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.sqlite.borrow_owner()
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        if self.inherited() {
            return;
        }
        self.registry.handles.lock().retain(|(id, ..)| *id != self.id);
        // SAFETY: dropped once, here, and not used afterwards.
        unsafe { ManuallyDrop::drop(&mut self.sqlite) };
    }
}

/// SQLite says "unable to open database file" for many reasons; the common ones deserve their own words.
fn explain_open(path: &Path, error: rusqlite::Error) -> Error {
    let io = |what: &str| Error::new(ErrorKind::Io, what);
    if path.is_dir() {
        return io("the path is a directory: give the path of a file");
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !parent.exists() => {
            io("the path's directory does not exist: create it first")
        }
        _ if !path.exists() => {
            io("the file does not exist and could not be created: look at the options and at the directory's rights")
        }
        _ => error.into(),
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let (code, message) = match &error {
            rusqlite::Error::SqliteFailure(failure, message) => (*failure, message.clone()),
            rusqlite::Error::SqlInputError { error, msg, .. } => (*error, Some(msg.clone())),
            // A column holds another type than every writer puts there.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => {
                return Error::new(
                    ErrorKind::Corrupt,
                    "a stored value is of a type that does not belong there: verify the file",
                );
            }
            _ => return Error::internal(format!("rusqlite: {error}")),
        };
        let (kind, remedy) = match code.code {
            rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked => {
                (ErrorKind::Busy, "another process keeps the database: retry later")
            }
            rusqlite::ErrorCode::OperationInterrupted => (ErrorKind::Interrupted, "the call was interrupted"),
            rusqlite::ErrorCode::ReadOnly => (ErrorKind::ReadOnly, "the file or its directory cannot be written"),
            rusqlite::ErrorCode::DiskFull => (ErrorKind::Full, "the disk is full: make room and repeat"),
            rusqlite::ErrorCode::DatabaseCorrupt => {
                (ErrorKind::Corrupt, "the file is damaged: restore it from a backup")
            }
            rusqlite::ErrorCode::NotADatabase => (ErrorKind::Corrupt, "the file is not a database: look at the path"),
            rusqlite::ErrorCode::OutOfMemory => {
                (ErrorKind::Limit, "there is no memory left: free some, or send less at a time")
            }
            rusqlite::ErrorCode::TooBig => (ErrorKind::Limit, "the value is larger than SQLite's limit"),
            rusqlite::ErrorCode::SystemIoFailure
            | rusqlite::ErrorCode::CannotOpen
            | rusqlite::ErrorCode::PermissionDenied
            | rusqlite::ErrorCode::FileLockingProtocolFailed => {
                (ErrorKind::Io, "the operating system failed a file operation")
            }
            _ => (ErrorKind::Internal, "unexpected result of SQLite"),
        };
        let detail = message.unwrap_or_else(|| code.to_string());
        Error::new(kind, format!("{remedy} ({detail})")).with_sqlite_code(code.extended_code)
    }
}

impl From<rusqlite::types::FromSqlError> for Error {
    fn from(error: rusqlite::types::FromSqlError) -> Self {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Null, Box::new(error)).into()
    }
}
