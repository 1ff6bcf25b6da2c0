//! `/blobs`: bytes, streamed both ways.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderName, HeaderValue, IF_RANGE, RANGE,
};
use axum::response::Response;
use beaver_core::{BlobReader, Blobs, Json};

use crate::common::{self, Paths};
use crate::form;
use crate::problem::{Answer, Problem};
use crate::query::{Nothing, Page};
use crate::range::{Asked, asked};
use crate::reply::{self, Gather};
use crate::routes::{Any, Call, Routes, doc};
use crate::schema::{BlobForm, BlobPage, Count, Status};
use crate::{body, query, stream};

/// The header with the metadata of a blob, as JSON.
const METADATA: HeaderName = HeaderName::from_static("beaver-metadata");
/// Metadata beyond this is not told in a header.
const MAX_METADATA_HEADER: usize = 4 << 10;
/// What is read and sent at once, without a thread for the time of the transfer.
const AT_ONCE: u64 = 1 << 20;

/// Enters the routes.
pub(crate) fn enter(routes: &mut Routes) {
    let octets = "application/octet-stream";
    routes.get(
        "/blobs/{name}/keys",
        doc("blob_keys", "The keys, in order").query::<Page>().answer::<BlobPage>("A page of keys"),
        keys,
    );
    routes.get("/blobs/{name}/count", doc("blob_count", "How many blobs there are").answer::<Count>("How many"), count);
    routes.delete(
        "/blobs/{name}",
        doc("blob_clear", "Removes every blob").answer::<Count>("How many there were"),
        clear,
    );
    for (path, what) in [("/blobs/{name}/items/{*key}", ""), ("/blobs/{name}/{*key}", "_short")] {
        let id = |verb: &str| format!("blob_{verb}{what}");
        routes.get(
            path,
            doc(&id("get"), "The bytes of a key, or a range of them")
                .about("The metadata is in the header Beaver-Metadata if it has no more than 4 KiB.")
                .header("Range", "`bytes=0-99`")
                .answer_as::<Any>(StatusCode::OK, octets, "The bytes")
                .answer_as::<Any>(StatusCode::PARTIAL_CONTENT, octets, "The range"),
            get,
        );
        if what.is_empty() {
            // A key may be empty.
            routes.also("/blobs/{name}/items/", get);
        }
        routes.put(
            path,
            doc(&id("put"), "Stores bytes under a key")
                .about(
                    "Any body but a form is the bytes themselves, with the metadata in the header Beaver-Metadata; a \
                     multipart form has them as `data` and `metadata`, as BeaverDB 1.x wants them.",
                )
                .header("Beaver-Metadata", "JSON")
                .body_as::<Any>(&[octets], "The bytes")
                .answer::<Status>("Stored"),
            put,
        );
        if what.is_empty() {
            routes.also("/blobs/{name}/items/", put);
        }
        routes.delete(path, doc(&id("delete"), "Removes a key").answer::<Status>("Removed"), delete);
        if what.is_empty() {
            routes.also("/blobs/{name}/items/", delete);
        }
    }
    routes.post(
        "/blobs/{name}/forms/{*key}",
        doc("blob_form", "Stores bytes under a key, from a form")
            .body_as::<BlobForm>(&["multipart/form-data"], "The bytes and their metadata")
            .answer::<Status>("Stored"),
        put,
    );
    routes.also("/blobs/{name}/forms/", put);
    routes.get(
        "/blobs/{name}/metadata/{*key}",
        doc("blob_metadata", "The metadata of a key").answer::<Any>("The metadata; null if it has none"),
        metadata,
    );
    routes.also("/blobs/{name}/metadata/", metadata);
    let paths = Paths {
        kind: "blob",
        dump: "/blobs/{name}/dump",
        load: "/blobs/{name}/load",
        events: "/blobs/{name}/events",
        acquire: "/blobs/{name}/acquire",
        release: "/blobs/{name}/release",
        renew: "/blobs/{name}/renew",
        locked: "/blobs/{name}/locked",
    };
    common::enter::<Blobs>(routes, &paths);
}

async fn keys(call: Call) -> Answer {
    let Page { limit, after } = call.query()?;
    let limit = query::limit(limit)?;
    let blobs: Blobs = call.structure()?;
    let mut gather = Gather::new(&call.app);
    let (rows, cursor) = call
        .run(move || {
            let keys = match after {
                Some(after) => blobs.keys_after(&after)?,
                None => blobs.keys(),
            };
            let mut last = None;
            let mut more = false;
            for (index, key) in keys.take(limit + 1).enumerate() {
                let key = key?;
                if index == limit {
                    more = true;
                    break;
                }
                let full = !gather.add(beaver_core::wire::string(&key));
                last = Some(key);
                if full {
                    break;
                }
            }
            Ok((gather.rows, last.filter(|_| more)))
        })
        .await?;
    reply::page(&call.app, "keys", &rows, cursor.as_deref())
}

async fn count(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let blobs: Blobs = call.structure()?;
    reply::count(call.run(move || blobs.len()).await?)
}

async fn clear(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let blobs: Blobs = call.structure()?;
    reply::count(call.run(move || blobs.clear()).await?)
}

