//! Long work on a collection: many documents in one commit, and what is done in small steps.

use super::path::Path;
use super::{Collection, Document, Edge, IndexOptions, graph, index_change};
use crate::cancel;
use crate::database::Progress;
use crate::engine::{Change, CollectionChange, Op, Reply, Step};
use crate::error::{Error, ErrorKind, Result};
use crate::value::check_count;

/// How many documents or edges are written between two reports of progress.
const PORTION: usize = 256;

/// How many documents a step of a rebuild takes.
pub(crate) const REBUILT: u64 = 32;

/// Tells how far the work is.
///
/// # Errors
/// INTERRUPTED if it is to stop.
fn report(progress: &mut impl FnMut(Progress) -> bool, done: u64, total: u64) -> Result<()> {
    if progress(Progress { done, total: total.max(done) }) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Interrupted, "the work was stopped by its progress callback"))
}

/// Makes changes of a portion each in one transaction.
fn together<T>(
    collection: &Collection,
    items: Vec<T>,
    mut progress: impl FnMut(Progress) -> bool,
    mut ops: impl FnMut(Vec<T>) -> Result<Vec<Change>>,
) -> Result<u64> {
    let total = items.len() as u64;
    let ticket = collection.0.store.transaction(None)?;
    let store = ticket.store();
    let mut items = items.into_iter();
    let mut done = 0;
    loop {
        let portion: Vec<T> = items.by_ref().take(PORTION).collect();
        if portion.is_empty() {
            break;
        }
        let first = usize::try_from(done).unwrap_or(usize::MAX);
        let count = portion.len() as u64;
        let shifted = |e: Error| {
            let within = e.operation().unwrap_or(0);
            e.at_operation(first + within)
        };
        let changes = ops(portion).map_err(shifted)?;
        let ops: Vec<Op> = changes.into_iter().map(|change| collection.0.op(change)).collect();
        store.write_batch(ops, None).map_err(shifted)?;
        done += count;
        report(&mut progress, done, total)?;
        cancel::check()?;
    }
    ticket.commit()?;
    Ok(total)
}

pub(super) fn index_many(
    collection: &Collection,
    documents: Vec<Document>,
    options: &IndexOptions,
    progress: impl FnMut(Progress) -> bool,
) -> Result<u64> {
    check_count("index_many", documents.len())?;
    together(collection, documents, progress, |portion| {
        let changes = portion.into_iter().enumerate();
        changes.map(|(index, document)| index_change(document, options).map_err(|e| e.at_operation(index))).collect()
    })
}

pub(super) fn connect_many(
    collection: &Collection,
    edges: Vec<Edge>,
    progress: impl FnMut(Progress) -> bool,
) -> Result<u64> {
    check_count("connect_many", edges.len())?;
    together(collection, edges, progress, |portion| {
        let changes = portion.into_iter().enumerate();
        changes.map(|(index, edge)| graph::connect_change(vec![edge]).map_err(|e| e.at_operation(index))).collect()
    })
}

/// Takes steps, each a short commit of its own, until there is nothing left to do.
fn in_steps(collection: &Collection, step: &Step, mut progress: impl FnMut(Progress) -> bool) -> Result<()> {
    loop {
        match collection.0.write(Change::Collection(CollectionChange::Step(step.clone())))? {
            Reply::Progress { done, total } => {
                report(&mut progress, done, total)?;
                if done >= total {
                    return Ok(());
                }
                cancel::check()?;
            }
            other => return Err(other.unexpected()),
        }
    }
}

pub(super) fn compact(collection: &Collection, mut progress: impl FnMut(Progress) -> bool) -> Result<()> {
    let begin = || collection.0.write(Change::Collection(CollectionChange::BeginCompact))?.flag();
    while !begin()? {
        // What is left of the last time counts as nothing done yet.
        in_steps(collection, &Step::Compact, |Progress { total, .. }| progress(Progress { done: 0, total }))?;
    }
    in_steps(collection, &Step::Compact, progress)
}

pub(super) fn create_index(
    collection: &Collection,
    path: &Path,
    progress: impl FnMut(Progress) -> bool,
) -> Result<bool> {
    let new = collection.0.write(Change::Collection(CollectionChange::CreateIndex { path: path.clone() }))?.flag()?;
    in_steps(collection, &Step::Backfill { path: path.clone() }, progress)?;
    Ok(new)
}

pub(super) fn rebuild(collection: &Collection, mut progress: impl FnMut(Progress) -> bool) -> Result<()> {
    let total = collection.len()?;
    // Not later: what was removed at the beginning is to come back, whoever waits for it.
    cancel::check()?;
    let mut done = 0;
    let mut after = None;
    loop {
        let step = Step::Rebuild { after };
        let next = collection.0.write(Change::Collection(CollectionChange::Step(step)))?.value()?;
        let Some(next) = next else { break };
        after = Some(next.to::<String>()?);
        done = (done + REBUILT).min(total);
        report(&mut progress, done, total)?;
    }
    compact(collection, progress)
}
