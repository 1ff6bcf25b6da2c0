//! The kernel for processors with NEON, which every 64-bit ARM processor has that runs an operating system.
#![allow(unsafe_code)] // Instructions that only some processors have.

use std::arch::aarch64::{
    uint8x16_t, uint16x8_t, vaddq_u8, vaddq_u16, vandq_u8, vdupq_n_u8, vdupq_n_u16, vld1q_u8, vqtbl1q_u8,
    vreinterpretq_u16_u8, vshlq_n_u16, vshrq_n_u8, vsraq_n_u16, vst1q_u16, vsubq_u16,
};
use std::arch::is_aarch64_feature_detected;

use super::chunk::{Block, ROWS};
use super::kernel::{Kernel, Table, estimates};

/// As many groups as add up within 16 bits.
const GROUPS: usize = 1024;

/// The kernel, if the processor can run it.
pub(super) fn kernel() -> Option<Kernel> {
    is_aarch64_feature_detected!("neon").then_some(checked as Kernel)
}

/// Private to this file, and given out only by [`kernel`].
fn checked(table: &Table, block: &Block<'_>, limit: f32, out: &mut [f32; ROWS]) -> u32 {
    // SAFETY: `kernel` gives this function out only where NEON was found.
    unsafe { estimate(table, block, limit, out) }
}

#[target_feature(enable = "neon")]
fn estimate(table: &Table, block: &Block<'_>, limit: f32, out: &mut [f32; ROWS]) -> u32 {
    let mut sums = [0; ROWS];
    for (signs, entries) in block.signs.chunks(16 * GROUPS).zip(table.entries.chunks(16 * GROUPS)) {
        for (to, part) in sums.as_chunks_mut::<8>().0.iter_mut().zip(add_up(signs, entries)) {
            to.iter_mut().zip(store(part)).for_each(|(sum, part)| *sum += i32::from(part));
        }
    }
    estimates(table, block, &sums, limit, out)
}

/// The sums of at most 1,024 groups, eight neighbouring rows in a register.
#[target_feature(enable = "neon")]
fn add_up(signs: &[u8], entries: &[u8]) -> [uint16x8_t; ROWS / 8] {
    let nibble = vdupq_n_u8(15);
    // `low` and `high` hold two rows in every 16 bits, the second 256 times, on top of the first; `low_odd` and
    // `high_odd` that second one alone.
    let (mut low, mut low_odd) = (vdupq_n_u16(0), vdupq_n_u16(0));
    let (mut high, mut high_odd) = (vdupq_n_u16(0), vdupq_n_u16(0));
    // Four groups at a time: four look-ups add up within 8 bits. Dimensions are padded to 64, 16 groups.
    for (signs, entries) in signs.as_chunks::<64>().0.iter().zip(entries.as_chunks::<64>().0) {
        let (mut low_sum, mut high_sum) = (vdupq_n_u8(0), vdupq_n_u8(0));
        for (signs, entries) in signs.as_chunks::<16>().0.iter().zip(entries.as_chunks::<16>().0) {
            let (signs, entries) = (load(signs), load(entries));
            low_sum = vaddq_u8(low_sum, vqtbl1q_u8(entries, vandq_u8(signs, nibble)));
            high_sum = vaddq_u8(high_sum, vqtbl1q_u8(entries, vshrq_n_u8(signs, 4)));
        }
        let (low_sum, high_sum) = (vreinterpretq_u16_u8(low_sum), vreinterpretq_u16_u8(high_sum));
        low = vaddq_u16(low, low_sum);
        low_odd = vsraq_n_u16(low_odd, low_sum, 8);
        high = vaddq_u16(high, high_sum);
        high_odd = vsraq_n_u16(high_odd, high_sum, 8);
    }
    let low_even = vsubq_u16(low, vshlq_n_u16(low_odd, 8));
    let high_even = vsubq_u16(high, vshlq_n_u16(high_odd, 8));
    [low_even, low_odd, high_even, high_odd]
}

#[target_feature(enable = "neon")]
fn load(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: 16 bytes can be read there; the load needs no alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

#[target_feature(enable = "neon")]
fn store(numbers: uint16x8_t) -> [u16; 8] {
    let mut to = [0; 8];
    // SAFETY: eight numbers can be written there.
    unsafe { vst1q_u16(to.as_mut_ptr(), numbers) }
    to
}
