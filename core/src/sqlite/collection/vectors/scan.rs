//! The scan of codes for what promises to be near: of all, or of the partitions around the query.

use std::sync::Arc;

use super::super::fields::survivors::Members;
use super::super::info::Info;
use super::CodeCache;
use super::chunks::{self, Place};
use super::held::{Held, Key, Run};
use super::partitions::{self, State};
use super::search::Search;
use crate::collection::{Effort, SearchPlan};
use crate::error::Result;
use crate::vector::{self, Candidates, Probe};

const CHUNKS: &str = "SELECT codes FROM beaver_vector_chunks WHERE chunk_id BETWEEN ?1 AND ?2 ORDER BY chunk_id";

/// What share of the nearest each effort is to find.
const FAST: f64 = 0.9;
const NORMAL: f64 = 0.99;
const HIGH: f64 = 0.999;
/// Of what may be missed, this part may lie in partitions that are not looked into: less than half, since queries are not
/// quite like documents.
const UNSEEN: f64 = 0.35;
/// The ways to the nearest were measured for so many of them.
const MEASURED: f64 = 10.0;
/// No more codes than this many times what is asked for are compared exactly, and at least so many may be.
const MOST_FACTOR: usize = 64;
const MOST_LEAST: usize = 2_048;

/// What a scan gave.
#[derive(Default)]
pub(super) struct Scanned {
    /// Documents, and what distance they promise at the least; the most promising first.
    pub candidates: Vec<(f32, u32)>,
    /// Every other document promises no less than this; none if there is no other.
    pub whole_to: Option<f32>,
}

impl Search<'_> {
    /// The documents, among the members if there are some, whose codes promise to be among so many.
    pub(super) fn scan(
        &self,
        info: &Info,
        cache: Option<&CodeCache>,
        members: Option<&Members>,
        wanted: usize,
        plan: &mut SearchPlan,
    ) -> Result<Scanned> {
        let is_member = |doc| members.is_none_or(|members| members.contains(doc));
        let accept: Option<&dyn Fn(u32) -> bool> = if members.is_some() { Some(&is_member) } else { None };
        let most = wanted.saturating_mul(MOST_FACTOR).max(MOST_LEAST);
        let best = Candidates::new(wanted, most, accept);
        let share = match self.options.effort {
            Effort::Fast => FAST,
            Effort::Normal => NORMAL,
            Effort::High | Effort::Exact => HIGH,
        };
        let mut scan = Scan { search: self, info, cache, share, best, plan };
        match partitions::state(self.view.conn, info, info.codes.current)? {
            Some(state) => scan.partitions(state, wanted, members)?,
            None => scan.all()?,
        }
        let limit = scan.best.limit();
        let candidates = scan.best.into_sorted();
        // What was cut off, or never taken in, promises no more than the last, or than the limit.
        let whole_to = match candidates.last() {
            Some((bound, _)) if candidates.len() >= most => Some(*bound),
            _ if limit.is_finite() => Some(limit),
            _ => None,
        };
        Ok(Scanned { candidates, whole_to })
    }
}

/// A scan as it goes on.
struct Scan<'a, 's> {
    search: &'a Search<'s>,
    info: &'a Info,
    cache: Option<&'a CodeCache>,
    /// What share of the nearest it is to find.
    share: f64,
    best: Candidates<'a>,
    plan: &'a mut SearchPlan,
}

impl Scan<'_, '_> {
    /// Scans the chunks of a generation without partitions.
    fn all(&mut self) -> Result<()> {
        let (conn, info) = (self.search.view.conn, self.info);
        let place = Place::of(info, info.codes.current);
        let Some((full, tail)) = chunks::last(conn, place)? else { return Ok(()) };
        let kept = self.cache.map_or(Ok(None), |cache| cache.get(conn, info, full))?;
        let margin = vector::margin(self.share);
        let probe = match &kept {
            Some(kept) => Probe::new(&kept.encoder, self.search.query, margin),
            None => Probe::new(&chunks::encoder(conn, info, info.codes.current)?, self.search.query, margin),
        };
        let from = kept.as_ref().map_or(0, |kept| kept.chunks.min(full));
        if let Some(kept) = &kept {
            kept.first(full).try_for_each(|codes| self.chunk(&probe, codes))?;
        }
        if from < full {
            self.read(&probe, place.first + from, place.first + full - 1, |_| {})?;
        }
        self.chunk(&probe, &tail)
    }

