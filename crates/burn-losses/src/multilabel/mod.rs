//! Losses of all labels of an example, each yes or no, that judge them together.

mod image_balanced_binary_cross_entropy;
mod multilabel_margin;
mod multilabel_soft_margin;
mod zlpr;

pub use image_balanced_binary_cross_entropy::ImageBalancedBinaryCrossEntropy;
pub use multilabel_margin::MultilabelMargin;
pub use multilabel_soft_margin::MultilabelSoftMargin;
pub use zlpr::Zlpr;

use crate::engine::graph::elementwise;
use crate::real::{Dual, Real};
use burn::tensor::{Bool, Tensor};

/// Where a label is yes, for losses that know nothing between yes and no.
fn is_yes(targets: Tensor<3>) -> Tensor<3, Bool> {
    targets.greater_elem(0.5)
}

/// 0 for every row of labels; NaN where one is NaN, which is neither yes nor no.
fn known(targets: Tensor<3>) -> Tensor<3> {
    let targets = targets.detach();
    (targets.clone() - targets).sum_dim(1)
}

/// −yes·ln σ(x) − no·ln σ(−x) of every logit x. A term whose factor is 0 is 0; the factors have no graph.
fn cross_entropy(logits: Tensor<3>, yes: Tensor<3>, no: Tensor<3>) -> Tensor<3> {
    let weighted = |logits: Tensor<3>, factor: Tensor<3>| {
        let is_silent = factor.clone().equal_elem(0.0);
        (softplus(logits) * factor).mask_fill(is_silent, 0.0)
    };
    weighted(-logits.clone(), yes) + weighted(logits, no)
}

/// ln(1 + eˣ) = max(x, 0) + ln(1 + e^(−|x|)): the first has a slope even at ∞, where the second has none.
fn softplus(x: Tensor<3>) -> Tensor<3> {
    let is_negative = x.clone().lower_elem(0.0);
    let rest = elementwise([x.clone()], |[x]| {
        let is_negative = x.less(&x.constant(0.0));
        Dual::select(&is_negative, x.clone(), -x).exp().ln_1p()
    });
    x.mask_fill(is_negative, 0.0) + rest
}
