//! Where a query goes on.

use std::cmp::Ordering;
use std::fmt::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::collection::order::SortKey;
use crate::collection::{Filter, Order};
use crate::error::{Error, Result};

/// The place of a document in an order: what decides about it, and its id for those that are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub keys: Vec<SortKey<'static>>,
    pub id: String,
}

impl Place {
    pub fn compare(&self, other: &Place, order: &Order) -> Ordering {
        order.compare_keys(&self.keys, &other.keys).then_with(|| self.id.cmp(&other.id))
    }
}

/// As it goes out: which query it is of, and the place of the last document that was given.
#[derive(Serialize, Deserialize)]
struct Cursor(u64, Vec<SortKey<'static>>, String);

/// The cursor behind a document.
pub(super) fn write(query: u64, place: Place) -> Result<String> {
    let cursor = Cursor(query, place.keys, place.id);
    let json = serde_json::to_vec(&cursor).map_err(|e| Error::internal(format!("a cursor: {e}")))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

/// The place that a cursor stands for.
pub(super) fn read(cursor: &str, query: u64, order: &Order) -> Result<Place> {
    let wrong = |what: &str| Error::invalid(format!("the cursor {what}: give one back as it was returned"));
    let json = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong("cannot be read"))?;
    let Cursor(of, keys, id) = serde_json::from_slice(&json).map_err(|_| wrong("cannot be read"))?;
    if of != query || keys.len() != order.fields().count() {
        return Err(wrong("is of a query with another filter or order"));
    }
    Ok(Place { keys, id })
}

/// What tells queries apart: FNV-1a over all that has to stay the same from portion to portion.
pub(super) fn fingerprint(name: &str, filter: &Filter, order: &Order) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    // A hash takes every text.
    let _ = write!(hash, "{:?}", (name, filter, order));
    hash.0
}

struct Fnv(u64);

impl Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_only_for_its_query() {
        let order = Order::parse(&["-a", "b"]).unwrap();
        let filter = Filter::parse(r#"{"a": 1}"#).unwrap();
        let query = fingerprint("c", &filter, &order);
        let place = Place { keys: order.keys(&serde_json::json!({"a": "é"})), id: "x".to_owned() };
        let text = write(query, place.clone()).unwrap();
        assert_eq!(read(&text, query, &order).unwrap(), place);
        let others = [
            fingerprint("d", &filter, &order),
            fingerprint("c", &Filter::parse(r#"{"a": "1"}"#).unwrap(), &order),
            fingerprint("c", &filter, &Order::parse(&["a", "b"]).unwrap()),
        ];
        for other in others {
            assert_eq!(read(&text, other, &order).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
        let half = text.get(..text.len() / 2).unwrap();
        for wrong in ["", "?", half, "W10"] {
            assert_eq!(read(wrong, query, &order).unwrap_err().kind(), ErrorKind::InvalidArgument, "{wrong}");
        }
    }
}
