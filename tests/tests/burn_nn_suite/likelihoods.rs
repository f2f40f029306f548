//! `PoissonNllLossConfig` and `GaussianNLLLossConfig`: `PoissonNll` and `GaussianNll`, whose target comes last.

#![allow(clippy::approx_constant)] // e and its powers are among the numbers.

use super::Verdict::{Behaviour, Display, Same, Words};
use super::{Ported, assert_gradient, assert_losses, assert_numbers, floats, pair};
use burn::nn::loss as nn;
use burn::tensor::{DType, Tensor};
use burn_losses::prelude::*;
use burn_losses_tests::{numbers, said};

pub(crate) const POISSON: [Ported; 9] = [
    ("test_poisson_nll_loss", Same, Some(poisson_of_logarithms_and_of_rates)),
    ("test_poisson_nll_loss_no_log_input", Same, Some(poisson_of_logarithms_and_of_rates)),
    ("test_poisson_nll_loss_full", Same, Some(poisson_of_logarithms_and_of_rates)),
    ("test_poisson_nll_loss_gradients", Same, Some(poisson_has_the_same_gradient_with_and_without_the_constant)),
    ("test_negative_eps", Words, Some(super::words::parameters_outside_their_range)),
    (
        "test_targets_with_negative_values",
        Behaviour("**`PoissonNll` reads nothing.**"),
        Some(poisson_does_not_refuse_negative_targets),
    ),
    ("test_shape_tensors", Words, Some(super::words::shapes_that_do_not_fit)),
    ("test_exp_predictions_non_negative", Behaviour("**A negative rate**"), Some(poisson_of_a_negative_rate_is_nan)),
    ("display", Display, Some(super::display::criteria_print_by_name_and_parameters)),
];

pub(crate) const GAUSSIAN: [Ported; 4] = [
    ("test_gaussian_nll_loss", Same, Some(gaussian_of_two_elements)),
    ("test_gaussian_nll_loss_full", Same, Some(gaussian_of_two_elements)),
    ("test_gaussian_nll_loss_clamps_var_to_eps", Same, Some(gaussian_has_a_least_variance)),
    ("display", Display, Some(super::display::criteria_print_by_name_and_parameters)),
];

const LOG_RATES: [f64; 6] = [0.0, 0.0, -40.0, 1.0, 2.0, 3.0];
const COUNTS: [f64; 6] = [1.0, 4.5, 2.5, 0.0, 0.0, 2.0];

fn poisson(full: bool) -> PointwiseLoss<PoissonNll> {
    PoissonNll::default().with_full(full).init()
}

fn of_rates() -> PointwiseLoss<PoissonNll> {
    PoissonNll::default().with_log_input(false).init()
}

#[test]
fn poisson_of_logarithms_and_of_rates() {
    let plain = [1.0, 1.0, 100.0, 2.718281828459, 7.3890560989307, 14.085536923188];
    assert_losses(&poisson(false), pair([6], &LOG_RATES, &COUNTS), &plain);
    let full = [1.0, 4.939325517086, 101.16781072883, 2.718281828459, 7.3890560989307, 14.737343407792];
    assert_losses(&poisson(true), pair([6], &LOG_RATES, &COUNTS), &full);
    let rates = [0.0, 0.5, 1.0, 1.0, 2.71828, 7.38905, 20.0855];
    let counts = [2.0, 3.0, 1.0, 4.5, 0.0, 0.0, 2.0];
    let losses = [36.841361487905, 2.5794414816798, 0.99999999, 0.999999955, 2.71828, 7.38905, 14.085503675602];
    assert_losses(&of_rates(), pair([7], &rates, &counts), &losses);
}

#[test]
fn poisson_has_the_same_gradient_with_and_without_the_constant() {
    for full in [false, true] {
        let value = |x: Tensor<1>, dtype| {
            let targets = Tensor::from_data(COUNTS, (&x.device(), dtype));
            poisson(full).forward(x, targets, Reduction::Sum)
        };
        let slopes = [0.0, -3.5, -2.5, 2.718281828459, 7.3890560989307, 18.085536923188];
        assert_gradient([6], &LOG_RATES, value, &slopes);
    }
}

/// burn-nn is kinder, at the price of reading the targets back from the device at every call. Here the formula is what it
/// is: eˣ − y·x, finite and without a least value. A choice, for speed.
#[test]
fn poisson_does_not_refuse_negative_targets() {
    let (predictions, targets) = ([0.0, 4.0], [1.0, -0.42]);
    assert_losses(&poisson(false), pair([2], &predictions, &targets), &[1.0, 4f64.exp() + 0.42 * 4.0]);
    let (x, y) = pair([2], &predictions, &targets)(DType::F32);
    let theirs = said(|| nn::PoissonNllLossConfig::new().init().forward(x, y, nn::Reduction::Auto));
    assert_ne!(theirs, "nothing");
}

/// The same: burn-nn reads the predictions to refuse them. Here the loss is NaN, as in PyTorch, for there is no logarithm
/// of a negative rate; the others keep theirs.
#[test]
fn poisson_of_a_negative_rate_is_nan() {
    let (rates, counts) = ([0.3, -0.1, 0.4], [0.0, 1.0, 0.0]);
    for dtype in super::FLOATS {
        let (x, y) = pair([3], &rates, &counts)(dtype);
        let each = numbers(of_rates().forward_no_reduction(x.clone(), y.clone()));
        assert!(each[1].is_nan(), "{each:?}");
        assert_numbers(floats([2], &[each[0], each[2]], dtype), &[0.3, 0.4]);
        assert!(numbers(of_rates().forward(x, y, Reduction::Mean))[0].is_nan());
    }
    let (x, y) = pair([3], &rates, &counts)(DType::F32);
    let theirs = nn::PoissonNllLossConfig::new().with_log_input(false).init();
    assert_ne!(said(|| theirs.forward_no_reduction(x, y)), "nothing");
}

fn gaussian(variances: [f64; 2]) -> impl Fn(DType) -> ((Tensor<1>, Tensor<1>), Tensor<1>) {
    move |dtype| {
        let of = |values: [f64; 2]| floats([2], &values, dtype);
        ((of([1.0, 2.0]), of(variances)), of([1.5, 1.0]))
    }
}

#[test]
fn gaussian_of_two_elements() {
    assert_losses(&GaussianNll::default().init(), gaussian([0.5, 1.0]), &[-0.096573590279973, 0.5]);
    let full = GaussianNll::default().with_full(true).init();
    assert_losses(&full, gaussian([0.5, 1.0]), &[0.8223649429247, 1.4189385332047]);
}

#[test]
fn gaussian_has_a_least_variance() {
    for variance in [1e-8, 1e-6] {
        let losses = [124993.09224472, 499993.09224472];
        assert_losses(&GaussianNll::default().init(), gaussian([variance; 2]), &losses);
    }
}
