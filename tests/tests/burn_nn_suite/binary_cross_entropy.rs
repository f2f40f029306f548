//! `BinaryCrossEntropyLossConfig`: `BinaryCrossEntropy`, whose scores are logits unless told otherwise.

use super::Verdict::{Behaviour, Display, Same, Words};
use super::{FLOATS, Ported, assert_mean, assert_numbers, floats, ints};
use burn::nn::loss as nn;
use burn::tensor::activation::sigmoid;
use burn::tensor::{DType, Device, Int, Tensor};
use burn_losses::prelude::*;

pub(crate) const PORTED: [Ported; 11] = [
    ("test_binary_cross_entropy_preds_all_correct", Same, Some(certain_probabilities)),
    ("test_binary_cross_entropy_preds_all_incorrect", Same, Some(certain_probabilities)),
    ("test_binary_cross_entropy", Same, Some(answers_without_labels)),
    ("test_binary_cross_entropy_with_logits", Same, Some(answers_without_labels)),
    ("test_binary_cross_entropy_with_weights", Same, Some(answers_without_labels)),
    ("test_binary_cross_entropy_with_smoothing", Same, Some(answers_without_labels)),
    ("test_binary_cross_entropy_multilabel", Same, Some(three_labels)),
    ("test_binary_cross_entropy_multilabel_with_weights", Same, Some(three_labels)),
    (
        "test_binary_cross_entropy_multilabel_with_smoothing",
        Behaviour("**Smoothing** moves targets towards ½"),
        Some(smoothing_of_three_labels_goes_towards_a_half),
    ),
    ("multilabel_weights_should_match_target", Words, Some(super::words::shapes_that_do_not_fit)),
    ("display", Display, Some(super::display::criteria_print_by_name_and_parameters)),
];

const LOGITS: [f64; 4] = [0.8271, 0.9626, 0.3796, 0.2355];
const TARGETS: [i64; 4] = [0, 1, 0, 1];

/// Two examples of three labels.
const LABELLED: [f64; 6] = [0.5150, 0.3097, 0.7556, 0.4974, 0.9879, 0.1564];
const LABELS: [i64; 6] = [1, 0, 1, 1, 0, 0];

fn of_probabilities() -> BinaryLoss<BinaryCrossEntropy> {
    BinaryCrossEntropy::default().init().with_input(Input::Probabilities)
}

fn answers(dtype: DType) -> (Tensor<1>, Tensor<1, Int>) {
    (floats([4], &LOGITS, dtype), ints([4], &TARGETS))
}

fn labels(dtype: DType) -> (Tensor<2>, Tensor<2, Int>) {
    (floats([2, 3], &LABELLED, dtype), ints([2, 3], &LABELS))
}

/// The logarithm of a probability is −100 at least, in both.
#[test]
fn certain_probabilities() {
    let targets = [1, 0, 1, 0];
    assert_mean(&of_probabilities(), |dtype| (floats([4], &[1.0, 0.0, 1.0, 0.0], dtype), ints([4], &targets)), 0.0);
    assert_mean(&of_probabilities(), |dtype| (floats([4], &[0.0, 1.0, 0.0, 1.0], dtype), ints([4], &targets)), 100.0);
}

#[test]
fn answers_without_labels() {
    let probable = |dtype| {
        let (logits, targets) = answers(dtype);
        (sigmoid(logits), targets)
    };
    let (plain, smooth) = (0.74912536980752, 0.74901786980752);
    assert_mean(&BinaryCrossEntropy::default().init(), answers, plain);
    assert_mean(&of_probabilities(), probable, plain);
    assert_mean(&BinaryCrossEntropy::default().init().with_label_smoothing(0.1), answers, smooth);
    assert_mean(&of_probabilities().with_label_smoothing(0.1), probable, smooth);
    // Weights 3 of the answer 0 and 7 of the answer 1, by the page.
    for dtype in FLOATS {
        let (probabilities, targets) = probable(dtype);
        let weighted = of_probabilities().with_pos_weight(7.0 / 3.0);
        assert_numbers(weighted.forward(probabilities, targets, Reduction::Mean) * 3.0, &[3.1531482525783]);
    }
}

#[test]
fn three_labels() {
    assert_mean(&BinaryCrossEntropy::default().init(), labels, 0.71122471744025);
    // Weights by label, by the page.
    for dtype in FLOATS {
        let (logits, targets) = labels(dtype);
        let weights = floats([3], &[3.0, 7.0, 0.9], dtype).expand([2, 3]);
        let sum = BinaryCrossEntropy::default().init().forward_weighted(logits, targets, weights, Reduction::Sum);
        assert_numbers(sum / 6.0, &[3.1707690772285]);
    }
}

/// Ours is right: each label is a question of its own with two answers, and another label beside it does not change that.
/// burn-nn's smoothing by 1/L is that of L classes that exclude each other.
#[test]
fn smoothing_of_three_labels_goes_towards_a_half() {
    assert_mean(&BinaryCrossEntropy::default().init().with_label_smoothing(0.1), labels, 0.71384138410692);
    let (logits, targets) = labels(DType::F32);
    let theirs = nn::BinaryCrossEntropyLossConfig::new().with_logits(true).with_smoothing(Some(0.1));
    assert_numbers(theirs.init(&Device::flex()).forward(logits, targets), &[0.72279138410692]);
    // burn-nn's number, if it is wanted.
    let mixed = |dtype| {
        let (logits, targets) = labels(dtype);
        (logits, targets.float().cast(dtype) * 0.9 + 0.1 / 3.0)
    };
    assert_mean(&BinaryCrossEntropy::default().init(), mixed, 0.72279138410692);
}
