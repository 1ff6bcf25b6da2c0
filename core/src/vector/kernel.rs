//! The inner loop of a scan: estimates for a block of 32 rows.
//!
//! Every kernel gives the same estimates to the last bit: the sums are whole numbers, and what follows is done in
//! one order without fused operations.

use super::chunk::{Block, ROWS};

/// The largest entry of a look-up table. Four entries add up within 8 bits, and 1,024 groups within 16.
pub(super) const ENTRY: u8 = 63;

/// The query of a scan: for every four dimensions, what each of their 16 sign patterns contributes.
pub(super) struct Table {
    /// 16 entries for each group of four dimensions, 0 to [`ENTRY`].
    pub entries: Vec<u8>,
    /// A sum of entries times `scale` plus `base` is the inner product of the query and the signs.
    pub scale: f32,
    pub base: f32,
    /// The part of the query in the estimate.
    pub offset: f32,
}

/// Writes the estimates of a block, and tells which are below the limit: bit `r` for row `r`.
pub(super) type Kernel = fn(&Table, &Block<'_>, f32, &mut [f32; ROWS]) -> u32;

/// The fastest kernel that the processor can run.
pub(super) fn fastest() -> Kernel {
    every().next().map_or(portable, |(_, kernel)| kernel)
}

/// The kernels that the processor can run, the fastest first, and their names.
pub(super) fn every() -> impl Iterator<Item = (&'static str, Kernel)> {
    let kernels = [
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        ("AVX-512", super::avx512::kernel()),
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        ("AVX2", super::avx2::kernel()),
        #[cfg(all(feature = "simd", target_arch = "aarch64", target_endian = "little"))]
        ("NEON", super::neon::kernel()),
        ("portable", Some(portable as Kernel)),
    ];
    kernels.into_iter().filter_map(|(name, kernel)| Some((name, kernel?)))
}

/// The kernel for every processor.
pub(super) fn portable(table: &Table, block: &Block<'_>, limit: f32, out: &mut [f32; ROWS]) -> u32 {
    let mut sums = [0; ROWS];
    for (signs, entries) in block.signs.as_chunks::<16>().0.iter().zip(table.entries.as_chunks::<16>().0) {
        let (low, high) = sums.split_at_mut(ROWS / 2);
        let (low, middle) = low.split_at_mut(ROWS / 4);
        let (high, last) = high.split_at_mut(ROWS / 4);
        let pairs = signs.as_chunks::<2>().0.iter();
        for ((((pair, a), b), c), d) in pairs.zip(low).zip(middle).zip(high).zip(last) {
            let [even, odd] = *pair;
            *a += look_up(entries, even & 15);
            *b += look_up(entries, odd & 15);
            *c += look_up(entries, even >> 4);
            *d += look_up(entries, odd >> 4);
        }
    }
    estimates(table, block, &sums, limit, out)
}

fn look_up(entries: &[u8; 16], pattern: u8) -> i32 {
    entries.get(usize::from(pattern)).copied().unwrap_or_default().into()
}

/// From sums to estimates: the end of every kernel, compiled into each for its processor.
#[inline(always)]
#[expect(clippy::inline_always, reason = "only so does it use the registers of the kernel around it")]
#[expect(clippy::cast_precision_loss, reason = "sums are below 2^24")]
pub(super) fn estimates(
    table: &Table,
    block: &Block<'_>,
    sums: &[i32; ROWS],
    limit: f32,
    out: &mut [f32; ROWS],
) -> u32 {
    let mut below = 0;
    for ((((out, sum), add), mul), row) in out.iter_mut().zip(sums).zip(block.add).zip(block.mul).zip(0_u32..) {
        let product = *sum as f32 * table.scale + table.base;
        let estimate = f32::from_le_bytes(*add) + f32::from_le_bytes(*mul) * product + table.offset;
        // What overflows, or is no number because the chunk is damaged, is far but not out of reach.
        *out = if estimate < f32::MAX { estimate } else { f32::MAX };
        below |= u32::from(*out < limit) << row;
    }
    below
}
