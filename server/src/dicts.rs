//! `/dicts`: keys and values.

use std::time::Duration;

use axum::http::StatusCode;
use beaver_core::{Beaver, Dict, ErrorKind, Json, When, wire};

use crate::common::{self, Paths};
use crate::problem::{Answer, Problem};
use crate::query;
use crate::query::{Nothing, Page, Ttl};
use crate::reply::{self, Condition, Gather};
use crate::routes::{Any, AnyMap, Call, Routes, doc};
use crate::schema::{Applied, CompareAndSet, Count, DictPage, Maybe, Status};

const CHANGED: &str = "What is there is not what the condition asks for";

/// Enters the routes.
pub(crate) fn enter(routes: &mut Routes) {
    routes.get(
        "/dicts/{name}/items",
        doc("dict_items", "Keys and values, in the order of the keys").query::<Page>().answer::<DictPage>("A page"),
        items,
    );
    routes.get("/dicts/{name}/count", doc("dict_count", "How many keys there are").answer::<Count>("How many"), count);
    routes.delete(
        "/dicts/{name}",
        doc("dict_clear", "Removes every key").answer::<Count>("How many there were"),
        clear,
    );
    for (path, what) in [("/dicts/{name}/items/{*key}", ""), ("/dicts/{name}/{key}", "_short")] {
        let id = |verb: &str| format!("dict_{verb}{what}");
        routes.get(
            path,
            doc(&id("get"), "The value of a key")
                .about("The short path cannot have keys that are words of this API, such as `count`.")
                .header("If-None-Match", "Tags that the client has")
                .answer::<Any>("The value, as it was written; its tag in ETag")
                .empty(StatusCode::NOT_MODIFIED, "The client has it"),
            get,
        );
        if what.is_empty() {
            // A key may be empty.
            routes.also("/dicts/{name}/items/", get);
        }
        routes.put(
            path,
            doc(&id("set"), "Sets a key")
                .query::<Ttl>()
                .header("If-Match", "Only if this is its tag, or `*`: if it is there")
                .header("If-None-Match", "`*`: only if it is not there")
                .body_as::<Any>(
                    &["application/json", "text/plain"],
                    "Any JSON; a text that does not begin as JSON is a string",
                )
                .answer::<Status>("Set; its tag in ETag")
                .fails(StatusCode::PRECONDITION_FAILED, CHANGED),
            set,
        );
        if what.is_empty() {
            routes.also("/dicts/{name}/items/", set);
        }
        routes.delete(
            path,
            doc(&id("delete"), "Removes a key")
                .header("If-Match", "Only if this is its tag")
                .answer::<Status>("Removed")
                .fails(StatusCode::PRECONDITION_FAILED, CHANGED),
            delete,
        );
        if what.is_empty() {
            routes.also("/dicts/{name}/items/", delete);
        }
    }
    routes.post(
        "/dicts/{name}/pop/{*key}",
        doc("dict_pop", "Removes a key and gives its value").answer::<Any>("The value"),
        pop,
    );
    routes.also("/dicts/{name}/pop/", pop);
    routes.post(
        "/dicts/{name}/get_many",
        doc("dict_get_many", "The values of many keys, as of one moment")
            .reads()
            .body::<Vec<String>>("The keys")
            .answer::<Vec<Maybe>>("For each key `{\"value\"}`, or `{}` if it is not there"),
        get_many,
    );
    routes.post(
        "/dicts/{name}/set_many",
        doc("dict_set_many", "Sets many keys in one commit")
            .query::<Ttl>()
            .body::<AnyMap>("Keys and values")
            .answer::<Count>("How many"),
        set_many,
    );
    routes.post(
        "/dicts/{name}/compare_and_set/{*key}",
        doc("dict_compare_and_set", "Sets a key only if it has a certain value")
            .query::<Ttl>()
            .body::<CompareAndSet>("What it has to be, and what it becomes")
            .answer::<Applied>("Whether it was"),
        compare_and_set,
    );
    routes.also("/dicts/{name}/compare_and_set/", compare_and_set);
    let paths = Paths {
        kind: "dict",
        dump: "/dicts/{name}/dump",
        load: "/dicts/{name}/load",
        events: "/dicts/{name}/events",
        acquire: "/dicts/{name}/acquire",
        release: "/dicts/{name}/release",
        renew: "/dicts/{name}/renew",
        locked: "/dicts/{name}/locked",
    };
    common::enter::<Dict>(routes, &paths);
}

fn missing() -> Problem {
    Problem::not_found("there is no such key")
}

fn tag(value: &Json) -> String {
    reply::tag(&[value.as_str().as_bytes()])
}

async fn get(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let dict: Dict = call.structure()?;
    // In place: one row by its key, which waits for nobody.
    let value = dict.get(call.param("key"))?.ok_or_else(missing)?;
    let tag = tag(&value);
    reply::tagged(&call.app, call.headers(), value, &tag)
}

async fn set(mut call: Call) -> Answer {
    let ttl = call.query::<Ttl>()?.duration()?;
    let condition = reply::condition(call.headers())?;
    let dict: Dict = call.structure()?;
    let value = call.value().await?;
    let key = call.param("key").to_owned();
    let tag = tag(&value);
    if condition == Condition::Always {
        let mut batch = call.app.db.batch();
        batch.dict_set(&dict, &key, value.clone(), ttl, When::Always)?;
        call.app.write(batch, move || put(&dict, &key, value, ttl, &condition).map(drop)).await?;
    } else if !call.run(move || put(&dict, &key, value, ttl, &condition)).await? {
        return Err(reply::unmet());
    }
    let mut response = reply::ok()?;
    reply::set_tag(&mut response, &tag);
    Ok(response)
}

