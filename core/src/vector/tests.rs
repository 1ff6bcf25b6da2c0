//! The modules together, on made-up data.
#![expect(clippy::cast_precision_loss, reason = "the numbers are small")]

use proptest::prelude::*;

use super::*;

mod kernels;

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn word(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.word() >> 33).unwrap() % bound
    }

    /// About normally distributed.
    fn normal(&mut self) -> f32 {
        (0..6).map(|_| (self.word() >> 40) as f32 / (1 << 24) as f32 - 0.5).sum::<f32>() * 2.0_f32.sqrt()
    }

    fn vector(&mut self, dim: usize) -> Vec<f32> {
        (0..dim).map(|_| self.normal()).collect()
    }

    /// Rows around a few centres.
    fn clustered(&mut self, rows: usize, dim: usize) -> Vec<Vec<f32>> {
        let centres: Vec<_> = (0..20).map(|_| self.vector(dim)).collect();
        let mut row = || {
            let centre = &centres[self.below(centres.len())];
            centre.iter().map(|x| x + 0.3 + 0.6 * self.normal()).collect()
        };
        (0..rows).map(|_| row()).collect()
    }

    fn code(&mut self, dim: usize) -> Code {
        let signs = (0..dim.next_multiple_of(64) / 4).map(|_| self.word().to_le_bytes()[3] & 15).collect();
        Code { add: self.normal(), mul: self.normal(), signs }
    }
}

fn chunks_of(encoder: &Encoder, rows: &[Vec<f32>]) -> Vec<Vec<u8>> {
    let mut chunks = vec![Vec::new()];
    for (row, doc) in rows.iter().zip(0..) {
        let code = encoder.encode(row);
        if !push(chunks.last_mut().unwrap(), encoder.dim(), doc, &code).unwrap() {
            chunks.push(Vec::new());
            assert!(push(chunks.last_mut().unwrap(), encoder.dim(), doc, &code).unwrap());
        }
    }
    chunks
}

fn encoder_of(metric: Metric, rows: &[Vec<f32>]) -> Encoder {
    let mut mean = Mean::new(metric, rows[0].len());
    for row in rows {
        mean.add(row);
    }
    Encoder::new(metric, rows[0].len(), &mean.finish()).unwrap()
}

fn candidates(probe: &Probe, chunks: &[Vec<u8>], k: usize, most: usize) -> Vec<(f32, u32)> {
    let mut best = Candidates::new(k, most, None);
    for chunk in chunks {
        scan(probe, chunk, &mut best).unwrap();
    }
    best.into_sorted()
}

#[test]
fn a_search_finds_nearly_all_of_the_nearest() {
    let mut random = Random(7);
    let mut rows = random.clustered(2040, 100);
    let queries = rows.split_off(2000);
    for metric in Metric::ALL {
        let encoder = encoder_of(metric, &rows);
        let chunks = chunks_of(&encoder, &rows);
        let packed: Vec<_> = rows.iter().map(|row| pack(metric, row)).collect();
        let (mut found, mut judged) = (0, 0);
        for query in &queries {
            let mut nearest = Top::new(10);
            rows.iter().zip(0..).for_each(|(row, doc)| nearest.push(distance(metric, query, row), doc));
            let nearest: Vec<u32> = nearest.into_sorted().into_iter().map(|(_, doc)| doc).collect();
            let mut exact = Exact::new(metric, query);
            let mut top = Top::new(10);
            for (bound, doc) in candidates(&Probe::new(&encoder, query, margin(0.99)), &chunks, 10, 1000) {
                if top.limit().is_some_and(|limit| f64::from(bound) > limit) {
                    break;
                }
                judged += 1;
                top.push(f64::from(exact.packed(&packed[doc as usize]).unwrap()), doc);
            }
            found += top.into_sorted().iter().filter(|(_, doc)| nearest.contains(doc)).count();
        }
        assert!(found >= 392, "{metric:?}: {found} of 400");
        assert!(judged < 40 * 150, "{metric:?}: {judged}");
    }
}

#[test]
fn more_is_judged_for_a_higher_recall() {
    let margins: Vec<f64> = [0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0, 2.0].map(margin).to_vec();
    assert!(margins.is_sorted());
    assert_eq!((margins[0], margins[3], margins[5], margins[7], margins[8]), (0.0, 0.8, 1.8, 3.5, 3.5));
    assert_eq!((margin(-1.0), margin(f64::NAN)), (0.0, 3.5));
}

