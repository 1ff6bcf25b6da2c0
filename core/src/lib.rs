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

mod batch;
mod blob;
mod clock;
mod database;
mod dict;
mod dump;
mod engine;
mod error;
mod fork;
mod handle;
mod list;
mod load;
mod lock;
mod log;
mod options;
mod pages;
mod queue;
mod sqlite;
#[cfg_attr(not(test), expect(dead_code))] // used by the engine in the next step
mod text;
mod value;

pub use batch::{Batch, Outcome, When};
pub use blob::{BlobKeys, BlobReader, BlobWriter, Blobs, MAX_BLOB_BYTES};
pub use clock::{Clock, ManualClock, Micros, SystemClock};
pub use database::{BackupProgress, Beaver, Info, Stats, StructureInfo, Transaction, VerifyReport};
pub use dict::{Dict, DictItems};
pub use dump::DumpFormat;
pub use engine::{Blob, Kind, LeasedItem, LogEntry, QueueItem};
pub use error::{Error, ErrorKind, Result};
pub use handle::{Handle, Structure};
pub use list::{List, ListItems};
pub use load::LoadMode;
pub use lock::Lock;
pub use log::{Log, LogEntries, LogQuery};
pub use options::{Durability, LogLevel, LogSink, Options, parse_options};
pub use queue::{DeadLetterPolicy, Queue, QueueItems};
pub use value::{
    Json, MAX_ITEMS, MAX_JSON_BYTES, MAX_JSON_DEPTH, MAX_KEY_BYTES, MAX_NAME_BYTES, MAX_TTL_SECONDS, seconds, utf8,
};
