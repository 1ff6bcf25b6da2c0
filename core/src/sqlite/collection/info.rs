//! The row of a collection in `beaver_collection_info`: its number, its settings, and how far its upkeep is.

use rusqlite::{Connection, OptionalExtension, params};

use crate::collection::{CollectionInfo, CollectionSettings, Tokenizer};
use crate::error::{Error, ErrorKind, Result};
use crate::vector::Metric;

/// A collection that has been written to.
#[derive(Debug, Clone)]
pub(super) struct Info {
    pub id: i64,
    pub settings: CollectionSettings,
    pub dimension: Option<u32>,
    /// The id up to which documents of BeaverDB 1.x are adopted; none if all are.
    pub adopted_to: Option<String>,
    /// The set of vector codes that is searched; 0 if there is none.
    pub generation: i64,
    /// The set of vector codes that is being made, and up to which document it is.
    pub building: Option<(i64, i64)>,
}

const LOAD: &str = "SELECT collection_id, tokenizer, metric, dimension, adopted_to, generation, building, built_to
    FROM beaver_collection_info WHERE name = ?1";

/// The row of a collection, if it has one.
pub(super) fn load(conn: &Connection, name: &str) -> Result<Option<Info>> {
    let row = conn
        .prepare_cached(LOAD)?
        .query_row([name], |row| {
            let building: Option<i64> = row.get(6)?;
            let built_to: Option<i64> = row.get(7)?;
            Ok((
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                Info {
                    id: row.get(0)?,
                    settings: CollectionSettings::default(),
                    dimension: row.get(3)?,
                    adopted_to: row.get(4)?,
                    generation: row.get(5)?,
                    building: building.map(|generation| (generation, built_to.unwrap_or(0))),
                },
            ))
        })
        .optional()?;
    let Some((tokenizer, metric, info)) = row else { return Ok(None) };
    let settings = CollectionSettings {
        metric: Metric::parse(&metric).map_err(unknown)?,
        tokenizer: Tokenizer::parse(&tokenizer).map_err(unknown)?,
    };
    Ok(Some(Info { settings, ..info }))
}

fn unknown(error: Error) -> Error {
    Error::new(ErrorKind::Corrupt, format!("the settings of a collection cannot be read: {}", error.message()))
}

impl Info {
    /// The row of a collection, which is made if there is none.
    pub fn create(conn: &Connection, name: &str) -> Result<Info> {
        if let Some(info) = load(conn, name)? {
            return Ok(info);
        }
        conn.prepare_cached("INSERT INTO beaver_collection_info (name) VALUES (?1)")?.execute([name])?;
        super::adopt::begin(conn, name)?;
        load(conn, name)?.ok_or_else(|| Error::internal("a collection vanished inside a transaction"))
    }

    pub fn choose(&self, conn: &Connection, settings: CollectionSettings) -> Result<()> {
        conn.prepare_cached("UPDATE beaver_collection_info SET metric = ?2, tokenizer = ?3 WHERE collection_id = ?1")?
            .execute(params![self.id, settings.metric.name(), settings.tokenizer.name()])?;
        Ok(())
    }

    /// Fixes the dimension, or forgets it.
    pub fn set_dimension(&mut self, conn: &Connection, dimension: Option<u32>) -> Result<()> {
        conn.prepare_cached("UPDATE beaver_collection_info SET dimension = ?2 WHERE collection_id = ?1")?
            .execute(params![self.id, dimension])?;
        self.dimension = dimension;
        Ok(())
    }

    pub fn public(&self) -> CollectionInfo {
        CollectionInfo { settings: self.settings, dimension: self.dimension }
    }
}
