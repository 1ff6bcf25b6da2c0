//! The file system that SQLite sees: the real one, but for what [`crate::plan`] lets fail. It becomes the default of the
//! process, so that all connections use it; and SQLite's allocator is wrapped in the same way.
#![allow(unsafe_code)] // SQLite's interfaces for file systems and allocators are C.

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use std::sync::{Once, OnceLock};

use rusqlite::ffi;

use crate::plan::{self, Event, Fault, Op};

/// What is behind a file of ours: the real file, in memory of the size that the real file system asked for.
struct Inner {
    real: *mut ffi::sqlite3_file,
    _memory: Vec<u64>,
    path: PathBuf,
}

/// A file as SQLite has it; SQLite allocates it.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    inner: *mut Inner,
}

/// SQLite's own file system.
struct Found(*mut ffi::sqlite3_vfs);

/// What SQLite's own allocator does.
struct Allocator {
    allocate: Option<unsafe extern "C" fn(c_int) -> *mut c_void>,
    reallocate: Option<unsafe extern "C" fn(*mut c_void, c_int) -> *mut c_void>,
}

// SAFETY: it lives as long as the process, and all threads may use it.
unsafe impl Send for Found {}
// SAFETY: as above.
unsafe impl Sync for Found {}

static REAL: OnceLock<Found> = OnceLock::new();
static ALLOCATOR: OnceLock<Allocator> = OnceLock::new();
static INSTALLED: Once = Once::new();

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Puts itself between SQLite and the machine, once. Before the first database of the process is opened.
///
/// # Panics
/// If SQLite refuses, which it does after it was used.
pub fn install() {
    INSTALLED.call_once(|| {
        // SAFETY: nothing of SQLite runs yet, as `sqlite3_config` demands; what is registered is never freed.
        unsafe {
            let mut memory = std::mem::zeroed::<ffi::sqlite3_mem_methods>();
            assert_eq!(ffi::sqlite3_config(ffi::SQLITE_CONFIG_GETMALLOC, &raw mut memory), ffi::SQLITE_OK);
            ALLOCATOR.get_or_init(|| Allocator { allocate: memory.xMalloc, reallocate: memory.xRealloc });
            memory.xMalloc = Some(allocate);
            memory.xRealloc = Some(reallocate);
            assert_eq!(ffi::sqlite3_config(ffi::SQLITE_CONFIG_MALLOC, &raw mut memory), ffi::SQLITE_OK);
            // Memory that connections have at hand would hide allocations.
            let none: c_int = 0;
            assert_eq!(ffi::sqlite3_config(ffi::SQLITE_CONFIG_LOOKASIDE, none, none), ffi::SQLITE_OK);
            let real = ffi::sqlite3_vfs_find(null());
            assert!(!real.is_null(), "SQLite has no file system");
            REAL.get_or_init(|| Found(real));
            let mut faulty = *real;
            faulty.zName = c"beaver-faulty".as_ptr();
            faulty.szOsFile = c_int::try_from(size_of::<File>()).expect("a file is small");
            faulty.pNext = null_mut();
            faulty.xOpen = Some(open);
            faulty.xDelete = Some(delete);
            faulty.xAccess = Some(access);
            assert_eq!(ffi::sqlite3_vfs_register(Box::into_raw(Box::new(faulty)), 1), ffi::SQLITE_OK);
        }
    });
}

fn real_vfs() -> *mut ffi::sqlite3_vfs {
    REAL.get().map_or(null_mut(), |found| found.0)
}

/// The path that SQLite gives; none for a temporary file.
///
/// # Safety
/// It is null or a text that ends in a zero byte.
unsafe fn path(name: *const c_char) -> PathBuf {
    if name.is_null() {
        return PathBuf::new();
    }
    // SAFETY: as the caller promises.
    Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes())).to_owned()
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    given: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives memory of the size that was asked for, and a name that lives as long as the file.
    unsafe {
        (*file).pMethods = null();
        if plan::strike(Op::Open).is_some() {
            return ffi::SQLITE_CANTOPEN;
        }
        let vfs = real_vfs();
        let mut memory = vec![0_u64; usize::try_from((*vfs).szOsFile).unwrap_or(0).div_ceil(8)];
        let real = memory.as_mut_ptr().cast::<ffi::sqlite3_file>();
        let code = (*vfs).xOpen.map_or(ffi::SQLITE_CANTOPEN, |open| open(vfs, name, real, flags, given));
        if !(*real).pMethods.is_null() {
            let inner = Box::new(Inner { real, _memory: memory, path: path(name) });
            (*file.cast::<File>()).inner = Box::into_raw(inner);
            (*file).pMethods = &raw const METHODS;
        }
        code
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    if plan::strike(Op::Delete).is_some() {
        return ffi::SQLITE_IOERR_DELETE;
    }
    // SAFETY: the arguments are SQLite's.
    unsafe {
        plan::note(&path(name), |file| Event::Delete { file });
        let vfs = real_vfs();
        (*vfs).xDelete.map_or(ffi::SQLITE_IOERR_DELETE, |delete| delete(vfs, name, sync_folder))
    }
}

