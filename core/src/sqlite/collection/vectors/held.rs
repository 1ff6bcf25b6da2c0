//! What is kept in memory of partitions: the centroids of collections that were searched, and full chunks.
//!
//! A full chunk is never written again and a partition's number never used again within a generation, so what is kept
//! stays right whichever process writes. The centroids are read anew when the epoch has moved on.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;

use super::super::info::Info;
use super::chunks::{self, Place};
use super::partitions::{Partitions, State};
use crate::error::Result;
use crate::vector::Encoder;

/// So many partitions are remembered as touched once, while there is no room.
const SEEN: usize = 8_192;
/// About what one takes.
const ABOUT: usize = 40_000;

/// The partitions of a generation at some epoch.
pub(super) struct Held {
    generation: i64,
    pub encoder: Encoder,
    pub partitions: Partitions,
}

impl Held {
    pub fn read(conn: &Connection, info: &Info) -> Result<Held> {
        let generation = info.codes.current;
        let partitions = Partitions::load(conn, info, generation)?.ok_or_else(chunks::damaged)?;
        Ok(Held { generation, encoder: chunks::encoder(conn, info, generation)?, partitions })
    }
}

/// A partition of one generation.
pub(super) type Key = (i64, Place);

/// The chunks of a partition.
#[derive(Clone)]
pub(super) struct Run {
    /// Those that are full, side by side, and how many there are.
    pub full: Arc<[u8]>,
    pub chunks: i64,
    /// The last one, as long as the state of all is that.
    pub tail: Arc<[u8]>,
    pub state: State,
}

impl Run {
    fn bytes(&self) -> usize {
        self.full.len() + self.tail.len()
    }
}

#[derive(Default)]
pub(super) struct PartitionCache {
    held: Mutex<HashMap<i64, Arc<Held>>>,
    runs: Mutex<Runs>,
}

#[derive(Default)]
struct Runs {
    kept: HashMap<Key, (Run, bool)>,
    bytes: usize,
    /// In the order in which they came: who was not touched since the last look goes first.
    order: VecDeque<Key>,
    seen: HashSet<Key>,
}

impl PartitionCache {
    /// The partitions of the current generation, whose epoch is that.
    pub fn held(&self, conn: &Connection, info: &Info, epoch: i64) -> Result<Arc<Held>> {
        let before = self.held.lock().get(&info.id).cloned();
        if let Some(held) =
            before.filter(|held| (held.generation, held.partitions.epoch) == (info.codes.current, epoch))
        {
            return Ok(held);
        }
        let held = Arc::new(Held::read(conn, info)?);
        let mut all = self.held.lock();
        // A snapshot of an earlier moment does not take the place of what is newer.
        let newer = |now: &Arc<Held>| (now.generation, now.partitions.epoch) > (held.generation, epoch);
        if !all.get(&info.id).is_some_and(newer) {
            all.insert(info.id, held.clone());
            drop(all);
            let place = |number| (held.generation, Place::of_partition(info, held.generation, number));
            let alive: HashSet<Key> = held.partitions.numbers.iter().map(|number| place(*number)).collect();
            self.runs.lock().retain(|key| !key.1.is_of(info) || alive.contains(key));
        }
        Ok(held)
    }

    /// What is kept of partitions, in their order, and whether it is to be offered what was read of each: as long as all
    /// that is kept is at most so many bytes. Where there is no room, that is one partition which is touched for the
    /// second time; it drives out what was not touched for the longest. Else a search that goes through much would
    /// drive out all that others need.
    pub fn runs<'k>(&self, keys: impl Iterator<Item = &'k Key>, most: usize) -> Vec<(Option<Run>, bool)> {
        let mut runs = self.runs.lock();
        let mut room = most.saturating_sub(runs.bytes);
        let mut full = 0;
        let look = |key: &Key| {
            if let Some((run, touched)) = runs.kept.get_mut(key) {
                *touched = true;
                return (Some(run.clone()), true);
            }
            if room > 0 {
                room = room.saturating_sub(ABOUT);
                return (None, true);
            }
            if runs.seen.len() >= SEEN {
                runs.seen.clear();
            }
            full += usize::from(!runs.seen.insert(*key));
            (None, full == 1)
        };
        keys.map(look).collect()
    }

    /// Keeps what was read.
    pub fn offer(&self, read: Vec<(Key, Run)>, most: usize) {
        let mut runs = self.runs.lock();
        for (key, run) in read {
            runs.offer(key, run, most);
        }
    }

    /// The bytes of all that is kept.
    pub fn bytes(&self) -> usize {
        self.held_bytes() + self.runs.lock().bytes
    }

    /// Those of the partitions without their chunks.
    pub fn held_bytes(&self) -> usize {
        self.held.lock().values().map(|held| held.partitions.size()).sum()
    }

    pub fn clear(&self) {
        self.held.lock().clear();
        *self.runs.lock() = Runs::default();
    }
}

