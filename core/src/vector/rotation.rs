//! A pseudo-random rotation that takes O(n log n) steps and stores nothing but signs.
//!
//! Four rounds, each: flip signs, a Hadamard transform over the longest window of a power of two (at the head in
//! the first and third round, at the tail in the others), and, where the window is not the whole, one step of
//! Kac's walk between the two halves. Every step keeps lengths, so the whole is orthogonal.
//!
//! Sources: N. Ailon and B. Chazelle, "The Fast Johnson-Lindenstrauss Transform" (SIAM J. Comput. 2009);
//! V. Jain et al., "Fast and memory-optimal dimension reduction using Kac's walk" (Ann. Appl. Probab. 2022); the
//! rounds are those of the RaBitQ library. The signs come from SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014).
//!
//! The signs are part of the file format: codes in a file were made with them. Bit `i` of word `w` of the
//! generator is the sign of dimension `64 w + i` of the first round (1: flip), the next rounds follow.

const ROUNDS: usize = 4;

/// Where the generator of signs starts.
const SEED: u64 = 0x6265_6176_6572_0001;

/// The rotation of vectors of a multiple of 64 dimensions.
pub(super) struct Rotation {
    dim: usize,
    /// The length of the transformed window, a power of two above half of the dimensions.
    window: usize,
    /// Round by round: 1 or -1.
    signs: Vec<f32>,
}

impl Rotation {
    /// The rotation of so many dimensions, a multiple of 64. The same at every time and place.
    pub fn new(dim: usize) -> Self {
        let mut state = SEED;
        let mut signs = Vec::with_capacity(ROUNDS * dim);
        while signs.len() < ROUNDS * dim {
            let word = split_mix(&mut state);
            signs.extend((0..64).map(|bit| if word >> bit & 1 == 1 { -1.0 } else { 1.0 }));
        }
        Rotation { dim, window: 1 << dim.max(1).ilog2(), signs }
    }

    /// Rotates a vector of that many dimensions in place.
    #[expect(clippy::cast_precision_loss, reason = "the dimensions are few")]
    pub fn apply(&self, vector: &mut [f32]) {
        let scale = 1.0 / (self.window as f32).sqrt();
        for (round, signs) in self.signs.chunks_exact(self.dim).enumerate() {
            for (x, sign) in vector.iter_mut().zip(signs) {
                *x *= sign;
            }
            let start = if round % 2 == 0 { 0 } else { self.dim - self.window };
            let Some(window) = vector.get_mut(start..start + self.window) else { return };
            hadamard(window);
            for x in window {
                *x *= scale;
            }
            if self.window < self.dim {
                walk(vector);
            }
        }
    }
}

/// The next word of SplitMix64.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The Hadamard transform of a power of two of at least 4 numbers, without its scale.
fn hadamard(numbers: &mut [f32]) {
    for [a, b, c, d] in numbers.as_chunks_mut::<4>().0 {
        let (sum, difference, sum2, difference2) = (*a + *b, *a - *b, *c + *d, *c - *d);
        (*a, *b, *c, *d) = (sum + sum2, difference + difference2, sum - sum2, difference - difference2);
    }
    let mut half = 4;
    while half < numbers.len() {
        for pair in numbers.chunks_exact_mut(2 * half) {
            let (left, right) = pair.split_at_mut(half);
            butterfly(left, right, 1.0);
        }
        half *= 2;
    }
}

/// Turns each number of the first half and its partner in the second by 45 degrees.
fn walk(numbers: &mut [f32]) {
    let (left, right) = numbers.split_at_mut(numbers.len() / 2);
    butterfly(left, right, std::f32::consts::FRAC_1_SQRT_2);
}

fn butterfly(left: &mut [f32], right: &mut [f32], scale: f32) {
    for (a, b) in left.iter_mut().zip(right) {
        (*a, *b) = ((*a + *b) * scale, (*a - *b) * scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_angles_are_kept_in_every_number_of_dimensions() {
        for dim in (64..=8192).step_by(64).filter(|dim| dim % 1024 < 256 || dim % 512 == 320) {
            let rotation = Rotation::new(dim);
            let mut a = vec![0.0; dim];
            let mut b = vec![0.0; dim];
            (a[0], a[dim - 1], b[0], b[dim / 2]) = (3.0, 4.0, 2.0, 1.0);
            rotation.apply(&mut a);
            rotation.apply(&mut b);
            let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
            assert!((dot(&a, &a) - 25.0).abs() < 1e-3, "{dim}");
            assert!((dot(&a, &b) - 6.0).abs() < 1e-3, "{dim}");
        }
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "the dimensions are few")]
    fn a_single_dimension_is_spread_over_all() {
        for dim in [64, 192, 384, 448, 768, 960, 1536, 4032] {
            let rotation = Rotation::new(dim);
            for at in [0, dim / 2, dim - 1] {
                let mut x = vec![0.0; dim];
                x[at] = 1.0;
                rotation.apply(&mut x);
                let fair = 1.0 / (dim as f32).sqrt();
                let largest = x.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
                assert!(largest < 6.0 * fair, "{dim} {at} {}", largest / fair);
                let sum: f32 = x.iter().map(|x| x.abs()).sum();
                assert!(sum > 0.6 * fair * dim as f32, "{dim} {at} {}", sum * fair);
            }
        }
    }

    #[test]
    fn the_rotation_of_a_file_never_changes() {
        let mut x: Vec<f32> = (0..192_u8).map(f32::from).collect();
        Rotation::new(192).apply(&mut x);
        assert_eq!(
            x.iter().take(4).map(|x| x.to_bits()).collect::<Vec<_>>(),
            [3_237_113_878, 1_124_468_590, 1_117_772_057, 3_253_506_051]
        );
    }
}
