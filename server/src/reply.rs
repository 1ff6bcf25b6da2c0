//! The forms of answers.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ETAG, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use beaver_core::{Json, wire};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::keys::hex;
use crate::problem::{Answer, Exceeded, Problem};

/// JSON text, unless it is too long.
pub(crate) fn json(app: &App, text: String) -> Answer {
    check_size(app, text.len())?;
    Ok(plain_json(text))
}

fn check_size(app: &App, bytes: usize) -> Result<(), Problem> {
    if bytes > app.limits.result_bytes {
        let most = app.limits.result_bytes;
        return Err(Problem::limit(Exceeded::Result, format!("the answer has more than {most} bytes: ask for less")));
    }
    Ok(())
}

fn plain_json(text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A stored value, whose tag is its text's.
pub(crate) fn tagged(app: &App, headers: &HeaderMap, value: Json, tag: &str) -> Answer {
    tagged_text(app, headers, value.into(), tag)
}

/// As [`tagged`], of a text that was put together.
pub(crate) fn tagged_text(app: &App, headers: &HeaderMap, text: String, tag: &str) -> Answer {
    if none_match(headers, tag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        set_tag(&mut response, tag);
        return Ok(response);
    }
    let mut response = json(app, text)?;
    set_tag(&mut response, tag);
    Ok(response)
}

pub(crate) fn set_tag(response: &mut Response, tag: &str) {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(ETAG, tag);
    }
}

/// The tag of a text: 128 bits of its SHA-256.
pub(crate) fn tag(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let digest = hash.finalize();
    format!("\"{}\"", hex(digest.get(..16).unwrap_or_default()))
}

fn none_match(headers: &HeaderMap, tag: &str) -> bool {
    headers.get_all(axum::http::header::IF_NONE_MATCH).iter().any(|value| {
        let value = value.to_str().unwrap_or_default();
        value.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
    })
}

/// What a request that writes says about what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    Always,
    /// `If-None-Match: *`
    Absent,
    /// `If-Match: *`
    Present,
    /// `If-Match: "tag", …`
    Tags(Vec<String>),
}

/// Reads the condition of a request that writes.
pub(crate) fn condition(headers: &HeaderMap) -> Result<Condition, Problem> {
    use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
    let text = |name| -> Result<Option<String>, Problem> {
        let mut all = Vec::new();
        for value in headers.get_all(&name) {
            all.push(value.to_str().map_err(|_| Problem::invalid(format!("the header {name} holds no tags")))?);
        }
        Ok((!all.is_empty()).then(|| all.join(",")))
    };
    match (text(IF_MATCH)?, text(IF_NONE_MATCH)?) {
        (None, None) => Ok(Condition::Always),
        (None, Some(none)) if none.trim() == "*" => Ok(Condition::Absent),
        (None, Some(_)) => Err(Problem::invalid("If-None-Match of a request that writes is `*`")),
        (Some(_), Some(_)) => Err(Problem::invalid("give one of If-Match and If-None-Match")),
        (Some(tags), None) if tags.trim() == "*" => Ok(Condition::Present),
        (Some(tags), None) => Ok(Condition::Tags(tags.split(',').map(|tag| tag.trim().to_owned()).collect())),
    }
}

impl Condition {
    /// Whether what is there, by its tag, is what the request wants.
    pub fn holds(&self, tag: Option<&str>) -> bool {
        match (self, tag) {
            (Condition::Always, _) | (Condition::Absent, None) | (Condition::Present, Some(_)) => true,
            (Condition::Tags(tags), Some(tag)) => tags.iter().any(|one| one == tag),
            _ => false,
        }
    }
}

pub(crate) fn unmet() -> Problem {
    Problem::precondition("what is there is not what If-Match or If-None-Match asks for")
}

/// `{"status":"ok"}`
#[allow(clippy::unnecessary_wraps)] // what handlers return
pub(crate) fn ok() -> Answer {
    Ok(plain_json(r#"{"status":"ok"}"#.to_owned()))
}

/// `{"count": …}`
#[allow(clippy::unnecessary_wraps)] // what handlers return
pub(crate) fn count(count: u64) -> Answer {
    Ok(plain_json(format!(r#"{{"count":{count}}}"#)))
}

/// An object of one boolean.
#[allow(clippy::unnecessary_wraps)] // what handlers return
pub(crate) fn flag(name: &str, flag: bool) -> Answer {
    Ok(plain_json(format!(r#"{{"{name}":{flag}}}"#)))
}

/// `{"status":"ok"}`, or that it is not there.
pub(crate) fn done(there: bool, what: &str) -> Answer {
    if there { ok() } else { Err(Problem::not_found(format!("there is no such {what}"))) }
}

/// A page of something: an array under a name, and the cursor to go on with.
pub(crate) fn page(app: &App, name: &str, rows: &[String], cursor: Option<&str>) -> Answer {
    let cursor = cursor.map_or_else(|| "null".to_owned(), wire::string);
    json(app, format!(r#"{{"{name}":{},"cursor":{cursor}}}"#, wire::array(rows)))
}

/// Gathers texts as long as the answer does not grow too long.
pub(crate) struct Gather {
    most: usize,
    bytes: usize,
    pub rows: Vec<String>,
}

impl Gather {
    pub fn new(app: &App) -> Gather {
        Gather { most: app.limits.result_bytes, bytes: 0, rows: Vec::new() }
    }

    /// False if it is full: what was gathered is too long for an answer.
    pub fn add(&mut self, row: String) -> bool {
        self.bytes += row.len() + 1;
        self.rows.push(row);
        self.bytes <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).expect("a header"));
        headers
    }

    #[test]
    fn conditions_are_read_as_rfc_9110_writes_them() {
        let of = |name, value| condition(&headers(name, value)).ok();
        assert_eq!(condition(&HeaderMap::new()).ok(), Some(Condition::Always));
        assert_eq!(of("if-none-match", "*"), Some(Condition::Absent));
        assert_eq!(of("if-match", " * "), Some(Condition::Present));
        assert_eq!(of("if-match", "\"a\", \"b\""), Some(Condition::Tags(vec!["\"a\"".into(), "\"b\"".into()])));
        assert_eq!(of("if-none-match", "\"a\""), None);
        let two = of("if-match", "\"a\", \"b\"").expect("a condition");
        assert!(two.holds(Some("\"b\"")) && !two.holds(Some("\"c\"")) && !two.holds(None));
    }

    #[test]
    fn a_tag_tells_texts_apart_and_a_weak_one_matches_a_read() {
        let (one, other) = (tag(&[b"1"]), tag(&[b"2"]));
        assert_ne!(one, other);
        assert_eq!(one.len(), 34);
        assert!(none_match(&headers("if-none-match", &format!("\"x\", W/{one}")), &one));
        assert!(!none_match(&headers("if-none-match", &other), &one));
    }
}
