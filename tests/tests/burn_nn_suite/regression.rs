//! `MseLoss`, `HuberLossConfig`, `LpLossConfig` and `SmoothL1LossConfig`: `Mse`, `Huber`, `L1`, `Lp` and `SmoothL1`.
//! burn-nn's `forward_reduce_dims` is Burn's `mean_dims` of one value per element.

use super::Verdict::{Behaviour, Display, NotExpressible, Same, Words};
use super::{FLOATS, Ported, assert_gradient, assert_losses, assert_numbers, pair};
use burn::nn::loss as nn;
use burn::tensor::{DType, Tensor};
use burn_losses::prelude::*;
use burn_losses_tests::{numbers, said};

pub(crate) const MSE: [Ported; 2] = [
    ("test_mse_loss", Same, Some(powers_of_errors)),
    ("display", Display, Some(super::display::criteria_print_by_name_and_parameters)),
];

pub(crate) const HUBER: [Ported; 3] = [
    ("test_huber_loss", Same, Some(huber_of_five_elements)),
    ("test_huber_ad_loss", Same, Some(huber_of_five_elements)),
    ("display", Display, Some(super::display::criteria_print_by_name_and_parameters)),
];

const NO_P: &str = "`L1` and `Mse` are losses of their own, without a field `p`";

pub(crate) const LP: [Ported; 21] = [
    ("test_lp_loss_l1_constructor", NotExpressible(NO_P), None),
    ("test_lp_loss_l2_constructor", NotExpressible(NO_P), None),
    ("test_lp_loss_l1", Same, Some(powers_of_errors)),
    ("test_lp_loss_l2", Same, Some(powers_of_errors)),
    ("test_lp_loss_p_half", Same, Some(powers_of_errors)),
    ("test_lp_loss_p3", Same, Some(powers_of_errors)),
    ("test_lp_loss_zero_error", Same, Some(powers_of_errors)),
    ("test_lp_loss_negative_errors", Same, Some(powers_of_errors)),
    ("test_lp_loss_3d_tensor", Same, Some(powers_of_errors)),
    ("test_lp_loss_negative_p_panics", Words, Some(super::words::parameters_outside_their_range)),
    ("test_lp_loss_zero_p_panics", Words, Some(super::words::parameters_outside_their_range)),
    ("test_lp_loss_fractional_p", Same, Some(powers_of_errors)),
    ("test_forward_reduce_dims_single_dim", Same, Some(powers_averaged_over_axes)),
    ("test_forward_reduce_dims_first_dim", Same, Some(powers_averaged_over_axes)),
    ("test_forward_reduce_dims_multiple_dims", Same, Some(powers_averaged_over_axes)),
    ("test_forward_reduce_dims_all_dims", Same, Some(powers_averaged_over_axes)),
    ("test_forward_reduce_dims_image_batch", Same, Some(powers_averaged_over_axes)),
    ("test_forward_reduce_dims_with_p1", Same, Some(powers_averaged_over_axes)),
    ("test_forward_reduce_dims_empty_dims", Same, Some(powers_averaged_over_axes)),
    ("test_forward_reduce_dims_zero_error", Same, Some(powers_averaged_over_axes)),
    ("test_forward_reduce_dims_negative_dims", Same, Some(powers_averaged_over_axes)),
];

pub(crate) const SMOOTH_L1: [Ported; 18] = [
    ("test_smooth_l1_config_default_beta", Same, Some(smooth_l1_keeps_its_beta)),
    ("test_smooth_l1_config_custom_beta", Same, Some(smooth_l1_keeps_its_beta)),
    (
        "test_smooth_l1_config_beta_zero_panics",
        Behaviour("**`SmoothL1` with β = 0** is L1"),
        Some(smooth_l1_with_beta_0_is_l1),
    ),
    ("test_smooth_l1_config_beta_negative_panics", Words, Some(super::words::parameters_outside_their_range)),
    ("test_smooth_l1_forward_l2_region", Same, Some(smooth_l1_near_and_far)),
    ("test_smooth_l1_forward_l1_region", Same, Some(smooth_l1_near_and_far)),
    ("test_smooth_l1_forward_zero_error", Same, Some(smooth_l1_near_and_far)),
    ("test_smooth_l1_forward_negative_errors", Same, Some(smooth_l1_near_and_far)),
    ("test_smooth_l1_forward_mixed_regions", Same, Some(smooth_l1_near_and_far)),
    ("test_smooth_l1_custom_beta_values", Same, Some(smooth_l1_near_and_far)),
    ("test_smooth_l1_reduction_mean", Same, Some(smooth_l1_near_and_far)),
    ("test_smooth_l1_reduction_sum", Same, Some(smooth_l1_near_and_far)),
    // `Auto` was the mean; there is no `Auto` here.
    ("test_smooth_l1_reduction_auto_equals_mean", Same, Some(smooth_l1_near_and_far)),
    ("test_smooth_l1_forward_reduce_dims_single_dim", Same, Some(smooth_l1_averaged_over_axes)),
    ("test_smooth_l1_forward_reduce_dims_image_batch", Same, Some(smooth_l1_averaged_over_axes)),
    ("test_smooth_l1_forward_reduce_dims_unsorted", Same, Some(smooth_l1_averaged_over_axes)),
    ("test_smooth_l1_forward_reduce_dims_empty_dims", Same, Some(smooth_l1_averaged_over_axes)),
    ("test_smooth_l1_forward_reduce_dims_negative_dims", Same, Some(smooth_l1_averaged_over_axes)),
];

