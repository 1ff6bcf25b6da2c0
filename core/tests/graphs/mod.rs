//! What the tests of the graph share: graphs from a few words, and answers as words.

use beaver_core::{
    Collection, Direction, Document, EdgeOptions, IndexOptions, NeighborOptions, PathOptions, WalkOptions,
};
use serde_json::json;

pub fn index(graph: &Collection, ids: &[&str]) {
    for id in ids {
        graph.index(Document::with_id(*id, json!({"name": id})), &IndexOptions::default()).unwrap();
    }
}

/// Connects as `"a -x-> b"` says.
pub fn connect(graph: &Collection, edges: &[&str]) {
    for edge in edges {
        let [source, arrow, target] = edge.split(' ').collect::<Vec<_>>()[..] else { panic!("{edge}") };
        let label = arrow.trim_start_matches('-').trim_end_matches("->");
        graph.connect(source, target, label, EdgeOptions::default()).unwrap();
    }
}

pub fn weighted(weight: f64) -> EdgeOptions {
    EdgeOptions { weight, metadata: None }
}

/// The neighbours, as `"label id"`.
pub fn neighbors(graph: &Collection, id: &str, labels: &[&str], direction: Direction) -> Vec<String> {
    let labels = labels.iter().map(ToString::to_string).collect();
    let found = graph.neighbors(id, &NeighborOptions { labels, direction, limit: None }).unwrap();
    found.iter().map(|found| format!("{} {}", found.edge.label, found.document.id)).collect()
}

/// The ids of a walk with their distance, as `"id 1"`.
pub fn walk(graph: &Collection, source: &str, options: &WalkOptions) -> Vec<String> {
    let visits = graph.walk(source, options).unwrap();
    visits.iter().map(|visit| format!("{} {}", visit.document.id, visit.distance)).collect()
}

pub fn far() -> WalkOptions {
    WalkOptions { depth: u32::MAX, ..WalkOptions::default() }
}

pub fn path(graph: &Collection, from: &str, to: &str, options: &PathOptions) -> Option<(String, f64)> {
    graph.shortest_path(from, to, options).unwrap().map(|path| (path.ids.join(" "), path.cost))
}
