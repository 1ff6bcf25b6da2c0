//! The database as a whole.

mod common;

use std::path::Path;

use common::Place;

#[test]
fn everything_is_listed_with_its_count() {
    let place = Place::new();
    place.sh("beaver dict d set k 1; beaver list l push 1 2; beaver queue q put 1 x").well();
    assert_eq!(place.run(&["info"]).well(), "dict\td\t1\nlist\tl\t2\nqueue\tq\t1\n");
    let info = place.run(&["info", "--json"]).well();
    assert!(info.contains(r#""structures":[{"kind":"dict","name":"d","count":1}"#), "{info}");
    assert_eq!(place.run(&["list"]).well(), "l\n");
    let said = place.run(&["list", "l"]);
    assert_eq!((said.code, said.out.as_str()), (0, "2\n"));
    assert!(said.err.starts_with("commands: push, prepend, extend, pop,"), "{}", said.err);
    assert!(place.run(&["stats", "--json"]).well().contains(r#""file_bytes":"#));
}

#[test]
fn a_backup_is_restored_as_it_was() {
    let place = Place::new();
    place.run(&["dict", "d", "set", "k", "1"]).well();
    place.run(&["backup", "copy.db"]).well();
    place.run(&["dict", "d", "set", "k", "2"]).well();
    assert_eq!(place.run(&["-d", "copy.db", "dict", "d", "get", "k"]).well(), "1\n");
    place.run(&["restore", "copy.db"]).well();
    assert_eq!(place.run(&["dict", "d", "get", "k"]).well(), "1\n");
    assert!(place.run(&["backup", "beaver.db"]).fails(1).contains("INVALID_ARGUMENT"));
    place.write("broken.db", "no database at all, but long enough to look at ".repeat(99));
    place.run(&["restore", "broken.db"]).fails(1);
    assert_eq!(place.run(&["dict", "d", "get", "k"]).well(), "1\n");
}

#[test]
fn upkeep_tells_what_it_found() {
    let place = Place::new();
    place.run(&["collection", "c", "index", r#"{"id":"a","embedding":[1,2],"body":"x"}"#]).well();
    assert_eq!(place.run(&["verify"]).well(), "");
    assert_eq!(place.run(&["verify", "--json"]).well(), "{\"ok\":true,\"problems\":[]}\n");
    assert_eq!(place.run(&["repair", "--json"]).well(), "{\"problems\":[],\"rebuilt\":[\"c\"]}\n");
    for line in ["vacuum", "checkpoint", "compact", "compact c"] {
        assert_eq!(place.run(&line.split(' ').collect::<Vec<_>>()).well(), "");
    }
    let sound = place.read("beaver.db");
    let mut broken = sound.clone();
    let length = broken.len();
    broken[4096..length.min(40_000)].fill(0x5a);
    place.write("broken.db", broken);
    let said = place.run(&["-d", "broken.db", "verify"]);
    assert_eq!(said.code, 1, "{said:?}");
}

#[test]
fn a_file_of_1_x_is_read_as_it_is_and_upgraded_when_asked() {
    let place = Place::new();
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/formats/v1");
    for name in ["structures.db", "strange_names.db"] {
        std::fs::copy(files.join(name), place.path("old.db")).expect("it can be copied");
        let before = place.run(&["-d", "old.db", "info"]).well();
        assert!(!before.is_empty());
        assert_eq!(place.run(&["-d", "old.db", "upgrade"]).well(), "upgraded\n", "{name}");
        assert_eq!(place.run(&["-d", "old.db", "upgrade"]).well(), "current\n");
        assert_eq!(place.run(&["-d", "old.db", "info"]).well(), before);
        place.run(&["-d", "old.db", "verify"]).well();
    }
    place.run(&["-d", "lost.db", "upgrade"]).fails(1);
}

#[test]
fn a_batch_is_one_commit_or_none() {
    let place = Place::new();
    let good = r#"{"op":"dict_set","name":"d","key":"k","value":1}
{"op":"list_push","name":"l","value":"a"}

{"op":"log_append","name":"g","data":1,"timestamp_us":5}
{"op":"dict_delete","name":"d","key":"lost"}"#;
    assert_eq!(place.run_with(&["batch", "--durable"], good).well(), "[true,true,[5],false]\n");
    let bad = format!("{good}\n{}", r#"{"op":"list_set","name":"l","index":9,"value":1}"#);
    assert!(place.run_with(&["batch"], bad).fails(3).contains("item 4"));
    assert_eq!(place.run(&["list", "l", "len"]).well(), "1\n");
    assert_eq!(place.run_with(&["batch"], "").well(), "[]\n");
    assert!(place.run_with(&["batch"], r#"{"op":"dict_frob","name":"d"}"#).fails(1).contains("INVALID_ARGUMENT"));
}

#[test]
fn rankings_are_fused_without_a_database() {
    let place = Place::new();
    let lists = r#"[["a", "b"], ["b", "c"]]"#;
    assert!(place.run(&["rerank", lists]).well().starts_with(r#"[{"id":"b","score":"#));
    assert_eq!(place.run(&["rerank", lists, "--weights", "5,1", "--k", "1", "--raw"]).well(), "a\nb\nc\n");
    assert!(place.run(&["rerank", lists, "--weights", "1"]).fails(1).contains("INVALID_ARGUMENT"));
    assert!(!place.path("beaver.db").exists());
}
