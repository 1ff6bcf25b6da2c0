//! tantivy: the same texts, every word of the query with up to two typos.

use std::path::Path;

use anyhow::{Context, Result};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Occur, Query};
use tantivy::schema::{Field, STORED, Schema, TEXT, Value};
use tantivy::{Index, IndexWriter, Searcher, TantivyDocument, Term, doc};

use crate::folder::read_texts;
use crate::truth::K;

/// What a writer of tantivy's may hold in memory before it writes a segment.
const WRITER_BYTES: usize = 200_000_000;
const EDITS: u8 = 2;

pub struct Peer {
    searcher: Searcher,
    id: Field,
    text: Field,
}

impl Peer {
    pub fn build(folder: &Path, out: &Path) -> Result<Self> {
        let mut schema = Schema::builder();
        let id = schema.add_text_field("id", STORED);
        let text = schema.add_text_field("text", TEXT);
        let index = Index::create_in_dir(out, schema.build())?;
        let mut writer: IndexWriter = index.writer_with_num_threads(1, WRITER_BYTES)?;
        for row in read_texts(folder)? {
            writer.add_document(doc!(id => row.id, text => format!("{} {}", row.words, row.gloss)))?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let reader = index.reader()?;
        Ok(Peer { searcher: reader.searcher(), id, text })
    }

    pub fn search(&self, query: &str) -> Result<Vec<usize>> {
        let word = |word: &str| -> (Occur, Box<dyn Query>) {
            let term = Term::from_field_text(self.text, word);
            (Occur::Must, Box::new(FuzzyTermQuery::new(term, EDITS, true)))
        };
        let query = BooleanQuery::new(query.split(' ').map(word).collect());
        let best = self.searcher.search(&query, &TopDocs::with_limit(K).order_by_score())?;
        let row = |(_, address)| {
            let document: TantivyDocument = self.searcher.doc(address)?;
            let id = document.get_first(self.id).and_then(|id| id.as_str()).context("no id")?;
            Ok(id.parse()?)
        };
        best.into_iter().map(row).collect()
    }
}
