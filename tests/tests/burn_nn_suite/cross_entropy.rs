//! `CrossEntropyLossConfig`: `CrossEntropy`, and from probabilities `KlDivergence`. burn-nn's logits are random; these are
//! sixteenths.

use super::Verdict::{Behaviour, Display, NotExpressible, Same, Words};
use super::{Ported, assert_gradient, assert_mean, assert_numbers, floats, ints};
use burn::nn::loss as nn;
use burn::tensor::{DType, Device, Int, Tensor};
use burn_losses::prelude::*;

pub(crate) const PORTED: [Ported; 21] = [
    ("test_cross_entropy_loss_targets_must_match_batch_size", Words, Some(super::words::shapes_that_do_not_fit)),
    ("test_cross_entropy_loss_with_weights", Same, Some(weights_divide_by_the_sum_of_those_used)),
    ("test_label_smoothing_with_weights_and_alpha_zero", Same, Some(weights_divide_by_the_sum_of_those_used)),
    ("test_cross_entropy_loss", Same, Some(the_mean_of_four_rows)),
    ("test_label_smoothing_alpha_equal_zero", Same, Some(the_mean_of_four_rows)),
    ("test_cross_entropy_loss_with_pad_token", Same, Some(several_pad_tokens_are_mapped_to_one)),
    ("test_label_smoothing_with_zero_alpha_and_pad_token", Same, Some(several_pad_tokens_are_mapped_to_one)),
    (
        "test_label_smoothing_target_conversion",
        NotExpressible("Smoothed targets are not a tensor of their own here, and there is no function that makes them"),
        None,
    ),
    ("test_label_smoothing", Same, Some(the_mean_of_four_rows)),
    ("test_logits_flag_affects_output", Same, Some(logits_and_probabilities_are_told_apart)),
    (
        "test_label_smoothing_with_zero_probabilities",
        Behaviour("**Smoothing from probabilities**"),
        Some(smoothing_from_probabilities_of_0_has_a_floor_of_its_own),
    ),
    ("padding_does_not_change_default_loss", Same, Some(padding_changes_nothing)),
    ("padding_does_not_change_weighted_loss", Same, Some(padding_changes_nothing)),
    ("padding_does_not_change_smoothed_loss", Same, Some(padding_changes_nothing)),
    ("padding_does_not_change_smoothed_weighted_loss", Same, Some(padding_changes_nothing)),
    ("padding_does_not_change_probability_loss", Same, Some(padding_changes_nothing)),
    ("multiple_pad_tokens_are_excluded_from_normalization", Same, Some(several_pad_tokens_are_mapped_to_one)),
    ("empty_pad_token_list_behaves_like_no_padding", Same, Some(no_pad_token_is_no_ignore_index)),
    (
        "entirely_padded_batch_returns_nan",
        Behaviour("**A batch of nothing but padding**"),
        Some(nothing_but_padding_is_0_and_not_nan),
    ),
    (
        "padded_targets_have_zero_gradient_without_scaling_valid_gradients",
        Same,
        Some(padded_rows_have_gradient_0_and_do_not_count),
    ),
    ("display", Display, Some(super::display::criteria_print_by_name_and_parameters)),
];

/// Four rows of five classes, times 16.
const LOGITS: [i8; 20] = [13, -7, 22, -19, 4, -3, 26, 9, -11, 18, 6, -14, -23, 17, 31, -27, 12, -5, 20, 1];
const TARGETS: [i64; 4] = [2, 0, 4, 1];

/// Four rows of probabilities, four of them 0.
const PROBABILITIES: [f64; 20] =
    [0.1, 0.2, 0.7, 0.0, 0.0, 0.7, 0.1, 0.1, 0.1, 0.0, 0.2, 0.2, 0.2, 0.2, 0.2, 0.0, 0.3, 0.3, 0.2, 0.2];

/// Two rows that count and two of padding, which is class 2.
const PADDED: [f64; 12] = [0.7, 0.2, 0.1, 0.1, 0.7, 0.2, 0.2, 0.3, 0.5, 0.3, 0.2, 0.5];
const PADDED_TARGETS: [i64; 4] = [0, 1, 2, 2];

