//! What a collection holds in numbers, and how its vectors are searched.

use super::Collection;
use crate::error::Result;

/// How the vectors of a collection are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub enum VectorTier {
    /// There are no codes: every vector is compared.
    #[default]
    Exact,
    /// The codes of all are scanned.
    Flat,
    /// The codes lie in partitions, and those of the nearest ones are scanned.
    Partitioned,
}

impl VectorTier {
    /// Its name: `"exact"`, `"flat"`, `"partitioned"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            VectorTier::Exact => "exact",
            VectorTier::Flat => "flat",
            VectorTier::Partitioned => "partitioned",
        }
    }
}

/// The index of a collection's vectors in numbers. All are 0 as long as there are no codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct VectorIndexStats {
    /// How they are searched.
    pub tier: VectorTier,
    /// In how many partitions the codes lie: 0 if there are none, 1 if all are scanned.
    pub partitions: u64,
    /// How many codes are searched, the stale ones included.
    pub codes: u64,
    /// How many of them are stale: of vectors that were replaced or dropped.
    pub stale: u64,
    /// How many bytes these codes have in the file.
    pub bytes: u64,
    /// Grows whenever the partitions change, and when all codes were made anew.
    pub epoch: u64,
    /// Whether the codes are being made anew, in passing or by [`Collection::compact`].
    pub building: bool,
}

/// A collection in numbers, as of one moment. See [`Collection::stats`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct CollectionStats {
    /// How many documents there are, with an embedding or without.
    pub documents: u64,
    /// The number of components of the vectors; none as long as there was no vector.
    pub dimension: Option<u32>,
    /// How the vectors are indexed.
    pub vectors: VectorIndexStats,
}

impl Collection {
    /// How many documents there are, and how their vectors are indexed, as of one moment. One that was never written
    /// to has none. Counts through indexes, without reading documents or codes: O(n), as [`Collection::len`].
    ///
    /// ```
    /// use beaver_core::{Beaver, Document, IndexOptions, Options, VectorTier};
    /// use serde_json::json;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// let colours = db.collection("colours")?;
    /// colours.index(Document::with_id("red", json!({})).embedded([1.0, 0.0]), &IndexOptions::default())?;
    /// let stats = colours.stats()?;
    /// assert_eq!((stats.documents, stats.dimension), (1, Some(2)));
    /// assert_eq!(stats.vectors.tier, VectorTier::Exact);
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn stats(&self) -> Result<CollectionStats> {
        self.0.store.collection_stats(&self.0.name)
    }
}