const COUNTING: [f64; 8] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];

fn lp(p: f64) -> PointwiseLoss<Lp> {
    Lp::default().with_p(p).init()
}

fn smooth_l1(beta: f64) -> PointwiseLoss<SmoothL1> {
    SmoothL1::default().with_beta(beta).init()
}

/// The loss, and `Lp` of the same power.
fn assert_power<const D: usize, F: PointwiseFormula>(
    loss: &PointwiseLoss<F>,
    p: f64,
    inputs: impl Fn(DType) -> (Tensor<D>, Tensor<D>),
    losses: &[f64],
) {
    assert_losses(loss, &inputs, losses);
    assert_losses(&lp(p), &inputs, losses);
}

#[test]
fn powers_of_errors() {
    let (l1, mse) = (L1::default().init(), Mse::default().init());
    let square = pair([2, 2], &[1.0, 2.0, 3.0, 4.0], &[2.0, 1.0, 3.0, 2.0]);
    assert_power(&l1, 1.0, &square, &[1.0, 1.0, 0.0, 2.0]);
    assert_power(&mse, 2.0, &square, &[1.0, 1.0, 0.0, 4.0]);
    assert_losses(&lp(3.0), &square, &[1.0, 1.0, 0.0, 8.0]);
    let far = pair([2, 2], &[1.0, 2.0, 3.0, 4.0], &[2.0, 1.0, 3.0, 0.0]);
    assert_losses(&lp(0.5), far, &[1.0, 1.0, 0.0, 2.0]);
    assert_losses(&lp(1.5), pair([2], &[0.0, 4.0], &[1.0, 0.0]), &[1.0, 8.0]);
    let right = pair([2, 2], &[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.0, 4.0]);
    assert_power(&l1, 1.0, &right, &[0.0; 4]);
    assert_power(&mse, 2.0, &right, &[0.0; 4]);
    assert_power(&l1, 1.0, pair([3], &[1.0, 2.0, 3.0], &[3.0, 4.0, 5.0]), &[2.0; 3]);
    let cube = pair([2, 2, 2], &COUNTING, &[0.0, 2.0, 3.0, 5.0, 4.0, 6.0, 7.0, 10.0]);
    assert_power(&mse, 2.0, cube, &[1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 4.0]);
}

/// The mean over these axes, which stay with length 1.
#[track_caller]
fn assert_averages<const D: usize, F: PointwiseFormula>(
    loss: &PointwiseLoss<F>,
    inputs: impl Fn(DType) -> (Tensor<D>, Tensor<D>),
    axes: &[i32],
    shape: [usize; D],
    expected: &[f64],
) {
    for dtype in FLOATS {
        let (predictions, targets) = inputs(dtype);
        let averages = loss.forward_no_reduction(predictions, targets).mean_dims(axes);
        assert_eq!(averages.dims(), shape);
        assert_numbers(averages, expected);
    }
}

#[test]
fn powers_averaged_over_axes() {
    let (l1, mse) = (L1::default().init(), Mse::default().init());
    let rows = pair([2, 3], &COUNTING[..6], &[0.0, 2.0, 6.0, 1.0, 5.0, 6.0]);
    assert_averages(&mse, &rows, &[1], [2, 1], &[10.0 / 3.0, 3.0]);
    assert_averages(&lp(2.0), &rows, &[1], [2, 1], &[10.0 / 3.0, 3.0]);
    assert_averages(&mse, &rows, &[0], [1, 3], &[5.0, 0.0, 4.5]);
    let rows = pair([2, 3], &COUNTING[..6], &[0.0, 5.0, 3.0, 1.0, 5.0, 9.0]);
    assert_averages(&l1, rows, &[1], [2, 1], &[4.0 / 3.0, 2.0]);
    let square = pair([2, 2], &COUNTING[..4], &[2.0, 1.0, 3.0, 2.0]);
    assert_averages(&mse, square, &[0, 1], [1, 1], &[1.5]);
    let square = pair([2, 2], &COUNTING[..4], &[0.0, 2.0, 3.0, 6.0]);
    assert_averages(&mse, square, &[], [2, 2], &[1.0, 0.0, 0.0, 4.0]);

    let cube = pair([2, 2, 2], &COUNTING, &[0.0, 2.0, 3.0, 6.0, 4.0, 6.0, 7.0, 10.0]);
    assert_averages(&mse, cube, &[1, 2], [2, 1, 1], &[1.25, 1.25]);
    let right = pair([2, 2, 2], &COUNTING, &COUNTING);
    assert_averages(&mse, right, &[1, 2], [2, 1, 1], &[0.0, 0.0]);
    for axes in [[1, 2], [-2, -1]] {
        let squares = pair([2, 2, 2], &COUNTING, &[0.0; 8]);
        assert_averages(&mse, squares, &axes, [2, 1, 1], &[7.5, 43.5]);
    }
    let images = pair([2, 1, 2, 2], &COUNTING, &[0.0, 2.0, 3.0, 6.0, 5.0, 5.0, 7.0, 7.0]);
    assert_averages(&mse, images, &[1, 2, 3], [2, 1, 1, 1], &[1.25, 0.5]);
}

