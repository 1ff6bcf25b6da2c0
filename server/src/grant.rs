//! What goes on for a while is allowed for as long as the key is good that it was begun with: WebSockets, streams, calls
//! that wait, and what is held.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};

use crate::app::App;
use crate::keys::{FRESH, Grant, Keys};
use crate::problem::Problem;

/// What is said of a key that is none any more.
pub(crate) const REVOKED: &str = "the key was revoked";
/// A body that is no longer than this is sent at once.
const AT_ONCE: u64 = 64 << 10;

/// Something that goes on. As long as there is any, the keys are looked at every second.
pub(crate) struct Ongoing {
    keys: Arc<Keys>,
    grant: Grant,
}

impl Ongoing {
    pub fn new(app: &Arc<App>, grant: Grant) -> Ongoing {
        if app.keys.begin() {
            tokio::spawn(look_after(Arc::downgrade(app)));
        }
        Ongoing { keys: app.keys.clone(), grant }
    }

    /// Whether it may go on.
    pub fn allowed(&self) -> bool {
        self.keys.grants(&self.grant)
    }

    /// Returns when the key is not good any more.
    pub async fn revoked(&self) {
        let mut changes = self.keys.changes();
        // The sender lives as long as the keys.
        while self.allowed() && changes.changed().await.is_ok() {}
    }

    /// An answer that breaks off when the key is revoked, unless it is sent at once.
    pub fn over(self, response: Response) -> Response {
        if response.body().size_hint().upper().is_some_and(|bytes| bytes <= AT_ONCE) {
            return response;
        }
        let revoked = Box::pin(async move { self.revoked().await });
        response.map(|body| Body::new(Allowed { body, revoked: Some(revoked) }))
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        self.keys.end();
    }
}

/// Reads the keys every second, as long as anything goes on that needs one.
async fn look_after(app: Weak<App>) {
    loop {
        tokio::time::sleep(FRESH).await;
        let Some(app) = app.upgrade() else { return };
        if app.keys.is_done() {
            return;
        }
        // A read of the file, and perhaps the writes of what is let go.
        let look = tokio::task::spawn_blocking(move || {
            if let Err(error) = app.keys.reload() {
                tracing::debug!(kind = error.kind().name(), "the keys could not be read");
            }
            app.held.let_go();
        });
        if look.await.is_err() {
            return;
        }
    }
}

/// The answer to a call whose key was revoked while it was made.
pub(crate) fn revoked() -> Problem {
    Problem::unauthorized(REVOKED)
}

struct Allowed {
    body: Body,
    /// None when it was told.
    revoked: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl http_body::Body for Allowed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.revoked.as_mut().is_some_and(|revoked| revoked.as_mut().poll(cx).is_ready()) {
            // The stream goes, and with it its thread.
            (self.revoked, self.body) = (None, Body::empty());
            let denied = io::Error::new(io::ErrorKind::PermissionDenied, REVOKED);
            return Poll::Ready(Some(Err(axum::Error::new(denied))));
        }
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
