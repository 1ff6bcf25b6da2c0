//! Which documents are next to which.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::rc::Rc;

use rusqlite::{CachedStatement, Connection, Row};

use super::is_there;
use crate::collection::{Direction, Edge, Neighbor, NeighborOptions};
use crate::error::Result;
use crate::sqlite::collection::documents::document;
use crate::sqlite::source::View;
use crate::value::Json;

/// The edges of a document in one direction, of one label or of any. Each of the statements follows an index,
/// which has them in the order of label and id.
#[derive(Clone, Copy)]
pub(super) struct Way<'l> {
    pub incoming: bool,
    pub label: Option<&'l str>,
}

/// For each of the four sorts of ways: outgoing, outgoing of a label, incoming, incoming of a label.
pub(super) const ENDS: [&str; 4] = [
    "SELECT target_item_id, weight FROM beaver_edges WHERE collection = ?1 AND source_item_id = ?2
     ORDER BY label, target_item_id",
    "SELECT target_item_id, weight FROM beaver_edges WHERE collection = ?1 AND source_item_id = ?2 AND label = ?3
     ORDER BY target_item_id",
    "SELECT source_item_id, weight FROM beaver_edges WHERE collection = ?1 AND target_item_id = ?2
     ORDER BY label, source_item_id",
    "SELECT source_item_id, weight FROM beaver_edges WHERE collection = ?1 AND target_item_id = ?2 AND label = ?3
     ORDER BY source_item_id",
];

pub(super) const COUNTS: [&str; 4] = [
    "SELECT count(*) FROM beaver_edges WHERE collection = ?1 AND source_item_id = ?2",
    "SELECT count(*) FROM beaver_edges WHERE collection = ?1 AND source_item_id = ?2 AND label = ?3",
    "SELECT count(*) FROM beaver_edges WHERE collection = ?1 AND target_item_id = ?2",
    "SELECT count(*) FROM beaver_edges WHERE collection = ?1 AND target_item_id = ?2 AND label = ?3",
];

/// The documents at the other ends, with their edges.
pub(super) const NEIGHBORS: [&str; 4] = [
    "SELECT e.target_item_id, e.label, e.weight, e.metadata, c.item_vector, c.metadata
     FROM beaver_edges AS e CROSS JOIN beaver_collections AS c ON c.collection = ?1 AND c.item_id = e.target_item_id
     WHERE e.collection = ?1 AND e.source_item_id = ?2 ORDER BY e.label, e.target_item_id",
    "SELECT e.target_item_id, e.label, e.weight, e.metadata, c.item_vector, c.metadata
     FROM beaver_edges AS e CROSS JOIN beaver_collections AS c ON c.collection = ?1 AND c.item_id = e.target_item_id
     WHERE e.collection = ?1 AND e.source_item_id = ?2 AND e.label = ?3 ORDER BY e.target_item_id",
    "SELECT e.source_item_id, e.label, e.weight, e.metadata, c.item_vector, c.metadata
     FROM beaver_edges AS e CROSS JOIN beaver_collections AS c ON c.collection = ?1 AND c.item_id = e.source_item_id
     WHERE e.collection = ?1 AND e.target_item_id = ?2 ORDER BY e.label, e.source_item_id",
    "SELECT e.source_item_id, e.label, e.weight, e.metadata, c.item_vector, c.metadata
     FROM beaver_edges AS e CROSS JOIN beaver_collections AS c ON c.collection = ?1 AND c.item_id = e.source_item_id
     WHERE e.collection = ?1 AND e.target_item_id = ?2 AND e.label = ?3 ORDER BY e.source_item_id",
];

impl Way<'_> {
    fn of(self, statements: [&'static str; 4]) -> &'static str {
        let [outgoing, outgoing_of, incoming, incoming_of] = statements;
        match (self.incoming, self.label) {
            (false, None) => outgoing,
            (false, Some(_)) => outgoing_of,
            (true, None) => incoming,
            (true, Some(_)) => incoming_of,
        }
    }

    /// The statement that counts them.
    pub fn count(self) -> &'static str {
        self.of(COUNTS)
    }
}

/// The ways from a document that a call follows: a direction or both, the labels in their order or any.
pub(super) struct Ways<'l> {
    labels: BTreeSet<&'l str>,
    direction: Direction,
}

impl<'l> Ways<'l> {
    pub fn new<L: AsRef<str>>(labels: &'l [L], direction: Direction) -> Self {
        Ways { labels: labels.iter().map(AsRef::as_ref).collect(), direction }
    }

    /// The outgoing ones come first.
    pub fn iter(&self) -> impl Iterator<Item = Way<'l>> {
        let directions: &[bool] = match self.direction {
            Direction::Outgoing => &[false],
            Direction::Incoming => &[true],
            Direction::Both => &[false, true],
        };
        directions.iter().flat_map(|incoming| {
            let any = self.labels.is_empty().then_some(None);
            let labels = self.labels.iter().copied().map(Some);
            any.into_iter().chain(labels).map(|label| Way { incoming: *incoming, label })
        })
    }
}

