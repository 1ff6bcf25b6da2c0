//! What the graph of a collection promises, one behaviour a test.

mod graphs;

use beaver_core::{
    Beaver, Collection, Direction, Document, Edge, EdgeOptions, ErrorKind, Filter, IndexOptions, Json, MAX_NEIGHBORS,
    MAX_NODES, NeighborOptions, Options, Outcome, PathOptions, WalkOptions,
};
use graphs::{connect, far, index, neighbors, path, walk, weighted};
use serde_json::json;

fn memory(ids: &[&str]) -> (Beaver, Collection) {
    let db = Beaver::open(":memory:", Options::default()).unwrap();
    let graph = db.collection("graph").unwrap();
    index(&graph, ids);
    (db, graph)
}

#[test]
fn an_edge_leads_from_one_document_to_another_with_what_it_carries() {
    let (_db, graph) = memory(&["a", "b"]);
    let metadata = Json::parse(r#"{"since":  2020}"#).unwrap();
    graph.connect("a", "b", "KNOWS", EdgeOptions { weight: 0.25, metadata: Some(metadata.clone()) }).unwrap();
    let found = graph.neighbors("a", &NeighborOptions::default()).unwrap();
    let edge =
        Edge { source: "a".into(), target: "b".into(), label: "KNOWS".into(), weight: 0.25, metadata: Some(metadata) };
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].edge, edge);
    assert_eq!(found[0].document, graph.get("b").unwrap().unwrap());
    // Seen from the other end it is the same edge.
    let back = NeighborOptions { direction: Direction::Incoming, ..NeighborOptions::default() };
    let found = graph.neighbors("b", &back).unwrap();
    assert_eq!((&*found[0].document.id, &found[0].edge), ("a", &edge));
    assert!(graph.neighbors("b", &NeighborOptions::default()).unwrap().is_empty());
}

#[test]
fn neighbours_come_with_their_embedding() {
    let (_db, graph) = memory(&["a"]);
    let embedded = Document::with_id("b", json!(1)).embedded(vec![0.5, -1.0]);
    graph.index(embedded.clone(), &IndexOptions::default()).unwrap();
    connect(&graph, &["a -x-> b"]);
    assert_eq!(graph.neighbors("a", &NeighborOptions::default()).unwrap()[0].document, embedded);
    assert_eq!(graph.walk("a", &WalkOptions::default()).unwrap()[0].document, embedded);
}

#[test]
fn connecting_again_changes_the_edge_that_is_there() {
    let (_db, graph) = memory(&["a", "b"]);
    let with = |weight, metadata: Option<serde_json::Value>| {
        graph.connect("a", "b", "x", EdgeOptions { weight, metadata: metadata.map(Json::from) }).unwrap();
        let mut found = graph.neighbors("a", &NeighborOptions::default()).unwrap();
        assert_eq!(found.len(), 1);
        let edge = found.remove(0).edge;
        (edge.weight, edge.metadata.map(|json| json.to_string()))
    };
    assert_eq!(with(1.0, None), (1.0, None));
    assert_eq!(with(1.0, Some(json!([1]))), (1.0, Some("[1]".into())));
    assert_eq!(with(2.0, Some(json!([1]))), (2.0, Some("[1]".into())));
    assert_eq!(with(2.0, Some(json!(null))), (2.0, Some("null".into())));
    assert_eq!(with(0.0, None), (0.0, None));
    // Another label is another edge.
    graph.connect("a", "b", "y", EdgeOptions::default()).unwrap();
    assert_eq!(neighbors(&graph, "a", &[], Direction::Outgoing), ["x b", "y b"]);
}

#[test]
fn both_ends_of_an_edge_must_be_documents() {
    let (_db, graph) = memory(&["a", "b"]);
    for (source, target, end) in [("a", "secret", "target"), ("secret", "a", "source"), ("secret", "hidden", "source")]
    {
        let error = graph.connect(source, target, "x", EdgeOptions::default()).unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::NotFound, None));
        assert!(error.message().contains(end) && !error.message().contains("secret"), "{}", error.message());
    }
    // Nor will another collection's do.
    let (_db, other) = memory(&["a"]);
    assert_eq!(other.connect("a", "b", "x", EdgeOptions::default()).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(graph.degree("a", &[], Direction::Both).unwrap(), 0);
}

