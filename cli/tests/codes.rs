//! Exit codes and what is said of failures.

mod common;

use common::{Place, start};

#[test]
fn what_is_not_there_is_code_3_and_prints_nothing() {
    let place = Place::new();
    place.run(&["dict", "x", "set", "k", "null"]).well();
    for line in [
        "dict x get lost",
        "dict x del lost",
        "dict x pop lost",
        "list l pop",
        "list l deque",
        "list l get 0",
        "list l set 0 1",
        "list l remove -1",
        "list l index-of 1",
        "queue q peek",
        "queue q get --no-block",
        "queue q ack 7",
        "blob b get lost",
        "blob b stat lost",
        "collection c get lost",
        "collection c drop lost",
        "collection c shortest-path a b",
        "collection c drop-index year",
    ] {
        let said = place.run(&line.split(' ').collect::<Vec<_>>()).fails(3);
        assert!(said.starts_with("beaver: NOT_FOUND: "), "{line}: {said}");
    }
    let said = place.run(&["dict", "x", "contains", "lost"]);
    assert_eq!((said.code, said.out.as_str()), (3, "false\n"));
    assert_eq!(place.run(&["dict", "x", "get", "k"]).well(), "null\n", "a stored null is there");
    assert_eq!(place.run(&["dict", "x", "get", "lost", "--default", "[]"]).well(), "[]\n");
}

#[test]
fn what_takes_too_long_is_code_4() {
    let place = Place::new();
    assert!(place.run(&["queue", "q", "get", "--timeout", "0.05"]).fails(4).contains("TIMEOUT"));
    place.run(&["channel", "c", "listen", "--timeout", "50ms"]).fails(4);
    place.run(&["queue", "q", "lease", "--timeout", "0"]).fails(4);
    let said =
        place.sh("beaver lock l run sleep 5 & sleep 0.3; beaver lock l run --timeout 0.1 echo never; echo $?; kill %1");
    assert_eq!(said.out, "4\n", "{}", said.err);
}

#[test]
fn a_condition_that_is_not_met_is_code_1() {
    let place = Place::new();
    place.run(&["dict", "x", "set-if-absent", "k", "1"]).well();
    assert!(place.run(&["dict", "x", "set-if-absent", "k", "2"]).fails(1).contains("CONFLICT"));
    assert!(place.run(&["dict", "x", "compare-and-set", "k", "2", "3"]).fails(1).contains("CONFLICT"));
    place.run(&["dict", "x", "compare-and-set", "k", "1.0", "3"]).well();
    assert_eq!(place.run(&["dict", "x", "get", "k"]).well(), "3\n");
}

#[test]
fn a_line_that_cannot_be_understood_is_code_2() {
    let place = Place::new();
    for line in [
        "frobnicate",
        "dict x frobnicate",
        "dict x get",
        "dict x get a b",
        "dict x set k v --ttl soon",
        "dict x set k v --ttl -1",
        "list l get one",
        "list l slice 3",
        "queue q put high x",
        "log l prune",
        "log l prune --keep-last 1 --older-than 1h",
        "info --json --raw",
        "collection c walk a --direction sideways",
        "queue q acquire",
        "lock l run",
    ] {
        place.run(&line.split(' ').collect::<Vec<_>>()).fails(2);
    }
    assert!(!place.path("beaver.db").exists(), "nothing was opened");
    place.run(&[]).fails(2);
}

#[test]
fn errors_of_the_core_keep_their_kind_and_their_place() {
    let place = Place::new();
    let said = place.run(&["dict", "__x", "get", "k", "--json"]).fails(1);
    assert!(said.contains("there is no file"), "{said}");
    place.run(&["dict", "x", "set", "k", "1"]).well();
    let said = place.run(&["dict", "__x", "get", "k", "--json"]).fails(1);
    assert!(said.starts_with(r#"{"error":{"kind":"INVALID_ARGUMENT","message":"#), "{said}");
    let lines = "{\"key\":\"a\",\"value\":1}\n{\"key\":\"b\",\"value\":}\n";
    let said = place.run_with(&["dict", "x", "set-many", "--json"], lines).fails(1);
    assert!(said.contains(r#""kind":"INVALID_JSON""#) && said.contains(r#""offset":19,"operation":1"#), "{said}");
    assert_eq!(place.run(&["dict", "x", "len"]).well(), "1\n", "all of a portion is stored, or nothing");
    let batch = r#"{"op":"dict_set","name":"x","key":"k","value":2,"if":"absent"}"#;
    let said = place.run_with(&["batch"], batch).fails(1);
    assert!(said.contains("CONFLICT") && said.contains("item 0"), "{said}");
    assert!(place.run(&["dict", "x", "set", "k", "v", "--ttl", "0"]).fails(1).contains("INVALID_ARGUMENT"));
    assert!(place.run(&["collection", "c", "search", "[1, \"a\"]"]).fails(1).contains("INVALID_ARGUMENT"));
    assert!(place.run(&["collection", "c", "match", "q", "--options", r#"{"kk": 1}"#]).fails(1).contains("kk"));
}

#[test]
fn files_that_are_no_databases_are_told() {
    let place = Place::new();
    assert!(place.run(&["dict", "x", "get", "k"]).fails(1).contains("there is no file beaver.db"));
    assert!(!place.path("beaver.db").exists(), "a read creates nothing");
    place.write("text.db", "this is no database, whatever its name may say. ".repeat(100));
    assert!(place.run(&["--database", "text.db", "info"]).fails(1).contains("CORRUPT"));
    assert!(place.run(&["-d", ".", "dict", "x", "set", "k", "1"]).fails(1).contains("IO"));
    assert!(place.run(&["-d", "no/such/folder.db", "dict", "x", "set", "k", "1"]).fails(1).contains("IO"));
    place.run(&["dict", "x", "set", "k", "1"]).well();
    assert!(place.run(&["dict", "x", "set", "k", "2", "--read-only"]).fails(1).contains("READ_ONLY"));
    assert!(place.run(&["dict", "x", "get", "k", "--open", r#"{"durabilty": "full"}"#]).fails(1).contains("durabilty"));
    assert_eq!(place.run(&["dict", "x", "get", "k", "--open", r#"{"durability": "full"}"#]).well(), "1\n");
    assert_eq!(place.run(&["dict", "x", "get", "k", "--read-only"]).well(), "1\n");
}

#[test]
fn the_database_is_named_by_option_or_environment() {
    let place = Place::new();
    let with = |name: &str, args: &[&str]| {
        common::Said::from(place.command(args).env("BEAVER_DATABASE", name).output().expect("the program runs"))
    };
    with("env.db", &["dict", "x", "set", "k", "1"]).well();
    assert!(place.path("env.db").exists() && !place.path("beaver.db").exists());
    with("env.db", &["--database", "option.db", "dict", "x", "set", "k", "2"]).well();
    assert_eq!(with("env.db", &["dict", "x", "get", "k"]).well(), "1\n");
    assert_eq!(place.run(&["client", "--database", "option.db", "dict", "x", "get", "k"]).well(), "2\n");
    assert_eq!(place.run(&["dict", "x", "get", "k", "-d", "option.db"]).well(), "2\n");
}

#[test]
fn many_processes_write_at_once_and_nothing_is_lost() {
    let place = Place::new();
    place.run(&["list", "l", "push", "0"]).well();
    let mut children: Vec<_> =
        (0..8).map(|n| start(&mut place.command(&["list", "l", "push", &n.to_string()]))).collect();
    for child in &mut children {
        assert!(child.wait().expect("it ends").success());
    }
    assert_eq!(place.run(&["list", "l", "len"]).well(), "9\n");
}
