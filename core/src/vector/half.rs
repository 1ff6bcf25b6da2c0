//! Numbers of 16 bits (IEEE 754 binary16), converted the same on every platform.

/// The largest number.
pub(super) const MAX: f32 = 65504.0;

/// The smallest number that still has all its 11 digits.
pub(super) const MIN_NORMAL: f32 = 6.103_515_6e-5;

/// The bits of the nearest number, to even on ties; infinity above [`MAX`].
pub(super) fn from_f32(x: f32) -> u16 {
    let bits = x.to_bits();
    let magnitude = bits & 0x7fff_ffff;
    let half = if x.is_nan() {
        0x7e00
    } else if magnitude >= 0x4780_0000 {
        0x7c00 // 2^16 and above
    } else if x.abs() < MIN_NORMAL {
        // The last digit of 0.5 counts 2^-24, as that of the smallest halves: the addition rounds.
        (x.abs() + 0.5).to_bits() - 0x3f00_0000
    } else {
        // Drop 13 digits, rounding, and move the exponent from bias 127 to bias 15.
        (magnitude + 0xfff + ((magnitude >> 13) & 1) - 0x3800_0000) >> 13
    };
    (((bits >> 16) & 0x8000 | half) & 0xffff) as u16
}

/// The number of these bits. Infinity and NaN, which nothing here stores, come out as numbers of at least 2^16.
pub(super) fn to_f32(bits: u16) -> f32 {
    let bits = u32::from(bits);
    let magnitude = f32::from_bits((bits & 0x7fff) << 13) * f32::from_bits(0x7780_0000); // times 2^112
    f32::from_bits(magnitude.to_bits() | (bits & 0x8000) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back() {
        for bits in (0..0x7c00).chain(0x8000..0xfc00) {
            assert_eq!(from_f32(to_f32(bits)), bits);
        }
        assert_eq!((to_f32(0x3c00), to_f32(0xc000), to_f32(0x7bff), to_f32(1)), (1.0, -2.0, MAX, 2_f32.powi(-24)));
    }

    #[test]
    fn between_two_numbers_the_nearest_is_taken_and_the_even_one_on_ties() {
        for bits in 0..0x7bff_u16 {
            let (low, high) = (to_f32(bits), to_f32(bits + 1));
            let middle = f32::midpoint(low, high);
            assert_eq!(from_f32(middle), bits + bits % 2, "{middle}");
            assert_eq!(from_f32(middle.next_down()), bits);
            assert_eq!(from_f32(middle.next_up()), bits + 1);
        }
        assert_eq!((from_f32(65520.0), from_f32(f32::INFINITY), from_f32(1e38)), (0x7c00, 0x7c00, 0x7c00));
        assert_eq!((from_f32(1e-10), from_f32(-1e-10), from_f32(f32::NAN)), (0, 0x8000, 0x7e00));
    }
}