#[test]
fn wrong_arguments_are_refused_before_anything_is_done() {
    let (_db, graph) = memory(&["a", "b"]);
    let long = "x".repeat(beaver_core::MAX_KEY_BYTES + 1);
    let connect = |source: &str, target: &str, label: &str, weight| {
        graph.connect(source, target, label, weighted(weight)).unwrap_err().kind()
    };
    assert_eq!(connect("", "b", "x", 1.0), ErrorKind::InvalidArgument);
    assert_eq!(connect("a", "", "x", 1.0), ErrorKind::InvalidArgument);
    assert_eq!(connect("a", "b", "", 1.0), ErrorKind::InvalidArgument);
    assert_eq!(connect("a", "b", &long, 1.0), ErrorKind::Limit);
    for weight in [-0.5, f64::NAN, f64::INFINITY] {
        assert_eq!(connect("a", "b", "x", weight), ErrorKind::InvalidArgument);
    }
    let disconnect = |source, target, label| graph.disconnect(source, target, label).unwrap_err().kind();
    assert_eq!(disconnect("", "b", None), ErrorKind::InvalidArgument);
    assert_eq!(disconnect("a", "", None), ErrorKind::InvalidArgument);
    assert_eq!(disconnect("a", "b", Some("")), ErrorKind::InvalidArgument);

    let labels = vec![String::new()];
    let neighbors = |id, options: NeighborOptions| graph.neighbors(id, &options).unwrap_err().kind();
    let limit = |limit| NeighborOptions { limit: Some(limit), ..NeighborOptions::default() };
    assert_eq!(neighbors("", NeighborOptions::default()), ErrorKind::InvalidArgument);
    assert_eq!(neighbors("a", limit(0)), ErrorKind::InvalidArgument);
    assert_eq!(neighbors("a", limit(MAX_NEIGHBORS + 1)), ErrorKind::Limit);
    assert_eq!(
        neighbors("a", NeighborOptions { labels: labels.clone(), ..NeighborOptions::default() }),
        ErrorKind::InvalidArgument
    );

    let walk = |id, options: WalkOptions| graph.walk(id, &options).unwrap_err().kind();
    assert_eq!(walk("", far()), ErrorKind::InvalidArgument);
    assert_eq!(walk("a", WalkOptions { depth: 0, ..far() }), ErrorKind::InvalidArgument);
    assert_eq!(walk("a", WalkOptions { max_nodes: 0, ..far() }), ErrorKind::InvalidArgument);
    assert_eq!(walk("a", WalkOptions { max_nodes: MAX_NODES + 1, ..far() }), ErrorKind::Limit);
    assert_eq!(walk("a", WalkOptions { fan_out: Some(0), ..far() }), ErrorKind::InvalidArgument);
    assert_eq!(walk("a", WalkOptions { labels: labels.clone(), ..far() }), ErrorKind::InvalidArgument);

    let path = |from, to, options: PathOptions| graph.shortest_path(from, to, &options).unwrap_err().kind();
    let most = |max_nodes| PathOptions { max_nodes, ..PathOptions::default() };
    assert_eq!(path("", "b", PathOptions::default()), ErrorKind::InvalidArgument);
    assert_eq!(path("a", "", PathOptions::default()), ErrorKind::InvalidArgument);
    assert_eq!(path("a", "b", most(0)), ErrorKind::InvalidArgument);
    assert_eq!(path("a", "b", most(MAX_NODES + 1)), ErrorKind::Limit);
    assert_eq!(path("a", "b", PathOptions { labels, ..PathOptions::default() }), ErrorKind::InvalidArgument);

    assert_eq!(graph.degree("", &[], Direction::Both).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(graph.degree("a", &[""], Direction::Both).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(graph.degree("a", &[], Direction::Both).unwrap(), 0);
}

#[test]
fn many_edges_are_connected_all_or_none() {
    let (_db, graph) = memory(&["a", "b", "c"]);
    let mut seen = Vec::new();
    let edges: Vec<Edge> = (0..600).map(|n| Edge::new("a", "b", format!("label {n:03}"))).collect();
    let count = graph.connect_many(edges.clone(), |progress| {
        seen.push((progress.done, progress.total));
        true
    });
    assert_eq!(count.unwrap(), 600);
    assert_eq!(seen.last(), Some(&(600, 600)));
    assert!(seen.is_sorted());
    assert_eq!(graph.connect_many([], |_| true).unwrap(), 0);

    let mut missing = edges.clone();
    for edge in &mut missing {
        edge.target = "c".into();
    }
    missing[577].target = "nobody".into();
    let error = graph.connect_many(missing.clone(), |_| true).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::NotFound, Some(577)));
    missing[300].weight = -1.0;
    let error = graph.connect_many(missing, |_| true).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidArgument, Some(300)));
    let others = edges.into_iter().map(|edge| Edge { target: "c".into(), ..edge });
    let error = graph.connect_many(others, |progress| progress.done < 500).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(graph.degree("a", &[], Direction::Outgoing).unwrap(), 600);
    assert_eq!(graph.degree("c", &[], Direction::Incoming).unwrap(), 0);
}

