//! The core's simplest calls, to compare two versions of the code: `cargo xtask bench core`.
//!
//! Each write is a commit of its own into a file, with normal durability, so the disk has its part in it.
#![allow(missing_docs)] // of what criterion's macros make
#![allow(clippy::unwrap_used)] // a benchmark may panic

use std::time::Duration;

use beaver_core::{Beaver, Json, Options, When};
use criterion::{Bencher, Criterion, criterion_group, criterion_main};

const VALUE: &str = r#"{"id": 1001, "name": "item number 1001", "tags": ["new", "red"], "price": 11.25}"#;

/// How many items there are where a read needs some.
const STORED: u64 = 10_000;

fn value() -> Json {
    Json::parse(VALUE).unwrap()
}

/// Numbers in an order that is not theirs.
struct Shuffled(u64);

impl Iterator for Shuffled {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(self.0 >> 33)
    }
}

/// Runs one benchmark on a database of its own.
fn on_file(criterion: &mut Criterion, name: &str, bench: impl Fn(&Beaver, &mut Bencher<'_>)) {
    let folder = tempfile::tempdir().unwrap();
    let db = Beaver::open(folder.path().join("bench.db"), Options::default()).unwrap();
    criterion.bench_function(name, |bencher| bench(&db, bencher));
    db.close().unwrap();
}

fn dict(criterion: &mut Criterion) {
    on_file(criterion, "dict get", |db, bencher| {
        let dict = db.dict("bench").unwrap();
        dict.set_many((0..STORED).map(|i| (format!("key:{i}"), value())), None).unwrap();
        let mut keys = Shuffled(1).map(|i| format!("key:{}", i % STORED));
        bencher.iter_batched(|| keys.next().unwrap(), |key| dict.get(&key).unwrap(), criterion::BatchSize::SmallInput);
    });
    on_file(criterion, "dict set, a new key", |db, bencher| {
        let dict = db.dict("bench").unwrap();
        let mut keys = Shuffled(2).map(|i| format!("key:{i}"));
        bencher.iter_batched(
            || (keys.next().unwrap(), value()),
            |(key, value)| dict.set(&key, value).unwrap(),
            criterion::BatchSize::SmallInput,
        );
    });
    on_file(criterion, "dict set, an overwrite", |db, bencher| {
        let dict = db.dict("bench").unwrap();
        bencher.iter_batched(value, |value| dict.set("key", value).unwrap(), criterion::BatchSize::SmallInput);
    });
}

fn batch(criterion: &mut Criterion) {
    on_file(criterion, "batch of 1,000 sets", |db, bencher| {
        let dict = db.dict("bench").unwrap();
        let mut keys = Shuffled(3);
        bencher.iter(|| {
            let mut batch = db.batch();
            for key in keys.by_ref().take(1_000) {
                batch.dict_set(&dict, &format!("key:{key}"), value(), None, When::Always).unwrap();
            }
            batch.commit(None).unwrap()
        });
    });
}

fn list(criterion: &mut Criterion) {
    on_file(criterion, "list push", |db, bencher| {
        let list = db.list("bench").unwrap();
        bencher.iter_batched(value, |value| list.push(value).unwrap(), criterion::BatchSize::SmallInput);
    });
    on_file(criterion, "list get", |db, bencher| {
        let list = db.list("bench").unwrap();
        list.extend((0..STORED).map(|_| value())).unwrap();
        let mut indexes = Shuffled(4).map(|i| i64::try_from(i % STORED).unwrap());
        bencher.iter_batched(
            || indexes.next().unwrap(),
            |index| list.get(index).unwrap(),
            criterion::BatchSize::SmallInput,
        );
    });
}

fn queue(criterion: &mut Criterion) {
    on_file(criterion, "queue put and get", |db, bencher| {
        let queue = db.queue("bench").unwrap();
        bencher.iter(|| {
            queue.put(value(), 1.0).unwrap();
            queue.get(Some(Duration::ZERO)).unwrap()
        });
    });
}

fn blob(criterion: &mut Criterion) {
    on_file(criterion, "blob put, 4 KiB", |db, bencher| {
        let blobs = db.blobs("bench").unwrap();
        let data = vec![7; 4096];
        let mut keys = Shuffled(5).map(|i| format!("blob:{i}"));
        bencher.iter_batched(
            || keys.next().unwrap(),
            |key| blobs.put(&key, &data, None).unwrap(),
            criterion::BatchSize::SmallInput,
        );
    });
}

fn log(criterion: &mut Criterion) {
    on_file(criterion, "log append", |db, bencher| {
        let log = db.log("bench").unwrap();
        bencher.iter_batched(value, |value| log.append(value).unwrap(), criterion::BatchSize::SmallInput);
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = dict, batch, list, queue, blob, log
}
criterion_main!(benches);
