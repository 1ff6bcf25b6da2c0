//! Backups of a database that is in use, and their way back.

use std::path::Path;

use beaver_core::{Beaver, ErrorKind, Options, Progress};
use serde_json::json;

fn open(path: &Path) -> Beaver {
    Beaver::open(path, Options::default()).unwrap()
}

/// A database with about 4 MiB in it, closed.
fn filled(path: &Path, value: &str) {
    let db = open(path);
    let dict = db.dict("d").unwrap();
    dict.set("name", json!(value)).unwrap();
    dict.set_many((0..4_000).map(|n| (format!("{n:04}"), json!("x".repeat(1_000)))), None).unwrap();
    db.close().unwrap();
}

fn name_in(path: &Path) -> String {
    open(path).dict("d").unwrap().get("name").unwrap().unwrap().to().unwrap()
}

fn files(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn go_on(_: Progress) -> bool {
    true
}

#[test]
fn a_backup_holds_everything_and_tells_its_progress() {
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (directory.path().join("from.db"), directory.path().join("to.db"));
    filled(&from, "original");
    let db = open(&from);
    let mut seen = Vec::new();
    db.backup(&to, |progress| {
        seen.push(progress);
        true
    })
    .unwrap();
    assert!(seen.len() > 3, "in steps");
    assert!(seen.windows(2).all(|pair| pair[0].done < pair[1].done && pair[0].total == pair[1].total));
    assert_eq!(seen.last().map(|last| last.done), seen.last().map(|last| last.total));
    db.close().unwrap();
    assert_eq!(files(directory.path()), ["from.db", "to.db"]);
    assert_eq!(name_in(&to), "original");
    let copy = open(&to);
    assert_eq!(copy.dict("d").unwrap().len().unwrap(), 4_001);
    assert!(copy.verify().unwrap().problems.is_empty());
}

#[test]
fn a_backup_is_of_one_moment_and_ends_while_others_write() {
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (directory.path().join("from.db"), directory.path().join("to.db"));
    filled(&from, "original");
    let (db, other) = (open(&from), open(&from));
    let mut steps = 0;
    db.backup(&to, |_| {
        steps += 1;
        // The same process and another connection: both would make a naive copy begin again.
        db.dict("d").unwrap().set("name", json!("later")).unwrap();
        other.dict("d").unwrap().set(&format!("new {steps}"), json!("later")).unwrap();
        steps < 1_000
    })
    .unwrap();
    assert_eq!(name_in(&to), "original");
    assert_eq!(open(&to).dict("d").unwrap().len().unwrap(), 4_001);
    assert_eq!(name_in(&from), "later");
}

#[test]
fn a_backup_that_is_stopped_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (directory.path().join("from.db"), directory.path().join("to.db"));
    filled(&from, "original");
    filled(&to, "older backup");
    let db = open(&from);
    let mut steps = 0;
    let error = db
        .backup(&to, |_| {
            steps += 1;
            steps < 2
        })
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    let interrupting = db.clone();
    let error = db
        .backup(&to, |_| {
            interrupting.interrupt();
            true
        })
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    db.close().unwrap();
    assert_eq!(files(directory.path()), ["from.db", "to.db"]);
    assert_eq!(name_in(&to), "older backup");
}

#[test]
fn a_pause_ends_a_backup() {
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (directory.path().join("from.db"), directory.path().join("to.db"));
    filled(&from, "original");
    let db = open(&from);
    let mut pauser = None;
    let error = db
        .backup(&to, |_| {
            pauser.get_or_insert_with(|| {
                let db = db.clone();
                std::thread::spawn(move || db.pause())
            });
            // Until the pause has begun, which then waits for this very step.
            while db.stats().is_ok() {
                std::thread::yield_now();
            }
            true
        })
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Paused);
    pauser.unwrap().join().unwrap().unwrap();
    assert_eq!(files(directory.path()), ["from.db"], "everything was let go");
}

