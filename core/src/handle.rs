//! What every structure's handle has in common: its name, its way to the store, and its lock.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::dump::{self, DumpFormat};
use crate::engine::{Change, Kind, Op, Reply, Store};
use crate::error::Result;
use crate::event::Events;
use crate::load::{self, LoadMode};
use crate::lock::Hold;
use crate::value::check_name;

/// The inner handle.
#[derive(Clone)]
pub struct Handle {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) kind: Kind,
    pub(crate) name: Arc<str>,
    /// Set for a handle that `acquire` gave: its calls pass the lock.
    hold: Option<Arc<Hold>>,
}

impl Handle {
    pub(crate) fn new(store: Arc<dyn Store>, kind: Kind, name: &str) -> Result<Self> {
        Ok(Handle { store, kind, name: check_name(name)?, hold: None })
    }

    /// A handle on what has an internal name: that one behind two underscores.
    pub(crate) fn system(store: Arc<dyn Store>, kind: Kind, name: &str) -> Result<Self> {
        let name = format!("__{}", check_name(name)?).into();
        Ok(Handle { store, kind, name, hold: None })
    }

    pub(crate) fn op(&self, change: Change) -> Op {
        Op { name: self.name.clone(), owner: self.hold.as_ref().map(|hold| hold.owner()), change }
    }

    pub(crate) fn write(&self, change: Change) -> Result<Reply> {
        self.store.write(self.op(change))
    }

    pub(crate) fn write_until(&self, change: Change, deadline: Option<Instant>) -> Result<Reply> {
        self.store.write_until(self.op(change), deadline)
    }

    fn lock_name(&self) -> Arc<str> {
        lock_name(self.kind, &self.name)
    }
}

/// The lock that `acquire` on a structure takes; BeaverDB 1.x uses the same.
pub(crate) fn lock_name(kind: Kind, name: &str) -> Arc<str> {
    format!("__lock__{}__{name}", kind.name()).into()
}

/// The name of the structure whose lock it is.
#[cfg(feature = "remote")]
pub(crate) fn structure_of(lock: &str) -> Option<&str> {
    Kind::ALL.into_iter().find_map(|kind| lock.strip_prefix("__lock__")?.strip_prefix(kind.name())?.strip_prefix("__"))
}

/// What all structures can do: be acquired, dumped, loaded, and tell their name. Import the trait to use it.
///
/// ```
/// use beaver_core::{Beaver, Options, Structure};
/// use serde_json::json;
/// use std::time::Duration;
/// let db = Beaver::open(":memory:", Options::default())?;
/// let jobs = db.queue("jobs")?;
/// jobs.put(json!("a"), 1.0)?;
/// // While `mine` is held, nobody else can put or get.
/// if let Some(mine) = jobs.acquire(Some(Duration::from_secs(5)), Duration::from_secs(60))? {
///     assert!(mine.get(Some(Duration::ZERO))?.is_some());
///     mine.release()?;
/// }
/// # Ok::<(), beaver_core::Error>(())
/// ```
pub trait Structure: Sized + AsRef<Handle> + From<Handle> {
    /// The structure's name.
    fn name(&self) -> &str {
        &self.as_ref().name
    }

    /// The structure's kind.
    fn kind(&self) -> Kind {
        self.as_ref().kind
    }

    /// Acquires the structure for one owner, who uses the handle that is given back: while it is held,
    /// every change and take by anybody else, in any process, waits (up to the busy timeout). Served in
    /// the order of the calls. Ends with `release`, when the last clone of the handle is dropped, or
    /// after `ttl`. A handle that holds the structure acquires it again at once.
    ///
    /// None if `timeout` ran out (zero: try; none: wait for ever).
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a TTL of zero, LIMIT above a hundred years; INTERRUPTED, CLOSED, PAUSED,
    /// READ_ONLY, BUSY, FULL, IO.
    fn acquire(&self, timeout: Option<Duration>, ttl: Duration) -> Result<Option<Self>> {
        let handle = self.as_ref();
        let hold = match &handle.hold {
            Some(hold) => hold.clone(),
            None => Arc::new(Hold::new(handle.store.clone(), handle.lock_name())),
        };
        if !hold.acquire(timeout, ttl)? {
            return Ok(None);
        }
        Ok(Some(Self::from(Handle { hold: Some(hold), ..handle.clone() })))
    }

    /// Ends what `acquire` began; false if this handle holds nothing, or what it held has ended by its
    /// TTL. After as many calls as `acquire` had, others may go on.
    ///
    /// # Errors
    /// CLOSED, PAUSED, BUSY, IO.
    fn release(&self) -> Result<bool> {
        self.as_ref().hold.as_ref().map_or(Ok(false), |hold| hold.release())
    }

    /// Gives the acquired structure another `ttl` from now on; false if this handle holds nothing, or it
    /// has ended already.
    ///
    /// # Errors
    /// As for `acquire`.
    fn renew(&self, ttl: Duration) -> Result<bool> {
        self.as_ref().hold.as_ref().map_or(Ok(false), |hold| hold.renew(ttl))
    }

