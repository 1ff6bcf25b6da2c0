//! `beaver serve`, `beaver key`, and databases at a server.

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use common::Place;

/// A server of the place's database.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(place: &Place, args: &[&str]) -> Server {
        let args = [&["serve", "--port", "0"], args].concat();
        let mut child = place.command(&args).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("it was asked for")).lines();
        let url = lines
            .find_map(|line| Some(line.ok()?.split_once("listening on ")?.1.split(' ').next()?.to_owned()))
            .expect("it says where it listens");
        std::thread::spawn(move || lines.for_each(drop));
        Server { child, url }
    }

    /// Stops it as a service manager does, and gives its code.
    fn stop(mut self) -> Option<i32> {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it runs");
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_url_stands_where_a_file_can() {
    let place = Place::new();
    place.run(&["dict", "app_config", "set", "theme", "dark"]).well();
    let server = Server::start(&place, &[]);
    let there = |args: &[&str]| place.run(&[&["--database", &server.url], args].concat());
    assert_eq!(there(&["dict", "app_config", "get", "theme"]).well(), "\"dark\"\n");
    there(&["queue", "jobs", "put", "1", "mail"]).well();
    assert_eq!(place.run(&["queue", "jobs", "get", "--no-block", "--raw"]).well(), "mail\n");
    assert!(there(&["dict", "app_config", "get", "nothing"]).fails(3).contains("NOT_FOUND"));
    assert_eq!(there(&["info"]).well(), "dict\tapp_config\t1\n");
    there(&["backup", "copy.db"]).well();
    assert_eq!(place.run(&["-d", "copy.db", "dict", "app_config", "get", "theme", "--raw"]).well(), "dark\n");
    assert!(there(&["--read-only", "dict", "d", "set", "k", "1"]).fails(1).contains("READ_ONLY"));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_needs_the_file_says_so() {
    let place = Place::new();
    for command in [&["serve", "--port", "0"][..], &["key", "list"], &["key", "create"]] {
        let said = place.run(&[&["--database", "http://127.0.0.1:1"], command].concat()).fails(2);
        assert!(said.contains("needs the file"), "{said}");
    }
    let said = place.run(&["--database", "http://127.0.0.1:1", "info"]).fails(1);
    assert!(said.contains("UNAVAILABLE") && said.contains("nothing was done"), "{said}");
}

#[test]
fn keys_are_made_listed_and_revoked() {
    let place = Place::new();
    assert_eq!(place.run(&["key", "create", "--rights", "read", "--label", "phone"]).well().trim().len(), 47);
    let full = place.run(&["key", "create"]).well();
    let listed: serde_json::Value = serde_json::from_str(&place.run(&["key", "list", "--json"]).well()).expect("JSON");
    let of = |rights: &str| {
        let found = listed.as_array().expect("an array").iter().find(|key| key["rights"] == rights);
        found.expect("it is listed")["id"].as_str().expect("an id").to_owned()
    };
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    assert!(!listed.to_string().contains(full.trim()), "the key itself is nowhere");

    let server = Server::start(&place, &[]);
    let with = |key: &str| {
        let mut command = place.command(&["--database", &server.url, "info"]);
        common::Said::from(command.env("BEAVER_KEY", key).output().expect("it runs"))
    };
    assert!(with("").fails(1).contains("DENIED"));
    assert_eq!(with(full.trim()).well(), "");
    place.run(&["key", "revoke", &of("full")]).well();
    common::until("the server knows", || with(full.trim()).code == 1);
    place.run(&["key", "revoke", "nothing"]).fails(3);
    place.run(&["key", "revoke", &of("read")]).well();
    assert_eq!(place.run(&["key", "list", "--json"]).well(), "[]\n");
}

#[test]
fn an_address_that_others_reach_needs_a_flag_and_a_key() {
    let place = Place::new();
    let serve = |args: &[&str]| place.run(&[&["serve", "--port", "0", "--host", "0.0.0.0"], args].concat()).fails(1);
    assert!(serve(&[]).contains("--expose"));
    assert!(serve(&["--expose"]).contains("key create"));
    assert!(place.run(&["serve", "--tls-cert", "cert.pem"]).fails(2).contains("--tls-key"));
    assert!(place.run(&["serve", "--host", "no such host"]).fails(1).contains("INVALID_ARGUMENT"));
}

#[test]
fn a_shell_serves_nothing() {
    let place = Place::new();
    let said = place.run_with(&["shell"], "serve --port 0\n");
    assert!(said.code == 2 && said.err.contains("outside of the shell"), "{said:?}");
}
