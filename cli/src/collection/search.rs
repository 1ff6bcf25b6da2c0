//! Searching: by text, by vector, by fields, by all of them.

use beaver_core::{Collection, Filter, Find, Hit, HybridHit, HybridQuery, Json, MatchOptions, SearchOptions, wire};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::context::Context;
use crate::exit::Outcome;
use crate::output::bare;
use crate::value::{self, flag, set, texts, vector};

#[derive(Subcommand)]
pub enum Command {
    /// Find documents by their text, the best first
    #[command(
        after_help = "Example:\n  beaver collection articles match sqlite\n  beaver collection articles match \"datbase\" --fuzziness 1\n  beaver collection articles match dam --on title,body --k 3 --highlight"
    )]
    Match {
        query: String,
        #[command(flatten)]
        text: Text,
        #[command(flatten)]
        common: Limited,
    },
    /// Find the documents whose embeddings are nearest to a vector
    #[command(
        after_help = "Example:\n  beaver collection articles search '[0.1, 0.9]' --k 3\n  beaver collection articles search @vector.json --where '{\"year\": {\">=\": 2000}}'"
    )]
    Search {
        /// A JSON array of numbers; - is the standard input, @file a file
        #[arg(value_name = "VECTOR")]
        vector: String,
        #[command(flatten)]
        nearest: Nearest,
    },
    /// Find documents by their fields
    #[command(
        after_help = "Example:\n  beaver collection articles find --where '{\"year\": {\">=\": 2000}}' --order -year,title --limit 5"
    )]
    Find(Plain),
    /// Print how many documents match a filter
    #[command(after_help = "Example:\n  beaver collection articles count --where '{\"year\": 2000}'")]
    Count {
        /// The filter, as JSON; all documents if nothing is said
        #[arg(long = "where", value_name = "FILTER", default_value = "{}")]
        filter: String,
    },
    /// Find by text, vector and relations at once
    #[command(
        after_help = "Example:\n  beaver collection articles hybrid '{\"text\": \"sqlite\", \"k\": 3}' --vector '[0.1, 0.9]'"
    )]
    Hybrid {
        /// {"text", "graph": {"from", "labels", …}, "where", "k", "weights", …}, each optional
        #[arg(value_name = "QUERY")]
        query: String,
        /// A JSON array of numbers
        #[arg(long, value_name = "VECTOR")]
        vector: Option<String>,
    },
    /// Print how a vector search goes about it, and what it costs
    #[command(after_help = "Example:\n  beaver collection articles explain-search '[0.1, 0.9]'")]
    ExplainSearch {
        #[arg(value_name = "VECTOR")]
        vector: String,
        #[command(flatten)]
        nearest: Nearest,
    },
    /// Print how a query by fields goes about it, and what it costs
    #[command(
        alias = "explain",
        after_help = "Example:\n  beaver collection articles explain-find --where '{\"year\": 2000}'"
    )]
    ExplainFind(Plain),
    /// Measure how much of the exact answers vector searches find
    #[command(after_help = "Example:\n  beaver collection articles recall-check 10")]
    RecallCheck {
        /// How many of the stored vectors are searched for
        #[arg(default_value_t = 100)]
        sample: usize,
        #[command(flatten)]
        nearest: Nearest,
    },
}

/// What searches that rank have in common.
#[derive(Args)]
pub struct Limited {
    /// How many documents, at most
    #[arg(long, value_name = "N")]
    k: Option<usize>,
    /// Only documents that match this filter, as JSON
    #[arg(long = "where", value_name = "FILTER")]
    filter: Option<String>,
    /// All options as JSON; what is also given as a flag is as the flag says
    #[arg(long, value_name = "JSON")]
    options: Option<String>,
}

#[derive(Args)]
pub struct Nearest {
    /// How much is done to find the very nearest: fast, normal, high or exact
    #[arg(long)]
    effort: Option<String>,
    #[command(flatten)]
    common: Limited,
}

#[derive(Args)]
pub struct Text {
    /// Only in these fields, with commas between them
    #[arg(long, value_name = "PATHS", value_delimiter = ',')]
    on: Vec<String>,
    /// How misspelt the query may be: 0 to 3 letters, or auto
    #[arg(long, value_name = "N")]
    fuzziness: Option<String>,
    /// The last word can be the beginning of one
    #[arg(long)]
    prefix: bool,
    /// Show the text with the matches marked
    #[arg(long)]
    highlight: bool,
    /// Show a short piece of the text around the matches
    #[arg(long)]
    snippet: bool,
    /// What stands before and after a match, with a comma between them
    #[arg(long, value_name = "BEFORE,AFTER", default_value = "<b>,</b>", allow_hyphen_values = true)]
    marks: String,
}

