//! Reciprocal rank fusion, and the one search that asks text, vector and graph.

use beaver_core::{
    Beaver, Collection, Document, EdgeOptions, ErrorKind, Filter, Fuzziness, GraphLeg, HybridQuery, IndexOptions,
    Options, Result, Weights, rerank,
};
use serde_json::json;

fn articles() -> Collection {
    let db = Beaver::open(":memory:", Options::default()).unwrap();
    let articles = db.collection("articles").unwrap();
    for (id, vector, body, year) in [
        ("py-fast", [0.1, 0.9, 0.2], "Python is a great language for fast prototyping.", 2001),
        ("py-data", [0.8, 0.2, 0.9], "The Python ecosystem is ideal for data science.", 2010),
        ("js-fast", [0.2, 0.8, 0.1], "JavaScript engines are optimized for fast execution.", 2008),
    ] {
        let document = Document::with_id(id, json!({"text": body, "year": year})).embedded(vector);
        articles.index(document, &IndexOptions { fuzzy: true, ..IndexOptions::default() }).unwrap();
    }
    articles
        .index(Document::with_id("v8", json!({"text": "A compiler.", "year": 2008})), &IndexOptions::default())
        .unwrap();
    articles.connect("js-fast", "v8", "runs on", EdgeOptions::default()).unwrap();
    articles
}

fn ids(articles: &Collection, query: &HybridQuery) -> Vec<String> {
    articles.hybrid(query).unwrap().into_iter().map(|hit| hit.document.id).collect()
}

#[test]
fn an_item_gets_the_sum_of_its_places() -> Result<()> {
    let fused = rerank(&[&["a", "b"][..], &["b", "c"][..]], Some(&[1.0, 0.5]), 60.0)?;
    let expected = [("b", 1.0 / 61.0 + 0.5 / 60.0), ("a", 1.0 / 60.0), ("c", 0.5 / 61.0)];
    assert_eq!(fused.len(), 3);
    for ((id, score), (expected_id, expected_score)) in fused.into_iter().zip(expected) {
        assert_eq!(id, expected_id);
        assert!((score - expected_score).abs() < 1e-12);
    }
    Ok(())
}

#[test]
fn equal_sums_keep_the_order_in_which_they_were_seen() -> Result<()> {
    let fused = rerank(&[&["x", "y"][..], &["y", "x"][..], &["z"][..]], None, 60.0)?;
    assert_eq!(fused.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ["x", "y", "z"]);
    assert_eq!(rerank(&[&["a", "a", "b"][..]], None, 60.0)?.len(), 2);
    assert!(rerank::<&str>(&[], None, 60.0)?.is_empty());
    Ok(())
}

#[test]
fn wrong_weights_are_refused() {
    let list = &["a"][..];
    for (weights, k) in [(vec![1.0, 2.0], 60.0), (vec![-1.0], 60.0), (vec![f64::NAN], 60.0), (vec![1.0], 0.0)] {
        assert_eq!(rerank(&[list], Some(&weights), k).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(rerank(&[list], None, f64::INFINITY).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn each_result_tells_its_place_in_every_leg() -> Result<()> {
    let articles = articles();
    let vector = Some(vec![0.15, 0.85, 0.15]);
    let query = HybridQuery { text: Some("python".into()), vector, ..HybridQuery::default() };
    let hits = articles.hybrid(&query)?;
    assert_eq!(hits[0].document.id, "py-fast");
    let (text, vector) = (hits[0].text.unwrap(), hits[0].vector.unwrap());
    assert!(text.score < 0.0 && vector.score > 0.0 && vector.rank == 0);
    let rank = |rank: usize| 1.0 / (60.0 + f64::from(u32::try_from(rank).unwrap()));
    assert!((hits[0].score - rank(text.rank) - rank(vector.rank)).abs() < 1e-12);
    let js = hits.iter().find(|hit| hit.document.id == "js-fast").unwrap();
    assert!(js.text.is_none() && js.vector.is_some() && js.graph.is_none());
    Ok(())
}

#[test]
fn the_graph_brings_what_the_others_lead_to() -> Result<()> {
    let articles = articles();
    let query = HybridQuery {
        text: Some("javascript".into()),
        graph: Some(GraphLeg { labels: vec!["runs on".into()], ..GraphLeg::default() }),
        ..HybridQuery::default()
    };
    let hits = articles.hybrid(&query)?;
    assert_eq!(hits.iter().map(|hit| &*hit.document.id).collect::<Vec<_>>(), ["js-fast", "v8"]);
    assert_eq!(hits[1].graph.unwrap().score, 1.0);
    let from = GraphLeg { from: vec!["js-fast".into()], ..GraphLeg::default() };
    assert_eq!(ids(&articles, &HybridQuery { graph: Some(from), ..HybridQuery::default() }), ["v8"]);
    Ok(())
}

#[test]
fn a_filter_holds_for_every_leg() -> Result<()> {
    let articles = articles();
    let query = HybridQuery {
        text: Some("fast".into()),
        vector: Some(vec![0.1, 0.9, 0.2]),
        graph: Some(GraphLeg { from: vec!["js-fast".into()], ..GraphLeg::default() }),
        filter: Some(Filter::parse(r#"{"year": 2008}"#)?),
        ..HybridQuery::default()
    };
    assert_eq!(ids(&articles, &query), ["js-fast", "v8"]);
    Ok(())
}

#[test]
fn weights_and_typos_are_passed_on() {
    let articles = articles();
    let mut query = HybridQuery {
        text: Some("pyhton".into()),
        vector: Some(vec![0.2, 0.8, 0.1]),
        fuzziness: Some(Fuzziness::Max(1)),
        weights: Weights { text: 10.0, ..Weights::default() },
        ..HybridQuery::default()
    };
    assert!(ids(&articles, &query)[0].starts_with("py"));
    query.weights = Weights { text: 0.0, ..Weights::default() };
    assert_eq!(ids(&articles, &query)[0], "js-fast");
    query.k = 1;
    assert_eq!(ids(&articles, &query).len(), 1);
}

#[test]
fn nothing_to_search_for_and_wrong_parts_are_refused() {
    let articles = articles();
    let refused = |query: HybridQuery| articles.hybrid(&query).unwrap_err().kind();
    assert_eq!(refused(HybridQuery::default()), ErrorKind::InvalidArgument);
    let no_seeds = HybridQuery { graph: Some(GraphLeg::default()), ..HybridQuery::default() };
    assert_eq!(refused(no_seeds), ErrorKind::InvalidArgument);
    let text = || HybridQuery { text: Some("fast".into()), ..HybridQuery::default() };
    assert_eq!(refused(HybridQuery { k: 0, ..text() }), ErrorKind::InvalidArgument);
    assert_eq!(refused(HybridQuery { k: beaver_core::MAX_HITS + 1, ..text() }), ErrorKind::Limit);
    assert_eq!(refused(HybridQuery { candidates: Some(0), ..text() }), ErrorKind::InvalidArgument);
    assert_eq!(refused(HybridQuery { vector: Some(vec![1.0]), ..text() }), ErrorKind::InvalidArgument);
    assert_eq!(refused(HybridQuery { rrf_k: -1.0, ..text() }), ErrorKind::InvalidArgument);
    let shallow = GraphLeg { depth: 0, ..GraphLeg::default() };
    assert_eq!(refused(HybridQuery { graph: Some(shallow), ..text() }), ErrorKind::InvalidArgument);
}
