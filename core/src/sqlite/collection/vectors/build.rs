//! Generations of codes: when a new one is made, and the small steps in which it is.

use rusqlite::{OptionalExtension, params};

use super::super::documents::{embedding_of, number};
use super::super::info::{self, Info};
use super::EXACT;
use super::chunks::{self, Place};
use super::partitions::{self, PARTITIONED, Partitions};
use super::written;
use crate::engine::Reply;
use crate::error::Result;
use crate::sqlite::apply::Tx;
use crate::vector::{self, Mean};

/// How many documents one write encodes in passing, and one step of a compaction.
const IN_PASSING: usize = 8;
const IN_STEP: usize = 256;
/// The same where the next generation has partitions: each document is then written to another place, and may split one.
const PARTITIONED_IN_PASSING: usize = 2;
const PARTITIONED_IN_STEP: usize = 64;
/// How many chunks of the last generation one write removes in passing, and one step.
const SWEEP_IN_PASSING: i64 = 8;
const SWEEP_IN_STEP: i64 = 256;
/// How many vectors the centre is taken from, at most.
const SAMPLE: i64 = 1_024;
/// A generation is made anew when it has this many times the codes that its centre was made for.
const GROWTH: i64 = 4;
/// Beyond so many vectors the centre does not move any more.
const GROWN: i64 = 20_000;

/// Does a little of what is to be done, or sees whether something is.
pub(super) fn tend(tx: &mut Tx<'_>, info: &mut Info) -> Result<()> {
    if info.codes.retired.is_some() {
        return sweep(tx, info, SWEEP_IN_PASSING);
    }
    if info.codes.building.is_some() {
        return advance(tx, info, IN_PASSING, PARTITIONED_IN_PASSING);
    }
    if due(tx, info)? { begin(tx, info) } else { Ok(()) }
}

/// Whether the codes should be made anew.
fn due(tx: &mut Tx<'_>, info: &Info) -> Result<bool> {
    if info.codes.current == 0 {
        let many: bool = tx
            .conn
            .prepare_cached(
                "SELECT count(*) >= ?2 FROM (SELECT 1 FROM beaver_documents WHERE collection_id = ?1 LIMIT ?2)",
            )?
            .query_row([info.id, EXACT], |row| row.get(0))?;
        return Ok(many);
    }
    if let Some(state) = partitions::state(tx.conn, info, info.codes.current)? {
        return Ok(info.codes.stale > state.codes / 4);
    }
    let total = chunks::count(tx.conn, info, Place::of(info, info.codes.current))?;
    if info.codes.stale > total / 4 || total - info.codes.stale >= PARTITIONED {
        return Ok(true);
    }
    let made_for: i64 = tx
        .conn
        .prepare_cached("SELECT vectors FROM beaver_vector_centroids WHERE collection_id = ?1 AND generation = ?2")?
        .query_row([info.id, info.codes.current], |row| row.get(0))?;
    Ok(made_for < GROWN && total >= made_for * GROWTH)
}

/// Begins the next generation: takes its centre from vectors spread over the collection.
fn begin(tx: &mut Tx<'_>, info: &mut Info) -> Result<()> {
    let Some(dimension) = info.dimension else { return Ok(()) };
    let mut mean = Mean::new(info.settings.metric, dimension as usize);
    let vectors = if info.codes.current == 0 {
        let mut select = tx.conn.prepare_cached(
            "SELECT v.vector FROM beaver_documents AS d JOIN beaver_vectors AS v ON v.doc_id = d.doc_id
             WHERE d.collection_id = ?1 LIMIT ?2",
        )?;
        let mut rows = select.query([info.id, SAMPLE])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            mean.add(&vector::unpack(row.get_ref(0)?.as_blob()?, dimension as usize).unwrap_or_default());
            count += 1;
        }
        count
    } else {
        add_sample(tx, info, &mut mean)?;
        (partitions::count(tx.conn, info, info.codes.current)? - info.codes.stale).max(0)
    };
    let centroid: Vec<u8> = mean.finish().iter().flat_map(|component| component.to_le_bytes()).collect();
    info.codes.begun += 1;
    let partitioned = many(tx, info)?;
    // What has partitions counts its codes there.
    let vectors = if partitioned { 0 } else { vectors };
    tx.conn
        .prepare_cached(
            "INSERT INTO beaver_vector_centroids (collection_id, generation, vectors, centroid) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![info.id, info.codes.begun, vectors, centroid])?;
    if partitioned {
        // One partition, around the centre of all: it is split when it is full, and so on.
        let centre = vec![0.0; vector::padded(dimension as usize)];
        Partitions::none(info).add(tx.conn, info, info.codes.begun, &centre)?;
    }
    info.codes.building = Some((info.codes.begun, String::new()));
    info.save_codes(tx.conn)
}

