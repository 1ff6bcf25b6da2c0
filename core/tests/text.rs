//! Full-text search.

use beaver_core::{Beaver, Document, IndexOptions, MatchOptions, Options};
use serde_json::json;

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

#[test]
fn a_collection_stays_sound_while_documents_come_and_go() {
    let db = memory();
    let c = db.collection("c").unwrap();
    let opts = IndexOptions { fuzzy: true, ..IndexOptions::default() };
    for n in 0..200 {
        c.index(
            Document::with_id(format!("doc-{n}"), json!({"t": format!("red fox {n}"), "u": ["blue", "hen"]})),
            &opts,
        )
        .unwrap();
    }
    for n in 0..200 {
        c.index(
            Document::with_id(format!("doc-{n}"), json!({"t": format!("red fox {}", n * 2), "u": ["blue", "hen"]})),
            &opts,
        )
        .unwrap();
    }
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
    assert_eq!(c.match_text("fox hen 44", &MatchOptions::default()).unwrap()[0].document.id, "doc-22");
    for n in 0..100 {
        c.drop(&format!("doc-{n}")).unwrap();
    }
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
    c.clear().unwrap();
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
}
