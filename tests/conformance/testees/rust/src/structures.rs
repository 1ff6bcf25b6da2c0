//! The structures: a flat table of operations each.

use std::time::Duration;

use beaver_core::{
    BlobReader, BlobWriter, Blobs, DeadLetterPolicy, Dict, DumpFormat, Error, ErrorKind, Json, List, LoadMode, Lock,
    Log, LogEntry, LogQuery, Queue, QueueItem, Result, Structure,
};

use crate::answer::{Answer, array, bytes};
use crate::args::Args;
use crate::{Object, Request, Testee, mutation, realtime};

const DEFAULT_TTL: Duration = Duration::from_secs(60);

/// What all structures do alike.
pub fn common<S: Structure + Clone>(
    testee: &Testee,
    request: &Request,
    structure: &S,
    verb: &str,
    wrap: fn(S) -> Object,
) -> Result<Answer> {
    let args = &request.args;
    let ttl = || Ok::<_, Error>(args.ttl("ttl")?.unwrap_or(DEFAULT_TTL));
    Ok(match verb {
        "acquire" => {
            if mutation::is("lock") {
                return Ok(testee.keep(request, wrap(structure.clone())));
            }
            match structure.acquire(args.timeout(), ttl()?)? {
                Some(acquired) => testee.keep(request, wrap(acquired)),
                None => Answer::timeout(),
            }
        }
        "release" => Answer::of(&structure.release()?),
        "renew" => Answer::of(&structure.renew(ttl()?)?),
        "locked" => Answer::of(&structure.locked()?),
        "on" => testee.keep(request, Object::Events(structure.on(&realtime::event(args))?)),
        "dump" => {
            let format = match args.options().text("format") {
                "jsonl" => DumpFormat::JsonLines,
                _ => DumpFormat::Json,
            };
            let mut text = Vec::new();
            structure.dump(&mut text, format)?;
            Answer::of(&String::from_utf8_lossy(&text))
        }
        "load" => {
            let mode = match args.options().text("mode") {
                "replace" | "" if !mutation::is("dump") => LoadMode::Replace,
                _ => LoadMode::Append,
            };
            structure.load(&mut args.text("text").as_bytes(), mode)?;
            Answer::null()
        }
        _ => Answer::unknown(verb),
    })
}

pub fn dict(testee: &Testee, request: &Request, dict: &Dict, verb: &str) -> Result<Answer> {
    let args = &request.args;
    let key = mutation::text(args.text("key"));
    Ok(match verb {
        "set" => match args.ttl("ttl")? {
            Some(ttl) => Answer::done(dict.set_for(&key, args.json("value")?, ttl)?),
            None => Answer::done(dict.set(&key, args.json("value")?)?),
        },
        "get" if mutation::is("dict") => Answer::absent(),
        "get" => Answer::json(dict.get(&key)?),
        "get_or" => Answer::json(Some(dict.get(&key)?.map_or_else(|| args.json("default"), Ok)?)),
        "delete" => Answer::of(&dict.delete(&key)?),
        "pop" => Answer::json(dict.pop(&key)?),
        "contains" => Answer::of(&dict.contains(&key)?),
        "len" => Answer::of(&dict.len()?),
        "clear" => Answer::of(&dict.clear()?),
        "keys" => Answer::of(&dict.keys().collect::<Result<Vec<_>>>()?),
        "values" => array(dict.values().map(|value| value.map(|json| json.to_string())).collect::<Result<Vec<_>>>()?),
        "items" => array(
            dict.items()
                .map(|item| item.map(|(key, value)| format!("{{\"key\":{},\"value\":{value}}}", quoted(&key))))
                .collect::<Result<Vec<_>>>()?,
        ),
        "set_many" => {
            let items = args.items("items");
            let items = items.iter().map(|item| Ok((mutation::text(item.text("key")), item.json("value")?)));
            Answer::done(dict.set_many(items.collect::<Result<Vec<_>>>()?, args.ttl("ttl")?)?)
        }
        "get_many" => {
            let keys = args.get("keys").as_array().cloned().unwrap_or_default();
            let keys: Vec<&str> = keys.iter().filter_map(|key| key.as_str()).collect();
            let member = |value: Option<Json>| value.map_or("{}".into(), |json| format!("{{\"value\":{json}}}"));
            array(dict.get_many(&keys)?.into_iter().map(member))
        }
        "set_if_absent" => Answer::of(&dict.set_if_absent(&key, args.json("value")?, args.ttl("ttl")?)?),
        "compare_and_set" => {
            Answer::of(&dict.compare_and_set(&key, args.json("expected")?, args.json("value")?, args.ttl("ttl")?)?)
        }
        _ => common(testee, request, dict, verb, Object::Dict)?,
    })
}

