//! What a scan asks a filter about a document.

use std::cell::{Cell, RefCell};

use super::super::fields::survivors::{Members, matches, superset};
use super::super::info::Info;
use crate::collection::Filter;
use crate::error::{Error, Result};
use crate::sqlite::source::View;

/// So many bodies are read before it is worth while to go through an index instead.
const BODIES: usize = 400;

/// A filter, asked about one document after the other. Most filters leave enough of what is near, so that a few
/// bodies tell; where they leave only what is far, every document that is nearer would be read.
pub(super) struct Accept<'s> {
    view: &'s View<'s>,
    name: &'s str,
    filter: Option<&'s Filter>,
    /// What indexes know, and whether that is all there is to know.
    known: Option<(Members, bool)>,
    /// How many bodies may still be read; none: any number.
    left: Cell<Option<usize>>,
    gave_up: Cell<bool>,
    failed: RefCell<Option<Error>>,
}

impl<'s> Accept<'s> {
    pub fn new(view: &'s View<'s>, name: &'s str, filter: Option<&'s Filter>) -> Self {
        let left = Cell::new(Some(BODIES));
        Accept { view, name, filter, known: None, left, gave_up: Cell::new(false), failed: RefCell::new(None) }
    }

    /// The same, by what indexes tell, and without giving up.
    pub fn with_indexes(self, info: &Info) -> Result<Self> {
        let known = match self.filter {
            Some(filter) => superset(self.view, info, filter)?,
            None => None,
        };
        Ok(Accept { known, left: Cell::new(None), gave_up: Cell::new(false), ..self })
    }

    /// Whether indexes tell something.
    pub fn knows(&self) -> bool {
        self.known.is_some()
    }

    /// Whether there is no filter.
    pub fn all(&self) -> bool {
        self.filter.is_none()
    }

    /// Whether too many bodies would have to be read.
    pub fn gave_up(&self) -> bool {
        self.gave_up.get()
    }

    /// Whether the filter leaves the document. A scan cannot fail in the middle of a block: see
    /// [`Accept::failure`].
    pub fn passes(&self, doc: u32) -> bool {
        let Some(filter) = self.filter else { return true };
        if let Some((members, all)) = &self.known
            && (*all || !members.contains(doc))
        {
            return members.contains(doc);
        }
        match self.left.get() {
            Some(0) => {
                self.gave_up.set(true);
                return false;
            }
            Some(left) => self.left.set(Some(left - 1)),
            None => {}
        }
        matches(self.view, self.name, doc, filter).unwrap_or_else(|error| {
            self.failed.replace(Some(error));
            false
        })
    }

    /// What went wrong since the last time.
    pub fn failure(&self) -> Result<()> {
        self.failed.take().map_or(Ok(()), Err)
    }
}
