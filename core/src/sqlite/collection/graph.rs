//! Edges between documents, and the ways along them.

use crate::collection::{Direction, Edge, Neighbor, NeighborOptions, PathOptions, ShortestPath, Visit, WalkOptions};
use crate::engine::{GraphEngine, Reply};
use crate::error::{Error, Result};
use crate::sqlite::apply::Tx;
use crate::sqlite::source::Source;

pub(super) fn connect(_tx: &mut Tx<'_>, _name: &str, _edges: &[Edge]) -> Result<Reply> {
    Err(Error::internal("in the next step"))
}

pub(super) fn disconnect(
    _tx: &mut Tx<'_>,
    _name: &str,
    _source: &str,
    _target: &str,
    _label: Option<&str>,
) -> Result<Reply> {
    Err(Error::internal("in the next step"))
}

/// Removes the edges from and to a document.
pub(super) fn remove(_tx: &mut Tx<'_>, _name: &str, _id: &str) -> Result<()> {
    Ok(())
}

/// Removes all edges of a collection.
pub(super) fn clear(_tx: &mut Tx<'_>, _name: &str) -> Result<()> {
    Ok(())
}

impl<S: Source> GraphEngine for S {
    fn neighbors(&self, _name: &str, _id: &str, _options: &NeighborOptions) -> Result<Vec<Neighbor>> {
        Err(Error::internal("in the next step"))
    }

    fn walk(&self, _name: &str, _sources: &[&str], _options: &WalkOptions) -> Result<Vec<Visit>> {
        Err(Error::internal("in the next step"))
    }

    fn shortest_path(
        &self,
        _name: &str,
        _source: &str,
        _target: &str,
        _options: &PathOptions,
    ) -> Result<Option<ShortestPath>> {
        Err(Error::internal("in the next step"))
    }

    fn degree(&self, _name: &str, _id: &str, _labels: &[&str], _direction: Direction) -> Result<u64> {
        Err(Error::internal("in the next step"))
    }

    fn edge_page(&self, _name: &str, _after: Option<&Edge>, _limit: usize) -> Result<Vec<Edge>> {
        Err(Error::internal("in the next step"))
    }
}
