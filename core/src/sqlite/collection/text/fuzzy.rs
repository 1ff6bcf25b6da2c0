//! Search that forgives typos: level by level, those with the fewest first.

use super::search::{Rank, Search};
use super::vocabulary;
use crate::collection::{Hit, MatchOptions};
use crate::error::Result;
use crate::sqlite::source::View;
use crate::text::fuzzy::{Expansion, Fuzziness, FuzzyQuery, FuzzyWord};
use crate::text::vocabulary::Lookup;

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
    let words = query.words();
    let mut expansions = words.iter().map(|word| as_it_is(&search, word)).collect::<Result<Vec<_>>>()?;
    let mut expanded = vec![false; words.len()];
    let unknown = expansions.iter().filter(|expansion| !expansion.is_known()).count();
    for distance in 0..=query.greatest_distance() {
        view.check()?;
        for ((word, expansion), expanded) in words.iter().zip(&mut expansions).zip(&mut expanded) {
            // What may stand for a word that is known counts only where the others leave something to change.
            let needed = distance > 0 && (!expansion.is_known() || usize::from(distance) > unknown);
            if needed && !*expanded {
                expand(&search, word, expansion)?;
                *expanded = true;
            }
        }
        if let Some(expression) = FuzzyQuery::level(distance, &expansions) {
            let rank = if distance == 0 { Rank::Bm25 } else { Rank::Share };
            search.run(&expression, rank, Some(distance.into()))?;
        }
        if search.is_full() {
            break;
        }
    }
    Ok(search.into_hits())
}

/// The expansion of a word that is spelt as it should be.
fn as_it_is(search: &Search<'_>, word: &FuzzyWord) -> Result<Expansion> {
    let mut expansion = Expansion::new(word);
    // Without a vocabulary, which a collection of 1.x has not got yet, a word stands for itself only.
    if let Some(info) = &search.info {
        let lookup = Lookup::new(&word.text, 0, true, word.lookup.prefix);
        vocabulary::near(search.view.conn, info, &lookup, |known, distance| expansion.add(known, distance))?;
    }
    Ok(expansion)
}

/// Adds the known words that may stand for a word.
fn expand(search: &Search<'_>, word: &FuzzyWord, expansion: &mut Expansion) -> Result<()> {
    let (Some(info), conn) = (&search.info, search.view.conn) else { return Ok(()) };
    vocabulary::near(conn, info, &word.lookup, |known, distance| expansion.add(known, distance))?;
    for (left, right) in word.splits() {
        if vocabulary::knows(conn, info, left)? && vocabulary::knows(conn, info, right)? {
            expansion.add_split(left, right);
        }
    }
    Ok(())
}
