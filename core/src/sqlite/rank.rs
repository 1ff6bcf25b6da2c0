//! A rank for searches of very many words: how large a share of a row the matches are.
//!
//! FTS5's own `bm25` also weighs how rare each word is. To know that, it goes through all rows of every word of the
//! expression; where hundreds of words stand for a misspelt one, that takes ten times as long as the search.
#![allow(unsafe_code)] // functions that FTS5 calls are registered and written in C's way only

use std::ffi::{CStr, c_int};
use std::ptr;

use rusqlite::{Connection, ffi};

use crate::error::{Error, Result};

/// The SQL name: `beaver_share(table)`, a number from -1 to 0, the best the smallest.
const NAME: &CStr = c"beaver_share";
/// The column of the text index that holds the text.
const CONTENT: c_int = 3;
/// The parameters of BM25 as FTS5 has them, without the factor k1 + 1, and for a text of middle length a fixed one.
const K1: f64 = 1.2;
const B: f64 = 0.75;
const MIDDLE: f64 = 64.0;

/// Makes the function known to a connection.
pub(super) fn register(conn: &Connection) -> Result<()> {
    let mut api: *mut ffi::fts5_api = ptr::null_mut();
    // SAFETY: the connection is open and used by this thread only; the statement is finalized on every way out; the
    // pointer is bound under the name by which FTS5 fills it, and lives longer than the statement. What FTS5 puts
    // there lives as long as the connection.
    let code = unsafe {
        let db = conn.handle();
        let mut statement = ptr::null_mut();
        let mut code =
            ffi::sqlite3_prepare_v2(db, c"SELECT fts5(?1)".as_ptr(), -1, &raw mut statement, ptr::null_mut());
        if code == ffi::SQLITE_OK {
            let place = (&raw mut api).cast();
            code = ffi::sqlite3_bind_pointer(statement, 1, place, c"fts5_api_ptr".as_ptr(), None);
        }
        if code == ffi::SQLITE_OK {
            ffi::sqlite3_step(statement);
        }
        ffi::sqlite3_finalize(statement);
        code
    };
    if code != ffi::SQLITE_OK || api.is_null() {
        return Err(Error::internal("the SQLite that is built in has no FTS5"));
    }
    // SAFETY: not null, see above; the function has no data of its own that would have to be destroyed.
    let code = unsafe {
        match (*api).xCreateFunction {
            Some(create) => create(api, NAME.as_ptr(), ptr::null_mut(), Some(share), None),
            None => ffi::SQLITE_ERROR,
        }
    };
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(Error::internal("a function of FTS5 could not be registered")) }
}

/// Called by FTS5 for a row that matches.
unsafe extern "C" fn share(
    api: *const ffi::Fts5ExtensionApi,
    fts: *mut ffi::Fts5Context,
    context: *mut ffi::sqlite3_context,
    _count: c_int,
    _values: *mut *mut ffi::sqlite3_value,
) {
    let (mut matches, mut words): (c_int, c_int) = (0, 0);
    // SAFETY: FTS5 passes its interface and the two contexts, valid for the time of the call, and the functions
    // write one integer each.
    unsafe {
        let (Some(count_matches), Some(size)) = ((*api).xInstCount, (*api).xColumnSize) else {
            ffi::sqlite3_result_error_code(context, ffi::SQLITE_INTERNAL);
            return;
        };
        let mut code = count_matches(fts, &raw mut matches);
        if code == ffi::SQLITE_OK {
            code = size(fts, CONTENT, &raw mut words);
        }
        if code == ffi::SQLITE_OK {
            ffi::sqlite3_result_double(context, rank(matches.into(), words.into()));
        } else {
            ffi::sqlite3_result_error_code(context, code);
        }
    }
}

/// The rank of a text of so many words with so many matches.
fn rank(matches: f64, words: f64) -> f64 {
    -matches / (matches + K1 * (1.0 - B + B * words / MIDDLE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_matches_in_a_short_text_come_first() {
        let conn = Connection::open_in_memory().unwrap();
        register(&conn).unwrap();
        conn.execute_batch(
            "CREATE VIRTUAL TABLE t USING fts5(a UNINDEXED, b UNINDEXED, c UNINDEXED, d);
             INSERT INTO t (d) VALUES ('red and some more words'), ('red red'), ('red'), ('blue'), ('red red red red blue');",
        )
        .unwrap();
        let mut select =
            conn.prepare("SELECT rowid, beaver_share(t) FROM t WHERE t MATCH 'red OR pink' ORDER BY 2").unwrap();
        let rows: Vec<(i64, f64)> =
            select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [5, 2, 3, 1]);
        assert!(rows.iter().all(|(_, rank)| (-1.0..0.0).contains(rank)));
        assert_eq!(rank(0.0, 10.0), 0.0);
    }
}
