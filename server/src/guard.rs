//! What every request has to pass before it comes to a route: the form of its head, its Host and Origin, its rate, its
//! key.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CACHE_CONTROL,
    HOST, HeaderMap, HeaderValue, ORIGIN, SEC_WEBSOCKET_PROTOCOL, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::{PathAndQuery, Uri};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use beaver_core::ErrorKind;
use tower_service::Service;

use crate::app::App;
use crate::connection::Peer;
use crate::grant::{self, Ongoing};
use crate::keys::Grant;
use crate::limits::Rate;
use crate::problem::{Exceeded, PROBLEM_JSON, Problem};

/// The subprotocol that the server speaks over WebSockets.
pub(crate) const SUBPROTOCOL: &str = "beaver";
/// A subprotocol that carries a key begins so: browsers can send no header with a WebSocket.
const KEY_SUBPROTOCOL: &str = "beaver.key.";

/// Who may call, from where.
pub(crate) struct Guard {
    /// Names by which the server may be called, in lower case.
    hosts: Vec<String>,
    /// Whether every address, not only a loopback one, may stand in the place of a name.
    addresses: bool,
    /// Origins of other sites whose pages may call: `https://app.example`.
    origins: Vec<String>,
    rate: Option<Rate>,
}

impl Guard {
    pub fn new(hosts: &[String], origins: &[String], exposed: bool, rate: u32) -> Guard {
        let lower = |text: &String| text.trim_end_matches('/').to_ascii_lowercase();
        Guard {
            hosts: hosts.iter().map(lower).chain(["localhost".to_owned()]).collect(),
            addresses: exposed,
            origins: origins.iter().map(lower).collect(),
            rate: Rate::new(rate),
        }
    }

    /// Whether the server goes by that name. An address is no name that somebody's DNS could have turned on us.
    fn known_host(&self, host: &str) -> bool {
        let name = host_name(host).to_ascii_lowercase();
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse::<IpAddr>() {
            return self.addresses
                || address.to_canonical().is_loopback()
                || self.hosts.iter().any(|host| host == bare);
        }
        let name = name.trim_end_matches('.');
        self.hosts.iter().any(|host| host == name)
    }

    fn other_origin(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        self.origins.contains(&origin)
    }
}

/// A host without its port.
fn host_name(host: &str) -> &str {
    if host.starts_with('[') {
        return host.find(']').and_then(|end| host.get(..=end)).unwrap_or(host);
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

/// Answers a request.
pub(crate) async fn answer(app: &Arc<App>, router: Router, from: IpAddr, peer: &Peer, request: Request) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    let result = match pass(app, from, request) {
        Ok(Passed::Request(mut request)) => {
            // For what takes something out of the database: nobody else asks.
            let path = request.uri().path();
            if path.starts_with("/queues/") || path == beaver_core::remote::PATH {
                request.extensions_mut().insert(peer.clone());
            }
            let granted = request.extensions().get::<Grant>().copied();
            let mut router = router;
            let answered = router.call(request);
            match granted {
                None => answered.await.unwrap_or_else(|never| match never {}),
                Some(grant) => under(Ongoing::new(app, grant), answered).await,
            }
        }
        Ok(Passed::Preflight) => preflight(),
        Err(problem) => {
            app.metrics.unrouted.fetch_add(1, Ordering::Relaxed);
            app.metrics.problem(&problem);
            let status = problem.status().as_u16();
            tracing::debug!(status, kind = problem.kind().name(), %from, "a request was refused before its route");
            problem.into_response()
        }
    };
    finish(app, result, origin.as_ref())
}

/// Waits for an answer as long as the key is good. If it is not any more, it is as if the client had gone.
async fn under(ongoing: Ongoing, answered: impl Future<Output = Result<Response, Infallible>>) -> Response {
    tokio::select! {
        biased;
        Ok(response) = answered => ongoing.over(response),
        () = ongoing.revoked() => grant::revoked().into_response(),
    }
}

#[allow(clippy::large_enum_variant)] // moved once
enum Passed {
    Request(Request),
    Preflight,
}

fn pass(app: &App, from: IpAddr, mut request: Request) -> Result<Passed, Problem> {
    if let Some(rate) = &app.guard.rate
        && !rate.take(from, Instant::now())
    {
        return Err(Problem::limit(Exceeded::Rate, "too many requests in this second: slow down"));
    }
    check_head(app, &request)?;
    let headers = request.headers();
    let host = match request.uri().authority() {
        Some(authority) => authority.as_str(),
        None => one(headers, &HOST)?.ok_or_else(|| Problem::invalid("the request has no Host header"))?,
    };
    if !app.guard.known_host(host) {
        return Err(forbidden("the server does not go by that name: call it by one that it was started with"));
    }
    if let Some(origin) = one(headers, &ORIGIN)? {
        let same = origin.split_once("://").is_some_and(|(_, name)| name.eq_ignore_ascii_case(host));
        let other = !same && app.guard.other_origin(origin);
        if !same && !other {
            return Err(forbidden("pages of that origin may not call this server"));
        }
        if other && request.method() == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
            return Ok(Passed::Preflight);
        }
    }
    if app.keys.required()? && !open_to_all(request.uri().path()) {
        let grant = authorize(app, headers)?;
        request.extensions_mut().insert(grant.rights());
        request.extensions_mut().insert(grant);
    }
    if let Some(uri) = plural(request.uri()) {
        *request.uri_mut() = uri;
    }
    Ok(Passed::Request(request))
}