/// Whether there are so many vectors that they should have partitions.
fn many(tx: &Tx<'_>, info: &Info) -> Result<bool> {
    if info.codes.current > 0 {
        return Ok(partitions::count(tx.conn, info, info.codes.current)? - info.codes.stale >= PARTITIONED);
    }
    // Only where documents of 1.x have just been taken over: else there are codes before there are many.
    let count: i64 = tx
        .conn
        .prepare_cached(
            "SELECT count(*) FROM (SELECT 1 FROM beaver_documents AS d JOIN beaver_vectors AS v ON v.doc_id = d.doc_id
             WHERE d.collection_id = ?1 LIMIT ?2)",
        )?
        .query_row([info.id, PARTITIONED], |row| row.get(0))?;
    Ok(count >= PARTITIONED)
}

/// Adds the vectors of chunks that are spread over the current generation.
fn add_sample(tx: &Tx<'_>, info: &Info, mean: &mut Mean) -> Result<()> {
    let dimension = info.dimension.unwrap_or(1) as usize;
    let wanted = SAMPLE / i64::try_from(vector::capacity(dimension)).unwrap_or(SAMPLE).max(1);
    let mut chunk = tx.conn.prepare_cached("SELECT codes FROM beaver_vector_chunks WHERE chunk_id = ?1")?;
    for row in spread(tx, info, wanted.max(1))? {
        let codes: Option<Vec<u8>> = chunk.query_row([row], |row| row.get(0)).optional()?;
        let Some(codes) = codes else { continue };
        for doc in vector::docs(&codes).map_err(|_| chunks::damaged())? {
            mean.add(&super::compacted(tx.conn, info, doc)?.unwrap_or_default());
        }
    }
    Ok(())
}

/// About so many chunks that are spread over the current generation: the first of partitions, if it has some.
fn spread(tx: &Tx<'_>, info: &Info, wanted: i64) -> Result<Vec<i64>> {
    let every = |count: i64| usize::try_from((count / wanted).max(1)).unwrap_or(1);
    if let Some(partitions) = Partitions::load(tx.conn, info, info.codes.current)? {
        let numbers =
            partitions.numbers.iter().step_by(every(i64::try_from(partitions.numbers.len()).unwrap_or(i64::MAX)));
        return Ok(numbers.map(|number| Place::of_partition(info, info.codes.current, *number).first).collect());
    }
    let place = Place::of(info, info.codes.current);
    let Some((last, _)) = chunks::last(tx.conn, place)? else { return Ok(Vec::new()) };
    Ok((0..=last).step_by(every(last)).map(|number| place.first + number).collect())
}

