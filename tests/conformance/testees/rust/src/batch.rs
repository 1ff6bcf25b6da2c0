//! Batches.

use beaver_core::{Beaver, Json, Outcome, Result};

use crate::answer::Answer;
use crate::args::Args;
use crate::{documents, mutation};

pub fn run(db: &Beaver, args: &Args) -> Result<Answer> {
    let mut batch = db.batch();
    let mut operations = args.items("operations");
    let count = operations.len();
    if mutation::is("batch") {
        operations.pop();
    }
    for (index, op) in operations.iter().enumerate() {
        add(db, &mut batch, op).map_err(|e| e.at_operation(index))?;
    }
    let durable = args.options().get("durable").as_bool();
    let mut outcomes: Vec<serde_json::Value> = batch.commit(durable)?.into_iter().map(outcome).collect();
    outcomes.resize(count, serde_json::Value::Null);
    Ok(Answer::of(&outcomes))
}

fn outcome(outcome: Outcome) -> serde_json::Value {
    match outcome {
        Outcome::Done => serde_json::Value::Null,
        Outcome::Applied(applied) => applied.into(),
        Outcome::Count(count) => count.into(),
        Outcome::Times(times) => times.into(),
    }
}

fn add(db: &Beaver, batch: &mut beaver_core::Batch, op: &Args) -> Result<()> {
    let (name, key) = (mutation::text(op.text("name")), mutation::text(op.text("key")));
    let (name, key) = (&*name, &*key);
    match op.text("op") {
        "dict_set" => batch.dict_set(&db.dict(name)?, key, op.json("value")?, op.ttl("ttl")?, op.when()?),
        "dict_delete" => batch.dict_delete(&db.dict(name)?, key, op.when()?),
        "dict_clear" => batch.dict_clear(&db.dict(name)?),
        "list_push" => batch.list_push(&db.list(name)?, op.json("value")?),
        "list_prepend" => batch.list_prepend(&db.list(name)?, op.json("value")?),
        "list_extend" => batch.list_extend(&db.list(name)?, op.jsons("values")?),
        "list_insert" => batch.list_insert(&db.list(name)?, op.index("index"), op.json("value")?),
        "list_set" => batch.list_set(&db.list(name)?, op.index("index"), op.json("value")?, op.when()?),
        "list_delete" => batch.list_delete(&db.list(name)?, op.index("index"), op.when()?),
        "list_clear" => batch.list_clear(&db.list(name)?),
        "queue_put" => batch.queue_put(&db.queue(name)?, op.json("data")?, op.number("priority")),
        "queue_clear" => batch.queue_clear(&db.queue(name)?),
        "blob_put" => {
            let metadata: Option<Json> = op.optional_json("metadata")?;
            batch.blob_put(&db.blobs(name)?, key, &op.bytes("bytes"), metadata, op.when()?)
        }
        "blob_delete" => batch.blob_delete(&db.blobs(name)?, key),
        "log_append" => batch.log_append(&db.log(name)?, op.json("data")?, op.int("at")),
        "channel_publish" => batch.channel_publish(&db.channel(name)?, op.json("payload")?),
        "channel_clear" => batch.channel_clear(&db.channel(name)?),
        "collection_index" => {
            let options = documents::index_options(op)?;
            batch.collection_index(&db.collection(name)?, documents::document(op)?, &options)
        }
        "collection_drop" => batch.collection_drop(&db.collection(name)?, &mutation::text(op.text("id"))),
        "collection_clear" => batch.collection_clear(&db.collection(name)?),
        "collection_connect" => batch.collection_connect(&db.collection(name)?, documents::edge(op)?),
        "collection_disconnect" => {
            let (source, target) = (mutation::text(op.text("source")), mutation::text(op.text("target")));
            let label = op.optional("label").map(mutation::text);
            batch.collection_disconnect(&db.collection(name)?, &source, &target, label.as_deref())
        }
        other => Err(beaver_core::Error::new(
            beaver_core::ErrorKind::InvalidArgument,
            format!("the testee does not know the operation {other}"),
        )),
    }
}
