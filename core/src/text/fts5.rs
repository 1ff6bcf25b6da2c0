//! A real FTS5 table, which the tests of this folder ask.

use rusqlite::Connection;

/// A table as the index has it: four columns, text in the last one.
pub(super) struct Table {
    conn: Connection,
}

impl Table {
    pub fn new(tokenizer: &str) -> Self {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(&format!(
            "CREATE VIRTUAL TABLE docs USING fts5(
                 collection, item_id, field_path, field_content, tokenize = '{tokenizer}');
             CREATE VIRTUAL TABLE terms USING fts5vocab(docs, instance);"
        ))
        .unwrap();
        Table { conn }
    }

    /// A table that holds these texts, as rows 1, 2, 3 and so on.
    pub fn of(tokenizer: &str, texts: &[&str]) -> Self {
        let table = Table::new(tokenizer);
        for text in texts {
            table.add(text);
        }
        table
    }

    fn add(&self, text: &str) {
        let mut insert = self.conn.prepare_cached("INSERT INTO docs VALUES ('title', 'body', 'a', ?)").unwrap();
        insert.execute([text]).unwrap();
    }

    /// The tokens that FTS5 makes of a text, in order.
    pub fn tokens(&self, text: &str) -> Vec<String> {
        self.conn.execute_batch("BEGIN").unwrap();
        self.add(text);
        let mut terms = self
            .conn
            .prepare_cached("SELECT term FROM terms WHERE col = 'field_content' ORDER BY doc, offset")
            .unwrap();
        let tokens = terms.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        drop(terms);
        self.conn.execute_batch("ROLLBACK").unwrap();
        tokens
    }

    /// The rows that an expression selects, by number.
    pub fn rows(&self, expression: &str) -> rusqlite::Result<Vec<i64>> {
        let mut select = self.conn.prepare_cached("SELECT rowid FROM docs WHERE docs MATCH ? ORDER BY rowid")?;
        select.query_map([expression], |row| row.get(0))?.collect()
    }
}
