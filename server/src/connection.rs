//! One connection: its stream, which does not wait for ever for a client that does not read, and the requests on it.

use std::convert::Infallible;
use std::io;
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tokio_rustls::TlsAcceptor;

use crate::app::App;
use crate::guard;

/// How long a client may take for the handshake of TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A socket that others may look at while it is used.
struct Shared(Arc<TcpStream>);

impl AsyncRead for Shared {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.poll_read_ready(cx))?;
            // What did not fill the buffer was all there was: it is not asked for more until more is announced. To say
            // so within `try_io` loses no announcement that comes meanwhile.
            let mut all = false;
            let read = self.0.try_io(Interest::READABLE, || {
                let count = self.0.try_read_buf(buf)?;
                all = cfg!(unix) && count > 0 && buf.remaining() > 0;
                if all { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
            });
            match read {
                Ok(()) => return Poll::Ready(Ok(())),
                Err(_) if all => return Poll::Ready(Ok(())),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl Shared {
    fn poll_with(
        &self,
        cx: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.poll_write_ready(cx))?;
            match write(&self.0) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }
}

impl AsyncWrite for Shared {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_with(cx, |stream| stream.try_write(buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_with(cx, |stream| stream.try_write_vectored(bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(&*self.0).shutdown(Shutdown::Write))
    }
}

/// Tells whether the client of a request is still there.
#[derive(Clone)]
pub(crate) struct Peer(Weak<TcpStream>);

impl Peer {
    /// The other side of a connection.
    pub fn of(stream: &Arc<TcpStream>) -> Peer {
        Peer(Arc::downgrade(stream))
    }

    /// Whether the client has closed its side, as far as this machine knows. Under TLS it may say goodbye first; then
    /// it is known to have gone only when the server has read that.
    pub fn gone(&self) -> bool {
        let Some(stream) = self.0.upgrade() else { return true };
        match SockRef::from(&*stream).peek(&mut [MaybeUninit::uninit()]) {
            Ok(read) => read == 0,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }
}

/// A stream whose writes fail if the other side takes nothing for a while.
struct Timed<S> {
    stream: S,
    limit: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Timed<S> {
    fn check<T>(&mut self, cx: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.stalled = None;
            return done;
        }
        let limit = self.limit;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.check(cx, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.check(cx, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(cx);
        self.check(cx, done)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.check(cx, done)
    }
}

/// Serves a connection to its end.
pub(crate) async fn serve(
    app: Arc<App>,
    router: Router,
    stream: TcpStream,
    from: SocketAddr,
    tls: Option<TlsAcceptor>,
) {
    app.metrics.accepted.fetch_add(1, Ordering::Relaxed);
    app.metrics.connections.fetch_add(1, Ordering::Relaxed);
    let _open = Open(&app);
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let limit = app.limits.write_time;
    let stream = Arc::new(stream);
    let peer = Peer::of(&stream);
    let stream = Shared(stream);
    match tls {
        None => requests(&app, router, Timed { stream, limit, stalled: None }, from, peer).await,
        Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
            Ok(Ok(stream)) => requests(&app, router, Timed { stream, limit, stalled: None }, from, peer).await,
            Ok(Err(error)) => tracing::debug!(%from, %error, "no TLS handshake"),
            Err(_) => tracing::debug!(%from, "the TLS handshake took too long"),
        },
    }
}

struct Open<'a>(&'a App);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.metrics.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn requests<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    app: &Arc<App>,
    router: Router,
    stream: S,
    from: SocketAddr,
    peer: Peer,
) {
    let service = service_fn(move |request| {
        let (app, router, peer) = (app.clone(), router.clone(), peer.clone());
        async move { Ok::<_, Infallible>(guard::answer(&app, router, from.ip(), &peer, guard::request(request)).await) }
    });
    // Somewhat more than the guard lets pass, so that most clients are told in our words.
    let head = app.limits.url_bytes.saturating_mul(2) + app.limits.header_bytes.saturating_mul(2);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(app.limits.head_time)
        .max_headers(app.limits.headers.saturating_mul(2))
        .max_buf_size(head.max(8 << 10))
        .half_close(false)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = app.stopped() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%from, %error, "a connection ended early");
    }
}