#[test]
fn disconnecting_removes_one_edge_or_all_from_the_one_to_the_other() {
    let (_db, graph) = memory(&["a", "b"]);
    connect(&graph, &["a -x-> b", "a -y-> b", "a -z-> b", "b -x-> a"]);
    assert_eq!(graph.disconnect("a", "b", Some("nothing")).unwrap(), 0);
    assert_eq!(graph.disconnect("a", "b", Some("y")).unwrap(), 1);
    assert_eq!(neighbors(&graph, "a", &[], Direction::Outgoing), ["x b", "z b"]);
    assert_eq!(graph.disconnect("a", "b", None).unwrap(), 2);
    assert_eq!(graph.disconnect("a", "b", None).unwrap(), 0);
    assert_eq!(graph.disconnect("nobody", "b", None).unwrap(), 0);
    assert_eq!(neighbors(&graph, "a", &[], Direction::Both), ["x b"]);
}

#[test]
fn edges_go_with_their_documents_and_stay_when_one_is_indexed_anew() {
    let (db, graph) = memory(&["a", "b", "c"]);
    connect(&graph, &["a -x-> b", "b -x-> c", "c -x-> b", "b -x-> b", "a -x-> c"]);
    graph.index(Document::with_id("b", json!("other")), &IndexOptions::default()).unwrap();
    assert_eq!(graph.degree("b", &[], Direction::Both).unwrap(), 5);
    assert!(graph.drop("b").unwrap());
    index(&graph, &["b"]);
    assert_eq!(graph.degree("b", &[], Direction::Both).unwrap(), 0);
    assert_eq!(walk(&graph, "a", &far()), ["c 1"]);
    graph.clear().unwrap();
    index(&graph, &["a", "b", "c"]);
    assert_eq!(walk(&graph, "a", &far()), [""; 0]);
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
}

#[test]
fn neighbours_are_chosen_by_label_and_direction_and_ordered_by_label_and_id() {
    let (_db, graph) = memory(&["a", "b", "c", "d", "É"]);
    connect(&graph, &["a -y-> b", "a -x-> d", "a -x-> É", "a -x-> c", "c -y-> a", "b -w-> a", "a -x-> a"]);
    let both = ["w b", "x a", "x c", "x d", "x É", "y b", "y c"];
    assert_eq!(neighbors(&graph, "a", &[], Direction::Both), both);
    assert_eq!(neighbors(&graph, "a", &[], Direction::Outgoing), ["x a", "x c", "x d", "x É", "y b"]);
    assert_eq!(neighbors(&graph, "a", &[], Direction::Incoming), ["w b", "x a", "y c"]);
    assert_eq!(neighbors(&graph, "a", &["y", "w", "y", "none"], Direction::Both), ["w b", "y b", "y c"]);
    assert_eq!(neighbors(&graph, "a", &["none"], Direction::Both), [""; 0]);
    for limit in 1..=8 {
        let options = NeighborOptions { direction: Direction::Both, limit: Some(limit), ..NeighborOptions::default() };
        let found = graph.neighbors("a", &options).unwrap();
        let found: Vec<_> = found.iter().map(|n| format!("{} {}", n.edge.label, n.document.id)).collect();
        assert_eq!(found, both[..limit.min(both.len())]);
    }
}

