//! Losses of many numbers against as many, judged together: rows, items or batches.

mod cosine_distance;
mod rmse;
mod rmsle;
mod scale_invariant_log;

pub use cosine_distance::CosineDistance;
pub use rmse::Rmse;
pub use rmsle::Rmsle;
pub use scale_invariant_log::ScaleInvariantLog;

use crate::engine::graph::moved;
use crate::engine::reduce::Summed;
use crate::real::Real;
use burn::tensor::{DType, Tensor};

/// What to divide by before squaring, given the largest magnitude of each row, without its graph: 1, but a power of
/// two, which costs no digits, where the squares would be out of the dtype's range.
fn unit(most: Tensor<3>) -> Tensor<3> {
    let high = 2_f64.powi(if most.dtype() == DType::F64 { 340 } else { 42 });
    let (is_large, is_small) = (most.clone().greater_elem(high), most.clone().lower_elem(1.0 / high));
    most.ones_like().mask_fill(is_large, high * high).mask_fill(is_small, 1.0 / (high * high))
}

/// √(mean x² + ε) along axis 1; slope 0 at 0. Where numbers are infinite, they alone have slopes, all the same.
fn root_mean_square(x: Tensor<3>, epsilon: f64) -> Tensor<3> {
    let share = 1.0 / x.dims()[1] as f64;
    let fixed = x.clone().detach();
    let size = fixed.clone().abs().max_dim(1);
    let is_far = size.clone().equal_elem(f64::INFINITY);
    let unit = unit(size.clamp_min(epsilon.sqrt())).mask_fill(is_far.clone(), 1.0);
    let near = fixed.clone() / unit.clone();
    let signs = fixed.clone().sign().mask_fill(fixed.is_inf().bool_not(), 0.0);
    let scaled = near.mask_where(is_far.clone().expand(x.dims()), signs);
    let least = unit.clone().recip() * epsilon.sqrt();
    let least = (least.clone() * least).mask_fill(is_far.clone(), 0.0);
    let root = ((scaled.clone() * scaled.clone()).summed() * share + least).sqrt();
    let is_zero = root.clone().equal_elem(0.0);
    let slope = scaled * share / root.clone().mask_fill(is_zero, 1.0);
    (root * unit).mask_fill(is_far, 0.0) + moved(x, slope)
}

/// ln(x + offset) − ln(y + offset) for x and y above 0, with all digits where they are near each other.
fn log_ratio<R: Real>(x: R, y: R, offset: f64) -> R {
    let is_less = x.less(&y);
    let (high, low) = (R::select(&is_less, y.clone(), x.clone()), R::select(&is_less, x, y));
    let excess = (high.clone() - low.clone()) / (low.clone() + offset);
    // Where it is huge, the slopes of the quotient would leave the range.
    let is_far = excess.constant(2_f64.powi(30)).less(&excess);
    let far = (high + offset).ln() - (low + offset).ln();
    let log = R::select(&is_far, far, excess.ln_1p());
    R::select(&is_less, -log.clone(), log)
}

/// max(x, ε), with slope 0 where it is ε; NaN stays.
fn at_least(epsilon: f64, x: Tensor<3>) -> Tensor<3> {
    let is_less = x.clone().lower_equal_elem(epsilon);
    x.mask_fill(is_less, epsilon)
}

/// What x has across the vector y, along axis 1: x − t·y with the digits that rounding t·y loses, and again for those
/// that t lacks.
fn across(x: &Tensor<3>, y: &Tensor<3>, square_of_y: &Tensor<3>) -> Tensor<3> {
    let share = |x: Tensor<3>| (x * y.clone()).summed() / square_of_y.clone();
    let t = share(x.clone());
    let product = y.clone() * t.clone();
    let lost = lost(y, &t, &product);
    let rest = x.clone() - product - lost;
    rest.clone() - y.clone() * share(rest)
}

/// What rounding the product of a and b loses of it: the two add up to a·b.
fn lost(a: &Tensor<3>, b: &Tensor<3>, product: &Tensor<3>) -> Tensor<3> {
    let ([a, a_low], [b, b_low]) = (split(a), split(b));
    a.clone() * b.clone() - product.clone() + a * b_low.clone() + a_low.clone() * b + a_low * b_low
}

/// x as the sum of two numbers of half as many digits, whose products are exact.
fn split(x: &Tensor<3>) -> [Tensor<3>; 2] {
    let large = x.clone() * if x.dtype() == DType::F64 { 134_217_729.0 } else { 4097.0 };
    let high = large.clone() - (large - x.clone());
    [high.clone(), x.clone() - high]
}
