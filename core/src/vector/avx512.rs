//! The kernel for processors with AVX-512: that of [`super::avx2`] with four groups in a register instead of two.
#![allow(unsafe_code)] // Instructions that only some processors have.

use std::arch::x86_64::{
    __m256i, __m512i, _mm256_add_epi16, _mm512_add_epi8, _mm512_add_epi16, _mm512_and_si512, _mm512_castsi512_si256,
    _mm512_extracti64x4_epi64, _mm512_loadu_si512, _mm512_set1_epi8, _mm512_setzero_si512, _mm512_shuffle_epi8,
    _mm512_srli_epi16,
};

use super::avx2::{Sums, finish};
use super::chunk::{Block, ROWS};
use super::kernel::{Kernel, Table};

/// The kernel, if the processor can run it.
pub(super) fn kernel() -> Option<Kernel> {
    (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")).then_some(checked as Kernel)
}

/// Private to this file, and given out only by [`kernel`].
fn checked(table: &Table, block: &Block<'_>, limit: f32, out: &mut [f32; ROWS]) -> u32 {
    // SAFETY: `kernel` gives this function out only where both were found.
    unsafe { estimate(table, block, limit, out) }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn estimate(table: &Table, block: &Block<'_>, limit: f32, out: &mut [f32; ROWS]) -> u32 {
    let nibble = _mm512_set1_epi8(15);
    // As in [`Sums`], in each quarter of the register those of every fourth group.
    let (mut low, mut low_odd) = (_mm512_setzero_si512(), _mm512_setzero_si512());
    let (mut high, mut high_odd) = (_mm512_setzero_si512(), _mm512_setzero_si512());
    // Sixteen groups at a time: four look-ups add up within 8 bits, and dimensions are padded to 16 groups.
    for (signs, entries) in block.signs.as_chunks::<256>().0.iter().zip(table.entries.as_chunks::<256>().0) {
        let (mut low_sum, mut high_sum) = (_mm512_setzero_si512(), _mm512_setzero_si512());
        for (signs, entries) in signs.as_chunks::<64>().0.iter().zip(entries.as_chunks::<64>().0) {
            let (signs, entries) = (load(signs), load(entries));
            let patterns = _mm512_and_si512(signs, nibble);
            low_sum = _mm512_add_epi8(low_sum, _mm512_shuffle_epi8(entries, patterns));
            let patterns = _mm512_and_si512(_mm512_srli_epi16(signs, 4), nibble);
            high_sum = _mm512_add_epi8(high_sum, _mm512_shuffle_epi8(entries, patterns));
        }
        low = _mm512_add_epi16(low, low_sum);
        low_odd = _mm512_add_epi16(low_odd, _mm512_srli_epi16(low_sum, 8));
        high = _mm512_add_epi16(high, high_sum);
        high_odd = _mm512_add_epi16(high_odd, _mm512_srli_epi16(high_sum, 8));
    }
    let sums = Sums { low: fold(low), low_odd: fold(low_odd), high: fold(high), high_odd: fold(high_odd) };
    finish(table, block, &sums, limit, out)
}

/// The sums of every second group from those of every fourth.
#[target_feature(enable = "avx512f")]
fn fold(quarters: __m512i) -> __m256i {
    _mm256_add_epi16(_mm512_castsi512_si256(quarters), _mm512_extracti64x4_epi64(quarters, 1))
}

#[target_feature(enable = "avx512f")]
fn load(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: 64 bytes can be read there; the load needs no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}
