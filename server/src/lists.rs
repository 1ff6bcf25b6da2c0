//! `/lists`: values in order.

use beaver_core::{List, wire};

use crate::common::{self, Paths};
use crate::problem::{Answer, Problem};
use crate::query::{Nothing, Slice};
use crate::reply;
use crate::routes::{Any, AnyList, Call, Routes, doc};
use crate::schema::{Count, Index, Removed, Status};

const VALUE: &str = "Any JSON; a text that does not begin as JSON is a string";
const VALUE_TYPES: [&str; 2] = ["application/json", "text/plain"];

/// Enters the routes.
#[allow(clippy::too_many_lines)] // a table
pub(crate) fn enter(routes: &mut Routes) {
    routes.get(
        "/lists/{name}",
        doc("list_slice", "The items, or a slice of them").query::<Slice>().answer::<AnyList>("The items"),
        slice,
    );
    routes.post(
        "/lists/{name}",
        doc("list_push", "Puts a value at the end").body_as::<Any>(&VALUE_TYPES, VALUE).answer::<Status>("Put"),
        push,
    );
    routes.delete(
        "/lists/{name}",
        doc("list_clear", "Removes every item").answer::<Count>("How many there were"),
        clear,
    );
    routes.get("/lists/{name}/count", doc("list_count", "How many items there are").answer::<Count>("How many"), count);
    for (path, what) in [("/lists/{name}/items/{index}", ""), ("/lists/{name}/{index}", "_short")] {
        let id = |verb: &str| format!("list_{verb}{what}");
        routes.get(path, doc(&id("get"), "The item at an index").answer::<Any>("The item"), get);
        routes.put(
            path,
            doc(&id("set"), "Gives the item at an index another value")
                .body_as::<Any>(&VALUE_TYPES, VALUE)
                .answer::<Status>("Set"),
            set,
        );
        routes.delete(path, doc(&id("delete"), "Removes the item at an index").answer::<Status>("Removed"), delete);
    }
    routes.post(
        "/lists/{name}/insert/{index}",
        doc("list_insert", "Puts a value in front of the item at an index")
            .body_as::<Any>(&VALUE_TYPES, VALUE)
            .answer::<Status>("Put"),
        insert,
    );
    routes.post(
        "/lists/{name}/prepend",
        doc("list_prepend", "Puts a value before the first")
            .body_as::<Any>(&VALUE_TYPES, VALUE)
            .answer::<Status>("Put"),
        prepend,
    );
    routes.post(
        "/lists/{name}/extend",
        doc("list_extend", "Puts many values at the end, in one commit")
            .body::<AnyList>("The values")
            .answer::<Count>("How many"),
        extend,
    );
    routes.post(
        "/lists/{name}/pop",
        doc("list_pop", "Removes the last item and gives it").answer::<Any>("The item"),
        pop,
    );
    routes.post(
        "/lists/{name}/deque",
        doc("list_deque", "Removes the first item and gives it").answer::<Any>("The item"),
        deque,
    );
    routes.post(
        "/lists/{name}/remove",
        doc("list_remove", "Removes the first item that equals a value")
            .body_as::<Any>(&VALUE_TYPES, VALUE)
            .answer::<Removed>("Whether one did"),
        remove,
    );
    routes.post(
        "/lists/{name}/index_of",
        doc("list_index_of", "The index of the first item that equals a value")
            .reads()
            .query::<Slice>()
            .body_as::<Any>(&VALUE_TYPES, VALUE)
            .answer::<Index>("The index"),
        index_of,
    );
    routes.post(
        "/lists/{name}/count_of",
        doc("list_count_of", "How many items equal a value")
            .reads()
            .body_as::<Any>(&VALUE_TYPES, VALUE)
            .answer::<Count>("How many"),
        count_of,
    );
    routes.post(
        "/lists/{name}/reverse",
        doc("list_reverse", "Turns the order round").answer::<Status>("Turned"),
        reverse,
    );
    routes.put(
        "/lists/{name}/range",
        doc("list_replace_range", "Puts values in the place of a slice")
            .query::<Slice>()
            .body::<AnyList>("The values")
            .answer::<Count>("How many items there were in the slice"),
        replace_range,
    );
    routes.delete(
        "/lists/{name}/range",
        doc("list_delete_range", "Removes the items of a slice").query::<Slice>().answer::<Count>("How many"),
        delete_range,
    );
    let paths = Paths {
        kind: "list",
        dump: "/lists/{name}/dump",
        load: "/lists/{name}/load",
        events: "/lists/{name}/events",
        acquire: "/lists/{name}/acquire",
        release: "/lists/{name}/release",
        renew: "/lists/{name}/renew",
        locked: "/lists/{name}/locked",
    };
    common::enter::<List>(routes, &paths);
}

