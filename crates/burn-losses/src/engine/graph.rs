//! Values with slopes of our own in Burn's graph: what the composed paths have in common.

use crate::real::{Dual, Primitive, Real};
use burn::backend::ops::{BoolTensorOps, FloatTensorOps};
use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{Backend, Dispatch as B, TensorMetadata, get_device_settings};
use burn::tensor::{DType, FloatDType, Scalar, Shape, Tensor};

pub(crate) type Numbers = Primitive<B>;

/// The number without its graph.
pub(crate) fn detached(x: &Numbers) -> Numbers {
    Primitive(B::float_detach(x.0.clone()))
}

/// `x` with `value` where the mask is true.
pub(crate) fn filled(x: Numbers, mask: &BoolTensor<B>, value: f64) -> Numbers {
    Primitive(B::float_mask_fill(x.0, mask.clone(), Scalar::Float(value)))
}

/// Attaches `value`, computed without a graph, to `part`, with `slope` as its derivative.
pub(crate) fn with_slope(value: Numbers, part: Numbers, slope: Numbers) -> Numbers {
    value.clone() + movement(&value, part, slope)
}

/// The rows' losses, made of detached numbers, as functions of a part with this slope for every class.
pub(crate) fn hung(losses: Numbers, part: Numbers, slope: Numbers) -> Numbers {
    let all = Primitive::<B>(B::float_expand(losses.0.clone(), part.0.shape()));
    losses + Primitive::<B>(B::float_sum_dim(movement(&all, part, slope).0, 1))
}

/// What moves a value: 0 with this slope, but ∞ where the part is, and is what makes the value infinite.
fn movement(value: &Numbers, part: Numbers, slope: Numbers) -> Numbers {
    let bools = get_device_settings::<B>(&part.0.device()).bool_dtype;
    let infinite = B::float_is_inf(part.0.clone(), bools);
    let near = filled(part.clone(), &infinite, 0.0);
    // x − detach(x) is 0 and has slope 1.
    let near = near.clone() - detached(&near);
    // Burn has no other way to give a slope to an infinite number than to use it.
    let is_cause = B::bool_and(infinite, (detached(&part) * slope.clone()).equal(&detached(value)));
    let is_idle = B::bool_not(is_cause);
    let far = times(filled(part, &is_idle, 0.0), filled(slope.clone(), &is_idle, 0.0));
    times(near, slope) + far
}

/// x times a slope, which may be infinite where x or what comes from upstream is 0: it is the largest number times another.
fn times(x: Numbers, slope: Numbers) -> Numbers {
    let most = if slope.0.dtype() == DType::F64 { f64::MAX } else { f64::from(f32::MAX) };
    let beyond = slope.clone().abs().equal(&slope.constant(f64::INFINITY));
    let factor = filled(slope.constant(1.0), &beyond, 2_f64.powi(100));
    let slope = [most, -most].into_iter().fold(slope, |slope, most| {
        let beyond = slope.equal(&slope.constant(most.signum() * f64::INFINITY));
        filled(slope, &beyond, most)
    });
    slope * (x * factor)
}

/// A formula of the elements of tensors of one shape, with its exact slopes in Burn's graph: for losses in tensor
/// operations, since Burn's own logarithms lose digits on GPUs, and its roots have infinite slopes.
pub(crate) fn elementwise<const K: usize>(
    tensors: [Tensor<3>; K],
    formula: impl FnOnce([Dual<Numbers, K>; K]) -> Dual<Numbers, K>,
) -> Tensor<3> {
    let parts = tensors.map(|tensor| Primitive::<B>(tensor.into_dispatch()));
    let has_graph = B::ad_enabled(&parts[0].0.device());
    let mut index = 0;
    let inputs = parts.each_ref().map(|part| {
        index += 1;
        if has_graph { Dual::variable(detached(part), index - 1) } else { Dual::fixed(part.clone()) }
    });
    let Dual { mut value, slopes } = formula(inputs);
    for (part, slope) in parts.into_iter().zip(slopes) {
        if let Some(slope) = slope {
            value = with_slope(value, part, slope);
        }
    }
    Tensor::from_dispatch(value.0)
}

/// a − b + c, with the digits that rounding a − b loses, which are all there is where c takes the rest away.
pub(crate) fn added<const D: usize>(a: Tensor<D>, b: Tensor<D>, c: f64) -> Tensor<D> {
    let difference = a.clone() - b.clone();
    let [a, b, fixed] = [a, b, difference.clone()].map(Tensor::detach);
    let is_infinite = fixed.clone().is_inf();
    let of_b = fixed.clone() - a.clone();
    let lost = (a - (fixed - of_b.clone())) - (b + of_b);
    // Not of ∞, and not NaN of ∞ − ∞.
    difference + c + lost.mask_fill(is_infinite, 0.0)
}

/// Σ of x times a slope along axis 1, as what moves a loss: 0 with these slopes, but ∞ where an x that has a slope is.
/// The sign of what is infinite must be that of its slope.
pub(crate) fn moved(x: Tensor<3>, slope: Tensor<3>) -> Tensor<3> {
    let slope = slope.detach();
    let is_infinite = x.clone().is_inf();
    let near = x.clone().mask_fill(is_infinite.clone(), 0.0);
    let near = near.clone() - near.detach();
    // Burn has no other way to give a slope to an infinite number than to use it.
    let is_idle = is_infinite.bool_not().bool_or(slope.clone().equal_elem(0.0));
    let far = x.mask_fill(is_idle, 0.0);
    (slope.clone() * near + far * slope).sum_dim(1)
}

/// Nothing, with an infinite slope of this sign by every element.
pub(crate) fn pushed(x: Tensor<3>, sign: Tensor<3>) -> Tensor<3> {
    let endless = x.clone().is_inf();
    let x = x.mask_fill(endless, 0.0);
    let most = if x.dtype() == DType::F64 { f64::MAX } else { f64::from(f32::MAX) };
    // x − detach(x) is 0 and has slope 1; an infinite factor would make NaN of it.
    ((x.clone() - x.detach()) * 2_f64.powi(100) * (sign * most)).sum_dim(1)
}

/// Half precision is computed in f32.
pub(crate) fn widened(x: FloatTensor<B>) -> FloatTensor<B> {
    match x.dtype() {
        DType::F64 | DType::F32 => x,
        _ => B::float_cast(x, FloatDType::F32),
    }
}

/// The value in the shape and dtype of the result.
pub(crate) fn result(value: FloatTensor<B>, shape: Shape, dtype: DType) -> FloatTensor<B> {
    let value = B::float_reshape(value, shape);
    if value.dtype() == dtype { value } else { B::float_cast(value, dtype.into()) }
}

/// Σ losses / Σ counts, 0 where that is 0.
pub(crate) fn mean(losses: Numbers, counts: Numbers) -> FloatTensor<B> {
    let total = Primitive::<B>(B::float_sum(counts.0));
    let nothing = total.equal(&total.constant(0.0));
    let total = Numbers::select(&nothing, total.constant(1.0), total);
    let mean = B::float_div(B::float_sum(losses.0), total.0);
    B::float_mask_fill(mean, nothing, Scalar::Float(0.0))
}
