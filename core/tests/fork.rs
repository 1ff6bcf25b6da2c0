//! A forked child must not use its parent's database: SQLite's connections do not survive a fork.
#![cfg(unix)]
#![allow(unsafe_code)] // fork itself

use beaver_core::{Beaver, ErrorKind, Options};
use serde_json::json;

#[test]
fn a_forked_child_is_told_so_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fork.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    let dict = db.dict("d").unwrap();
    dict.set("k", json!(1)).unwrap();
    dict.get("k").unwrap();
    // SAFETY: the child calls nothing that other threads could have held, and leaves by _exit.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let kinds = [
            dict.get("k").err().map(|e| e.kind()),
            dict.set("k", json!(2)).err().map(|e| e.kind()),
            db.info().err().map(|e| e.kind()),
            db.pause().err().map(|e| e.kind()),
            db.resume().err().map(|e| e.kind()),
            db.close().err().map(|e| e.kind()),
        ];
        let wrong = kinds.iter().filter(|kind| **kind != Some(ErrorKind::Closed)).count();
        drop((dict, db));
        // SAFETY: ends the process at once.
        unsafe { libc::_exit(i32::try_from(wrong).unwrap_or(99)) };
    }
    let mut status = 0;
    // SAFETY: waits for the child that was just made.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "the child ended with {status:#x}");
    // The parent's locks are still there, and its data.
    dict.set("k", json!(3)).unwrap();
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
    db.close().unwrap();
    assert_eq!(Beaver::open(&path, Options::default()).unwrap().dict("d").unwrap().len().unwrap(), 1);
}
