//! The graph over the documents: edges with labels, and the ways along them.

use serde::Deserialize;
use serde_json::Value;

use super::document::check_id;
use super::search::filter_of;
use super::{Collection, Document, Filter};
use crate::database::Progress;
use crate::engine::{Change, CollectionChange};
use crate::error::{Error, Result};
use crate::options::parse_options;
use crate::value::{Json, check_count, check_key, check_limits};

/// How many documents a walk or a search for a path visits if nothing is said.
pub const DEFAULT_MAX_NODES: usize = 10_000;
/// The most that may be asked for.
pub const MAX_NODES: usize = 1_000_000;
/// How many neighbours are given if nothing is said, and at most.
pub const MAX_NEIGHBORS: usize = 10_000;

/// An edge from one document to another. There is one edge for each source, target and label.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Edge {
    /// The id of the document where it begins.
    pub source: String,
    /// The id of the document where it ends.
    pub target: String,
    /// What it means: 1 to [`crate::MAX_KEY_BYTES`] bytes.
    pub label: String,
    /// The cost of going along it: finite, not below zero. 1 if nothing is said.
    pub weight: f64,
    /// Any JSON.
    pub metadata: Option<Json>,
}

impl Edge {
    /// An edge of weight 1 without metadata.
    #[must_use]
    pub fn new(source: impl Into<String>, target: impl Into<String>, label: impl Into<String>) -> Self {
        Edge { source: source.into(), target: target.into(), label: label.into(), weight: 1.0, metadata: None }
    }

    pub(crate) fn check(&self) -> Result<()> {
        check_id(&self.source)?;
        check_id(&self.target)?;
        check_label(&self.label)?;
        if !self.weight.is_finite() || self.weight < 0.0 {
            return Err(Error::invalid("the weight of an edge must be a finite number, not below zero"));
        }
        self.metadata.as_ref().map_or(Ok(()), |metadata| check_limits(metadata.as_str()))
    }
}

/// What an edge may carry besides its ends and its label.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeOptions {
    /// The cost of going along it.
    pub weight: f64,
    /// Any JSON.
    pub metadata: Option<Json>,
}

impl Default for EdgeOptions {
    fn default() -> Self {
        EdgeOptions { weight: 1.0, metadata: None }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonEdgeOptions {
    weight: Option<f64>,
    metadata: Option<Box<serde_json::value::RawValue>>,
}

impl EdgeOptions {
    /// Reads them from a JSON object: `{"weight": 1.0, "metadata": any}`, each optional. For bindings.
    ///
    /// # Errors
    /// INVALID_JSON if it is no JSON; INVALID_ARGUMENT for an unknown key or a wrong value.
    pub fn from_json(json: &str) -> Result<EdgeOptions> {
        let JsonEdgeOptions { weight, metadata } = parse_options(json)?;
        let metadata = metadata.map(|metadata| Json::parse(metadata.get())).transpose()?;
        Ok(EdgeOptions { weight: weight.unwrap_or(1.0), metadata })
    }
}

/// Which way along the edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "remote", derive(serde::Serialize))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From source to target.
    #[default]
    Outgoing,
    /// From target to source.
    Incoming,
    /// Either way.
    Both,
}

impl Direction {
    /// Its name: `"outgoing"`, `"incoming"`, `"both"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Direction::Outgoing => "outgoing",
            Direction::Incoming => "incoming",
            Direction::Both => "both",
        }
    }

    /// The direction of that name.
    ///
    /// # Errors
    /// INVALID_ARGUMENT if there is none.
    pub fn parse(name: &str) -> Result<Direction> {
        [Direction::Outgoing, Direction::Incoming, Direction::Both]
            .into_iter()
            .find(|direction| direction.name() == name)
            .ok_or_else(|| Error::invalid("no such direction: give outgoing, incoming or both"))
    }
}

/// Which edges of a document are followed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct NeighborOptions {
    /// Only edges with one of these labels; any if empty. A label that no edge has finds nothing.
    pub labels: Vec<String>,
    /// Which way.
    pub direction: Direction,
    /// How many, at most: 1 to [`MAX_NEIGHBORS`]; so many if none.
    pub limit: Option<usize>,
}