    /// Whether anybody has acquired the structure.
    ///
    /// # Errors
    /// CLOSED, PAUSED, IO, CORRUPT.
    fn locked(&self) -> Result<bool> {
        let handle = self.as_ref();
        Ok(handle.store.lock_holder(&handle.lock_name())?.is_some())
    }

    /// Listens to an event of this structure: `set`, `del` and `clear` of a dict; `push`, `prepend`, `insert`, `set`,
    /// `del`, `pop`, `deque`, `reverse`, `replace` and `clear` of a list; `put`, `get`, `ack`, `nack` and `clear` of
    /// a queue; `put`, `del` and `clear` of a blob store; `append`, `prune` and `clear` of a log; `index`, `drop`,
    /// `connect`, `disconnect` and `clear` of a collection; `clear` of a channel; `*` for all of them. An event is
    /// written in the commit of the change that it tells of, whichever process made it, and only if somebody
    /// listens. Its payload is `{"key"}` for dicts and blobs, `{"index"}` where a list's change names an index,
    /// `{"id"}` for documents and leases, `{"src_id", "tgt_id"}` for edges, `{"timestamp_us"}` (of the last entry) for
    /// `append`, and `{}` for all else. What changed nothing tells nothing, but for `clear` and `prune`, which always
    /// tell.
    ///
    /// ```
    /// use beaver_core::{Beaver, Options, Structure};
    /// use serde_json::json;
    /// use std::time::Duration;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// let config = db.dict("app_config")?;
    /// let changes = config.on("set")?;
    /// config.set("theme", json!("dark"))?;
    /// let event = changes.next(Some(Duration::from_secs(1)))?.expect("it was just set");
    /// assert_eq!((&*event.topic, event.payload.as_str()), ("dict:app_config", r#"{"key":"theme"}"#));
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`crate::Beaver::on`].
    fn on(&self, event: &str) -> Result<Events> {
        let handle = self.as_ref();
        Events::of_structure(&handle.store, handle.kind, &handle.name, event)
    }

    /// Writes all items as JSON text, as of one moment: others may write meanwhile. The metadata has the
    /// fields `type` (`"Dict"`, `"List"`, `"Queue"`, `"BlobStore"`, `"Log"`, `"Collection"`, `"Channel"`), `name`, `count`,
    /// `dump_date` (RFC 3339, UTC), and those of a collection `settings` and `indexes`. The items are
    /// - of a dict, in the order of its keys: `{"key", "value"}`, with `"expires_at"` if it expires;
    /// - of a list the values;
    /// - of a queue, in its order: `{"priority", "timestamp", "data"}`, those out on a lease included;
    /// - of a blob store: `{"key", "metadata", "data_b64"}`;
    /// - of a log, oldest first: `{"timestamp", "data"}`;
    /// - of a collection the documents, in the order of their ids: `{"id", "embedding", "body"}`, with `"fts"`
    ///   and `"fuzzy"` where they were not indexed by the defaults; then the edges: `{"edge": {"source", "target",
    ///   "label", "weight", "metadata"}}`. The count is that of the documents;
    /// - of a channel, oldest first: `{"timestamp", "payload"}`.
    ///
    /// Times are seconds since 1970. The items go through a page at a time, and blobs one at a time, so
    /// the whole is never in memory. O(n).
    ///
    /// ```
    /// use beaver_core::{Beaver, DumpFormat, LoadMode, Options, Structure};
    /// use serde_json::json;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// let old = db.dict("old")?;
    /// old.set("theme", json!("dark"))?;
    /// let mut text = Vec::new();
    /// old.dump(&mut text, DumpFormat::JsonLines)?;
    ///
    /// let new = db.dict("new")?;
    /// assert_eq!(new.load(&mut text.as_slice(), LoadMode::Replace)?, 1);
    /// assert_eq!(new.get("theme")?, old.get("theme")?);
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// IO if the text cannot be written (or the error of a [`crate::BlobWriter`] it goes to); CORRUPT,
    /// INTERRUPTED, CLOSED, PAUSED.
    fn dump(&self, out: &mut dyn Write, format: DumpFormat) -> Result<()> {
        dump::dump(self.as_ref(), out, format)
    }

    /// Reads a dump, of either format and of BeaverDB 1.x too, into this structure, and tells how many
    /// items it had. All of it is loaded, or nothing: it is one transaction, for which other writers wait
    /// until the text is read: whoever gives the reader sees how far it is, and stops it by an error. Values stay as they are written there. Queue items keep their place, dict
    /// items their expiry; log entries their time, unless it is taken; messages are published anew.
    ///
    /// # Errors
    /// TYPE_MISMATCH for a dump of another kind, or none at all; INVALID_JSON with [`crate::Error::offset`];
    /// LIMIT and INVALID_ARGUMENT as for storing the item; with the index of the item as
    /// [`crate::Error::operation`]. IO if the text cannot be read (or the error of a [`crate::BlobReader`]);
    /// BUSY at once if another owner has acquired the structure; CONFLICT inside a transaction; READ_ONLY,
    /// FULL, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    fn load(&self, input: &mut dyn Read, mode: LoadMode) -> Result<u64> {
        load::load(self.as_ref(), input, mode)
    }
}
