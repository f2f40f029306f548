//! What the losses of several views of an item share.

use super::{real, tensor};
use crate::real::Real;
use burn::tensor::Tensor;
use serde::de::{Deserialize, Deserializer, Error, Unexpected};

/// The mean divergence of every view's probabilities `[V, N, C, M]` from their mean m, (1/V)·Σᵥ Σₖ pᵥₖ·ln(pᵥₖ/mₖ):
/// `[N, 1, M]`. `miss` is 1 − p.
///
/// Terms are p·ln(p/m) − (p − m), which add up to the same and are never negative, so that nothing cancels where the
/// views agree. m is where the divergence is least: it has no slope, and ln(p/m) is all there is.
pub(super) fn divergence(p: Tensor<4>, miss: Tensor<4>) -> Tensor<3> {
    let shape = p.dims();
    let [views, rows, _, inner] = shape;
    let mean = |x: Tensor<4>| (x.sum_dim(0) * (1.0 / views as f64)).expand(shape);
    let (fixed, miss) = (p.clone().detach(), miss.detach());
    let middle = mean(fixed.clone());
    // p − m with the digits that the difference of two numbers near 1 would lose.
    let is_large = miss.clone().lower(fixed.clone());
    let gap = (fixed.clone() - middle.clone()).mask_where(is_large, mean(miss.clone()) - miss);
    let [term, log_ratio] = from_mixture(real(fixed), real(middle), real(gap)).map(tensor::<4>);
    let moved = p.clone() - p.detach();
    let sum = (term + log_ratio * moved).sum_dim(2).sum_dim(0);
    sum.reshape([rows, 1, inner]) * (1.0 / views as f64)
}

/// x·ln(x/m) − (x − m), and ln(x/m), which is of no account where x is 0; given x − m with all its digits.
fn from_mixture<R: Real>(x: R, m: R, gap: R) -> [R; 2] {
    let gone = x.equal(&x.constant(0.0));
    let [safe, mixture] = [x.clone(), m].map(|number| R::select(&gone, number.constant(1.0), number));
    let log_ratio = log_ratio(safe, mixture, R::select(&gone, gap.constant(0.0), gap.clone()));
    let half = x.constant(0.5);
    let is_near = log_ratio.clone().abs().less(&half);
    let near = x.clone() * R::select(&is_near, -log_ratio.clone(), half).exp_m1_minus();
    let term = R::select(&is_near, near, x * log_ratio.clone() - gap.clone());
    [R::select(&gone, -gap, term), log_ratio]
}

/// ln(x/m) for x > 0, given x − m with all its digits.
pub(super) fn log_ratio<R: Real>(x: R, m: R, gap: R) -> R {
    let change = gap / m.clone();
    let is_near = change.constant(-0.5).less(&change);
    let near = R::select(&is_near, change.clone(), change.constant(0.0)).ln_1p();
    R::select(&is_near, near, (x / m).ln())
}

/// A number of views in a file: a whole number, written as one or not.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let number = f64::deserialize(deserializer)?;
    let is_count = number.fract() == 0.0 && (0.0..=1e9).contains(&number);
    let wrong = || D::Error::invalid_value(Unexpected::Float(number), &"a whole number of views");
    is_count.then_some(number as usize).ok_or_else(wrong)
}
