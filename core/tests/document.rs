//! Documents of a collection: storing, replacing, dropping and going through them, and what a collection of
//! BeaverDB 1.x becomes.

use beaver_core::{
    Beaver, Document, DumpFormat, Edge, EdgeOptions, ErrorKind, Filter, Find, Fts, IndexOptions, Json, Kind, LoadMode,
    MAX_KEY_BYTES, MatchOptions, NeighborOptions, Options, Result, SearchOptions, Structure,
};
use serde_json::json;

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

fn plain() -> IndexOptions {
    IndexOptions::default()
}

#[test]
fn a_document_comes_back_as_it_was_indexed() -> Result<()> {
    let collection = memory().collection("c")?;
    for body in ["{\"b\" : 1, \"a\":[ ] }", "\"plain\"", "12345678901234567890123", "null", "[1, {\"x\": 2.50}]"] {
        let document = Document::with_id("d", Json::parse(body)?).embedded(vec![0.1, -2.5e-7, 1e30]);
        assert!(collection.index(document.clone(), &plain())?);
        assert_eq!(collection.get("d")?, Some(document));
    }
    assert_eq!(collection.len()?, 1);
    Ok(())
}

#[test]
fn a_document_without_an_id_gets_a_random_one() -> Result<()> {
    let collection = memory().collection("c")?;
    let (a, b) = (Document::new(json!(1)), Document::new(json!(1)));
    assert_ne!(a.id, b.id);
    collection.index(a.clone(), &plain())?;
    collection.index(b, &plain())?;
    assert_eq!((collection.len()?, collection.get(&a.id)?), (2, Some(a)));
    Ok(())
}

#[test]
fn an_unchanged_document_writes_nothing() -> Result<()> {
    let directory = tempfile::tempdir().unwrap();
    let db = Beaver::open(directory.path().join("app.db"), Options::default())?;
    let collection = db.collection("c")?;
    let document = Document::with_id("d", json!({"title": "beaver"})).embedded(vec![1.0, 2.0]);
    assert!(collection.index(document.clone(), &plain())?);
    let before = db.stats()?.wal_bytes;
    assert!(!collection.index(document.clone(), &plain())?);
    assert_eq!(db.stats()?.wal_bytes, before);

    assert!(collection.index(Document { embedding: None, ..document.clone() }, &plain())?);
    assert!(collection.index(document.clone(), &plain())?);
    assert!(collection.index(document.clone(), &IndexOptions { fuzzy: true, ..plain() })?);
    assert!(collection.index(document.clone(), &IndexOptions { fts: Fts::Off, fuzzy: true })?);
    assert!(!collection.index(document, &IndexOptions { fts: Fts::Off, fuzzy: true })?);
    assert!(db.verify()?.problems.is_empty());
    Ok(())
}

#[test]
fn dropping_takes_everything_that_belongs_to_a_document() -> Result<()> {
    let db = memory();
    let collection = db.collection("c")?;
    for id in ["a", "b"] {
        let document = Document::with_id(id, json!({"title": "beaver"})).embedded(vec![1.0]);
        collection.index(document, &IndexOptions { fuzzy: true, ..plain() })?;
    }
    collection.connect("a", "b", "knows", EdgeOptions::default())?;
    assert!(collection.drop("b")?);
    assert!(!collection.drop("b")? && !collection.contains("b")? && collection.get("b")?.is_none());
    assert!(collection.neighbors("a", &NeighborOptions::default())?.is_empty());
    assert_eq!(collection.search(&[1.0], &SearchOptions::default())?.len(), 1);
    assert_eq!(collection.match_text("beaver", &MatchOptions::default())?.len(), 1);
    assert!(collection.drop("a")?);
    assert!(collection.is_empty()? && db.names(Kind::Collection)?.is_empty());
    assert!(db.verify()?.problems.is_empty());
    Ok(())
}

