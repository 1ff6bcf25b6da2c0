//! Values on their way in and out.

mod common;

use common::Place;

#[test]
fn a_value_is_json_or_else_a_plain_string() {
    let place = Place::new();
    for (given, stored) in [
        ("dark", r#""dark""#),
        ("Review PRs", r#""Review PRs""#),
        ("your-secret-api-key", r#""your-secret-api-key""#),
        ("123", "123"),
        ("-1.50", "-1.50"),
        ("null", "null"),
        (r#"{"b": 1.0, "a": [1e2]}"#, r#"{"b": 1.0, "a": [1e2]}"#),
        (r#""@at""#, r#""@at""#),
        ("", r#""""#),
        ("naïve 🦫", r#""naïve 🦫""#),
    ] {
        place.run(&["dict", "x", "set", "k", given]).well();
        assert_eq!(place.run(&["dict", "x", "get", "k"]).well(), format!("{stored}\n"));
    }
}

#[test]
fn what_begins_as_json_has_to_be_json_unless_strings_are_asked_for() {
    let place = Place::new();
    for given in ["{oops", "[1,", r#""open"#] {
        let said = place.run(&["dict", "x", "set", "k", given]).fails(1);
        assert!(said.contains("INVALID_JSON") && said.contains("byte") && said.contains("--values string"), "{said}");
        place.run(&["--values", "string", "dict", "x", "set", "k", given]).well();
        assert_eq!(place.run(&["dict", "x", "get", "k", "--raw"]).well(), format!("{given}\n"));
    }
    place.run(&["dict", "x", "set", "n", "7", "--values", "string"]).well();
    assert_eq!(place.run(&["dict", "x", "get", "n"]).well(), "\"7\"\n");
    place.run(&["dict", "x", "set", "n", "plain", "--values", "json"]).fails(1);
}

#[test]
fn values_come_from_the_standard_input_and_from_files() {
    let place = Place::new();
    place.run_with(&["dict", "x", "set", "a", "-"], "{\"n\":\n 1}\n").well();
    assert_eq!(place.run(&["dict", "x", "get", "a"]).well(), "{\"n\":  1} \n");
    place.run_with(&["dict", "x", "set", "b", "-"], "two\nlines\r\n").well();
    assert_eq!(place.run(&["dict", "x", "get", "b"]).well(), "\"two\\nlines\"\n");
    place.run_with(&["dict", "x", "set", "c", "-", "--values", "string"], "exact\n").well();
    assert_eq!(place.run(&["dict", "x", "get", "c"]).well(), "\"exact\\n\"\n");
    place.write("value.json", "[1, 2]");
    place.run(&["list", "l", "push", "@value.json", "@value.json"]).well();
    assert_eq!(place.run(&["list", "l", "items"]).well(), "[1, 2]\n[1, 2]\n");
    let said = place.run(&["list", "l", "push", "@alice"]).fails(1);
    assert!(said.contains("alice cannot be read") && said.contains(r#"'"@alice"'"#), "{said}");
    assert!(place.run_with(&["list", "l", "push", "-", "-"], "1").fails(2).contains("only once"));
    place.write("bytes", [0xff, 0xfe]);
    assert!(place.run(&["list", "l", "push", "@bytes"]).fails(1).contains("INVALID_UTF8"));
}

#[test]
fn raw_values_are_bare_and_json_is_json_everywhere() {
    let place = Place::new();
    place.run(&["dict", "x", "set", "s", "two\nlines"]).well();
    place.run(&["dict", "x", "set", "o", r#"{"a":1}"#]).well();
    assert_eq!(place.run(&["dict", "x", "get", "s", "--raw"]).well(), "two\nlines\n");
    assert_eq!(place.run(&["dict", "x", "get", "o", "--raw"]).well(), "{\"a\":1}\n");
    assert_eq!(place.run(&["dict", "x", "keys"]).well(), "o\ns\n");
    assert_eq!(place.run(&["dict", "x", "keys", "--json"]).well(), "[\"o\",\"s\"]\n");
    assert_eq!(place.run(&["dict", "x", "values", "--raw"]).well(), "{\"a\":1}\ntwo\nlines\n");
    assert_eq!(
        place.run(&["dict", "x", "items"]).well(),
        "{\"key\":\"o\",\"value\":{\"a\":1}}\n{\"key\":\"s\",\"value\":\"two\\nlines\"}\n"
    );
    assert_eq!(place.run(&["dict", "none", "items", "--json"]).well(), "[]\n");
    assert_eq!(place.run(&["dict", "none", "items"]).well(), "");
}

#[test]
fn names_and_keys_can_be_any_text() {
    let place = Place::new();
    for name in ["get", "help", "items", "client", "-x", "--json", "a b", "ü/🦫"] {
        let args = if name.starts_with('-') { vec!["dict", "--", name] } else { vec!["dict", name] };
        let run = |more: &[&str]| place.run(&[&args, more].concat());
        run(&["set", "set", "--", name]).well();
        assert_eq!(run(&["get", "set", "--raw"]).well(), format!("{name}\n"));
    }
    place.run(&["dict", "x", "set", "line\nbreak", "1"]).well();
    assert_eq!(place.run(&["dict", "x", "keys"]).well(), "\"line\\nbreak\"\n");
    place.run(&["dict", "x", "set", "--", "-key", "1"]).well();
    assert_eq!(place.run(&["dict", "x", "get", "--", "-key"]).well(), "1\n");
}

#[test]
fn every_structure_can_be_written_and_read() {
    let place = Place::new();
    let run = |line: &str| place.sh(&format!("beaver {line}")).well();
    assert_eq!(run("list l push a b c && beaver list l insert -1 x && beaver list l slice -2: --raw"), "x\nc\n");
    assert_eq!(run("list l index-of x && beaver list l count-of x && beaver list l remove-value x"), "2\n1\n");
    assert_eq!(run("list l replace-range 0:2 q && beaver list l reverse && beaver list l items --raw"), "2\nc\nq\n");
    assert_eq!(
        run("list l set 0 z && beaver list l get 0 && beaver list l remove 0 && beaver list l pop"),
        "\"z\"\n\"q\"\n"
    );
    assert_eq!(run("list l prepend 1 && beaver list l deque && beaver list l len"), "1\n0\n");
    run("queue q put 2 b && beaver queue q put -1.5 a && beaver queue q put-back 2 1 first");
    assert_eq!(run("queue q show --raw"), "a\nfirst\nb\n");
    assert_eq!(run("queue q peek --raw && beaver queue q get-many 2 --raw"), "a\na\nfirst\n");
    let leased = run("queue q lease --for 60");
    assert!(leased.starts_with(r#"{"id":"#) && leased.contains(r#""attempts":1"#), "{leased}");
    assert_eq!(run("queue q leased && beaver queue q ack 1 && beaver queue q leased"), "1\n0\n");
    run(r#"log g write '{"n":1}' --at 2026-01-31T12:00:00Z && beaver log g write 2 --at 2026-01-31T13:00:00Z"#);
    assert_eq!(run("log g range --start 2026-01-31T12:30:00Z"), "{\"timestamp_us\":1769864400000000,\"data\":2}\n");
    assert_eq!(run("log g latest 1 --raw && beaver log g prune --keep-last 1 && beaver log g len"), "2\n1\n1\n");
    run("channel c publish hello && beaver channel c set-retention --max-age none --max-messages 5");
    assert_eq!(run("channel c retention"), "{\"max_age\":null,\"max_messages\":5}\n");
    assert_eq!(run("channel c items --raw && beaver channel c clear"), "hello\n1\n");
    assert_eq!(run("dict d set k 1 --ttl 1h && beaver dict d pop k && beaver dict d len"), "1\n0\n");
}

#[test]
fn collections_are_searched_in_every_way() {
    let place = Place::new();
    let run = |line: &str| place.sh(&format!("beaver collection a {line}")).well();
    assert_eq!(run(r#"index '{"id":"s","embedding":[1,0],"title":"SQLite database","year":2000}' --fuzzy"#), "s\n");
    assert_eq!(run(r#"index '{"id":"d","embedding":[0,1],"body":"A plain body"}' --no-fts"#), "d\n");
    assert_eq!(run("index 'Just some text'").trim().len(), 36);
    assert_eq!(
        run("get s"),
        "{\"id\":\"s\",\"embedding\":[1,0],\"body\":{\"title\":\"SQLite database\",\"year\":2000}}\n"
    );
    assert_eq!(run("get d --raw"), "A plain body\n");
    assert!(run("match datbase --fuzziness 1 --on title").starts_with(r#"[{"id":"s","#));
    assert!(
        run("match sqlite --highlight").contains(r#""fragments":[{"path":"title","text":"<b>SQLite</b> database"}]"#)
    );
    assert!(run("search '[0.1, 0.9]' --k 1").starts_with(r#"[{"id":"d","#));
    assert!(run("search '[1, 0]' --options '{\"k\": 1, \"effort\": \"exact\"}'").starts_with(r#"[{"id":"s","#));
    assert!(
        run(r#"find --where '{"year": {">=": 2000}}' --order -year --limit 1"#).contains(r#"{"documents":[{"id":"s","#)
    );
    assert_eq!(run(r#"count --where '{"year": 2000}'"#), "1\n");
    assert!(run(r#"hybrid '{"text": "sqlite"}' --vector '[1, 0]'"#).contains(r#""legs":{"text":"#));
    run("connect s d CITES --weight 2 --metadata '{\"page\": 3}'");
    assert!(run("neighbors s --label CITES").contains(r#""metadata":{"page": 3}"#));
    assert!(run("walk d --labels CITES --direction incoming --depth 1").contains(r#"{"id":"s""#));
    assert_eq!(run("shortest-path s d --weighted"), "{\"ids\":[\"s\",\"d\"],\"cost\":2.0}\n");
    assert_eq!(run("degree s && beaver collection a disconnect s d"), "1\n1\n");
    assert_eq!(run("settings"), "{\"metric\":\"l2\",\"tokenizer\":\"porter\",\"dimension\":2}\n");
    assert!(run("stats").contains("\"dimension\":2,\"vectors\":{\"tier\":\"exact\",\"partitions\":0,\"codes\":0"));
    assert_eq!(run("create-index year && beaver collection a indexes"), "year\n");
    assert!(run(r#"explain-find --where '{"year": 2000}'"#).contains(r#""indexes":["year"]"#));
    run("compact && beaver collection a rebuild && beaver collection a drop s");
    assert_eq!(run("contains d && beaver collection a len"), "true\n2\n");
}

#[test]
fn blobs_are_files_and_streams_of_any_bytes() {
    let place = Place::new();
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    place.write("in.bin", &bytes);
    place.run(&["blob", "b", "put", "deep/key", "in.bin", "--metadata", r#"{"type": "x"}"#]).well();
    place.run(&["blob", "b", "get", "deep/key", "out.bin"]).well();
    assert_eq!(place.read("out.bin"), bytes);
    let output = place.command(&["blob", "b", "get", "deep/key"]).output().expect("the program runs");
    assert_eq!(output.stdout, bytes);
    place.run_with(&["blob", "b", "put", "small", "-"], [0, 255, 10]).well();
    assert_eq!(place.run(&["blob", "b", "keys"]).well(), "deep/key\nsmall\n");
    assert_eq!(
        place.run(&["blob", "b", "list"]).well(),
        "{\"key\":\"deep/key\",\"bytes\":3000000,\"metadata\":{\"type\": \"x\"}}\n{\"key\":\"small\",\"bytes\":3,\"metadata\":null}\n"
    );
    assert!(place.run(&["blob", "b", "stat", "small"]).well().contains(r#""bytes":3"#));
    place.run(&["blob", "b", "get", "none", "other.bin"]).fails(3);
    assert!(!place.path("other.bin").exists(), "nothing is left of what is not there");
    place.run(&["blob", "b", "put", "k", "no-such-file"]).fails(1);
}
