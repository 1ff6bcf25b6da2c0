//! Full-text search beside the bare statement of FTS5, and fuzzy search beside tantivy's.

#[cfg(feature = "tantivy")]
mod peer;

use std::path::{Path, PathBuf};

use anyhow::Result;
use beaver_core::{Beaver, Collection, Fuzziness, MatchOptions, Options};
use rusqlite::{Connection, OpenFlags};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::folder::{Misspelt, read_queries};
use crate::times::Times;
use crate::truth::K;
use crate::vectors::{NAME, rows_of};

/// What a program without beaver would ask of the same table for the same answer, but for the documents.
const BARE: &str = "SELECT item_id, rank FROM beaver_fts_index WHERE beaver_fts_index MATCH ?1
    AND rank MATCH 'bm25(0.0, 0.0, 0.0, 1.0)' AND collection = ?2 ORDER BY rank LIMIT ?3";

#[derive(Deserialize)]
pub struct Match {
    folder: PathBuf,
    file: PathBuf,
    rounds: usize,
}

#[derive(Deserialize)]
pub struct Fuzzy {
    folder: PathBuf,
    file: PathBuf,
    /// An empty folder for tantivy's index.
    #[cfg_attr(not(feature = "tantivy"), expect(dead_code))]
    out: PathBuf,
    /// Words that follow one another, instead of any of a document.
    phrases: bool,
    rounds: usize,
}

fn open(file: &Path) -> Result<Collection> {
    Ok(Beaver::open(file, Options::default())?.collection(NAME)?)
}

impl Match {
    pub fn run(self) -> Result<Value> {
        let collection = open(&self.file)?;
        let options = MatchOptions { k: K, ..MatchOptions::default() };
        let bare = Connection::open_with_flags(
            &self.file,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        let mut select = bare.prepare(BARE)?;
        let mut bare_answer = |query: &str| -> Result<Vec<(String, f64)>> {
            let rows = select.query_map((query, NAME, K), |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        let queries = read_queries(&self.folder)?.pairs;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let mut same = 0;
        for _ in 0..self.rounds {
            let (mut our_times, mut their_times) = (Times::default(), Times::default());
            // One after the other, so that neither finds a query's data in the processor's cache.
            let bare: Vec<_> =
                queries.iter().map(|query| their_times.time(|| bare_answer(query))).collect::<Result<_>>()?;
            same = 0;
            for (query, bare) in queries.iter().zip(bare) {
                let hits = our_times.time(|| collection.match_text(query, &options))?;
                // A document has several rows of text, so the bare statement may give one twice.
                same += usize::from(hits.first().map(|hit| hit.score) == bare.first().map(|(_, rank)| *rank));
            }
            ours.push(our_times.summary());
            theirs.push(their_times.summary());
        }
        Ok(json!({"beaver": ours, "bare": theirs, "queries": queries.len(), "same_best": same}))
    }
}

impl Fuzzy {
    pub fn run(self) -> Result<Value> {
        let collection = open(&self.file)?;
        let options = MatchOptions { k: K, ..MatchOptions::default() };
        // Only what is among the first answers when it is spelt well can be asked for when it is not.
        let mut queries = Vec::new();
        let all = read_queries(&self.folder)?;
        for query in if self.phrases { all.phrases } else { all.misspelt } {
            if rows_of(&collection.match_text(&query.words, &options)?)?.contains(&query.row) {
                queries.push(query);
            }
        }
        #[cfg(feature = "tantivy")]
        let peer = Some(peer::Peer::build(&self.folder, &self.out)?);
        #[cfg(not(feature = "tantivy"))]
        let peer: Option<NoPeer> = None;
        let mut replies = Vec::new();
        for (name, fuzziness) in [("2", Fuzziness::Max(2)), ("auto", Fuzziness::Auto)] {
            let options = MatchOptions { fuzziness: Some(fuzziness), ..options.clone() };
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            let (mut found, mut found_by_peer) = (0, 0);
            for _ in 0..self.rounds {
                let (mut our_times, mut their_times) = (Times::default(), Times::default());
                (found, found_by_peer) = (0, 0);
                for Misspelt { row, query, .. } in &queries {
                    let hits = our_times.time(|| collection.match_text(query, &options))?;
                    found += usize::from(rows_of(&hits)?.contains(row));
                }
                for (Misspelt { row, query, .. }, peer) in queries.iter().zip(peer.iter().cycle()) {
                    let rows = their_times.time(|| peer.search(query))?;
                    found_by_peer += usize::from(rows.contains(row));
                }
                ours.push(our_times.summary());
                theirs.push(their_times.summary());
            }
            replies.push(json!({
                "fuzziness": name, "beaver": ours, "found": found,
                "peer": peer.as_ref().map(|_| theirs), "found_by_peer": found_by_peer,
            }));
        }
        Ok(json!({"queries": queries.len(), "fuzzy": replies}))
    }
}

/// Stands for tantivy where that was not built.
#[cfg(not(feature = "tantivy"))]
struct NoPeer;

#[cfg(not(feature = "tantivy"))]
impl NoPeer {
    #[expect(clippy::unused_self)]
    fn search(&self, _query: &str) -> Result<Vec<usize>> {
        anyhow::bail!("tantivy was not built")
    }
}
