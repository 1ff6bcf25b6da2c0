//! The search for the nearest vectors: which way it goes.

use super::super::documents::{check_vector, embedding_of, public_info};
use super::super::fields::survivors::{Survivors, survivors};
use super::super::info::{self, Info};
use super::CodeCache;
use super::accept::Accept;
use super::chunks::{self, Place};
use super::nearest::{MARGIN, Nearest, Ranked};
use crate::collection::{CollectionInfo, Effort, Hit, SearchOptions, SearchPlan};
use crate::engine::VectorEngine;
use crate::error::Result;
use crate::sqlite::source::{Source, View};
use crate::vector::{self, Candidates, Probe};

/// What share of the nearest each effort is to find.
const FAST: f64 = 0.9;
const NORMAL: f64 = 0.99;
const HIGH: f64 = 0.999;
/// No more codes than this many times what is asked for are compared exactly, and at least so many may be.
const MOST_FACTOR: usize = 64;
const MOST_LEAST: usize = 2_048;
/// A filter that at most so many documents pass is settled before the search.
const FEW: usize = 2_000;

impl<S: Source> VectorEngine for S {
    fn vector_search(&self, name: &str, vector: &[f32], options: &SearchOptions) -> Result<(Vec<Hit>, SearchPlan)> {
        let cache = self.own_connections().map(|engine| &engine.codes);
        self.read_together(|view| {
            let info = info::load(view.conn, name)?;
            let public = match &info {
                Some(info) => info.public(),
                None => public_info(view.conn, name)?,
            };
            check_vector(&public, "the query vector", vector)?;
            let search = Search { view, name, query: vector, options, public };
            match info {
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
                    sample.extend(embedding_of(row.get_ref(0)?.as_blob()?));
                }
                place += 1;
            }
            Ok(sample)
        })
    }
}

/// One search at one moment.
pub(super) struct Search<'s> {
    pub view: &'s View<'s>,
    pub name: &'s str,
    pub query: &'s [f32],
    pub options: &'s SearchOptions,
    pub public: CollectionInfo,
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
        Ok((nearest.into_hits(), plan))
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
                let accept = Accept::new(self.view, self.name, self.options.filter.as_ref());
                if !self.scan_and_compare(info, cache, &accept, &mut ranked, &mut plan)? {
                    // What the filter leaves is far away: better to know beforehand what that is.
                    let accept = accept.with_indexes(info)?;
                    if accept.knows() {
                        plan.filter = "index";
                    }
                    ranked.begin_again();
                    self.scan_and_compare(info, cache, &accept, &mut ranked, &mut plan)?;
                }
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
        Ok((nearest.into_hits(), plan))
    }

    /// Compares those whose codes promise enough, the most promising first, until what is left promises too little.
    /// False if the filter was asked too often.
    fn scan_and_compare(
        &self,
        info: &Info,
        cache: Option<&CodeCache>,
        accept: &Accept<'_>,
        ranked: &mut Ranked<'_>,
        plan: &mut SearchPlan,
    ) -> Result<bool> {
        // A stale code takes the place of a live one in what the scan goes by.
        let total = chunks::count(self.view.conn, info, info.codes.current)?.max(1);
        let k = self.options.k;
        let stale = usize::try_from(info.codes.stale).unwrap_or(0);
        let share = 2 * k * stale / usize::try_from(total).unwrap_or(1);
        let mut wanted = k + if stale > 0 { share + MARGIN } else { 0 };
        loop {
            let Some(candidates) = self.scan(info, cache, accept, wanted, plan)? else { return Ok(false) };
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
                return Ok(true);
            }
            wanted = k + 2 * gone;
            ranked.begin_again();
        }
    }

    /// The documents whose codes promise a distance among the smallest, with the least that they promise. None if the
    /// filter was asked too often.
    fn scan(
        &self,
        info: &Info,
        cache: Option<&CodeCache>,
        accept: &Accept<'_>,
        wanted: usize,
        plan: &mut SearchPlan,
    ) -> Result<Option<Vec<(f32, u32)>>> {
        let conn = self.view.conn;
        let place = Place::of(info, info.codes.current);
        let Some((full, tail)) = chunks::last(conn, place)? else { return Ok(Some(Vec::new())) };
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
        let passes = |doc| accept.passes(doc);
        let asked: Option<&dyn Fn(u32) -> bool> = if accept.all() { None } else { Some(&passes) };
        let most = wanted.saturating_mul(MOST_FACTOR).max(MOST_LEAST);
        let mut best = Candidates::new(wanted, most, asked);
        let mut scored = 0;
        let mut scan = |codes: &[u8]| {
            vector::scan(&probe, codes, &mut best).map_err(|_| chunks::damaged())?;
            scored += vector::len(codes).map_err(|_| chunks::damaged())? as u64;
            plan.bytes_read += codes.len() as u64;
            accept.failure()
        };
        let from = kept.as_ref().map_or(0, |kept| kept.chunks.min(full));
        if let Some(kept) = &kept {
            for codes in kept.first(full) {
                scan(codes)?;
                if accept.gave_up() {
                    return Ok(None);
                }
            }
        }
        if from < full {
            let mut select = conn.prepare_cached(
                "SELECT codes FROM beaver_vector_chunks WHERE chunk_id >= ?1 AND chunk_id < ?2 ORDER BY chunk_id",
            )?;
            let mut rows = select.query([place.first + from, place.first + full])?;
            while let Some(row) = rows.next()? {
                scan(row.get_ref(0)?.as_blob()?)?;
                if accept.gave_up() {
                    return Ok(None);
                }
            }
        }
        scan(&tail)?;
        plan.scored += scored;
        Ok((!accept.gave_up()).then(|| best.into_sorted()))
    }
}