#[test]
fn clearing_empties_one_collection_and_no_other() -> Result<()> {
    let db = memory();
    let (one, other) = (db.collection("one")?, db.collection("other")?);
    for collection in [&one, &other] {
        for at in 0..300 {
            let document = Document::with_id(format!("{at}"), json!({"n": at, "t": "word"})).embedded(vec![1.0]);
            collection.index(document, &plain())?;
        }
        collection.connect("1", "2", "next", EdgeOptions::default())?;
        collection.create_index("n", |_| true)?;
    }
    assert_eq!(one.clear()?, 300);
    assert_eq!((one.clear()?, one.len()?, other.len()?), (0, 0, 300));
    assert!(one.match_text("word", &MatchOptions::default())?.is_empty());
    assert_eq!(other.match_text("word", &MatchOptions::default())?.len(), 10);
    assert_eq!(other.search(&[1.0], &SearchOptions::default())?.len(), 10);
    assert_eq!(one.indexes()?, ["n"]);
    assert!(db.verify()?.problems.is_empty());
    Ok(())
}

#[test]
fn documents_come_in_the_order_of_their_ids() -> Result<()> {
    let collection = memory().collection("c")?;
    for at in (0..1_000).rev() {
        collection
            .index(Document::with_id(format!("{at:04}"), json!(at)), &IndexOptions { fts: Fts::Off, ..plain() })?;
    }
    let ids: Vec<String> = collection.documents().map(|document| Ok(document?.id)).collect::<Result<_>>()?;
    assert!(ids.is_sorted() && ids.len() == 1_000);
    Ok(())
}

#[test]
fn many_documents_are_one_commit() -> Result<()> {
    let collection = memory().collection("c")?;
    let documents = |bad: usize| {
        (0..1_000).map(move |at| {
            let vector = if at == bad { vec![1.0, 2.0] } else { vec![1.0] };
            Document::with_id(format!("{at}"), json!(at)).embedded(vector)
        })
    };
    let error = collection.index_many(documents(700), &plain(), |_| true).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidArgument, Some(700)));
    let error = collection.index_many(documents(usize::MAX), &plain(), |progress| progress.done < 500).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert!(collection.is_empty()?);

    let mut last = 0;
    let count = collection.index_many(documents(usize::MAX), &plain(), |progress| {
        assert!(progress.done > last && progress.total == 1_000);
        last = progress.done;
        true
    })?;
    assert_eq!((count, last, collection.len()?), (1_000, 1_000, 1_000));
    Ok(())
}