/// A query by fields.
#[derive(Args)]
pub struct Plain {
    /// The filter, as JSON; all documents if nothing is said
    #[arg(long = "where", value_name = "FILTER")]
    filter: Option<String>,
    /// By which fields, with commas between them; a minus turns one round
    #[arg(long, value_name = "PATHS", value_delimiter = ',', allow_hyphen_values = true)]
    order: Vec<String>,
    /// How many, at most
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Where to go on, as the query before has said
    #[arg(long)]
    cursor: Option<String>,
    /// All options as JSON; what is also given as a flag is as the flag says
    #[arg(long, value_name = "JSON")]
    options: Option<String>,
}

impl Limited {
    fn read(&self, cx: &Context, mut flags: Vec<(&str, Option<Json>)>) -> Outcome<String> {
        let filter = self.filter.as_deref().map(|filter| value::json(cx, filter)).transpose()?;
        flags.extend([("k", self.k.and_then(|k| flag(&k))), ("where", filter)]);
        value::options(cx, self.options.as_deref(), flags)
    }
}

impl Nearest {
    fn read(&self, cx: &Context) -> Outcome<SearchOptions> {
        let effort = self.effort.as_ref().and_then(flag);
        Ok(SearchOptions::from_json(&self.common.read(cx, vec![("effort", effort)])?)?)
    }
}

impl Text {
    fn read(&self, cx: &Context, common: &Limited) -> Outcome<MatchOptions> {
        // A number, or the word.
        let fuzziness = self.fuzziness.as_ref().and_then(|given| Json::parse(given).ok().or_else(|| flag(given)));
        let (before, after) = self.marks.split_once(',').unwrap_or((&self.marks, &self.marks));
        let marks = || Json::from(json!({"before": before, "after": after}));
        let flags = vec![
            ("on", texts(&self.on)),
            ("fuzziness", fuzziness),
            ("prefix", set(self.prefix)),
            ("highlight", self.highlight.then(marks)),
            ("snippet", self.snippet.then(marks)),
        ];
        Ok(MatchOptions::from_json(&common.read(cx, flags)?)?)
    }
}

impl Plain {
    fn read(&self, cx: &Context) -> Outcome<Find> {
        let filter = self.filter.as_deref().map(|filter| value::json(cx, filter)).transpose()?;
        let flags = vec![
            ("where", filter),
            ("order", texts(&self.order)),
            ("limit", self.limit.and_then(|limit| flag(&limit))),
            ("cursor", self.cursor.as_ref().and_then(flag)),
        ];
        Ok(Find::from_json(&value::options(cx, self.options.as_deref(), flags)?)?)
    }
}

fn hits(cx: &Context, hits: &[Hit], with_fragments: bool) -> Outcome {
    cx.out.results(&wire::hits(hits, with_fragments), hits.iter().map(|hit| bare(&hit.document.body)))
}

fn hybrid_hits(cx: &Context, hits: &[HybridHit]) -> Outcome {
    cx.out.results(&wire::hybrid_hits(hits), hits.iter().map(|hit| bare(&hit.document.body)))
}

pub fn run(cx: &Context, collection: &Collection, command: &Command) -> Outcome {
    let out = &cx.out;
    match command {
        Command::Match { query, text, common } => {
            let options = text.read(cx, common)?;
            let with_fragments = options.highlight.is_some() || options.snippet.is_some();
            let found = cx.interrupts.during(|| collection.match_text(query, &options))?;
            hits(cx, &found, with_fragments)
        }
        Command::Search { vector: given, nearest } => {
            let (vector, options) = (vector(cx, given)?, nearest.read(cx)?);
            hits(cx, &cx.interrupts.during(|| collection.search(&vector, &options))?, false)
        }
        Command::Find(plain) => {
            let find = plain.read(cx)?;
            let found = cx.interrupts.during(|| collection.find(&find))?;
            out.results(&wire::found(&found), found.documents.iter().map(|document| bare(&document.body)))
        }
        Command::Count { filter } => out.plain(collection.count(&Filter::parse(value::json(cx, filter)?.as_str())?)?),
        Command::Hybrid { query, vector: given } => {
            let vector = given.as_deref().map(|given| vector(cx, given)).transpose()?;
            let query = HybridQuery::from_json(value::json(cx, query)?.as_str(), vector.as_deref())?;
            hybrid_hits(cx, &cx.interrupts.during(|| collection.hybrid(&query))?)
        }
        Command::ExplainSearch { vector: given, nearest } => {
            let (vector, options) = (vector(cx, given)?, nearest.read(cx)?);
            out.json(&wire::search_plan(&collection.explain_search(&vector, &options)?))
        }
        Command::ExplainFind(plain) => out.json(&wire::find_plan(&collection.explain_find(&plain.read(cx)?)?)),
        Command::RecallCheck { sample, nearest } => {
            let options = nearest.read(cx)?;
            out.json(&wire::recall(&cx.interrupts.during(|| collection.recall_check(*sample, &options))?))
        }
    }
}
