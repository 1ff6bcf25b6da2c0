//! The scan of chunks for the rows that may be the nearest to a query.

use super::bounded;
use super::candidates::Candidates;
use super::chunk::{Chunk, Damaged, ROWS};
use super::code::{Encoder, Turned};
use super::inner::{dot, squared};
use super::kernel::{ENTRY, Kernel, Table, fastest};
use super::metric::Metric;

/// The standard deviation of an estimate is about this times `mul` and the length of the query's residual: the signs
/// of a rotated vector have an angle to it whose cosine is about `sqrt(2 / pi)`, and this is the sine (Gao and Long,
/// SIGMOD 2024, theorem 3.2).
const DEVIATION: f64 = 0.603;

/// How many standard deviations the `k`-th nearest is hardly farther than its estimate. The smallest of many estimates
/// are on average too small, by 0.1 to 0.7 deviations on all data that were tried.
const LUCK: f64 = 1.0;

/// Recall by margin, measured at k = 10 on made-up clusters of 768 and 1,536 dimensions under every metric: the least
/// of them, to 0.005. Text embeddings do better: 0.994 to 0.997 at the margin for 0.99.
const MARGINS: [(f64, f64); 6] = [(0.85, 0.5), (0.9, 0.8), (0.94, 1.0), (0.99, 1.8), (0.998, 2.5), (1.0, 3.5)];

/// A query prepared for the scan of chunks.
pub(crate) struct Probe {
    dim: usize,
    metric: Metric,
    margin: f64,
    turned: Turned,
    /// The sum of the magnitudes of its components.
    magnitude: f64,
    /// What the inner product with a partition's centroid is taken from, for the metric dot.
    start: f64,
    table: Table,
    /// The upper bound less the lower one, divided by the size of `mul`.
    width: f32,
    kernel: Kernel,
}

/// How many standard deviations below its estimate a row has to be taken for possible, so that about this share of
/// the nearest is found (0 to 1).
pub(crate) fn margin(recall: f64) -> f64 {
    let mut last = (0.0, 0.0);
    for (share, margin) in MARGINS {
        if recall <= share {
            return last.1 + (margin - last.1) * ((recall - last.0) / (share - last.0)).max(0.0);
        }
        last = (share, margin);
    }
    last.1
}

impl Probe {
    /// Prepares a query for the codes of an encoder, those outside of partitions at first. A row counts as so many
    /// standard deviations nearer than its estimate ([`margin`]); with 0 the estimates themselves come out.
    /// O(n log n) for n dimensions.
    pub fn new(encoder: &Encoder, query: &[f32], margin: f64) -> Self {
        let turned = encoder.turn(query);
        let mut probe = Probe {
            dim: encoder.dim(),
            metric: encoder.metric(),
            margin,
            magnitude: turned.rotated.iter().map(|x| f64::from(x.abs())).sum(),
            start: -turned.along - encoder.centroid_square(),
            table: table(&turned.rotated),
            width: 0.0,
            kernel: fastest(),
            turned,
        };
        probe.set(probe.turned.square, 0.0);
        probe
    }

    /// From now on, the codes of the partition of that centroid. O(n) for n dimensions.
    pub fn aim(&mut self, centroid: &[f32]) {
        let along = if self.metric == Metric::Dot { dot(&self.turned.rotated, centroid) } else { 0.0 };
        self.set(squared(&self.turned.rotated, centroid), along);
    }

    /// The query as it was turned.
    pub fn rotated(&self) -> &[f32] {
        &self.turned.rotated
    }

    fn set(&mut self, square: f64, along: f64) {
        let offset = match self.metric {
            Metric::L2 => square,
            Metric::Cosine => square / 2.0,
            Metric::Dot => self.start - along,
        };
        let deviation = DEVIATION * square.sqrt();
        // Since `mul` is never above zero, what is added to the base is taken off the estimate.
        self.table.base = bounded(self.margin * deviation - self.magnitude);
        self.table.offset = bounded(offset);
        self.width = bounded((self.margin + LUCK) * deviation);
    }

    /// The same, for a scan by another kernel.
    #[cfg(test)]
    pub(super) fn by(self, kernel: Kernel) -> Self {
        Probe { kernel, ..self }
    }
}

/// The look-up table of a rotated query. The inner product with a pattern of signs is twice the magnitudes of the
/// components that have its sign, less all magnitudes: the first is in the table, the second in the base, which
/// [`Probe::set`] writes.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "entries are from 0 to 63")]
fn table(rotated: &[f32]) -> Table {
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
    Table { entries, scale, base: 0.0, offset: 0.0 }
}

/// Offers the rows of a chunk that may be among the nearest. O(rows x dimensions / 4) look-ups.
///
/// # Errors
/// [`Damaged`] if it is no chunk, or one of other dimensions.
pub(crate) fn scan(probe: &Probe, chunk: &[u8], best: &mut Candidates<'_>) -> Result<(), Damaged> {
    scan_to(probe, chunk, best.limit(), |lower, upper, doc| {
        best.push(lower, upper, doc);
        best.limit()
    })
}

/// Calls with the lower bound, the upper bound and the document of each row whose lower bound is below a limit; what
/// the call gives is the limit from the next 32 rows on.
///
/// # Errors
/// As for [`scan`].
pub(crate) fn scan_to(
    probe: &Probe,
    chunk: &[u8],
    mut limit: f32,
    mut found: impl FnMut(f32, f32, u32) -> f32,
) -> Result<(), Damaged> {
    let chunk = Chunk::parse(chunk)?;
    if !chunk.is_of(probe.dim) {
        return Err(Damaged);
    }
    let mut bounds = [0.0; ROWS];
    for (block, start) in chunk.blocks().zip((0..).step_by(ROWS)) {
        let mut below = (probe.kernel)(&probe.table, &block, limit, &mut bounds);
        while below != 0 {
            let row = below.trailing_zeros() as usize;
            below &= below - 1;
            if let (Some(&lower), Some(mul), Some(doc)) = (bounds.get(row), block.mul.get(row), block.docs.get(row))
                && start + row < chunk.len()
            {
                limit = found(lower, lower - f32::from_le_bytes(*mul) * probe.width, u32::from_le_bytes(*doc));
            }
        }
    }
    Ok(())
}