fn missing() -> Problem {
    Problem::not_found("the list has no such item")
}

async fn slice(call: Call) -> Answer {
    let Slice { start, stop } = call.query()?;
    let list: List = call.structure()?;
    let most = call.app.limits.result_bytes;
    let text = call
        .run(move || {
            let values = list.slice(start, stop)?;
            // What is too long for an answer is not written down a second time.
            let bytes: usize = values.iter().map(|value| value.as_str().len() + 1).sum();
            Ok((bytes <= most).then(|| wire::array(values.iter().map(beaver_core::Json::as_str))))
        })
        .await?;
    let too_long = || {
        let message = format!("the items have more than {most} bytes: ask for a slice");
        Problem::limit(crate::problem::Exceeded::Result, message)
    };
    reply::json(&call.app, text.ok_or_else(too_long)?)
}

async fn push(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let list: List = call.structure()?;
    let value = call.value().await?;
    let mut batch = call.app.db.batch();
    batch.list_push(&list, value.clone())?;
    call.app.write(batch, move || list.push(value)).await?;
    reply::ok()
}

async fn prepend(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let list: List = call.structure()?;
    let value = call.value().await?;
    call.run(move || list.prepend(value)).await?;
    reply::ok()
}

async fn extend(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let list: List = call.structure()?;
    let values = wire::elements("the body", &call.json().await?)?;
    let count = values.len() as u64;
    call.run(move || list.extend(values)).await?;
    reply::count(count)
}

async fn insert(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let (list, index): (List, i64) = (call.structure()?, call.number("index")?);
    let value = call.value().await?;
    call.run(move || list.insert(index, value)).await?;
    reply::ok()
}

async fn clear(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let list: List = call.structure()?;
    reply::count(call.run(move || list.clear()).await?)
}

async fn count(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let list: List = call.structure()?;
    reply::count(call.run(move || list.len()).await?)
}

async fn get(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let (list, index): (List, i64) = (call.structure()?, call.number("index")?);
    let value = call.run(move || list.get(index)).await?.ok_or_else(missing)?;
    reply::json(&call.app, value.into())
}

async fn set(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let (list, index): (List, i64) = (call.structure()?, call.number("index")?);
    let value = call.value().await?;
    reply::done(call.run(move || list.set(index, value)).await?, "item")
}

async fn delete(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let (list, index): (List, i64) = (call.structure()?, call.number("index")?);
    reply::done(call.run(move || list.delete(index)).await?, "item")
}

async fn pop(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let list: List = call.structure()?;
    let value = call.run(move || list.pop()).await?.ok_or_else(missing)?;
    reply::json(&call.app, value.into())
}

async fn deque(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let list: List = call.structure()?;
    let value = call.run(move || list.deque()).await?.ok_or_else(missing)?;
    reply::json(&call.app, value.into())
}

async fn remove(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let list: List = call.structure()?;
    let value = call.value().await?;
    reply::flag("removed", call.run(move || list.remove(&value)).await?)
}

async fn index_of(mut call: Call) -> Answer {
    let Slice { start, stop } = call.query()?;
    let list: List = call.structure()?;
    let value = call.value().await?;
    let index = call.run(move || list.index_of(&value, start, stop)).await?.ok_or_else(missing)?;
    reply::json(&call.app, format!(r#"{{"index":{index}}}"#))
}

async fn count_of(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let list: List = call.structure()?;
    let value = call.value().await?;
    reply::count(call.run(move || list.count_of(&value)).await?)
}

async fn reverse(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let list: List = call.structure()?;
    call.run(move || list.reverse()).await?;
    reply::ok()
}

async fn replace_range(mut call: Call) -> Answer {
    let Slice { start, stop } = call.query()?;
    let list: List = call.structure()?;
    let values = wire::elements("the body", &call.json().await?)?;
    reply::count(call.run(move || list.replace_range(start, stop, values)).await?)
}

async fn delete_range(call: Call) -> Answer {
    let Slice { start, stop } = call.query()?;
    let list: List = call.structure()?;
    reply::count(call.run(move || list.delete_range(start, stop)).await?)
}
