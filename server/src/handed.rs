//! What a client is given and takes out of the database: if the client has gone before it has it, it is given back.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::app::App;
use crate::connection::Peer;
use crate::routes::Call;

/// Something that a client was given; if it is dropped before it was taken over, it is given back, since the client has
/// gone.
pub(crate) struct Given<T: Send + 'static> {
    value: Option<T>,
    back: Option<Box<dyn FnOnce(T) + Send>>,
}

impl<T: Send + 'static> Given<T> {
    pub fn new(value: T, back: impl FnOnce(T) + Send + 'static) -> Self {
        Given { value: Some(value), back: Some(Box::new(back)) }
    }

    pub fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The client has it.
    pub fn keep(mut self) -> Option<T> {
        self.back = None;
        self.value.take()
    }
}

impl<T: Send + 'static> Drop for Given<T> {
    fn drop(&mut self) {
        if let (Some(value), Some(back)) = (self.value.take(), self.back.take()) {
            App::later(move || back(value));
        }
    }
}

/// The body of an answer that gives something out: if it is not read to its end, what it gives goes back.
pub(crate) struct Handed<T: Send + 'static> {
    bytes: Option<Bytes>,
    given: Option<Given<T>>,
    to: Option<Peer>,
}

impl<T: Send + Unpin + 'static> Handed<T> {
    /// An answer in JSON.
    pub fn json(call: &Call, text: String, given: Given<T>) -> Response {
        Self::response(call, text.into(), "application/json", given)
    }

    /// An answer of any media type.
    pub fn response(call: &Call, bytes: Bytes, media: &'static str, given: Given<T>) -> Response {
        let to = call.parts.extensions.get().cloned();
        let mut response = Response::new(Body::new(Handed { bytes: Some(bytes), given: Some(given), to }));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
        response
    }
}

impl<T: Send + Unpin + 'static> http_body::Body for Handed<T> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let bytes = self.bytes.take();
        if let Some(given) = self.given.take() {
            if self.to.as_ref().is_some_and(Peer::gone) {
                return Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::BrokenPipe, "the client has gone"))));
            }
            given.keep();
        }
        Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
