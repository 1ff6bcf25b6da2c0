//! One query against the vectors of candidates: nearly exact from a compact copy, exact from the document row.

use super::half;
use super::inner::{Halves, dot, squared};
use super::metric::{Metric, cosine};

/// The compact form of a vector, to re-rank candidates: its numbers in 16 bits each, little-endian (for the
/// cosine: of the vector at length 1), or in 32 where 16 would overflow or lose most digits. Its length tells which.
///
/// 16 bits keep 11 digits. Where vectors differ only far behind the point of large numbers (0.1 beside 1,000)
/// those digits do not tell them apart.
pub(crate) fn pack(metric: Metric, vector: &[f32]) -> Vec<u8> {
    let vector = metric.prepared(vector);
    if fits(&vector) {
        vector.iter().flat_map(|&x| half::from_f32(x).to_le_bytes()).collect()
    } else {
        vector.iter().flat_map(|x| x.to_le_bytes()).collect()
    }
}

/// A vector as its compact form has it. Codes in partitions are made of that, so that they can be made again from it.
pub(crate) fn compacted(metric: Metric, vector: &[f32]) -> Vec<f32> {
    unpack(&pack(metric, vector), vector.len()).unwrap_or_default()
}

/// The vector of a compact form of so many dimensions, as exactly as it was kept. None if the length fits neither.
pub(crate) fn unpack(packed: &[u8], dim: usize) -> Option<Vec<f32>> {
    if let Some(bits) = sized::<2>(packed, dim) {
        return Some(bits.iter().map(|bits| half::to_f32(u16::from_le_bytes(*bits))).collect());
    }
    Some(sized::<4>(packed, dim)?.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

/// Whether 16 bits hold a vector: nothing overflows, and the largest number keeps all its digits.
fn fits(vector: &[f32]) -> bool {
    let largest = vector.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
    largest == 0.0 || (half::MIN_NORMAL..=half::MAX).contains(&largest)
}

/// A query prepared for distances to many vectors.
pub(crate) struct Exact {
    metric: Metric,
    query: Vec<f32>,
    /// The inner product of the query with itself.
    square: f64,
    /// The query as compact forms are: at length 1 for the cosine.
    compact: Vec<f32>,
    /// The same in 16 bits, if they hold it.
    halves: Option<Halves>,
    /// Room for a vector, aligned, which those in a page of the database are not.
    row: Vec<f32>,
    row_halves: Halves,
}

impl Exact {
    /// Prepares a query. O(dimensions).
    pub fn new(metric: Metric, query: &[f32]) -> Self {
        let compact = metric.prepared(query).into_owned();
        let halves = fits(&compact).then(|| Halves::new(&compact));
        Exact {
            metric,
            query: query.to_vec(),
            square: dot(query, query),
            compact,
            halves,
            row: vec![0.0; query.len()],
            row_halves: Halves::new(&vec![0.0; query.len()]),
        }
    }

    /// The distance from a [`pack`]ed vector, with the digits that this form has. None if the length fits neither.
    pub fn packed(&mut self, vector: &[u8]) -> Option<f32> {
        if let Some(bits) = sized::<2>(vector, self.query.len()) {
            if let Some(halves) = &self.halves {
                self.row_halves.load(bits);
                let distance = match self.metric {
                    Metric::L2 => halves.squared(&self.row_halves),
                    // At length 1; more exact near 0 than one less the inner product.
                    Metric::Cosine => halves.squared(&self.row_halves) / 2.0,
                    Metric::Dot => -halves.dot(&self.row_halves),
                };
                return Some(super::bounded(distance));
            }
            for (to, bits) in self.row.iter_mut().zip(bits) {
                *to = half::to_f32(u16::from_le_bytes(*bits));
            }
        } else {
            self.load(vector)?;
        }
        Some(super::bounded(match self.metric {
            Metric::L2 => squared(&self.compact, &self.row),
            Metric::Cosine => squared(&self.compact, &self.row) / 2.0,
            Metric::Dot => -dot(&self.compact, &self.row),
        }))
    }

    /// How far two [`Exact::packed`] distances, of which the smaller is given, have to differ to be in the order of the
    /// exact ones. A half is off by at most 2^-12 of the number, so a vector `x` by `e = 2^-12 |x|`, and a squared
    /// distance `d` by `2 sqrt(d) e + e^2`, for the query and for both rows.
    pub fn slack(&self, distance: f64) -> f64 {
        const ROUNDING: f64 = 1.0 / 4096.0;
        let off = |square: f64, length: f64| {
            let e = ROUNDING * (2.0 * length + square.sqrt());
            2.0 * (2.0 * square.sqrt() * e + e * e)
        };
        match self.metric {
            Metric::L2 => off(distance.max(0.0), self.square.sqrt()),
            Metric::Cosine => off(2.0 * distance.max(0.0), 1.0) / 2.0,
            // The lengths of the rows are not known.
            Metric::Dot => f64::INFINITY,
        }
    }

    /// The distance of the metric, from the little-endian 32-bit numbers of a
    /// document row. None if the length does not fit.
    pub fn stored(&mut self, vector: &[u8]) -> Option<f64> {
        self.load(vector)?;
        Some(match self.metric {
            Metric::L2 => squared(&self.query, &self.row),
            Metric::Cosine => cosine(&self.query, &self.row, self.square),
            Metric::Dot => -dot(&self.query, &self.row),
        })
    }

    fn load(&mut self, vector: &[u8]) -> Option<()> {
        for (to, bytes) in self.row.iter_mut().zip(sized::<4>(vector, self.query.len())?) {
            *to = f32::from_le_bytes(*bytes);
        }
        Some(())
    }
}

/// The bytes as so many numbers of `N` bytes each.
fn sized<const N: usize>(bytes: &[u8], dim: usize) -> Option<&[[u8; N]]> {
    let (numbers, rest) = bytes.as_chunks::<N>();
    (rest.is_empty() && numbers.len() == dim).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::super::distance;
    use super::*;

    #[test]
    fn the_compact_form_has_about_the_distance() {
        let query = [0.5, -0.25, 0.125, 0.75];
        let rows = [[0.5, -0.2, 0.1, 0.7], [0.4, 0.3, 0.0, 0.6], [-0.5, 0.25, 0.3, -0.75]];
        for metric in Metric::ALL {
            let mut exact = Exact::new(metric, &query);
            let near: Vec<f32> = rows.iter().map(|row| exact.packed(&pack(metric, row)).unwrap()).collect();
            assert!(near.is_sorted() && near[0] < near[1] && near[1] < near[2], "{metric:?} {near:?}");
            for (near, row) in near.iter().zip(&rows) {
                assert!((f64::from(*near) - distance(metric, &query, row)).abs() < 0.002, "{metric:?} {row:?}");
            }
        }
    }

    #[test]
    fn numbers_beyond_16_bits_are_kept_in_32() {
        let rows = [[1e6_f32, 2.0], [1e-6, 3e-6], [1e20, -1e20], [1.0, 70_000.0]];
        for metric in [Metric::L2, Metric::Dot] {
            for query in rows.iter().chain(&[[1.0, 2.0]]) {
                let mut exact = Exact::new(metric, query);
                for row in rows.iter().chain(&[[0.5, 0.25], [0.0, 0.0]]) {
                    let bytes = pack(metric, row);
                    assert_eq!(bytes.len(), if fits(row) { 4 } else { 8 });
                    let want = distance(metric, query, row).clamp(f64::from(f32::MIN), f64::from(f32::MAX));
                    let got = f64::from(exact.packed(&bytes).unwrap());
                    assert!((got - want).abs() <= want.abs() * 1e-5, "{metric:?} {query:?} {row:?} {got} {want}");
                }
            }
        }
        assert_eq!(pack(Metric::Cosine, &rows[0]).len(), 4);
    }

    #[test]
    fn the_stored_form_gives_the_exact_distance_wherever_it_lies() {
        let (query, row) = ([0.5, -0.25, 0.125], [3.0_f32, 1.0, -7.0]);
        for metric in Metric::ALL {
            let mut exact = Exact::new(metric, &query);
            for shift in 0..4 {
                let mut bytes = vec![0_u8; shift];
                bytes.extend(row.iter().flat_map(|x| x.to_le_bytes()));
                assert_eq!(exact.stored(&bytes[shift..]), Some(distance(metric, &query, &row)));
            }
        }
    }

    #[test]
    fn distances_that_differ_by_more_than_the_slack_are_in_the_right_order() {
        let mut state = 5_u64;
        let mut vector = || -> Vec<f32> {
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                f32::from(u16::try_from(state >> 48).unwrap()) / 65_536.0 - 0.4
            };
            (0..16).map(|_| next()).collect()
        };
        for metric in [Metric::L2, Metric::Cosine] {
            let query = vector();
            let mut exact = Exact::new(metric, &query);
            let rows: Vec<(f64, f64)> = (0..300)
                .map(|_| vector())
                .map(|row| (exact.packed(&pack(metric, &row)).unwrap().into(), distance(metric, &query, &row)))
                .collect();
            let mut told = 0;
            for (near, a) in &rows {
                for (far, b) in rows.iter().filter(|(far, _)| *far > near + exact.slack(*near)) {
                    assert!(a < b, "{metric:?} {near} {far} {a} {b}");
                    told += 1;
                }
            }
            assert!(told > 40_000, "{told}");
        }
    }

    #[test]
    fn a_wrong_length_has_no_distance() {
        let mut exact = Exact::new(Metric::L2, &[1.0, 2.0]);
        for length in [0, 1, 3, 5, 7, 9, 16] {
            assert_eq!(exact.packed(&vec![0; length]), None);
            assert_eq!(exact.stored(&vec![0; length]), None);
        }
        assert_eq!(exact.stored(&[0; 4]), None);
    }
}