#[test]
fn a_backup_replaces_an_older_one_and_whatever_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (directory.path().join("from.db"), directory.path().join("to.db"));
    filled(&from, "original");
    let db = open(&from);
    filled(&to, "older backup");
    db.backup(&to, go_on).unwrap();
    assert_eq!(name_in(&to), "original");

    std::fs::write(&to, "no database at all").unwrap();
    std::fs::write(directory.path().join("to.db-wal"), "what a crash left").unwrap();
    db.backup(&to, go_on).unwrap();
    assert_eq!(name_in(&to), "original");

    let open_backup = open(&to);
    assert_eq!(db.backup(&to, go_on).unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(open_backup.dict("d").unwrap().len().unwrap(), 4_001);
}

#[test]
fn a_backup_onto_itself_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let from = directory.path().join("from.db");
    filled(&from, "original");
    let db = open(&from);
    let link = directory.path().join("link.db");
    std::fs::hard_link(&from, &link).unwrap();
    let within = directory.path().join(".").join("from.db");
    for path in [&from, &link, &within, &directory.path().join("from.db-wal")] {
        assert_eq!(db.backup(path, go_on).unwrap_err().kind(), ErrorKind::InvalidArgument, "{path:?}");
    }
    #[cfg(unix)]
    {
        let link = directory.path().join("symbolic.db");
        std::os::unix::fs::symlink(&from, &link).unwrap();
        assert_eq!(db.backup(&link, go_on).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(db.backup("", go_on).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(db.backup(":memory:", go_on).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(db.backup(directory.path(), go_on).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(db.backup(directory.path().join("none").join("to.db"), go_on).unwrap_err().kind(), ErrorKind::Io);
    db.close().unwrap();
    assert_eq!(name_in(&from), "original");
}

#[test]
fn memory_and_read_only_databases_are_backed_up() {
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("to.db");
    let db = Beaver::open(":memory:", Options::default()).unwrap();
    db.dict("d").unwrap().set("name", json!("memory")).unwrap();
    db.backup(&to, go_on).unwrap();
    assert_eq!(name_in(&to), "memory");
    let again = directory.path().join("again.db");
    let read_only = Beaver::open(&to, Options { read_only: true, ..Options::default() }).unwrap();
    read_only.backup(&again, go_on).unwrap();
    assert_eq!(name_in(&again), "memory");
}

#[test]
fn a_restore_puts_the_backup_in_the_place_of_the_database() {
    let directory = tempfile::tempdir().unwrap();
    let (backup, target) = (directory.path().join("backup.db"), directory.path().join("target.db"));
    filled(&backup, "backup");
    filled(&target, "old");
    let mut last = None;
    Beaver::restore(&backup, &target, |progress| {
        last = Some(progress);
        true
    })
    .unwrap();
    assert!(last.is_some_and(|last| last.done == last.total));
    assert_eq!(files(directory.path()), ["backup.db", "target.db"]);
    assert_eq!(name_in(&target), "backup");
    assert_eq!(name_in(&backup), "backup");
    let new = directory.path().join("new.db");
    Beaver::restore(&backup, &new, go_on).unwrap();
    assert_eq!(name_in(&new), "backup");
}

#[test]
fn a_restore_keeps_off_a_database_that_is_open() {
    let directory = tempfile::tempdir().unwrap();
    let (backup, target) = (directory.path().join("backup.db"), directory.path().join("target.db"));
    filled(&backup, "backup");
    filled(&target, "old");
    let db = open(&target);
    assert_eq!(Beaver::restore(&backup, &target, go_on).unwrap_err().kind(), ErrorKind::Busy);
    db.dict("d").unwrap().set("more", json!(1)).unwrap();
    assert_eq!(Beaver::restore(&backup, &target, go_on).unwrap_err().kind(), ErrorKind::Busy);
    // Opened while the copy was being made.
    db.close().unwrap();
    let mut late = None;
    let error = Beaver::restore(&backup, &target, |_| {
        late.get_or_insert_with(|| open(&target));
        true
    })
    .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert_eq!(late.unwrap().dict("d").unwrap().get("more").unwrap().unwrap().as_str(), "1");
    assert_eq!(files(directory.path()), ["backup.db", "target.db"]);

    // A paused one has let go, and finds the new file when it resumes.
    let db = open(&target);
    db.pause().unwrap();
    Beaver::restore(&backup, &target, go_on).unwrap();
    db.resume().unwrap();
    assert_eq!(name_in(&target), "backup");
    assert_eq!(db.dict("d").unwrap().get("more").unwrap(), None);
}

#[test]
fn a_restore_of_what_is_no_sound_database_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (backup, target) = (directory.path().join("backup.db"), directory.path().join("target.db"));
    filled(&target, "old");
    let refused = |kind: ErrorKind| {
        assert_eq!(Beaver::restore(&backup, &target, go_on).unwrap_err().kind(), kind);
        assert_eq!(name_in(&target), "old");
        assert!(files(directory.path()).iter().all(|name| !name.contains("partial")));
    };
    refused(ErrorKind::Io);
    std::fs::write(&backup, "no database at all, but long enough to be taken for one: ".repeat(100)).unwrap();
    refused(ErrorKind::Corrupt);
    std::fs::write(&backup, "").unwrap();
    refused(ErrorKind::Corrupt);

    std::fs::remove_file(&backup).unwrap();
    filled(&backup, "backup");
    rusqlite::Connection::open(&backup)
        .unwrap()
        .execute("UPDATE beaver_meta SET value = '99' WHERE key = 'format'", [])
        .unwrap();
    refused(ErrorKind::Unsupported);

    std::fs::remove_file(&backup).unwrap();
    filled(&backup, "backup");
    let mut bytes = std::fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8_192].fill(0x5a);
    std::fs::write(&backup, bytes).unwrap();
    refused(ErrorKind::Corrupt);

    std::fs::remove_file(&backup).unwrap();
    filled(&backup, "backup");
    assert_eq!(Beaver::restore(&backup, &target, |_| false).unwrap_err().kind(), ErrorKind::Interrupted);
    assert_eq!(Beaver::restore(&target, &target, go_on).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(Beaver::restore(&backup, directory.path(), go_on).unwrap_err().kind(), ErrorKind::Io);
    assert_eq!(name_in(&target), "old");
}

#[test]
fn a_restore_replaces_a_damaged_database_and_what_a_crash_left() {
    let directory = tempfile::tempdir().unwrap();
    let (backup, target) = (directory.path().join("backup.db"), directory.path().join("target.db"));
    filled(&backup, "backup");
    std::fs::write(&target, "garbage".repeat(1_000)).unwrap();
    for ending in ["-wal", "-shm", "-journal"] {
        std::fs::write(directory.path().join(format!("target.db{ending}")), "garbage".repeat(1_000)).unwrap();
    }
    Beaver::restore(&backup, &target, go_on).unwrap();
    assert_eq!(files(directory.path()), ["backup.db", "target.db"]);
    assert_eq!(name_in(&target), "backup");

    // The WAL of a process that died belongs to the old database only.
    std::fs::remove_file(&target).unwrap();
    filled(&target, "old");
    let db = open(&target);
    db.dict("d").unwrap().set("name", json!("never checkpointed")).unwrap();
    let wal = directory.path().join("target.db-wal");
    let (main, log) = (std::fs::read(&target).unwrap(), std::fs::read(&wal).unwrap());
    db.close().unwrap();
    std::fs::write(&target, main).unwrap();
    std::fs::write(&wal, log).unwrap();
    Beaver::restore(&backup, &target, go_on).unwrap();
    assert_eq!(files(directory.path()), ["backup.db", "target.db"]);
    assert_eq!(name_in(&target), "backup");
}

#[cfg(unix)]
#[test]
fn copies_have_the_rights_of_what_they_copy_or_replace() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (directory.path().join("from.db"), directory.path().join("to.db"));
    filled(&from, "original");
    let rights = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    std::fs::set_permissions(&from, std::fs::Permissions::from_mode(0o640)).unwrap();
    open(&from).backup(&to, go_on).unwrap();
    assert_eq!(rights(&to), 0o640);
    std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600)).unwrap();
    Beaver::restore(&from, &to, go_on).unwrap();
    assert_eq!(rights(&to), 0o600);
}
