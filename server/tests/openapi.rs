//! The OpenAPI document and the server say the same.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use common::Running;
use serde_json::Value;

const METHODS: [&str; 6] = ["get", "put", "post", "delete", "patch", "trace"];

/// A path with something in the place of its parameters.
fn sample(path: &str) -> String {
    let part = |segment: &str| match segment {
        "{index}" | "{lease}" => "7".to_owned(),
        other if other.starts_with('{') => "x".to_owned(),
        other => other.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[test]
fn the_document_lists_exactly_the_routes_and_methods_that_exist() {
    let server = Running::with(|config| config.limits.wait_time = Duration::from_millis(10));
    let document = server.get("/openapi.json").ok();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths.len() > 100, "{}", paths.len());
    // Paths that only differ in their parameters are one to who asks.
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, item) in paths {
        let known = item.as_object().expect("an item").keys().filter(|key| METHODS.contains(&key.as_str()));
        methods.entry(sample(path)).or_default().extend(known.cloned());
    }
    for (path, known) in &methods {
        for method in METHODS {
            // What is acquired would keep the others out.
            let query = if path.ends_with("/acquire") { "?ttl=0" } else { "" };
            let answer = server.call(&method.to_uppercase(), &format!("{path}{query}"), b"");
            let detail = if answer.status >= 400 {
                answer.json()["detail"].as_str().unwrap_or_default().to_owned()
            } else {
                String::new()
            };
            assert!(!detail.starts_with("there is no such route"), "{method} {path} has no route");
            assert_eq!(answer.status != 405, known.contains(method), "{method} {path}: {}", answer.status);
            if let Some(allow) = answer.header("allow").filter(|_| answer.status == 405) {
                let allowed: BTreeSet<String> =
                    allow.split(',').map(|one| one.trim().to_lowercase()).filter(|one| one != "head").collect();
                assert_eq!(&allowed, known, "{path}");
            }
        }
    }
    for unknown in
        ["/dicts/x/y/z", "/x", "/dicts/", "/queues/x/y", "/collections/x/y", "/topics", "/locks/x/y", "/docs/x"]
    {
        assert_eq!(server.get(unknown).status, 404, "{unknown}");
    }
}

#[test]
fn every_operation_is_described() {
    let server = Running::new();
    let document = server.get("/openapi.json").ok();
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in
            item.as_object().expect("an item").iter().filter(|(key, _)| METHODS.contains(&key.as_str()))
        {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{id} stands twice");
            assert!(operation["summary"].as_str().is_some_and(|summary| summary.len() > 5), "{id}");
            let default = &operation["responses"]["default"]["content"]["application/problem+json"];
            assert!(default["schema"].is_object(), "{id}");
            let named: BTreeSet<&str> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|one| one["in"] == "path")
                .filter_map(|one| one["name"].as_str())
                .collect();
            let wanted: BTreeSet<&str> =
                path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).collect();
            assert_eq!(named, wanted, "{method} {path}");
        }
    }
    let mut references = Vec::new();
    collect(&document, &mut references);
    for reference in references {
        let name = reference.strip_prefix("#/components/schemas/").expect("a schema").to_owned();
        assert!(schemas.contains_key(&name), "{name} is missing");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| collect(value, references));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

#[test]
fn the_routes_of_beaverdb_1x_are_there() {
    let server = Running::new();
    let document = server.get("/openapi.json").ok();
    for (method, path) in [
        ("get", "/dicts/{name}/{key}"),
        ("put", "/dicts/{name}/{key}"),
        ("delete", "/dicts/{name}/{key}"),
        ("get", "/dicts/{name}/count"),
        ("get", "/lists/{name}"),
        ("post", "/lists/{name}"),
        ("get", "/lists/{name}/{index}"),
        ("put", "/lists/{name}/{index}"),
        ("delete", "/lists/{name}/{index}"),
        ("get", "/lists/{name}/count"),
        ("get", "/queues/{name}/peek"),
        ("post", "/queues/{name}/put"),
        ("delete", "/queues/{name}/get"),
        ("get", "/queues/{name}/count"),
        ("get", "/blobs/{name}/{key}"),
        ("put", "/blobs/{name}/{key}"),
        ("delete", "/blobs/{name}/{key}"),
        ("get", "/blobs/{name}/count"),
        ("post", "/logs/{name}"),
        ("get", "/logs/{name}/range"),
        ("get", "/logs/{name}/live"),
        ("post", "/channels/{name}/publish"),
        ("get", "/channels/{name}/subscribe"),
        ("get", "/collections/{name}"),
        ("post", "/collections/{name}/index"),
        ("post", "/collections/{name}/search"),
        ("post", "/collections/{name}/match"),
        ("post", "/collections/{name}/connect"),
        ("get", "/collections/{name}/{id}/neighbors"),
        ("post", "/collections/{name}/{id}/walk"),
        ("get", "/collections/{name}/count"),
    ] {
        assert!(document["paths"][path][method].is_object(), "{method} {path}");
    }
}
