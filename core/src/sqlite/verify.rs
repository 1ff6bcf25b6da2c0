//! Checks the whole file: SQLite's structure, and ours over it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params, Row};

use super::schema::{self, Found};
use super::source::{Source, View};
use super::{Sqlite, blob, channel, collection, list, log, queue};
use crate::database::VerifyReport;
use crate::error::{ErrorKind, Result};
use crate::value::check_json;

/// How many findings are listed of each check.
const MOST: usize = 100;

/// A part of the check: a line for each fault.
type Check = fn(&View<'_>) -> Result<Vec<String>>;

/// All of it: SQLite's own check, the schema, and each modality's rows.
const CHECKS: &[Check] = &[
    sqlite_itself,
    missing_objects,
    value_problems,
    blob::problems,
    log::problems,
    list::problems,
    queue::problems,
    channel::problems,
    collection::document_problems,
    collection::edge_problems,
    collection::vector_problems,
    collection::fields::problems,
    collection::text_problems,
];

/// Checks the file as of one moment.
pub(super) fn run(engine: &Sqlite) -> Result<VerifyReport> {
    let mut problems = Vec::new();
    let snapshot = match super::snapshot::take(engine) {
        // So damaged that not even the schema can be read.
        Err(error) if error.kind() == ErrorKind::Corrupt => {
            return Ok(VerifyReport { problems: vec![error.message().to_owned()] });
        }
        snapshot => snapshot?,
    };
    for check in CHECKS.iter().copied() {
        // Each a read of its own: in between, the snapshot sees that it is interrupted or taken away.
        match snapshot.read(check) {
            Ok(found) => problems.extend(found),
            // The damage stopped the check: that is a finding too.
            Err(error) if matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Internal) => {
                problems.push(format!("could not be checked further: {}", error.message()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(VerifyReport { problems })
}

fn sqlite_itself(view: &View<'_>) -> Result<Vec<String>> {
    let mut found = Findings::default();
    found.rows(view.conn, &format!("PRAGMA main.integrity_check({MOST})"), |row| {
        let line: String = row.get(0)?;
        Ok(if line == "ok" { String::new() } else { format!("SQLite: {line}") })
    })?;
    Ok(found.into())
}

/// Tables, columns, indexes and triggers of ours that the file lacks. A file of BeaverDB 1.x lacks many,
/// and gets them with the first write to it.
fn missing_objects(view: &View<'_>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    if schema::inspect(view.conn)? != Found::Current {
        return Ok(found);
    }
    let model = Connection::open_in_memory()?;
    schema::complete(&model)?;
    let there = objects(view.conn)?;
    for (name, (kind, columns)) in objects(&model)? {
        match there.get(&name) {
            Some((other, _)) if *other != kind => found.push(format!("schema: {name} is a {other}, not a {kind}")),
            Some((_, others)) => {
                let lacking = columns.iter().filter(|column| !others.contains(column));
                found.extend(lacking.map(|column| format!("schema: the {kind} {name} lacks the column {column}")));
            }
            None => found.push(format!("schema: the {kind} {name} is missing")),
        }
    }
    Ok(found)
}

/// Values that are no JSON. Blobs and logs look at theirs themselves.
fn value_problems(view: &View<'_>) -> Result<Vec<String>> {
    let mut found = Findings::default();
    found.json_column(view.conn, "beaver_dicts", ["dict_name", "key"], "value")?;
    found.json_column(view.conn, "beaver_lists", ["list_name", "item_order"], "item_value")?;
    found.json_column(view.conn, "beaver_priority_queues", ["queue_name", "timestamp"], "data")?;
    found.json_column(view.conn, "beaver_queue_leases", ["queue_name", "timestamp"], "data")?;
    found.json_column(view.conn, "beaver_collections", ["collection", "item_id"], "metadata")?;
    Ok(found.into())
}

/// The faults that a check has found so far, a line each.
#[derive(Default)]
pub(super) struct Findings(Vec<String>);

impl From<Findings> for Vec<String> {
    fn from(found: Findings) -> Self {
        found.0
    }
}

impl Findings {
    /// Adds a line for each row of a query, up to a limit; an empty line is no finding. A query that the
    /// damage stops is a finding too.
    pub fn rows(
        &mut self,
        conn: &Connection,
        sql: &str,
        line: impl Fn(&Row<'_>) -> rusqlite::Result<String>,
    ) -> Result<()> {
        self.query(conn, sql, [], line)
    }

    /// As [`Findings::rows`], for a query that takes values.
    pub fn query(
        &mut self,
        conn: &Connection,
        sql: &str,
        values: impl Params,
        line: impl Fn(&Row<'_>) -> rusqlite::Result<String>,
    ) -> Result<()> {
        match self.lines(conn, sql, values, line) {
            Err(error) if matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Internal) => {
                self.0.push(format!("could not be checked further: {}", error.message()));
                Ok(())
            }
            outcome => outcome,
        }
    }

    fn lines(
        &mut self,
        conn: &Connection,
        sql: &str,
        values: impl Params,
        line: impl Fn(&Row<'_>) -> rusqlite::Result<String>,
    ) -> Result<()> {
        let mut statement = conn.prepare(sql)?;
        let mut rows = statement.query(values)?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let line = line(row)?;
            if line.is_empty() {
                continue;
            }
            count += 1;
            if count > MOST {
                self.0.push("… and more of the same".into());
                break;
            }
            self.0.push(line);
        }
        Ok(())
    }

    /// Adds a line for each value of a column that is neither JSON nor NULL. `place` are the columns that
    /// tell where the value is. The rows are read one by one.
    pub fn json_column(&mut self, conn: &Connection, table: &str, place: [&str; 2], column: &str) -> Result<()> {
        let [structure, item] = place;
        self.rows(conn, &format!("SELECT {structure}, {item}, {column} FROM {table}"), |row| {
            let fault = match row.get_ref(2)? {
                ValueRef::Null => return Ok(String::new()),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => match std::str::from_utf8(bytes) {
                    Ok(text) => match check_json(&as_python_means_it(text)) {
                        Ok(()) => return Ok(String::new()),
                        Err(error) => error.message().to_owned(),
                    },
                    Err(_) => "not UTF-8".to_owned(),
                },
                ValueRef::Integer(_) | ValueRef::Real(_) => "a number instead of text".to_owned(),
            };
            Ok(format!("{table}: the {column} of {} in {} is {fault}", shown(row, 1)?, shown(row, 0)?))
        })
    }
}

/// BeaverDB 1.x stores what Python's json module writes: `NaN`, `Infinity` and half surrogates too. Those
/// are given back as they stand, so they are no fault; here harmless ones take their place.
fn as_python_means_it(text: &str) -> Cow<'_, str> {
    if memchr::memmem::find(text.as_bytes(), b"\\u").is_none() && !text.contains("NaN") && !text.contains("Infinity") {
        return Cow::Borrowed(text);
    }
    // Every second part is the inside of a string, once escaped quotes are out of the way.
    let plain = text.replace("\\\\", "..").replace("\\\"", "..");
    let parts = plain.split('"').enumerate().map(|(at, part)| {
        if at % 2 == 1 {
            part.replace("\\ud", "\\u0").replace("\\uD", "\\u0")
        } else {
            part.replace("NaN", "0").replace("Infinity", "0")
        }
    });
    Cow::Owned(parts.collect::<Vec<_>>().join("\""))
}

/// A name, key or time as a finding shows it.
pub(super) fn shown(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Null => "nothing".to_owned(),
    })
}

/// What the schema has of ours: by name, the kind of object and the columns of a table.
fn objects(conn: &Connection) -> Result<BTreeMap<String, (String, Vec<String>)>> {
    let mut statement = conn.prepare(
        "SELECT name, type, (SELECT group_concat(info.name) FROM pragma_table_info(main.sqlite_master.name) AS info)
         FROM main.sqlite_master WHERE name NOT LIKE 'sqlite_%'",
    )?;
    let objects = statement.query_map([], |row| {
        let columns: Option<String> = row.get(2)?;
        let columns = columns.unwrap_or_default().split(',').map(str::to_owned).collect();
        Ok((row.get(0)?, (row.get(1)?, columns)))
    })?;
    Ok(objects.collect::<rusqlite::Result<_>>()?)
}
