//! The search for the nearest vectors.

use std::cell::RefCell;
use std::collections::HashSet;

use rusqlite::{OptionalExtension, params};

use super::super::documents::{check_vector, document, public_info};
use super::super::fields::survivors::{Survivors, matches, survivors};
use super::super::info::{self, Info};
use super::CodeCache;
use super::chunks::{self, Place};
use crate::collection::document::parse_body;
use crate::collection::{CollectionInfo, Document, Effort, Filter, Hit, SearchOptions, SearchPlan};
use crate::engine::VectorEngine;
use crate::error::Result;
use crate::sqlite::source::{Source, View};
use crate::value::Json;
use crate::vector::{self, Candidates, Exact, Probe, Top};

/// What share of the nearest each effort is to find.
const FAST: f64 = 0.9;
const NORMAL: f64 = 0.99;
const HIGH: f64 = 0.999;
/// No more codes than this many times what is asked for are compared exactly, and at least so many may be.
const MOST_FACTOR: usize = 64;
const MOST_LEAST: usize = 2_048;
/// So many more than asked for are ordered by the exact distance at the end: the half-length copies that chose
/// them are off by their rounding.
const MARGIN: usize = 4;
/// A filter that at most so many documents pass is settled before the search.
const FEW: usize = 2_000;

/// The vector of a document, and whose collection it is in.
const VECTOR: &str = "SELECT collection_id, vector FROM beaver_vectors WHERE doc_id = ?1";

/// A document by its number.
const DOCUMENT: &str = "SELECT c.item_id, c.item_vector, c.metadata FROM beaver_documents AS d
    JOIN beaver_collections AS c ON c.collection = ?1 AND c.item_id = d.item_id WHERE d.doc_id = ?2";

impl<S: Source> VectorEngine for S {
    fn vector_search(&self, name: &str, vector: &[f32], options: &SearchOptions) -> Result<(Vec<Hit>, SearchPlan)> {
        let cache = self.own_connections().map(|engine| &engine.codes);
        self.read_together(|view| {
            let public = public_info(view.conn, name)?;
            check_vector(&public, "the query vector", vector)?;
            let search = Search { view, name, query: vector, options, public };
            match info::load(view.conn, name)? {
                Some(info) if info.codes.current > 0 && options.effort != Effort::Exact => search.flat(&info, cache),
                _ => search.exact(),
            }
        })
    }

    fn vector_sample(&self, name: &str, count: usize) -> Result<Vec<Vec<f32>>> {
        self.read_together(|view| {
            let all: usize = view
                .conn
                .prepare_cached(
                    "SELECT count(*) FROM beaver_collections WHERE collection = ?1 AND item_vector IS NOT NULL",
                )?
                .query_row([name], |row| row.get(0))?;
            let mut select = view.conn.prepare_cached(
                "SELECT item_vector FROM beaver_collections WHERE collection = ?1 AND item_vector IS NOT NULL",
            )?;
            let mut rows = select.query([name])?;
            let step = (all / count.max(1)).max(1);
            let mut sample = Vec::new();
            let mut place = 0;
            while let Some(row) = rows.next()? {
                if place % step == 0 && sample.len() < count {
                    sample.extend(super::super::documents::embedding_of(row.get_ref(0)?.as_blob()?));
                }
                place += 1;
            }
            Ok(sample)
        })
    }
}

/// One search at one moment.
struct Search<'s> {
    view: &'s View<'s>,
    name: &'s str,
    query: &'s [f32],
    options: &'s SearchOptions,
    public: CollectionInfo,
}

