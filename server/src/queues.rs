//! `/queues`: priority queues, with calls that wait and leases.

use std::time::Duration;

use axum::http::StatusCode;
use beaver_core::{Queue, seconds, wire};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::common::{self, Paths};
use crate::handed::{Given, Handed};
use crate::problem::{Answer, Problem};
use crate::query::{self, Nothing};
use crate::reply::{self, Gather};
use crate::routes::{Call, Routes, doc};
use crate::schema::{Count, Leased, QueueItem, QueuePut, Status};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Wait {
    /// How long to wait, in seconds; 0 to try.
    #[param(minimum = 0, default = 5.0)]
    timeout: Option<f64>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Many {
    /// How many, at most.
    #[param(minimum = 1)]
    n: usize,
    /// How long to wait for the first, in seconds; 0 to try.
    #[param(minimum = 0, default = 5.0)]
    timeout: Option<f64>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Limit {
    /// How many, at most.
    #[param(minimum = 1, maximum = 10_000, default = 100)]
    limit: Option<usize>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct LeaseFor {
    /// After how many seconds it comes back by itself.
    #[param(exclusive_minimum = 0)]
    lease: f64,
    /// How long to wait, in seconds; 0 to try.
    #[param(minimum = 0, default = 5.0)]
    timeout: Option<f64>,
    /// How often an item is given out before it goes to `dead_letter`.
    max_attempts: Option<u32>,
    /// The queue for what was given out too often.
    dead_letter: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Delay {
    /// After how many seconds it is given out again.
    #[param(minimum = 0, default = 0.0)]
    delay: Option<f64>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Extend {
    /// For how many seconds from now on.
    #[param(exclusive_minimum = 0)]
    lease: f64,
}

const ABOUT_GET: &str = "An item that a client has not taken, because it went away, goes back to its place. What must not \
    be lost with a client either is leased.";
const IN_TIME: &str = "Nothing came in time";

/// Enters the routes.
pub(crate) fn enter(routes: &mut Routes) {
    routes.post(
        "/queues/{name}/put",
        doc("queue_put", "Puts an item")
            .body::<QueuePut>("The item; a lower priority comes first")
            .answer::<Status>("Put"),
        put,
    );
    routes.post(
        "/queues/{name}/put_many",
        doc("queue_put_many", "Puts many items in one commit")
            .body::<Vec<QueuePut>>("The items")
            .answer::<Count>("How many"),
        put_many,
    );
    routes.delete(
        "/queues/{name}/get",
        doc("queue_get", "Takes the first item, and waits for one")
            .about(ABOUT_GET)
            .query::<Wait>()
            .answer::<QueueItem>("The item")
            .fails(StatusCode::REQUEST_TIMEOUT, IN_TIME),
        get,
    );
    routes.delete(
        "/queues/{name}/get_many",
        doc("queue_get_many", "Takes some of the first items, as soon as there is one")
            .about(ABOUT_GET)
            .query::<Many>()
            .answer::<Vec<QueueItem>>("The items")
            .fails(StatusCode::REQUEST_TIMEOUT, IN_TIME),
        get_many,
    );
    routes.get(
        "/queues/{name}/peek",
        doc("queue_peek", "The first item, which stays").answer::<QueueItem>("The item"),
        peek,
    );
    routes.get(
        "/queues/{name}/items",
        doc("queue_items", "The first items, in order; they stay")
            .query::<Limit>()
            .answer::<Vec<QueueItem>>("The items"),
        items,
    );
    routes.get(
        "/queues/{name}/count",
        doc("queue_count", "How many items can be taken").answer::<Count>("How many"),
        count,
    );
    routes.get(
        "/queues/{name}/leased",
        doc("queue_leased", "How many items are out on a lease").answer::<Count>("How many"),
        leased,
    );
    routes.delete(
        "/queues/{name}",
        doc("queue_clear", "Removes every item, leased ones too").answer::<Count>("How many there were"),
        clear,
    );
    routes.post(
        "/queues/{name}/put_back",
        doc("queue_put_back", "Puts an item that was taken back to its place")
            .body::<QueueItem>("The item, as it was given")
            .answer::<Status>("Put"),
        put_back,
    );
    routes.post(
        "/queues/{name}/lease",
        doc("queue_lease", "Lends the first item out, and waits for one")
            .query::<LeaseFor>()
            .answer::<Leased>("The item, and the id to settle it by")
            .fails(StatusCode::REQUEST_TIMEOUT, IN_TIME),
        lease,
    );
    routes.post(
        "/queues/{name}/leases/{lease}/ack",
        doc("queue_ack", "Settles a leased item: it is done").answer::<Status>("Settled"),
        ack,
    );
    routes.post(
        "/queues/{name}/leases/{lease}/nack",
        doc("queue_nack", "Gives a leased item back").query::<Delay>().answer::<Status>("Given back"),
        nack,
    );
    routes.post(
        "/queues/{name}/leases/{lease}/extend",
        doc("queue_extend", "Keeps a leased item for longer").query::<Extend>().answer::<Status>("Extended"),
        extend,
    );
    let paths = Paths {
        kind: "queue",
        dump: "/queues/{name}/dump",
        load: "/queues/{name}/load",
        events: "/queues/{name}/events",
        acquire: "/queues/{name}/acquire",
        release: "/queues/{name}/release",
        renew: "/queues/{name}/renew",
        locked: "/queues/{name}/locked",
    };
    common::enter::<Queue>(routes, &paths);
}

/// Nothing was there: at once, or in all the time that it waited.
fn nothing(waited: Duration) -> Problem {
    if waited.is_zero() {
        return Problem::not_found("the queue is empty");
    }
    Problem::new(beaver_core::ErrorKind::Timeout, "nothing came into the queue in time")
}

async fn put(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let queue: Queue = call.structure()?;
    let one = format!("[{}]", call.json().await?);
    let mut items = wire::queue_items("the body", &beaver_core::Json::parse_envelope(one.as_bytes())?)?;
    let Some((data, priority)) = items.pop() else { return Err(Problem::invalid("the body is no item")) };
    let mut batch = call.app.db.batch();
    batch.queue_put(&queue, data.clone(), priority)?;
    call.app.write(batch, move || queue.put(data, priority)).await?;
    reply::ok()
}

async fn put_many(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let queue: Queue = call.structure()?;
    let items = wire::queue_items("the body", &call.json().await?)?;
    let count = items.len() as u64;
    call.run(move || queue.put_many(items)).await?;
    reply::count(count)
}

async fn get(call: Call) -> Answer {
    let Wait { timeout } = call.query()?;
    let timeout = query::timeout(timeout, 5.0)?;
    let items = take(&call, 1, timeout).await?;
    let text = items.get().and_then(|items| items.first()).map(wire::queue_row).unwrap_or_default();
    Ok(Handed::json(&call, text, items))
}

async fn get_many(call: Call) -> Answer {
    let Many { n, timeout } = call.query()?;
    let timeout = query::timeout(timeout, 5.0)?;
    let items = take(&call, n, timeout).await?;
    let text = wire::array(items.get().into_iter().flatten().map(wire::queue_row));
    Ok(Handed::json(&call, text, items))
}

/// Takes items that go back if the client does not get them.
async fn take(call: &Call, n: usize, timeout: Duration) -> Result<Given<Vec<beaver_core::QueueItem>>, Problem> {
    let queue: Queue = call.structure()?;
    let taken = call
        .app
        .wait(timeout, move |_, timeout| {
            let items = queue.get_many(n, Some(timeout))?;
            let back = move |items: Vec<beaver_core::QueueItem>| {
                for item in items {
                    if let Err(error) = queue.put_back(item) {
                        tracing::error!(kind = error.kind().name(), "an item that nobody took could not be put back");
                    }
                }
            };
            Ok(Given::new(items, back))
        })
        .await?;
    if taken.get().is_none_or(Vec::is_empty) {
        return Err(nothing(timeout));
    }
    Ok(taken)
}

async fn lease(call: Call) -> Answer {
    let LeaseFor { lease, timeout, max_attempts, dead_letter } = call.query()?;
    let (lease, timeout) = (seconds("lease", lease)?, query::timeout(timeout, 5.0)?);
    let options = serde_json::json!({ "max_attempts": max_attempts, "dead_letter": dead_letter }).to_string();
    let dead_letter = wire::dead_letter(&options)?;
    let queue: Queue = call.structure()?;
    let leased = call
        .app
        .wait(timeout, move |_, timeout| {
            let leased = queue.lease(lease, Some(timeout), dead_letter.as_ref())?;
            // If it fails, the lease ends by itself.
            let back = move |leased: beaver_core::LeasedItem| drop(queue.nack(leased.id, Duration::ZERO));
            Ok(leased.map(|leased| Given::new(leased, back)))
        })
        .await?;
    let Some(leased) = leased else { return Err(nothing(timeout)) };
    let text = leased.get().map(wire::leased_row).unwrap_or_default();
    Ok(Handed::json(&call, text, leased))
}

async fn peek(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let queue: Queue = call.structure()?;
    let item = call.run(move || queue.peek()).await?.ok_or_else(|| nothing(Duration::ZERO))?;
    reply::json(&call.app, wire::queue_row(&item))
}

async fn items(call: Call) -> Answer {
    let Limit { limit } = call.query()?;
    let limit = query::limit(limit)?;
    let queue: Queue = call.structure()?;
    let mut gather = Gather::new(&call.app);
    let rows = call
        .run(move || {
            for item in queue.items().take(limit) {
                if !gather.add(wire::queue_row(&item?)) {
                    break;
                }
            }
            Ok(gather.rows)
        })
        .await?;
    reply::json(&call.app, wire::array(rows))
}

async fn count(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let queue: Queue = call.structure()?;
    reply::count(call.run(move || queue.len()).await?)
}

async fn leased(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let queue: Queue = call.structure()?;
    reply::count(call.run(move || queue.leased()).await?)
}

async fn clear(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let queue: Queue = call.structure()?;
    reply::count(call.run(move || queue.clear()).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PutBack {
    priority: f64,
    timestamp_us: i64,
    data: Box<serde_json::value::RawValue>,
}

async fn put_back(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let queue: Queue = call.structure()?;
    let PutBack { priority, timestamp_us, data } = call.members().await?;
    let item =
        beaver_core::QueueItem { priority, timestamp: timestamp_us, data: beaver_core::Json::parse(data.get())? };
    call.run(move || queue.put_back(item)).await?;
    reply::ok()
}

/// Whether a lease still ran.
fn settled(ran: bool) -> Answer {
    reply::done(ran, "lease: it has ended")
}

async fn ack(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let (queue, id): (Queue, u64) = (call.structure()?, call.number("lease")?);
    settled(call.run(move || queue.ack(id)).await?)
}

async fn nack(call: Call) -> Answer {
    let Delay { delay } = call.query()?;
    let delay = match delay {
        None | Some(0.0) => Duration::ZERO,
        Some(delay) => seconds("delay", delay)?,
    };
    let (queue, id): (Queue, u64) = (call.structure()?, call.number("lease")?);
    settled(call.run(move || queue.nack(id, delay)).await?)
}

async fn extend(call: Call) -> Answer {
    let Extend { lease } = call.query()?;
    let lease = seconds("lease", lease)?;
    let (queue, id): (Queue, u64) = (call.structure()?, call.number("lease")?);
    settled(call.run(move || queue.extend(id, lease)).await?)
}
