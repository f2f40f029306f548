//! Label noise: what its documentation promises.

use loss_lab::data::{Noise, corrupt};
use proptest::prelude::*;
use proptest::sample::select;

const KINDS: [Noise; 2] = [Noise::Symmetric, Noise::Asymmetric];

/// Labels with their number of classes.
fn labels() -> impl Strategy<Value = (usize, Vec<u8>)> {
    (2usize..=256).prop_flat_map(|classes| (Just(classes), prop::collection::vec(0..=(classes - 1) as u8, 0..200)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn higher_rate_corrupts_a_superset(
        (classes, labels) in labels(),
        rates in prop::array::uniform2(0.0..=1.0f64),
        noise in select(&KINDS[..]),
        seed: u64,
    ) {
        let low = corrupt(&labels, classes, rates[0].min(rates[1]), noise, seed);
        let high = corrupt(&labels, classes, rates[0].max(rates[1]), noise, seed);
        for ((clean, low), high) in labels.iter().zip(low).zip(high) {
            prop_assert!(low == *clean || low == high, "{clean}: {low}, then {high}");
        }
    }

    #[test]
    fn rate_0_corrupts_nothing_and_rate_1_everything((classes, labels) in labels(), seed: u64) {
        for noise in KINDS {
            prop_assert_eq!(&corrupt(&labels, classes, 0.0, noise, seed), &labels);
            for (clean, noisy) in labels.iter().zip(corrupt(&labels, classes, 1.0, noise, seed)) {
                prop_assert!(noisy != *clean && usize::from(noisy) < classes);
            }
        }
    }

    #[test]
    fn asymmetric_noise_steps_to_the_next_class_where_symmetric_noise_strikes(
        (classes, labels) in labels(), rate in 0.0..=1.0f64, seed: u64
    ) {
        let symmetric = corrupt(&labels, classes, rate, Noise::Symmetric, seed);
        let asymmetric = corrupt(&labels, classes, rate, Noise::Asymmetric, seed);
        for ((clean, symmetric), asymmetric) in labels.iter().zip(symmetric).zip(asymmetric) {
            let next = (usize::from(*clean) + 1) % classes;
            let expected = if symmetric == *clean { usize::from(*clean) } else { next };
            prop_assert_eq!(usize::from(asymmetric), expected);
        }
    }
}

/// 100,000 labels of each of 5 classes: every cell of the transition table is as probable as promised, within five
/// standard deviations.
#[test]
fn symmetric_noise_chooses_evenly_at_its_rate() {
    let (classes, each, rate) = (5, 100_000, 0.4);
    let labels: Vec<u8> = (0..classes as u8).cycle().take(classes * each).collect();
    let noisy = corrupt(&labels, classes, rate, Noise::Symmetric, 1);
    let mut table = vec![vec![0; classes]; classes];
    for (clean, noisy) in labels.iter().zip(noisy) {
        table[usize::from(*clean)][usize::from(noisy)] += 1;
    }
    for (clean, row) in table.iter().enumerate() {
        for (noisy, &count) in row.iter().enumerate() {
            let probability = if clean == noisy { 1.0 - rate } else { rate / (classes - 1) as f64 };
            let deviation = (each as f64 * probability * (1.0 - probability)).sqrt();
            let expected = each as f64 * probability;
            assert!(
                (f64::from(count) - expected).abs() < 5.0 * deviation,
                "{clean} to {noisy}: {count}, not {expected}"
            );
        }
    }
}

#[test]
fn seeds_corrupt_different_labels() {
    let corrupted = |seed| corrupt(&[0; 64], 2, 0.5, Noise::Symmetric, seed);
    assert_eq!(corrupted(0), corrupted(0));
    assert_ne!(corrupted(0), corrupted(1));
}
