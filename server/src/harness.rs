//! The whole server but its sockets, for a fuzzer and for the tests of its seeds: requests are bytes.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HOST, HeaderValue};
use axum::http::{HeaderName, Method};
use axum::response::Response;
use beaver_core::{Beaver, Error, ErrorKind, Result};
use tokio::runtime::Runtime;

use crate::app::App;
use crate::connection::Peer;
use crate::guard::{self, Guard};
use crate::keys::Keys;
use crate::limits::Limits;
use crate::problem::PROBLEM_JSON;
use crate::server;

/// What stands between the requests of one input.
const BETWEEN: &[u8] = b"\n---\n";
/// The most that is read of an answer: more than any has.
const MOST: usize = 64 << 20;

/// A server without sockets. Calls that wait do so for a millisecond, a call has a tenth of a second, a body 64 KiB.
pub struct Harness {
    runtime: Runtime,
    app: Arc<App>,
    router: Router,
    /// The client, who is always there.
    peer: Peer,
    _stream: Arc<tokio::net::TcpStream>,
    _other: std::net::TcpStream,
}

/// An answer.
#[derive(Debug)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The media type, if it has one.
    pub media: Option<String>,
    /// All of the body.
    pub body: Vec<u8>,
}

impl Harness {
    /// For an open database.
    ///
    /// # Errors
    /// As all that read; IO if the system has no thread or socket for it.
    pub fn new(db: &Beaver) -> Result<Harness> {
        let limits = Limits {
            body_bytes: 64 << 10,
            result_bytes: 4 << 20,
            query_time: Duration::from_millis(100),
            wait_time: Duration::from_millis(1),
            ..Limits::default()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| failed(&e))?;
        let guard = Guard::new(&[], &["https://app.example".to_owned()], false, 0);
        let (app, router) = server::app(db.clone(), Keys::new(db, false)?, guard, limits)?;
        let (stream, other) = runtime.block_on(pair()).map_err(|e| failed(&e))?;
        let stream = Arc::new(stream);
        Ok(Harness { runtime, app, router, peer: Peer::of(&stream), _stream: stream, _other: other })
    }

    /// Answers one request: a line `METHOD PATH`, lines `name: value`, an empty line, and the body. A Host header is
    /// added if there is none. None for what is no request: it would not get as far as to the server.
    pub fn ask(&self, bytes: &[u8]) -> Option<Answered> {
        let request = request(bytes)?;
        Some(self.runtime.block_on(async {
            let from = IpAddr::V4(Ipv4Addr::LOCALHOST);
            let response = guard::answer(&self.app, self.router.clone(), from, &self.peer, request).await;
            read(response).await
        }))
    }

    /// Answers the requests of an input, which stand with a line `---` between them, and looks at what every answer has
    /// to be: no fault of the server, and a problem if the status says that it is one.
    ///
    /// # Errors
    /// What is wrong with an answer.
    pub fn check(&self, input: &[u8]) -> std::result::Result<(), String> {
        let mut rest = Some(input);
        while let Some(bytes) = rest {
            let (one, behind) = split(bytes);
            rest = behind;
            let Some(answered) = self.ask(one) else { continue };
            let head = one.starts_with(b"HEAD ");
            answered.check(head).map_err(|what| {
                let body = String::from_utf8_lossy(&answered.body);
                format!("{what}: {} {body}, to {:?}", answered.status, String::from_utf8_lossy(one))
            })?;
        }
        Ok(())
    }
}

impl Answered {
    fn check(&self, head: bool) -> std::result::Result<(), &'static str> {
        if self.status < 400 {
            return Ok(());
        }
        if self.media.as_deref() != Some(PROBLEM_JSON) {
            return Err("an error that is no problem");
        }
        if head {
            return if self.status == 500 { Err("a fault of the server") } else { Ok(()) };
        }
        let body: serde_json::Value = serde_json::from_slice(&self.body).map_err(|_| "a problem that is no JSON")?;
        let member = |name: &str| body.get(name).and_then(serde_json::Value::as_str);
        let kind = member("kind").and_then(|name| ErrorKind::ALL.into_iter().find(|kind| kind.name() == name));
        let Some(kind) = kind else { return Err("a kind that is not known") };
        if body.get("status").and_then(serde_json::Value::as_u64) != Some(self.status.into()) {
            return Err("two statuses");
        }
        if member("detail").is_none_or(str::is_empty) {
            return Err("a problem that says nothing");
        }
        match kind {
            ErrorKind::Io | ErrorKind::Corrupt | ErrorKind::Internal | ErrorKind::Panic | ErrorKind::Closed => {
                Err("a fault of the server")
            }
            _ if self.status == 500 => Err("a fault of the server"),
            _ => Ok(()),
        }
    }
}

fn failed(error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("no server without sockets: {error}"))
}

/// Both ends of a connection.
async fn pair() -> std::io::Result<(tokio::net::TcpStream, std::net::TcpStream)> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let other = std::net::TcpStream::connect(listener.local_addr()?)?;
    Ok((listener.accept().await?.0, other))
}

/// The first request of an input, and what comes behind it.
fn split(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    match bytes.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
        Some(at) => (bytes.get(..at).unwrap_or_default(), bytes.get(at + BETWEEN.len()..)),
        None => (bytes, None),
    }
}

/// The request that the bytes stand for.
fn request(bytes: &[u8]) -> Option<Request> {
    let end = bytes.windows(2).position(|window| window == b"\n\n");
    let (head, body) = match end {
        Some(end) => (bytes.get(..end)?, bytes.get(end + 2..)?),
        None => (bytes, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = lines.next()?;
    let space = first.iter().position(|byte| *byte == b' ')?;
    let (method, target) = (first.get(..space)?, first.get(space + 1..)?);
    let mut builder = Request::builder().method(Method::from_bytes(method).ok()?).uri(target);
    let mut host = false;
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(line.get(..colon)?).ok()?;
        let value = HeaderValue::from_bytes(line.get(colon + 1..)?.trim_ascii()).ok()?;
        host |= name == HOST;
        builder = builder.header(name, value);
    }
    if !host {
        builder = builder.header(HOST, "localhost");
    }
    builder.body(Body::from(body.to_vec())).ok()
}

async fn read(response: Response) -> Answered {
    let (parts, body) = response.into_parts();
    let media = parts.headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).map(str::to_owned);
    // A stream may break off: what fails then is told in no other way.
    let body = axum::body::to_bytes(body, MOST).await.map(Vec::from).unwrap_or_default();
    Answered { status: parts.status.as_u16(), media, body }
}
