//! A tour of the structures on real data: a cut of WordNet, whose folder is the argument.
//!
//! `cargo run --package beaver-examples --bin quickstart -- examples/data/wordnet-sample`

use std::error::Error;
use std::time::Duration;

use beaver_core::{Beaver, Json, Options, When};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A set of words with one meaning.
#[derive(Serialize, Deserialize)]
struct Synset {
    id: String,
    words: Vec<String>,
    gloss: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = std::env::args().nth(1).ok_or("give the folder of the data: examples/data/wordnet-sample")?;
    let synsets: Vec<Synset> = std::fs::read_to_string(format!("{data}/documents.jsonl"))?
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;

    let folder = tempfile::tempdir()?;
    let db = Beaver::open(folder.path().join("wordnet.db"), Options::default())?;

    // A dict: values by key. All in one commit.
    let meanings = db.dict("meanings")?;
    let mut items = Vec::new();
    for synset in &synsets {
        items.push((synset.id.clone(), Json::of(synset)?));
    }
    meanings.set_many(items, None)?;
    println!("{} meanings in the dict", meanings.len()?);
    if let Some(first) = synsets.first() {
        let found: Option<Synset> = meanings.get(&first.id)?.map(|json| json.to()).transpose()?;
        println!("{}: {}", first.id, found.map_or_else(|| "?".into(), |synset| synset.gloss));
    }

    // A value with a time to live.
    meanings.set_for("visitor", json!("stays for a moment"), Duration::from_millis(50))?;
    println!("the visitor is here: {}", meanings.contains("visitor")?);
    std::thread::sleep(Duration::from_millis(60));
    println!("the visitor is here: {}", meanings.contains("visitor")?);

    // A list keeps its order, and gives any position at once.
    let words = db.list("words")?;
    words.extend(synsets.iter().flat_map(|synset| &synset.words).map(|word| json!(word)))?;
    println!(
        "{} words, the last is {}",
        words.len()?,
        words.get(-1)?.map_or_else(String::new, |json| json.to_string())
    );

    // A queue, drained by two workers; each item goes to one of them.
    let jobs = db.queue("jobs")?;
    jobs.put_many(
        synsets.iter().take(100).map(|synset| (json!(synset.id), f64::from(u8::from(synset.words.len() > 1)))),
    )?;
    let work = || std::iter::from_fn(|| jobs.get(Some(Duration::ZERO)).ok().flatten()).count();
    let done = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        work() + other.join().unwrap_or_default()
    });
    println!("{done} jobs done by two workers");

    // A batch is made whole, or not at all.
    let mut batch = db.batch();
    batch.list_push(&words, json!("never there"))?;
    batch.dict_set(&meanings, "visitor", json!("new"), None, When::Equals(json!("somebody else").into()))?;
    let refused = batch.commit(None).err().map_or_else(String::new, |error| error.to_string());
    println!("the batch was refused ({refused}), and the list still has {} words", words.len()?);
    Ok(())
}
