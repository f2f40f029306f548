//! The generator behind the digits' split, label noise and the training order.

/// A small pseudo-random generator with one `u64` of state; equal seeds give equal numbers on every machine.
///
/// It is written out here, and not taken from a crate, because published results depend on its numbers: they must not
/// change with a dependency. It is not for secrets.
///
/// # Source
///
/// G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, with the shifts
/// and factors of S. Vigna's <https://prng.di.unimi.it/splitmix64.c>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// A generator that starts from `seed`; every seed is as good as any other.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number, uniform over all of `u64`.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in [0, 1): one of the 2⁵³ equally spaced ones, all equally likely.
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number in 0..n, each exactly equally likely.
    ///
    /// # Panics
    ///
    /// When `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "there is no number below 0");
        let n = n as u64;
        // 2⁶⁴ mod n: with that many of the lowest numbers refused, each remainder is left equally often.
        let surplus = n.wrapping_neg() % n;
        loop {
            let number = self.next_u64();
            if number >= surplus {
                return (number % n) as usize;
            }
        }
    }

    /// Puts the items in random order, each order equally likely as far as 64 bits of state allow (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with Vigna's C code, https://prng.di.unimi.it/splitmix64.c.
    #[test]
    fn next_u64_matches_the_reference_implementation() {
        let mut random = SplitMix64::new(1234567);
        let numbers = [(); 3].map(|()| random.next_u64());
        assert_eq!(numbers, [6457827717110365317, 3203168211198807973, 9817491932198370423]);
    }

    #[test]
    fn uniform_fills_the_unit_interval_evenly() {
        let mut random = SplitMix64::new(7);
        let mut bins = [0; 10];
        for _ in 0..100_000 {
            bins[(random.uniform() * 10.0) as usize] += 1;
        }
        // Five standard deviations of a count with p = 0.1 are 474.
        assert!(bins.iter().all(|&count| (9_526..=10_474).contains(&count)), "{bins:?}");
    }

    /// Were the surplus not refused, three eighths of all draws, and not a half, would fall into the upper half.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn below_has_no_bias_where_the_remainder_alone_would() {
        let n = 3 << 62;
        let mut random = SplitMix64::new(3);
        let upper = (0..10_000).filter(|_| random.below(n) >= n / 2).count();
        assert!((4_750..=5_250).contains(&upper), "{upper}");
    }

    #[test]
    fn shuffle_gives_every_order_equally_often() {
        let mut random = SplitMix64::new(11);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..24_000 {
            let mut items = [0, 1, 2, 3];
            random.shuffle(&mut items);
            *counts.entry(items).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 24);
        // Five standard deviations of a count with p = 1/24 are 155.
        assert!(counts.values().all(|count| (845..=1_155).contains(count)), "{counts:?}");
    }
}
