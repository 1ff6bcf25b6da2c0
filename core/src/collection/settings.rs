//! What is fixed for a whole collection: how its text is cut into words, how its vectors are compared.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::options::parse_options;
use crate::vector::Metric;

/// How text is cut into the words that are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub enum Tokenizer {
    /// Unicode words, folded to lower case and reduced to their English stems by the Porter algorithm:
    /// "databases" finds "database".
    #[default]
    Porter,
    /// Unicode words, folded to lower case and without diacritics: for languages other than English.
    Unicode,
    /// Every sequence of three characters, folded to lower case and without diacritics: finds parts of words, and
    /// languages without spaces. Words of a query that have fewer than three characters are passed over.
    Trigram,
}

impl Tokenizer {
    const ALL: [Tokenizer; 3] = [Tokenizer::Porter, Tokenizer::Unicode, Tokenizer::Trigram];

    /// The name of the tokenizer: `"porter"`, `"unicode61"`, `"trigram"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Tokenizer::Porter => "porter",
            Tokenizer::Unicode => "unicode61",
            Tokenizer::Trigram => "trigram",
        }
    }

    /// The tokenizer of that name.
    ///
    /// # Errors
    /// INVALID_ARGUMENT if there is none.
    pub fn parse(name: &str) -> Result<Tokenizer> {
        Self::ALL
            .into_iter()
            .find(|tokenizer| tokenizer.name() == name)
            .ok_or_else(|| Error::invalid("no such tokenizer: give porter, unicode61 or trigram"))
    }
}

/// The metric of that name.
///
/// # Errors
/// INVALID_ARGUMENT if there is none.
pub(crate) fn metric_named(name: &str) -> Result<Metric> {
    Metric::parse(name).ok_or_else(|| Error::invalid("no such metric: give l2, cosine or dot"))
}

/// What is chosen once for a collection, while it is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct CollectionSettings {
    /// How vectors are compared.
    pub metric: Metric,
    /// How text is cut into words.
    pub tokenizer: Tokenizer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonSettings {
    metric: Option<String>,
    tokenizer: Option<String>,
}

impl CollectionSettings {
    /// Reads them from a JSON object: `{"metric": "l2" | "cosine" | "dot", "tokenizer": "porter" |
    /// "unicode61" | "trigram"}`, each optional. For bindings.
    ///
    /// # Errors
    /// INVALID_JSON if it is no JSON; INVALID_ARGUMENT for an unknown key or name.
    pub fn from_json(json: &str) -> Result<CollectionSettings> {
        let JsonSettings { metric, tokenizer } = parse_options(json)?;
        Self::named(metric.as_deref(), tokenizer.as_deref())
    }

    /// The settings of these names, the defaults for what has none.
    pub(crate) fn named(metric: Option<&str>, tokenizer: Option<&str>) -> Result<CollectionSettings> {
        Ok(CollectionSettings {
            metric: metric.map(metric_named).transpose()?.unwrap_or_default(),
            tokenizer: tokenizer.map(Tokenizer::parse).transpose()?.unwrap_or_default(),
        })
    }
}

/// A collection as it stands: its settings, and the dimension that its first vector has fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "remote", derive(serde::Serialize, serde::Deserialize))]
pub struct CollectionInfo {
    /// What was chosen.
    pub settings: CollectionSettings,
    /// The number of components of its vectors; none as long as it has had no vector.
    pub dimension: Option<u32>,
}
