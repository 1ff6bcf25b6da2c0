//! Search as you type: after each letter the best entries of 2,000 from WordNet, also where the word is misspelt.
//! The folder with the data is the argument.
//!
//!     search_as_you_type examples/data/wordnet-sample

use std::error::Error;
use std::fs;

use beaver_core::{Beaver, Document, FieldPath, Fts, Fuzziness, Hit, IndexOptions, Json, Marks, MatchOptions, Options};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("the argument is the folder of the WordNet sample")?;
    let db = Beaver::open(":memory:", Options::default())?;
    let words = db.collection("words")?;
    let mut documents = Vec::new();
    for line in fs::read_to_string(format!("{folder}/documents.jsonl"))?.lines() {
        let entry: Value = serde_json::from_str(line)?;
        documents.push(Document::with_id(entry["id"].as_str().unwrap_or_default(), Json::parse(line)?));
    }
    // Only these two fields are to be found, and misspelt words are looked for among theirs.
    let options =
        IndexOptions { fts: Fts::Paths(vec![FieldPath::parse("words")?, FieldPath::parse("gloss")?]), fuzzy: true };
    words.index_many(documents, &options, |_| true)?;

    // A match among the words counts more than one in the explanation.
    let as_typed = MatchOptions {
        k: 3,
        prefix: true,
        on: vec![(FieldPath::parse("words")?, 3.0), (FieldPath::parse("gloss")?, 1.0)],
        highlight: Some(Marks { before: "[".into(), after: "]".into() }),
        ..MatchOptions::default()
    };
    let mut hits = Vec::new();
    for typed in ["tru", "trum", "trumpe", "trumpet we"] {
        hits = words.match_text(typed, &as_typed)?;
        show(typed, &hits)?;
    }
    assert!(hits.iter().any(|hit| hit.fragments.iter().any(|fragment| fragment.text.contains("[trumpet]"))));

    // Nothing is found any more: perhaps a letter is wrong.
    assert!(words.match_text("trunpet", &as_typed)?.is_empty());
    let misspelt = MatchOptions { fuzziness: Some(Fuzziness::Auto), ..as_typed };
    let hits = words.match_text("trunpet", &misspelt)?;
    show("trunpet", &hits)?;
    assert_eq!(hits[0].score, 1.0, "one letter is wrong");
    Ok(())
}

fn show(typed: &str, hits: &[Hit]) -> Result<(), Box<dyn Error>> {
    println!("{typed}");
    for hit in hits {
        let body: Value = hit.document.body.to()?;
        println!(
            "   {}: {}",
            body["words"][0].as_str().unwrap_or_default(),
            body["gloss"].as_str().unwrap_or_default()
        );
    }
    Ok(())
}
