//! `KLDivLossConfig`: `KlDivergence` of log-probabilities.

use super::Verdict::{Behaviour, Display, Same};
use super::{FLOATS, Ported, assert_gradient, assert_numbers, floats};
use burn::nn::loss as nn;
use burn::tensor::{DType, Tensor};
use burn_losses::prelude::*;

pub(crate) const PORTED: [Ported; 4] = [
    ("test_kl_div_loss", Behaviour("**Without a reduction**"), Some(one_value_per_row_and_not_per_class)),
    ("test_kl_div_loss_log_target", Behaviour("**A tensor of one axis**"), Some(one_axis_is_one_row)),
    ("test_kl_div_ad_loss", Same, Some(the_gradient_is_minus_the_target)),
    ("display", Display, Some(super::display::criteria_print_by_name_and_parameters)),
];

const PREDICTIONS: [f64; 4] = [-1.0, -0.5, -2.0, -0.2];
const TARGETS: [f64; 4] = [0.4, 0.6, 0.1, 0.9];

fn criterion() -> SoftClassLoss<KlDivergence> {
    KlDivergence::default().init().with_input(Input::LogProbabilities)
}

/// The sum and `BatchMean` are the same. Unreduced, ours is the divergence of each row, which is what has a meaning; the
/// term of a class, which burn-nn gives, can be negative. Neither is wrong.
#[test]
fn one_value_per_row_and_not_per_class() {
    let inputs = |dtype| (floats([2, 2], &PREDICTIONS, dtype), floats([2, 2], &TARGETS, dtype));
    for dtype in FLOATS {
        let (x, q) = inputs(dtype);
        assert_numbers(criterion().forward_soft(x.clone(), q.clone(), Reduction::Sum), &[0.081905359599295]);
        assert_numbers(criterion().forward_soft(x.clone(), q.clone(), Reduction::Mean), &[0.040952679799648]);
        let rows: Tensor<1> = criterion().forward_soft_no_reduction(x, q);
        assert_numbers(rows, &[0.026988332990744, 0.054917026608552]);
    }
    let (x, q) = inputs(DType::F32);
    let theirs = nn::KLDivLossConfig::new().init().forward_no_reduction(x, q);
    assert_numbers(theirs, &[0.033483707250338, -0.0064953742595944, -0.030258509299405, 0.085175535907956]);
}

/// One axis is one distribution here, so that the mean is its divergence, and there is one value without a reduction. Ours
/// is right: burn-nn's `BatchMean` divides by the number of classes, which no definition does.
#[test]
fn one_axis_is_one_row() {
    let inputs = |dtype| (floats([2], &[-1.0, -2.0], dtype), floats([2], &[-0.5, -1.5], dtype));
    for dtype in FLOATS {
        let (x, log_q) = inputs(dtype);
        for by in [Reduction::Mean, Reduction::Sum] {
            assert_numbers(criterion().forward_soft(x.clone(), log_q.clone().exp(), by), &[0.41483040993053]);
        }
        let rows: Tensor<1> = criterion().forward_soft_no_reduction(x, log_q.exp());
        assert_numbers(rows, &[0.41483040993053]);
    }
    let theirs = nn::KLDivLossConfig::new().with_log_target(true).init();
    let (x, log_q) = inputs(DType::F32);
    let each = theirs.forward_no_reduction(x.clone(), log_q.clone());
    assert_numbers(each, &[0.30326532985632, 0.11156508007421]);
    assert_numbers(theirs.forward(x.clone(), log_q.clone(), nn::Reduction::Sum), &[0.41483040993053]);
    assert_numbers(theirs.forward(x, log_q, nn::Reduction::BatchMean), &[0.41483040993053 / 2.0]);
}

#[test]
fn the_gradient_is_minus_the_target() {
    let value = |x: Tensor<2>, dtype| {
        let q = Tensor::from_data([[0.4, 0.6]], (&x.device(), dtype));
        criterion().forward_soft(x, q, Reduction::Sum)
    };
    assert_gradient([1, 2], &[-1.0, -0.5], value, &[-0.4, -0.6]);
}
