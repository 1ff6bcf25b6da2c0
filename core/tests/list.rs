//! What lists promise, one behaviour a test.

use std::path::{Path, PathBuf};

use beaver_core::{Beaver, Error, ErrorKind, Json, List, Options, Outcome, Structure, When};
use rusqlite::Connection;
use serde_json::json;

fn memory(name: &str) -> (Beaver, List) {
    let db = Beaver::open(":memory:", Options::default()).unwrap();
    let list = db.list(name).unwrap();
    (db, list)
}

fn file() -> (tempfile::TempDir, PathBuf, Beaver, List) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("list.db");
    let db = Beaver::open(&path, Options::default()).unwrap();
    let list = db.list("l").unwrap();
    (dir, path, db, list)
}

fn numbers(list: &List) -> Vec<i64> {
    list.slice(None, None).unwrap().iter().map(|json| json.to().unwrap()).collect()
}

fn filled(count: i64) -> (Beaver, List) {
    let (db, list) = memory("l");
    list.extend((0..count).map(|n| json!(n))).unwrap();
    (db, list)
}

fn sound(db: &Beaver) {
    let problems = db.verify().unwrap().problems;
    assert!(problems.is_empty(), "{problems:?}");
}

fn nodes(path: &Path) -> Vec<(i64, u64)> {
    let raw = Connection::open(path).unwrap();
    let mut levels =
        raw.prepare("SELECT level, count(*) FROM beaver_list_nodes GROUP BY level ORDER BY level").unwrap();
    levels.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
}

