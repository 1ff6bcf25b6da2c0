//! The shapes of answers and of options that the core reads, for the OpenAPI document. They describe; the JSON itself is
//! read and written by `beaver_core::wire`.
#![allow(dead_code)] // only described
#![allow(clippy::struct_field_names)] // names of JSON

use serde::Serialize;
use utoipa::ToSchema;

/// An error: RFC 9457, with our kinds.
#[derive(ToSchema)]
pub(crate) struct ProblemBody {
    /// Always `about:blank`.
    r#type: String,
    /// What the status says.
    title: String,
    /// The HTTP status.
    status: u16,
    /// One line for a person.
    detail: String,
    /// What to do about it: `NOT_FOUND`, `INVALID_ARGUMENT`, `INVALID_JSON`, `LIMIT`, `CONFLICT`, `BUSY`, `DENIED`, …
    kind: String,
    /// The byte of the input at which the fault is.
    offset: Option<u64>,
    /// The operation or item that is meant, counted from 0.
    operation: Option<u64>,
    /// The limit of the server that was met.
    limit: Option<String>,
}

#[derive(ToSchema, Serialize)]
pub(crate) struct Status {
    #[schema(example = "ok")]
    status: String,
}

#[derive(ToSchema)]
pub(crate) struct Count {
    count: u64,
}

#[derive(ToSchema)]
pub(crate) struct KeyValue {
    key: String,
    #[schema(value_type = serde_json::Value)]
    value: (),
}

#[derive(ToSchema)]
pub(crate) struct DictPage {
    items: Vec<KeyValue>,
    /// To be given as `after` for the next page; null after the last.
    cursor: Option<String>,
}

/// The value of a key, or nothing if it is not there.
#[derive(ToSchema)]
pub(crate) struct Maybe {
    #[schema(value_type = Option<serde_json::Value>)]
    value: (),
}

#[derive(ToSchema)]
pub(crate) struct CompareAndSet {
    #[schema(value_type = serde_json::Value)]
    expected: (),
    #[schema(value_type = serde_json::Value)]
    value: (),
}

#[derive(ToSchema)]
pub(crate) struct Applied {
    applied: bool,
}

#[derive(ToSchema)]
pub(crate) struct Removed {
    removed: bool,
}

#[derive(ToSchema)]
pub(crate) struct Index {
    index: u64,
}

#[derive(ToSchema)]
pub(crate) struct QueueItem {
    /// Lower comes first.
    priority: f64,
    /// Microseconds since 1970.
    timestamp_us: i64,
    #[schema(value_type = serde_json::Value)]
    data: (),
}

#[derive(ToSchema)]
pub(crate) struct Leased {
    id: u64,
    attempts: u32,
    priority: f64,
    timestamp_us: i64,
    #[schema(value_type = serde_json::Value)]
    data: (),
}

#[derive(ToSchema)]
pub(crate) struct QueuePut {
    #[schema(value_type = serde_json::Value)]
    data: (),
    priority: f64,
}

#[derive(ToSchema)]
pub(crate) struct LogEntry {
    timestamp_us: i64,
    #[schema(value_type = serde_json::Value)]
    data: (),
}

#[derive(ToSchema)]
pub(crate) struct LogAppend {
    #[schema(value_type = serde_json::Value)]
    data: (),
    timestamp_us: Option<i64>,
}

#[derive(ToSchema)]
pub(crate) struct Stamp {
    status: String,
    timestamp_us: i64,
}

#[derive(ToSchema)]
pub(crate) struct Stamps {
    status: String,
    timestamps_us: Vec<i64>,
}

#[derive(ToSchema)]
pub(crate) struct ChannelMessage {
    timestamp_us: i64,
    #[schema(value_type = serde_json::Value)]
    payload: (),
}

#[derive(ToSchema)]
pub(crate) struct MessagePage {
    messages: Vec<ChannelMessage>,
    cursor: Option<String>,
}

#[derive(ToSchema)]
pub(crate) struct Retention {
    /// Seconds; null for ever.
    max_age: Option<f64>,
    /// How many; null for all.
    max_messages: Option<u64>,
}

#[derive(ToSchema)]
pub(crate) struct BlobPage {
    keys: Vec<String>,
    cursor: Option<String>,
}

#[derive(ToSchema)]
pub(crate) struct BlobForm {
    #[schema(format = Binary)]
    data: String,
    /// JSON.
    metadata: Option<String>,
}

#[derive(ToSchema)]
pub(crate) struct Document {
    id: String,
    #[schema(value_type = serde_json::Value)]
    body: (),
}

/// A document as it is written: its body (BeaverDB 1.x calls it metadata), its embedding, and what is searchable of it.
#[derive(ToSchema)]
pub(crate) struct IndexBody {
    /// A random UUID if none is given.
    id: Option<String>,
    #[schema(value_type = Option<serde_json::Value>)]
    body: (),
    embedding: Option<Vec<f32>>,
    /// `true`, `false`, or the paths of the fields.
    #[schema(value_type = Option<serde_json::Value>)]
    fts: (),
    fuzzy: Option<bool>,
}