/// Encodes the next few documents for the generation that is being made; with the last one it takes the
/// place of the current. Of the limits, the first is for a flat generation.
fn advance(tx: &mut Tx<'_>, info: &mut Info, flat: usize, partitioned: usize) -> Result<()> {
    let Some((building, to)) = info.codes.building.clone() else { return Ok(()) };
    let limit = if partitions::state(tx.conn, info, building)?.is_some() { partitioned } else { flat };
    let mut select = tx.conn.prepare_cached(
        "SELECT d.item_id, d.doc_id, c.item_vector FROM beaver_documents AS d
         JOIN beaver_collections AS c ON c.collection = (SELECT name FROM beaver_collection_info WHERE collection_id = ?1)
             AND c.item_id = d.item_id
         WHERE d.collection_id = ?1 AND d.item_id > ?2 ORDER BY d.item_id LIMIT ?3",
    )?;
    let rows: Vec<(String, i64, Option<Vec<u8>>)> = select
        .query_map(params![info.id, to, limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    drop(select);
    let whole = rows.len() < limit;
    let (mut ids, mut vectors) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    let mut last = rows.last().map(|(id, ..)| id.clone());
    for (id, doc, vector) in rows {
        if let Some(vector) = vector.as_deref().and_then(embedding_of)
            && info.dimension.is_some_and(|dimension| dimension as usize == vector.len())
        {
            ids.push(id);
            vectors.push((number(doc)?, vector));
        }
    }
    let added = written::append(tx, info, building, &vectors)?;
    let all = added == vectors.len();
    if !all {
        last = added.checked_sub(1).and_then(|last| ids.get(last).cloned());
    }
    if let Some(last) = last {
        info.codes.building = Some((building, last));
    }
    if whole && all {
        info.codes.retired = Some(info.codes.current).filter(|current| *current > 0);
        info.codes.current = building;
        info.codes.building = None;
        info.codes.stale = 0;
    }
    info.save_codes(tx.conn)
}

/// Removes a few chunks of the generation that is searched no more.
fn sweep(tx: &mut Tx<'_>, info: &mut Info, limit: i64) -> Result<()> {
    let Some(retired) = info.codes.retired else { return Ok(()) };
    let Place { first, last } = Place::of(info, retired);
    let removed = tx
        .conn
        .prepare_cached(
            "DELETE FROM beaver_vector_chunks WHERE chunk_id IN
             (SELECT chunk_id FROM beaver_vector_chunks WHERE chunk_id BETWEEN ?1 AND ?2 ORDER BY chunk_id LIMIT ?3)",
        )?
        .execute([first, last, limit])?;
    if i64::try_from(removed).unwrap_or(limit) < limit {
        info.codes.retired = None;
        for table in ["beaver_vector_centroids", "beaver_vector_partitions"] {
            tx.conn
                .prepare_cached(&format!("DELETE FROM {table} WHERE collection_id = ?1 AND generation = ?2"))?
                .execute([info.id, retired])?;
        }
        info.save_codes(tx.conn)?;
    }
    Ok(())
}

/// Removes every generation.
pub(in super::super) fn forget(tx: &mut Tx<'_>, info: &mut Info) -> Result<()> {
    let places = [Place::of(info, 0), Place::of(info, 1)];
    for Place { first, last } in places {
        tx.conn
            .prepare_cached("DELETE FROM beaver_vector_chunks WHERE chunk_id BETWEEN ?1 AND ?2")?
            .execute([first, last])?;
    }
    for table in ["beaver_vector_centroids", "beaver_vector_partitions"] {
        tx.conn.prepare_cached(&format!("DELETE FROM {table} WHERE collection_id = ?1"))?.execute([info.id])?;
    }
    info.codes = info::Codes { begun: info.codes.begun, ..info::Codes::default() };
    info.save_codes(tx.conn)
}

/// Begins a compaction, unless the next generation is being made already. False if the one before has to be removed
/// first, which is for the steps to do.
pub(in super::super) fn begin_compact(tx: &mut Tx<'_>, name: &str) -> Result<Reply> {
    let Some(mut info) = info::load(tx.conn, name)? else { return Ok(Reply::Flag(true)) };
    if info.codes.retired.is_some() {
        return Ok(Reply::Flag(false));
    }
    if info.codes.building.is_none() {
        begin(tx, &mut info)?;
    }
    Ok(Reply::Flag(true))
}

/// A step of the compaction: documents encoded, then old chunks removed.
pub(in super::super) fn compact_step(tx: &mut Tx<'_>, name: &str) -> Result<Reply> {
    let Some(mut info) = info::load(tx.conn, name)? else { return Ok(Reply::Progress { done: 0, total: 0 }) };
    if info.codes.retired.is_some() {
        sweep(tx, &mut info, SWEEP_IN_STEP)?;
    } else {
        advance(tx, &mut info, IN_STEP, PARTITIONED_IN_STEP)?;
    }
    // By the codes: counting the documents each time would take longer than the step.
    let counted = |generation| partitions::count(tx.conn, &info, generation);
    let (done, total) = match &info.codes.building {
        Some((building, _)) => {
            let done = counted(*building)?;
            (done, (counted(info.codes.current)? - info.codes.stale).max(done) + 1)
        }
        None => {
            let done = counted(info.codes.current)?;
            (done, done + i64::from(info.codes.retired.is_some()))
        }
    };
    let whole = |count: i64| u64::try_from(count).unwrap_or(0);
    Ok(Reply::Progress { done: whole(done), total: whole(total) })
}
