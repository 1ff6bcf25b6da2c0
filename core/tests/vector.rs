//! Vector search: distances, what is found while a collection grows from the exact tier into the flat one, while it
//! changes, and from other connections.

use beaver_core::{
    Beaver, Collection, CollectionSettings, Document, Effort, ErrorKind, IndexOptions, Metric, Options, SearchOptions,
    Tokenizer,
};
use serde_json::json;

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).unwrap()
}

/// Numbers that look random and are the same in every run (xorshift*, Marsaglia and Vigna).
struct Numbers(u64);

impl Numbers {
    fn new(seed: u64) -> Self {
        Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// From 0 to 1.
    fn unit(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        f32::from(u16::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 48).unwrap()) / 65_535.0
    }
}

fn vector(numbers: &mut Numbers, dimension: usize) -> Vec<f32> {
    (0..dimension).map(|_| numbers.unit() - 0.5).collect()
}

/// Documents "0000" and so on, with vectors that the seed decides.
fn filled(db: &Beaver, name: &str, count: usize, dimension: usize) -> (Collection, Vec<Vec<f32>>) {
    let collection = db.collection(name).unwrap();
    let mut numbers = Numbers::new(7);
    let vectors: Vec<Vec<f32>> = (0..count).map(|_| vector(&mut numbers, dimension)).collect();
    let documents = vectors
        .iter()
        .enumerate()
        .map(|(at, vector)| Document::with_id(format!("{at:05}"), json!({"at": at})).embedded(vector.clone()));
    collection.index_many(documents, &IndexOptions::default(), |_| true).unwrap();
    (collection, vectors)
}

fn ids(collection: &Collection, query: &[f32], options: &SearchOptions) -> Vec<String> {
    collection.search(query, options).unwrap().into_iter().map(|hit| hit.document.id).collect()
}

fn nearest(vectors: &[Vec<f32>], query: &[f32], k: usize) -> Vec<String> {
    let mut all: Vec<(f64, usize)> = vectors
        .iter()
        .enumerate()
        .map(|(at, vector)| {
            (vector.iter().zip(query).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum::<f64>(), at)
        })
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all.into_iter().take(k).map(|(_, at)| format!("{at:05}")).collect()
}

fn exactly(k: usize) -> SearchOptions {
    SearchOptions { k, effort: Effort::Exact, ..SearchOptions::default() }
}

#[test]
fn the_distance_is_that_of_the_metric() {
    let db = memory();
    for (metric, distance) in [(Metric::L2, 5.0), (Metric::Cosine, 1.0), (Metric::Dot, 0.0)] {
        let collection = db.collection(metric.name()).unwrap();
        collection.configure(CollectionSettings { metric, tokenizer: Tokenizer::default() }).unwrap();
        collection.index(Document::with_id("a", json!({})).embedded([0.0, 2.0]), &IndexOptions::default()).unwrap();
        let hits = collection.search(&[1.0, 0.0], &SearchOptions::default()).unwrap();
        assert_eq!(hits[0].score, distance, "{}", metric.name());
        assert_eq!(hits[0].document.embedding.as_deref(), Some(&[0.0, 2.0][..]));
    }
}

#[test]
fn only_documents_with_an_embedding_are_found() {
    let db = memory();
    let collection = db.collection("c").unwrap();
    collection.index(Document::with_id("without", json!(1)), &IndexOptions::default()).unwrap();
    assert!(collection.search(&[1.0], &SearchOptions::default()).unwrap().is_empty());
    collection.index(Document::with_id("with", json!(1)).embedded([3.0]), &IndexOptions::default()).unwrap();
    assert_eq!(ids(&collection, &[1.0], &SearchOptions::default()), ["with"]);
    collection.index(Document::with_id("with", json!(1)), &IndexOptions::default()).unwrap();
    assert!(collection.search(&[1.0], &SearchOptions::default()).unwrap().is_empty());
}

#[test]
fn bad_vectors_are_refused_and_nothing_is_written() {
    let db = memory();
    let collection = db.collection("c").unwrap();
    collection.configure(CollectionSettings { metric: Metric::Cosine, ..CollectionSettings::default() }).unwrap();
    collection.index(Document::with_id("a", json!(1)).embedded([1.0, 2.0]), &IndexOptions::default()).unwrap();
    for bad in [vec![], vec![1.0], vec![1.0, 2.0, 3.0], vec![f32::NAN, 0.0], vec![f32::INFINITY, 0.0], vec![0.0, -0.0]]
    {
        let error = collection.index(Document::with_id("b", json!(1)).embedded(bad.clone()), &IndexOptions::default());
        assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad:?}");
        let error = collection.search(&bad, &SearchOptions::default());
        assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad:?}");
    }
    let long = vec![1.0; beaver_core::MAX_DIMENSION + 1];
    assert_eq!(collection.search(&long, &SearchOptions::default()).unwrap_err().kind(), ErrorKind::Limit);
    for (k, kind) in [(0, ErrorKind::InvalidArgument), (beaver_core::MAX_HITS + 1, ErrorKind::Limit)] {
        let error = collection.search(&[1.0, 1.0], &SearchOptions { k, ..SearchOptions::default() });
        assert_eq!(error.unwrap_err().kind(), kind);
    }
    assert_eq!(collection.len().unwrap(), 1);
    assert_eq!(collection.settings().unwrap().dimension, Some(2));
}