fn forbidden(message: &str) -> Problem {
    Problem::new(ErrorKind::Denied, message)
}

/// A header that may stand once.
fn one<'h>(headers: &'h HeaderMap, name: &axum::http::HeaderName) -> Result<Option<&'h str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::invalid(format!("the header {name} stands twice")));
    }
    value.to_str().map(Some).map_err(|_| Problem::invalid(format!("the header {name} holds what none may hold")))
}

fn check_head(app: &App, request: &Request) -> Result<(), Problem> {
    let uri = request.uri();
    let length = uri.path_and_query().map_or(0, |both| both.as_str().len());
    if length > app.limits.url_bytes {
        return Err(Problem::limit(Exceeded::Url, format!("a URL has at most {} bytes", app.limits.url_bytes)));
    }
    let headers = request.headers();
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if headers.len() > app.limits.headers || bytes > app.limits.header_bytes {
        let (most, bytes) = (app.limits.headers, app.limits.header_bytes);
        let message = format!("a request has at most {most} headers, of {bytes} bytes together");
        return Err(Problem::limit(Exceeded::Headers, message));
    }
    match bad_escape(uri.path()).or_else(|| bad_escape(uri.query().unwrap_or_default())) {
        Some(offset) => {
            Err(beaver_core::Error::new(ErrorKind::InvalidArgument, "the URL has a % without two hexadecimal digits")
                .at_offset(offset)
                .into())
        }
        None => Ok(()),
    }
}