#[test]
fn estimates_are_right_on_average() {
    let mut random = Random(11);
    for dim in [64, 200, 384] {
        let rows = random.clustered(300, dim);
        let query = &random.clustered(1, dim)[0];
        for metric in Metric::ALL {
            let encoder = encoder_of(metric, &rows);
            let found =
                candidates(&Probe::new(&encoder, query, 0.0), &chunks_of(&encoder, &rows), rows.len(), rows.len());
            assert_eq!(found.len(), rows.len());
            let exact = |doc: u32| distance(metric, query, &rows[doc as usize]);
            // What one estimate may be off by: the lengths of both residuals by the root of the dimensions.
            let scale = match metric {
                Metric::Cosine => 1.0,
                _ => dim as f64 * 2.0,
            };
            let errors: Vec<f64> = found.iter().map(|&(e, doc)| (f64::from(e) - exact(doc)) / scale).collect();
            let mean = errors.iter().sum::<f64>() / errors.len() as f64;
            let spread = (errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64).sqrt();
            assert!(spread < 1.5 / (dim as f64).sqrt(), "{metric:?} {dim} {spread}");
            assert!(mean.abs() < 0.4 * spread, "{metric:?} {dim} {mean} {spread}");
        }
    }
}

#[test]
fn every_number_of_dimensions_can_be_searched() {
    let mut random = Random(3);
    for dim in [1, 2, 3, 63, 64, 65, 100, 384, 1000, 1024, 1088, 4160, 8191, 8192] {
        let rows: Vec<_> = (0..40).map(|_| random.vector(dim)).collect();
        for metric in Metric::ALL {
            let encoder = encoder_of(metric, &rows);
            let chunks = chunks_of(&encoder, &rows);
            let found = candidates(&Probe::new(&encoder, &rows[17], 1.0), &chunks, 40, 40);
            assert_eq!(found.len(), 40, "{metric:?} {dim}");
            assert!(found.iter().all(|(estimate, _)| estimate.is_finite()));
            if dim > 63 && metric != Metric::Dot {
                assert_eq!(found[0].1, 17, "{metric:?} {dim}");
            }
        }
    }
    assert!(Encoder::new(Metric::L2, 0, &[]).is_none());
    assert!(Encoder::new(Metric::L2, 8193, &vec![0.0; 8193]).is_none());
    assert!(Encoder::new(Metric::L2, 3, &[0.0; 2]).is_none());
    assert!(Encoder::new(Metric::L2, 2, &[0.0, f32::NAN]).is_none());
}

#[test]
fn vectors_without_a_direction_or_beyond_all_bounds_have_finite_codes() {
    for metric in Metric::ALL {
        let encoder = Encoder::new(metric, 3, &[1.0, 2.0, 3.0]).unwrap();
        for row in [[0.0; 3], [1.0, 2.0, 3.0], [f32::MAX, f32::MIN, 1.0], [1e-45; 3], [f32::NAN, f32::INFINITY, 0.0]] {
            let code = encoder.encode(&row);
            assert!(code.add.is_finite() && code.mul.is_finite(), "{metric:?} {row:?} {code:?}");
            let chunks = chunks_of(&encoder, &[row.to_vec(), vec![1.0, 2.0, 3.0]]);
            let found = candidates(&Probe::new(&encoder, &row, 1.0), &chunks, 5, 5);
            assert!(found.len() == 2 && found.iter().all(|(estimate, _)| estimate.is_finite()), "{metric:?} {row:?}");
        }
    }
}

#[test]
fn a_chunk_fills_a_page_and_no_more() {
    assert_eq!((capacity(1), capacity(64), capacity(128), capacity(384), capacity(1536)), (192, 192, 128, 64, 32));
    for dim in [1, 100, 384, 768, 896, 1536, 8192] {
        let code = Random(1).code(dim);
        let mut chunk = Vec::new();
        for doc in 0..u32::try_from(capacity(dim)).unwrap() {
            assert!(push(&mut chunk, dim, doc, &code).unwrap());
        }
        assert!(dim > 896 || chunk.len() <= 4040, "{dim} {}", chunk.len());
        assert!(dim != 384 || chunk.len() == 3844);
        let full = chunk.clone();
        assert_eq!(push(&mut chunk, dim, 9, &code), Ok(false));
        assert_eq!(chunk, full);
        assert_eq!(len(&chunk), Ok(capacity(dim)));
    }
}

#[test]
fn a_filter_decides_within_the_scan() {
    let mut random = Random(5);
    let rows = random.clustered(500, 32);
    let encoder = encoder_of(Metric::L2, &rows);
    let chunks = chunks_of(&encoder, &rows);
    let probe = Probe::new(&encoder, &rows[0], 1.0);
    let accept = |doc| doc % 50 == 3;
    let mut best = Candidates::new(20, 20, Some(&accept));
    for chunk in &chunks {
        scan(&probe, chunk, &mut best).unwrap();
    }
    let mut docs: Vec<u32> = best.into_sorted().into_iter().map(|(_, doc)| doc).collect();
    docs.sort_unstable();
    assert_eq!(docs, (0..10).map(|i| 50 * i + 3).collect::<Vec<_>>());
}

