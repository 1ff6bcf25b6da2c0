//! Plain queries over documents, and the indexes behind them.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use beaver_core::{
    Beaver, Collection, Document, ErrorKind, Filter, Find, FindPlan, IndexOptions, MAX_INDEXES, Options, Order,
    Progress, Result,
};
use serde_json::{Value, json};

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

fn put(collection: &Collection, id: &str, body: Value) {
    collection.index(Document::with_id(id, body), &IndexOptions::default()).unwrap();
}

fn books(db: &Beaver) -> Collection {
    let books = db.collection("books").unwrap();
    for (id, year, title, tags) in [
        ("emma", json!(1815), "Emma", json!(["novel", "uk"])),
        ("dune", json!(1965), "Dune", json!(["novel", "sf"])),
        ("ulysses", json!(1922), "Ulysses", json!(["novel"])),
        ("faust", json!(1808), "Faust", json!(["play"])),
        ("beowulf", json!(null), "Beowulf", json!([])),
        ("sagas", json!("unknown"), "Sagas", json!(["uk", 1000])),
    ] {
        put(&books, id, json!({"year": year, "title": title, "tags": tags}));
    }
    put(&books, "untitled", json!({"tags": "novel"}));
    books
}

fn query(filter: &Value, order: &[&str], limit: usize) -> Find {
    let filter = Some(Filter::parse(&filter.to_string()).unwrap());
    Find { filter, order: Order::parse(order).unwrap(), limit, cursor: None }
}

fn ids(collection: &Collection, filter: &Value, order: &[&str]) -> Vec<String> {
    let found = collection.find(&query(filter, order, 100)).unwrap();
    assert_eq!(found.cursor, None);
    found.documents.into_iter().map(|document| document.id).collect()
}

fn explain(collection: &Collection, filter: &Value, order: &[&str]) -> FindPlan {
    collection.explain_find(&query(filter, order, 100)).unwrap()
}

fn go_on(_: Progress) -> bool {
    true
}

