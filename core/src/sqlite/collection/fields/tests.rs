//! That no statement over indexed fields goes through a whole table.

use rusqlite::Connection;

use super::{candidates, order, query, survivors};
use crate::sqlite::schema;

#[test]
fn no_statement_scans_or_sorts() {
    let conn = Connection::open_in_memory().unwrap();
    schema::complete(&conn).unwrap();
    let statements = [
        super::DECLARED,
        super::ENTRIES_OF,
        super::INSERT,
        super::DELETE,
        super::DELETE_DOCUMENT,
        super::DELETE_INDEX,
        super::PAGE,
        candidates::IN_RANGE,
        candidates::COUNT_RANGE,
        candidates::CONTAINING,
        candidates::ENTRY_OF,
        candidates::HAS_ENTRY,
        order::UP,
        order::DOWN,
        query::BODIES,
        query::IDS,
        query::NUMBERS,
        query::ID_OF,
        survivors::BY_NUMBER,
    ];
    for sql in statements {
        let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let values = vec![rusqlite::types::Null; explain.parameter_count()];
        let steps = explain.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
        for step in steps {
            let step = step.unwrap();
            assert!(!step.starts_with("SCAN") && !step.contains("TEMP B-TREE"), "{sql}: {step}");
        }
    }
}
