//! A disk that is full: FULL, nothing half done, and all is well once there is room.
//!
//! The test needs a small file system of its own: `cargo xtask test full-disk` mounts one and names it in
//! `BEAVER_SMALL_DISK`. Without that there is nothing to test.

use std::path::PathBuf;

use beaver_core::{Beaver, ErrorKind, Options, Result, When};
use serde_json::json;

#[test]
fn a_full_disk_is_reported_and_harms_nothing() -> Result<()> {
    let Some(disk) = std::env::var_os("BEAVER_SMALL_DISK").map(PathBuf::from) else { return Ok(()) };
    let path = disk.join("full.db");
    let db = Beaver::open(&path, Options::default())?;
    let (dict, blobs, list) = (db.dict("d")?, db.blobs("b")?, db.list("l")?);
    dict.set("before", json!(1))?;

    let filler = disk.join("filler");
    let too_much = vec![7; 64 << 20];
    assert!(std::fs::write(&filler, &too_much).is_err(), "the disk is not small");

    let kind = |outcome: Result<()>| outcome.err().map(|error| error.kind());
    let value = json!("x".repeat(100_000));
    let mut full = 0;
    for i in 0..20 {
        full += u32::from(kind(dict.set(&format!("k{i}"), value.clone())) == Some(ErrorKind::Full));
    }
    assert!(full > 0, "no write met the full disk");
    assert_eq!(kind(blobs.put("big", &too_much, None)), Some(ErrorKind::Full));
    let mut writer = blobs.writer("streamed", None)?;
    let mut streamed = Ok(());
    for chunk in too_much.chunks(1 << 20) {
        streamed = streamed.and_then(|()| writer.write_chunk(chunk));
    }
    assert_eq!(kind(streamed), Some(ErrorKind::Full));
    drop(writer);
    let mut batch = db.batch();
    for i in 0..50 {
        batch.list_push(&list, json!(i))?;
        batch.dict_set(&dict, &format!("batch{i}"), value.clone(), None, When::Always)?;
    }
    assert_eq!(batch.commit(None).err().map(|error| error.kind()), Some(ErrorKind::Full));
    // What was committed before is still there, and nothing of what failed.
    assert!(dict.contains("before")? && !dict.contains("batch0")? && list.is_empty()? && blobs.is_empty()?);

    std::fs::remove_file(&filler).unwrap();
    dict.set("after", json!(2))?;
    assert_eq!(db.verify()?.problems, [""; 0]);
    db.close()?;
    let db = Beaver::open(&path, Options::default())?;
    assert!(db.dict("d")?.contains("after")?);
    Ok(())
}
