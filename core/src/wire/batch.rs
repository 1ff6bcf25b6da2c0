//! Batches that callers give as JSON: an object for each operation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::given::{elements, members_of, shaped_text, vector};
use crate::batch::{Batch, When};
use crate::collection::{Document, Edge, EdgeOptions, IndexOptions};
use crate::database::Beaver;
use crate::error::{Error, Result};
use crate::value::{Json, seconds};

/// A batch of operations: an array of `{"op": "dict_set", "name": "app_config", "key": "theme", "value": "dark"}`. Each
/// has `op` and `name`, the structure's; and
/// - `dict_set`: `key`, `value`, optionally `ttl` and `if`; `dict_delete`: `key`, optionally `if`; `dict_clear`
/// - `list_push` and `list_prepend`: `value`; `list_extend`: `values`; `list_insert`: `index`, `value`; `list_set`:
///   `index`, `value`, optionally `if`; `list_delete`: `index`, optionally `if`; `list_remove`: `value`; `list_clear`
/// - `queue_put`: `data`, `priority`; `queue_ack`: `id`; `queue_clear`
/// - `blob_put`: `key`, `data_b64`, optionally `metadata` and `if`; `blob_delete`: `key`; `blob_clear`
/// - `log_append`: `data`, optionally `timestamp_us`; `log_clear`
/// - `channel_publish`: `payload`; `channel_clear`
/// - `collection_index`: `body`, optionally `id`, `embedding`, `fts`, `fuzzy`; `collection_drop`: `id`; `collection_connect`:
///   `source`, `target`, `label`, optionally `weight`, `metadata`; `collection_disconnect`: `source`, `target`,
///   optionally `label`; `collection_clear`
///
/// The condition `if` is `"absent"` or `{"equals": value}`.
///
/// # Errors
/// INVALID_ARGUMENT if it is something else; what adding the operation to the batch gives; each with the index of the
/// operation.
pub fn batch(db: &Beaver, name: &str, json: &Json) -> Result<Batch> {
    let mut batch = db.batch();
    // Texts, and not values: what an operation holds may nest as deep as a value may.
    let operations: Vec<&RawValue> = shaped_text(name, json.as_str())?;
    for (index, operation) in operations.into_iter().enumerate() {
        add(db, &mut batch, operation.get()).map_err(|e| e.at_operation(index))?;
    }
    Ok(batch)
}