#[derive(ToSchema)]
pub(crate) struct FullDocument {
    id: String,
    #[schema(value_type = serde_json::Value)]
    body: (),
    embedding: Option<Vec<f32>>,
}

#[derive(ToSchema)]
pub(crate) struct Indexed {
    status: String,
    id: String,
    /// Whether anything had to be written.
    written: bool,
}

#[derive(ToSchema)]
pub(crate) struct IndexMany {
    documents: Vec<IndexBody>,
    /// For all of them.
    #[schema(value_type = Option<serde_json::Value>)]
    fts: (),
    fuzzy: Option<bool>,
}

#[derive(ToSchema)]
pub(crate) struct Hit {
    id: String,
    #[schema(value_type = serde_json::Value)]
    body: (),
    score: f64,
}

/// A vector search.
#[derive(ToSchema)]
pub(crate) struct SearchBody {
    vector: Vec<f32>,
    #[schema(minimum = 1, maximum = 10_000)]
    k: Option<u32>,
    /// A filter.
    #[schema(value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>)]
    r#where: (),
    /// `fast`, `normal`, `high` or `exact`.
    effort: Option<String>,
}

/// A text search.
#[derive(ToSchema)]
pub(crate) struct MatchBody {
    query: String,
    #[schema(minimum = 1, maximum = 10_000)]
    k: Option<u32>,
    #[schema(value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>)]
    r#where: (),
    /// A path, an array of paths, or an object of paths and their weights.
    #[schema(value_type = Option<serde_json::Value>)]
    on: (),
    /// 0 to 3, or `auto`.
    #[schema(value_type = Option<serde_json::Value>)]
    fuzziness: (),
    prefix: Option<bool>,
    /// `{"before", "after"}`
    #[schema(value_type = Option<serde_json::Value>)]
    highlight: (),
    /// `{"before", "after", "ellipsis", "words"}`
    #[schema(value_type = Option<serde_json::Value>)]
    snippet: (),
}

/// A plain query.
#[derive(ToSchema)]
pub(crate) struct FindBody {
    #[schema(value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>)]
    r#where: (),
    /// Paths; a minus in front makes one descend.
    order: Option<Vec<String>>,
    #[schema(minimum = 1, maximum = 10_000)]
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(ToSchema)]
pub(crate) struct FoundPage {
    documents: Vec<Document>,
    cursor: Option<String>,
}

/// Text, vector and graph at once.
#[derive(ToSchema)]
pub(crate) struct HybridBody {
    vector: Option<Vec<f32>>,
    text: Option<String>,
    /// `{"from", "labels", "direction", "depth", "seeds"}`
    #[schema(value_type = Option<serde_json::Value>)]
    graph: (),
    #[schema(value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>)]
    r#where: (),
    #[schema(minimum = 1, maximum = 10_000)]
    k: Option<u32>,
    /// `{"text", "vector", "graph"}`
    #[schema(value_type = Option<serde_json::Value>)]
    weights: (),
    rrf_k: Option<f64>,
    candidates: Option<u32>,
    #[schema(value_type = Option<serde_json::Value>)]
    on: (),
    #[schema(value_type = Option<serde_json::Value>)]
    fuzziness: (),
    prefix: Option<bool>,
    effort: Option<String>,
}

#[derive(ToSchema)]
pub(crate) struct WhereBody {
    /// A filter.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    r#where: (),
}

#[derive(ToSchema)]
pub(crate) struct RecallBody {
    sample: u32,
    k: Option<u32>,
    effort: Option<String>,
}

#[derive(ToSchema)]
pub(crate) struct EdgeBody {
    source: String,
    target: String,
    label: String,
    weight: Option<f64>,
    #[schema(value_type = Option<serde_json::Value>)]
    metadata: (),
}

#[derive(ToSchema)]
pub(crate) struct Disconnect {
    source: String,
    target: String,
    /// All edges from the one to the other if none is given.
    label: Option<String>,
}

#[derive(ToSchema)]
pub(crate) struct NeighborsBody {
    id: String,
    labels: Option<Vec<String>>,
    /// `outgoing`, `incoming` or `both`.
    direction: Option<String>,
    limit: Option<u32>,
}

#[derive(ToSchema)]
pub(crate) struct WalkBody {
    id: String,
    labels: Option<Vec<String>>,
    direction: Option<String>,
    depth: Option<u32>,
    max_nodes: Option<u32>,
    fan_out: Option<u32>,
    paths: Option<bool>,
    #[schema(value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>)]
    r#where: (),
}

