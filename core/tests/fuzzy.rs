//! Search that forgives typos, and the words that it knows.

use beaver_core::{
    Beaver, Collection, CollectionSettings, Document, ErrorKind, FieldPath, Filter, Fuzziness, IndexOptions, Marks,
    MatchOptions, Options, Tokenizer,
};
use serde_json::{Value, json};

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

/// A collection that keeps words as they are written.
fn plain(db: &Beaver, name: &str) -> Collection {
    let collection = db.collection(name).unwrap();
    let settings = CollectionSettings { tokenizer: Tokenizer::Unicode, ..CollectionSettings::default() };
    collection.configure(settings).unwrap();
    collection
}

fn fuzzy() -> IndexOptions {
    IndexOptions { fuzzy: true, ..IndexOptions::default() }
}

fn index(collection: &Collection, id: &str, body: Value) {
    collection.index(Document::with_id(id, body), &fuzzy()).unwrap();
}

fn with(fuzziness: Fuzziness) -> MatchOptions {
    MatchOptions { fuzziness: Some(fuzziness), ..MatchOptions::default() }
}

fn search(collection: &Collection, query: &str, options: &MatchOptions) -> Vec<(String, f64)> {
    let hits = collection.match_text(query, options).unwrap();
    hits.into_iter().map(|hit| (hit.document.id, hit.score)).collect()
}

fn at_most(collection: &Collection, query: &str, edits: u8) -> Vec<(String, f64)> {
    search(collection, query, &with(Fuzziness::Max(edits)))
}

fn auto(collection: &Collection, query: &str) -> Vec<(String, f64)> {
    search(collection, query, &with(Fuzziness::Auto))
}

fn found(found: &[(&str, f64)]) -> Vec<(String, f64)> {
    found.iter().map(|(id, score)| ((*id).to_owned(), *score)).collect()
}

fn sound(db: &Beaver) {
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
}

#[test]
fn a_letter_may_be_added_missing_wrong_or_swapped() {
    let db = memory();
    let c = plain(&db, "c");
    index(&c, "a", json!("a powerful embedded database"));
    for (query, edits) in [
        ("database", 0.0),
        ("dattabase", 1.0),
        ("databse", 1.0),
        ("datobase", 1.0),
        ("databsae", 1.0),
        ("xatabase", 1.0),
        ("dtaabsae", 2.0),
        ("Powreful dattabase", 2.0),
        ("powerfl embeded databas", 3.0),
    ] {
        assert_eq!(at_most(&c, query, 3), found(&[("a", edits)]), "{query}");
    }
    assert_eq!(at_most(&c, "dtaabsae", 1), []);
    assert_eq!(at_most(&c, "powerfl embeded databas", 2), []);
    assert_eq!(at_most(&c, "database missing", 1), []);
    assert_eq!(at_most(&c, "-- !", 1), []);
    sound(&db);
}

#[test]
fn auto_allows_what_the_length_of_a_word_allows_and_never_the_first_letter() {
    let db = memory();
    let c = plain(&db, "c");
    index(&c, "a", json!("rust hello prototyping москва"));
    for (query, edits) in [
        ("rust", Some(0.0)),
        ("rost", None),
        ("hallo", Some(1.0)),
        ("hlelo", Some(1.0)),
        ("halla", None),
        ("jello", None),
        ("prottypng", Some(2.0)),
        ("prottypngs", None),
        ("масква", Some(1.0)),
        ("rust hallo prottypng", Some(3.0)),
    ] {
        let expected: Vec<(String, f64)> = edits.map(|edits| ("a".to_owned(), edits)).into_iter().collect();
        assert_eq!(auto(&c, query), expected, "{query}");
    }
}

#[test]
fn fewer_edits_come_first_and_then_the_better_rank() {
    let db = memory();
    let c = plain(&db, "c");
    index(&c, "once", json!("a database of many other words that make the text longer"));
    index(&c, "twice", json!("database database"));
    index(&c, "near", json!("databases"));
    index(&c, "far", json!("databasers"));
    assert_eq!(at_most(&c, "database", 2), found(&[("twice", 0.0), ("once", 0.0), ("near", 1.0), ("far", 2.0)]));
    let two = MatchOptions { k: 3, ..with(Fuzziness::Max(2)) };
    assert_eq!(search(&c, "database", &two), found(&[("twice", 0.0), ("once", 0.0), ("near", 1.0)]));
}

