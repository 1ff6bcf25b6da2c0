//! Text search: the rows that match, best first, and the documents they are of.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet};

use rusqlite::{OptionalExtension, params};

use super::super::documents;
use super::super::fields::survivors::{Survivors, survivors};
use super::super::info::{self, Info};
use super::{Table, fragments, rows};
use crate::collection::document::parse_text;
use crate::collection::path::push_escaped;
use crate::collection::{Document, FieldPath, Hit, MatchOptions, Tokenizer};
use crate::error::Result;
use crate::sqlite::source::View;
use crate::text::query::fts5_query;

/// A filter that at most so many documents pass is settled before the search.
const FEW: usize = 2_000;
/// After so many rows it is asked whether the call may go on.
const CHECK_ROWS: usize = 1_024;

/// The documents that match a query as it is written.
pub(super) fn exact(view: &View<'_>, name: &str, query: &str, options: &MatchOptions) -> Result<Vec<Hit>> {
    let mut search = Search::new(view, name, options)?;
    if let Some(expression) = fts5_query(query, search.table.tokens, options.prefix) {
        search.run(&expression, Rank::Bm25, None)?;
    }
    Ok(search.into_hits())
}

/// One search at one moment: one expression, or several, of which the earlier ones count more.
pub(super) struct Search<'s> {
    pub view: &'s View<'s>,
    pub name: &'s str,
    pub info: Option<Info>,
    pub table: Table,
    pub options: &'s MatchOptions,
    pub on: Vec<Field>,
    filter: Filtering,
    /// Documents that were looked at.
    seen: HashSet<String>,
    hits: Vec<Hit>,
}

/// What orders rows, the best the smallest.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rank {
    /// That of FTS5, of the text only.
    Bm25,
    /// For expressions of very many words; see `sqlite/rank.rs`.
    Share,
}

impl Rank {
    fn sql(self) -> &'static str {
        match self {
            Rank::Bm25 => "bm25({t}, 0.0, 0.0, 0.0, 1.0)",
            Rank::Share => "beaver_share({t})",
        }
    }
}

/// A field that is searched in.
pub(super) struct Field {
    path: String,
    weight: f64,
}

impl Field {
    fn new((path, weight): &(FieldPath, f64)) -> Field {
        let mut text = String::new();
        for segment in path.segments() {
            text.push_str(if text.is_empty() { "" } else { "." });
            push_escaped(&mut text, segment);
        }
        Field { path: text, weight: *weight }
    }

    /// Whether a row is of this field or of one below it.
    pub fn covers(&self, path: &str) -> bool {
        path.strip_prefix(&self.path).is_some_and(|below| below.is_empty() || below.starts_with('.'))
    }
}

/// A row that matches. The greatest is the best one.
#[derive(PartialEq)]
struct Ranked {
    rank: f64,
    row: i64,
}

impl Eq for Ranked {}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        other.rank.total_cmp(&self.rank).then_with(|| other.row.cmp(&self.row))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// How the filter is applied.
enum Filtering {
    None,
    /// It leaves these documents; of those of 1.x that are not adopted yet nobody knows.
    Settled(HashSet<String>),
    /// The body of each is looked at.
    Bodies,
}