unsafe extern "C" fn access(_: *mut ffi::sqlite3_vfs, name: *const c_char, flags: c_int, answer: *mut c_int) -> c_int {
    if plan::strike(Op::Access).is_some() {
        return ffi::SQLITE_IOERR_ACCESS;
    }
    // SAFETY: the arguments are SQLite's.
    unsafe {
        let vfs = real_vfs();
        (*vfs).xAccess.map_or(ffi::SQLITE_IOERR_ACCESS, |access| access(vfs, name, flags, answer))
    }
}

unsafe extern "C" fn allocate(bytes: c_int) -> *mut c_void {
    if plan::strike(Op::Allocate).is_some() {
        return null_mut();
    }
    // SAFETY: the argument is SQLite's.
    ALLOCATOR.get().and_then(|real| real.allocate).map_or(null_mut(), |allocate| unsafe { allocate(bytes) })
}

unsafe extern "C" fn reallocate(memory: *mut c_void, bytes: c_int) -> *mut c_void {
    if plan::strike(Op::Allocate).is_some() {
        return null_mut();
    }
    // SAFETY: the arguments are SQLite's.
    ALLOCATOR
        .get()
        .and_then(|real| real.reallocate)
        .map_or(null_mut(), |reallocate| unsafe { reallocate(memory, bytes) })
}

/// The real file behind one of ours, with its methods.
///
/// # Safety
/// The file was opened by [`open`], and is not closed.
unsafe fn real(file: *mut ffi::sqlite3_file) -> (*mut ffi::sqlite3_file, &'static ffi::sqlite3_io_methods) {
    // SAFETY: as the caller promises; methods are never freed.
    unsafe {
        let real = (*(*file.cast::<File>()).inner).real;
        (real, &*(*real).pMethods)
    }
}

