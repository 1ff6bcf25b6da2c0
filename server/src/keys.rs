//! Keys: who may use the server, and how far. They are in the file, as hashes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use beaver_core::{Beaver, Dict, Error, ErrorKind, Json, Result};
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::watch;

/// The internal dict that has them: by their id a [`Stored`].
const DICT: &str = "keys";
/// What every key begins with, so that it is known for what it is where it should not be.
const PREFIX: &str = "bvr_";
/// For how long the list of keys is trusted before it is read again: a revoked key is refused after that.
pub(crate) const FRESH: Duration = Duration::from_secs(1);

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Rights {
    /// Everything that changes nothing.
    Read,
    /// Everything.
    Full,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    /// SHA-256 of the key, in hexadecimal digits.
    hash: String,
    rights: Rights,
    label: Option<String>,
    created_us: i64,
}

/// A key, as it is listed: the key itself is nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyInfo {
    /// What to revoke it by.
    pub id: String,
    /// What it may do.
    pub rights: Rights,
    /// What it is for.
    pub label: Option<String>,
    /// When it was made, in microseconds since 1970.
    pub created_us: i64,
}

/// Makes a key, and gives its id and the key. It cannot be had again.
///
/// # Errors
/// As all that write; IO if the system has no randomness.
pub fn create_key(db: &Beaver, rights: Rights, label: Option<&str>) -> Result<(String, String)> {
    let mut random = [0; 40];
    getrandom::fill(&mut random)
        .map_err(|e| Error::new(ErrorKind::Io, format!("the system gives no random numbers: {e}")))?;
    let (id, secret) = random.split_at(8);
    let id: String = hex(id);
    let key = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let stored = Stored {
        hash: hex(&Sha256::digest(key.as_bytes())),
        rights,
        label: label.map(str::to_owned),
        created_us: i64::try_from(now.as_micros()).unwrap_or(i64::MAX),
    };
    db.system_dict(DICT)?.set(&id, Json::of(&stored)?)?;
    Ok((id, key))
}

/// The keys, in the order of their ids.
///
/// # Errors
/// As all that read; CORRUPT if one is not as it was written.
pub fn list_keys(db: &Beaver) -> Result<Vec<KeyInfo>> {
    let info = |item: Result<(String, Json)>| {
        let (id, stored) = item?;
        let Stored { rights, label, created_us, .. } = read(&stored)?;
        Ok(KeyInfo { id, rights, label, created_us })
    };
    db.system_dict(DICT)?.items().map(info).collect()
}

/// Revokes the key of that id; false if there is none. Servers that run refuse it within a second.
///
/// # Errors
/// As all that write.
pub fn revoke_key(db: &Beaver, id: &str) -> Result<bool> {
    db.system_dict(DICT)?.delete(id)
}

