//! A server on a free port in this process, and a client as plain as can be: HTTP/1.1 over a socket.
#![allow(dead_code)] // each test file uses a part

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use beaver_core::{Beaver, Options};
use beaver_server::{Config, Database, Server};
use serde_json::Value;

pub struct Running {
    pub db: Beaver,
    pub address: SocketAddr,
    server: Option<Server>,
    _folder: tempfile::TempDir,
}

impl Running {
    /// With the defaults, on a file.
    pub fn new() -> Running {
        Running::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Config)) -> Running {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Beaver::open(folder.path().join("test.db"), Options::default()).expect("a database");
        Running::over(db, folder, change)
    }

    /// On a database that was prepared.
    pub fn over(db: Beaver, folder: tempfile::TempDir, change: impl FnOnce(&mut Config)) -> Running {
        let mut config = Config { port: 0, ..Config::new(Database::Open(db.clone())) };
        change(&mut config);
        let server = Server::start(config).expect("a server");
        Running { db, address: server.address(), server: Some(server), _folder: folder }
    }

    pub fn stop(&mut self) {
        self.server = None;
    }

    pub fn connect(&self) -> Client {
        Client::new(self.address)
    }

    pub fn call(&self, method: &str, path: &str, body: &[u8]) -> Response {
        self.connect().call(method, path, &[], body)
    }

    pub fn with_headers(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        self.connect().call(method, path, headers, body)
    }

    pub fn get(&self, path: &str) -> Response {
        self.call("GET", path, b"")
    }

    pub fn put(&self, path: &str, body: &str) -> Response {
        self.call("PUT", path, body.as_bytes())
    }

    pub fn post(&self, path: &str, body: &str) -> Response {
        self.call("POST", path, body.as_bytes())
    }

    pub fn delete(&self, path: &str) -> Response {
        self.call("DELETE", path, b"")
    }
}

pub struct Client {
    reader: BufReader<TcpStream>,
}

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.text()))
    }

    /// The kind of a problem, after a look at its form.
    pub fn kind(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        let body = self.json();
        assert_eq!(body["status"], self.status);
        assert!(body["detail"].is_string() && body["title"].is_string());
        body["kind"].as_str().expect("a kind").to_owned()
    }

    pub fn limit(&self) -> String {
        self.kind();
        self.json()["limit"].as_str().expect("a limit").to_owned()
    }

    /// Asserts the status and gives the body.
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }
}

impl Client {
    pub fn new(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        stream.set_nodelay(true).expect("an option");
        Client { reader: BufReader::new(stream) }
    }

    pub fn stream(&self) -> &TcpStream {
        self.reader.get_ref()
    }

    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.reader.get_mut().write_all(bytes).expect("written");
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut text = format!("{method} {path} HTTP/1.1\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            text += "host: localhost\r\n";
        }
        for (name, value) in headers {
            text.extend([*name, ": ", *value, "\r\n"]);
        }
        if !body.is_empty() || matches!(method, "PUT" | "POST") {
            text.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
        }
        text += "\r\n";
        let mut all = text.into_bytes();
        all.extend_from_slice(body);
        // A server that refuses early may have closed already.
        let _ = self.reader.get_mut().write_all(&all);
    }

    pub fn call(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        self.send(method, path, headers, body);
        self.receive(method == "HEAD").expect("an answer")
    }

    /// Reads an answer; none if the connection ends first.
    pub fn receive(&mut self, head_only: bool) -> Option<Response> {
        let mut line = String::new();
        if self.reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let status = line.split(' ').nth(1)?.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line).ok()?;
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':')?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let header = |name: &str| headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
        let mut body = Vec::new();
        if head_only || status == 304 || status == 204 || status == 101 {
        } else if let Some(length) = header("content-length") {
            body.resize(length.parse().ok()?, 0);
            self.reader.read_exact(&mut body).ok()?;
        } else if header("transfer-encoding").is_some() {
            loop {
                let mut size = String::new();
                self.reader.read_line(&mut size).ok()?;
                let size = usize::from_str_radix(size.trim(), 16).ok()?;
                let mut chunk = vec![0; size + 2];
                self.reader.read_exact(&mut chunk).ok()?;
                chunk.truncate(size);
                body.extend(chunk);
                if size == 0 {
                    break;
                }
            }
        }
        Some(Response { status, headers, body })
    }
}

/// Waits for something, with a limit.
pub fn eventually(what: &str, mut check: impl FnMut() -> bool) {
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while !check() {
        assert!(std::time::Instant::now() < until, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
