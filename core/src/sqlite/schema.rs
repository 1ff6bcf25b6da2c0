//! The tables of the file, its format number, and what may be opened at all.
//!
//! The tables of BeaverDB 1.x are the base; everything else is additive, so that each tool that
//! reads a 1.x file reads ours. No object needs an SQLite newer than 3.31, but for the text index by
//! trigrams (3.45), which a file has only if a collection chose it. The format is described in
//! `docs/file-format.md`.

use rusqlite::{Connection, OptionalExtension};

use crate::error::{Error, ErrorKind, Result};

/// The number of the format that this version writes. It stands in `beaver_meta`, and in
/// `PRAGMA user_version` where that was free.
pub(super) const FORMAT: u32 = 4;

/// A table: its name, and its columns as SQL has them after it.
struct Table(&'static str, &'static str);

/// As BeaverDB 1.x creates them.
const BASE: [Table; 12] = [
    Table(
        "beaver_dicts",
        "(dict_name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, expires_at REAL, PRIMARY KEY (dict_name, key))",
    ),
    Table(
        "beaver_lists",
        "(list_name TEXT NOT NULL, item_order REAL NOT NULL, item_value TEXT NOT NULL, PRIMARY KEY (list_name, item_order))",
    ),
    Table(
        "beaver_priority_queues",
        "(queue_name TEXT NOT NULL, priority REAL NOT NULL, timestamp REAL NOT NULL, data TEXT NOT NULL)",
    ),
    Table(
        "beaver_blobs",
        "(store_name TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL, metadata TEXT, PRIMARY KEY (store_name, key))",
    ),
    Table(
        "beaver_logs",
        "(log_name TEXT NOT NULL, timestamp REAL NOT NULL, data TEXT NOT NULL, PRIMARY KEY (log_name, timestamp))",
    ),
    Table(
        "beaver_lock_waiters",
        "(lock_name TEXT NOT NULL, waiter_id TEXT NOT NULL, requested_at REAL NOT NULL, expires_at REAL NOT NULL,
         PRIMARY KEY (lock_name, requested_at))",
    ),
    Table(
        "beaver_collections",
        "(collection TEXT NOT NULL, item_id TEXT NOT NULL, item_vector BLOB, metadata TEXT, PRIMARY KEY (collection, item_id))",
    ),
    Table(
        "beaver_trigrams",
        "(collection TEXT NOT NULL, item_id TEXT NOT NULL, field_path TEXT NOT NULL, trigram TEXT NOT NULL,
         PRIMARY KEY (collection, field_path, trigram, item_id))",
    ),
    Table(
        "beaver_edges",
        "(collection TEXT NOT NULL, source_item_id TEXT NOT NULL, target_item_id TEXT NOT NULL, label TEXT NOT NULL,
         metadata TEXT, PRIMARY KEY (collection, source_item_id, target_item_id, label))",
    ),
    Table(
        "beaver_vector_change_log",
        "(log_id INTEGER PRIMARY KEY AUTOINCREMENT, collection_name TEXT NOT NULL, item_id TEXT NOT NULL,
         operation_type INTEGER NOT NULL)",
    ),
    Table("beaver_collection_versions", "(collection_name TEXT PRIMARY KEY, base_version INTEGER NOT NULL DEFAULT 0)"),
    Table(
        "beaver_pubsub_log",
        "(timestamp REAL PRIMARY KEY, channel_name TEXT NOT NULL, message_payload TEXT NOT NULL)",
    ),
];

/// The text index of BeaverDB 1.x. Other tokenizers have tables of their own, made when one is chosen.
pub(super) const TEXT_TABLE: &str = "beaver_fts_index";
pub(super) const TEXT_COLUMNS: &str = "collection, item_id, field_path, field_content";

