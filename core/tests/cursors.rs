//! Going on where an iteration ended, reading and writing blobs out of order, and dicts that are no user's.

use std::io::{Read, Write};

use beaver_core::{Beaver, Document, ErrorKind, IndexOptions, Kind, Options};
use serde_json::json;

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).expect("a database")
}

#[test]
fn an_iteration_goes_on_behind_a_key_whether_it_is_there_or_not() {
    let db = memory();
    let (dict, blobs) = (db.dict("d").expect("a dict"), db.blobs("b").expect("a store"));
    let (channel, collection) = (db.channel("c").expect("a channel"), db.collection("k").expect("a collection"));
    let mut times = Vec::new();
    for number in 0..600 {
        let key = format!("k{number:03}");
        dict.set(&key, json!(number)).expect("set");
        blobs.put(&key, b"x", None).expect("put");
        times.push(channel.publish(json!(number)).expect("published"));
        collection.index(Document::with_id(&key, json!(number)), &IndexOptions::default()).expect("indexed");
    }
    for (after, left) in [("", 600), ("k299", 300), ("k2995", 300), ("k599", 0), ("z", 0)] {
        let first = dict.items_after(after).expect("items").next().map(|item| item.expect("an item").0);
        assert_eq!(first, (left > 0).then(|| format!("k{:03}", 600 - left)), "{after}");
        assert_eq!(dict.items_after(after).expect("items").count(), left);
        assert_eq!(blobs.keys_after(after).expect("keys").count(), left);
        if !after.is_empty() {
            assert_eq!(collection.documents_after(after).expect("documents").count(), left);
        }
    }
    assert_eq!(channel.items_after(times[299]).count(), 300);
    let long = "x".repeat(5_000);
    assert_eq!(dict.items_after(&long).err().expect("refused").kind(), ErrorKind::Limit);
    assert_eq!(blobs.keys_after(&long).err().expect("refused").kind(), ErrorKind::Limit);
    assert_eq!(collection.documents_after("").err().expect("refused").kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_blob_is_read_from_any_byte_and_gets_its_metadata_last() {
    let db = memory();
    let blobs = db.blobs("b").expect("a store");
    let mut writer = blobs.writer("k", Some(json!({"old": true}).into())).expect("a writer");
    writer.write_all(&(0..=255).cycle().take(3_000_000).collect::<Vec<u8>>()).expect("written");
    writer.set_metadata(Some(json!({"new": true}).into())).expect("set");
    let too_long = json!("x".repeat(70 << 20));
    assert_eq!(writer.set_metadata(Some(too_long.into())).expect_err("refused").kind(), ErrorKind::Limit);
    writer.finish().expect("finished");
    let (length, metadata) = blobs.stat("k").expect("an answer").expect("a blob");
    assert_eq!((length, metadata), (3_000_000, Some(json!({"new": true}).into())));
    let mut reader = blobs.reader("k").expect("an answer").expect("a blob");
    let mut bytes = [0; 4];
    for at in [2_000_000, 3, 2_999_996] {
        reader.set_position(at);
        reader.read_exact(&mut bytes).expect("read");
        assert_eq!(u64::from(bytes[0]), at % 256);
    }
    reader.set_position(5_000_000);
    assert_eq!(reader.read(&mut bytes).expect("an answer"), 0, "behind the end there is nothing");
}

#[test]
fn a_dict_of_the_system_is_out_of_the_reach_of_users() {
    let db = memory();
    let system = db.system_dict("keys").expect("a dict");
    system.set("a", json!(1)).expect("set");
    assert_eq!(db.system_dict("keys").expect("a dict").get("a").expect("an answer"), Some(json!(1).into()));
    assert_eq!(db.dict("keys").expect("a dict").len().expect("a count"), 0, "the user's own is another one");
    assert_eq!(db.dict("__keys").err().expect("refused").kind(), ErrorKind::InvalidArgument);
    assert!(db.names(Kind::Dict).expect("names").is_empty() && db.info().expect("info").structures.is_empty());
    assert_eq!(db.system_dict("").err().expect("refused").kind(), ErrorKind::InvalidArgument);
    assert_eq!(db.system_dict("__keys").err().expect("refused").kind(), ErrorKind::InvalidArgument);
}
