//! Class losses written in tensor operations: margins and projections of scores that are no logits, and losses of more
//! than one class's probability.

mod backward_correction;
mod bi_tempered;
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

use crate::real::Primitive;
use burn::backend::Dispatch;
use burn::backend::ops::{FloatTensorOps as _, IntTensorOps as _};
use burn::tensor::{Bool, DType, FloatDType, Int, IntDType, Tensor};

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
