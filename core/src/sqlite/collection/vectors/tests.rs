//! Partitions as a user sees them, with limits that a test can reach: 1,000 vectors, 64 codes a partition.

use std::collections::BTreeMap;

use crate::collection::{Effort, SearchOptions};
use crate::{Beaver, Collection, CollectionSettings, Document, Filter, IndexOptions, Metric, Options};
use serde_json::json;

const DIM: usize = 24;

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        f32::from(u16::try_from(self.0 >> 48).unwrap()) / 65_536.0 - 0.5
    }

    /// A vector around one of a few dozen centres.
    fn vector(&mut self) -> Vec<f32> {
        self.next();
        let mut centre = Random(1 + (self.0 >> 40) % 40);
        (0..DIM).map(|_| 2.0 * centre.next() + self.next() + 0.2).collect()
    }
}

fn document(number: u64, vector: Vec<f32>) -> Document {
    Document::with_id(format!("{number:05}"), json!({"n": number, "tenth": number.is_multiple_of(10)})).embedded(vector)
}

/// A collection whose vectors a model knows, too.
struct World {
    db: Beaver,
    collection: Collection,
    model: BTreeMap<u64, Vec<f32>>,
    random: Random,
}

impl World {
    fn new(metric: Metric) -> World {
        let db = Beaver::open(":memory:", Options::default()).unwrap();
        let collection = db.collection("c").unwrap();
        collection.configure(CollectionSettings { metric, ..CollectionSettings::default() }).unwrap();
        World { db, collection, model: BTreeMap::new(), random: Random(7) }
    }

    fn put(&mut self, numbers: impl Iterator<Item = u64>) {
        let mut documents = Vec::new();
        for number in numbers {
            let vector = self.random.vector();
            documents.push(document(number, vector.clone()));
            self.model.insert(number, vector);
        }
        self.collection.index_many(documents, &IndexOptions::default(), |_| true).unwrap();
    }

    fn drop(&mut self, numbers: impl Iterator<Item = u64>) {
        for number in numbers {
            assert!(self.collection.drop(&format!("{number:05}")).unwrap());
            self.model.remove(&number);
        }
    }

    fn path(&mut self) -> &'static str {
        self.collection.explain_search(&self.random.vector(), &SearchOptions::default()).unwrap().path
    }

    /// The share of the nearest that is found, from queries that are not stored.
    fn recall(&mut self, options: &SearchOptions) -> f64 {
        let exact = SearchOptions { effort: Effort::Exact, ..options.clone() };
        let (mut found, mut all) = (0, 0);
        for _ in 0..40 {
            let query = self.random.vector();
            let truth: Vec<String> =
                self.collection.search(&query, &exact).unwrap().into_iter().map(|hit| hit.document.id).collect();
            let hits = self.collection.search(&query, options).unwrap();
            assert_eq!(hits.len(), truth.len());
            assert!(hits.is_sorted_by(|a, b| a.score <= b.score));
            all += truth.len();
            found += hits.iter().filter(|hit| truth.contains(&hit.document.id)).count();
        }
        f64::from(u32::try_from(found).unwrap()) / f64::from(u32::try_from(all).unwrap())
    }

    /// Every vector is found by itself, the file is sound.
    fn check(&self) {
        let options = SearchOptions { k: 1, ..SearchOptions::default() };
        let mut missed = 0;
        for (number, vector) in self.model.iter().step_by(7) {
            let hits = self.collection.search(vector, &options).unwrap();
            missed += usize::from(hits[0].document.id != format!("{number:05}"));
        }
        // Under the metric dot a longer vector may be nearer than the vector itself.
        let dot = self.collection.settings().unwrap().settings.metric == Metric::Dot;
        assert!(dot || missed <= self.model.len() / 7 / 50, "{missed} of {}", self.model.len() / 7);
        let report = self.db.verify().unwrap();
        assert!(report.problems.is_empty(), "{:?}", report.problems);
    }
}