#[test]
fn the_dimension_is_fixed_by_the_first_vector_and_forgotten_by_a_clear() {
    let db = memory();
    let collection = db.collection("c").unwrap();
    assert_eq!(collection.settings().unwrap().dimension, None);
    collection.index(Document::with_id("a", json!(1)).embedded([1.0, 2.0]), &IndexOptions::default()).unwrap();
    collection.drop("a").unwrap();
    assert_eq!(collection.settings().unwrap().dimension, Some(2));
    collection.clear().unwrap();
    assert_eq!(collection.settings().unwrap().dimension, None);
    collection.index(Document::with_id("a", json!(1)).embedded([1.0]), &IndexOptions::default()).unwrap();
    assert_eq!(ids(&collection, &[0.0], &SearchOptions::default()), ["a"]);
}

#[test]
fn settings_are_chosen_while_a_collection_is_empty() {
    let db = memory();
    let collection = db.collection("c").unwrap();
    let cosine = CollectionSettings { metric: Metric::Cosine, ..CollectionSettings::default() };
    collection.index(Document::with_id("a", json!(1)), &IndexOptions::default()).unwrap();
    assert_eq!(collection.configure(cosine).unwrap_err().kind(), ErrorKind::Conflict);
    collection.configure(CollectionSettings::default()).unwrap();
    collection.clear().unwrap();
    collection.configure(cosine).unwrap();
    assert_eq!(collection.settings().unwrap().settings, cosine);
}

#[test]
fn small_collections_are_searched_exactly_and_large_ones_by_their_codes() {
    let db = memory();
    let (collection, vectors) = filled(&db, "c", 200, 48);
    let plan = collection.explain_search(&vectors[3], &SearchOptions::default()).unwrap();
    assert_eq!((plan.path, plan.scored, plan.compared), ("exact", 0, 200));

    let (collection, vectors) = filled(&db, "large", 2_000, 48);
    collection.compact(|_| true).unwrap();
    let plan = collection.explain_search(&vectors[3], &SearchOptions::default()).unwrap();
    assert_eq!((plan.path, plan.filter, plan.scored), ("flat", "none", 2_000));
    assert!(plan.compared < 1_000, "{plan:?}");
    let plan = collection.explain_search(&vectors[3], &exactly(10)).unwrap();
    assert_eq!((plan.path, plan.compared), ("exact", 2_000));
}

#[test]
fn the_flat_tier_finds_what_the_exact_search_finds() {
    for dimension in [1, 3, 64, 100] {
        let db = memory();
        let (collection, vectors) = filled(&db, "c", 1_500, dimension);
        let mut numbers = Numbers::new(99);
        for _ in 0..5 {
            let query = vector(&mut numbers, dimension);
            let truth = nearest(&vectors, &query, 10);
            assert_eq!(ids(&collection, &query, &exactly(10)), truth);
            let found = ids(&collection, &query, &SearchOptions { effort: Effort::High, ..SearchOptions::default() });
            let right = found.iter().filter(|id| truth.contains(id)).count();
            assert!(found.len() == 10 && right >= 8, "{dimension}: {right}");
        }
        let report = collection.recall_check(20, &SearchOptions::default()).unwrap();
        assert_eq!(report.queries, 20);
        assert!(report.recall > 0.8, "{dimension}: {report:?}");
    }
}

