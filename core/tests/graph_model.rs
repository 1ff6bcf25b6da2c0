//! The graph of a collection against a plain model, under random operations and questions.

use std::collections::{BTreeMap, BTreeSet};

use beaver_core::{
    Beaver, Collection, Direction, Document, EdgeOptions, Filter, IndexOptions, NeighborOptions, Options, PathOptions,
    WalkOptions,
};
use proptest::prelude::*;
use serde_json::json;

const LABELS: [&str; 3] = ["A", "B", "c"];
const DOCUMENTS: u8 = 7;

/// What is asked for alike by every question.
#[derive(Debug, Clone)]
struct Along {
    labels: Vec<String>,
    direction: Direction,
}

#[derive(Debug, Clone)]
enum Step {
    Index(u8),
    Drop(u8),
    Connect(u8, u8, usize, u8),
    Disconnect(u8, u8, Option<usize>),
    Clear,
    Neighbors { id: u8, along: Along, limit: Option<usize> },
    Walk { id: u8, along: Along, depth: u32, max_nodes: usize, fan_out: Option<usize>, paths: bool, even: bool },
    Path { from: u8, to: u8, along: Along, weighted: bool },
    Degree { id: u8, along: Along },
}

fn along() -> impl Strategy<Value = Along> {
    let labels = proptest::collection::vec((0..4usize).prop_map(|n| ["A", "B", "c", "none"][n].to_owned()), 0..3);
    let direction = prop_oneof![Just(Direction::Outgoing), Just(Direction::Incoming), Just(Direction::Both)];
    (labels, direction).prop_map(|(labels, direction)| Along { labels, direction })
}

fn step() -> impl Strategy<Value = Step> {
    let id = 0..DOCUMENTS;
    let few = proptest::option::of(1..4usize);
    let walk = (id.clone(), along(), 1..5u32, 1..8usize, few.clone(), any::<bool>(), any::<bool>()).prop_map(
        |(id, along, depth, max_nodes, fan_out, paths, even)| Step::Walk {
            id,
            along,
            depth,
            max_nodes,
            fan_out,
            paths,
            even,
        },
    );
    prop_oneof![
        5 => id.clone().prop_map(Step::Index),
        2 => id.clone().prop_map(Step::Drop),
        16 => (id.clone(), id.clone(), 0..3usize, 0..5u8).prop_map(|(s, t, l, w)| Step::Connect(s, t, l, w)),
        3 => (id.clone(), id.clone(), proptest::option::of(0..3usize)).prop_map(|(s, t, l)| Step::Disconnect(s, t, l)),
        1 => Just(Step::Clear),
        6 => (id.clone(), along(), few).prop_map(|(id, along, limit)| Step::Neighbors { id, along, limit }),
        8 => walk,
        8 => (id.clone(), id.clone(), along(), any::<bool>())
            .prop_map(|(from, to, along, weighted)| Step::Path { from, to, along, weighted }),
        4 => (id, along()).prop_map(|(id, along)| Step::Degree { id, along }),
    ]
}

