//! `/batch`: changes of any structures in one commit.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use beaver_core::{
    Batch, Beaver, Document, Error, ErrorKind, IndexOptions, Json, MAX_ITEMS, Result, When, seconds, wire,
};

use crate::parts::{self, Parts};
use crate::problem::{Answer, Problem};
use crate::query::Nothing;
use crate::reply;
use crate::routes::{Any, Call, Routes, doc};
use crate::schema::BatchBody;

/// Enters the route.
pub(crate) fn enter(routes: &mut Routes) {
    routes.post(
        "/batch",
        doc("batch", "Makes changes of any structures in one commit, or none of them")
            .body::<BatchBody>("The changes")
            .answer::<Any>("For each what it did: true, false, a count, or times")
            .fails(axum::http::StatusCode::CONFLICT, "A condition is not met; `operation` says whose"),
        batch,
    );
}

async fn batch(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let mut body = Parts::of(&call.json().await?)?;
    let operations = body.take("operations")?.ok_or_else(|| Problem::invalid("the body has no operations"))?;
    let durable = wire::commit(&body.rest())?;
    let operations = wire::elements("operations", &operations)?;
    if operations.len() > MAX_ITEMS {
        let found = operations.len();
        let message = format!("a batch takes at most {MAX_ITEMS} operations at a time, got {found}");
        return Err(Problem::new(ErrorKind::Limit, message));
    }
    let outcomes = call.app.run(move |db| {
        let mut batch = db.batch();
        for (place, operation) in operations.iter().enumerate() {
            add(db, &mut batch, operation).map_err(|e| e.at_operation(place))?;
        }
        batch.commit(durable)
    });
    reply::json(&call.app, wire::outcomes(&outcomes.await?))
}

/// The members of an operation.
struct Operation(Parts);

impl Operation {
    fn take<T: serde::de::DeserializeOwned>(&mut self, name: &str) -> Result<T> {
        self.0.need(name).map_err(Problem::into_error)
    }

    fn optional<T: serde::de::DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>> {
        self.0.take_as(name).map_err(Problem::into_error)
    }

    /// A member that is any JSON.
    fn json(&mut self, name: &str) -> Result<Json> {
        self.0.take(name).map_err(Problem::into_error)?.ok_or_else(|| invalid(format!("the operation has no {name}")))
    }