/// The weight of an edge, made one that can be added up: other programs may have stored anything.
pub(super) fn weight_of(stored: f64) -> f64 {
    stored.clamp(0.0, f64::MAX)
}

pub(super) fn neighbors(view: &View<'_>, name: &str, id: &str, options: &NeighborOptions) -> Result<Vec<Neighbor>> {
    let mut found: Vec<Neighbor> = Vec::new();
    if !is_there(view.conn, name, id)? {
        return Ok(found);
    }
    let limit = options.limit.unwrap_or(crate::collection::MAX_NEIGHBORS);
    let both = options.direction == Direction::Both;
    for incoming in [false, true] {
        let begin = found.len();
        for way in Ways::new(&options.labels, options.direction).iter().filter(|way| way.incoming == incoming) {
            view.check()?;
            let mut select = view.conn.prepare_cached(way.of(NEIGHBORS))?;
            let mut rows = match way.label {
                Some(label) => select.query([name, id, label])?,
                None => select.query([name, id])?,
            };
            while found.len() - begin < limit
                && let Some(row) = rows.next()?
            {
                let neighbor = neighbor(row, id, incoming)?;
                // An edge to itself was among the outgoing ones.
                if !(both && incoming && neighbor.document.id == id) {
                    found.push(neighbor);
                }
            }
        }
    }
    if both {
        found.sort_by(|a, b| (&a.edge.label, &a.document.id).cmp(&(&b.edge.label, &b.document.id)));
        found.truncate(limit);
    }
    Ok(found)
}

fn neighbor(row: &Row<'_>, id: &str, incoming: bool) -> Result<Neighbor> {
    let other: String = row.get(0)?;
    let (source, target) = if incoming { (other.clone(), id.to_owned()) } else { (id.to_owned(), other.clone()) };
    let metadata: Option<String> = row.get(3)?;
    let edge = Edge {
        source,
        target,
        label: row.get(1)?,
        weight: weight_of(row.get(2)?),
        metadata: metadata.map(Json::trusted),
    };
    Ok(Neighbor { document: document(other, row.get_ref(4)?.as_blob_or_null()?, row.get(5)?), edge })
}

/// A document in one search, by the order in which it was come upon.
pub(super) type Node = u32;

/// The ids of the documents that a search has come upon, each kept once, and their numbers.
#[derive(Default)]
pub(super) struct Ids {
    numbers: HashMap<Rc<str>, Node>,
    ids: Vec<Rc<str>>,
}

impl Ids {
    /// The number of an id, and whether it is new.
    pub fn number(&mut self, id: &str) -> (Node, bool) {
        if let Some(number) = self.numbers.get(id) {
            return (*number, false);
        }
        let id: Rc<str> = id.into();
        // No search comes upon as many as would not fit: they would not fit into memory either.
        let number = Node::try_from(self.ids.len()).unwrap_or(Node::MAX);
        self.ids.push(id.clone());
        self.numbers.insert(id, number);
        (number, true)
    }

    /// The id that has a number.
    pub fn id(&self, node: Node) -> Rc<str> {
        self.ids.get(node as usize).cloned().unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }
}

/// Looks for the edges of one document after the other.
pub(super) struct Frontier<'c> {
    statements: [Option<CachedStatement<'c>>; 4],
    conn: &'c Connection,
    name: &'c str,
}

impl<'c> Frontier<'c> {
    pub fn new(conn: &'c Connection, name: &'c str) -> Self {
        Frontier { statements: [const { None }; 4], conn, name }
    }

    /// Shows the other end and the weight of each edge of a document that goes one of the ways, the outgoing
    /// ones first, and each way in the order of label and id, until it is told to stop. An edge to itself is
    /// shown once.
    pub fn visit(
        &mut self,
        id: &str,
        ways: &Ways<'_>,
        mut show: impl FnMut(&str, f64) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let both = ways.direction == Direction::Both;
        for way in ways.iter() {
            let statement = self.statement(way)?;
            statement.raw_bind_parameter(2, id)?;
            if let Some(label) = way.label {
                statement.raw_bind_parameter(3, label)?;
            }
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                let other = row.get_ref(0)?.as_str()?;
                if both && way.incoming && other == id {
                    continue;
                }
                if show(other, weight_of(row.get(1)?))?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The statement of a way, with the collection bound.
    fn statement(&mut self, way: Way<'_>) -> Result<&mut CachedStatement<'c>> {
        let [outgoing, outgoing_of, incoming, incoming_of] = &mut self.statements;
        let place = match (way.incoming, way.label) {
            (false, None) => outgoing,
            (false, Some(_)) => outgoing_of,
            (true, None) => incoming,
            (true, Some(_)) => incoming_of,
        };
        let statement = match place.take() {
            Some(statement) => statement,
            None => {
                let mut statement = self.conn.prepare_cached(way.of(ENDS))?;
                statement.raw_bind_parameter(1, self.name)?;
                statement
            }
        };
        Ok(place.insert(statement))
    }
}
