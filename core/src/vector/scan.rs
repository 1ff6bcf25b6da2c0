//! The scan of chunks for the rows that are nearest to a query by estimate.

use super::bounded;
use super::candidates::Candidates;
use super::chunk::{Chunk, Damaged, ROWS};
use super::code::{Encoder, Residual};
use super::kernel::{ENTRY, Kernel, Table, fastest};
use super::metric::Metric;

/// A query prepared for the scan of chunks.
pub(crate) struct Probe {
    dim: usize,
    table: Table,
    kernel: Kernel,
}

impl Probe {
    /// Prepares a query for the codes of an encoder. O(n log n) for n dimensions.
    pub fn new(encoder: &Encoder, query: &[f32]) -> Self {
        let Residual { square, along, rotated } = encoder.residual(&encoder.metric().prepared(query));
        let offset = match encoder.metric() {
            Metric::L2 => square,
            Metric::Cosine => square / 2.0,
            Metric::Dot => -along - encoder.centroid_square(),
        };
        Probe { dim: encoder.dim(), table: table(&rotated, offset), kernel: fastest() }
    }

    /// The same, with the kernel for every processor.
    #[cfg(test)]
    pub fn portable(encoder: &Encoder, query: &[f32]) -> Self {
        Probe { kernel: super::kernel::portable, ..Probe::new(encoder, query) }
    }
}

/// The look-up table of a rotated query. A pattern of signs counts each component that has its sign twice, and none
/// that has not: that is the inner product with the signs, plus the sum of all magnitudes.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "entries are from 0 to 63")]
fn table(rotated: &[f32], offset: f64) -> Table {
    let groups = || rotated.as_chunks::<4>().0.iter();
    let magnitude = |group: &[f32; 4]| group.iter().map(|x| x.abs()).sum::<f32>();
    let largest = groups().map(magnitude).fold(0.0, f32::max);
    let step = if largest > 0.0 && largest.is_finite() { f32::from(ENTRY) / largest } else { 0.0 };
    let mut entries = Vec::with_capacity(4 * rotated.len());
    for group in groups() {
        // Pattern by pattern, each dimension doubles the list.
        let mut sums = [0.0; 16];
        for (pattern, sum) in (0_usize..).zip(sums.iter_mut()) {
            for (bit, x) in group.iter().enumerate() {
                if (pattern >> bit & 1 == 1) == (*x > 0.0) {
                    *sum += x.abs();
                }
            }
        }
        entries.extend(sums.map(|sum| (sum * step + 0.5) as u8));
    }
    let scale = if step > 0.0 { 2.0 / step } else { 0.0 };
    let base = -rotated.iter().map(|x| f64::from(x.abs())).sum::<f64>();
    Table { entries, scale, base: bounded(base), offset: bounded(offset) }
}

/// Offers the rows of a chunk that may be among the best. O(rows x dimensions / 4) look-ups.
///
/// # Errors
/// [`Damaged`] if it is no chunk, or one of other dimensions.
pub(crate) fn scan(probe: &Probe, chunk: &[u8], best: &mut Candidates<'_>) -> Result<(), Damaged> {
    let chunk = Chunk::parse(chunk)?;
    if !chunk.is_of(probe.dim) {
        return Err(Damaged);
    }
    let mut left = chunk.len();
    let mut estimates = [0.0; ROWS];
    for block in chunk.blocks() {
        if (probe.kernel)(&probe.table, &block, best.limit(), &mut estimates) {
            for (&estimate, doc) in estimates.iter().zip(block.docs).take(left) {
                if estimate < best.limit() {
                    best.push(estimate, u32::from_le_bytes(*doc));
                }
            }
        }
        left = left.saturating_sub(ROWS);
    }
    Ok(())
}