/// Remembers what happens to a file.
///
/// # Safety
/// As for [`real`].
unsafe fn note(file: *mut ffi::sqlite3_file, event: impl FnOnce(plan::File) -> Event) {
    // SAFETY: as the caller promises.
    plan::note(unsafe { &(*(*file.cast::<File>()).inner).path }, event);
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once.
    unsafe {
        let (real, methods) = real(file);
        let code = methods.xClose.map_or(ffi::SQLITE_OK, |close| close(real));
        drop(Box::from_raw((*file.cast::<File>()).inner));
        (*file).pMethods = null();
        code
    }
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, count: c_int, offset: i64) -> c_int {
    if plan::strike(Op::Read).is_some() {
        return ffi::SQLITE_IOERR_READ;
    }
    // SAFETY: the arguments are SQLite's.
    unsafe {
        let (real, methods) = real(file);
        methods.xRead.map_or(ffi::SQLITE_IOERR_READ, |read| read(real, to, count, offset))
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, count: c_int, offset: i64) -> c_int {
    let (count, code) = match plan::strike(Op::Write) {
        None => (count, ffi::SQLITE_OK),
        Some(Fault::Short) => (count / 2, ffi::SQLITE_FULL),
        Some(Fault::Full) => return ffi::SQLITE_FULL,
        Some(_) => return ffi::SQLITE_IOERR_WRITE,
    };
    // SAFETY: the arguments are SQLite's; `count` bytes can be read there.
    unsafe {
        let data = || std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(count).unwrap_or(0)).to_vec();
        let offset_of = u64::try_from(offset).unwrap_or(0);
        note(file, |file| Event::Write { file, offset: offset_of, data: data() });
        let (real, methods) = real(file);
        match methods.xWrite.map_or(ffi::SQLITE_IOERR_WRITE, |write| write(real, from, count, offset)) {
            ffi::SQLITE_OK => code,
            failed => failed,
        }
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    if plan::strike(Op::Truncate).is_some() {
        return ffi::SQLITE_IOERR_TRUNCATE;
    }
    // SAFETY: the arguments are SQLite's.
    unsafe {
        note(file, |file| Event::Truncate { file, length: u64::try_from(length).unwrap_or(0) });
        let (real, methods) = real(file);
        methods.xTruncate.map_or(ffi::SQLITE_IOERR_TRUNCATE, |truncate| truncate(real, length))
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    if plan::strike(Op::Sync).is_some() {
        return ffi::SQLITE_IOERR_FSYNC;
    }
    // SAFETY: the arguments are SQLite's. Nothing here needs the disk itself, which only takes its time.
    unsafe { note(file, |file| Event::Sync { file }) };
    let _ = flags;
    ffi::SQLITE_OK
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    if plan::strike(Op::Size).is_some() {
        return ffi::SQLITE_IOERR_FSTAT;
    }
    // SAFETY: the arguments are SQLite's.
    unsafe {
        let (real, methods) = real(file);
        methods.xFileSize.map_or(ffi::SQLITE_IOERR_FSTAT, |of| of(real, size))
    }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    match plan::strike(Op::Lock) {
        Some(Fault::Busy) => return ffi::SQLITE_BUSY,
        Some(_) => return ffi::SQLITE_IOERR_LOCK,
        None => {}
    }
    // SAFETY: the arguments are SQLite's.
    unsafe {
        let (real, methods) = real(file);
        methods.xLock.map_or(ffi::SQLITE_IOERR_LOCK, |lock| lock(real, level))
    }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the arguments are SQLite's.
    unsafe {
        let (real, methods) = real(file);
        methods.xUnlock.map_or(ffi::SQLITE_OK, |unlock| unlock(real, level))
    }
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, answer: *mut c_int) -> c_int {
    // SAFETY: the arguments are SQLite's.
    unsafe {
        let (real, methods) = real(file);
        methods.xCheckReservedLock.map_or(ffi::SQLITE_OK, |check| check(real, answer))
    }
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, code: c_int, argument: *mut c_void) -> c_int {
    // SAFETY: the arguments are SQLite's.
    unsafe {
        let (real, methods) = real(file);
        methods.xFileControl.map_or(ffi::SQLITE_NOTFOUND, |control| control(real, code, argument))
    }
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the argument is SQLite's.
    unsafe {
        let (real, methods) = real(file);
        methods.xSectorSize.map_or(512, |size| size(real))
    }
}

/// None of the promises that the real one may make: that a power loss harms no byte beside those that are written, say.
unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    0
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    extend: c_int,
    place: *mut *mut c_void,
) -> c_int {
    if plan::strike(Op::ShmMap).is_some() {
        // SAFETY: SQLite reads it whatever is returned.
        unsafe { *place = null_mut() };
        return ffi::SQLITE_IOERR_SHMMAP;
    }
    // SAFETY: the arguments are SQLite's.
    unsafe {
        let (real, methods) = real(file);
        methods.xShmMap.map_or(ffi::SQLITE_IOERR_SHMMAP, |map| map(real, region, size, extend, place.cast()))
    }
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    // To let go never fails.
    if flags & ffi::SQLITE_SHM_UNLOCK == 0 {
        match plan::strike(Op::ShmLock) {
            Some(Fault::Busy) => return ffi::SQLITE_BUSY,
            Some(_) => return ffi::SQLITE_IOERR_SHMLOCK,
            None => {}
        }
    }
    // SAFETY: the arguments are SQLite's.
    unsafe {
        let (real, methods) = real(file);
        methods.xShmLock.map_or(ffi::SQLITE_IOERR_SHMLOCK, |lock| lock(real, offset, count, flags))
    }
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: the argument is SQLite's.
    unsafe {
        let (real, methods) = real(file);
        if let Some(barrier) = methods.xShmBarrier {
            barrier(real);
        }
    }
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    // SAFETY: the arguments are SQLite's.
    unsafe {
        let (real, methods) = real(file);
        methods.xShmUnmap.map_or(ffi::SQLITE_OK, |unmap| unmap(real, delete))
    }
}
