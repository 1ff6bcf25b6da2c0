//! What `verify` checks of vectors: that each has its half-length copy, and its code in the generation that is searched.
//! Codes of partitions count only where the partition is.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use rusqlite::{Connection, params};

use super::super::documents::embedding_of;
use super::super::info::{self, Info};
use super::chunks::{self, Place};
use super::partitions::Partitions;
use crate::error::Result;
use crate::sqlite::source::View;
use crate::sqlite::verify::Findings;
use crate::vector::{self, Chunk, Code, Encoder};

/// A line for each vector that searches would miss or misjudge, and for what belongs to no document.
pub(in crate::sqlite) fn problems(view: &View<'_>) -> Result<Vec<String>> {
    let mut found = Findings::default();
    found.rows(
        view.conn,
        "SELECT v.doc_id FROM beaver_vectors AS v WHERE NOT EXISTS
             (SELECT 1 FROM beaver_documents AS d WHERE d.doc_id = v.doc_id AND d.collection_id = v.collection_id)",
        |row| Ok(format!("beaver_vectors: a vector of the document {}, which is not there", row.get::<_, i64>(0)?)),
    )?;
    let mut found: Vec<String> = found.into();
    let mut names = view.conn.prepare("SELECT name FROM beaver_collection_info ORDER BY name")?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for name in names {
        if let Some(info) = info::load(view.conn, &name)? {
            found.extend(of_collection(view.conn, &name, &info)?);
        }
    }
    Ok(found)
}

fn of_collection(conn: &Connection, name: &str, info: &Info) -> Result<Vec<String>> {
    let codes = match (info.codes.current > 0).then(|| Codes::read(conn, info)).transpose() {
        Ok(codes) => codes,
        Err(error) => return Ok(vec![format!("collection {name:?}: {}", error.message())]),
    };
    let mut found = Findings::default();
    found.query(
        conn,
        "SELECT c.item_id, c.item_vector, d.doc_id, v.vector FROM beaver_collections AS c
         LEFT JOIN beaver_documents AS d ON d.collection_id = ?2 AND d.item_id = c.item_id
         LEFT JOIN beaver_vectors AS v ON v.doc_id = d.doc_id
         WHERE c.collection = ?1 AND (c.item_vector IS NOT NULL OR v.vector IS NOT NULL)
             AND (?3 IS NULL OR c.item_id <= ?3)",
        params![name, info.id, info.adopted_to],
        |row| {
            let id: String = row.get(0)?;
            let stored: Option<Vec<u8>> = row.get(1)?;
            let Some(embedding) = stored.as_deref().and_then(embedding_of) else {
                return Ok(format!("collection {name:?}: the document {id:?} has a copy of a vector that it has not"));
            };
            if info.dimension.is_none_or(|dimension| dimension as usize != embedding.len()) {
                return Ok(format!("collection {name:?}: the vector of {id:?} has another dimension than the others"));
            }
            let copy: Option<Vec<u8>> = row.get(3)?;
            if copy != Some(vector::pack(info.settings.metric, &embedding)) {
                return Ok(format!("collection {name:?}: the copy of the vector of {id:?} is not right"));
            }
            let doc: i64 = row.get(2)?;
            if codes.as_ref().is_some_and(|codes| !codes.has(info, doc, &embedding)) {
                return Ok(format!("collection {name:?}: the vector of {id:?} has no code"));
            }
            Ok(String::new())
        },
    )?;
    Ok(found.into())
}

/// The codes of the generation that is searched.
struct Codes {
    encoder: Encoder,
    partitions: Option<Partitions>,
    hasher: RandomState,
    /// A mark for each code.
    marks: HashSet<u64>,
    /// In which partitions a document has codes, by their places in `partitions`.
    homes: HashMap<i64, Vec<usize>>,
}

impl Codes {
    fn read(conn: &Connection, info: &Info) -> Result<Codes> {
        let generation = info.codes.current;
        let mut codes = Codes {
            encoder: chunks::encoder(conn, info, generation)?,
            partitions: Partitions::load(conn, info, generation)?,
            hasher: RandomState::new(),
            marks: HashSet::new(),
            homes: HashMap::new(),
        };
        let numbers = codes.partitions.as_ref().map(|partitions| partitions.numbers.clone());
        let places: Vec<(usize, Place)> = match numbers {
            None => vec![(0, Place::of(info, generation))],
            Some(numbers) => (0..).zip(numbers.iter().map(|n| Place::of_partition(info, generation, *n))).collect(),
        };
        let mut select = conn.prepare("SELECT codes FROM beaver_vector_chunks WHERE chunk_id BETWEEN ?1 AND ?2")?;
        for (home, Place { first, last }) in places {
            let mut rows = select.query([first, last])?;
            while let Some(row) = rows.next()? {
                let chunk = Chunk::parse(row.get_ref(0)?.as_blob()?).map_err(|_| chunks::damaged())?;
                for (doc, code) in chunk.codes() {
                    codes.marks.insert(codes.mark(doc.into(), home, &code));
                    if codes.partitions.is_some() {
                        codes.homes.entry(doc.into()).or_default().push(home);
                    }
                }
            }
        }
        Ok(codes)
    }

    /// Whether the vector of a document has a code that says what it is.
    fn has(&self, info: &Info, doc: i64, embedding: &[f32]) -> bool {
        let Some(partitions) = &self.partitions else {
            return self.marks.contains(&self.mark(doc, 0, &self.encoder.encode(embedding)));
        };
        let turned = self.encoder.turn(&vector::compacted(info.settings.metric, embedding));
        let mut centroid = Vec::new();
        self.homes.get(&doc).into_iter().flatten().any(|&home| {
            partitions.centroids.get(home, &mut centroid);
            self.marks.contains(&self.mark(doc, home, &self.encoder.encode_near(&turned, &centroid)))
        })
    }

    /// The signs are exact on every machine; the factors come from sums of floats, so they are not part of it.
    fn mark(&self, doc: i64, home: usize, code: &Code) -> u64 {
        self.hasher.hash_one((doc, home, &code.signs))
    }
}