fn add(db: &Beaver, batch: &mut Batch, operation: &str) -> Result<()> {
    let mut given = Given(members_of("the operation", operation)?);
    let (op, name): (String, String) = (given.needed("op")?, given.needed("name")?);
    match &*op {
        "dict_set" => {
            let (key, value, ttl): (String, _, _) =
                (given.needed("key")?, given.json("value")?, given.optional("ttl")?);
            let ttl = ttl.map(|ttl| seconds("ttl", ttl)).transpose()?;
            batch.dict_set(&db.dict(&name)?, &key, value, ttl, given.when()?)
        }
        "dict_delete" => batch.dict_delete(&db.dict(&name)?, &given.needed::<String>("key")?, given.when()?),
        "dict_clear" => batch.dict_clear(&db.dict(&name)?),
        "list_push" => batch.list_push(&db.list(&name)?, given.json("value")?),
        "list_prepend" => batch.list_prepend(&db.list(&name)?, given.json("value")?),
        "list_extend" => batch.list_extend(&db.list(&name)?, elements("values", &given.json("values")?)?),
        "list_insert" => batch.list_insert(&db.list(&name)?, given.needed("index")?, given.json("value")?),
        "list_set" => batch.list_set(&db.list(&name)?, given.needed("index")?, given.json("value")?, given.when()?),
        "list_delete" => batch.list_delete(&db.list(&name)?, given.needed("index")?, given.when()?),
        "list_remove" => batch.list_remove(&db.list(&name)?, &given.json("value")?),
        "list_clear" => batch.list_clear(&db.list(&name)?),
        "queue_put" => batch.queue_put(&db.queue(&name)?, given.json("data")?, given.needed("priority")?),
        "queue_ack" => batch.queue_ack(&db.queue(&name)?, given.needed("id")?),
        "queue_clear" => batch.queue_clear(&db.queue(&name)?),
        "blob_put" => {
            let (key, data): (String, String) = (given.needed("key")?, given.needed("data_b64")?);
            let data = STANDARD.decode(data).map_err(|e| Error::invalid(format!("data_b64 is not base64: {e}")))?;
            let (metadata, when) = (given.take("metadata"), given.when()?);
            batch.blob_put(&db.blobs(&name)?, &key, &data, metadata, when)
        }
        "blob_delete" => batch.blob_delete(&db.blobs(&name)?, &given.needed::<String>("key")?),
        "blob_clear" => batch.blob_clear(&db.blobs(&name)?),
        "log_append" => batch.log_append(&db.log(&name)?, given.json("data")?, given.optional("timestamp_us")?),
        "log_clear" => batch.log_clear(&db.log(&name)?),
        "channel_publish" => batch.channel_publish(&db.channel(&name)?, given.json("payload")?),
        "channel_clear" => batch.channel_clear(&db.channel(&name)?),
        "collection_index" => {
            let (id, body, embedding) = (given.optional::<String>("id")?, given.json("body")?, given.take("embedding"));
            let document = id.map_or_else(|| Document::new(body.clone()), |id| Document::with_id(id, body.clone()));
            let document = match embedding.filter(|json| json.as_str() != "null") {
                Some(embedding) => document.embedded(vector("embedding", &embedding)?),
                None => document,
            };
            let options = ["fts", "fuzzy"].into_iter().filter_map(|option| Some((option, given.take(option)?)));
            let options = IndexOptions::from_json(&super::object(options))?;
            batch.collection_index(&db.collection(&name)?, document, &options)
        }
        "collection_drop" => batch.collection_drop(&db.collection(&name)?, &given.needed::<String>("id")?),
        "collection_connect" => {
            let (source, target) = (given.needed::<String>("source")?, given.needed::<String>("target")?);
            let edge = Edge::new(source, target, given.needed::<String>("label")?);
            let weight = given.optional("weight")?.unwrap_or(EdgeOptions::default().weight);
            let metadata = given.take("metadata");
            batch.collection_connect(&db.collection(&name)?, Edge { weight, metadata, ..edge })
        }
        "collection_disconnect" => {
            let (source, target): (String, String) = (given.needed("source")?, given.needed("target")?);
            let label: Option<String> = given.optional("label")?;
            batch.collection_disconnect(&db.collection(&name)?, &source, &target, label.as_deref())
        }
        "collection_clear" => batch.collection_clear(&db.collection(&name)?),
        _ => return Err(Error::invalid("there is no such operation of a batch")),
    }?;
    given.empty(&op)
}

/// The members of an operation that nobody has taken yet.
struct Given(Vec<(String, Json)>);

impl Given {
    fn take(&mut self, member: &str) -> Option<Json> {
        let place = self.0.iter().position(|(name, _)| name == member)?;
        Some(self.0.swap_remove(place).1)
    }

    fn json(&mut self, member: &str) -> Result<Json> {
        self.take(member).ok_or_else(|| Error::invalid(format!("the operation has no {member}")))
    }

    fn needed<T: DeserializeOwned>(&mut self, member: &str) -> Result<T> {
        read(member, &self.json(member)?)
    }

    /// A member that may be missing, or null.
    fn optional<T: DeserializeOwned>(&mut self, member: &str) -> Result<Option<T>> {
        self.take(member).map_or(Ok(None), |json| read(member, &json))
    }