impl Runs {
    fn offer(&mut self, key: Key, run: Run, most: usize) {
        let before = self.kept.get(&key).map_or(0, |(run, _)| run.bytes());
        let full = |runs: &Runs| runs.bytes - before + run.bytes() > most;
        while full(self) {
            let Some(oldest) = self.order.pop_front() else { return };
            match self.kept.get_mut(&oldest) {
                Some((_, touched)) if *touched || oldest == key => {
                    *touched = false;
                    self.order.push_back(oldest);
                    if self.order.len() == 1 {
                        return;
                    }
                }
                Some(_) => self.forget(&oldest),
                None => {}
            }
        }
        self.seen.remove(&key);
        self.bytes = self.bytes - before + run.bytes();
        if self.kept.insert(key, (run, false)).is_none() {
            self.order.push_back(key);
        }
    }

    fn forget(&mut self, key: &Key) {
        if let Some((run, _)) = self.kept.remove(key) {
            self.bytes -= run.bytes();
        }
    }

    fn retain(&mut self, alive: impl Fn(&Key) -> bool) {
        let gone: Vec<Key> = self.kept.keys().filter(|key| !alive(key)).copied().collect();
        for key in &gone {
            self.forget(key);
        }
        self.order.retain(&alive);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: i64) -> Key {
        (1, Place { first: number, last: number })
    }

    fn run(bytes: usize) -> Run {
        let state = State { epoch: 1, codes: 1 };
        Run { full: vec![0; bytes - 1].into(), chunks: 1, tail: [0].into(), state }
    }

    fn kept(cache: &PartitionCache) -> Vec<i64> {
        (0..20).filter(|number| cache.runs.lock().kept.contains_key(&key(*number))).collect()
    }

    /// What a search does.
    fn search(cache: &PartitionCache, numbers: &[i64], most: usize) {
        let keys: Vec<Key> = numbers.iter().map(|number| key(*number)).collect();
        let runs = cache.runs(keys.iter(), most);
        let read = keys.iter().zip(runs).filter(|(_, (kept, wanted))| kept.is_none() && *wanted);
        cache.offer(read.map(|(key, _)| (*key, run(10))).collect(), most);
    }

    #[test]
    fn what_has_room_is_kept_at_once_and_what_has_not_at_the_second_touch() {
        let cache = PartitionCache::default();
        for number in 0..3 {
            search(&cache, &[number], 30);
        }
        assert_eq!(kept(&cache), [0, 1, 2]);
        search(&cache, &[3], 30);
        assert_eq!(kept(&cache), [0, 1, 2]);
        search(&cache, &[0, 2], 30);
        search(&cache, &[3], 30);
        assert_eq!(kept(&cache), [0, 2, 3], "who was not touched goes");
        assert_eq!(cache.bytes(), 30);
    }

    #[test]
    fn a_search_drives_out_one_at_most() {
        let cache = PartitionCache::default();
        (0..3).for_each(|number| search(&cache, &[number], 30));
        for _ in 0..2 {
            search(&cache, &[5, 6, 7, 8], 30);
        }
        assert_eq!(kept(&cache), [1, 2, 5]);
    }

    #[test]
    fn what_is_kept_is_never_more_than_there_is_room_for() {
        let cache = PartitionCache::default();
        for round in 0..200_i64 {
            let number = round * 7 % 20;
            cache.runs([key(round % 20), key(number)].iter(), 40);
            cache.offer(vec![(key(number), run(usize::try_from(round % 13).unwrap() + 1))], 40);
            let runs = cache.runs.lock();
            assert!(runs.bytes <= 40 && runs.bytes == runs.kept.values().map(|(run, _)| run.bytes()).sum::<usize>());
            assert_eq!(runs.order.len(), runs.kept.len());
        }
        cache.offer(vec![(key(1), run(1_000)), (key(1), run(1_000))], 40);
        assert!(cache.bytes() <= 40);
    }
}