/// What we add.
const ADDED: [Table; 18] = [
    Table("beaver_meta", "(key TEXT PRIMARY KEY, value TEXT NOT NULL)"),
    // The counted tree over a list that was changed in its middle; level 0 marks a list whose
    // shape is not known. A list without rows here is dense: its keys are consecutive. A descent reads many
    // rows that follow each other: without a rowid they are found where they are looked for.
    Table(
        "beaver_list_nodes",
        "(list_name TEXT NOT NULL, level INTEGER NOT NULL, first_key REAL NOT NULL, items INTEGER NOT NULL,
         PRIMARY KEY (list_name, level, first_key)) WITHOUT ROWID",
    ),
    // Items that were given out on a lease, until they are settled.
    Table(
        "beaver_queue_leases",
        "(lease_id INTEGER PRIMARY KEY AUTOINCREMENT, queue_name TEXT NOT NULL, priority REAL NOT NULL,
         timestamp REAL NOT NULL, data TEXT NOT NULL, attempts INTEGER NOT NULL, leased_until REAL NOT NULL,
         returned INTEGER NOT NULL DEFAULT 0)",
    ),
    // Uploads of blobs that are not finished.
    Table("beaver_blob_uploads", "(upload_id TEXT PRIMARY KEY, touched_at REAL NOT NULL)"),
    Table(
        "beaver_blob_chunks",
        "(upload_id TEXT NOT NULL, sequence INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (upload_id, sequence))",
    ),
    // A collection: its settings, its number in the tables below, and how far the work on it is. `adopted_to` is
    // the id up to which documents of BeaverDB 1.x have got their row in `beaver_documents`; NULL: all have.
    // Of the sets of vector codes, called generations, `generation` is the one that is searched (0: none yet),
    // `building` the one that is being made, up to the document `built_to`, and `retired` the one that is being
    // removed; `generations` were begun so far. `stale` codes are of vectors that are gone.
    Table(
        "beaver_collection_info",
        "(collection_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, tokenizer TEXT NOT NULL DEFAULT 'porter',
         metric TEXT NOT NULL DEFAULT 'l2', dimension INTEGER, adopted_to TEXT, generations INTEGER NOT NULL DEFAULT 0,
         generation INTEGER NOT NULL DEFAULT 0, building INTEGER, built_to TEXT, retired INTEGER,
         stale INTEGER NOT NULL DEFAULT 0)",
    ),
    // A document's number, which never changes, and how it was indexed. `text_row` is the first of its
    // `text_rows` consecutive rows of the text index, NULL if they have to be looked for.
    Table(
        "beaver_documents",
        "(doc_id INTEGER PRIMARY KEY, collection_id INTEGER NOT NULL, item_id TEXT NOT NULL, fts TEXT, fuzzy INTEGER NOT NULL,
         text_row INTEGER, text_rows INTEGER NOT NULL, UNIQUE (collection_id, item_id))",
    ),
    // The vectors again, half as long and by number: what the best of a scan are compared with.
    Table("beaver_vectors", "(doc_id INTEGER PRIMARY KEY, collection_id INTEGER NOT NULL, vector BLOB NOT NULL)"),
    // Codes of the vectors, many to a row; see `vector/chunk.rs`. The number of a row is made of the
    // collection, the generation and its place.
    Table("beaver_vector_chunks", "(chunk_id INTEGER PRIMARY KEY, codes BLOB NOT NULL)"),
    // The centre that the codes of a generation are relative to, and how many vectors it was made for.
    Table(
        "beaver_vector_centroids",
        "(collection_id INTEGER NOT NULL, generation INTEGER NOT NULL, vectors INTEGER NOT NULL, centroid BLOB NOT NULL,
         PRIMARY KEY (collection_id, generation))",
    ),
    // The partitions of a generation, if it has any: the centroid, rotated and in 8 bits a dimension, and what was measured
    // of the ways to near documents; see `collection/vectors/partitions.rs`.
    Table(
        "beaver_vector_partitions",
        "(collection_id INTEGER NOT NULL, generation INTEGER NOT NULL, partition INTEGER NOT NULL, centroid BLOB NOT NULL,
         ways BLOB NOT NULL, PRIMARY KEY (collection_id, generation, partition)) WITHOUT ROWID",
    ),
    // The words that misspelt queries are matched with, many to a row.
    Table(
        "beaver_vocabulary",
        "(collection_id INTEGER NOT NULL, letters INTEGER NOT NULL, initial TEXT NOT NULL, part INTEGER NOT NULL,
         words TEXT NOT NULL, PRIMARY KEY (collection_id, letters, initial, part))",
    ),
    // The fields of a collection that are indexed, and up to which document; NULL: all are. `filled` of about
    // `total` documents are.
    Table(
        "beaver_field_indexes",
        "(index_id INTEGER PRIMARY KEY, collection_id INTEGER NOT NULL, path TEXT NOT NULL, filled_to TEXT,
         filled INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0, UNIQUE (collection_id, path))",
    ),
    // What the indexes hold of each document, as bytes that have the order of the values; see
    // `collection/fields/entry.rs`.
    Table(
        "beaver_field_values",
        "(index_id INTEGER NOT NULL, value BLOB NOT NULL, doc_id INTEGER NOT NULL,
         PRIMARY KEY (index_id, value, doc_id)) WITHOUT ROWID",
    ),
    // Channels of which messages were removed, or whose retention was chosen. `removed_to` is the time of the newest
    // message that is gone: who has not read so far has missed some, and no later message gets an earlier time.
    Table(
        "beaver_channels",
        "(channel_name TEXT PRIMARY KEY, max_age REAL NOT NULL DEFAULT 86400.0, max_messages INTEGER NOT NULL DEFAULT 100000,
         removed_to REAL)",
    ),
    // How often entries were removed from a log, and the last time up to which time; under the empty name, how often
    // the newest row of all was among them, so that its number can be another one's by now.
    Table(
        "beaver_log_removals",
        "(log_name TEXT PRIMARY KEY, removals INTEGER NOT NULL, removed_to REAL NOT NULL)",
    ),
    // Open databases that listen to events: when they last showed that they live, when a writer asked them to,
    // and how often in a row they did not answer.
    Table(
        "beaver_listeners",
        "(listener_id TEXT PRIMARY KEY, seen_at REAL NOT NULL, asked_at REAL, unanswered INTEGER NOT NULL DEFAULT 0)",
    ),
    // What they listen to.
    Table(
        "beaver_listened_events",
        "(topic TEXT NOT NULL, event TEXT NOT NULL, listener_id TEXT NOT NULL, PRIMARY KEY (topic, event, listener_id))
         WITHOUT ROWID",
    ),
];

