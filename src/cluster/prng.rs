//! The one source of chance: PCG-XSH-RR 64/32 (O'Neill 2014), seeded by constants, never by the clock.

const MULTIPLIER: u64 = 6_364_136_223_846_793_005;

/// A generator; equal seeds give equal numbers on every machine.
#[derive(Debug, Clone)]
pub struct Pcg {
    state: u64,
    increment: u64,
}

impl Pcg {
    /// The generator of `seed` in `stream`, as in the reference implementation's `pcg32_srandom`.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut generator = Self { state: 0, increment: (stream << 1) | 1 };
        generator.next_u32();
        generator.state = generator.state.wrapping_add(seed);
        generator.next_u32();
        generator
    }

    /// The next 32 bits.
    pub fn next_u32(&mut self) -> u32 {
        let old = self.state;
        self.state = old.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
        let shifted = (((old >> 18) ^ old) >> 27) as u32;
        shifted.rotate_right((old >> 59) as u32)
    }

    /// A number from 0 up to 1, with 32 random bits.
    pub fn unit(&mut self) -> f64 {
        f64::from(self.next_u32()) / 4_294_967_296.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_reference_numbers() {
        // The demo of the reference implementation: pcg32_srandom(42, 54), round 1.
        let mut generator = Pcg::new(42, 54);
        let numbers: Vec<u32> = (0..6).map(|_| generator.next_u32()).collect();
        assert_eq!(numbers, [0xa15c_02b7, 0x7b47_f409, 0xba1d_3330, 0x83d2_f293, 0xbfa4_784b, 0xcbed_606e]);
    }
}