#[test]
fn words_may_be_run_together_and_torn_apart() {
    let db = memory();
    let c = plain(&db, "c");
    index(&c, "a", json!("a powerful database"));
    index(&c, "b", json!("on a data base"));
    assert_eq!(auto(&c, "data base"), found(&[("b", 0.0), ("a", 1.0)]));
    assert_eq!(auto(&c, "database"), found(&[("a", 0.0), ("b", 1.0)]));
    assert_eq!(auto(&c, "powerfuldatabase"), found(&[("a", 1.0)]));
}

#[test]
fn the_last_word_may_be_half_typed_and_misspelt() {
    let db = memory();
    let c = plain(&db, "c");
    index(&c, "a", json!("a powerful database"));
    let typing = |edits| MatchOptions { prefix: true, ..with(Fuzziness::Max(edits)) };
    assert_eq!(search(&c, "powerful data", &typing(1)), found(&[("a", 0.0)]));
    assert_eq!(search(&c, "powerful dtab", &typing(1)), found(&[("a", 1.0)]));
    assert_eq!(search(&c, "pwerful dtab", &typing(2)), found(&[("a", 2.0)]));
    assert_eq!(search(&c, "data pwerf", &typing(3)), [], "only the last word is a beginning");
}

#[test]
fn fields_filters_and_marks_go_with_it() {
    let db = memory();
    let c = plain(&db, "c");
    index(&c, "a", json!({"t": "database", "u": "engine", "n": 1}));
    index(&c, "b", json!({"t": "engine", "u": ["databases", "more"], "n": 2}));
    assert_eq!(at_most(&c, "datbase enigne", 2), found(&[("a", 2.0)]));
    assert_eq!(at_most(&c, "datbase enigne", 3), found(&[("a", 2.0), ("b", 3.0)]));
    let on = vec![(FieldPath::parse("u").unwrap(), 1.0)];
    assert_eq!(search(&c, "datbase", &MatchOptions { on, ..with(Fuzziness::Max(2)) }), found(&[("b", 2.0)]));
    let filter = Some(Filter::parse(r#"{"n": 2}"#).unwrap());
    assert_eq!(search(&c, "datbase", &MatchOptions { filter, ..with(Fuzziness::Max(2)) }), found(&[("b", 2.0)]));
    let highlight = Some(Marks { before: "[".into(), after: "]".into() });
    let hits = c.match_text("datbase enigne", &MatchOptions { highlight, ..with(Fuzziness::Max(3)) }).unwrap();
    let texts = |at: usize| hits[at].fragments.iter().map(|found| found.text.as_str()).collect::<Vec<_>>();
    assert_eq!(texts(0), ["[database]", "[engine]"]);
    assert_eq!(texts(1), ["[engine]", "[databases]\nmore"]);
}

#[test]
fn only_words_that_were_indexed_for_it_stand_for_misspelt_ones() {
    let db = memory();
    let c = plain(&db, "c");
    c.index(Document::with_id("a", json!("database")), &IndexOptions::default()).unwrap();
    assert_eq!(at_most(&c, "datbase", 1), []);
    assert_eq!(at_most(&c, "database", 1), found(&[("a", 0.0)]));
    index(&c, "a", json!("database"));
    assert_eq!(at_most(&c, "datbase", 1), found(&[("a", 1.0)]));
    // Another document has the word too.
    c.index(Document::with_id("b", json!("database")), &IndexOptions::default()).unwrap();
    assert_eq!(at_most(&c, "datbase", 1).len(), 2);
    // Words of another collection are not known here.
    index(&plain(&db, "d"), "a", json!("powerful"));
    assert_eq!(at_most(&c, "powerfl", 1), []);
    assert!(c.drop("a").unwrap() && c.drop("b").unwrap());
    assert_eq!(at_most(&c, "datbase", 1), []);
    sound(&db);
}

#[test]
fn every_tokenizer_forgives() {
    let db = memory();
    for tokenizer in [Tokenizer::Porter, Tokenizer::Unicode, Tokenizer::Trigram] {
        let c = db.collection(tokenizer.name()).unwrap();
        c.configure(CollectionSettings { tokenizer, ..CollectionSettings::default() }).unwrap();
        index(&c, "a", json!({"t": "Databases run", "u": "Café on fire"}));
        assert_eq!(at_most(&c, "dtabases", 2), found(&[("a", 1.0)]), "{}", tokenizer.name());
        assert_eq!(at_most(&c, "caffe on databases", 2), found(&[("a", 1.0)]), "{}", tokenizer.name());
    }
    // By trigrams a known word is found inside of others, and what is too short is passed over.
    let c = db.collection("trigram").unwrap();
    assert_eq!(at_most(&c, "atabas", 1), found(&[("a", 0.0)]));
    assert_eq!(at_most(&c, "xy dtabases", 1), found(&[("a", 1.0)]));
    assert_eq!(at_most(&c, "xy", 1), []);
    sound(&db);
}

#[test]
fn words_are_learned_again_after_a_clear_and_after_writes_that_were_taken_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    let (db, other) =
        (Beaver::open(&path, Options::default()).unwrap(), Beaver::open(&path, Options::default()).unwrap());
    let (c, theirs) = (db.collection("c").unwrap(), other.collection("c").unwrap());
    let stopped = c.index_many([Document::with_id("a", json!("database"))], &fuzzy(), |_| false);
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Interrupted);
    for round in 0..3 {
        index(&c, "a", json!(format!("database {round}")));
        assert_eq!(at_most(&theirs, "datbase", 1), found(&[("a", 1.0)]));
        index(&theirs, "b", json!("powerful"));
        assert_eq!(at_most(&c, "powerfl", 1), found(&[("b", 1.0)]));
        assert_eq!(if round == 0 { &c } else { &theirs }.clear().unwrap(), 2);
        assert_eq!(at_most(&c, "database", 1), []);
    }
    sound(&db);
}

