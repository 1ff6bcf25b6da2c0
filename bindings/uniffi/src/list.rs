//! Lists.

use std::sync::Arc;

use beaver_core::{Beaver, Json, List, wire};

use crate::call::Live;
use crate::cursor::Cursor;
use crate::error::Failure;
use crate::structure::structure_handle;

/// A list. Indexes count from the end if negative; a range is cut to what is there, as in Python.
#[derive(uniffi::Object)]
pub struct ListHandle {
    pub(crate) inner: List,
    db: Beaver,
    _live: Live,
}

structure_handle!(ListHandle, List);

#[uniffi::export]
impl ListHandle {
    /// Puts a value at the end.
    pub fn push(&self, value: &str) -> Result<(), Failure> {
        self.call(|list| list.push(Json::parse(value)?))
    }

    /// Puts the elements of a JSON array at the end, in one commit.
    pub fn extend(&self, values: &str) -> Result<(), Failure> {
        self.call(|list| list.extend(wire::elements("values", &Json::parse(values)?)?))
    }

    /// Puts a value before the first.
    pub fn prepend(&self, value: &str) -> Result<(), Failure> {
        self.call(|list| list.prepend(Json::parse(value)?))
    }

    /// Takes the last.
    pub fn pop(&self) -> Result<Option<String>, Failure> {
        self.call(|list| Ok(list.pop()?.map(String::from)))
    }

    /// Takes the first.
    pub fn deque(&self) -> Result<Option<String>, Failure> {
        self.call(|list| Ok(list.deque()?.map(String::from)))
    }

    /// Puts a value before the one at the index.
    pub fn insert(&self, index: i64, value: &str) -> Result<(), Failure> {
        self.call(|list| list.insert(index, Json::parse(value)?))
    }

    /// The value at the index; none out of range.
    pub fn get(&self, index: i64) -> Result<Option<String>, Failure> {
        self.call(|list| Ok(list.get(index)?.map(String::from)))
    }

    /// Replaces the value at the index; false out of range.
    pub fn set(&self, index: i64, value: &str) -> Result<bool, Failure> {
        self.call(|list| list.set(index, Json::parse(value)?))
    }

    /// Removes the value at the index; false out of range.
    pub fn delete(&self, index: i64) -> Result<bool, Failure> {
        self.call(|list| list.delete(index))
    }

    /// The values of a range, a JSON array.
    pub fn slice(&self, start: Option<i64>, stop: Option<i64>) -> Result<String, Failure> {
        self.call(|list| Ok(wire::array(list.slice(start, stop)?.iter().map(Json::as_str))))
    }

    /// Removes a range; returns how many.
    pub fn delete_range(&self, start: Option<i64>, stop: Option<i64>) -> Result<u64, Failure> {
        self.call(|list| list.delete_range(start, stop))
    }

    /// Puts the elements of a JSON array in the place of a range; returns how many were there.
    pub fn replace_range(&self, start: Option<i64>, stop: Option<i64>, values: &str) -> Result<u64, Failure> {
        self.call(|list| list.replace_range(start, stop, wire::elements("values", &Json::parse(values)?)?))
    }

    /// Whether a value is in it.
    pub fn contains(&self, value: &str) -> Result<bool, Failure> {
        self.call(|list| list.contains(&Json::parse(value)?))
    }

    /// Removes the first of a value; false if there is none.
    pub fn remove(&self, value: &str) -> Result<bool, Failure> {
        self.call(|list| list.remove(&Json::parse(value)?))
    }

    /// The index of the first of a value in a range.
    pub fn index_of(&self, value: &str, start: Option<i64>, stop: Option<i64>) -> Result<Option<u64>, Failure> {
        self.call(|list| list.index_of(&Json::parse(value)?, start, stop))
    }

    /// How often a value is in it.
    pub fn count_of(&self, value: &str) -> Result<u64, Failure> {
        self.call(|list| list.count_of(&Json::parse(value)?))
    }

    /// Turns the order round.
    pub fn reverse(&self) -> Result<(), Failure> {
        self.call(List::reverse)
    }

    /// Rows of values.
    pub fn items(&self) -> Arc<Cursor> {
        Cursor::new(&self.db, self.inner.items().map(|value| value.map(String::from)))
    }
}
