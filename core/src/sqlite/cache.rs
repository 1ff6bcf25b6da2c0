//! The coherent read cache: what was read stays valid for as long as nobody commits to the file.
//!
//! The header of the WAL index moves with every commit of any process. What is remembered is tagged with the header
//! as it was before the read began: so it holds at least what was committed by then, and is given only
//! while the header is still the same, which is to say that nothing was committed since. Every commit makes the
//! whole cache worthless: it serves files that are read far more often than they are written.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};

use super::conn::Conn;
use super::source::View;
use super::wal_index::{Header, WalIndex};
use super::{Sqlite, source::Source};
use crate::clock::Micros;
use crate::collection::Document;
use crate::engine::Kind;
use crate::error::Result;
use crate::value::Json;

/// What an entry takes beside its texts.
const OVERHEAD: usize = 128;

/// What was read: none if nothing was there.
#[derive(Clone)]
pub(super) enum Cached {
    /// The value of a key, and when it expires.
    Dict(Option<(Json, Option<Micros>)>),
    /// The length of a blob, and its metadata.
    Blob(Option<(u64, Option<Json>)>),
    Document(Option<Document>),
}

impl Cached {
    fn bytes(&self) -> usize {
        match self {
            Cached::Dict(found) => found.as_ref().map_or(0, |(value, _)| value.as_str().len()),
            Cached::Blob(found) => {
                found.as_ref().and_then(|(_, metadata)| metadata.as_ref()).map_or(0, |json| json.as_str().len())
            }
            Cached::Document(found) => found.as_ref().map_or(0, |document| {
                document.body.as_str().len() + document.embedding.as_ref().map_or(0, |vector| 4 * vector.len())
            }),
        }
    }
}

pub(super) struct ReadCache {
    /// How many bytes are remembered.
    most: usize,
    hasher: RandomState,
    hits: AtomicU64,
    misses: AtomicU64,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    file: File,
    /// When everything here was read.
    header: Option<Header>,
    /// Under the hash of what was asked for. When the young fill half of the room, they become the old.
    young: HashMap<u64, Entry>,
    old: HashMap<u64, Entry>,
    young_bytes: usize,
}

/// How the header is seen.
#[derive(Default)]
enum File {
    #[default]
    Closed,
    Open {
        index: WalIndex,
        /// Keeps the index mapped. In a mutex, because threads share the state; nobody uses it.
        _conn: Mutex<Conn>,
    },
    /// The file is not in WAL mode.
    Unseen,
}

struct Entry {
    kind: Kind,
    name: Box<str>,
    key: Box<str>,
    value: Cached,
}

impl Entry {
    fn is(&self, kind: Kind, name: &str, key: &str) -> bool {
        self.kind == kind && *self.key == *key && *self.name == *name
    }
}

impl ReadCache {
    pub fn new(most: u64) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        ReadCache {
            most,
            hasher: RandomState::new(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            state: RwLock::default(),
        }
    }

    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    pub fn misses(&self) -> u64 {
        self.misses.load(Ordering::Relaxed)
    }

    /// What is remembered, or else what `read` finds, to be remembered.
    pub fn get(
        &self,
        engine: &Sqlite,
        (kind, name, key): (Kind, &str, &str),
        read: impl FnOnce(&View<'_>) -> Result<Cached>,
    ) -> Result<Cached> {
        engine.gate.check()?;
        let hash = self.hasher.hash_one((kind, name, key));
        let before = {
            let state = self.state.read();
            match &state.file {
                File::Open { index, .. } => {
                    if let Some(header) = &state.header
                        && let Some(entry) = state.young.get(&hash).or_else(|| state.old.get(&hash))
                        && entry.is(kind, name, key)
                        && index.is(header)
                    {
                        self.hits.fetch_add(1, Ordering::Relaxed);
                        return Ok(entry.value.clone());
                    }
                    index.header()
                }
                File::Unseen => None,
                File::Closed => {
                    drop(state);
                    self.open(engine)?
                }
            }
        };
        self.misses.fetch_add(1, Ordering::Relaxed);
        let value = engine.read(read)?;
        if let Some(header) = before {
            let entry = Entry { kind, name: name.into(), key: key.into(), value: value.clone() };
            self.put(hash, entry, header);
        }
        Ok(value)
    }

    fn open(&self, engine: &Sqlite) -> Result<Option<Header>> {
        let conn = engine.open_reader()?;
        let index = WalIndex::of(&conn)?;
        let mut state = self.state.write();
        // Under the lock: a close that comes later finds the connection.
        engine.gate.check()?;
        if let File::Closed = state.file {
            state.file = index.map_or(File::Unseen, |index| File::Open { index, _conn: Mutex::new(conn) });
        }
        Ok(match &state.file {
            File::Open { index, .. } => index.header(),
            _ => None,
        })
    }

    fn put(&self, hash: u64, entry: Entry, header: Header) {
        let bytes = OVERHEAD + entry.name.len() + entry.key.len() + entry.value.bytes();
        if bytes > self.most / 2 {
            return;
        }
        let mut state = self.state.write();
        let state = &mut *state;
        let File::Open { index, .. } = &state.file else { return };
        if state.header != Some(header) {
            // Somebody committed: now, or after what is here was read.
            if !index.is(&header) {
                return;
            }
            state.young.clear();
            state.old.clear();
            state.young_bytes = 0;
            state.header = Some(header);
        }
        if state.young_bytes + bytes > self.most / 2 {
            state.old = std::mem::take(&mut state.young);
            state.young_bytes = 0;
        }
        state.young_bytes += bytes;
        state.young.insert(hash, entry);
    }

    /// Forgets everything, and lets go of the connection.
    pub fn clear(&self) {
        *self.state.write() = State::default();
    }
}