const INDEXES: &str = "
CREATE INDEX IF NOT EXISTS idx_priority_queue_order ON beaver_priority_queues (queue_name, priority ASC, timestamp ASC);
CREATE INDEX IF NOT EXISTS idx_logs_timestamp ON beaver_logs (log_name, timestamp);
CREATE INDEX IF NOT EXISTS idx_lock_expires ON beaver_lock_waiters (lock_name, expires_at);
CREATE INDEX IF NOT EXISTS idx_lock_waiter_id ON beaver_lock_waiters (lock_name, waiter_id);
CREATE INDEX IF NOT EXISTS beaver_dicts_expiry ON beaver_dicts (expires_at, dict_name) WHERE expires_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS beaver_queue_leases_order ON beaver_queue_leases (queue_name, priority, timestamp);
CREATE INDEX IF NOT EXISTS beaver_queue_leases_until ON beaver_queue_leases (queue_name, leased_until, priority, timestamp);
CREATE INDEX IF NOT EXISTS beaver_edges_outgoing ON beaver_edges (collection, source_item_id, label, target_item_id, weight);
CREATE INDEX IF NOT EXISTS beaver_edges_incoming ON beaver_edges (collection, target_item_id, label, source_item_id, weight);
CREATE INDEX IF NOT EXISTS beaver_field_values_document ON beaver_field_values (doc_id, index_id, value);
CREATE INDEX IF NOT EXISTS idx_trigram_lookup ON beaver_trigrams (collection, trigram, field_path);
CREATE INDEX IF NOT EXISTS idx_pubsub_channel_timestamp ON beaver_pubsub_log (channel_name, timestamp);
CREATE INDEX IF NOT EXISTS beaver_channels_removed ON beaver_channels (removed_to);
CREATE INDEX IF NOT EXISTS idx_vcl_lookup ON beaver_vector_change_log (collection_name, log_id);
";

