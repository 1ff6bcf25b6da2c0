//! The WAL index: what SQLite shares between the processes that have a file open. Its header moves with every
//! commit of any process, and reading it costs nothing; and a thread can sleep on it until another process commits.
//!
//! The header is read through SQLite's own mapping. Never through a descriptor of ours: closing one drops the POSIX
//! locks that SQLite holds for the whole process. The layout of the header is part of SQLite's file format
//! (<https://sqlite.org/walformat.html>, section 2.2): two copies of 12 words of 32 bits; the third word counts the
//! commits. The second copy is written first, so that the first one changes when the commit shows.
#![allow(unsafe_code)] // the mapping, and the system call that sleeps on it

use std::ffi::{c_int, c_void};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::time::Duration;

use rusqlite::ffi;

use super::conn::Conn;
use crate::error::Result;

/// How many words a copy of the header has, and which of them counts the commits.
const WORDS: usize = 12;
const CHANGES: usize = 2;

/// The size of the regions of the mapping.
const REGION: c_int = 32_768;

/// Tells two states of the file apart: all words of the header.
pub(super) type Header = [u32; WORDS];

/// The header in memory. Valid for as long as the connection it was asked of is open: keep the two together.
#[derive(Clone, Copy)]
pub(super) struct WalIndex(NonNull<AtomicU32>);

// SAFETY: the words are only read, and as atomics; who keeps a `WalIndex` keeps its connection open.
unsafe impl Send for WalIndex {}
// SAFETY: as above.
unsafe impl Sync for WalIndex {}

impl WalIndex {
    /// The index of the file that the connection reads; none if the file is not in WAL mode.
    pub fn of(conn: &Conn) -> Result<Option<WalIndex>> {
        // The first read opens the index.
        conn.query_row("SELECT count(*) FROM (SELECT 1 FROM sqlite_master LIMIT 1)", [], |_| Ok(()))?;
        let mode: String = conn.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        if mode != "wal" {
            return Ok(None);
        }
        // SAFETY: the connection is open and ours. SQLite fills in the pointer to its file object, whose table of
        // methods has `xShmMap` from version 2 on; region 0 exists once the file was read in WAL mode, and stays
        // mapped until the connection closes.
        let words = unsafe {
            let mut file: *mut ffi::sqlite3_file = null_mut();
            let opcode = ffi::SQLITE_FCNTL_FILE_POINTER;
            let asked = ffi::sqlite3_file_control(conn.handle(), c"main".as_ptr(), opcode, (&raw mut file).cast());
            if asked != ffi::SQLITE_OK || file.is_null() || (*file).pMethods.is_null() {
                return Ok(None);
            }
            let methods = &*(*file).pMethods;
            let Some(map) = methods.xShmMap.filter(|_| methods.iVersion >= 2) else { return Ok(None) };
            let mut region: *mut c_void = null_mut();
            if map(file, 0, REGION, 0, (&raw mut region).cast()) != ffi::SQLITE_OK {
                return Ok(None);
            }
            region
        };
        Ok(NonNull::new(words.cast()).map(WalIndex))
    }

    fn word(&self, place: usize) -> &AtomicU32 {
        // SAFETY: the header has two copies of so many words, aligned to the page, and is mapped (see above).
        unsafe { self.0.add(place).as_ref() }
    }

    /// The number that every commit moves.
    pub fn changes(self) -> u32 {
        self.word(CHANGES).load(Ordering::Acquire)
    }

    /// The header as it is now; none if it is just being written.
    pub fn header(self) -> Option<Header> {
        let first: Header = std::array::from_fn(|place| self.word(place).load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        let second: Header = std::array::from_fn(|place| self.word(WORDS + place).load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        (first == second).then_some(first)
    }

    /// Whether the header is that one: whether nobody has committed since it was read.
    pub fn is(self, header: &Header) -> bool {
        let same = header.iter().enumerate().all(|(place, word)| self.word(place).load(Ordering::Relaxed) == *word);
        fence(Ordering::Acquire);
        same
    }

    /// Wakes all who sleep on the index, in any process.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub fn wake(self) {
        // SAFETY: the address is that of a word of the mapping.
        unsafe { libc::syscall(libc::SYS_futex, self.word(CHANGES).as_ptr(), libc::FUTEX_WAKE, c_int::MAX) };
    }

    /// Sleeps until somebody wakes the sleepers; not at all if the number is another one by now.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub fn sleep(self, seen: u32, at_most: Duration) {
        let time = libc::timespec {
            tv_sec: libc::time_t::try_from(at_most.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: at_most.subsec_nanos().into(),
        };
        // SAFETY: as above; the time is on the stack. An early return is no harm: who sleeps here looks again.
        unsafe {
            libc::syscall(libc::SYS_futex, self.word(CHANGES).as_ptr(), libc::FUTEX_WAIT, seen, &raw const time);
        }
    }

    /// Whether this platform can sleep on the index.
    pub const CAN_SLEEP: bool = cfg!(any(target_os = "linux", target_os = "android"));

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub fn wake(self) {}

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub fn sleep(self, _seen: u32, at_most: Duration) {
        std::thread::sleep(at_most);
    }
}
