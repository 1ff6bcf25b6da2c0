//! Every kernel that this machine can run gives the same estimates.

use proptest::prelude::*;

use super::super::chunk::{Block, ROWS};
use super::super::kernel::{ENTRY, Kernel, Table, every, fastest, portable};
use super::super::*;
use super::{Random, candidates, chunks_of, encoder_of};

/// Numbers that only a damaged chunk or a query beyond all bounds brings.
const WILD: [f32; 8] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1e-45, -0.0, 0.0];

fn random_table(random: &mut Random, dim: usize) -> Table {
    let entries = (0..4 * dim).map(|_| random.word().to_le_bytes()[2] % (ENTRY + 1)).collect();
    Table { entries, scale: 0.001 * random.normal(), base: random.normal(), offset: random.normal() }
}

/// A chunk of one block.
fn block_of(dim: usize, code: impl FnMut() -> Code) -> Vec<u8> {
    let mut chunk = Vec::new();
    let codes = std::iter::repeat_with(code).take(ROWS);
    codes.zip(0..).for_each(|(code, doc)| assert!(push(&mut chunk, dim, doc, &code).unwrap()));
    chunk
}

fn first_block(chunk: &[u8]) -> Block<'_> {
    Chunk::parse(chunk).unwrap().blocks().next().unwrap()
}

/// The bits of the estimates, and which are below the limit.
fn run(kernel: Kernel, table: &Table, chunk: &[u8], limit: f32) -> ([u32; ROWS], u32) {
    let mut out = [0.0; ROWS];
    let below = kernel(table, &first_block(chunk), limit, &mut out);
    (out.map(f32::to_bits), below)
}

fn assert_alike(table: &Table, chunk: &[u8], limit: f32) {
    let expected = run(portable, table, chunk, limit);
    for (name, kernel) in every() {
        assert_eq!(run(kernel, table, chunk, limit), expected, "{name}, {} bytes of entries", table.entries.len());
    }
}

#[test]
fn the_first_kernel_is_the_one_that_scans_and_the_last_runs_everywhere() {
    let names: Vec<_> = every().map(|(name, _)| name).collect();
    let mut possible = Vec::new();
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") {
            possible.push("AVX-512");
        }
        if is_x86_feature_detected!("avx2") {
            possible.push("AVX2");
        }
    }
    #[cfg(all(feature = "simd", target_arch = "aarch64", target_endian = "little"))]
    possible.push("NEON");
    possible.push("portable");
    assert_eq!(names, possible);
    assert!(std::ptr::fn_addr_eq(every().next().unwrap().1, fastest()));
}

#[test]
fn the_largest_sums_do_not_overflow() {
    for dim in [64, 128, 1024, 4096, 4160, 8128, 8192] {
        let code = Code { add: 0.0, mul: 1.0, signs: vec![15; dim / 4] };
        let chunk = block_of(dim, || code.clone());
        let table = Table { entries: vec![ENTRY; 4 * dim], scale: 1.0, base: 0.0, offset: 0.0 };
        let sum = (dim / 4 * usize::from(ENTRY)) as f32;
        for (name, kernel) in every() {
            let estimates = run(kernel, &table, &chunk, f32::INFINITY);
            assert_eq!(estimates, ([sum.to_bits(); ROWS], u32::MAX), "{name} {dim}");
        }
    }
}

#[test]
fn each_row_has_a_sum_of_its_own() {
    // One row has the largest entry in every group, its neighbours nothing: nothing may spill over.
    for dim in [64, 384, 4096, 8192] {
        let group: Vec<u8> = (0..16).map(|pattern| if pattern == 15 { ENTRY } else { 0 }).collect();
        let table = Table { entries: group.repeat(dim / 4), scale: 1.0, base: 0.0, offset: 0.0 };
        for full in 0..ROWS {
            let mut signs = (0..ROWS).map(|row| if row == full { 15 } else { 0 });
            let code = || Code { add: 0.0, mul: 1.0, signs: vec![signs.next().unwrap(); dim / 4] };
            let chunk = block_of(dim, code);
            let mut expected = [0.0_f32; ROWS];
            expected[full] = (dim / 4 * usize::from(ENTRY)) as f32;
            for (name, kernel) in every() {
                let estimates = run(kernel, &table, &chunk, 1.0);
                assert_eq!(estimates, (expected.map(f32::to_bits), !(1 << full)), "{name} {dim} {full}");
            }
        }
    }
}