/// They keep the counts of a list's tree right, and mark a dense list that somebody else makes a hole in as of
/// unknown shape (level 0), whoever writes. On a dense list they only look: whether a new key is a
/// neighbour of one that is there, whether a removed one leaves both of its neighbours behind. A list of
/// unknown shape is left alone. BEFORE INSERT, because `INSERT OR REPLACE` fires no delete trigger: a key
/// that is there already adds nothing. There is one path of nodes a level, for the six levels that there can
/// be. See `list/tree.rs`.
const TRIGGERS: &str = "
CREATE TRIGGER IF NOT EXISTS beaver_lists_insert BEFORE INSERT ON beaver_lists
WHEN CASE (SELECT min(level) FROM beaver_list_nodes WHERE list_name = NEW.list_name)
    WHEN 0 THEN 0
    WHEN 1 THEN NOT EXISTS (SELECT 1 FROM beaver_lists WHERE list_name = NEW.list_name AND item_order = NEW.item_order)
    ELSE NOT (CAST(NEW.item_order AS INTEGER) = NEW.item_order AND NEW.item_order BETWEEN -4e15 AND 4e15
              AND (EXISTS (SELECT 1 FROM beaver_lists WHERE list_name = NEW.list_name AND item_order = NEW.item_order - 1.0)
                OR EXISTS (SELECT 1 FROM beaver_lists WHERE list_name = NEW.list_name AND item_order = NEW.item_order + 1.0)
                OR EXISTS (SELECT 1 FROM beaver_lists WHERE list_name = NEW.list_name AND item_order = NEW.item_order)
                OR NOT EXISTS (SELECT 1 FROM beaver_lists WHERE list_name = NEW.list_name)))
    END
BEGIN
    INSERT INTO beaver_list_nodes (list_name, level, first_key, items) SELECT NEW.list_name, 0, -9e999, 0
        WHERE NOT EXISTS (SELECT 1 FROM beaver_list_nodes WHERE list_name = NEW.list_name);
    UPDATE beaver_list_nodes SET items = items + 1 WHERE list_name = NEW.list_name AND (level, first_key) IN (
        SELECT depth, (SELECT max(first_key) FROM beaver_list_nodes
                       WHERE list_name = NEW.list_name AND level = depth AND first_key <= NEW.item_order)
        FROM (SELECT 1 AS depth UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6));
END;
CREATE TRIGGER IF NOT EXISTS beaver_lists_delete AFTER DELETE ON beaver_lists
WHEN CASE (SELECT min(level) FROM beaver_list_nodes WHERE list_name = OLD.list_name)
    WHEN 0 THEN 0
    WHEN 1 THEN 1
    ELSE EXISTS (SELECT 1 FROM beaver_lists WHERE list_name = OLD.list_name AND item_order = OLD.item_order + 1.0)
         AND EXISTS (SELECT 1 FROM beaver_lists WHERE list_name = OLD.list_name AND item_order = OLD.item_order - 1.0)
    END
BEGIN
    INSERT INTO beaver_list_nodes (list_name, level, first_key, items) SELECT OLD.list_name, 0, -9e999, 0
        WHERE NOT EXISTS (SELECT 1 FROM beaver_list_nodes WHERE list_name = OLD.list_name);
    UPDATE beaver_list_nodes SET items = items - 1 WHERE list_name = OLD.list_name AND (level, first_key) IN (
        SELECT depth, (SELECT max(first_key) FROM beaver_list_nodes
                       WHERE list_name = OLD.list_name AND level = depth AND first_key <= OLD.item_order)
        FROM (SELECT 1 AS depth UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6));
END;
CREATE TRIGGER IF NOT EXISTS beaver_lists_move AFTER UPDATE OF list_name, item_order ON beaver_lists
WHEN OLD.list_name <> NEW.list_name OR OLD.item_order <> NEW.item_order
BEGIN
    INSERT INTO beaver_list_nodes (list_name, level, first_key, items) SELECT OLD.list_name, 0, -9e999, 0
        WHERE NOT EXISTS (SELECT 1 FROM beaver_list_nodes WHERE list_name = OLD.list_name AND level = 0);
    INSERT INTO beaver_list_nodes (list_name, level, first_key, items) SELECT NEW.list_name, 0, -9e999, 0
        WHERE NOT EXISTS (SELECT 1 FROM beaver_list_nodes WHERE list_name = NEW.list_name AND level = 0);
END;
";

/// What stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// No beaver table at all.
    Empty,
    /// The tables of BeaverDB 1.x, or of an older format of ours: complete at the first write.
    Older,
    /// Everything is there.
    Current,
}