/// Edges: from source, target and label to weight.
#[derive(Default)]
struct Model {
    documents: BTreeSet<u8>,
    edges: BTreeMap<(u8, u8, &'static str), f64>,
}

/// An edge as it is seen from a document: label, other end, weight, whether it comes in.
type Seen = (&'static str, u8, f64, bool);

/// A visit: document, distance, path.
type Visited = (u8, u32, Vec<u8>);

impl Model {
    fn seen_from(&self, id: u8, along: &Along) -> Vec<Seen> {
        let mut out = Vec::new();
        let mut back = Vec::new();
        for (&(source, target, label), &weight) in &self.edges {
            if !along.labels.is_empty() && !along.labels.iter().any(|wanted| wanted == label) {
                continue;
            }
            if source == id && along.direction != Direction::Incoming {
                out.push((label, target, weight, false));
            }
            let again = along.direction == Direction::Both && source == target;
            if target == id && along.direction != Direction::Outgoing && !again {
                back.push((label, source, weight, true));
            }
        }
        out.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        back.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        out.extend(back);
        out
    }

    fn walk(&self, from: u8, along: &Along, depth: u32, fan_out: Option<usize>) -> Vec<Visited> {
        let mut found: Vec<Visited> = Vec::new();
        if !self.documents.contains(&from) {
            return found;
        }
        let mut queue = vec![(from, 0, vec![from])];
        let mut at = 0;
        while let Some((id, distance, path)) = queue.get(at).cloned() {
            at += 1;
            if distance == depth {
                break;
            }
            for (_, other, ..) in self.seen_from(id, along).into_iter().take(fan_out.unwrap_or(usize::MAX)) {
                if queue.iter().all(|(seen, ..)| *seen != other) {
                    let path = [&path[..], &[other]].concat();
                    queue.push((other, distance + 1, path.clone()));
                    found.push((other, distance + 1, path));
                }
            }
        }
        found
    }

    /// The cost of the cheapest edge.
    fn cost(&self, from: u8, to: u8, along: &Along, weighted: bool) -> Option<f64> {
        let costs = self.seen_from(from, along).into_iter().filter(|(_, other, ..)| *other == to);
        costs.map(|(_, _, weight, _)| if weighted { weight } else { 1.0 }).min_by(f64::total_cmp)
    }

    /// The costs of the cheapest ways, by as many rounds as a way can have edges.
    fn distances(&self, from: u8, along: &Along, weighted: bool) -> BTreeMap<u8, f64> {
        let mut best = BTreeMap::from([(from, 0.0)]);
        for _ in 0..DOCUMENTS {
            for (id, cost) in best.clone() {
                for other in 0..DOCUMENTS {
                    if let Some(more) = self.cost(id, other, along, weighted) {
                        let known = best.entry(other).or_insert(f64::INFINITY);
                        *known = known.min(cost + more);
                    }
                }
            }
        }
        best
    }
}

fn name(id: u8) -> String {
    format!("document {id}")
}

fn number(id: &str) -> u8 {
    id.trim_start_matches("document ").parse().unwrap()
}

fn change(model: &mut Model, graph: &Collection, step: Step) {
    match step {
        Step::Index(id) => {
            let document = Document::with_id(name(id), json!({"even": id % 2 == 0}));
            assert_eq!(graph.index(document, &IndexOptions::default()).unwrap(), model.documents.insert(id));
        }
        Step::Drop(id) => {
            assert_eq!(graph.drop(&name(id)).unwrap(), model.documents.remove(&id));
            model.edges.retain(|(source, target, _), _| *source != id && *target != id);
        }
        Step::Connect(source, target, label, weight) => {
            let weight = f64::from(weight) / 2.0;
            let options = EdgeOptions { weight, metadata: None };
            let there = model.documents.contains(&source) && model.documents.contains(&target);
            let done = graph.connect(&name(source), &name(target), LABELS[label], options);
            assert_eq!(done.is_ok(), there);
            if there {
                model.edges.insert((source, target, LABELS[label]), weight);
            }
        }
        Step::Disconnect(source, target, label) => {
            let before = model.edges.len();
            let label = label.map(|label| LABELS[label]);
            model.edges.retain(|(s, t, l), _| (*s, *t) != (source, target) || label.is_some_and(|label| label != *l));
            let removed = graph.disconnect(&name(source), &name(target), label).unwrap();
            assert_eq!(removed, (before - model.edges.len()) as u64);
        }
        Step::Clear => {
            assert_eq!(graph.clear().unwrap(), model.documents.len() as u64);
            *model = Model::default();
        }
        question => ask(model, graph, question),
    }
}

fn ask(model: &Model, graph: &Collection, question: Step) {
    match question {
        Step::Neighbors { id, along, limit } => {
            let Along { labels, direction } = along.clone();
            let found = graph.neighbors(&name(id), &NeighborOptions { labels, direction, limit }).unwrap();
            let found: Vec<Seen> = found
                .iter()
                .map(|found| {
                    let label = LABELS.into_iter().find(|label| *label == found.edge.label).unwrap();
                    let incoming = found.edge.source != name(id);
                    let end = if incoming { &found.edge.source } else { &found.edge.target };
                    assert_eq!(&found.document.id, end);
                    let other = number(end);
                    // An edge to itself comes in and goes out.
                    let incoming = incoming || along.direction == Direction::Incoming;
                    (label, other, found.edge.weight, incoming)
                })
                .collect();
            let mut expected = model.seen_from(id, &along);
            expected.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
            expected.truncate(limit.unwrap_or(usize::MAX));
            assert_eq!(found, expected);
        }
        Step::Walk { id, along, depth, max_nodes, fan_out, paths, even } => {
            let filter = even.then(|| Filter::parse(r#"{"even": true}"#).unwrap());
            let Along { labels, direction } = along.clone();
            let options = WalkOptions { labels, direction, depth, max_nodes, fan_out, paths, filter };
            let found = graph.walk(&name(id), &options).unwrap();
            let found: Vec<Visited> = found
                .into_iter()
                .map(|visit| {
                    let path = visit.path.iter().map(|id| number(id)).collect();
                    (number(&visit.document.id), visit.distance, path)
                })
                .collect();
            let mut expected = model.walk(id, &along, depth, fan_out);
            expected.retain(|(id, ..)| !even || id % 2 == 0);
            expected.truncate(max_nodes);
            if !paths {
                for (.., path) in &mut expected {
                    path.clear();
                }
            }
            assert_eq!(found, expected);
        }
        Step::Path { from, to, along, weighted } => {
            let Along { labels, direction } = along.clone();
            let options = PathOptions { labels, direction, weighted, ..PathOptions::default() };
            let found = graph.shortest_path(&name(from), &name(to), &options).unwrap();
            let there = model.documents.contains(&from) && model.documents.contains(&to);
            let expected = model.distances(from, &along, weighted).get(&to).copied().filter(|_| there);
            assert_eq!(found.as_ref().map(|path| path.cost), expected);
            if let Some(path) = found {
                let ids: Vec<u8> = path.ids.iter().map(|id| number(id)).collect();
                assert_eq!((ids.first(), ids.last()), (Some(&from), Some(&to)));
                let cost = ids.windows(2).map(|pair| model.cost(pair[0], pair[1], &along, weighted).unwrap());
                assert_eq!(cost.sum::<f64>(), path.cost);
                assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "a document comes twice");
            }
        }
        Step::Degree { id, along } => {
            let labels: Vec<&str> = along.labels.iter().map(String::as_str).collect();
            let ends = |direction| model.seen_from(id, &Along { direction, ..along.clone() }).len();
            let expected = match along.direction {
                Direction::Both => ends(Direction::Outgoing) + ends(Direction::Incoming),
                one => ends(one),
            };
            assert_eq!(graph.degree(&name(id), &labels, along.direction).unwrap(), expected as u64);
        }
        other => panic!("{other:?} is no question"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn behaves_as_a_plain_graph(steps in proptest::collection::vec(step(), 1..120)) {
        let db = Beaver::open(":memory:", Options::default()).unwrap();
        let graph = db.collection("graph").unwrap();
        // Another collection of the same ids and edges, which nothing may find its way into.
        let other = db.collection("other").unwrap();
        let mut model = Model::default();
        for id in 0..DOCUMENTS {
            other.index(Document::with_id(name(id), json!({})), &IndexOptions::default()).unwrap();
            other.connect(&name(id / 2), &name(id), "A", EdgeOptions::default()).unwrap();
            if id < 5 {
                change(&mut model, &graph, Step::Index(id));
            }
        }
        for step in steps {
            change(&mut model, &graph, step);
        }
        prop_assert_eq!(other.walk(&name(0), &WalkOptions { depth: 99, ..WalkOptions::default() }).unwrap().len(), 6);
        prop_assert_eq!(db.verify().unwrap().problems, [""; 0]);
    }
}
