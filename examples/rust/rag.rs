//! Retrieval for a language model: the passages of a handbook that belong to a question, found by their words, by
//! their vectors and by what stands next to them, and put together as a prompt.

use std::error::Error;

use beaver_core::{
    Beaver, CollectionSettings, Document, Edge, GraphLeg, HybridQuery, IndexOptions, Metric, Options, Tokenizer,
};
use serde_json::{Value, json};

const PASSAGES: [(&str, &str); 5] = [
    ("install", "Install the pump on a level floor. Leave a hand's breadth of air around the motor."),
    ("start", "To start the pump, open the inlet valve, then press the green button for three seconds."),
    ("noise", "A rattling noise means that air is in the pump: open the vent until water comes out."),
    ("vent", "The vent is the brass screw on top of the housing. A quarter turn is enough."),
    ("warranty", "The warranty lasts three years and covers the motor and the housing."),
];

fn main() -> Result<(), Box<dyn Error>> {
    let db = Beaver::open(":memory:", Options::default())?;
    let handbook = db.collection("handbook")?;
    handbook.configure(CollectionSettings { metric: Metric::Cosine, tokenizer: Tokenizer::Porter })?;
    let passages = PASSAGES.map(|(id, text)| Document::with_id(id, json!({"text": text})).embedded(embed(text)));
    handbook.index_many(passages, &IndexOptions::default(), |_| true)?;
    let next = PASSAGES.windows(2).map(|pair| Edge::new(pair[0].0, pair[1].0, "NEXT"));
    handbook.connect_many(next, |_| true)?;

    let question = "Why does my pump make a rattling noise?";
    let query = HybridQuery {
        // One of the words is enough; the more of them a passage has, the better its rank.
        text: Some(words(question).join(" OR ")),
        vector: Some(embed(question)),
        // What follows the best passage often belongs to the answer.
        graph: Some(GraphLeg { labels: vec!["NEXT".into()], seeds: 1, ..GraphLeg::default() }),
        k: 3,
        ..HybridQuery::default()
    };
    let hits = handbook.hybrid(&query)?;

    println!("Answer from these passages alone, and name the one you used.\n");
    for hit in &hits {
        let body: Value = hit.document.body.to()?;
        println!("[{}] {}", hit.document.id, body["text"].as_str().unwrap_or_default());
    }
    println!("\nQuestion: {question}");

    let ids: Vec<&str> = hits.iter().map(|hit| &*hit.document.id).collect();
    assert_eq!(ids[0], "noise");
    assert!(ids.contains(&"vent"), "the passage that follows is there too");
    Ok(())
}

/// Stands for the model that your program asks for embeddings: counts words, each at a place made of its letters.
fn embed(text: &str) -> Vec<f32> {
    let mut vector = vec![0.0; 64];
    for word in words(text) {
        let place = word.bytes().take(5).fold(7, |place: usize, byte| (place * 31 + usize::from(byte)) % 64);
        vector[place] += 1.0;
    }
    vector
}

/// The words of four letters and more.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 3);
    words.map(str::to_lowercase).collect()
}
