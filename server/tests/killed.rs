//! A server that is killed while it writes.

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use beaver_core::{Beaver, Options};
use beaver_server::{Config, Database, Server};
use common::Client;

/// Not a test of its own: the process that is killed.
#[test]
fn serves_until_it_is_killed() {
    let Some(path) = std::env::var_os("BEAVER_TEST_SERVE") else { return };
    let server = Server::start(Config { port: 0, ..Config::new(Database::File(path.into())) }).expect("a server");
    println!("\nlistening on {}", server.address());
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn nothing_that_was_confirmed_is_lost_when_a_server_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("killed.db");
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "serves_until_it_is_killed", "--nocapture"])
        .env("BEAVER_TEST_SERVE", &path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let address = lines
        .find_map(|line| {
            line.expect("a line").strip_prefix("listening on ").map(|address| address.parse().expect("an address"))
        })
        .expect("it listens");
    let writer = |name: usize| {
        std::thread::spawn(move || {
            let mut client = Client::new(address);
            let mut confirmed = 0_u64;
            loop {
                client.send("POST", &format!("/lists/l{name}"), &[], confirmed.to_string().as_bytes());
                match client.receive(false) {
                    Some(answer) if answer.status == 200 => confirmed += 1,
                    _ => return confirmed,
                }
            }
        })
    };
    let writers: Vec<_> = (0..4).map(writer).collect();
    std::thread::sleep(Duration::from_millis(400));
    child.kill().expect("killed");
    child.wait().expect("its end");
    let db = Beaver::open(&path, Options::default()).expect("the database");
    for (name, writer) in writers.into_iter().enumerate() {
        let confirmed = writer.join().expect("a writer");
        let there = db.list(&format!("l{name}")).and_then(|list| list.len()).expect("a count");
        assert!(confirmed > 0 && (confirmed..=confirmed + 1).contains(&there), "{confirmed} of {there}");
    }
    assert!(db.verify().expect("verified").problems.is_empty());
}
