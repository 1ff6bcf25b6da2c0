//! What happens by itself: the messages of channels, events, and live views of logs.

use std::collections::BTreeMap;
use std::time::Duration;

use beaver_core::{
    Aggregate, Channel, Error, ErrorKind, Event, Events, Live, LiveEntries, Log, Message, Result, Retention, Start,
    Subscription, seconds,
};
use serde_json::{Value, json};

use crate::answer::{Answer, array};
use crate::args::Args;
use crate::{Object, Request, Testee, mutation, structures};

/// A live view: numbers, or the entries themselves.
pub enum View {
    Numbers(Live),
    Entries(LiveEntries),
}

fn message(message: &Message) -> String {
    format!("{{\"timestamp\":{},\"payload\":{}}}", message.timestamp, message.payload)
}

pub fn channel(testee: &Testee, request: &Request, channel: &Channel, verb: &str) -> Result<Answer> {
    let args = &request.args;
    Ok(match verb {
        "publish" => Answer::of(&channel.publish(args.json("payload")?)?),
        "publish_many" => Answer::of(&channel.publish_many(args.jsons("payloads")?)?),
        "subscribe" => testee.keep(request, Object::Subscription(channel.subscribe(start(args))?)),
        "items" => array(channel.items().map(|item| item.map(|item| message(&item))).collect::<Result<Vec<_>>>()?),
        "len" => Answer::of(&channel.len()?),
        "clear" => Answer::of(&channel.clear()?),
        "retention" => {
            let Retention { max_age, max_messages } = channel.retention()?;
            let max_age = max_age.map(|age| age.as_secs_f64());
            Answer::of(&json!({"max_age": max_age, "max_messages": max_messages}))
        }
        "set_retention" => Answer::done(channel.set_retention(retention(args)?)?),
        _ => structures::common(testee, request, channel, verb, Object::Channel)?,
    })
}

fn start(args: &Args) -> Start {
    match (args.optional("start"), args.int("after")) {
        _ if mutation::is("channel") => Start::Now,
        (_, Some(place)) => Start::After(place),
        (Some("oldest"), None) => Start::Oldest,
        _ => Start::Now,
    }
}

/// What is missing is as nothing was chosen; null is no bound.
fn retention(args: &Args) -> Result<Retention> {
    let chosen: serde_json::Map<String, Value> = serde_json::from_str(args.text("retention"))
        .map_err(|e| Error::new(ErrorKind::InvalidArgument, e.to_string()))?;
    let chosen = Args(chosen);
    let mut retention = Retention::default();
    if chosen.0.contains_key("max_age") {
        retention.max_age = chosen.ttl("max_age")?;
    }
    if chosen.0.contains_key("max_messages") {
        retention.max_messages = chosen.get("max_messages").as_u64();
    }
    Ok(retention)
}

pub fn subscription(args: &Args, subscription: &Subscription, verb: &str) -> Result<Answer> {
    Ok(match verb {
        "next" => subscription.next(args.timeout())?.map_or_else(Answer::timeout, |item| Answer::raw(&message(&item))),
        "next_many" => {
            let messages = subscription.next_many(args.count("n"), args.timeout())?;
            if messages.is_empty() { Answer::timeout() } else { array(messages.iter().map(message)) }
        }
        "close" => {
            subscription.close();
            Answer::null()
        }
        _ => Answer::unknown(verb),
    })
}

fn event_text(event: &Event) -> String {
    let (topic, name) = (json!(event.topic), json!(event.event));
    let (timestamp, payload) = (event.timestamp, &event.payload);
    format!("{{\"timestamp\":{timestamp},\"topic\":{topic},\"event\":{name},\"payload\":{payload}}}")
}

/// The event that is to be listened to.
pub fn event(args: &Args) -> String {
    if mutation::is("event") { "*".to_owned() } else { mutation::text(args.text("event")) }
}

pub fn events(args: &Args, events: &Events, verb: &str) -> Result<Answer> {
    Ok(match verb {
        "next" => events.next(args.timeout())?.map_or_else(Answer::timeout, |event| Answer::raw(&event_text(&event))),
        "next_many" => {
            let many = events.next_many(args.count("n"), args.timeout())?;
            if many.is_empty() { Answer::timeout() } else { array(many.iter().map(event_text)) }
        }
        "close" => {
            events.close();
            Answer::null()
        }
        _ => Answer::unknown(verb),
    })
}

pub fn live(testee: &Testee, request: &Request, log: &Log) -> Result<Answer> {
    let args = &request.args;
    let duration = |name: &str| seconds(name, args.number(name));
    let (mut window, period): (Duration, _) = (duration("window")?, duration("period")?);
    if mutation::is("live") {
        window *= 1_000;
    }
    let view = match args.optional("aggregates") {
        None => View::Entries(log.live_entries(window, period)?),
        Some(text) => {
            let aggregates: BTreeMap<String, Aggregate> =
                serde_json::from_str(text).map_err(|e| Error::new(ErrorKind::InvalidArgument, e.to_string()))?;
            View::Numbers(log.live(window, period, aggregates)?)
        }
    };
    Ok(testee.keep(request, Object::Live(view)))
}

pub fn view(args: &Args, view: &View, verb: &str) -> Result<Answer> {
    Ok(match (verb, view) {
        ("next", View::Numbers(live)) => {
            live.next(args.timeout())?.map_or_else(Answer::timeout, |result| Answer::raw(result.as_str()))
        }
        ("next", View::Entries(live)) => {
            let entries = live.next(args.timeout(), |entries| {
                entries.map(|(at, data)| format!("{{\"timestamp\":{at},\"data\":{data}}}")).collect::<Vec<_>>()
            })?;
            entries.map_or_else(Answer::timeout, array)
        }
        ("close", View::Numbers(live)) => {
            live.close();
            Answer::null()
        }
        ("close", View::Entries(live)) => {
            live.close();
            Answer::null()
        }
        _ => Answer::unknown(verb),
    })
}
