//! Answers that are written bit by bit by a thread, no faster than the client reads.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::Response;
use beaver_core::{Error, ErrorKind};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::sync::mpsc;

use crate::app::{App, Running};
use crate::problem::{Answer, Problem};

/// How many bytes go at a time.
pub(crate) const CHUNK: usize = 64 << 10;
/// How many of these a client may be behind.
const AHEAD: usize = 4;

/// Where a thread writes an answer.
pub(crate) struct Out {
    buffer: Vec<u8>,
    to: mpsc::Sender<Bytes>,
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = CHUNK.saturating_sub(self.buffer.len());
        let now = bytes.get(..bytes.len().min(room)).unwrap_or_default();
        self.buffer.extend_from_slice(now);
        if self.buffer.len() >= CHUNK {
            self.flush()?;
        }
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK));
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the client has gone");
        self.to.blocking_send(full.into()).map_err(gone)
    }
}

/// Lets a thread write the answer. What fails before anything was sent is told as a problem; later, the answer breaks off.
pub(crate) async fn response(
    app: &Arc<App>,
    media: &'static str,
    work: impl FnOnce(&mut Out) -> beaver_core::Result<()> + Send + 'static,
) -> Answer {
    let body = body(app, None, work).await?;
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    Ok(response)
}

/// The body that a thread writes, of a length if it is known.
pub(crate) async fn body(
    app: &Arc<App>,
    length: Option<u64>,
    work: impl FnOnce(&mut Out) -> beaver_core::Result<()> + Send + 'static,
) -> Result<Body, Problem> {
    let (to, mut rest) = mpsc::channel(AHEAD);
    let running = app.stream(move |_| {
        let mut out = Out { buffer: Vec::with_capacity(CHUNK), to };
        work(&mut out)?;
        out.flush().map_err(|e| Error::new(ErrorKind::Io, e.to_string()))
    })?;
    let first = rest.recv().await;
    let mut chunks = Chunks { first, rest, running: Some(running), length };
    if chunks.first.is_none()
        && let Some(running) = chunks.running.take()
    {
        running.task.await.map_err(|_| Problem::new(ErrorKind::Panic, "the answer could not be written"))??;
    }
    Ok(Body::new(chunks))
}

struct Chunks {
    first: Option<Bytes>,
    rest: mpsc::Receiver<Bytes>,
    running: Option<Running>,
    length: Option<u64>,
}

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if let Some(chunk) = ready!(self.rest.poll_recv(cx)) {
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        let Some(running) = &mut self.running else { return Poll::Ready(None) };
        let done = ready!(Pin::new(&mut running.task).poll(cx));
        self.running = None;
        match done {
            Ok(Ok(())) => Poll::Ready(None),
            Ok(Err(error)) => Poll::Ready(Some(Err(io::Error::other(error)))),
            Err(error) => Poll::Ready(Some(Err(io::Error::other(error)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.running.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
