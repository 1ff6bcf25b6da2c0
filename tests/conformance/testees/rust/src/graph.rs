//! The graph over the documents of a collection.

use beaver_core::{Collection, EdgeOptions, NeighborOptions, PathOptions, Result, WalkOptions};
use serde_json::json;

use crate::answer::{Answer, array};
use crate::args::Args;
use crate::documents::{edge, edge_json, with_body};
use crate::mutation;

pub fn collection(args: &Args, collection: &Collection, verb: &str) -> Result<Answer> {
    let text = |name| mutation::text(args.text(name));
    let (id, source, target) = (text("id"), text("source"), text("target"));
    let options = args.optional("options");
    Ok(match verb {
        "connect" => {
            let edge = edge(args)?;
            let options = EdgeOptions { weight: edge.weight, metadata: edge.metadata };
            Answer::done(collection.connect(&edge.source, &edge.target, &edge.label, options)?)
        }
        "connect_many" => {
            let edges = args.items("edges").iter().map(edge).collect::<Result<Vec<_>>>()?;
            Answer::of(&collection.connect_many(edges, |_| true)?)
        }
        "disconnect" => {
            let label = args.optional("label").map(mutation::text);
            Answer::of(&collection.disconnect(&source, &target, label.as_deref())?)
        }
        "neighbors" => {
            let neighbors = collection.neighbors(&id, &neighbor_options(options)?)?;
            array(neighbors.iter().map(|one| with_body(&one.document, &format!(",\"edge\":{}", edge_json(&one.edge)))))
        }
        "walk" => {
            let mut options = options.map_or_else(|| Ok(WalkOptions::default()), WalkOptions::from_json)?;
            if mutation::is("graph") {
                options.depth = options.depth.min(1);
            }
            let visits = collection.walk(&source, &options)?;
            array(visits.iter().map(|visit| {
                let path = if options.paths { format!(",\"path\":{}", json!(visit.path)) } else { String::new() };
                with_body(&visit.document, &format!(",\"distance\":{}{path}", visit.distance))
            }))
        }
        "shortest_path" => {
            let options = options.map_or_else(|| Ok(PathOptions::default()), PathOptions::from_json)?;
            match collection.shortest_path(&source, &target, &options)? {
                Some(path) => Answer::of(&json!({"ids": path.ids, "cost": path.cost})),
                None => Answer::absent(),
            }
        }
        "degree" => {
            let NeighborOptions { labels, direction, .. } = neighbor_options(options)?;
            let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
            Answer::of(&collection.degree(&id, &labels, direction)?)
        }
        _ => Answer::unknown(verb),
    })
}

fn neighbor_options(options: Option<&str>) -> Result<NeighborOptions> {
    options.map_or_else(|| Ok(NeighborOptions::default()), NeighborOptions::from_json)
}
