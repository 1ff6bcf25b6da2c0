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

/// The look-up table of a rotated query. The inner product with a pattern of signs is twice the magnitudes of the
/// components that have its sign, less all magnitudes: the first is in the table, the second in the base.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "entries are from 0 to 63")]
fn table(rotated: &[f32], offset: f64) -> Table {
    let groups = || rotated.as_chunks::<4>().0.iter();
    let magnitude = |group: &[f32; 4]| group.iter().map(|x| x.abs()).sum::<f32>();
    let largest = groups().map(magnitude).fold(0.0, f32::max);
    // Below the first bound a step would overflow, above the second it would vanish.
    let step = if (1e-36..1e36).contains(&largest) { f32::from(ENTRY) / largest } else { 0.0 };
    let mut entries = Vec::with_capacity(4 * rotated.len());
    for group in groups() {
        let [a, b, c, d] = group.map(|x| x * step);
        // Without any bit the negative components count; each bit then adds its component.
        let none = [a, b, c, d].iter().map(|x| (-x).max(0.0)).sum::<f32>() + 0.5;
        for high in [none, none + c, none + d, none + (c + d)] {
            entries.extend([high, high + a, high + b, high + (a + b)].map(|sum| sum as u8));
        }
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
    let mut estimates = [0.0; ROWS];
    for (block, start) in chunk.blocks().zip((0..).step_by(ROWS)) {
        let mut below = (probe.kernel)(&probe.table, &block, best.limit(), &mut estimates);
        while below != 0 {
            let row = below.trailing_zeros() as usize;
            below &= below - 1;
            if let (Some(&estimate), Some(doc)) = (estimates.get(row), block.docs.get(row))
                && start + row < chunk.len()
            {
                best.push(estimate, u32::from_le_bytes(*doc));
            }
        }
    }
    Ok(())
}
