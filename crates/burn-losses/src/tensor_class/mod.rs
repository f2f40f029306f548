//! Class losses written in tensor operations: margins and projections of scores that are no logits, and losses of more
//! than one class's probability.

mod backward_correction;
mod bi_tempered;
mod corrected;
mod focal_cosine;
mod forward_correction;
mod generalized_jensen_shannon;
mod hard_bootstrapping;
mod jsd_cross_entropy;
mod multi_margin;
mod multiclass_entmax;
mod multiclass_hinge;
mod multiclass_perceptron;
mod multiclass_sparsemax;
mod negative_log_likelihood;
mod ordinal_emd;
mod seesaw;
mod softmax;
mod tempered;
mod transition;
mod views;

pub use backward_correction::BackwardCorrection;
pub use bi_tempered::BiTempered;
pub use focal_cosine::FocalCosine;
pub use forward_correction::ForwardCorrection;
pub use generalized_jensen_shannon::GeneralizedJensenShannon;
pub use hard_bootstrapping::HardBootstrapping;
pub use jsd_cross_entropy::JsdCrossEntropy;
pub use multi_margin::MultiMargin;
pub use multiclass_entmax::MulticlassEntmax;
pub use multiclass_hinge::MulticlassHinge;
pub use multiclass_perceptron::MulticlassPerceptron;
pub use multiclass_sparsemax::MulticlassSparsemax;
pub use negative_log_likelihood::NegativeLogLikelihood;
pub use ordinal_emd::OrdinalEmd;
pub use seesaw::Seesaw;
pub use transition::{Transition, TransitionMatrix};

use softmax::Softmax;
use tempered::Tempered;

use crate::engine::graph::added;

use crate::real::{Primitive, Real as _};
use burn::backend::Dispatch;
use burn::backend::ops::{FloatTensorOps as _, IntTensorOps as _};
use burn::tensor::{Bool, DType, FloatDType, Int, IntDType, Tensor, TensorData};

/// Tensors in the algebra of [`Real`](crate::real::Real), whose functions keep their last digits on every backend.
type Numbers = Primitive<Dispatch>;

fn real<const D: usize>(x: Tensor<D>) -> Numbers {
    Primitive(x.into_dispatch())
}

fn tensor<const D: usize>(x: Numbers) -> Tensor<D> {
    Tensor::from_dispatch(x.0)
}

/// Where the class is the one of `classes [N, 1, M]`: `[N, C, M]`.
fn is_class(classes: Tensor<3, Int>, count: usize) -> Tensor<3, Bool> {
    let [rows, _, inner] = classes.dims();
    let shape = [rows, count, inner];
    let numbers = Tensor::<1, Int>::arange(0..count as i64, (&classes.device(), DType::I64));
    numbers.reshape([1, count, 1]).expand(shape).equal(classes.cast(DType::I64).expand(shape))
}

/// The class of the largest score, the first one at ties, `[N, 1, M]`: in i64, as targets are.
fn best(scores: &Tensor<3>) -> Tensor<3, Int> {
    let best = Dispatch::float_argmax(scores.clone().detach().into_dispatch(), 1, IntDType::I64);
    Tensor::from_dispatch(Dispatch::int_cast(best, IntDType::I64))
}

/// `scores [N, C, M]` with a value in the place of each target `[N, 1, M]`.
fn without(scores: Tensor<3>, targets: Tensor<3, Int>, value: f64) -> Tensor<3> {
    let classes = scores.dims()[1];
    scores.mask_fill(is_class(targets, classes), value)
}

/// max(x, 0), with slope 0 at 0; NaN stays.
fn relu(x: Tensor<3>) -> Tensor<3> {
    let below = x.clone().lower_equal_elem(0.0);
    x.mask_fill(below, 0.0)
}

/// ln(nⱼ/nₜ) of every class's count and the target's: as m·2ᵉ, 1 ≤ m < 2, of which quotient and difference are in range
/// whatever the counts are.
fn log_ratios(counts: &[f64], targets: &Tensor<3, Int>, like: &Tensor<3>) -> Tensor<3> {
    let shape = like.dims();
    let [rows, classes, inner] = shape;
    let halves: Vec<f64> = counts.iter().map(|count| count.log2().floor()).collect();
    let rests = counts.iter().zip(&halves).map(|(count, e)| count * (-e * 0.5).exp2() * (-e * 0.5).exp2()).collect();
    let both = |numbers: Vec<f64>| {
        let numbers = Tensor::<1>::from_data(TensorData::new(numbers, [classes]), (&like.device(), like.dtype()));
        let of_target = numbers.clone().select(0, targets.clone().reshape([rows * inner]));
        (numbers.reshape([1, classes, 1]).expand(shape), of_target.reshape([rows, 1, inner]).expand(shape))
    };
    let ((rest, rest_of_target), (half, half_of_target)) = (both(rests), both(halves));
    tensor::<3>(real(rest / rest_of_target).ln()) + (half - half_of_target) * core::f64::consts::LN_2
}

/// 0 with the slope 1: what slopes are hung at. Where x is infinite it is 0 and no more.
fn movement(x: Tensor<3>) -> Tensor<3> {
    let infinite = x.clone().is_inf();
    let x = x.mask_fill(infinite, 0.0);
    x.clone() - x.detach()
}

/// 1 … C along the classes, `[1, C, 1]`.
fn places(x: &Tensor<3>) -> Tensor<3> {
    let classes = x.dims()[1];
    // Not by way of the device's default float, which may have too few digits for a number of classes.
    let places = Tensor::<1, Int>::arange(1..classes as i64 + 1, (&x.device(), DType::I64));
    places.cast(FloatDType::from(x.dtype())).reshape([1, classes, 1])
}
