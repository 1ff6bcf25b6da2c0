//! WebSockets: channels, events and live logs as they come. A subscriber that waits has no thread; the database tells it
//! when there is something.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use beaver_core::{Error, Result};
use tokio::sync::Notify;

use crate::app::App;
use crate::grant::{Ongoing, REVOKED};
use crate::guard::SUBPROTOCOL;
use crate::problem::{Answer, Exceeded, Problem};
use crate::routes::Call;

/// How often a client is asked whether it lives.
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
    let ongoing = call.ongoing();
    let source = call.run(subscribe).await?;
    let response = upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(1 << 10)
        .write_buffer_size(0)
        .max_message_size(MAX_SENT)
        .max_frame_size(MAX_SENT)
        .on_upgrade(move |mut socket| async move {
            let source = Arc::new(source);
            let ended = pump(&app, &mut socket, source.clone(), &ongoing).await;
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
async fn pump<S: Source>(app: &Arc<App>, socket: &mut WebSocket, source: Arc<S>, ongoing: &Ongoing) -> Result<()> {
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
    let mut revoked = std::pin::pin!(ongoing.revoked());
    loop {
        let tick = async {
            match &mut due {
                Some(due) => drop(due.tick().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // Why it ends goes before what the end brings about: the source of a server that stops fails.
            biased;
            () = stopped.as_mut() => return close(socket, End::Stop).await,
            () = revoked.as_mut() => return close(socket, End::Revoked).await,
            _ = heartbeat.tick() => {
                if heard.elapsed() > SILENCE { return Ok(()); }
                if socket.send(Message::Ping(bytes::Bytes::new())).await.is_err() { return Ok(()); }
            }
            received = socket.recv() => match received {
                None | Some(Err(_) | Ok(Message::Close(_))) => return Ok(()),
                Some(Ok(_)) => heard = tokio::time::Instant::now(),
            },
            () = ready.notified() => match send_all(socket, &*source).await {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => return close(socket, End::of(app, error)).await,
            },
            () = tick => {
                // The window may be long: not on a worker's time.
                let due = source.clone();
                match app.run(move |_| due.next()).await {
                    Ok(rows) => if !send(socket, rows).await { return Ok(()); },
                    Err(problem) => return close(socket, End::of(app, problem.into_error())).await,
                }
            }
        }
    }
}

/// Why the server ends a WebSocket.
enum End {
    Stop,
    Revoked,
    Failed(Error),
}

impl End {
    fn of(app: &App, error: Error) -> End {
        if app.is_stopping() { End::Stop } else { End::Failed(error) }
    }
}

/// Tells a client why its WebSocket ends: with 4000 and the code of its kind if it is an error, which is given.
async fn close(socket: &mut WebSocket, end: End) -> Result<()> {
    let (code, reason) = match &end {
        End::Stop => (1001, "the server stops".to_owned()),
        End::Revoked => (1008, REVOKED.to_owned()),
        End::Failed(error) => {
            let code = u16::try_from(error.kind().code()).map_or(4_000, |code| 4_000 + code);
            // A control frame has room for 123 bytes.
            (code, format!("{}: {}", error.kind(), error.message()).chars().take(60).collect())
        }
    };
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
    if let End::Failed(error) = end { Err(error) } else { Ok(()) }
}

/// Sends all that has come; false if the client has gone.
async fn send_all<S: Source>(socket: &mut WebSocket, source: &S) -> Result<bool> {
    loop {
        // Memory that the readers of a channel share, or a short read: no thread for that.
        let rows = source.next()?;
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
