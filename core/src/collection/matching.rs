//! Full-text and fuzzy search: the documents whose text matches words.

use serde::Deserialize;
use serde_json::Value;

use super::path::Path;
use super::search::{DEFAULT_HITS, check_k, filter_of};
use super::{Collection, Filter, Hit};
use crate::error::{Error, Result};
use crate::options::parse_options;
use crate::text::fuzzy::Fuzziness;

/// The longest query text, in bytes: 1 MiB.
pub const MAX_QUERY_BYTES: usize = 1 << 20;
/// How many fields a text search may be limited to.
pub const MAX_FIELDS: usize = 64;

/// What a text search is to find and to give.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct MatchOptions {
    /// How many documents, at most: 1 to [`crate::MAX_HITS`].
    pub k: usize,
    /// Only documents that it matches.
    pub filter: Option<Filter>,
    /// The fields to search in, each with its weight; all if empty. A path stands for the text there and for all
    /// that is below it; elements of arrays have the path of their array. Where several cover a text, the longest
    /// counts. A weight of 2 makes a match in that field count twice.
    pub on: Vec<(Path, f64)>,
    /// How misspelt the query may be; none: not at all.
    pub fuzziness: Option<Fuzziness>,
    /// Whether the last word is also the beginning of a word: search as you type.
    pub prefix: bool,
    /// Marks to put around each match, in the whole text of each field that matches.
    pub highlight: Option<Marks>,
    /// A short piece of the text of each field that matches, around the best matches. If highlights are asked for
    /// too, each field gives two fragments: its highlighted text, then its snippet.
    pub snippet: Option<Snippet>,
}

/// What stands before and after each match: any text without a NUL.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "remote", derive(serde::Serialize))]
#[serde(deny_unknown_fields)]
pub struct Marks {
    /// Put before a match.
    pub before: String,
    /// Put after a match.
    pub after: String,
}

impl Marks {
    fn texts(&self) -> [&String; 2] {
        [&self.before, &self.after]
    }
}

/// What a snippet looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct Snippet {
    /// Around each match.
    pub marks: Marks,
    /// Where text was left out.
    pub ellipsis: String,
    /// How many words, at most: 1 to 64.
    pub words: u8,
}

