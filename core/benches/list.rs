//! What list operations cost in a short list and in a long one, dense and counted. None may cost more than
//! three times as much in the long one.

use std::hint::black_box;

use beaver_core::{Beaver, Json, List, Options};
use criterion::{Criterion, criterion_group, criterion_main};

const SIZES: [u32; 2] = [1_000, 1_000_000];

fn value() -> Json {
    Json::from(serde_json::json!("x".repeat(100)))
}

fn filled(dir: &tempfile::TempDir, size: u32) -> (Beaver, List) {
    let db = Beaver::open(dir.path().join(format!("{size}.db")), Options::default()).unwrap();
    let list = db.list("l").unwrap();
    for start in (0..size).step_by(50_000) {
        list.extend(std::iter::repeat_n(value(), (size - start).min(50_000) as usize)).unwrap();
    }
    db.checkpoint().unwrap();
    (db, list)
}

/// Indexes all over the list.
fn indexes(size: u32) -> impl FnMut() -> i64 {
    let mut at = 0_u32;
    move || {
        at = at.wrapping_add(2_654_435_761);
        i64::from(at % size)
    }
}

fn lists(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    for size in SIZES {
        let (_db, list) = filled(&dir, size);
        let mut at = indexes(size);
        c.bench_function(&format!("dense get/{size}"), |b| b.iter(|| black_box(list.get(at()).unwrap())));
        c.bench_function(&format!("dense len/{size}"), |b| b.iter(|| black_box(list.len().unwrap())));
        c.bench_function(&format!("dense push and pop/{size}"), |b| {
            b.iter(|| {
                list.push(value()).unwrap();
                black_box(list.pop().unwrap())
            });
        });
        list.insert(i64::from(size / 2), value()).unwrap();
        c.bench_function(&format!("counted get/{size}"), |b| b.iter(|| black_box(list.get(at()).unwrap())));
        c.bench_function(&format!("counted insert and delete/{size}"), |b| {
            b.iter(|| {
                list.insert(at(), value()).unwrap();
                black_box(list.delete(at()).unwrap())
            });
        });
    }
}

/// A push with the triggers that watch over the shape, and without.
fn triggers(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bare.db");
    let (watched, bare) = (
        Beaver::open(dir.path().join("watched.db"), Options::default()).unwrap(),
        Beaver::open(&path, Options::default()).unwrap(),
    );
    rusqlite::Connection::open(&path)
        .and_then(|raw| {
            raw.execute_batch(
                "DROP TRIGGER beaver_lists_insert; DROP TRIGGER beaver_lists_delete; DROP TRIGGER beaver_lists_move",
            )
        })
        .unwrap();
    for (name, db) in [("push", &watched), ("push without triggers", &bare)] {
        let list = db.list("l").unwrap();
        c.bench_function(name, |b| b.iter(|| list.push(value()).unwrap()));
    }
}

criterion_group!(benches, lists, triggers);
criterion_main!(benches);