#[test]
fn documents_are_found_with_and_without_an_index() {
    let db = memory();
    let books = books(&db);
    for _ in 0..2 {
        assert_eq!(ids(&books, &json!({"year": {"<": 1900}}), &[]), ["emma", "faust"]);
        assert_eq!(
            ids(&books, &json!({"year": {"!=": 1815}, "tags": {"contains": "novel"}}), &[]),
            ["dune", "ulysses", "untitled"]
        );
        assert_eq!(ids(&books, &json!({"tags": {"contains": 1000}}), &[]), ["sagas"]);
        assert_eq!(ids(&books, &json!({"year": {"exists": false}}), &[]), ["untitled"]);
        assert_eq!(ids(&books, &json!({"not": {"year": {">=": 0}}}), &[]), ["beowulf", "sagas", "untitled"]);
        assert_eq!(ids(&books, &json!({"or": []}), &[]), [""; 0]);
        assert_eq!(ids(&books, &json!({}), &[]).len(), 7);
        assert_eq!(books.count(&Filter::parse(r#"{"year": {">=": 1900}}"#).unwrap()).unwrap(), 2);
        assert_eq!(books.count(&Filter::default()).unwrap(), 7);
        books.create_index("year", go_on).unwrap();
        books.create_index("tags", go_on).unwrap();
    }
    assert_eq!(ids(&db.collection("empty").unwrap(), &json!({"a": 1}), &["a"]), [""; 0]);
}

#[test]
fn documents_come_in_order_and_complete() {
    let db = memory();
    let books = books(&db);
    for _ in 0..2 {
        assert_eq!(
            ids(&books, &json!({}), &["year"]),
            ["untitled", "beowulf", "faust", "emma", "ulysses", "dune", "sagas"]
        );
        assert_eq!(ids(&books, &json!({"year": {"<": 1950}}), &["-year"]), ["ulysses", "emma", "faust"]);
        // Arrays are equal in an order; a string comes before them.
        assert_eq!(ids(&books, &json!({"year": {">": 0}}), &["tags", "-title"]), ["ulysses", "faust", "emma", "dune"]);
        assert_eq!(ids(&books, &json!({}), &["-tags"]).last().unwrap(), "untitled");
        books.create_index("$.year", go_on).unwrap();
        books.create_index("tags", go_on).unwrap();
    }
    let vector = Document::with_id("v", json!({"year": 3000})).embedded(vec![1.0, 2.0]);
    books.index(vector.clone(), &IndexOptions::default()).unwrap();
    assert_eq!(books.find(&query(&json!({"year": 3000}), &[], 1)).unwrap().documents, [vector]);
}

#[test]
fn a_cursor_goes_on_where_the_portion_ended() {
    let db = memory();
    let books = books(&db);
    for round in 0..2 {
        for order in [&[][..], &["year"], &["-year"], &["tags", "-year"]] {
            let all = ids(&books, &json!({"title": {"exists": true}}), order);
            let mut find = query(&json!({"title": {"exists": true}}), order, 2);
            let mut portions = Vec::new();
            loop {
                let found = books.find(&find).unwrap();
                portions.extend(found.documents.into_iter().map(|document| document.id));
                find.cursor = found.cursor;
                if find.cursor.is_none() {
                    break;
                }
            }
            assert_eq!(portions, all, "{order:?} {round}");
        }
        books.create_index("year", go_on).unwrap();
    }
    // What is written in between is met where it comes, and what was given does not come again.
    let mut find = query(&json!({}), &["-year"], 3);
    let first = books.find(&find).unwrap();
    assert_eq!(first.documents.iter().map(|d| d.id.as_str()).collect::<Vec<_>>(), ["sagas", "dune", "ulysses"]);
    books.drop("ulysses").unwrap();
    put(&books, "new", json!({"year": 2001}));
    put(&books, "old", json!({"year": 1812}));
    find.cursor = first.cursor;
    let second = books.find(&find).unwrap();
    assert_eq!(second.documents.iter().map(|d| d.id.as_str()).collect::<Vec<_>>(), ["emma", "old", "faust"]);
}

#[test]
fn a_cursor_is_good_for_its_own_query_only() {
    let db = memory();
    let books = books(&db);
    let cursor = books.find(&query(&json!({"year": {">": 0}}), &["year"], 1)).unwrap().cursor;
    assert!(cursor.is_some());
    let refused = |collection: &Collection, find: Find| {
        let error = collection.find(&Find { cursor: cursor.clone(), ..find }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    };
    refused(&books, query(&json!({"year": {">": 1}}), &["year"], 1));
    refused(&books, query(&json!({"year": {">": 0}}), &["-year"], 1));
    refused(&books, query(&json!({"year": {">": 0}}), &[], 1));
    refused(&db.collection("others").unwrap(), query(&json!({"year": {">": 0}}), &["year"], 1));
    let other = Find { cursor: Some("nonsense".into()), ..query(&json!({}), &[], 1) };
    assert_eq!(books.find(&other).unwrap_err().kind(), ErrorKind::InvalidArgument);
    // The size of a portion may change.
    let more = Find { cursor, ..query(&json!({"year": {">": 0}}), &["year"], 10) };
    assert_eq!(books.find(&more).unwrap().documents.len(), 3);
}

#[test]
fn wrong_limits_are_refused() {
    let books = books(&memory());
    assert_eq!(books.find(&query(&json!({}), &[], 0)).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(books.find(&query(&json!({}), &[], 10_001)).unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(books.explain_find(&query(&json!({}), &[], 0)).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_plan_tells_what_a_query_costs() {
    let books = books(&memory());
    let plan = |indexes: &[&str], ordered, examined, matched| FindPlan {
        indexes: indexes.iter().map(|path| (*path).to_owned()).collect(),
        ordered,
        examined,
        matched,
    };
    let recent = json!({"year": {">=": 1900}});
    assert_eq!(explain(&books, &recent, &[]), plan(&[], false, 7, 2));
    books.create_index("year", go_on).unwrap();
    books.create_index("tags", go_on).unwrap();
    assert_eq!(explain(&books, &recent, &[]), plan(&["year"], false, 0, 2));
    assert_eq!(explain(&books, &recent, &["-year"]), plan(&["year"], true, 0, 2));
    assert_eq!(explain(&books, &json!({}), &["year"]), plan(&["year"], true, 0, 7));
    assert_eq!(
        explain(&books, &json!({"tags": {"contains": "uk"}, "year": 1815}), &[]),
        plan(&["tags", "year"], false, 0, 1)
    );
    // Of two conditions, one is indexed: the other needs the bodies that are left.
    assert_eq!(explain(&books, &json!({"year": {"<": 1900}, "title": "Emma"}), &[]), plan(&["year"], false, 2, 1));
    assert_eq!(explain(&books, &json!({"or": [{"year": 1815}, {"title": "Dune"}]}), &[]), plan(&[], false, 7, 2));
    assert_eq!(explain(&books, &json!({"title": "Emma"}), &[]), plan(&[], false, 7, 1));
    books.drop_index("year").unwrap();
    assert_eq!(explain(&books, &recent, &[]), plan(&[], false, 7, 2));
}

#[test]
fn indexes_are_declared_listed_and_dropped() -> Result<()> {
    let db = memory();
    let books = books(&db);
    assert_eq!(books.indexes()?, [""; 0]);
    assert!(books.create_index("year", go_on)?);
    assert!(!books.create_index("$.year", go_on)?);
    assert!(books.create_index("author.name", go_on)?);
    assert_eq!(books.indexes()?, ["author.name", "year"]);
    assert_eq!(db.collection("others")?.indexes()?, [""; 0]);
    assert!(books.drop_index("year")?);
    assert!(!books.drop_index("year")?);
    assert!(!db.collection("others")?.drop_index("year")?);
    assert_eq!(books.create_index("a..b", go_on).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(books.drop_index("").unwrap_err().kind(), ErrorKind::InvalidArgument);
    // They are there before there is a document, and stay when all are gone.
    assert_eq!(books.clear()?, 7);
    assert_eq!(books.indexes()?, ["author.name"]);
    put(&books, "a", json!({"author": {"name": "Ada"}}));
    assert_eq!(explain(&books, &json!({"author.name": "Ada"}), &[]).indexes, ["author.name"]);
    assert_eq!(db.verify()?.problems, [""; 0]);
    Ok(())
}

#[test]
fn only_so_many_fields_are_indexed() -> Result<()> {
    let collection = memory().collection("c")?;
    for n in 0..MAX_INDEXES {
        collection.create_index(&format!("f{n}"), go_on)?;
    }
    assert_eq!(collection.create_index("more", go_on).unwrap_err().kind(), ErrorKind::Limit);
    assert!(!collection.create_index("f0", go_on)?);
    collection.drop_index("f0")?;
    assert!(collection.create_index("more", go_on)?);
    put(&collection, "a", json!({"f7": 1, "more": [1, 2]}));
    assert_eq!(ids(&collection, &json!({"f7": 1, "more": {"contains": 2}, "f9": {"exists": false}}), &[]), ["a"]);
    Ok(())
}

#[test]
fn a_stopped_backfill_goes_on_with_the_next_call() -> Result<()> {
    let db = memory();
    let collection = db.collection("c")?;
    let documents = (0..1_500).map(|n| Document::with_id(format!("{n:04}"), json!({"n": n})));
    collection.index_many(documents, &IndexOptions::default(), go_on)?;
    let stopped = collection.create_index("n", |_| false).unwrap_err();
    assert_eq!(stopped.kind(), ErrorKind::Interrupted);
    assert_eq!(collection.indexes()?, ["n"]);
    assert_eq!(explain(&collection, &json!({"n": 7}), &[]).indexes, [""; 0]);
    // What is written meanwhile is in it, on either side of where the backfill is.
    put(&collection, "0001", json!({"n": 5_000}));
    put(&collection, "1400", json!({"n": 5_000}));
    collection.drop("0002")?;
    collection.drop("1401")?;
    let mut last = Progress { done: 0, total: 0 };
    assert!(!collection.create_index("n", |progress| {
        assert!(progress.done >= last.done && progress.done <= progress.total);
        last = progress;
        true
    })?);
    assert_eq!(last.done, last.total);
    assert_eq!(explain(&collection, &json!({"n": 7}), &[]).indexes, ["n"]);
    assert_eq!(ids(&collection, &json!({"n": 5_000}), &[]), ["0001", "1400"]);
    assert_eq!(ids(&collection, &json!({"n": {"in": [1, 2, 1_400, 1_401, 3]}}), &[]), ["0003"]);
    assert_eq!(db.verify()?.problems, [""; 0]);
    Ok(())
}

#[test]
fn a_transaction_sees_what_it_wrote() -> Result<()> {
    let db = memory();
    let books = books(&db);
    books.create_index("year", go_on)?;
    let outcome: Result<()> = db.transaction(|tx| {
        let books = tx.collection("books")?;
        put(&books, "new", json!({"year": 2001}));
        assert_eq!(ids(&books, &json!({"year": 2001}), &[]), ["new"]);
        books.drop("")?; // fails, and takes all back
        Ok(())
    });
    assert!(outcome.is_err());
    assert_eq!(ids(&books, &json!({"year": 2001}), &[]), [""; 0]);
    Ok(())
}

/// As BeaverDB 1.x leaves it: documents, and none of our tables.
fn old_file(path: &Path, documents: usize) {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.execute_batch(
        "CREATE TABLE beaver_collections (collection TEXT NOT NULL, item_id TEXT NOT NULL, item_vector BLOB, metadata TEXT,
         PRIMARY KEY (collection, item_id)); BEGIN",
    )
    .unwrap();
    for n in 0..documents {
        let body = json!({"n": n, "odd": n % 2 == 1}).to_string();
        conn.execute("INSERT INTO beaver_collections VALUES ('c', ?1, NULL, ?2)", (format!("{n:04}"), body)).unwrap();
    }
    conn.execute_batch(
        "INSERT INTO beaver_collections VALUES ('c', 'none', NULL, NULL), ('c', 'wrong', NULL, 'NaN'); COMMIT",
    )
    .unwrap();
}

#[test]
fn a_file_of_1_x_is_searched_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("old.db");
    old_file(&path, 50);
    let db = Beaver::open(&path, Options { read_only: true, ..Options::default() }).unwrap();
    let collection = db.collection("c").unwrap();
    assert_eq!(ids(&collection, &json!({"n": {"<": 3}}), &["-n"]), ["0002", "0001", "0000"]);
    assert_eq!(ids(&collection, &json!({"n": {"exists": false}}), &[]), ["none"]);
    assert_eq!(collection.count(&Filter::parse(r#"{"odd": true}"#).unwrap()).unwrap(), 25);
    assert_eq!(ids(&collection, &json!({}), &[]).len(), 52);
    assert_eq!(collection.indexes().unwrap(), [""; 0]);
}

#[test]
fn documents_of_1_x_are_indexed_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("old.db");
    old_file(&path, 1_200);
    let db = Beaver::open(&path, Options::default()).unwrap();
    let collection = db.collection("c").unwrap();
    put(&collection, "0100", json!({"n": -1}));
    let mut last = Progress { done: 0, total: 0 };
    assert!(
        collection
            .create_index("n", |progress| {
                last = progress;
                true
            })
            .unwrap()
    );
    assert_eq!(last, Progress { done: 1_202, total: 1_202 });
    let plan = explain(&collection, &json!({"n": {"<": 3}}), &[]);
    assert_eq!((plan.indexes, plan.examined, plan.matched), (vec!["n".to_owned()], 0, 4));
    assert_eq!(ids(&collection, &json!({"n": {"in": [-1, 100, 1_199]}}), &["n"]), ["0100", "1199"]);
    assert_eq!(ids(&collection, &json!({"n": {"exists": false}}), &[]), ["none"]);
    assert_eq!(collection.find(&query(&json!({}), &["n"], 10_000)).unwrap().documents.len(), 1_201);
}

#[test]
fn wrong_values_are_found_by_verify() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    let books = books(&db);
    books.create_index("year", go_on).unwrap();
    assert_eq!(db.verify().unwrap().problems, [""; 0]);
    db.close().unwrap();
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch(
        r#"UPDATE beaver_collections SET metadata = '{"year": 1}' WHERE item_id = 'emma';
           DELETE FROM beaver_field_values WHERE doc_id = (SELECT doc_id FROM beaver_documents WHERE item_id = 'dune');
           INSERT INTO beaver_collections VALUES ('books', 'foreign', NULL, '{}');
           INSERT INTO beaver_field_values VALUES (1, x'02', 999), (7, x'02', 1)"#,
    )
    .unwrap();
    drop(conn);
    let db = Beaver::open(&path, Options::default()).unwrap();
    let mut problems = db.verify().unwrap().problems;
    problems.sort();
    assert_eq!(
        problems,
        [
            r#"beaver_field_values: the index of "year" holds the document 999, which is not there"#,
            "beaver_field_values: values of an index 7, which is not there",
            r#"collection "books": the document "foreign" is in no index"#,
            r#"collection "books": the index of "year" does not hold what the document "dune" holds"#,
            r#"collection "books": the index of "year" does not hold what the document "emma" holds"#,
        ]
    );
}

#[test]
fn a_long_scan_is_interrupted() {
    let directory = tempfile::tempdir().unwrap();
    let db = Beaver::open(directory.path().join("test.db"), Options::default()).unwrap();
    let collection = db.collection("c").unwrap();
    let documents = (0..2_000).map(|n| Document::with_id(n.to_string(), json!({"n": n, "text": "x".repeat(200)})));
    collection.index_many(documents, &IndexOptions::default(), go_on).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
                db.interrupt();
            }
        });
        let filter = Filter::parse(r#"{"text": {"contains": "y"}}"#).unwrap();
        let kinds = [
            (0..1_000).find_map(|_| collection.count(&filter).err()),
            (0..1_000).find_map(|_| collection.find(&Find { filter: Some(filter.clone()), ..Find::default() }).err()),
        ];
        done.store(true, Ordering::Relaxed);
        assert_eq!(kinds.map(|error| error.map(|error| error.kind())), [Some(ErrorKind::Interrupted); 2]);
    });
}
