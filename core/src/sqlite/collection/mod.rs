//! Collections: documents in `beaver_collections`, and what is derived from them in tables of their own,
//! written in the same transaction. The tables are described in `docs/file-format.md`.

mod adopt;
mod documents;
pub(super) mod fields;
mod graph;
mod info;
mod rebuild;
mod text;
mod vectors;

pub(super) use documents::problems as document_problems;
pub(super) use graph::problems as edge_problems;
pub(super) use text::{Learned, problems as text_problems};
pub(super) use vectors::{CodeCache, Written, problems as vector_problems};

use super::apply::Tx;
use crate::collection::CollectionSettings;
use crate::engine::{CollectionChange, Reply, Step};
use crate::error::{Error, ErrorKind, Result};
use info::Info;

pub(super) fn apply(tx: &mut Tx<'_>, name: &str, change: &CollectionChange) -> Result<Reply> {
    match change {
        CollectionChange::Configure(settings) => configure(tx, name, *settings),
        CollectionChange::Index(indexing) => documents::index(tx, name, indexing),
        CollectionChange::Drop { id } => documents::drop(tx, name, id),
        CollectionChange::Clear => documents::clear(tx, name),
        CollectionChange::Connect(edges) => graph::connect(tx, name, edges),
        CollectionChange::Disconnect { source, target, label } => {
            graph::disconnect(tx, name, source, target, label.as_deref())
        }
        CollectionChange::CreateIndex { path } => fields::create(tx, name, path),
        CollectionChange::DropIndex { path } => fields::drop(tx, name, path),
        CollectionChange::BeginCompact => vectors::begin_compact(tx, name),
        CollectionChange::Step(Step::Compact) => vectors::compact_step(tx, name),
        CollectionChange::Step(Step::Backfill { path }) => fields::backfill_step(tx, name, path),
        CollectionChange::Step(Step::Rebuild { after }) => rebuild::step(tx, name, after.as_deref()),
    }
}

fn configure(tx: &mut Tx<'_>, name: &str, settings: CollectionSettings) -> Result<Reply> {
    let before = info::load(tx.conn, name)?;
    if before.as_ref().is_some_and(|info| info.settings == settings) {
        return Ok(Reply::Done);
    }
    if documents::any(tx.conn, name)? {
        let there = before.map(|info| info.settings).unwrap_or_default();
        if there == settings {
            return Ok(Reply::Done);
        }
        return Err(Error::new(
            ErrorKind::Conflict,
            format!(
                "the collection holds documents under the metric {} and the tokenizer {}: clear it first",
                there.metric.name(),
                there.tokenizer.name()
            ),
        ));
    }
    text::prepare(tx.conn, settings.tokenizer)?;
    let info = Info::create(tx.conn, name)?;
    info.choose(tx.conn, settings)?;
    Ok(Reply::Done)
}
