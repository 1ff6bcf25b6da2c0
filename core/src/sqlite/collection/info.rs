//! The row of a collection in `beaver_collection_info`: its number, its settings, and how far its upkeep is.

use rusqlite::{Connection, OptionalExtension, params};

use crate::collection::settings::metric_named;
use crate::collection::{CollectionInfo, CollectionSettings, Tokenizer};
use crate::error::{Error, ErrorKind, Result};

/// A collection that has been written to.
#[derive(Debug, Clone)]
pub(super) struct Info {
    pub id: i64,
    pub settings: CollectionSettings,
    pub dimension: Option<u32>,
    /// The id up to which documents of BeaverDB 1.x are adopted; none if all are.
    pub adopted_to: Option<String>,
    pub codes: Codes,
}

/// How the vector codes of a collection stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Codes {
    /// How many generations were begun so far.
    pub begun: i64,
    /// The generation that is searched; 0 if there is none.
    pub current: i64,
    /// The generation that is being made, and the id up to which it has the documents.
    pub building: Option<(i64, String)>,
    /// The generation that is being removed.
    pub retired: Option<i64>,
    /// How many codes of the current generation are of vectors that are gone.
    pub stale: i64,
}

const LOAD: &str = "SELECT collection_id, tokenizer, metric, dimension, adopted_to, generations, generation, building,
    built_to, retired, stale FROM beaver_collection_info WHERE name = ?1";

/// The row of a collection, if it has one.
pub(super) fn load(conn: &Connection, name: &str) -> Result<Option<Info>> {
    let row = conn
        .prepare_cached(LOAD)?
        .query_row([name], |row| {
            let building: Option<i64> = row.get(7)?;
            let built_to: Option<String> = row.get(8)?;
            Ok((
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                Info {
                    id: row.get(0)?,
                    settings: CollectionSettings::default(),
                    dimension: row.get(3)?,
                    adopted_to: row.get(4)?,
                    codes: Codes {
                        begun: row.get(5)?,
                        current: row.get(6)?,
                        building: building.map(|generation| (generation, built_to.unwrap_or_default())),
                        retired: row.get(9)?,
                        stale: row.get(10)?,
                    },
                },
            ))
        })
        .optional()?;
    let Some((tokenizer, metric, info)) = row else { return Ok(None) };
    let settings = CollectionSettings {
        metric: metric_named(&metric).map_err(|e| unknown(&e))?,
        tokenizer: Tokenizer::parse(&tokenizer).map_err(|e| unknown(&e))?,
    };
    Ok(Some(Info { settings, ..info }))
}

fn unknown(error: &Error) -> Error {
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

    /// Writes down how the codes stand.
    pub fn save_codes(&self, conn: &Connection) -> Result<()> {
        let Codes { begun, current, building, retired, stale } = &self.codes;
        let (building, built_to) = building.as_ref().map(|(generation, to)| (generation, to)).unzip();
        conn.prepare_cached(
            "UPDATE beaver_collection_info SET generations = ?2, generation = ?3, building = ?4, built_to = ?5, retired = ?6,
             stale = ?7 WHERE collection_id = ?1",
        )?
        .execute(params![self.id, begun, current, building, built_to, retired, stale])?;
        Ok(())
    }

    pub fn public(&self) -> CollectionInfo {
        CollectionInfo { settings: self.settings, dimension: self.dimension }
    }
}