fn read(stored: &Json) -> Result<Stored> {
    stored.to().map_err(|_| Error::new(ErrorKind::Corrupt, "a key in the file is not as it was written"))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// The keys of a file, as a server asks for them.
pub(crate) struct Keys {
    dict: Dict,
    known: RwLock<Known>,
    required: AtomicBool,
    /// Told when a reading found other keys.
    changed: watch::Sender<()>,
    ongoing: Mutex<Counted>,
}

struct Known {
    keys: Vec<([u8; 32], Rights)>,
    read_at: Instant,
}

/// What goes on that needs a key.
#[derive(Default)]
struct Counted {
    count: usize,
    /// Whether somebody looks after it.
    looked_after: bool,
}

/// What somebody was let in by: the hash of a key and its rights; nothing, as long as no key is needed.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Grant(Option<([u8; 32], Rights)>);

impl Grant {
    /// What it may do.
    pub fn rights(&self) -> Rights {
        self.0.map_or(Rights::Full, |(_, rights)| rights)
    }
}

impl Keys {
    /// Reads the keys. From the first that is seen on, every request needs one, even if it is revoked later.
    pub fn new(db: &Beaver, required: bool) -> Result<Keys> {
        let dict = db.system_dict(DICT)?;
        let keys = Keys {
            known: RwLock::new(Known { keys: load(&dict)?, read_at: Instant::now() }),
            dict,
            required: AtomicBool::new(required),
            changed: watch::Sender::new(()),
            ongoing: Mutex::default(),
        };
        keys.note();
        Ok(keys)
    }

    /// Whether there is any.
    pub fn any(&self) -> bool {
        !self.known.read().keys.is_empty()
    }

    fn note(&self) {
        if self.any() {
            self.required.store(true, Ordering::Relaxed);
        }
    }

    /// Whether requests need a key.
    pub fn required(&self) -> Result<bool> {
        self.refresh()?;
        Ok(self.required.load(Ordering::Relaxed))
    }

    /// What a key lets in by; none for one that is not known. Compares with all of them, each in constant time.
    pub fn check(&self, key: &str) -> Result<Option<Grant>> {
        self.refresh()?;
        let hash = Sha256::digest(key.as_bytes());
        let known = self.known.read();
        let mut found = None;
        for (other, rights) in &known.keys {
            if bool::from(other.ct_eq(hash.as_slice())) {
                found = Some(Grant(Some((*other, *rights))));
            }
        }
        Ok(found)
    }

    fn refresh(&self) -> Result<()> {
        if self.known.read().read_at.elapsed() < FRESH {
            return Ok(());
        }
        self.reload()
    }

    /// Reads the keys, and tells of it if they are others than before.
    pub fn reload(&self) -> Result<()> {
        let keys = load(&self.dict)?;
        let before = std::mem::replace(&mut *self.known.write(), Known { keys, read_at: Instant::now() });
        self.note();
        if before.keys != self.known.read().keys {
            self.changed.send_replace(());
        }
        Ok(())
    }

    /// Whether it still lets in, as far as is known.
    pub fn grants(&self, grant: &Grant) -> bool {
        match &grant.0 {
            Some(key) => self.known.read().keys.contains(key),
            None => !self.required.load(Ordering::Relaxed),
        }
    }

    /// Where changes are told.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Counts what goes on that needs a key; true if nobody looks after it yet.
    pub fn begin(&self) -> bool {
        let mut ongoing = self.ongoing.lock();
        ongoing.count += 1;
        !std::mem::replace(&mut ongoing.looked_after, true)
    }

    /// The end of what `begin` counted.
    pub fn end(&self) {
        let mut ongoing = self.ongoing.lock();
        ongoing.count = ongoing.count.saturating_sub(1);
    }

    /// Whether there is nothing to look after; then nobody does any more.
    pub fn is_done(&self) -> bool {
        let mut ongoing = self.ongoing.lock();
        ongoing.looked_after = ongoing.count > 0;
        !ongoing.looked_after
    }
}

fn load(dict: &Dict) -> Result<Vec<([u8; 32], Rights)>> {
    dict.values()
        .map(|stored| {
            let Stored { hash, rights, .. } = read(&stored?)?;
            let hash = unhex(&hash)
                .ok_or_else(|| Error::new(ErrorKind::Corrupt, "a key in the file is not as it was written"))?;
            Ok((hash, rights))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use beaver_core::Options;

    use super::*;

    fn memory() -> Beaver {
        Beaver::open(":memory:", Options::default()).expect("a database in memory")
    }

    #[test]
    fn a_key_is_made_found_and_revoked_and_is_not_in_the_file() {
        let db = memory();
        let (id, key) = create_key(&db, Rights::Read, Some("phone")).expect("a key");
        assert_eq!(key.len(), PREFIX.len() + 43, "256 bits");
        let listed = list_keys(&db).expect("a list");
        assert_eq!((&*listed[0].id, listed[0].rights, listed[0].label.as_deref()), (&*id, Rights::Read, Some("phone")));
        let keys = Keys::new(&db, false).expect("keys");
        assert!(keys.required().expect("an answer"));
        assert_eq!(keys.check(&key).expect("an answer").map(|grant| grant.rights()), Some(Rights::Read));
        assert!(keys.check("bvr_guess").expect("an answer").is_none());
        let stored = db.system_dict(DICT).expect("a dict").get(&id).expect("a read").expect("the key's entry");
        assert!(!stored.as_str().contains(&key[PREFIX.len()..]));

        assert!(revoke_key(&db, &id).expect("an answer"));
        assert!(!revoke_key(&db, &id).expect("an answer"));
        let later = Keys::new(&db, true).expect("keys");
        assert!(later.check(&key).expect("an answer").is_none());
        assert!(later.required().expect("an answer"), "none is left, and still one is needed");
    }

    #[test]
    fn users_do_not_reach_the_keys() {
        let db = memory();
        create_key(&db, Rights::Full, None).expect("a key");
        assert!(db.dict("__keys").is_err());
        assert!(db.names(beaver_core::Kind::Dict).expect("names").is_empty());
        assert!(db.info().expect("info").structures.is_empty());
    }
}
