//! The search for the nearest vectors: which way it goes.

use std::collections::HashSet;

use super::super::documents::{check_vector, embedding_of, public};
use super::super::fields::survivors::Asked;
use super::super::info::{self, Info};
use super::CodeCache;
use super::accept::{Accept, Answer};
use super::nearest::{MARGIN, Nearest, Ranked};
use super::partitions;
use super::scan::Scanned;
use super::stats;
use crate::collection::{CollectionInfo, CollectionStats, Effort, Hit, SearchOptions, SearchPlan};
use crate::engine::VectorEngine;
use crate::error::Result;
use crate::sqlite::source::{Source, View};

/// Of so few documents that a filter leaves, all are compared.
const FEW: usize = 2_000;
/// A filter that leaves at most one of so many documents is settled by an index before the scan: it would have to be
/// asked about too many otherwise.
const RARE: usize = 8;
/// How much further a scan looks if a filter, or stale codes, took too many of what it gave.
const FURTHER: usize = 4;

impl<S: Source> VectorEngine for S {
    fn vector_search(&self, name: &str, vector: &[f32], options: &SearchOptions) -> Result<(Vec<Hit>, SearchPlan)> {
        let cache = self.own_connections().map(|engine| &engine.codes);
        self.read_together(|view| {
            let info = info::load(view.conn, name)?;
            let public = public(view.conn, name, info.as_ref())?;
            check_vector(&public, "the query vector", vector)?;
            let search = Search { view, name, query: vector, options, public };
            match info {
                Some(info) if info.codes.current > 0 && options.effort != Effort::Exact => {
                    search.by_codes(&info, cache)
                }
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

    fn collection_stats(&self, name: &str) -> Result<CollectionStats> {
        self.read_together(|view| stats::of_collection(view, name))
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

    /// Scans codes, and compares the best.
    fn by_codes(&self, info: &Info, cache: Option<&CodeCache>) -> Result<(Vec<Hit>, SearchPlan)> {
        let mut plan = SearchPlan { path: "flat", filter: "none", scored: 0, compared: 0, bytes_read: 0 };
        let mut ranked = Ranked::new(self, info);
        match &self.options.filter {
            None => {
                self.scan_and_compare(info, cache, &mut Accept::default(), &mut ranked, &mut plan)?;
            }
            Some(filter) => {
                let asked = Asked::new(self.view, info, self.name, filter)?;
                self.filtered(info, cache, asked, &mut ranked, &mut plan)?;
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

    /// Scans for what a filter leaves, or compares all of it if that is little.
    fn filtered(
        &self,
        info: &Info,
        cache: Option<&CodeCache>,
        asked: Asked<'_>,
        ranked: &mut Ranked<'_>,
        plan: &mut SearchPlan,
    ) -> Result<()> {
        let total = usize::try_from(partitions::count(self.view.conn, info, info.codes.current)?).unwrap_or(0);
        let known = asked.all((total / RARE).max(FEW))?;
        plan.filter = if known.is_some() { "index" } else { "candidates" };
        let mut accept = match known {
            Some((docs, all)) if docs.len() <= FEW => {
                for doc in docs {
                    if all || asked.passes(doc)? {
                        ranked.compare(doc, plan)?;
                    }
                }
                return Ok(());
            }
            Some((docs, all)) => Accept::knowing(asked, docs, all),
            None => Accept::asking(asked),
        };
        if !self.scan_and_compare(info, cache, &mut accept, ranked, plan)? {
            // What the filter leaves is far away: better to know beforehand what that is.
            plan.filter = "index";
            ranked.begin_again();
            self.scan_and_compare(info, cache, &mut accept.thorough()?, ranked, plan)?;
        }
        Ok(())
    }

    /// Compares those whose codes promise enough, the most promising first, until what is left promises too little.
    /// False if the filter was asked too often.
    fn scan_and_compare(
        &self,
        info: &Info,
        cache: Option<&CodeCache>,
        accept: &mut Accept<'_>,
        ranked: &mut Ranked<'_>,
        plan: &mut SearchPlan,
    ) -> Result<bool> {
        let k = self.options.k;
        // What the filter refuses, and a stale code, takes the place of another in what the scan goes by.
        let mut wanted = if accept.asks() { FURTHER * k } else { k };
        if info.codes.stale > 0 {
            let total =
                usize::try_from(partitions::count(self.view.conn, info, info.codes.current)?).unwrap_or(0).max(1);
            wanted += MARGIN + 2 * k * usize::try_from(info.codes.stale).unwrap_or(0) / total;
        }
        let mut seen = HashSet::new();
        loop {
            let Scanned { candidates, whole_to } = self.scan(info, cache, accept.members(), wanted, plan)?;
            for (bound, doc) in candidates {
                if ranked.is_hopeless(bound) {
                    return Ok(true);
                }
                if !seen.insert(doc) {
                    continue;
                }
                match accept.answer(doc)? {
                    Answer::Passes => _ = ranked.compare(doc, plan)?,
                    Answer::Fails => {}
                    Answer::Enough => return Ok(false),
                }
            }
            if whole_to.is_none_or(|bound| ranked.is_hopeless(bound)) {
                return Ok(true);
            }
            wanted = wanted.saturating_mul(FURTHER);
        }
    }
}
