//! The seeds of the fuzzer, answered without one: every operation of the document is among them, and no answer is a
//! fault of the server.

use std::collections::BTreeSet;
use std::path::Path;

use beaver_core::{Beaver, Options};
use beaver_server::parsing::Harness;

fn harness() -> Harness {
    Harness::new(&Beaver::open(":memory:", Options::default()).expect("a database")).expect("a server")
}

fn seeds() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/http_request");
    let files = std::fs::read_dir(folder).expect("the seeds");
    files
        .map(|file| file.expect("a file").path())
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into(), std::fs::read(&path).expect("a seed")))
        .collect()
}

#[test]
fn no_seed_finds_a_fault() {
    for (name, seed) in seeds() {
        harness().check(&seed).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    }
}

#[test]
fn every_operation_is_among_the_seeds() {
    let document = harness().ask(b"GET /openapi.json").expect("a request");
    let document: serde_json::Value = serde_json::from_slice(&document.body).expect("JSON");
    let mut asked = BTreeSet::new();
    for (_, seed) in seeds() {
        for request in String::from_utf8_lossy(&seed).split("\n---\n") {
            let (method, target) = request.lines().next().unwrap_or_default().split_once(' ').expect("a request");
            asked.insert((method.to_owned(), target.split('?').next().unwrap_or_default().to_owned()));
        }
    }
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("an item").keys().filter(|key| *key != "parameters") {
            let found = asked.iter().any(|(other, target)| other.eq_ignore_ascii_case(method) && fits(path, target));
            assert!(found, "no seed has {method} {path}");
        }
    }
}

/// Whether a path is one of a template, whose last parameter may stand for several segments.
fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut found) = (template.split('/').peekable(), path.split('/'));
    while let Some(segment) = wanted.next() {
        let Some(other) = found.next() else { return false };
        let parameter = segment.starts_with('{');
        if parameter && wanted.peek().is_none() {
            return true;
        }
        if !parameter && segment != other {
            return false;
        }
    }
    found.next().is_none()
}

#[test]
fn what_is_no_request_is_passed_over() {
    for bytes in [&b""[..], b"GET", b"GET \xff", b"G\0T /", b"GET /\nbad header", b"GET /\na\x01: b"] {
        assert!(harness().ask(bytes).is_none(), "{}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(harness().ask(b"GET /health").expect("a request").status, 200);
}