#[test]
fn damaged_factors_are_far_for_every_kernel_and_alike() {
    let mut random = Random(13);
    for dim in [64, 128, 384, 1024, 8192] {
        let mut wild = WILD.iter().flat_map(|&add| WILD.map(|mul| (add, mul))).cycle();
        for _ in 0..2 {
            let chunk = block_of(dim, || {
                let (add, mul) = wild.next().unwrap();
                Code { add, mul, ..random.code(dim) }
            });
            let mut table = random_table(&mut random, dim);
            for scale in [table.scale, 0.0, f32::MAX, f32::NAN, f32::NEG_INFINITY] {
                table.scale = scale;
                for limit in [0.0, f32::MAX, f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
                    assert_alike(&table, &chunk, limit);
                    let (estimates, _) = run(portable, &table, &chunk, limit);
                    assert!(estimates.iter().all(|&bits| f32::from_bits(bits) <= f32::MAX));
                }
            }
        }
    }
}

#[test]
fn a_block_of_any_bytes_is_scanned_alike() {
    let mut random = Random(17);
    for dim in [64, 128, 192, 256, 320, 384, 768, 1024, 1536, 3072, 4032, 4096, 4160, 8128, 8192] {
        for _ in 0..8 {
            let mut chunk = block_of(dim, || random.code(dim));
            chunk[4..].fill_with(|| random.word().to_le_bytes()[3]);
            assert_alike(&random_table(&mut random, dim), &chunk, random.normal());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_kernel_gives_the_estimates_of_the_plain_sum(words in prop_oneof![1..8_usize, 1..=128_usize], seed in 1..u64::MAX, limit in -2.0_f32..2.0) {
        let mut random = Random(seed);
        let dim = 64 * words;
        let table = random_table(&mut random, dim);
        let chunk = block_of(dim, || random.code(dim));
        let plain: Vec<f32> = Chunk::parse(&chunk).unwrap().codes().map(|(_, code)| {
            let groups = table.entries.chunks_exact(16).zip(&code.signs);
            let sum: u32 = groups.map(|(entries, &signs)| u32::from(entries[usize::from(signs)])).sum();
            code.add + code.mul * (sum as f32 * table.scale + table.base) + table.offset
        }).collect();
        let below = plain.iter().rev().fold(0, |bits, estimate| bits << 1 | u32::from(*estimate < limit));
        let plain: Vec<u32> = plain.into_iter().map(f32::to_bits).collect();
        for (name, kernel) in every() {
            let (estimates, found) = run(kernel, &table, &chunk, limit);
            prop_assert_eq!((&estimates[..], found), (&plain[..], below), "{}", name);
        }
    }

    #[test]
    fn every_kernel_finds_the_same(dim in 1..300_usize, rows in 1..150_usize, k in 1..40_usize, seed in 1..u64::MAX) {
        let mut random = Random(seed);
        let rows: Vec<_> = (0..rows).map(|_| random.vector(dim)).collect();
        let metric = Metric::ALL[random.below(3)];
        let encoder = encoder_of(metric, &rows);
        let chunks = chunks_of(&encoder, &rows);
        let query = random.vector(dim);
        let found = candidates(&Probe::new(&encoder, &query, 1.0), &chunks, k, 1000);
        prop_assert!(found.len() >= k.min(rows.len()));
        for (name, kernel) in every() {
            let probe = Probe::new(&encoder, &query, 1.0).by(kernel);
            prop_assert_eq!(&candidates(&probe, &chunks, k, 1000), &found, "{}", name);
        }
    }
}
