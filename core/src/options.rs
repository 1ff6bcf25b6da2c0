//! How a database is opened.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::clock::{Clock, SystemClock};
use crate::error::{Error, Result};
use crate::value::Json;

/// What a commit promises when it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub enum Durability {
    /// Safe against a crash of the program. A loss of power may take the commits of the last moments
    /// (those since the last checkpoint or full commit), never the consistency of the file.
    #[default]
    Normal,
    /// Safe against a loss of power as well: each commit waits for the disk.
    Full,
}

/// How much a log record matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i32)]
pub enum LogLevel {
    /// Something failed that should not.
    Error = 1,
    /// Something works, but not as it should.
    Warn = 2,
    /// Life-cycle: opened, upgraded, paused, closed.
    Info = 3,
    /// What helps to find a fault.
    Debug = 4,
}

/// Receives diagnostics: level, target (the module that speaks) and a one-line message. Called from
/// whatever thread the message comes from; it must not call back into the same database.
pub type LogSink = Arc<dyn Fn(LogLevel, &str, &str) + Send + Sync>;

/// How a database is opened. Start from `Options::default()` and change what you need.
///
/// ```
/// use beaver_core::{Durability, Options};
/// let options = Options { durability: Durability::Full, ..Options::default() };
/// assert!(options.create);
/// ```
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools)] // each is an option of its own
pub struct Options {
    /// Refuse every write; the file is not touched. Default: false.
    pub read_only: bool,
    /// Create the file if there is none. Default: true.
    pub create: bool,
    /// What a commit promises. Default: [`Durability::Normal`].
    pub durability: Durability,
    /// How long a call waits for other writers, and for the holder of a structure it writes to,
    /// before it fails as BUSY. Default: 30 s.
    pub busy_timeout: Duration,
    /// The page cache of each connection, in KiB. Default: 2,000, as SQLite's own.
    pub cache_kib: u32,
    /// How much of the file is mapped into memory, in bytes. Default: 0 (none): a map reads a little
    /// faster when warm, and costs resident memory and cold starts.
    pub mmap_bytes: u64,
    /// Small caches and few idle connections, for phones and small machines. Default: false.
    pub low_memory: bool,
    /// Remember up to so many bytes of what was read (values of dicts, metadata of blobs, documents), for as long as
    /// nobody commits to the file: for files that are read far more often than they are written. Not used by
    /// `:memory:`. Default: 0 (none).
    pub read_cache_bytes: u64,
    /// See other processes' commits only in the way that every platform has: by a look every few milliseconds while
    /// somebody waits, instead of being woken. For tests of that way. Default: false.
    pub portable_watch: bool,
    /// The key that a server wants to see, where a URL is opened. Default: that of the environment variable
    /// `BEAVER_KEY`, if there is one.
    #[cfg(feature = "remote")]
    pub key: Option<String>,
    /// A file of certificates (PEM) by which a server is known, instead of those that the world trusts. Default: none.
    #[cfg(feature = "remote")]
    pub ca_file: Option<std::path::PathBuf>,
    /// Where the time of day comes from. Default: the system's clock.
    pub clock: Arc<dyn Clock>,
    /// Who receives diagnostics. Default: nobody.
    pub log: Option<LogSink>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            read_only: false,
            create: true,
            durability: Durability::Normal,
            busy_timeout: Duration::from_secs(30),
            cache_kib: 2_000,
            mmap_bytes: 0,
            low_memory: false,
            read_cache_bytes: 0,
            portable_watch: false,
            #[cfg(feature = "remote")]
            key: None,
            #[cfg(feature = "remote")]
            ca_file: None,
            clock: Arc::new(SystemClock),
            log: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("read_only", &self.read_only)
            .field("create", &self.create)
            .field("durability", &self.durability)
            .field("busy_timeout", &self.busy_timeout)
            .field("cache_kib", &self.cache_kib)
            .field("mmap_bytes", &self.mmap_bytes)
            .field("low_memory", &self.low_memory)
            .field("read_cache_bytes", &self.read_cache_bytes)
            .field("portable_watch", &self.portable_watch)
            .finish_non_exhaustive()
    }
}

