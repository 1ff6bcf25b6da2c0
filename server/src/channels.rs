//! `/channels`: messages between programs.

use std::sync::Arc;
use std::time::Duration;

use beaver_core::{Channel, Result, Subscription, wire};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::common::{self, Paths};
use crate::live::{self, Source};
use crate::logs;
use crate::problem::{Answer, Problem};
use crate::query::{self, Nothing, Page};
use crate::reply::{self, Gather};
use crate::routes::{Any, AnyList, Call, Routes, doc};
use crate::schema::{Count, MessagePage, Retention, Stamp, Stamps, Status};

/// How many messages are taken before others have their turn.
pub(crate) const PORTION: usize = 64;

#[derive(Deserialize, Clone, Copy, ToSchema)]
#[serde(rename_all = "lowercase")]
enum From {
    Now,
    Oldest,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    /// With what is published from `now` on (if nothing is said), or with the `oldest` message that is there.
    #[param(inline)]
    start: Option<From>,
    /// After the message of that time: where an earlier subscription ended.
    after_us: Option<i64>,
    /// `{"timestamp_us", "payload"}` for each message, not the payload alone.
    rows: Option<bool>,
}

/// Enters the routes.
pub(crate) fn enter(routes: &mut Routes) {
    routes.post(
        "/channels/{name}/publish",
        doc("channel_publish", "Publishes a message")
            .body_as::<Any>(
                &["application/json", "text/plain"],
                "Any JSON; a text that does not begin as JSON is a string",
            )
            .answer::<Stamp>("The time that it got"),
        publish,
    );
    routes.post(
        "/channels/{name}/publish_many",
        doc("channel_publish_many", "Publishes many messages in one commit")
            .body::<AnyList>("The messages")
            .answer::<Stamps>("Their times"),
        publish_many,
    );
    routes.get(
        "/channels/{name}/messages",
        doc("channel_messages", "The messages that are there, oldest first")
            .query::<Page>()
            .answer::<MessagePage>("A page"),
        messages,
    );
    routes.get(
        "/channels/{name}/count",
        doc("channel_count", "How many messages are there").answer::<Count>("How many"),
        count,
    );
    routes.delete(
        "/channels/{name}",
        doc("channel_clear", "Removes every message").answer::<Count>("How many there were"),
        clear,
    );
    routes.get(
        "/channels/{name}/retention",
        doc("channel_retention", "How long messages are kept").answer::<Retention>("How long"),
        retention,
    );
    routes.put(
        "/channels/{name}/retention",
        doc("channel_set_retention", "Chooses how long messages are kept")
            .body::<Retention>("How long")
            .answer::<Status>("Chosen"),
        set_retention,
    );
    routes.get(
        "/channels/{name}/subscribe",
        doc("channel_subscribe", "WebSocket: the messages as they come")
            .about("Closed with the code 4014 if messages were removed before they were read: subscribe again.")
            .query::<Subscribe>()
            .empty(axum::http::StatusCode::SWITCHING_PROTOCOLS, "The WebSocket"),
        subscribe,
    );
    let paths = Paths {
        kind: "channel",
        dump: "/channels/{name}/dump",
        load: "/channels/{name}/load",
        events: "/channels/{name}/events",
        acquire: "/channels/{name}/acquire",
        release: "/channels/{name}/release",
        renew: "/channels/{name}/renew",
        locked: "/channels/{name}/locked",
    };
    common::enter::<Channel>(routes, &paths);
}

async fn publish(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let channel: Channel = call.structure()?;
    let value = call.value().await?;
    let time = call.run(move || channel.publish(value)).await?;
    reply::json(&call.app, format!(r#"{{"status":"ok","timestamp_us":{time}}}"#))
}

async fn publish_many(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let channel: Channel = call.structure()?;
    let values = wire::elements("the body", &call.json().await?)?;
    let times = call.run(move || channel.publish_many(values)).await?;
    logs::stamps(&call, &times)
}

async fn messages(call: Call) -> Answer {
    let Page { limit, after } = call.query()?;
    let limit = query::limit(limit)?;
    let after: Option<i64> = after
        .map(|after| after.parse().map_err(|_| Problem::invalid("after is no cursor of this channel")))
        .transpose()?;
    let channel: Channel = call.structure()?;
    let mut gather = Gather::new(&call.app);
    let (rows, cursor) = call
        .run(move || {
            let messages = after.map_or_else(|| channel.items(), |after| channel.items_after(after));
            let mut last = None;
            for (index, message) in messages.take(limit + 1).enumerate() {
                let message = message?;
                if index == limit {
                    return Ok((gather.rows, last));
                }
                last = Some(message.timestamp.to_string());
                if !gather.add(wire::message_row(&message)) {
                    break;
                }
            }
            Ok((gather.rows, None))
        })
        .await?;
    reply::page(&call.app, "messages", &rows, cursor.as_deref())
}

async fn count(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let channel: Channel = call.structure()?;
    reply::count(call.run(move || channel.len()).await?)
}

async fn clear(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let channel: Channel = call.structure()?;
    reply::count(call.run(move || channel.clear()).await?)
}

async fn retention(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let channel: Channel = call.structure()?;
    let retention = call.run(move || channel.retention()).await?;
    reply::json(&call.app, wire::retention(&retention))
}

async fn set_retention(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let channel: Channel = call.structure()?;
    let retention = wire::retention_of(call.json().await?.as_str())?;
    call.run(move || channel.set_retention(retention)).await?;
    reply::ok()
}

struct ChannelSource {
    subscription: Subscription,
    rows: bool,
}

impl Source for ChannelSource {
    fn next(&self) -> Result<Vec<String>> {
        let messages = self.subscription.next_many(PORTION, Some(Duration::ZERO))?;
        let row = |message: beaver_core::Message| {
            if self.rows { wire::message_row(&message) } else { message.payload.into() }
        };
        Ok(messages.into_iter().map(row).collect())
    }

    fn on_ready(&self, ready: Option<Arc<dyn Fn() + Send + Sync>>) {
        self.subscription.on_ready(ready);
    }
}

async fn subscribe(call: Call) -> Answer {
    let Subscribe { start, after_us, rows } = call.query()?;
    let start = start.map(|start| match start {
        From::Now => "now",
        From::Oldest => "oldest",
    });
    let start = wire::start(&serde_json::json!({ "start": start, "after_us": after_us }).to_string())?;
    let channel: Channel = call.structure()?;
    let rows = rows.unwrap_or(false);
    live::upgrade(call, move || Ok(ChannelSource { subscription: channel.subscribe(start)?, rows })).await
}
