//! What callers hand in, checked.

use std::time::Duration;

use beaver_core::{Error, ErrorKind, Json, MAX_DIMENSION, Result, When, seconds, wire};

const BYTES: usize = size_of::<f32>();

/// A wait: -1 is for ever, 0 a try.
pub fn timeout(timeout_ms: i64) -> Result<Option<Duration>> {
    match u64::try_from(timeout_ms) {
        Ok(ms) => Ok(Some(Duration::from_millis(ms))),
        Err(_) if timeout_ms == -1 => Ok(None),
        Err(_) => Err(invalid("timeout_ms is below -1: give -1 to wait for ever, 0 to try")),
    }
}

/// A time to live: 0 is none.
pub fn ttl(ttl_seconds: f64) -> Result<Option<Duration>> {
    if ttl_seconds == 0.0 { Ok(None) } else { seconds("ttl_seconds", ttl_seconds).map(Some) }
}

/// A delay: 0 is at once.
pub fn delay(delay_seconds: f64) -> Result<Duration> {
    if delay_seconds == 0.0 { Ok(Duration::ZERO) } else { seconds("delay_seconds", delay_seconds) }
}

/// A value that may be none.
pub fn optional_json(text: Option<&str>) -> Result<Option<Json>> {
    text.map(Json::parse).transpose()
}

/// The condition of an operation in a batch.
pub fn condition(text: Option<&str>) -> Result<When> {
    text.map_or(Ok(When::Always), |text| wire::condition("condition", text))
}

/// Floats, from their little-endian bytes.
pub fn floats(name: &str, bytes: &[u8]) -> Result<Vec<f32>> {
    let (components, rest) = bytes.as_chunks::<BYTES>();
    if !rest.is_empty() {
        return Err(invalid(&format!("{name} has {} bytes, no multiple of {BYTES}: give 32-bit floats", bytes.len())));
    }
    Ok(components.iter().map(|component| f32::from_le_bytes(*component)).collect())
}

/// The components of a vector.
pub fn vector(name: &str, bytes: &[u8]) -> Result<Vec<f32>> {
    let found = bytes.len() / BYTES;
    if found > MAX_DIMENSION {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("{name} has {found} components, at most {MAX_DIMENSION} are allowed"),
        ));
    }
    floats(name, bytes)
}

/// A vector that may be none: then it is empty.
pub fn optional_vector(name: &str, bytes: &[u8]) -> Result<Option<Vec<f32>>> {
    if bytes.is_empty() { Ok(None) } else { vector(name, bytes).map(Some) }
}

/// The bytes of a vector.
pub fn vector_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|component| component.to_le_bytes()).collect()
}

/// The rows of a matrix, one for each of so many documents; a document whose flag is 0 has none. No bytes at all are no
/// embeddings.
pub fn rows<'m>(matrix: &'m [f32], dimension: u32, flags: &[u8], count: usize) -> Result<Vec<Option<&'m [f32]>>> {
    if matrix.is_empty() && flags.is_empty() {
        return Ok(vec![None; count]);
    }
    if !flags.is_empty() && flags.len() != count {
        let found = flags.len();
        return Err(invalid(&format!("has_embedding has {found} flags for {count} documents: give one for each")));
    }
    let dimension = usize::try_from(dimension).unwrap_or(usize::MAX);
    let expected = if flags.is_empty() { count } else { flags.iter().filter(|flag| **flag != 0).count() };
    if dimension == 0 || dimension.checked_mul(expected) != Some(matrix.len()) {
        let found = matrix.len();
        return Err(invalid(&format!(
            "embeddings has {found} components for {expected} documents of {dimension}: give each of them as many"
        )));
    }
    let mut rows = matrix.chunks_exact(dimension);
    let has = (0..count).map(|index| flags.get(index).is_none_or(|flag| *flag != 0));
    Ok(has.map(|has| if has { rows.next() } else { None }).collect())
}

fn invalid(text: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, text)
}
