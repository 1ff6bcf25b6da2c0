//! Dicts: keys and JSON values, each value with a time to live if one is given.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::{Change, Condition, DictChange, DictItem, Kind, Store};
use crate::error::Result;
use crate::handle::{Handle, Structure};
use crate::pages::Pages;
use crate::value::{Json, check_count, check_key, check_limits, check_ttl};

/// A dict: JSON values by key. A key with a time to live is absent once that is over, for every
/// operation. Any thread may use the handle; clones are cheap.
///
/// ```
/// use beaver_core::{Beaver, Options};
/// use serde_json::json;
/// use std::time::Duration;
/// let db = Beaver::open(":memory:", Options::default())?;
/// let config = db.dict("app_config")?;
/// config.set("theme", json!("dark"))?;
/// config.set_for("token", json!("abc"), Duration::from_secs(3600))?;
/// assert_eq!(config.get("theme")?.map(|json| json.to_string()).as_deref(), Some(r#""dark""#));
/// assert_eq!(config.len()?, 2);
/// # Ok::<(), beaver_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Dict(Handle);

impl AsRef<Handle> for Dict {
    fn as_ref(&self) -> &Handle {
        &self.0
    }
}

impl From<Handle> for Dict {
    fn from(handle: Handle) -> Self {
        Dict(handle)
    }
}

impl Structure for Dict {}

impl Dict {
    pub(crate) fn new(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(Dict(Handle::new(store, Kind::Dict, name)?))
    }

    pub(crate) fn system(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(Dict(Handle::system(store, Kind::Dict, name)?))
    }

    /// Sets a key, without a time to live. O(log n).
    ///
    /// # Errors
    /// LIMIT for a key or value that is too large; for all that write: READ_ONLY, BUSY (also when another
    /// owner has acquired the dict for longer than the busy timeout), FULL, IO, CORRUPT, INTERRUPTED,
    /// CLOSED, PAUSED.
    pub fn set(&self, key: &str, value: impl Into<Json>) -> Result<()> {
        self.put(key, value.into(), None, Condition::Always).map(drop)
    }

    /// Sets a key that is absent again after `ttl`.
    ///
    /// # Errors
    /// As for [`Dict::set`]; INVALID_ARGUMENT for a TTL of zero, LIMIT above a hundred years.
    pub fn set_for(&self, key: &str, value: impl Into<Json>, ttl: Duration) -> Result<()> {
        self.put(key, value.into(), Some(ttl), Condition::Always).map(drop)
    }

    /// Sets a key only if it is absent; tells whether it did.
    ///
    /// # Errors
    /// As for [`Dict::set_for`].
    pub fn set_if_absent(&self, key: &str, value: impl Into<Json>, ttl: Option<Duration>) -> Result<bool> {
        self.put(key, value.into(), ttl, Condition::Absent)
    }

    /// Sets a key only if its value equals `expected` (by value: key order and white space do not matter,
    /// and 1 equals 1.0); tells whether it did.
    ///
    /// # Errors
    /// As for [`Dict::set_for`].
    pub fn compare_and_set(
        &self,
        key: &str,
        expected: impl Into<Json>,
        value: impl Into<Json>,
        ttl: Option<Duration>,
    ) -> Result<bool> {
        let expected = expected.into();
        check_limits(expected.as_str())?;
        self.put(key, value.into(), ttl, Condition::Equals(expected))
    }

    fn put(&self, key: &str, value: Json, ttl: Option<Duration>, condition: Condition) -> Result<bool> {
        self.0.write(set_change(key, value, ttl, condition)?)?.flag()
    }

    /// Sets many keys in one commit, all with the same time to live, if any.
    ///
    /// # Errors
    /// As for [`Dict::set_for`]; LIMIT above [`crate::MAX_ITEMS`] items. Nothing is set then.
    pub fn set_many<K: Into<String>, V: Into<Json>>(
        &self,
        items: impl IntoIterator<Item = (K, V)>,
        ttl: Option<Duration>,
    ) -> Result<()> {
        let items: Vec<(String, Json)> = items.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        check_count("set_many", items.len())?;
        for (index, (key, value)) in items.iter().enumerate() {
            check_key(key).and_then(|()| check_limits(value.as_str())).map_err(|e| e.at_operation(index))?;
        }
        let ttl = ttl.map(|ttl| check_ttl("the TTL", ttl)).transpose()?;
        self.0.write(Change::Dict(DictChange::SetMany { items, ttl })).map(drop)
    }

