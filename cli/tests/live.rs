//! What comes while a program waits for it.

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout};

use common::{Place, Said, signal, start, until};
use rustix::process::Signal;

fn lines(child: &mut Child) -> std::io::Lines<BufReader<ChildStdout>> {
    BufReader::new(child.stdout.take().expect("it was asked for")).lines()
}

#[test]
fn messages_are_printed_as_they_come_a_line_each() {
    let place = Place::new();
    place.run(&["channel", "c", "publish", "before"]).well();
    let mut listener = start(&mut place.command(&["channel", "c", "listen", "--from", "oldest"]));
    let mut heard = lines(&mut listener);
    let mut next = || heard.next().expect("there is a line").expect("it can be read");
    assert!(next().ends_with(r#""payload":"before"}"#));
    // Each is there before the next one is published: nothing is held back.
    for value in ["1", "{\"a\":\n2}"] {
        place.run(&["channel", "c", "publish", value]).well();
        assert!(next().ends_with(&format!(r#""payload":{}}}"#, value.replace('\n', " "))));
    }
    signal(&listener, Signal::INT);
    let said = Said::from(listener.wait_with_output().expect("it ends"));
    assert_eq!((said.code, said.err.as_str()), (130, ""), "Ctrl-C ends it, as it ends other programs");
}

#[test]
fn a_listener_stops_after_so_many() {
    let place = Place::new();
    place.run(&["channel", "c", "publish", "one"]).well();
    place.run(&["channel", "c", "publish", "two"]).well();
    let said = place.run(&["channel", "c", "listen", "--from", "oldest", "--count", "2", "--raw"]);
    assert_eq!(said.well(), "one\ntwo\n");
    let first = place.run(&["channel", "c", "items"]).well();
    let at = first.split(['{', ':', ',']).nth(2).expect("a time").to_owned();
    let said = place.run(&["channel", "c", "listen", "--after", &at, "--count", "1", "--raw"]);
    assert_eq!(said.well(), "two\n");
}

#[test]
fn a_log_is_watched_while_others_write() {
    let place = Place::new();
    place.run(&["log", "m", "write", r#"{"ms": 4}"#]).well();
    let args = ["log", "m", "watch", "--window", "60", "--frequency", "0.1", "--path", "ms"];
    let mut watcher = start(&mut place.command(&args));
    let mut seen = lines(&mut watcher);
    let first = seen.next().expect("a line").expect("it can be read");
    assert!(first.contains(r#""count":1"#) && first.contains(r#""ms.mean":4.0"#), "{first}");
    place.run(&["log", "m", "write", r#"{"ms": 8}"#]).well();
    let both = seen.find(|line| line.as_ref().is_ok_and(|line| line.contains(r#""count":2"#)));
    assert!(both.is_some_and(|line| line.is_ok_and(|line| line.contains(r#""ms.max":8.0"#))));
    signal(&watcher, Signal::TERM);
    assert_eq!(Said::from(watcher.wait_with_output().expect("it ends")).code, 143);
    let entries = place.run(&["log", "m", "watch", "--entries", "--count", "1"]).well();
    assert!(entries.starts_with("[{\"timestamp_us\":") && entries.contains(r#""data":{"ms": 8}"#), "{entries}");
    let given = r#"{"p": {"op": "percentile", "path": "ms", "p": 50}}"#;
    assert_eq!(place.run(&["log", "m", "watch", "--count", "1", "--aggregates", given]).well(), "{\"p\":6.0}\n");
}

#[test]
fn events_of_other_processes_are_followed() {
    let place = Place::new();
    let mut listener = start(&mut place.command(&["dict", "d", "on", "--count", "2"]));
    // It hears what changes from the moment on at which it listens, which is nobody's to know.
    until("it has heard two", || {
        place.run(&["dict", "d", "set", "k", "1"]).well();
        listener.try_wait().expect("it is ours").is_some()
    });
    let heard: Vec<String> = lines(&mut listener).map(|line| line.expect("it can be read")).collect();
    assert_eq!(heard.len(), 2);
    assert!(heard.iter().all(|line| line.contains(r#""topic":"dict:d","event":"set","payload":{"key":"k"}"#)));
}

#[test]
fn a_blocked_get_is_woken_and_loses_nothing_by_a_signal() {
    let place = Place::new();
    let mut getter = start(&mut place.command(&["queue", "q", "get", "--raw"]));
    std::thread::sleep(std::time::Duration::from_millis(200));
    place.run(&["queue", "q", "put", "1", "job"]).well();
    assert_eq!(lines(&mut getter).next().expect("a line").expect("it can be read"), "job");
    assert!(getter.wait().expect("it ends").success());

    let waiter = start(&mut place.command(&["queue", "q", "get"]));
    std::thread::sleep(std::time::Duration::from_millis(300));
    signal(&waiter, Signal::INT);
    let said = Said::from(waiter.wait_with_output().expect("it ends"));
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (130, "", ""));
    place.run(&["queue", "q", "put", "1", "kept"]).well();
    assert_eq!(place.run(&["queue", "q", "len"]).well(), "1\n");
}