#[test]
fn huber_of_five_elements() {
    let criterion = Huber::default().with_delta(0.5).init();
    let predictions = [-2.0, -0.5, 0.0, 0.3, 1.0];
    assert_losses(&criterion, pair([5], &predictions, &[0.0; 5]), &[0.875, 0.125, 0.0, 0.045, 0.375]);
    let value = |x: Tensor<1>, _| criterion.forward_no_reduction(x.clone(), x.zeros_like());
    assert_gradient([5], &predictions, value, &[-0.5, -0.5, 0.0, 0.3, 0.5]);
}

#[test]
fn smooth_l1_keeps_its_beta() {
    assert_eq!(SmoothL1::default().init().formula().beta, 1.0);
    assert_eq!(smooth_l1(2.5).formula().beta, 2.5);
}

/// Ours is right: L1 is the limit, and PyTorch takes β = 0 as L1, too. burn-nn refuses it.
#[test]
fn smooth_l1_with_beta_0_is_l1() {
    let inputs = pair([3], &[0.5, 0.0, -3.0], &[0.0; 3]);
    assert_losses(&smooth_l1(0.0), &inputs, &[0.5, 0.0, 3.0]);
    assert_losses(&L1::default().init(), &inputs, &[0.5, 0.0, 3.0]);
    let slopes = [1.0, 0.0, -1.0];
    let value = |x: Tensor<1>, _| smooth_l1(0.0).forward_no_reduction(x.clone(), x.zeros_like());
    assert_gradient([3], &[0.5, 0.0, -3.0], value, &slopes);
    assert_ne!(said(|| nn::SmoothL1LossConfig::new().with_beta(0.0).init()), "nothing");
}

#[test]
fn smooth_l1_near_and_far() {
    let cases: [(f64, &[f64], &[f64]); 7] = [
        (1.0, &[0.0, 0.5], &[0.0, 0.125]),
        (1.0, &[0.0, 2.0], &[0.0, 1.5]),
        (1.0, &[-3.0], &[2.5]),
        (1.0, &[0.5, 1.5, 3.0], &[0.125, 1.0, 2.5]),
        (0.5, &[0.25, 1.0], &[0.0625, 0.75]),
        (1.0, &[0.5, 2.0], &[0.125, 1.5]),
        (1.0, &[2.0], &[1.5]),
    ];
    for (beta, errors, losses) in cases {
        let inputs = pair([errors.len()], errors, &[0.0; 3][..errors.len()]);
        assert_losses(&smooth_l1(beta), &inputs, losses);
        // Nothing is rounded.
        let (x, y) = inputs(DType::F32);
        assert_eq!(numbers(smooth_l1(beta).forward_no_reduction(x, y)), losses);
    }
    let right = pair([1, 3], &[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]);
    assert_losses(&smooth_l1(1.0), right, &[0.0; 3]);
}

#[test]
fn smooth_l1_averaged_over_axes() {
    let rows = pair([2, 3], &[0.0, 1.0, 4.0, 5.0, 5.0, 5.0], &[0.0, 0.0, 0.0, 5.0, 5.0, 5.0]);
    assert_averages(&smooth_l1(2.0), rows, &[1], [2, 1], &[3.25 / 3.0, 0.0]);
    let images = pair([2, 1, 2, 2], &[0.5, 2.0, 0.0, 3.0, 1.0, 0.0, 0.5, 1.5], &[0.0; 8]);
    assert_averages(&smooth_l1(1.0), images, &[1, 2, 3], [2, 1, 1, 1], &[1.03125, 0.40625]);
    let square = pair([2, 2], &[0.5, 2.0, 0.0, 3.0], &[0.0; 4]);
    assert_averages(&smooth_l1(1.0), square, &[], [2, 2], &[0.125, 1.5, 0.0, 2.5]);
    for axes in [[1, 2], [2, 1], [-2, -1]] {
        let cube = pair([2, 2, 2], &COUNTING, &[0.0; 8]);
        assert_averages(&smooth_l1(1.0), cube, &axes, [2, 1, 1], &[2.0, 6.0]);
    }
}
