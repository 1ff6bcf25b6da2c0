//! The vocabulary of a collection: the distinct words of the documents that were indexed with `fuzzy`, in packs. It
//! grows only; a word that no document has any more costs a little time, and finds nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use rusqlite::{Connection, params};

use super::super::info::Info;
use crate::collection::leaves::LEAF_BREAK;
use crate::error::Result;
use crate::sqlite::apply::Tx;
use crate::text::fold::fold;
use crate::text::vocabulary::{self, Lookup};
use crate::text::words::words;

/// How many words the writer remembers to be in a vocabulary: about two megabytes.
const REMEMBERED: usize = 1 << 17;

/// Words that are in the vocabulary of a collection, by their hashes: most words of a document need no look then.
pub(in crate::sqlite) struct Learned {
    collection: i64,
    hasher: RandomState,
    words: HashSet<u64>,
}

impl Learned {
    fn of(collection: i64, before: Option<Learned>) -> Learned {
        match before {
            Some(learned) if learned.collection == collection && learned.words.len() < REMEMBERED => learned,
            _ => Learned { collection, hasher: RandomState::new(), words: HashSet::new() },
        }
    }

    fn has(&self, word: &str) -> bool {
        self.words.contains(&self.hasher.hash_one(word))
    }

    fn add(&mut self, word: &str) {
        self.words.insert(self.hasher.hash_one(word));
    }
}

/// The distinct words of a document that are kept, folded. The row of the whole text holds nothing new.
pub(super) fn words_of(rows: &[(String, String)]) -> HashSet<Cow<'_, str>> {
    let fields = match rows {
        [fields @ .., _whole] if !fields.is_empty() => fields,
        rows => rows,
    };
    let texts = fields.iter().flat_map(|(_, text)| text.split(LEAF_BREAK));
    texts.flat_map(words).map(fold).filter(|word| vocabulary::key(word).is_some()).collect()
}

/// Adds the words of a document to the vocabulary.
pub(in crate::sqlite::collection) fn learn(tx: &mut Tx<'_>, info: &Info, rows: &[(String, String)]) -> Result<()> {
    let mut learned = Learned::of(info.id, tx.known.learned.take());
    let all = words_of(rows);
    let mut buckets: BTreeMap<(usize, char), Vec<&str>> = BTreeMap::new();
    for word in all.iter().filter(|word| !learned.has(word)) {
        if let Some(key) = vocabulary::key(word) {
            buckets.entry(key).or_default().push(word);
        }
    }
    for (bucket, words) in buckets {
        add(tx.conn, info, bucket, words.clone())?;
        for word in words {
            learned.add(word);
        }
    }
    tx.known.learned = Some(learned);
    Ok(())
}

/// Adds words of one length and first character.
fn add(conn: &Connection, info: &Info, (letters, initial): (usize, char), mut words: Vec<&str>) -> Result<()> {
    let mut initial_bytes = [0; 4];
    let initial = &*initial.encode_utf8(&mut initial_bytes);
    let mut part = 0_i64;
    let mut pack = String::new();
    let mut select = conn.prepare_cached(
        "SELECT part, words FROM beaver_vocabulary WHERE collection_id = ?1 AND letters = ?2 AND initial = ?3
         ORDER BY part",
    )?;
    let mut packs = select.query(params![info.id, letters, initial])?;
    while let Some(row) = packs.next()? {
        part = row.get(0)?;
        pack.clear();
        pack.push_str(row.get_ref(1)?.as_str()?);
        words.retain(|word| !vocabulary::contains(&pack, word));
        if words.is_empty() {
            return Ok(());
        }
    }
    drop(packs);
    let mut write = conn.prepare_cached(
        "INSERT INTO beaver_vocabulary (collection_id, letters, initial, part, words) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (collection_id, letters, initial, part) DO UPDATE SET words = excluded.words",
    )?;
    // In the order of the alphabet, so that what is written does not depend on anything else.
    words.sort_unstable();
    let mut words = words.into_iter().peekable();
    while words.peek().is_some() {
        if vocabulary::full(&pack) {
            pack.clear();
            part += 1;
        }
        while let Some(word) = words.next_if(|_| !vocabulary::full(&pack)) {
            vocabulary::append(&mut pack, word);
        }
        write.execute(params![info.id, letters, initial, part, pack])?;
    }
    Ok(())
}

/// Removes the vocabulary of a collection.
pub(super) fn clear(tx: &mut Tx<'_>, info: &Info) -> Result<()> {
    tx.known.learned = None;
    tx.conn.prepare_cached("DELETE FROM beaver_vocabulary WHERE collection_id = ?1")?.execute([info.id])?;
    Ok(())
}

/// Gives every known word that is near enough, with its distance.
pub(super) fn near(conn: &Connection, info: &Info, lookup: &Lookup, mut found: impl FnMut(&str, u8)) -> Result<()> {
    let Some(buckets) = lookup.buckets() else { return Ok(()) };
    let first = buckets.first.map(String::from);
    let mut select = conn.prepare_cached(
        "SELECT words FROM beaver_vocabulary WHERE collection_id = ?1 AND letters BETWEEN ?2 AND ?3
         AND (?4 IS NULL OR initial = ?4)",
    )?;
    let mut packs = select.query(params![info.id, buckets.shortest, buckets.longest, first])?;
    while let Some(row) = packs.next()? {
        lookup.search([row.get_ref(0)?.as_str()?], &mut found);
    }
    Ok(())
}

/// Whether a word is known.
pub(super) fn knows(conn: &Connection, info: &Info, word: &str) -> Result<bool> {
    let Some((letters, initial)) = vocabulary::key(word) else { return Ok(false) };
    let mut select = conn.prepare_cached(
        "SELECT words FROM beaver_vocabulary WHERE collection_id = ?1 AND letters = ?2 AND initial = ?3",
    )?;
    let mut packs = select.query(params![info.id, letters, String::from(initial)])?;
    while let Some(row) = packs.next()? {
        if vocabulary::contains(row.get_ref(0)?.as_str()?, word) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Every known word of a collection.
pub(super) fn all(conn: &Connection, collection: i64) -> Result<HashSet<String>> {
    let mut select = conn.prepare_cached("SELECT words FROM beaver_vocabulary WHERE collection_id = ?1")?;
    let mut packs = select.query([collection])?;
    let mut words = HashSet::new();
    while let Some(row) = packs.next()? {
        words.extend(row.get_ref(0)?.as_str()?.split('\n').filter(|word| !word.is_empty()).map(str::to_owned));
    }
    Ok(words)
}