fn keys(path: &Path) -> Vec<f64> {
    let raw = Connection::open(path).unwrap();
    let mut keys = raw.prepare("SELECT item_order FROM beaver_lists ORDER BY item_order").unwrap();
    keys.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn push_and_pop_work_at_the_end_and_prepend_and_deque_at_the_front() {
    let (db, list) = memory("l");
    list.push(json!(2)).unwrap();
    list.push(json!(3)).unwrap();
    list.prepend(json!(1)).unwrap();
    assert_eq!(numbers(&list), [1, 2, 3]);
    assert_eq!(list.pop().unwrap(), Some(json!(3).into()));
    assert_eq!(list.deque().unwrap(), Some(json!(1).into()));
    assert_eq!(list.pop().unwrap(), Some(json!(2).into()));
    assert_eq!((list.pop().unwrap(), list.deque().unwrap(), list.len().unwrap()), (None, None, 0));
    sound(&db);
}

#[test]
fn a_list_that_begins_with_prepend_goes_on_at_both_ends() {
    let (db, list) = memory("l");
    for n in 0..5 {
        list.prepend(json!(n)).unwrap();
    }
    list.push(json!(9)).unwrap();
    assert_eq!(numbers(&list), [4, 3, 2, 1, 0, 9]);
    sound(&db);
}

#[test]
fn indexes_count_from_either_end_and_outside_there_is_nothing() {
    for middle in [false, true] {
        let (_db, list) = filled(3);
        if middle {
            list.delete(1).unwrap();
            list.insert(1, json!(1)).unwrap();
        }
        let at = |index| list.get(index).unwrap().map(|json: Json| json.to::<i64>().unwrap());
        assert_eq!([at(0), at(2), at(-1), at(-3)], [Some(0), Some(2), Some(2), Some(0)]);
        assert_eq!([at(3), at(-4), at(i64::MAX), at(i64::MIN)], [None; 4]);
        assert!(!list.set(3, json!(0)).unwrap());
        assert!(!list.set(-4, json!(0)).unwrap());
        assert!(!list.delete(3).unwrap());
        assert!(!list.delete(i64::MIN).unwrap());
        assert!(list.set(-1, json!(7)).unwrap());
        assert_eq!(numbers(&list), [0, 1, 7]);
    }
}

#[test]
fn an_empty_list_answers_everything() {
    let (_db, list) = memory("l");
    assert_eq!(list.get(0).unwrap(), None);
    assert_eq!(list.get(-1).unwrap(), None);
    assert_eq!(list.len().unwrap(), 0);
    assert!(list.is_empty().unwrap());
    assert!(list.slice(None, None).unwrap().is_empty());
    assert_eq!(list.items().count(), 0);
    assert!(!list.delete(0).unwrap());
    assert!(!list.set(0, json!(1)).unwrap());
    assert!(!list.remove(&json!(1).into()).unwrap());
    assert_eq!(list.index_of(&json!(1).into(), None, None).unwrap(), None);
    assert_eq!(list.count_of(&json!(1).into()).unwrap(), 0);
    assert_eq!(list.clear().unwrap(), 0);
    assert_eq!(list.delete_range(None, None).unwrap(), 0);
    list.reverse().unwrap();
    list.extend(Vec::<Json>::new()).unwrap();
    list.insert(-7, json!(1)).unwrap();
    assert_eq!(numbers(&list), [1]);
}

#[test]
fn insert_is_clamped_to_the_ends() {
    let (_db, list) = filled(3);
    list.insert(100, json!(100)).unwrap();
    list.insert(-100, json!(-100)).unwrap();
    list.insert(-1, json!(50)).unwrap();
    list.insert(1, json!(-50)).unwrap();
    assert_eq!(numbers(&list), [-100, -50, 0, 1, 2, 50, 100]);
}

#[test]
fn slices_are_cut_to_the_list() {
    let (_db, list) = filled(5);
    let slice =
        |start, stop| -> Vec<i64> { list.slice(start, stop).unwrap().iter().map(|j| j.to().unwrap()).collect() };
    assert_eq!(slice(Some(1), Some(3)), [1, 2]);
    assert_eq!(slice(Some(-2), None), [3, 4]);
    assert_eq!(slice(None, Some(-4)), [0]);
    assert_eq!(slice(Some(-100), Some(100)), [0, 1, 2, 3, 4]);
    assert!(slice(Some(3), Some(1)).is_empty());
    assert!(slice(Some(5), None).is_empty());
    assert_eq!(slice(Some(i64::MIN), Some(i64::MAX)), [0, 1, 2, 3, 4]);
}

#[test]
fn values_are_compared_by_value() {
    let (_db, list) = memory("l");
    list.extend(
        ["1.0", r#"{"b": 2, "a": 1}"#, r#""\u0061b""#, "null", "[1, 2]", "1"].map(|text| Json::parse(text).unwrap()),
    )
    .unwrap();
    let find = |text: &str| list.index_of(&Json::parse(text).unwrap(), None, None).unwrap();
    assert_eq!(find("1"), Some(0));
    assert_eq!(find(r#"{"a":1.0,"b":2}"#), Some(1));
    assert_eq!(find(r#""ab""#), Some(2));
    assert_eq!(find(" null "), Some(3));
    assert_eq!(find("[1,2]"), Some(4));
    assert_eq!((find("true"), find("\"1\""), find("[]")), (None, None, None));
    assert_eq!(list.count_of(&json!(1).into()).unwrap(), 2);
    assert_eq!(list.index_of(&json!(1).into(), Some(1), None).unwrap(), Some(5));
    assert_eq!(list.index_of(&json!(1).into(), Some(1), Some(-1)).unwrap(), None);
    assert!(list.contains(&json!("ab").into()).unwrap());
    assert!(list.remove(&json!(1).into()).unwrap());
    assert_eq!(find("1"), Some(4));
    assert!(!list.remove(&json!("absent").into()).unwrap());
}

#[test]
fn values_are_kept_as_they_were_written() {
    let (_db, list) = memory("l");
    let text = r#"{"z": 1.10,  "a": [1e2]}"#;
    list.push(Json::parse(text).unwrap()).unwrap();
    assert_eq!(list.get(0).unwrap().unwrap().as_str(), text);
}

#[test]
fn a_range_is_removed_or_replaced_by_any_number_of_values() {
    let (db, list) = filled(10);
    assert_eq!(list.delete_range(Some(0), Some(2)).unwrap(), 2);
    assert_eq!(list.delete_range(Some(-2), None).unwrap(), 2);
    assert_eq!(numbers(&list), [2, 3, 4, 5, 6, 7]);
    assert_eq!(list.delete_range(Some(1), Some(3)).unwrap(), 2);
    assert_eq!(list.delete_range(Some(3), Some(1)).unwrap(), 0);
    assert_eq!(list.replace_range(Some(0), Some(2), [json!(20), json!(21)]).unwrap(), 2);
    assert_eq!(list.replace_range(Some(1), Some(1), [json!(30)]).unwrap(), 0);
    assert_eq!(list.replace_range(Some(2), Some(5), [json!(40)]).unwrap(), 3);
    assert_eq!(numbers(&list), [20, 30, 40]);
    assert_eq!(list.replace_range(Some(9), None, [json!(1), json!(2)]).unwrap(), 0);
    assert_eq!(list.replace_range(None, None, [json!(5)]).unwrap(), 5);
    assert_eq!(numbers(&list), [5]);
    sound(&db);
}

#[test]
fn extend_puts_all_or_nothing() {
    let (_db, list) = filled(1);
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let error = list.extend([json!(1), deep]).unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Limit, Some(1)));
    let error = list.extend(std::iter::repeat_n(json!(0), beaver_core::MAX_ITEMS + 1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert_eq!(numbers(&list), [0]);
}

#[test]
fn clear_counts_and_leaves_nothing_behind() {
    let (_dir, path, db, list) = file();
    list.extend((0..300).map(|n| json!(n))).unwrap();
    list.insert(100, json!(0)).unwrap();
    assert_eq!(nodes(&path), [(1, 5)]);
    assert_eq!(list.clear().unwrap(), 301);
    assert_eq!((nodes(&path), keys(&path)), (vec![], vec![]));
    list.push(json!(1)).unwrap();
    assert_eq!(numbers(&list), [1]);
    sound(&db);
}

#[test]
fn two_lists_do_not_touch_each_other() {
    let db = Beaver::open(":memory:", Options::default()).unwrap();
    let (a, b) = (db.list("a").unwrap(), db.list("b").unwrap());
    for n in 0..200 {
        a.push(json!(n)).unwrap();
        b.push(json!(-n)).unwrap();
    }
    a.insert(100, json!(0)).unwrap();
    assert_eq!(b.clear().unwrap(), 200);
    assert_eq!(a.len().unwrap(), 201);
    assert_eq!(a.get(150).unwrap(), Some(json!(149).into()));
    sound(&db);
}

#[test]
fn iteration_gives_every_item_in_order_over_many_portions() {
    let (_db, list) = filled(1000);
    list.insert(500, json!(-1)).unwrap();
    let items: Vec<i64> = list.items().map(|item| item.unwrap().to().unwrap()).collect();
    let expected: Vec<i64> = (0..500).chain([-1]).chain(500..1000).collect();
    assert_eq!(items, expected);
    // What is pushed while it runs may show; nothing comes twice.
    let mut seen = 0;
    for item in list.items() {
        item.unwrap();
        seen += 1;
        if seen == 10 {
            list.pop().unwrap();
            list.deque().unwrap();
        }
    }
    assert!((999..=1001).contains(&seen), "{seen}");
}

#[test]
fn a_list_changed_at_its_ends_only_has_no_nodes() {
    let (_dir, path, db, list) = file();
    list.extend((0..500).map(|n| json!(n))).unwrap();
    for n in 0..50 {
        list.push(json!(n)).unwrap();
        list.prepend(json!(n)).unwrap();
        list.pop().unwrap();
        list.deque().unwrap();
        list.delete(0).unwrap();
        list.delete(-1).unwrap();
        list.insert(0, json!(n)).unwrap();
    }
    list.set(100, json!("middle")).unwrap();
    list.delete_range(None, Some(100)).unwrap();
    list.delete_range(Some(-100), None).unwrap();
    list.replace_range(Some(10), Some(12), [json!(1), json!(2)]).unwrap();
    list.reverse().unwrap();
    assert_eq!(nodes(&path), []);
    assert_eq!(list.len().unwrap(), 250);
    sound(&db);
}

#[test]
fn two_hundred_inserts_at_one_place_keep_their_order() {
    for place in [1, 50, 99] {
        let (db, list) = filled(100);
        for n in 0..200 {
            list.insert(place, json!(1000 + n)).unwrap();
        }
        let mut expected: Vec<i64> = (0..100).collect();
        for n in 0..200 {
            expected.insert(usize::try_from(place).unwrap(), 1000 + n);
        }
        assert_eq!(numbers(&list), expected);
        sound(&db);
    }
}

#[test]
fn thousands_of_inserts_at_one_place_keep_their_order() {
    // Large enough for two levels of nodes; at the front, inside and at the end of them.
    for place in [1, 7_000, 11_999] {
        let (db, list) = filled(12_000);
        let mut expected: Vec<i64> = (0..12_000).collect();
        for part in 0..2 {
            db.transaction(|tx| {
                let list = tx.list("l")?;
                for n in 0..600 {
                    // Always behind the last one, then always in front of it: both sides of the gap run out.
                    let at = if part % 2 == 0 { place + n } else { place + 300 };
                    list.insert(at, json!(part * 1000 + n))?;
                    expected.insert(usize::try_from(at).unwrap(), part * 1000 + n);
                }
                Ok(())
            })
            .unwrap();
            assert_eq!(numbers(&list), expected);
            sound(&db);
        }
    }
}

#[test]
fn twenty_thousand_items_with_random_changes_in_the_middle() {
    let (db, list) = filled(20_000);
    let mut expected: Vec<i64> = (0..20_000).collect();
    let mut random = 12_345_u64;
    let mut below = |limit: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % limit
    };
    for n in 0..3000_i64 {
        let at = below(expected.len());
        let index = i64::try_from(at).unwrap();
        if n % 3 == 0 {
            assert!(list.delete(index).unwrap());
            expected.remove(at);
        } else {
            list.insert(index, json!(-n)).unwrap();
            expected.insert(at, -n);
        }
        let look = below(expected.len());
        let found = list.get(i64::try_from(look).unwrap()).unwrap().unwrap();
        assert_eq!(found.to::<i64>().unwrap(), expected[look]);
    }
    assert_eq!(list.len().unwrap(), expected.len() as u64);
    assert_eq!(numbers(&list), expected);
    sound(&db);
}

#[test]
fn a_large_list_grows_upper_levels_and_sheds_them_empty() {
    let (_dir, path, db, list) = file();
    list.extend((0..20_000).map(|n| json!(n))).unwrap();
    list.insert(10_000, json!(-1)).unwrap();
    assert_eq!(nodes(&path), [(1, 313), (2, 4)]);
    sound(&db);
    assert_eq!(list.delete_range(Some(1), Some(201)).unwrap(), 200);
    for _ in 0..2000 {
        list.deque().unwrap();
    }
    sound(&db);
    assert!(nodes(&path)[0].1 < 300);
    assert_eq!(list.get(0).unwrap(), Some(json!(2200).into()));
    assert_eq!(list.delete_range(Some(100), Some(-100)).unwrap(), 20_001 - 2200 - 200);
    assert_eq!(list.len().unwrap(), 200);
    sound(&db);
    for left in (0..200).rev() {
        list.delete(i64::from(left) / 2).unwrap();
    }
    assert_eq!(nodes(&path), []);
    sound(&db);
}

#[test]
fn values_inserted_in_bulk_into_the_middle_are_counted() {
    let (_dir, _path, db, list) = file();
    list.extend((0..5000).map(|n| json!(n))).unwrap();
    let mut expected: Vec<i64> = (0..5000).collect();
    for (start, stop, count) in [(100, 100, 3000), (2000, 2010, 40), (50, 3000, 20), (1, 2, 100)] {
        list.replace_range(Some(start), Some(stop), (0..count).map(|n| json!(-n))).unwrap();
        expected.splice(usize::try_from(start).unwrap()..usize::try_from(stop).unwrap(), (0..count).map(|n| -n));
        assert_eq!(numbers(&list), expected);
        sound(&db);
    }
}

#[test]
fn reverse_turns_a_list_of_any_shape() {
    let (db, list) = filled(500);
    list.reverse().unwrap();
    assert_eq!(numbers(&list), (0..500).rev().collect::<Vec<_>>());
    list.insert(250, json!(-1)).unwrap();
    list.reverse().unwrap();
    assert_eq!(list.get(250).unwrap(), Some(json!(-1).into()));
    assert_eq!(list.get(0).unwrap(), Some(json!(0).into()));
    list.push(json!(1)).unwrap();
    list.prepend(json!(1)).unwrap();
    assert_eq!(list.len().unwrap(), 503);
    sound(&db);
}

#[test]
fn everything_survives_a_reopen() {
    let (_dir, path, db, list) = file();
    list.extend((0..300).map(|n| json!(n))).unwrap();
    list.insert(150, json!(-1)).unwrap();
    db.close().unwrap();
    assert_eq!(list.len().unwrap_err().kind(), ErrorKind::Closed);
    let db = Beaver::open(&path, Options::default()).unwrap();
    let list = db.list("l").unwrap();
    assert_eq!(list.get(150).unwrap(), Some(json!(-1).into()));
    list.insert(151, json!(-2)).unwrap();
    assert_eq!(list.get(-1).unwrap(), Some(json!(299).into()));
    assert_eq!(list.len().unwrap(), 302);
    sound(&db);
}

#[test]
fn a_batch_changes_lists_in_one_commit_or_not_at_all() {
    let (db, list) = filled(3);
    let mut batch = db.batch();
    batch.list_push(&list, json!(3)).unwrap();
    batch.list_extend(&list, [json!(4), json!(5)]).unwrap();
    batch.list_prepend(&list, json!(-1)).unwrap();
    batch.list_insert(&list, 1, json!(9)).unwrap();
    batch.list_set(&list, 0, json!(-2), When::Equals(json!(-1).into())).unwrap();
    batch.list_delete(&list, -1, When::Always).unwrap();
    batch.list_remove(&list, &json!(77).into()).unwrap();
    let outcomes = batch.commit(None).unwrap();
    assert_eq!(outcomes.last(), Some(&Outcome::Applied(false)));
    assert_eq!(numbers(&list), [-2, 9, 0, 1, 2, 3, 4]);

    let failing = |add: &dyn Fn(&mut beaver_core::Batch)| -> Error {
        let mut batch = db.batch();
        batch.list_clear(&list).unwrap();
        batch.list_push(&list, json!(0)).unwrap();
        add(&mut batch);
        batch.commit(None).unwrap_err()
    };
    let error = failing(&|batch| batch.list_set(&list, 5, json!(0), When::Always).unwrap());
    assert_eq!((error.kind(), error.operation()), (ErrorKind::NotFound, Some(2)));
    let error = failing(&|batch| batch.list_delete(&list, 0, When::Equals(json!(1).into())).unwrap());
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Conflict, Some(2)));
    let error = db.batch().list_set(&list, 0, json!(0), When::Absent).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(list.len().unwrap(), 7);
    sound(&db);
}

#[test]
fn a_transaction_that_fails_leaves_the_list_and_its_nodes_as_they_were() {
    let (db, list) = filled(300);
    let failed: Result<(), Error> = db.transaction(|tx| {
        let list = tx.list("l")?;
        for n in 0..200 {
            list.insert(150, json!(n))?;
        }
        assert_eq!(list.len()?, 500);
        list.delete_range(Some(10), Some(400))?;
        Err(Error::new(ErrorKind::Conflict, "changed my mind"))
    });
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(numbers(&list), (0..300).collect::<Vec<_>>());
    sound(&db);
}

#[test]
fn threads_push_and_take_without_losing_an_item() {
    let (_dir, _path, db, list) = file();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let list = &list;
            scope.spawn(move || {
                for n in 0..100 {
                    list.insert(n / 2, json!([thread, n])).unwrap();
                    if n % 4 == 0 {
                        assert!(list.pop().unwrap().is_some());
                    }
                }
            });
        }
    });
    assert_eq!(list.len().unwrap(), 300);
    assert_eq!(list.slice(None, None).unwrap().len(), 300);
    sound(&db);
}

#[test]
fn an_acquired_list_is_changed_by_its_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { busy_timeout: std::time::Duration::from_millis(20), ..Options::default() };
    let db = Beaver::open(dir.path().join("l.db"), options).unwrap();
    let list = db.list("l").unwrap();
    let mine = list.acquire(None, std::time::Duration::from_secs(60)).unwrap().unwrap();
    mine.push(json!(1)).unwrap();
    assert_eq!(list.push(json!(2)).unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(list.len().unwrap(), 1);
    assert!(mine.release().unwrap());
    list.push(json!(2)).unwrap();
}