    fn when(&mut self) -> Result<When> {
        match self.0.take("if").map_err(Problem::into_error)? {
            None => Ok(When::Always),
            Some(json) => wire::condition("if", &format!(r#"{{"if":{json}}}"#)),
        }
    }

    /// Nothing else may be there.
    fn end(self) -> Result<()> {
        if self.0.rest() == "{}" {
            return Ok(());
        }
        Err(invalid("the operation has a member that is none of its own"))
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

fn add(db: &Beaver, batch: &mut Batch, json: &Json) -> Result<()> {
    let mut operation = Operation(Parts::of(json).map_err(Problem::into_error)?);
    let op: String = operation.take("op")?;
    let name: String = operation.take("name")?;
    match op.split_once('.') {
        Some(("dict", verb)) => dict(db, batch, &name, verb, operation),
        Some(("list", verb)) => list(db, batch, &name, verb, operation),
        Some(("queue", verb)) => queue(db, batch, &name, verb, operation),
        Some(("blob", verb)) => blob(db, batch, &name, verb, operation),
        Some(("log", verb)) => log(db, batch, &name, verb, operation),
        Some(("channel", verb)) => channel(db, batch, &name, verb, operation),
        Some(("collection", verb)) => collection(db, batch, &name, verb, operation),
        _ => Err(unknown()),
    }
}

fn unknown() -> Error {
    invalid("no such operation: /openapi.json has them")
}

fn dict(db: &Beaver, batch: &mut Batch, name: &str, verb: &str, mut with: Operation) -> Result<()> {
    let dict = db.dict(name)?;
    match verb {
        "set" => {
            let (key, value, when): (String, _, _) = (with.take("key")?, with.json("value")?, with.when()?);
            let ttl: Option<f64> = with.optional("ttl")?;
            batch.dict_set(&dict, &key, value, ttl.map(|ttl| seconds("ttl", ttl)).transpose()?, when)?;
        }
        "delete" => {
            let (key, when): (String, _) = (with.take("key")?, with.when()?);
            batch.dict_delete(&dict, &key, when)?;
        }
        "clear" => batch.dict_clear(&dict)?,
        _ => return Err(unknown()),
    }
    with.end()
}

fn list(db: &Beaver, batch: &mut Batch, name: &str, verb: &str, mut with: Operation) -> Result<()> {
    let list = db.list(name)?;
    match verb {
        "push" => batch.list_push(&list, with.json("value")?)?,
        "extend" => batch.list_extend(&list, wire::elements("values", &with.json("values")?)?)?,
        "prepend" => batch.list_prepend(&list, with.json("value")?)?,
        "insert" => batch.list_insert(&list, with.take("index")?, with.json("value")?)?,
        "set" => {
            let (index, value, when) = (with.take("index")?, with.json("value")?, with.when()?);
            batch.list_set(&list, index, value, when)?;
        }
        "delete" => {
            let (index, when) = (with.take("index")?, with.when()?);
            batch.list_delete(&list, index, when)?;
        }
        "remove" => batch.list_remove(&list, &with.json("value")?)?,
        "clear" => batch.list_clear(&list)?,
        _ => return Err(unknown()),
    }
    with.end()
}

fn queue(db: &Beaver, batch: &mut Batch, name: &str, verb: &str, mut with: Operation) -> Result<()> {
    let queue = db.queue(name)?;
    match verb {
        "put" => batch.queue_put(&queue, with.json("data")?, with.take("priority")?)?,
        "ack" => batch.queue_ack(&queue, with.take("id")?)?,
        "clear" => batch.queue_clear(&queue)?,
        _ => return Err(unknown()),
    }
    with.end()
}

fn blob(db: &Beaver, batch: &mut Batch, name: &str, verb: &str, mut with: Operation) -> Result<()> {
    let blobs = db.blobs(name)?;
    match verb {
        "put" => {
            let (key, text, when): (String, String, _) = (with.take("key")?, with.take("data_b64")?, with.when()?);
            let data = STANDARD.decode(text).map_err(|_| invalid("data_b64 is not Base64"))?;
            let metadata = with.0.take("metadata").map_err(Problem::into_error)?;
            batch.blob_put(&blobs, &key, &data, metadata, when)?;
        }
        "delete" => batch.blob_delete(&blobs, &with.take::<String>("key")?)?,
        "clear" => batch.blob_clear(&blobs)?,
        _ => return Err(unknown()),
    }
    with.end()
}

fn log(db: &Beaver, batch: &mut Batch, name: &str, verb: &str, mut with: Operation) -> Result<()> {
    let log = db.log(name)?;
    match verb {
        "append" => batch.log_append(&log, with.json("data")?, with.optional("timestamp_us")?)?,
        "clear" => batch.log_clear(&log)?,
        _ => return Err(unknown()),
    }
    with.end()
}

fn channel(db: &Beaver, batch: &mut Batch, name: &str, verb: &str, mut with: Operation) -> Result<()> {
    let channel = db.channel(name)?;
    match verb {
        "publish" => batch.channel_publish(&channel, with.json("payload")?)?,
        "clear" => batch.channel_clear(&channel)?,
        _ => return Err(unknown()),
    }
    with.end()
}

fn collection(db: &Beaver, batch: &mut Batch, name: &str, verb: &str, mut with: Operation) -> Result<()> {
    let collection = db.collection(name)?;
    match verb {
        "index" => {
            let rest = Json::parse_envelope(with.0.rest().as_bytes())?;
            let (document, options): (Document, IndexOptions) =
                parts::document(&rest, None).map_err(Problem::into_error)?;
            return batch.collection_index(&collection, document, &options);
        }
        "drop" => batch.collection_drop(&collection, &with.take::<String>("id")?)?,
        "clear" => batch.collection_clear(&collection)?,
        "connect" => {
            let edges = Json::parse_envelope(format!("[{}]", with.0.rest()).as_bytes())?;
            for edge in wire::edges("the operation", &edges)? {
                batch.collection_connect(&collection, edge)?;
            }
            return Ok(());
        }
        "disconnect" => {
            let (source, target): (String, String) = (with.take("source")?, with.take("target")?);
            let label: Option<String> = with.optional("label")?;
            batch.collection_disconnect(&collection, &source, &target, label.as_deref())?;
        }
        _ => return Err(unknown()),
    }
    with.end()
}