    fn when(&mut self) -> Result<When> {
        let Some(json) = self.take("if") else { return Ok(When::Always) };
        super::condition("if", &format!(r#"{{"if":{json}}}"#))
    }

    fn empty(&self, op: &str) -> Result<()> {
        match self.0.first() {
            Some((member, _)) => Err(Error::invalid(format!("{op} takes no {member}"))),
            None => Ok(()),
        }
    }
}

fn read<T: DeserializeOwned>(member: &str, json: &Json) -> Result<T> {
    json.to().map_err(|e| Error::invalid(format!("{member} has not the form it should have: {}", e.message())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    fn run(db: &Beaver, operations: &str) -> Result<Vec<crate::Outcome>> {
        batch(db, "operations", &Json::parse(operations)?)?.commit(None)
    }

    #[test]
    fn every_kind_of_operation_is_made() -> Result<()> {
        let db = Beaver::open(":memory:", Options::default())?;
        let outcomes = run(
            &db,
            r#"[{"op":"dict_set","name":"d","key":"k","value":1.50,"ttl":60,"if":"absent"},
                {"op":"dict_set","name":"d","key":"k","value":2,"if":{"equals":1.5}},
                {"op":"dict_delete","name":"d","key":"gone"},
                {"op":"list_push","name":"l","value":"b"},{"op":"list_prepend","name":"l","value":"a"},
                {"op":"list_extend","name":"l","values":["c","d"]},{"op":"list_insert","name":"l","index":0,"value":0},
                {"op":"list_set","name":"l","index":-1,"value":"e"},{"op":"list_delete","name":"l","index":0},
                {"op":"list_remove","name":"l","value":"c"},
                {"op":"queue_put","name":"q","data":{"j":1},"priority":2},
                {"op":"blob_put","name":"b","key":"x","data_b64":"aGVsbG8=","metadata":{"m":1}},
                {"op":"blob_delete","name":"b","key":"y"},
                {"op":"log_append","name":"g","data":1,"timestamp_us":7},
                {"op":"channel_publish","name":"c","payload":"hi"},
                {"op":"collection_index","name":"docs","id":"a","body":"text","embedding":[0.5,1],"fuzzy":true},
                {"op":"collection_index","name":"docs","id":"b","body":{}},
                {"op":"collection_connect","name":"docs","source":"a","target":"b","label":"next","weight":2},
                {"op":"collection_disconnect","name":"docs","source":"a","target":"b"},
                {"op":"collection_drop","name":"docs","id":"b"}]"#,
        )?;
        assert_eq!(outcomes.len(), 20);
        assert_eq!(db.dict("d")?.get("k")?, Some(Json::parse("2")?));
        let list: Vec<String> = db.list("l")?.items().map(|item| item.map(String::from)).collect::<Result<_>>()?;
        assert_eq!(list, [r#""a""#, r#""b""#, r#""e""#]);
        assert_eq!(db.blobs("b")?.get("x")?.map(|blob| blob.data), Some(b"hello".to_vec()));
        assert_eq!(db.collection("docs")?.get("a")?.and_then(|doc| doc.embedding), Some(vec![0.5, 1.0]));
        for kind in ["dict", "list", "queue", "blob", "log", "channel", "collection"] {
            run(&db, &format!(r#"[{{"op":"{kind}_clear","name":"d"}}]"#))?;
        }
        assert!(db.dict("d")?.is_empty()?);
        Ok(())
    }

    #[test]
    fn what_an_operation_does_not_take_is_refused_with_its_index() -> Result<()> {
        let db = Beaver::open(":memory:", Options::default())?;
        let good = r#"{"op":"list_push","name":"l","value":1}"#;
        for bad in [
            r#"{"op":"list_push","name":"l","value":1,"key":"k"}"#,
            r#"{"op":"list_push","name":"l"}"#,
            r#"{"op":"list_pop","name":"l"}"#,
            r#"{"op":"dict_set","name":"d","key":1,"value":1}"#,
            r#"{"op":"dict_set","name":"d","key":"k","value":1,"if":"maybe"}"#,
            r#"{"op":"blob_put","name":"b","key":"k","data_b64":"?"}"#,
            r#"{"name":"l"}"#,
            "7",
        ] {
            let error = run(&db, &format!("[{good},{bad}]")).expect_err(bad);
            assert_eq!((error.kind(), error.operation()), (crate::ErrorKind::InvalidArgument, Some(1)), "{bad}");
        }
        assert!(db.list("l")?.is_empty()?);
        Ok(())
    }
}
