//! The searches of a collection on real data: a cut of WordNet, whose folder is the argument.
//!
//! `cargo run --package beaver-examples --bin search -- examples/data/wordnet-sample`

use std::error::Error;
use std::fs;

use beaver_core::{
    Beaver, Collection, CollectionSettings, Document, Edge, Filter, Find, Fts, Fuzziness, GraphLeg, Hit, HybridQuery,
    IndexOptions, Json, MatchOptions, Metric, Options, PathOptions, SearchOptions, WalkOptions,
};
use serde::Deserialize;
use serde_json::Value;

/// A number of components for each document, of 2 bytes each.
const DIMENSION: usize = 384;

/// What is shown of a document.
#[derive(Deserialize)]
struct Synset {
    words: Vec<String>,
    gloss: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = std::env::args().nth(1).ok_or("give the folder of the data: examples/data/wordnet-sample")?;
    let folder = tempfile::tempdir()?;
    let db = Beaver::open(folder.path().join("search.db"), Options::default())?;
    let synsets = db.collection("synsets")?;
    load(&synsets, &data)?;

    // By their fields: the animal of that name, whose vector is what the searches below look for.
    let beaver = animal(&synsets, "beaver")?;
    let vector = synsets.get(&beaver)?.and_then(|document| document.embedding).ok_or("the beaver has no vector")?;

    // By vector, among all, and among plants only.
    let nearest = synsets.search(&vector, &SearchOptions::default())?;
    show("near the beaver", &nearest)?;
    assert_eq!(nearest.first().map(|hit| &hit.document.id), Some(&beaver));
    let plants = SearchOptions { k: 3, filter: Some(Filter::parse(r#"{"lexfile": 20}"#)?), ..SearchOptions::default() };
    show("near it among plants", &synsets.search(&vector, &plants)?)?;

    // By words, and by nearly the words.
    show("semiaquatic rodent", &synsets.match_text("semiaquatic rodent", &MatchOptions::default())?)?;
    let typos = MatchOptions { fuzziness: Some(Fuzziness::Max(2)), ..MatchOptions::default() };
    show("semiaquatik rodnt", &synsets.match_text("semiaquatik rodnt", &typos)?)?;

    // By relations: ~ is "has the kind", @ is "is a kind of".
    let kinds = WalkOptions { labels: vec!["~".into()], depth: 2, ..WalkOptions::default() };
    for visit in synsets.walk(&animal(&synsets, "feline")?, &kinds)? {
        println!("feline: {} at distance {}", synset(&visit.document.body)?.words.join(", "), visit.distance);
    }
    let along = PathOptions { labels: vec!["@".into(), "~".into()], ..PathOptions::default() };
    let path = synsets.shortest_path(&beaver, &animal(&synsets, "otter")?, &along)?.ok_or("there is no way")?;
    println!("from the beaver to the otter: {}", path.ids.join(" - "));

    // By all of them, fused.
    let query = HybridQuery {
        text: Some("webbed feet".into()),
        vector: Some(vector),
        graph: Some(GraphLeg { labels: along.labels, depth: 2, ..GraphLeg::default() }),
        k: 5,
        ..HybridQuery::default()
    };
    for hit in synsets.hybrid(&query)? {
        let ranks = [hit.text, hit.vector, hit.graph].map(|leg| leg.map(|leg| leg.rank));
        println!("hybrid: {:.4} {ranks:?} {}", hit.score, synset(&hit.document.body)?.words.join(", "));
    }
    Ok(())
}

/// Indexes the documents with their vectors, and connects them.
fn load(synsets: &Collection, data: &str) -> Result<(), Box<dyn Error>> {
    synsets.configure(CollectionSettings { metric: Metric::Cosine, ..CollectionSettings::default() })?;
    synsets.create_index("lexfile", |_| true)?;
    let rows = fs::read(format!("{data}/embeddings.f16"))?;
    let mut documents = Vec::new();
    for (line, row) in fs::read_to_string(format!("{data}/documents.jsonl"))?.lines().zip(rows.chunks(2 * DIMENSION)) {
        let mut body: Value = serde_json::from_str(line)?;
        let id = body["id"].take();
        let id = id.as_str().ok_or("a document without an id")?;
        let vector: Vec<f32> = row.chunks_exact(2).map(|half| from_half([half[0], half[1]])).collect();
        documents.push(Document::with_id(id, body).embedded(vector));
    }
    let fts = Fts::from_json(r#"["words", "gloss"]"#)?;
    let count = synsets.index_many(documents, &IndexOptions { fts, fuzzy: true }, |_| true)?;

    let mut edges = Vec::new();
    for line in fs::read_to_string(format!("{data}/edges.tsv"))?.lines() {
        let [source, label, target] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err("an edge is source, label and target".into());
        };
        edges.push(Edge::new(source, target, label));
    }
    println!("{count} documents, {} edges", synsets.connect_many(edges, |_| true)?);
    Ok(())
}

/// A number of 16 bits: a sign, 5 bits of exponent, 10 of fraction.
fn from_half(bytes: [u8; 2]) -> f32 {
    let bits = u16::from_le_bytes(bytes);
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    let value = if exponent == 0 { fraction * 2f32.powi(-24) } else { (1024.0 + fraction) * 2f32.powi(exponent - 25) };
    if bits >> 15 == 1 { -value } else { value }
}

fn animal(synsets: &Collection, name: &str) -> Result<String, Box<dyn Error>> {
    let filter = Filter::parse(&format!(r#"{{"lexfile": 5, "words": {{"contains": "{name}"}}}}"#))?;
    let found = synsets.find(&Find { filter: Some(filter), limit: 1, ..Find::default() })?;
    Ok(found.documents.into_iter().next().ok_or("there is no such animal")?.id)
}

fn show(query: &str, hits: &[Hit]) -> Result<(), Box<dyn Error>> {
    for hit in hits.iter().take(3) {
        let Synset { words, gloss } = synset(&hit.document.body)?;
        println!("{query}: {:.3} {} ({gloss})", hit.score, words.join(", "));
    }
    assert!(!hits.is_empty(), "{query} finds nothing");
    Ok(())
}

fn synset(body: &Json) -> Result<Synset, Box<dyn Error>> {
    Ok(body.to()?)
}
