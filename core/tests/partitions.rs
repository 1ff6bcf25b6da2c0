//! A collection of so many vectors that they lie in partitions: several processes write and search it, and one of them
//! dies.

mod children;

use std::path::Path;

use beaver_core::{Beaver, Collection, Document, Effort, ErrorKind, IndexOptions, Options, SearchOptions, VectorTier};
use children::{say, start};
use serde_json::json;

const MANY: u64 = 50_200;
const DIM: usize = 16;
const WRITTEN: u64 = 1_200;

fn open(path: &Path) -> (Beaver, Collection) {
    let db = Beaver::open(path, Options::default()).unwrap();
    let collection = db.collection("c").unwrap();
    (db, collection)
}

/// A vector that looks random and belongs to a number.
fn vector(number: u64) -> Vec<f32> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f32::from(u16::try_from(state >> 48).unwrap()) / 32_768.0 - 1.0
    };
    (0..DIM).map(|_| next()).collect()
}

fn document(number: u64) -> Document {
    Document::with_id(format!("{number:07}"), json!({})).embedded(vector(number))
}

fn finds(collection: &Collection, number: u64) -> bool {
    let options = SearchOptions { k: 1, effort: Effort::High, ..SearchOptions::default() };
    collection.search(&vector(number), &options).unwrap()[0].document.id == format!("{number:07}")
}

/// Not a test of its own: what the children do.
#[test]
fn child() {
    let Some(role) = children::role() else { return };
    let (_db, collection) = open(&role.file);
    match role.name.as_str() {
        "write" => {
            let from: u64 = role.argument.parse().unwrap();
            for number in from..from + WRITTEN {
                collection.index(document(number), &IndexOptions::default()).unwrap();
                if number % 40 == 0 {
                    say(&number.to_string());
                }
            }
        }
        "compact" => {
            let mut steps = 0;
            collection
                .compact(|_| {
                    steps += 1;
                    if steps == 100 {
                        say("in the middle");
                    }
                    true
                })
                .unwrap();
        }
        other => panic!("{other}"),
    }
}

#[test]
fn what_one_process_commits_all_find_in_the_partitions_and_a_dead_one_leaves_them_sound() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.db");
    let (db, collection) = open(&path);
    let documents: Vec<_> = (0..MANY).map(document).collect();
    collection.index_many(documents, &IndexOptions::default(), |_| true).unwrap();
    assert_eq!(collection.stats().unwrap().vectors.tier, VectorTier::Flat);

    // One dies while it makes partitions; the next goes on where that was.
    let mut first = start("compact", &path, &"");
    first.expect("in the middle");
    first.kill();
    assert!(finds(&collection, 17), "meanwhile the other codes are searched");
    collection.compact(|_| true).unwrap();
    let made = collection.stats().unwrap().vectors;
    assert_eq!((made.tier, made.codes, made.stale), (VectorTier::Partitioned, MANY, 0));

    let mut writers = [start("write", &path, &MANY), start("write", &path, &(MANY + WRITTEN))];
    let mut missed = 0;
    for writer in &mut writers {
        while let Some(line) = writer.hear() {
            missed += usize::from(!finds(&collection, line.parse().unwrap()));
        }
    }
    assert_eq!(missed, 0);
    let grown = collection.stats().unwrap().vectors;
    assert_eq!(grown.codes, MANY + 2 * WRITTEN);
    assert!(grown.partitions > made.partitions && grown.epoch > made.epoch);

    // A transaction finds what it has not committed, and nobody else does.
    let new = MANY + 2 * WRITTEN;
    let undone = db.transaction(|transaction| {
        let within = transaction.collection("c")?;
        within.index(document(new), &IndexOptions::default())?;
        assert!(finds(&within, new) && !finds(&collection, new));
        // The id is empty: this fails, and so does all.
        within.index(Document::with_id("", json!({})), &IndexOptions::default()).map(drop)
    });
    assert_eq!(undone.unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert!(!finds(&collection, new));

    assert_eq!(db.verify().unwrap().problems, Vec::<String>::new());
    db.close().unwrap();
    let damage = rusqlite::Connection::open(&path).unwrap();
    damage.execute_batch("UPDATE beaver_vector_partitions SET centroid = x'00' WHERE partition = (SELECT max(partition) FROM beaver_vector_partitions)").unwrap();
    drop(damage);
    let (db, collection) = open(&path);
    assert!(collection.search(&vector(1), &SearchOptions::default()).is_err());
    let problems = db.verify().unwrap().problems;
    assert!(problems.iter().any(|line| line.contains("repair")), "{problems:?}");
    assert_eq!(db.repair(|_| true).unwrap().problems, Vec::<String>::new());
    assert!(finds(&collection, 17));
}