/// The options as JSON has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(clippy::struct_excessive_bools)] // as in `Options`
struct JsonOptions {
    read_only: bool,
    create: bool,
    durability: JsonDurability,
    busy_timeout_ms: u64,
    cache_kib: u32,
    mmap_bytes: u64,
    low_memory: bool,
    read_cache_bytes: u64,
    portable_watch: bool,
    #[cfg(feature = "remote")]
    key: Option<String>,
    #[cfg(feature = "remote")]
    ca_file: Option<std::path::PathBuf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum JsonDurability {
    Normal,
    Full,
}

impl Default for JsonOptions {
    fn default() -> Self {
        let Options { read_only, create, busy_timeout, cache_kib, mmap_bytes, low_memory, .. } = Options::default();
        let Options { read_cache_bytes, portable_watch, .. } = Options::default();
        let busy_timeout_ms = u64::try_from(busy_timeout.as_millis()).unwrap_or(u64::MAX);
        JsonOptions {
            read_only,
            create,
            durability: JsonDurability::Normal,
            busy_timeout_ms,
            cache_kib,
            mmap_bytes,
            low_memory,
            read_cache_bytes,
            portable_watch,
            #[cfg(feature = "remote")]
            key: None,
            #[cfg(feature = "remote")]
            ca_file: None,
        }
    }
}

impl Options {
    /// Reads options from a JSON object: `{"read_only": false, "create": true, "durability": "normal",
    /// "busy_timeout_ms": 30000, "cache_kib": 2000, "mmap_bytes": 0, "low_memory": false,
    /// "read_cache_bytes": 0, "portable_watch": false}`, each of them
    /// optional. For bindings.
    ///
    /// ```
    /// use beaver_core::{Durability, Options};
    /// let options = Options::from_json(r#"{"durability": "full"}"#)?;
    /// assert_eq!(options.durability, Durability::Full);
    /// assert!(Options::from_json(r#"{"durabilty": "full"}"#).is_err());
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// INVALID_JSON if it is no JSON; INVALID_ARGUMENT for an unknown key, which it names, or a wrong
    /// type.
    pub fn from_json(json: &str) -> Result<Options> {
        let parsed: JsonOptions = parse_options(json)?;
        Ok(Options {
            read_only: parsed.read_only,
            create: parsed.create,
            durability: match parsed.durability {
                JsonDurability::Normal => Durability::Normal,
                JsonDurability::Full => Durability::Full,
            },
            busy_timeout: Duration::from_millis(parsed.busy_timeout_ms),
            cache_kib: parsed.cache_kib,
            mmap_bytes: parsed.mmap_bytes,
            low_memory: parsed.low_memory,
            read_cache_bytes: parsed.read_cache_bytes,
            portable_watch: parsed.portable_watch,
            #[cfg(feature = "remote")]
            key: parsed.key,
            #[cfg(feature = "remote")]
            ca_file: parsed.ca_file,
            ..Options::default()
        })
    }

    /// The page cache that a connection gets, in KiB.
    pub(crate) fn effective_cache_kib(&self) -> u32 {
        if self.low_memory { self.cache_kib.min(256) } else { self.cache_kib }
    }

    /// How many bytes of vector codes are kept in memory for searches; what does not fit is read from the file.
    pub(crate) fn code_cache_bytes(&self) -> usize {
        if self.low_memory { 1 << 20 } else { 50 << 20 }
    }

    /// How many idle reading connections are kept.
    pub(crate) fn idle_readers(&self) -> usize {
        if self.low_memory { 1 } else { 8 }
    }
}

/// Reads the options of any call from a JSON object. For bindings, which have them as text.
///
/// # Errors
/// INVALID_JSON if it is no JSON; INVALID_ARGUMENT for what does not fit the type.
pub fn parse_options<T: DeserializeOwned>(json: &str) -> Result<T> {
    let json = Json::parse(json)?;
    // serde would take an array as the members of a struct in their order.
    if !json.as_str().trim_start().starts_with('{') {
        return Err(Error::invalid("the options are no JSON object: give {} for the defaults"));
    }
    serde_json::from_str(json.as_str()).map_err(|e| {
        let reason = e.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
        Error::invalid(format!("the options do not fit: {reason}"))
    })
}