/// Sets a key under a condition; false if it is not met. A condition on what is there is checked once more by the write.
fn put(dict: &Dict, key: &str, value: Json, ttl: Option<Duration>, condition: &Condition) -> beaver_core::Result<bool> {
    match (condition, ttl) {
        (Condition::Always, None) => dict.set(key, value).map(|()| true),
        (Condition::Always, Some(ttl)) => dict.set_for(key, value, ttl).map(|()| true),
        (Condition::Absent, ttl) => dict.set_if_absent(key, value, ttl),
        (condition, ttl) => loop {
            let Some(current) = dict.get(key)? else { return Ok(false) };
            if !condition.holds(Some(&tag(&current))) {
                return Ok(false);
            }
            if dict.compare_and_set(key, current, value.clone(), ttl)? {
                return Ok(true);
            }
        },
    }
}

async fn delete(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let condition = reply::condition(call.headers())?;
    let dict: Dict = call.structure()?;
    let key = call.param("key").to_owned();
    let db = call.app.db.clone();
    match call.run(move || remove(&db, &dict, &key, &condition)).await? {
        Some(there) => reply::done(there, "key"),
        None => Err(reply::unmet()),
    }
}

/// Deletes a key under a condition; none if it is not met.
fn remove(db: &Beaver, dict: &Dict, key: &str, condition: &Condition) -> beaver_core::Result<Option<bool>> {
    if *condition == Condition::Always {
        return dict.delete(key).map(Some);
    }
    loop {
        let Some(current) = dict.get(key)? else { return Ok(condition.holds(None).then_some(false)) };
        if !condition.holds(Some(&tag(&current))) {
            return Ok(None);
        }
        let mut batch = db.batch();
        batch.dict_delete(dict, key, When::Equals(current))?;
        match batch.commit(None) {
            Ok(_) => return Ok(Some(true)),
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            Err(error) => return Err(error),
        }
    }
}

async fn pop(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let dict: Dict = call.structure()?;
    let key = call.param("key").to_owned();
    let value = call.run(move || dict.pop(&key)).await?.ok_or_else(missing)?;
    reply::json(&call.app, value.into())
}

async fn items(call: Call) -> Answer {
    let Page { limit, after } = call.query()?;
    let limit = query::limit(limit)?;
    let dict: Dict = call.structure()?;
    let mut gather = Gather::new(&call.app);
    let (rows, cursor) = call
        .run(move || {
            let items = match after {
                Some(after) => dict.items_after(&after)?,
                None => dict.items(),
            };
            let mut last = None;
            for (index, item) in items.take(limit + 1).enumerate() {
                let (key, value) = item?;
                if index == limit {
                    return Ok((gather.rows, last));
                }
                let room = gather.add(wire::dict_row(&key, &value));
                last = Some(key);
                if !room {
                    break;
                }
            }
            Ok((gather.rows, None))
        })
        .await?;
    reply::page(&call.app, "items", &rows, cursor.as_deref())
}

async fn count(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let dict: Dict = call.structure()?;
    reply::count(call.run(move || dict.len()).await?)
}

async fn clear(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let dict: Dict = call.structure()?;
    reply::count(call.run(move || dict.clear()).await?)
}

async fn get_many(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let dict: Dict = call.structure()?;
    let keys = wire::texts("the body", &call.json().await?)?;
    let mut gather = Gather::new(&call.app);
    let rows = call
        .run(move || {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            for value in dict.get_many(&keys)? {
                let row = value.map_or_else(|| "{}".to_owned(), |value| format!(r#"{{"value":{value}}}"#));
                if !gather.add(row) {
                    break;
                }
            }
            Ok(gather.rows)
        })
        .await?;
    reply::json(&call.app, wire::array(rows))
}

async fn set_many(mut call: Call) -> Answer {
    let ttl = call.query::<Ttl>()?.duration()?;
    let dict: Dict = call.structure()?;
    let items = wire::members("the body", &call.json().await?)?;
    let count = items.len() as u64;
    call.run(move || dict.set_many(items, ttl)).await?;
    reply::count(count)
}

async fn compare_and_set(mut call: Call) -> Answer {
    let ttl = call.query::<Ttl>()?.duration()?;
    let dict: Dict = call.structure()?;
    let (expected, value) = expected_and_value(&call.json().await?)?;
    let key = call.param("key").to_owned();
    let applied = call.run(move || dict.compare_and_set(&key, expected, value, ttl)).await?;
    reply::flag("applied", applied)
}

fn expected_and_value(body: &Json) -> Result<(Json, Json), Problem> {
    let (mut expected, mut value) = (None, None);
    for (name, member) in wire::members("the body", body)? {
        match &*name {
            "expected" => expected = Some(member),
            "value" => value = Some(member),
            _ => return Err(Problem::invalid("the body has a member that is neither `expected` nor `value`")),
        }
    }
    expected.zip(value).ok_or_else(|| Problem::invalid("the body has not both `expected` and `value`"))
}
