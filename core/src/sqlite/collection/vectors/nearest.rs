//! What was compared so far: the nearest by their half-length vectors, and the nearest by their exact distances.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};

use super::super::documents::document;
use super::super::info::Info;
use super::search::Search;
use crate::collection::document::parse_body;
use crate::collection::{Document, Filter, Hit, SearchPlan};
use crate::error::Result;
use crate::value::Json;
use crate::vector::{Exact, Top};

/// So many more than asked for are ordered by the exact distance at the end: the half-length copies that chose
/// them are off by their rounding.
pub(super) const MARGIN: usize = 4;
/// The vector of a document, and whose collection it is in.
const VECTOR: &str = "SELECT collection_id, vector FROM beaver_vectors WHERE doc_id = ?1";

/// A document by its number.
const DOCUMENT: &str = "SELECT c.item_id, c.item_vector, c.metadata FROM beaver_documents AS d
    JOIN beaver_collections AS c ON c.collection = ?1 AND c.item_id = d.item_id WHERE d.doc_id = ?2";

/// The nearest documents by number, compared by their half-length vectors.
pub(super) struct Ranked<'s> {
    search: &'s Search<'s>,
    collection: i64,
    exact: Exact,
    top: Top<u32>,
    /// Only as many as are asked for: what tells when to stop.
    asked: Top<u32>,
}

impl<'s> Ranked<'s> {
    pub fn new(search: &'s Search<'s>, info: &Info) -> Self {
        let exact = Exact::new(info.settings.metric, search.query);
        let k = search.options.k;
        Ranked { search, collection: info.id, exact, top: Top::new(k + MARGIN), asked: Top::new(k) }
    }

    /// Whether a document that promises no more than this is not among the nearest.
    pub fn is_hopeless(&self, bound: f32) -> bool {
        self.asked.limit().is_some_and(|limit| f64::from(bound) > limit)
    }

    pub fn begin_again(&mut self) {
        self.top = Top::new(self.search.options.k + MARGIN);
        self.asked = Top::new(self.search.options.k);
    }

    /// Compares a document; false if it has no vector any more.
    pub fn compare(&mut self, doc: u32, plan: &mut SearchPlan) -> Result<bool> {
        let Ranked { search, collection, exact, top, asked } = self;
        let distance = search.view.conn.hot(VECTOR, |select| {
            let mut rows = select.query([doc])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            if row.get::<_, i64>(0)? != *collection {
                return Ok(None);
            }
            let packed = row.get_ref(1)?.as_blob()?;
            plan.bytes_read += packed.len() as u64;
            Ok(exact.packed(packed))
        })?;
        let Some(distance) = distance else { return Ok(false) };
        plan.compared += 1;
        top.push(distance.into(), doc);
        asked.push(distance.into(), doc);
        Ok(true)
    }

    /// Those that may be among the nearest by their exact distances.
    pub fn into_documents(self) -> Vec<u32> {
        let limit = self.asked.limit().map_or(f64::INFINITY, |limit| limit + self.exact.slack(limit));
        let near = self.top.into_sorted().into_iter().take_while(|(distance, _)| *distance <= limit);
        near.map(|(_, doc)| doc).collect()
    }
}

/// The nearest documents with their exact distances.
pub(super) struct Nearest<'s> {
    search: &'s Search<'s>,
    exact: Exact,
    top: Top<usize>,
    found: Vec<Option<Document>>,
    ids: HashSet<String>,
}

impl<'s> Nearest<'s> {
    pub fn new(search: &'s Search<'s>, k: usize) -> Self {
        let exact = Exact::new(search.public.settings.metric, search.query);
        Nearest { search, exact, top: Top::new(k), found: Vec::new(), ids: HashSet::new() }
    }

    /// Compares a document that passes the filter.
    pub fn compare_document(&mut self, doc: u32, plan: &mut SearchPlan) -> Result<()> {
        let row: Option<(String, Option<Vec<u8>>, Option<String>)> = self.search.view.conn.hot(DOCUMENT, |select| {
            let row =
                select.query_row(params![self.search.name, doc], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
            Ok(row.optional()?)
        })?;
        let Some((id, Some(vector), body)) = row else { return Ok(()) };
        plan.bytes_read += vector.len() as u64;
        if let Some(distance) = self.exact.stored(&vector)
            && self.ids.insert(id.clone())
        {
            self.top.push(distance, self.found.len());
            self.found.push(Some(document(id, Some(&vector), body)));
        }
        Ok(())
    }

    /// Compares every document after that id.
    pub fn compare_after(&mut self, after: &str, plan: &mut SearchPlan) -> Result<()> {
        let mut select = self.search.view.conn.prepare_cached(
            "SELECT item_id, item_vector, metadata FROM beaver_collections
             WHERE collection = ?1 AND item_id > ?2 AND item_vector IS NOT NULL ORDER BY item_id",
        )?;
        let mut rows = select.query([self.search.name, after])?;
        while let Some(row) = rows.next()? {
            let vector = row.get_ref(1)?.as_blob()?;
            plan.bytes_read += vector.len() as u64;
            // Another dimension is a fault that `verify` names.
            let Some(distance) = self.exact.stored(vector) else { continue };
            plan.compared += 1;
            if self.top.limit().is_some_and(|limit| distance > limit) {
                continue;
            }
            let body: Option<String> = row.get(2)?;
            if !self.search.options.filter.as_ref().is_none_or(|filter| body_matches(filter, body.as_deref())) {
                continue;
            }
            let id: String = row.get(0)?;
            if self.ids.insert(id.clone()) {
                self.top.push(distance, self.found.len());
                self.found.push(Some(document(id, Some(vector), body)));
                self.forget();
            }
        }
        Ok(())
    }

    /// Lets go of documents that are not among the nearest any more, once they are many.
    fn forget(&mut self) {
        const MANY: usize = 4_096;
        if self.found.len().is_multiple_of(MANY) {
            let kept: HashSet<usize> = self.top.keys().collect();
            for (place, document) in self.found.iter_mut().enumerate() {
                if !kept.contains(&place) {
                    *document = None;
                }
            }
        }
    }

    pub fn into_hits(self) -> Vec<Hit> {
        let mut found = self.found;
        let hits = self.top.into_sorted().into_iter().filter_map(|(score, place)| {
            let document = found.get_mut(place)?.take()?;
            Some(Hit { document, score, fragments: Vec::new() })
        });
        let mut hits: Vec<Hit> = hits.collect();
        // Of equal distances the smaller id comes first, whatever way was taken.
        hits.sort_by(|a, b| a.score.total_cmp(&b.score).then_with(|| a.document.id.cmp(&b.document.id)));
        hits
    }
}

fn body_matches(filter: &Filter, body: Option<&str>) -> bool {
    parse_body(&Json::trusted(body.unwrap_or("{}"))).is_ok_and(|body| filter.matches(&body))
}
