//! Wrong labels on purpose, to see which losses endure them.

use super::SplitMix64;

/// Sets the noise apart from the other uses of a seed, such as the training order. (The letters "noise".)
const STREAM: u64 = 0x6e_6f69_7365;

/// Which wrong class a corrupted label becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noise {
    /// Any of the C − 1 other classes, each equally likely.
    Symmetric,
    /// The next class: c becomes (c + 1) mod C.
    Asymmetric,
}

/// Gives each label, with probability `rate`, another class; C is `classes`.
///
/// The labels left alone, and what the others become, depend only on the arguments. Of one seed, a higher rate corrupts
/// the same labels as a lower one, to the same classes, and more: curves over the rate are not blurred by new draws.
/// Symmetric and asymmetric noise of one seed and rate choose the same labels too.
///
/// A rate above (C − 1) / C (symmetric) or 1/2 (asymmetric) makes a wrong class likelier than the right one.
///
/// # Panics
///
/// When `classes` is not in 2..=256, a label is not below it, or `rate` is not in [0, 1].
pub fn corrupt(labels: &[u8], classes: usize, rate: f64, noise: Noise, seed: u64) -> Vec<u8> {
    assert!((2..=256).contains(&classes), "the number of classes must be in 2..=256, it is {classes}");
    assert!((0.0..=1.0).contains(&rate), "the noise rate must be in [0, 1], it is {rate}");
    let mut random = SplitMix64::new(seed ^ STREAM);
    let relabel = |&label: &u8| {
        let class = usize::from(label);
        assert!(class < classes, "a label is {class}, but there are {classes} classes");
        // Both numbers are drawn for every label, used or not: so the rest of the stream knows nothing of the rate.
        let chosen = random.uniform() < rate;
        let step = 1 + random.below(classes - 1);
        let step = match noise {
            _ if !chosen => 0,
            Noise::Symmetric => step,
            Noise::Asymmetric => 1,
        };
        ((class + step) % classes) as u8
    };
    labels.iter().map(relabel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Results are compared across versions of the lab: the same seed must go on meaning the same noise.
    #[test]
    fn corrupt_is_stable() {
        let labels = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        assert_eq!(corrupt(&labels, 10, 0.5, Noise::Symmetric, 42), [8, 2, 2, 8, 4, 1, 6, 7, 0, 9]);
        assert_eq!(corrupt(&labels, 10, 0.5, Noise::Asymmetric, 42), [1, 2, 2, 4, 4, 6, 6, 7, 9, 9]);
    }

    #[test]
    fn corrupt_handles_256_classes() {
        assert_eq!(corrupt(&[255, 0], 256, 1.0, Noise::Asymmetric, 0), [0, 1]);
    }

    #[test]
    #[should_panic(expected = "rate must be in [0, 1], it is NaN")]
    fn corrupt_refuses_a_rate_that_is_no_number() {
        corrupt(&[0], 2, f64::NAN, Noise::Symmetric, 0);
    }

    #[test]
    #[should_panic(expected = "a label is 2, but there are 2 classes")]
    fn corrupt_refuses_a_label_beyond_the_classes() {
        corrupt(&[2], 2, 0.5, Noise::Symmetric, 0);
    }
}
