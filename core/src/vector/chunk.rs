//! Chunks: the stored form of codes, made to be scanned where they lie in a page of the database.
//!
//! A chunk is a header and blocks of 32 rows; all numbers are little-endian. It takes as many blocks as keep it
//! within one leaf of a page of 4 KiB ([`capacity`]), and at least one.
//!
//! | bytes | header |
//! |---|---|
//! | 2 | the rows in the chunk |
//! | 2 | their dimensions, padded to the next multiple of 64, divided by 64 (1 to 128) |
//!
//! | bytes | block |
//! |---|---|
//! | 32 x 4 | the keys of the documents, unsigned; 0 behind the last row |
//! | 32 x 4 | `add` of each row, a binary32 number |
//! | 32 x 4 | `mul` of each row, a binary32 number |
//! | 16 for every four dimensions | the signs of these dimensions in all rows |
//!
//! Four dimensions of a row are a nibble (see [`Code::signs`]). In its 16 bytes, row `r` of the block has byte
//! `2 (r mod 8) + (r div 8) mod 2`, the low half of it for the rows 0 to 15, the high half for the others: what a look-up of 16
//! bytes at once and a sum in 16 bits then yield are eight neighbouring rows.

use super::code::Code;
use super::{MAX_DIMENSIONS, padded};

/// The rows of a block.
pub(super) const ROWS: usize = 32;

const HEADER: usize = 4;

/// The bytes of a block before its signs.
const FACTORS: usize = 3 * 4 * ROWS;

/// What fits into one leaf of a page of 4 KiB beside the other columns of a row.
const LEAF: usize = 4040;

/// The bytes are no chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged;

/// How many rows a chunk takes: a multiple of 32; 64 for 384 dimensions.
pub(crate) fn capacity(dim: usize) -> usize {
    ROWS * ((LEAF - HEADER) / block_bytes(padded(dim) / 64)).max(1)
}

fn block_bytes(words: usize) -> usize {
    FACTORS + words * 256
}

/// The stored chunk, its length checked.
pub(crate) struct Chunk<'a> {
    rows: usize,
    words: usize,
    body: &'a [u8],
}

/// Thirty-two rows.
pub(super) struct Block<'a> {
    pub docs: &'a [[u8; 4]; ROWS],
    pub add: &'a [[u8; 4]; ROWS],
    pub mul: &'a [[u8; 4]; ROWS],
    /// 16 bytes for every four dimensions.
    pub signs: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// Reads a chunk where it lies. O(1).
    ///
    /// # Errors
    /// [`Damaged`] if the header cannot be, or the length is not what it says.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let (header, body) = bytes.split_first_chunk::<HEADER>().ok_or(Damaged)?;
        let [rows_low, rows_high, words_low, words_high] = *header;
        let rows = usize::from(u16::from_le_bytes([rows_low, rows_high]));
        let words = usize::from(u16::from_le_bytes([words_low, words_high]));
        let right =
            (1..=MAX_DIMENSIONS / 64).contains(&words) && body.len() == rows.div_ceil(ROWS) * block_bytes(words);
        if right { Ok(Chunk { rows, words, body }) } else { Err(Damaged) }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether the codes are of vectors of so many dimensions, up to the padding.
    pub fn is_of(&self, dim: usize) -> bool {
        self.words == padded(dim) / 64
    }

    /// The keys of the documents, row by row.
    pub fn docs(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.blocks().flat_map(|block| block.docs.iter().copied().map(u32::from_le_bytes)).take(self.rows)
    }

    /// Documents and codes, row by row.
    pub fn codes(&self) -> impl Iterator<Item = (u32, Code)> + use<'a> {
        self.blocks().flat_map(|block| (0..ROWS).filter_map(move |row| block.code(row))).take(self.rows)
    }

    pub(super) fn blocks(&self) -> impl Iterator<Item = Block<'a>> + use<'a> {
        self.body.chunks_exact(block_bytes(self.words)).filter_map(Block::parse)
    }
}

