//! What a search asks a filter about a document.

use super::super::fields::survivors::{Asked, Members};
use crate::error::Result;

/// How often a filter is asked before it is worth while to go through an index for all that it leaves.
const QUESTIONS: usize = 1_000;

/// Which documents are to be found: all, or those that a filter leaves.
#[derive(Default)]
pub(super) struct Accept<'s> {
    /// The filter, where what is known does not tell.
    asked: Option<Asked<'s>>,
    /// Only these are to be found, and perhaps not all of them.
    known: Option<Members>,
    /// How often the filter may still be asked; none: any number of times.
    left: Option<usize>,
}

/// What the filter says of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Passes,
    Fails,
    /// It was asked too often.
    Enough,
}

impl<'s> Accept<'s> {
    /// Asks about each document, but not too often if an index could tell.
    pub fn asking(asked: Asked<'s>) -> Self {
        let left = asked.knows().then_some(QUESTIONS);
        Accept { asked: Some(asked), known: None, left }
    }

    /// Knows which documents may pass; where these are not all of them, it asks.
    pub fn knowing(asked: Asked<'s>, docs: Vec<u32>, all: bool) -> Self {
        Accept { asked: (!all).then_some(asked), known: Some(Members::new(docs)), left: None }
    }

    /// The same with all that an index tells, however much it is.
    pub fn thorough(self) -> Result<Self> {
        let Some(asked) = self.asked else { return Ok(self) };
        Ok(match asked.all(usize::MAX)? {
            Some((docs, all)) => Self::knowing(asked, docs, all),
            None => Accept { asked: Some(asked), left: None, ..self },
        })
    }

    /// The documents among which to look, if they are known.
    pub fn members(&self) -> Option<&Members> {
        self.known.as_ref()
    }

    /// Whether any document has to be asked about.
    pub fn asks(&self) -> bool {
        self.asked.is_some()
    }

    /// Asks about a document.
    pub fn answer(&mut self, doc: u32) -> Result<Answer> {
        let Some(asked) = &self.asked else { return Ok(Answer::Passes) };
        match &mut self.left {
            Some(0) => return Ok(Answer::Enough),
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(if asked.passes(doc)? { Answer::Passes } else { Answer::Fails })
    }
}
