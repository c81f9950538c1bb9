//! ln x for many x at once: what [`super::exp`] says of the C library's `exp` goes for its `log`.

/// ln 2 in two parts: the first has so few bits that a multiple is exact (Cody and Waite 1980).
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 2⁵²: a whole number under it, put into its lowest bits, is added to it.
const WHOLE: f64 = 4_503_599_627_370_496.0;
/// The exponent of 1 as it is stored.
const BIAS: u64 = 1_023;

/// ln x for a positive, finite, normal x, to a relative 10⁻¹⁵.
#[inline(always)]
pub(crate) fn ln(x: f64) -> f64 {
    let half_root = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    // x = 2ⁿm with m from √½ to √2; n is kept above 0 by the bias.
    let stored = x.to_bits().wrapping_add((BIAS << 52).wrapping_sub(half_root)) >> 52;
    let m = f64::from_bits(x.to_bits().wrapping_add(BIAS << 52).wrapping_sub(stored << 52));
    let n = f64::from_bits(WHOLE.to_bits() | stored) - (WHOLE + BIAS as f64);
    // ln m = 2 artanh((m − 1)/(m + 1)) by its series: the square is under .0295, its tenth power under 10⁻¹⁵.
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let series = (((((((((1.0 / 21.0 * z + 1.0 / 19.0) * z + 1.0 / 17.0) * z + 1.0 / 15.0) * z + 1.0 / 13.0) * z
        + 1.0 / 11.0)
        * z
        + 1.0 / 9.0)
        * z
        + 1.0 / 7.0)
        * z
        + 1.0 / 5.0)
        * z
        + 1.0 / 3.0)
        * z;
    n * LN2_HIGH + (2.0 * s + (2.0 * s * series + n * LN2_LOW))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_natural_logarithm() {
        for i in 1..200_000 {
            for x in [f64::from(i) / 1e3, f64::from(i) * 1e9, 1.0 + f64::from(i) * 1e-9, 1e-300 * f64::from(i)] {
                assert!((ln(x) - x.ln()).abs() <= 1e-15 * x.ln().abs(), "{x}: {} {}", ln(x), x.ln());
            }
        }
        assert!(ln(1.0).abs() < 1e-300);
    }
}
