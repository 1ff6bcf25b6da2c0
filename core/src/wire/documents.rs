//! What collections give, as JSON. Bodies and metadata go through as they were stored.

use std::fmt::Write;

use super::text::{array, string, strings};
use crate::collection::dump::numbers;
use crate::collection::{
    CollectionInfo, CollectionStats, Document, Edge, FindPlan, Found, Fragment, Hit, HybridHit, LegScore, Neighbor,
    RecallReport, SearchPlan, ShortestPath, VectorIndexStats, Visit,
};

/// A number as JSON, which has no infinity: one beyond every float reads as one.
fn number(number: f64) -> String {
    match number {
        f64::INFINITY => "1e999".to_owned(),
        f64::NEG_INFINITY => "-1e999".to_owned(),
        number if number.is_nan() => "null".to_owned(),
        number => format!("{number:?}"),
    }
}

/// A row that begins as every document's does: {"id", "body". Its other members and its end are to follow.
fn begin(Document { id, body, .. }: &Document) -> String {
    let id = string(id);
    let mut row = String::with_capacity(id.len() + body.as_str().len() + 64);
    // Writing to a String does not fail.
    let _ = write!(row, r#"{{"id":{id},"body":{body}"#);
    row
}

/// `{"id", "body"}`
#[must_use]
pub fn document(document: &Document) -> String {
    begin(document) + "}"
}

/// `{"id", "embedding", "body"}`, as a dump has it; the embedding null if there is none.
#[must_use]
pub fn embedded(Document { id, body, embedding }: &Document) -> String {
    let embedding = embedding.as_deref().map_or_else(|| "null".to_owned(), numbers);
    format!(r#"{{"id":{},"embedding":{embedding},"body":{body}}}"#, string(id))
}

/// An array of `{"id", "body", "score"}`, each with `"fragments": [{"path", "text"}]` if they were asked for.
#[must_use]
pub fn hits(hits: &[Hit], with_fragments: bool) -> String {
    array(hits.iter().map(|hit| {
        let mut row = begin(&hit.document);
        let _ = write!(row, r#","score":{}"#, number(hit.score));
        if with_fragments {
            let _ = write!(row, r#","fragments":{}"#, array(hit.fragments.iter().map(fragment)));
        }
        row + "}"
    }))
}

fn fragment(Fragment { path, text }: &Fragment) -> String {
    format!(r#"{{"path":{},"text":{}}}"#, string(path), string(text))
}

/// An array of `{"id", "body", "score", "legs": {"text": {"rank", "score"}, …}}`, a leg for each that found it.
#[must_use]
pub fn hybrid_hits(hits: &[HybridHit]) -> String {
    array(hits.iter().map(|hit| {
        let legs = [("text", hit.text), ("vector", hit.vector), ("graph", hit.graph)];
        let legs = legs.into_iter().filter_map(|(name, leg)| leg.map(|leg| self::leg(name, leg)));
        let legs: Vec<String> = legs.collect();
        let (row, score) = (begin(&hit.document), number(hit.score));
        format!(r#"{row},"score":{score},"legs":{{{}}}}}"#, legs.join(","))
    }))
}

fn leg(name: &str, LegScore { rank, score }: LegScore) -> String {
    format!(r#""{name}":{{"rank":{rank},"score":{}}}"#, number(score))
}

/// An array of `{"id", "score"}`.
#[must_use]
pub fn ranked(ranked: &[(String, f64)]) -> String {
    array(ranked.iter().map(|(id, score)| format!(r#"{{"id":{},"score":{}}}"#, string(id), number(*score))))
}

/// `{"documents": [{"id", "body"}], "cursor"}`, the cursor null after the last page.
#[must_use]
pub fn found(Found { documents, cursor }: &Found) -> String {
    let documents = array(documents.iter().map(document));
    let cursor = cursor.as_ref().map_or_else(|| "null".to_owned(), |cursor| string(cursor));
    format!(r#"{{"documents":{documents},"cursor":{cursor}}}"#)
}

/// An array of `{"id", "body", "edge": {"source", "target", "label", "weight", "metadata"}}`.
#[must_use]
pub fn neighbors(neighbors: &[Neighbor]) -> String {
    array(
        neighbors
            .iter()
            .map(|Neighbor { document, edge }| format!(r#"{},"edge":{}}}"#, begin(document), self::edge(edge))),
    )
}

fn edge(Edge { source, target, label, weight, metadata }: &Edge) -> String {
    let (source, target, label, weight) = (string(source), string(target), string(label), number(*weight));
    let metadata = metadata.as_ref().map_or("null", |metadata| metadata.as_str());
    format!(r#"{{"source":{source},"target":{target},"label":{label},"weight":{weight},"metadata":{metadata}}}"#)
}

/// An array of `{"id", "body", "distance"}`, each with `"path": [ids]` if that was asked for.
#[must_use]
pub fn visits(visits: &[Visit], with_paths: bool) -> String {
    array(visits.iter().map(|Visit { document, distance, path }| {
        let mut row = begin(document);
        let _ = write!(row, r#","distance":{distance}"#);
        if with_paths {
            let _ = write!(row, r#","path":{}"#, strings(path));
        }
        row + "}"
    }))
}

/// `{"ids", "cost"}`
#[must_use]
pub fn path(ShortestPath { ids, cost }: &ShortestPath) -> String {
    format!(r#"{{"ids":{},"cost":{}}}"#, strings(ids), number(*cost))
}

/// `{"metric", "tokenizer", "dimension"}`, the dimension null until there is an embedding.
#[must_use]
pub fn settings(CollectionInfo { settings, dimension }: &CollectionInfo) -> String {
    let (metric, tokenizer) = (string(settings.metric.name()), string(settings.tokenizer.name()));
    let dimension = dimension.map_or_else(|| "null".to_owned(), |dimension| dimension.to_string());
    format!(r#"{{"metric":{metric},"tokenizer":{tokenizer},"dimension":{dimension}}}"#)
}

/// `{"documents", "dimension", "vectors": {"tier", "partitions", "codes", "stale", "bytes", "epoch", "building"}}`, the
/// dimension null until there is an embedding.
#[must_use]
pub fn collection_stats(CollectionStats { documents, dimension, vectors }: &CollectionStats) -> String {
    let dimension = dimension.map_or_else(|| "null".to_owned(), |dimension| dimension.to_string());
    let VectorIndexStats { tier, partitions, codes, stale, bytes, epoch, building } = vectors;
    let tier = string(tier.name());
    let vectors = format!(
        r#"{{"tier":{tier},"partitions":{partitions},"codes":{codes},"stale":{stale},"bytes":{bytes},"epoch":{epoch},"building":{building}}}"#
    );
    format!(r#"{{"documents":{documents},"dimension":{dimension},"vectors":{vectors}}}"#)
}

/// `{"path", "filter", "scored", "compared", "bytes_read"}`
#[must_use]
pub fn search_plan(SearchPlan { path, filter, scored, compared, bytes_read }: &SearchPlan) -> String {
    let (path, filter) = (string(path), string(filter));
    format!(r#"{{"path":{path},"filter":{filter},"scored":{scored},"compared":{compared},"bytes_read":{bytes_read}}}"#)
}

/// `{"queries", "recall"}`
#[must_use]
pub fn recall(RecallReport { queries, recall }: &RecallReport) -> String {
    format!(r#"{{"queries":{queries},"recall":{}}}"#, number(*recall))
}

/// `{"indexes", "ordered", "examined", "matched"}`
#[must_use]
pub fn find_plan(FindPlan { indexes, ordered, examined, matched }: &FindPlan) -> String {
    let indexes = strings(indexes);
    format!(r#"{{"indexes":{indexes},"ordered":{ordered},"examined":{examined},"matched":{matched}}}"#)
}