impl Default for MatchOptions {
    fn default() -> Self {
        MatchOptions {
            k: DEFAULT_HITS,
            filter: None,
            on: Vec::new(),
            fuzziness: None,
            prefix: false,
            highlight: None,
            snippet: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonMatchOptions {
    k: Option<usize>,
    r#where: Option<Value>,
    on: Option<Value>,
    fuzziness: Option<Value>,
    #[serde(default)]
    prefix: bool,
    highlight: Option<Marks>,
    snippet: Option<JsonSnippet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonSnippet {
    before: String,
    after: String,
    ellipsis: Option<String>,
    words: Option<u8>,
}

impl MatchOptions {
    /// Reads them from a JSON object: `{"k": 10, "where": filter, "on": "path" | ["path", …] | {"path": weight,
    /// …}, "fuzziness": 0 | 1 | 2 | 3 | "auto", "prefix": false, "highlight": {"before": "<b>", "after": "</b>"},
    /// "snippet": {"before": "<b>", "after": "</b>", "ellipsis": "…", "words": 16}}`, each optional. For bindings.
    ///
    /// # Errors
    /// INVALID_JSON if it is no JSON; INVALID_ARGUMENT for an unknown key or a wrong value; LIMIT.
    pub fn from_json(json: &str) -> Result<MatchOptions> {
        let parsed: JsonMatchOptions = parse_options(json)?;
        Ok(MatchOptions {
            k: parsed.k.unwrap_or(DEFAULT_HITS),
            filter: filter_of(parsed.r#where)?,
            on: parsed.on.map_or(Ok(Vec::new()), |on| fields_of(&on))?,
            fuzziness: parsed.fuzziness.map_or(Ok(None), |fuzziness| fuzziness_of(&fuzziness))?,
            prefix: parsed.prefix,
            highlight: parsed.highlight,
            snippet: parsed.snippet.map(|JsonSnippet { before, after, ellipsis, words }| Snippet {
                marks: Marks { before, after },
                ellipsis: ellipsis.unwrap_or_else(|| "…".to_owned()),
                words: words.unwrap_or(16),
            }),
        })
    }

    pub(crate) fn check(&self, query: &str) -> Result<()> {
        check_k(self.k)?;
        if query.len() > MAX_QUERY_BYTES {
            let found = query.len();
            return Err(Error::limit(format!("a query has at most {MAX_QUERY_BYTES} bytes, this one has {found}")));
        }
        if self.on.len() > MAX_FIELDS {
            let found = self.on.len();
            return Err(Error::limit(format!("a search is limited to at most {MAX_FIELDS} fields, got {found}")));
        }
        if self.on.iter().any(|(_, weight)| !weight.is_finite() || *weight <= 0.0) {
            return Err(Error::invalid("the weight of a field must be a finite number above zero"));
        }
        if self.snippet.as_ref().is_some_and(|snippet| !(1..=64).contains(&snippet.words)) {
            return Err(Error::invalid("a snippet has 1 to 64 words"));
        }
        let highlight = self.highlight.iter().flat_map(Marks::texts);
        let snippet =
            self.snippet.iter().flat_map(|snippet| snippet.marks.texts().into_iter().chain([&snippet.ellipsis]));
        if highlight.chain(snippet).any(|text| text.contains('\0')) {
            return Err(Error::invalid("a mark holds the character NUL, which cannot be put into a text"));
        }
        Ok(())
    }
}

pub(crate) fn fields_of(on: &Value) -> Result<Vec<(Path, f64)>> {
    match on {
        Value::String(path) => Ok(vec![(Path::parse(path)?, 1.0)]),
        Value::Array(paths) => paths
            .iter()
            .map(|path| match path {
                Value::String(path) => Ok((Path::parse(path)?, 1.0)),
                _ => Err(Error::invalid("on: each field is a string, the path of it")),
            })
            .collect(),
        Value::Object(weights) => weights
            .iter()
            .map(|(path, weight)| match weight.as_f64() {
                Some(weight) => Ok((Path::parse(path)?, weight)),
                None => Err(Error::invalid("on: the weight of a field is a number")),
            })
            .collect(),
        _ => Err(Error::invalid("on: give a path, an array of paths, or an object of paths and their weights")),
    }
}

pub(crate) fn fuzziness_of(json: &Value) -> Result<Option<Fuzziness>> {
    match json {
        Value::String(auto) if auto == "auto" => Ok(Some(Fuzziness::Auto)),
        json => match json.as_u64() {
            Some(0) => Ok(None),
            Some(edits @ 1..=3) => Ok(Some(Fuzziness::Max(u8::try_from(edits).unwrap_or(3)))),
            _ => Err(Error::invalid("fuzziness: give 0 to 3, or \"auto\"")),
        },
    }
}

impl Collection {
    /// The documents whose text matches a query, best first, and only those whose text was indexed. **Any text
    /// is a query**: a valid expression of [FTS5](https://www.sqlite.org/fts5.html#full_text_query_syntax)
    /// (`"a phrase"`, `begin*`, `AND`, `OR`, `NOT`, parentheses, `NEAR`) keeps its meaning; anything else is
    /// searched as its words, all of which must occur. A text without words finds nothing.
    ///
    /// The words may be in different fields, unless the fields to search in are named: then one field has all of
    /// them, and what a `NOT` excludes is looked for in that field only.
    ///
    /// Without fuzziness the score is FTS5's BM25 rank: negative, the best the smallest; its statistics are
    /// over all collections of the file that share the tokenizer. A document is ranked by its best field, or by its
    /// whole text; where fields are named, by the sum over those that match of the weight times the rank.
    ///
    /// With fuzziness the words of the query may be misspelt (a letter added, left out, replaced, or two
    /// swapped; two words written as one, or one as two), and the score is the number of edits: first those with
    /// the fewest, among those without any the better rank, among the others the greater share of matches in the
    /// text. Operators are words then. Words are compared with those of the
    /// documents that were indexed with [`crate::IndexOptions::fuzzy`]; a word that none of these has is found as it is
    /// spelt. So are those of documents that BeaverDB 1.x wrote, until writes to their collection have adopted
    /// them. A trigram index finds the known words also inside of others.
    ///
    /// Fragments are those of the fields that match, in the order of the document; if only all fields together
    /// match, those of the fields that hold any of the words. Elements of an array stand on lines of their own.
    ///
    /// Takes time in the number of texts that match, in all collections that share the tokenizer; a filter that no
    /// index settles reads the bodies of the best until enough pass.
    ///
    /// ```
    /// use beaver_core::{Beaver, Document, Fuzziness, IndexOptions, MatchOptions, Options};
    /// use serde_json::json;
    /// let db = Beaver::open(":memory:", Options::default())?;
    /// let articles = db.collection("articles")?;
    /// let article = Document::with_id("sqlite-001", json!("SQLite is a powerful embedded database."));
    /// articles.index(article, &IndexOptions { fuzzy: true, ..IndexOptions::default() })?;
    /// let hits = articles.match_text("powerful database", &MatchOptions::default())?;
    /// assert_eq!(hits[0].document.id, "sqlite-001");
    /// let misspelt = MatchOptions { fuzziness: Some(Fuzziness::Max(1)), ..MatchOptions::default() };
    /// assert_eq!(articles.match_text("datbase", &misspelt)?[0].score, 1.0);
    /// # Ok::<(), beaver_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a `k` of 0, a weight that is not above zero, a snippet without words, a mark with a
    /// NUL; LIMIT above
    /// [`crate::MAX_HITS`], [`MAX_QUERY_BYTES`] or [`MAX_FIELDS`]; IO, CORRUPT, INTERRUPTED, CLOSED, PAUSED.
    pub fn match_text(&self, query: &str, options: &MatchOptions) -> Result<Vec<Hit>> {
        options.check(query)?;
        self.0.store.text_match(&self.0.name, query, options)
    }
}
