//! Bytes on their way into a blob: the body itself, or the file of a multipart form, a piece at a time.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use beaver_core::{Blobs, Error, ErrorKind, Json};
use bytes::Bytes;
use tokio::sync::mpsc;

use crate::app::{App, Running};
use crate::body;
use crate::problem::Problem;
use crate::routes::Call;

/// What is read at once and stored in one call.
const AT_ONCE: u64 = 64 << 10;
/// How many pieces may wait for the database.
const AHEAD: usize = 4;
/// The most bytes of metadata in a form.
const MAX_METADATA: usize = 1 << 20;

/// A piece of an upload.
enum Piece {
    Bytes(Bytes),
    Metadata(Json),
    /// All has come: without this, nothing is stored.
    End,
}

/// Stores the body of a request.
pub(crate) async fn upload(
    call: &mut Call,
    blobs: Blobs,
    key: String,
    metadata: Option<Json>,
    multipart: bool,
) -> Result<(), Problem> {
    if multipart {
        return form(call, blobs, key, metadata).await;
    }
    let length = call.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let app = call.app.clone();
    if length.is_some_and(|length| length <= AT_ONCE.min(app.limits.body_bytes as u64)) {
        let whole = call.whole().await?;
        return call.run(move || blobs.put(&key, &whole.bytes, metadata)).await;
    }
    if length.is_some_and(|length| length > beaver_core::MAX_BLOB_BYTES) {
        let most = beaver_core::MAX_BLOB_BYTES;
        return Err(Problem::limit(crate::problem::Exceeded::Body, format!("a blob has at most {most} bytes")));
    }
    let mut body = call.take_body();
    let mut upload = Upload::begin(&app, blobs, key, metadata)?;
    loop {
        let piece = tokio::time::timeout(app.limits.body_time, body::next(&mut body));
        match piece.await.map_err(|_| body::too_slow(&app))?? {
            Some(bytes) => upload.send(Piece::Bytes(bytes)).await?,
            None => return upload.end().await,
        }
    }
}

/// A thread that writes a blob.
struct Upload {
    to: mpsc::Sender<Piece>,
    running: Option<Running>,
}

impl Upload {
    fn begin(app: &Arc<App>, blobs: Blobs, key: String, metadata: Option<Json>) -> Result<Upload, Problem> {
        let (to, mut from) = mpsc::channel(AHEAD);
        let running = app.stream(move |_| {
            let mut writer = blobs.writer(&key, metadata)?;
            loop {
                match from.blocking_recv() {
                    Some(Piece::Bytes(bytes)) => writer.write_chunk(&bytes)?,
                    Some(Piece::Metadata(metadata)) => writer.set_metadata(Some(metadata))?,
                    Some(Piece::End) => return writer.finish(),
                    None => return Err(Error::new(ErrorKind::Interrupted, "the upload has broken off")),
                }
            }
        })?;
        Ok(Upload { to, running: Some(running) })
    }

    async fn send(&mut self, piece: Piece) -> Result<(), Problem> {
        if self.to.send(piece).await.is_err() {
            // The thread has ended before its time: it says why.
            return self.result().await;
        }
        Ok(())
    }

    async fn end(mut self) -> Result<(), Problem> {
        self.send(Piece::End).await?;
        self.result().await
    }

    async fn result(&mut self) -> Result<(), Problem> {
        let Some(running) = self.running.take() else { return Ok(()) };
        running.task.await.map_err(|_| Problem::new(ErrorKind::Panic, "the upload could not be written"))??;
        Ok(())
    }
}

async fn form(call: &mut Call, blobs: Blobs, key: String, metadata: Option<Json>) -> Result<(), Problem> {
    let app = call.app.clone();
    let content_type = call.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(|_| Problem::invalid("the form has no boundary"))?;
    let limits = multer::SizeLimit::new()
        .whole_stream(beaver_core::MAX_BLOB_BYTES + (2 << 20))
        .for_field("metadata", MAX_METADATA as u64);
    let constraints = multer::Constraints::new().allowed_fields(vec!["data", "metadata"]).size_limit(limits);
    let body = call.take_body().into_data_stream();
    let mut parts = multer::Multipart::with_constraints(body, boundary, constraints);
    let slow = |_| body::too_slow(&app);
    let mut upload: Option<Upload> = None;
    let mut metadata = metadata;
    while let Some(mut part) =
        tokio::time::timeout(app.limits.body_time, parts.next_field()).await.map_err(slow)?.map_err(|e| wrong(&e))?
    {
        if part.name() == Some("metadata") {
            let text = tokio::time::timeout(app.limits.body_time, part.bytes()).await.map_err(slow)?;
            let text = text.map_err(|e| wrong(&e))?;
            if text.trim_ascii().is_empty() {
                continue;
            }
            let json = Json::parse_bytes(&text)?;
            match &mut upload {
                Some(upload) => upload.send(Piece::Metadata(json)).await?,
                None => metadata = Some(json),
            }
            continue;
        }
        if upload.is_some() {
            return Err(Problem::invalid("the form has more than one part `data`"));
        }
        let mut begun = Upload::begin(&app, blobs.clone(), key.clone(), metadata.take())?;
        while let Some(bytes) =
            tokio::time::timeout(app.limits.body_time, part.chunk()).await.map_err(slow)?.map_err(|e| wrong(&e))?
        {
            begun.send(Piece::Bytes(bytes)).await?;
        }
        upload = Some(begun);
    }
    match upload {
        Some(upload) => upload.end().await,
        None => Err(Problem::invalid("the form has no part `data`")),
    }
}

fn wrong(error: &multer::Error) -> Problem {
    use multer::Error::{FieldSizeExceeded, StreamSizeExceeded, UnknownField};
    match error {
        FieldSizeExceeded { .. } | StreamSizeExceeded { .. } => {
            Problem::limit(crate::problem::Exceeded::Body, "a part of the form is too large")
        }
        UnknownField { .. } => Problem::invalid("the form has a part that is neither `data` nor `metadata`"),
        _ => Problem::invalid("the form is not one as RFC 7578 has it, or ends too early")
            .with_status(StatusCode::BAD_REQUEST),
    }
}
