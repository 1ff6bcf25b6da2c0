//! Collections: the edges between documents, and the ways along them.

use std::sync::Arc;

use beaver_core::{EdgeOptions, Json, NeighborOptions, PathOptions, WalkOptions, wire};

use crate::callback::{ProgressListener, steps};
use crate::cancel::Cancel;
use crate::collection::CollectionHandle;
use crate::error::Failure;

#[uniffi::export]
impl CollectionHandle {
    /// Connects two documents; the options as `{"weight": 1.0, "metadata": JSON}`.
    pub fn connect(&self, source: &str, target: &str, label: &str, options: &str) -> Result<(), Failure> {
        self.call(|collection| collection.connect(source, target, label, EdgeOptions::from_json(options)?))
    }

    /// Connects many, a JSON array of `{"source", "target", "label", "weight", "metadata"}`, in one commit.
    pub fn connect_many(&self, edges: &str, progress: Option<Arc<dyn ProgressListener>>) -> Result<u64, Failure> {
        self.call(|collection| collection.connect_many(wire::edges("edges", &Json::parse(edges)?)?, steps(progress)))
    }

    /// Removes the edge of a label, or all from the one to the other; returns how many.
    pub fn disconnect(&self, source: &str, target: &str, label: Option<String>) -> Result<u64, Failure> {
        self.call(|collection| collection.disconnect(source, target, label.as_deref()))
    }

    /// The documents one edge away: rows of `{"id", "body", "edge"}`.
    pub fn neighbors(&self, id: &str, options: &str) -> Result<String, Failure> {
        self.call(|collection| Ok(wire::neighbors(&collection.neighbors(id, &NeighborOptions::from_json(options)?)?)))
    }

    /// The documents within some edges: rows of `{"id", "body", "distance"}`, with `"path"` if it was asked for.
    pub fn walk(&self, source: &str, options: &str, cancel: Option<Arc<Cancel>>) -> Result<String, Failure> {
        self.wait(cancel.as_ref(), |collection| {
            let options = WalkOptions::from_json(options)?;
            Ok(wire::visits(&collection.walk(source, &options)?, options.paths))
        })
    }

    /// The shortest way from one document to another, `{"ids", "cost"}`; none if there is no way.
    pub fn shortest_path(
        &self,
        source: &str,
        target: &str,
        options: &str,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Option<String>, Failure> {
        self.wait(cancel.as_ref(), |collection| {
            let path = collection.shortest_path(source, target, &PathOptions::from_json(options)?)?;
            Ok(path.as_ref().map(wire::path))
        })
    }

    /// How many edges a document has; the options as `{"labels": [labels], "direction": "outgoing"}`.
    pub fn degree(&self, id: &str, options: &str) -> Result<u64, Failure> {
        self.call(|collection| {
            let (labels, direction) = wire::degree(options)?;
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            collection.degree(id, &labels, direction)
        })
    }
}
