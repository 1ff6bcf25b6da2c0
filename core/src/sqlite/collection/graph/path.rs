//! Shortest paths: Dijkstra's algorithm from both ends at once (Pohl, "Bi-directional search", Machine
//! Intelligence 6, 1971). Without weights every edge costs 1, and each side goes breadth first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use rusqlite::Connection;

use super::is_there;
use super::neighbors::{Frontier, Ids, Node, Ways};
use crate::collection::{Direction, PathOptions, ShortestPath};
use crate::error::{Error, Result};
use crate::sqlite::source::View;

pub(super) fn shortest(
    view: &View<'_>,
    name: &str,
    source: &str,
    target: &str,
    options: &PathOptions,
) -> Result<Option<ShortestPath>> {
    if !is_there(view.conn, name, source)? || !is_there(view.conn, name, target)? {
        return Ok(None);
    }
    // That an edge leads to what is no document happens in damaged files only, and to look at each end costs as much
    // as the search. So it is done only if the way that was found leads through such an end.
    let Some(found) = Search::new(view, name, options, false).run(source, target)? else { return Ok(None) };
    for id in &found.ids {
        if !is_there(view.conn, name, id)? {
            return Search::new(view, name, options, true).run(source, target);
        }
    }
    Ok(Some(found))
}

struct Search<'s> {
    view: &'s View<'s>,
    name: &'s str,
    options: &'s PathOptions,
    /// Whether each end of an edge is looked up.
    checked: bool,
    edges: Frontier<'s>,
    ids: Ids,
    /// By number: the best way to it that each side knows.
    reached: Vec<Reached>,
}

/// What is known of a document, by side.
#[derive(Clone, Default)]
struct Reached {
    missing: bool,
    steps: [Option<Step>; 2],
}

/// The last step to a document.
#[derive(Clone, Copy)]
struct Step {
    from: Node,
    weight: f64,
    /// Of the whole way.
    cost: f64,
    /// Whether the edges of the document were followed: then no better way to it exists.
    settled: bool,
}

/// One of the two ends that the search goes from.
struct Side<'s> {
    /// Which of the steps are its own.
    index: usize,
    ways: Ways<'s>,
    queue: BinaryHeap<Next>,
}

/// A document to go on from: the cheapest first, and of those the one that was come upon first.
#[derive(PartialEq)]
struct Next {
    cost: f64,
    node: Node,
}

impl Eq for Next {}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Next {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives the greatest first.
        other.cost.total_cmp(&self.cost).then(other.node.cmp(&self.node))
    }
}

/// The best way so far: its cost, and where the sides meet on it.
struct Meeting {
    cost: f64,
    node: Node,
}

/// A sum of weights, which stays finite.
fn sum(a: f64, b: f64) -> f64 {
    (a + b).min(f64::MAX)
}

impl<'s> Search<'s> {
    fn new(view: &'s View<'s>, name: &'s str, options: &'s PathOptions, checked: bool) -> Self {
        let conn: &Connection = view.conn;
        let edges = Frontier::new(conn, name);
        Search { view, name, options, checked, edges, ids: Ids::default(), reached: Vec::new() }
    }

    fn run(mut self, source: &str, target: &str) -> Result<Option<ShortestPath>> {
        let back = match self.options.direction {
            Direction::Outgoing => Direction::Incoming,
            Direction::Incoming => Direction::Outgoing,
            Direction::Both => Direction::Both,
        };
        let mut meeting = None;
        let mut forward = self.begin(0, source, self.options.direction, &mut meeting)?;
        let mut backward = self.begin(1, target, back, &mut meeting)?;
        // A way that is not found yet has an edge at least beyond what both sides have settled.
        let least = if self.options.weighted { 0.0 } else { 1.0 };
        let mut visited = 0;
        while let (Some(near), Some(far)) = (self.next_cost(&mut forward), self.next_cost(&mut backward)) {
            if meeting.as_ref().is_some_and(|best: &Meeting| near + far + least >= best.cost) {
                break;
            }
            if visited == self.options.max_nodes {
                return Err(Error::limit(format!(
                    "{visited} documents were visited, and no shortest path is found yet"
                )));
            }
            visited += 1;
            self.view.check()?;
            let side = if forward.queue.len() <= backward.queue.len() { &mut forward } else { &mut backward };
            self.settle(side, &mut meeting)?;
        }
        Ok(meeting.map(|Meeting { node, .. }| self.path_through(node)))
    }

