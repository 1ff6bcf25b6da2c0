//! `/logs`: values in the order of time, and live views of them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use beaver_core::{Aggregate, Live, LiveEntries, Log, LogEntry as Entry, LogQuery, Result, wire};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::common::{self, Paths};
use crate::live::{self, Source};
use crate::problem::{Answer, Problem};
use crate::query::{self, Nothing, moment};
use crate::reply::{self, Gather};
use crate::routes::{Any, Call, Routes, doc};
use crate::schema::{Count, LogAppend, LogEntry, Stamp, Stamps};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct At {
    /// The time: microseconds since 1970, or RFC 3339; the present if nothing is said.
    at: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Range {
    /// Not before: microseconds since 1970, or RFC 3339.
    start: Option<String>,
    /// Before.
    end: Option<String>,
    /// How many, at most.
    #[param(minimum = 1, maximum = 10_000, default = 10_000)]
    limit: Option<usize>,
    /// Newest first.
    reverse: Option<bool>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Prune {
    /// Removes what is before this time.
    older: Option<String>,
    /// Removes all but so many of the newest.
    keep: Option<u64>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct View {
    /// How far back it looks, in seconds.
    #[serde(alias = "window_seconds")]
    #[param(exclusive_minimum = 0, default = 5.0)]
    window: Option<f64>,
    /// How often it tells, in seconds.
    #[serde(alias = "period_seconds")]
    #[param(exclusive_minimum = 0, default = 1.0)]
    period: Option<f64>,
    /// What it tells, as JSON: `{"mean": {"op": "mean", "path": "cpu"}}`. The count, if nothing is said.
    aggregates: Option<String>,
    /// The entries themselves.
    entries: Option<bool>,
}

/// Enters the routes.
pub(crate) fn enter(routes: &mut Routes) {
    routes.post(
        "/logs/{name}",
        doc("log_append", "Appends a value")
            .query::<At>()
            .body_as::<Any>(
                &["application/json", "text/plain"],
                "Any JSON; a text that does not begin as JSON is a string",
            )
            .answer::<Stamp>("The time that it got"),
        append,
    );
    routes.post(
        "/logs/{name}/append_many",
        doc("log_append_many", "Appends many values in one commit")
            .body::<Vec<LogAppend>>("The entries")
            .answer::<Stamps>("Their times"),
        append_many,
    );
    routes.get(
        "/logs/{name}/range",
        doc("log_range", "The entries between two times").query::<Range>().answer::<Vec<LogEntry>>("The entries"),
        range,
    );
    routes.get("/logs/{name}/count", doc("log_count", "How many entries there are").answer::<Count>("How many"), count);
    routes.delete(
        "/logs/{name}",
        doc("log_clear", "Removes every entry").answer::<Count>("How many there were"),
        clear,
    );
    routes.post(
        "/logs/{name}/prune",
        doc("log_prune", "Removes old entries").query::<Prune>().answer::<Count>("How many"),
        prune,
    );
    routes.get(
        "/logs/{name}/live",
        doc("log_live", "WebSocket: what the last while looks like, again and again")
            .query::<View>()
            .empty(axum::http::StatusCode::SWITCHING_PROTOCOLS, "The WebSocket"),
        live_view,
    );
    let paths = Paths {
        kind: "log",
        dump: "/logs/{name}/dump",
        load: "/logs/{name}/load",
        events: "/logs/{name}/events",
        acquire: "/logs/{name}/acquire",
        release: "/logs/{name}/release",
        renew: "/logs/{name}/renew",
        locked: "/logs/{name}/locked",
    };
    common::enter::<Log>(routes, &paths);
}

async fn append(mut call: Call) -> Answer {
    let At { at } = call.query()?;
    let at = at.map(|at| moment("at", &at)).transpose()?;
    let log: Log = call.structure()?;
    let value = call.value().await?;
    let time = call
        .run(move || match at {
            Some(at) => log.append_at(value, at),
            None => log.append(value),
        })
        .await?;
    reply::json(&call.app, format!(r#"{{"status":"ok","timestamp_us":{time}}}"#))
}

async fn append_many(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let log: Log = call.structure()?;
    let entries = wire::log_items("the body", &call.json().await?)?;
    let times = call.run(move || log.append_many(entries)).await?;
    stamps(&call, &times)
}

/// Times of what was written.
pub(crate) fn stamps(call: &Call, times: &[i64]) -> Answer {
    let times = wire::array(times.iter().map(i64::to_string));
    reply::json(&call.app, format!(r#"{{"status":"ok","timestamps_us":{times}}}"#))
}

async fn range(call: Call) -> Answer {
    let Range { start, end, limit, reverse } = call.query()?;
    let query = LogQuery {
        start: start.map(|start| moment("start", &start)).transpose()?,
        end: end.map(|end| moment("end", &end)).transpose()?,
        limit: Some(query::limit(Some(limit.unwrap_or(beaver_core::MAX_HITS)))?),
        reverse: reverse.unwrap_or(false),
    };
    let log: Log = call.structure()?;
    let mut gather = Gather::new(&call.app);
    let rows = call
        .run(move || {
            for entry in log.entries(&query)? {
                if !gather.add(wire::log_row(&entry?)) {
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
    let log: Log = call.structure()?;
    reply::count(call.run(move || log.len()).await?)
}

async fn clear(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let log: Log = call.structure()?;
    reply::count(call.run(move || log.clear()).await?)
}

async fn prune(call: Call) -> Answer {
    let Prune { older, keep } = call.query()?;
    let older = older.map(|older| moment("older", &older)).transpose()?;
    let log: Log = call.structure()?;
    reply::count(match (older, keep) {
        (Some(time), None) => call.run(move || log.prune_older(time)).await?,
        (None, Some(count)) => call.run(move || log.prune_keep(count)).await?,
        _ => return Err(Problem::invalid("give one of older and keep")),
    })
}

/// A live view, as the result of each period.
enum LiveSource {
    Numbers(Live, Duration),
    Entries(LiveEntries, Duration),
}

impl Source for LiveSource {
    fn next(&self) -> Result<Vec<String>> {
        let due = Some(Duration::ZERO);
        Ok(match self {
            LiveSource::Numbers(live, _) => live.next(due)?.map(String::from),
            LiveSource::Entries(live, _) => live.next(due, |entries| {
                let row = |(timestamp, data): (i64, &beaver_core::Json)| {
                    wire::log_row(&Entry { timestamp, data: data.clone() })
                };
                wire::array(entries.map(row))
            })?,
        }
        .into_iter()
        .collect())
    }

    /// Nobody: it goes by the clock.
    fn on_ready(&self, _: Option<Arc<dyn Fn() + Send + Sync>>) {}

    fn period(&self) -> Option<Duration> {
        match self {
            LiveSource::Numbers(_, period) | LiveSource::Entries(_, period) => Some(*period),
        }
    }
}

async fn live_view(call: Call) -> Answer {
    let View { window, period, aggregates, entries } = call.query()?;
    let aggregates = aggregates.map(|text| beaver_core::Json::parse(&text)).transpose()?;
    let aggregates: serde_json::Value = match (aggregates, entries.unwrap_or(false)) {
        (Some(_), true) => return Err(Problem::invalid("give one of aggregates and entries")),
        (Some(aggregates), false) => aggregates.to()?,
        (None, true) => serde_json::Value::Null,
        (None, false) => serde_json::json!({"count": {"op": "count"}}),
    };
    let options = serde_json::json!({
        "window": window.unwrap_or(5.0), "period": period.unwrap_or(1.0), "aggregates": aggregates
    });
    let view = wire::live_view(&options.to_string())?;
    if view.period < Duration::from_millis(10) {
        return Err(Problem::invalid("the period is shorter than a hundredth of a second"));
    }
    let log: Log = call.structure()?;
    let source = move || -> Result<LiveSource> {
        let (window, period) = (view.window, view.period);
        let aggregates: Option<BTreeMap<String, Aggregate>> = view.aggregates;
        match aggregates {
            Some(aggregates) => Ok(LiveSource::Numbers(log.live(window, period, aggregates)?, period)),
            None => Ok(LiveSource::Entries(log.live_entries(window, period)?, period)),
        }
    };
    live::upgrade(call, source).await
}