impl<'s> Search<'s> {
    pub fn new(view: &'s View<'s>, name: &'s str, options: &'s MatchOptions) -> Result<Search<'s>> {
        let info = info::load(view.conn, name)?;
        let tokenizer = info.as_ref().map_or(Tokenizer::default(), |info| info.settings.tokenizer);
        let filter = filtering(view, name, info.as_ref(), options)?;
        let on = options.on.iter().map(Field::new).collect();
        let table = Table::of(tokenizer);
        Ok(Search { view, name, info, table, options, on, filter, seen: HashSet::new(), hits: Vec::new() })
    }

    /// Whether as many documents were found as were asked for.
    pub fn is_full(&self) -> bool {
        self.hits.len() >= self.options.k
    }

    /// Gives what was found.
    pub fn into_hits(self) -> Vec<Hit> {
        self.hits
    }

    /// Adds the documents that match an expression and were not found yet, those of the best rank first, under the
    /// score or else under their rank.
    pub fn run(&mut self, expression: &str, rank: Rank, score: Option<f64>) -> Result<()> {
        if self.on.is_empty() {
            self.by_best_row(expression, rank, score)
        } else {
            self.by_fields(expression, rank, score)
        }
    }

    /// A document stands where its best row does. Only the rows that it takes are read, the best first: all
    /// that is needed of the others is their rank.
    fn by_best_row(&mut self, expression: &str, rank: Rank, score: Option<f64>) -> Result<()> {
        let view = self.view;
        let mut ranked = self.ranked(expression, rank)?;
        // The table in which FTS5 keeps its rows: through FTS5 each would be a cursor of its own.
        let mut select =
            view.conn.prepare_cached(&self.table.sql("SELECT c1, c2 FROM {t}_content WHERE id = ?1 AND c0 = ?2"))?;
        // What a NOT excludes may stand in another field: then only the row of the whole text tells. (A phrase can
        // hold the word too, which does no harm.)
        let excludes = expression.contains(" NOT ");
        let mut count = 0;
        while let Some(Ranked { rank, row: number }) = ranked.pop() {
            count += 1;
            if count % CHECK_ROWS == 0 {
                view.check()?;
            }
            let mut rows = select.query(params![number, self.name])?;
            let Some(row) = rows.next()? else { continue };
            let id = row.get_ref(0)?.as_str()?;
            if self.seen.contains(id) {
                continue;
            }
            let id = id.to_owned();
            if excludes && !row.get_ref(1)?.as_str()?.is_empty() && self.has_several_rows(&id)? {
                continue;
            }
            self.look_at(id, expression, score.unwrap_or(rank))?;
            if self.is_full() {
                break;
            }
        }
        Ok(())
    }

    /// The rows that match, of all collections, to be taken best first.
    fn ranked(&self, expression: &str, rank: Rank) -> Result<BinaryHeap<Ranked>> {
        let sql = format!("SELECT rowid, {} FROM {{t}} WHERE {{t}} MATCH ?1", rank.sql());
        let mut select = self.view.conn.prepare_cached(&self.table.sql(&sql))?;
        let mut rows = select.query([expression])?;
        let mut ranked = Vec::new();
        while let Some(row) = rows.next()? {
            ranked.push(Ranked { rank: row.get(1)?, row: row.get(0)? });
        }
        Ok(ranked.into())
    }

    /// A document's rank is the sum over its fields, so all of them are read first.
    fn by_fields(&mut self, expression: &str, rank: Rank, score: Option<f64>) -> Result<()> {
        let view = self.view;
        let sql =
            format!("SELECT item_id, field_path, {} FROM {{t}} WHERE {{t}} MATCH ?1 AND collection = ?2", rank.sql());
        let mut select = view.conn.prepare_cached(&self.table.sql(&sql))?;
        let mut rows = select.query([expression, self.name])?;
        let mut ranks: HashMap<String, f64> = HashMap::new();
        let mut count = 0;
        while let Some(row) = rows.next()? {
            count += 1;
            if count % CHECK_ROWS == 0 {
                view.check()?;
            }
            let path = row.get_ref(1)?.as_str()?;
            // The nearest of the fields that the row is below.
            let fields = self.on.iter().filter(|field| field.covers(path));
            let Some(field) = fields.max_by_key(|field| field.path.len()) else { continue };
            let id = row.get_ref(0)?.as_str()?;
            if self.seen.contains(id) {
                continue;
            }
            let rank = field.weight * row.get::<_, f64>(2)?;
            match ranks.get_mut(id) {
                Some(sum) => *sum += rank,
                None => {
                    ranks.insert(id.to_owned(), rank);
                }
            }
        }
        drop(rows);
        let mut ranks: Vec<(f64, String)> = ranks.into_iter().map(|(id, rank)| (rank, id)).collect();
        ranks.sort_by(|(a, id), (b, other)| a.total_cmp(b).then_with(|| id.cmp(other)));
        for (place, (rank, id)) in ranks.into_iter().enumerate() {
            if self.is_full() {
                break;
            }
            if place % CHECK_ROWS == 0 {
                view.check()?;
            }
            self.look_at(id, expression, score.unwrap_or(rank))?;
        }
        Ok(())
    }

    /// Adds a document, if it is there and passes the filter.
    fn look_at(&mut self, id: String, expression: &str, score: f64) -> Result<()> {
        if let Some(document) = self.document(&id)? {
            let fragments = fragments::of(self, expression, &id)?;
            self.hits.push(Hit { document, score, fragments });
        }
        self.seen.insert(id);
        Ok(())
    }

    fn document(&self, id: &str) -> Result<Option<Document>> {
        let passes = match &self.filter {
            Filtering::None => true,
            Filtering::Settled(left) => left.contains(id) || (!self.is_adopted(id) && self.body_passes(id)?),
            Filtering::Bodies => self.body_passes(id)?,
        };
        if passes { documents::get(self.view.conn, self.name, id) } else { Ok(None) }
    }

    /// Whether a document has a row of its whole text beside those of its fields.
    fn has_several_rows(&self, id: &str) -> Result<bool> {
        let Some(info) = &self.info else { return Ok(false) };
        Ok(rows::of_document(self.view.conn, info, id)?.count > 1)
    }

    fn is_adopted(&self, id: &str) -> bool {
        let adopted_to = self.info.as_ref().and_then(|info| info.adopted_to.as_deref());
        adopted_to.is_none_or(|to| id <= to)
    }

    fn body_passes(&self, id: &str) -> Result<bool> {
        let Some(filter) = &self.options.filter else { return Ok(true) };
        let mut select = self
            .view
            .conn
            .prepare_cached("SELECT metadata FROM beaver_collections WHERE collection = ?1 AND item_id = ?2")?;
        let mut rows = select.query([self.name, id])?;
        let Some(row) = rows.next()? else { return Ok(false) };
        let body = row.get_ref(0)?.as_str_or_null()?.unwrap_or("{}");
        Ok(parse_text(body).is_ok_and(|body| filter.matches(&body)))
    }
}

fn filtering(view: &View<'_>, name: &str, info: Option<&Info>, options: &MatchOptions) -> Result<Filtering> {
    let Some(filter) = &options.filter else { return Ok(Filtering::None) };
    let Some(info) = info else { return Ok(Filtering::Bodies) };
    let Survivors::Exact(docs) = survivors(view, info, name, filter, FEW)? else { return Ok(Filtering::Bodies) };
    let mut select =
        view.conn.prepare_cached("SELECT item_id FROM beaver_documents WHERE doc_id = ?1 AND collection_id = ?2")?;
    let mut left = HashSet::new();
    for doc in docs {
        left.extend(select.query_row(params![doc, info.id], |row| row.get::<_, String>(0)).optional()?);
    }
    Ok(Filtering::Settled(left))
}