#[test]
fn many_words_of_a_kind_fill_many_packs() {
    let db = memory();
    let c = plain(&db, "c");
    let word = |n: usize| format!("w{:04}{:03}", n * 7, n % 1_000);
    let documents = (0..1_000).map(|n| Document::with_id(n.to_string(), json!([word(n), "é".repeat(70), "", "🎉"])));
    c.index_many(documents, &fuzzy(), |_| true).unwrap();
    for n in [0, 500, 999] {
        let mistyped = word(n).replacen('w', "v", 1);
        assert!(at_most(&c, &mistyped, 1).contains(&(n.to_string(), 1.0)), "{mistyped}");
    }
    assert_eq!(at_most(&c, &"É".repeat(70), 1).len(), 10, "a word too long to be known is found as it is");
    sound(&db);
}

#[test]
fn documents_of_1x_are_found_as_they_are_spelt_until_they_are_adopted() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("old.db");
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch(
        r#"CREATE TABLE beaver_collections (collection TEXT NOT NULL, item_id TEXT NOT NULL, item_vector BLOB,
               metadata TEXT, PRIMARY KEY (collection, item_id));
           CREATE VIRTUAL TABLE beaver_fts_index USING fts5(collection, item_id, field_path, field_content, tokenize = 'porter');
           CREATE TABLE beaver_trigrams (collection TEXT NOT NULL, item_id TEXT NOT NULL, field_path TEXT NOT NULL,
               trigram TEXT NOT NULL, PRIMARY KEY (collection, field_path, trigram, item_id));
           INSERT INTO beaver_collections VALUES ('old', 'a', NULL, '{"t": "database"}');
           INSERT INTO beaver_fts_index VALUES ('old', 'a', 't', 'database');
           INSERT INTO beaver_trigrams VALUES ('old', 'a', 't', 'dat');"#,
    )
    .unwrap();
    drop(conn);
    let db = Beaver::open(&path, Options::default()).unwrap();
    let c = db.collection("old").unwrap();
    assert_eq!(at_most(&c, "database", 1), found(&[("a", 0.0)]));
    assert_eq!(at_most(&c, "datbase", 1), []);
    index(&c, "b", json!("other"));
    assert_eq!(at_most(&c, "datbase", 1), found(&[("a", 1.0)]));
    sound(&db);
}