#[test]
fn what_cannot_be_a_document_is_refused() -> Result<()> {
    let collection = memory().collection("c")?;
    let refused = |document: Document| collection.index(document, &plain()).unwrap_err().kind();
    assert_eq!(refused(Document::with_id("", json!(1))), ErrorKind::InvalidArgument);
    assert_eq!(refused(Document::with_id("a\0b", json!(1))), ErrorKind::InvalidArgument);
    assert_eq!(refused(Document::with_id("x".repeat(MAX_KEY_BYTES + 1), json!(1))), ErrorKind::Limit);
    let deep = "[".repeat(1_000) + &"]".repeat(1_000);
    assert_eq!(Json::parse(&deep).unwrap_err().kind(), ErrorKind::Limit);
    // As deep as JSON may be: stored, found, and filtered.
    let deepest = "[".repeat(128) + &"]".repeat(128);
    collection.index(Document::with_id("deep", Json::parse(&deepest)?), &plain())?;
    let find = Find { filter: Some(Filter::parse(r#"{"value": {"exists": true}}"#)?), ..Find::default() };
    assert_eq!(collection.find(&find)?.documents.len(), 1);
    assert_eq!(collection.len()?, 1);
    Ok(())
}

#[test]
fn a_collection_is_listed_like_every_structure() -> Result<()> {
    let db = memory();
    let collection = db.collection("articles")?;
    collection.index(Document::with_id("a", json!(1)), &plain())?;
    assert_eq!(db.names(Kind::Collection)?, ["articles"]);
    let info = db.info()?.structures;
    assert_eq!((info[0].kind.name(), &*info[0].name, info[0].count), ("collection", "articles", 1));
    Ok(())
}

#[test]
fn a_dump_holds_the_documents_the_edges_and_what_was_chosen() -> Result<()> {
    let db = memory();
    let old = db.collection("old")?;
    old.configure(beaver_core::CollectionSettings {
        metric: beaver_core::Metric::Cosine,
        tokenizer: beaver_core::Tokenizer::Unicode,
    })?;
    for at in 0..600 {
        let vector = vec![0.1 + f32::from(u16::try_from(at).unwrap()), 1.0e-3];
        let options = IndexOptions { fuzzy: at % 2 == 0, fts: if at % 3 == 0 { Fts::Off } else { Fts::All } };
        old.index(Document::with_id(format!("{at:03}"), json!({"n": at, "t": "été"})).embedded(vector), &options)?;
    }
    let edge = Edge { weight: 2.5, metadata: Some(json!({"since": 2020}).into()), ..Edge::new("000", "001", "next") };
    old.connect_many([edge, Edge::new("001", "000", "back")], |_| true)?;
    old.create_index("n", |_| true)?;
    for format in [DumpFormat::Json, DumpFormat::JsonLines] {
        let mut first = Vec::new();
        old.dump(&mut first, format)?;
        let new = db.collection("new")?;
        assert_eq!(new.load(&mut first.as_slice(), LoadMode::Replace)?, 602);
        assert_eq!(new.settings()?.settings, old.settings()?.settings);
        assert_eq!(new.indexes()?, ["n"]);
        assert!(new.documents().map(Result::unwrap).eq(old.documents().map(Result::unwrap)));
        assert_eq!(new.match_text("ete", &MatchOptions { k: 1_000, ..MatchOptions::default() })?.len(), 400);
        let mut second = Vec::new();
        new.dump(&mut second, format)?;
        let without_head = |dump: &[u8]| {
            let text = String::from_utf8(dump.to_vec()).unwrap();
            text.split_once('\n').unwrap().1.to_owned()
        };
        assert_eq!(without_head(&first), without_head(&second));
    }
    assert!(db.verify()?.problems.is_empty());
    Ok(())
}

#[test]
fn repair_makes_anew_what_somebody_else_has_spoilt() -> Result<()> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.db");
    {
        let db = Beaver::open(&path, Options::default())?;
        let collection = db.collection("c")?;
        for at in 0..700 {
            let vector = vec![f32::from(u16::try_from(at).unwrap()), 1.0];
            let document = Document::with_id(format!("{at:03}"), json!({"n": at, "t": format!("word{at}")}));
            collection.index(document.embedded(vector), &IndexOptions { fuzzy: true, ..plain() })?;
        }
        collection.create_index("n", |_| true)?;
        collection.compact(|_| true)?;
        assert!(db.verify()?.problems.is_empty());
    }
    {
        let raw = rusqlite::Connection::open(&path).unwrap();
        raw.execute_batch(
            "DELETE FROM beaver_documents WHERE item_id = '010';
             DELETE FROM beaver_collections WHERE item_id = '020';
             UPDATE beaver_collections SET metadata = '{\"n\":-1,\"t\":\"other\"}' WHERE item_id = '030';
             UPDATE beaver_collections SET item_vector = x'0000803f0000803f' WHERE item_id = '040';
             DELETE FROM beaver_vectors WHERE doc_id = 50;
             DELETE FROM beaver_field_values WHERE doc_id = 60;
             DELETE FROM beaver_vocabulary;
             UPDATE beaver_vector_chunks SET codes = x'00';",
        )
        .unwrap();
    }
    let db = Beaver::open(&path, Options::default())?;
    assert!(db.verify()?.problems.len() > 5, "{:#?}", db.verify()?.problems);
    let collection = db.collection("c")?;
    assert_eq!(collection.search(&[1.0, 1.0], &SearchOptions::default()).unwrap_err().kind(), ErrorKind::Corrupt);
    let mut calls = 0;
    let report = db.repair(|_| {
        calls += 1;
        true
    })?;
    assert_eq!((report.collections, report.problems), (vec!["c".to_owned()], Vec::<String>::new()));
    assert!(calls > 10);
    let search = SearchOptions { k: 3, ..SearchOptions::default() };
    let near: Vec<String> = collection.search(&[1.0, 1.0], &search)?.into_iter().map(|hit| hit.document.id).collect();
    assert_eq!(near, ["001", "040", "000"]);
    assert_eq!(collection.match_text("other", &MatchOptions::default())?.len(), 1);
    Ok(())
}
