//! Collections: their documents, settings, fields and indexes; what is found by text, vector and relations is
//! in files of its own.

use beaver_core::{
    Collection, CollectionSettings, CollectionStats, Document, Edge, Filter, Find, FindPlan, IndexOptions, Json,
    Result, VectorIndexStats,
};
use serde_json::json;

use crate::answer::{Answer, array};
use crate::args::Args;
use crate::{Object, Request, Testee, graph, mutation, retrieval, structures};

pub fn collection(testee: &Testee, request: &Request, collection: &Collection, verb: &str) -> Result<Answer> {
    let args = &request.args;
    let id = mutation::text(args.text("id"));
    Ok(match verb {
        "configure" => Answer::done(collection.configure(CollectionSettings::from_json(args.text("settings"))?)?),
        "settings" => {
            let info = collection.settings()?;
            let (metric, tokenizer) = (info.settings.metric.name(), info.settings.tokenizer.name());
            Answer::of(&json!({"metric": metric, "tokenizer": tokenizer, "dimension": info.dimension}))
        }
        "stats" => stats(collection)?,
        "index" => {
            let document = document(args)?;
            let id = document.id.clone();
            let written = collection.index(document, &index_options(args)?)?;
            Answer::of(&json!({"id": id, "written": written}))
        }
        "index_many" => {
            let documents = args.items("documents").iter().map(document).collect::<Result<Vec<_>>>()?;
            let count = collection.index_many(documents, &index_options(args)?, |_| true)?;
            Answer::of(&json!({"count": count}))
        }
        "get" => collection.get(&id)?.map_or_else(Answer::absent, |document| {
            let embedding = match &document.embedding {
                Some(vector) => json!({"$vec": vector}),
                None => serde_json::Value::Null,
            };
            Answer::raw(&with_body(&document, &format!(",\"embedding\":{embedding}")))
        }),
        "drop" if mutation::is("document") => Answer::of(&true),
        "drop" => Answer::of(&collection.drop(&id)?),
        "contains" => Answer::of(&collection.contains(&id)?),
        "len" => Answer::of(&collection.len()?),
        "clear" => Answer::of(&collection.clear()?),
        "items" => {
            let documents = collection.documents().collect::<Result<Vec<_>>>()?;
            array(documents.iter().map(|document| with_body(document, "")))
        }
        "find" => {
            let found = collection.find(&find(args)?)?;
            let documents: Vec<String> = found.documents.iter().map(|document| with_body(document, "")).collect();
            let cursor = json!(found.cursor);
            Answer::raw(&format!("{{\"documents\":[{}],\"cursor\":{cursor}}}", documents.join(",")))
        }
        "explain_find" => {
            let FindPlan { indexes, ordered, examined, matched } = collection.explain_find(&find(args)?)?;
            Answer::of(&json!({"indexes": indexes, "ordered": ordered, "examined": examined, "matched": matched}))
        }
        "count" => Answer::of(&collection.count(&Filter::parse(args.text("where"))?)?),
        "create_index" => Answer::of(&collection.create_index(args.text("path"), |_| true)?),
        "drop_index" => Answer::of(&collection.drop_index(args.text("path"))?),
        "indexes" => Answer::of(&collection.indexes()?),
        "search" | "explain_search" | "recall_check" | "compact" | "match" | "hybrid" => {
            retrieval::collection(args, collection, verb)?
        }
        "connect" | "connect_many" | "disconnect" | "neighbors" | "walk" | "shortest_path" | "degree" => {
            graph::collection(args, collection, verb)?
        }
        _ => structures::common(testee, request, collection, verb, Object::Collection)?,
    })
}

fn stats(collection: &Collection) -> Result<Answer> {
    let CollectionStats { documents, dimension, vectors } = collection.stats()?;
    let VectorIndexStats { tier, partitions, codes, stale, bytes, epoch, building } = vectors;
    let vectors = json!({
        "tier": tier.name(), "partitions": partitions, "codes": codes, "stale": stale, "bytes": bytes, "epoch": epoch,
        "building": building,
    });
    Ok(Answer::of(&json!({"documents": documents, "dimension": dimension, "vectors": vectors})))
}

/// A document as the arguments describe it, under a random UUID if they name none.
pub fn document(args: &Args) -> Result<Document> {
    let body = args.json("body")?;
    let mut document = match args.optional("id") {
        Some(id) => Document::with_id(mutation::text(id), body),
        None => Document::new(body),
    };
    document.embedding = args.vector("embedding");
    Ok(document)
}

pub fn index_options(args: &Args) -> Result<IndexOptions> {
    args.optional("options").map_or_else(|| Ok(IndexOptions::default()), IndexOptions::from_json)
}

fn find(args: &Args) -> Result<Find> {
    let mut find = args.optional("options").map_or_else(|| Ok(Find::default()), Find::from_json)?;
    if mutation::is("filter") {
        find.filter = None;
    }
    Ok(find)
}

/// `{"id":…,"body":…` and more members.
pub fn with_body(document: &Document, more: &str) -> String {
    format!("{{\"id\":{},\"body\":{}{more}}}", json!(document.id), document.body)
}

/// An edge as the arguments describe it.
pub fn edge(args: &Args) -> Result<Edge> {
    let text = |name| mutation::text(args.text(name));
    let mut edge = Edge::new(text("source"), text("target"), text("label"));
    if !args.get("weight").is_null() {
        edge.weight = args.number("weight");
    }
    edge.metadata = args.optional_json("metadata")?;
    Ok(edge)
}

pub fn edge_json(edge: &Edge) -> String {
    let Edge { source, target, label, weight, metadata } = edge;
    let metadata = metadata.as_ref().map_or("null", Json::as_str);
    let ends = format!("\"source\":{},\"target\":{},\"label\":{}", json!(source), json!(target), json!(label));
    format!("{{{ends},\"weight\":{weight},\"metadata\":{metadata}}}")
}