    fn begin(
        &mut self,
        index: usize,
        id: &str,
        direction: Direction,
        meeting: &mut Option<Meeting>,
    ) -> Result<Side<'s>> {
        let mut side = Side { index, ways: Ways::new(&self.options.labels, direction), queue: BinaryHeap::new() };
        let node = number(&mut self.ids, &mut self.reached, id, || Ok(true))?;
        reach(&mut self.reached, &mut side.queue, index, (node, node), (0.0, 0.0), meeting);
        Ok(side)
    }

    /// The cost at which a side goes on; none if it has been everywhere.
    fn next_cost(&self, side: &mut Side<'_>) -> Option<f64> {
        while let Some(next) = side.queue.peek() {
            let step = self.reached.get(next.node as usize).and_then(|reached| reached.steps.get(side.index));
            if step.copied().flatten().is_some_and(|step| !step.settled) {
                return Some(next.cost);
            }
            // A better way to it came in between.
            side.queue.pop();
        }
        None
    }

    /// Follows the edges of the next document of a side.
    fn settle(&mut self, side: &mut Side<'s>, meeting: &mut Option<Meeting>) -> Result<()> {
        let Side { index, ways, queue } = side;
        let Some(Next { cost, node }) = queue.pop() else { return Ok(()) };
        let Search { edges, ids, reached, view, name, options, checked } = self;
        let step = reached.get_mut(node as usize).and_then(|reached| reached.steps.get_mut(*index)?.as_mut());
        if let Some(step) = step {
            step.settled = true;
        }
        let id = ids.id(node);
        edges.visit(&id, ways, |other, weight| {
            let there = || if *checked { is_there(view.conn, name, other) } else { Ok(true) };
            let other = number(ids, reached, other, there)?;
            let weight = if options.weighted { weight } else { 1.0 };
            reach(reached, queue, *index, (node, other), (weight, sum(cost, weight)), meeting);
            Ok(ControlFlow::Continue(()))
        })
    }

    /// The whole way, put together where the sides met.
    fn path_through(&self, meeting: Node) -> ShortestPath {
        let (mut nodes, mut weights) = self.steps_from(meeting, 0);
        nodes.reverse();
        weights.reverse();
        let (rest, rest_weights) = self.steps_from(meeting, 1);
        nodes.push(meeting);
        nodes.extend(rest);
        weights.extend(rest_weights);
        ShortestPath {
            ids: nodes.into_iter().map(|node| self.ids.id(node).as_ref().to_owned()).collect(),
            // Added up in the order of the way, whatever way it was found.
            cost: weights.into_iter().fold(0.0, sum),
        }
    }

    /// The documents after that one on the way to where a side began, and the weights of the edges.
    fn steps_from(&self, mut at: Node, side: usize) -> (Vec<Node>, Vec<f64>) {
        let (mut nodes, mut weights) = (Vec::new(), Vec::new());
        while let Some(Some(step)) = self.reached.get(at as usize).and_then(|reached| reached.steps.get(side))
            && step.from != at
        {
            nodes.push(step.from);
            weights.push(step.weight);
            at = step.from;
        }
        (nodes, weights)
    }
}

/// The number of an id; if it is new, whether it is a document is noted.
fn number(ids: &mut Ids, reached: &mut Vec<Reached>, id: &str, there: impl FnOnce() -> Result<bool>) -> Result<Node> {
    let (node, new) = ids.number(id);
    if new {
        reached.push(Reached { missing: !there()?, ..Reached::default() });
    }
    Ok(node)
}

/// Notes a way to a document if it is the best that its side knows, and the meeting if the other side knows one too.
fn reach(
    reached: &mut [Reached],
    queue: &mut BinaryHeap<Next>,
    side: usize,
    (from, node): (Node, Node),
    (weight, cost): (f64, f64),
    meeting: &mut Option<Meeting>,
) {
    let Some(Reached { missing: false, steps }) = reached.get_mut(node as usize) else { return };
    let other = steps.get(1 - side).copied().flatten();
    let Some(step) = steps.get_mut(side) else { return };
    if step.is_some_and(|step| step.cost <= cost) {
        return;
    }
    *step = Some(Step { from, weight, cost, settled: false });
    queue.push(Next { cost, node });
    if let Some(other) = other {
        let cost = sum(cost, other.cost);
        if meeting.as_ref().is_none_or(|best| cost < best.cost) {
            *meeting = Some(Meeting { cost, node });
        }
    }
}