#[test]
fn a_document_with_two_codes_comes_once_with_the_better() {
    let rows = [vec![1.0, 0.0], vec![0.0, 1.0], vec![-1.0, 0.0]];
    let encoder = Encoder::new(Metric::L2, 2, &[0.0, 0.0]).unwrap();
    let mut chunk = Vec::new();
    for (doc, row) in [(7, &rows[2]), (8, &rows[1]), (7, &rows[0])] {
        push(&mut chunk, 2, doc, &encoder.encode(row)).unwrap();
    }
    let found = candidates(&Probe::new(&encoder, &rows[0], 1.0), &[chunk], 5, 5);
    assert_eq!(found.iter().map(|(_, doc)| *doc).collect::<Vec<_>>(), [7, 8]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_chunk_gives_back_what_was_put_in(dim in 1..700_usize, rows in 1..200_usize, seed in 1..u64::MAX) {
        let mut random = Random(seed);
        let mut model = Vec::new();
        let mut chunk = Vec::new();
        for _ in 0..rows {
            let (doc, code) = (u32::try_from(random.word() >> 32).unwrap(), random.code(dim));
            prop_assert_eq!(push(&mut chunk, dim, doc, &code).unwrap(), model.len() < capacity(dim));
            if model.len() < capacity(dim) {
                model.push((doc, code));
            }
            if random.below(4) == 0 {
                let row = random.below(model.len());
                model[row] = (random.below(1000).try_into().unwrap(), random.code(dim));
                put(&mut chunk, row, model[row].0, &model[row].1).unwrap();
            }
        }
        prop_assert_eq!(len(&chunk), Ok(model.len()));
        prop_assert!(docs(&chunk).unwrap().eq(model.iter().map(|(doc, _)| *doc)));
        prop_assert_eq!(Chunk::parse(&chunk).unwrap().codes().collect::<Vec<_>>(), model);
    }

    #[test]
    fn damage_is_an_error_or_a_wrong_answer_but_never_a_panic(
        dim in 1..200_usize, rows in 0..70_u32, damage in proptest::collection::vec((0..6000_usize, any::<u8>()), 0..6), cut in prop_oneof![Just(0), 0..6000_usize], head: [u8; 4], behead: bool,
    ) {
        let mut random = Random(9);
        let code = random.code(dim);
        let mut chunk = Vec::new();
        for doc in 0..rows {
            push(&mut chunk, dim, doc, &code).unwrap();
        }
        for (at, byte) in damage {
            if let Some(place) = chunk.get_mut(at) {
                *place = byte;
            }
        }
        if behead && chunk.len() >= 4 {
            chunk[..4].copy_from_slice(&head);
        }
        chunk.truncate(chunk.len().saturating_sub(cut));
        let probe = Probe::new(&Encoder::new(Metric::L2, dim, &vec![0.0; dim]).unwrap(), &vec![1.0; dim], 1.0);
        let mut best = Candidates::new(10, 10, None);
        let scanned = scan(&probe, &chunk, &mut best);
        prop_assert!(best.into_sorted().len() <= 10);
        match Chunk::parse(&chunk) {
            Ok(parsed) => {
                prop_assert_eq!(scanned.is_ok(), parsed.is_of(dim));
                prop_assert_eq!(parsed.docs().count(), parsed.len());
                prop_assert_eq!(parsed.codes().count(), parsed.len());
            }
            Err(damaged) => {
                prop_assert_eq!(scanned, Err(damaged));
                prop_assert!(docs(&chunk).is_err() && len(&chunk).is_err());
            }
        }
        let before = chunk.clone();
        if put(&mut chunk, 3, 1, &code).is_err() {
            prop_assert_eq!(&chunk, &before);
        }
        if push(&mut chunk, dim, 1, &code).is_err() {
            prop_assert_eq!(&chunk, &before);
        }
    }
}

#[test]
fn a_chunk_of_other_dimensions_is_refused() {
    let mut random = Random(2);
    let (mut chunk, code) = (Vec::new(), random.code(64));
    assert!(push(&mut chunk, 64, 1, &code).unwrap());
    assert_eq!(push(&mut chunk, 65, 1, &random.code(65)), Err(Damaged));
    assert_eq!(push(&mut chunk, 64, 1, &random.code(65)), Err(Damaged));
    let empty = Code { add: 0.0, mul: 0.0, signs: Vec::new() };
    assert_eq!(push(&mut Vec::new(), 0, 1, &empty), Err(Damaged));
    assert_eq!(put(&mut chunk, 1, 1, &code), Err(Damaged));
    assert_eq!((len(&chunk), len(&[])), (Ok(1), Err(Damaged)));
    let probe = Probe::new(&Encoder::new(Metric::L2, 65, &[0.0; 65]).unwrap(), &[1.0; 65], 1.0);
    assert_eq!(scan(&probe, &chunk, &mut Candidates::new(1, 1, None)), Err(Damaged));
}
