//! What a collection finds by vector, by text, and by several ways at once.

use beaver_core::{
    Collection, Fragment, HybridQuery, LegScore, MatchOptions, RecallReport, Result, SearchOptions, SearchPlan, Weights,
};
use serde_json::{Value, json};

use crate::answer::{Answer, array};
use crate::args::Args;
use crate::documents::with_body;
use crate::mutation;

pub fn collection(args: &Args, collection: &Collection, verb: &str) -> Result<Answer> {
    Ok(match verb {
        "search" => {
            let mut vector = args.vector("vector").unwrap_or_default();
            if mutation::is("vector") {
                vector = vector.iter().map(|component| -component).collect();
            }
            let hits = collection.search(&vector, &search_options(args)?)?;
            array(hits.iter().map(|hit| with_body(&hit.document, &format!(",\"score\":{}", json!(hit.score)))))
        }
        "explain_search" => {
            let vector = args.vector("vector").unwrap_or_default();
            let SearchPlan { path, filter, scored, compared, bytes_read } =
                collection.explain_search(&vector, &search_options(args)?)?;
            Answer::of(
                &json!({"path": path, "filter": filter, "scored": scored, "compared": compared, "bytes_read": bytes_read}),
            )
        }
        "recall_check" => {
            let RecallReport { queries, recall } =
                collection.recall_check(args.count("sample"), &search_options(args)?)?;
            Answer::of(&json!({"queries": queries, "recall": recall}))
        }
        "compact" => Answer::done(collection.compact(|_| true)?),
        "match" => match_text(args, collection)?,
        "hybrid" => hybrid(args, collection)?,
        _ => Answer::unknown(verb),
    })
}

fn search_options(args: &Args) -> Result<SearchOptions> {
    args.optional("options").map_or_else(|| Ok(SearchOptions::default()), SearchOptions::from_json)
}

fn match_text(args: &Args, collection: &Collection) -> Result<Answer> {
    let mut options = args.optional("options").map_or_else(|| Ok(MatchOptions::default()), MatchOptions::from_json)?;
    if mutation::is("text") {
        options.on.clear();
    }
    if mutation::is("fuzzy") {
        options.fuzziness = None;
    }
    let marked = options.highlight.is_some() || options.snippet.is_some();
    let hits = collection.match_text(&mutation::text(args.text("query")), &options)?;
    Ok(array(hits.iter().map(|hit| {
        let fragment = |fragment: &Fragment| json!({"path": fragment.path, "text": fragment.text});
        let fragments: Vec<Value> = hit.fragments.iter().map(fragment).collect();
        let fragments = if marked { format!(",\"fragments\":{}", json!(fragments)) } else { String::new() };
        with_body(&hit.document, &format!(",\"score\":{}{fragments}", json!(hit.score)))
    })))
}

fn hybrid(args: &Args, collection: &Collection) -> Result<Answer> {
    let mut query = HybridQuery::from_json(args.text("query"), args.vector("vector").as_deref())?;
    if mutation::is("hybrid") {
        query.weights = Weights::default();
    }
    let hits = collection.hybrid(&query)?;
    Ok(array(hits.iter().map(|hit| {
        let mut legs = serde_json::Map::new();
        for (name, leg) in [("text", hit.text), ("vector", hit.vector), ("graph", hit.graph)] {
            if let Some(LegScore { rank, score }) = leg {
                legs.insert(name.to_owned(), json!({"rank": rank, "score": score}));
            }
        }
        with_body(&hit.document, &format!(",\"score\":{},\"legs\":{}", json!(hit.score), json!(legs)))
    })))
}

pub fn rerank(args: &Args) -> Result<Answer> {
    let lists: Vec<Vec<String>> = serde_json::from_str(args.text("lists")).unwrap_or_default();
    let lists: Vec<&[String]> = lists.iter().map(Vec::as_slice).collect();
    let options = args.options();
    let numbers = |weights: &Vec<Value>| weights.iter().filter_map(Value::as_f64).collect();
    let mut weights: Option<Vec<f64>> = options.get("weights").as_array().map(numbers);
    if mutation::is("hybrid") {
        weights = None;
    }
    let k = options.get("k").as_f64().unwrap_or(beaver_core::DEFAULT_RRF_K);
    let fused = beaver_core::rerank(&lists, weights.as_deref(), k)?;
    Ok(Answer::of(&fused.iter().map(|(id, score)| json!({"id": id, "score": score})).collect::<Vec<_>>()))
}