impl Search<'_> {
    /// Compares every vector.
    fn exact(&self) -> Result<(Vec<Hit>, SearchPlan)> {
        let mut plan = SearchPlan { path: "exact", filter: "none", scored: 0, compared: 0, bytes_read: 0 };
        let mut nearest = Nearest::new(self, self.options.k);
        nearest.compare_after("", &mut plan)?;
        if self.options.filter.is_some() {
            plan.filter = "candidates";
        }
        Ok((nearest.into_hits()?, plan))
    }

    /// Scans the codes of all, and compares the best.
    fn flat(&self, info: &Info, cache: Option<&CodeCache>) -> Result<(Vec<Hit>, SearchPlan)> {
        let mut plan = SearchPlan { path: "flat", filter: "none", scored: 0, compared: 0, bytes_read: 0 };
        let mut ranked = Ranked::new(self, info);
        let survivors = match &self.options.filter {
            None => Survivors::Unknown,
            Some(filter) => survivors(self.view, info, self.name, filter, FEW)?,
        };
        match survivors {
            Survivors::Exact(documents) => {
                plan.filter = "index";
                for doc in documents {
                    ranked.compare(doc, &mut plan)?;
                }
            }
            Survivors::TooMany | Survivors::Unknown => {
                if self.options.filter.is_some() {
                    plan.filter = "candidates";
                }
                self.scan_and_compare(info, cache, &mut ranked, &mut plan)?;
            }
        }
        let mut nearest = Nearest::new(self, self.options.k);
        for doc in ranked.into_documents() {
            nearest.compare_document(doc, &mut plan)?;
        }
        // Documents of 1.x that have no code yet.
        if let Some(after) = &info.adopted_to {
            nearest.compare_after(after, &mut plan)?;
        }
        Ok((nearest.into_hits()?, plan))
    }

    /// Compares those whose codes promise enough, the most promising first, until what is left promises too little.
    fn scan_and_compare(
        &self,
        info: &Info,
        cache: Option<&CodeCache>,
        ranked: &mut Ranked<'_>,
        plan: &mut SearchPlan,
    ) -> Result<()> {
        // A stale code takes the place of a live one in what the scan goes by.
        let total = chunks::count(self.view.conn, info, info.codes.current)?.max(1);
        let k = self.options.k;
        let stale = usize::try_from(info.codes.stale).unwrap_or(0);
        let share = 2 * k * stale / usize::try_from(total).unwrap_or(1);
        let mut wanted = k + if stale > 0 { share + MARGIN } else { 0 };
        loop {
            let candidates = self.scan(info, cache, wanted, plan)?;
            let mut gone = 0;
            for (bound, doc) in candidates {
                if ranked.is_hopeless(bound) {
                    break;
                }
                if !ranked.compare(doc, plan)? {
                    gone += 1;
                }
            }
            if gone <= wanted - k {
                return Ok(());
            }
            wanted = k + 2 * gone;
            ranked.begin_again();
        }
    }

    /// The documents whose codes promise a distance among the smallest, with the least that they promise.
    fn scan(
        &self,
        info: &Info,
        cache: Option<&CodeCache>,
        wanted: usize,
        plan: &mut SearchPlan,
    ) -> Result<Vec<(f32, u32)>> {
        let conn = self.view.conn;
        let place = Place::of(info, info.codes.current);
        let Some((full, tail)) = chunks::last(conn, place)? else { return Ok(Vec::new()) };
        let kept = cache.map_or(Ok(None), |cache| cache.get(conn, info, full))?;
        let margin = vector::margin(match self.options.effort {
            Effort::Fast => FAST,
            Effort::Normal => NORMAL,
            Effort::High | Effort::Exact => HIGH,
        });
        let probe = match &kept {
            Some(kept) => Probe::new(&kept.encoder, self.query, margin),
            None => Probe::new(&chunks::encoder(conn, info, info.codes.current)?, self.query, margin),
        };
        // The scan cannot fail in the middle of a block: an error waits for its end.
        let failed = RefCell::new(None);
        let passes = |doc| match &self.options.filter {
            None => true,
            Some(filter) => matches(self.view, self.name, doc, filter).unwrap_or_else(|error| {
                failed.replace(Some(error));
                false
            }),
        };
        let accept: Option<&dyn Fn(u32) -> bool> = if self.options.filter.is_some() { Some(&passes) } else { None };
        let most = wanted.saturating_mul(MOST_FACTOR).max(MOST_LEAST);
        let mut best = Candidates::new(wanted, most, accept);
        let mut scored = 0;
        let mut scan = |codes: &[u8]| {
            vector::scan(&probe, codes, &mut best).map_err(|_| chunks::damaged())?;
            scored += vector::len(codes).map_err(|_| chunks::damaged())? as u64;
            plan.bytes_read += codes.len() as u64;
            failed.take().map_or(Ok(()), Err)
        };
        let from = kept.as_ref().map_or(0, |kept| kept.chunks.min(full));
        if let Some(kept) = &kept {
            kept.first(full).try_for_each(&mut scan)?;
        }
        if from < full {
            let mut select = conn.prepare_cached(
                "SELECT codes FROM beaver_vector_chunks WHERE chunk_id >= ?1 AND chunk_id < ?2 ORDER BY chunk_id",
            )?;
            let mut rows = select.query([place.first + from, place.first + full])?;
            while let Some(row) = rows.next()? {
                scan(row.get_ref(0)?.as_blob()?)?;
            }
        }
        scan(&tail)?;
        plan.scored += scored;
        Ok(best.into_sorted())
    }
}

