//! Events: of structures as WebSockets, and topics of the users' own.

use std::sync::Arc;
use std::time::Duration;

use beaver_core::{Events, Result, wire};

use crate::channels::PORTION;
use crate::common::Event;
use crate::live::{self, Source};
use crate::problem::Answer;
use crate::query::Nothing;
use crate::reply;
use crate::routes::{Any, Call, Routes, doc};
use crate::schema::Heard;

/// Enters the routes.
pub(crate) fn enter(routes: &mut Routes) {
    routes.post(
        "/topics/{topic}/emit/{event}",
        doc("emit", "Tells those who listen to an event of a topic")
            .body_as::<Any>(&["application/json", "text/plain"], "The payload")
            .answer::<Heard>("Whether anybody listens"),
        emit,
    );
    routes.get(
        "/topics/{topic}/events",
        doc("on", "WebSocket: the events of a topic, an object for each")
            .query::<Event>()
            .empty(axum::http::StatusCode::SWITCHING_PROTOCOLS, "The WebSocket"),
        on,
    );
}

/// Events as they come.
pub(crate) struct EventSource(pub Events);

impl Source for EventSource {
    fn next(&self) -> Result<Vec<String>> {
        Ok(self.0.next_many(PORTION, Some(Duration::ZERO))?.iter().map(wire::event_row).collect())
    }

    fn on_ready(&self, ready: Option<Arc<dyn Fn() + Send + Sync>>) {
        self.0.on_ready(ready);
    }
}

async fn emit(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let (topic, event) = (call.param("topic").to_owned(), call.param("event").to_owned());
    let payload = call.value().await?;
    reply::flag("heard", call.app.run(move |db| db.emit(&topic, &event, payload)).await?)
}

async fn on(call: Call) -> Answer {
    let Event { event } = call.query()?;
    let (db, topic) = (call.app.db.clone(), call.param("topic").to_owned());
    let listen = move || Ok(EventSource(db.on(&topic, event.as_deref().unwrap_or("*"))?));
    live::upgrade(call, listen).await
}
