//! Checks the whole file: SQLite's structure, and ours over it.

use super::Sqlite;
use super::source::Source;
use crate::database::VerifyReport;
use crate::error::Result;

/// How many findings of SQLite's own check are listed.
const MOST: usize = 100;

pub(super) fn run(engine: &Sqlite) -> Result<VerifyReport> {
    let snapshot = super::snapshot::take(engine)?;
    snapshot.read(|view| {
        let mut problems: Vec<String> = view
            .conn
            .prepare(&format!("PRAGMA integrity_check({MOST})"))?
            .query_map([], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        problems.retain(|line| line != "ok");
        problems.extend(super::list::problems(view)?);
        problems.extend(super::queue::problems(view)?);
        Ok(VerifyReport { problems })
    })
}
