//! Lines in and out: bulk forms, dumps, and readers that go away.

mod common;

use std::fmt::Write as _;
use std::io::Read;
use std::process::Stdio;

use common::{Place, start};

#[test]
fn what_listings_print_the_bulk_forms_read() {
    let place = Place::new();
    let lines: String = (0..25_000).fold(String::new(), |mut lines, n| {
        let _ = writeln!(lines, r#"{{"key":"k{n}","value":{{"n":{n}}}}}"#);
        lines
    });
    place.run_with(&["dict", "a", "set-many"], &lines).well();
    assert_eq!(place.run(&["dict", "a", "len"]).well(), "25000\n");
    place.sh("beaver dict a items > a.jsonl && beaver dict b set-many a.jsonl").well();
    place.sh("cmp <(beaver dict a items) <(beaver dict b items)").well();
    place
        .sh("beaver dict a values > v.jsonl && beaver list l extend v.jsonl && beaver list l items | cmp - v.jsonl")
        .well();
    place.sh(r#"printf '{"data":"a","priority":2}\n\n{"data":"b","priority":1}' | beaver queue q put_many"#).well();
    assert_eq!(place.run(&["queue", "q", "show", "--raw"]).well(), "b\na\n");
    place.sh(r#"printf '{"data":1,"timestamp_us":5}\n{"data":2}\n' | beaver log g write-many | grep -c ."#).well();
    place
        .sh("beaver log g items > g.jsonl && beaver log h write-many g.jsonl > /dev/null && beaver log h items | cmp - g.jsonl")
        .well();
    assert_eq!(place.sh(r#"printf '1\n"two"\n' | beaver channel c publish-many | wc -l"#).well().trim(), "2");
    assert_eq!(place.run(&["channel", "c", "items", "--raw"]).well(), "1\ntwo\n");
}

#[test]
fn documents_and_edges_come_in_bulk() {
    let place = Place::new();
    let lines: String = (0..300).fold(String::new(), |mut lines, n| {
        let _ = writeln!(lines, r#"{{"id":"d{n:03}","embedding":[{n},0.1],"body":{{"n":{n}}}}}"#);
        lines
    });
    assert_eq!(place.run_with(&["collection", "c", "index-many"], &lines).well(), "300\n");
    place.sh("beaver collection c items > c.jsonl && beaver collection d index-many c.jsonl >/dev/null").well();
    place.sh("cmp <(beaver collection c items) <(beaver collection d items)").well();
    let edge = r#"{"source":"d000","target":"d001","label":"next"}"#;
    assert_eq!(place.run_with(&["collection", "c", "connect-many"], edge).well(), "1\n");
    let said =
        place.run_with(&["collection", "c", "connect-many"], format!("{edge}\n{}", edge.replace("d001", "lost")));
    assert!(said.fails(3).contains("item 1"));
    let said = place.run_with(&["collection", "c", "index-many"], "{\"body\":1}\n{\"text\":1}");
    assert!(said.fails(1).contains("INVALID_ARGUMENT"));
}

#[test]
fn many_keys_are_asked_for_at_once() {
    let place = Place::new();
    place.run(&["dict", "x", "set", "a", "1"]).well();
    let rows = "{\"key\":\"a\",\"value\":1}\n{\"key\":\"lost\"}\n";
    assert_eq!(place.run(&["dict", "x", "get-many", "a", "lost"]).well(), rows);
    assert_eq!(place.run_with(&["dict", "x", "get_many", "-"], "\"a\"\n\"lost\"\n").well(), rows);
    assert_eq!(place.run_with(&["dict", "x", "get-many", "-"], "[\"a\", \"lost\"]").well(), rows);
    assert_eq!(place.run(&["dict", "x", "get-many", "a", "lost", "--raw"]).well(), "1\n\n");
    place.run_with(&["dict", "x", "get-many", "-"], "7").fails(1);
}

#[test]
fn dumps_are_loaded_again() {
    let place = Place::new();
    place.sh("beaver dict d set k '{\"n\": 1.50}' --ttl 1h; beaver list d push a b; beaver queue d put 1 x").well();
    place.sh("echo bytes | beaver blob d put k -; beaver log d write 1 >/dev/null; beaver channel d publish 1 >/dev/null").well();
    place.sh(r#"beaver collection d index '{"id":"a","body":"text"}' >/dev/null"#).well();
    for kind in ["dict", "list", "queue", "blob", "log", "channel", "collection"] {
        let count = place.run(&[kind, "d", "len"]).well();
        for form in ["", "--lines"] {
            let loaded = place.sh(&format!("beaver {kind} d dump {form} | beaver {kind} copy load")).well();
            assert_eq!(loaded, count, "{kind} {form}");
            place.run(&[kind, "d", "dump", "dump.json"]).well();
            assert_eq!(place.run(&[kind, "copy", "load", "dump.json", "--append"]).well(), count);
            assert_eq!(place.run(&[kind, "copy", "clear"]).code, 0);
        }
    }
    assert_eq!(
        place.sh("beaver dict d dump | beaver dict copy load && beaver dict copy get k").well(),
        "1\n{\"n\": 1.50}\n"
    );
    assert!(place.sh("beaver dict d dump | beaver list copy load").fails(1).contains("TYPE_MISMATCH"));
    assert!(place.run_with(&["dict", "d", "load"], "{\"metadata\":").fails(1).contains("INVALID_JSON"));
    assert_eq!(place.run(&["dict", "d", "len"]).well(), "1\n", "what could not be loaded has changed nothing");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::new();
    let lines: String = (0..20_000).fold(String::new(), |mut lines, n| {
        let _ = writeln!(lines, r#"{{"key":"k{n}","value":"{}"}}"#, "x".repeat(50));
        lines
    });
    place.run_with(&["dict", "x", "set-many"], lines).well();
    for args in
        [vec!["dict", "x", "items"], vec!["dict", "x", "dump"], vec!["dict", "x", "keys", "--json"], vec!["--help"]]
    {
        let mut child = start(&mut place.command(&args));
        let mut first = [0; 5];
        let mut out = child.stdout.take().expect("it was asked for");
        out.read_exact(&mut first).expect("there is something");
        drop(out);
        let said = common::Said::from(child.wait_with_output().expect("it ends"));
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{args:?}");
    }
    // The end of the pipe is closed before anything was taken: the item is not lost.
    place.run(&["queue", "q", "put", "1", "job"]).well();
    let mut child = start(place.command(&["queue", "q", "get"]).stdin(Stdio::null()));
    drop(child.stdout.take());
    assert!(child.wait().expect("it ends").success());
    assert_eq!(place.run(&["queue", "q", "peek", "--raw"]).well(), "job\n");
}