#[test]
fn a_walk_gives_each_document_once_nearest_first() {
    let (_db, graph) = memory(&["a", "b", "c", "d", "e", "z"]);
    // A cycle, two ways to d, an edge to itself, and z that nothing leads to.
    connect(&graph, &["a -x-> b", "a -x-> c", "b -x-> d", "c -x-> d", "d -x-> a", "d -y-> e", "c -x-> c", "z -x-> a"]);
    assert_eq!(walk(&graph, "a", &WalkOptions::default()), ["b 1", "c 1"]);
    assert_eq!(walk(&graph, "a", &WalkOptions { depth: 2, ..far() }), ["b 1", "c 1", "d 2"]);
    assert_eq!(walk(&graph, "a", &far()), ["b 1", "c 1", "d 2", "e 3"]);
    assert_eq!(walk(&graph, "a", &WalkOptions { labels: vec!["x".into()], ..far() }), ["b 1", "c 1", "d 2"]);
    let incoming = WalkOptions { direction: Direction::Incoming, ..far() };
    assert_eq!(walk(&graph, "a", &incoming), ["d 1", "z 1", "b 2", "c 2"]);
    let both = WalkOptions { direction: Direction::Both, ..far() };
    assert_eq!(walk(&graph, "e", &both), ["d 1", "a 2", "b 2", "c 2", "z 3"]);
    assert!(graph.walk("a", &far()).unwrap().iter().all(|visit| visit.path.is_empty()));
    let visits = graph.walk("a", &WalkOptions { paths: true, ..far() }).unwrap();
    let paths: Vec<String> = visits.iter().map(|visit| visit.path.join(" ")).collect();
    assert_eq!(paths, ["a b", "a c", "a b d", "a b d e"]);
}

#[test]
fn a_walk_is_bounded_in_what_it_gives_and_what_it_follows() {
    let (_db, graph) = memory(&["a", "b", "c", "d", "e"]);
    connect(&graph, &["a -x-> b", "a -x-> c", "a -y-> d", "b -x-> e", "e -x-> a"]);
    assert_eq!(walk(&graph, "a", &WalkOptions { max_nodes: 2, ..far() }), ["b 1", "c 1"]);
    assert_eq!(walk(&graph, "a", &WalkOptions { max_nodes: 4, ..far() }), ["b 1", "c 1", "d 1", "e 2"]);
    assert_eq!(walk(&graph, "a", &WalkOptions { fan_out: Some(1), ..far() }), ["b 1", "e 2"]);
    assert_eq!(walk(&graph, "a", &WalkOptions { fan_out: Some(2), ..far() }), ["b 1", "c 1", "e 2"]);
    // Outgoing edges come before incoming ones.
    let both = WalkOptions { direction: Direction::Both, fan_out: Some(3), ..WalkOptions::default() };
    assert_eq!(walk(&graph, "a", &both), ["b 1", "c 1", "d 1"]);
}

