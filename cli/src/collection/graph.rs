//! Relations: edges between documents, and walks along them.

use beaver_core::{Collection, EdgeOptions, NeighborOptions, PathOptions, WalkOptions, wire};
use clap::{Args, Subcommand};

use crate::context::{Access, Context};
use crate::exit::{Failure, Outcome};
use crate::files;
use crate::output::bare;
use crate::progress::Bar;
use crate::value::{self, flag, json, set, texts};

#[derive(Subcommand)]
pub enum Command {
    /// Connect two documents
    #[command(
        after_help = "Example:\n  beaver collection people connect alice bob FOLLOWS\n  beaver collection people connect alice bob KNOWS --weight 2 --metadata '{\"since\": 2020}'"
    )]
    Connect {
        source: String,
        target: String,
        label: String,
        /// How far it is; 1 if nothing is said
        #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
        weight: Option<f64>,
        /// Any JSON to keep with the edge
        #[arg(long, value_name = "JSON")]
        metadata: Option<String>,
    },
    /// Connect many, from lines of {"source", "target", "label", "weight", "metadata"}, the last two optional
    #[command(
        after_help = "Example:\n  echo '{\"source\":\"alice\",\"target\":\"bob\",\"label\":\"LIKES\"}' | beaver collection people connect-many"
    )]
    ConnectMany {
        /// JSON Lines; up to 10,000 lines or 32 MiB are one commit
        #[arg(default_value = "-")]
        file: String,
    },
    /// Remove the edge of a label between two documents, or all edges from the one to the other; prints how many
    #[command(after_help = "Example:\n  beaver collection people disconnect alice bob FOLLOWS")]
    Disconnect { source: String, target: String, label: Option<String> },
    /// Find the documents one edge away
    #[command(after_help = "Example:\n  beaver collection people neighbors alice --label FOLLOWS")]
    Neighbors {
        id: String,
        #[command(flatten)]
        edges: Edges,
        /// How many, at most
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
        /// All options as JSON; what is also given as a flag is as the flag says
        #[arg(long, value_name = "JSON")]
        options: Option<String>,
    },
    /// Find the documents that can be reached, the nearest first
    #[command(
        after_help = "Example:\n  beaver collection people walk alice --labels FOLLOWS,KNOWS --depth 2\n  beaver collection people walk carol --labels FOLLOWS --direction incoming --paths"
    )]
    Walk {
        id: String,
        #[command(flatten)]
        edges: Edges,
        /// How many edges away, at most; 1 if nothing is said
        #[arg(long, value_name = "N")]
        depth: Option<u32>,
        /// Give the way to each document too
        #[arg(long)]
        paths: bool,
        /// Only documents that match this filter, as JSON
        #[arg(long = "where", value_name = "FILTER")]
        filter: Option<String>,
        /// Visit at most so many documents
        #[arg(long, value_name = "N")]
        max_nodes: Option<usize>,
        /// Follow at most so many edges of each document
        #[arg(long, value_name = "N")]
        fan_out: Option<usize>,
        /// All options as JSON; what is also given as a flag is as the flag says
        #[arg(long, value_name = "JSON")]
        options: Option<String>,
    },
    /// Find the shortest way from one document to another; code 3 if there is none
    #[command(after_help = "Example:\n  beaver collection people shortest-path alice carol --weighted")]
    ShortestPath {
        source: String,
        target: String,
        #[command(flatten)]
        edges: Edges,
        /// Count the weights of the edges, not their number
        #[arg(long)]
        weighted: bool,
        /// Visit at most so many documents
        #[arg(long, value_name = "N")]
        max_nodes: Option<usize>,
        /// All options as JSON; what is also given as a flag is as the flag says
        #[arg(long, value_name = "JSON")]
        options: Option<String>,
    },
    /// Print how many edges a document has
    #[command(after_help = "Example:\n  beaver collection people degree alice --direction both")]
    Degree {
        id: String,
        #[command(flatten)]
        edges: Edges,
    },
}