    /// The value of a key, if it is there. O(log n).
    ///
    /// # Errors
    /// LIMIT for a key that is too long; for all that read: IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn get(&self, key: &str) -> Result<Option<Json>> {
        check_key(key)?;
        self.0.store.dict_get(&self.0.name, key)
    }

    /// The values of many keys as of one moment, in the order of the keys.
    ///
    /// # Errors
    /// As for [`Dict::get`]; LIMIT above [`crate::MAX_ITEMS`] keys.
    pub fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Json>>> {
        check_count("get_many", keys.len())?;
        for (index, key) in keys.iter().enumerate() {
            check_key(key).map_err(|e| e.at_operation(index))?;
        }
        self.0.store.dict_get_many(&self.0.name, keys)
    }

    /// Whether a key is there. O(log n).
    ///
    /// # Errors
    /// As for [`Dict::get`].
    pub fn contains(&self, key: &str) -> Result<bool> {
        check_key(key)?;
        self.0.store.dict_contains(&self.0.name, key)
    }

    /// Removes a key; tells whether it was there.
    ///
    /// # Errors
    /// As for [`Dict::set`].
    pub fn delete(&self, key: &str) -> Result<bool> {
        check_key(key)?;
        self.0.write(Change::Dict(DictChange::Delete { key: key.into(), condition: Condition::Always }))?.flag()
    }

    /// Removes a key and gives its value, if it was there.
    ///
    /// # Errors
    /// As for [`Dict::set`].
    pub fn pop(&self, key: &str) -> Result<Option<Json>> {
        check_key(key)?;
        self.0.write(Change::Dict(DictChange::Pop { key: key.into() }))?.value()
    }

    /// How many keys there are. Counts through an index: O(n).
    ///
    /// # Errors
    /// As for [`Dict::get`].
    pub fn len(&self) -> Result<u64> {
        self.0.store.dict_len(&self.0.name)
    }

    /// Whether there are no keys. O(log n).
    ///
    /// # Errors
    /// As for [`Dict::get`].
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.0.store.dict_page(&self.0.name, None, 1)?.is_empty())
    }

    /// Removes every key; tells how many there were.
    ///
    /// # Errors
    /// As for [`Dict::set`].
    pub fn clear(&self) -> Result<u64> {
        self.0.write(Change::Dict(DictChange::Clear))?.count()
    }

    /// The items in the order of the keys (byte by byte). Fetched in portions, nothing is held in
    /// between: a concurrent change may show or not, but no key comes twice.
    #[must_use]
    pub fn items(&self) -> DictItems {
        DictItems { dict: self.clone(), pages: Pages::new(usize::MAX) }
    }

    /// The items behind a key (which need not be there), as [`Dict::items`] gives them: to go on where an earlier
    /// iteration ended.
    ///
    /// # Errors
    /// LIMIT for a key that is too long.
    pub fn items_after(&self, key: &str) -> Result<DictItems> {
        check_key(key)?;
        Ok(DictItems { dict: self.clone(), pages: Pages::after(key.to_owned()) })
    }

    /// The keys, as [`Dict::items`] gives them.
    pub fn keys(&self) -> impl Iterator<Item = Result<String>> + use<> {
        self.items().map(|item| item.map(|(key, _)| key))
    }

    /// The values in the order of their keys, as [`Dict::items`] gives them.
    pub fn values(&self) -> impl Iterator<Item = Result<Json>> + use<> {
        self.items().map(|item| item.map(|(_, value)| value))
    }
}

/// Checks the parts of a set and makes the change of it.
pub(crate) fn set_change(key: &str, value: Json, ttl: Option<Duration>, condition: Condition) -> Result<Change> {
    check_key(key)?;
    check_limits(value.as_str())?;
    let ttl = ttl.map(|ttl| check_ttl("the TTL", ttl)).transpose()?;
    Ok(Change::Dict(DictChange::Set { key: key.into(), value, ttl, condition }))
}

/// An iterator over a dict. See [`Dict::items`].
pub struct DictItems {
    dict: Dict,
    pages: Pages<DictItem, String>,
}

impl Iterator for DictItems {
    type Item = Result<(String, Json)>;

    fn next(&mut self) -> Option<Self::Item> {
        let Handle { store, name, .. } = &self.dict.0;
        let fetch = |after: Option<&String>, most| store.dict_page(name, after.map(String::as_str), most);
        let item = self.pages.next(fetch, |item| item.key.clone())?;
        Some(item.map(|DictItem { key, value, .. }| (key, value)))
    }
}
