//! Dicts.

use std::sync::Arc;

use beaver_core::{Beaver, Dict, Json, wire};

use crate::call::Live;
use crate::cursor::Cursor;
use crate::error::Failure;
use crate::input::ttl;
use crate::structure::structure_handle;

/// A dict.
#[derive(uniffi::Object)]
pub struct DictHandle {
    pub(crate) inner: Dict,
    db: Beaver,
    _live: Live,
}

structure_handle!(DictHandle, Dict);

#[uniffi::export]
impl DictHandle {
    /// Sets a key.
    pub fn set(&self, key: &str, value: &str, ttl_seconds: f64) -> Result<(), Failure> {
        self.call(|dict| {
            let value = Json::parse(value)?;
            match ttl(ttl_seconds)? {
                None => dict.set(key, value),
                Some(ttl) => dict.set_for(key, value, ttl),
            }
        })
    }

    /// Sets a key that is not there; false if it is.
    pub fn set_if_absent(&self, key: &str, value: &str, ttl_seconds: f64) -> Result<bool, Failure> {
        self.call(|dict| dict.set_if_absent(key, Json::parse(value)?, ttl(ttl_seconds)?))
    }

    /// Sets a key whose value is the expected one; false if it is not.
    pub fn compare_and_set(&self, key: &str, expected: &str, value: &str, ttl_seconds: f64) -> Result<bool, Failure> {
        self.call(|dict| dict.compare_and_set(key, Json::parse(expected)?, Json::parse(value)?, ttl(ttl_seconds)?))
    }

    /// Sets the members of a JSON object in one commit.
    pub fn set_many(&self, items: &str, ttl_seconds: f64) -> Result<(), Failure> {
        self.call(|dict| dict.set_many(wire::members("items", &Json::parse(items)?)?, ttl(ttl_seconds)?))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Result<Option<String>, Failure> {
        self.call(|dict| Ok(dict.get(key)?.map(String::from)))
    }

    /// The values of many keys, an object of those that are there. The keys as a JSON array of strings.
    pub fn get_many(&self, keys: &str) -> Result<String, Failure> {
        self.call(|dict| {
            let keys = wire::texts("keys", &Json::parse(keys)?)?;
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let found = keys.iter().copied().zip(dict.get_many(&keys)?);
            Ok(wire::object(found.filter_map(|(key, value)| value.map(|value| (key, value)))))
        })
    }

    /// Whether a key is there.
    pub fn contains(&self, key: &str) -> Result<bool, Failure> {
        self.call(|dict| dict.contains(key))
    }

    /// Removes a key; false if it was not there.
    pub fn delete(&self, key: &str) -> Result<bool, Failure> {
        self.call(|dict| dict.delete(key))
    }

    /// Takes a key out.
    pub fn pop(&self, key: &str) -> Result<Option<String>, Failure> {
        self.call(|dict| Ok(dict.pop(key)?.map(String::from)))
    }

    /// Rows of `{"key", "value"}`.
    pub fn items(&self) -> Arc<Cursor> {
        Cursor::new(&self.db, self.inner.items().map(|item| item.map(|(key, value)| wire::dict_row(&key, &value))))
    }

    /// Rows of keys.
    pub fn keys(&self) -> Arc<Cursor> {
        Cursor::new(&self.db, self.inner.keys().map(|key| key.map(|key| wire::string(&key))))
    }

    /// Rows of values.
    pub fn values(&self) -> Arc<Cursor> {
        Cursor::new(&self.db, self.inner.values().map(|value| value.map(String::from)))
    }
}
