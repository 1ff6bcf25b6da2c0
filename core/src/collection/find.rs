//! Plain queries over the bodies, and the indexes that make them fast.

use serde::Deserialize;
use serde_json::Value;

use super::order::Order;
use super::path::Path;
use super::search::{check_k, filter_of};
use super::{Collection, Document, Filter};
use crate::database::Progress;
use crate::engine::{Change, CollectionChange};
use crate::error::Result;
use crate::options::parse_options;

/// How many fields of a collection may be indexed.
pub const MAX_INDEXES: usize = 64;
/// How many documents a query gives at a time if nothing is said.
const DEFAULT_FOUND: usize = 100;

/// A plain query.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Find {
    /// Only documents that it matches; all if none.
    pub filter: Option<Filter>,
    /// By which fields the documents are ordered; by their id if there are none, or all are equal.
    pub order: Order,
    /// How many, at most: 1 to [`crate::MAX_HITS`].
    pub limit: usize,
    /// Where to go on: what the query before gave with its documents. The filter and the order have to be the same.
    pub cursor: Option<String>,
}

impl Default for Find {
    fn default() -> Self {
        Find { filter: None, order: Order::default(), limit: DEFAULT_FOUND, cursor: None }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonFind {
    r#where: Option<Value>,
    order: Option<Vec<String>>,
    limit: Option<usize>,
    cursor: Option<String>,
}

impl Find {
    /// Reads a query from a JSON object: `{"where": filter, "order": ["-year", "title"], "limit": 100, "cursor":
    /// "…"}`, each optional; a minus makes an order descend. For bindings.
    ///
    /// # Errors
    /// INVALID_JSON if it is no JSON; INVALID_ARGUMENT for an unknown key or a wrong value; LIMIT.
    pub fn from_json(json: &str) -> Result<Find> {
        let JsonFind { r#where, order, limit, cursor } = parse_options(json)?;
        let order: Vec<&str> = order.iter().flatten().map(String::as_str).collect();
        Ok(Find {
            filter: filter_of(r#where)?,
            order: Order::parse(&order)?,
            limit: limit.unwrap_or(DEFAULT_FOUND),
            cursor,
        })
    }
}

/// What a query gave.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Found {
    /// The documents, in order.
    pub documents: Vec<Document>,
    /// Where the next query goes on; none at the end.
    pub cursor: Option<String>,
}

/// How a query goes about it, and what it cost.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct FindPlan {
    /// The indexed fields that were used; none if every document is looked at.
    pub indexes: Vec<String>,
    /// Whether the order came out of an index, so that nothing is sorted.
    pub ordered: bool,
    /// How many bodies were looked at.
    pub examined: u64,
    /// How many documents are given.
    pub matched: u64,
}

impl Collection {
    /// The documents that match a filter, in order, a portion at a time. An indexed field makes it O(log n + what
    /// is found) for a filter that leaves few, and for one that leaves many if they lie anyhow in the order; at worst
    /// the entries of the index are gone through once. Without an index, bodies are read until there are enough, and
    /// all of them if they are to be ordered by a field. At no time are more than the best held in memory. A body that is
    /// not JSON, as BeaverDB 1.x may have stored it, is found only if neither a filter nor an order is given.
    ///
    /// ```
    /// use beaver_core::{Beaver, Document, Filter, Find, IndexOptions, Options, Order};
    /// use serde_json::json;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// let books = db.collection("books")?;
    /// for (id, year) in [("a", 1969), ("b", 1984), ("c", 2001)] {
    ///     books.index(Document::with_id(id, json!({"year": year})), &IndexOptions::default())?;
    /// }
    /// let filter = Filter::parse(r#"{"year": {">=": 1980}}"#)?;
    /// let find = Find { filter: Some(filter), order: Order::parse(&["-year"])?, ..Find::default() };
    /// let ids: Vec<String> = books.find(&find)?.documents.into_iter().map(|book| book.id).collect();
    /// assert_eq!(ids, ["c", "b"]);
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a limit of 0, or a cursor that is not of this query; LIMIT above
    /// [`crate::MAX_HITS`]; IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn find(&self, find: &Find) -> Result<Found> {
        Ok(self.run_find(find)?.0)
    }

    /// Runs a query, and tells how.
    ///
    /// # Errors
    /// As for [`Collection::find`].
    pub fn explain_find(&self, find: &Find) -> Result<FindPlan> {
        Ok(self.run_find(find)?.1)
    }

    fn run_find(&self, find: &Find) -> Result<(Found, FindPlan)> {
        check_k(find.limit)?;
        self.0.store.find(&self.0.name, find)
    }

    /// How many documents match a filter. With its fields indexed, no body is read, but for what
    /// [`Collection::create_index`] says.
    ///
    /// # Errors
    /// IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn count(&self, filter: &Filter) -> Result<u64> {
        self.0.store.count(&self.0.name, filter)
    }

    /// Indexes a field of the bodies, so that filters and orders by it need not read every document. Documents
    /// that are there are indexed in small steps, between which others write; the index is used once it is
    /// whole. False if the field is indexed already. Interrupted or stopped, it goes on with the next call.
    ///
    /// A document gets one row in the index, whatever stands at the path, and an array a row for each distinct
    /// scalar in it, up to 1,000. Bodies are still read for what an index does not hold: strings beyond 256 bytes,
    /// what is in objects and nested arrays, and which element of a longer array is looked for.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a wrong path; LIMIT above [`MAX_INDEXES`]; INTERRUPTED if `progress` stopped it;
    /// READ_ONLY, BUSY, FULL, IO, CORRUPT, CLOSED, PAUSED.
    pub fn create_index(&self, path: &str, progress: impl FnMut(Progress) -> bool) -> Result<bool> {
        super::upkeep::create_index(self, &Path::parse(path)?, progress)
    }

    /// Removes the index of a field; false if there is none.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a wrong path; for all that write: READ_ONLY, BUSY, FULL, IO, CORRUPT, INTERRUPTED,
    /// CLOSED, PAUSED.
    pub fn drop_index(&self, path: &str) -> Result<bool> {
        let path = Path::parse(path)?;
        self.0.write(Change::Collection(CollectionChange::DropIndex { path }))?.flag()
    }

    /// The paths of the indexed fields, sorted.
    ///
    /// # Errors
    /// IO, CORRUPT, CLOSED, PAUSED.
    pub fn indexes(&self) -> Result<Vec<String>> {
        self.0.store.indexes(&self.0.name)
    }
}