fn rows<const N: usize>(scores: &[f64], targets: [i64; N]) -> impl Fn(DType) -> (Tensor<2>, Tensor<1, Int>) {
    move |dtype| (floats([N, scores.len() / N], scores, dtype), ints([N], &targets))
}

fn logits() -> [f64; 20] {
    LOGITS.map(|sixteenths| f64::from(sixteenths) / 16.0)
}

fn smoothed(smoothing: f64) -> ClassLoss<CrossEntropy> {
    CrossEntropy::default().with_label_smoothing(smoothing).init()
}

#[test]
fn the_mean_of_four_rows() {
    let logits = logits();
    assert_mean(&CrossEntropy::default().init(), rows(&logits, TARGETS), 1.2963063513901);
    assert_mean(&smoothed(0.0), rows(&logits, TARGETS), 1.2963063513901);
    assert_mean(&smoothed(0.05), rows(&logits, TARGETS), 1.3338063513901);
}

#[test]
fn weights_divide_by_the_sum_of_those_used() {
    let (logits, weights) = (logits(), vec![1.0, 2.0, 3.0, 4.0, 5.0]);
    for criterion in [CrossEntropy::default().init(), smoothed(0.0)] {
        assert_mean(&criterion.with_class_weights(weights.clone()), rows(&logits, TARGETS), 0.9226928872318);
    }
}

/// burn-nn takes a list of classes.
#[test]
fn several_pad_tokens_are_mapped_to_one() {
    let unpadded = |targets: Tensor<1, Int>, tokens: [i64; 2]| {
        tokens.into_iter().fold(targets, |targets, token| targets.clone().mask_fill(targets.equal_elem(token), -100))
    };
    let logits = logits();
    for criterion in [CrossEntropy::default().init(), smoothed(0.0)] {
        let inputs = |dtype| (floats([4, 5], &logits, dtype), unpadded(ints([4], &TARGETS), [1, 2]));
        assert_mean(&criterion.with_ignore_index(-100), inputs, 1.5751153174727);
    }
    let logits = [0.7, 0.2, 0.1, 0.2, 0.6, 0.2, 0.1, 0.2, 0.7];
    let inputs = |dtype| (floats([3, 3], &logits, dtype), unpadded(ints([3], &[0, 1, 2]), [1, 2]));
    assert_mean(&CrossEntropy::default().init().with_ignore_index(-100), inputs, 0.76794954890362);
}

#[test]
fn logits_and_probabilities_are_told_apart() {
    assert_mean(&CrossEntropy::default().init(), rows(&PROBABILITIES, TARGETS), 1.3541969848671);
    let of_probabilities = KlDivergence::default().init().with_input(Input::Probabilities);
    assert_mean(&of_probabilities, rows(&PROBABILITIES, TARGETS), 0.88169015115938);
}

#[test]
fn padding_changes_nothing() {
    let cases = [
        (0.0, None, 0.76794954890362),
        (0.0, Some(vec![1.0, 2.0, 4.0]), 0.76794954890362),
        (0.1, None, 0.80461621557029),
        (0.1, Some(vec![1.0, 2.0, 4.0]), 0.87728007939827),
    ];
    for (smoothing, weights, expected) in cases {
        let criterion = smoothed(smoothing).with_class_weights(weights).with_ignore_index(2);
        assert_mean(&criterion, rows(&PADDED[..6], [0, 1]), expected);
        assert_mean(&criterion, rows(&PADDED, PADDED_TARGETS), expected);
    }
    let criterion = KlDivergence::default().init().with_input(Input::Probabilities).with_ignore_index(2);
    assert_mean(&criterion, rows(&PADDED[..6], [0, 1]), 0.35667494393873);
    assert_mean(&criterion, rows(&PADDED, PADDED_TARGETS), 0.35667494393873);
}

#[test]
fn no_pad_token_is_no_ignore_index() {
    let criterion = CrossEntropy::default().init().with_ignore_index(None);
    assert_mean(&criterion, rows(&PADDED[..6], [0, 1]), 0.76794954890362);
}