#[test]
fn many_vectors_come_into_partitions_while_they_are_searched() {
    for metric in Metric::ALL {
        let mut world = World::new(metric);
        world.put(0..999);
        assert_eq!(world.path(), "flat");
        let mut numbers = 999..4_000;
        while world.path() == "flat" {
            world.put(numbers.by_ref().take(200));
            assert!(world.recall(&SearchOptions::default()) >= 0.95, "{metric:?}");
        }
        world.put(numbers);
        assert_eq!(world.path(), "partitioned");
        world.check();
        for (effort, least) in [(Effort::Fast, 0.88), (Effort::Normal, 0.97), (Effort::High, 0.985)] {
            let recall = world.recall(&SearchOptions { effort, ..SearchOptions::default() });
            assert!(recall >= least, "{metric:?} {effort:?}: {recall}");
        }
        let plan = world.collection.explain_search(&world.model[&5], &SearchOptions::default()).unwrap();
        assert!(plan.scored < 3_500, "not all are looked at: {}", plan.scored);
    }
}

/// A split is the longest that a write can take: a step that had two would hold other writers for twice as long.
#[test]
fn a_step_of_a_compaction_splits_one_partition_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.db");
    let mut world = World::new(Metric::L2);
    world.db = Beaver::open(&file, Options::default()).unwrap();
    world.collection = world.db.collection("c").unwrap();
    world.put(0..3_000);
    let other = rusqlite::Connection::open(&file).unwrap();
    // A split takes one number away and gives two new ones.
    let newest = "SELECT max(partition) FROM beaver_vector_partitions
                  WHERE generation = (SELECT max(generation) FROM beaver_vector_partitions)";
    let mut numbers: Vec<i64> = Vec::new();
    let progress = |_| {
        numbers.push(other.query_row(newest, [], |row| row.get(0)).unwrap());
        true
    };
    world.collection.compact(progress).unwrap();
    let splits: Vec<i64> = numbers.windows(2).map(|pair| (pair[1] - pair[0]) / 2).collect();
    assert!(splits.iter().all(|splits| (0..=1).contains(splits)), "{splits:?}");
    assert!(splits.iter().sum::<i64>() > 20, "{splits:?}");
    world.check();
    assert!(world.recall(&SearchOptions::default()) >= 0.97);
}

#[test]
fn what_is_replaced_and_dropped_is_forgotten() {
    let mut world = World::new(Metric::L2);
    world.put(0..3_000);
    world.collection.compact(|_| true).unwrap();
    world.put((0..3_000).step_by(2));
    world.drop((1..3_000).step_by(4));
    world.check();
    assert!(world.recall(&SearchOptions::default()) >= 0.96);
    world.collection.compact(|_| true).unwrap();
    world.check();
    assert_eq!(world.path(), "partitioned");
    world.drop((0..3_000).filter(|number| number % 4 != 1).take(1_500));
    world.collection.compact(|_| true).unwrap();
    assert_eq!(world.path(), "flat", "few vectors need no partitions");
    world.check();
}

#[test]
fn filters_find_as_much_as_without() {
    let mut world = World::new(Metric::Cosine);
    world.put(0..4_000);
    world.collection.compact(|_| true).unwrap();
    for indexed in [false, true] {
        if indexed {
            world.collection.create_index("n", |_| true).unwrap();
            world.collection.create_index("tenth", |_| true).unwrap();
        }
        for filter in [json!({"n": {"<": 2_500}}), json!({"tenth": true}), json!({"n": {">=": 3_990}})] {
            let filter = Some(Filter::parse(&filter.to_string()).unwrap());
            let recall = world.recall(&SearchOptions { filter, ..SearchOptions::default() });
            assert!(recall >= 0.95, "{indexed} {recall}");
        }
    }
}

#[test]
fn vectors_that_are_all_alike_do_not_end_in_splitting_for_ever() {
    let mut world = World::new(Metric::L2);
    let documents: Vec<_> = (0..2_500).map(|number| document(number, vec![0.5; DIM])).collect();
    world.collection.index_many(documents, &IndexOptions::default(), |_| true).unwrap();
    world.collection.compact(|_| true).unwrap();
    assert_eq!(world.path(), "partitioned");
    assert_eq!(
        world.collection.search(&[0.5; DIM], &SearchOptions { k: 50, ..SearchOptions::default() }).unwrap().len(),
        50
    );
    assert!(world.db.verify().unwrap().problems.is_empty());
}
