//! beaver: a multi-modal database in one standard SQLite file.
//!
//! ```
//! use beaver_core::{Beaver, Options};
//! use serde_json::json;
//!
//! let db = Beaver::open(":memory:", Options::default())?;
//! let config = db.dict("app_config")?;
//! config.set("theme", json!("dark"))?;
//! assert_eq!(config.get("theme")?.map(|value| value.to_string()).as_deref(), Some(r#""dark""#));
//! # Ok::<(), beaver_core::Error>(())
//! ```

mod backup;
mod batch;
mod blob;
mod cancel;
mod channel;
mod clock;
mod collection;
mod database;
mod dict;
mod dump;
mod engine;
mod error;
mod event;
mod fork;
mod gate;
mod handle;
mod list;
mod live;
mod load;
mod lock;
mod log;
mod options;
mod pages;
#[cfg(unix)]
mod pipe;
mod queue;
#[cfg(feature = "remote")]
pub mod remote;
mod sqlite;
mod subscription;
mod text;
mod value;
mod vector;
pub mod wire;

pub use backup::BackupReader;
pub use batch::{Batch, Outcome, When};
pub use blob::{BlobKeys, BlobReader, BlobWriter, Blobs, MAX_BLOB_BYTES};
pub use cancel::Cancel;
pub use channel::{Channel, Messages, Retention};
pub use clock::{Clock, ManualClock, Micros, SystemClock};
pub use collection::{
    Collection, CollectionInfo, CollectionSettings, CollectionStats, DEFAULT_RRF_K, Direction, Document, Documents,
    Edge, EdgeOptions, Effort, FieldPath, Filter, Find, FindPlan, Found, Fragment, Fts, GraphLeg, Hit, HybridHit,
    HybridQuery, IndexOptions, LegScore, MAX_DIMENSION, MAX_FIELDS, MAX_FILTER_BYTES, MAX_FILTER_CONDITIONS,
    MAX_FILTER_DEPTH, MAX_FTS_PATHS, MAX_HITS, MAX_IN_VALUES, MAX_INDEXES, MAX_NEIGHBORS, MAX_NODES, MAX_ORDER_FIELDS,
    MAX_PATH_BYTES, MAX_PATH_SEGMENTS, MAX_QUERY_BYTES, Marks, MatchOptions, Neighbor, NeighborOptions, Order,
    PathOptions, RecallReport, SearchOptions, SearchPlan, ShortestPath, Snippet, Tokenizer, VectorIndexStats,
    VectorTier, Visit, WalkOptions, Weights, rerank,
};
pub use database::{Beaver, Info, Progress, RepairReport, Stats, StructureInfo, Transaction, VerifyReport};
pub use dict::{Dict, DictItems};
pub use dump::DumpFormat;
pub use engine::{Blob, Kind, LeasedItem, LogEntry, Message, QueueItem};
pub use error::{Error, ErrorKind, Result};
pub use event::{Event, Events};
pub use handle::{Handle, Structure};
pub use list::{List, ListItems};
pub use live::{Aggregate, Live, LiveEntries, MAX_AGGREGATES, MAX_WINDOW_ENTRIES};
pub use load::LoadMode;
pub use lock::Lock;
pub use log::{Log, LogEntries, LogQuery};
pub use options::{Durability, LogLevel, LogSink, Options, parse_options};
pub use queue::{DeadLetterPolicy, Queue, QueueItems};
pub use subscription::{Start, Subscription};
pub use text::fuzzy::Fuzziness;
pub use value::{
    Json, MAX_ITEMS, MAX_JSON_BYTES, MAX_JSON_DEPTH, MAX_KEY_BYTES, MAX_NAME_BYTES, MAX_TTL_SECONDS, seconds, utf8,
};
pub use vector::Metric;