#[test]
fn a_filter_limits_what_a_walk_gives_and_not_where_it_goes() {
    let (_db, graph) = memory(&[]);
    for (id, kind) in [("a", "city"), ("b", "road"), ("c", "city"), ("d", "road"), ("e", "city")] {
        graph.index(Document::with_id(id, json!({"kind": kind})), &IndexOptions::default()).unwrap();
    }
    connect(&graph, &["a -x-> b", "b -x-> c", "c -x-> d", "d -x-> e"]);
    let filter = Some(Filter::parse(r#"{"kind": "city"}"#).unwrap());
    let cities = WalkOptions { filter, paths: true, ..far() };
    assert_eq!(walk(&graph, "a", &cities), ["c 2", "e 4"]);
    assert_eq!(graph.walk("a", &cities).unwrap()[1].path, ["a", "b", "c", "d", "e"]);
    assert_eq!(walk(&graph, "a", &WalkOptions { max_nodes: 1, ..cities }), ["c 2"]);
}

#[test]
fn the_shortest_path_is_by_edges_or_by_weight() {
    let (_db, graph) = memory(&["a", "b", "c", "d", "e", "z"]);
    for (source, target, label, weight) in [
        ("a", "e", "ferry", 9.0),
        ("a", "b", "road", 1.0),
        ("b", "c", "road", 0.5),
        ("c", "e", "road", 2.0),
        ("c", "e", "train", 1.0),
        ("e", "d", "road", 0.0),
        ("c", "c", "road", 0.0),
    ] {
        graph.connect(source, target, label, weighted(weight)).unwrap();
    }
    let hops = PathOptions::default();
    let weights = PathOptions { weighted: true, ..PathOptions::default() };
    assert_eq!(path(&graph, "a", "d", &hops), Some(("a e d".into(), 2.0)));
    assert_eq!(path(&graph, "a", "d", &weights), Some(("a b c e d".into(), 2.5)));
    let roads = PathOptions { labels: vec!["road".into()], ..weights.clone() };
    assert_eq!(path(&graph, "a", "d", &roads), Some(("a b c e d".into(), 3.5)));
    let roads = PathOptions { weighted: false, ..roads };
    assert_eq!(path(&graph, "a", "d", &roads), Some(("a b c e d".into(), 4.0)));
    assert_eq!(path(&graph, "d", "a", &hops), None);
    let incoming = PathOptions { direction: Direction::Incoming, ..weights.clone() };
    assert_eq!(path(&graph, "d", "a", &incoming), Some(("d e c b a".into(), 2.5)));
    let both = PathOptions { direction: Direction::Both, ..hops.clone() };
    assert_eq!(path(&graph, "b", "d", &both).map(|(_, cost)| cost), Some(3.0));
    assert_eq!(path(&graph, "c", "a", &both).map(|(_, cost)| cost), Some(2.0));
    // From a document to itself there is nothing to go.
    for options in [&hops, &weights] {
        assert_eq!(path(&graph, "c", "c", options), Some(("c".into(), 0.0)));
        assert_eq!(path(&graph, "a", "z", options), None);
    }
}

#[test]
fn the_search_for_a_path_is_given_up_at_its_limit() {
    let ids: Vec<String> = (0..100).map(|n| format!("{n:02}")).collect();
    let (_db, graph) = memory(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    graph.connect_many(ids.windows(2).map(|pair| Edge::new(&*pair[0], &*pair[1], "x")), |_| true).unwrap();
    for weighted in [false, true] {
        let at_most = |max_nodes| PathOptions { weighted, max_nodes, ..PathOptions::default() };
        let error = graph.shortest_path("00", "99", &at_most(50)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        let path = graph.shortest_path("00", "99", &at_most(100)).unwrap().unwrap();
        assert_eq!((path.ids, path.cost), (ids.clone(), 99.0));
        assert_eq!(graph.shortest_path("07", "08", &at_most(2)).unwrap().unwrap().cost, 1.0);
        assert_eq!(graph.shortest_path("07", "07", &at_most(1)).unwrap().unwrap().cost, 0.0);
    }
}

#[test]
fn weights_add_up_to_something_finite() {
    let (_db, graph) = memory(&["a", "b", "c"]);
    graph.connect("a", "b", "x", weighted(f64::MAX)).unwrap();
    graph.connect("b", "c", "x", weighted(f64::MAX)).unwrap();
    let options = PathOptions { weighted: true, ..PathOptions::default() };
    assert_eq!(path(&graph, "a", "c", &options), Some(("a b c".into(), f64::MAX)));
}

#[test]
fn a_degree_counts_edges_and_an_edge_to_itself_at_both_ends() {
    let (_db, graph) = memory(&["a", "b"]);
    connect(&graph, &["a -x-> b", "a -y-> b", "b -x-> a", "a -x-> a"]);
    let degree = |labels: &[&str], direction| graph.degree("a", labels, direction).unwrap();
    assert_eq!(degree(&[], Direction::Outgoing), 3);
    assert_eq!(degree(&[], Direction::Incoming), 2);
    assert_eq!(degree(&[], Direction::Both), 5);
    assert_eq!(degree(&["x"], Direction::Both), 4);
    assert_eq!(degree(&["y", "x", "y"], Direction::Outgoing), 3);
    assert_eq!(degree(&["none"], Direction::Both), 0);
}

#[test]
fn from_what_is_no_document_nothing_is_reached() {
    let (_db, graph) = memory(&["a"]);
    assert!(graph.neighbors("nobody", &NeighborOptions::default()).unwrap().is_empty());
    assert!(graph.walk("nobody", &far()).unwrap().is_empty());
    for (from, to) in [("nobody", "a"), ("a", "nobody"), ("nobody", "nobody")] {
        assert_eq!(graph.shortest_path(from, to, &PathOptions::default()).unwrap(), None);
    }
    assert_eq!(graph.degree("nobody", &[], Direction::Both).unwrap(), 0);
}

#[test]
fn a_dense_graph_is_walked_to_its_end() {
    let ids: Vec<String> = (0..60).map(|n| format!("{n:02}")).collect();
    let (_db, graph) = memory(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let edges = ids.iter().flat_map(|from| ids.iter().map(move |to| Edge::new(from, to, "x")));
    graph.connect_many(edges, |_| true).unwrap();
    let everywhere = WalkOptions { direction: Direction::Both, ..far() };
    assert_eq!(graph.walk("00", &everywhere).unwrap().len(), 59);
    assert_eq!(graph.shortest_path("00", "59", &PathOptions::default()).unwrap().unwrap().cost, 1.0);
    assert_eq!(graph.degree("00", &[], Direction::Both).unwrap(), 120);
}

#[test]
fn strange_ids_and_labels_are_as_good_as_others() {
    let ids = ["'; DROP TABLE beaver_edges; --", "naïve\u{0301} 🦫", "\n", "%_"];
    let (db, graph) = memory(&ids);
    for (from, to) in ids.iter().zip(ids.iter().cycle().skip(1)) {
        graph.connect(from, to, "\"label\" \u{1}", EdgeOptions::default()).unwrap();
    }
    let round = graph.walk(ids[0], &far()).unwrap();
    assert_eq!(round.iter().map(|visit| &*visit.document.id).collect::<Vec<_>>(), ids[1..]);
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
}

#[test]
fn a_batch_connects_and_disconnects_with_the_rest_of_it() {
    let (db, graph) = memory(&["a", "b"]);
    connect(&graph, &["b -x-> a", "b -y-> a"]);
    let mut batch = db.batch();
    batch.collection_connect(&graph, Edge::new("a", "b", "x")).unwrap();
    batch.collection_disconnect(&graph, "b", "a", None).unwrap();
    batch.collection_disconnect(&graph, "b", "a", Some("x")).unwrap();
    batch.dict_set(&db.dict("d").unwrap(), "k", json!(1), None, beaver_core::When::Always).unwrap();
    let outcomes = batch.commit(None).unwrap();
    assert_eq!(outcomes[..3], [Outcome::Done, Outcome::Count(2), Outcome::Count(0)]);
    assert_eq!(neighbors(&graph, "a", &[], Direction::Both), ["x b"]);

    let mut batch = db.batch();
    assert_eq!(
        batch.collection_connect(&graph, Edge::new("a", "b", "")).unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
    assert_eq!(batch.collection_disconnect(&graph, "", "b", None).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert!(batch.is_empty());
    batch.collection_disconnect(&graph, "a", "b", None).unwrap();
    batch.collection_connect(&graph, Edge::new("a", "nobody", "x")).unwrap();
    let error = batch.commit(None).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::NotFound, Some(1)));
    assert_eq!(neighbors(&graph, "a", &[], Direction::Both), ["x b"]);
}

#[test]
fn a_transaction_reads_the_edges_it_has_made() {
    let (db, graph) = memory(&["a"]);
    db.transaction(|tx| {
        let inside = tx.collection("graph")?;
        inside.index(Document::with_id("b", json!({})), &IndexOptions::default())?;
        inside.connect("a", "b", "x", EdgeOptions::default())?;
        assert_eq!(walk(&inside, "a", &far()), ["b 1"]);
        assert_eq!(path(&inside, "a", "b", &PathOptions::default()), Some(("a b".into(), 1.0)));
        Ok(())
    })
    .unwrap();
    assert_eq!(neighbors(&graph, "a", &[], Direction::Outgoing), ["x b"]);
}