#[test]
fn a_stored_vector_finds_itself_at_every_size_and_after_every_change() {
    let db = memory();
    let collection = db.collection("c").unwrap();
    let mut numbers = Numbers::new(5);
    let mut vectors: Vec<Vec<f32>> = Vec::new();
    for at in 0..1_400 {
        let fresh = vector(&mut numbers, 32);
        collection
            .index(Document::with_id(format!("{at:05}"), json!({})).embedded(fresh.clone()), &IndexOptions::default())
            .unwrap();
        vectors.push(fresh);
        if at % 3 == 0 {
            // Replaced: the old code is stale, the new one has to be found.
            let other = at / 2;
            let fresh = vector(&mut numbers, 32);
            let document = Document::with_id(format!("{other:05}"), json!({})).embedded(fresh.clone());
            collection.index(document, &IndexOptions::default()).unwrap();
            vectors[other] = fresh;
        }
        if at % 37 == 0 {
            for probe in [0, at / 3, at / 2, at] {
                let hits = collection.search(&vectors[probe], &SearchOptions { k: 1, ..SearchOptions::default() });
                let hits = hits.unwrap();
                assert_eq!((&*hits[0].document.id, hits[0].score), (&*format!("{probe:05}"), 0.0), "at {at}");
            }
        }
    }
    for at in 0..1_000 {
        assert!(collection.drop(&format!("{at:05}")).unwrap());
    }
    // Most codes are stale now: as many results as asked for all the same.
    let left = ids(&collection, &vectors[0], &SearchOptions { k: 300, ..SearchOptions::default() });
    assert_eq!(left.len(), 300);
    assert!(left.iter().all(|id| id.as_str() >= "01000"));
    assert!(db.verify().unwrap().problems.is_empty());
}

#[test]
fn compacting_reports_its_progress_and_can_be_stopped_and_gone_on_with() {
    let db = memory();
    let (collection, vectors) = filled(&db, "c", 2_000, 16);
    let mut calls = 0;
    let error = collection.compact(|progress| {
        assert!(progress.done <= progress.total);
        calls += 1;
        calls < 2
    });
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Interrupted);
    let hits = collection.search(&vectors[0], &SearchOptions { k: 1, ..SearchOptions::default() }).unwrap();
    assert_eq!(hits[0].document.id, "00000");
    let mut last = 0;
    collection
        .compact(|progress| {
            assert!(progress.done >= last);
            last = progress.done;
            true
        })
        .unwrap();
    let plan = collection.explain_search(&vectors[0], &SearchOptions::default()).unwrap();
    assert_eq!(plan.scored, 2_000, "no stale code is left");
}

#[test]
fn a_compaction_that_was_stopped_at_its_end_is_followed_by_another() {
    let db = memory();
    let (collection, vectors) = filled(&db, "c", 2_000, 16);
    collection.compact(|_| true).unwrap();
    // Stopped where the new codes are searched already, and the old ones are not removed.
    let stopped = collection.compact(|progress| progress.done + 1 < progress.total);
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Interrupted);
    collection.compact(|progress| progress.done <= progress.total).unwrap();
    let plan = collection.explain_search(&vectors[0], &SearchOptions::default()).unwrap();
    assert_eq!(plan.scored, 2_000);
    assert!(db.verify().unwrap().problems.is_empty());
}

#[test]
fn codes_that_memory_may_not_hold_are_read_from_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.db");
    let options = Options { low_memory: true, ..Options::default() };
    let db = Beaver::open(&path, options).unwrap();
    let (collection, vectors) = filled(&db, "c", 2_300, 4_096);
    for probe in [0, 1_200, 2_299] {
        let plan = collection.explain_search(&vectors[probe], &SearchOptions::default()).unwrap();
        assert!(plan.path == "flat" && plan.bytes_read > 1 << 20, "{plan:?}");
        assert_eq!(ids(&collection, &vectors[probe], &SearchOptions::default())[0], format!("{probe:05}"));
    }
}

#[test]
fn compacting_an_empty_or_unknown_collection_does_nothing() {
    let db = memory();
    db.collection("unknown").unwrap().compact(|_| true).unwrap();
    let collection = db.collection("c").unwrap();
    collection.index(Document::with_id("a", json!(1)), &IndexOptions::default()).unwrap();
    collection.compact(|_| true).unwrap();
    collection.index(Document::with_id("b", json!(1)).embedded([1.0]), &IndexOptions::default()).unwrap();
    collection.compact(|_| true).unwrap();
    assert_eq!(ids(&collection, &[0.0], &SearchOptions::default()), ["b"]);
}

#[test]
fn what_one_connection_commits_the_others_find() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("app.db");
    let (writer, reader) =
        (Beaver::open(&path, Options::default()).unwrap(), Beaver::open(&path, Options::default()).unwrap());
    let (collection, mut vectors) = filled(&writer, "c", 1_000, 24);
    let other = reader.collection("c").unwrap();
    let mut numbers = Numbers::new(11);
    for round in 0..3_000 {
        if round % 100 == 0 {
            let probe = vectors.len() - 1;
            let hits = other.search(&vectors[probe], &SearchOptions { k: 1, ..SearchOptions::default() }).unwrap();
            assert_eq!(hits[0].document.id, format!("{probe:05}"), "the cached codes are behind");
        }
        let fresh = vector(&mut numbers, 24);
        let document = Document::with_id(format!("{:05}", vectors.len()), json!({})).embedded(fresh.clone());
        collection.index(document, &IndexOptions::default()).unwrap();
        vectors.push(fresh);
    }
    collection.compact(|_| true).unwrap();
    let hits = other.search(&vectors[17], &SearchOptions { k: 1, ..SearchOptions::default() }).unwrap();
    assert_eq!(hits[0].document.id, "00017");
    collection.clear().unwrap();
    assert!(other.search(&vectors[17], &SearchOptions::default()).unwrap().is_empty());
}