#[test]
fn padded_rows_have_gradient_0_and_do_not_count() {
    let criterion = CrossEntropy::default().init().with_ignore_index(2);
    assert_gradient(
        [2, 3],
        &[2.0, 0.0, -1.0, 0.0, 0.0, 0.0],
        |x, _| criterion.forward(x, ints([2], &[0, 2]), Reduction::Mean),
        &[-0.15620526551866, 0.11419519938459, 0.042010066134066, 0.0, 0.0, 0.0],
    );
}

/// Ours is right to give a number: no sample has no loss, and a NaN would go into every weight of the model. PyTorch has
/// burn-nn's 0/0.
#[test]
fn nothing_but_padding_is_0_and_not_nan() {
    let logits = [0.7, 0.2, 0.1, 0.1, 0.2, 0.7];
    let criterion = CrossEntropy::default().init().with_ignore_index(2);
    assert_mean(&criterion, rows(&logits, [2, 2]), 0.0);
    assert_gradient([2, 3], &logits, |x, _| criterion.forward(x, ints([2], &[2, 2]), Reduction::Mean), &[0.0; 6]);
    let theirs = nn::CrossEntropyLossConfig::new().with_pad_tokens(Some(vec![2])).init(&Device::flex());
    let (logits, targets) = rows(&logits, [2, 2])(DType::F32);
    assert!(theirs.forward(logits, targets).into_scalar::<f32>().is_nan());
}

/// Nobody is right: the loss is infinite, and both have a least logarithm, −100 here as in PyTorch, and −43.7 there. Where
/// no probability is 0 the numbers are the same.
///
/// Soft bootstrapping that trusts the label alone is the cross-entropy of probabilities against smoothed targets. The
/// divergence is less by the entropy of those, which no prediction changes.
#[test]
fn smoothing_from_probabilities_of_0_has_a_floor_of_its_own() {
    let ours = |smoothing| {
        let inner = SoftBootstrapping::default().with_beta(1.0).init().with_input(Input::Probabilities);
        LabelSmoothing::default().with_smoothing(smoothing).init(inner)
    };
    let theirs = |smoothing, (scores, targets): (Tensor<2>, Tensor<1, Int>)| {
        let config = nn::CrossEntropyLossConfig::new().with_logits(false).with_smoothing(Some(smoothing));
        config.init(&Device::flex()).forward(scores, targets)
    };
    let inputs = rows(&PROBABILITIES, TARGETS);
    assert_mean(&ours(0.0), &inputs, 0.88169015115938);
    assert_mean(&ours(0.1), &inputs, 2.9195568318833);
    assert_numbers(theirs(0.1, inputs(DType::F32)), &[1.7929222793889]);
    // burn-nn's number, if it is wanted.
    let clamped = |dtype| {
        let (probabilities, targets) = inputs(dtype);
        (probabilities.clamp_min(f64::from(f32::MIN_POSITIVE).sqrt()), targets)
    };
    assert_mean(&ours(0.1), clamped, 1.7929222793889);

    let divergence = KlDivergence::default().init().with_input(Input::Probabilities);
    let divergence = LabelSmoothing::default().with_smoothing(0.1).init(divergence);
    assert_mean(&divergence, &inputs, 2.9195568318833 - 0.38967292065818);
    let slopes: Vec<f64> = [2.8, 0.1, 0.1, 0.1, 2.8, 0.1].iter().zip(PADDED).map(|(q, p)| -q / 6.0 / p).collect();
    for criterion in [ours(0.1), divergence] {
        let value = |p, _| criterion.forward(p, ints([2], &[0, 1]), Reduction::Mean);
        assert_gradient([2, 3], &PADDED[..6], value, &slopes);
    }

    let positive = rows(&PADDED, PADDED_TARGETS);
    let theirs: f32 = theirs(0.1, positive(DType::F32)).into_scalar();
    let (probabilities, targets) = positive(DType::F32);
    assert_numbers(ours(0.1).forward(probabilities, targets, Reduction::Mean), &[f64::from(theirs)]);
}
