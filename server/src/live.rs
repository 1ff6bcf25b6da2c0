//! WebSockets: channels, events and live logs as they come. A subscriber that waits has no thread; the database tells it
//! when there is something.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use beaver_core::{Error, ErrorKind, Result};
use tokio::sync::Notify;

use crate::app::App;
use crate::guard::{SUBPROTOCOL, key_of};
use crate::problem::{Answer, Exceeded, Problem};
use crate::routes::Call;

/// How often a client is asked whether it lives, and its key whether it is still good.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// After so long without a sign of life, the connection ends.
const SILENCE: Duration = Duration::from_secs(65);
/// The most that a client may send at a time: it has nothing to say.
const MAX_SENT: usize = 4 << 10;

/// Where messages come from.
pub(crate) trait Source: Send + Sync + 'static {
    /// What has come, without waiting; nothing if there is no more.
    fn next(&self) -> Result<Vec<String>>;
    /// Sets who is told when something has come.
    fn on_ready(&self, ready: Option<Arc<dyn Fn() + Send + Sync>>);
    /// When there is something next, for what goes by the clock.
    fn period(&self) -> Option<Duration> {
        None
    }
}

/// Makes a WebSocket of a request. `subscribe` makes the source, on a thread that may block.
pub(crate) async fn upgrade<S: Source>(
    mut call: Call,
    subscribe: impl FnOnce() -> Result<S> + Send + 'static,
) -> Answer {
    let app = call.app.clone();
    let place = app
        .subscribers
        .clone()
        .try_acquire_owned()
        .map_err(|_| Problem::limit(Exceeded::Subscribers, "too many subscribers: retry later"))?;
    let upgrade = WebSocketUpgrade::from_request_parts(&mut call.parts, &()).await.map_err(|_| {
        Problem::invalid("this route is a WebSocket: ask for one, of version 13")
            .with_status(StatusCode::UPGRADE_REQUIRED)
            .with_header(axum::http::header::UPGRADE, axum::http::HeaderValue::from_static("websocket"))
    })?;
    let key = if app.keys.required()? { key_of(call.headers()).map(str::to_owned) } else { None };
    let source = call.run(subscribe).await?;
    let response = upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(1 << 10)
        .write_buffer_size(0)
        .max_message_size(MAX_SENT)
        .max_frame_size(MAX_SENT)
        .on_upgrade(move |mut socket| async move {
            let source = Arc::new(source);
            let ended = pump(&app, &mut socket, source.clone(), key).await;
            source.on_ready(None);
            // To listen no more writes. Who waits for the end of the connection knows that nobody listens any more.
            let _ = tokio::task::spawn_blocking(move || drop(source)).await;
            drop(socket);
            drop(place);
            if let Err(error) = ended {
                tracing::debug!(kind = error.kind().name(), "a subscriber's source has ended");
            }
        });
    Ok(response.into_response())
}

/// Sends what comes until either side ends it.
async fn pump<S: Source>(app: &Arc<App>, socket: &mut WebSocket, source: Arc<S>, key: Option<String>) -> Result<()> {
    let ready = Arc::new(Notify::new());
    let told = ready.clone();
    source.on_ready(Some(Arc::new(move || told.notify_one())));
    let mut due = source.period().map(|period| {
        let mut due = tokio::time::interval(period);
        due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        due
    });
    let mut heartbeat = tokio::time::interval_at(tokio::time::Instant::now() + HEARTBEAT, HEARTBEAT);
    let mut heard = tokio::time::Instant::now();
    let mut stopped = std::pin::pin!(app.stopped());
    loop {
        let tick = async {
            match &mut due {
                Some(due) => drop(due.tick().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = ready.notified() => {
                if !send_all(socket, &*source).await? { return Ok(()); }
            }
            () = tick => {
                // The window may be long: not on a worker's time.
                let due = source.clone();
                let rows = app.run(move |_| due.next()).await;
                match rows {
                    Ok(rows) => if !send(socket, rows).await { return Ok(()); },
                    Err(problem) => {
                        let error = Error::new(problem.kind(), problem.message());
                        close(socket, &error).await;
                        return Err(error);
                    }
                }
            }
            received = socket.recv() => match received {
                None | Some(Err(_) | Ok(Message::Close(_))) => return Ok(()),
                Some(Ok(_)) => heard = tokio::time::Instant::now(),
            },
            _ = heartbeat.tick() => {
                if heard.elapsed() > SILENCE { return Ok(()); }
                if app.keys.required()? && !key.as_deref().is_some_and(|key| matches!(app.keys.check(key), Ok(Some(_)))) {
                    let error = Error::new(ErrorKind::Denied, "the key was revoked");
                    close(socket, &error).await;
                    return Err(error);
                }
                if socket.send(Message::Ping(bytes::Bytes::new())).await.is_err() { return Ok(()); }
            }
            () = stopped.as_mut() => {
                let frame = CloseFrame { code: 1001, reason: "the server stops".into() };
                let _ = socket.send(Message::Close(Some(frame))).await;
                return Ok(());
            }
        }
    }
}

/// Sends all that has come; false if the client has gone.
async fn send_all<S: Source>(socket: &mut WebSocket, source: &S) -> Result<bool> {
    loop {
        // Memory that the readers of a channel share, or a short read: no thread for that.
        let rows = match source.next() {
            Ok(rows) => rows,
            Err(error) => {
                close(socket, &error).await;
                return Err(error);
            }
        };
        if rows.is_empty() {
            return Ok(true);
        }
        if !send(socket, rows).await {
            return Ok(false);
        }
    }
}

async fn send(socket: &mut WebSocket, rows: Vec<String>) -> bool {
    for row in rows {
        if socket.send(Message::text(row)).await.is_err() {
            return false;
        }
    }
    true
}

/// Ends a WebSocket because of an error: 4000 and the code of its kind.
async fn close(socket: &mut WebSocket, error: &Error) {
    let code = u16::try_from(error.kind().code()).map_or(4_000, |code| 4_000 + code);
    // A control frame has room for 123 bytes.
    let reason: String = format!("{}: {}", error.kind(), error.message()).chars().take(60).collect();
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}
