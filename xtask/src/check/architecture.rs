//! Arrows point one way: `cargo metadata` is asked who depends on whom.

use crate::project;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The members that a member may depend on; a member that is not named here may depend on beaver-core alone.
const MAY_USE: &[(&str, &[&str])] = &[
    ("beaver-core", &[]),
    ("beaver-cli", &["beaver-core", "beaver-server"]), // `beaver serve` starts the server
    ("beaver-judge", &[]),
    ("xtask", &[]),
];

/// What the core must not pull in, directly or through others.
const NOT_IN_CORE: &[&str] = &["uniffi", "safer-ffi", "tokio", "axum", "hyper"];

pub fn check() -> Result<()> {
    let metadata = project::metadata(&["--all-features"])?;
    let names = names(&metadata)?;
    let graph = graph(&metadata)?;
    let members: Vec<&str> = list(&metadata["workspace_members"])?.iter().filter_map(Value::as_str).collect();
    let member_names: BTreeSet<&str> = members.iter().map(|id| names[*id]).collect();
    let mut wrong = Vec::new();
    for member in &members {
        let name = names[*member];
        let allowed = MAY_USE.iter().find(|(of, _)| *of == name).map_or(&["beaver-core"][..], |(_, allowed)| allowed);
        for used in graph[*member].iter().map(|id| names[*id]).filter(|used| member_names.contains(used)) {
            if !allowed.contains(&used) {
                wrong.push(format!("{name} depends on {used}"));
            }
        }
    }
    let core = members.iter().find(|id| names[**id] == "beaver-core").context("there is no beaver-core")?;
    for reached in reachable(core, &graph) {
        if NOT_IN_CORE.contains(&names[reached]) {
            wrong.push(format!("beaver-core pulls in {}", names[reached]));
        }
    }
    if !wrong.is_empty() {
        bail!("dependencies against the architecture: {}", wrong.join("; "));
    }
    Ok(())
}

fn names(metadata: &Value) -> Result<BTreeMap<&str, &str>> {
    list(&metadata["packages"])?
        .iter()
        .map(|package| Ok((project::text(&package["id"])?, project::text(&package["name"])?)))
        .collect()
}

/// Each package and those that it needs to be built and run; what only its tests need does not count.
fn graph(metadata: &Value) -> Result<BTreeMap<&str, Vec<&str>>> {
    let mut graph = BTreeMap::new();
    for node in list(&metadata["resolve"]["nodes"])? {
        let mut uses = Vec::new();
        for dependency in list(&node["deps"])? {
            if list(&dependency["dep_kinds"])?.iter().any(|kind| kind["kind"] != "dev") {
                uses.push(project::text(&dependency["pkg"])?);
            }
        }
        graph.insert(project::text(&node["id"])?, uses);
    }
    Ok(graph)
}

fn reachable<'a>(from: &'a str, graph: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            open.extend(&graph[id]);
        }
    }
    reached
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().context("cargo metadata has another form than expected")
}
