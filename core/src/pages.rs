//! Going through a structure in portions, each from where the last one ended, with nothing held in between.

use crate::error::Result;

/// How many items are fetched at a time.
const PAGE: usize = 256;

/// Where an iteration is: the items of the portion at hand, and the place of the last one before.
pub(crate) struct Pages<T, P> {
    page: std::vec::IntoIter<T>,
    last: Option<P>,
    /// How many items are still to be fetched.
    left: usize,
}

impl<T, P> Pages<T, P> {
    /// An iteration over at most so many items.
    pub fn new(limit: usize) -> Self {
        Pages { page: Vec::new().into_iter(), last: None, left: limit }
    }

    /// An iteration that goes on behind a place.
    pub fn after(place: P) -> Self {
        Pages { last: Some(place), ..Pages::new(usize::MAX) }
    }

    /// The next item. `fetch` gets so many items after a place; `place` tells where an item is. After an
    /// error the iteration is over.
    pub fn next(
        &mut self,
        fetch: impl FnOnce(Option<&P>, usize) -> Result<Vec<T>>,
        place: impl FnOnce(&T) -> P,
    ) -> Option<Result<T>> {
        if self.page.len() == 0 {
            let most = self.left.min(PAGE);
            if most == 0 {
                return None;
            }
            match fetch(self.last.as_ref(), most) {
                Ok(page) => {
                    self.left = if page.len() < most { 0 } else { self.left - most };
                    self.page = page.into_iter();
                }
                Err(error) => {
                    self.left = 0;
                    return Some(Err(error));
                }
            }
        }
        let item = self.page.next()?;
        if self.page.len() == 0 {
            self.last = Some(place(&item));
        }
        Some(Ok(item))
    }
}
