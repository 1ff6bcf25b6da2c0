//! Lists: JSON values in order.

use std::sync::Arc;

use crate::engine::{Change, Condition, Kind, ListChange, Store};
use crate::error::Result;
use crate::handle::{Handle, Structure};
use crate::pages::Pages;
use crate::value::{Json, check_count, check_limits};

/// A list: JSON values in order. Indexes count from 0, negative ones from the end (-1 is the last); slices go
/// from `start` up to, but not including, `stop`, and are cut to the list, as Python's are.
///
/// Both ends can be pushed to and taken from in O(log n), and as long as a list is touched at its ends only,
/// an item is found by its index in O(log n) at no extra cost. The first change in the middle counts the list
/// once (without reading it), and from then on changes anywhere are O(log n), too.
///
/// Any thread may use the handle; clones are cheap.
///
/// ```
/// use beaver_core::{Beaver, Options};
/// use serde_json::json;
/// let db = Beaver::open(":memory:", Options::default())?;
/// let tasks = db.list("tasks")?;
/// tasks.extend([json!("write"), json!("test")])?;
/// tasks.insert(1, json!("build"))?;
/// assert_eq!(tasks.len()?, 3);
/// assert_eq!(tasks.get(-2)?, Some(json!("build").into()));
/// assert_eq!(tasks.pop()?, Some(json!("test").into()));
/// assert_eq!(tasks.slice(None, Some(1))?, [json!("write").into()]);
/// # Ok::<(), beaver_core::Error>(())
/// ```
#[derive(Clone)]
pub struct List(Handle);

impl AsRef<Handle> for List {
    fn as_ref(&self) -> &Handle {
        &self.0
    }
}

impl From<Handle> for List {
    fn from(handle: Handle) -> Self {
        List(handle)
    }
}

impl Structure for List {}

impl List {
    pub(crate) fn new(store: Arc<dyn Store>, name: &str) -> Result<Self> {
        Ok(List(Handle::new(store, Kind::List, name)?))
    }