#[derive(ToSchema)]
pub(crate) struct WalkOptionsBody {
    labels: Option<Vec<String>>,
    direction: Option<String>,
    depth: Option<u32>,
    max_nodes: Option<u32>,
    fan_out: Option<u32>,
    paths: Option<bool>,
    #[schema(value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>)]
    r#where: (),
}

#[derive(ToSchema)]
pub(crate) struct PathBody {
    source: String,
    target: String,
    labels: Option<Vec<String>>,
    direction: Option<String>,
    weighted: Option<bool>,
    max_nodes: Option<u32>,
}

#[derive(ToSchema)]
pub(crate) struct DegreeBody {
    id: String,
    labels: Option<Vec<String>>,
    direction: Option<String>,
}

#[derive(ToSchema)]
pub(crate) struct WayBody {
    ids: Vec<String>,
    cost: f64,
}

#[derive(ToSchema)]
pub(crate) struct SettingsBody {
    /// `l2`, `cosine` or `dot`.
    metric: Option<String>,
    /// `porter`, `unicode61` or `trigram`.
    tokenizer: Option<String>,
}

#[derive(ToSchema)]
pub(crate) struct SettingsAnswer {
    metric: String,
    tokenizer: String,
    dimension: Option<u32>,
}

#[derive(ToSchema)]
pub(crate) struct CollectionStatsAnswer {
    documents: u64,
    /// Null until there is an embedding.
    dimension: Option<u32>,
    vectors: VectorIndexStats,
}

#[derive(ToSchema)]
pub(crate) struct VectorIndexStats {
    /// `exact`, `flat` or `partitioned`.
    tier: String,
    /// 0 without codes, 1 if all are searched.
    partitions: u64,
    /// Those that are searched, the stale ones included.
    codes: u64,
    /// Of vectors that are gone.
    stale: u64,
    /// What the codes take in the file.
    bytes: u64,
    /// Grows whenever the partitions change, and when all codes were made anew.
    epoch: u64,
    /// Whether the codes are being made anew.
    building: bool,
}

#[derive(ToSchema)]
pub(crate) struct RerankBody {
    /// Lists of ids, the best first.
    lists: Vec<Vec<String>>,
    weights: Option<Vec<f64>>,
    k: Option<f64>,
}

#[derive(ToSchema)]
pub(crate) struct Ranked {
    id: String,
    score: f64,
}

#[derive(ToSchema)]
pub(crate) struct Token {
    /// To be sent in the header `Beaver-Lock`.
    token: String,
}

#[derive(ToSchema)]
pub(crate) struct Locked {
    /// Whether anybody holds it.
    locked: bool,
}

#[derive(ToSchema)]
pub(crate) struct LockState {
    /// Whether anybody holds it.
    locked: bool,
    /// Whether the token that was sent does; only if one was.
    held: Option<bool>,
}

#[derive(ToSchema)]
pub(crate) struct Heard {
    /// Whether anybody listens.
    heard: bool,
}

/// An operation of a batch.
#[derive(ToSchema)]
pub(crate) struct BatchOp {
    /// `dict_set`, `dict_delete`, `dict_clear`, `list_push`, `list_extend`, `list_prepend`, `list_insert`, `list_set`,
    /// `list_delete`, `list_remove`, `list_clear`, `queue_put`, `queue_ack`, `queue_clear`, `blob_put`, `blob_delete`,
    /// `blob_clear`, `log_append`, `log_clear`, `channel_publish`, `channel_clear`, `collection_index`,
    /// `collection_drop`, `collection_clear`, `collection_connect`, `collection_disconnect`.
    op: String,
    name: String,
    key: Option<String>,
    index: Option<i64>,
    #[schema(value_type = Option<serde_json::Value>)]
    value: (),
    values: Option<Vec<serde_json::Value>>,
    ttl: Option<f64>,
    #[schema(value_type = Option<serde_json::Value>)]
    data: (),
    priority: Option<f64>,
    timestamp_us: Option<i64>,
    data_b64: Option<String>,
    #[schema(value_type = Option<serde_json::Value>)]
    metadata: (),
    /// `"absent"`, or `{"equals": value}`.
    #[schema(value_type = Option<serde_json::Value>)]
    r#if: (),
    #[schema(value_type = Option<serde_json::Value>)]
    id: (),
    #[schema(value_type = Option<serde_json::Value>)]
    body: (),
    embedding: Option<Vec<f32>>,
    #[schema(value_type = Option<serde_json::Value>)]
    fts: (),
    fuzzy: Option<bool>,
    source: Option<String>,
    target: Option<String>,
    label: Option<String>,
    weight: Option<f64>,
    #[schema(value_type = Option<serde_json::Value>)]
    payload: (),
}

#[derive(ToSchema)]
pub(crate) struct BatchBody {
    operations: Vec<BatchOp>,
    /// Whether the commit waits for the disk; as the database was opened if it is not said.
    durable: Option<bool>,
}

#[derive(ToSchema)]
pub(crate) struct Health {
    status: String,
    version: String,
}