/// The nearest documents by number, compared by their half-length vectors.
struct Ranked<'s> {
    search: &'s Search<'s>,
    collection: i64,
    exact: Exact,
    top: Top<u32>,
    /// Only as many as are asked for: what tells when to stop.
    asked: Top<u32>,
}

impl<'s> Ranked<'s> {
    fn new(search: &'s Search<'s>, info: &Info) -> Self {
        let exact = Exact::new(info.settings.metric, search.query);
        let k = search.options.k;
        Ranked { search, collection: info.id, exact, top: Top::new(k + MARGIN), asked: Top::new(k) }
    }

    /// Whether a document that promises no more than this is not among the nearest.
    fn is_hopeless(&self, bound: f32) -> bool {
        self.asked.limit().is_some_and(|limit| f64::from(bound) > limit)
    }

    fn begin_again(&mut self) {
        self.top = Top::new(self.search.options.k + MARGIN);
        self.asked = Top::new(self.search.options.k);
    }

    /// Compares a document; false if it has no vector any more.
    fn compare(&mut self, doc: u32, plan: &mut SearchPlan) -> Result<bool> {
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

    fn into_documents(self) -> Vec<u32> {
        self.top.into_sorted().into_iter().map(|(_, doc)| doc).collect()
    }
}

/// The nearest documents with their exact distances.
struct Nearest<'s> {
    search: &'s Search<'s>,
    exact: Exact,
    top: Top<usize>,
    found: Vec<Option<Document>>,
    ids: HashSet<String>,
}

impl<'s> Nearest<'s> {
    fn new(search: &'s Search<'s>, k: usize) -> Self {
        let exact = Exact::new(search.public.settings.metric, search.query);
        Nearest { search, exact, top: Top::new(k), found: Vec::new(), ids: HashSet::new() }
    }

    /// Compares a document that passes the filter.
    fn compare_document(&mut self, doc: u32, plan: &mut SearchPlan) -> Result<()> {
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
            self.found.push(Some(document(id, Some(vector), body)));
        }
        Ok(())
    }

    /// Compares every document after that id.
    fn compare_after(&mut self, after: &str, plan: &mut SearchPlan) -> Result<()> {
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
                self.found.push(Some(document(id, Some(vector.to_vec()), body)));
                self.forget();
            }
        }
        Ok(())
    }

    /// Lets go of documents that are not among the nearest any more, once they are many.
    fn forget(&mut self) {
        const MANY: usize = 4_096;
        if self.found.len() % MANY == 0 {
            let kept: HashSet<usize> = self.top.keys().collect();
            for (place, document) in self.found.iter_mut().enumerate() {
                if !kept.contains(&place) {
                    *document = None;
                }
            }
        }
    }

    fn into_hits(self) -> Result<Vec<Hit>> {
        let mut found = self.found;
        let hits = self.top.into_sorted().into_iter().filter_map(|(score, place)| {
            let document = found.get_mut(place)?.take()?;
            Some(Hit { document, score, fragments: Vec::new() })
        });
        let mut hits: Vec<Hit> = hits.collect();
        // Of equal distances the smaller id comes first, whatever way was taken.
        hits.sort_by(|a, b| a.score.total_cmp(&b.score).then_with(|| a.document.id.cmp(&b.document.id)));
        Ok(hits)
    }
}

fn body_matches(filter: &Filter, body: Option<&str>) -> bool {
    parse_body(&Json::trusted(body.unwrap_or("{}"))).is_ok_and(|body| filter.matches(&body))
}
