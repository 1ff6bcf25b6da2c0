//! What people see: the output is a terminal here.
#![cfg(unix)]

mod common;

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use common::Place;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// Runs the program with a terminal as its output.
fn seen(place: &Place, args: &[&str], colour: bool) -> String {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&master).expect("it is ours");
    unlockpt(&master).expect("it can be opened");
    let name = ptsname(&master, Vec::new()).expect("it has a name").into_string().expect("of text");
    let slave: OwnedFd = File::options().read(true).write(true).open(name).expect("it can be opened").into();
    let mut command = place.command(args);
    command.env("COLUMNS", "60").env("TERM", "xterm").stdout(Stdio::from(slave)).stderr(Stdio::null());
    if !colour {
        command.env("NO_COLOR", "1");
    }
    let mut child = command.spawn().expect("the program starts");
    drop(command);
    // The end of a terminal is an error (EIO) to who reads it.
    let (mut bytes, mut master) = (Vec::new(), File::from(master));
    let mut buffer = [0; 4096];
    while let Ok(count) = master.read(&mut buffer) {
        if count == 0 {
            break;
        }
        bytes.extend_from_slice(&buffer[..count]);
    }
    assert!(child.wait().expect("it ends").success());
    String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
}

#[test]
fn values_are_indented() {
    let place = Place::new();
    place.run(&["dict", "d", "set", "k", r#"{"a":[1.50,{}],"b":"{"}"#]).well();
    let indented = "{\n  \"a\": [\n    1.50,\n    {}\n  ],\n  \"b\": \"{\"\n}\n";
    assert_eq!(seen(&place, &["dict", "d", "get", "k"], true), indented);
    assert!(seen(&place, &["dict", "d", "dump"], true).starts_with("{\n  \"metadata\": {\n    \"type\": \"Dict\","));
    assert_eq!(seen(&place, &["dict", "d", "get", "k", "--raw"], true), "{\"a\":[1.50,{}],\"b\":\"{\"}\n");
    assert_eq!(seen(&place, &["dict", "d", "dump", "--lines"], true).lines().count(), 2);
}

#[test]
fn listings_are_tables_with_colour_where_it_is_wanted() {
    let place = Place::new();
    place.run(&["dict", "settings", "set", "theme", "dark"]).well();
    let table = seen(&place, &["info"], false);
    assert!(table.contains("type") && table.contains("settings") && table.contains('─'), "{table}");
    assert!(!table.contains('\u{1b}'), "{table}");
    assert!(seen(&place, &["info"], true).contains('\u{1b}'));
    let items = seen(&place, &["dict", "settings", "items"], false);
    assert!(items.contains("key") && items.contains("\"dark\""), "{items}");
    assert_eq!(seen(&place, &["dict", "settings", "keys", "--json"], true), "[\"theme\"]\n");
    assert_eq!(seen(&place, &["dict", "settings", "values", "--raw"], true), "dark\n");
}