/// Tells what stands in the file.
///
/// # Errors
/// UNSUPPORTED for a newer format and for a file of BeaverDB 2.x; CORRUPT if it is no database.
pub(super) fn inspect(conn: &Connection) -> Result<Found> {
    // Reads the first page: the moment at which a file that is no database shows.
    let names: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB '*beaver_*'")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if names.iter().any(|name| name.starts_with("__beaver_")) {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "the file is of BeaverDB 2.x, which keeps its data in other tables: export it with BeaverDB 2.x and load it into a new file",
        ));
    }
    if names.is_empty() {
        return Ok(Found::Empty);
    }
    if !names.iter().any(|name| name == "beaver_meta") {
        return Ok(Found::Older);
    }
    let format: Option<String> =
        conn.query_row("SELECT value FROM beaver_meta WHERE key = 'format'", [], |row| row.get(0)).optional()?;
    let Some(format) = format.and_then(|text| text.parse::<u32>().ok()) else {
        return Ok(Found::Older);
    };
    if format > FORMAT {
        return Err(Error::new(
            ErrorKind::Unsupported,
            format!("the file has format {format}, this version knows formats up to {FORMAT}: use a newer beaver"),
        ));
    }
    Ok(if format == FORMAT { Found::Current } else { Found::Older })
}

/// Creates what is missing. Runs inside a write transaction.
pub(super) fn complete(conn: &Connection) -> Result<()> {
    let lists_before = exists(conn, "beaver_lists")? && !exists(conn, "beaver_list_nodes")?;
    for Table(name, columns) in BASE.iter().chain(&ADDED) {
        conn.execute_batch(&format!("CREATE TABLE IF NOT EXISTS {name} {columns}"))?;
    }
    create_text_table(conn, TEXT_TABLE, TEXT_COLUMNS, "porter")?;
    if !has_column(conn, "beaver_edges", "weight")? {
        conn.execute_batch("ALTER TABLE beaver_edges ADD COLUMN weight REAL NOT NULL DEFAULT 1.0")?;
    }
    conn.execute_batch(INDEXES)?;
    conn.execute_batch(TRIGGERS)?;
    if lists_before {
        super::list::mark_all_unknown(conn)?;
    }
    conn.execute("INSERT OR REPLACE INTO beaver_meta (key, value) VALUES ('format', ?1)", [FORMAT.to_string()])?;
    let user_version: u32 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if user_version == 0 {
        conn.execute_batch(&format!("PRAGMA user_version = {FORMAT}"))?;
    }
    Ok(())
}

/// Creates a text index, if it is not there.
pub(super) fn create_text_table(conn: &Connection, table: &str, columns: &str, tokenizer: &str) -> Result<()> {
    Ok(conn.execute_batch(&format!(
        "CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5({columns}, tokenize = '{tokenizer}')"
    ))?)
}

fn has_column(conn: &Connection, table: &str, column: &str) -> Result<bool> {
    Ok(conn.prepare("SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2")?.exists([table, column])?)
}

/// Lets a connection read a file that lacks some of our tables: empty ones stand in for them, in
/// the connection's own temporary schema, so the file is not touched.
pub(super) fn stand_in(conn: &Connection) -> Result<()> {
    // A reader refuses to create even what is temporary.
    conn.execute_batch("PRAGMA query_only = OFF")?;
    let outcome = create_stand_ins(conn);
    conn.execute_batch("PRAGMA query_only = ON")?;
    outcome
}

fn create_stand_ins(conn: &Connection) -> Result<()> {
    for Table(name, columns) in BASE.iter().chain(&ADDED) {
        if exists(conn, name)? {
            continue;
        }
        if *name == "beaver_list_nodes" {
            // Every list of such a file is of unknown shape.
            conn.execute_batch(
                "CREATE TEMP VIEW beaver_list_nodes AS
                 SELECT list_name, 0 AS level, -9e999 AS first_key, 0 AS items FROM beaver_lists",
            )?;
        } else {
            conn.execute_batch(&format!("CREATE TEMP TABLE {name} {columns}"))?;
        }
    }
    if !exists(conn, TEXT_TABLE)? {
        create_text_table(conn, &format!("temp.{TEXT_TABLE}"), TEXT_COLUMNS, "porter")?;
    }
    if !has_column(conn, "beaver_edges", "weight")? {
        conn.execute_batch(if exists(conn, "beaver_edges")? {
            "CREATE TEMP VIEW beaver_edges AS SELECT *, 1.0 AS weight FROM main.beaver_edges"
        } else {
            "ALTER TABLE temp.beaver_edges ADD COLUMN weight REAL NOT NULL DEFAULT 1.0"
        })?;
    }
    conn.execute_batch("PRAGMA query_only = ON")?;
    Ok(())
}

fn exists(conn: &Connection, table: &str) -> Result<bool> {
    Ok(conn.prepare_cached("SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = ?1")?.exists([table])?)
}
