//! Steps about the file on disk: what other versions and other programs make of ours, and what theirs hold.

use super::run_program;
use crate::compiler::{self, Linkage};
use crate::library::{Library, Profile};
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The committed 1.x files hold what expected.json says, and their script still makes the same.
pub fn fixtures() -> Result<()> {
    let folder = sh::temp_dir()?;
    sh::run(oracle("make_1x.py")?.arg(folder.path()))?;
    let committed = project::root().join("tests/formats/v1");
    let read = |path: &Path| -> Result<Value> { Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?) };
    let expected = read(&committed.join("expected.json"))?;
    let made = read(&folder.path().join("expected.json"))?;
    same("what make_1x.py makes", &steady(&expected), &steady(&made))?;
    for (name, expected) in expected.as_object().context("expected.json holds an object")? {
        same(name, expected, &snapshot(&committed.join(name))?)?;
    }
    Ok(())
}

/// A file of every structure, written through the C API, means to BeaverDB 1.3.0 what was written.
pub fn read_by_1x() -> Result<()> {
    let folder = sh::temp_dir()?;
    let (_, file) = write_ours(folder.path())?;
    let expected: Value = serde_json::from_str(&project::read("tests/formats/ours.expected.json")?)?;
    let found = snapshot(&file)?;
    for (structure, expected) in expected.as_object().context("ours.expected.json holds an object")? {
        let found = untimed(&found[structure], expected);
        same(structure, expected, &found)?;
    }
    Ok(())
}

/// The machine's own sqlite3, of whatever age, reads and checks our file and adds to it; then we read its row.
/// Two copies of SQLite on one file are safe only in two processes, one after the other, which this is.
pub fn system_sqlite() -> Result<()> {
    let folder = sh::temp_dir()?;
    let (program, file) = write_ours(folder.path())?;
    let sql = |statement: &str| -> Result<String> {
        Ok(sh::output(sh::command("sqlite3").args(["-bail", "-batch"]).arg(&file).arg(statement))?.trim().to_owned())
    };
    let expect = |what: &str, expected: &str, found: String| {
        if found == expected { Ok(()) } else { bail!("{what}: expected {expected:?}, found {found:?}") }
    };
    println!("sqlite3 {}", sql("SELECT sqlite_version()")?);
    expect("integrity_check", "ok", sql("PRAGMA integrity_check")?)?;
    expect(
        "a value",
        r#"{"name":"Ada"}"#,
        sql("SELECT value FROM beaver_dicts WHERE dict_name = 'users' AND key = 'ada'")?,
    )?;
    expect("a list", "3", sql("SELECT count(*) FROM beaver_lists WHERE list_name = 'letters'")?)?;
    sql("INSERT INTO beaver_dicts (dict_name, key, value) VALUES ('users', 'foreign', '\"written by sqlite3\"')")?;
    sql("INSERT INTO beaver_lists (list_name, item_order, item_value) VALUES ('letters', 1000, '\"z\"')")?;
    sql("DELETE FROM beaver_dicts WHERE dict_name = 'users' AND key = 'ada'")?;
    run_program(sh::command(program).arg("read-foreign").arg(&file))
}

/// Compiles and runs tests/formats/write_ours.c; gives the program and the file that it wrote.
fn write_ours(folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let library = Library::build(Profile::Dev)?;
    let source = compiler::source("tests/formats/write_ours.c");
    let program = compiler::build(&source, &library, Linkage::Shared, &["-I", "tests/c"], folder)?;
    let file = folder.join("ours.db");
    run_program(sh::command(&program).arg("write").arg(&file))?;
    Ok((program, file))
}

fn snapshot(file: &Path) -> Result<Value> {
    let text = sh::output(oracle("read_ours.py")?.arg(file))?;
    serde_json::from_str(&text).context("read_ours.py printed no JSON")
}

fn oracle(script: &str) -> Result<std::process::Command> {
    let python = super::tools::oracle().context("no Python with BeaverDB 1.3.0")?;
    let mut command = sh::command(python);
    command.arg("-B").arg(format!("tests/formats/{script}")); // -B: no __pycache__ in the sources
    Ok(command)
}

/// The script's clock goes on by 1/1024 s at each look, and 1.x looks more often while it waits: on a busy machine
/// its stamps come out a little later.
fn steady(value: &Value) -> Value {
    const RUN: std::ops::Range<f64> = 1_700_000_000.0..1_700_000_100.0;
    match value {
        Value::Array(items) => items.iter().map(steady).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), steady(value))).collect(),
        Value::Number(number) => match number.as_f64() {
            // Some are kept to the microsecond only.
            Some(at) if RUN.contains(&at) && (at * 1024.0 - (at * 1024.0).round()).abs() < 0.002 => RUN.start.into(),
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

/// Our own stamps differ from run to run: where the expectation has no `timestamp`, the found one is dropped.
fn untimed(found: &Value, expected: &Value) -> Value {
    match (found, expected) {
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            found.iter().zip(expected).map(|(found, expected)| untimed(found, expected)).collect()
        }
        (Value::Object(found), Value::Object(expected)) => {
            let kept = found.iter().filter(|(key, _)| *key != "timestamp" || expected.contains_key(*key));
            let kept =
                kept.map(|(key, value)| (key.clone(), untimed(value, expected.get(key).unwrap_or(&Value::Null))));
            Value::Object(kept.collect())
        }
        _ => found.clone(),
    }
}

/// Names the first place at which two JSON values differ.
fn same(place: &str, expected: &Value, found: &Value) -> Result<()> {
    match (expected, found) {
        (Value::Object(old), Value::Object(new)) => {
            for key in old.keys().chain(new.keys()) {
                let (old, new) = (old.get(key), new.get(key));
                let (Some(old), Some(new)) = (old, new) else {
                    bail!("{place}.{key} is {}", if old.is_some() { "missing" } else { "unexpected" });
                };
                same(&format!("{place}.{key}"), old, new)?;
            }
            Ok(())
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => old
            .iter()
            .zip(new)
            .enumerate()
            .try_for_each(|(index, (old, new))| same(&format!("{place}[{index}]"), old, new)),
        _ if expected == found => Ok(()),
        _ => bail!("{place}: expected {expected}, found {found}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_difference_is_named_by_its_place() {
        let error = same("a", &json!({"b": [1, 2]}), &json!({"b": [1, 3]})).unwrap_err();
        assert_eq!(error.to_string(), "a.b[1]: expected 2, found 3");
        assert!(same("a", &json!({}), &json!({"b": null})).is_err(), "null is not nothing");
    }

    #[test]
    fn only_stamps_that_nobody_expects_are_dropped() {
        let found = json!([{"timestamp": 5, "data": 1}, {"timestamp": 6, "data": 2}]);
        let expected = json!([{"data": 1}, {"timestamp": 6, "data": 2}]);
        assert_eq!(untimed(&found, &expected), expected);
    }
}