pub fn list(testee: &Testee, request: &Request, list: &List, verb: &str) -> Result<Answer> {
    let args = &request.args;
    let (index, start, stop) = (args.index("index"), args.int("start"), args.int("stop"));
    Ok(match verb {
        "push" => Answer::done(list.push(args.json("value")?)?),
        "prepend" if mutation::is("list") => Answer::done(list.push(args.json("value")?)?),
        "prepend" => Answer::done(list.prepend(args.json("value")?)?),
        "extend" => Answer::done(list.extend(args.jsons("values")?)?),
        "pop" => Answer::json(list.pop()?),
        "deque" => Answer::json(list.deque()?),
        "insert" => Answer::done(list.insert(index, args.json("value")?)?),
        "get" => Answer::json(list.get(index)?),
        "set" => Answer::found(list.set(index, args.json("value")?)?),
        "delete" => Answer::found(list.delete(index)?),
        "slice" => array(list.slice(start, stop)?.iter().map(Json::to_string)),
        "items" => array(list.items().map(|item| item.map(|json| json.to_string())).collect::<Result<Vec<_>>>()?),
        "contains" => Answer::of(&list.contains(&args.json("value")?)?),
        "len" => Answer::of(&list.len()?),
        "clear" => Answer::of(&list.clear()?),
        "remove" => Answer::of(&list.remove(&args.json("value")?)?),
        "index_of" => match list.index_of(&args.json("value")?, start, stop)? {
            Some(index) => Answer::of(&index),
            None => Answer::absent(),
        },
        "count_of" => Answer::of(&list.count_of(&args.json("value")?)?),
        "reverse" => Answer::done(list.reverse()?),
        "delete_range" => Answer::of(&list.delete_range(start, stop)?),
        "replace_range" => {
            list.replace_range(start, stop, args.jsons("values")?)?;
            Answer::null()
        }
        _ => common(testee, request, list, verb, Object::List)?,
    })
}

fn queue_item(item: &QueueItem) -> String {
    format!("{{\"priority\":{},\"timestamp\":{},\"data\":{}}}", item.priority, item.timestamp, item.data)
}

pub fn queue(testee: &Testee, request: &Request, queue: &Queue, verb: &str) -> Result<Answer> {
    let args = &request.args;
    let priority = |args: &Args| if mutation::is("queue") { 0.0 } else { args.number("priority") };
    let lease = || Ok::<_, Error>(args.ttl("lease_seconds")?.unwrap_or_default());
    let id = || args.get("id").as_u64().unwrap_or_default();
    let options = args.options();
    Ok(match verb {
        "put" => Answer::done(queue.put(args.json("data")?, priority(args))?),
        "put_many" => {
            let items = args.items("items");
            let items = items.iter().map(|item| Ok((item.json("data")?, priority(item))));
            Answer::done(queue.put_many(items.collect::<Result<Vec<_>>>()?)?)
        }
        "put_back" => Answer::done(queue.put_back(QueueItem {
            priority: priority(args),
            timestamp: args.int("timestamp").unwrap_or_default(),
            data: args.json("data")?,
        })?),
        "get" => queue.get(args.timeout())?.map_or_else(Answer::timeout, |item| Answer::raw(&queue_item(&item))),
        "get_many" => {
            let items = queue.get_many(args.count("n"), args.timeout())?;
            if items.is_empty() { Answer::timeout() } else { array(items.iter().map(queue_item)) }
        }
        "peek" => queue.peek()?.map_or_else(Answer::absent, |item| Answer::raw(&queue_item(&item))),
        "items" => array(queue.items().map(|item| item.map(|item| queue_item(&item))).collect::<Result<Vec<_>>>()?),
        "len" => Answer::of(&queue.len()?),
        "leased" => Answer::of(&queue.leased()?),
        "clear" => Answer::of(&queue.clear()?),
        "lease" => {
            let dead_letter = options.get("max_attempts").as_u64().map(|most| DeadLetterPolicy {
                max_attempts: u32::try_from(most).unwrap_or(u32::MAX),
                queue: options.text("dead_letter").to_owned(),
            });
            match queue.lease(lease()?, args.timeout(), dead_letter.as_ref())? {
                Some(leased) => {
                    let item = queue_item(&leased.item);
                    let item = item.trim_start_matches('{');
                    Answer::raw(&format!("{{\"id\":{},\"attempts\":{},{item}", leased.id, leased.attempts))
                }
                None => Answer::timeout(),
            }
        }
        "ack" => Answer::of(&queue.ack(id())?),
        "nack" => {
            let delay = options.number("delay");
            let delay = Duration::try_from_secs_f64(delay)
                .map_err(|e| Error::new(ErrorKind::InvalidArgument, format!("the delay cannot be: {e}")))?;
            Answer::of(&queue.nack(id(), delay)?)
        }
        "extend" => Answer::of(&queue.extend(id(), lease()?)?),
        _ => common(testee, request, queue, verb, Object::Queue)?,
    })
}

