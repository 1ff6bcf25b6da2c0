//! Full-text search: what is found, in which order, what is shown of it, and that the index stays what the
//! documents say.

use std::path::Path;
use std::time::Duration;

use beaver_core::{
    Beaver, Collection, CollectionSettings, Document, ErrorKind, FieldPath, Filter, Fragment, Fts, IndexOptions, Marks,
    MatchOptions, Options, Snippet, Tokenizer,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

fn with_tokenizer(db: &Beaver, tokenizer: Tokenizer) -> Collection {
    let collection = db.collection(tokenizer.name()).unwrap();
    collection.configure(CollectionSettings { tokenizer, ..CollectionSettings::default() }).unwrap();
    collection
}

fn index(collection: &Collection, id: &str, body: Value) {
    collection.index(Document::with_id(id, body), &IndexOptions::default()).unwrap();
}

fn matches(collection: &Collection, query: &str, options: &MatchOptions) -> Vec<String> {
    collection.match_text(query, options).unwrap().into_iter().map(|hit| hit.document.id).collect()
}

fn find(collection: &Collection, query: &str) -> Vec<String> {
    let mut ids = matches(collection, query, &MatchOptions::default());
    ids.sort();
    ids
}

fn on(fields: &[(&str, f64)]) -> MatchOptions {
    let on = fields.iter().map(|(path, weight)| (FieldPath::parse(path).unwrap(), *weight)).collect();
    MatchOptions { on, ..MatchOptions::default() }
}

fn sound(db: &Beaver) {
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
}

#[test]
fn words_are_found_in_any_field_and_across_fields() {
    let db = memory();
    let c = db.collection("c").unwrap();
    index(&c, "a", json!({"title": "Red foxes", "by": {"name": "Ada"}, "tags": ["wild", "small"]}));
    index(&c, "b", json!({"title": "A red hen", "by": {"name": "Bob"}}));
    index(&c, "c", json!("nothing but a string about a fox"));
    assert_eq!(find(&c, "fox"), ["a", "c"]);
    assert_eq!(find(&c, "red"), ["a", "b"]);
    assert_eq!(find(&c, "ada fox wild"), ["a"]);
    assert_eq!(find(&c, "fox NOT wild"), ["c"], "wild is another field of a");
    assert_eq!(matches(&c, "fox NOT wild", &on(&[("title", 1.0)])), ["a"]);
    assert_eq!(find(&c, "\"wild small\""), [""; 0], "no phrase spans two strings");
    assert_eq!(find(&c, "\"foxes ada\""), [""; 0]);
    assert_eq!(find(&c, "title"), [""; 0]);
    assert_eq!(find(&c, "a b c"), [""; 0], "ids are no text");
    sound(&db);
}

#[test]
fn a_document_comes_once_by_its_best_row() {
    let db = memory();
    let c = db.collection("c").unwrap();
    index(&c, "both", json!({"long": "red and a good many other words behind it", "short": "red"}));
    index(&c, "long", json!({"long": "red and a good many other words behind it", "short": "blue"}));
    let hits = c.match_text("red", &MatchOptions::default()).unwrap();
    assert_eq!(hits.iter().map(|hit| hit.document.id.as_str()).collect::<Vec<_>>(), ["both", "long"]);
    assert!(hits[0].score < hits[1].score && hits[1].score < 0.0);
    assert!(hits.iter().all(|hit| hit.fragments.is_empty()));
    assert_eq!(hits[1].document.body.to::<Value>().unwrap()["short"], "blue");
}

#[test]
fn a_search_in_fields_sums_their_weighted_ranks() {
    let db = memory();
    let c = db.collection("c").unwrap();
    index(&c, "a", json!({"t": "red fox", "u": "blue hen", "$": "x"}));
    index(&c, "b", json!({"t": "blue hen", "u": "red fox", "by": {"name": "red"}}));
    index(&c, "c", json!({"t": "red fox", "u": "red fox", "t.u": "hen"}));
    assert_eq!(matches(&c, "red", &on(&[("t", 1.0)])).len(), 2);
    assert_eq!(matches(&c, "red fox", &on(&[("t", 10.0), ("u", 1.0)])), ["c", "a", "b"]);
    assert_eq!(matches(&c, "red fox", &on(&[("t", 1.0), ("u", 10.0)])), ["c", "b", "a"]);
    assert_eq!(matches(&c, "red hen", &on(&[("t", 1.0), ("u", 1.0)])), [""; 0], "one field has all words");
    assert_eq!(matches(&c, "red", &on(&[("by", 1.0)])), ["b"], "an object stands for what is below it");
    assert_eq!(matches(&c, "red", &on(&[("by.name.first", 1.0), ("b", 1.0)])), [""; 0]);
    assert_eq!(matches(&c, "hen", &on(&[("t\\.u", 1.0)])), ["c"]);
    assert_eq!(matches(&c, "x", &on(&[("$", 1.0)])), ["a"]);
    let score = |fields: &[(&str, f64)]| c.match_text("red", &on(fields)).unwrap()[0].score;
    let (t, u) = (score(&[("t", 1.0)]), score(&[("u", 1.0)]));
    assert!((score(&[("t", 2.0), ("u", 0.5)]) - (2.0 * t + 0.5 * u)).abs() < 1e-12);
    // The nearest path counts.
    assert_eq!(score(&[("by", 5.0), ("by.name", 1.0)]), score(&[("by.name", 1.0), ("by", 7.0)]));
}

#[test]
fn a_filter_does_not_cost_results() {
    let db = memory();
    let c = db.collection("c").unwrap();
    let documents = (0..300).map(|n| Document::with_id(format!("{n:03}"), json!({"t": "red", "n": n, "half": n % 2})));
    c.index_many(documents, &IndexOptions::default(), |_| true).unwrap();
    let filtered =
        |filter: &str| MatchOptions { filter: Some(Filter::parse(filter).unwrap()), ..MatchOptions::default() };
    assert_eq!(matches(&c, "red", &filtered(r#"{"n": {">=": 290}}"#)).len(), 10);
    assert_eq!(matches(&c, "red", &filtered(r#"{"n": 299}"#)), ["299"]);
    assert_eq!(matches(&c, "red", &filtered(r#"{"n": 300}"#)), [""; 0]);
    let in_field = MatchOptions { on: on(&[("t", 1.0)]).on, ..filtered(r#"{"n": {"<": 3}}"#) };
    assert_eq!(matches(&c, "red", &in_field).len(), 3);
    // The same by an index of the field, which knows the documents before the search.
    c.create_index("n", |_| true).unwrap();
    assert_eq!(matches(&c, "red", &filtered(r#"{"n": {">=": 290}}"#)).len(), 10);
    assert_eq!(matches(&c, "red", &filtered(r#"{"n": {">=": 290}, "half": 1}"#)).len(), 5);
    assert_eq!(matches(&c, "red", &in_field).len(), 3);
}

#[test]
fn other_collections_push_nothing_out() {
    let db = memory();
    let (ours, theirs) = (db.collection("docs").unwrap(), db.collection("doc").unwrap());
    let loud = (0..500).map(|n| Document::with_id(n.to_string(), json!("red red red")));
    theirs.index_many(loud, &IndexOptions::default(), |_| true).unwrap();
    for n in 0..10 {
        index(&ours, &format!("{n}"), json!(format!("a red hen sleeps in the grass all day long, says number {n}")));
    }
    assert_eq!(find(&ours, "red").len(), 10);
    assert_eq!(theirs.clear().unwrap(), 500);
    assert_eq!(find(&ours, "red").len(), 10, "its name has the stem of ours");
    assert_eq!(find(&theirs, "red"), [""; 0]);
    sound(&db);
}

#[test]
fn only_what_was_asked_for_is_indexed() {
    let db = memory();
    let c = db.collection("c").unwrap();
    let of = |fts: &str| IndexOptions { fts: Fts::from_json(fts).unwrap(), ..IndexOptions::default() };
    let document = || Document::with_id("a", json!({"t": "red", "u": {"v": "blue"}}));
    c.index(document(), &of(r#"["u"]"#)).unwrap();
    assert_eq!((find(&c, "red").len(), find(&c, "blue").len()), (0, 1));
    c.index(document(), &of("false")).unwrap();
    assert_eq!((find(&c, "red").len(), find(&c, "blue").len()), (0, 0));
    sound(&db);
    c.index(document(), &of("true")).unwrap();
    assert_eq!((find(&c, "red").len(), find(&c, "blue red").len()), (1, 1));
    sound(&db);
}

#[test]
fn replaced_and_dropped_text_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    for tokenizer in [Tokenizer::Porter, Tokenizer::Unicode, Tokenizer::Trigram] {
        let c = with_tokenizer(&db, tokenizer);
        let other = db.collection("!").unwrap(); // a name without a letter
        index(&other, "--", json!({"t": "red fox", "u": "x"}));
        for round in 0..2 {
            let documents = (0..300).map(|n| {
                let id = format!("doc-{}", n % 100);
                Document::with_id(id, json!({"t": format!("red {n}"), "u": ["fox", format!("round{round}")]}))
            });
            c.index_many(documents, &IndexOptions { fuzzy: true, ..IndexOptions::default() }, |_| true).unwrap();
            let all = MatchOptions { k: 1_000, ..MatchOptions::default() };
            assert_eq!(matches(&c, "red fox", &all).len(), 100);
            assert_eq!(matches(&c, &format!("round{round}"), &all).len(), 100);
            assert_eq!(matches(&c, "round9", &all).len(), 0);
            for n in 0..10 {
                assert!(c.drop(&format!("doc-{n}")).unwrap());
            }
            assert_eq!(matches(&c, "red", &all).len(), 90);
            sound(&db);
        }
        assert_eq!(c.clear().unwrap(), 90);
        assert_eq!(find(&other, "fox"), ["--"]);
        index(&other, "--", json!("blue"));
        assert_eq!(find(&other, "fox"), [""; 0]);
        assert_eq!(other.clear().unwrap(), 1);
        sound(&db);
    }
    db.close().unwrap();
    let conn = rusqlite::Connection::open(&path).unwrap();
    for table in ["beaver_fts_index", "beaver_fts_unicode61", "beaver_fts_trigram", "beaver_vocabulary"] {
        let left: i64 = conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

#[test]
fn unicode61_folds_diacritics_and_stems_nothing() {
    let db = memory();
    let c = with_tokenizer(&db, Tokenizer::Unicode);
    index(&c, "a", json!("Café Tiếng Việt"));
    index(&c, "b", json!("running databases"));
    for query in ["cafe", "CAFÉ", "tieng viet"] {
        assert_eq!(find(&c, query), ["a"], "{query}");
    }
    assert_eq!(find(&c, "run"), [""; 0]);
    assert_eq!(find(&c, "Running"), ["b"]);
}

#[test]
fn trigrams_find_parts_of_words_and_languages_without_spaces() {
    let db = memory();
    let c = with_tokenizer(&db, Tokenizer::Trigram);
    index(&c, "a", json!({"t": "今日は東京都に行きます"}));
    index(&c, "b", json!({"t": "大阪府に行きます"}));
    index(&c, "c", json!({"t": "a database"}));
    assert_eq!(find(&c, "東京都"), ["a"]);
    assert_eq!(find(&c, "に行き"), ["a", "b"]);
    assert_eq!(find(&c, "TABAS"), ["c"]);
    assert_eq!(find(&c, "東京"), [""; 0], "two characters are too few");
    index(&c, "d", json!("Éclairs"));
    assert_eq!(find(&c, "eclair"), ["d"]);
    assert_eq!(find(&c, "ÉCLAIR of"), ["d"], "what is too short is passed over");
    let marked = MatchOptions { highlight: Some(brackets()), ..MatchOptions::default() };
    assert_eq!(c.match_text("ataba", &marked).unwrap()[0].fragments[0].text, "a d[ataba]se");
    sound(&db);
}

#[test]
fn readers_see_a_tokenizer_that_was_chosen_after_they_were_opened() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    index(&db.collection("a").unwrap(), "1", json!("red"));
    let other = Beaver::open(&path, Options { read_only: true, ..Options::default() }).unwrap();
    assert_eq!(find(&other.collection("a").unwrap(), "red"), ["1"]);
    assert_eq!(find(&db.collection("a").unwrap(), "red"), ["1"]);
    let late = with_tokenizer(&db, Tokenizer::Trigram);
    index(&late, "1", json!("database"));
    assert_eq!(find(&late, "tab"), ["1"]);
    assert_eq!(find(&other.collection("trigram").unwrap(), "tab"), ["1"]);
}

fn brackets() -> Marks {
    Marks { before: "[".into(), after: "]".into() }
}

fn fragments(c: &Collection, query: &str, options: &MatchOptions) -> Vec<(String, String)> {
    let hits = c.match_text(query, options).unwrap();
    hits[0].fragments.iter().map(|Fragment { path, text }| (path.clone(), text.clone())).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect()
}

#[test]
fn matches_are_marked_in_each_field_that_matches() {
    let db = memory();
    let c = db.collection("c").unwrap();
    index(&c, "a", json!({"t": "Foxes are red", "u": "no such thing", "v": ["one fox", "two\u{0} hens"]}));
    let marked = MatchOptions { highlight: Some(brackets()), ..MatchOptions::default() };
    assert_eq!(fragments(&c, "fox", &marked), pairs(&[("t", "[Foxes] are red"), ("v", "one [fox]\ntwo  hens")]));
    // Only the whole text matches: what the fields have of it is marked.
    assert_eq!(fragments(&c, "red hens", &marked), pairs(&[("t", "Foxes are [red]"), ("v", "one fox\ntwo  [hens]")]));
    assert_eq!(
        fragments(&c, "red one NOT blue", &marked),
        pairs(&[("t", "Foxes are [red]"), ("v", "[one] fox\ntwo  hens")])
    );
    let in_field = MatchOptions { on: on(&[("v", 1.0)]).on, ..marked.clone() };
    assert_eq!(fragments(&c, "fox", &in_field), pairs(&[("v", "one [fox]\ntwo  hens")]));
    let snippet = Some(Snippet { marks: brackets(), ellipsis: "..".into(), words: 2 });
    let snippet = MatchOptions { snippet, ..MatchOptions::default() };
    assert_eq!(fragments(&c, "red", &snippet), pairs(&[("t", "..are [red]")]));
    let both = MatchOptions { highlight: Some(brackets()), ..snippet };
    assert_eq!(fragments(&c, "red", &both), pairs(&[("t", "Foxes are [red]"), ("t", "..are [red]")]));
}

#[test]
fn marks_are_any_text_but_nul() {
    let db = memory();
    let c = db.collection("c").unwrap();
    index(&c, "a", json!("red"));
    let with = |before: &str| {
        let marks = Marks { before: before.into(), after: "%s\"';--".into() };
        c.match_text("red", &MatchOptions { highlight: Some(marks), ..MatchOptions::default() })
    };
    for before in ["", "<b>", "'", "?1", "%n%s", "🦀", "\u{FFFF}"] {
        assert_eq!(with(before).unwrap()[0].fragments[0].text, format!("{before}red%s\"';--"));
    }
    assert_eq!(with("\0").unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_word_may_be_typed_half() {
    let db = memory();
    let c = db.collection("c").unwrap();
    index(&c, "a", json!("a powerful database"));
    let typing = MatchOptions { prefix: true, ..MatchOptions::default() };
    assert_eq!(matches(&c, "powerful dat", &typing), ["a"]);
    assert_eq!(find(&c, "powerful dat"), [""; 0]);
}

/// A file as BeaverDB 1.x leaves it: documents "0" to "999" with their rows of text and trigrams.
fn file_of_1x(path: &Path) {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE beaver_collections (collection TEXT NOT NULL, item_id TEXT NOT NULL, item_vector BLOB,
             metadata TEXT, PRIMARY KEY (collection, item_id));
         CREATE VIRTUAL TABLE beaver_fts_index USING fts5(collection, item_id, field_path, field_content, tokenize = 'porter');
         CREATE TABLE beaver_trigrams (collection TEXT NOT NULL, item_id TEXT NOT NULL, field_path TEXT NOT NULL,
             trigram TEXT NOT NULL, PRIMARY KEY (collection, field_path, trigram, item_id));
         BEGIN",
    )
    .unwrap();
    for n in 0..1_000 {
        let id = if n == 7 { "--".to_owned() } else { format!("doc \"{n}\"") };
        let content = format!("The red fox {n}");
        let body = json!({"t": content}).to_string();
        conn.execute("INSERT INTO beaver_collections VALUES ('old', ?1, NULL, ?2)", [&id, &body]).unwrap();
        conn.execute("INSERT INTO beaver_fts_index VALUES ('old', ?1, 't', ?2)", [&id, &content]).unwrap();
        let lower: Vec<char> = content.to_lowercase().chars().collect();
        for trigram in lower.windows(3) {
            let trigram: String = trigram.iter().collect();
            conn.execute("INSERT OR IGNORE INTO beaver_trigrams VALUES ('old', ?1, 't', ?2)", [&id, &trigram]).unwrap();
        }
    }
    conn.execute_batch("COMMIT").unwrap();
}

#[test]
fn documents_of_1x_are_found_marked_and_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("old.db");
    file_of_1x(&path);
    let marked = MatchOptions { highlight: Some(brackets()), ..MatchOptions::default() };
    let old = Beaver::open(&path, Options { read_only: true, ..Options::default() }).unwrap();
    assert_eq!(find(&old.collection("old").unwrap(), "fox 77"), ["doc \"77\""]);
    assert_eq!(fragments(&old.collection("old").unwrap(), "77", &marked), pairs(&[("t", "The red fox [77]")]));
    old.close().unwrap();

    let db = Beaver::open(&path, Options::default()).unwrap();
    let c = db.collection("old").unwrap();
    for id in ["doc \"77\"", "--", "doc \"999\""] {
        index(&c, id, json!({"t": "a blue hen"}));
        index(&c, id, json!({"t": "a green hen"}));
    }
    assert!(c.drop("doc \"5\"").unwrap());
    assert_eq!(find(&c, "blue"), [""; 0]);
    assert_eq!(find(&c, "green"), ["--", "doc \"77\"", "doc \"999\""]);
    assert_eq!(find(&c, "77"), [""; 0]);
    let all = MatchOptions { k: 10_000, ..MatchOptions::default() };
    assert_eq!(matches(&c, "red", &all).len(), 996);
    sound(&db);
    db.close().unwrap();
    let conn = rusqlite::Connection::open(&path).unwrap();
    let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM beaver_fts_index"), 999);
    assert_eq!(count("SELECT count(DISTINCT item_id) FROM beaver_trigrams"), 996);
}

#[test]
fn rows_that_1x_has_written_anew_are_looked_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    let c = db.collection("c").unwrap();
    for id in ["a", "b", "c"] {
        index(&c, id, json!({"t": "red", "u": "fox"}));
    }
    // 1.x removes the rows of a document and adds others, which get the numbers of whatever was last.
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.busy_timeout(Duration::from_secs(5)).unwrap();
    conn.execute_batch(
        "DELETE FROM beaver_fts_index WHERE item_id IN ('c', 'a');
         INSERT INTO beaver_fts_index (collection, item_id, field_path, field_content) VALUES
             ('c', 'a', 't', 'blue'), ('c', 'a', 'u', 'hen'), ('c', 'a', 'v', 'one'), ('c', 'a', 'w', 'two'),
             ('c', 'c', 't', 'green'), ('c', 'c', 'u', 'hen');",
    )
    .unwrap();
    drop(conn);
    assert!(!db.verify().unwrap().problems.is_empty());
    for id in ["a", "c"] {
        index(&c, id, json!({"t": "new"}));
    }
    for query in ["blue", "green", "hen", "one", "two"] {
        assert_eq!(find(&c, query), [""; 0], "{query}");
    }
    assert_eq!((find(&c, "new").len(), find(&c, "red fox").len()), (2, 1));
    sound(&db);
}

#[test]
fn verify_finds_text_that_is_not_that_of_the_documents() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    for (sql, says) in [
        ("UPDATE beaver_fts_index SET field_content = 'blue' WHERE item_id = 'a' AND field_path = 't'", "as it stands"),
        ("DELETE FROM beaver_fts_index WHERE item_id = 'b' AND field_path = ''", "as it stands"),
        ("INSERT INTO beaver_fts_index VALUES ('c', 'a', 'v', 'more')", "knows nothing of it"),
        ("INSERT INTO beaver_fts_index VALUES ('c', 'gone', 'v', 'more')", "is not there"),
        ("INSERT INTO beaver_fts_index VALUES ('trigram', 'a', 'v', 'more')", "another tokenizer"),
        ("DELETE FROM beaver_vocabulary WHERE initial = 'r'", "words of \"a\" in \"c\" are missing"),
        ("DELETE FROM beaver_fts_index_content WHERE c1 = 'a' AND c2 = 't'", "malformed inverted index"),
        ("DELETE FROM beaver_fts_index_docsize WHERE id = 1", "malformed inverted index"),
    ] {
        let _ = std::fs::remove_file(&path);
        let db = Beaver::open(&path, Options::default()).unwrap();
        let c = db.collection("c").unwrap();
        let fuzzy = IndexOptions { fuzzy: true, ..IndexOptions::default() };
        c.index(Document::with_id("a", json!({"t": "red", "u": "fox"})), &fuzzy).unwrap();
        index(&c, "b", json!({"t": "blue", "u": "hen"}));
        index(&with_tokenizer(&db, Tokenizer::Trigram), "a", json!("text"));
        sound(&db);
        db.close().unwrap();
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.execute_batch(sql).unwrap();
        drop(conn);
        let problems = Beaver::open(&path, Options::default()).unwrap().verify().unwrap().problems;
        assert!(problems.iter().any(|problem| problem.contains(says)), "{sql}: {problems:?}");
    }
}

#[test]
fn no_statement_that_removes_a_document_goes_through_the_table() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    index(&db.collection("c").unwrap(), "a", json!({"t": "red", "u": "fox"}));
    db.close().unwrap();
    let conn = rusqlite::Connection::open(&path).unwrap();
    let plan =
        |sql: &str| -> String { conn.query_row(&format!("EXPLAIN QUERY PLAN {sql}"), [], |row| row.get(3)).unwrap() };
    // FTS5 tells what it uses behind the colon: M is the index, > and < are bounds of the rows' numbers.
    let by_number =
        plan("DELETE FROM beaver_fts_index WHERE rowid BETWEEN 1 AND 3 AND collection = 'c' AND item_id = 'a'");
    assert!(by_number.ends_with(":><"), "{by_number}");
    let by_index =
        plan("SELECT rowid FROM beaver_fts_index WHERE beaver_fts_index MATCH 'item_id : \"a\"' AND item_id = 'a'");
    assert!(by_index.contains(":M"), "{by_index}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_query(
        query in prop_oneof![".{0,60}", "[a-c \"*()+^:{}-]{0,30}", "(red|fox|AND|OR|NOT|NEAR\\(|\\)|\"|\\*| |,){0,12}"],
        prefix: bool,
        fuzzy in 0..4_u8,
        in_field: bool,
    ) {
        thread_local! {
            static COLLECTIONS: Vec<Collection> = {
                let db = memory();
                [Tokenizer::Porter, Tokenizer::Unicode, Tokenizer::Trigram].map(|tokenizer| {
                    let c = with_tokenizer(&db, tokenizer);
                    let fuzzy = IndexOptions { fuzzy: true, ..IndexOptions::default() };
                    c.index(Document::with_id("a", json!({"t": "red fox", "u": "it's a \"hen\""})), &fuzzy).unwrap();
                    c
                }).into()
            };
        }
        let fuzziness = match fuzzy {
            0 => None,
            1 => Some(beaver_core::Fuzziness::Auto),
            most => Some(beaver_core::Fuzziness::Max(most)),
        };
        let snippet = Some(Snippet { marks: brackets(), ellipsis: "…".into(), words: 8 });
        let on = if in_field { on(&[("t", 2.0)]).on } else { Vec::new() };
        let options = MatchOptions { prefix, fuzziness, on, highlight: Some(brackets()), snippet, ..MatchOptions::default() };
        COLLECTIONS.with(|collections| {
            for collection in collections {
                for hit in collection.match_text(&query, &options).unwrap() {
                    prop_assert!(!hit.fragments.is_empty(), "{:?}", query);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn any_body_and_id_can_be_indexed_and_removed(
        texts in prop::collection::vec(prop_oneof![".{0,20}", "\\PC{0,20}", "[a-c\0\"]{1,6}"], 1..4),
        id in "[a-c\"'.* -]{1,8}|\\PC{1,8}",
    ) {
        let db = memory();
        let c = db.collection("\"'").unwrap();
        let body: Value = texts.iter().enumerate().map(|(n, text)| (format!("k{n}\0\""), json!([text, text]))).collect();
        c.index(Document::with_id(id.as_str(), body), &IndexOptions { fuzzy: true, ..IndexOptions::default() }).unwrap();
        index(&c, "other", json!("red"));
        prop_assert_eq!(db.verify().unwrap().problems, [""; 0]);
        index(&c, &id, json!("fox"));
        prop_assert_eq!(find(&c, "fox"), [id.as_str()]);
        c.drop(&id).unwrap();
        prop_assert_eq!(find(&c, "red"), ["other"]);
        prop_assert_eq!(db.verify().unwrap().problems, [""; 0]);
    }
}
