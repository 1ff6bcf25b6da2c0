//! The kernel for processors with AVX2.
#![allow(unsafe_code)] // Instructions that only some processors have.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_add_epi16, _mm256_add_epi32, _mm256_and_si256, _mm256_castsi256_si128,
    _mm256_cvtepu16_epi32, _mm256_extracti128_si256, _mm256_loadu_si256, _mm256_set1_epi8, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_slli_epi16, _mm256_srli_epi16, _mm256_storeu_si256, _mm256_sub_epi16,
};

use super::chunk::{Block, ROWS};
use super::kernel::{Kernel, Table, estimates};

/// Sums in 16 bits, in each half of a register those of every second group. `low` and `high` hold two rows in every
/// 16 bits, the second 256 times, on top of the first; `low_odd` and `high_odd` that second one alone.
pub(super) struct Sums {
    pub low: __m256i,
    pub low_odd: __m256i,
    pub high: __m256i,
    pub high_odd: __m256i,
}

/// The kernel, if the processor can run it.
pub(super) fn kernel() -> Option<Kernel> {
    is_x86_feature_detected!("avx2").then_some(checked as Kernel)
}

/// Private to this file, and given out only by [`kernel`].
fn checked(table: &Table, block: &Block<'_>, limit: f32, out: &mut [f32; ROWS]) -> u32 {
    // SAFETY: `kernel` gives this function out only where AVX2 was found.
    unsafe { estimate(table, block, limit, out) }
}

#[target_feature(enable = "avx2")]
fn estimate(table: &Table, block: &Block<'_>, limit: f32, out: &mut [f32; ROWS]) -> u32 {
    let nibble = _mm256_set1_epi8(15);
    let (mut low, mut low_odd) = (_mm256_setzero_si256(), _mm256_setzero_si256());
    let (mut high, mut high_odd) = (_mm256_setzero_si256(), _mm256_setzero_si256());
    // Eight groups at a time: four look-ups add up within 8 bits. Dimensions are padded to 64, 16 groups.
    for (signs, entries) in block.signs.as_chunks::<128>().0.iter().zip(table.entries.as_chunks::<128>().0) {
        let (mut low_sum, mut high_sum) = (_mm256_setzero_si256(), _mm256_setzero_si256());
        for (signs, entries) in signs.as_chunks::<32>().0.iter().zip(entries.as_chunks::<32>().0) {
            let (signs, entries) = (load(signs), load(entries));
            let patterns = _mm256_and_si256(signs, nibble);
            low_sum = _mm256_add_epi8(low_sum, _mm256_shuffle_epi8(entries, patterns));
            let patterns = _mm256_and_si256(_mm256_srli_epi16(signs, 4), nibble);
            high_sum = _mm256_add_epi8(high_sum, _mm256_shuffle_epi8(entries, patterns));
        }
        low = _mm256_add_epi16(low, low_sum);
        low_odd = _mm256_add_epi16(low_odd, _mm256_srli_epi16(low_sum, 8));
        high = _mm256_add_epi16(high, high_sum);
        high_odd = _mm256_add_epi16(high_odd, _mm256_srli_epi16(high_sum, 8));
    }
    finish(table, block, &Sums { low, low_odd, high, high_odd }, limit, out)
}

/// From the sums of the groups to estimates. Also the end of the kernel for AVX-512.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn finish(table: &Table, block: &Block<'_>, sums: &Sums, limit: f32, out: &mut [f32; ROWS]) -> u32 {
    let Sums { low, low_odd, high, high_odd } = *sums;
    let low_even = _mm256_sub_epi16(low, _mm256_slli_epi16(low_odd, 8));
    let high_even = _mm256_sub_epi16(high, _mm256_slli_epi16(high_odd, 8));
    let mut sums = [0; ROWS];
    for (to, halves) in sums.as_chunks_mut::<8>().0.iter_mut().zip([low_even, low_odd, high_even, high_odd]) {
        let first = _mm256_cvtepu16_epi32(_mm256_castsi256_si128(halves));
        let second = _mm256_cvtepu16_epi32(_mm256_extracti128_si256(halves, 1));
        store(to, _mm256_add_epi32(first, second));
    }
    estimates(table, block, &sums, limit, out)
}

#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: 32 bytes can be read there; the load needs no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
fn store(to: &mut [i32; 8], numbers: __m256i) {
    // SAFETY: 32 bytes can be written there; the store needs no alignment.
    unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), numbers) }
}
