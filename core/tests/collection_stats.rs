//! What a collection tells of itself in numbers, from before its first write until after the last.

use beaver_core::{Beaver, Collection, CollectionStats, Document, IndexOptions, Options, VectorTier};
use serde_json::json;

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

fn document(at: u16, shift: f32) -> Document {
    let components = (0..16).map(|axis| f32::from((at * (axis + 3)) % 101) + shift);
    Document::with_id(format!("{at:05}"), json!({"at": at})).embedded(components.collect::<Vec<f32>>())
}

fn filled(db: &Beaver, count: u16) -> Collection {
    let collection = db.collection("c").unwrap();
    collection.index_many((0..count).map(|at| document(at, 0.0)), &IndexOptions::default(), |_| true).unwrap();
    collection
}

fn write(collection: &Collection, document: Document) {
    assert!(collection.index(document, &IndexOptions::default()).unwrap());
}

#[test]
fn a_collection_that_was_never_written_to_has_nothing() {
    let collection = memory().collection("c").unwrap();
    assert_eq!(collection.stats().unwrap(), CollectionStats::default());
}

#[test]
fn a_small_collection_has_no_codes() {
    let db = memory();
    let collection = filled(&db, 100);
    write(&collection, Document::with_id("plain", json!({})));
    let stats = collection.stats().unwrap();
    assert_eq!(stats, CollectionStats { documents: 101, dimension: Some(16), ..CollectionStats::default() });
    assert_eq!(stats.vectors.tier, VectorTier::Exact);
}

#[test]
fn a_large_one_has_a_code_for_each_vector_and_tells_how_much_they_take() {
    let db = memory();
    let collection = filled(&db, 600);
    collection.compact(|_| true).unwrap();
    write(&collection, Document::with_id("plain", json!({})));
    let stats = collection.stats().unwrap();
    assert_eq!((stats.documents, stats.dimension), (601, Some(16)));
    let vectors = stats.vectors;
    assert_eq!((vectors.tier, vectors.partitions), (VectorTier::Flat, 1));
    assert_eq!((vectors.codes, vectors.stale, vectors.building), (600, 0, false));
    assert!(vectors.epoch > 0);
    let plan = collection.explain_search(&[0.0; 16], &beaver_core::SearchOptions::default()).unwrap();
    // 2 bytes for the signs of 16 components, and the numbers beside them.
    assert!(vectors.bytes >= 600 * 2 && vectors.bytes <= plan.bytes_read, "{vectors:?}, {plan:?}");
}

#[test]
fn codes_of_vectors_that_are_gone_are_stale_until_all_are_made_anew() {
    let db = memory();
    let collection = filled(&db, 600);
    collection.compact(|_| true).unwrap();
    let before = collection.stats().unwrap().vectors;
    for at in 0..3 {
        write(&collection, document(at, 1.0));
    }
    assert!(collection.drop("00100").unwrap());
    let stats = collection.stats().unwrap();
    assert_eq!((stats.documents, stats.vectors.codes, stats.vectors.stale), (599, 603, 4));
    assert_eq!(stats.vectors.epoch, before.epoch);
    // Codes lie in blocks: a few more may need no more room.
    assert!(stats.vectors.bytes >= before.bytes);

    collection.compact(|_| true).unwrap();
    let after = collection.stats().unwrap().vectors;
    assert_eq!((after.codes, after.stale, after.building), (599, 0, false));
    assert!(after.epoch > before.epoch);
}

#[test]
fn a_next_generation_is_told_of_while_it_is_made() {
    let db = memory();
    let collection = filled(&db, 600);
    collection.compact(|_| true).unwrap();
    let before = collection.stats().unwrap().vectors;
    assert!(collection.compact(|_| false).is_err(), "stopped after its first step");
    let meanwhile = collection.stats().unwrap().vectors;
    assert!(meanwhile.building);
    assert_eq!((meanwhile.codes, meanwhile.bytes, meanwhile.epoch), (before.codes, before.bytes, before.epoch));
}

#[test]
fn clearing_forgets_the_codes_and_the_dimension() {
    let db = memory();
    let collection = filled(&db, 600);
    collection.compact(|_| true).unwrap();
    assert_eq!(collection.clear().unwrap(), 600);
    assert_eq!(collection.stats().unwrap(), CollectionStats::default());
}

#[test]
fn a_transaction_sees_what_it_wrote() {
    let directory = tempfile::tempdir().unwrap();
    let db = Beaver::open(directory.path().join("app.db"), Options::default()).unwrap();
    let outside = filled(&db, 10);
    db.transaction(|tx| {
        let inside = tx.collection("c")?;
        inside.drop("00003")?;
        assert_eq!((inside.stats()?.documents, outside.stats()?.documents), (9, 10));
        Ok(())
    })
    .unwrap();
    assert_eq!(outside.stats().unwrap().documents, 9);
}