/// Where a percent sign stands without two hexadecimal digits behind it.
pub fn bad_escape(text: &str) -> Option<usize> {
    text.match_indices('%').map(|(at, _)| at).find(|at| {
        let digits = text.as_bytes().get(at + 1..at + 3);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// What has no data in it: a program that looks whether the server lives has no key.
fn open_to_all(path: &str) -> bool {
    matches!(path, "/health" | "/openapi.json" | "/docs" | "/") || path.starts_with("/docs/")
}

fn authorize(app: &App, headers: &HeaderMap) -> Result<Grant, Problem> {
    let key = match one(headers, &AUTHORIZATION)? {
        Some(value) => match value.split_once(' ') {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Some(key.trim()),
            _ => return Err(Problem::unauthorized("the Authorization header is no `Bearer` and a key")),
        },
        None => subprotocol_key(headers),
    };
    let Some(key) = key else {
        return Err(Problem::unauthorized("a key is needed: send it as `Authorization: Bearer …`"));
    };
    app.keys.check(key)?.ok_or_else(|| Problem::unauthorized("the key is not known here"))
}

/// The key among the subprotocols of a WebSocket.
fn subprotocol_key(headers: &HeaderMap) -> Option<&str> {
    let offered = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    offered.flat_map(|value| value.split(',')).find_map(|one| one.trim().strip_prefix(KEY_SUBPROTOCOL))
}

/// The guide also writes `/dict/…` for `/dicts/…`, and so on.
fn plural(uri: &Uri) -> Option<Uri> {
    let both = uri.path_and_query()?.as_str();
    let rest = both.strip_prefix('/')?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (first, rest) = rest.split_at_checked(end)?;
    let known = ["dict", "list", "queue", "blob", "log", "channel", "collection", "lock", "topic"];
    if !known.contains(&first) {
        return None;
    }
    let path: PathAndQuery = format!("/{first}s{rest}").parse().ok()?;
    Some(Uri::from(path))
}

const METHODS: &str = "GET, HEAD, PUT, POST, DELETE";
const HEADERS: &str = "authorization, content-type, if-match, if-none-match, range, beaver-lock, beaver-metadata";
const EXPOSED: &str = "etag, content-range, accept-ranges, beaver-metadata, retry-after";

fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

/// What every answer says; and if a page of another origin may read it, that it may.
fn finish(app: &App, mut response: Response, origin: Option<&HeaderValue>) -> Response {
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    if app.guard.origins.is_empty() {
        return response;
    }
    headers.append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin
        && origin.to_str().is_ok_and(|origin| app.guard.other_origin(origin))
    {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    response
}

/// What no route answers.
pub(crate) async fn not_found() -> Problem {
    Problem::not_found("there is no such route: /openapi.json has all of them")
}

/// A method that the route does not have. The header Allow is set by the router.
pub(crate) async fn not_allowed() -> Problem {
    Problem::new(ErrorKind::Unsupported, "the route does not have this method")
        .with_status(StatusCode::METHOD_NOT_ALLOWED)
}

/// The answer to a connection too many, written before anything was read.
pub(crate) fn crowded() -> Vec<u8> {
    let body = Problem::limit(Exceeded::Connections, "too many connections: retry later").to_json();
    let length = body.len();
    format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: {PROBLEM_JSON}\r\ncontent-length: {length}\r\nretry-after: 1\r\nconnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Bodies that no route took are not needed any more.
pub(crate) fn request(request: hyper::Request<hyper::body::Incoming>) -> Request {
    request.map(Body::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_that_the_server_knows_and_addresses_that_nobody_can_turn() {
        let local = Guard::new(&["Pi.local".to_owned()], &[], false, 0);
        for known in
            ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "127.9.9.9", "[::1]:8000", "pi.local", "pi.local.:80"]
        {
            assert!(local.known_host(known), "{known}");
        }
        for other in ["evil.example", "localhost.evil.example", "192.168.1.5:8000", "127.0.0.1.evil.example", ""] {
            assert!(!local.known_host(other), "{other}");
        }
        let exposed = Guard::new(&[], &[], true, 0);
        assert!(exposed.known_host("192.168.1.5:8000") && exposed.known_host("[2001:db8::1]:80"));
        assert!(!exposed.known_host("evil.example"));
    }

    #[test]
    fn a_percent_sign_needs_its_two_digits() {
        assert_eq!(bad_escape("/a%20b%2F"), None);
        assert_eq!(bad_escape("/a%2"), Some(2));
        assert_eq!(bad_escape("/%zz"), Some(1));
        assert_eq!(bad_escape("%"), Some(0));
    }

    #[test]
    fn the_singular_forms_of_the_guide_are_the_plural_ones() {
        let of = |uri: &str| plural(&uri.parse().expect("a URI")).map(|uri| uri.to_string());
        assert_eq!(of("/dict/app/theme?x=1").as_deref(), Some("/dicts/app/theme?x=1"));
        assert_eq!(of("/collection/a").as_deref(), Some("/collections/a"));
        assert_eq!(of("/dicts/app/theme"), None);
        assert_eq!(of("/dictionary"), None);
    }
}
