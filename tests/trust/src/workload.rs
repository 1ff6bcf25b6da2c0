//! What is done to a database while things fail: for each structure, steps of which each is one commit.

use std::time::Duration;

use beaver_core::{Beaver, CollectionSettings, Document, Edge, EdgeOptions, IndexOptions, Result, When};
use serde_json::{Value, json};

/// Something that is whole or not done at all.
pub type Step = fn(&Beaver) -> Result<()>;

/// Steps that use one structure, in an order in which each has something to do.
pub struct Workload {
    pub name: &'static str,
    pub steps: &'static [Step],
    /// Whether a step that fails may leave less in the tables that are derived, as long as `repair` makes it anew.
    pub to_repair: bool,
}

const HOUR: Duration = Duration::from_secs(3_600);

pub const WORKLOADS: &[Workload] = &[
    Workload {
        name: "dict",
        to_repair: false,
        steps: &[
            |db| db.dict("d")?.set("a", json!(1)),
            |db| db.dict("d")?.set_many((0..50).map(|n| (format!("k{n:02}"), json!({"n": n}))), None).map(drop),
            |db| db.dict("d")?.set_for("short", json!("lived"), HOUR),
            |db| db.dict("d")?.set("a", json!("x".repeat(9_000))),
            |db| db.dict("d")?.delete("k07").map(drop),
            |db| db.dict("d")?.pop("k08").map(drop),
            |db| db.dict("e")?.set("other", json!(null)),
            |db| db.dict("d")?.clear().map(drop),
        ],
    },
    Workload {
        name: "list",
        to_repair: false,
        steps: &[
            |db| db.list("l")?.push(json!(1)),
            |db| db.list("l")?.extend((0..600).map(|n| json!([n, "item"]))),
            |db| db.list("l")?.insert(300, json!("middle")),
            |db| db.list("l")?.delete(100).map(drop),
            |db| db.list("l")?.pop().map(drop),
            |db| db.list("l")?.prepend(json!("first")),
            |db| db.list("l")?.delete_range(Some(10), Some(500)).map(drop),
            |db| db.list("l")?.reverse(),
            |db| db.list("l")?.clear().map(drop),
        ],
    },
    Workload {
        name: "queue",
        to_repair: false,
        steps: &[
            |db| db.queue("q")?.put(json!("first"), 1.0),
            |db| db.queue("q")?.put_many((0..40).map(|n| (json!({"job": n}), f64::from(n % 5)))),
            |db| db.queue("q")?.get(None).map(drop),
            |db| db.queue("q")?.lease(HOUR, None, None).map(drop),
            |db| db.queue("q")?.ack(1).map(drop),
            |db| db.queue("q")?.lease(HOUR, None, None).map(drop),
            |db| db.queue("q")?.nack(2, Duration::ZERO).map(drop),
            |db| db.queue("q")?.get_many(10, None).map(drop),
            |db| db.queue("q")?.clear().map(drop),
        ],
    },
    Workload {
        name: "blobs",
        to_repair: false,
        steps: &[
            |db| db.blobs("b")?.put("small", b"bytes", Some(json!({"type": "text"}).into())),
            |db| db.blobs("b")?.put("large", &[7; 100_000], None),
            |db| db.blobs("b")?.put("small", &[8; 5_000], None),
            |db| {
                let mut writer = db.blobs("b")?.writer("streamed", None)?;
                (0..8).try_for_each(|n| writer.write_chunk(&[n; 20_000]))?;
                writer.finish()
            },
            |db| db.blobs("b")?.delete("large").map(drop),
            |db| db.blobs("b")?.clear().map(drop),
        ],
    },
    Workload {
        name: "log",
        to_repair: false,
        steps: &[
            |db| db.log("g")?.append_at(json!({"level": 1}), 1_000_000).map(drop),
            |db| db.log("g")?.append_many((2..200).map(|n| (json!({"level": n}), Some(n * 1_000_000)))).map(drop),
            |db| db.log("g")?.prune_older(50_000_000).map(drop),
            |db| db.log("g")?.prune_keep(20).map(drop),
            |db| db.log("g")?.clear().map(drop),
        ],
    },
    Workload {
        name: "channel",
        to_repair: false,
        steps: &[
            |db| db.channel("c")?.publish(json!("hello")).map(drop),
            |db| db.channel("c")?.publish_many((0..100).map(|n| json!({"n": n}))).map(drop),
            |db| db.channel("d")?.publish(json!("x".repeat(6_000))).map(drop),
            |db| db.channel("c")?.clear().map(drop),
        ],
    },
    Workload {
        name: "collection",
        to_repair: false,
        steps: &[
            |db| db.collection("c")?.configure(CollectionSettings::default()),
            |db| db.collection("c")?.index(document(1), &searchable()).map(drop),
            |db| db.collection("c")?.create_index("n", |_| true).map(drop),
            |db| index_many(db, 2, 60),
            |db| db.collection("c")?.connect("d1", "d2", "next", EdgeOptions::default()),
            |db| db.collection("c")?.connect_many((2..20).map(edge), |_| true).map(drop),
            |db| db.collection("c")?.index(Document::with_id("d1", json!({"n": "replaced"})), &searchable()).map(drop),
            |db| db.collection("c")?.drop("d2").map(drop),
            |db| db.collection("c")?.clear().map(drop),
        ],
    },
    Workload {
        name: "vectors",
        to_repair: false,
        steps: &[
            |db| index_many(db, 0, 320),
            |db| db.collection("c")?.index(document(7_000), &IndexOptions::default()).map(drop),
            |db| db.collection("c")?.index(document(7_001), &IndexOptions::default()).map(drop),
            |db| db.collection("c")?.drop("d5").map(drop),
            |db| db.collection("c")?.compact(|_| true),
            |db| index_many(db, 300, 340),
        ],
    },
    Workload {
        name: "batch",
        to_repair: false,
        steps: &[
            |db| {
                let mut batch = db.batch();
                batch.dict_set(&db.dict("d")?, "a", json!(1), None, When::Always)?;
                batch.list_push(&db.list("l")?, json!(2))?;
                batch.queue_put(&db.queue("q")?, json!(3), 0.0)?;
                batch.blob_put(&db.blobs("b")?, "k", &[4; 3_000], None, When::Always)?;
                batch.log_append(&db.log("g")?, json!(5), Some(1_000_000))?;
                batch.channel_publish(&db.channel("c")?, json!(6))?;
                batch.collection_index(&db.collection("c")?, document(7), &searchable())?;
                batch.commit(None).map(drop)
            },
            |db| {
                let mut batch = db.batch();
                batch.dict_delete(&db.dict("d")?, "a", When::Always)?;
                batch.list_clear(&db.list("l")?)?;
                batch.collection_drop(&db.collection("c")?, "d7")?;
                batch.commit(Some(true)).map(drop)
            },
        ],
    },
    Workload {
        name: "upkeep",
        to_repair: false,
        steps: &[
            |db| db.dict("d")?.set_many((0..200).map(|n| (format!("k{n}"), json!("x".repeat(300)))), None).map(drop),
            |db| db.checkpoint(),
            |db| db.dict("d")?.clear().map(drop),
            |db| db.vacuum(),
        ],
    },
    Workload {
        name: "rebuild",
        to_repair: true,
        steps: &[
            |db| index_many(db, 0, 40),
            |db| db.collection("c")?.rebuild(|_| true),
            |db| db.repair(|_| true).map(drop),
        ],
    },
];

fn searchable() -> IndexOptions {
    IndexOptions { fuzzy: true, ..IndexOptions::default() }
}

fn index_many(db: &Beaver, from: u32, to: u32) -> Result<()> {
    db.collection("c")?.index_many((from..to).map(document), &searchable(), |_| true).map(drop)
}

/// A document with a text, a field and a vector.
fn document(number: u32) -> Document {
    let words = ["beaver", "river", "lodge", "dam", "willow", "otter"];
    let word = |n: u32| words[n as usize % words.len()];
    let body: Value = json!({"n": number, "text": format!("the {} of {} {number}", word(number), word(number / 6))});
    let vector: Vec<f32> =
        u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes().map(|byte| f32::from(byte) - 128.0).into();
    Document::with_id(format!("d{number}"), body).embedded(vector)
}

fn edge(number: u32) -> Edge {
    Edge::new(format!("d{number}"), format!("d{}", number + 1), "next")
}