async fn delete(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let blobs: Blobs = call.structure()?;
    let key = call.param("key").to_owned();
    reply::done(call.run(move || blobs.delete(&key)).await?, "blob")
}

async fn metadata(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let blobs: Blobs = call.structure()?;
    let key = call.param("key").to_owned();
    match call.run(move || blobs.stat(&key)).await? {
        None => Err(missing()),
        Some((_, metadata)) => reply::json(&call.app, metadata.map_or_else(|| "null".to_owned(), String::from)),
    }
}

fn missing() -> Problem {
    Problem::not_found("there is no such blob")
}

/// A blob that is open, and what it is sent with.
struct Found {
    reader: BlobReader,
    metadata: Option<Json>,
    asked: Asked,
    /// All that is to be sent, if it is not much.
    bytes: Option<Vec<u8>>,
}

async fn get(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let blobs: Blobs = call.structure()?;
    let key = call.param("key").to_owned();
    // A range of what may have changed in between cannot be told from another without a tag: then all of it goes.
    let range = if call.headers().contains_key(IF_RANGE) { None } else { call.headers().get(RANGE) };
    let range = range.and_then(|range| range.to_str().ok()).map(str::to_owned);
    let found = call.run(move || open(&blobs, &key, range.as_deref())).await?.ok_or_else(missing)?;
    let Found { mut reader, metadata, asked, bytes } = found;
    let length = reader.len();
    let (status, first, count) = match asked {
        Asked::Whole => (StatusCode::OK, 0, length),
        Asked::Part(first, last) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Asked::Unsatisfiable => {
            let all = HeaderValue::from_str(&format!("bytes */{length}"))
                .map_err(|_| Problem::invalid("the range cannot be met"))?;
            return Err(Problem::invalid("the blob has no byte in that range")
                .with_status(StatusCode::RANGE_NOT_SATISFIABLE)
                .with_header(CONTENT_RANGE, all));
        }
    };
    let body = match bytes {
        Some(bytes) => Body::from(bytes),
        None => {
            let send = move |out: &mut stream::Out| {
                reader.set_position(first);
                copy(&mut reader, count, out)
            };
            stream::body(&call.app, Some(count), send).await?
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(count));
    if let Asked::Part(first, last) = asked
        && let Ok(range) = HeaderValue::from_str(&format!("bytes {first}-{last}/{length}"))
    {
        headers.insert(CONTENT_RANGE, range);
    }
    if let Some(metadata) = metadata.filter(|metadata| metadata.as_str().len() <= MAX_METADATA_HEADER)
        && let Ok(metadata) = HeaderValue::from_str(&ascii(metadata.as_str()))
    {
        headers.insert(METADATA, metadata);
    }
    Ok(response)
}

fn open(blobs: &Blobs, key: &str, range: Option<&str>) -> beaver_core::Result<Option<Found>> {
    let Some((_, metadata)) = blobs.stat(key)? else { return Ok(None) };
    let Some(mut reader) = blobs.reader(key)? else { return Ok(None) };
    let asked = asked(range, reader.len());
    let (first, count) = match asked {
        Asked::Whole => (0, reader.len()),
        Asked::Part(first, last) => (first, last - first + 1),
        Asked::Unsatisfiable => (0, 0),
    };
    let mut bytes = None;
    if count <= AT_ONCE {
        let mut all = Vec::with_capacity(usize::try_from(count).unwrap_or_default());
        reader.set_position(first);
        copy(&mut reader, count, &mut all)?;
        bytes = Some(all);
    }
    Ok(Some(Found { reader, metadata, asked, bytes }))
}

/// Copies so many bytes from where the reader stands.
fn copy(reader: &mut BlobReader, count: u64, out: &mut dyn std::io::Write) -> beaver_core::Result<()> {
    let mut buffer = vec![0; stream::CHUNK];
    let mut left = count;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = reader.read_chunk(buffer.get_mut(..most).unwrap_or_default())?;
        if read == 0 {
            break;
        }
        out.write_all(buffer.get(..read).unwrap_or_default())
            .map_err(|e| beaver_core::Error::new(beaver_core::ErrorKind::Io, e.to_string()))?;
        left -= read as u64;
    }
    Ok(())
}

/// JSON without a character beyond ASCII or a line break: as a header can have it.
fn ascii(json: &str) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            ' '..='~' => text.push(character),
            // Between tokens only: in strings they stand escaped.
            '\n' | '\r' | '\t' => text.push(' '),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    // Writing to a String does not fail.
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
    }
    text
}

async fn put(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let blobs: Blobs = call.structure()?;
    let key = call.param("key").to_owned();
    let metadata = match call.headers().get(METADATA) {
        None => None,
        Some(header) => Some(Json::parse_bytes(header.as_bytes())?),
    };
    let multipart = body::media_type(call.headers()).as_deref() == Some("multipart/form-data");
    form::upload(&mut call, blobs, key, metadata, multipart).await?;
    reply::ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_goes_into_a_header_and_stays_the_same_value() {
        let json = Json::from(serde_json::json!({"name": "Käse 🧀", "lines": "a\nb"}));
        let header = ascii(json.as_str());
        assert!(header.is_ascii() && !header.contains('\n'));
        assert!(Json::parse(&header).expect("JSON").same_value(&json));
    }
}
