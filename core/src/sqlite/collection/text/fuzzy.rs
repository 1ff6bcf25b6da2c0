//! Search that forgives typos: level by level, those with the fewest first.

use super::search::Search;
use super::vocabulary;
use crate::collection::{Hit, MatchOptions};
use crate::error::Result;
use crate::sqlite::source::View;
use crate::text::fuzzy::{Expansion, Fuzziness, FuzzyQuery};

/// The documents that match a query whose words may be misspelt.
pub(super) fn fuzzy(
    view: &View<'_>,
    name: &str,
    query: &str,
    fuzziness: Fuzziness,
    options: &MatchOptions,
) -> Result<Vec<Hit>> {
    let mut search = Search::new(view, name, options)?;
    let Some(query) = FuzzyQuery::new(query, search.table.tokens, fuzziness, options.prefix) else {
        return Ok(Vec::new());
    };
    let expansions = expand(&search, &query)?;
    for distance in 0..=query.greatest_distance() {
        view.check()?;
        if let Some(expression) = FuzzyQuery::level(distance, &expansions) {
            search.run(&expression, Some(distance.into()))?;
        }
        if search.is_full() {
            break;
        }
    }
    Ok(search.into_hits())
}

/// The known words that may stand for each word of the query. Without a vocabulary, which a collection of 1.x has
/// not got yet, they are only the words themselves.
fn expand(search: &Search<'_>, query: &FuzzyQuery) -> Result<Vec<Expansion>> {
    let conn = search.view.conn;
    let mut expansions = Vec::with_capacity(query.words().len());
    for word in query.words() {
        let mut expansion = Expansion::new(word);
        if let Some(info) = &search.info {
            vocabulary::near(conn, info, &word.lookup, |known, distance| expansion.add(known, distance))?;
            for (left, right) in word.splits() {
                if vocabulary::knows(conn, info, left)? && vocabulary::knows(conn, info, right)? {
                    expansion.add_split(left, right);
                }
            }
        }
        expansions.push(expansion);
    }
    Ok(expansions)
}