/// A neighbour, and the edge that leads to it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Neighbor {
    /// The document at the other end.
    pub document: Document,
    /// The edge, as it was made: its source is the neighbour if it comes in.
    pub edge: Edge,
}

/// How a walk goes.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct WalkOptions {
    /// Only along edges with one of these labels; any if empty.
    pub labels: Vec<String>,
    /// Which way.
    pub direction: Direction,
    /// How many edges away from the source, at most: 1 or more.
    pub depth: u32,
    /// How many documents are given at most: 1 to [`MAX_NODES`]. No walk visits more than [`MAX_NODES`], whatever
    /// its filter leaves of them.
    pub max_nodes: usize,
    /// How many edges of one document are followed at most: the first ones, outgoing before incoming, each in the
    /// order of label and id. All if none.
    pub fan_out: Option<usize>,
    /// Whether each document comes with the path to it.
    pub paths: bool,
    /// Only documents that it matches are given; the walk goes on through the others.
    pub filter: Option<Filter>,
}

impl Default for WalkOptions {
    fn default() -> Self {
        WalkOptions {
            labels: Vec::new(),
            direction: Direction::Outgoing,
            depth: 1,
            max_nodes: DEFAULT_MAX_NODES,
            fan_out: None,
            paths: false,
            filter: None,
        }
    }
}

/// A document that a walk came to.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Visit {
    /// The document.
    pub document: Document,
    /// How many edges away from the source.
    pub distance: u32,
    /// The ids from the source to the document, both included, along a shortest way; empty if not asked for.
    pub path: Vec<String>,
}

/// How a shortest path is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct PathOptions {
    /// Only along edges with one of these labels; any if empty.
    pub labels: Vec<String>,
    /// Which way.
    pub direction: Direction,
    /// Whether the sum of the weights counts, not the number of edges.
    pub weighted: bool,
    /// How many documents are visited at most, before it is given up as LIMIT: 1 to [`MAX_NODES`].
    pub max_nodes: usize,
}

impl Default for PathOptions {
    fn default() -> Self {
        PathOptions { labels: Vec::new(), direction: Direction::Outgoing, weighted: false, max_nodes: MAX_NODES }
    }
}

/// A way from one document to another.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct ShortestPath {
    /// The ids on the way, both ends included.
    pub ids: Vec<String>,
    /// The number of edges, or the sum of their weights.
    pub cost: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonNeighborOptions {
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    direction: Direction,
    limit: Option<usize>,
}