    /// Scans the partitions around the query, and further ones as long as too little was found.
    fn partitions(&mut self, state: State, wanted: usize, members: Option<&Members>) -> Result<()> {
        self.plan.path = "partitioned";
        let (conn, info) = (self.search.view.conn, self.info);
        let held = match self.cache {
            Some(cache) => {
                cache.drop_flat(info);
                cache.partitions.held(conn, info, state.epoch)?
            }
            None => Arc::new(Held::read(conn, info)?),
        };
        let Held { encoder, partitions: known, .. } = &*held;
        let mut probe = Probe::new(encoder, self.search.query, vector::margin(self.share));
        let share = 1.0 - (1.0 - self.share) * UNSEEN;
        let many = Self::many(state.codes, wanted, members);
        let (mut around, count) = known.around(info.settings.metric, probe.rotated(), share, many);
        let mut centroid = Vec::new();
        let mut from = 0;
        while from < around.len() {
            let to = (from + count).min(around.len());
            let keys: Vec<(usize, Key)> = around
                .get(from..to)
                .into_iter()
                .flatten()
                .filter_map(|&(_, index)| Some((index, *known.numbers.get(index)?)))
                .map(|(index, number)| {
                    (index, (info.codes.current, Place::of_partition(info, info.codes.current, number)))
                })
                .collect();
            let most = self.cache.map_or(0, CodeCache::room_for_partitions);
            let runs = self.cache.map(|cache| cache.partitions.runs(keys.iter().map(|(_, key)| key), most));
            let mut runs = runs.unwrap_or_default().into_iter();
            let mut read = Vec::new();
            for (index, key) in keys {
                let (run, keep) = runs.next().unwrap_or_default();
                known.centroids.get(index, &mut centroid);
                probe.aim(&centroid);
                read.extend(self.partition(&probe, key, state, run.as_ref(), keep)?);
            }
            if let Some(cache) = self.cache
                && !read.is_empty()
            {
                cache.partitions.offer(read, most);
            }
            if self.best.limit().is_finite() {
                break;
            }
            if from == 0
                && let Some(others) = around.get_mut(to..)
            {
                others.sort_unstable_by(partitions::in_order);
            }
            from = to;
        }
        Ok(())
    }

    /// How many times as many documents are looked at for one that is found as when the ways were measured.
    #[expect(clippy::cast_precision_loss, reason = "the counts are small")]
    fn many(codes: i64, wanted: usize, members: Option<&Members>) -> f64 {
        let of = members.map_or(1.0, |members| (codes as f64 / members.len().max(1) as f64).max(1.0));
        of * wanted as f64 / MEASURED
    }

    /// Scans a partition: what is kept of it, and the rest from the file. Gives what to keep from now on.
    fn partition(
        &mut self,
        probe: &Probe,
        key: Key,
        state: State,
        run: Option<&Run>,
        keep: bool,
    ) -> Result<Option<(Key, Run)>> {
        if let Some(run) = run {
            let stride = run.full.len() / usize::try_from(run.chunks).unwrap_or(1).max(1);
            run.full.chunks_exact(stride.max(1)).try_for_each(|codes| self.chunk(probe, codes))?;
            if run.state == state {
                return if run.tail.is_empty() { Ok(()) } else { self.chunk(probe, &run.tail) }.map(|()| None);
            }
        }
        let capacity = vector::capacity(self.info.dimension.unwrap_or(1) as usize);
        let mut chunks = run.map_or(0, |run| run.chunks);
        let (mut new, mut tail) = (Vec::new(), Vec::new());
        self.read(probe, key.1.first + chunks, key.1.last, |codes| {
            if keep && vector::len(codes) == Ok(capacity) {
                new.extend_from_slice(codes);
                chunks += 1;
            } else if keep {
                tail.extend_from_slice(codes);
            }
        })?;
        let full = match run {
            Some(run) if new.is_empty() => run.full.clone(),
            Some(run) => [&run.full, &new[..]].concat().into(),
            None => new.into(),
        };
        Ok(keep.then(|| (key, Run { full, chunks, tail: tail.into(), state })))
    }

    /// Scans the chunks with these numbers in the file.
    fn read(&mut self, probe: &Probe, first: i64, last: i64, mut seen: impl FnMut(&[u8])) -> Result<()> {
        self.search.view.conn.hot(CHUNKS, |select| {
            let mut rows = select.query([first, last])?;
            while let Some(row) = rows.next()? {
                let codes = row.get_ref(0)?.as_blob()?;
                self.chunk(probe, codes)?;
                seen(codes);
            }
            Ok(())
        })
    }

    fn chunk(&mut self, probe: &Probe, codes: &[u8]) -> Result<()> {
        vector::scan(probe, codes, &mut self.best).map_err(|_| chunks::damaged())?;
        self.plan.scored += vector::len(codes).map_err(|_| chunks::damaged())? as u64;
        self.plan.bytes_read += codes.len() as u64;
        Ok(())
    }
}
