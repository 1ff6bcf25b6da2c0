//! What went wrong, as `application/problem+json` (RFC 9457): one table of kinds and one of limits, and their statuses.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use beaver_core::{Error, ErrorKind};

/// What a handler gives.
pub type Answer = Result<Response, Problem>;

/// The media type of every error.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The HTTP status of each kind of error, where nothing more special is said.
pub const fn status_of(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Timeout => StatusCode::REQUEST_TIMEOUT,
        ErrorKind::InvalidArgument | ErrorKind::InvalidUtf8 | ErrorKind::InvalidJson => StatusCode::BAD_REQUEST,
        ErrorKind::TypeMismatch | ErrorKind::Limit => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Unsupported => StatusCode::NOT_IMPLEMENTED,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Denied | ErrorKind::ReadOnly => StatusCode::FORBIDDEN,
        ErrorKind::Busy | ErrorKind::Interrupted | ErrorKind::Closed | ErrorKind::Paused | ErrorKind::Unavailable => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        ErrorKind::Full => StatusCode::INSUFFICIENT_STORAGE,
        // IO, CORRUPT, INTERNAL, PANIC, and what a later core adds.
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The limits of the server, each with its own status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exceeded {
    /// The bytes of a body.
    Body,
    /// The bytes or the number of the headers.
    Headers,
    /// The bytes of the path and the query.
    Url,
    /// The time that a call may take.
    Time,
    /// The time that a client may take to send its body.
    BodyTime,
    /// The bytes of an answer.
    Result,
    /// WebSockets at a time.
    Subscribers,
    /// Blocked calls at a time.
    Waits,
    /// Calls that run or stand in line.
    Calls,
    /// Locks held through the server at a time.
    Locks,
    /// The bytes of all bodies that are being read.
    Memory,
    /// Requests of one client in a second.
    Rate,
    /// Connections at a time.
    Connections,
}

impl Exceeded {
    /// Every limit.
    pub const ALL: [Exceeded; 13] = [
        Exceeded::Body,
        Exceeded::Headers,
        Exceeded::Url,
        Exceeded::Time,
        Exceeded::BodyTime,
        Exceeded::Result,
        Exceeded::Subscribers,
        Exceeded::Waits,
        Exceeded::Calls,
        Exceeded::Locks,
        Exceeded::Memory,
        Exceeded::Rate,
        Exceeded::Connections,
    ];

    /// The name in the member `limit` of a problem, and in the metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Exceeded::Body => "body",
            Exceeded::Headers => "headers",
            Exceeded::Url => "url",
            Exceeded::Time => "time",
            Exceeded::BodyTime => "body-time",
            Exceeded::Result => "result",
            Exceeded::Subscribers => "subscribers",
            Exceeded::Waits => "waits",
            Exceeded::Calls => "calls",
            Exceeded::Locks => "locks",
            Exceeded::Memory => "memory",
            Exceeded::Rate => "rate",
            Exceeded::Connections => "connections",
        }
    }

    const fn kind(self) -> ErrorKind {
        match self {
            Exceeded::Body | Exceeded::Headers | Exceeded::Url | Exceeded::Result => ErrorKind::Limit,
            Exceeded::Time | Exceeded::BodyTime => ErrorKind::Timeout,
            _ => ErrorKind::Busy,
        }
    }

    /// The status of an answer that says so.
    pub const fn status(self) -> StatusCode {
        match self {
            Exceeded::Body => StatusCode::PAYLOAD_TOO_LARGE,
            Exceeded::Headers => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Exceeded::Url => StatusCode::URI_TOO_LONG,
            Exceeded::Time => StatusCode::GATEWAY_TIMEOUT,
            Exceeded::BodyTime => StatusCode::REQUEST_TIMEOUT,
            Exceeded::Result => StatusCode::INSUFFICIENT_STORAGE,
            Exceeded::Rate => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// An error on its way to a client.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    limit: Option<Exceeded>,
    header: Option<(HeaderName, HeaderValue)>,
    error: Error,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Problem { status: status_of(error.kind()), limit: None, header: None, error }
    }
}

impl Problem {
    /// A problem of a kind, with the status of the kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error::new(kind, message).into()
    }

    /// An argument of the call is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// What the call is about is not there.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// A limit of the server.
    pub fn limit(limit: Exceeded, message: impl Into<String>) -> Self {
        let problem = Self::new(limit.kind(), message);
        Problem { status: limit.status(), limit: Some(limit), ..problem }
    }

    /// The condition of `If-Match` or `If-None-Match` is not met.
    pub fn precondition(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message).with_status(StatusCode::PRECONDITION_FAILED)
    }

    /// No key, or one that is not known.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Denied, message)
            .with_status(StatusCode::UNAUTHORIZED)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"beaver\""))
    }

    /// The same, under another status.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Problem { status, ..self }
    }

    /// The same, with a header.
    #[must_use]
    pub fn with_header(self, name: HeaderName, value: HeaderValue) -> Self {
        Problem { header: Some((name, value)), ..self }
    }

    /// The error in it.
    pub fn into_error(self) -> Error {
        self.error
    }

    /// What it is.
    pub fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// One line for a person.
    pub fn message(&self) -> &str {
        self.error.message()
    }

    /// The limit, if it is one of the server's.
    pub fn exceeded(&self) -> Option<Exceeded> {
        self.limit
    }

    /// The body: `{"type", "title", "status", "detail", "kind"}`, and where there is one `"offset"`, `"operation"`,
    /// `"limit"`.
    pub fn to_json(&self) -> String {
        let mut body = serde_json::json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.error.message(),
            "kind": self.error.kind().name(),
        });
        if let Some(members) = body.as_object_mut() {
            let numbers = [("offset", self.error.offset()), ("operation", self.error.operation())];
            for (name, number) in numbers {
                if let Some(number) = number {
                    members.insert(name.to_owned(), number.into());
                }
            }
            if let Some(limit) = self.limit {
                members.insert("limit".to_owned(), limit.name().into());
            }
        }
        body.to_string()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.to_json()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if matches!(self.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some((name, value)) = self.header {
            headers.insert(name, value);
        }
        response
    }
}
