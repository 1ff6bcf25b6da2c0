//! What all structures have: a count, a way to be emptied, dumps, events, and being acquired.

use beaver_core::{DumpFormat, Events, LoadMode, seconds};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::events::EventSource;
use crate::handed::Given;
use crate::held::Served;
use crate::problem::{Answer, Problem};
use crate::query;
use crate::routes::{Any, Call, Routes, doc};
use crate::schema::{Count, Locked, Status, Token};
use crate::{live, reply, stream};

/// The paths of the routes that every structure has.
pub(crate) struct Paths {
    /// What the ids begin with: `dict`.
    pub kind: &'static str,
    pub dump: &'static str,
    pub load: &'static str,
    pub events: &'static str,
    pub acquire: &'static str,
    pub release: &'static str,
    pub renew: &'static str,
    pub locked: &'static str,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dump {
    /// `json`, one document as BeaverDB 1.x writes it, or `jsonl`, an item a line.
    #[param(inline)]
    pub format: Option<Format>,
}

#[derive(Deserialize, Clone, Copy, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    Json,
    Jsonl,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Load {
    /// `replace` what is there (if nothing is said), or `append` to it.
    #[param(inline)]
    pub mode: Option<Mode>,
}

#[derive(Deserialize, Clone, Copy, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    Replace,
    Append,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acquire {
    /// How long to wait, in seconds; 0 to try.
    #[param(minimum = 0, default = 5.0)]
    pub timeout: Option<f64>,
    /// After how many seconds it ends by itself.
    #[param(exclusive_minimum = 0, default = 60.0)]
    pub ttl: Option<f64>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Renew {
    /// For how many seconds from now on.
    #[param(exclusive_minimum = 0, default = 60.0)]
    pub ttl: Option<f64>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    /// Which event; `*`, if nothing is said, for all of them.
    pub event: Option<String>,
}

/// Enters the routes that every structure has.
pub(crate) fn enter<S: Served>(routes: &mut Routes, paths: &Paths) {
    let id = |what: &str| format!("{}_{what}", paths.kind);
    routes.get(
        paths.dump,
        doc(&id("dump"), "All of it as JSON text, as of one moment").query::<Dump>().answer_as::<Any>(
            axum::http::StatusCode::OK,
            "application/json, application/jsonl",
            "The dump, as a stream",
        ),
        dump::<S>,
    );
    routes.post(
        paths.load,
        doc(&id("load"), "Reads a dump into it: all of it, or nothing")
            .query::<Load>()
            .body_as::<Any>(&["application/json", "application/jsonl"], "A dump of either format")
            .answer::<Count>("How many items it had"),
        load::<S>,
    );
    routes.get(
        paths.events,
        doc(&id("events"), "WebSocket: what happens to it, an object for each event")
            .query::<Event>()
            .empty(axum::http::StatusCode::SWITCHING_PROTOCOLS, "The WebSocket"),
        events::<S>,
    );
    routes.post(
        paths.acquire,
        doc(&id("acquire"), "Keeps others from changing it, until it is released")
            .about("Calls that carry the token in the header Beaver-Lock pass. It ends by itself after its ttl.")
            .query::<Acquire>()
            .answer::<Token>("The token"),
        acquire::<S>,
    );
    routes.post(
        paths.release,
        doc(&id("release"), "Lets others change it again")
            .header("Beaver-Lock", "The token")
            .answer::<Status>("Released"),
        release::<S>,
    );
    routes.post(
        paths.renew,
        doc(&id("renew"), "Keeps it for another while")
            .header("Beaver-Lock", "The token")
            .query::<Renew>()
            .answer::<Status>("Renewed"),
        renew::<S>,
    );
    routes.get(
        paths.locked,
        doc(&id("locked"), "Whether anybody has acquired it").answer::<Locked>("Whether"),
        locked::<S>,
    );
}

async fn dump<S: Served>(call: Call) -> Answer {
    let Dump { format } = call.query()?;
    let structure: S = call.structure()?;
    let (format, media) = match format {
        None | Some(Format::Json) => (DumpFormat::Json, "application/json"),
        Some(Format::Jsonl) => (DumpFormat::JsonLines, "application/jsonl"),
    };
    stream::response(&call.app, media, move |out| structure.dump(out, format)).await
}

async fn load<S: Served>(mut call: Call) -> Answer {
    let Load { mode } = call.query()?;
    let structure: S = call.structure()?;
    // Read as a whole first: a slow client must not keep others from writing.
    let whole = call.whole().await?;
    let mode = match mode {
        None | Some(Mode::Replace) => LoadMode::Replace,
        Some(Mode::Append) => LoadMode::Append,
    };
    reply::count(call.run(move || structure.load(&mut &*whole.bytes, mode)).await?)
}

async fn events<S: Served>(call: Call) -> Answer {
    let Event { event } = call.query()?;
    let structure: S = call.structure()?;
    let listen = move || -> beaver_core::Result<Events> { structure.on(event.as_deref().unwrap_or("*")) };
    live::upgrade(call, move || listen().map(EventSource)).await
}

async fn acquire<S: Served>(call: Call) -> Answer {
    let Acquire { timeout, ttl } = call.query()?;
    let (timeout, ttl) = (query::timeout(timeout, 5.0)?, seconds("ttl", ttl.unwrap_or(60.0))?);
    let structure: S = call.structure()?;
    let acquired = call
        .app
        .wait(timeout, move |_, timeout| {
            // Given up if the client has gone meanwhile.
            Ok(structure.acquire(Some(timeout), ttl)?.map(|held| Given::new(held, drop)))
        })
        .await?;
    let Some(held) = acquired.and_then(Given::keep) else { return Err(not_in_time("the structure")) };
    let token = call.app.held.keep(&call, held.hold(), ttl)?;
    reply::json(&call.app, format!(r#"{{"token":"{token}"}}"#))
}

pub(crate) fn not_in_time(what: &str) -> Problem {
    Problem::new(beaver_core::ErrorKind::Timeout, format!("somebody else held {what} all the time"))
}

async fn release<S: Served>(call: Call) -> Answer {
    let token = call.token().unwrap_or_default().to_owned();
    let held = call.held(S::KIND)?.ok_or_else(no_token)?;
    let released = call.run(move || held.release()).await?;
    call.app.held.forget(&token);
    if released { reply::ok() } else { Err(ended()) }
}

async fn renew<S: Served>(call: Call) -> Answer {
    let Renew { ttl } = call.query()?;
    let ttl = seconds("ttl", ttl.unwrap_or(60.0))?;
    let token = call.token().unwrap_or_default().to_owned();
    let held = call.held(S::KIND)?.ok_or_else(no_token)?;
    if !call.run(move || held.renew(ttl)).await? {
        return Err(ended());
    }
    call.app.held.prolong(&token, ttl);
    reply::ok()
}

pub(crate) fn no_token() -> Problem {
    Problem::invalid("the header Beaver-Lock is missing: it says what was acquired")
}

pub(crate) fn ended() -> Problem {
    Problem::new(beaver_core::ErrorKind::Conflict, "it had ended already, by its ttl or because somebody cleared it")
}

async fn locked<S: Served>(call: Call) -> Answer {
    let structure: S = call.structure()?;
    reply::flag("locked", call.run(move || structure.locked()).await?)
}