pub fn blob(testee: &Testee, request: &Request, blobs: &Blobs, verb: &str) -> Result<Answer> {
    let args = &request.args;
    let key = mutation::text(args.text("key"));
    let text = |metadata: Option<Json>| metadata.map_or("null".into(), |json| json.to_string());
    Ok(match verb {
        "put" => {
            let mut data = args.bytes("bytes");
            if mutation::is("blob") {
                data.pop();
            }
            Answer::done(blobs.put(&key, &data, args.optional_json("metadata")?)?)
        }
        "get" => blobs.get(&key)?.map_or_else(Answer::absent, |blob| {
            Answer::raw(&format!("{{\"bytes\":{},\"metadata\":{}}}", bytes(&blob.data), text(blob.metadata)))
        }),
        "metadata" => blobs.stat(&key)?.map_or_else(Answer::absent, |(_, metadata)| Answer::raw(&text(metadata))),
        "delete" => Answer::of(&blobs.delete(&key)?),
        "contains" => Answer::of(&blobs.contains(&key)?),
        "keys" => Answer::of(&blobs.keys().collect::<Result<Vec<_>>>()?),
        "len" => Answer::of(&blobs.len()?),
        "clear" => Answer::of(&blobs.clear()?),
        "writer" => {
            let writer = blobs.writer(&key, args.optional_json("metadata")?)?;
            testee.keep(request, Object::Writer(Some(writer).into()))
        }
        "reader" => match blobs.reader(&key)? {
            Some(reader) => testee.keep(request, Object::Reader(reader.into())),
            None => Answer::absent(),
        },
        _ => common(testee, request, blobs, verb, Object::Blob)?,
    })
}

pub fn writer(args: &Args, writer: &mut Option<BlobWriter>, verb: &str) -> Result<Answer> {
    Ok(match (verb, writer.take()) {
        (_, None) => Answer::no_object(),
        ("write", Some(mut open)) => {
            let written = open.write_chunk(&args.bytes("bytes"));
            *writer = Some(open);
            Answer::done(written?)
        }
        ("finish", Some(open)) => Answer::done(open.finish()?),
        ("abort", Some(open)) => Answer::done(open.abort()?),
        (_, Some(_)) => Answer::unknown(verb),
    })
}

pub fn reader(args: &Args, reader: &mut BlobReader, verb: &str) -> Result<Answer> {
    Ok(match verb {
        "len" => Answer::of(&reader.len()),
        "read" => {
            let mut buffer = vec![0; args.count("max")];
            let read = reader.read_chunk(&mut buffer)?;
            Answer::raw(&bytes(buffer.get(..read).unwrap_or_default()))
        }
        _ => Answer::unknown(verb),
    })
}

fn log_entry(entry: &LogEntry) -> String {
    format!("{{\"timestamp\":{},\"data\":{}}}", entry.timestamp, entry.data)
}

pub fn log(testee: &Testee, request: &Request, log: &Log, verb: &str) -> Result<Answer> {
    let args = &request.args;
    let options = args.options();
    Ok(match verb {
        "append" => match args.int("at") {
            Some(at) => Answer::of(&log.append_at(args.json("data")?, at)?),
            None => Answer::of(&log.append(args.json("data")?)?),
        },
        "append_many" => {
            let items = args.items("items");
            let items = items.iter().map(|item| Ok((item.json("data")?, item.int("at"))));
            log.append_many(items.collect::<Result<Vec<_>>>()?)?;
            Answer::null()
        }
        "range" => {
            let mut end = args.int("end");
            if mutation::is("log") {
                end = end.map(|end| end.saturating_add(1));
            }
            let limit = options.get("limit").as_u64().and_then(|limit| usize::try_from(limit).ok());
            let reverse = options.get("reverse").as_bool().unwrap_or_default();
            let entries = log.query(&LogQuery { start: args.int("start"), end, limit, reverse })?;
            array(entries.iter().map(log_entry))
        }
        "items" => array(log.items().map(|entry| entry.map(|entry| log_entry(&entry))).collect::<Result<Vec<_>>>()?),
        "len" => Answer::of(&log.len()?),
        "clear" => Answer::of(&log.clear()?),
        "prune" => {
            let mut removed = 0;
            if let Some(time) = options.int("older_than") {
                removed += log.prune_older(time)?;
            }
            if let Some(keep) = options.get("keep_last").as_u64() {
                removed += log.prune_keep(keep)?;
            }
            if options.0.is_empty() {
                return Err(Error::new(ErrorKind::InvalidArgument, "prune by older_than or keep_last"));
            }
            Answer::of(&removed)
        }
        "live" => realtime::live(testee, request, log)?,
        _ => common(testee, request, log, verb, Object::Log)?,
    })
}

pub fn lock(testee: &Testee, request: &Request, lock: &Lock, verb: &str) -> Result<Answer> {
    let args = &request.args;
    let ttl = args.ttl("ttl")?.unwrap_or(DEFAULT_TTL);
    Ok(match verb {
        "acquire" if mutation::is("lock") => Answer::of(&true),
        "acquire" => Answer::of(&lock.acquire(args.timeout(), ttl)?),
        "release" => Answer::of(&lock.release()?),
        "renew" => Answer::of(&lock.renew(ttl)?),
        "held" => Answer::of(&lock.held()?),
        "locked" => Answer::of(&lock.locked()?),
        "clear" => {
            lock.clear()?;
            Answer::null()
        }
        "on" => testee.keep(request, Object::Events(lock.on(&realtime::event(args))?)),
        _ => Answer::unknown(verb),
    })
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