impl NeighborOptions {
    /// Reads them from a JSON object: `{"labels": ["…"], "direction": "outgoing" | "incoming" | "both",
    /// "limit": 100}`, each optional. For bindings.
    ///
    /// # Errors
    /// INVALID_JSON if it is no JSON; INVALID_ARGUMENT for an unknown key or a wrong value.
    pub fn from_json(json: &str) -> Result<NeighborOptions> {
        let JsonNeighborOptions { labels, direction, limit } = parse_options(json)?;
        Ok(NeighborOptions { labels, direction, limit })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonWalkOptions {
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    direction: Direction,
    depth: Option<u32>,
    max_nodes: Option<usize>,
    fan_out: Option<usize>,
    #[serde(default)]
    paths: bool,
    r#where: Option<Value>,
}

impl WalkOptions {
    /// Reads them from a JSON object: `{"labels": ["…"], "direction": "outgoing", "depth": 1, "max_nodes": 10000,
    /// "fan_out": 100, "paths": false, "where": filter}`, each optional. For bindings.
    ///
    /// # Errors
    /// INVALID_JSON if it is no JSON; INVALID_ARGUMENT for an unknown key or a wrong value; LIMIT.
    pub fn from_json(json: &str) -> Result<WalkOptions> {
        let parsed: JsonWalkOptions = parse_options(json)?;
        let defaults = WalkOptions::default();
        Ok(WalkOptions {
            labels: parsed.labels,
            direction: parsed.direction,
            depth: parsed.depth.unwrap_or(defaults.depth),
            max_nodes: parsed.max_nodes.unwrap_or(defaults.max_nodes),
            fan_out: parsed.fan_out,
            paths: parsed.paths,
            filter: filter_of(parsed.r#where)?,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonPathOptions {
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    direction: Direction,
    #[serde(default)]
    weighted: bool,
    max_nodes: Option<usize>,
}

impl PathOptions {
    /// Reads them from a JSON object: `{"labels": ["…"], "direction": "outgoing", "weighted": false, "max_nodes":
    /// 1000000}`, each optional. For bindings.
    ///
    /// # Errors
    /// INVALID_JSON if it is no JSON; INVALID_ARGUMENT for an unknown key or a wrong value.
    pub fn from_json(json: &str) -> Result<PathOptions> {
        let JsonPathOptions { labels, direction, weighted, max_nodes } = parse_options(json)?;
        Ok(PathOptions { labels, direction, weighted, max_nodes: max_nodes.unwrap_or(MAX_NODES) })
    }
}

pub(crate) fn check_label(label: &str) -> Result<()> {
    if label.is_empty() {
        return Err(Error::invalid("the label is empty: say what the edge means"));
    }
    check_key(label)
}

fn check_labels(labels: &[String]) -> Result<()> {
    check_count("labels", labels.len())?;
    labels.iter().try_for_each(|label| check_label(label))
}

pub(crate) fn check_walk(options: &WalkOptions) -> Result<()> {
    check_labels(&options.labels)?;
    check_nodes(options.max_nodes)?;
    if options.depth == 0 {
        return Err(Error::invalid("the depth is 0: a walk goes along one edge at least"));
    }
    if options.fan_out == Some(0) {
        return Err(Error::invalid("the fan-out is 0: follow at least one edge of each document, or leave it out"));
    }
    Ok(())
}

/// Checks which edges are followed.
pub(crate) fn check_neighbors(options: &NeighborOptions) -> Result<()> {
    check_labels(&options.labels)?;
    match options.limit {
        Some(0) => Err(Error::invalid("the limit is 0: ask for at least one neighbour")),
        Some(limit) if limit > MAX_NEIGHBORS => {
            Err(Error::limit(format!("the limit is {limit}, at most {MAX_NEIGHBORS} neighbours are given")))
        }
        _ => Ok(()),
    }
}

/// Checks how a shortest path is looked for.
pub(crate) fn check_path(options: &PathOptions) -> Result<()> {
    check_labels(&options.labels)?;
    check_nodes(options.max_nodes)
}

fn check_nodes(max_nodes: usize) -> Result<()> {
    match max_nodes {
        0 => Err(Error::invalid("max_nodes is 0: allow at least one document")),
        1..=MAX_NODES => Ok(()),
        more => Err(Error::limit(format!("max_nodes is {more}, at most {MAX_NODES} are visited"))),
    }
}

impl Collection {
    /// Connects two documents, or gives the edge that is there another weight and other metadata.
    ///
    /// ```
    /// use beaver_core::{Beaver, Document, EdgeOptions, IndexOptions, NeighborOptions, Options, WalkOptions};
    /// use serde_json::json;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// let net = db.collection("social_network")?;
    /// for id in ["alice", "bob", "charlie"] {
    ///     net.index(Document::with_id(id, json!({"name": id})), &IndexOptions::default())?;
    /// }
    /// net.connect("alice", "bob", "FOLLOWS", EdgeOptions::default())?;
    /// net.connect("bob", "charlie", "FOLLOWS", EdgeOptions::default())?;
    /// let follows = net.neighbors("alice", &NeighborOptions::default())?;
    /// assert_eq!(follows[0].document.id, "bob");
    /// let network = net.walk("alice", &WalkOptions { depth: 2, ..WalkOptions::default() })?;
    /// assert_eq!(network.last().map(|visit| (&*visit.document.id, visit.distance)), Some(("charlie", 2)));
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// NOT_FOUND if one of the documents is not there; INVALID_ARGUMENT for an empty id or label, or a weight
    /// that is not finite or below zero; LIMIT; for all that write: READ_ONLY, BUSY, FULL, IO, CORRUPT,
    /// INTERRUPTED, CLOSED, PAUSED.
    pub fn connect(&self, source: &str, target: &str, label: &str, options: EdgeOptions) -> Result<()> {
        let EdgeOptions { weight, metadata } = options;
        let edge = Edge { weight, metadata, ..Edge::new(source, target, label) };
        self.0.write(connect_change(vec![edge])?).map(drop)
    }

    /// Connects many, in one commit: all of them, or none.
    ///
    /// # Errors
    /// As for [`Collection::connect`], with the index of the edge as [`crate::Error::operation`]; LIMIT above
    /// [`crate::MAX_ITEMS`] edges; INTERRUPTED if `progress` stopped it.
    pub fn connect_many(
        &self,
        edges: impl IntoIterator<Item = Edge>,
        progress: impl FnMut(Progress) -> bool,
    ) -> Result<u64> {
        super::upkeep::connect_many(self, edges.into_iter().collect(), progress)
    }

    /// Removes the edge of that label between two documents, or all edges from the one to the other; tells how
    /// many there were.
    ///
    /// # Errors
    /// As for [`Collection::connect`], but for NOT_FOUND.
    pub fn disconnect(&self, source: &str, target: &str, label: Option<&str>) -> Result<u64> {
        self.0.write(disconnect_change(source, target, label)?)?.count()
    }

    /// The documents one edge away, each with the edge, ordered by label and id; an edge of the document to itself
    /// comes once. None if the document is not there. O(log n + what is found) for each label and direction.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for an empty id or label, or a limit of 0; LIMIT above [`MAX_NEIGHBORS`]; IO, CORRUPT,
    /// INTERRUPTED, CLOSED, PAUSED.
    pub fn neighbors(&self, id: &str, options: &NeighborOptions) -> Result<Vec<Neighbor>> {
        check_id(id)?;
        check_neighbors(options)?;
        self.0.store.neighbors(&self.0.name, id, options)
    }

    /// The documents within some edges of one, nearest first, each once however many ways lead to it; the
    /// source is not among them. Breadth first, the edges of each document outgoing before incoming, in the order of
    /// label and id. Nothing if the source is not there. O(log n) for each document visited and O(1) for each edge
    /// followed; it reads all of one moment.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for an empty id or label, a depth, fan-out or `max_nodes` of 0; LIMIT above
    /// [`MAX_NODES`]; IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn walk(&self, source: &str, options: &WalkOptions) -> Result<Vec<Visit>> {
        check_id(source)?;
        check_walk(options)?;
        self.0.store.walk(&self.0.name, &[source], options)
    }

    /// A shortest way from one document to another, by the number of edges or by the sum of their weights; none
    /// if there is no way, or one of the documents is not there. From a document to itself it is that one id, at no
    /// cost. Searches from both ends at once: by breadth, or by Dijkstra's algorithm.
    ///
    /// # Errors
    /// As for [`Collection::walk`]; LIMIT also if `max_nodes` documents were visited before the end was reached.
    pub fn shortest_path(&self, source: &str, target: &str, options: &PathOptions) -> Result<Option<ShortestPath>> {
        check_id(source)?;
        check_id(target)?;
        check_path(options)?;
        self.0.store.shortest_path(&self.0.name, source, target, options)
    }

    /// How many edges a document has, of those labels (any if empty) and that direction; an edge to itself counts
    /// twice in [`Direction::Both`]. 0 if the document is not there. Counts through an index: O(log n + the degree).
    ///
    /// # Errors
    /// INVALID_ARGUMENT for an empty id or label; IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn degree(&self, id: &str, labels: &[&str], direction: Direction) -> Result<u64> {
        check_id(id)?;
        labels.iter().try_for_each(|label| check_label(label))?;
        self.0.store.degree(&self.0.name, id, labels, direction)
    }
}

/// Checks edges and makes the change that connects them.
pub(crate) fn connect_change(edges: Vec<Edge>) -> Result<Change> {
    check_count("connect_many", edges.len())?;
    for (index, edge) in edges.iter().enumerate() {
        edge.check().map_err(|e| if edges.len() > 1 { e.at_operation(index) } else { e })?;
    }
    Ok(Change::Collection(CollectionChange::Connect(edges)))
}

pub(crate) fn disconnect_change(source: &str, target: &str, label: Option<&str>) -> Result<Change> {
    check_id(source)?;
    check_id(target)?;
    label.map_or(Ok(()), check_label)?;
    Ok(Change::Collection(CollectionChange::Disconnect {
        source: source.into(),
        target: target.into(),
        label: label.map(str::to_owned),
    }))
}