#[test]
fn a_transaction_finds_what_it_wrote_and_leaves_nothing_behind_when_undone() {
    let directory = tempfile::tempdir().unwrap();
    let db = Beaver::open(directory.path().join("app.db"), Options::default()).unwrap();
    let (collection, vectors) = filled(&db, "c", 1_000, 24);
    let far = vec![9.0; 24];
    let outcome: beaver_core::Result<()> = db.transaction(|tx| {
        let inside = tx.collection("c")?;
        for at in 0..200 {
            let document = Document::with_id(format!("new {at}"), json!({})).embedded(far.clone());
            inside.index(document, &IndexOptions::default())?;
        }
        assert_eq!(ids(&inside, &far, &SearchOptions { k: 200, ..SearchOptions::default() }).len(), 200);
        assert!(ids(&inside, &far, &SearchOptions { k: 1, ..SearchOptions::default() })[0].starts_with("new"));
        Err(beaver_core::Error::new(ErrorKind::Conflict, "changed my mind"))
    });
    assert!(outcome.is_err());
    assert!(!ids(&collection, &far, &SearchOptions::default())[0].starts_with("new"));
    assert_eq!(ids(&collection, &vectors[1], &SearchOptions { k: 1, ..SearchOptions::default() }), ["00001"]);
}

/// Ten are asked for and ten given, if ten exist, whatever way the filter is applied.
#[test]
fn a_filter_leaves_as_many_as_are_asked_for() {
    let db = memory();
    let collection = db.collection("c").unwrap();
    // One direction a group: the groups of large numbers lie far from the query.
    let documents = (0..4_000_u16).map(|at| {
        let group = at % 40;
        let vector = vec![f32::from(group) * 10.0 + f32::from(at) / 4_000.0, 1.0, 0.0, f32::from(at % 7) / 7.0];
        let body = json!({"group": group, "half": at % 2, "rare": at == 1_234, "free": group});
        Document::with_id(format!("{at:05}"), body).embedded(vector)
    });
    let options = IndexOptions { fts: beaver_core::Fts::Off, ..IndexOptions::default() };
    collection.index_many(documents, &options, |_| true).unwrap();
    collection.compact(|_| true).unwrap();
    let query = [0.0, 1.0, 0.0, 0.0];
    let searches = [
        (r#"{"half": 1}"#, 10),
        (r#"{"group": 39}"#, 10),
        (r#"{"group": {">=": 20}}"#, 10),
        (r#"{"rare": true}"#, 1),
        (r#"{"group": 500}"#, 0),
        (r#"{"free": 39}"#, 10),
        (r#"{"group": {">=": 10}, "free": {"<": 30}}"#, 10),
        (r#"{"not": {"group": {"<": 38}}}"#, 10),
    ];
    for indexed in [false, true] {
        if indexed {
            for path in ["group", "half", "rare"] {
                assert!(collection.create_index(path, |_| true).unwrap());
            }
        }
        for (filter, expected) in searches {
            let filter = Some(beaver_core::Filter::parse(filter).unwrap());
            let search = |effort| {
                let hits = collection.search(&query, &SearchOptions { filter: filter.clone(), effort, k: 10 }).unwrap();
                hits.into_iter().map(|hit| (hit.score, hit.document.id)).collect::<Vec<_>>()
            };
            let (truth, found) = (search(Effort::Exact), search(Effort::High));
            assert_eq!((truth.len(), found.len()), (expected, expected), "{filter:?}");
            let right = found.iter().filter(|hit| hit.0 <= truth.last().map_or(0.0, |last| last.0)).count();
            assert!(right * 10 >= expected * 9, "{filter:?}: {right}");
        }
    }
    let plan = |filter: &str| {
        let filter = Some(beaver_core::Filter::parse(filter).unwrap());
        collection.explain_search(&query, &SearchOptions { filter, ..SearchOptions::default() }).unwrap()
    };
    assert_eq!((plan(r#"{"rare": true}"#).filter, plan(r#"{"rare": true}"#).scored), ("index", 0));
    assert_eq!(plan(r#"{"group": {">=": 10}}"#).filter, "index");
    assert_eq!(plan(r#"{"free": 39}"#).filter, "candidates");
}
