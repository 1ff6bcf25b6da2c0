//! `/locks`: locks between programs, by tokens.

use axum::http::StatusCode;
use beaver_core::{ErrorKind, Kind, seconds};

use crate::common::{Acquire, Event, Renew, ended, no_token, not_in_time};
use crate::events::EventSource;
use crate::handed::Given;
use crate::held::Held;
use crate::problem::Answer;
use crate::query::{self, Nothing};
use crate::routes::{Call, Routes, doc};
use crate::schema::{Count, LockState, Status, Token};
use crate::{live, reply};

/// Enters the routes.
pub(crate) fn enter(routes: &mut Routes) {
    routes.get(
        "/locks/{name}",
        doc("lock_locked", "Whether anybody holds the lock, and whether the token does")
            .header("Beaver-Lock", "A token: `held` says whether it is still good")
            .answer::<LockState>("Whether"),
        locked,
    );
    routes.delete(
        "/locks/{name}",
        doc("lock_clear", "Takes the lock from its holder and everybody out of the line")
            .answer::<Count>("How many there were"),
        clear,
    );
    routes.post(
        "/locks/{name}/acquire",
        doc("lock_acquire", "Waits for the lock and holds it")
            .query::<Acquire>()
            .answer::<Token>("The token to release and renew it by")
            .fails(StatusCode::REQUEST_TIMEOUT, "Somebody else held it all the time"),
        acquire,
    );
    routes.post(
        "/locks/{name}/release",
        doc("lock_release", "Gives the lock to the next")
            .header("Beaver-Lock", "The token")
            .answer::<Status>("Released"),
        release,
    );
    routes.post(
        "/locks/{name}/renew",
        doc("lock_renew", "Holds the lock for another while")
            .header("Beaver-Lock", "The token")
            .query::<Renew>()
            .answer::<Status>("Renewed"),
        renew,
    );
    routes.get(
        "/locks/{name}/events",
        doc("lock_events", "WebSocket: what happens to the lock")
            .query::<Event>()
            .empty(StatusCode::SWITCHING_PROTOCOLS, "The WebSocket"),
        events,
    );
}

async fn locked(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let lock = call.app.db.lock(call.name())?;
    if call.token().is_none() {
        return reply::flag("locked", call.run(move || lock.locked()).await?);
    }
    let held = match call.held(Kind::Lock) {
        // A token that is not known (any more) holds nothing.
        Err(problem) if problem.kind() == ErrorKind::Conflict => None,
        held => held?,
    };
    let held = move || held.map_or(Ok(false), |held| held.held());
    let (locked, held) = call.run(move || Ok((lock.locked()?, held()?))).await?;
    reply::json(&call.app, format!(r#"{{"locked":{locked},"held":{held}}}"#))
}

async fn clear(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let lock = call.app.db.lock(call.name())?;
    reply::count(call.run(move || lock.clear()).await?)
}

async fn acquire(call: Call) -> Answer {
    let Acquire { timeout, ttl } = call.query()?;
    let (timeout, ttl) = (query::timeout(timeout, 5.0)?, seconds("ttl", ttl.unwrap_or(60.0))?);
    let lock = call.app.db.lock(call.name())?;
    let acquired = call
        .app
        .wait(timeout, move |_, timeout| {
            let held = lock.acquire(Some(timeout), ttl)?;
            // Given up if the client has gone meanwhile.
            Ok(held.then(|| Given::new(lock, drop)))
        })
        .await?;
    let Some(lock) = acquired.and_then(Given::keep) else { return Err(not_in_time("the lock")) };
    let token = call.app.held.keep(&call, Held::Lock(lock), ttl)?;
    reply::json(&call.app, format!(r#"{{"token":"{token}"}}"#))
}

async fn release(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let token = call.token().unwrap_or_default().to_owned();
    let held = call.held(Kind::Lock)?.ok_or_else(no_token)?;
    let released = call.run(move || held.release()).await?;
    call.app.held.forget(&token);
    if released { reply::ok() } else { Err(ended()) }
}

async fn renew(call: Call) -> Answer {
    let Renew { ttl } = call.query()?;
    let ttl = seconds("ttl", ttl.unwrap_or(60.0))?;
    let token = call.token().unwrap_or_default().to_owned();
    let held = call.held(Kind::Lock)?.ok_or_else(no_token)?;
    if !call.run(move || held.renew(ttl)).await? {
        return Err(ended());
    }
    call.app.held.prolong(&token, ttl);
    reply::ok()
}

async fn events(call: Call) -> Answer {
    let Event { event } = call.query()?;
    let lock = call.app.db.lock(call.name())?;
    live::upgrade(call, move || Ok(EventSource(lock.on(event.as_deref().unwrap_or("*"))?))).await
}
