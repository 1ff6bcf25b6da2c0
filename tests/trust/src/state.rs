//! What a database holds, as a text that is the same for the same content.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::{Connection, types::ValueRef};

/// The rows that make up what users stored, and in what order. Not what is derived of it, which `verify` compares; nor
/// what is drawn by chance, or of the moment only.
const CONTENT: &[&str] = &[
    "SELECT * FROM beaver_dicts ORDER BY 1, 2",
    "SELECT * FROM beaver_lists ORDER BY 1, 2",
    "SELECT queue_name, priority, timestamp, data FROM beaver_priority_queues ORDER BY 1, 2, 3, 4",
    "SELECT queue_name, priority, timestamp, data FROM beaver_queue_leases ORDER BY 1, 2, 3, 4",
    "SELECT * FROM beaver_blobs ORDER BY 1, 2",
    "SELECT * FROM beaver_logs ORDER BY 1, 2",
    "SELECT lock_name FROM beaver_lock_waiters ORDER BY 1",
    "SELECT * FROM beaver_collections ORDER BY 1, 2",
    "SELECT collection, source_item_id, target_item_id, label, weight, metadata FROM beaver_edges ORDER BY 1, 2, 3, 4",
    "SELECT channel_name, timestamp, message_payload FROM beaver_pubsub_log ORDER BY 1, 2",
    "SELECT channel_name, max_age, max_messages FROM beaver_channels ORDER BY 1",
    "SELECT name, tokenizer FROM beaver_collection_info ORDER BY 1",
    "SELECT path FROM beaver_field_indexes ORDER BY 1",
];

/// Everything that is stored in a file, shortened to a number for each table.
pub fn of(file: &Path) -> Result<String> {
    let conn = Connection::open(file)?;
    let mut state = String::new();
    for select in CONTENT {
        let (mut rows_seen, mut hash) = (0, Hash::default());
        let mut statement = conn.prepare(select).with_context(|| (*select).to_owned())?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            rows_seen += 1;
            for column in 0..columns {
                match row.get_ref(column)? {
                    ValueRef::Null => hash.add(b"null"),
                    ValueRef::Integer(number) => hash.add(&number.to_le_bytes()),
                    ValueRef::Real(number) => hash.add(&number.to_le_bytes()),
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => hash.add(bytes),
                }
            }
        }
        write!(state, "{rows_seen}:{:x} ", hash.0)?;
    }
    Ok(state)
}

/// FNV-1a; between values a byte that no text has.
struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Hash(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