    /// Puts a value at the end. O(log n).
    ///
    /// # Errors
    /// LIMIT for a value that is too large; for all that write: READ_ONLY, BUSY (also when another owner has
    /// acquired the list for longer than the busy timeout), FULL, IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn push(&self, value: impl Into<Json>) -> Result<()> {
        self.0.write(push_change([value])?).map(drop)
    }

    /// Puts many values at the end, in one commit. O(log n) each.
    ///
    /// # Errors
    /// As for [`List::push`]; LIMIT above [`crate::MAX_ITEMS`] values. Nothing is put then.
    pub fn extend(&self, values: impl IntoIterator<Item = impl Into<Json>>) -> Result<()> {
        self.0.write(push_change(values)?).map(drop)
    }

    /// Puts a value before the first. O(log n).
    ///
    /// # Errors
    /// As for [`List::push`].
    pub fn prepend(&self, value: impl Into<Json>) -> Result<()> {
        self.0.write(prepend_change(value.into())?).map(drop)
    }

    /// Removes the last item and gives its value, if there is one. O(log n).
    ///
    /// # Errors
    /// As for [`List::push`].
    pub fn pop(&self) -> Result<Option<Json>> {
        self.0.write(Change::List(ListChange::Pop))?.value()
    }

    /// Removes the first item and gives its value, if there is one. O(log n).
    ///
    /// # Errors
    /// As for [`List::push`].
    pub fn deque(&self) -> Result<Option<Json>> {
        self.0.write(Change::List(ListChange::Deque))?.value()
    }

    /// Puts a value in front of the item at an index; an index outside of the list means its nearer end.
    /// O(log n), but for the first change in the middle of a list: O(n / 64).
    ///
    /// # Errors
    /// As for [`List::push`].
    pub fn insert(&self, index: i64, value: impl Into<Json>) -> Result<()> {
        self.0.write(insert_change(index, value.into())?).map(drop)
    }

    /// The item at an index, if there is one. O(log n).
    ///
    /// # Errors
    /// For all that read: IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn get(&self, index: i64) -> Result<Option<Json>> {
        self.0.store.list_get(&self.0.name, index)
    }

    /// Gives the item at an index another value; false if there is no such item. O(log n).
    ///
    /// # Errors
    /// As for [`List::push`].
    pub fn set(&self, index: i64, value: impl Into<Json>) -> Result<bool> {
        self.0.write(set_change(index, value.into(), Condition::Always)?)?.flag()
    }

    /// Removes the item at an index; false if there is no such item. Costs as [`List::insert`].
    ///
    /// # Errors
    /// As for [`List::push`].
    pub fn delete(&self, index: i64) -> Result<bool> {
        self.0.write(Change::List(ListChange::Delete { index, condition: Condition::Always }))?.flag()
    }

    /// The items of a slice (see [`List`]), as of one moment. O(log n + items).
    ///
    /// # Errors
    /// As for [`List::get`].
    pub fn slice(&self, start: Option<i64>, stop: Option<i64>) -> Result<Vec<Json>> {
        self.0.store.list_slice(&self.0.name, start, stop)
    }

    /// The items in order. Fetched in portions, nothing is held in between: a concurrent change may show or
    /// not. Only where another writer rearranges the list meanwhile (a reversal; many inserts at one place, which
    /// move their neighbours) can an item come twice or be left out; [`List::slice`] gives one moment.
    #[must_use]
    pub fn items(&self) -> ListItems {
        ListItems { list: self.clone(), pages: Pages::new(usize::MAX) }
    }

    /// Whether an item equals the value (by value: key order and white space do not matter, and 1 equals
    /// 1.0). Looks through the list: O(n).
    ///
    /// # Errors
    /// As for [`List::index_of`].
    pub fn contains(&self, value: &Json) -> Result<bool> {
        Ok(self.index_of(value, None, None)?.is_some())
    }

    /// How many items there are. O(log n).
    ///
    /// # Errors
    /// As for [`List::get`].
    pub fn len(&self) -> Result<u64> {
        self.0.store.list_len(&self.0.name)
    }

    /// Whether there are no items. O(log n).
    ///
    /// # Errors
    /// As for [`List::get`].
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.0.store.list_page(&self.0.name, None, 1)?.is_empty())
    }

    /// Removes every item; tells how many there were.
    ///
    /// # Errors
    /// As for [`List::push`].
    pub fn clear(&self) -> Result<u64> {
        self.0.write(Change::List(ListChange::Clear))?.count()
    }

    /// Removes the first item that equals the value (as for [`List::contains`]); false if none does. Looks
    /// through the list: O(n).
    ///
    /// # Errors
    /// As for [`List::push`].
    pub fn remove(&self, value: &Json) -> Result<bool> {
        self.0.write(remove_change(value)?)?.flag()
    }

    /// The index of the first item in the slice that equals the value (as for [`List::contains`]). Looks
    /// through the slice: O(log n + items).
    ///
    /// # Errors
    /// As for [`List::get`]; LIMIT for a value that is too large.
    pub fn index_of(&self, value: &Json, start: Option<i64>, stop: Option<i64>) -> Result<Option<u64>> {
        check_limits(value.as_str())?;
        self.0.store.list_find(&self.0.name, value, start, stop)
    }

    /// How many items equal the value (as for [`List::contains`]). O(n).
    ///
    /// # Errors
    /// As for [`List::index_of`].
    pub fn count_of(&self, value: &Json) -> Result<u64> {
        check_limits(value.as_str())?;
        self.0.store.list_count(&self.0.name, value)
    }

    /// Turns the order of the items round, in one commit. O(n log n).
    ///
    /// # Errors
    /// As for [`List::push`].
    pub fn reverse(&self) -> Result<()> {
        self.0.write(Change::List(ListChange::Reverse)).map(drop)
    }

    /// Removes the items of a slice, in one commit; tells how many.
    ///
    /// # Errors
    /// As for [`List::push`].
    pub fn delete_range(&self, start: Option<i64>, stop: Option<i64>) -> Result<u64> {
        self.0.write(Change::List(ListChange::Replace { start, stop, values: Vec::new() }))?.count()
    }

    /// Puts values, however many, in the place of a slice, in one commit; tells how many items there were
    /// in it. Of an empty slice, the values are put where it starts.
    ///
    /// ```
    /// use beaver_core::{Beaver, Json, Options};
    /// use serde_json::json;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// let list = db.list("letters")?;
    /// list.extend([json!("a"), json!("b"), json!("c")])?;
    /// assert_eq!(list.replace_range(Some(0), Some(2), [json!("x")])?, 2);
    /// assert_eq!(list.slice(None, None)?, [Json::from(json!("x")), json!("c").into()]);
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`List::extend`].
    pub fn replace_range(
        &self,
        start: Option<i64>,
        stop: Option<i64>,
        values: impl IntoIterator<Item = impl Into<Json>>,
    ) -> Result<u64> {
        let values = checked("replace_range", values)?;
        self.0.write(Change::List(ListChange::Replace { start, stop, values }))?.count()
    }
}

fn checked(what: &str, values: impl IntoIterator<Item = impl Into<Json>>) -> Result<Vec<Json>> {
    let values: Vec<Json> = values.into_iter().map(Into::into).collect();
    check_count(what, values.len())?;
    for (index, value) in values.iter().enumerate() {
        check_limits(value.as_str()).map_err(|e| e.at_operation(index))?;
    }
    Ok(values)
}

pub(crate) fn push_change(values: impl IntoIterator<Item = impl Into<Json>>) -> Result<Change> {
    Ok(Change::List(ListChange::Push(checked("extend", values)?)))
}

pub(crate) fn prepend_change(value: Json) -> Result<Change> {
    check_limits(value.as_str())?;
    Ok(Change::List(ListChange::Prepend(value)))
}

pub(crate) fn insert_change(index: i64, value: Json) -> Result<Change> {
    check_limits(value.as_str())?;
    Ok(Change::List(ListChange::Insert { index, value }))
}

pub(crate) fn set_change(index: i64, value: Json, condition: Condition) -> Result<Change> {
    check_limits(value.as_str())?;
    Ok(Change::List(ListChange::Set { index, value, condition }))
}

pub(crate) fn remove_change(value: &Json) -> Result<Change> {
    check_limits(value.as_str())?;
    Ok(Change::List(ListChange::Remove(value.clone())))
}

/// An iterator over a list. See [`List::items`].
pub struct ListItems {
    list: List,
    pages: Pages<(f64, Json), f64>,
}

impl Iterator for ListItems {
    type Item = Result<Json>;

    fn next(&mut self) -> Option<Self::Item> {
        let Handle { store, name, .. } = &self.list.0;
        let fetch = |after: Option<&f64>, most| store.list_page(name, after.copied(), most);
        let item = self.pages.next(fetch, |(place, _)| *place)?;
        Some(item.map(|(_, value)| value))
    }
}
