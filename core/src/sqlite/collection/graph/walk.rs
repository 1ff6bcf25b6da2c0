//! Walks: breadth first from some documents, each document once.

use std::collections::HashSet;
use std::ops::ControlFlow;

use rusqlite::{CachedStatement, Connection};

use super::neighbors::{Frontier, Ids, Node, Ways};
use crate::collection::document::parse_body;
use crate::collection::{Document, Filter, MAX_NODES, Visit, WalkOptions};
use crate::error::Result;
use crate::sqlite::collection::documents::{document, embedding_of};
use crate::sqlite::source::View;

pub(super) const DOCUMENT: &str =
    "SELECT item_vector, metadata FROM beaver_collections WHERE collection = ?1 AND item_id = ?2";

/// What lies within the walk from any of the sources, which are not among it themselves.
pub(super) fn walk(view: &View<'_>, name: &str, sources: &[&str], options: &WalkOptions) -> Result<Vec<Visit>> {
    let mut walk = Walk {
        documents: Documents::new(view.conn, name)?,
        options,
        ids: Ids::default(),
        parents: Vec::new(),
        missing: HashSet::new(),
        visits: Vec::new(),
    };
    let mut frontier = Vec::new();
    for source in sources {
        let (node, new) = walk.ids.number(source);
        if new {
            walk.parents.push(node);
            if walk.documents.get(source, None)?.is_some() {
                frontier.push(node);
            }
        }
    }
    let mut edges = Frontier::new(view.conn, name);
    let ways = Ways::new(&options.labels, options.direction);
    for distance in 1..=options.depth {
        let mut next = Vec::new();
        for node in frontier {
            // An interrupt stops a statement that runs, and here mostly none does.
            view.check()?;
            let id = walk.ids.id(node);
            let mut followed = 0;
            edges.visit(&id, &ways, |other, _| {
                let (other, state) = walk.come_upon(other, node, distance)?;
                if state != State::Missing {
                    followed += 1;
                }
                if state == State::New {
                    next.push(other);
                }
                Ok(if options.fan_out == Some(followed) || walk.is_full() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                })
            })?;
            if walk.is_full() {
                return walk.finish(view);
            }
        }
        if next.is_empty() {
            break;
        }
        frontier = next;
    }
    walk.finish(view)
}

struct Walk<'w> {
    documents: Documents<'w>,
    options: &'w WalkOptions,
    ids: Ids,
    /// From which each was come upon; a source from itself.
    parents: Vec<Node>,
    /// Ends of edges that are no documents.
    missing: HashSet<Node>,
    visits: Vec<(Node, Visit)>,
}

#[derive(PartialEq, Eq)]
enum State {
    New,
    Seen,
    Missing,
}

impl Walk<'_> {
    /// Takes the other end of an edge in.
    fn come_upon(&mut self, id: &str, from: Node, distance: u32) -> Result<(Node, State)> {
        let (node, new) = self.ids.number(id);
        if !new {
            let state = if self.missing.contains(&node) { State::Missing } else { State::Seen };
            return Ok((node, state));
        }
        self.parents.push(from);
        let Some(matching) = self.documents.get(id, self.options.filter.as_ref())? else {
            self.missing.insert(node);
            return Ok((node, State::Missing));
        };
        if let Some(document) = matching {
            self.visits.push((node, Visit { document, distance, path: Vec::new() }));
        }
        Ok((node, State::New))
    }

    fn is_full(&self) -> bool {
        self.visits.len() >= self.options.max_nodes || self.ids.len() >= MAX_NODES
    }

    fn finish(self, view: &View<'_>) -> Result<Vec<Visit>> {
        let Walk { ids, parents, visits, options, .. } = self;
        let with_path = |(node, visit): (Node, Visit)| {
            if !options.paths {
                return Ok(visit);
            }
            view.check()?;
            let mut path = vec![visit.document.id.clone()];
            let mut at = node;
            for _ in 0..visit.distance {
                at = parents.get(at as usize).copied().unwrap_or(at);
                path.push(ids.id(at).as_ref().to_owned());
            }
            path.reverse();
            Ok(Visit { path, ..visit })
        };
        visits.into_iter().map(with_path).collect()
    }
}

/// Looks up one document after the other.
struct Documents<'c>(CachedStatement<'c>);

impl<'c> Documents<'c> {
    fn new(conn: &'c Connection, name: &str) -> Result<Self> {
        let mut statement = conn.prepare_cached(DOCUMENT)?;
        statement.raw_bind_parameter(1, name)?;
        Ok(Documents(statement))
    }

    /// The document of that id if it is there, and in that if the filter matches its body.
    #[expect(clippy::option_option)]
    fn get(&mut self, id: &str, filter: Option<&Filter>) -> Result<Option<Option<Document>>> {
        self.0.raw_bind_parameter(2, id)?;
        let mut rows = self.0.raw_query();
        let Some(row) = rows.next()? else { return Ok(None) };
        let mut found = document(id.to_owned(), None, row.get(1)?);
        // What is no JSON matches nothing.
        if filter.is_some_and(|filter| !parse_body(&found.body).is_ok_and(|body| filter.matches(&body))) {
            return Ok(Some(None));
        }
        found.embedding = row.get_ref(0)?.as_blob_or_null()?.and_then(embedding_of);
        Ok(Some(Some(found)))
    }
}