impl<'a> Block<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (docs, rest) = numbers(bytes)?;
        let (add, rest) = numbers(rest)?;
        let (mul, signs) = numbers(rest)?;
        Some(Block { docs, add, mul, signs })
    }

    fn code(&self, row: usize) -> Option<(u32, Code)> {
        let (byte, shift) = place(row);
        let signs = self.signs.chunks_exact(16).filter_map(|group| Some(group.get(byte)? >> shift & 15)).collect();
        let code =
            Code { add: f32::from_le_bytes(*self.add.get(row)?), mul: f32::from_le_bytes(*self.mul.get(row)?), signs };
        Some((u32::from_le_bytes(*self.docs.get(row)?), code))
    }
}

/// Thirty-two numbers, and what is behind them.
fn numbers(bytes: &[u8]) -> Option<(&[[u8; 4]; ROWS], &[u8])> {
    let (numbers, rest) = bytes.split_at_checked(4 * ROWS)?;
    Some((numbers.as_chunks::<4>().0.try_into().ok()?, rest))
}

/// The byte of a row among the 16 of a group, and the bits below its nibble.
fn place(row: usize) -> (usize, usize) {
    (2 * (row % 8) + row / 8 % 2, row / 16 % 2 * 4)
}

/// How many rows a chunk has.
///
/// # Errors
/// [`Damaged`] if it is none.
pub(crate) fn len(chunk: &[u8]) -> Result<usize, Damaged> {
    Ok(Chunk::parse(chunk)?.len())
}

/// The keys of the documents of a chunk, row by row.
///
/// # Errors
/// [`Damaged`] if it is none.
pub(crate) fn docs(chunk: &[u8]) -> Result<impl Iterator<Item = u32>, Damaged> {
    Ok(Chunk::parse(chunk)?.docs())
}

/// Appends a row to a chunk, or to nothing, which becomes a chunk. False if it is full. O(dimensions).
///
/// # Errors
/// [`Damaged`] if it or the code is not of so many dimensions; it is left as it is.
pub(crate) fn push(chunk: &mut Vec<u8>, dim: usize, doc: u32, code: &Code) -> Result<bool, Damaged> {
    let words = padded(dim) / 64;
    if !(1..=MAX_DIMENSIONS).contains(&dim) || code.signs.len() != 16 * words {
        return Err(Damaged);
    }
    if chunk.is_empty() {
        chunk.extend([0, 0]);
        chunk.extend(u16::try_from(words).map_err(|_| Damaged)?.to_le_bytes());
    }
    let rows = match Chunk::parse(chunk)? {
        parsed if parsed.is_of(dim) => parsed.len(),
        _ => return Err(Damaged),
    };
    if rows >= capacity(dim) {
        return Ok(false);
    }
    if rows % ROWS == 0 {
        chunk.resize(chunk.len() + block_bytes(words), 0);
    }
    let count = u16::try_from(rows + 1).map_err(|_| Damaged)?;
    chunk.get_mut(..2).ok_or(Damaged)?.copy_from_slice(&count.to_le_bytes());
    put(chunk, rows, doc, code).map(|()| true)
}

/// Writes over a row of a chunk in place. O(dimensions).
///
/// # Errors
/// [`Damaged`] if it is no chunk, has no such row, or is of other dimensions than the code; it is left as it is.
pub(crate) fn put(chunk: &mut [u8], row: usize, doc: u32, code: &Code) -> Result<(), Damaged> {
    let Chunk { rows, words, .. } = Chunk::parse(chunk)?;
    if row >= rows || code.signs.len() != 16 * words {
        return Err(Damaged);
    }
    let body = chunk.get_mut(HEADER..).ok_or(Damaged)?;
    let block = body.chunks_exact_mut(block_bytes(words)).nth(row / ROWS).ok_or(Damaged)?;
    let (factors, signs) = block.split_at_mut_checked(FACTORS).ok_or(Damaged)?;
    let row = row % ROWS;
    let columns = [doc.to_le_bytes(), code.add.to_le_bytes(), code.mul.to_le_bytes()];
    for (column, value) in factors.chunks_exact_mut(4 * ROWS).zip(columns) {
        column.as_chunks_mut::<4>().0.get_mut(row).ok_or(Damaged)?.copy_from_slice(&value);
    }
    let (byte, shift) = place(row);
    for (group, bits) in signs.chunks_exact_mut(16).zip(&code.signs) {
        let byte = group.get_mut(byte).ok_or(Damaged)?;
        *byte = *byte & !(15 << shift) | (bits & 15) << shift;
    }
    Ok(())
}