/// Which edges.
#[derive(Args)]
pub struct Edges {
    /// Only with one of these labels, with commas between them
    #[arg(long, visible_alias = "label", value_name = "LABELS", value_delimiter = ',')]
    labels: Vec<String>,
    /// outgoing, incoming or both
    #[arg(long, ignore_case = true, value_parser = ["outgoing", "incoming", "both"])]
    direction: Option<String>,
}

impl Edges {
    fn flags(&self) -> [(&'static str, Option<beaver_core::Json>); 2] {
        let direction = self.direction.as_ref().map(|direction| direction.to_lowercase());
        [("labels", texts(&self.labels)), ("direction", direction.as_ref().and_then(flag))]
    }
}

impl Command {
    pub fn access(&self) -> Access {
        match self {
            Command::Connect { .. } | Command::ConnectMany { .. } | Command::Disconnect { .. } => Access::Write,
            _ => Access::Read,
        }
    }
}

pub fn run(cx: &Context, collection: &Collection, command: &Command) -> Outcome {
    let out = &cx.out;
    match command {
        Command::Connect { source, target, label, weight, metadata } => {
            let metadata = metadata.as_deref().map(|metadata| json(cx, metadata)).transpose()?;
            let weight = weight.unwrap_or(EdgeOptions::default().weight);
            Ok(collection.connect(source, target, label, EdgeOptions { weight, metadata })?)
        }
        Command::ConnectMany { file } => {
            let bar = Bar::counting("connect");
            out.plain(files::lines(cx, file, |array| {
                collection.connect_many(wire::edges("the edge", array)?, bar.callback(cx))
            })?)
        }
        Command::Disconnect { source, target, label } => {
            out.plain(collection.disconnect(source, target, label.as_deref())?)
        }
        Command::Neighbors { id, edges, limit, options } => {
            let mut flags = edges.flags().to_vec();
            flags.push(("limit", limit.and_then(|limit| flag(&limit))));
            let options = NeighborOptions::from_json(&value::options(cx, options.as_deref(), flags)?)?;
            let found = collection.neighbors(id, &options)?;
            out.results(&wire::neighbors(&found), found.iter().map(|neighbor| bare(&neighbor.document.body)))
        }
        Command::Walk { id, edges, depth, paths, filter, max_nodes, fan_out, options } => {
            let mut flags = edges.flags().to_vec();
            flags.extend([
                ("depth", depth.and_then(|depth| flag(&depth))),
                ("paths", set(*paths)),
                ("where", filter.as_deref().map(|filter| json(cx, filter)).transpose()?),
                ("max_nodes", max_nodes.and_then(|most| flag(&most))),
                ("fan_out", fan_out.and_then(|most| flag(&most))),
            ]);
            let options = WalkOptions::from_json(&value::options(cx, options.as_deref(), flags)?)?;
            let visits = cx.interrupts.during(|| collection.walk(id, &options))?;
            out.results(&wire::visits(&visits, options.paths), visits.iter().map(|visit| bare(&visit.document.body)))
        }
        Command::ShortestPath { source, target, edges, weighted, max_nodes, options } => {
            let mut flags = edges.flags().to_vec();
            flags.extend([("weighted", set(*weighted)), ("max_nodes", max_nodes.and_then(|most| flag(&most)))]);
            let options = PathOptions::from_json(&value::options(cx, options.as_deref(), flags)?)?;
            let path = cx.interrupts.during(|| collection.shortest_path(source, target, &options))?;
            let path = path.ok_or_else(|| Failure::not_found("there is no way from the one to the other"))?;
            out.results(&wire::path(&path), path.ids.iter().cloned())
        }
        Command::Degree { id, edges } => {
            let (labels, direction) = wire::degree(&value::options(cx, None, edges.flags().to_vec())?)?;
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            out.plain(collection.degree(id, &labels, direction)?)
        }
    }
}
