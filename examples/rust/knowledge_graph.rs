//! A graph of knowledge: 2,000 entries of WordNet and the relations between them, from the folder that is the
//! argument.
//!
//!     knowledge_graph examples/data/wordnet-sample

use std::error::Error;
use std::fs;

use beaver_core::{
    Beaver, Collection, Direction, Document, Edge, Filter, Find, IndexOptions, Json, NeighborOptions, Options,
    PathOptions, WalkOptions,
};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("the argument is the folder of the WordNet sample")?;
    let db = Beaver::open(":memory:", Options::default())?;
    let things = db.collection("things")?;
    load(&things, &folder)?;

    // The id of a word; the index makes it a matter of looking up, not of reading.
    things.create_index("words", |_| true)?;
    let dog = id_of(&things, "domestic dog")?;
    let poodle = id_of(&things, "poodle dog")?;
    let cat = id_of(&things, "true cat")?;

    let up = WalkOptions { labels: vec!["IS_A".into()], depth: 20, paths: true, ..WalkOptions::default() };
    let above = things.walk(&dog, &up)?;
    println!("a dog is {}", joined(above.iter().map(|visit| &visit.document))?);

    let down = WalkOptions { direction: Direction::Incoming, depth: 2, ..up.clone() };
    let kinds = things.walk(&dog, &down)?;
    println!(
        "{} kinds of dog within two steps, for example {}",
        kinds.len(),
        joined(kinds.iter().take(3).map(|visit| &visit.document))?
    );

    let river = id_of(&things, "river")?;
    let parts = NeighborOptions { labels: vec!["HAS_PART".into()], ..NeighborOptions::default() };
    let parts = things.neighbors(&river, &parts)?;
    println!("a river has {}", joined(parts.iter().map(|neighbor| &neighbor.document))?);

    let either_way = PathOptions { direction: Direction::Both, ..PathOptions::default() };
    let way = things.shortest_path(&poodle, &cat, &either_way)?.ok_or("there is no way")?;
    let on_the_way: Result<Vec<_>, _> = way.ids.iter().map(|id| things.get(id)).collect();
    println!("from poodle to cat: {}", joined(on_the_way?.iter().flatten())?);

    assert!(above.iter().any(|visit| visit.path.len() > 3));
    assert!(kinds.iter().any(|visit| visit.document.id == poodle));
    assert_eq!(parts.len(), 3);
    assert!(way.ids.contains(&dog));
    Ok(())
}

/// A line of documents.jsonl is a document, a line of edges.tsv `source TAB symbol TAB target`.
fn load(things: &Collection, folder: &str) -> Result<(), Box<dyn Error>> {
    let mut documents = Vec::new();
    for line in fs::read_to_string(format!("{folder}/documents.jsonl"))?.lines() {
        let entry: Value = serde_json::from_str(line)?;
        documents.push(Document::with_id(entry["id"].as_str().unwrap_or_default(), Json::parse(line)?));
    }
    let count = things.index_many(documents, &IndexOptions::default(), |_| true)?;
    let mut edges = Vec::new();
    for line in fs::read_to_string(format!("{folder}/edges.tsv"))?.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        match parts[..] {
            [source, "@", target] => edges.push(Edge::new(source, target, "IS_A")),
            [source, "%p", target] => edges.push(Edge::new(source, target, "HAS_PART")),
            _ => {} // their inverses, and what is not needed here
        }
    }
    println!("{count} things, {} relations", things.connect_many(edges, |_| true)?);
    Ok(())
}

fn id_of(things: &Collection, word: &str) -> Result<String, Box<dyn Error>> {
    let filter = Filter::parse(&format!(r#"{{"words": {{"contains": "{word}"}}}}"#))?;
    let found = things.find(&Find { filter: Some(filter), limit: 1, ..Find::default() })?;
    Ok(found.documents.into_iter().next().ok_or("there is no such word")?.id)
}

/// The first word of each document.
fn joined<'d>(documents: impl Iterator<Item = &'d Document>) -> Result<String, Box<dyn Error>> {
    let mut words = Vec::new();
    for document in documents {
        let body: Value = document.body.to()?;
        words.push(body["words"][0].as_str().unwrap_or_default().to_owned());
    }
    Ok(words.join(", "))
}
