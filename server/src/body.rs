//! Bodies: those that are read as a whole, and the values and arguments in them.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use beaver_core::{ErrorKind, Json, utf8};
use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use serde::de::DeserializeOwned;
use tokio::sync::OwnedSemaphorePermit;

use crate::app::App;
use crate::problem::{Exceeded, Problem};

/// What is read without being counted against the memory of all bodies.
const SMALL: usize = 64 << 10;

/// A body that was read, and its share of the memory for bodies.
pub(crate) struct Whole {
    pub bytes: Bytes,
    _memory: Option<OwnedSemaphorePermit>,
}

/// Reads a whole body of at most so many bytes, within the other limits.
pub(crate) async fn whole(app: &Arc<App>, headers: &HeaderMap, body: Body, most: usize) -> Result<Whole, Problem> {
    if let Some(length) = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok())
        && length > most as u64
    {
        return Err(too_large(most));
    }
    tokio::time::timeout(app.limits.body_time, collect(app, body, most)).await.unwrap_or_else(|_| Err(too_slow(app)))
}

pub(crate) fn too_large(most: usize) -> Problem {
    Problem::limit(Exceeded::Body, format!("a body has at most {most} bytes"))
}

pub(crate) fn too_slow(app: &App) -> Problem {
    let seconds = app.limits.body_time.as_secs_f64();
    Problem::limit(Exceeded::BodyTime, format!("the body did not come within {seconds} seconds"))
}

async fn collect(app: &Arc<App>, mut body: Body, most: usize) -> Result<Whole, Problem> {
    let Some(first) = next(&mut body).await? else {
        return Ok(Whole { bytes: Bytes::new(), _memory: None });
    };
    if body.is_end_stream() && first.len() <= SMALL.min(most) {
        return Ok(Whole { bytes: first, _memory: None });
    }
    let mut all = BytesMut::from(&*first);
    let mut memory: Option<OwnedSemaphorePermit> = None;
    loop {
        if all.len() > most {
            return Err(too_large(most));
        }
        if all.len() > SMALL {
            reserve(app, &mut memory, all.len())?;
        }
        match next(&mut body).await? {
            Some(chunk) => all.extend_from_slice(&chunk),
            None => return Ok(Whole { bytes: all.freeze(), _memory: memory }),
        }
    }
}

/// Sees to it that so many bytes are counted: twice, since they are parsed.
fn reserve(app: &Arc<App>, memory: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Result<(), Problem> {
    let wanted = bytes >> 9;
    let have = memory.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
    if wanted <= have {
        return Ok(());
    }
    // In steps, so that not every chunk asks.
    let more = u32::try_from(wanted - have + 256).unwrap_or(u32::MAX);
    let permit = app.memory.clone().try_acquire_many_owned(more).map_err(|_| {
        Problem::limit(Exceeded::Memory, "the bodies of all requests together are too large just now: retry later")
    })?;
    match memory {
        Some(memory) => memory.merge(permit),
        None => *memory = Some(permit),
    }
    Ok(())
}

/// The next piece of a body; none at its end.
pub(crate) async fn next(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    loop {
        let frame = std::future::poll_fn(|cx| std::pin::Pin::new(&mut *body).poll_frame(cx)).await;
        match frame.transpose().map_err(|e| {
            let reason = std::error::Error::source(&e).map_or_else(|| e.to_string(), ToString::to_string);
            Problem::invalid(format!("the body ends too early or is not framed as HTTP says: {reason}"))
        })? {
            None => return Ok(None),
            // Trailers say nothing that is needed.
            Some(frame) => match frame.into_data() {
                Ok(data) if !data.is_empty() => return Ok(Some(data)),
                _ => {}
            },
        }
    }
}

/// The media type of a body, in lower case and without parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Passes for bodies of that media type alone.
pub(crate) fn check_type(headers: &HeaderMap, wanted: &str) -> Result<(), Problem> {
    if media_type(headers).as_deref() == Some(wanted) { Ok(()) } else { Err(unsupported(wanted)) }
}

fn unsupported(wanted: &str) -> Problem {
    Problem::invalid(format!("the content type of the body is none that is taken here: send {wanted}"))
        .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
}

/// Passes for what may be a value: JSON, plain text, and what `curl -d` says if it is told nothing.
fn check_value_type(headers: &HeaderMap) -> Result<(), Problem> {
    match media_type(headers).as_deref() {
        None | Some("application/json" | "text/plain" | "text/json" | "application/x-www-form-urlencoded" | "") => {
            Ok(())
        }
        Some(other) if other.ends_with("+json") => Ok(()),
        Some(_) => Err(unsupported("application/json or text/plain")),
    }
}

/// A value to be stored: JSON, or a bare text, which is stored as a string. What begins as JSON does has to be JSON.
pub(crate) fn value(headers: &HeaderMap, bytes: &[u8]) -> Result<Json, Problem> {
    check_value_type(headers)?;
    bare_value(bytes)
}

/// As `value`, of the bytes alone.
///
/// # Errors
/// INVALID_UTF8, INVALID_JSON, LIMIT.
pub fn bare_value(bytes: &[u8]) -> Result<Json, Problem> {
    let text = utf8("the body", bytes)?;
    match Json::parse(text) {
        Ok(json) => Ok(json),
        Err(error) if error.kind() != ErrorKind::InvalidJson => Err(error.into()),
        Err(error) => match text.trim_ascii_start().bytes().next() {
            None => Err(Problem::new(ErrorKind::InvalidJson, "the body is empty: send a JSON value or a bare text")),
            Some(b'{' | b'[' | b'"') => Err(error.into()),
            Some(_) => Ok(Json::from(serde_json::Value::from(text))),
        },
    }
}

/// The arguments of a call: a JSON value, whatever its form.
pub(crate) fn json(headers: &HeaderMap, bytes: &[u8]) -> Result<Json, Problem> {
    match media_type(headers).as_deref() {
        // `curl -d '{…}'` says that it sends a form; other origins are stopped by their Origin.
        None | Some("application/json" | "text/json" | "application/x-www-form-urlencoded" | "") => {}
        Some(other) if other.ends_with("+json") => {}
        Some(_) => return Err(unsupported("application/json")),
    }
    Ok(Json::parse_envelope(bytes)?)
}

/// The members of an object as a type of ours.
pub(crate) fn members<T: DeserializeOwned>(json: &Json) -> Result<T, Problem> {
    Ok(beaver_core::parse_options(json.as_str())?)
}
