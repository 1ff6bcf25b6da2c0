//! The plain lists beside the suites: areas, capabilities, known failures.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::ops::Table;

/// A failure that is known, with how the test fails and why that stands for now.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub signature: String,
    pub reason: String,
}

/// The lines of a list, without comments (from a `#` at the start of a line or after a space).
fn lines(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let content = |line: &str| {
        let line = if line.starts_with('#') { "" } else { line.split(" #").next().unwrap_or_default() };
        line.trim().to_string()
    };
    Ok(text.lines().map(content).filter(|line| !line.is_empty()).collect())
}

/// The areas, each with what a testee breaks when it is asked to: `area: what`.
pub fn areas(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut areas = BTreeMap::new();
    for line in lines(&root.join("areas.txt"))? {
        let (area, mutation) = line.split_once(": ").with_context(|| format!("areas.txt: no mutation for {line}"))?;
        let twice = areas.insert(area.to_string(), mutation.trim().to_string());
        ensure!(twice.is_none(), "areas.txt: {area} stands there twice");
    }
    Ok(areas)
}

/// What a testee can do.
pub fn capabilities(root: &Path, testee: &str, table: &Table) -> Result<BTreeSet<String>> {
    let path = root.join(format!("capabilities/{testee}.txt"));
    let all: BTreeSet<String> = lines(&path)?.into_iter().collect();
    match all.iter().find(|one| !table.capabilities.contains_key(*one)) {
        Some(unknown) => bail!("{}: no such capability: {unknown}", path.display()),
        None => Ok(all),
    }
}

/// The known failures of a testee: `area/topic/name | how it fails | why`.
pub fn known(root: &Path, testee: &str) -> Result<BTreeMap<String, Known>> {
    let path = root.join(format!("known/{testee}.txt"));
    parse_known(&lines(&path)?).with_context(|| path.display().to_string())
}

fn parse_known(lines: &[String]) -> Result<BTreeMap<String, Known>> {
    let mut all = BTreeMap::new();
    for line in lines {
        let parts: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let [name, signature, reason] = parts.as_slice() else {
            bail!("not `area/topic/name | how it fails | why`: {line}");
        };
        ensure!(!reason.is_empty(), "a known failure needs its reason: {line}");
        let known = Known { signature: (*signature).to_string(), reason: (*reason).to_string() };
        ensure!(all.insert((*name).to_string(), known).is_none(), "{name} stands there twice");
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_failure_says_how_and_why() {
        let parse = |line: &str| parse_known(&[line.to_string()]);
        let all = parse("dict/ttl/x | step 2: got absent | the shell has no clock").unwrap();
        assert_eq!(all["dict/ttl/x"].signature, "step 2: got absent");
        assert!(parse("dict/ttl/x").is_err());
        assert!(parse("dict/ttl/x | step 2: got absent").is_err());
        assert!(parse("dict/ttl/x | step 2: got absent | ").is_err());
    }
}
