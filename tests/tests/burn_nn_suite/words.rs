//! What is refused by both, in other words: ours are one sentence of loss, argument, rule and value.

use super::{floats, ints, pair};
use burn::nn::loss as nn;
use burn::tensor::{DType, Device};
use burn_losses::prelude::*;
use burn_losses_tests::said;

#[track_caller]
fn assert_words(ours: String, begin: &str, theirs: String) {
    assert!(ours.starts_with(begin), "{ours}, and not {begin}");
    assert!(theirs != "nothing" && theirs != ours, "{theirs}");
}

#[test]
pub(crate) fn parameters_outside_their_range() {
    for p in [-1.0, 0.0] {
        let theirs = said(|| nn::LpLossConfig::new(p).init());
        assert_words(said(|| Lp::default().with_p(p).init()), "Lp: p must be > 0, got ", theirs);
    }
    assert_words(
        said(|| SmoothL1::default().with_beta(-1.0).init()),
        "SmoothL1: beta must be ≥ 0, got -1",
        said(|| nn::SmoothL1LossConfig::new().with_beta(-1.0).init()),
    );
    assert_words(
        said(|| PoissonNll::default().with_epsilon(0.0).init()),
        "PoissonNll: epsilon must be > 0, got 0",
        said(|| nn::PoissonNllLossConfig::new().with_eps(0.0).init()),
    );
}

#[test]
pub(crate) fn shapes_that_do_not_fit() {
    let (f32, device) = (DType::F32, Device::flex());
    let (logits, targets) = (floats([4, 5], &[0.0; 20], f32), ints([3], &[2, 0, 4]));
    let theirs = said(|| nn::CrossEntropyLossConfig::new().init(&device).forward(logits.clone(), targets.clone()));
    let ours = said(|| CrossEntropy::default().init().forward(logits, targets, Reduction::Mean));
    assert_words(ours, "CrossEntropy: targets must have shape [4] for logits [4, 5], got [3]", theirs);

    let (x, y) = pair([3], &[0.0, 1.0, 2.0], &[0.0; 3])(f32);
    let y = y.narrow(0, 0, 2);
    let theirs = said(|| nn::PoissonNllLossConfig::new().init().forward_no_reduction(x.clone(), y.clone()));
    let ours = said(|| PoissonNll::default().init().forward_no_reduction(x, y));
    assert_words(ours, "PoissonNll: target must have the same shape as prediction, [3], got [2]", theirs);

    // Two weights for three labels: weights are a tensor here, and Burn refuses to expand it; as they are, we do.
    let (logits, targets) = (floats([2, 3], &[0.0; 6], f32), ints([2, 3], &[1, 0, 1, 1, 0, 0]));
    let config = nn::BinaryCrossEntropyLossConfig::new().with_logits(true).with_weights(Some(vec![3.0, 7.0]));
    let theirs = said(|| config.init(&device).forward(logits.clone(), targets.clone()));
    let weights = floats([2], &[3.0, 7.0], f32);
    assert_ne!(said(|| weights.clone().expand([2, 3])), "nothing");
    let ours = said(|| {
        let weights = weights.expand([2, 2]);
        BinaryCrossEntropy::default().init().forward_weighted(logits, targets, weights, Reduction::Sum)
    });
    assert_words(ours, "BinaryCrossEntropy: weights must have the same shape as scores, [2, 3], got [2, 2]", theirs);
}
